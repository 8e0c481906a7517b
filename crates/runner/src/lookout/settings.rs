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
    /// Whether labels are held back, to a tenth of the budget, until a return holds.
    pub hold_back: bool,
    /// Time between two probes of ourselves and of our way out while anything is odd, in milliseconds; in peace six times as
    /// long.
    pub probe_every_ms: u64,
    /// An address of nobody whom we judge; its name is looked up and a connection made, so that our own way out is told
    /// from the carrier. Without it a carrier's silence may be our own route's.
    pub control_url: Option<Uri>,
    /// The carrier's own status page in the form of Statuspage's API v2, read every two minutes.
    pub official_url: Option<Uri>,
    /// A feed (RSS, Atom or JSON Feed), read every two minutes, in which `feed_words` are looked for.
    pub feed_url: Option<Uri>,
    /// The words, whatever their case, in titles and summaries of the last day. They are shown and prove nothing.
    pub feed_words: Vec<String>,
}

impl Default for WatchSettings {
    fn default() -> Self {
        Self {
            false_alarms_per_quarter: 1.0,
            canaries: true,
            hold_back: true,
            probe_every_ms: 5_000,
            control_url: None,
            official_url: None,
            feed_url: None,
            feed_words: Vec::new(),
        }
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
