//! One module per shop platform: orders in, shipment status out; signatures, subscriptions, no policy.
//!
//! Codecs are plain functions over bytes. What reaches the network goes through [`Client`] and the port
//! [`exchange::Transport`]; what went wrong is a [`ShopError`], which says whose fault it is and whether the call may be
//! made again. A webhook is read by [`read_webhook`], its signature before anything else.

mod client;
mod error;
pub mod import;
mod order;
mod platform;
mod reading;
mod webhook;

pub use client::{Client, Cursor, OrderPage, Pushed, Shipped, Subscription, Unread};
pub use error::{Blame, Retry, ShopError};
pub use order::{OrderStatus, Pickup, ShopOrder};
pub use platform::{Credentials, Platform};
pub use reading::Reading;
pub use webhook::{Incoming, Topic, WebhookRefusal, read_webhook};
