//! A Shopify order, in the shape of GraphQL and in that of webhooks.

use crate::{
    OrderStatus, Pickup, Reading, ShopOrder,
    address::ShopAddress,
    fields::{self, Fields},
    pickup::{self, Found},
    times,
};
use parcel::Product;

/// Names of attributes that hold the name of the chosen point.
const LABELS: [&str; 4] = ["lpc_pickup_label", "pickup_point_name", "pickup_point_label", "Colissimo pickup name"];
/// Names of attributes that hold the product that goes there.
const PRODUCTS: [&str; 2] = ["lpc_pickup_product", "pickup_point_product"];

/// The parts in which the two shapes differ.
struct Shape<'a> {
    created: &'a str,
    updated: &'a str,
    cancelled: &'a str,
    financial: &'a str,
    fulfillment: &'a str,
    /// The list of attributes, and the name of each.
    attributes: (&'a str, &'a str),
}

const GRAPHQL: Shape<'static> = Shape {
    created: "createdAt",
    updated: "updatedAt",
    cancelled: "cancelledAt",
    financial: "displayFinancialStatus",
    fulfillment: "displayFulfillmentStatus",
    attributes: ("customAttributes", "key"),
};

const REST: Shape<'static> = Shape {
    created: "created_at",
    updated: "updated_at",
    cancelled: "cancelled_at",
    financial: "financial_status",
    fulfillment: "fulfillment_status",
    attributes: ("note_attributes", "name"),
};

/// The number at the end of the order's id, by which webhooks name it too.
pub(super) fn id(order: Fields<'_>) -> Option<String> {
    let id = order.first(&["legacyResourceId", "id", "admin_graphql_api_id"])?;
    let number = id.rsplit('/').next().unwrap_or_default();
    let number = number.split('?').next().unwrap_or_default();
    (!number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())).then(|| number.to_owned())
}

/// Reads an order as GraphQL answers it.
///
/// # Errors
/// Which field is missing or wrong, without its value.
pub(super) fn of_graphql(order: Fields<'_>, reading: &Reading) -> Result<ShopOrder, String> {
    let money = order.at("currentTotalPriceSet").at("shopMoney");
    let line = order.at("shippingLine");
    let numbers = order.nodes("fulfillments").into_iter().filter(|made| stands(*made));
    let number = numbers.flat_map(|made| made.list("trackingInfo")).find_map(|info| info.text("number"));
    let read = ShopOrder {
        weight_g: weight(order.text("totalWeight")),
        shipping_method: line.first(&["title", "code"]),
        parcel_number: number,
        total: money.text("amount"),
        currency: money.text("currencyCode"),
        ..common(order, &GRAPHQL)?
    };
    Ok(with_pickup(read, order, &GRAPHQL, &[line], reading))
}

/// Reads an order as webhooks carry it.
///
/// # Errors
/// Which field is missing or wrong, without its value.
pub(super) fn of_webhook(order: Fields<'_>, reading: &Reading) -> Result<ShopOrder, String> {
    let lines = order.list("shipping_lines");
    let made = order.list("fulfillments").into_iter().filter(|made| stands(*made));
    let number = |made: Fields<'_>| made.list("tracking_numbers").iter().find_map(|n| n.as_text());
    let parcel_number = made.into_iter().find_map(|made| made.text("tracking_number").or_else(|| number(made)));
    let read = ShopOrder {
        weight_g: weight(order.text("total_weight")),
        shipping_method: lines.iter().find_map(|line| line.first(&["title", "code"])),
        parcel_number,
        total: order.first(&["current_total_price", "total_price"]),
        currency: order.text("currency"),
        ..common(order, &REST)?
    };
    Ok(with_pickup(read, order, &REST, &lines, reading))
}

fn common(order: Fields<'_>, shape: &Shape<'_>) -> Result<ShopOrder, String> {
    let id = id(order).ok_or("id: missing, or no order's")?;
    let time = |name: &str| order.text(name).and_then(|text| times::utc(&text));
    let updated_at = time(shape.updated).ok_or_else(|| format!("{}: missing, or no date and time", shape.updated))?;
    Ok(ShopOrder {
        number: order.first(&["name", "order_number"]).unwrap_or_else(|| id.clone()),
        id,
        status: status(order, shape),
        placed_at: time(shape.created).unwrap_or(updated_at),
        updated_at,
        buyer: buyer(order).into_fields(),
        pickup: None,
        pickup_unread: false,
        weight_g: None,
        shipping_method: None,
        parcel_number: None,
        total: None,
        currency: None,
    })
}

/// Where it stands, by payment and fulfilment. A refund of a part leaves the rest to be sent.
fn status(order: Fields<'_>, shape: &Shape<'_>) -> OrderStatus {
    let upper = |name: &str| order.text(name).unwrap_or_default().to_ascii_uppercase();
    let (paid, sent) = (upper(shape.financial), upper(shape.fulfillment));
    match (paid.as_str(), sent.as_str()) {
        _ if order.has(shape.cancelled) => OrderStatus::Cancelled,
        ("REFUNDED" | "VOIDED", _) => OrderStatus::Cancelled,
        (_, "FULFILLED") => OrderStatus::Shipped,
        ("PAID" | "PARTIALLY_REFUNDED", _) => OrderStatus::ToShip,
        ("" | "PENDING" | "AUTHORIZED" | "PARTIALLY_PAID" | "EXPIRED", _) => OrderStatus::Pending,
        (other, _) => OrderStatus::Other(other.chars().take(40).collect()),
    }
}

/// A fulfilment that was not taken back, in either shape.
fn stands(made: Fields<'_>) -> bool {
    let status = made.text("status").unwrap_or_default().to_ascii_uppercase();
    !matches!(status.as_str(), "CANCELLED" | "ERROR" | "FAILURE")
}

fn weight(text: Option<String>) -> Option<u32> {
    fields::grams(text?.parse().ok()?)
}

fn buyer(order: Fields<'_>) -> ShopAddress {
    let address = match order.at("shippingAddress") {
        there if there.is_object() => there,
        _ => order.at("shipping_address"),
    };
    ShopAddress {
        company: address.text("company"),
        first_name: address.first(&["firstName", "first_name"]),
        last_name: address.first(&["lastName", "last_name", "name"]),
        line1: address.text("address1"),
        line2: address.text("address2"),
        postal_code: address.text("zip"),
        city: address.text("city"),
        country: address.first(&["countryCodeV2", "countryCode", "country_code"]),
        phones: [address.text("phone"), order.text("phone")].into_iter().flatten().collect(),
        email: order.first(&["email", "contact_email"]),
    }
}

/// The choice of a pickup point: among the order's attributes, or at the end of a delivery method's code.
fn with_pickup(
    read: ShopOrder,
    order: Fields<'_>,
    shape: &Shape<'_>,
    lines: &[Fields<'_>],
    reading: &Reading,
) -> ShopOrder {
    let (list, name) = shape.attributes;
    let attributes = order.list(list).into_iter().filter_map(|a| Some((a.text(name)?, a.text("value")?)));
    let attributes: Vec<_> = attributes.collect();
    let found = match pickup::find(&attributes, reading) {
        Found::Nothing => by_method(lines),
        found => found,
    };
    let named = |names: &[&str]| {
        let is_it = |(name, _): &&(String, String)| names.iter().any(|known| known.eq_ignore_ascii_case(name));
        attributes.iter().find(is_it).map(|(_, value)| value.clone())
    };
    match found {
        Found::Point(id) => {
            let product = named(&PRODUCTS).map(Product::from);
            ShopOrder { pickup: Some(Pickup { id, label: named(&LABELS), product }), ..read }
        }
        Found::Unreadable => ShopOrder { pickup_unread: true, ..read },
        Found::Nothing => read,
    }
}

/// What the delivery methods say: the point at the end of a code, or that there is one whose id stands nowhere.
fn by_method(lines: &[Fields<'_>]) -> Found {
    let codes = lines.iter().filter_map(|line| line.text("code"));
    let found = codes.map(|code| pickup::in_code(&code)).find(|found| *found != Found::Nothing);
    let mut names = lines.iter().flat_map(|line| [line.text("code"), line.text("title")]).flatten();
    found.unwrap_or_else(|| if names.any(|name| pickup::is_named(&name)) { Found::Unreadable } else { Found::Nothing })
}
