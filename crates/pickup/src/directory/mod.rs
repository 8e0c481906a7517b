//! The points that are known, by their id and by where they stand.
//!
//! What is known of a point is a function of the times at which it was seen, missed and called gone, not of the order
//! in which answers come in: an answer that comes late changes nothing that a newer one has said ([`slot`]).

mod merge;
mod slot;

pub use merge::{Asked, SEEN_KEPT_EVERY, Seen};

use crate::{
    COUNT_MAX, Fit, Found, Known, Need, Point, Position, Query,
    fit::{Abilities, Judge},
    index::{Ask, Index},
    position,
};
use clock::Time;
use parcel::PickupPointId;
use slot::Slot;
use std::{collections::HashMap, fmt};

/// The points of one carrier. Plain data, no lock.
#[derive(Clone, Default)]
pub struct Directory {
    slots: Vec<Slot>,
    numbers: HashMap<PickupPointId, u32>,
    index: Index<Abilities>,
}

impl Directory {
    /// One that knows nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// One that knows these; of two with one id, the one that was seen later.
    pub fn from_known(known: impl IntoIterator<Item = Known>) -> Self {
        let mut directory = Self::new();
        for known in known {
            match directory.numbers.get(&known.point.id).and_then(|n| directory.slots.get_mut(*n as usize)) {
                Some(slot) if slot.known.seen_at >= known.seen_at => {}
                Some(slot) => *slot = Slot::kept(known),
                None => {
                    directory.push(Slot::kept(known));
                }
            }
        }
        let placed = (0..).zip(&directory.slots).filter_map(|(n, slot)| {
            let (position, offer) = stand(&slot.known.point)?;
            Some((position, n, offer))
        });
        directory.index = Index::of(placed);
        directory
    }

    /// How many points are known, whatever their standing.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether none is known.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// The point of this id.
    pub fn get(&self, id: PickupPointId) -> Option<&Known> {
        Some(&self.slots.get(*self.numbers.get(&id)? as usize)?.known)
    }

    /// Every point, in no order that means anything.
    pub fn iter(&self) -> impl Iterator<Item = &Known> {
        self.slots.iter().map(|slot| &slot.known)
    }

    /// The carrier said that this point is gone, by its id: whether that changed what is known.
    pub fn gone(&mut self, id: PickupPointId, at: Time) -> bool {
        let number = self.numbers.get(&id).copied();
        number.and_then(|n| self.slots.get_mut(n as usize)).is_some_and(|slot| slot.gone(at))
    }

    /// The points that are nearest, the nearest first, by their ids where they are equally far; none that is known not
    /// to fit ([`Fit`]), none that is not as wished.
    pub fn search(&self, query: &Query) -> Vec<Found<'_>> {
        self.nearest(query.near, &query.need, query.count.min(COUNT_MAX), query.metres_max, None)
    }

    /// Whether a parcel can go to this point, as far as is known. Wishes (kind, access, open at a moment) do not count.
    pub fn fit(&self, id: PickupPointId, need: &Need) -> Fit {
        self.get(id).map_or(Fit::NotKnown, |known| known.fit(need))
    }

    /// The points near a place that would do instead of one that does not, the nearest first, as far as a usual search
    /// looks.
    pub fn alternatives(
        &self,
        near: Position,
        need: &Need,
        count: usize,
        but_not: Option<PickupPointId>,
    ) -> Vec<Found<'_>> {
        self.nearest(near, need, count.min(COUNT_MAX), crate::METRES_USUAL, but_not)
    }

    fn nearest(
        &self,
        near: Position,
        need: &Need,
        count: usize,
        metres_max: u32,
        but_not: Option<PickupPointId>,
    ) -> Vec<Found<'_>> {
        let judge = Judge::new(need);
        let does = |number: u32| {
            let known = &self.slots.get(number as usize)?.known;
            let does = Some(known.point.id) != but_not && judge.is_wished(&known.point);
            (does && judge.fit(known) == Fit::Fits).then_some(known.point.id)
        };
        let squared_max = position::squared_of(metres_max);
        let ask = Ask { from: near.unit(), count, squared_max, may: |offer: &Abilities| judge.may(offer), does };
        let found = self.index.nearest(&ask).into_iter();
        let known = |number: u32| self.slots.get(number as usize).map(|slot| &slot.known);
        found
            .filter_map(|(n, squared)| Some(Found { known: known(n)?, metres: position::metres_of(squared) }))
            .collect()
    }

    fn push(&mut self, slot: Slot) -> Option<u32> {
        let number = u32::try_from(self.slots.len()).ok()?;
        self.numbers.insert(slot.known.point.id, number);
        self.slots.push(slot);
        Some(number)
    }
}

/// Where a point stands in the index, and as what.
fn stand(point: &Point) -> Option<(Position, Abilities)> {
    Some((point.position?, Abilities::of(point)))
}

impl fmt::Debug for Directory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Directory({} points)", self.len())
    }
}
