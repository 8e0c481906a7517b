//! The points that are known, by their id and by where they stand.

use crate::{Fit, Found, Known, Need, Point, Position, Query, Standing, position};
use clock::Time;
use parcel::PickupPointId;
use std::{collections::HashMap, time::Duration};

/// A sighting alone is worth keeping once it is so much later than the one that was kept.
pub const SEEN_KEPT_EVERY: Duration = Duration::from_secs(3_600);

/// An answer of the carrier, to be merged.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Seen {
    /// The points that it told of.
    pub points: Vec<Point>,
    /// What was asked, where the answer may be taken to say what is no longer there.
    pub asked: Option<Asked>,
}

/// What an answer was asked for.
#[derive(Clone, PartialEq, Debug)]
pub struct Asked {
    /// Where the carrier measured from.
    pub from: Position,
    /// What was needed.
    pub need: Need,
    /// Whether it had room for more: everything within the carrier's reach was listed.
    pub whole: bool,
}

/// The points of one carrier. Plain data, no lock.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    points: HashMap<PickupPointId, Known>,
}

impl Directory {
    /// One that knows nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// One that knows these.
    pub fn from_known(known: impl IntoIterator<Item = Known>) -> Self {
        Self { points: known.into_iter().map(|k| (k.point.id, k)).collect() }
    }

    /// How many points are known, whatever their standing.
    pub fn len(&self) -> usize {
        self.points.len()
    }

    /// Whether none is known.
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// The point of this id.
    pub fn get(&self, id: PickupPointId) -> Option<&Known> {
        self.points.get(&id)
    }

    /// Every point, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &Known> {
        self.points.values()
    }

    /// Takes in what an answer told at this moment: ids whose [`Known`] changed in a way worth keeping.
    pub fn merge(&mut self, seen: &Seen, at: Time) -> Vec<PickupPointId> {
        for point in &seen.points {
            let known = Known { point: point.clone(), seen_at: at, standing: Standing::Listed };
            self.points.insert(point.id, known);
        }
        seen.points.iter().map(|p| p.id).collect()
    }

    /// The carrier said that this point is gone: whether that changed anything.
    pub fn gone(&mut self, id: PickupPointId, at: Time) -> bool {
        match self.points.get_mut(&id) {
            Some(known) => {
                known.standing = Standing::Gone { since: at };
                true
            }
            None => false,
        }
    }

    /// The points that are nearest, the nearest first, none that is known not to fit.
    pub fn search(&self, query: &Query) -> Vec<Found<'_>> {
        let from = query.near.unit();
        let mut found: Vec<Found<'_>> = self
            .iter()
            .filter(|known| self.fit(known.point.id, &query.need) == Fit::Fits)
            .filter_map(|known| {
                let squared = position::squared(from, known.point.position?.unit());
                (squared <= position::squared_of(query.metres_max))
                    .then(|| Found { known, metres: position::metres_of(squared) })
            })
            .collect();
        found.sort_by_key(|f| (f.metres, f.known.point.id));
        found.truncate(query.count.min(crate::COUNT_MAX));
        found
    }

    /// Whether a parcel can go to this point, as far as is known.
    pub fn fit(&self, id: PickupPointId, need: &Need) -> Fit {
        let Some(known) = self.get(id) else { return Fit::NotKnown };
        match (known.standing, known.point.weight_max_g.zip(need.weight_g)) {
            (Standing::Unlisted { .. }, _) => Fit::Unlisted,
            (Standing::Gone { .. }, _) => Fit::Gone,
            _ if known.point.closed => Fit::Closed { until: None },
            (_, Some((max_g, weight_g))) if weight_g > max_g => Fit::TooHeavy { max_g },
            _ => Fit::Fits,
        }
    }

    /// Points near a place that would do instead of one that does not.
    pub fn alternatives(
        &self,
        near: Position,
        need: &Need,
        count: usize,
        but_not: Option<PickupPointId>,
    ) -> Vec<Found<'_>> {
        let wide = Query { count: count.saturating_add(1), ..Query::new(near, need.clone()) };
        let mut found = self.search(&wide);
        found.retain(|f| Some(f.known.point.id) != but_not);
        found.truncate(count);
        found
    }
}
