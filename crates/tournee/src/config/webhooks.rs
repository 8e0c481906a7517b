//! `[webhooks]`: how shops are told what happens.

use channels::webhook::Options;
use runner::HookSettings;
use serde::{Deserialize, Serialize};
use std::{path::PathBuf, time::Duration};

/// `[webhooks]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Webhooks {
    /// How long one message may take, from the look-up of its host to the head of the answer, in milliseconds.
    pub timeout_ms: u64,
    /// Messages under way at once, at most.
    pub in_flight_max: usize,
    /// Of these to one endpoint, at most.
    pub per_endpoint_max: u32,
    /// For how many days what was delivered can be looked at.
    pub keep_days: u32,
    /// Whether `http://`, any port, this machine and private networks may be called: for development, and for receivers
    /// in one's own network where every shop can be trusted.
    pub allow_private: bool,
    /// A file of certificates (PEM) to trust beside those of the public authorities.
    pub extra_roots_pem: Option<PathBuf>,
}

impl Default for Webhooks {
    fn default() -> Self {
        let HookSettings { in_flight_max, per_endpoint_max, keep_days } = HookSettings::default();
        let Options { timeout, allow_private, .. } = Options::default();
        Self {
            timeout_ms: u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX),
            in_flight_max,
            per_endpoint_max,
            keep_days,
            allow_private,
            extra_roots_pem: None,
        }
    }
}

impl Webhooks {
    /// The settings as the runner takes them.
    pub fn settings(&self) -> HookSettings {
        let Self { in_flight_max, per_endpoint_max, keep_days, .. } = *self;
        HookSettings { in_flight_max, per_endpoint_max, keep_days }
    }

    /// The options as the sender takes them, with these certificates.
    pub fn options(&self, roots_pem: Option<String>) -> Options {
        Options { timeout: Duration::from_millis(self.timeout_ms), allow_private: self.allow_private, roots_pem }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_section_defaults_to_what_the_rooms_default_to() {
        assert_eq!(Webhooks::default().settings(), HookSettings::default());
        assert_eq!(Webhooks::default().options(None), Options::default());
    }
}
