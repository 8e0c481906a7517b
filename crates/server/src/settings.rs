//! What an operator may set about the listener. Plain data; every field has a default and a bound says its unit.

use crate::desk::DeskSettings;
use carriers::colissimo::LineEnds;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Settings of the listener. Times are written as text with a unit (`"9s"`, `"500ms"`) or as seconds (`9`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServerSettings {
    /// The carrier-compatible endpoints.
    pub dropin: DropInSettings,
    /// The longest request body that is read, in bytes.
    pub body_bytes_max: usize,
    /// The longest webhook of a shop that is read, in bytes.
    pub shop_hook_bytes_max: usize,
    /// The longest file of orders that is read, in bytes.
    pub import_bytes_max: usize,
    /// How long a client may take to send its body.
    #[serde(with = "span")]
    pub body_time_max: Duration,
    /// The longest batch that is read, in bytes. What stands before the limit is taken in.
    pub batch_bytes_max: u64,
    /// The most rows of a batch that are taken in.
    pub batch_rows_max: u64,
    /// How long a client may take to send a batch, as long as it does not stand still for `body_time_max`.
    #[serde(with = "span")]
    pub batch_time_max: Duration,
    /// The longest wait that `Prefer: wait=` can ask for.
    #[serde(with = "span")]
    pub wait_max: Duration,
    /// For how long a merchant's key that was found good is taken at its word.
    #[serde(with = "span")]
    pub key_cache_time: Duration,
    /// How many requests each API key may send per second in the long run; 0 for no limit.
    pub rate_per_s: u32,
    /// How many requests a key that was quiet may send at once.
    pub rate_burst: u32,
    /// The support desk, set in a section of its own.
    #[serde(skip)]
    pub desk: DeskSettings,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            dropin: DropInSettings::default(),
            body_bytes_max: 1 << 20,
            shop_hook_bytes_max: 4 << 20,
            import_bytes_max: 16 << 20,
            body_time_max: Duration::from_secs(10),
            batch_bytes_max: 256 << 20,
            batch_rows_max: 1_000_000,
            batch_time_max: Duration::from_secs(15 * 60),
            wait_max: Duration::from_secs(60),
            key_cache_time: Duration::from_secs(2),
            rate_per_s: 500,
            rate_burst: 5_000,
            desk: DeskSettings::default(),
        }
    }
}

/// Settings of the carrier-compatible endpoints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DropInSettings {
    /// Whether these endpoints are there at all.
    pub enabled: bool,
    /// Whether an account that was never seen is taken in with the credentials of its first request. When not,
    /// it is refused like a wrong password (30000).
    pub enrol: bool,
    /// How many accounts can be taken in this way while the process runs.
    pub accounts_count_max: usize,
    /// The line ends of multipart answers.
    pub line_ends: LineEndChoice,
    /// How long `generateLabel` waits for the carrier before it tells the client to ask again.
    #[serde(with = "span")]
    pub wait: Duration,
}

impl Default for DropInSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            enrol: true,
            accounts_count_max: 10_000,
            line_ends: LineEndChoice::Crlf,
            wait: Duration::from_secs(9),
        }
    }
}

/// Which line ends multipart answers have: clients exist that can parse only one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LineEndChoice {
    /// Carriage return and line feed, as the MIME standard asks.
    Crlf,
    /// Line feed alone.
    Lf,
    /// As in the carrier's last answer; CRLF before there was one.
    Mirror,
}

impl LineEndChoice {
    /// The line ends to write, when the carrier's last answer had these.
    pub fn resolve(self, last: Option<LineEnds>) -> LineEnds {
        match self {
            Self::Crlf => LineEnds::Crlf,
            Self::Lf => LineEnds::Lf,
            Self::Mirror => last.unwrap_or(LineEnds::Crlf),
        }
    }
}

/// Times as people write them: `"9s"`, `"1m 30s"`, or a bare number of seconds.
mod span {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use std::time::Duration;

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Seconds(u32),
        Text(String),
    }

    pub(super) fn serialize<S: Serializer>(time: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&format!("{}ms", time.as_millis()))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        let say = "a time such as \"9s\" or \"500ms\", or a number of seconds";
        match Written::deserialize(from).map_err(|_| Error::custom(format!("expected {say}")))? {
            Written::Seconds(s) => Ok(Duration::from_secs(s.into())),
            Written::Text(text) => {
                let time: jiff::SignedDuration =
                    text.parse().map_err(|e| Error::custom(format!("{e}; write {say}")))?;
                Duration::try_from(time).map_err(|_| Error::custom(format!("a time can't be negative; write {say}")))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_read_as_people_write_them() {
        let text = "wait_max = \"1m\"\nbody_bytes_max = 1000\n[dropin]\nwait = 3\nline_ends = \"mirror\"\n";
        let read: ServerSettings = toml::from_str(text).expect("good settings");
        assert_eq!((read.wait_max, read.dropin.wait), (Duration::from_secs(60), Duration::from_secs(3)));
        assert_eq!(read.dropin.line_ends, LineEndChoice::Mirror);
        assert_eq!(read.key_cache_time, Duration::from_secs(2), "what is not written has its default");
    }

    #[test]
    fn what_is_written_reads_back() {
        let all = ServerSettings::default();
        let text = toml::to_string(&all).expect("settings can be written");
        assert_eq!(toml::from_str::<ServerSettings>(&text), Ok(all));
    }

    #[test]
    fn mistakes_are_pointed_out() {
        for (text, says) in [
            ("body_bytes = 3", "unknown field `body_bytes`"),
            ("wait_max = \"soon\"", "write a time such as"),
            ("wait_max = \"-1s\"", "can't be negative"),
            ("wait_max = true", "expected a time such as"),
            ("[dropin]\nline_ends = \"cr\"", "unknown variant `cr`"),
        ] {
            let told = toml::from_str::<ServerSettings>(text).expect_err(text).to_string();
            assert!(told.contains(says), "{told}");
        }
    }

    #[test]
    fn mirror_follows_the_carrier() {
        assert_eq!(LineEndChoice::Mirror.resolve(None), LineEnds::Crlf);
        assert_eq!(LineEndChoice::Mirror.resolve(Some(LineEnds::Lf)), LineEnds::Lf);
        assert_eq!(LineEndChoice::Crlf.resolve(Some(LineEnds::Lf)), LineEnds::Crlf);
    }
}
