//! What an operator may set about the shield at the door. Nothing needs to be.

use super::who::KeySettings;
use admission::ShieldSettings;
use serde::{Deserialize, Serialize};

/// Settings of the guard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GuardSettings {
    /// Who may enter, and how fast.
    pub admission: ShieldSettings,
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
            keys: Vec::new(),
            challenge: true,
            token_hours: 24,
            stale_s: 6 * 3_600,
            static_s: 10,
            status_url: String::new(),
        }
    }
}
