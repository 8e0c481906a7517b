//! Support tickets: what an inbound text asks, what our own facts say of it, and whether that answers it.
//!
//! Three plain functions, in this order: [`read()`] says what stands in the text, [`decide()`] holds it against [`Facts`] and
//! gives an answer or a reason for a person, [`words`] writes it. Every rule is a line of data in `rules.rs`; nothing is
//! scored. A parcel is linked to a ticket only by a number that is right, or an order number that is ours, of a sender who
//! has a right to it; or, for the merchant itself, by its account, the function, the time, and nothing else that fits.

mod decide;
mod facts;
mod fold;
mod numbers;
mod parts;
mod read;
mod rules;
pub mod words;

pub use decide::{Answer, Decision, Line, NotAnswered, Reason, SHOWN_PARCELS_MAX, decide};
pub use facts::{Asker, Facts, FoundBy, Parcel, Right, State, Trouble, WINDOW_AFTER};
pub use read::{Inbound, Kind, Reading, read};
pub use words::Text;
