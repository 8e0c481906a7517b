//! Who gives out the numbers of a range: each once, in order, to the last and no further.
//!
//! The whole state is a range and a mark: what lies below the mark was given out, the rest was not. The mark only rises. Who
//! writes it down before using the numbers it gave out can lose some by a crash in between, and never uses one twice.

use crate::Range;
use parcel::{ColissimoNumber, Invalid};
use serde::{Deserialize, Serialize};

/// The numbers of one range that are still to be given out.
///
/// Two allocators of one range know nothing of each other: keep one, and give others a part of it ([`split`]).
///
/// [`split`]: Self::split
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Allocator {
    range: Range,
    next: u64,
}

impl Allocator {
    /// An allocator that has given out nothing.
    pub fn new(range: Range) -> Self {
        Self { range, next: *range.serials().start() }
    }

    /// An allocator whose mark stands at `next`: the serial of the next number, or one more than that of the last number
    /// when all are given out.
    ///
    /// # Errors
    /// When the mark lies outside the range.
    pub fn at(range: Range, next: u64) -> Result<Self, Invalid> {
        let (first, last) = range.serials().into_inner();
        if !(first..=last + 1).contains(&next) {
            return Err(Invalid::new("next", "lies outside the range of numbers; it is the serial of the next number"));
        }
        Ok(Self { range, next })
    }

    /// The range that it gives out.
    pub fn range(&self) -> &Range {
        &self.range
    }

    /// The mark: the serial of the next number; one more than that of the last number when all are given out.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// How many numbers there are still to give out.
    pub fn left(&self) -> u64 {
        self.range.serials().end() + 1 - self.next
    }

    /// Gives out the next `count` numbers, or what is left when that is less. `None` when nothing is left or asked.
    ///
    /// The caller writes the new mark down before it uses a number of the block.
    pub fn take(&mut self, count: u64) -> Option<Block> {
        let end = self.next + count.min(self.left());
        let block = Block { prefix: self.range.first(), serials: self.next..end };
        self.next = end;
        (!block.is_empty()).then_some(block)
    }

    /// Cuts the next numbers into `n` ranges of `each` numbers, for sites that print with no network. They are given out
    /// by that, lowest first, and this allocator goes on behind them. `None`, and nothing given out, when fewer than
    /// `n × each` are left or either is nought.
    pub fn split(&mut self, n: u64, each: u64) -> Option<Vec<Range>> {
        let all = n.checked_mul(each).filter(|all| (1..=self.left()).contains(all))?;
        let begin = self.next;
        let ranges = (0..n).map(|i| self.part(begin + i * each, each)).collect::<Option<_>>()?;
        self.next = begin + all;
        Some(ranges)
    }

    fn part(&self, begin: u64, len: u64) -> Option<Range> {
        let number = |serial| ColissimoNumber::from_serial(self.range.prefix(), serial).ok();
        Range::new(number(begin)?, number(begin + len - 1)?).ok()
    }
}

/// An allocator as it is written down.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    range: Range,
    next: u64,
}

impl TryFrom<Written> for Allocator {
    type Error = Invalid;
    fn try_from(written: Written) -> Result<Self, Invalid> {
        Self::at(written.range, written.next)
    }
}

impl From<Allocator> for Written {
    fn from(allocator: Allocator) -> Self {
        Self { range: allocator.range, next: allocator.next }
    }
}

/// Numbers that an allocator gave out, to be used in order. One that is not used is lost, never given out again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Block {
    /// A number of the range, for its prefix.
    prefix: ColissimoNumber,
    serials: std::ops::Range<u64>,
}

impl Block {
    /// How many numbers are still in it.
    pub fn len(&self) -> u64 {
        self.serials.end - self.serials.start
    }

    /// Whether all its numbers were used.
    pub fn is_empty(&self) -> bool {
        self.serials.is_empty()
    }

    /// The serial of the next number in it.
    pub fn first_serial(&self) -> u64 {
        self.serials.start
    }

    /// The serial of the last number in it; one less than [`first_serial`](Self::first_serial) when it is empty.
    pub fn last_serial(&self) -> u64 {
        self.serials.end.saturating_sub(1)
    }

    /// The two characters that its numbers begin with.
    pub fn prefix(&self) -> &str {
        self.prefix.prefix()
    }
}

impl Iterator for Block {
    type Item = ColissimoNumber;

    fn next(&mut self) -> Option<ColissimoNumber> {
        ColissimoNumber::from_serial(self.prefix.prefix(), self.serials.next()?).ok()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.serials.size_hint()
    }
}
