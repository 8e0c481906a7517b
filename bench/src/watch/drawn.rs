//! Histories drawn from a seed after what is known of public ones.
//!
//! The time up between two falls has a long tail (Lomax), the steeper the more falls there were in the 24 hours before. The
//! scales and exponents are those that give the odds measured on 1,469 returns of ten public histories: at the first success
//! 10, 20, 44 and 56 % fall within the hour with none, one, two to four and five or more earlier falls; after two hours up 2,
//! 4, 11 and 29 %. Series differ by a factor of their own, and a bad patch ends at some time. The kinds differ in how often patches
//! come and how much series differ; the last is worse than what is known. Nothing here is a measurement.

use super::input::{History, Series, Span};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// One kind of history.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    /// The deviation of the logarithm of a series' own factor.
    differ: f64,
    /// Fresh outages per series and day.
    per_day: f64,
}

pub(crate) const KINDS: [Kind; 4] = [
    Kind { name: "drawn: alike", differ: 0.5, per_day: 0.05 },
    Kind { name: "drawn: unlike", differ: 1.0, per_day: 0.05 },
    Kind { name: "drawn: often", differ: 1.0, per_day: 0.20 },
    Kind { name: "drawn: worse", differ: 1.6, per_day: 0.20 },
];

/// Falls of one bad patch, on average, before it ends.
const PATCH_FALLS: f64 = 9.0;
const MIN_MS: f64 = 60_000.0;
const DAY_MIN: f64 = 1_440.0;
const DAYS: f64 = 180.0;
const SERIES: u64 = 8;

/// A history of eight series over half a year.
pub(crate) fn history(kind: &Kind, seed: u64) -> History {
    let mut dice = ChaCha8Rng::seed_from_u64(seed);
    let series = (0..SERIES).map(|_| one(kind, &mut dice)).collect();
    History { name: format!("{} {seed}", kind.name), series }
}

fn one(kind: &Kind, dice: &mut ChaCha8Rng) -> Series {
    let per_min = kind.per_day / DAY_MIN * (normal(dice) - 0.5).exp();
    let own = (kind.differ * normal(dice) - kind.differ * kind.differ / 2.0).exp();
    let (mut spans, mut falls) = (Vec::new(), Vec::new());
    let (mut at, end) = (exponential(dice, per_min), DAYS * DAY_MIN);
    let mut left = exponential(dice, 1.0 / PATCH_FALLS);
    push(&mut spans, 0.0, at.min(end), true);
    while at < end {
        let earlier = falls.iter().filter(|fall| **fall > at - DAY_MIN).count();
        falls.push(at);
        let down = (15_f64.ln() + 1.1 * normal(dice)).exp().max(5.0);
        push(&mut spans, at, at + down, false);
        at += down;
        let (steep, scale) = match earlier {
            0 => (0.043, 8.0),
            1 => (0.09, 8.0),
            2..=4 => (0.29, 9.0),
            _ => (0.85, 37.0),
        };
        left -= if earlier > 0 { 1.0 } else { 0.0 };
        let mut up = scale * (exponential(dice, steep * own).min(30.0).exp() - 1.0);
        if left < 0.0 {
            (up, left) = (f64::INFINITY, exponential(dice, 1.0 / PATCH_FALLS));
        }
        let next = at + up.min(exponential(dice, per_min)).max(5.0);
        push(&mut spans, at, next.min(end.max(at + 1.0)), true);
        at = next;
    }
    if let Some(last) = spans.last_mut() {
        last.ended = false;
    }
    Series { spans, latency: Vec::new() }
}

#[expect(clippy::cast_possible_truncation, reason = "half a year in milliseconds")]
fn push(spans: &mut Vec<Span>, from: f64, to: f64, up: bool) {
    let ms = |minutes: f64| (minutes * MIN_MS) as i64;
    spans.push(Span { from: ms(from), to: ms(to), up, ended: true });
}

fn exponential(dice: &mut ChaCha8Rng, rate: f64) -> f64 {
    -(1.0 - dice.random::<f64>()).ln() / rate
}

/// Twelve dice less six: near enough to normal.
pub(crate) fn normal(dice: &mut ChaCha8Rng) -> f64 {
    (0..12).map(|_| dice.random::<f64>()).sum::<f64>() - 6.0
}
