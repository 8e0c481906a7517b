//! Webhook endpoints, and what is on its way to them.
//!
//! The journal is the queue. Each endpoint has its place in it, which moves in the same transaction that writes the
//! deliveries of the facts it passed: what was written down is never missed, also when the process dies in between. An
//! endpoint that is paused, or has as much under way as is good, stays where it is and goes on from there. A delivery is
//! settled by what the receiver said and by nothing else, so it may be made twice, and never not at all.

pub(crate) mod deliver;
pub(crate) mod endpoints;
pub(crate) mod event;
pub(crate) mod gather;
pub(crate) mod secrets;

pub use event::{HookEvent, HookEvents, UnknownEvent};

use crate::{IntentView, StoreError, codes::Coded};
use clock::Time;
use dispatch::Stamped;
use parcel::{MerchantId, ShipmentId};

/// Endpoints of one merchant, at most.
pub(crate) const HOOKS_COUNT_MAX: i64 = 16;
/// Deliveries under way to one endpoint, at most: more wait in the journal.
pub(crate) const PENDING_COUNT_MAX: usize = 1_000;

/// Whether an endpoint is sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookState {
    /// It is.
    Enabled,
    /// It is not, until somebody resumes it; what happens meanwhile waits in the journal.
    Paused,
    /// It is gone for everybody; its rows are being cleared away.
    Dropped,
}

impl Coded for HookState {
    const ALL: &'static [Self] = &[Self::Enabled, Self::Paused, Self::Dropped];
    const WHAT: &'static str = "hook state";
}

/// A webhook endpoint, without its secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    /// Its id.
    pub id: String,
    /// Whose.
    pub merchant: MerchantId,
    /// Where messages go.
    pub url: String,
    /// Of which events it is told; none for all there are and will be.
    pub events: Option<HookEvents>,
    /// Whether it is sent to.
    pub state: HookState,
    /// Why it is paused.
    pub reason: Option<String>,
    /// When it was made.
    pub created_at: Time,
    /// When a message last got through.
    pub delivered_at: Option<Time>,
    /// Whether a replay is under way.
    pub replaying: bool,
    /// Messages that are under way or wait for another attempt; more may wait in the journal.
    pub pending: u64,
}

/// An endpoint to be added.
#[derive(Clone)]
pub struct NewHook {
    /// Its id, fresh.
    pub id: String,
    /// Whose.
    pub merchant: MerchantId,
    /// Where messages go.
    pub url: String,
    /// Of which events it is told; none for all.
    pub events: Option<HookEvents>,
    /// What its messages are signed with. Sealed at rest.
    pub secret: String,
    /// When.
    pub at: Time,
}

/// What is to be changed of an endpoint; what is none stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HookChange {
    /// Where messages go.
    pub url: Option<String>,
    /// Of which events it is told; none within for all.
    pub events: Option<Option<HookEvents>>,
    /// Whether it is sent to. Resumed, everything that waits is due at once, with all its attempts anew.
    pub state: Option<HookState>,
}

/// A place in the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JournalPoint {
    /// This fact.
    Fact(u64),
    /// About this moment.
    Moment(Time),
}

/// What stands of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// It is on its way, or waits for another attempt.
    Pending,
    /// The receiver has it.
    Delivered,
    /// It alone was refused to the end, while others got through.
    Failed,
}

impl Coded for DeliveryState {
    const ALL: &'static [Self] = &[Self::Pending, Self::Delivered, Self::Failed];
    const WHAT: &'static str = "delivery state";
}

/// One message to one endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The fact that it tells of.
    pub seq: u64,
    /// The shipment that it is about.
    pub intent: ShipmentId,
    /// What happened.
    pub event: HookEvent,
    /// When it happened; not known when the journal no longer has it.
    pub at: Option<Time>,
    /// What stands of it.
    pub state: DeliveryState,
    /// How often it was sent.
    pub attempts: u32,
    /// When it is sent again.
    pub due_at: Option<Time>,
    /// When it was last sent.
    pub tried_at: Option<Time>,
    /// The status of the last answer.
    pub status: Option<u16>,
    /// Why there was no answer.
    pub failure: Option<String>,
}

/// A message that is due, with all that is needed to send it.
#[derive(Clone)]
pub struct DueDelivery {
    /// The endpoint.
    pub hook: String,
    /// Where the message goes.
    pub url: String,
    /// What it is signed with, the newest first.
    pub secrets: Vec<String>,
    /// The fact.
    pub seq: u64,
    /// What happened.
    pub event: HookEvent,
    /// How often it was sent before.
    pub attempts: u32,
    /// The fact and its shipment as it stands; none when the journal no longer has them.
    pub told: Option<(Stamped, IntentView)>,
}

/// How a message ended for now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    /// The receiver has it.
    Delivered,
    /// To be sent again then.
    Again(Time),
    /// It was sent as often as it may be. Where others got through since it was first due, it is set aside as failed;
    /// where nothing did, the endpoint is paused and it waits.
    Exhausted,
    /// The receiver wants no more: the endpoint is paused and the message waits.
    Gone,
    /// There is nothing left to tell: set aside as failed.
    Lost,
}

/// One attempt that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The endpoint.
    pub hook: String,
    /// The fact.
    pub seq: u64,
    /// When it ended.
    pub at: Time,
    /// The status of the answer.
    pub status: Option<u16>,
    /// Why there was none.
    pub failure: Option<String>,
    /// How it ended.
    pub settled: Settled,
}

/// How much there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HookCounts {
    /// Endpoints that are sent to.
    pub enabled: u64,
    /// Endpoints that are paused.
    pub paused: u64,
    /// Messages that are under way or wait for another attempt.
    pub pending: u64,
    /// Facts of the journal that the endpoint furthest behind was not told of yet; paused ones do not count.
    pub behind: u64,
}

/// The number of a fact as the database has it.
pub(crate) fn fact_no(seq: i64) -> Result<u64, StoreError> {
    u64::try_from(seq).map_err(|_| StoreError::Damaged { what: "seq" })
}
