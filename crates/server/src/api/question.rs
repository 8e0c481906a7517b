//! How a question, what was agreed to, and a mismatch are told. No private data is in any of it.

use super::answer::Delivery;
use dispatch::{Alternative, ConsentBy, Mismatch, Question, Why};
use serde::Serialize;
use store::{Agreed, OpenQuestion};
use utoipa::ToSchema;

/// What is asked: the buyer's choice cannot be honoured as the request has it.
#[derive(Serialize, ToSchema)]
#[schema(as = Question)]
pub(crate) struct QuestionAnswer {
    /// point_unknown, point_gone, point_closed, too_heavy, differs_from_choice or refused_by_carrier.
    why: &'static str,
    /// The same in a sentence.
    text: String,
    /// The carrier's error id, where it refused the point.
    #[serde(skip_serializing_if = "Option::is_none")]
    carrier_code: Option<String>,
    /// What the request says.
    wanted: Delivery,
    /// The pickup point that the buyer chose, where that is another.
    #[serde(skip_serializing_if = "Option::is_none")]
    chosen: Option<String>,
    /// When it was asked, RFC 3339.
    #[schema(format = DateTime)]
    asked_at: String,
    /// Points that would do, as they were known when it was asked, the nearest first.
    alternatives: Vec<AlternativeAnswer>,
    /// The path of a page on which the buyer can answer, in French or English; it needs no key. Only when one shipment is
    /// read with a key that may decide.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
}

/// A pickup point that would do.
#[derive(Serialize, ToSchema)]
#[schema(as = Alternative)]
pub(crate) struct AlternativeAnswer {
    /// Its id.
    pickup_point: String,
    /// Its name.
    name: String,
    /// Its postal code and city.
    place: String,
    /// What kind of place it is, by the carrier's code.
    #[schema(example = "A2P")]
    kind: String,
    /// How far it is from the point that was wanted, in metres.
    #[serde(skip_serializing_if = "Option::is_none")]
    distance_m: Option<u32>,
}

/// What was agreed to in the place of what the request says.
#[derive(Serialize, ToSchema)]
#[schema(as = Consent)]
pub(crate) struct ConsentAnswer {
    /// rule, merchant or buyer.
    #[schema(value_type = String)]
    by: ConsentBy,
    /// Whether the buyer's point is kept, whatever is said against it: the carrier has the last word.
    kept: bool,
    /// When, RFC 3339.
    #[schema(format = DateTime)]
    at: String,
    /// Before when the carrier is not asked, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    not_before: Option<String>,
}

/// A parcel that is not, or may not be, where its buyer chose.
#[derive(Serialize, ToSchema)]
#[schema(as = Mismatch)]
pub(crate) struct MismatchAnswer {
    /// elsewhere: the carrier says that the parcel waits at another point. rechosen: the buyer chose another point after
    /// the carrier had been asked.
    why: &'static str,
    /// The carrier's event code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "AARBRX")]
    code: Option<String>,
    /// The point that the buyer chose.
    #[serde(skip_serializing_if = "Option::is_none")]
    chosen: Option<String>,
    /// When it was seen, RFC 3339.
    #[schema(format = DateTime)]
    at: String,
}

impl QuestionAnswer {
    /// The same with the path of the buyer's page.
    pub(super) fn with_link(mut self, link: String) -> Self {
        self.link = Some(link);
        self
    }
}

impl From<&OpenQuestion> for QuestionAnswer {
    fn from(open: &OpenQuestion) -> Self {
        let Question { why, wanted, chosen, alternatives, .. } = &open.question;
        Self {
            why: why.code(),
            text: in_words(why),
            carrier_code: match why {
                Why::RefusedByCarrier { code } => Some(code.clone()),
                _ => None,
            },
            wanted: wanted.into(),
            chosen: chosen.map(|point| point.as_str().to_owned()),
            asked_at: open.asked_at.to_string(),
            alternatives: alternatives.iter().map(AlternativeAnswer::from).collect(),
            link: None,
        }
    }
}

/// Why, in a sentence.
pub(super) fn in_words(why: &Why) -> String {
    match why {
        Why::PointUnknown => "It is not known which point the buyer chose.".into(),
        Why::PointGone => "The carrier takes no parcels at this point any more.".into(),
        Why::PointClosed { until: None } => "The point is shut while the parcel would come.".into(),
        Why::PointClosed { until: Some(until) } => format!("The point is shut until {}.", until.to_paris()),
        Why::TooHeavy { max_g } => format!("The point takes parcels of up to {max_g} g."),
        Why::DiffersFromChoice => "The request says something else than the buyer chose.".into(),
        Why::RefusedByCarrier { code } => format!("The carrier refused the point ({code})."),
    }
}

impl From<&Alternative> for AlternativeAnswer {
    fn from(alternative: &Alternative) -> Self {
        Self {
            pickup_point: alternative.point.as_str().to_owned(),
            name: alternative.name.clone(),
            place: alternative.place.clone(),
            kind: alternative.kind.code().to_owned(),
            distance_m: alternative.metres,
        }
    }
}

impl From<&Agreed> for ConsentAnswer {
    fn from(agreed: &Agreed) -> Self {
        let consent = &agreed.consent;
        Self {
            by: consent.by,
            kept: consent.kept,
            at: agreed.at.to_string(),
            not_before: consent.not_before.map(|at| at.to_string()),
        }
    }
}

impl From<&Mismatch> for MismatchAnswer {
    fn from(mismatch: &Mismatch) -> Self {
        match mismatch {
            Mismatch::Elsewhere { code, seen_at } => {
                Self { why: "elsewhere", code: Some(code.clone()), chosen: None, at: seen_at.to_string() }
            }
            Mismatch::Rechosen { chosen, at } => {
                let chosen = Some(chosen.as_str().to_owned());
                Self { why: "rechosen", code: None, chosen, at: at.to_string() }
            }
        }
    }
}
