//! Who is told what, when, by which way: subscriptions, the life of a notice, the health of channels.
//!
//! A *notice* is one update for one subscription. [`Notice`] is its life, [`decide()`] says what to do with it now. What always
//! holds, whatever fails: of one incident nothing older goes to a recipient after something newer was begun; every notice
//! ends delivered, or dropped with its [`Reason`]; and a message goes out twice only where nobody can know whether it came.

mod decide;
mod health;
mod notice;
mod retries;
mod subscription;

pub use decide::{Around, Decision, decide};
pub use health::{ChannelHealth, ChannelState};
pub use notice::{End, Fact, Held, Illegal, Notice, Reason, State, TRIES_PER_WAY_MAX, Tries};
pub use retries::Retries;
pub use subscription::{
    BUDGET_PER_DAY_MAX, ChannelKind, Digest, Quiet, Standing, Subscription, WAYS_COUNT_MAX, Wants, Way,
};
