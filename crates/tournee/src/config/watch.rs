//! `[watch]`: how the carrier and ourselves are watched.

use super::{BaseUrl, rules::Broken};
use runner::WatchSettings;
use serde::{Deserialize, Serialize};

/// The most false alarms per carrier and quarter that can be asked for: one a day, below which alarms mean something.
const FALSE_ALARMS_MAX: f64 = 90.0;
/// Probes of ourselves further apart than this prove nothing when something breaks.
const PROBE_EVERY_MS_MAX: u64 = 30_000;

/// `[watch]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Watch {
    /// False alarms that are borne, per carrier and quarter: fewer are slower to see.
    pub false_alarms_per_quarter: f64,
    /// Whether canaries are sent: harmless questions that work like real ones. Without them *restored* is never said.
    pub canaries: bool,
    /// Whether labels are held back, to a tenth of the carrier's budget, until a return holds.
    pub hold_back: bool,
    /// Time between two probes of ourselves and of our way out while anything is odd, in milliseconds; in peace six times as
    /// long.
    pub probe_every_ms: u64,
    /// An address of nobody whom you judge, for example your provider's: its name is looked up and a connection made to it,
    /// nothing is said. It tells your own way out from the carrier; without it a silence may be your own route's, and
    /// stays *unknown*.
    pub control_url: Option<BaseUrl>,
    /// The carrier's own status page in the form of Statuspage's API v2, read every two minutes.
    pub official_url: Option<BaseUrl>,
    /// A feed (RSS, Atom or JSON Feed), read every two minutes, in which `feed_words` are looked for.
    pub feed_url: Option<BaseUrl>,
    /// The words, whatever their case, in titles and summaries of the last day. They are shown and prove nothing.
    pub feed_words: Vec<String>,
}

impl Default for Watch {
    fn default() -> Self {
        let usual = WatchSettings::default();
        Self {
            false_alarms_per_quarter: usual.false_alarms_per_quarter,
            canaries: usual.canaries,
            hold_back: usual.hold_back,
            probe_every_ms: usual.probe_every_ms,
            control_url: None,
            official_url: None,
            feed_url: None,
            feed_words: usual.feed_words,
        }
    }
}

impl Watch {
    /// The settings as the runner takes them.
    pub fn settings(&self) -> WatchSettings {
        let uri = |url: &Option<BaseUrl>| url.as_ref().map(BaseUrl::uri);
        WatchSettings {
            false_alarms_per_quarter: self.false_alarms_per_quarter,
            canaries: self.canaries,
            hold_back: self.hold_back,
            probe_every_ms: self.probe_every_ms,
            control_url: uri(&self.control_url),
            official_url: uri(&self.official_url),
            feed_url: uri(&self.feed_url),
            feed_words: self.feed_words.clone(),
        }
    }
}

/// Holds the section to its rules.
pub(super) fn check(watch: &Watch) -> Result<(), Broken> {
    let budget = watch.false_alarms_per_quarter;
    if !(budget > 0.0 && budget <= FALSE_ALARMS_MAX) {
        let problem = format!("must be above 0 and at most {FALSE_ALARMS_MAX}; one false alarm a quarter is usual");
        return Err(Broken { key: "watch.false_alarms_per_quarter".into(), problem });
    }
    if watch.probe_every_ms == 0 || watch.probe_every_ms > PROBE_EVERY_MS_MAX {
        let problem = format!("must be from 1 to {PROBE_EVERY_MS_MAX}; leave the key out for its default");
        return Err(Broken { key: "watch.probe_every_ms".into(), problem });
    }
    if watch.feed_words.iter().any(|word| word.trim().is_empty()) {
        let problem = "has an empty word, which every entry has; take it out".into();
        return Err(Broken { key: "watch.feed_words".into(), problem });
    }
    if watch.feed_url.is_some() == watch.feed_words.is_empty() {
        let problem = "goes with watch.feed_url: give both, or neither".into();
        return Err(Broken { key: "watch.feed_words".into(), problem });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "watch.feed_words";

    #[test]
    fn the_section_defaults_to_what_the_runner_defaults_to() {
        assert_eq!(Watch::default().settings(), WatchSettings::default());
    }

    #[test]
    fn its_rules_name_the_key() {
        let broken = |watch: Watch| check(&watch).map_err(|broken| broken.key);
        assert_eq!(broken(Watch::default()), Ok(()));
        for budget in [0.0, -1.0, 91.0, f64::NAN] {
            let watch = Watch { false_alarms_per_quarter: budget, ..Watch::default() };
            assert_eq!(broken(watch), Err("watch.false_alarms_per_quarter".into()));
        }
        let feed_url = "https://news.example/rss".parse().ok();
        let feed = |feed_words: &[&str]| {
            let feed_words = feed_words.iter().map(|&word| word.to_owned()).collect();
            broken(Watch { feed_url: feed_url.clone(), feed_words, ..Watch::default() })
        };
        assert_eq!((feed(&["panne"]), feed(&[]), feed(&["panne", " "])), (Ok(()), Err(KEY.into()), Err(KEY.into())));
        assert_eq!(broken(Watch { feed_words: vec!["panne".into()], ..Watch::default() }), Err(KEY.into()));
        for probe_every_ms in [0, 30_001] {
            assert_eq!(broken(Watch { probe_every_ms, ..Watch::default() }), Err("watch.probe_every_ms".into()));
        }
    }
}
