//! Shopify's webhooks, in and looked after.

use super::order;
use crate::{
    Incoming, Reading, Subscription, Topic, WebhookRefusal,
    fields::Fields,
    signature::is_signed,
    webhook::{header, object},
};
use http::HeaderMap;

/// Reads a webhook.
///
/// # Errors
/// When it has no good signature, lacks a header, or is no JSON object.
pub(crate) fn read_webhook(
    secret: &[u8],
    reading: &Reading,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Incoming, WebhookRefusal> {
    if !is_signed(secret, body, header(headers, "X-Shopify-Hmac-Sha256")?) {
        return Err(WebhookRefusal::Signature);
    }
    let named = topic_of(header(headers, "X-Shopify-Topic")?);
    let event_id = header(headers, "X-Shopify-Event-Id").or_else(|_| header(headers, "X-Shopify-Webhook-Id"))?;
    let value = object(body)?;
    let order = Fields::new(&value);
    let is_whole = order.has("updated_at") && !matches!(named, Topic::Other(_));
    Ok(Incoming {
        event_id: event_id.to_owned(),
        topic: if is_whole && named == Topic::OrderDeleted { Topic::OrderUpdated } else { named },
        order: is_whole.then(|| order::of_webhook(order, reading).ok()).flatten(),
        order_id: order::id(order),
    })
}

fn topic_of(name: &str) -> Topic {
    match name {
        "orders/create" | "ORDERS_CREATE" => Topic::OrderCreated,
        "orders/updated"
        | "orders/paid"
        | "orders/cancelled"
        | "orders/fulfilled"
        | "orders/partially_fulfilled"
        | "ORDERS_UPDATED" => Topic::OrderUpdated,
        "orders/delete" | "ORDERS_DELETE" => Topic::OrderDeleted,
        other => Topic::Other(other.to_owned()),
    }
}

/// The platform's name of a topic to which can be subscribed.
pub(super) fn topic_name(topic: &Topic) -> Option<&'static str> {
    match topic {
        Topic::OrderCreated => Some("ORDERS_CREATE"),
        Topic::OrderUpdated => Some("ORDERS_UPDATED"),
        Topic::OrderDeleted => Some("ORDERS_DELETE"),
        Topic::Ping | Topic::Other(_) => None,
    }
}

/// A subscription as the shop lists it; none for one that is not about orders.
pub(super) fn subscription(node: Fields<'_>) -> Option<Subscription> {
    let topic = topic_of(&node.text("topic")?);
    if matches!(topic, Topic::Other(_)) {
        return None;
    }
    let url = node.first(&["uri", "callbackUrl"]).or_else(|| node.at("endpoint").text("callbackUrl"));
    Some(Subscription { id: node.text("id")?, topic, url: url.unwrap_or_default(), active: true })
}
