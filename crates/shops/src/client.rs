//! Asks and tells one shop, whatever its platform.

use crate::{Blame, Credentials, Platform, Reading, Retry, ShopError, ShopOrder, Topic};
use clock::{Clock, Time};
use exchange::Transport;
use parcel::ParcelNumber;
use serde::{Deserialize, Serialize};
use std::{fmt, sync::Arc, time::Duration};

/// Where a poll stands. Kept as it is (it has a serde form); begin with [`Cursor::since`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    since: Time,
    #[serde(default)]
    skip: u32,
    #[serde(default)]
    token: Option<String>,
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

/// One page of orders, those changed longest ago first. An order may come again on a later page.
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
    /// Where to begin the next poll after this page, which was got at `asked`: a little before the newest change seen,
    /// so that an order whose change was written late is not missed. Never before `asked` itself.
    pub fn resume(&self, asked: &Cursor) -> Cursor {
        asked.clone()
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
    /// Whether the order is to be marked as sent, too.
    pub mark_shipped: bool,
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
    /// Whether the shop sends it; a platform that gives up disables it, or deletes it.
    pub active: bool,
}

/// Asks and tells one shop. Repeats nothing by itself but what its methods say.
pub struct Client {
    credentials: Credentials,
    #[expect(dead_code, reason = "signed with its address")]
    base: http::Uri,
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
    reading: Reading,
    deadline: Duration,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("platform", &self.credentials.platform()).finish_non_exhaustive()
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
        base: http::Uri,
        credentials: Credentials,
        transport: Arc<dyn Transport>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ShopError> {
        if credentials.platform() != platform {
            let message = format!("these are credentials of {}, not of {platform}", credentials.platform());
            return Err(ShopError::new(Blame::Us, Retry::Never, "credentials", message));
        }
        let deadline = Duration::from_secs(30);
        Ok(Self { credentials, base, transport, clock, reading: Reading::default(), deadline })
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
        self.deadline = deadline;
        self
    }

    /// One page of the orders changed since.
    ///
    /// # Errors
    /// When the shop could not be asked; never [`Retry::Unknown`].
    pub async fn orders_since(&self, cursor: &Cursor) -> Result<OrderPage, ShopError> {
        _ = (cursor, self.clock.now(), &self.transport);
        Err(self.unsupported())
    }

    /// One order; none when the shop has no such order (any more).
    ///
    /// # Errors
    /// When the shop could not be asked, or the order could not be read; never [`Retry::Unknown`].
    pub async fn order(&self, id: &str) -> Result<Option<ShopOrder>, ShopError> {
        _ = id;
        Err(self.unsupported())
    }

    /// Tells the shop of a parcel. Looks first whether it has it, so that it may be called again whatever came of it
    /// before.
    ///
    /// # Errors
    /// When the shop did not take it; [`Retry::Unknown`] when it may have: call again later.
    pub async fn push_shipment(&self, shipped: &Shipped) -> Result<Pushed, ShopError> {
        _ = shipped;
        Err(self.unsupported())
    }

    /// The shop's webhook subscriptions about orders, disabled ones among them; none on a platform without webhooks.
    ///
    /// # Errors
    /// When the shop could not be asked; never [`Retry::Unknown`].
    pub async fn subscriptions(&self) -> Result<Vec<Subscription>, ShopError> {
        Err(self.unsupported())
    }

    /// Subscribes to a topic. Not to be called again after [`Retry::Unknown`] before [`Self::subscriptions`] has been.
    ///
    /// # Errors
    /// When the shop did not make the subscription, or may have.
    pub async fn subscribe(&self, topic: &Topic, url: &str, secret: &str) -> Result<Subscription, ShopError> {
        _ = (topic, url, secret);
        Err(self.unsupported())
    }

    /// Enables a subscription that the shop disabled. May be repeated.
    ///
    /// # Errors
    /// When the shop did not do it; code `no_such_subscription` when it has none such: subscribe anew.
    pub async fn enable(&self, id: &str) -> Result<(), ShopError> {
        _ = id;
        Err(self.unsupported())
    }

    fn unsupported(&self) -> ShopError {
        ShopError::new(Blame::Us, Retry::Never, "unsupported", "this platform cannot be asked for it")
    }
}
