//! The last hour of a function by minute, for numbers and sparklines; no decision is taken from it.

use crate::number;
use clock::Time;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Minutes that are kept.
pub const MINUTES: usize = 60;
const MINUTE_MS: i64 = 60_000;

/// One minute of calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Minute {
    /// Calls that ended.
    pub calls: u32,
    /// Of these, failed.
    pub failed: u32,
    /// The geometric mean of their latency in milliseconds; nothing where none was measured.
    pub typical_ms: Option<f64>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Cell {
    /// Minutes since 1970.
    minute: i64,
    calls: u32,
    failed: u32,
    measured: u32,
    ln_ms: f64,
}

/// The last hour by minute.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ring {
    cells: [Cell; MINUTES],
}

impl Default for Ring {
    fn default() -> Self {
        Self { cells: [Cell { minute: i64::MIN, ..Cell::default() }; MINUTES] }
    }
}

impl Ring {
    pub(crate) fn take(&mut self, at: Time, well: bool, latency: Option<Duration>) {
        let minute = at.unix_ms().div_euclid(MINUTE_MS);
        let Some(cell) = self.cells.get_mut(place(minute)) else { return };
        if cell.minute < minute {
            *cell = Cell { minute, ..Cell::default() };
        }
        cell.calls = cell.calls.saturating_add(1);
        cell.failed = cell.failed.saturating_add(u32::from(!well));
        if let Some(spent) = latency {
            cell.measured = cell.measured.saturating_add(1);
            cell.ln_ms += (spent.as_secs_f64() * 1e3).max(0.1).ln();
        }
    }

    /// The hour up to `now`, the oldest minute first.
    pub(crate) fn hour(&self, now: Time) -> Vec<Minute> {
        let last = now.unix_ms().div_euclid(MINUTE_MS);
        let first = last.saturating_sub(number::signed(MINUTES) - 1);
        (first..=last).map(|minute| self.minute(minute)).collect()
    }

    /// Calls and failures of the fifteen minutes up to `now`, and the typical latency of the last minute with any.
    pub(crate) fn recent(&self, now: Time) -> (u32, u32, Option<f64>) {
        let last = now.unix_ms().div_euclid(MINUTE_MS);
        let minutes = (last.saturating_sub(14)..=last).map(|minute| self.minute(minute));
        minutes.fold((0_u32, 0_u32, None), |(calls, failed, ms), minute| {
            (calls.saturating_add(minute.calls), failed.saturating_add(minute.failed), minute.typical_ms.or(ms))
        })
    }

    fn minute(&self, minute: i64) -> Minute {
        let Some(cell) = self.cells.get(place(minute)).filter(|cell| cell.minute == minute) else {
            return Minute::default();
        };
        let typical_ms = (cell.measured > 0).then(|| (cell.ln_ms / f64::from(cell.measured)).exp());
        Minute { calls: cell.calls, failed: cell.failed, typical_ms }
    }
}

fn place(minute: i64) -> usize {
    usize::try_from(minute.rem_euclid(number::signed(MINUTES))).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_come_back_in_order_and_the_old_ones_are_gone() {
        let mut ring = Ring::default();
        for minute in 0..90_i64 {
            let at = Time::from_unix_ms(minute * MINUTE_MS);
            ring.take(at, minute % 2 == 0, Some(Duration::from_millis(minute.unsigned_abs() + 1)));
        }
        let hour = ring.hour(Time::from_unix_ms(89 * MINUTE_MS));
        assert_eq!(hour.len(), MINUTES);
        let typical = |minute: &Minute| minute.typical_ms.map(f64::round);
        assert_eq!((hour.first().and_then(typical), hour.last().and_then(typical)), (Some(31.0), Some(90.0)));
        assert_eq!(hour.iter().map(|minute| minute.failed).sum::<u32>(), 30);
    }
}
