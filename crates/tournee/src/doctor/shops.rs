//! How the shops stand, by what the store knows: nobody is called.

use super::Finding;
use crate::{config::Config, merchant};
use clock::{Clock, SystemClock, Time};
use std::time::Duration;
use store::{Shop, ShopCounts, Store, StoreError};

/// A shop that was not read for so long is looked at.
const READ_LATE: Duration = Duration::from_secs(3_600);

/// One finding for each shop; none where there is none.
pub(super) async fn shops(config: &Config) -> Vec<Finding> {
    if !config.data.join("tournee.db").exists() {
        return Vec::new();
    }
    let Ok(store) = merchant::open(config) else { return Vec::new() };
    let found = look(config, &store).await;
    let closed = store.close().await;
    match found.and_then(|found| closed.map(|()| found)) {
        Ok(found) => found,
        Err(error) => vec![Finding::fail("shops", error.to_string(), "see the lines about the data above")],
    }
}

async fn look(config: &Config, store: &Store) -> Result<Vec<Finding>, StoreError> {
    let (shops, counts, now) = (store.shops().await?, store.shop_counts().await?, SystemClock.now());
    let of = |shop: &Shop| counts.iter().find(|counts| counts.shop == shop.id);
    Ok(shops.iter().map(|shop| one(config, shop, of(shop), now)).collect())
}

fn one(config: &Config, shop: &Shop, counts: Option<&ShopCounts>, now: Time) -> Finding {
    let what = format!("shop {}", shop.id);
    let (untold, unread) = counts.map_or((0, 0), |counts| (counts.untold, counts.unread));
    let stands = format!("{untold} numbers to tell, {unread} webhooks unread");
    if let Some((since, why)) = &shop.failing {
        let found = format!("it does not do what it is asked since {}: {why}; {stands}", since.to_paris());
        return Finding::warn(what, found, format!("`tournee shop check --id {}` says what is wrong", shop.id));
    }
    if unread > 0 {
        let advice =
            "look at them (table shop_unread), or ask whoever runs the shop; their orders are polled meanwhile";
        return Finding::warn(what, stands, advice);
    }
    if shop.url.is_empty() {
        return Finding::ok(what, "its orders come by file");
    }
    let late = shop.polled_at.is_none_or(|at| now.since(at) > READ_LATE);
    if late {
        let last = shop.polled_at.map_or("never".to_owned(), Time::to_paris);
        return Finding::warn(
            what,
            format!("last read to its end: {last}; {stands}"),
            "start the server; it reads the shop",
        );
    }
    if config.shops.public_url.is_none() && shop.heard_at.is_none() {
        let advice = "set shops.public_url, so that the server subscribes; until then it finds orders by polling alone";
        return Finding::warn(what, format!("no webhook of it ever came; {stands}"), advice);
    }
    Finding::ok(what, format!("read {}; {stands}", shop.polled_at.map_or(String::new(), Time::to_paris)))
}
