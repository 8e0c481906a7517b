//! The gate: places towards the work behind, those who wait for one, and whether there is an overload.
//!
//! In peace a request takes a place and gives it back, and nothing else happens. Who finds none waits: the highest class first,
//! within a class the lightest source. A part of the places is never given to classes below [`Class::Citizen`], so that
//! one who comes with a key hardly waits at all.
//!
//! There is an *overload* when more is asked for than there are places and the delay is over the floor, or somebody has waited
//! all the time for a quarter of a second. It is over after some quiet seconds in a row: nobody waits, the delay is near the floor,
//! and what was refused meanwhile would have fit. A second that is quiet but for its delay counts for a sixth: who is slow
//! with nobody in the way for a minute has become slow by itself.

mod floor;
mod limit;
mod queue;

use crate::{
    Asked, Call, Calls, Class, Moment, Place, Refusal, ResourceId, Rule, ShieldSettings, Ticket, WaitSettings, Waiting,
    verdict::Held,
};
use floor::{Delays, Floors};
use limit::{Limit, Sign};
use queue::{Queue, Waiter};
use std::time::Duration;

/// Somebody waiting for so long without a break is an overload, whatever the delay, in nanoseconds.
const STANDING_NS: u64 = 250_000_000;
const SECOND_NS: u64 = 1_000_000_000;
/// What a quiet second counts, near the floor and over it.
const CALM_NEAR: u32 = 6;
const CALM_OVER: u32 = 1;

/// What became of one who came to the gate.
#[derive(Debug)]
pub(crate) enum Entered {
    Go(Place),
    Wait(Waiting),
    Full(Refusal),
}

/// What was seen since the last full second.
#[derive(Default)]
struct Second {
    start: Moment,
    /// The most places that were taken at once.
    taken_max: u32,
    served: u64,
    delay_us_sum: u64,
    delay_count: u64,
    over: Delays,
    /// Whether their quartile was over the floor.
    is_over: bool,
}

/// The state of the gate, as it is told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GateState {
    /// Whether there is an overload.
    pub overloaded: bool,
    /// How many overloads began since the start.
    pub overloads: u64,
    /// How many places there are.
    pub places: u32,
    /// How many of them are taken.
    pub taken: u32,
    /// How many of each class wait.
    pub waiting: [u32; Class::COUNT],
    /// By how much the upper quartile of the last delays was over the floor, in microseconds.
    pub over_us: u32,
    /// The floor of each resource, in microseconds, once it is known.
    pub floors_us: Vec<Option<u32>>,
}

/// The gate.
pub(crate) struct Gate {
    limit: Limit,
    floors: Floors,
    queue: Queue,
    wait: WaitSettings,
    reserve_percent: u32,
    calm_s: u32,
    retry_after_s: u32,
    /// How many were refused here: the next one's share of the time to come back.
    refused: u32,
    taken: u32,
    taken_low: u32,
    /// Whether somebody found no place since the last delays were judged.
    pressed: bool,
    /// Since when there was always somebody who waits.
    standing: Option<Moment>,
    overloaded: bool,
    overloads: u64,
    calm: u32,
    over_us: u32,
    second: Second,
    /// How many the shield had refused for the overload's sake at the last full second.
    shed_before: u64,
}

impl Gate {
    pub(crate) fn new(settings: &ShieldSettings, resources: usize) -> Self {
        Self {
            limit: Limit::new(settings),
            floors: Floors::new(resources),
            queue: Queue::new(settings.waiting_max),
            wait: settings.wait.clone(),
            reserve_percent: settings.reserve_percent,
            calm_s: settings.calm_s,
            retry_after_s: settings.retry_after_s,
            refused: 0,
            taken: 0,
            taken_low: 0,
            pressed: false,
            standing: None,
            overloaded: false,
            overloads: 0,
            calm: 0,
            over_us: 0,
            second: Second::default(),
            shed_before: 0,
        }
    }

    /// A gate with new settings and nobody in it, which knows how long the work takes and whether there is an overload.
    /// `before` says of each resource which it was here.
    pub(crate) fn renewed(&self, settings: &ShieldSettings, before: &[Option<usize>]) -> Self {
        Self {
            limit: self.limit.renewed(settings),
            floors: self.floors.renewed(before),
            overloaded: self.overloaded,
            overloads: self.overloads,
            over_us: self.over_us,
            shed_before: self.shed_before,
            ..Self::new(settings, before.len())
        }
    }

    pub(crate) const fn is_overloaded(&self) -> bool {
        self.overloaded
    }

    pub(crate) fn state(&self) -> GateState {
        GateState {
            overloaded: self.overloaded,
            overloads: self.overloads,
            places: self.limit.now(),
            taken: self.taken,
            waiting: Class::ALL.map(|class| self.queue.len_of(class)),
            over_us: self.over_us,
            floors_us: self.floors.all().collect(),
        }
    }

    /// A place for this request if there is one, and nothing else.
    pub(crate) fn try_enter(&mut self, asked: &Asked) -> Option<Place> {
        if self.has_room(asked.class) {
            return Some(self.take(asked.class, asked.resource));
        }
        self.pressed = true;
        None
    }

    /// A place for this request, or a wait for one. `weight` says how much its source asked lately, if that matters.
    pub(crate) fn enter(
        &mut self,
        asked: &Asked,
        weight: impl FnOnce() -> u32,
        now: Moment,
        calls: &mut Calls,
    ) -> Entered {
        if let Some(place) = self.try_enter(asked) {
            return Entered::Go(place);
        }
        let (class, resource, wait) = (asked.class, asked.resource, self.wait.of(asked.class));
        if wait.is_zero() {
            return Entered::Full(self.refusal(Rule::Overload));
        }
        let until = now.plus(wait);
        let waiter = Waiter { class, resource, until, weight: weight() };
        match self.push(waiter, calls) {
            Some(ticket) => {
                self.standing.get_or_insert(now);
                Entered::Wait(Waiting { ticket, until })
            }
            None => Entered::Full(self.refusal(Rule::Overload)),
        }
    }

    fn push(&mut self, waiter: Waiter, calls: &mut Calls) -> Option<Ticket> {
        if let Some(ticket) = self.queue.push(waiter) {
            return Some(ticket);
        }
        let (ticket, last) = self.queue.displace(&waiter)?;
        calls.push(Call { ticket, class: last.class, decided: Err(self.refusal(Rule::Overload)) });
        self.queue.push(waiter)
    }

    /// A place that is given back. `delay` is what the work behind kept it waiting.
    pub(crate) fn leave(&mut self, place: &Place, delay: Option<Duration>, now: Moment, calls: &mut Calls) {
        if let Some(held) = place.held {
            self.taken = self.taken.saturating_sub(1);
            self.taken_low = self.taken_low.saturating_sub(u32::from(is_low(place.class)));
            self.second.served += 1;
            if let Some(delay) = delay {
                let us = u32::try_from(delay.as_micros()).unwrap_or(u32::MAX);
                self.learn(place.resource, held, us, now);
            }
        }
        self.dispatch(now, calls);
    }

    /// Takes one out who went away; whether it still waited.
    pub(crate) fn give_up(&mut self, ticket: Ticket) -> bool {
        let was = self.queue.remove(ticket).is_some();
        self.mark_empty();
        was
    }

    /// What comes with time. `shed` is how many were refused for the overload's sake since the start.
    pub(crate) fn tick(&mut self, shed: u64, now: Moment, calls: &mut Calls) {
        while let Some((ticket, waiter)) = self.queue.expired(now) {
            calls.push(Call { ticket, class: waiter.class, decided: Err(self.refusal(Rule::Waited)) });
        }
        self.dispatch(now, calls);
        if self.standing.is_some_and(|since| now.ns() > since.ns() + STANDING_NS) {
            self.overload();
        }
        if now.ns() >= self.second.start.ns() + SECOND_NS {
            self.roll(shed, now);
        }
    }

    /// A refusal that says when to come back; those who are refused together are told different times.
    pub(crate) fn refusal(&mut self, rule: Rule) -> Refusal {
        self.refused = self.refused.wrapping_add(1);
        Refusal { rule, retry_after_s: self.retry_after_s + self.refused % (self.retry_after_s + 1) }
    }

    fn reserve(&self) -> u32 {
        u32::try_from(u64::from(self.limit.now()) * u64::from(self.reserve_percent) / 100).unwrap_or(0)
    }

    fn has_room(&self, class: Class) -> bool {
        self.taken < self.limit.now() && (!is_low(class) || self.taken_low + self.reserve() < self.limit.now())
    }

    fn take(&mut self, class: Class, resource: ResourceId) -> Place {
        self.taken += 1;
        self.taken_low += u32::from(is_low(class));
        self.second.taken_max = self.second.taken_max.max(self.taken);
        let full = self.taken * 8 >= (self.limit.now() - self.reserve()) * 7;
        Place { class, resource, held: Some(Held { epoch: self.limit.epoch(), full }) }
    }

    fn dispatch(&mut self, now: Moment, calls: &mut Calls) {
        while let Some(class) = self.queue.highest().filter(|class| self.has_room(*class)) {
            let Some((ticket, waiter)) = self.queue.pop(class) else { break };
            let decided = if waiter.until <= now {
                Err(self.refusal(Rule::Waited))
            } else {
                Ok(self.take(class, waiter.resource))
            };
            calls.push(Call { ticket, class, decided });
        }
        self.mark_empty();
    }

    const fn mark_empty(&mut self) {
        if self.queue.len() == 0 {
            self.standing = None;
        }
    }

    fn learn(&mut self, resource: ResourceId, held: Held, us: u32, now: Moment) {
        self.second.delay_us_sum += u64::from(us);
        self.second.delay_count += 1;
        let Some((over_us, floor_us)) = self.floors.learn(resource, us, self.overloaded, now) else { return };
        if let Some(over_us) = self.second.over.add(over_us) {
            self.judge(over_us, floor_us);
        }
        if held.full && held.epoch == self.limit.epoch() {
            let sign = self.limit.learn(over_us, floor_us, now);
            if sign == Some(Sign::Over) && self.pressed {
                self.overload();
            }
            self.pressed &= sign.is_none();
        }
    }

    fn judge(&mut self, over_us: u32, floor_us: u32) {
        self.over_us = over_us;
        self.second.is_over |= u64::from(over_us) > self.limit.may_be_over_us(floor_us.into());
    }

    fn overload(&mut self) {
        if !self.overloaded {
            self.overloads += 1;
            (self.overloaded, self.calm) = (true, 0);
        }
    }

    /// The end of a second: whether it was quiet, and whether the limit was used.
    fn roll(&mut self, shed: u64, now: Moment) {
        let shed_now = shed.saturating_sub(self.shed_before);
        self.shed_before = shed;
        if self.overloaded {
            self.calm_down(shed_now);
        } else {
            self.limit.unused(self.second.taken_max);
        }
        self.second = Second { start: now, taken_max: self.taken, ..Second::default() };
    }

    fn calm_down(&mut self, shed: u64) {
        if self.queue.len() > 0 || !self.would_fit(shed) {
            self.calm = 0;
            return;
        }
        self.calm += if self.second.is_over { CALM_OVER } else { CALM_NEAR };
        if self.calm >= self.calm_s * CALM_NEAR {
            (self.overloaded, self.calm) = (false, 0);
        }
    }

    /// Whether what was served in this second and what was shed would have fit together, by Little's law, with a fifth to
    /// spare.
    fn would_fit(&self, shed: u64) -> bool {
        let Some(mean_us) = self.second.delay_us_sum.checked_div(self.second.delay_count) else { return shed == 0 };
        let busy_us = (self.second.served + shed).saturating_mul(mean_us);
        busy_us <= u64::from(self.limit.now()) * 800_000
    }
}

const fn is_low(class: Class) -> bool {
    (class as u8) < Class::Citizen as u8
}
