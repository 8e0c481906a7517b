//! What becomes of a call: how long it takes, whether it fails, in which manner, and whether the work was done before.
//!
//! Each call throws the same number of dice whatever comes of it, so that a change of weather does not change the fate
//! of later calls more than it must.

use crate::{
    dice::Dice,
    scenario::{Baseline, Manner, Weather},
};
use std::time::Duration;

/// What becomes of one call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Fate {
    /// How long the carrier takes.
    pub(super) delay: Duration,
    /// How it fails, if it does.
    pub(super) failure: Option<Failure>,
}

/// A failure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Failure {
    /// In which manner.
    pub(super) manner: Manner,
    /// Whether the work was done and only its answer failed.
    pub(super) worked: bool,
    /// Where an answer is cut off, as a share of its length.
    pub(super) cut: f64,
}

/// The fate of the next call in this weather.
pub(super) fn draw(dice: &mut Dice, weather: &Weather, baseline: &Baseline) -> Fate {
    let delay = baseline.latency.mul_f64(weather.latency_factor * spread(dice.unit()));
    let fails = dice.unit() < weather.error_rate || weather.dark;
    let manner = dice.pick(&weather.dark_as).copied().unwrap_or(Manner::NoAnswer);
    let share = if weather.dark { baseline.worked_share_dark } else { baseline.worked_share_slow };
    let worked = dice.unit() < share && manner.may_have_worked();
    let cut = dice.unit();
    Fate { delay, failure: fails.then_some(Failure { manner, worked, cut }) }
}

/// From half the middle time to five and a half times it, with a thin tail; one half are below the middle (assumed).
/// Only sums and products, so that every machine gets the same.
fn spread(throw: f64) -> f64 {
    let eighth = throw * throw * throw * throw * throw * throw * throw * throw;
    0.5 + throw + 4.0 * eighth
}

impl Manner {
    /// Whether the work can have been done: not where the carrier says in its protocol that it did nothing, nor where
    /// there was no connection.
    fn may_have_worked(self) -> bool {
        !matches!(self, Self::Refused | Self::Unavailable | Self::TooMany)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn weather(factor: f64, errors: f64, dark: bool, manners: &[Manner]) -> Weather {
        Weather { latency_factor: factor, error_rate: errors, dark, dark_as: manners.into() }
    }

    #[test]
    fn in_peace_nothing_fails_and_half_are_quick() {
        let (mut dice, peace) = (Dice::new(1), weather(1.0, 0.0, false, &[Manner::Reset]));
        let fates: Vec<Fate> = (0..2_000).map(|_| draw(&mut dice, &peace, &Baseline::default())).collect();
        assert!(fates.iter().all(|f| f.failure.is_none()));
        let quick = fates.iter().filter(|f| f.delay <= Duration::from_millis(51)).count();
        assert!((900..1_100).contains(&quick), "{quick} of 2000 below the middle");
    }

    #[test]
    fn half_of_the_failures_in_a_slow_phase_had_worked_and_few_in_the_dark() {
        let worked = |weather: &Weather| {
            let mut dice = Dice::new(2);
            let fates = (0..4_000).map(|_| draw(&mut dice, weather, &Baseline::default()));
            let failures: Vec<Failure> = fates.filter_map(|f| f.failure).collect();
            (failures.len(), failures.iter().filter(|f| f.worked).count() * 100 / failures.len().max(1))
        };
        let (slow, share) = worked(&weather(40.0, 0.6, false, &[Manner::NoAnswer]));
        assert!((2_200..2_600).contains(&slow) && (45..=55).contains(&share), "{slow}, {share} %");
        let (dark, share) = worked(&weather(1.0, 0.0, true, &[Manner::NoAnswer]));
        assert!(dark == 4_000 && (2..=8).contains(&share), "{dark}, {share} %");
    }

    proptest! {
        #[test]
        fn what_says_that_it_did_nothing_did_nothing(seed: u64, dark: bool) {
            let says = weather(1.0, 1.0, dark, &[Manner::Unavailable, Manner::TooMany, Manner::Refused]);
            let fate = draw(&mut Dice::new(seed), &says, &Baseline::default());
            prop_assert!(fate.failure.is_some_and(|f| !f.worked));
        }

        #[test]
        fn every_fate_takes_the_same_throws(seed: u64, errors in 0.0f64..1.0, dark: bool) {
            let (mut a, mut b) = (Dice::new(seed), Dice::new(seed));
            draw(&mut a, &weather(1.0, errors, dark, &[Manner::Reset, Manner::Empty]), &Baseline::default());
            draw(&mut b, &weather(9.0, 0.0, false, &[Manner::Reset]), &Baseline::default());
            prop_assert_eq!(a.bits(), b.bits());
        }
    }
}
