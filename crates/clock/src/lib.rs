//! Time: what now is, on a real or a simulated clock, and which day that is in Paris.
//!
//! Engines are handed a [`Time`] and never ask for one. Only the edges hold a [`Clock`], so that a simulation
//! can drive the whole house through days in seconds.

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};
use serde::{Deserialize, Serialize};
use std::{
    fmt,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

static PARIS: LazyLock<TimeZone> = LazyLock::new(|| TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC));

/// A moment, in milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Time(i64);

impl Time {
    /// The moment so many milliseconds after 1970-01-01T00:00:00Z.
    pub const fn from_unix_ms(ms: i64) -> Self {
        Self(ms)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub const fn unix_ms(self) -> i64 {
        self.0
    }

    /// The moment that a clock on a wall in Paris shows, for example `2025-12-22T06:24:00`.
    ///
    /// # Errors
    /// When the text is not a date and time, or that moment does not exist.
    pub fn from_paris(text: &str) -> Result<Self, jiff::Error> {
        let civil: jiff::civil::DateTime = text.parse()?;
        Ok(Self(civil.to_zoned(PARIS.clone())?.timestamp().as_millisecond()))
    }

    /// The day in Paris at this moment: the carrier's day.
    pub fn paris_date(self) -> Date {
        self.zoned().date()
    }

    /// Date and time on the clocks of Paris.
    pub fn paris_datetime(self) -> DateTime {
        self.zoned().datetime()
    }

    /// Date and time in Paris with its offset, for example `2025-12-22T06:24:00+01:00`.
    pub fn to_paris(self) -> String {
        self.zoned().strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    }

    /// This moment and so much more.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
    }

    /// This moment and so much less.
    #[must_use]
    pub fn minus(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
    }

    /// How long after `earlier` this moment is; nothing when it is before.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    fn zoned(self) -> jiff::Zoned {
        Timestamp::from_millisecond(self.0).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(PARIS.clone())
    }
}

impl fmt::Display for Time {
    /// As RFC 3339 in UTC with milliseconds, for example `2025-12-22T05:24:00.000Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", Timestamp::from_millisecond(self.0).unwrap_or(Timestamp::UNIX_EPOCH))
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Something that knows what time it is.
pub trait Clock: Send + Sync + 'static {
    /// The time now.
    fn now(&self) -> Time;
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> Time {
        (**self).now()
    }
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that may ask the machine")]
    fn now(&self) -> Time {
        Time(Timestamp::now().as_millisecond())
    }
}

/// A clock that stands still until it is set: for tests and simulations.
#[derive(Debug, Default)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// A clock that shows this time.
    pub fn at(time: Time) -> Self {
        Self(AtomicI64::new(time.0))
    }

    /// Shows another time from now on.
    pub fn set(&self, time: Time) {
        self.0.store(time.0, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Time {
        Time(self.0.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paris_is_an_hour_ahead_in_winter_and_two_in_summer() {
        let winter = Time::from_paris("2025-12-22T06:24:00").expect("a moment");
        assert_eq!(winter.to_string(), "2025-12-22T05:24:00.000Z");
        assert_eq!(winter.to_paris(), "2025-12-22T06:24:00+01:00");
        let summer = Time::from_paris("2026-07-01T00:30:00").expect("a moment");
        assert_eq!(summer.to_string(), "2026-06-30T22:30:00.000Z");
        assert_eq!(summer.paris_date().to_string(), "2026-07-01");
    }

    #[test]
    fn spans_never_go_below_nothing() {
        let (a, b) = (Time::from_unix_ms(1_000), Time::from_unix_ms(3_500));
        assert_eq!(b.since(a), Duration::from_millis(2_500));
        assert_eq!(a.since(b), Duration::ZERO);
        assert_eq!(a.plus(Duration::from_millis(2_500)), b);
    }
}
