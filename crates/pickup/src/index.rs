//! Where things stand on the sphere, to be walked from the nearest on.
//!
//! Places are unit vectors in space, so that there is no edge at ±180° and none at the poles; the straight line through
//! Earth orders them as the way over the ground does. The tree is rstar's.

use crate::Position;
use rstar::{RTree, primitives::GeomWithData};

type Pin = GeomWithData<[f64; 3], u32>;

/// Numbered things by where they stand.
#[derive(Clone, Debug, Default)]
pub(crate) struct Index(RTree<Pin>);

impl Index {
    /// All of them at once, which makes the better tree.
    pub(crate) fn of(places: impl IntoIterator<Item = (Position, u32)>) -> Self {
        Self(RTree::bulk_load(places.into_iter().map(|(position, number)| Pin::new(position.unit(), number)).collect()))
    }

    pub(crate) fn insert(&mut self, position: Position, number: u32) {
        self.0.insert(Pin::new(position.unit(), number));
    }

    pub(crate) fn remove(&mut self, position: Position, number: u32) {
        self.0.remove(&Pin::new(position.unit(), number));
    }

    /// Every one, the nearest first, with the square of the straight line to it ([`crate::position::metres_of`]).
    pub(crate) fn walk(&self, from: Position) -> impl Iterator<Item = (u32, f64)> {
        self.0.nearest_neighbor_iter_with_distance_2(from.unit()).map(|(pin, squared)| (pin.data, squared))
    }
}
