//! Pure: what may be said to whom, from which claim, on which channel, in French and English.
//!
//! Every public sentence is rendered from a live [`Claim`]: who saw it, when, on how much, by which method, how sure, and
//! until when it may be said. An [`Update`] is one message about one incident: the claims it stands on, an operator's
//! words beside them, and the time by which the next message comes.

mod claim;
mod herald;
mod lang;
pub mod ticket;
mod update;
mod words;

pub use claim::{Claim, Counts, Level, Method, Says, SeenBy, Window};
pub use herald::{Herald, HeraldSettings, Work};
pub use lang::Lang;
pub use update::{Remark, Stage, Update, UpdateId};
pub use words::{Arg, Spoken, Words};
