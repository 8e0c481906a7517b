//! The 52 hours of December 2025 at twenty calls a minute: when each rule sees what.
//!
//! The phases are those of `scenarios/2025-12-22.toml`. Every rule is told the same calls; ours also sends canaries as
//! often as it asks for them, and sees how long an answer took, which the others by their defaults do not.

use super::rules::{PEERS, Said};
use clock::Time;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::{collections::BTreeMap, time::Duration};
use watch::{Carrier, Class, Function, Observation, Reached, Settings, Source, Target, Watch, What};

#[derive(Clone, Copy)]
enum Weather {
    /// So many times as slow, with this share of errors.
    Slow(f64, f64),
    Dark,
    /// Minutes slow, minutes dark, in turn.
    Alternate(u64, u64, f64, f64),
}

const BEGIN: &str = "2025-12-22T05:00:00";
const END: &str = "2025-12-24T14:00:00";
const PHASES: &[(&str, Weather)] = &[
    (BEGIN, Weather::Slow(1.0, 0.0)),
    ("2025-12-22T06:24:00", Weather::Slow(20.0, 0.10)),
    ("2025-12-22T08:00:00", Weather::Alternate(7, 11, 40.0, 0.60)),
    ("2025-12-22T11:30:00", Weather::Dark),
    ("2025-12-22T16:00:00", Weather::Slow(3.0, 0.25)),
    ("2025-12-22T16:50:00", Weather::Dark),
    ("2025-12-23T12:30:00", Weather::Alternate(20, 35, 8.0, 0.35)),
    ("2025-12-24T10:15:00", Weather::Slow(1.0, 0.0)),
];

/// What one rule said, averaged over nothing: one draw, one line.
pub(crate) struct Line {
    pub(crate) rule: &'static str,
    pub(crate) slow_seen_s: Option<u64>,
    pub(crate) signs_at_16_s: Option<u64>,
    pub(crate) relapse_seen_s: Option<u64>,
    pub(crate) restored_too_early: usize,
}

fn paris(text: &str) -> Time {
    Time::from_paris(text).unwrap_or_default()
}

fn weather(at: Time) -> Weather {
    let begun = PHASES.iter().rev().map(|(from, weather)| (paris(from), *weather)).find(|(from, _)| *from <= at);
    match begun {
        Some((since, Weather::Alternate(slow, dark, factor, share))) => {
            let minute = at.since(since).as_secs() / 60;
            if minute % (slow + dark) < slow { Weather::Slow(factor, share) } else { Weather::Dark }
        }
        Some((_, other)) => other,
        None => Weather::Slow(1.0, 0.0),
    }
}

fn call(dice: &mut ChaCha8Rng, at: Time, source: Source, give_up: Duration) -> Observation {
    let (class, reached, spent) = match weather(at) {
        Weather::Slow(factor, share) if !dice.random_bool(share) => {
            let spread = super::drawn::normal(dice);
            (Class::Answered, Reached::Whole, Duration::from_secs_f64(0.05 * factor * (0.4 * spread).exp()))
        }
        _ => match dice.random_range(0..5) {
            0 => (Class::Silent, Reached::Tls, give_up),
            1 => (Class::Refused, Reached::Tls, Duration::from_millis(30)),
            _ => (Class::Unavailable, Reached::Whole, Duration::from_millis(60)),
        },
    };
    Observation { at: at.plus(spent), source, reached, class, latency: (class != Class::Silent).then_some(spent) }
}

/// Every rule over one draw, ours first.
pub(crate) fn lines(seed: u64) -> Vec<Line> {
    let (ours, calls) = ours(seed);
    let mut lines = vec![line("tournee", &ours)];
    for peer in PEERS {
        let mut rule = (peer.make)();
        let mut next = 0;
        let mut said = Vec::new();
        for (at, up) in &calls {
            if at.unix_ms() >= next {
                next = at.unix_ms() + peer.every_ms - 3_000;
                said.extend(rule.check(at.unix_ms(), *up).map(|word| (*at, word)));
            }
        }
        lines.push(line(peer.name, &said));
    }
    lines
}

/// Something at each moment.
type Moments<T> = Vec<(Time, T)>;

/// What ours says, and every real call in the order in which it ended.
fn ours(seed: u64) -> (Moments<Said>, Moments<bool>) {
    let target = Target { carrier: Carrier::new("colissimo"), function: Function::Label };
    let (mut watch, mut dice) = (Watch::new(Settings::default()), ChaCha8Rng::seed_from_u64(seed));
    let (mut said, mut calls, mut under_way) = (Vec::new(), Vec::new(), BTreeMap::new());
    let (mut now, mut next_canary, mut serial) = (paris(BEGIN), Time::default(), 0_u64);
    while now < paris(END) {
        serial += 1;
        if serial.is_multiple_of(3) {
            let seen = call(&mut dice, now, Source::Call(target.clone()), Duration::from_secs(20));
            under_way.insert((seen.at, serial, false), seen);
        }
        if now >= next_canary {
            let seen = call(&mut dice, now, Source::Canary(target.clone()), Duration::from_secs(5));
            next_canary = now.plus(watch.canary_interval(&target.carrier, target.function));
            under_way.insert((seen.at, serial, true), seen);
        }
        now = now.plus(Duration::from_secs(1));
        let mut facts = Vec::new();
        while let Some(ended) = under_way.first_entry().filter(|first| first.key().0 <= now) {
            let seen = ended.remove();
            if matches!(seen.source, Source::Call(_)) {
                calls.push((seen.at, seen.class.is_well()));
            }
            facts.extend(watch.observe(&seen));
        }
        facts.extend(watch.tick(now));
        said.extend(facts.iter().filter_map(|fact| Some((fact.at, word(&fact.what)?))));
    }
    (said, calls)
}

fn word(what: &What) -> Option<Said> {
    match what {
        What::Opened { .. } | What::Reopened { .. } | What::Relapsed { .. } => Some(Said::Down),
        What::Signs { .. } => Some(Said::Signs),
        What::Restored { .. } | What::Returned { .. } => Some(Said::Recovered),
        _ => None,
    }
}

fn line(rule: &'static str, said: &[(Time, Said)]) -> Line {
    let after = |from: &str, until: &str, words: &[Said]| {
        let (from, until) = (paris(from), paris(until));
        said.iter()
            .find(|(at, word)| *at >= from && *at < until && words.contains(word))
            .map(|(at, _)| at.since(from).as_secs())
    };
    let lasting = paris("2025-12-24T10:15:00");
    Line {
        rule,
        slow_seen_s: after("2025-12-22T06:24:00", "2025-12-22T08:00:00", &[Said::Down]),
        signs_at_16_s: after("2025-12-22T16:00:00", "2025-12-22T16:50:00", &[Said::Signs, Said::Recovered]),
        relapse_seen_s: after("2025-12-22T16:50:00", "2025-12-23T12:30:00", &[Said::Down]),
        restored_too_early: said.iter().filter(|(at, word)| *word == Said::Recovered && *at < lasting).count(),
    }
}
