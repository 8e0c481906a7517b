//! From real time to scenario time: a demonstration shows two days in less than a minute.
//!
//! A timeline is straight pieces laid end to end. It never runs backwards; before its start it shows the scenario's
//! start, and after its last piece it goes on at the pace of real time.

use clock::{Clock, Time};
use std::{sync::Arc, time::Duration};

/// The scenario's clock: a real clock seen through a timeline.
#[derive(Clone)]
pub struct ScenarioClock {
    timeline: Timeline,
    real: Arc<dyn Clock>,
}

impl ScenarioClock {
    /// What this timeline shows of this clock.
    pub fn new(timeline: Timeline, real: Arc<dyn Clock>) -> Self {
        Self { timeline, real }
    }
}

impl Clock for ScenarioClock {
    fn now(&self) -> Time {
        self.timeline.at(self.real.now())
    }
}

/// The least that a phase is shown for, where there are seconds enough.
const SHOWN_MIN: Duration = Duration::from_secs(1);

/// A mapping of the real clock to the scenario's.
#[derive(Clone, Debug, PartialEq)]
pub struct Timeline {
    pieces: Vec<Piece>,
}

/// From this real moment on scenario time runs from `shows`, `pace` times as fast as real time.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Piece {
    from: Time,
    shows: Time,
    pace: f64,
}

impl Timeline {
    /// Scenario time runs `x` times as fast as real time, for ever.
    pub fn speed(shows: Time, x: f64, from: Time) -> Self {
        Self { pieces: vec![Piece { from, shows, pace: x.max(0.0) }] }
    }

    /// The spans between these turns of the scenario, shown one after the other within `total`.
    pub(crate) fn compressed(turns: &[Time], total: Duration, start: Time) -> Self {
        let lengths: Vec<Duration> = turns.windows(2).map(|w| w[1].since(w[0])).collect();
        let mut pieces = Vec::with_capacity(turns.len());
        let (mut from, mut spent) = (start, Duration::ZERO);
        for ((shows, length), share) in turns.iter().zip(&lengths).zip(shares(&lengths, total)) {
            spent += share;
            let until = start.plus(to_the_millisecond(spent)).max(from.plus(Duration::from_millis(1)));
            pieces.push(Piece { from, shows: *shows, pace: length.as_secs_f64() / until.since(from).as_secs_f64() });
            from = until;
        }
        pieces.extend(turns.last().map(|end| Piece { from, shows: *end, pace: 1.0 }));
        Self { pieces }
    }

    /// What the scenario's clock shows at this real moment.
    pub fn at(&self, now: Time) -> Time {
        let Some(first) = self.pieces.first() else { return now };
        let past = self.pieces.partition_point(|p| p.from <= now);
        let piece = past.checked_sub(1).and_then(|i| self.pieces.get(i));
        let Some(piece) = piece else { return first.shows };
        let shown = piece.shows.plus(stretched(now.since(piece.from), piece.pace));
        self.pieces.get(past).map_or(shown, |next| shown.min(next.shows))
    }

    /// How many times as fast as real time the scenario runs at this real moment.
    pub fn pace(&self, now: Time) -> f64 {
        let past = self.pieces.partition_point(|p| p.from <= now);
        past.checked_sub(1).and_then(|i| self.pieces.get(i)).map_or(0.0, |p| p.pace)
    }

    /// The first real moment at which the scenario's clock shows this time; `None` when it stands still before that.
    pub fn when(&self, shows: Time) -> Option<Time> {
        let past = self.pieces.partition_point(|p| p.shows <= shows);
        let Some(piece) = past.checked_sub(1).and_then(|i| self.pieces.get(i)) else {
            return self.pieces.first().map(|p| p.from);
        };
        let ahead = shows.since(piece.shows);
        match piece.pace {
            _ if ahead.is_zero() => Some(piece.from),
            pace if pace > 0.0 => Some(piece.from.plus(stretched(ahead, 1.0 / pace))),
            _ => None,
        }
    }
}

fn to_the_millisecond(span: Duration) -> Duration {
    const HALF: Duration = Duration::from_micros(500);
    Duration::from_millis(u64::try_from((span + HALF).as_millis()).unwrap_or(u64::MAX))
}

fn stretched(span: Duration, by: f64) -> Duration {
    Duration::try_from_secs_f64(span.as_secs_f64() * by).unwrap_or(Duration::MAX)
}

/// Shares of `total` by the square root of each length; what falls below a second gets a second and the rest is
/// shared again. With less than a second for each, all are shown alike.
fn shares(lengths: &[Duration], total: Duration) -> Vec<Duration> {
    let count = u32::try_from(lengths.len()).unwrap_or(u32::MAX).max(1);
    if total <= SHOWN_MIN * count {
        return vec![total / count; lengths.len()];
    }
    let roots: Vec<f64> = lengths.iter().map(|l| l.as_secs_f64().sqrt()).collect();
    let mut least = vec![false; lengths.len()];
    loop {
        let fixed = least.iter().filter(|l| **l).count();
        let left = total.as_secs_f64() - SHOWN_MIN.as_secs_f64() * f64::from(u32::try_from(fixed).unwrap_or(0));
        let sum: f64 = roots.iter().zip(&least).filter(|(_, l)| !**l).map(|(r, _)| r).sum();
        let share = |i: usize| if least[i] { SHOWN_MIN.as_secs_f64() } else { left * roots[i] / sum.max(f64::EPSILON) };
        let short = (0..roots.len()).find(|i| !least[*i] && share(*i) < SHOWN_MIN.as_secs_f64());
        match short {
            Some(i) => least[i] = true,
            None => return (0..roots.len()).map(|i| Duration::from_secs_f64(share(i))).collect(),
        }
    }
}
