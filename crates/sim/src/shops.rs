//! The simulated shops: WooCommerce, Shopify and PrestaShop as their clients and the receivers of webhooks meet them.
//!
//! A deterministic core per platform without clock or socket: from one seed, the same requests at the same times get the
//! same bytes. Written from the platforms' published behaviour and independently of the crate `shops`, so that each
//! proves the other. Whoever drives the world carries the webhooks: [`Shop::due`] hands them out, [`Shop::delivered`]
//! hears what became of each; [`socket`] does both on the loopback interface.

mod access;
mod call;
mod courier;
mod hooks;
mod invent;
mod order;
mod presta;
mod shopify;
pub mod socket;
#[cfg(test)]
mod tests;
mod text;
mod woo;

pub use access::{Access, Options, Platform, UnknownPlatform};
pub use hooks::{Delivery, Outcome, Standing, Subscription};
pub use invent::Buyers;
pub use order::{BookedOrder, Change, NewOrder, Note, Pickup, Push, State};

use carriers::{Request, Response};
use clock::Time;
use presta::Presta;
use shopify::Shopify;
use woo::Woo;

/// Why there is no such subscription, in the platform's words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotSubscribed(String);

/// One shop.
#[derive(Debug)]
pub struct Shop {
    platform: Platform,
    access: Access,
    core: Core,
}

/// What a shop of each platform is made of.
#[derive(Debug)]
enum Core {
    Woo(Box<Woo>),
    Shopify(Box<Shopify>),
    Presta(Box<Presta>),
}

/// Calls the same function of whichever core it is.
macro_rules! core {
    ($shop:expr, $core:ident => $call:expr) => {
        match &$shop.core {
            Core::Woo($core) => $call,
            Core::Shopify($core) => $call,
            Core::Presta($core) => $call,
        }
    };
    (mut $shop:expr, $core:ident => $call:expr) => {
        match &mut $shop.core {
            Core::Woo($core) => $call,
            Core::Shopify($core) => $call,
            Core::Presta($core) => $call,
        }
    };
}

impl Shop {
    /// A shop without orders.
    pub fn new(platform: Platform, options: Options, seed: u64) -> Self {
        let access = Access::of(platform, seed);
        let core = match platform {
            Platform::PrestaShop => Core::Presta(Box::new(Presta::new(options, access.clone(), seed))),
            Platform::Shopify => Core::Shopify(Box::new(Shopify::new(options, access.clone(), seed))),
            Platform::WooCommerce => Core::Woo(Box::new(Woo::new(options, access.clone(), seed))),
        };
        Self { platform, access, core }
    }

    /// Of which platform it is.
    pub fn platform(&self) -> Platform {
        self.platform
    }

    /// What opens its door.
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// Answers a request to its API that has been read whole.
    pub fn handle(&mut self, now: Time, request: &Request) -> Response {
        core!(mut self, core => core.handle(now, request))
    }

    /// A buyer places an order; gives its id.
    pub fn place_order(&mut self, now: Time, order: NewOrder) -> u64 {
        core!(mut self, core => core.place(now, order))
    }

    /// An order is changed in the shop itself. False when there is no such order, or nothing changes.
    pub fn change_order(&mut self, now: Time, id: u64, change: Change) -> bool {
        core!(mut self, core => core.change(now, id, change))
    }

    /// The shop's owner subscribes to a topic, as its pages for that allow; gives the subscription's id. The secret is
    /// WooCommerce's; Shopify signs with the app's.
    ///
    /// # Errors
    /// When the platform has no webhooks or no such topic, or does not take the address.
    pub fn subscribe(&mut self, now: Time, topic: &str, url: &str, secret: &str) -> Result<u64, NotSubscribed> {
        match &mut self.core {
            Core::Woo(core) => core.subscribe(now, topic, url, secret),
            Core::Shopify(core) => core.subscribe(now, topic, url).map_err(NotSubscribed),
            Core::Presta(_) => Err(NotSubscribed("PrestaShop has no webhooks".into())),
        }
    }

    /// The webhooks that leave now. Each is to be carried once, and [`Self::delivered`] told of it.
    pub fn due(&mut self, now: Time) -> Vec<Delivery> {
        match &mut self.core {
            Core::Woo(core) => core.due(now),
            Core::Shopify(core) => core.due(now),
            Core::Presta(_) => Vec::new(),
        }
    }

    /// When the next webhook leaves, as far as is known now.
    pub fn next_due(&self) -> Option<Time> {
        match &self.core {
            Core::Woo(core) => core.next_due(),
            Core::Shopify(core) => core.next_due(),
            Core::Presta(_) => None,
        }
    }

    /// What became of a webhook.
    pub fn delivered(&mut self, now: Time, delivery: &Delivery, outcome: Outcome) {
        match &mut self.core {
            Core::Woo(core) => core.delivered(now, delivery, outcome),
            Core::Shopify(core) => core.delivered(now, delivery, outcome),
            Core::Presta(_) => {}
        }
    }

    /// The shop's own book, by id.
    pub fn orders(&self) -> Vec<BookedOrder> {
        core!(self, core => core.orders())
    }

    /// All subscriptions that there are or were.
    pub fn subscriptions(&self) -> Vec<Subscription> {
        match &self.core {
            Core::Woo(core) => core.subscriptions(),
            Core::Shopify(core) => core.subscriptions(),
            Core::Presta(_) => Vec::new(),
        }
    }
}
