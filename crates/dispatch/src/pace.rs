//! How much may be asked of a carrier at this moment: the token bucket of retries, the canary in the dark, the ramp after it.

use clock::Time;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The bounds within which a carrier is asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    /// Calls under way at once, at most.
    pub in_flight_max: u32,
    /// Calls begun per second, at most: the carrier's budget, also in the drain.
    pub per_second_max: f64,
    /// Failures in a row that mean dark.
    pub failures_to_dark: u32,
    /// Time between two canaries in the dark.
    pub canary_every: Duration,
    /// Retries that each first attempt pays for, in hundredths: 20 allows one retry for five attempts.
    pub retry_percent: u32,
    /// The most retries that can be saved up.
    pub retry_burst: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            in_flight_max: 32,
            per_second_max: 100.0,
            failures_to_dark: 3,
            canary_every: Duration::from_secs(15),
            retry_percent: 20,
            retry_burst: 20,
        }
    }
}

/// How the carrier looks from its answers to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum Health {
    /// Answers; asked up to its limits.
    Well,
    /// Does not answer; only canaries go out.
    Dark {
        /// Since when.
        since: Time,
    },
    /// A canary came back; load is let in step by step.
    Recovering {
        /// Since when.
        since: Time,
    },
}

/// How one call ended, as a sign of the carrier's health.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// It answered in its protocol, be it with a refusal of what we asked.
    Answered,
    /// It did not: no connection, no answer, not the protocol, or its own word that it is unavailable.
    Failed,
}

/// What may be begun now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permit {
    /// So many calls, retries included.
    Calls(u32),
    /// One canary and nothing else.
    Canary,
    /// Nothing before this time; a call that ends may change it.
    Wait(Option<Time>),
}

/// The pace at which one carrier is asked.
#[derive(Clone, Debug)]
pub struct Pace {
    limits: Limits,
    health: Health,
}

impl Pace {
    /// A pace within these limits for a carrier that is taken to be well.
    pub fn new(limits: Limits) -> Self {
        Self { limits, health: Health::Well }
    }

    /// How the carrier looks.
    pub fn health(&self) -> Health {
        self.health
    }

    /// The limits.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }
}
