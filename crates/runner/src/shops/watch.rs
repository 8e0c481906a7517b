//! A shop's subscriptions: listed, made where one is missing, enabled where the platform gave one up.

use super::{Context, client::OpenShop, turn::Stop};
use ::shops::{ShopError, Subscription, Topic};

/// What a shop is subscribed to.
const TOPICS: [Topic; 3] = [Topic::OrderCreated, Topic::OrderUpdated, Topic::OrderDeleted];

/// How the subscriptions were found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Watched {
    /// All there and active.
    Well,
    /// Some were missing or disabled, and are there again.
    Mended,
}

/// What was done about a shop's subscriptions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WatchReport {
    /// There and active.
    pub well: u32,
    /// Missing, and made.
    pub made: u32,
    /// Disabled, and enabled.
    pub enabled: u32,
}

pub(super) async fn turn(context: &Context, open: &OpenShop) -> Result<Watched, Stop> {
    let Some(public_url) = &context.settings.public_url else { return Ok(Watched::Well) };
    let report = watch_once(open, public_url).await?;
    context.metrics.watched(&report);
    context.store.shop_watched(&open.shop.id, context.clock.now()).await?;
    if report.made + report.enabled == 0 {
        return Ok(Watched::Well);
    }
    let (shop, made, enabled) = (&open.shop.id, report.made, report.enabled);
    tracing::warn!(shop, made, enabled, "subscriptions were missing or disabled; what they did not tell is read");
    Ok(Watched::Mended)
}

/// Looks at a shop's subscriptions and mends what is missing.
///
/// # Errors
/// When the shop could not be asked, or did not do it.
pub async fn watch_once(open: &OpenShop, public_url: &str) -> Result<WatchReport, ShopError> {
    let url = format!("{}/hooks/{}/{}", public_url.trim_end_matches('/'), open.platform, open.shop.id);
    let ours: Vec<Subscription> = open.client.subscriptions().await?.into_iter().filter(|s| s.url == url).collect();
    let mut report = WatchReport::default();
    for topic in TOPICS {
        mend(open, &ours, &topic, &url, &mut report).await?;
    }
    Ok(report)
}

async fn mend(
    open: &OpenShop,
    ours: &[Subscription],
    topic: &Topic,
    url: &str,
    report: &mut WatchReport,
) -> Result<(), ShopError> {
    let of_topic = || ours.iter().filter(|subscription| subscription.topic == *topic);
    if of_topic().any(|subscription| subscription.active) {
        report.well += 1;
        return Ok(());
    }
    let secret = open.webhook_secret.as_deref().unwrap_or_default();
    if let Some(disabled) = of_topic().next() {
        match open.client.enable(&disabled.id, secret).await {
            Ok(()) => {
                report.enabled += 1;
                return Ok(());
            }
            Err(e) if e.code == "no_such_subscription" => {}
            Err(e) => return Err(e),
        }
    }
    open.client.subscribe(topic, url, secret).await?;
    report.made += 1;
    Ok(())
}
