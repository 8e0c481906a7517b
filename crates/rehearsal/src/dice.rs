//! Every draw of the rehearsal comes from a seed and a number, so that one run can be had again, request by request.

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};
use std::time::Duration;

/// Dice of their own for one thing: the `n`th request, the arrivals of the innocent.
pub(crate) struct Dice(ChaCha8Rng);

impl Dice {
    /// The dice of `n` under this seed. Equal numbers give equal throws, whatever was thrown elsewhere.
    pub(crate) fn new(seed: u64, n: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(n);
        Self(rng)
    }

    /// Any number.
    pub(crate) fn any(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number below `n`; the bias is below `n` in 2⁶⁴.
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        let wide = u128::from(self.any()) * u128::from(n);
        u64::try_from(wide >> 64).unwrap_or(0)
    }

    /// A number from `low` to `high`, both of them too.
    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high + 1 - low)
    }

    /// One of them; there must be one.
    pub(crate) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[usize::try_from(self.below(of.len() as u64)).unwrap_or(0)]
    }

    /// The place of one of these weights, each as often as it weighs.
    pub(crate) fn weighted(&mut self, weights: impl Iterator<Item = u64> + Clone) -> usize {
        let mut left = self.below(weights.clone().sum());
        let place = weights.into_iter().position(|weight| {
            let here = left < weight;
            left = left.saturating_sub(weight);
            here
        });
        place.unwrap_or(0)
    }

    /// The time to the next of arrivals that come independently, so many a second.
    pub(crate) fn gap(&mut self, per_s: f64) -> Duration {
        let share = (self.below(1 << 53) + 1) as f64 / (1_u64 << 53) as f64;
        Duration::from_secs_f64(-share.ln() / per_s)
    }
}
