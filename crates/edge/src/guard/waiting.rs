//! Requests that wait for a place, and the word that comes for them.
//!
//! The shield calls by ticket, on whichever thread a place became free. The call may come before the one who waits has left
//! its waker; either finds what the other left.

use admission::{Call, Calls, Place, Refusal, Shield, Ticket};
use std::{
    collections::HashMap,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};

/// Who waits and who was called, by ticket. It never holds many more than can wait.
pub(super) struct Waiting(Mutex<HashMap<Ticket, Left>>);

/// What the first of the two has left for the other.
enum Left {
    Waker(Waker),
    Decided(Result<Place, Refusal>),
}

impl Waiting {
    pub(super) fn new(waiting_max: u32) -> Self {
        Self(Mutex::new(HashMap::with_capacity(waiting_max as usize)))
    }

    /// Passes on what the shield decided.
    pub(super) fn tell(&self, calls: Calls) {
        for Call { ticket, decided, .. } in calls {
            let before = self.left().insert(ticket, Left::Decided(decided));
            if let Some(Left::Waker(waker)) = before {
                waker.wake();
            }
        }
    }

    fn left(&self) -> MutexGuard<'_, HashMap<Ticket, Left>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was decided, if it was; else who is to be woken then.
    fn poll(&self, ticket: Ticket, waker: &Waker) -> Poll<Result<Place, Refusal>> {
        let mut left = self.left();
        if let Some(Left::Decided(decided)) = left.remove(&ticket) {
            return Poll::Ready(decided);
        }
        left.insert(ticket, Left::Waker(waker.clone()));
        Poll::Pending
    }

    /// Nobody waits for this any more.
    fn forget(&self, ticket: Ticket) {
        self.left().remove(&ticket);
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
            return self.gate.waiting().forget(ticket);
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
