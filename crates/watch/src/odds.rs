//! The odds that a function which is up again falls within the hour, with memory of its falls.
//!
//! A return lasts after a law with a long tail (Lomax): the chance to fall within the next hour after `t` minutes up is
//! `1 - ((s + t) / (s + t + 60))^a`. So the longer it lasts the longer it will, and how quickly that goes is `a`: small for
//! a function that seldom falls, large for one that has fallen again and again. `a` grows with the falls that came
//! before, each halving in weight over half a day, half a week and two weeks, and with the length of the outage.
//! Below a little of each, the memory says nothing: one fall of last week is no flapping.

use crate::{fitted::Fitted, number};
use clock::Time;
use serde::{Deserialize, Serialize};
use std::time::Duration;

const MINUTE_MS: f64 = 60_000.0;
/// Half-lives of a fall in memory, in minutes: half a day, half a week, fifteen days.
const HALF_LIVES_MIN: [f64; 3] = [720.0, 5_040.0, 21_600.0];

/// How often something has fallen, as decaying counts over three horizons.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    falls: [f64; 3],
    last: Option<Time>,
}

impl Memory {
    /// The counts as they stand at `at`, the shortest horizon first.
    pub fn at(&self, at: Time) -> [f64; 3] {
        let Some(last) = self.last else { return [0.0; 3] };
        let minutes = number::of(at.unix_ms().saturating_sub(last.unix_ms())).max(0.0) / MINUTE_MS;
        let mut falls = self.falls;
        for (count, half_life) in falls.iter_mut().zip(HALF_LIVES_MIN) {
            *count *= 0.5_f64.powf(minutes / half_life);
        }
        falls
    }

    /// Remembers a fall.
    pub fn fell(&mut self, at: Time) {
        let falls = self.at(at);
        self.falls = falls.map(|count| count + 1.0);
        self.last = Some(self.last.map_or(at, |last| last.max(at)));
    }
}

/// What the odds of one return depend on, fixed when it began.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Past {
    /// Falls before the one just over, as decaying counts: half a day, half a week, fifteen days.
    pub falls: [f64; 3],
    /// How long it was down, in minutes.
    pub down_min: f64,
}

impl Past {
    /// The past of a return that began at `up`, after a fall at `down`, with what was remembered before that fall.
    pub fn new(before: &Memory, down: Time, up: Time) -> Self {
        Self { falls: before.at(up), down_min: number::minutes(up.since(down)) }
    }

    /// The inputs of the model, each zero where there is nothing to remark.
    pub fn inputs(&self, fitted: &Fitted) -> [f64; 4] {
        let beyond = |count: f64, calm: f64| ((1.0 + count) / (1.0 + calm)).ln().max(0.0);
        let [day, week, month] = self.falls;
        let [calm_day, calm_week, calm_month] = fitted.calm_falls;
        [
            beyond(day, calm_day),
            beyond(week, calm_week),
            beyond(month, calm_month),
            (self.down_min / fitted.long_down_min).max(1.0).ln(),
        ]
    }

    /// Whether the memory holds nothing but what every function has now and then.
    pub fn is_calm(&self, fitted: &Fitted) -> bool {
        self.inputs(fitted).iter().take(3).all(|input| *input <= 0.0)
    }
}

/// The odds, between 0 and 1, that a return which has lasted `up` ends within the next hour.
pub fn relapse_odds(past: &Past, up: Duration, fitted: &Fitted) -> f64 {
    let from = fitted.scale_min + up.as_secs_f64() / 60.0;
    1.0 - (from / (from + 60.0)).powf(steepness(past, fitted))
}

/// The law's exponent.
pub(crate) fn steepness(past: &Past, fitted: &Fitted) -> f64 {
    let sum: f64 = past.inputs(fitted).iter().zip(fitted.weights).map(|(input, weight)| input * weight).sum();
    (fitted.base + sum).clamp(-12.0, 3.0).exp()
}

/// The bound that the odds must be under before the word *restored*: stricter once a return has failed before.
pub fn bound(past: &Past, fitted: &Fitted) -> f64 {
    if past.is_calm(fitted) { fitted.bound_calm } else { fitted.bound_flapping }
}

/// How long a return must last before the odds are under the bound and the least time is over.
pub fn hold(past: &Past, fitted: &Fitted) -> Duration {
    let kept = (1.0 - bound(past, fitted)).powf(-1.0 / steepness(past, fitted)) - 1.0;
    let minutes = if kept > 0.0 { 60.0 / kept - fitted.scale_min } else { f64::MAX };
    Duration::from_secs_f64(minutes.clamp(fitted.hold_min, 60.0 * 24.0 * 60.0) * 60.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fitted::FITTED;

    fn past(falls: [f64; 3]) -> Past {
        Past { falls, down_min: 10.0 }
    }

    #[test]
    fn the_longer_it_lasts_the_longer_it_will() {
        let at = |minutes: u64| relapse_odds(&past([1.0; 3]), Duration::from_secs(minutes * 60), &FITTED);
        assert!(at(0) > at(60) && at(60) > at(240));
    }

    #[test]
    fn who_has_fallen_more_is_trusted_later() {
        let one = hold(&past([0.0; 3]), &FITTED);
        let two = hold(&past([1.0, 3.0, 8.0]), &FITTED);
        let five = hold(&past([4.0, 6.0, 12.0]), &FITTED);
        assert!(one < two && two < five, "{one:?} {two:?} {five:?}");
    }

    #[test]
    fn at_the_end_of_the_hold_the_odds_are_at_the_bound() {
        let past = past([3.0, 3.0, 3.0]);
        let odds = relapse_odds(&past, hold(&past, &FITTED), &FITTED);
        assert!((odds - bound(&past, &FITTED)).abs() < 1e-4, "{odds}");
    }

    #[test]
    fn a_fall_is_half_forgotten_after_half_a_day_and_time_that_goes_back_harms_nothing() {
        let mut memory = Memory::default();
        memory.fell(Time::from_unix_ms(0));
        assert!((memory.at(Time::from_unix_ms(720 * 60_000))[0] - 0.5).abs() < 1e-9);
        memory.fell(Time::from_unix_ms(-5_000));
        assert!(memory.at(Time::from_unix_ms(0))[0] <= 2.0);
    }
}
