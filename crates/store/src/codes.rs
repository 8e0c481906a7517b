//! How small values are written in columns. A code is a value's place in its list; lists only grow at their end.

use crate::{KeyScope, StoreError};
use dispatch::{By, InTheDark, Job, State, Via};
use jiff::civil::Date;

/// A value with a code.
pub(crate) trait Coded: Copy + PartialEq + 'static {
    /// Every value, by code.
    const ALL: &'static [Self];
    /// What the value is called in an error.
    const WHAT: &'static str;

    fn code(self) -> i64 {
        let place = Self::ALL.iter().position(|v| *v == self).unwrap_or(Self::ALL.len());
        i64::try_from(place).unwrap_or(i64::MAX)
    }

    fn from_code(code: i64) -> Result<Self, StoreError> {
        let value = usize::try_from(code).ok().and_then(|place| Self::ALL.get(place));
        value.copied().ok_or(StoreError::Damaged { what: Self::WHAT })
    }
}

impl Coded for State {
    const ALL: &'static [Self] = &[
        Self::Waiting,
        Self::InFlight,
        Self::Unknown,
        Self::Confirmed,
        Self::Rejected,
        Self::Human,
        Self::Void,
        Self::Question,
    ];
    const WHAT: &'static str = "state";
}

impl Coded for Via {
    const ALL: &'static [Self] = &[Self::Api, Self::DropIn];
    const WHAT: &'static str = "via";
}

impl Coded for By {
    const ALL: &'static [Self] = &[Self::Answer, Self::Anchor, Self::Tracking, Self::Human, Self::Local];
    const WHAT: &'static str = "known_by";
}

impl Coded for Job {
    const ALL: &'static [Self] = &[Self::Submit, Self::Resolve];
    const WHAT: &'static str = "job";
}

impl Coded for InTheDark {
    const ALL: &'static [Self] = &[Self::Wait, Self::Local, Self::Ask];
    const WHAT: &'static str = "in_the_dark";
}

impl Coded for KeyScope {
    const ALL: &'static [Self] = &[Self::Idempotency, Self::Order, Self::Body];
    const WHAT: &'static str = "scope";
}

/// A day as the number yyyymmdd.
pub(crate) fn day_code(day: Date) -> i64 {
    i64::from(day.year()) * 10_000 + i64::from(day.month()) * 100 + i64::from(day.day())
}

/// The day of a number yyyymmdd.
pub(crate) fn day_from_code(code: i64) -> Result<Date, StoreError> {
    let parts = (i16::try_from(code / 10_000), i8::try_from(code / 100 % 100), i8::try_from(code % 100));
    let (Ok(year), Ok(month), Ok(day)) = parts else { return Err(StoreError::Damaged { what: "deposit" }) };
    Date::new(year, month, day).map_err(|_| StoreError::Damaged { what: "deposit" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads_back<T: Coded + std::fmt::Debug>() {
        for value in T::ALL {
            assert_eq!(T::from_code(value.code()).ok(), Some(*value));
        }
        assert!(T::from_code(-1).is_err() && T::from_code(99).is_err());
    }

    #[test]
    fn codes_read_back() {
        reads_back::<State>();
        reads_back::<Via>();
        reads_back::<By>();
        reads_back::<Job>();
        reads_back::<KeyScope>();
        reads_back::<InTheDark>();
    }

    #[test]
    fn days_read_back_and_sort() {
        let (a, b) = (jiff::civil::date(2025, 12, 31), jiff::civil::date(2026, 1, 1));
        assert_eq!((day_code(a), day_code(b)), (20_251_231, 20_260_101));
        assert_eq!(day_from_code(20_251_231).ok(), Some(a));
        assert!(day_from_code(20_251_332).is_err());
    }
}
