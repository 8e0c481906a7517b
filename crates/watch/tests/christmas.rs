//! The 52 hours of 22 to 24 December as the watch sees them at twenty calls a minute, drawn from a seed: slow before dark,
//! a return at 16:00 that does not hold, a day of coming and going, the return of 24 December at 10:15.
//!
//! The phases are those of `scenarios/2025-12-22.toml`; which of its figures are told and which assumed is said there.

use clock::Time;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::{collections::BTreeMap, time::Duration};
use watch::{Carrier, Class, Function, Observation, Reached, Settings, Source, Target, Transition, Watch, What};

/// What the carrier does from a time on.
#[derive(Clone, Copy)]
enum Weather {
    /// So many times as slow, with this share of errors.
    Slow(f64, f64),
    Dark,
    /// Minutes slow and minutes dark in turn, with factor and share.
    Alternate(i64, i64, f64, f64),
}

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

fn paris(text: &str) -> Time {
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
fn call(dice: &mut ChaCha8Rng, at: Time, source: Source, give_up: Duration) -> Observation {
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

/// Everything that the watch says, with calls every three seconds and canaries as often as it asks for them.
fn replay(seed: u64, until: &str) -> Vec<Transition> {
    let target = Target { carrier: Carrier::new("colissimo"), function: Function::Label };
    let (mut watch, mut dice) = (Watch::new(Settings::default()), ChaCha8Rng::seed_from_u64(seed));
    let (mut facts, mut under_way) = (Vec::new(), BTreeMap::new());
    let (mut now, mut next_canary, mut serial) = (paris("2025-12-22T05:00:00"), Time::default(), 0_u64);
    while now < paris(until) {
        serial += 1;
        if serial % 3 == 0 {
            let seen = call(&mut dice, now, Source::Call(target.clone()), Duration::from_secs(20));
            under_way.insert((seen.at, serial, false), seen);
        }
        if now >= next_canary {
            let seen = call(&mut dice, now, Source::Canary(target.clone()), Duration::from_secs(5));
            next_canary = now.plus(watch.canary_interval(&target.carrier, target.function));
            under_way.insert((seen.at, serial, true), seen);
        }
        now = now.plus(Duration::from_secs(1));
        while let Some(ended) = under_way.first_entry().filter(|first| first.key().0 <= now) {
            facts.extend(watch.observe(&ended.remove()));
        }
        facts.extend(watch.tick(now));
    }
    facts
}

fn first(facts: &[Transition], from: &str, is: impl Fn(&What) -> bool) -> Duration {
    let from = paris(from);
    let found = facts.iter().find(|fact| fact.at >= from && is(&fact.what));
    found.unwrap_or_else(|| panic!("nothing of that after {from}: {facts:#?}")).at.since(from)
}

#[test]
fn slow_before_dark_signs_at_16_relapse_and_restored_only_after_the_24th_at_10_15() {
    for seed in 0..5 {
        let facts = replay(seed, "2025-12-24T14:00:00");
        let opened = first(&facts, "2025-12-22T05:00:00", |what| matches!(what, What::Opened { .. }));
        let slow = opened.checked_sub(Duration::from_secs(84 * 60)).expect("no alarm before it is slow");
        assert!(slow <= Duration::from_secs(90), "seed {seed}: slow seen after {slow:?}");
        let signs = first(&facts, "2025-12-22T16:00:00", |what| matches!(what, What::Signs { .. }));
        assert!(signs <= Duration::from_secs(60), "seed {seed}: signs after {signs:?}");
        let relapse = first(&facts, "2025-12-22T16:50:00", |what| matches!(what, What::Relapsed { .. }));
        assert!(relapse <= Duration::from_secs(60), "seed {seed}: relapse after {relapse:?}");
        let early = facts.iter().filter(|fact| matches!(fact.what, What::Restored { .. } | What::Returned { .. }));
        for fact in early {
            assert!(fact.at > paris("2025-12-24T10:15:00"), "seed {seed}: {fact:?}");
        }
        let incidents: Vec<_> = facts.iter().map(|fact| fact.incident).collect();
        assert!(incidents.iter().all(|one| Some(one) == incidents.first()), "one outage is one incident");
    }
}

#[test]
fn dark_out_of_the_blue_is_seen_within_half_a_minute() {
    for seed in 0..20 {
        let target = Target { carrier: Carrier::new("colissimo"), function: Function::Label };
        let (mut watch, mut dice) = (Watch::new(Settings::default()), ChaCha8Rng::seed_from_u64(seed));
        let begin = paris("2025-12-22T05:00:00");
        let dark = paris("2025-12-22T11:31:00");
        for i in 0..1_000_u64 {
            watch.observe(&call(
                &mut dice,
                begin.plus(Duration::from_secs(3 * i)),
                Source::Call(target.clone()),
                Duration::ZERO,
            ));
        }
        let mut seen: Vec<Observation> = (0..20_u64)
            .map(|i| {
                call(
                    &mut dice,
                    dark.plus(Duration::from_secs(3 * i)),
                    Source::Call(target.clone()),
                    Duration::from_secs(20),
                )
            })
            .collect();
        seen.sort_by_key(|seen| seen.at);
        let facts: Vec<Transition> = seen.iter().flat_map(|seen| watch.observe(seen)).collect();
        let opened = first(&facts, "2025-12-22T11:31:00", |what| matches!(what, What::Opened { .. }));
        assert!(opened <= Duration::from_secs(30), "seed {seed}: {opened:?}");
    }
}
