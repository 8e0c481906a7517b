//! Pure: the directory of pickup points: search, opening hours, staleness, what the buyer chose.
//!
//! A [`Directory`] is plain data without a lock: what the carrier's answers said, point by point, with the age of each.
//! Every answer is merged in, the newest word on a point counts, and a search tells only of points that can take the
//! parcel as far as is known ([`Fit`]). [`Areas`] says what to ask the carrier next so that it stays fresh, and
//! [`places`] turns a postal code and a city into a place on the map without asking anyone.

mod areas;
mod choice;
mod directory;
mod fit;
mod hours;
mod index;
mod measured;
mod need;
mod opening;
pub mod places;
mod point;
mod position;
mod postal;
mod question;
mod source;
mod zone;

pub use areas::{AREAS_COUNT_MAX, Area, AreaRow, Areas};
pub use choice::{BadChoice, BadLink, Choice, ChoiceKey, Chosen, LINK_GOOD_FOR, Link};
pub use directory::{Asked, Directory, SEEN_KEPT_EVERY, Seen};
pub use fit::ARRIVES_DAYS;
pub use hours::{Day, Hours, Span};
pub use measured::measured_from;
pub use need::{COUNT_MAX, COUNT_USUAL, Fit, Found, METRES_USUAL, Need, Query};
pub use point::{Closure, Known, Point, Standing};
pub use position::Position;
pub use question::{against, need_of};
pub use source::{Source, Sourced};
