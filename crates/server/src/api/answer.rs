//! What a merchant is answered: a shipment, a page of them, a timeline. No private data is in any of it.

use super::question::{ConsentAnswer, MismatchAnswer, QuestionAnswer, in_words};
use dispatch::{By, Cause, Consent, ConsentBy, Fact, Found, Reject, Stamped, State, Via};
use parcel::{DeliveryMode, ShipmentId};
use serde::Serialize;
use store::IntentView;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, Type},
};

/// A shipment as it stands.
#[derive(Serialize, ToSchema)]
#[schema(as = Shipment)]
pub(crate) struct ShipmentAnswer {
    /// Its id, a UUID.
    #[schema(value_type = String, format = "uuid")]
    id: ShipmentId,
    /// waiting, in_flight, unknown, confirmed, rejected, human, question or void.
    #[schema(value_type = String, example = "confirmed")]
    state: State,
    /// What will happen next, or what you can do, in a sentence.
    next_step: String,
    /// Your order number.
    #[serde(skip_serializing_if = "Option::is_none")]
    order_number: Option<String>,
    /// Which parcel of its order it is, from 1.
    parcel_no: u32,
    /// Your name for this parcel of the order.
    #[serde(skip_serializing_if = "Option::is_none")]
    parcel_ref: Option<String>,
    /// The carrier's product.
    product: String,
    /// Where the parcel is to end: as you asked for it, or as was agreed to since.
    delivery: Delivery,
    /// What is asked, in the state question: where the parcel goes, since the buyer's choice cannot be honoured.
    #[serde(skip_serializing_if = "Option::is_none")]
    question: Option<QuestionAnswer>,
    /// What was agreed to last, where something was.
    #[serde(skip_serializing_if = "Option::is_none")]
    consent: Option<ConsentAnswer>,
    /// Why the parcel is not, or may not be, where its buyer chose.
    #[serde(skip_serializing_if = "Option::is_none")]
    mismatch: Option<MismatchAnswer>,
    /// The carrier's parcel number, once the label is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "6A15984040331")]
    parcel_number: Option<String>,
    /// The number at the partner that delivers, where there is one. Only when one shipment is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    partner_number: Option<String>,
    /// Where the label can be fetched, once it is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    label_url: Option<String>,
    /// Where the customs form (CN23) can be fetched, where there is one. Only when one shipment is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    cn23_url: Option<String>,
    /// The day on which you mean to hand the parcel over.
    #[schema(format = Date)]
    deposit_date: String,
    /// How many requests were begun at the carrier.
    attempts: u32,
    /// Why the last attempt ended without a label.
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<CauseAnswer>,
    /// What the carrier refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    reject: Option<RejectAnswer>,
    /// Why a person has to decide.
    #[serde(skip_serializing_if = "Option::is_none")]
    human_reason: Option<String>,
    /// How the label came to be known: answer, anchor, tracking, human or local.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    confirmed_by: Option<By>,
    /// Where the label comes from, once it is there: carrier, or local when it was printed without the carrier.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "carrier")]
    label_source: Option<&'static str>,
    /// When the carrier was told of a local label, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    announced_at: Option<String>,
    /// When the carrier's tracking was seen to know a local label, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    integrated_at: Option<String>,
    /// Why no local label was printed where you wanted one. Only when one shipment is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    no_local_label: Option<String>,
    /// Whether the label was handed out.
    released: bool,
    /// By which door it came: api or drop_in.
    #[schema(value_type = String)]
    via: Via,
    /// When it was accepted, RFC 3339.
    #[schema(format = DateTime)]
    accepted_at: String,
    /// When it last changed, RFC 3339.
    #[schema(format = DateTime)]
    changed_at: String,
}

/// Where the parcel is to end: what the buyer chose.
#[derive(Serialize, ToSchema)]
pub(crate) struct Delivery {
    /// home or pickup_point.
    mode: &'static str,
    /// The pickup point's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pickup_point: Option<String>,
}

/// Why an attempt ended without a label.
#[derive(Serialize, ToSchema)]
#[schema(as = Cause)]
pub(crate) struct CauseAnswer {
    /// A word for programs.
    code: &'static str,
    /// A sentence for people.
    text: String,
}

/// What the carrier refused, in its own words.
#[derive(Serialize, ToSchema)]
#[schema(as = Reject)]
pub(crate) struct RejectAnswer {
    /// The carrier's error id.
    #[schema(example = "30221")]
    code: String,
    /// The carrier's text, in French.
    message: String,
}

/// A label's bytes, for the description alone: no value of it is ever made.
pub(crate) enum LabelFile {}

impl PartialSchema for LabelFile {
    fn schema() -> RefOr<Schema> {
        let binary = SchemaFormat::KnownFormat(KnownFormat::Binary);
        let file = ObjectBuilder::new().schema_type(Type::String).format(Some(binary));
        file.description(Some("The label's bytes, as the carrier made them")).into()
    }
}

impl ToSchema for LabelFile {}

/// A page of shipments, the newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct ShipmentList {
    /// The shipments.
    pub(crate) shipments: Vec<ShipmentAnswer>,
    /// The path of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
}

/// What happened to a shipment, oldest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct Timeline {
    /// The shipment.
    #[schema(value_type = String, format = "uuid")]
    pub(crate) id: ShipmentId,
    /// What happened.
    pub(crate) facts: Vec<FactAnswer>,
}

/// One thing that happened.
#[derive(Default, Serialize, ToSchema)]
#[schema(as = Fact)]
pub(crate) struct FactAnswer {
    /// Its place in the journal.
    seq: u64,
    /// When, RFC 3339.
    #[schema(format = DateTime)]
    at: String,
    /// accepted, claimed, sent, not_done, confirmed, rejected, unknown, probed, superseded, turned_up, left_to_human,
    /// reopened, released, voided, asked, consented, rechosen, elsewhere, local_offered, announced, integrated, restored or
    /// compacted.
    fact: &'static str,
    /// Which request to the carrier it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    attempt: Option<u32>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<CauseAnswer>,
    /// What the carrier refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    reject: Option<RejectAnswer>,
    /// The parcel number.
    #[serde(skip_serializing_if = "Option::is_none")]
    parcel_number: Option<String>,
    /// The partner's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    partner_number: Option<String>,
    /// Anything else worth knowing, in a few words.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

impl From<&IntentView> for ShipmentAnswer {
    fn from(view: &IntentView) -> Self {
        let intent = &view.intent;
        let confirmed = intent.state == State::Confirmed;
        Self {
            id: intent.id,
            state: intent.state,
            next_step: next_step(view),
            order_number: view.order_number.clone().map(String::from),
            parcel_no: view.parcel_no,
            parcel_ref: view.parcel_ref.clone(),
            product: view.product.code().to_owned(),
            delivery: Delivery::from(&view.mode),
            question: view.question.as_deref().map(QuestionAnswer::from),
            consent: view.consent.as_deref().map(ConsentAnswer::from),
            mismatch: intent.mismatch.as_ref().map(MismatchAnswer::from),
            parcel_number: intent.number.filter(|_| confirmed).map(String::from),
            partner_number: None,
            label_url: confirmed.then(|| label_url(intent.id)),
            cn23_url: None,
            deposit_date: intent.deposit_date.to_string(),
            attempts: intent.attempt,
            cause: intent.cause.as_ref().map(CauseAnswer::from),
            reject: view.reject.as_ref().map(RejectAnswer::from),
            human_reason: view.human_reason.clone(),
            confirmed_by: intent.by,
            label_source: confirmed.then_some(if intent.is_local() { "local" } else { "carrier" }),
            announced_at: intent.announced_at.map(|at| at.to_string()),
            integrated_at: intent.integrated_at.map(|at| at.to_string()),
            no_local_label: None,
            released: intent.released,
            via: view.via,
            accepted_at: intent.accepted_at.to_string(),
            changed_at: intent.changed_at.to_string(),
        }
    }
}

impl ShipmentAnswer {
    /// The same answer with the partner's number.
    pub(super) fn with_partner(mut self, number: Option<String>) -> Self {
        self.partner_number = number;
        self
    }

    /// The same answer with the place of the customs form, if there is one.
    pub(super) fn with_cn23(mut self, there: bool) -> Self {
        self.cn23_url = there.then(|| format!("/v1/shipments/{}/cn23", self.id));
        self
    }

    /// The same answer with the path of the buyer's page, where something is asked.
    pub(super) fn with_link(mut self, link: Option<String>) -> Self {
        self.question = match (self.question, link) {
            (Some(question), Some(link)) => Some(question.with_link(link)),
            (question, _) => question,
        };
        self
    }

    /// The same answer with why there is no local label.
    pub(super) fn without_local_label(mut self, why: Option<String>) -> Self {
        self.no_local_label = why;
        self
    }
}

/// The path of a shipment's label.
fn label_url(id: ShipmentId) -> String {
    format!("/v1/shipments/{id}/label")
}

fn next_step(view: &IntentView) -> String {
    match view.intent.state {
        State::Waiting | State::Unknown if view.intent.offered => {
            "The carrier is dark and this is urgent: POST {\"action\": \"local\"} to …/resolve for a label printed \
             without it, or wait: it comes by itself when the carrier is back."
                .into()
        }
        State::Waiting if view.intent.attempt == 0 => "The carrier will be asked for the label. Ask again soon.".into(),
        State::Waiting => "The carrier will be asked again by itself. There is nothing for you to do.".into(),
        State::InFlight => "The carrier is being asked right now. Ask again in a few seconds.".into(),
        State::Unknown => "It is being found out whether the carrier made the label, so that it is not made twice. \
                           There is nothing for you to do; if you know the parcel number, POST it to …/resolve."
            .into(),
        State::Confirmed => format!("Fetch the label at {}.", label_url(view.intent.id)),
        State::Rejected => "Correct what the carrier refused and create the shipment anew.".into(),
        State::Human => "Look whether the carrier made the label, then POST your decision to …/resolve.".into(),
        State::Question => {
            "Somebody has to agree to where the parcel goes: POST to …/consent, or send the buyer the question's \
                            link. Nothing is made before."
                .into()
        }
        State::Void => "Nothing: the shipment was given up. A label that was printed must not be used.".into(),
    }
}

impl From<&DeliveryMode> for Delivery {
    fn from(mode: &DeliveryMode) -> Self {
        match mode {
            DeliveryMode::Home => Self { mode: "home", pickup_point: None },
            DeliveryMode::PickupPoint(id) => Self { mode: "pickup_point", pickup_point: Some(id.as_str().to_owned()) },
        }
    }
}

impl From<&Cause> for CauseAnswer {
    fn from(cause: &Cause) -> Self {
        let (code, text) = match cause {
            Cause::NoConnection => ("no_connection", "No connection to the carrier could be made.".into()),
            Cause::CutWhileSending => {
                ("cut_while_sending", "The connection broke before the request was whole.".into())
            }
            Cause::NoAnswer => ("no_answer", "The carrier did not answer in time.".into()),
            Cause::CutWhileWaiting => ("cut_while_waiting", "The connection broke before the answer came.".into()),
            Cause::NotTheProtocol(status) => {
                ("not_the_protocol", format!("The carrier sent something that is not an answer (HTTP {status})."))
            }
            Cause::Unavailable(id) => {
                ("unavailable", format!("The carrier said that its service is not available ({id})."))
            }
            Cause::TooMany => ("too_many", "The carrier asked to be asked more slowly.".into()),
            Cause::WeStopped => ("we_stopped", "This server was stopped while it asked the carrier.".into()),
            Cause::Restored => {
                ("restored", "The server's data was restored from a backup; what came after it is not known.".into())
            }
        };
        Self { code, text }
    }
}

impl From<&Reject> for RejectAnswer {
    fn from(reject: &Reject) -> Self {
        Self { code: reject.code.clone(), message: reject.message.clone() }
    }
}

impl From<&Stamped> for FactAnswer {
    fn from(stamped: &Stamped) -> Self {
        let mut told = Self::about(&stamped.fact);
        told.seq = stamped.seq;
        told.at = stamped.at.to_string();
        told.fact = stamped.fact.name();
        told
    }
}

impl FactAnswer {
    fn about(fact: &Fact) -> Self {
        let of = |attempt: &u32| Self { attempt: Some(*attempt), ..Self::default() };
        match fact {
            Fact::Accepted { via, .. } => Self { note: Some(door(*via).into()), ..Self::default() },
            Fact::Claimed { attempt, deposit_date, number } => Self {
                parcel_number: number.map(String::from),
                note: Some(format!("deposit date {deposit_date}")),
                ..of(attempt)
            },
            Fact::NotDone { attempt, cause, .. } | Fact::Unknown { attempt, cause, .. } => {
                Self { cause: Some(cause.into()), ..of(attempt) }
            }
            Fact::Confirmed { attempt, number, partner_number, by, .. } => Self {
                parcel_number: Some(String::from(*number)),
                partner_number: partner_number.clone(),
                note: Some(source(*by).into()),
                ..of(attempt)
            },
            Fact::Rejected { attempt, reject } => Self { reject: Some(reject.into()), ..of(attempt) },
            Fact::Probed { attempt, found } => Self { note: Some(finding(found).into()), ..of(attempt) },
            Fact::TurnedUp { attempt, number } => Self { parcel_number: Some(String::from(*number)), ..of(attempt) },
            Fact::Sent { attempt } | Fact::Superseded { attempt } => of(attempt),
            Fact::LeftToHuman { reason } => Self { note: Some(reason.clone()), ..Self::default() },
            Fact::Announced { bordereau, file } => {
                Self { note: Some(format!("announcement {bordereau}, file {file}")), ..Self::default() }
            }
            Fact::Restored { attempt, mark, .. } => {
                Self { note: Some(format!("from a backup of {mark}; what came after it is not known")), ..of(attempt) }
            }
            Fact::Compacted { .. } => {
                Self { note: Some("what came before is past its time".into()), ..Self::default() }
            }
            Fact::Asked { attempt, question } => {
                Self { attempt: *attempt, note: Some(in_words(&question.why)), ..Self::default() }
            }
            Fact::Consented { consent } => Self { note: Some(agreed(consent)), ..Self::default() },
            Fact::Rechosen { chosen, differs } => {
                let what =
                    if *differs { "not what the carrier was asked for" } else { "what the carrier was asked for" };
                Self { note: Some(format!("the buyer chose {chosen}, which is {what}")), ..Self::default() }
            }
            Fact::Elsewhere { code, .. } => Self {
                note: Some(format!("the carrier has it at another point than the one chosen ({code})")),
                ..Self::default()
            },
            Fact::LocalOffered | Fact::Integrated | Fact::Reopened | Fact::Released | Fact::Voided => Self::default(),
        }
    }
}

/// Who agreed to what.
fn agreed(consent: &Consent) -> String {
    let who = match consent.by {
        ConsentBy::Rule => "your rule",
        ConsentBy::Merchant => "you",
        ConsentBy::Buyer => "the buyer",
    };
    let (keeps, product) = (if consent.kept { " keeps to" } else { " agreed to" }, &consent.product);
    match consent.mode.pickup_point() {
        Some(point) => format!("{who}{keeps} {product} at {point}"),
        None => format!("{who}{keeps} {product} to the home"),
    }
}

fn door(via: Via) -> &'static str {
    match via {
        Via::Api => "through the API",
        Via::DropIn => "through the carrier-compatible endpoint",
    }
}

fn source(by: By) -> &'static str {
    match by {
        By::Answer => "by the carrier's answer",
        By::Anchor => "by the carrier's record of the chosen number",
        By::Tracking => "by the order number in the carrier's tracking",
        By::Human => "by a person, proved by a reprint",
        By::Local => "by ourselves, with a number from your range",
    }
}

fn finding(found: &Found) -> &'static str {
    match found {
        Found::NotMade => "the carrier made nothing",
        Found::NoAnswer => "the carrier could not be asked",
        Found::NoAnchor => "nothing at the carrier could tell",
    }
}
