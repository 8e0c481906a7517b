//! The thresholds that simulation set, with where each comes from.
//!
//! `cargo run --release -p bench -- watch-calibrate` simulates quarters without any outage (log-normal latency with a
//! day's swing and outliers, errors one by one at their usual share) and prints how many alarms each offset gives.

/// Seconds of the quarter over which the budget of false alarms is stated (91.25 days).
pub const QUARTER_S: f64 = 91.25 * 86_400.0;
/// Tests that may each raise a false alarm: errors at two strengths and slowness, for each of four functions.
const TESTS: f64 = 12.0;
/// What is added to the logarithm of the number of looks in a quarter. Zero is Lorden's bound (Ann. Math. Statist.
/// 42(6), 1971): a sum of log likelihood ratios that restarts at zero passes `h` by chance once in `exp(h)` looks or more
/// seldom. One more is for latency that is not log-normal.
pub const OFFSET: f64 = 1.0;
/// The fastest that evidence is counted, in observations per second: above it each counts for less, so that one pause of
/// a tenth of a second is not a thousand witnesses.
pub const RATE_MAX_PER_S: f64 = 20.0;
/// The shortest time over which the evidence of an alarm must have come, in milliseconds.
pub const EXCURSION_MS_MIN: i64 = 2_000;

/// The threshold for a stream of so many observations a second, and a budget of false alarms per carrier and quarter.
pub(crate) fn threshold(per_second: f64, alarms_per_quarter: f64) -> f64 {
    let looks = per_second.clamp(1.0 / 600.0, RATE_MAX_PER_S) * QUARTER_S;
    (looks * TESTS / alarms_per_quarter.max(1e-3)).ln().max(5.0) + OFFSET
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busier_stream_needs_more_evidence_and_a_larger_budget_less() {
        assert!(threshold(20.0, 1.0) > threshold(0.3, 1.0));
        assert!(threshold(0.3, 10.0) < threshold(0.3, 1.0));
        assert_eq!(threshold(10_000.0, 1.0).to_bits(), threshold(20.0, 1.0).to_bits());
    }
}
