//! Pickup points: how many are known, how old that is, and whether anything keeps them fresh.

use super::Finding;
use crate::{
    config::Config,
    fault::Fault,
    key,
    merchant::open,
    pickup::{NO_ACCOUNT, described, has_account},
};
use clock::{Clock, SystemClock};
use std::time::Duration;

const WHAT: &str = "pickup points";
/// From this age of the point in their middle on somebody should look: hours and holidays change within a week.
const OLD: Duration = Duration::from_secs(7 * 86_400);

/// Looks at the store, where there is one whose key is at hand; its own troubles are told elsewhere.
pub(super) async fn points(config: &Config) -> Vec<Finding> {
    if !config.pickup.enabled || !config.data.join(key::DATABASE).exists() || key::find(config).is_err() {
        return Vec::new();
    }
    match look(config).await {
        Ok(findings) => findings,
        Err(fault) => vec![Finding::warn(WHAT, fault.message, "see to the data directory first")],
    }
}

async fn look(config: &Config) -> Result<Vec<Finding>, Fault> {
    let store = open(config)?;
    let (kept, now) = (store.points_kept().await?, SystemClock.now());
    let mut findings = vec![match kept.median_at {
        None => Finding::warn(
            WHAT,
            "none is known: a search has no answer while the carrier does not answer",
            "let shops search through this server while the carrier is well, or `tournee pickup import` a file",
        ),
        Some(at) if now.since(at) > OLD => Finding::warn(
            WHAT,
            described(&kept, now),
            "most were not seen for a week: raise pickup.crawl_per_minute, or `tournee pickup import` a newer file",
        ),
        Some(_) => Finding::ok(WHAT, described(&kept, now)),
    }];
    if config.pickup.crawl_per_minute > 0 && !has_account(&store).await? {
        findings.push(Finding::warn(WHAT, "nothing keeps them fresh", NO_ACCOUNT));
    }
    store.close().await?;
    Ok(findings)
}
