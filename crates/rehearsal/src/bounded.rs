//! Numbers that have a maximum by their type: how long, how many, from how many.

use crate::loopback::SOURCES_MAX;
use serde::Serialize;
use std::{fmt, str::FromStr, time::Duration};

/// A number that is never more than `MAX`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Bounded<const MAX: u64>(u64);

/// So many seconds, ten minutes at most.
pub type Seconds = Bounded<600>;
/// So many requests, fifty million at most.
pub type Requests = Bounded<50_000_000>;
/// So many connections at once, 16,000 at most: what the file descriptors of one process commonly allow.
pub type Connections = Bounded<16_000>;
/// So many sources, as many as have addresses of their own at most.
pub type Sources = Bounded<SOURCES_MAX>;

impl<const MAX: u64> Bounded<MAX> {
    /// The number, if it may be.
    ///
    /// # Errors
    /// When it is more than the maximum.
    pub const fn new(n: u64) -> Result<Self, TooMuch<MAX>> {
        if n <= MAX { Ok(Self(n)) } else { Err(TooMuch(n)) }
    }

    /// The number, or the maximum where it is more.
    pub const fn at_most(n: u64) -> Self {
        if n <= MAX { Self(n) } else { Self(MAX) }
    }

    /// The number.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl Seconds {
    /// As a duration.
    pub const fn duration(self) -> Duration {
        Duration::from_secs(self.0)
    }
}

impl<const MAX: u64> FromStr for Bounded<MAX> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let n = text.parse().map_err(|e| format!("{e}"))?;
        Self::new(n).map_err(|e| e.to_string())
    }
}

impl<const MAX: u64> fmt::Display for Bounded<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// More than may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMuch<const MAX: u64>(u64);

impl<const MAX: u64> fmt::Display for TooMuch<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is more than the rehearsal does: at most {MAX}", self.0)
    }
}

impl<const MAX: u64> std::error::Error for TooMuch<MAX> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_without_end() {
        assert_eq!("600".parse::<Seconds>().map(Seconds::duration), Ok(Duration::from_secs(600)));
        let refusal = "601".parse::<Seconds>().expect_err("more than ten minutes");
        assert_eq!(refusal, "601 is more than the rehearsal does: at most 600");
        assert!("50000001".parse::<Requests>().is_err());
        assert!("-1".parse::<Connections>().is_err());
        assert_eq!(Sources::at_most(u64::MAX).get(), SOURCES_MAX);
    }
}
