//! Local labels: who wants them and lacks something, which numbers run out, what the carrier was not told of.

use super::Finding;
use crate::{config::Config, fault::Fault, key, merchant::open, numbers};
use clock::{Clock, SystemClock};
use dispatch::InTheDark;
use std::time::Duration;
use store::Store;

const WHAT: &str = "local labels";

/// Looks at the store, where there is one whose key is at hand; its own troubles are told elsewhere.
pub(super) async fn labels(config: &Config) -> Vec<Finding> {
    if !config.data.join("tournee.db").exists() || key::find(config).is_err() {
        return Vec::new();
    }
    match look(config).await {
        Ok(findings) => findings,
        Err(fault) => vec![Finding::warn(WHAT, fault.message, "see to the data directory first")],
    }
}

async fn look(config: &Config) -> Result<Vec<Finding>, Fault> {
    let store = open(config)?;
    let mut findings = wishes(config, &store).await?;
    let now = SystemClock.now();
    for numbers in store.numbers(now.paris_date()).await?.iter().filter(|numbers| numbers.forecast.warn) {
        let found = format!("{} numbers for {} of {}", numbers.left, numbers.product, numbers.merchant);
        findings.push(Finding::warn(WHAT, found, numbers::running_out(numbers)));
    }
    let on_its_way = store.announcing().await?;
    let bound = Duration::from_millis(config.local.seen_within_ms);
    let late = |since: Option<clock::Time>| since.is_some_and(|since| now.since(since) > bound);
    if late(on_its_way.waiting_since) || late(on_its_way.unseen_since) {
        let found = format!(
            "{} not announced, {} announced and missing in the carrier's tracking",
            on_its_way.waiting, on_its_way.unseen
        );
        findings.push(Finding::warn(WHAT, found, "look at the place of announcements, then ask the carrier"));
    }
    store.close().await?;
    Ok(findings)
}

async fn wishes(config: &Config, store: &Store) -> Result<Vec<Finding>, Fault> {
    let mut findings = Vec::new();
    let mut wanted = 0;
    for merchant in store.merchants().await? {
        let Some(wish) = store.local_wish(&merchant.id).await? else { continue };
        wanted += usize::from(wish.in_the_dark != InTheDark::Wait);
        for missing in numbers::missing(store, &merchant.id, &wish).await? {
            findings.push(Finding::warn(WHAT, format!("{} wants them", merchant.id), missing));
        }
    }
    if wanted > 0 && config.local.folder.is_none() && config.local.sftp.host.is_none() {
        let advice = "set local.folder or local.sftp: the carrier wants to be told of every local label";
        findings.push(Finding::warn(WHAT, "no place for announcements is set", advice));
    }
    Ok(findings)
}
