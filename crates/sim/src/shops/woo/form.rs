//! Orders, notes and the index as WooCommerce writes them.

use super::Order;
use crate::shops::{
    access::Options,
    order::{Note, country, part, second_line, telephone},
    text::{euros, paris, utc},
};
use clock::Time;
use serde_json::{Map, Value, json};

/// What delivery costs in every order, cents (assumed).
const DELIVERY_CENTS: u64 = 495;

/// An order.
pub(super) fn order(order: &Order, options: &Options) -> Value {
    let shipping = DELIVERY_CENTS.min(order.total_cents);
    let mut made = json!({
        "id": order.id,
        "parent_id": 0,
        "status": order.status,
        "currency": "EUR",
        "version": "10.3.5",
        "prices_include_tax": true,
        "discount_total": "0.00",
        "discount_tax": "0.00",
        "shipping_total": euros(shipping),
        "shipping_tax": "0.00",
        "cart_tax": "0.00",
        "total": euros(order.total_cents),
        "total_tax": "0.00",
        "customer_id": 0,
        "order_key": order.key,
        "billing": billing(order),
        "shipping": shipping_address(order),
        "payment_method": "stripe",
        "payment_method_title": "Carte bancaire",
        "transaction_id": order.transaction,
        "customer_ip_address": "",
        "customer_user_agent": "",
        "created_via": "checkout",
        "customer_note": order.customer_note,
        "cart_hash": "",
        "number": order.id.to_string(),
        "meta_data": meta(order),
        "line_items": [line(order, order.total_cents - shipping)],
        "tax_lines": [],
        "shipping_lines": [shipping_line(order, shipping)],
        "fee_lines": [],
        "coupon_lines": [],
        "refunds": [],
        "payment_url": format!("{}/commande/{}/?pay_for_order=true&key={}", options.url, order.id, order.key),
        "is_editable": matches!(order.status.as_str(), "pending" | "on-hold"),
        "needs_payment": order.status == "pending",
        "needs_processing": true,
        "currency_symbol": "€",
        "_links": links(options, &format!("orders/{}", order.id), "orders"),
    });
    put_time(&mut made, "date_created", Some(order.created));
    put_time(&mut made, "date_modified", Some(order.modified));
    put_time(&mut made, "date_completed", order.completed);
    put_time(&mut made, "date_paid", order.paid);
    made
}

/// A moment stands twice: on the shop's clocks and in UTC.
pub(super) fn put_time(object: &mut Value, name: &str, at: Option<Time>) {
    object[name] = at.map(paris).into();
    object[format!("{name}_gmt")] = at.map(utc).into();
}

fn names(order: &Order) -> Value {
    let buyer = &order.buyer;
    json!({
        "first_name": part(buyer.first_name.as_ref()),
        "last_name": part(buyer.last_name.as_ref()),
        "company": part(buyer.company.as_ref()),
        "address_1": part(buyer.street.as_ref()),
        "address_2": second_line(buyer),
        "city": part(buyer.city.as_ref()),
        "state": "",
        "postcode": part(buyer.postal_code.as_ref()),
        "country": country(buyer),
        "phone": telephone(buyer),
    })
}

fn billing(order: &Order) -> Value {
    let mut made = names(order);
    made["email"] = part(order.buyer.email.as_ref()).into();
    made
}

fn shipping_address(order: &Order) -> Value {
    names(order)
}

fn meta(order: &Order) -> Value {
    order.meta.iter().map(|meta| json!({ "id": meta.id, "key": meta.key, "value": meta.value })).collect()
}

/// The one thing that was bought.
fn line(order: &Order, cents: u64) -> Value {
    let product = product_of(order.weight_g);
    json!({
        "id": order.id * 10,
        "name": "Article",
        "product_id": product,
        "variation_id": 0,
        "quantity": 1,
        "tax_class": "",
        "subtotal": euros(cents),
        "subtotal_tax": "0.00",
        "total": euros(cents),
        "total_tax": "0.00",
        "taxes": [],
        "meta_data": [],
        "sku": format!("ART-{product}"),
        "price": f64::from(u32::try_from(cents).unwrap_or(0)) / 100.0,
        "image": { "id": "", "src": "" },
        "parent_name": null,
    })
}

/// An order does not say what it weighs, its products do. This shop has a product for every weight.
const PRODUCT_FIRST: u64 = 1_000_000;

fn product_of(weight_g: u32) -> u64 {
    PRODUCT_FIRST + u64::from(weight_g)
}

/// The product with this id.
pub(super) fn product(id: u64, options: &Options) -> Option<Value> {
    let weight_g = id.checked_sub(PRODUCT_FIRST).filter(|grams| *grams <= 30_000)?;
    Some(json!({
        "id": id,
        "name": "Article",
        "type": "simple",
        "status": "publish",
        "sku": format!("ART-{id}"),
        "weight": format!("{}.{:03}", weight_g / 1_000, weight_g % 1_000),
        "dimensions": { "length": "", "width": "", "height": "" },
        "virtual": false,
        "_links": links(options, &format!("products/{id}"), "products"),
    }))
}

fn shipping_line(order: &Order, cents: u64) -> Value {
    let method_id = if order.pickup().is_some() { "lpc_relay" } else { "lpc_nosign" };
    json!({
        "id": order.id * 10 + 1,
        "method_title": order.method,
        "method_id": method_id,
        "instance_id": "1",
        "total": euros(cents),
        "total_tax": "0.00",
        "taxes": [],
        "tax_status": "taxable",
        "meta_data": [],
    })
}

/// A note on an order.
pub(super) fn note(note: &Note, order: u64, options: &Options) -> Value {
    let mut made = json!({
        "id": note.id,
        "author": if note.by_system { "system" } else { "API" },
        "note": note.text,
        "customer_note": note.to_customer,
        "_links": links(options, &format!("orders/{order}/notes/{}", note.id), &format!("orders/{order}/notes")),
    });
    put_time(&mut made, "date_created", Some(note.at));
    made
}

/// The links of a thing and of the list it stands in.
pub(super) fn links(options: &Options, own: &str, list: &str) -> Value {
    let base = format!("{}{}", options.url, super::API);
    json!({ "self": [{ "href": format!("{base}/{own}") }], "collection": [{ "href": format!("{base}/{list}") }] })
}

/// What the API is, for clients that look first.
pub(super) fn index(options: &Options, path: &str) -> Value {
    let routes: Map<String, Value> = ["/wc/v3", "/wc/v3/orders", "/wc/v3/orders/(?P<id>[\\d]+)", "/wc/v3/webhooks"]
        .into_iter()
        .map(|route| (route.to_owned(), json!({ "namespace": "wc/v3", "methods": ["GET"] })))
        .collect();
    if path == super::API {
        return json!({ "namespace": "wc/v3", "routes": routes });
    }
    json!({
        "name": options.name,
        "description": "",
        "url": options.url,
        "home": options.url,
        "gmt_offset": "1",
        "timezone_string": "Europe/Paris",
        "namespaces": ["wp/v2", "wc/v3"],
        "authentication": [],
        "routes": routes,
    })
}

/// Only these fields, when some are named.
pub(super) fn fields(whole: Value, wanted: &[&str]) -> Value {
    match whole {
        Value::Object(map) if !wanted.is_empty() => {
            Value::Object(map.into_iter().filter(|(name, _)| wanted.contains(&name.as_str())).collect())
        }
        other => other,
    }
}

/// A status as people read it.
pub(super) fn title(status: &str) -> &str {
    match status {
        "pending" => "Pending payment",
        "processing" => "Processing",
        "on-hold" => "On hold",
        "completed" => "Completed",
        "cancelled" => "Cancelled",
        "refunded" => "Refunded",
        "failed" => "Failed",
        other => other,
    }
}
