//! Requests that wait for a place, and the word that comes for them.
//!
//! The shield calls by ticket, on whichever thread a place became free. The call may come before the one who waits has left
//! its waker, and after it has left itself; either finds what the other left.

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
    /// It waits.
    Waker(Waker),
    /// It was called.
    Decided(Result<Place, Refusal>),
    /// It went away, and its call is still to come.
    Gone,
}

impl Waiting {
    pub(super) fn new(waiting_max: u32) -> Self {
        Self(Mutex::new(HashMap::with_capacity(waiting_max as usize)))
    }

    /// Passes on what the shield decided. The places of those who went away meanwhile come back.
    #[must_use]
    pub(super) fn tell(&self, calls: Calls) -> Vec<Place> {
        calls.into_iter().filter_map(|call| self.call(call)).collect()
    }

    fn call(&self, Call { ticket, decided, .. }: Call) -> Option<Place> {
        let mut left = self.left();
        match left.remove(&ticket) {
            Some(Left::Gone) => return decided.ok(),
            Some(Left::Waker(waker)) => {
                left.insert(ticket, Left::Decided(decided));
                drop(left);
                waker.wake();
            }
            _ => _ = left.insert(ticket, Left::Decided(decided)),
        }
        None
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

    /// One who waits goes away. Its place, if it was called to one.
    fn go(&self, ticket: Ticket, shield: &Shield) -> Option<Place> {
        let calls = !shield.give_up(ticket);
        let mut left = self.left();
        match left.remove(&ticket) {
            Some(Left::Decided(decided)) => return decided.ok(),
            // Its call is on its way, on another thread.
            _ if calls => _ = left.insert(ticket, Left::Gone),
            _ => {}
        }
        None
    }

    /// Tickets of whom something is kept.
    #[cfg(test)]
    fn len(&self) -> usize {
        self.left().len()
    }

    fn left(&self) -> MutexGuard<'_, HashMap<Ticket, Left>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a waiting request needs of its guard.
pub(super) trait Gate {
    fn shield(&self) -> &Shield;
    fn waiting(&self) -> &Waiting;
    /// Gives back a place that nobody used.
    fn unused(&self, place: Place);
}

/// One request's wait. Dropped before it ends, it gives up its turn, or the place that it was called to.
pub(super) struct Wait<G: Gate> {
    gate: Arc<G>,
    ticket: Option<Ticket>,
}

impl<G: Gate> Wait<G> {
    pub(super) const fn new(gate: Arc<G>, ticket: Ticket) -> Self {
        Self { gate, ticket: Some(ticket) }
    }

    pub(super) const fn gate(&self) -> &Arc<G> {
        &self.gate
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
        let left = self.ticket.take().and_then(|ticket| self.gate.waiting().go(ticket, self.gate.shield()));
        if let Some(place) = left {
            self.gate.unused(place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use admission::{Asked, Class, Moment, Prefix, ResourceId, ShieldSettings, Verdict, WaitSettings};
    use proptest::prelude::*;

    struct House {
        shield: Shield,
        waiting: Waiting,
        now: Mutex<u64>,
        /// Words for those who wait that were not passed on yet.
        unsaid: Mutex<Calls>,
    }

    impl Gate for House {
        fn shield(&self) -> &Shield {
            &self.shield
        }

        fn waiting(&self) -> &Waiting {
            &self.waiting
        }

        fn unused(&self, place: Place) {
            let mut calls = self.unsaid.lock().expect("lock");
            self.shield.leave(place, None, self.now(), &mut calls);
        }
    }

    impl House {
        fn new() -> Self {
            let settings = ShieldSettings {
                places_min: 2,
                places_start: 2,
                places_max: 2,
                reserve_percent: 0,
                waiting_max: 4,
                cells_count: 1 << 8,
                sketch_width: 1 << 8,
                wait: WaitSettings { unknown_ms: 40, ..WaitSettings::default() },
                ..ShieldSettings::default()
            };
            let shield = Shield::new(&settings, [5; 16]).expect("a shield");
            Self { shield, waiting: Waiting::new(4), now: Mutex::new(0), unsaid: Mutex::default() }
        }

        fn now(&self) -> Moment {
            Moment::from_ms(*self.now.lock().expect("lock"))
        }

        /// Passes one word on, as another thread would after a while.
        fn say(&self, which: usize) {
            let mut unsaid = self.unsaid.lock().expect("lock");
            if unsaid.is_empty() {
                return;
            }
            let at = which % unsaid.len();
            let call = unsaid.remove(at);
            drop(unsaid);
            self.waiting.tell(vec![call]).into_iter().for_each(|place| self.unused(place));
        }
    }

    #[derive(Clone, Copy, Debug)]
    enum Step {
        Come,
        Leave(usize),
        Say(usize),
        Poll(usize),
        Go(usize),
        Tick,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => Just(Step::Come),
            2 => any::<usize>().prop_map(Step::Leave),
            3 => any::<usize>().prop_map(Step::Say),
            2 => any::<usize>().prop_map(Step::Poll),
            2 => any::<usize>().prop_map(Step::Go),
            1 => Just(Step::Tick),
        ]
    }

    fn polled(wait: &mut Wait<House>) -> Poll<Result<Place, Refusal>> {
        Pin::new(wait).poll(&mut Context::from_waker(Waker::noop()))
    }

    proptest! {
        /// However comings, goings and words for others cross each other, no place and no ticket is lost, and nobody waits
        /// for a word that does not come.
        #[test]
        fn nothing_is_lost_between_a_word_and_a_client_that_left(steps in prop::collection::vec(step(), 1..200)) {
            let house = Arc::new(House::new());
            let (mut places, mut waits) = (Vec::new(), Vec::new());
            for step in steps {
                match step {
                    Step::Come => {
                        let asked = Asked {
                            prefix: Prefix::from_bits(7), class: Class::Unknown, id: None, resource: ResourceId::OTHER,
                            suspect_rule: None, program: true,
                        };
                        let verdict = house.shield.judge(&asked, house.now(), &mut house.unsaid.lock().expect("lock"));
                        match verdict {
                            Verdict::Go(place) => places.push(place),
                            Verdict::Wait(waiting) => waits.push(Wait::new(Arc::clone(&house), waiting.ticket)),
                            Verdict::Refuse(_) => {}
                        }
                    }
                    Step::Leave(which) if !places.is_empty() => house.unused(places.swap_remove(which % places.len())),
                    Step::Say(which) => house.say(which),
                    Step::Poll(which) if !waits.is_empty() => {
                        let at = which % waits.len();
                        if let Poll::Ready(decided) = polled(&mut waits[at]) {
                            waits.swap_remove(at);
                            places.extend(decided.ok());
                        }
                    }
                    Step::Go(which) if !waits.is_empty() => drop(waits.swap_remove(which % waits.len())),
                    Step::Tick => {
                        *house.now.lock().expect("lock") += 10;
                        house.shield.tick(house.now(), &mut house.unsaid.lock().expect("lock"));
                    }
                    _ => {}
                }
                prop_assert!(house.waiting.len() <= 4 + 2 + waits.len());
            }
            // Everybody who stays is told in the end.
            while !waits.is_empty() {
                places.drain(..).for_each(|place| house.unused(place));
                while !house.unsaid.lock().expect("lock").is_empty() {
                    house.say(0);
                }
                waits.retain_mut(|wait| match polled(wait) {
                    Poll::Ready(decided) => {
                        places.extend(decided.ok());
                        false
                    }
                    Poll::Pending => true,
                });
                *house.now.lock().expect("lock") += 10;
                house.shield.tick(house.now(), &mut house.unsaid.lock().expect("lock"));
            }
            places.drain(..).for_each(|place| house.unused(place));
            while !house.unsaid.lock().expect("lock").is_empty() {
                house.say(0);
            }
            let gate = house.shield.counts().gate;
            prop_assert_eq!((gate.taken, gate.waiting, house.waiting.len()), (0, [0; Class::COUNT], 0));
        }
    }
}
