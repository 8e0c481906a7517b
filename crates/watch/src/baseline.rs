//! How long answers usually take at this time of day: a winsorised, forgetting mean of log latency.
//!
//! Twelve buckets of two hours (UTC: the shift of an hour twice a year moves less than the buckets' own width), each
//! shrunk towards the mean of the whole day while it has seen little. Everything is a decayed sum, so two baselines
//! merge by addition. One outlier moves nothing far: what is beyond [`WINSOR`] deviations counts as that.

use clock::Time;
use serde::{Deserialize, Serialize};

/// Buckets of a day.
const BUCKETS: usize = 12;
/// Milliseconds of a bucket.
const BUCKET_MS: i64 = 2 * 3_600_000;
/// Deviations beyond which a value counts as being just so far (the usual 3 of winsorised control charts).
pub(crate) const WINSOR: f64 = 3.0;
/// Answers that a bucket remembers, about.
const BUCKET_WEIGHT_MAX: f64 = 2_000.0;
/// Answers that the deviation remembers, about.
const SPREAD_WEIGHT_MAX: f64 = 5_000.0;
/// The weight of the whole day's mean in each bucket.
const SHRINK: f64 = 30.0;
/// The least deviation of log latency: a carrier that always answers alike is not slow when it takes a quarter longer.
const SPREAD_MIN: f64 = 0.25;
/// The most: beyond it a call twenty times as slow would no longer stand out.
const SPREAD_MAX: f64 = 0.9;
/// Answers before the baseline may call anything slow.
pub(crate) const WARM: f64 = 30.0;

/// A decayed sum of log latency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Sum {
    weight: f64,
    total: f64,
}

impl Sum {
    fn mean(self) -> Option<f64> {
        (self.weight > 0.0).then(|| self.total / self.weight)
    }

    fn learn(&mut self, value: f64, weight_max: f64) {
        let keep = (weight_max / (self.weight + 1.0)).min(1.0);
        self.weight = (self.weight + 1.0) * keep;
        self.total = (self.total + value) * keep;
    }

    fn add(&mut self, other: Self) {
        self.weight += other.weight;
        self.total += other.total;
    }
}

/// The usual log latency by time of day; merges by addition.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Baseline {
    by_hour: [Sum; BUCKETS],
    day: Sum,
    /// Squared deviations.
    spread: Sum,
}

impl Baseline {
    /// How many deviations above the usual this latency is, winsorised above and below; nothing while cold.
    pub(crate) fn deviations(&self, at: Time, ln_ms: f64) -> Option<f64> {
        let usual = self.usual(at)?;
        (self.day.weight >= WARM).then(|| ((ln_ms - usual) / self.deviation()).clamp(-WINSOR, WINSOR))
    }

    /// The usual log latency at this time of day, in ln(ms).
    pub(crate) fn usual(&self, at: Time) -> Option<f64> {
        let day = self.day.mean()?;
        let bucket = self.by_hour.get(bucket(at)).copied().unwrap_or_default();
        Some((bucket.total + SHRINK * day) / (bucket.weight + SHRINK))
    }

    fn deviation(&self) -> f64 {
        self.spread.mean().unwrap_or(0.0).sqrt().clamp(SPREAD_MIN, SPREAD_MAX)
    }

    /// Takes one answer into the usual; never called while unwell, or a long outage would become the usual.
    pub(crate) fn learn(&mut self, at: Time, ln_ms: f64) {
        let taken = match self.usual(at) {
            Some(usual) if self.day.weight >= WARM => {
                let reach = WINSOR * self.deviation();
                usual + (ln_ms - usual).clamp(-reach, reach)
            }
            _ => ln_ms,
        };
        if let Some(usual) = self.usual(at) {
            self.spread.learn((taken - usual).powi(2), SPREAD_WEIGHT_MAX);
        }
        self.day.learn(taken, BUCKET_WEIGHT_MAX);
        if let Some(bucket) = self.by_hour.get_mut(bucket(at)) {
            bucket.learn(taken, BUCKET_WEIGHT_MAX);
        }
    }

    /// Adds what another node learnt.
    pub(crate) fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.by_hour.iter_mut().zip(other.by_hour) {
            mine.add(theirs);
        }
        self.day.add(other.day);
        self.spread.add(other.spread);
    }
}

fn bucket(at: Time) -> usize {
    let of_day = at.unix_ms().rem_euclid(24 * 3_600_000);
    usize::try_from(of_day / BUCKET_MS).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn warm(ms: f64) -> Baseline {
        let mut baseline = Baseline::default();
        for i in 0..200_i64 {
            let wobble = if i % 2 == 0 { 0.1 } else { -0.1 };
            baseline.learn(Time::from_unix_ms(i * 60_000), ms.ln() + wobble);
        }
        baseline
    }

    #[test]
    fn twenty_times_as_slow_is_far_out_and_as_usual_is_not() {
        let baseline = warm(50.0);
        let at = Time::from_unix_ms(0);
        assert_eq!(baseline.deviations(at, 1_000_f64.ln()), Some(WINSOR));
        assert!(baseline.deviations(at, 55_f64.ln()).expect("warm") < 0.6);
    }

    #[test]
    fn a_cold_baseline_calls_nothing_slow() {
        let mut baseline = Baseline::default();
        baseline.learn(Time::default(), 3.0);
        assert_eq!(baseline.deviations(Time::default(), 9.0), None);
    }

    #[test]
    fn one_outlier_moves_the_usual_by_a_hair() {
        let mut baseline = warm(50.0);
        let before = baseline.usual(Time::default()).expect("warm");
        baseline.learn(Time::default(), 60_000_f64.ln());
        let moved = baseline.usual(Time::default()).expect("warm") - before;
        assert!(moved < 0.02, "{moved}");
    }

    #[test]
    fn the_night_may_be_quicker_than_the_day() {
        let mut baseline = Baseline::default();
        for day in 0..10 {
            for minute in 0..1_440_i64 {
                let at = Time::from_unix_ms((day * 1_440 + minute) * 60_000);
                baseline.learn(at, if minute < 480 { 3.0 } else { 4.0 });
            }
        }
        let at = |hour: i64| baseline.usual(Time::from_unix_ms(hour * 3_600_000)).expect("warm");
        assert!(at(3) < 3.2 && at(15) > 3.8, "{} {}", at(3), at(15));
    }
}
