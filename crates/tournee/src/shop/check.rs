//! `tournee shop check`: whether we can sign in, read and hear; changes nothing.

use super::open;
use crate::{cli::ShopCheck, config::Config, fault::Fault, merchant, say, serve::settle};
use clock::{Clock, SystemClock};
use runner::OpenShop;
use shops::{Cursor, Topic};
use std::time::Duration;
use store::Store;

/// How far back a page is read.
const LOOK_BACK: Duration = Duration::from_secs(7 * 86_400);

pub(super) async fn run(args: &ShopCheck) -> Result<(), Fault> {
    let config = settle(&args.place, None)?;
    let store = merchant::open(&config)?;
    let all = store.shops().await?.into_iter().filter(|shop| !shop.url.is_empty());
    let ids: Vec<String> = args.id.clone().map_or_else(|| all.map(|shop| shop.id).collect(), |id| vec![id]);
    let mut failed = 0;
    for id in &ids {
        if let Err(why) = one(&config, &store, id).await {
            failed += 1;
            say::line(format_args!("FAIL  {id}: {why}"));
        }
    }
    store.close().await?;
    if failed == 0 {
        Ok(())
    } else {
        Err(Fault::failed(format!("{failed} of {} shops cannot be used as they are", ids.len())))
    }
}

async fn one(config: &Config, store: &Store, id: &str) -> Result<(), String> {
    let open = open(config, store, id).await.map_err(|fault| fault.message)?;
    let cursor = Cursor::since(SystemClock.now().minus(LOOK_BACK));
    let page = open.client.orders_since(&cursor).await.map_err(|e| e.to_string())?;
    let (read, unread) = (page.orders.len(), page.unread.len());
    let more = if page.next.is_some() { " and more" } else { "" };
    say::line(format_args!("ok    {id}: signed in; {read} orders of the last week on the first page{more}"));
    if unread > 0 {
        say::line(format_args!("warn  {id}: {unread} of them cannot be read: {}", page.unread[0].why));
    }
    subscriptions(config, &open).await
}

async fn subscriptions(config: &Config, open: &OpenShop) -> Result<(), String> {
    let id = &open.shop.id;
    if !open.platform.has_webhooks() {
        say::line(format_args!("ok    {id}: sends no webhooks; its orders are found by polling"));
        return Ok(());
    }
    let all = open.client.subscriptions().await.map_err(|e| e.to_string())?;
    let end = format!("/hooks/{}/{id}", open.platform);
    let base = config.shops.public_url.as_ref().map(|url| format!("{url}{end}"));
    let ours = |url: &str| base.as_ref().map_or_else(|| url.ends_with(&end), |base| base == url);
    for (topic, name) in [
        (Topic::OrderCreated, "orders created"),
        (Topic::OrderUpdated, "orders changed"),
        (Topic::OrderDeleted, "orders deleted"),
    ] {
        let mut here = all.iter().filter(|s| s.topic == topic && ours(&s.url)).peekable();
        match (here.peek().is_some(), here.any(|s| s.active)) {
            (_, true) => say::line(format_args!("ok    {id}: subscribed to {name}")),
            (true, false) => say::line(format_args!("warn  {id}: the shop switched off the subscription to {name}")),
            (false, false) => say::line(format_args!("warn  {id}: not subscribed to {name}")),
        }
    }
    if config.shops.public_url.is_none() {
        say::line(format_args!(
            "      {id}: with shops.public_url the server keeps the subscriptions in order by itself"
        ));
    }
    Ok(())
}
