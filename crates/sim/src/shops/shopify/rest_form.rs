//! The same things as REST and webhooks write them.

use super::{
    Fulfillment, Order, VERSION,
    form::{self, DELIVERY_CENTS, country_name, gid, name, shipping_code, some},
    hooks::Hook,
};
use crate::shops::{
    access::Options,
    order::{country, part, second_line, telephone},
    text::{euros, utc_z},
};
use parcel::AddressFields;
use serde_json::{Value, json};

/// A subscription in REST.
pub(super) fn subscription(hook: &Hook) -> Value {
    json!({
        "id": hook.id,
        "address": hook.url,
        "topic": hook.topic,
        "created_at": utc_z(hook.created),
        "updated_at": utc_z(hook.updated),
        "format": "json",
        "fields": [],
        "metafield_namespaces": [],
        "api_version": VERSION,
        "private_metafield_namespaces": [],
    })
}

fn address(buyer: &AddressFields) -> Value {
    let code = country(buyer);
    json!({
        "first_name": some(part(buyer.first_name.as_ref())),
        "last_name": some(part(buyer.last_name.as_ref())),
        "name": name(buyer),
        "company": some(part(buyer.company.as_ref())),
        "address1": some(part(buyer.street.as_ref())),
        "address2": some(&second_line(buyer)),
        "zip": some(part(buyer.postal_code.as_ref())),
        "city": some(part(buyer.city.as_ref())),
        "province": null,
        "province_code": null,
        "country": country_name(code),
        "country_code": code,
        "phone": some(telephone(buyer)),
        "latitude": null,
        "longitude": null,
    })
}

/// An order in REST, which is also what webhooks carry.
pub(super) fn order(order: &Order, options: &Options) -> Value {
    let buyer = &order.buyer;
    let mut made = json!({
        "id": order.id,
        "admin_graphql_api_id": gid("Order", order.id),
        "name": format!("#{}", order.number),
        "number": order.number - options.first_number.min(order.number) + 1,
        "order_number": order.number,
        "created_at": utc_z(order.created),
        "processed_at": utc_z(order.created),
        "updated_at": utc_z(order.updated),
        "cancelled_at": order.cancelled.map(utc_z),
        "cancel_reason": order.cancelled.map(|_| "customer"),
        "closed_at": null,
        "confirmed": true,
        "test": false,
        "currency": "EUR",
        "email": some(part(buyer.email.as_ref())),
        "contact_email": some(part(buyer.email.as_ref())),
        "phone": some(telephone(buyer)),
        "financial_status": if order.paid { "paid" } else { "pending" },
        "fulfillment_status": status(order),
        "note": order.note,
        "tags": order.tags.join(", "),
        "total_price": euros(order.total_cents),
        "current_total_price": euros(order.total_cents),
        "total_weight": order.weight_g,
        "order_status_url": format!("{}/orders/{}", options.url, order.id),
    });
    let attributes = order.attributes.iter().map(|(name, value)| json!({ "name": name, "value": value }));
    made["note_attributes"] = attributes.collect();
    made["billing_address"] = address(buyer);
    made["shipping_address"] = address(buyer);
    made["customer"] = json!({
        "id": order.serial(),
        "email": some(part(buyer.email.as_ref())),
        "first_name": some(part(buyer.first_name.as_ref())),
        "last_name": some(part(buyer.last_name.as_ref())),
    });
    made["shipping_lines"] = json!([{
        "id": order.serial(),
        "title": order.method,
        "code": shipping_code(order),
        "source": "shopify",
        "price": euros(DELIVERY_CENTS.min(order.total_cents)),
        "carrier_identifier": null,
    }]);
    made["line_items"] = json!([line(order)]);
    made["fulfillments"] = order.fulfillments.iter().map(|f| fulfillment(f, order)).collect();
    made
}

fn status(order: &Order) -> Value {
    if order.fulfillments.is_empty() { Value::Null } else { "fulfilled".into() }
}

fn line(order: &Order) -> Value {
    json!({
        "id": order.line(),
        "name": "Article",
        "title": "Article",
        "sku": "ART-12",
        "quantity": 1,
        "grams": order.weight_g,
        "requires_shipping": true,
        "fulfillable_quantity": u8::from(order.is_open()),
        "fulfillment_status": status(order),
        "properties": [],
        "price": euros(order.total_cents.saturating_sub(DELIVERY_CENTS)),
    })
}

/// A parcel of an order in REST.
pub(super) fn fulfillment(made: &Fulfillment, order: &Order) -> Value {
    json!({
        "id": made.id,
        "admin_graphql_api_id": gid("Fulfillment", made.id),
        "order_id": order.id,
        "status": "success",
        "created_at": utc_z(made.created),
        "updated_at": utc_z(made.updated),
        "service": "manual",
        "shipment_status": null,
        "location_id": 1,
        "tracking_company": made.company,
        "tracking_number": made.number,
        "tracking_numbers": made.number.iter().collect::<Vec<_>>(),
        "tracking_url": made.url,
        "tracking_urls": made.url.iter().collect::<Vec<_>>(),
    })
}

/// What is to be fulfilled of an order, in REST.
pub(super) fn fulfillment_order(order: &Order) -> Value {
    let whole = form::fulfillment_order(order);
    json!({
        "id": order.fulfillment_order(),
        "order_id": order.id,
        "status": whole["status"].as_str().unwrap_or_default().to_lowercase(),
        "request_status": "unsubmitted",
        "assigned_location_id": 1,
        "line_items": [{
            "id": order.line(),
            "line_item_id": order.line(),
            "fulfillment_order_id": order.fulfillment_order(),
            "quantity": 1,
            "fulfillable_quantity": u8::from(order.is_open()),
        }],
    })
}
