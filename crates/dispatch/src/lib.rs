//! Pure: what to do with an intent now: send, wait, ask an anchor, supersede, serve locally, ask a human; retries, budgets, drain pace.
//!
//! Two engines that never see each other's state. [`Intent`] is the life of one request for one label, folded
//! from its facts; [`Pace`] decides how much may be asked of a carrier at this moment. Neither has a clock, a
//! socket, a disk or a task: they are told the time, and what they decide is returned as data.

mod fact;
mod intent;
mod pace;
mod policy;
mod question;
mod stopgap;

pub use fact::{By, Cause, Fact, Found, Reject, Stamped, Via};
pub use intent::{Illegal, Intent, Job, Next, State};
pub use pace::{Call, Health, Limits, Outlook, Pace, Permit, Signal};
pub use policy::{OnUnknown, Policy};
pub use question::{ALTERNATIVES_COUNT_MAX, Alternative, Consent, ConsentBy, IfPointIsGone, Mismatch, Question, Why};
pub use stopgap::{InTheDark, Moment, Stopgap, is_urgent};
