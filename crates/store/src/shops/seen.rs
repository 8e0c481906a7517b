//! An order as it was seen in its shop: the text that is kept, and what the tables need to know of it.

use super::Standing;
use crate::StoreError;
use clock::Time;
use parcel::{AddressFields, PickupPointId, Product};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::fmt;

/// An order as it was seen in its shop. `Debug` shows no private part.
#[derive(Clone, PartialEq, Eq)]
pub struct SeenOrder {
    pub(crate) order_id: String,
    pub(crate) number: String,
    pub(crate) status: Standing,
    pub(crate) placed_at: Time,
    pub(crate) updated_at: Time,
    pub(crate) json: String,
    pub(crate) print: [u8; 16],
    pub(crate) parcel_number: Option<String>,
    pub(crate) pickup: Option<Pickup>,
    pub(crate) pickup_unread: bool,
}

/// The pickup point that the order names, as far as the shop knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pickup {
    pub(crate) id: PickupPointId,
    pub(crate) label: Option<String>,
    pub(crate) product: Option<Product>,
}

/// What of the text the tables need to know, by the names that the room `shops` gives it.
#[derive(Deserialize)]
struct Known {
    id: String,
    number: String,
    status: Status,
    placed_at: Time,
    updated_at: Time,
    buyer: AddressFields,
    #[serde(default)]
    pickup: Option<Point>,
    #[serde(default)]
    pickup_unread: bool,
    #[serde(default)]
    parcel_number: Option<String>,
}

#[derive(Deserialize)]
struct Point {
    id: PickupPointId,
    #[serde(default)]
    label: Option<String>,
    #[serde(default)]
    product: Option<Product>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Pending,
    ToShip,
    Shipped,
    Cancelled,
    Other(serde::de::IgnoredAny),
}

impl SeenOrder {
    /// The order in this text, which the room `shops` wrote.
    ///
    /// # Errors
    /// [`StoreError::Misused`] for a text that is no order.
    pub fn read(json: String) -> Result<Self, StoreError> {
        let known: Known = serde_json::from_str(&json).map_err(|_| StoreError::Misused("an order that is not JSON"))?;
        Ok(Self {
            order_id: known.id,
            number: known.number,
            status: known.status.into(),
            placed_at: known.placed_at,
            updated_at: known.updated_at,
            print: print(&known.buyer, known.pickup.as_ref(), known.pickup_unread),
            parcel_number: known.parcel_number.filter(|number| !number.trim().is_empty()),
            pickup: known.pickup.map(|Point { id, label, product }| Pickup { id, label, product }),
            pickup_unread: known.pickup_unread,
            json,
        })
    }

    /// The platform's id.
    pub fn order_id(&self) -> &str {
        &self.order_id
    }

    /// When the shop last changed it, by the shop's own clock.
    pub fn updated_at(&self) -> Time {
        self.updated_at
    }

    /// Where it stands in the shop.
    pub fn status(&self) -> Standing {
        self.status
    }

    /// The parcel's number as the shop has it.
    pub fn parcel_number(&self) -> Option<&str> {
        self.parcel_number.as_deref()
    }
}

/// A digest of where the parcel is to go. Platforms write an address differently in their webhooks and in their answers:
/// blanks, case and what the carrier does not print are not told apart, nor telephones and e-mail.
fn print(buyer: &AddressFields, pickup: Option<&Point>, pickup_unread: bool) -> [u8; 16] {
    let parts = [
        &buyer.company,
        &buyer.last_name,
        &buyer.first_name,
        &buyer.floor,
        &buyer.building,
        &buyer.street,
        &buyer.locality,
        &buyer.postal_code,
        &buyer.city,
    ];
    let mut hash = Sha256::new();
    for part in parts {
        for word in part.as_deref().unwrap_or_default().split_whitespace() {
            hash.update(word.to_lowercase());
            hash.update([0]);
        }
        hash.update([1]);
    }
    hash.update(buyer.country.as_deref().filter(|country| !country.trim().is_empty()).unwrap_or("FR"));
    hash.update([2, u8::from(pickup_unread)]);
    hash.update(pickup.map_or("", |point| point.id.as_str()));
    let whole: [u8; 32] = hash.finalize().into();
    let mut print = [0; 16];
    print.copy_from_slice(&whole[..16]);
    print
}

impl From<Status> for Standing {
    fn from(status: Status) -> Self {
        match status {
            Status::Pending => Self::Pending,
            Status::ToShip => Self::ToShip,
            Status::Shipped => Self::Shipped,
            Status::Cancelled => Self::Cancelled,
            Status::Other(_) => Self::Other,
        }
    }
}

impl fmt::Debug for SeenOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SeenOrder({}, {:?}, {}, …)", self.number, self.status, self.updated_at)
    }
}
