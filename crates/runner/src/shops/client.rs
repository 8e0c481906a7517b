//! The door of one shop: its secrets opened, its settings read, its client at hand.

use super::{
    ShopMetrics, ShopSettings,
    paced::{Pace, Paced},
};
use ::shops::{Client, Credentials, Platform, ShopSettings as LabelSettings};
use clock::Clock;
use exchange::Transport;
use http::Uri;
use std::{fmt, sync::Arc, time::Duration};
use store::{Shop, Store};

/// Makes the way to a shop at this address; the error says why there is none.
pub type Dial = Arc<dyn Fn(&Uri) -> Result<Arc<dyn Transport>, String> + Send + Sync>;

/// A shop that can be called. `Debug` shows its id alone.
pub struct OpenShop {
    /// The shop as the store has it.
    pub shop: Shop,
    /// Its platform.
    pub platform: Platform,
    /// How its orders become labels.
    pub labels: LabelSettings,
    /// Who asks and tells it.
    pub client: Client,
    pub(crate) webhook_secret: Option<String>,
}

impl fmt::Debug for OpenShop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OpenShop({}, …)", self.shop.id)
    }
}

/// Whether a shop is called at all: one whose orders come by file has no address.
pub(crate) fn is_called(shop: &Shop) -> bool {
    !shop.url.is_empty() && shop.platform.parse::<Platform>().is_ok()
}

/// Whether its subscriptions are looked after.
pub(crate) fn is_watched(shop: &Shop, settings: &ShopSettings) -> bool {
    settings.public_url.is_some() && shop.platform.parse::<Platform>().is_ok_and(Platform::has_webhooks)
}

/// Opens the door of a shop, for a command that runs beside the server: at the pace of the settings.
///
/// # Errors
/// In words: what is wrong with its address, its secrets or its settings.
pub async fn open_shop(
    store: &Store,
    dial: &Dial,
    clock: Arc<dyn Clock>,
    settings: &ShopSettings,
    shop: Shop,
) -> Result<OpenShop, String> {
    open(store, dial, clock, settings, shop, Arc::new(Pace::new(settings.calls_per_minute)), None).await
}

pub(crate) async fn open(
    store: &Store,
    dial: &Dial,
    clock: Arc<dyn Clock>,
    settings: &ShopSettings,
    shop: Shop,
    pace: Arc<Pace>,
    metrics: Option<ShopMetrics>,
) -> Result<OpenShop, String> {
    let platform: Platform =
        shop.platform.parse().map_err(|_| format!("{} is not called: its orders come by file", shop.id))?;
    let secrets = store.shop_secrets(&shop.id).await.map_err(|e| e.to_string())?;
    let secrets = secrets.ok_or_else(|| format!("there is no shop {} any more", shop.id))?;
    let credentials: Credentials = serde_json::from_str(&secrets.credentials).map_err(|_| {
        format!("the credentials of {} cannot be read; give them anew with `tournee shop set`", shop.id)
    })?;
    let labels: LabelSettings = serde_json::from_str(&shop.settings)
        .map_err(|_| format!("the settings of {} cannot be read; give them anew with `tournee shop set`", shop.id))?;
    let base: Uri = shop.url.parse().map_err(|_| format!("the address of {} is no URL", shop.id))?;
    let inner = dial(&base)?;
    let transport = Arc::new(Paced { inner, pace, platform: platform.code(), metrics });
    let client = Client::new(platform, &base, credentials, transport, clock).map_err(|e| e.to_string())?;
    let client = client.reading(labels.reading.clone()).deadline(Duration::from_millis(settings.call_ms));
    Ok(OpenShop { shop, platform, labels, client, webhook_secret: secrets.webhook })
}
