//! A PrestaShop order and what it names.

use super::Rows;
use crate::{
    OrderStatus, Pickup, Reading, ShopOrder,
    address::ShopAddress,
    fields::{self, Fields},
    pickup::{self, Found},
    times,
};
use jiff::tz::TimeZone;
use serde_json::Value;

/// What orders only name.
#[derive(Default)]
pub(super) struct Around {
    pub(super) addresses: Rows,
    pub(super) countries: Rows,
    pub(super) customers: Rows,
    /// Rows of `order_carriers` by order.
    pub(super) parcels: Rows,
    pub(super) carriers: Rows,
    pub(super) states: Rows,
}

/// Reads an order.
///
/// # Errors
/// Which field is missing or wrong, without its value.
pub(super) fn read(
    order: Fields<'_>,
    around: &Around,
    reading: &Reading,
    zone: &TimeZone,
) -> Result<ShopOrder, String> {
    let id = order.text("id").ok_or("id: missing")?;
    let time = |name: &str| order.text(name).and_then(|text| times::local(&text, zone));
    let updated_at = time("date_upd").ok_or("date_upd: missing, or no date and time")?;
    let address = named(order, "id_address_delivery", &around.addresses);
    if !address.is_object() {
        return Err("id_address_delivery: the shop shows no such address; may the key read addresses?".to_owned());
    }
    let parcel = found(Some(&id), &around.parcels);
    let method = named(order, "id_carrier", &around.carriers).text("name");
    let (pickup, pickup_unread) = pickup_of(order, address, method.as_deref(), reading);
    Ok(ShopOrder {
        number: order.text("reference").unwrap_or_else(|| id.clone()),
        status: status(order, &around.states),
        placed_at: time("date_add").unwrap_or(updated_at),
        updated_at,
        buyer: buyer(order, address, around)?.into_fields(),
        pickup,
        pickup_unread,
        weight_g: parcel.text("weight").and_then(|kg| fields::grams_of_kg(&kg)),
        shipping_method: method,
        parcel_number: parcel.text("tracking_number").or_else(|| order.text("shipping_number")),
        total: order.text("total_paid"),
        currency: None,
        id,
    })
}

/// The row that an order names in this field.
fn named<'a>(order: Fields<'_>, field: &str, rows: &'a Rows) -> Fields<'a> {
    found(order.text(field).as_deref(), rows)
}

fn found<'a>(id: Option<&str>, rows: &'a Rows) -> Fields<'a> {
    Fields::new(id.and_then(|id| rows.get(id)).unwrap_or(&Value::Null))
}

fn buyer(order: Fields<'_>, address: Fields<'_>, around: &Around) -> Result<ShopAddress, String> {
    let country = named(address, "id_country", &around.countries).text("iso_code");
    let country = country.ok_or("id_country: the shop shows no such country; may the key read countries?")?;
    Ok(ShopAddress {
        company: address.text("company"),
        first_name: address.text("firstname"),
        last_name: address.text("lastname"),
        line1: address.text("address1"),
        line2: address.text("address2"),
        postal_code: address.text("postcode"),
        city: address.text("city"),
        country: Some(country),
        phones: [address.text("phone_mobile"), address.text("phone")].into_iter().flatten().collect(),
        email: named(order, "id_customer", &around.customers).text("email"),
    })
}

/// The point that was chosen, and whether one was whose id cannot be read.
fn pickup_of(
    order: Fields<'_>,
    address: Fields<'_>,
    method: Option<&str>,
    reading: &Reading,
) -> (Option<Pickup>, bool) {
    let alias = address.text("alias").unwrap_or_default();
    let chosen = pickup::is_named(&alias) || method.is_some_and(pickup::is_named);
    let own = reading.pickup_field.as_deref().and_then(|name| address.text(name).or_else(|| order.text(name)));
    let point = |found| match found {
        Found::Point(id) => Some(id),
        Found::Unreadable | Found::Nothing => None,
    };
    let own_id = own.as_deref().map_or(Found::Nothing, pickup::read_id);
    let company = address.text("company").filter(|_| chosen);
    let id = point(own_id)
        .or_else(|| point(in_other(&address.text("other").unwrap_or_default(), chosen)))
        .or_else(|| point(company.as_deref().map_or(Found::Nothing, pickup::in_code)));
    match id {
        Some(id) => (Some(Pickup { id, label: address.text("company").filter(|_| chosen), product: None }), false),
        None => (None, chosen || own_id == Found::Unreadable),
    }
}

/// The id in an address's free field: alone, or at the end where a pickup point is spoken of.
fn in_other(other: &str, chosen: bool) -> Found {
    match pickup::alone(other) {
        Found::Nothing if chosen || pickup::is_named(other) => pickup::read_id(other),
        found => found,
    }
}

/// Where an order stands: by what the shop says of its state, or by the states of a new installation.
fn status(order: Fields<'_>, states: &Rows) -> OrderStatus {
    let id = order.text("current_state").unwrap_or_default();
    let Some(state) = states.get(&id).map(Fields::new) else { return of_new_installation(&id) };
    let template = template(state);
    match template.as_deref() {
        Some("order_canceled" | "refund") => OrderStatus::Cancelled,
        _ if state.flag("shipped") => OrderStatus::Shipped,
        _ if state.flag("paid") => OrderStatus::ToShip,
        Some(_) | None => match of_new_installation(&id) {
            OrderStatus::Other(_) => OrderStatus::Pending,
            known => known,
        },
    }
}

/// The name of the mail that a state sends, in whichever language it comes first.
fn template(state: Fields<'_>) -> Option<String> {
    let languages = || state.list("template").into_iter();
    state
        .text("template")
        .or_else(|| languages().find_map(|language| language.text("value").or_else(|| language.as_text())))
}

/// The states with which a shop begins (PrestaShop, `order_state` of a new installation).
fn of_new_installation(id: &str) -> OrderStatus {
    match id {
        "1" | "8" | "10" | "12" | "13" | "14" => OrderStatus::Pending,
        "2" | "3" | "9" | "11" => OrderStatus::ToShip,
        "4" | "5" => OrderStatus::Shipped,
        "6" | "7" => OrderStatus::Cancelled,
        other => OrderStatus::Other(other.chars().take(40).collect()),
    }
}

/// Whether an order is sent or cancelled already, so that it is not to be marked as sent.
pub(super) fn is_ended(order: Fields<'_>, states: &Rows) -> bool {
    matches!(status(order, states), OrderStatus::Shipped | OrderStatus::Cancelled)
}

/// The shop's state for *sent*: that which sends the mail saying so.
pub(super) fn shipped_state(states: &Rows) -> Option<&str> {
    let is_it = |state: &Value| template(Fields::new(state)).as_deref() == Some("shipped");
    let numbers = states.iter().filter(|(_, state)| is_it(state)).map(|(id, _)| id.as_str());
    numbers.min_by_key(|id| (id.len(), *id))
}
