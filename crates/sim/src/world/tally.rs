//! What the clients of a simulated day saw: plain counters behind one lock.

use crate::scenario::{Function, Scenario};
use clock::Time;
use parcel::{ParcelNumber, ShipmentId};
use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU64, Ordering},
};

/// What one client saw of one order.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    /// The shipments that it was told its order is in hand as, each once, with when it first was.
    pub(super) acknowledged: Vec<(ShipmentId, Time)>,
    /// The labels that reached a printer, each once, with when it first did.
    pub(super) released: Vec<Label>,
    /// An answer that refuses the order.
    pub(super) refused: Option<String>,
    /// The client gave up.
    pub(super) gave_up: bool,
    /// The client sent the parcel to another point than the buyer chose.
    pub(super) substituted: bool,
}

/// A label that came out of a client's printer.
#[derive(Clone, Debug)]
pub(super) struct Label {
    /// Of which shipment, where there is a gateway that knows of shipments.
    pub(super) id: Option<ShipmentId>,
    pub(super) number: ParcelNumber,
    pub(super) at: Time,
}

/// What all clients saw.
pub(super) struct Tally {
    seen: Mutex<(Vec<Seen>, u64)>,
    scenario: Scenario,
    held_in_the_dark: AtomicU64,
}

impl Tally {
    pub(super) fn new(orders: usize, scenario: Scenario) -> Self {
        Self { seen: Mutex::new((vec![Seen::default(); orders], 0)), scenario, held_in_the_dark: Default::default() }
    }

    /// A client was told that its order is in hand.
    pub(super) fn acknowledged(&self, place: usize, id: ShipmentId, at: Time) {
        let acknowledged = &mut self.seen().0[place].acknowledged;
        if acknowledged.iter().all(|(known, _)| *known != id) {
            acknowledged.push((id, at));
        }
    }

    /// A label came out of the printer.
    pub(super) fn released(&self, place: usize, label: Label) {
        let mut seen = self.seen();
        if seen.0[place].released.iter().all(|known| known.number != label.number) {
            seen.0[place].released.push(label);
            seen.1 += 1;
        }
    }

    /// A label that was made before was handed out; counted when the carrier itself was dark at that moment.
    pub(super) fn held(&self, at: Time) {
        if self.scenario.at(at, Function::Label).dark {
            self.held_in_the_dark.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn change(&self, place: usize, change: impl FnOnce(&mut Seen)) {
        change(&mut self.seen().0[place]);
    }

    pub(super) fn of(&self, place: usize) -> Seen {
        self.seen().0[place].clone()
    }

    pub(super) fn labels(&self) -> u64 {
        self.seen().1
    }

    pub(super) fn held_in_the_dark(&self) -> u64 {
        self.held_in_the_dark.load(Ordering::Relaxed)
    }

    fn seen(&self) -> MutexGuard<'_, (Vec<Seen>, u64)> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
