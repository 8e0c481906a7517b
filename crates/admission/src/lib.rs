//! Pure: who may enter, at what rate, in which class, who is shed, challenged or served stale.
//!
//! An engine in front of everything: it is told the time, a request's facts and how long the work behind it waits, and says
//! what to do. Its memory is fixed when it is made; nothing in it can be filled by whoever asks. It knows no socket, no task
//! and no store, so that it works with the disk full and the database locked.

mod cell;
mod class;
mod counts;
mod gate;
mod hash;
mod moment;
mod prefix;
mod route;
mod rule;
mod settings;
mod shield;
mod sketch;
mod verdict;

pub use class::Class;
pub use counts::Counts;
pub use gate::GateState;
pub use moment::Moment;
pub use prefix::Prefix;
pub use route::{Kind, Resource, ResourceId, Resources};
pub use rule::Rule;
pub use settings::{Rate, RateSettings, ResourceSettings, ShieldSettings, Unfit, WaitSettings};
pub use shield::Shield;
pub use verdict::{Asked, Call, Calls, Place, Refusal, Ticket, Verdict, Waiting};
