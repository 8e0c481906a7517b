//! The life of a notice: one update for one subscription, from due to delivered or dropped.
//!
//! ```text
//!            ┌────────────── held, superseded, late … ─────────────┐
//!            │                                                     ▼
//!   due ──▶ claimed ──▶ delivered ◀── a receipt, however late ── dropped
//!    ▲         │ ├────▶ accepted: a receipt is awaited ──┐         ▲
//!    │         │ └────▶ unknown: it may have been sent ──┤─────────┘
//!    └─────────┴── it did not leave; refused; no receipt ┘
//! ```
//!
//! Nothing leaves before `claimed` is on disk. What was claimed when the process stopped is *unknown*. From *unknown*, and
//! from *accepted* without a receipt, it may be claimed once more; then [`Notice::ambiguous`] says that it may come twice.

use super::{ChannelKind, Way};
use crate::{Level, Update};
use clock::Time;
use std::time::Duration;

/// Tries by one way, at most.
pub const TRIES_PER_WAY_MAX: u8 = 4;
/// Tries by a way where one ended unknown, before the next way is taken: the other side can know the message again by its
/// id, by another way it could not.
const UNKNOWN_TRIES_MAX: u8 = 2;
/// The wait before another try by a way, by how often it was tried.
const RETRY_WAITS: [Duration; 3] = [Duration::from_secs(15), Duration::from_secs(60), Duration::from_secs(240)];
/// How long what may have been sent rests: what is still on its way arrives meanwhile.
const UNKNOWN_REST: Duration = Duration::from_secs(20);
/// How long a last message of an incident is still worth sending when the subscriber's own wish held it back.
const HELD_USEFUL: Duration = Duration::from_secs(48 * 3_600);
/// How long an update is worth sending that promises no other and claims nothing.
const BARE_USEFUL: Duration = Duration::from_secs(24 * 3_600);

/// Where a notice stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// It waits for its moment, its first or another.
    Due,
    /// It is being sent.
    Claimed,
    /// The other side took it and promised a receipt, which is awaited.
    Accepted,
    /// It may have been sent or not.
    Unknown,
    /// It is with the recipient, as far as the channel can know.
    Delivered,
    /// It goes nowhere any more.
    Dropped,
}

impl State {
    /// Whether nothing more is done with it.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Delivered | Self::Dropped)
    }
}

/// Why a notice was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// A newer message of the same incident takes its place.
    Superseded,
    /// It would have come too late: what it claims has expired, or the next message was due.
    Late,
    /// The budget left no room for it while it was of use.
    OverBudget,
    /// The subscription has ended.
    Unsubscribed,
    /// Every way was tried as often as is good, or refused it.
    NoWay,
    /// The other side took it, no receipt came, and there was no other way.
    NoReceipt,
    /// The store was restored from a backup: the store that was lost may have sent it.
    Restored,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Superseded,
        Self::Late,
        Self::OverBudget,
        Self::Unsubscribed,
        Self::NoWay,
        Self::NoReceipt,
        Self::Restored,
    ];

    /// Its name outside.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Superseded => "superseded",
            Self::Late => "late",
            Self::OverBudget => "over_budget",
            Self::Unsubscribed => "unsubscribed",
            Self::NoWay => "no_way",
            Self::NoReceipt => "no_receipt",
            Self::Restored => "restored",
        }
    }
}

/// Which of the subscriber's own wishes held a notice back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Held {
    /// The quiet hours.
    Quiet,
    /// The digest.
    Digest,
    /// The budget.
    Budget,
}

/// How one try ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum End {
    /// It is with the recipient.
    Delivered,
    /// The other side took it.
    Accepted {
        /// Whether a receipt can follow; without one this is as much as will ever be known.
        receipt: bool,
    },
    /// It did not leave, or was refused for the moment.
    NotNow,
    /// The recipient will not be reached by this way.
    Refused,
    /// It may have been taken or not.
    Unknown,
}

/// What happens to a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fact {
    /// It is about to be sent by this way, by its place in the subscription.
    Claimed {
        /// The way.
        way: u8,
    },
    /// The try ended.
    Ended(End),
    /// The process stopped while it was claimed.
    Stopped,
    /// A receipt came for one of its tries.
    Receipt {
        /// Whether it says that the message is with the recipient, or that it will not be.
        delivered: bool,
        /// Whether it is for the latest try.
        latest: bool,
    },
    /// A wish of the subscriber's holds it back.
    Held {
        /// Which.
        why: Held,
        /// Until when.
        until: Time,
    },
    /// It is looked at again then: its channels are down, or an older message is just being sent.
    Rest {
        /// When.
        until: Time,
    },
    /// It goes nowhere any more.
    Dropped(Reason),
}

/// The fact cannot follow where the notice stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Illegal {
    /// Where it stands.
    pub state: State,
    /// What was to happen.
    pub fact: Fact,
}

/// How often each way was tried, by its place in the subscription.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Tries([u8; super::WAYS_COUNT_MAX]);

impl Tries {
    /// As one number, a byte for each way.
    pub const fn bits(self) -> u32 {
        u32::from_le_bytes(self.0)
    }

    /// From that number.
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits.to_le_bytes())
    }

    /// How often this way was tried; as often as may be where it is closed.
    pub fn of(self, way: u8) -> u8 {
        self.0.get(usize::from(way)).copied().unwrap_or(TRIES_PER_WAY_MAX)
    }

    /// Whether no way was tried.
    pub fn none(self) -> bool {
        self.bits() == 0
    }

    /// Whether this way may be tried.
    pub fn is_open(self, way: u8) -> bool {
        self.of(way) < TRIES_PER_WAY_MAX
    }

    fn put(&mut self, way: u8, tries: u8) {
        if let Some(place) = self.0.get_mut(usize::from(way)) {
            *place = tries;
        }
    }

    /// The open way that was tried least, the preferred first, among those that pass.
    pub(super) fn least(self, ways: &[Way], pass: impl Fn(ChannelKind) -> bool) -> Option<u8> {
        let all = (0u8..).zip(ways).filter(|(place, way)| way.confirmed && self.is_open(*place) && pass(way.channel));
        all.min_by_key(|(place, _)| self.of(*place)).map(|(place, _)| place)
    }
}

/// A notice, as far as its life goes: who it is for and what it says stand beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// When its update was made.
    pub at: Time,
    /// How much the update's news claims.
    pub level: Option<Level>,
    /// From then on the update is of no use any more.
    pub until: Time,
    /// Whether no other message is promised.
    pub closing: bool,
    /// Where it stands.
    pub state: State,
    /// Why it was dropped.
    pub reason: Option<Reason>,
    /// Which wish last held it back.
    pub held: Option<Held>,
    /// How often each way was tried.
    pub tries: Tries,
    /// The way of the latest try.
    pub way: Option<u8>,
    /// Whether an earlier try may have arrived: another one may come twice.
    pub ambiguous: bool,
    /// Whether a receipt for an earlier try came while another was under way.
    pub came: bool,
    /// When it is looked at next; nothing while it is being sent and at its end.
    pub due: Option<Time>,
}

impl Notice {
    /// The notice of an update that was just made: due at once.
    pub fn new(update: &Update) -> Self {
        let news = update.claims.first().map(|claim| claim.expires);
        let until = match (news, update.next_by) {
            (Some(expires), Some(next)) => expires.min(next),
            (Some(end), None) | (None, Some(end)) => end,
            (None, None) => update.at.plus(BARE_USEFUL),
        };
        Self {
            at: update.at,
            level: update.level(),
            until,
            closing: update.next_by.is_none(),
            state: State::Due,
            reason: None,
            held: None,
            tries: Tries::default(),
            way: None,
            ambiguous: false,
            came: false,
            due: Some(update.at),
        }
    }

    /// From when on it is not sent any more. The last message of an incident that the subscriber's own wish held back is
    /// sent for two days: nobody is left with *down* because it was restored at night.
    pub fn useful_until(&self) -> Time {
        if self.closing && self.held.is_some() { self.until.max(self.at.plus(HELD_USEFUL)) } else { self.until }
    }

    /// The way that is tried next, among those that pass: the one that was tried least, the preferred first. What may have
    /// been sent goes by the same way once more.
    pub fn next_way(&self, ways: &[Way], pass: impl Fn(ChannelKind) -> bool) -> Option<u8> {
        let same = self.way.filter(|way| {
            let there = ways.get(usize::from(*way)).is_some_and(|way| way.confirmed && pass(way.channel));
            self.state == State::Unknown && there && self.tries.of(*way) < UNKNOWN_TRIES_MAX
        });
        same.or_else(|| self.tries.least(ways, pass))
    }

    /// Takes up what happened.
    ///
    /// # Errors
    /// [`Illegal`] when it cannot follow; the notice is as it was.
    pub fn step(&mut self, fact: Fact, now: Time, ways: &[Way]) -> Result<(), Illegal> {
        let illegal = Illegal { state: self.state, fact };
        match (self.state, fact) {
            (State::Due | State::Accepted | State::Unknown, Fact::Claimed { way }) if self.tries.is_open(way) => {
                self.ambiguous |= self.state != State::Due;
                self.tries.put(way, self.tries.of(way) + 1);
                self.way = Some(way);
                self.go(State::Claimed, None);
            }
            (State::Claimed, Fact::Ended(end)) => self.ended(end, now, ways),
            (State::Claimed, Fact::Stopped) => self.ended(End::Unknown, now, ways),
            (_, Fact::Receipt { delivered, latest }) => self.receipt(delivered, latest, now),
            (State::Due | State::Accepted | State::Unknown, Fact::Held { why, until }) => {
                self.held = Some(why);
                self.due = Some(until.min(self.useful_until()));
            }
            (State::Due | State::Accepted | State::Unknown, Fact::Rest { until }) => {
                self.due = Some(until.min(self.useful_until()));
            }
            (State::Due | State::Accepted | State::Unknown, Fact::Dropped(reason)) => {
                self.reason = Some(reason);
                self.go(State::Dropped, None);
            }
            _ => return Err(illegal),
        }
        Ok(())
    }

    fn go(&mut self, state: State, due: Option<Time>) {
        self.state = state;
        self.due = due;
    }

    fn ended(&mut self, end: End, now: Time, ways: &[Way]) {
        let way = self.way.unwrap_or_default();
        match end {
            _ if self.came => self.go(State::Delivered, None),
            End::Delivered | End::Accepted { receipt: false } => self.go(State::Delivered, None),
            End::Accepted { receipt: true } => {
                // What was taken is not handed over by the same way again.
                self.tries.put(way, u8::MAX);
                let wait = ways.get(usize::from(way)).map_or(UNKNOWN_REST, |way| way.channel.receipt_wait());
                // Never so long that another way would come too late.
                let wait = wait.min(self.useful_until().since(now) / 2);
                self.go(State::Accepted, Some(now.plus(wait)));
            }
            End::NotNow => self.go(State::Due, Some(self.next_try(now, ways))),
            End::Refused => {
                self.tries.put(way, u8::MAX);
                self.go(State::Due, Some(self.next_try(now, ways)));
            }
            End::Unknown => {
                self.ambiguous = true;
                self.go(State::Unknown, Some(now.plus(UNKNOWN_REST)));
            }
        }
    }

    /// At once by a way that was not tried yet; by one that was, after a wait that grows.
    fn next_try(&self, now: Time, ways: &[Way]) -> Time {
        let next = self.tries.least(ways, |_| true).map_or(0, |way| self.tries.of(way));
        let wait = usize::from(next).checked_sub(1).and_then(|place| RETRY_WAITS.get(place));
        now.plus(wait.copied().unwrap_or_default())
    }

    fn receipt(&mut self, delivered: bool, latest: bool, now: Time) {
        match self.state {
            State::Claimed if delivered => self.came = true,
            _ if delivered => {
                self.reason = None;
                self.go(State::Delivered, None);
            }
            State::Accepted if latest => self.go(State::Due, Some(now)),
            _ => {}
        }
    }
}
