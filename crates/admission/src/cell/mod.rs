//! How fast one source may ask: a fixed field of 8-byte cells, each the state of one source.
//!
//! The generic cell rate algorithm keeps per source one number, the time at which all that it asked so far would have been
//! asked at the even rate. A source whose time has passed is as one that was never seen. So a cell is free by itself, nothing
//! is swept and nothing can fill.
//!
//! A keyed hash of the source chooses a line of eight cells (one line of the processor's cache), and 20 other bits of it are
//! kept in the cell as its tag. A source looks for its tag in its line; a new one takes a cell whose time has passed or, in a
//! line where none has, the one whose time is next. So where there are more sources than cells, those that ask most are
//! remembered, and the others are let by more often than they should: it errs towards admitting. Two sources count as one only
//! when they share line and tag: a source is taken for another that is over its limit with a chance of at most 8 in 2^20.
//!
//! A refusal writes nothing.

use crate::{Moment, moment::ns_of, settings::Rate};
use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

/// Cells in a line: 64 bytes.
const LINE: usize = 8;
/// Bits of a cell that say when it is even; the others are the tag.
const EVEN_BITS: u32 = 44;
const EVEN_MASK: u64 = (1 << EVEN_BITS) - 1;
/// Nanoseconds of one step of time in a cell, as a shift: 16.4 µs, so that 44 bits last nine years.
const STEP_SHIFT: u32 = 14;
/// How far threads may read the clock apart, in steps: a second.
const APART: u64 = 1 << 16;

/// A limit, in steps of a cell's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limit {
    /// Between two requests at the even rate; 0 for no limit.
    each: u64,
    /// By how much a source may be ahead of the even rate.
    burst: u64,
}

impl Limit {
    /// The limit of this rate.
    pub(crate) fn of(rate: Rate) -> Self {
        let each = if rate.per_s == 0 { 0 } else { ((1_000_000_000_u64 / u64::from(rate.per_s)) >> STEP_SHIFT).max(1) };
        Self { each, burst: each.saturating_mul(rate.burst.into()) }
    }

    /// One request now of a source that is even at `even`: when it is even then, or for how long it must wait.
    ///
    /// Further ahead than the whole burst is nobody, unless the clock was set back: then it is as one that was never seen.
    /// Threads read the clock a little apart, and that is not it.
    fn step(self, even: u64, now: u64, spared: u64) -> Result<u64, Duration> {
        let most = now.saturating_add(self.burst);
        let even = if even > most.saturating_add(APART) { now } else { even.clamp(now, most) };
        let next = even + self.each;
        let over = (next - now).saturating_sub(self.burst.saturating_sub(spared));
        if over > 0 { Err(Duration::from_nanos(over << STEP_SHIFT)) } else { Ok(next) }
    }
}

const fn steps(now: Moment) -> u64 {
    // The first step is not 0, which is a cell that nobody had.
    ((now.ns() >> STEP_SHIFT) + 1) & EVEN_MASK
}

/// One source alone: the budget of a resource.
#[derive(Debug, Default)]
pub(crate) struct Cell(AtomicU64);

impl Cell {
    /// Takes one, if after it `spared` of the burst (in requests) are still there for others.
    pub(crate) fn take(&self, limit: Limit, spared: u32, now: Moment) -> Result<(), Duration> {
        let (now, spared) = (steps(now), limit.each * u64::from(spared));
        let mut even = self.0.load(Relaxed);
        loop {
            let next = limit.step(even, now, spared)?;
            match self.0.compare_exchange_weak(even, next, Relaxed, Relaxed) {
                Ok(_) => return Ok(()),
                Err(other) => even = other,
            }
        }
    }
}

/// The field of cells.
pub(crate) struct Cells {
    cells: Box<[AtomicU64]>,
    lines: usize,
}

impl Cells {
    /// A field of so many cells; a power of two, at least eight.
    pub(crate) fn new(count: u32) -> Self {
        let count = (count as usize).next_power_of_two().max(LINE);
        Self { cells: (0..count).map(|_| AtomicU64::new(0)).collect(), lines: count / LINE }
    }

    /// A field of so many cells, where this one has another number.
    pub(crate) fn resized(&self, count: u32) -> Option<Self> {
        let other = Self::new(count);
        (other.lines != self.lines).then_some(other)
    }

    /// Takes one request of the source with this keyed hash.
    ///
    /// # Errors
    /// How long it must wait until one is allowed.
    pub(crate) fn take(&self, hash: u64, limit: Limit, now: Moment) -> Result<(), Duration> {
        if limit.each == 0 {
            return Ok(());
        }
        let (line, tag) = (self.line(hash), hash & !EVEN_MASK);
        let now = steps(now);
        loop {
            let (cell, seen) = pick(line, tag, now);
            let even = if seen & !EVEN_MASK == tag { seen & EVEN_MASK } else { 0 };
            let next = limit.step(even, now, 0)?;
            // Who lost the race looks again: another source may have taken this cell.
            if cell.compare_exchange(seen, tag | (next & EVEN_MASK), Relaxed, Relaxed).is_ok() {
                return Ok(());
            }
        }
    }

    fn line(&self, hash: u64) -> &[AtomicU64] {
        // The low bits choose the line, the high ones are the tag.
        let low = usize::try_from(hash & EVEN_MASK).unwrap_or(0);
        let first = (low & (self.lines - 1)) * LINE;
        &self.cells[first..first + LINE]
    }
}

/// The cell of this tag in its line or, for a new source, the one whose time is next or has passed the longest.
fn pick(line: &[AtomicU64], tag: u64, now: u64) -> (&AtomicU64, u64) {
    let mut best = (&line[0], line[0].load(Relaxed));
    for cell in line {
        let seen = cell.load(Relaxed);
        if seen & !EVEN_MASK == tag && seen & EVEN_MASK > now {
            return (cell, seen);
        }
        if seen & EVEN_MASK < best.1 & EVEN_MASK {
            best = (cell, seen);
        }
    }
    best
}

/// Whole seconds of a wait, rounded up, at least one.
pub(crate) fn seconds(wait: Duration) -> u32 {
    u32::try_from(ns_of(wait).div_ceil(1_000_000_000)).unwrap_or(u32::MAX).max(1)
}

#[cfg(test)]
mod tests;
