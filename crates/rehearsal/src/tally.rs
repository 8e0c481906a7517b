//! What came of the requests, counted.

use crate::{mark::Kind, origin::MADE_HERE, wire::Answer};
use serde::Serialize;
use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// What came of one request of the innocent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Came {
    /// The answer that the origin would give.
    Right,
    /// The same from memory, with its age said.
    Stale,
    /// A refusal.
    Refused,
    /// Something else with a status of success: a challenge for a program, a page without what was asked for.
    Wrong,
    /// Nothing: the connection failed, or the patience was over.
    Nothing,
}

impl Came {
    /// What this answer is to who expects these words in it.
    pub(crate) fn of(answer: &Answer, expects: &str) -> Self {
        if answer.status.is_client_error() || answer.status.is_server_error() {
            return Self::Refused;
        }
        let holds = answer.body.windows(expects.len()).any(|window| window == expects.as_bytes());
        match (answer.status.is_success() && holds, aged(answer)) {
            (false, _) => Self::Wrong,
            (true, true) => Self::Stale,
            (true, false) => Self::Right,
        }
    }

    pub(crate) fn is_served(self) -> bool {
        matches!(self, Self::Right | Self::Stale)
    }
}

/// Whether the answer says that it is older than a second.
fn aged(answer: &Answer) -> bool {
    let age = answer.headers.get("age").and_then(|age| age.to_str().ok()?.parse::<u64>().ok());
    age.is_some_and(|age| age > 0)
}

/// How one kind of the innocent fared.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fared {
    /// Who.
    pub kind: Kind,
    /// Requests.
    pub asked: u64,
    /// Answered as the origin would.
    pub right: u64,
    /// Answered from memory, with the age said.
    pub stale: u64,
    /// Refused by a status.
    pub refused: u64,
    /// Answered by something else than what was asked for.
    pub wrong: u64,
    /// Not answered in time.
    pub nothing: u64,
    /// Challenged on the way; their time counts from when they were led back.
    pub challenged: u64,
    /// Right and stale, of a hundred asked.
    pub served_percent: f64,
    /// The median of those served, in milliseconds.
    pub p50_ms: f64,
    /// Of a hundred served, 99 took no longer, in milliseconds.
    pub p99_ms: f64,
}

/// One request of the innocent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wished {
    pub(crate) kind: Kind,
    /// When it came, since the first.
    pub(crate) at: Duration,
    pub(crate) came: Came,
    pub(crate) took: Duration,
    /// Whether it was challenged on the way.
    pub(crate) challenged: bool,
}

/// Outcomes as they come in.
#[derive(Debug, Default)]
pub(crate) struct Tally(Vec<Wished>);

impl Tally {
    pub(crate) fn add(&mut self, one: Wished) {
        self.0.push(one);
    }

    /// The time that 99 of a hundred with a key did not exceed; none when nobody with a key was served.
    pub(crate) fn keyed_p99(&self) -> Option<Duration> {
        let mut took: Vec<_> = self.keyed().filter(|one| one.came.is_served()).map(|one| one.took).collect();
        took.sort_unstable();
        quantile(&took, 99)
    }

    /// From when on all with a key were served within this time; none when nobody with a key came.
    pub(crate) fn settled(&self, within: Duration) -> Option<Duration> {
        let fails = |one: &Wished| !one.came.is_served() || one.took > within;
        self.keyed().next()?;
        Some(self.keyed().filter(|one| fails(one)).map(|one| one.at).max().unwrap_or_default())
    }

    fn keyed(&self) -> impl Iterator<Item = &Wished> {
        self.0.iter().filter(|one| matches!(one.kind, Kind::App | Kind::Scanner | Kind::Probe))
    }

    /// Counted by kind; no line for a kind that did not ask.
    pub(crate) fn fared(&self) -> Vec<Fared> {
        Kind::INNOCENT.into_iter().filter_map(|kind| self.of(kind)).collect()
    }

    fn of(&self, kind: Kind) -> Option<Fared> {
        let count = |which: Option<Came>| {
            let mine = self.0.iter().filter(|one| one.kind == kind && which.is_none_or(|which| which == one.came));
            mine.count() as u64
        };
        let served = self.0.iter().filter(|one| one.kind == kind && one.came.is_served());
        let mut took: Vec<Duration> = served.map(|one| one.took).collect();
        took.sort_unstable();
        let asked = count(None);
        (asked > 0).then(|| Fared {
            kind,
            asked,
            right: count(Some(Came::Right)),
            stale: count(Some(Came::Stale)),
            refused: count(Some(Came::Refused)),
            wrong: count(Some(Came::Wrong)),
            nothing: count(Some(Came::Nothing)),
            challenged: self.0.iter().filter(|one| one.kind == kind && one.challenged).count() as u64,
            served_percent: took.len() as f64 * 100.0 / asked as f64,
            p50_ms: quantile_ms(&took, 50),
            p99_ms: quantile_ms(&took, 99),
        })
    }
}

/// The shortest time that so many of a hundred do not exceed, in milliseconds; 0 when there are none.
fn quantile_ms(sorted: &[Duration], percent: usize) -> f64 {
    quantile(sorted, percent).map_or(0.0, |took| took.as_secs_f64() * 1e3)
}

fn quantile(sorted: &[Duration], percent: usize) -> Option<Duration> {
    sorted.get((sorted.len() * percent).div_ceil(100).saturating_sub(1)).copied()
}

/// What came of the flood's requests, counted while it goes on.
#[derive(Debug, Default)]
pub(crate) struct FloodTally {
    pub(crate) sent: AtomicU64,
    pub(crate) passed: AtomicU64,
    pub(crate) kept: AtomicU64,
    pub(crate) refused: AtomicU64,
    pub(crate) cut: AtomicU64,
    pub(crate) opened: AtomicU64,
    pub(crate) slow_opened: AtomicU64,
    pub(crate) slow_closed: AtomicU64,
}

/// What came of the flood's requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Flooded {
    /// Sent.
    pub sent: u64,
    /// Answered by the origin.
    pub passed: u64,
    /// Answered from memory with what the origin had answered before.
    pub kept: u64,
    /// Answered by the door itself: a refusal, a challenge, a page of its own.
    pub refused: u64,
    /// Not answered: the connection was refused, cut, or silent for as long as the flood waits.
    pub cut: u64,
    /// Connections opened.
    pub opened: u64,
    /// Slow connections opened.
    pub slow_opened: u64,
    /// Slow connections that the door has closed.
    pub slow_closed: u64,
    /// Slow connections that it still held in the end.
    pub slow_held: u64,
}

impl FloodTally {
    pub(crate) fn answered(&self, answer: &Answer) {
        let made_by_origin = answer.headers.contains_key(MADE_HERE);
        let counter = match (made_by_origin, aged(answer)) {
            (false, _) => &self.refused,
            (true, true) => &self.kept,
            (true, false) => &self.passed,
        };
        add(counter);
    }

    pub(crate) fn now(&self) -> Flooded {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let [slow_opened, slow_closed] = [read(&self.slow_opened), read(&self.slow_closed)];
        Flooded {
            sent: read(&self.sent),
            passed: read(&self.passed),
            kept: read(&self.kept),
            refused: read(&self.refused),
            cut: read(&self.cut),
            opened: read(&self.opened),
            slow_opened,
            slow_closed,
            slow_held: slow_opened.saturating_sub(slow_closed),
        }
    }
}

pub(crate) fn add(counter: &AtomicU64) -> u64 {
    counter.fetch_add(1, Ordering::Relaxed)
}

impl Flooded {
    /// What has come since then.
    #[must_use]
    pub fn since(&self, then: &Self) -> Self {
        Self {
            sent: self.sent.saturating_sub(then.sent),
            passed: self.passed.saturating_sub(then.passed),
            kept: self.kept.saturating_sub(then.kept),
            refused: self.refused.saturating_sub(then.refused),
            cut: self.cut.saturating_sub(then.cut),
            opened: self.opened.saturating_sub(then.opened),
            slow_opened: self.slow_opened.saturating_sub(then.slow_opened),
            slow_closed: self.slow_closed.saturating_sub(then.slow_closed),
            slow_held: self.slow_held,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use http::{HeaderMap, StatusCode};

    fn answer(status: u16, headers: &[(&'static str, &'static str)], body: &'static str) -> Answer {
        let headers =
            headers.iter().map(|(name, value)| (name.parse().expect("a name"), value.parse().expect("a value")));
        let status = StatusCode::from_u16(status).expect("a status");
        Answer { status, headers: HeaderMap::from_iter(headers), body: Bytes::from_static(body.as_bytes()) }
    }

    #[test]
    fn only_what_was_asked_for_is_served() {
        let check =
            |status, headers: &[_], came| assert_eq!(Came::of(&answer(status, headers, "a page"), "page"), came);
        check(200, &[], Came::Right);
        check(200, &[("age", "0")], Came::Right);
        check(200, &[("age", "7")], Came::Stale);
        check(503, &[], Came::Refused);
        check(403, &[("age", "7")], Came::Refused);
        check(302, &[], Came::Wrong);
        assert_eq!(Came::of(&answer(200, &[], "are you human?"), "page"), Came::Wrong);
    }

    fn wished(kind: Kind, at_ms: u64, came: Came, took_ms: u64) -> Wished {
        let [at, took] = [at_ms, took_ms].map(Duration::from_millis);
        Wished { kind, at, came, took, challenged: false }
    }

    #[test]
    fn it_has_settled_after_the_last_with_a_key_who_fared_badly() {
        let mut tally = Tally::default();
        assert_eq!(tally.settled(Duration::from_millis(50)), None);
        tally.add(wished(Kind::Scanner, 10, Came::Right, 40));
        tally.add(wished(Kind::Anonymous, 900, Came::Refused, 1));
        assert_eq!(tally.settled(Duration::from_millis(50)), Some(Duration::ZERO));
        for (at, came, took) in [(20, Came::Refused, 1), (30, Came::Right, 51), (40, Came::Right, 50)] {
            tally.add(wished(Kind::App, at, came, took));
        }
        assert_eq!(tally.settled(Duration::from_millis(50)), Some(Duration::from_millis(30)));
        assert_eq!(tally.keyed_p99(), Some(Duration::from_millis(51)));
    }

    #[test]
    fn shares_and_times_are_of_those_they_are_of() {
        let mut tally = Tally::default();
        for n in 1..=100 {
            tally.add(wished(Kind::App, 0, Came::Right, n));
        }
        for came in [Came::Stale, Came::Refused, Came::Wrong, Came::Nothing] {
            tally.add(wished(Kind::App, 0, came, 1));
        }
        tally.add(wished(Kind::Feed, 0, Came::Nothing, 2_000));
        let [app, feed] = &tally.fared()[..] else { panic!("two kinds asked") };
        assert_eq!((app.asked, app.right, app.stale, app.refused, app.wrong, app.nothing), (104, 100, 1, 1, 1, 1));
        assert!((app.served_percent - 101.0 * 100.0 / 104.0).abs() < 1e-9);
        assert!((app.p50_ms - 50.0).abs() < 1e-9 && (app.p99_ms - 99.0).abs() < 1e-9, "{app:?}");
        assert!((feed.served_percent, feed.p99_ms) == (0.0, 0.0));
    }

    #[test]
    fn a_refusal_is_told_from_an_answer() {
        let tally = FloodTally::default();
        for (status, headers) in [(404, &[(MADE_HERE, "1")][..]), (200, &[(MADE_HERE, "1"), ("age", "3")]), (429, &[])]
        {
            tally.answered(&answer(status, headers, ""));
        }
        let before = tally.now();
        assert_eq!((before.passed, before.kept, before.refused), (1, 1, 1));
        tally.answered(&answer(200, &[], "are you human?"));
        assert_eq!(tally.now().since(&before), Flooded { refused: 1, ..Flooded::default() });
    }
}
