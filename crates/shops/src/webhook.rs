//! Webhooks in: the signature first, then what is told.

use crate::{Platform, Reading, ShopOrder, shopify, woocommerce};
use http::HeaderMap;
use serde_json::Value;

/// The longest header that is taken, in bytes.
const HEADER_BYTES_MAX: usize = 200;

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
    /// By what the same event sent again is known. What the platform gives in a header is not covered by its signature,
    /// so an old event can come back under a new id: fold orders by their `updated_at`.
    pub event_id: String,
    /// What it is about, by a header that the signature does not cover either. A whole order never comes as deleted.
    pub topic: Topic,
    /// The order, where it came whole and could be read.
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
    /// A header that must be there is not, or is too long, or is not text.
    #[error("the header {0} is missing, too long or no plain text")]
    Header(&'static str),
    /// The signature does not fit the body and the secret.
    #[error("the signature does not fit: check that the webhook's secret is the same on both sides")]
    Signature,
    /// The signature is good and the body is nothing that this platform sends.
    #[error("the signature is good, and the body is no JSON object")]
    Body,
}

/// Reads a webhook of this platform: its signature first, and nothing of a body whose signature is wrong. The caller
/// bounds the body. A ping of WooCommerce ([`Topic::Ping`]) is to be answered with 200 exactly.
///
/// # Errors
/// When it has no good signature, lacks a header, or is no JSON object.
pub fn read_webhook(
    platform: Platform,
    secret: &[u8],
    reading: &Reading,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Incoming, WebhookRefusal> {
    match platform {
        Platform::WooCommerce | Platform::Shopify if secret.is_empty() => Err(WebhookRefusal::Signature),
        Platform::WooCommerce => woocommerce::read_webhook(secret, reading, headers, body),
        Platform::Shopify => shopify::read_webhook(secret, reading, headers, body),
        Platform::PrestaShop => Err(WebhookRefusal::NoWebhooks),
    }
}

/// A header that must be there.
pub(crate) fn header<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<&'a str, WebhookRefusal> {
    let value = headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    value.filter(|text| (1..=HEADER_BYTES_MAX).contains(&text.len())).ok_or(WebhookRefusal::Header(name))
}

/// A body that is a JSON object.
pub(crate) fn object(body: &[u8]) -> Result<Value, WebhookRefusal> {
    serde_json::from_slice(body).ok().filter(Value::is_object).ok_or(WebhookRefusal::Body)
}
