//! WooCommerce's webhooks, in and looked after.

use super::order;
use crate::{
    Incoming, Reading, Subscription, Topic, WebhookRefusal,
    fields::Fields,
    signature::{is_signed, short_digest},
    webhook::{header, object},
};
use http::HeaderMap;

/// The longest ping: `webhook_id=` and a number of twenty digits.
const PING_BYTES_MAX: usize = 31;

/// Reads a webhook. The ping, sent when a webhook is made, has no signature and tells nothing but that somebody asks.
///
/// # Errors
/// When it is no ping and has no good signature, lacks a header, or is no JSON object.
pub(crate) fn read_webhook(
    secret: &[u8],
    reading: &Reading,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Incoming, WebhookRefusal> {
    if !headers.contains_key("x-wc-webhook-signature") && is_ping(body) {
        return Ok(Incoming { event_id: "ping".to_owned(), topic: Topic::Ping, order: None, order_id: None });
    }
    if !is_signed(secret, body, header(headers, "X-WC-Webhook-Signature")?) {
        return Err(WebhookRefusal::Signature);
    }
    let delivery = header(headers, "X-WC-Webhook-Delivery-ID")?;
    let topic = header(headers, "X-WC-Webhook-Topic")?;
    let value = object(body)?;
    let order = Fields::new(&value);
    let order_id = order.text("id");
    let named = topic_of(topic);
    let is_whole = order.has("status");
    Ok(Incoming {
        event_id: event_id(delivery, order_id.as_deref(), body),
        topic: if is_whole && named == Topic::OrderDeleted { Topic::OrderUpdated } else { named },
        order: is_whole.then(|| order::read(order, reading).ok()).flatten(),
        order_id,
    })
}

/// The delivery id is a hash of the webhook and the second: two orders that are told of in one second have the same. So
/// the order and the body are part of the event's id.
fn event_id(delivery: &str, order_id: Option<&str>, body: &[u8]) -> String {
    format!("{delivery}:{}:{}", order_id.unwrap_or_default(), short_digest(body))
}

fn is_ping(body: &[u8]) -> bool {
    let Some(id) = body.strip_prefix(b"webhook_id=") else { return false };
    body.len() <= PING_BYTES_MAX && !id.is_empty() && id.iter().all(u8::is_ascii_digit)
}

fn topic_of(name: &str) -> Topic {
    match name {
        "order.created" | "order.restored" => Topic::OrderCreated,
        "order.updated" => Topic::OrderUpdated,
        "order.deleted" => Topic::OrderDeleted,
        other => Topic::Other(other.to_owned()),
    }
}

/// The platform's name of a topic to which can be subscribed.
pub(super) fn topic_name(topic: &Topic) -> Option<&str> {
    match topic {
        Topic::OrderCreated => Some("order.created"),
        Topic::OrderUpdated => Some("order.updated"),
        Topic::OrderDeleted => Some("order.deleted"),
        Topic::Ping | Topic::Other(_) => None,
    }
}

/// A webhook as the shop lists it; none for one that is not about orders.
pub(super) fn subscription(row: Fields<'_>) -> Option<Subscription> {
    let topic = topic_of(&row.text("topic")?);
    if matches!(topic, Topic::Other(_)) {
        return None;
    }
    let active = row.text("status").as_deref() == Some("active");
    Some(Subscription { id: row.text("id")?, topic, url: row.text("delivery_url").unwrap_or_default(), active })
}
