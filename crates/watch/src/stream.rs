//! The bounded state of one function's calls: the usual, and how much speaks for trouble since when.
//!
//! Three sums of log likelihood ratios that never fall below zero (CUSUM; Page, Biometrika 41, 1954): *slow* for
//! latency two deviations above the usual, *failing* for an error share ten times the usual, *dark* for nearly every call
//! failing. An alarm is a sum above the threshold that the stated budget of false alarms allows at this rate of calls.
//! Learning stops while anything is wrong: the caller says so.

use crate::{
    baseline::Baseline,
    calibrated::{EXCURSION_MS_MIN, RATE_MAX_PER_S, threshold},
};
use clock::Time;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The shift that *slow* looks for, in deviations; smaller ones are the carrier's ordinary bad minutes.
const SHIFT: f64 = 2.0;
/// The least usual share of errors that is assumed; nobody has none.
const ERROR_SHARE_MIN: f64 = 0.005;
/// The most: a function that always fails one time in five is not judged by its errors any more strictly.
const ERROR_SHARE_MAX: f64 = 0.20;
/// The share of errors that *failing* looks for, at least.
const FAILING_SHARE_MIN: f64 = 0.10;
/// The share of errors that *dark* tells from the share of a slow phase, which is the other.
const DARK_SHARE: f64 = 0.9;
const NOT_DARK_SHARE: f64 = 0.35;
/// The sum of seven failures in a row: `7 × ln(0.9 / 0.35)`.
const DARK_THRESHOLD: f64 = 6.6;
/// Evidence from which one looks more closely, about two failures.
const SUSPECT: f64 = 4.0;
/// Evidence that stops the clock of a return: about two failures close together, or one where there are none.
pub(crate) const UNSETTLED: f64 = 8.0;
/// Milliseconds between calls that are learnt from, at least: else a busy stream would forget the day in a minute.
const LEARN_MS: i64 = 1_000;
/// Calls that the usual share of errors remembers, about.
const ERRORS_WEIGHT_MAX: f64 = 5_000.0;
/// How quickly the rate of calls is followed.
const RATE_STEP: f64 = 0.05;

/// What one observation did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Reading {
    /// Deviations of its latency above the usual, where that is known.
    pub(crate) deviations: Option<f64>,
    /// The sum *slow* or *failing* is beyond its threshold.
    pub(crate) alarm: bool,
    /// Nearly everything fails.
    pub(crate) dark: bool,
    /// The evidence is beyond what a return bears.
    pub(crate) unsettled: bool,
}

/// The bounded state of one function's calls: at most 512 bytes, and mergeable between nodes by [`Stream::merge`].
///
/// Merging adds what was learnt and what speaks for trouble, and keeps the later moment; so it does not matter who merges
/// whom first, up to the rounding of sums.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stream {
    usual: Baseline,
    calls: f64,
    errors: f64,
    slow: f64,
    failing: f64,
    failing_much: f64,
    dark: f64,
    /// Since when the present evidence gathers.
    since: Time,
    last: Time,
    learnt: Time,
    /// Milliseconds between calls, followed; zero before the second.
    gap_ms: f64,
}

impl Default for Stream {
    fn default() -> Self {
        Self {
            usual: Baseline::default(),
            calls: 0.0,
            errors: 0.0,
            slow: 0.0,
            failing: 0.0,
            failing_much: 0.0,
            dark: 0.0,
            since: Time::from_unix_ms(i64::MAX),
            last: Time::from_unix_ms(i64::MIN),
            learnt: Time::from_unix_ms(i64::MIN),
            gap_ms: 0.0,
        }
    }
}

impl Stream {
    /// Takes one call; `learn` while the function is well, `stretch` is 1 and more while we ourselves are slow.
    pub(crate) fn observe(&mut self, call: Seen, learn: bool, stretch: f64, budget: f64) -> Reading {
        let at = self.follow(call.at);
        let weight = (RATE_MAX_PER_S / self.per_second()).min(1.0);
        let deviations = call.latency.and_then(|spent| self.usual.deviations(at, ln_ms(spent)));
        self.gather(at, call.well, deviations, weight);
        if learn && at.unix_ms().saturating_sub(self.learnt.unix_ms()) >= LEARN_MS {
            self.learnt = at;
            self.learn(at, call);
        }
        let bar = threshold(self.per_second(), budget) * stretch;
        let long = at.unix_ms().saturating_sub(self.since.unix_ms()) >= EXCURSION_MS_MIN;
        let reading = Reading {
            deviations,
            alarm: long && self.evidence() > bar,
            dark: long && self.dark > DARK_THRESHOLD * stretch,
            unsettled: self.evidence() > UNSETTLED * stretch,
        };
        // What is beyond the threshold is enough, and what is enough need not be worked off for hours.
        for sum in [&mut self.slow, &mut self.failing, &mut self.failing_much] {
            *sum = sum.min(bar + 1.0);
        }
        self.dark = self.dark.min(DARK_THRESHOLD * stretch + 1.0);
        reading
    }

    /// Time never goes back here: an observation that says so happened now.
    fn follow(&mut self, at: Time) -> Time {
        let first = self.last == Time::from_unix_ms(i64::MIN);
        let at = at.max(self.last);
        if !first {
            let gap = crate::number::of(at.unix_ms().saturating_sub(self.last.unix_ms())).min(600_000.0);
            self.gap_ms = if self.gap_ms > 0.0 { self.gap_ms + RATE_STEP * (gap - self.gap_ms) } else { gap };
        }
        self.last = at;
        at
    }

    fn gather(&mut self, at: Time, well: bool, deviations: Option<f64>, weight: f64) {
        let was_calm = self.evidence() <= 0.0 && self.dark <= 0.0;
        let usual = self.error_share();
        let strong = (usual * 10.0).clamp(FAILING_SHARE_MIN, 0.6);
        add(&mut self.failing, ratio(well, strong, usual) * weight);
        add(&mut self.failing_much, ratio(well, DARK_SHARE, usual) * weight);
        add(&mut self.dark, ratio(well, DARK_SHARE, NOT_DARK_SHARE) * weight);
        if let Some(z) = deviations {
            add(&mut self.slow, (SHIFT * z - SHIFT * SHIFT / 2.0) * weight);
        }
        if was_calm {
            self.since = at;
        }
    }

    fn learn(&mut self, at: Time, call: Seen) {
        if let (true, Some(spent)) = (call.well, call.latency) {
            self.usual.learn(at, ln_ms(spent));
        }
        let keep = (ERRORS_WEIGHT_MAX / (self.calls + 1.0)).min(1.0);
        self.calls = (self.calls + 1.0) * keep;
        self.errors = (self.errors + if call.well { 0.0 } else { 1.0 }) * keep;
    }

    /// Forgets what spoke for trouble, at the first signs of a return: they are judged on their own.
    pub(crate) fn calm(&mut self) {
        (self.slow, self.failing, self.failing_much, self.dark) = (0.0, 0.0, 0.0, 0.0);
        self.since = Time::from_unix_ms(i64::MAX);
    }

    /// What speaks for trouble, in units of log likelihood.
    pub(crate) fn evidence(&self) -> f64 {
        self.slow.max(self.failing).max(self.failing_much)
    }

    /// What speaks for slowness, and for errors.
    pub(crate) fn sums(&self) -> (f64, f64) {
        (self.slow, self.failing.max(self.failing_much))
    }

    /// The threshold at the present rate.
    pub(crate) fn bar(&self, budget: f64) -> f64 {
        threshold(self.per_second(), budget)
    }

    /// Calls a second, followed.
    pub(crate) fn per_second(&self) -> f64 {
        1_000.0 / self.gap_ms.max(0.01)
    }

    /// The usual time of an answer at this time of day, in milliseconds.
    pub(crate) fn usual_ms(&self, at: Time) -> Option<f64> {
        self.usual.usual(at).map(f64::exp)
    }

    /// Whether anything is odd enough to look more closely.
    pub(crate) fn suspects(&self) -> bool {
        self.evidence() > SUSPECT
    }

    /// Since when the present evidence gathers.
    pub(crate) fn since(&self) -> Time {
        self.since.min(self.last)
    }

    /// The last call.
    pub(crate) fn last(&self) -> Time {
        self.last
    }

    /// The usual share of errors, at least half a percent: ten quiet calls do not prove that there are none.
    fn error_share(&self) -> f64 {
        ((self.errors + 0.5) / (self.calls + 100.0)).clamp(ERROR_SHARE_MIN, ERROR_SHARE_MAX)
    }

    /// Adds what another node saw of the same function.
    pub fn merge(&mut self, other: &Self) {
        self.usual.merge(&other.usual);
        self.calls += other.calls;
        self.errors += other.errors;
        self.slow += other.slow;
        self.failing += other.failing;
        self.failing_much += other.failing_much;
        self.dark += other.dark;
        self.since = self.since.min(other.since);
        self.last = self.last.max(other.last);
        self.learnt = self.learnt.max(other.learnt);
        // Two nodes with a call a minute each see two calls a minute.
        self.gap_ms = match (self.gap_ms, other.gap_ms) {
            (mine, theirs) if mine > 0.0 && theirs > 0.0 => 1.0 / (1.0 / mine + 1.0 / theirs),
            (mine, theirs) => mine.max(theirs),
        };
    }
}

/// What the stream is told of one call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    pub(crate) at: Time,
    pub(crate) well: bool,
    pub(crate) latency: Option<Duration>,
}

fn add(sum: &mut f64, step: f64) {
    *sum = (*sum + step).max(0.0);
}

/// The log likelihood ratio of one call between two shares of errors.
fn ratio(well: bool, if_unwell: f64, if_well: f64) -> f64 {
    if well { ((1.0 - if_unwell) / (1.0 - if_well)).ln() } else { (if_unwell / if_well).ln() }
}

fn ln_ms(spent: Duration) -> f64 {
    (spent.as_secs_f64() * 1e3).max(0.1).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(s: i64, well: bool, ms: u64) -> Seen {
        Seen { at: Time::from_unix_ms(s * 1_000), well, latency: Some(Duration::from_millis(ms)) }
    }

    fn warm() -> Stream {
        let mut stream = Stream::default();
        for i in 0..200 {
            let reading = stream.observe(seen(i * 3, true, 45 + (i.unsigned_abs() % 10)), true, 1.0, 1.0);
            assert!(!reading.alarm && !reading.dark);
        }
        stream
    }

    fn calls_to_alarm(stream: &mut Stream, stretch: f64, next: impl Fn(i64) -> Seen) -> usize {
        (0..100).take_while(|i| !stream.observe(next(600 + i * 3), false, stretch, 1.0).alarm).count() + 1
    }

    #[test]
    fn slowness_at_twenty_calls_a_minute_is_seen_within_eight_calls() {
        assert!(calls_to_alarm(&mut warm(), 1.0, |s| seen(s, true, 1_000)) <= 8);
    }

    #[test]
    fn failures_in_a_row_are_seen_within_five_and_dark_within_seven() {
        assert!(calls_to_alarm(&mut warm(), 1.0, |s| seen(s, false, 50)) <= 5);
        let mut stream = warm();
        let calls = (0..20).take_while(|i| !stream.observe(seen(600 + i * 3, false, 50), false, 1.0, 1.0).dark).count();
        assert_eq!(calls + 1, 7);
    }

    #[test]
    fn our_own_slowness_asks_for_more() {
        let plain = calls_to_alarm(&mut warm(), 1.0, |s| seen(s, true, 1_000));
        assert!(calls_to_alarm(&mut warm(), 3.0, |s| seen(s, true, 1_000)) > 2 * plain);
    }

    #[test]
    fn a_burst_within_a_second_is_no_alarm_however_many_calls_it_has() {
        let mut stream = warm();
        for _ in 0..5_000 {
            assert!(!stream.observe(seen(600, false, 50), false, 1.0, 1.0).alarm);
        }
    }

    #[test]
    fn an_observation_from_the_past_happened_now() {
        let mut stream = warm();
        let last = stream.last();
        stream.observe(seen(5, true, 50), true, 1.0, 1.0);
        assert_eq!(stream.last(), last);
        // Four failures that claim to be old ones are four failures, and they came within no time.
        for _ in 0..4 {
            assert!(!stream.observe(seen(5, false, 50), false, 1.0, 1.0).alarm);
        }
        assert!(stream.observe(seen(603, false, 50), false, 1.0, 1.0).alarm);
    }

    #[test]
    fn the_state_of_a_stream_is_bounded() {
        assert!(size_of::<Stream>() <= 512, "{}", size_of::<Stream>());
    }
}
