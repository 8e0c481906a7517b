//! Asks and tells one shop, whatever its platform.

use crate::{
    Blame, Credentials, Platform, Reading, Retry, ShopError, ShopOrder, Topic, prestashop, shopify,
    wire::Wire,
    woocommerce::{self, Context},
};
use clock::{Clock, Time};
use exchange::Transport;
use parcel::ParcelNumber;
use serde::{Deserialize, Serialize};
use std::{fmt, sync::Arc, time::Duration};

/// Time for one call, unless said otherwise.
const DEADLINE: Duration = Duration::from_secs(30);
/// How far before the newest change that was seen the next poll begins: a shop writes the time of a change before the
/// change itself is to be seen, and its servers' clocks differ.
const OVERLAP: Duration = Duration::from_secs(120);

/// Where a poll stands. Kept as it is (it has a serde form); begin with [`Cursor::since`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    pub(crate) since: Time,
    /// Orders or pages to pass over.
    #[serde(default)]
    pub(crate) skip: u32,
    /// The platform's own mark.
    #[serde(default)]
    pub(crate) token: Option<String>,
}

impl Cursor {
    /// All orders changed at this time or later.
    pub fn since(since: Time) -> Self {
        Self { since, skip: 0, token: None }
    }

    /// The time from which orders are asked for.
    pub fn from(&self) -> Time {
        self.since
    }
}

/// One page of orders, those changed longest ago first. An order may come again on a later page, and a page may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderPage {
    /// The orders.
    pub orders: Vec<ShopOrder>,
    /// Orders that could not be read: they are not in `orders`, and hold up nothing.
    pub unread: Vec<Unread>,
    /// Where the next page begins; none on the last.
    pub next: Option<Cursor>,
}

impl OrderPage {
    /// Where to begin the next poll after this page, which was got at `asked`: two minutes before the newest change seen,
    /// so that an order whose change was written late is not missed; where `asked` began when nothing newer was seen.
    pub fn resume(&self, asked: &Cursor) -> Cursor {
        let newest = self.orders.iter().map(|order| order.updated_at.unix_ms()).max().unwrap_or(i64::MIN);
        let overlap = i64::try_from(OVERLAP.as_millis()).unwrap_or(i64::MAX);
        let from = newest.saturating_sub(overlap).max(asked.since.unix_ms());
        Cursor::since(Time::from_unix_ms(from))
    }
}

/// An order that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Its id, where that could be read.
    pub id: Option<String>,
    /// Which field is wrong, and how. No private data.
    pub why: String,
}

/// A parcel to tell the shop of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shipped {
    /// The shop's id of the order.
    pub order_id: String,
    /// The parcel's number.
    pub parcel_number: ParcelNumber,
    /// Where the buyer can follow it.
    pub tracking_url: String,
    /// The carrier's name as the buyer is to read it.
    pub carrier: String,
    /// Whether the order is to be marked as sent, too. Shopify knows no number without that: there it says whether the
    /// buyer gets the shop's mail.
    pub mark_shipped: bool,
    /// The number told before, whose place this one takes.
    pub replaces: Option<ParcelNumber>,
}

impl Shipped {
    /// Whether the shop has this number already; `held` is the one that it has.
    ///
    /// # Errors
    /// When it has another, whose place this one does not take.
    pub(crate) fn holds(&self, held: Option<&str>) -> Result<bool, ShopError> {
        let Some(held) = held.map(str::trim).filter(|held| !held.is_empty()) else { return Ok(false) };
        if held == self.parcel_number.as_str() {
            return Ok(true);
        }
        let replaced = self.replaces.is_some_and(|old| old.as_str() == held);
        if replaced { Ok(false) } else { Err(other_number()) }
    }
}

/// What became of telling a shop of a parcel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pushed {
    /// The shop has it now.
    Done,
    /// The shop had it already; nothing was written.
    AlreadyThere,
}

/// A webhook subscription as the shop has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// The shop's id of it.
    pub id: String,
    /// What it is about.
    pub topic: Topic,
    /// Where it is sent to.
    pub url: String,
    /// Whether the shop sends it. WooCommerce disables one that fails, Shopify deletes it.
    pub active: bool,
}

/// Asks and tells one shop. Repeats nothing by itself but what its methods say.
pub struct Client {
    shop: Connector,
    wire: Wire,
    clock: Arc<dyn Clock>,
    reading: Reading,
}

enum Connector {
    WooCommerce(woocommerce::Shop),
    PrestaShop(prestashop::Shop),
    Shopify(shopify::Shop),
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("platform", &self.platform()).finish_non_exhaustive()
    }
}

impl Client {
    /// A client of the shop at this address (that of its `transport`). The clock stamps the signatures of WooCommerce
    /// shops over plain http, and nothing else.
    ///
    /// # Errors
    /// When the credentials are another platform's.
    pub fn new(
        platform: Platform,
        base: &http::Uri,
        credentials: Credentials,
        transport: Arc<dyn Transport>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ShopError> {
        if credentials.platform() != platform {
            let message = format!("these are credentials of {}, not of {platform}", credentials.platform());
            return Err(ShopError::new(Blame::Us, Retry::Never, "credentials", message));
        }
        let shop = match credentials {
            Credentials::WooCommerce { key, secret } => {
                Connector::WooCommerce(woocommerce::Shop::new(base, key, secret))
            }
            Credentials::PrestaShop { key } => Connector::PrestaShop(prestashop::Shop::new(&key)),
            Credentials::Shopify { token } => Connector::Shopify(shopify::Shop::new(token)),
        };
        let wire = Wire { transport, deadline: DEADLINE };
        Ok(Self { shop, wire, clock, reading: Reading::default() })
    }

    /// The same, reading orders in this way.
    #[must_use]
    pub fn reading(mut self, reading: Reading) -> Self {
        self.reading = reading;
        self
    }

    /// The same, with another time for each call (30 s unless said).
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.wire.deadline = deadline;
        self
    }

    /// The platform of the shop.
    pub fn platform(&self) -> Platform {
        match self.shop {
            Connector::WooCommerce(_) => Platform::WooCommerce,
            Connector::PrestaShop(_) => Platform::PrestaShop,
            Connector::Shopify(_) => Platform::Shopify,
        }
    }

    /// One page of the orders changed since.
    ///
    /// # Errors
    /// When the shop could not be asked; never [`Retry::Unknown`].
    pub async fn orders_since(&self, cursor: &Cursor) -> Result<OrderPage, ShopError> {
        match &self.shop {
            Connector::WooCommerce(shop) => shop.orders_since(self.context(), cursor).await,
            Connector::PrestaShop(shop) => shop.orders_since(&self.wire, &self.reading, cursor).await,
            Connector::Shopify(shop) => shop.orders_since(&self.wire, &self.reading, cursor).await,
        }
    }

    /// One order; none when the shop has no such order (any more).
    ///
    /// # Errors
    /// When the shop could not be asked, or the order could not be read; never [`Retry::Unknown`].
    pub async fn order(&self, id: &str) -> Result<Option<ShopOrder>, ShopError> {
        match &self.shop {
            Connector::WooCommerce(shop) => shop.order(self.context(), id).await,
            Connector::PrestaShop(shop) => shop.order(&self.wire, &self.reading, id).await,
            Connector::Shopify(shop) => shop.order(&self.wire, &self.reading, id).await,
        }
    }

    /// Tells the shop of a parcel. Looks first whether it has it, so that it may be called again whatever came of it
    /// before; not twice at the same time for one order.
    ///
    /// # Errors
    /// When the shop did not take it; [`Retry::Unknown`] when it may have: call again later. Codes of ours:
    /// `no_such_order`, `other_number` (the shop has another number than that which this one replaces), `on_hold`,
    /// `nothing_to_fulfil`, `no_order_carrier`.
    pub async fn push_shipment(&self, shipped: &Shipped) -> Result<Pushed, ShopError> {
        match &self.shop {
            Connector::WooCommerce(shop) => shop.push(self.context(), shipped).await,
            Connector::PrestaShop(shop) => shop.push(&self.wire, shipped).await,
            Connector::Shopify(shop) => shop.push(&self.wire, shipped).await,
        }
    }

    /// The shop's webhook subscriptions about orders, disabled ones among them; none on a platform without webhooks.
    ///
    /// # Errors
    /// When the shop could not be asked; never [`Retry::Unknown`].
    pub async fn subscriptions(&self) -> Result<Vec<Subscription>, ShopError> {
        match &self.shop {
            Connector::WooCommerce(shop) => shop.subscriptions(self.context()).await,
            Connector::PrestaShop(_) => Ok(Vec::new()),
            Connector::Shopify(shop) => shop.subscriptions(&self.wire).await,
        }
    }

    /// Subscribes to a topic. After [`Retry::Unknown`] look at [`Self::subscriptions`] first. WooCommerce signs with
    /// `secret`; Shopify with the secret of the app, whatever is given here.
    ///
    /// # Errors
    /// When the shop did not make the subscription, or may have.
    pub async fn subscribe(&self, topic: &Topic, url: &str, secret: &str) -> Result<Subscription, ShopError> {
        match &self.shop {
            Connector::WooCommerce(shop) => shop.subscribe(self.context(), topic, url, secret).await,
            Connector::PrestaShop(_) => Err(no_webhooks()),
            Connector::Shopify(shop) => shop.subscribe(&self.wire, topic, url).await,
        }
    }

    /// Enables a subscription that the shop disabled; from then on WooCommerce signs with this secret. May be repeated.
    ///
    /// # Errors
    /// When the shop did not do it; code `no_such_subscription` when it has none such: subscribe anew.
    pub async fn enable(&self, id: &str, secret: &str) -> Result<(), ShopError> {
        match &self.shop {
            Connector::WooCommerce(shop) => shop.enable(self.context(), id, secret).await,
            Connector::PrestaShop(_) => Err(no_webhooks()),
            Connector::Shopify(shop) => shop.enable(&self.wire, id).await,
        }
    }

    fn context(&self) -> Context<'_> {
        Context { wire: &self.wire, reading: &self.reading, clock: &*self.clock }
    }
}

pub(crate) fn no_such_order() -> ShopError {
    ShopError::new(Blame::Caller, Retry::Never, "no_such_order", "the shop has no such order (any more)")
}

pub(crate) fn other_number() -> ShopError {
    let message = "the shop has another parcel's number for this order; look at the order there";
    ShopError::new(Blame::Caller, Retry::Never, "other_number", message)
}

pub(crate) fn no_such_subscription() -> ShopError {
    let message = "the shop has no such subscription (any more); subscribe anew";
    ShopError::new(Blame::Them, Retry::Never, "no_such_subscription", message)
}

pub(crate) fn no_such_topic() -> ShopError {
    ShopError::new(Blame::Caller, Retry::Never, "no_such_topic", "orders created, updated and deleted are the topics")
}

pub(crate) fn unreadable(why: &str) -> ShopError {
    ShopError::new(Blame::Them, Retry::Never, "unreadable_order", format!("the order cannot be read: {why}"))
}

fn no_webhooks() -> ShopError {
    let message = "this platform sends no webhooks; its orders are found by polling";
    ShopError::new(Blame::Caller, Retry::Never, "no_webhooks", message)
}
