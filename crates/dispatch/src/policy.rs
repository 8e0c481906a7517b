//! The numbers that the engines decide by.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What to do with an unknown attempt when no anchor can tell whether it happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnUnknown {
    /// Give the attempt up for good and make another: a label that was made and never printed costs nothing
    /// (only parcels that the carrier scans are invoiced).
    #[default]
    Supersede,
    /// Leave it to a person.
    Ask,
}

/// How patiently an intent is pursued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// What to do with an unknown when no anchor can tell.
    pub on_unknown: OnUnknown,
    /// How long an unknown rests before its anchors are asked: what is still under way at the carrier can end.
    pub settle: Duration,
    /// The first wait before a safe retry; it doubles each time.
    pub backoff_first: Duration,
    /// The longest wait before a safe retry.
    pub backoff_max: Duration,
    /// How often an anchor is asked in vain before a person is.
    pub probes_max: u32,
    /// How many attempts may end unknown before a person is asked.
    pub unknowns_max: u32,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            on_unknown: OnUnknown::Supersede,
            settle: Duration::from_secs(120),
            backoff_first: Duration::from_secs(5),
            backoff_max: Duration::from_secs(300),
            probes_max: 100,
            unknowns_max: 20,
        }
    }
}
