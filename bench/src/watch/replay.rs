//! One series told to a rule check by check, and what the rule said held against what was.

use super::{
    input::{Series, Span},
    rules::{Peer, Said},
};
use clock::Time;
use std::time::Duration;
use watch::{Carrier, Class, Fitted, Function, Observation, Reached, Settings, Source, Target, Watch, What};

/// A recovery that falls again so soon after it was announced was false.
const FALSE_WITHIN_MS: i64 = 3_600_000;

/// What came of one or many replays.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) outages: u64,
    pub(crate) missed: u64,
    /// Up-times after an outage that was alarmed for.
    pub(crate) returns: u64,
    pub(crate) announced: u64,
    /// Announced after an outage, not after slowness alone.
    pub(crate) announced_after_outage: u64,
    pub(crate) false_announced: u64,
    pub(crate) wait_min: Vec<f64>,
    pub(crate) detect_s: Vec<f64>,
    pub(crate) signs_s: Vec<f64>,
    pub(crate) false_alarms: u64,
}

impl Tally {
    pub(crate) fn add(&mut self, other: Self) {
        self.outages += other.outages;
        self.missed += other.missed;
        self.returns += other.returns;
        self.announced += other.announced;
        self.announced_after_outage += other.announced_after_outage;
        self.false_announced += other.false_announced;
        self.wait_min.extend(other.wait_min);
        self.detect_s.extend(other.detect_s);
        self.signs_s.extend(other.signs_s);
        self.false_alarms += other.false_alarms;
    }
}

/// The value that so large a share is at most; nothing where there is none.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a length is a place in it")]
pub(crate) fn quantile(values: &[f64], share: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().checked_sub(1)?;
    sorted.get((share.clamp(0.0, 1.0) * last as f64).round() as usize).copied()
}

/// A peer on one series.
pub(crate) fn peer(peer: &Peer, series: &Series) -> Tally {
    let mut rule = (peer.make)();
    let (mut said, mut at) = (Vec::new(), i64::MIN);
    for span in &series.spans {
        // Checks go on at their pace, whenever the state changes.
        at = at.max(span.from);
        while at < span.to {
            said.extend(rule.check(at, span.up).map(|word| (at, word)));
            at += peer.every_ms;
        }
    }
    score(&series.spans, &said)
}

/// Ours on one series: canaries as often as it asks for them, at least once a minute, and nothing else.
pub(crate) fn ours(fitted: &Fitted, series: &Series) -> Tally {
    let target = Target { carrier: Carrier::new("series"), function: Function::Label };
    let mut watch = Watch::new(Settings { fitted: *fitted, ..Settings::default() });
    let (mut said, mut at) = (Vec::new(), i64::MIN);
    let mut latency = series.latency.iter().peekable();
    for span in &series.spans {
        at = at.max(span.from);
        while at < span.to {
            let mut spent = None;
            while let Some((_, ms)) = latency.next_if(|(from, _)| *from <= at) {
                spent = Some(Duration::from_secs_f64(ms / 1e3));
            }
            let class = if span.up { Class::Answered } else { Class::Unavailable };
            let source = Source::Canary(target.clone());
            let seen =
                Observation { at: Time::from_unix_ms(at), source, reached: Reached::Whole, class, latency: spent };
            said.extend(watch.observe(&seen).iter().filter_map(|fact| Some((at, word(&fact.what)?))));
            let next = watch.canary_interval(&target.carrier, target.function).min(Duration::from_secs(60));
            at += i64::try_from(next.as_millis()).unwrap_or(60_000);
        }
    }
    score(&series.spans, &said)
}

fn word(what: &What) -> Option<Said> {
    match what {
        What::Opened { .. } | What::Reopened { .. } => Some(Said::Down),
        What::Signs { .. } => Some(Said::Signs),
        What::Restored { .. } => Some(Said::Recovered),
        _ => None,
    }
}

/// Holds what was said against what was.
fn score(spans: &[Span], said: &[(i64, Said)]) -> Tally {
    let mut tally = Tally { outages: spans.iter().filter(|span| !span.up).count() as u64, ..Tally::default() };
    let mut words = said.iter().peekable();
    let (mut alarmed, mut was_down, mut signs_at) = (false, false, 0);
    for (index, span) in spans.iter().enumerate() {
        let (was_alarmed, mut signs) = (alarmed, false);
        tally.returns += u64::from(span.up && alarmed);
        was_down |= alarmed && !span.up;
        while let Some((at, word)) = words.next_if(|(at, _)| *at < span.to) {
            match word {
                Said::Down => {
                    (alarmed, was_down) = (true, !span.up);
                    if span.up { tally.false_alarms += 1 } else { tally.detect_s.push((at - span.from) as f64 / 1e3) }
                }
                Said::Signs if span.up && was_alarmed && !signs => {
                    (signs, signs_at) = (true, *at);
                    tally.signs_s.push((at - span.from) as f64 / 1e3);
                }
                Said::Signs => signs_at = *at,
                Said::Recovered => {
                    alarmed = false;
                    tally.announced += 1;
                    tally.announced_after_outage += u64::from(was_down);
                    // Of slowness alone it began when it was quick again, not when it was last down.
                    let began = if was_down { span.from } else { span.from.max(signs_at) };
                    tally.wait_min.push(if span.up { (at - began) as f64 / 60e3 } else { 0.0 });
                    let falls =
                        !span.up || (span.ended && span.to - at <= FALSE_WITHIN_MS && spans.get(index + 1).is_some());
                    tally.false_announced += u64::from(falls);
                }
            }
        }
        tally.missed += u64::from(!span.up && !alarmed);
    }
    tally
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIN: i64 = 60_000;

    fn spans(minutes: &[(i64, bool)]) -> Vec<Span> {
        let mut from = 0;
        let mut all = Vec::new();
        for (i, (length, up)) in minutes.iter().enumerate() {
            all.push(Span { from, to: from + length * MIN, up: *up, ended: i + 1 < minutes.len() });
            from += length * MIN;
        }
        all
    }

    #[test]
    fn a_recovery_is_false_when_it_falls_within_the_hour() {
        let spans = spans(&[(10, true), (5, false), (30, true), (5, false), (200, true)]);
        let said =
            [(11, Said::Down), (15, Said::Recovered), (46, Said::Down), (60, Said::Recovered), (100, Said::Down)];
        let tally = score(&spans, &said.map(|(minute, word)| (minute * MIN, word)));
        assert_eq!((tally.outages, tally.announced, tally.false_announced, tally.false_alarms), (2, 2, 1, 1));
        assert_eq!((tally.wait_min, tally.detect_s), (vec![0.0, 10.0], vec![60.0, 60.0]));
    }

    #[test]
    fn ours_waits_out_the_flapping_and_says_restored_once() {
        let series = Series {
            spans: spans(&[(600, true), (10, false), (30, true), (10, false), (3_000, true)]),
            latency: Vec::new(),
        };
        let tally = ours(&watch::FITTED, &series);
        assert_eq!(
            (tally.outages, tally.missed, tally.announced, tally.false_announced, tally.false_alarms),
            (2, 0, 1, 0, 0)
        );
        assert!(tally.signs_s.iter().all(|s| *s <= 60.0), "{:?}", tally.signs_s);
    }
}
