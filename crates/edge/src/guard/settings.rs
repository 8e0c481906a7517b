//! What an operator may set about the shield at the door. Nothing needs to be.

use super::who::KeySettings;
use admission::{HuntLimits, ShieldSettings};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Settings of the guard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GuardSettings {
    /// Who may enter, and how fast.
    pub admission: ShieldSettings,
    /// The hunt for shapes that the flood has.
    pub hunt: HuntSettings,
    /// Keys that are let in before others.
    #[serde(rename = "key")]
    pub keys: Vec<KeySettings>,
    /// Whether people's browsers may be asked to show that they are browsers, while a flood lasts.
    pub challenge: bool,
    /// For how long a token is good, in hours.
    pub token_hours: u32,
    /// For how long an answer in memory stands in for a new one while it cannot be had, in seconds; its age is told.
    pub stale_s: u32,
    /// For how long the answer of a `static` resource is given from memory without asking anew, in seconds.
    pub static_s: u32,
    /// Where people can see how the service is; a link on the shield's pages. Empty: none.
    pub status_url: String,
}

impl Default for GuardSettings {
    fn default() -> Self {
        Self {
            admission: ShieldSettings::default(),
            hunt: HuntSettings::default(),
            keys: Vec::new(),
            challenge: true,
            token_hours: 24,
            stale_s: 6 * 3_600,
            static_s: 10,
            status_url: String::new(),
        }
    }
}

/// What may be refused by its shape alone, without an operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HuntSettings {
    /// Whether shapes that are found are refused by themselves; else they are only shown.
    pub applies: bool,
    /// Of a hundred thousand innocent requests, how many may have the shape, at most, by the upper bound.
    pub innocents_per_100000_max: u32,
    /// How long a shape is refused before it must be found again, in seconds.
    pub lives_s: u32,
}

impl Default for HuntSettings {
    fn default() -> Self {
        Self { applies: true, innocents_per_100000_max: 100, lives_s: 600 }
    }
}

impl HuntSettings {
    pub(super) fn limits(&self) -> HuntLimits {
        HuntLimits {
            innocents_max: f64::from(self.innocents_per_100000_max) / 100_000.0,
            lives: Duration::from_secs(self.lives_s.into()),
            applies: self.applies,
        }
    }
}
