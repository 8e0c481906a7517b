//! `[pickup]`: pickup points, how long the carrier is waited for, and how the directory is kept fresh.

use super::rules::Broken;
use runner::PointSettings;
use serde::{Deserialize, Serialize};

/// Calls per minute that keep the directory fresh, at most: more would be a load and no care.
const CRAWL_PER_MINUTE_MAX: u32 = 600;

/// `[pickup]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Pickup {
    /// Whether the directory answers for the carrier and is kept fresh; otherwise searches are passed on and nothing else.
    pub enabled: bool,
    /// After how long a search is answered from the directory while the carrier still thinks, in milliseconds.
    pub hedge_ms: u64,
    /// Calls per minute that keep the directory fresh while the carrier is well; 0 for none.
    pub crawl_per_minute: u32,
    /// How long what the carrier said of an area counts as fresh, in minutes.
    pub fresh_minutes: u64,
}

impl Default for Pickup {
    fn default() -> Self {
        let PointSettings { enabled, hedge_ms, crawl_per_minute, fresh_minutes } = PointSettings::default();
        Self { enabled, hedge_ms, crawl_per_minute, fresh_minutes }
    }
}

impl Pickup {
    /// The settings as the runner takes them.
    pub fn settings(&self) -> PointSettings {
        let Self { enabled, hedge_ms, crawl_per_minute, fresh_minutes } = *self;
        PointSettings { enabled, hedge_ms, crawl_per_minute, fresh_minutes }
    }
}

/// Holds the section to its rules; `relay_ms` is how long a relayed call may take.
pub(super) fn check(pickup: &Pickup, relay_ms: u64) -> Result<(), Broken> {
    if pickup.hedge_ms == 0 || pickup.hedge_ms >= relay_ms {
        let problem = format!(
            "must be from 1 to below runner.relay_ms ({relay_ms}): the carrier gets that long at most; leave the key out \
             for its default"
        );
        return Err(Broken { key: "pickup.hedge_ms".into(), problem });
    }
    if pickup.crawl_per_minute > CRAWL_PER_MINUTE_MAX {
        let problem = format!("must be at most {CRAWL_PER_MINUTE_MAX}; 0 turns it off");
        return Err(Broken { key: "pickup.crawl_per_minute".into(), problem });
    }
    if pickup.fresh_minutes == 0 {
        let problem = "must be at least 1; to ask for nothing, set pickup.crawl_per_minute to 0".into();
        return Err(Broken { key: "pickup.fresh_minutes".into(), problem });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_section_defaults_to_what_the_runner_defaults_to() {
        assert_eq!(Pickup::default().settings(), PointSettings::default());
    }

    #[test]
    fn its_rules_name_the_key() {
        let broken = |pickup: Pickup| check(&pickup, 8_000).map_err(|broken| broken.key);
        assert_eq!(broken(Pickup::default()), Ok(()));
        assert_eq!(broken(Pickup { hedge_ms: 0, ..Pickup::default() }), Err("pickup.hedge_ms".into()));
        assert_eq!(broken(Pickup { hedge_ms: 8_000, ..Pickup::default() }), Err("pickup.hedge_ms".into()));
        assert_eq!(
            broken(Pickup { crawl_per_minute: 601, ..Pickup::default() }),
            Err("pickup.crawl_per_minute".into())
        );
        assert_eq!(broken(Pickup { fresh_minutes: 0, ..Pickup::default() }), Err("pickup.fresh_minutes".into()));
    }
}
