//! One module per shop platform: orders in, shipment status out; signatures, subscriptions, no policy.
//!
//! Codecs are plain functions over bytes. What reaches the network goes through [`Client`] and the port
//! [`exchange::Transport`]; what went wrong is a [`ShopError`], which says whose fault it is and whether the call may be
//! made again. A webhook is read by [`read_webhook`], its signature before anything else.

mod address;
mod client;
mod error;
mod fields;
pub mod import;
mod label;
mod order;
mod pickup;
mod platform;
mod prestashop;
mod reading;
mod shopify;
mod signature;
mod times;
mod webhook;
mod wire;
mod woocommerce;

pub use client::{Client, Cursor, OrderPage, Pushed, Shipped, Subscription, Unread};
pub use error::{Blame, Retry, ShopError};
pub use label::{ShopSettings, Wishes};
pub use order::{OrderStatus, Pickup, ShopOrder};
pub use platform::{Credentials, Platform};
pub use reading::Reading;
pub use signature::signature;
pub use webhook::{Incoming, Topic, WebhookRefusal, read_webhook};
