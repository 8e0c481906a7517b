//! Requests that wait for a place, and the word that comes for them.
//!
//! The shield calls by ticket, on whichever thread a place became free. The call may come before the one who waits has left
//! its waker; either finds in the slot what the other left.

use admission::{Call, Calls, Place, Refusal, Shield, Ticket};
use std::{
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};

/// A table with a slot for each who can wait.
pub(super) struct Waiting {
    slots: Box<[Mutex<Slot>]>,
}

#[derive(Default)]
struct Slot {
    turn: u32,
    waker: Option<Waker>,
    decided: Option<Result<Place, Refusal>>,
}

impl Waiting {
    pub(super) fn new(waiting_max: u32) -> Self {
        Self { slots: (0..waiting_max).map(|_| Mutex::default()).collect() }
    }

    /// Passes on what the shield decided.
    pub(super) fn tell(&self, calls: Calls) {
        for Call { ticket, decided, .. } in calls {
            let mut slot = self.slot(ticket);
            let waker = if slot.turn == ticket.turn() { slot.waker.take() } else { None };
            *slot = Slot { turn: ticket.turn(), waker: None, decided: Some(decided) };
            drop(slot);
            if let Some(waker) = waker {
                waker.wake();
            }
        }
    }

    fn slot(&self, ticket: Ticket) -> MutexGuard<'_, Slot> {
        self.slots[ticket.slot()].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was decided, if it was; else who is to be woken then.
    fn poll(&self, ticket: Ticket, waker: &Waker) -> Poll<Result<Place, Refusal>> {
        let mut slot = self.slot(ticket);
        if slot.turn != ticket.turn() {
            *slot = Slot { turn: ticket.turn(), ..Slot::default() };
        }
        match slot.decided.take() {
            Some(decided) => Poll::Ready(decided),
            None => {
                slot.waker = Some(waker.clone());
                Poll::Pending
            }
        }
    }
}

/// What a waiting request needs of its guard.
pub(super) trait Gate: Send + Sync + 'static {
    fn shield(&self) -> &Shield;
    fn waiting(&self) -> &Waiting;
    /// Gives back a place that nobody used.
    fn unused(&self, place: Place);
}

/// One request's wait. Dropped before it ends, it gives up its turn, and a place that was on its way.
pub(super) struct Wait<G: Gate> {
    gate: Arc<G>,
    ticket: Option<Ticket>,
}

impl<G: Gate> Wait<G> {
    pub(super) const fn new(gate: Arc<G>, ticket: Ticket) -> Self {
        Self { gate, ticket: Some(ticket) }
    }
}

impl<G: Gate> Future for Wait<G> {
    type Output = Result<Place, Refusal>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(ticket) = self.ticket else { return Poll::Pending };
        let polled = self.gate.waiting().poll(ticket, context.waker());
        if polled.is_ready() {
            self.ticket = None;
        }
        polled
    }
}

impl<G: Gate> Drop for Wait<G> {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket else { return };
        if self.gate.shield().give_up(ticket) {
            return;
        }
        // Its call is under way on another thread, or there already.
        loop {
            let called = self.gate.waiting().poll(ticket, Waker::noop());
            match called {
                Poll::Ready(Ok(place)) => return self.gate.unused(place),
                Poll::Ready(Err(_)) => return,
                Poll::Pending => std::hint::spin_loop(),
            }
        }
    }
}
