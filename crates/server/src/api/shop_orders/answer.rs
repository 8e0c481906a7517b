//! What a merchant is told about the orders of its shops. No private data is in any of it.

use parcel::ShipmentId;
use serde::Serialize;
use shops::ShopOrder;
use store::{Folded, OrderStep, Standing, StoredOrder};
use utoipa::ToSchema;

/// An order of a shop.
#[derive(Serialize, ToSchema)]
#[schema(as = ShopOrder)]
pub(crate) struct ShopOrderAnswer {
    /// Its id here.
    #[schema(example = "ord_3f5a9c0d1e2b4a687788")]
    id: String,
    /// Its shop.
    shop: String,
    /// The platform's own id.
    order_id: String,
    /// The number that the buyer knows.
    number: String,
    /// Where it stands in the shop: pending, to_ship, shipped, cancelled, other or deleted.
    status: &'static str,
    /// When it was placed, RFC 3339.
    #[schema(format = DateTime)]
    placed_at: String,
    /// When the shop last changed it, by the shop's own clock, RFC 3339.
    #[schema(format = DateTime)]
    updated_at: String,
    /// When it last came here with something new, RFC 3339.
    #[schema(format = DateTime)]
    seen_at: String,
    /// How far it has come here: kept, new (its label is about to be asked for), asked, told (the shop has the number) or
    /// person.
    step: &'static str,
    /// What a person has to decide.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    /// Whether the shop is still to be told something, or a person has to decide something.
    out_of_step: bool,
    /// The shipment that was made of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "uuid")]
    shipment: Option<ShipmentId>,
    /// The parcel's number on the label.
    #[serde(skip_serializing_if = "Option::is_none")]
    parcel_number: Option<String>,
    /// The parcel's number as the shop has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    shop_parcel_number: Option<String>,
    /// When the shop was told the number, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    told_at: Option<String>,
    /// What the shop is still to be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    telling: Option<TellingAnswer>,
    /// What the buyer ordered of the delivery. Only when one order is read, and while it is kept whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery: Option<OrderDelivery>,
}

/// The news that a shop is still to be told.
#[derive(Serialize, ToSchema)]
#[schema(as = ShopOrderTelling)]
pub(crate) struct TellingAnswer {
    /// When it is told, or told again, RFC 3339.
    #[schema(format = DateTime)]
    due_at: String,
    /// How often it was tried.
    attempts: u32,
    /// Why the last attempt did not do.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// What the buyer ordered of the delivery.
#[derive(Serialize, ToSchema)]
#[schema(as = ShopOrderDelivery)]
pub(crate) struct OrderDelivery {
    /// The delivery method as the shop names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<String>,
    /// The pickup point that the buyer chose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pickup_point: Option<String>,
    /// What the goods weigh, in grams.
    #[serde(skip_serializing_if = "Option::is_none")]
    weight_g: Option<u32>,
    /// The sum to pay, as the shop writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<String>,
    /// Its currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<String>,
}

/// A page of orders.
#[derive(Serialize, ToSchema)]
pub(crate) struct ShopOrderList {
    /// Those placed last first.
    pub(super) orders: Vec<ShopOrderAnswer>,
    /// The path of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next: Option<String>,
}

impl From<&StoredOrder> for ShopOrderAnswer {
    fn from(order: &StoredOrder) -> Self {
        Self {
            id: order.id.clone(),
            shop: order.shop.clone(),
            order_id: order.order_id.clone(),
            number: order.number.clone(),
            status: standing(order.status),
            placed_at: order.placed_at.to_string(),
            updated_at: order.updated_at.to_string(),
            seen_at: order.seen_at.to_string(),
            step: step(order.step),
            why: order.why.clone(),
            out_of_step: order.is_out_of_step(),
            shipment: order.shipment,
            parcel_number: order.our_number.map(|number| number.to_string()),
            shop_parcel_number: order.shop_number.clone(),
            told_at: order.told_at.map(|at| at.to_string()),
            telling: order.push.as_ref().map(|push| TellingAnswer {
                due_at: push.due_at.to_string(),
                attempts: push.attempts,
                error: push.error.clone(),
            }),
            delivery: None,
        }
    }
}

impl ShopOrderAnswer {
    /// With what only one who reads a single order is told.
    pub(super) fn whole(order: &StoredOrder) -> Self {
        let text = order.json.as_deref();
        let read = text.and_then(|json| serde_json::from_str::<ShopOrder>(json).ok());
        let delivery = read.map(|order| OrderDelivery {
            method: order.shipping_method,
            pickup_point: order.pickup.map(|pickup| pickup.id.to_string()),
            weight_g: order.weight_g,
            total: order.total,
            currency: order.currency,
        });
        Self { delivery, ..Self::from(order) }
    }
}

const STANDINGS: [(Standing, &str); 6] = [
    (Standing::Pending, "pending"),
    (Standing::ToShip, "to_ship"),
    (Standing::Shipped, "shipped"),
    (Standing::Cancelled, "cancelled"),
    (Standing::Other, "other"),
    (Standing::Gone, "deleted"),
];

fn standing(standing: Standing) -> &'static str {
    STANDINGS.iter().find(|(known, _)| *known == standing).map_or("other", |(_, name)| name)
}

/// The standing with this name.
pub(super) fn standing_of(name: &str) -> Option<Standing> {
    STANDINGS.iter().find(|(_, known)| *known == name).map(|(standing, _)| *standing)
}

fn step(step: OrderStep) -> &'static str {
    match step {
        OrderStep::Kept => "kept",
        OrderStep::New => "new",
        OrderStep::Asked => "asked",
        OrderStep::Told => "told",
        OrderStep::Person => "person",
    }
}

/// What became of an order of a file.
pub(super) fn folded(folded: Folded) -> &'static str {
    match folded {
        Folded::New => "new",
        Folded::Newer => "changed",
        Folded::Same => "known",
        Folded::Older => "older",
    }
}
