//! `tournee pickup`: the directory of pickup points from a file, into a file, and how it stands.
//!
//! Works beside a running server, which takes what was imported in within seconds. A file is read whole and held to its
//! rules before anything is written; each point keeps the age that the file gives it, and what is known better stays.

mod columns;
mod csv;
mod export;
mod geojson;
mod import;
mod read;
#[cfg(test)]
mod tests;

use crate::{
    cli::{PickupAction, Where},
    fault::Fault,
    merchant::open,
    say,
    serve::settle,
};
use clock::{Clock, SystemClock, Time};
use store::{PointsKept, Store};

/// The carrier whose accounts the directory is kept fresh with.
pub(crate) const CARRIER: &str = "colissimo";

/// Runs the command.
///
/// # Errors
/// When the configuration, the file or the store is wrong.
pub fn run(action: &PickupAction) -> Result<(), Fault> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    match action {
        PickupAction::Import(args) => runtime.block_on(import::run(args)),
        PickupAction::Export(args) => runtime.block_on(export::run(args)),
        PickupAction::Status(place) => runtime.block_on(status(place)),
    }
}

async fn status(place: &Where) -> Result<(), Fault> {
    let config = settle(place, None)?;
    let store = open(&config)?;
    let (kept, now) = (store.points_kept().await?, SystemClock.now());
    say::line(described(&kept, now));
    say::line(format_args!("{} areas are asked for", store.areas().await?.len()));
    say::line(match config.pickup.crawl_per_minute {
        0 => "nothing keeps them fresh: pickup.crawl_per_minute is 0".to_owned(),
        _ if !config.pickup.enabled => "nothing keeps them fresh: pickup.enabled is false".to_owned(),
        n if has_account(&store).await? => format!("kept fresh by up to {n} calls a minute while the carrier is well"),
        _ => format!("nothing keeps them fresh: {NO_ACCOUNT}"),
    });
    Ok(store.close().await?)
}

/// What is missing without an account.
pub(crate) const NO_ACCOUNT: &str = "there is no account to ask the carrier with; `tournee merchant add` adds one";

/// Whether there is an account to ask the carrier with.
pub(crate) async fn has_account(store: &Store) -> Result<bool, Fault> {
    Ok(store.account_after(CARRIER, None).await?.is_some())
}

/// One line: how many, how old.
pub(crate) fn described(kept: &PointsKept, now: Time) -> String {
    let PointsKept { listed, unlisted, gone, oldest_at, median_at } = kept;
    let age = |at: &Option<Time>| at.map_or_else(|| "–".to_owned(), |at| age(now, at));
    let (median, oldest) = (age(median_at), age(oldest_at));
    format!(
        "{listed} pickup points, last listed {median} ago in the middle and {oldest} ago at most; \
         {unlisted} missing where they had to be listed, {gone} gone"
    )
}

fn age(now: Time, at: Time) -> String {
    match now.since(at).as_secs() {
        s if s < 120 => format!("{s} s"),
        s if s < 2 * 3_600 => format!("{} min", s / 60),
        s if s < 2 * 86_400 => format!("{} h", s / 3_600),
        s => format!("{} days", s / 86_400),
    }
}
