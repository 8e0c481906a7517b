//! The time of the shield: nanoseconds of a clock that never goes back, since it was made.

use std::time::Duration;

/// A moment, in nanoseconds since the shield was made. A wall clock that is set does not move it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(u64);

impl Moment {
    /// So many nanoseconds after the start.
    pub const fn from_ns(ns: u64) -> Self {
        Self(ns)
    }

    /// So many milliseconds after the start.
    pub const fn from_ms(ms: u64) -> Self {
        Self(ms.saturating_mul(1_000_000))
    }

    /// The moment at which so much has passed since the start. It holds 584 years.
    pub fn after(start: Duration) -> Self {
        Self(ns_of(start))
    }

    /// Nanoseconds since the start.
    pub const fn ns(self) -> u64 {
        self.0
    }

    /// This moment and so much more.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        Self(self.0.saturating_add(ns_of(span)))
    }

    /// How long after `earlier` this moment is; nothing when it is before.
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

/// A span in nanoseconds, at most 584 years.
pub(crate) fn ns_of(span: Duration) -> u64 {
    u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)
}
