//! What WooCommerce is asked and told, in bytes.

use super::order::NUMBER;
use crate::{
    Shipped, times,
    wire::{self, encoded},
};
use bytes::Bytes;
use clock::Time;
use exchange::Request;
use http::Method;
use serde_json::{Value, json};

const ROOT: &str = "/wp-json/wc/v3";

/// A page of the orders changed at this time or later, the one changed longest ago first.
///
/// `modified_after` leaves out the second that it names, so the second before is named. The time has no offset: with
/// `dates_are_gmt` the platform compares it with UTC as it stands, and with an offset it would first make it the shop's.
pub(super) fn orders(since: Time, page: u32, count: usize) -> Request {
    let second_before = Time::from_unix_ms(since.unix_ms().saturating_sub(1_000));
    let after = encoded(&times::naive_utc(second_before));
    get(format!(
        "{ROOT}/orders?modified_after={after}&dates_are_gmt=true&orderby=modified&order=asc&per_page={count}&page={page}"
    ))
}

pub(super) fn order(id: &str) -> Request {
    get(format!("{ROOT}/orders/{id}"))
}

pub(super) fn notes(order: &str) -> Request {
    get(format!("{ROOT}/orders/{order}/notes?type=customer"))
}

/// Number, carrier and address of the tracking page: the same in every language.
pub(super) fn note(order: &str, shipped: &Shipped) -> Request {
    let note = format!("{} {} – {}", shipped.carrier, shipped.parcel_number, shipped.tracking_url);
    send(Method::POST, format!("{ROOT}/orders/{order}/notes"), &json!({"note": note, "customer_note": true}))
}

pub(super) fn shipped(order: &str, shipped: &Shipped, completed: bool) -> Request {
    let mut body = json!({"meta_data": [{"key": NUMBER, "value": shipped.parcel_number.as_str()}]});
    if completed {
        body["status"] = "completed".into();
    }
    send(Method::PUT, format!("{ROOT}/orders/{order}"), &body)
}

pub(super) fn webhooks(page: u32, count: usize) -> Request {
    get(format!("{ROOT}/webhooks?per_page={count}&page={page}"))
}

pub(super) fn subscribe(topic: &str, url: &str, secret: &str) -> Request {
    let body = json!({
        "name": format!("Tournée {topic}"),
        "topic": topic,
        "delivery_url": url,
        "secret": secret,
        "status": "active",
    });
    send(Method::POST, format!("{ROOT}/webhooks"), &body)
}

/// The secret goes along: a webhook that somebody made by hand may be signed with another, which nobody can read back.
pub(super) fn enable(id: &str, secret: &str) -> Request {
    send(Method::PUT, format!("{ROOT}/webhooks/{id}"), &json!({"status": "active", "secret": secret}))
}

fn get(path_and_query: String) -> Request {
    wire::request(Method::GET, path_and_query, Vec::new(), None)
}

fn send(method: Method, path: String, body: &Value) -> Request {
    wire::request(method, path, Vec::new(), Some(("application/json", Bytes::from(body.to_string()))))
}
