//! A WooCommerce order, as REST v3 answers it and as webhooks carry it.

use crate::{
    OrderStatus, Pickup, Reading, ShopOrder,
    address::ShopAddress,
    fields::Fields,
    pickup::{self, Found},
    times,
};
use parcel::Product;

/// The meta key under which Colissimo's module keeps the parcel's number.
pub(super) const NUMBER: &str = "lpc_outward_parcel_number";
/// The meta keys under which Colissimo's module keeps the buyer's choice.
const PICKUP_ID: &str = "_lpc_meta_pickUpLocationId";
const PICKUP_LABEL: &str = "_lpc_meta_pickUpLocationLabel";
const PICKUP_PRODUCT: &str = "_lpc_meta_pickUpProductCode";
/// The delivery method of Colissimo's module that goes to a pickup point.
const RELAY: &str = "lpc_relay";

/// Reads an order.
///
/// # Errors
/// Which field is missing or wrong, without its value.
pub(super) fn read(order: Fields<'_>, reading: &Reading) -> Result<ShopOrder, String> {
    let id = order.text("id").ok_or("id: missing")?;
    let created = order.text("date_created_gmt").and_then(|text| times::utc(&text));
    let updated = order.text("date_modified_gmt").and_then(|text| times::utc(&text)).or(created);
    let updated_at = updated.ok_or("date_modified_gmt: missing, or no date and time")?;
    let (pickup, pickup_unread) = pickup_of(order, reading);
    let method = order.list("shipping_lines").into_iter().next();
    Ok(ShopOrder {
        number: order.text("number").unwrap_or_else(|| id.clone()),
        id,
        status: status(&order.text("status").unwrap_or_default()),
        placed_at: created.unwrap_or(updated_at),
        updated_at,
        buyer: buyer(order).into_fields(),
        pickup,
        pickup_unread,
        weight_g: None,
        shipping_method: method.and_then(|method| method.first(&["method_title", "method_id"])),
        parcel_number: meta(order, NUMBER),
        total: order.text("total"),
        currency: order.text("currency"),
    })
}

/// The value of a meta key, where it is a text or a number.
pub(super) fn meta(order: Fields<'_>, key: &str) -> Option<String> {
    let of_key = |entry: &Fields<'_>| entry.text("key").as_deref() == Some(key);
    order.list("meta_data").into_iter().rev().find(of_key)?.text("value")
}

/// Statuses of the platform, and those that Colissimo's module adds.
fn status(own: &str) -> OrderStatus {
    match own.strip_prefix("wc-").unwrap_or(own) {
        "pending" | "on-hold" | "failed" | "checkout-draft" => OrderStatus::Pending,
        "processing" | "lpc_ready_to_ship" => OrderStatus::ToShip,
        "completed" | "lpc_transit" | "lpc_delivered" | "lpc_anomaly" => OrderStatus::Shipped,
        "cancelled" | "refunded" | "trash" => OrderStatus::Cancelled,
        other => OrderStatus::Other(other.chars().take(40).collect()),
    }
}

/// Where it goes: the delivery address, or the billing address where there is no other.
fn buyer(order: Fields<'_>) -> ShopAddress {
    let (shipping, billing) = (order.at("shipping"), order.at("billing"));
    let to = if shipping.first(&["address_1", "postcode", "city"]).is_some() { shipping } else { billing };
    ShopAddress {
        company: to.text("company"),
        first_name: to.text("first_name"),
        last_name: to.text("last_name"),
        line1: to.text("address_1"),
        line2: to.text("address_2"),
        postal_code: to.text("postcode"),
        city: to.text("city"),
        country: to.text("country"),
        phones: [to.text("phone"), billing.text("phone")].into_iter().flatten().collect(),
        email: billing.text("email").or_else(|| to.text("email")),
    }
}

/// The pickup point that was chosen, and whether one was whose id cannot be read.
fn pickup_of(order: Fields<'_>, reading: &Reading) -> (Option<Pickup>, bool) {
    let entries = order.list("meta_data").into_iter().filter_map(|m| Some((m.text("key")?, m.text("value")?)));
    let entries: Vec<_> = entries.collect();
    let found = match (reading.pickup_field.as_deref(), meta(order, PICKUP_ID)) {
        (None, Some(own)) => pickup::read_id(&own),
        _ => pickup::find(&entries, reading),
    };
    let relay = order.list("shipping_lines").iter().any(|line| line.text("method_id").as_deref() == Some(RELAY));
    match found {
        Found::Point(id) => {
            let product = meta(order, PICKUP_PRODUCT).map(Product::from);
            (Some(Pickup { id, label: meta(order, PICKUP_LABEL), product }), false)
        }
        Found::Unreadable => (None, true),
        Found::Nothing => (None, relay || meta(order, PICKUP_PRODUCT).is_some()),
    }
}
