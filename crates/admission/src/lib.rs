//! Pure: who may enter, at what rate, in which class, who is shed, challenged or served stale.
//!
//! An engine in front of everything: it is told the time, a request's facts and how long the work behind it waits, and says
//! what to do. Its memory is fixed when it is made; nothing in it can be filled by whoever asks. It knows no socket, no task
//! and no store, so that it works with the disk full and the database locked.

mod cell;
mod class;
mod counts;
mod gate;
mod handshakes;
mod hash;
mod hello;
mod innocents;
mod key;
mod known;
mod ladder;
mod moment;
mod prefix;
mod receipt;
mod route;
mod rule;
mod settings;
mod shape;
mod share;
mod shield;
mod signature;
mod sketch;
mod token;
mod verdict;
mod words;

pub use class::Class;
pub use counts::Counts;
pub use gate::GateState;
pub use hello::{HELLO_BYTES_MAX, Hello, Peeked, peek};
pub use innocents::{INNOCENTS_COUNT_MIN, INNOCENTS_WINDOW_S_MAX, Innocents, Known, Refused};
pub use key::{Key, Keys};
pub use known::{Exists, Numbers};
pub use ladder::{
    Ask, Client, Headers, NotPassed, Pressure, Standing, Step, WORK_BITS, ask, check, script_answer, work_is_done,
};
pub use moment::Moment;
pub use prefix::Prefix;
pub use receipt::{BadCode, Explained, Receipt, explain};
pub use route::{Kind, Resource, ResourceId, Resources, resource_mark};
pub use rule::Rule;
pub use settings::{Rate, RateSettings, ResourceSettings, ShieldSettings, Unfit, WaitSettings};
pub use shape::{Feature, Seen, Shape, Shaper, in_words};
pub use share::Share;
pub use shield::Shield;
pub use signature::{Change, HuntLimits, Hunter, Listed, RULES_ACTIVE_MAX, RuleId, Signatures, State};
pub use token::{
    BadToken, CLOCK_SKEW, Passed, QUESTION_CHARS, QUESTION_GOOD_FOR, Question, TOKEN_CHARS, TOKEN_GOOD_FOR, Token,
};
pub use verdict::{Asked, Call, Calls, Place, Refusal, Ticket, Verdict, Waiting};
pub use words::{Lang, Words};
