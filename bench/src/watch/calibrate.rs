//! Quarters without an outage: how many false alarms the thresholds give, and what an observation costs.

use super::{drawn::normal, put};
use crate::measure::Started;
use clock::Time;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::time::Duration;
use watch::{Carrier, Class, Function, Observation, Reached, Settings, Source, Stream, Target, Watch, What};

/// Milliseconds between calls, and the share of a quarter that is simulated: a whole one where that is quick.
const LOADS: [(&str, i64, f64); 4] = [
    ("1 a minute", 60_000, 1.0),
    ("20 a minute", 3_000, 1.0),
    ("10 a second", 100, 0.02),
    ("10,000 a second", 0, 2e-5),
];
const QUARTER_MS: f64 = watch::calibrated::QUARTER_S * 1e3;

/// A carrier that is well: latency log-normal with a day's swing of ±35 %, one answer in two hundred ten times as long, and
/// this share of errors, one by one.
fn alarms(seed: u64, gap_ms: i64, quarters: f64, errors: f64) -> (u64, u64) {
    let (mut watch, mut dice) = (Watch::new(Settings::default()), ChaCha8Rng::seed_from_u64(seed));
    let source = Source::Call(Target { carrier: Carrier::new("clean"), function: Function::Label });
    let (mut count, mut calls, mut at) = (0, 0, 0.0_f64);
    while at < QUARTER_MS * quarters {
        at += if gap_ms > 0 { gap_ms as f64 * 2.0 * dice.random::<f64>() } else { 0.1 };
        calls += 1;
        let swing = 0.3 * (at / 86_400e3 * std::f64::consts::TAU).sin();
        let outlier = if dice.random_bool(0.005) { 10_f64.ln() } else { 0.0 };
        let ms = (50_f64.ln() + swing + 0.4 * normal(&mut dice) + outlier).exp();
        let class = if dice.random_bool(errors) { Class::Unavailable } else { Class::Answered };
        let latency = Some(Duration::from_secs_f64(ms / 1e3));
        #[expect(clippy::cast_possible_truncation, reason = "milliseconds of a quarter")]
        let at = Time::from_unix_ms(at as i64);
        let facts = watch.observe(&Observation { at, source: source.clone(), reached: Reached::Whole, class, latency });
        count +=
            facts.iter().filter(|fact| matches!(fact.what, What::Opened { .. } | What::Reopened { .. })).count() as u64;
    }
    (count, calls)
}

/// Prints alarms per quarter by load and share of errors.
pub(crate) fn run(quick: u32) {
    put("quarters without any outage, one function; the budget is one alarm per carrier (four functions) and quarter");
    for (load, gap_ms, quarters) in LOADS {
        for errors in [0.0, 0.005, 0.02] {
            let (mut count, mut all, mut calls) = (0, 0.0, 0);
            for seed in 0..u64::from((8 / quick).max(1)) {
                let (alarms, seen) = alarms(seed, gap_ms, quarters, errors);
                (count, calls, all) = (count + alarms, calls + seen, all + quarters);
            }
            let per_carrier = 4.0 * count as f64 / all;
            put(&format!(
                "{load:16} {:4.1} % errors: {count} alarms in {all:.1e} quarters and {calls} calls ({per_carrier:.2} per carrier and quarter)",
                100.0 * errors
            ));
        }
    }
}

/// Nanoseconds per observation, and bytes of a stream.
pub(crate) fn cost(quick: u32) -> (f64, usize) {
    let (mut watch, mut dice) = (Watch::new(Settings::default()), ChaCha8Rng::seed_from_u64(1));
    let source = Source::Call(Target { carrier: Carrier::new("colissimo"), function: Function::Label });
    let count = 2_000_000 / u64::from(quick.max(1));
    let seen: Vec<Observation> = (0..count)
        .map(|i| {
            let ms = (50_f64.ln() + 0.4 * normal(&mut dice)).exp();
            let latency = Some(Duration::from_secs_f64(ms / 1e3));
            let at = Time::from_unix_ms(i64::try_from(i).unwrap_or(0) * 50);
            Observation { at, source: source.clone(), reached: Reached::Whole, class: Class::Answered, latency }
        })
        .collect();
    let started = Started::now();
    let facts: usize = seen.iter().map(|one| watch.observe(one).len()).sum();
    let spent = started.spent().wall;
    std::hint::black_box(facts);
    (spent.as_secs_f64() * 1e9 / count as f64, size_of::<Stream>())
}
