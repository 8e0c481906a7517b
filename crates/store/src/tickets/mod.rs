//! Support tickets: taken in once, decided once, answered once, and kept sealed.
//!
//! ```text
//! new ──▶ answered ──▶ closed (the incident is restored, or a person closed it)
//!  │         │ ▲          │
//!  │         ▼ │ answer   │ reopened, or the asker wrote again
//!  └──▶ with_person ◀─────┘
//!            └──▶ merged
//! ```
//!
//! Text, address and attachments are sealed and go 90 days after a ticket last changed, unless a person still has it; that
//! there was a ticket, and what was decided, stays for counting. An answer is written in the transaction that decides, and
//! is claimed before it is sent: what a stopped process left claimed is *not known* and is not sent again by itself.

pub(crate) mod act;
pub(crate) mod decide;
pub(crate) mod intake;
pub(crate) mod lookup;
pub(crate) mod read;
pub(crate) mod sends;

use crate::{IntentView, SealingKey, StoreError, codes::Coded};
use clock::Time;
use notice::{Lang, ticket::Line};
use parcel::MerchantId;
use serde::{Deserialize, Serialize};
use std::{fmt, time::Duration};

/// How long after its last change a ticket's text, address and attachments are kept.
pub const TICKET_KEPT_FOR: Duration = Duration::from_secs(90 * 24 * 3_600);
/// The automatic messages of a ticket and those of people, at most; more are refused.
pub(crate) const MESSAGES_COUNT_MAX: i64 = 200;

/// Where a ticket came from, and so where its answer goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TicketSource {
    /// The API: the answer is read there.
    Api,
    /// A mail.
    Mail,
    /// A conversation of Chatwoot.
    Chatwoot,
    /// A ticket of Zammad.
    Zammad,
    /// The public form: answered by mail.
    Form,
}

impl TicketSource {
    /// Its name outside.
    pub fn name(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Mail => "mail",
            Self::Chatwoot => "chatwoot",
            Self::Zammad => "zammad",
            Self::Form => "form",
        }
    }
}

impl Coded for TicketSource {
    const ALL: &'static [Self] = &[Self::Api, Self::Mail, Self::Chatwoot, Self::Zammad, Self::Form];
    const WHAT: &'static str = "ticket source";
}

/// Where a ticket stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TicketState {
    /// Taken in, not looked at yet.
    New,
    /// Answered.
    Answered,
    /// A person has it, or is to take it.
    WithPerson,
    /// It goes on in another ticket.
    Merged,
    /// Over.
    Closed,
}

impl TicketState {
    /// Its name outside.
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Answered => "answered",
            Self::WithPerson => "with_person",
            Self::Merged => "merged",
            Self::Closed => "closed",
        }
    }

    /// The state of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|state| state.name() == name)
    }
}

impl Coded for TicketState {
    const ALL: &'static [Self] = &[Self::New, Self::Answered, Self::WithPerson, Self::Merged, Self::Closed];
    const WHAT: &'static str = "ticket state";
}

/// What a message of a ticket is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TicketMessageKind {
    /// It came in.
    In,
    /// The answer from our facts.
    Answer,
    /// The closing message after the incident.
    Closing,
    /// A person's answer.
    PersonAnswer,
    /// A note among people; never sent.
    Note,
}

impl Coded for TicketMessageKind {
    const ALL: &'static [Self] = &[Self::In, Self::Answer, Self::Closing, Self::PersonAnswer, Self::Note];
    const WHAT: &'static str = "ticket message";
}

/// How an answer finds its way back. Sealed at rest.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReplyTo {
    /// The address that the answer goes to, where it goes by mail, or that the help desk vouches for.
    pub address: Option<String>,
    /// The place of the conversation in the channel's own form, where the answer does not go by mail.
    pub place: Option<String>,
    /// The name (Message-ID) of the mail that is answered.
    pub message_id: Option<String>,
    /// The subject of what is answered, for the subject of the answer.
    pub subject: String,
}

/// A file that came with a ticket.
#[derive(Clone, PartialEq, Eq)]
pub struct TicketFile {
    /// As its sender calls it.
    pub name: String,
    /// What its sender says that it is.
    pub media_type: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// A ticket, or a further message of one, to be taken in.
#[derive(Clone)]
pub struct NewTicket {
    /// Its id, fresh; used where it is a new ticket.
    pub id: String,
    /// Where it came from.
    pub source: TicketSource,
    /// The source's own name for this message.
    pub external: String,
    /// The conversation at the other side.
    pub thread: Option<String>,
    /// The ticket that it says it replies to: believed where it comes from the same address.
    pub replies_to: Option<String>,
    /// The merchant by whose key it came.
    pub merchant: Option<MerchantId>,
    /// How an answer finds its way back.
    pub reply_to: ReplyTo,
    /// The text.
    pub text: TicketText,
    /// Whether no person wrote it.
    pub is_automatic: bool,
    /// Whether it could not be read whole.
    pub is_unreadable: bool,
    /// What came with it.
    pub files: Vec<TicketFile>,
    /// When.
    pub at: Time,
}

/// The text of a message. Sealed at rest.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketText {
    /// One line; may be empty.
    pub subject: String,
    /// Plain text.
    pub body: String,
}

/// What became of a message that came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TicketCame {
    /// A new ticket.
    New(String),
    /// It came before, in this ticket.
    Known(String),
    /// It is a further message of this ticket.
    Added(String),
}

impl TicketCame {
    /// The ticket.
    pub fn id(&self) -> &str {
        match self {
            Self::New(id) | Self::Known(id) | Self::Added(id) => id,
        }
    }
}

/// A ticket that is to be decided.
#[derive(Clone)]
pub struct OpenTicket {
    /// Its id.
    pub id: String,
    /// Where it came from.
    pub source: TicketSource,
    /// The merchant: by its key, or by the address that it registered.
    pub merchant: Option<MerchantId>,
    /// How an answer finds its way back.
    pub reply_to: ReplyTo,
    /// What was written, all messages so far together.
    pub text: TicketText,
    /// Whether no person wrote it.
    pub is_automatic: bool,
    /// Whether it could not be read whole.
    pub is_unreadable: bool,
    /// A digest of who asks: the merchant, else the address.
    pub account: Option<[u8; 32]>,
    /// When it came.
    pub at: Time,
}

/// What was decided about a ticket.
#[derive(Clone)]
pub struct TicketDecided {
    /// The ticket.
    pub id: String,
    /// The language that it is answered in.
    pub lang: Lang,
    /// Which function it asks about.
    pub function: Option<watch::Function>,
    /// The incident that explains it.
    pub incident: Option<watch::IncidentId>,
    /// What is known of the parcels that it is linked to.
    pub matched: Vec<Line>,
    /// What becomes of it.
    pub end: TicketEnd,
    /// When.
    pub at: Time,
}

/// What becomes of a ticket that was decided.
#[derive(Clone)]
pub enum TicketEnd {
    /// It is answered so.
    Answered(TicketText),
    /// A person has it, for this reason.
    WithPerson(String),
    /// It is over without an answer, for this reason.
    Closed(String),
}

/// A parcel that was looked up for a ticket.
#[derive(Clone, Debug)]
pub struct TicketParcel {
    /// By what it was found.
    pub by: notice::ticket::FoundBy,
    /// Where it stands.
    pub view: IntentView,
    /// When its label came, where there is one.
    pub ready_at: Option<Time>,
    /// Digests of the mail addresses of its sender and its addressee.
    pub parties: Vec<[u8; 32]>,
}

/// What is to be looked up for a ticket.
#[derive(Clone, Debug, Default)]
pub struct TicketQuery {
    /// The merchant who asks: order numbers are looked up among its own, and what is held up is looked for.
    pub merchant: Option<MerchantId>,
    /// Parcel numbers.
    pub numbers: Vec<parcel::ParcelNumber>,
    /// Words that may be order numbers.
    pub orders: Vec<String>,
    /// From when on what is held up is looked for.
    pub held_since: Option<Time>,
}

/// An answer that is to be sent now, and is claimed.
#[derive(Clone)]
pub struct TicketSend {
    /// Its number in the outbox.
    pub id: i64,
    /// The ticket.
    pub ticket: String,
    /// Which message of the ticket it is.
    pub no: u32,
    /// Where the ticket came from.
    pub source: TicketSource,
    /// How an answer finds its way back.
    pub reply_to: ReplyTo,
    /// The language.
    pub lang: Lang,
    /// The text.
    pub text: TicketText,
    /// How often it was tried before.
    pub tries: u32,
}

/// How a try to send an answer ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TicketSent {
    /// It is there, or was taken; by this receipt, where one was given.
    Sent(Option<String>),
    /// It did not leave and is tried again then.
    Again(Time, String),
    /// It may have been taken: it is not sent again by itself.
    Unknown(String),
    /// It will not be taken.
    Refused(String),
}

/// An answered ticket whose incident is over.
#[derive(Clone)]
pub struct TicketToClose {
    /// Its id.
    pub id: String,
    /// The language.
    pub lang: Lang,
    /// What was said of which parcel.
    pub matched: Vec<Line>,
}

/// Which tickets are listed.
#[derive(Clone, Debug, Default)]
pub struct TicketFilter {
    /// Only in this state.
    pub state: Option<TicketState>,
    /// Only for this reason.
    pub reason: Option<String>,
    /// Only of this incident.
    pub incident: Option<u64>,
    /// Only those after this one in the list.
    pub after: Option<i64>,
}

/// A ticket in a list or alone, without its text.
#[derive(Clone)]
pub struct Ticket {
    /// Its place in the list.
    pub seq: i64,
    /// Its id.
    pub id: String,
    /// Where it came from.
    pub source: TicketSource,
    /// The merchant.
    pub merchant: Option<MerchantId>,
    /// The address of who asks; none once erased.
    pub address: Option<String>,
    /// Its subject; empty once erased.
    pub subject: String,
    /// When it came.
    pub at: Time,
    /// Where it stands.
    pub state: TicketState,
    /// Why it is a person's.
    pub reason: Option<String>,
    /// The language.
    pub lang: Lang,
    /// Which function it asks about.
    pub function: Option<String>,
    /// The incident that explains it.
    pub incident: Option<u64>,
    /// What is known of its parcels.
    pub matched: Vec<Line>,
    /// Who has taken it.
    pub taken_by: Option<String>,
    /// The ticket in which it goes on.
    pub merged_into: Option<String>,
    /// When it last changed.
    pub changed_at: Time,
}

/// A message of a ticket.
#[derive(Clone)]
pub struct TicketMessage {
    /// Its number within the ticket, from 1.
    pub no: u32,
    /// When.
    pub at: Time,
    /// What it is.
    pub kind: TicketMessageKind,
    /// The key of the person who wrote it.
    pub by: Option<String>,
    /// The text.
    pub text: TicketText,
    /// Where its sending stands: `waiting`, `claimed`, `sent`, `unknown` or `refused`; none where it is not sent.
    pub sending: Option<&'static str>,
}

/// A ticket with all that belongs to it.
#[derive(Clone)]
pub struct TicketWhole {
    /// The ticket.
    pub ticket: Ticket,
    /// Its messages, the oldest first.
    pub messages: Vec<TicketMessage>,
    /// Its files: number, name and media type.
    pub files: Vec<(u32, String, String)>,
    /// What happened to it: when, by whose key, what.
    pub log: Vec<(Time, Option<String>, String)>,
}

/// What a person does with a ticket.
#[derive(Clone)]
pub enum TicketAct {
    /// Takes it.
    Take,
    /// Hands it over: to this key, or to whoever takes it next, with a note.
    HandOver {
        /// To whom.
        to: Option<String>,
        /// What the next one has to know.
        note: String,
    },
    /// Lets it go on in another ticket.
    Merge {
        /// In which.
        into: String,
    },
    /// Answers it.
    Answer(TicketText),
    /// Closes it.
    Close,
    /// Takes it up once more.
    Reopen,
}

impl TicketAct {
    /// Its name in the log.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Take => "taken",
            Self::HandOver { .. } => "handed_over",
            Self::Merge { .. } => "merged",
            Self::Answer(_) => "answered",
            Self::Close => "closed",
            Self::Reopen => "reopened",
        }
    }
}

macro_rules! private {
    ($($name:ident),*) => {$(
        impl fmt::Debug for $name {
            /// Nothing that its sender wrote.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )*};
}
private!(
    ReplyTo,
    TicketFile,
    NewTicket,
    TicketText,
    OpenTicket,
    TicketDecided,
    TicketEnd,
    TicketSend,
    TicketToClose,
    Ticket,
    TicketMessage,
    TicketWhole,
    TicketAct
);

/// Seals a value as JSON for one ticket.
fn seal<T: Serialize>(key: &SealingKey, ticket: &str, value: &T) -> Result<Vec<u8>, StoreError> {
    let json = serde_json::to_vec(value).map_err(|_| StoreError::Misused("a ticket that is not JSON"))?;
    key.seal(&json, &owner(ticket))
}

fn open<T: serde::de::DeserializeOwned>(key: &SealingKey, ticket: &str, sealed: &[u8]) -> Result<T, StoreError> {
    let json = key.unseal(sealed, &owner(ticket))?;
    serde_json::from_slice(&json).map_err(|_| StoreError::Damaged { what: "ticket" })
}

/// What the sealed text is bound to.
fn owner(ticket: &str) -> String {
    format!("ticket {ticket}")
}

fn lang_of(code: &str) -> Lang {
    if code == Lang::English.code() { Lang::English } else { Lang::French }
}
