//! What goes into the store and what comes out: never a database row, never a wire type.

use crate::{Agreed, OpenQuestion};
use bytes::Bytes;
use clock::Time;
use dispatch::{Intent, Job, Question, Reject, State, Via};
use jiff::civil::Date;
use parcel::{
    BatchId, DeliveryMode, LabelFormat, Login, MerchantId, OrderNumber, ParcelNumber, Product, Shipment, ShipmentId,
};
use pickup::Choice;
use std::fmt;

/// An account at the carrier, by the id that the merchant's set-up gave it.
pub type AccountId = String;

/// A request for a label, to be taken in.
#[derive(Clone, Debug)]
pub struct NewIntent {
    /// Its id, fresh.
    pub id: ShipmentId,
    /// Whose.
    pub merchant: MerchantId,
    /// Under which account at the carrier.
    pub account: AccountId,
    /// What is to be labelled.
    pub shipment: Shipment,
    /// By which door it came.
    pub via: Via,
    /// What makes the same request recognisable when it comes again.
    pub key: Option<Key>,
    /// What is known beside it of where the parcel is to end.
    pub pickup: NewPickup,
    /// When.
    pub at: Time,
}

/// What is known beside a request of where its parcel is to end.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NewPickup {
    /// What the buyer chose, where the request brought its signed record along; where not, the order's record counts.
    pub choice: Option<Box<Choice>>,
    /// What is to be asked of the point that the request names, by the directory of pickup points.
    pub question: Option<Box<Question>>,
}

/// By which rule a request counts as one that came before. A key is kept for 13 months.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyScope {
    /// The caller's `Idempotency-Key`: always the same shipment, even a void one; with another body, a conflict.
    Idempotency,
    /// The merchant's order (and parcel) number: the same shipment until it is void, or was refused an hour
    /// ago.
    Order,
    /// The request's content: the same shipment until it was answered for good.
    Body,
}

/// What makes a request recognisable, within its merchant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// By which rule.
    pub scope: KeyScope,
    /// Digest of the key itself.
    pub digest: [u8; 16],
    /// Fingerprint of the whole request.
    pub body: [u8; 16],
}

/// What became of a request for a label.
#[derive(Clone, Debug, PartialEq)]
pub enum Accepted {
    /// It is new and durable.
    New(IntentView),
    /// It came before: this is where it stands.
    Known(IntentView),
    /// Its idempotency key was used with another body. Nothing was written.
    Conflict {
        /// The shipment that has the key.
        existing: ShipmentId,
    },
}

/// An intent with what is known around it.
#[derive(Clone, Debug, PartialEq)]
pub struct IntentView {
    /// Whose.
    pub merchant: MerchantId,
    /// Under which account at the carrier.
    pub account: AccountId,
    /// By which door it came.
    pub via: Via,
    /// The merchant's order number.
    pub order_number: Option<OrderNumber>,
    /// Which parcel of its order it is, from 1; 1 without an order number.
    pub parcel_no: u32,
    /// The merchant's name for this parcel of the order.
    pub parcel_ref: Option<String>,
    /// The folded state.
    pub intent: Intent,
    /// What the carrier refused, when it did.
    pub reject: Option<Reject>,
    /// Why a person has to decide, while one has to.
    pub human_reason: Option<String>,
    /// What was sold, or was agreed to since.
    pub product: Product,
    /// Where the parcel is to end, as it was sold or was agreed to since.
    pub mode: DeliveryMode,
    /// What is asked, while it is.
    pub question: Option<Box<OpenQuestion>>,
    /// What was agreed to last, where something was.
    pub consent: Option<Box<Agreed>>,
    /// How many facts are folded in; grows with every change.
    pub version: u64,
}

/// A fact that is recorded without waiting. Its loss under overload costs knowledge and no label: an attempt whose
/// `Sent` is missing counts as one that may have happened, and a label whose `Released` is missing is handed out again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Late {
    /// [`dispatch::Fact::Sent`].
    Sent {
        /// Which attempt.
        attempt: u32,
    },
    /// [`dispatch::Fact::Released`].
    Released,
}

/// A label's bytes as they came, to be kept with the fact that confirms it.
#[derive(Clone, PartialEq, Eq)]
pub struct LabelBytes {
    /// The label.
    pub label: Bytes,
    /// The customs declaration, where there is one.
    pub cn23: Option<Bytes>,
    /// The rest of the carrier's answer, as JSON.
    pub answer_json: String,
}

/// A label that we hold.
#[derive(Clone, PartialEq, Eq)]
pub struct Label {
    /// The parcel's number.
    pub number: ParcelNumber,
    /// The format of the bytes.
    pub format: LabelFormat,
    /// The label.
    pub bytes: Bytes,
    /// The customs declaration, where there is one.
    pub cn23: Option<Bytes>,
    /// The rest of the carrier's answer, as JSON.
    pub answer_json: String,
}

/// A job taken from the outbox, with all that is needed to do it.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// Where the intent stands, the claim included.
    pub view: IntentView,
    /// What is to be labelled.
    pub shipment: Shipment,
    /// How to sign in.
    pub account: Account,
    /// What is to be done.
    pub job: Job,
    /// The attempt that is begun (submit) or asked about (resolve).
    pub attempt: u32,
    /// The day of deposit that the carrier is told: never before today.
    pub deposit_date: Date,
}

/// Which of a merchant's shipments are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only in this state.
    pub state: Option<State>,
    /// Only those of which it is known that the parcel is not where its buyer chose.
    pub mismatched: bool,
    /// Only of this order.
    pub order_number: Option<OrderNumber>,
    /// Only those whose order number begins so, or whose parcel reference or parcel number is this.
    pub query: Option<String>,
    /// Only those that the carrier gave this number.
    pub parcel_number: Option<ParcelNumber>,
    /// Only those that this batch made or found.
    pub batch: Option<BatchId>,
    /// Only of this product.
    pub product: Option<Product>,
    /// Only those accepted at this time or later.
    pub created_from: Option<Time>,
    /// Only those accepted before this time.
    pub created_to: Option<Time>,
    /// Only to be deposited on this day or later.
    pub deposit_from: Option<Date>,
    /// Only to be deposited on this day or earlier.
    pub deposit_to: Option<Date>,
}

/// A place in a list: the last shipment of the page before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor(pub ShipmentId);

/// One page of a list, newest first. It can hold fewer than were asked for although there are more: a question that
/// finds little among much is answered in steps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// The shipments.
    pub items: Vec<IntentView>,
    /// Where the next page begins; none at the end.
    pub next: Option<Cursor>,
}

/// How much there is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Intents in each state.
    pub by_state: Vec<(State, u64)>,
    /// Jobs that are ready to be taken.
    pub outbox_due: u64,
    /// Jobs that rest until later.
    pub outbox_later: u64,
    /// Jobs that a worker holds.
    pub outbox_taken: u64,
    /// When the oldest intent that is not done was accepted.
    pub oldest_waiting_at: Option<Time>,
    /// Facts of [`Late`] dropped under overload since the store was opened.
    pub late_dropped: u64,
}

/// A merchant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merchant {
    /// Its id.
    pub id: MerchantId,
    /// Its name, for people.
    pub name: String,
}

/// A merchant's account at a carrier. `Debug` shows no secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// Whose.
    pub merchant: MerchantId,
    /// Which carrier, for example `colissimo`.
    pub carrier: String,
    /// How to sign in. Sealed at rest.
    pub login: Login,
    /// The key for La Poste's tracking. Sealed at rest.
    pub okapi_key: Option<String>,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Account({} of {} at {}, …)", self.id, self.merchant, self.carrier)
    }
}

impl fmt::Debug for LabelBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LabelBytes({} bytes, …)", self.label.len())
    }
}

impl fmt::Debug for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Label({}, {}, {} bytes, …)", self.number, self.format, self.bytes.len())
    }
}
