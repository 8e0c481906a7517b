//! The sections of the configuration file. Every duration has its unit in its key.

use dispatch::{OnUnknown, Policy};
use serde::{Deserialize, Serialize};
use server::{DropInSettings, LineEndChoice, ServerSettings};
use std::{fmt, path::PathBuf, str::FromStr, time::Duration};
use store::Keep;

/// Seconds in a day.
const DAY_S: u64 = 24 * 60 * 60;

/// `[log]`: what the process says on its standard error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// As lines for people or as JSON for programs.
    pub format: LogFormat,
    /// How much.
    pub level: LogLevel,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object per line.
    Json,
}

/// How much is logged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// What needs somebody's hand.
    Error,
    /// And what may need it soon.
    Warn,
    /// And what changes.
    #[default]
    Info,
    /// And each step.
    Debug,
    /// And everything.
    Trace,
}

/// `[carrier]`: the carriers that are called.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Carriers {
    /// Colissimo and La Poste's tracking.
    pub colissimo: Colissimo,
}

/// `[carrier.colissimo]`: where Colissimo is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Colissimo {
    /// Base URL of labels and health pages.
    pub shipping_url: BaseUrl,
    /// Base URL of tracking.
    pub tracking_url: BaseUrl,
    /// Time allowed to connect, TLS included, in milliseconds.
    pub connect_ms: u64,
    /// A file of certificates (PEM) to trust beside those of the public authorities.
    pub extra_roots_pem: Option<PathBuf>,
}

impl Default for Colissimo {
    fn default() -> Self {
        Self {
            shipping_url: BaseUrl(carriers::colissimo::SLS_HOST.into()),
            tracking_url: BaseUrl(carriers::colissimo::SUIVI_HOST.into()),
            connect_ms: 5_000,
            extra_roots_pem: None,
        }
    }
}

/// `http://` or `https://` with a host, an optional port and an optional path, without a slash at its end.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BaseUrl(String);

impl BaseUrl {
    /// The URL as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The URL as the transport takes it.
    pub fn uri(&self) -> http::Uri {
        self.0.parse().unwrap_or_default()
    }
}

impl FromStr for BaseUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "expected http:// or https:// with a host, for example https://ws.colissimo.fr".to_owned();
        let trimmed = text.trim_end_matches('/');
        let uri: http::Uri = trimmed.parse().map_err(|_| wrong())?;
        let good = matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some_and(|h| !h.is_empty());
        if !good || uri.query().is_some() {
            return Err(wrong());
        }
        if uri.authority().is_some_and(|a| a.as_str().contains('@')) {
            return Err("credentials do not belong in a URL; they are kept with the merchant".into());
        }
        Ok(Self(trimmed.to_owned()))
    }
}

impl TryFrom<String> for BaseUrl {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<BaseUrl> for String {
    fn from(url: BaseUrl) -> Self {
        url.0
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `[policy]`: how patiently a label is pursued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PolicySection {
    /// What to do with an unknown when nothing can tell.
    pub on_unknown: OnUnknown,
    /// How long an unknown rests before anything is asked about it, in milliseconds.
    pub settle_ms: u64,
    /// The first wait before a safe retry, in milliseconds.
    pub backoff_first_ms: u64,
    /// The longest wait before a safe retry, in milliseconds.
    pub backoff_max_ms: u64,
    /// How often an anchor is asked in vain before a person is.
    pub probes_max: u32,
    /// How many attempts may end unknown before a person is asked.
    pub unknowns_max: u32,
}

impl Default for PolicySection {
    fn default() -> Self {
        let Policy { on_unknown, settle, backoff_first, backoff_max, probes_max, unknowns_max } = Policy::default();
        Self {
            on_unknown,
            settle_ms: ms(settle),
            backoff_first_ms: ms(backoff_first),
            backoff_max_ms: ms(backoff_max),
            probes_max,
            unknowns_max,
        }
    }
}

impl PolicySection {
    /// The policy as the engines take it.
    pub fn policy(&self) -> Policy {
        Policy {
            on_unknown: self.on_unknown,
            settle: Duration::from_millis(self.settle_ms),
            backoff_first: Duration::from_millis(self.backoff_first_ms),
            backoff_max: Duration::from_millis(self.backoff_max_ms),
            probes_max: self.probes_max,
            unknowns_max: self.unknowns_max,
        }
    }
}

/// `[keep]`: how long what is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KeepSection {
    /// How many days after a shipment ended its label is kept.
    pub label_days: u64,
    /// How many days after it ended its addresses are kept, and the facts of how it came about.
    pub personal_days: u64,
}

impl Default for KeepSection {
    fn default() -> Self {
        let Keep { labels, personal } = Keep::default();
        Self { label_days: labels.as_secs() / DAY_S, personal_days: personal.as_secs() / DAY_S }
    }
}

impl KeepSection {
    /// The spans as the store takes them.
    pub fn keep(&self) -> Keep {
        let days = |days: u64| Duration::from_secs(days.saturating_mul(DAY_S));
        Keep { labels: days(self.label_days), personal: days(self.personal_days) }
    }
}

/// `[dropin]`: the carrier-compatible endpoints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DropIn {
    /// Whether they are there at all.
    pub enabled: bool,
    /// Whether an account that was never seen is taken in with its first request.
    pub enrol: bool,
    /// How many accounts can be taken in this way while the process runs.
    pub accounts_count_max: usize,
    /// The line ends of multipart answers: `crlf`, `lf`, or `mirror` for those of the carrier.
    pub line_ends: LineEndChoice,
    /// How long a request for a label waits before its client is told to ask again, in milliseconds.
    pub wait_ms: u64,
}

impl Default for DropIn {
    fn default() -> Self {
        let DropInSettings { enabled, enrol, accounts_count_max, line_ends, wait } = DropInSettings::default();
        Self { enabled, enrol, accounts_count_max, line_ends, wait_ms: ms(wait) }
    }
}

/// `[server]`: the listener's bounds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Listener {
    /// The longest request body that is read, in bytes.
    pub body_bytes_max: usize,
    /// The longest webhook of a shop that is read, in bytes.
    pub shop_hook_bytes_max: usize,
    /// The longest file of orders that is read, in bytes.
    pub import_bytes_max: usize,
    /// How long a client may take to send its body, in milliseconds.
    pub body_ms_max: u64,
    /// The longest batch that is read, in bytes.
    pub batch_bytes_max: u64,
    /// The most rows of a batch that are taken in.
    pub batch_rows_max: u64,
    /// How long a client may take to send a batch, in milliseconds.
    pub batch_ms_max: u64,
    /// The longest wait that a client can ask for, in milliseconds.
    pub wait_ms_max: u64,
    /// For how long an API key that was found good is taken at its word, in milliseconds.
    pub key_cache_ms: u64,
    /// How many requests each API key may send per second in the long run; 0 for no limit.
    pub rate_per_s: u32,
    /// How many requests a key that was quiet may send at once.
    pub rate_burst: u32,
}

impl Default for Listener {
    fn default() -> Self {
        let server = ServerSettings::default();
        Self {
            body_bytes_max: server.body_bytes_max,
            shop_hook_bytes_max: server.shop_hook_bytes_max,
            import_bytes_max: server.import_bytes_max,
            body_ms_max: ms(server.body_time_max),
            batch_bytes_max: server.batch_bytes_max,
            batch_rows_max: server.batch_rows_max,
            batch_ms_max: ms(server.batch_time_max),
            wait_ms_max: ms(server.wait_max),
            key_cache_ms: ms(server.key_cache_time),
            rate_per_s: server.rate_per_s,
            rate_burst: server.rate_burst,
        }
    }
}

impl Listener {
    /// The settings as the listener takes them.
    pub fn settings(&self, dropin: &DropIn) -> ServerSettings {
        ServerSettings {
            dropin: DropInSettings {
                enabled: dropin.enabled,
                enrol: dropin.enrol,
                accounts_count_max: dropin.accounts_count_max,
                line_ends: dropin.line_ends,
                wait: Duration::from_millis(dropin.wait_ms),
            },
            body_bytes_max: self.body_bytes_max,
            shop_hook_bytes_max: self.shop_hook_bytes_max,
            import_bytes_max: self.import_bytes_max,
            body_time_max: Duration::from_millis(self.body_ms_max),
            batch_bytes_max: self.batch_bytes_max,
            batch_rows_max: self.batch_rows_max,
            batch_time_max: Duration::from_millis(self.batch_ms_max),
            wait_max: Duration::from_millis(self.wait_ms_max),
            key_cache_time: Duration::from_millis(self.key_cache_ms),
            rate_per_s: self.rate_per_s,
            rate_burst: self.rate_burst,
            // Set by a section of its own.
            desk: server::DeskSettings::default(),
        }
    }
}

fn ms(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sections_default_to_what_the_rooms_default_to() {
        assert_eq!(PolicySection::default().policy(), Policy::default());
        assert_eq!(KeepSection::default().keep(), Keep::default());
        assert_eq!(Listener::default().settings(&DropIn::default()), ServerSettings::default());
    }

    #[test]
    fn base_urls_are_held_to_their_shape() {
        for good in ["https://ws.colissimo.fr", "http://127.0.0.1:8091/", "https://proxy.example/colissimo"] {
            let url: BaseUrl = good.parse().expect(good);
            assert!(!url.as_str().ends_with('/') && url.uri().host().is_some(), "{good}");
        }
        for bad in ["", "ws.colissimo.fr", "ftp://x", "https://", "https://user:pw@x", "https://x/?a=b", "http://a b"] {
            assert!(bad.parse::<BaseUrl>().is_err(), "{bad}");
        }
    }
}
