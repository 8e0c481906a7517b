//! What a parcel and its buyer need of a point, and how a search is asked.

use crate::{Known, Position};
use clock::Time;
use jiff::civil::Date;
use parcel::PointKind;

/// Points in an answer where the caller does not say.
pub const COUNT_USUAL: usize = 20;
/// Most points in an answer.
pub const COUNT_MAX: usize = 50;
/// How far a point may be where the caller does not say.
pub const METRES_USUAL: u32 = 40_000;

/// What is needed of a point.
#[derive(Clone, PartialEq, Debug)]
pub struct Need {
    /// The parcel's weight, where it is known.
    pub weight_g: Option<u32>,
    /// The day on which the parcel is handed to the carrier, at the point's own clocks.
    pub date: Date,
    /// Whether only post offices will do.
    pub post_offices_only: bool,
    /// Whether it must be possible to enter with reduced mobility.
    pub accessible: bool,
    /// A moment at which the point must be known to be open.
    pub open_at: Option<Time>,
    /// Whether only this kind will do.
    pub kind: Option<PointKind>,
}

impl Need {
    /// Nothing but a point that is there for a parcel handed over on this day.
    pub fn on(date: Date) -> Self {
        Self { weight_g: None, date, post_offices_only: false, accessible: false, open_at: None, kind: None }
    }
}

/// A search.
#[derive(Clone, PartialEq, Debug)]
pub struct Query {
    /// Where the buyer is.
    pub near: Position,
    /// What is needed.
    pub need: Need,
    /// How many points at most; above [`COUNT_MAX`] counts as that.
    pub count: usize,
    /// How far they may be.
    pub metres_max: u32,
}

impl Query {
    /// A search for [`COUNT_USUAL`] points within [`METRES_USUAL`].
    pub fn new(near: Position, need: Need) -> Self {
        Self { near, need, count: COUNT_USUAL, metres_max: METRES_USUAL }
    }
}

/// A point that a search found.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Found<'a> {
    /// The point.
    pub known: &'a Known,
    /// How far it is.
    pub metres: u32,
}

/// Whether a parcel can go to a point, as far as is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fit {
    /// It can.
    Fits,
    /// The directory has no such point.
    NotKnown,
    /// It was missing from an answer that had to hold it.
    Unlisted,
    /// The carrier said that it is gone.
    Gone,
    /// It is shut while the parcel would come.
    Closed {
        /// When it opens again, where that is known.
        until: Option<Time>,
    },
    /// It does not take so heavy a parcel.
    TooHeavy {
        /// The heaviest that it takes, grams.
        max_g: u32,
    },
}
