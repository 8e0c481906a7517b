//! The vocabulary: ids with check digits, orders, addresses, delivery modes, weights, normalised status; parsed once, never validated later.
//!
//! Everything here is made by a `parse` or a `FromStr` that refuses what is wrong, so that the rest of the
//! house can take a value at its word. Values that come from outside and that we do not know are kept as
//! they came (`Product::Other`, `Status::Unknown`), never guessed. Private data (addresses, telephones,
//! e-mail) has a `Debug` that shows none of it.

mod address;
mod client;
mod customs;
mod format;
mod id;
mod number;
mod point;
mod product;
mod returns;
mod shipment;
mod status;
mod weight;
mod zone;

pub use address::{Address, AddressFields, Country};
pub use client::ClientNumber;
pub use customs::{Article, Customs, CustomsCategory, Original};
pub use format::LabelFormat;
pub use id::{BatchId, Login, MerchantId, OrderNumber, ShipmentId};
pub use number::{ColissimoNumber, GeopostRouting, ParcelNumber, PickupPointId, S10Number, mod10_weights_3_1};
pub use point::PointKind;
pub use product::{DeliveryMode, Product, Series};
pub use returns::WayBack;
pub use shipment::{Letter, Shipment, ShipmentParts, Undeliverable};
pub use status::Status;
pub use weight::{Cents, Weight};
pub use zone::Zone;

/// Why a value was refused: which field, and what to do about it, never the value itself (it may be private).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct Invalid {
    /// Dotted path of the field in our own words, for example `addressee.postal_code`.
    pub field: String,
    /// What is wrong and what would be right, in plain English.
    pub problem: String,
}

impl Invalid {
    /// A refusal of `field`, in words that say what would be right.
    pub fn new(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { field: field.into(), problem: problem.into() }
    }

    /// The same refusal seen from one level further out: `within("addressee")` makes `city` into `addressee.city`.
    #[must_use]
    pub fn within(mut self, outer: &str) -> Self {
        self.field = format!("{outer}.{}", self.field);
        self
    }
}
