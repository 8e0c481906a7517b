//! Pure: observations in, health and incidents out: slow, dark, ours or theirs, signs of recovery, relapse odds.
//!
//! [`Watch`] is told everything that is seen ([`Observation`]) and gives back what changed ([`Transition`]), each change
//! with the numbers that caused it. It has no clock, no socket and no task; facts folded back ([`Watch::resume`]) bring
//! it to where it was.
//!
//! Three words and not two for a return: *signs* at the first answer, *under watch* while canaries pass, *restored* only
//! when the odds of a relapse are under a bound and every function is proved by real work.

mod baseline;
mod book;
pub mod calibrated;
mod engine;
mod evidence;
mod fitted;
mod health;
mod incident;
mod line;
mod number;
mod observation;
mod odds;
mod own;
mod recent;
mod ring;
mod stream;
pub mod trace;

pub use engine::{NoSuchIncident, Settings, Watch};
pub use evidence::{Evidence, Kind, Points, Verdict};
pub use fitted::{FITTED, Fitted};
pub use health::{FunctionHealth, Health};
pub use incident::{Condition, Incident, IncidentId, Numbers, REMARK_CHARS_MAX, Transition, What, Word};
pub use observation::{Carrier, Class, Control, Function, Observation, Outside, Reached, Source, Target};
pub use odds::{Memory, Past, bound, hold, relapse_odds};
pub use ring::{MINUTES, Minute};
pub use stream::Stream;
