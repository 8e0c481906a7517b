//! `[shops]`: how the merchants' shops are read and told.

use super::BaseUrl;
use runner::ShopSettings;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// `[shops]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Shops {
    /// Where the world reaches this server; with it, shops are subscribed and their subscriptions kept in order.
    pub public_url: Option<BaseUrl>,
    /// Time between two polls of a shop whose webhooks are heard, in milliseconds.
    pub poll_every_ms: u64,
    /// The same of a shop that sends none, or whose webhooks went missing, in milliseconds.
    pub poll_fast_ms: u64,
    /// Time between two looks at a shop's subscriptions, in milliseconds.
    pub watch_every_ms: u64,
    /// Calls to one shop in a minute, at most.
    pub calls_per_minute: u32,
    /// How long one call to a shop may take, in milliseconds.
    pub call_ms: u64,
    /// Shops at work at once, at most.
    pub in_flight_max: usize,
    /// A file of certificates (PEM) to trust beside those of the public authorities.
    pub extra_roots_pem: Option<PathBuf>,
}

impl Default for Shops {
    fn default() -> Self {
        let ShopSettings {
            poll_every_ms,
            poll_fast_ms,
            watch_every_ms,
            calls_per_minute,
            call_ms,
            in_flight_max,
            public_url: _,
        } = ShopSettings::default();
        Self {
            public_url: None,
            poll_every_ms,
            poll_fast_ms,
            watch_every_ms,
            calls_per_minute,
            call_ms,
            in_flight_max,
            extra_roots_pem: None,
        }
    }
}

impl Shops {
    /// The settings as the runner takes them.
    pub fn settings(&self) -> ShopSettings {
        ShopSettings {
            poll_every_ms: self.poll_every_ms,
            poll_fast_ms: self.poll_fast_ms,
            watch_every_ms: self.watch_every_ms,
            calls_per_minute: self.calls_per_minute,
            call_ms: self.call_ms,
            in_flight_max: self.in_flight_max,
            public_url: self.public_url.as_ref().map(|url| url.as_str().to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_section_defaults_to_what_the_room_defaults_to() {
        assert_eq!(Shops::default().settings(), ShopSettings::default());
    }
}
