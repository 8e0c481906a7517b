//! Tickets as the API tells of them.

use notice::ticket::{Line, Parcel, Right, State};
use serde::Serialize;
use serde_json::{Value, json};
use store::{Ticket, TicketCame, TicketMessage, TicketWhole};
use utoipa::ToSchema;

/// What became of a message that came in.
#[derive(Serialize, ToSchema)]
#[schema(as = TicketTaken)]
pub(crate) struct Taken {
    /// The ticket; none where there was nothing to take in.
    #[schema(example = "T7K3MQ2XA9B")]
    id: Option<String>,
    /// new, known, added or nothing.
    outcome: &'static str,
}

impl Taken {
    pub(super) fn of(came: &TicketCame) -> Self {
        let outcome = match came {
            TicketCame::New(_) => "new",
            TicketCame::Known(_) => "known",
            TicketCame::Added(_) => "added",
        };
        Self { id: Some(came.id().to_owned()), outcome }
    }

    pub(super) fn nothing() -> Self {
        Self { id: None, outcome: "nothing" }
    }
}

/// A ticket.
#[derive(Serialize, ToSchema)]
#[schema(as = Ticket)]
pub(crate) struct TicketAnswer {
    /// Its id.
    id: String,
    /// Where it came from: api, mail, chatwoot, zammad or form.
    source: &'static str,
    /// new, answered, with_person, merged or closed.
    state: &'static str,
    /// Why it is a person's, or over without an answer.
    reason: Option<String>,
    /// When it came.
    at: String,
    /// When it last changed.
    changed_at: String,
    /// The language that it is answered in: fr or en.
    lang: &'static str,
    /// Its subject, as text.
    subject: String,
    /// The address of who asks; for those who work at the desk.
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    /// The merchant.
    merchant: Option<String>,
    /// Which function it asks about: label, pickup, tracking or orders.
    function: Option<String>,
    /// The incident that explains it.
    incident: Option<u64>,
    /// The parcels that it is linked to, as they stood when it was decided.
    parcels: Vec<LinkedParcel>,
    /// The key of who has taken it.
    taken_by: Option<String>,
    /// The ticket in which it goes on.
    merged_into: Option<String>,
}

/// A parcel that a ticket is linked to.
#[derive(Serialize, ToSchema)]
#[schema(as = TicketParcel)]
pub(crate) struct LinkedParcel {
    /// The shipment; only where who asked has a right to it.
    shipment: Option<String>,
    /// Its number.
    number: Option<String>,
    /// Its order; only where who asked has a right to it.
    order_number: Option<String>,
    /// ready, waiting, unknown, question, rejected, human or void.
    state: &'static str,
    /// By what it was found: number, order or time.
    found_by: Value,
}

impl LinkedParcel {
    fn of(parcel: &Parcel) -> Self {
        let is_known = parcel.right != Right::None;
        Self {
            shipment: is_known.then(|| parcel.id.to_string()),
            number: parcel.number.map(|number| number.to_string()),
            order_number: parcel.order.as_ref().filter(|_| is_known).map(|order| order.as_str().to_owned()),
            state: match parcel.state {
                State::Ready { .. } => "ready",
                State::Waiting { .. } => "waiting",
                State::Unknown { .. } => "unknown",
                State::Question { .. } => "question",
                State::Rejected { .. } => "rejected",
                State::Human { .. } => "human",
                State::Void { .. } => "void",
            },
            found_by: json!(parcel.by),
        }
    }
}

impl TicketAnswer {
    pub(super) fn of(ticket: &Ticket, at_desk: bool) -> Self {
        let parcels = ticket.matched.iter().filter_map(|line| match line {
            Line::State(parcel) | Line::Public(parcel) => Some(LinkedParcel::of(parcel)),
            _ => None,
        });
        Self {
            id: ticket.id.clone(),
            source: ticket.source.name(),
            state: ticket.state.name(),
            reason: ticket.reason.clone(),
            at: ticket.at.to_string(),
            changed_at: ticket.changed_at.to_string(),
            lang: ticket.lang.code(),
            subject: ticket.subject.clone(),
            address: ticket.address.clone().filter(|_| at_desk),
            merchant: ticket.merchant.as_ref().map(ToString::to_string),
            function: ticket.function.clone(),
            incident: ticket.incident,
            parcels: parcels.collect(),
            taken_by: ticket.taken_by.clone(),
            merged_into: ticket.merged_into.clone(),
        }
    }
}

/// Tickets, the oldest first.
#[derive(Serialize, ToSchema)]
#[schema(as = TicketList)]
pub(crate) struct TicketList {
    /// The tickets.
    pub(super) tickets: Vec<TicketAnswer>,
    /// What to send as `after` for those behind them; none at the end.
    pub(super) next: Option<i64>,
}

/// A ticket with all that belongs to it.
#[derive(Serialize, ToSchema)]
#[schema(as = TicketWhole)]
pub(crate) struct WholeAnswer {
    #[serde(flatten)]
    ticket: TicketAnswer,
    /// Its messages, the oldest first; notes are for those who work at the desk.
    messages: Vec<MessageAnswer>,
    /// What came with it; for those who work at the desk.
    files: Vec<FileAnswer>,
    /// What happened to it; for those who work at the desk.
    log: Vec<LogAnswer>,
}

/// A message of a ticket.
#[derive(Serialize, ToSchema)]
#[schema(as = TicketMessage)]
pub(crate) struct MessageAnswer {
    /// Its number, from 1.
    no: u32,
    /// When.
    at: String,
    /// in, answer, closing, person_answer or note.
    kind: Value,
    /// The key of the person who wrote it.
    by: Option<String>,
    /// A line.
    subject: String,
    /// Plain text, as it came or as it was sent.
    text: String,
    /// waiting, claimed, sent, unknown or refused; none where it is read here.
    sending: Option<&'static str>,
}

/// A file of a ticket.
#[derive(Serialize, ToSchema)]
#[schema(as = TicketFile)]
pub(crate) struct FileAnswer {
    /// Its number, from 1.
    no: u32,
    /// As its sender calls it.
    name: String,
    /// What its sender says that it is.
    media_type: String,
}

/// Something that happened to a ticket.
#[derive(Serialize, ToSchema)]
#[schema(as = TicketEvent)]
pub(crate) struct LogAnswer {
    /// When.
    at: String,
    /// By whose key; none for the program.
    by: Option<String>,
    /// What.
    what: String,
}

impl WholeAnswer {
    pub(super) fn of(whole: &TicketWhole, at_desk: bool) -> Self {
        let is_shown = |one: &&TicketMessage| at_desk || one.kind != store::TicketMessageKind::Note;
        let message = |one: &TicketMessage| MessageAnswer {
            no: one.no,
            at: one.at.to_string(),
            kind: json!(one.kind),
            by: one.by.clone().filter(|_| at_desk),
            subject: one.text.subject.clone(),
            text: one.text.body.clone(),
            sending: one.sending,
        };
        let file = |(no, name, media_type): &(u32, String, String)| FileAnswer {
            no: *no,
            name: name.clone(),
            media_type: media_type.clone(),
        };
        let log = whole.log.iter().filter(|_| at_desk);
        Self {
            ticket: TicketAnswer::of(&whole.ticket, at_desk),
            messages: whole.messages.iter().filter(is_shown).map(message).collect(),
            files: whole.files.iter().filter(|_| at_desk).map(file).collect(),
            log: log
                .map(|(at, by, what)| LogAnswer { at: at.to_string(), by: by.clone(), what: what.clone() })
                .collect(),
        }
    }
}
