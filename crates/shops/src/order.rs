//! An order as every platform's module hands it on.

use clock::Time;
use parcel::{AddressFields, PickupPointId, Product};
use serde::{Deserialize, Serialize};
use std::fmt;

/// An order of a shop. `Debug` shows no private part.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShopOrder {
    /// The shop's own id, by which it is asked for the order again.
    pub id: String,
    /// The number that the buyer knows; the id where the platform has no other.
    pub number: String,
    /// Where the order stands.
    pub status: OrderStatus,
    /// When it was placed.
    pub placed_at: Time,
    /// When the shop changed it last.
    pub updated_at: Time,
    /// Where to send it, nothing checked yet.
    pub buyer: AddressFields,
    /// The pickup point that the buyer chose, if any.
    #[serde(default)]
    pub pickup: Option<Pickup>,
    /// Whether the buyer chose a pickup point whose id cannot be read. Such an order is a question, never a delivery at
    /// home.
    #[serde(default)]
    pub pickup_unread: bool,
    /// Weight of the goods in grams, where the shop knows it.
    #[serde(default)]
    pub weight_g: Option<u32>,
    /// The delivery method as the shop names it.
    #[serde(default)]
    pub shipping_method: Option<String>,
    /// The shipment number that the shop has already.
    #[serde(default)]
    pub parcel_number: Option<String>,
    /// The sum to pay, as the shop writes it.
    #[serde(default)]
    pub total: Option<String>,
    /// Its currency, three letters.
    #[serde(default)]
    pub currency: Option<String>,
}

/// Where an order stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    /// Not paid yet, or held back: nothing is to be sent.
    Pending,
    /// Paid and waiting for its parcel.
    ToShip,
    /// Sent, as far as the shop knows.
    Shipped,
    /// Cancelled, refunded or deleted.
    Cancelled,
    /// A status of the shop's own, as it names it.
    Other(String),
}

/// The pickup point that the buyer chose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pickup {
    /// The carrier's id of the point.
    pub id: PickupPointId,
    /// Its name as the buyer saw it.
    #[serde(default)]
    pub label: Option<String>,
    /// The product that the module noted with the choice.
    #[serde(default)]
    pub product: Option<Product>,
}

impl fmt::Debug for ShopOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ShopOrder")
            .field("id", &self.id)
            .field("number", &self.number)
            .field("status", &self.status)
            .field("placed_at", &self.placed_at)
            .field("updated_at", &self.updated_at)
            .field("pickup", &self.pickup)
            .field("pickup_unread", &self.pickup_unread)
            .field("weight_g", &self.weight_g)
            .field("parcel_number", &self.parcel_number)
            .finish_non_exhaustive()
    }
}
