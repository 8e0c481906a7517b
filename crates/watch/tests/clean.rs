//! Quarters without any outage raise at most one false alarm in all: a bounded sample of what `bench watch-calibrate` runs.

use clock::Time;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::time::Duration;
use watch::{Carrier, Class, Function, Observation, Reached, Settings, Source, Target, Watch};

/// A quarter at one call every `gap_ms`, with a day's swing, outliers of ten times, and half a percent of errors.
fn alarms(seed: u64, gap_ms: i64, calls: i64) -> usize {
    let (mut watch, mut dice) = (Watch::new(Settings::default()), ChaCha8Rng::seed_from_u64(seed));
    let source = Source::Call(Target { carrier: Carrier::new("colissimo"), function: Function::Label });
    let mut count = 0;
    for i in 0..calls {
        let at = Time::from_unix_ms(i * gap_ms + dice.random_range(0..gap_ms));
        let hour = at.unix_ms() as f64 / 3_600_000.0;
        let swing = 0.3 * (hour / 24.0 * std::f64::consts::TAU).sin();
        let spread = (0..12).map(|_| dice.random::<f64>()).sum::<f64>() - 6.0;
        let outlier = if dice.random_bool(0.005) { 10_f64.ln() } else { 0.0 };
        let ms = (50_f64.ln() + swing + 0.4 * spread + outlier).exp();
        let class = if dice.random_bool(0.005) { Class::Unavailable } else { Class::Answered };
        let latency = Some(Duration::from_secs_f64(ms / 1e3));
        let facts = watch.observe(&Observation { at, source: source.clone(), reached: Reached::Whole, class, latency });
        count += facts
            .iter()
            .filter(|fact| matches!(fact.what, watch::What::Opened { .. } | watch::What::Reopened { .. }))
            .count();
    }
    count
}

#[test]
fn a_quarter_at_one_call_a_minute_is_quiet() {
    let all: usize = (0..4).map(|seed| alarms(seed, 60_000, 131_400)).sum();
    assert!(all <= 1, "{all} alarms in four quarters");
}

#[test]
fn a_part_of_a_quarter_at_twenty_calls_a_minute_is_quiet() {
    let all = alarms(9, 3_000, 400_000);
    assert_eq!(all, 0, "alarms in a seventh of a quarter");
}
