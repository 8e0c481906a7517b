//! What the lookout is told by configuration.

use http::Uri;
use std::time::Duration;
use watch::Settings;

/// How the carrier and ourselves are watched.
#[derive(Clone, Debug, PartialEq)]
pub struct WatchSettings {
    /// False alarms that are borne, per carrier and quarter.
    pub false_alarms_per_quarter: f64,
    /// Whether canaries are sent: harmless questions that work like real ones. Without them *restored* is never said.
    pub canaries: bool,
    /// Time between two probes of ourselves and of our way out while anything is odd, in milliseconds; in peace six times as
    /// long.
    pub probe_every_ms: u64,
    /// An address of nobody whom we judge; its name is looked up and a connection made, so that our own way out is told
    /// from the carrier. Without it a carrier's silence may be our own route's.
    pub control_url: Option<Uri>,
}

impl Default for WatchSettings {
    fn default() -> Self {
        Self { false_alarms_per_quarter: 1.0, canaries: true, probe_every_ms: 5_000, control_url: None }
    }
}

impl WatchSettings {
    pub(crate) fn engine(&self) -> Settings {
        Settings { false_alarms_per_quarter: self.false_alarms_per_quarter, ..Settings::default() }
    }

    pub(crate) fn probe_every(&self) -> Duration {
        Duration::from_millis(self.probe_every_ms)
    }
}
