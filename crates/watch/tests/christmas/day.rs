//! The 52 hours of 22 to 24 December at twenty calls a minute to each function, drawn from a seed.
//!
//! The phases are those of `scenarios/2025-12-22.toml`; which of its figures are told and which assumed is said there.

use clock::Time;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::{collections::BTreeMap, time::Duration};
use watch::{Carrier, Class, Function, Observation, Reached, Settings, Source, Target, Transition, Watch};

/// What the carrier does from a time on.
#[derive(Clone, Copy)]
enum Weather {
    /// So many times as slow, with this share of errors.
    Slow(f64, f64),
    Dark,
    /// Minutes slow and minutes dark in turn, with factor and share.
    Alternate(i64, i64, f64, f64),
}

/// From when on it does so.
const PHASES: &[(&str, Weather)] = &[
    ("2025-12-22T05:00:00", Weather::Slow(1.0, 0.0)),
    ("2025-12-22T06:24:00", Weather::Slow(20.0, 0.10)),
    ("2025-12-22T08:00:00", Weather::Alternate(7, 11, 40.0, 0.60)),
    ("2025-12-22T11:30:00", Weather::Dark),
    ("2025-12-22T16:00:00", Weather::Slow(3.0, 0.25)),
    ("2025-12-22T16:50:00", Weather::Dark),
    ("2025-12-23T12:30:00", Weather::Alternate(20, 35, 8.0, 0.35)),
    ("2025-12-24T10:15:00", Weather::Slow(1.0, 0.0)),
];

/// The moment that the clocks of Paris show.
pub(crate) fn paris(text: &str) -> Time {
    Time::from_paris(text).expect("a time")
}

fn weather(at: Time) -> Weather {
    let (since, weather) = PHASES
        .iter()
        .rev()
        .map(|(from, weather)| (paris(from), *weather))
        .find(|(from, _)| *from <= at)
        .expect("begun");
    match weather {
        Weather::Alternate(slow, dark, factor, share) => {
            let minute = i64::try_from(at.since(since).as_secs() / 60).expect("small");
            if minute % (slow + dark) < slow { Weather::Slow(factor, share) } else { Weather::Dark }
        }
        other => other,
    }
}

/// How a call begun at `at` ends: a lasting silence is given up after 20 s, as the gateway does.
pub(crate) fn call(dice: &mut ChaCha8Rng, at: Time, source: Source, give_up: Duration) -> Observation {
    let failed = |dice: &mut ChaCha8Rng| match dice.random_range(0..5) {
        0 => (Class::Silent, Reached::Tls, give_up),
        1 => (Class::Refused, Reached::Tls, Duration::from_millis(30)),
        _ => (Class::Unavailable, Reached::Whole, Duration::from_millis(60)),
    };
    let (class, reached, spent) = match weather(at) {
        Weather::Slow(factor, share) if !dice.random_bool(share) => {
            let spread = (0..12).map(|_| dice.random::<f64>()).sum::<f64>() - 6.0;
            (Class::Answered, Reached::Whole, Duration::from_secs_f64(0.05 * factor * (0.4 * spread).exp()))
        }
        _ => failed(dice),
    };
    Observation { at: at.plus(spent), source, reached, class, latency: (class != Class::Silent).then_some(spent) }
}

/// The days of one seed.
pub(crate) struct Day {
    pub(crate) seed: u64,
    /// The functions that are called, all in the same weather.
    pub(crate) functions: &'static [Function],
}

impl Day {
    /// Lives until then, with calls every three seconds and canaries as often as the watch asks for them. After each second
    /// the watch, the time and what was found are handed out.
    pub(crate) fn live(&self, until: Time, mut each: impl FnMut(&mut Watch, Time, &[Transition])) {
        let targets =
            self.functions.iter().map(|function| Target { carrier: Carrier::new("colissimo"), function: *function });
        let mut targets: Vec<(Target, Time)> = targets.map(|target| (target, Time::default())).collect();
        let (mut watch, mut dice) = (Watch::new(Settings::default()), ChaCha8Rng::seed_from_u64(self.seed));
        let (mut under_way, mut now, mut serial) = (BTreeMap::new(), paris("2025-12-22T05:00:00"), 0_u64);
        while now < until {
            serial += 1;
            for (target, next_canary) in &mut targets {
                if serial.is_multiple_of(3) {
                    let seen = call(&mut dice, now, Source::Call(target.clone()), Duration::from_secs(20));
                    under_way.insert((seen.at, serial, target.function, false), seen);
                }
                if now >= *next_canary {
                    let seen = call(&mut dice, now, Source::Canary(target.clone()), Duration::from_secs(5));
                    *next_canary = now.plus(watch.canary_interval(&target.carrier, target.function));
                    under_way.insert((seen.at, serial, target.function, true), seen);
                }
            }
            now = now.plus(Duration::from_secs(1));
            let mut facts = Vec::new();
            while let Some(ended) = under_way.first_entry().filter(|first| first.key().0 <= now) {
                facts.extend(watch.observe(&ended.remove()));
            }
            facts.extend(watch.tick(now));
            each(&mut watch, now, &facts);
        }
    }
}
