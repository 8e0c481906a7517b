//! A contract's range of numbers, as the carrier assigned it. A plain value: it never changes.

use parcel::{ColissimoNumber, Invalid};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A range of numbers: one prefix, from the first number to the last, both included.
///
/// For example `9L 00000 10001 4` to `9L 00000 15000 2`, the carrier's range for tests. Both ends carry their check
/// digit, so that a range that was mistyped is refused.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "Ends", into = "Ends")]
pub struct Range {
    first: ColissimoNumber,
    last: ColissimoNumber,
}

impl Range {
    /// The range from `first` to `last`, both included.
    ///
    /// # Errors
    /// When the two have different prefixes, or the last comes before the first.
    pub fn new(first: ColissimoNumber, last: ColissimoNumber) -> Result<Self, Invalid> {
        if first.prefix() != last.prefix() {
            return Err(Invalid::new("range", "the first and the last number begin with the same two characters"));
        }
        if last < first {
            return Err(Invalid::new("range", "the last number does not come before the first"));
        }
        Ok(Self { first, last })
    }

    /// The two characters that every number of the range begins with.
    pub fn prefix(&self) -> &str {
        self.first.prefix()
    }

    /// The first number.
    pub fn first(&self) -> ColissimoNumber {
        self.first
    }

    /// The last number, which is part of the range.
    pub fn last(&self) -> ColissimoNumber {
        self.last
    }

    /// How many numbers it has: one at least.
    #[expect(clippy::len_without_is_empty, reason = "no range is empty")]
    pub fn len(&self) -> u64 {
        self.last.serial() - self.first.serial() + 1
    }

    /// Whether the number is one of the range.
    pub fn contains(&self, number: &ColissimoNumber) -> bool {
        number.prefix() == self.prefix() && (self.first..=self.last).contains(number)
    }

    /// Whether the two have a number in common.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.prefix() == other.prefix() && self.first <= other.last && other.first <= self.last
    }

    /// The serials of its numbers.
    pub(crate) fn serials(&self) -> std::ops::RangeInclusive<u64> {
        self.first.serial()..=self.last.serial()
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.first, self.last)
    }
}

/// A range as it is written down.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ends {
    first: ColissimoNumber,
    last: ColissimoNumber,
}

impl TryFrom<Ends> for Range {
    type Error = Invalid;
    fn try_from(ends: Ends) -> Result<Self, Invalid> {
        Self::new(ends.first, ends.last)
    }
}

impl From<Range> for Ends {
    fn from(range: Range) -> Self {
        Self { first: range.first, last: range.last }
    }
}
