//! Who asks much: a count-min sketch, wide, keyed and forgetting.
//!
//! Four rows of cells; a source has one in each, chosen by a keyed hash, and its count is the least of the four. Only cells that
//! are at that least are raised (conservative update), so that heavy sources raise the count of others little. It never says
//! less than was asked, but for what was forgotten: at the end of each window all counts are halved. Each cell carries the number
//! of the window that it was last written in and is halved when it is next looked at; so nothing is swept.

use crate::Moment;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// Rows.
const ROWS: usize = 4;
/// Nanoseconds of a window, as a shift: 4.3 s. A source is forgotten after about half a minute.
const WINDOW_SHIFT: u32 = 32;
const COUNT_BITS: u32 = 16;
const COUNT_MASK: u32 = (1 << COUNT_BITS) - 1;

/// The sketch.
pub(crate) struct Sketch {
    cells: Box<[AtomicU32]>,
    width: usize,
}

impl Sketch {
    /// A sketch of four rows that are so wide; a power of two.
    pub(crate) fn new(width: u32) -> Self {
        let width = (width as usize).next_power_of_two();
        Self { cells: (0..width * ROWS).map(|_| AtomicU32::new(0)).collect(), width }
    }

    /// A sketch of this width, where this one has another.
    pub(crate) fn resized(&self, width: u32) -> Option<Self> {
        let other = Self::new(width);
        (other.width != self.width).then_some(other)
    }

    /// How much the source with this keyed hash asked lately, at least.
    #[cfg(test)]
    pub(crate) fn count(&self, hash: u64, now: Moment) -> u32 {
        let window = window(now);
        self.row_cells(hash).into_iter().map(|cell| halved(cell.load(Relaxed), window)).min().unwrap_or(0)
    }

    /// Counts one request of the source with this keyed hash, and says how many it asked before.
    pub(crate) fn add(&self, hash: u64, now: Moment) -> u32 {
        let window = window(now);
        let cells = self.row_cells(hash).map(|cell| (cell, cell.load(Relaxed)));
        let least = cells.iter().map(|(_, seen)| halved(*seen, window)).min().unwrap_or(0);
        let raised = (least + 1).min(COUNT_MASK);
        for (cell, seen) in cells {
            if halved(seen, window) < raised {
                // Who lost a race is counted by the other.
                _ = cell.compare_exchange(seen, window << COUNT_BITS | raised, Relaxed, Relaxed);
            }
        }
        least
    }

    fn row_cells(&self, hash: u64) -> [&AtomicU32; ROWS] {
        // Rows by double hashing (Kirsch and Mitzenmacher): a + row × b, with b odd. Both halves are of a keyed hash.
        let (a, b) = (hash & u64::from(u32::MAX), hash >> 32 | 1);
        std::array::from_fn(|row| {
            let at = usize::try_from(a.wrapping_add(b.wrapping_mul(row as u64)) & u64::from(u32::MAX)).unwrap_or(0);
            &self.cells[row * self.width + (at & (self.width - 1))]
        })
    }
}

/// The number of the window, in 16 bits: it comes again after three days.
fn window(now: Moment) -> u32 {
    u32::try_from(now.ns() >> WINDOW_SHIFT & u64::from(u16::MAX)).unwrap_or(0)
}

/// The count of a cell, halved for each window since it was written.
fn halved(cell: u32, window: u32) -> u32 {
    let age = window.wrapping_sub(cell >> COUNT_BITS) & u32::from(u16::MAX);
    (cell & COUNT_MASK).checked_shr(age).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::Keyed;
    use std::time::Duration;

    #[test]
    fn a_hundred_thousand_bots_are_not_taken_for_the_innocent() {
        let (keyed, sketch) = (Keyed::new([7; 16]), Sketch::new(1 << 16));
        // Fifty each in the mean, from one to ninety-nine.
        let sends = |bot: u64| 1 + u32::try_from(bot % 99).unwrap_or(0);
        for bot in 0..100_000 {
            (0..sends(bot)).for_each(|_| _ = sketch.add(keyed.of(0, bot), Moment::default()));
        }
        let count = |source| sketch.count(keyed.of(0, source), Moment::default());
        let taken = (0..100_000).filter(|i| count((1 << 40) + i) > 100).count();
        assert!(taken <= 20, "{taken} of 100,000 that sent nothing count as heavy");
        assert!((0..100_000).all(|bot| count(bot) >= sends(bot)), "a count is never too low");
    }

    #[test]
    fn it_forgets_by_halves() {
        let sketch = Sketch::new(1 << 8);
        for _ in 0..64 {
            sketch.add(9, Moment::default());
        }
        let after = |windows: u64| sketch.count(9, Moment::from_ns(windows << WINDOW_SHIFT));
        assert_eq!([0, 1, 2, 6, 7, 40].map(after), [64, 32, 16, 1, 0, 0]);
        let later = Moment::default().plus(Duration::from_secs(3_600));
        assert_eq!(sketch.add(9, later), 0);
        assert_eq!(sketch.count(9, later), 1);
    }

    #[test]
    fn a_count_stops_before_it_spills() {
        let sketch = Sketch::new(1 << 8);
        for _ in 0..70_000 {
            sketch.add(9, Moment::default());
        }
        assert_eq!(sketch.count(9, Moment::default()), COUNT_MASK);
    }
}
