use crate::script::now;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};
use shops::{OrderStatus, Platform, Reading, Topic, WebhookRefusal, read_webhook, signature};

const SECRET: &[u8] = b"hush";

pub(crate) fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    let pair = |(name, value): &(&str, &str)| {
        Some((HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_str(value).ok()?))
    };
    pairs.iter().filter_map(pair).collect()
}

pub(crate) fn of_woo(body: &[u8], topic: &str, delivery: &str) -> HeaderMap {
    let signed = signature(SECRET, body);
    headers(&[
        ("x-wc-webhook-topic", topic),
        ("x-wc-webhook-signature", &signed),
        ("x-wc-webhook-id", "3"),
        ("x-wc-webhook-delivery-id", delivery),
    ])
}

fn of_shopify(body: &[u8], topic: &str) -> HeaderMap {
    let signed = signature(SECRET, body);
    headers(&[("x-shopify-topic", topic), ("x-shopify-hmac-sha256", &signed), ("x-shopify-event-id", "e-1")])
}

fn woo_order() -> Value {
    json!({"id": 7, "number": "7", "status": "processing", "date_created_gmt": "2025-12-22T05:00:00",
        "date_modified_gmt": "2025-12-22T05:24:00", "shipping": {"city": "Paris", "country": "FR"}})
}

fn read(platform: Platform, headers: &HeaderMap, body: &[u8]) -> Result<shops::Incoming, WebhookRefusal> {
    read_webhook(platform, SECRET, &Reading::default(), headers, body)
}

#[test]
fn an_order_of_woocommerce_comes_in() {
    let body = woo_order().to_string();
    let woo = |topic, delivery| read(Platform::WooCommerce, &of_woo(body.as_bytes(), topic, delivery), body.as_bytes());
    let incoming = woo("order.created", "d-1").expect("a good webhook");
    assert_eq!((incoming.topic, incoming.order_id.as_deref()), (Topic::OrderCreated, Some("7")));
    let order = incoming.order.expect("an order");
    assert_eq!((order.updated_at, order.status), (now(), OrderStatus::ToShip));
    assert_eq!(
        woo("order.deleted", "d-1").expect("good").topic,
        Topic::OrderUpdated,
        "a whole order is no deleted one"
    );
    assert_eq!(woo("product.updated", "d-1").expect("good").topic, Topic::Other("product.updated".into()));
}

/// The platform's delivery id is the same for two orders of one second, and the same event comes again with the same.
#[test]
fn an_event_is_known_by_more_than_its_delivery() {
    let id = |body: &str| {
        read(Platform::WooCommerce, &of_woo(body.as_bytes(), "order.updated", "d-1"), body.as_bytes())
            .expect("good")
            .event_id
    };
    assert_eq!(id(&woo_order().to_string()), id(&woo_order().to_string()));
    assert_ne!(id(&json!({"id": 7}).to_string()), id(&json!({"id": 8}).to_string()));
    assert_ne!(id(&woo_order().to_string()), id(&json!({"id": 7}).to_string()));
}

#[test]
fn a_deletion_has_an_id_alone_and_so_has_what_cannot_be_read() {
    for (body, topic) in [
        (json!({"id": 7}), "order.deleted"),
        (json!({"id": 7, "status": "x", "date_modified_gmt": "?"}), "order.updated"),
    ] {
        let body = body.to_string();
        let incoming =
            read(Platform::WooCommerce, &of_woo(body.as_bytes(), topic, "d"), body.as_bytes()).expect("good");
        assert_eq!((incoming.order, incoming.order_id.as_deref()), (None, Some("7")), "{topic}");
    }
}

#[test]
fn the_ping_is_known_and_tells_nothing() {
    let none = HeaderMap::new();
    let ping = read(Platform::WooCommerce, &none, b"webhook_id=12").expect("a ping");
    assert_eq!((ping.topic, ping.order, ping.order_id), (Topic::Ping, None, None));
    for odd in ["webhook_id=", "webhook_id=1&id=7", "webhook_id=111111111111111111111111", "{\"id\":7}", ""] {
        let refused = read(Platform::WooCommerce, &none, odd.as_bytes());
        assert_eq!(refused, Err(WebhookRefusal::Header("X-WC-Webhook-Signature")), "{odd}");
    }
}

#[test]
fn an_order_of_shopify_comes_in() {
    let body = json!({"id": 820_982_911_946_154_508_u64, "admin_graphql_api_id": "gid://shopify/Order/820982911946154508",
        "name": "#1001", "created_at": "2025-12-22T06:00:00+01:00", "updated_at": "2025-12-22T06:24:00+01:00",
        "cancelled_at": null, "financial_status": "paid", "fulfillment_status": null, "total_weight": 850,
        "total_price": "42.50", "currency": "EUR", "email": "lucie@example.org",
        "note_attributes": [{"name": "Colissimo pickup", "value": "750021"}],
        "shipping_lines": [{"title": "Point retrait", "code": "colissimo"}],
        "shipping_address": {"first_name": "Lucie", "last_name": "Martin", "address1": "12 rue des Lilas", "zip": "75020",
            "city": "Paris", "country_code": "FR", "phone": "0612345678"},
        "fulfillments": [{"status": "cancelled", "tracking_number": "old"}, {"status": "success", "tracking_numbers": ["6A15984040331"]}]})
    .to_string();
    let incoming =
        read(Platform::Shopify, &of_shopify(body.as_bytes(), "orders/updated"), body.as_bytes()).expect("good");
    assert_eq!((incoming.event_id.as_str(), &incoming.topic), ("e-1", &Topic::OrderUpdated));
    let order = incoming.order.expect("an order");
    assert_eq!((order.id.as_str(), order.number.as_str(), order.weight_g), ("820982911946154508", "#1001", Some(850)));
    assert_eq!((order.updated_at, order.status), (now(), OrderStatus::ToShip));
    assert_eq!(order.pickup.map(|pickup| pickup.id.to_string()).as_deref(), Some("750021"));
    assert_eq!(order.parcel_number.as_deref(), Some("6A15984040331"));
    let code = json!({"id": 1, "updated_at": "2025-12-22T06:24:00Z", "shipping_lines": [{"code": "lpc_relay:750021"}]})
        .to_string();
    let incoming =
        read(Platform::Shopify, &of_shopify(code.as_bytes(), "orders/create"), code.as_bytes()).expect("good");
    assert_eq!(
        incoming.order.and_then(|order| order.pickup).map(|pickup| pickup.id.to_string()).as_deref(),
        Some("750021")
    );
}

#[test]
fn what_is_not_signed_is_refused_and_said_why() {
    let body = woo_order().to_string();
    let good = of_woo(body.as_bytes(), "order.created", "d-1");
    let other = read_webhook(Platform::WooCommerce, b"other", &Reading::default(), &good, body.as_bytes());
    assert_eq!(other, Err(WebhookRefusal::Signature));
    let empty = read_webhook(Platform::WooCommerce, b"", &Reading::default(), &of_woo(b"", "x", "d"), b"");
    assert_eq!(empty, Err(WebhookRefusal::Signature), "an empty secret opens nothing");
    let mut without = good.clone();
    without.remove("x-wc-webhook-delivery-id");
    assert_eq!(
        read(Platform::WooCommerce, &without, body.as_bytes()),
        Err(WebhookRefusal::Header("X-WC-Webhook-Delivery-ID"))
    );
    assert_eq!(read(Platform::WooCommerce, &of_woo(b"[1]", "order.created", "d"), b"[1]"), Err(WebhookRefusal::Body));
    assert_eq!(read(Platform::Shopify, &good, body.as_bytes()), Err(WebhookRefusal::Header("X-Shopify-Hmac-Sha256")));
    assert_eq!(read(Platform::PrestaShop, &good, body.as_bytes()), Err(WebhookRefusal::NoWebhooks));
}
