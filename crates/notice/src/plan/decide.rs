//! What to do with a notice now: send it by which way, hold it back, or drop it.

use super::{ChannelKind, Held, Notice, Reason, Standing, State, Subscription};
use crate::Level;
use clock::Time;
use std::time::Duration;

/// How often a notice is looked at again whose ways are all down.
const DOWN_REST: Duration = Duration::from_secs(15);
/// How soon a notice is looked at again while an older one of its incident is just being sent.
const ORDER_REST: Duration = Duration::from_secs(1);

/// What is around a notice.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    /// The time now.
    pub now: Time,
    /// Whether there is a newer notice of the same incident for this subscription.
    pub newer: bool,
    /// Whether another notice of the same incident is being sent to this subscription just now.
    pub in_flight: bool,
    /// Messages that were begun to this subscription in the last 24 hours.
    pub spent: u32,
    /// When the first of these is 24 hours old.
    pub room_at: Option<Time>,
    /// The channels that are down, or not there at all.
    pub down: &'a [ChannelKind],
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Send it by this way, by its place in the subscription.
    Send {
        /// The way.
        way: u8,
    },
    /// Look again then; the subscriber's own wish holds it back.
    Hold {
        /// Which.
        why: Held,
        /// Until when.
        until: Time,
    },
    /// Look again then: nothing can be done before.
    Rest {
        /// When.
        until: Time,
    },
    /// It goes nowhere any more.
    Drop(Reason),
}

/// Says what to do with a notice that is due, accepted or unknown and whose time has come.
pub fn decide(notice: &Notice, subscription: &Subscription, around: &Around<'_>) -> Decision {
    let now = around.now;
    if subscription.standing != Standing::Confirmed {
        return Decision::Drop(Reason::Unsubscribed);
    }
    if around.newer {
        return Decision::Drop(Reason::Superseded);
    }
    if now >= notice.useful_until() {
        return Decision::Drop(too_late(notice));
    }
    if around.in_flight {
        return Decision::Rest { until: now.plus(ORDER_REST) };
    }
    wished(notice, subscription, around).unwrap_or_else(|| by_which(notice, subscription, around))
}

fn too_late(notice: &Notice) -> Reason {
    match (notice.state, notice.held) {
        (State::Accepted, _) => Reason::NoReceipt,
        (_, Some(Held::Budget)) => Reason::OverBudget,
        _ => Reason::Late,
    }
}

/// What the subscriber's wishes say against sending it now.
fn wished(notice: &Notice, subscription: &Subscription, around: &Around<'_>) -> Option<Decision> {
    let now = around.now;
    if let Some(until) = subscription.quiet.as_ref().and_then(|quiet| quiet.holds(notice.level, now)) {
        return Some(Decision::Hold { why: Held::Quiet, until });
    }
    // What was begun is brought to its end: digest and budget were asked when it was.
    if !notice.tries.none() {
        return None;
    }
    let told_at = subscription.digest.after(notice.at);
    if now < told_at {
        return Some(Decision::Hold { why: Held::Digest, until: told_at });
    }
    let over = around.spent >= u32::from(subscription.budget_per_day) && !always_told(notice.level);
    let room_at = around.room_at.filter(|at| *at > now).unwrap_or_else(|| now.plus(DOWN_REST));
    over.then_some(Decision::Hold { why: Held::Budget, until: room_at })
}

/// What goes out whatever the budget says: it takes back a word that no longer holds.
fn always_told(level: Option<Level>) -> bool {
    matches!(level, Some(Level::Restored | Level::Relapsed))
}

fn by_which(notice: &Notice, subscription: &Subscription, around: &Around<'_>) -> Decision {
    let ways = &subscription.ways;
    match notice.next_way(ways, |channel| !around.down.contains(&channel)) {
        Some(way) => Decision::Send { way },
        None if notice.tries.least(ways, |_| true).is_some() => Decision::Rest { until: around.now.plus(DOWN_REST) },
        None if notice.state == State::Accepted => Decision::Drop(Reason::NoReceipt),
        None => Decision::Drop(Reason::NoWay),
    }
}
