//! What was said of incidents, who wants to be told, and what each was sent.
//!
//! An update and the notices that follow from it are one transaction, so that neither is without the other. A notice's life
//! is [`notice::plan::Notice`]: its rows are read into it, stepped, and written back; the two places where all of an
//! incident's notices move at once (a newer update, an ended subscription) say the same in one statement.
//!
//! What is kept, and for how long:
//! - updates: for good; there is nothing private in them.
//! - notices and their tries: [`NOTICES_KEPT`] after their end.
//! - addresses: until the subscription ends; then they are erased at once. What is left of it goes with its last notice.
//! - subscriptions that nobody confirmed: [`UNCONFIRMED_KEPT`] after they were last asked to be.

pub(crate) mod addresses;
pub(crate) mod claiming;
pub(crate) mod ending;
pub(crate) mod keeping;
pub(crate) mod rows;
pub(crate) mod subscribing;
pub(crate) mod updates;

use crate::codes::Coded;
use clock::Time;
use notice::{
    Lang, Level, Update,
    plan::{ChannelKind, ChannelState, Digest, End, Held, Quiet, Reason, Standing, State, Subscription, Wants},
};
use std::{fmt, sync::Arc, time::Duration};
use zeroize::Zeroizing;

/// How long what became of a notice is kept after its end.
pub const NOTICES_KEPT: Duration = Duration::from_secs(30 * 86_400);
/// How long a subscription waits to be confirmed.
pub const UNCONFIRMED_KEPT: Duration = Duration::from_secs(2 * 86_400);
/// How long a receipt is kept that is for nothing known.
pub(crate) const EARLY_RECEIPTS_KEPT: Duration = Duration::from_secs(86_400);

/// A way to a new subscriber.
pub struct NewWay {
    /// By which channel.
    pub channel: ChannelKind,
    /// Where to, in the channel's own form, keys and secrets included. Sealed at rest.
    pub address: Zeroizing<String>,
    /// Whether the one at the other end agreed already, as a browser does by the subscription itself.
    pub confirmed: bool,
}

/// A subscription to be made.
pub struct NewSubscription {
    /// Its id, fresh.
    pub id: String,
    /// In which language.
    pub lang: Lang,
    /// By which ways, the preferred first; one at least, [`notice::plan::WAYS_COUNT_MAX`] at most.
    pub ways: Vec<NewWay>,
    /// Of what.
    pub wants: Wants,
    /// Messages per 24 hours, at most; none for what is usual for the first way.
    pub budget_per_day: Option<u16>,
    /// When nobody is woken.
    pub quiet: Option<Quiet>,
    /// When it is told.
    pub digest: Digest,
    /// When.
    pub at: Time,
}

/// What became of a wish to subscribe. Outside all of them are to look the same: nobody learns who is subscribed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subscribed {
    /// It is new: its ways are to be asked.
    New(Subscription),
    /// The first address is subscribed and nobody confirmed it yet: the wishes are the new ones, and it is to be asked again.
    Again(Subscription),
    /// The first address is subscribed and confirmed. Nothing was changed.
    Known(Subscription),
    /// The first address was asked a moment ago, or as often as is good: nothing is to be sent.
    Enough,
}

/// What is to be changed of a subscription; what is none stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubscriptionChange {
    /// In which language.
    pub lang: Option<Lang>,
    /// Of what.
    pub wants: Option<Wants>,
    /// Messages per 24 hours, at most.
    pub budget_per_day: Option<u16>,
    /// When nobody is woken; none within for never.
    pub quiet: Option<Option<Quiet>>,
    /// When it is told.
    pub digest: Option<Digest>,
}

/// What may be taken of one channel now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChannelRoom {
    /// Which.
    pub channel: ChannelKind,
    /// Notices that this channel was not tried for yet, at most.
    pub first: u32,
    /// Notices that it was tried for, at most.
    pub again: u32,
    /// Whether it is down: nothing is sent by it, and what waits for it takes the next way.
    pub down: bool,
}

/// A message that is to be sent now: its tries are written down already.
pub struct Outgoing {
    /// Its id: the same whenever the same updates go to the same subscriber by the same way.
    pub message: String,
    /// By which channel.
    pub channel: ChannelKind,
    /// Where to, in the channel's own form.
    pub to: Zeroizing<String>,
    /// To whom.
    pub subscription: Subscription,
    /// What is told, the newest first; more than one in a digest.
    pub updates: Vec<Arc<Update>>,
    /// What [`crate::Store::unsubscribe`] takes.
    pub unsubscribe_token: String,
    /// From then on it is of no use any more.
    pub useful_until: Time,
    /// How many of its updates may come twice: an earlier try may have arrived.
    pub twice_count: usize,
    /// Whether this way was tried before.
    pub again: bool,
    pub(crate) notices: Vec<i64>,
}

impl Outgoing {
    /// How many notices it carries.
    pub fn notices_count(&self) -> usize {
        self.notices.len()
    }
}

impl fmt::Debug for Outgoing {
    /// Without the recipient.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Outgoing");
        shown.field("message", &self.message).field("channel", &self.channel);
        shown.field("updates", &self.updates.iter().map(|update| update.id).collect::<Vec<_>>());
        shown.finish_non_exhaustive()
    }
}

/// What one look at the due notices gave.
#[derive(Debug, Default)]
pub struct ClaimedNotices {
    /// To be sent now.
    pub outgoing: Vec<Outgoing>,
    /// Notices that were dropped, by why.
    pub dropped: Vec<(Reason, u64)>,
    /// Whether another look would find more to do at once.
    pub more: bool,
}

/// What came of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageEnd {
    /// How it ended.
    pub end: End,
    /// By what its receipt will name it.
    pub receipt: Option<String>,
    /// What was said, without private data.
    pub why: Option<String>,
    /// When.
    pub at: Time,
}

/// One try of a notice, to be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeTry {
    /// By which channel.
    pub channel: ChannelKind,
    /// The message's id.
    pub message: String,
    /// When it was begun.
    pub at: Time,
    /// Whether it may have come twice.
    pub twice: bool,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// What the receipt said.
    pub received: Option<bool>,
}

/// One notice, to be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeView {
    /// The subscription's id.
    pub subscription: String,
    /// The incident's number.
    pub incident: u64,
    /// The update's number.
    pub update: u64,
    /// Where it stands.
    pub state: State,
    /// Why it was dropped.
    pub reason: Option<Reason>,
    /// When it is looked at next.
    pub due_at: Option<Time>,
    /// Its tries, the first one first.
    pub tries: Vec<NoticeTry>,
}

/// How one try ended, as it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is with the recipient.
    Delivered,
    /// The other side took it.
    Accepted,
    /// It did not leave.
    NotNow,
    /// The recipient will not be reached so.
    Refused,
    /// Nobody knows.
    Unknown,
}

impl From<End> for Outcome {
    fn from(end: End) -> Self {
        match end {
            End::Delivered => Self::Delivered,
            End::Accepted { .. } => Self::Accepted,
            End::NotNow => Self::NotNow,
            End::Refused => Self::Refused,
            End::Unknown => Self::Unknown,
        }
    }
}

/// How much waits, by channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoticesWaiting {
    /// By which channel they go next.
    pub channel: ChannelKind,
    /// How many wait for their moment or for a receipt.
    pub count: u64,
    /// When the oldest of those whose moment has come was due.
    pub oldest_due: Option<Time>,
}

impl Coded for ChannelKind {
    const ALL: &'static [Self] = &Self::ALL;
    const WHAT: &'static str = "channel";
}

impl Coded for ChannelState {
    const ALL: &'static [Self] = &Self::ALL;
    const WHAT: &'static str = "channel state";
}

impl Coded for Standing {
    const ALL: &'static [Self] = &[Self::Unconfirmed, Self::Confirmed, Self::Ended];
    const WHAT: &'static str = "subscription state";
}

impl Coded for State {
    const ALL: &'static [Self] =
        &[Self::Due, Self::Claimed, Self::Accepted, Self::Unknown, Self::Delivered, Self::Dropped];
    const WHAT: &'static str = "notice state";
}

impl Coded for Reason {
    const ALL: &'static [Self] = &Self::ALL;
    const WHAT: &'static str = "reason";
}

impl Coded for Held {
    const ALL: &'static [Self] = &[Self::Quiet, Self::Digest, Self::Budget];
    const WHAT: &'static str = "held";
}

impl Coded for Level {
    const ALL: &'static [Self] =
        &[Self::Observed, Self::Confirmed, Self::Signs, Self::UnderWatch, Self::Relapsed, Self::Restored];
    const WHAT: &'static str = "level";
}

impl Coded for Outcome {
    const ALL: &'static [Self] = &[Self::Delivered, Self::Accepted, Self::NotNow, Self::Refused, Self::Unknown];
    const WHAT: &'static str = "outcome";
}
