//! What the clients of a world saw: promises, labels, and answers that should not have been.

use clock::{Clock, SystemClock};
use parcel::{ParcelNumber, ShipmentId};
use sim::{
    invariants::{Acknowledged, Released},
    orders::SimOrder,
};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Shared by all clients of one world.
#[derive(Default)]
pub(crate) struct Tally(Mutex<Seen>);

/// What was seen so far.
#[derive(Clone, Default)]
pub(crate) struct Seen {
    pub(crate) acknowledged: Vec<Acknowledged>,
    pub(crate) released: Vec<Released>,
    pub(crate) odd: Vec<String>,
}

impl Tally {
    pub(crate) fn seen(&self) -> Seen {
        self.lock().clone()
    }

    /// The client was told that its parcel is in hand.
    pub(crate) fn acknowledged(&self, wish: usize, order: &SimOrder, id: ShipmentId) {
        let (product, mode) = (order.shipment.product.clone(), order.shipment.mode.clone());
        self.lock().acknowledged.push(Acknowledged { wish, id, at: SystemClock.now(), product, mode });
    }

    /// The client holds a label.
    pub(crate) fn released(&self, wish: usize, id: ShipmentId, number: ParcelNumber) {
        self.lock().released.push(Released { wish, id, number, at: SystemClock.now() });
    }

    /// The client was told what nobody should be told here.
    pub(crate) fn odd(&self, wish: usize, what: &str) {
        self.lock().odd.push(format!("wish {wish}: {what}"));
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
