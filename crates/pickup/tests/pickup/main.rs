//! The directory of pickup points through its public surface.

mod areas;
mod fitting;
mod hours;
mod measured;
mod merging;
mod opening;
mod places;
mod search;
mod support;
