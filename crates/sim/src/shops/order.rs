//! Orders as the world places and changes them, and as the shop's own book shows them.

use clock::Time;
use parcel::{AddressFields, PickupPointId};
use std::fmt;

/// An order that a buyer places.
#[derive(Clone)]
pub struct NewOrder {
    /// Who buys, and where it is to go; for a pickup point, where the buyer lives.
    pub buyer: AddressFields,
    /// The pickup point that the buyer chose.
    pub pickup: Option<Pickup>,
    /// What it weighs, grams.
    pub weight_g: u32,
    /// The way of delivery, in words.
    pub method: String,
    /// What it costs with delivery, cents.
    pub total_cents: u64,
    /// Whether it is paid for, so that it may be sent.
    pub paid: bool,
}

impl fmt::Debug for NewOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NewOrder({} g, pickup {:?})", self.weight_g, self.pickup.as_ref().map(|p| p.id))
    }
}

/// The buyer's choice of a pickup point, as a shop's module keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pickup {
    /// Which.
    pub id: PickupPointId,
    /// Its name, as the buyer saw it.
    pub label: String,
    /// The carrier's product for it: `HD`, `BPR`, `A2P`.
    pub product: String,
}

/// What happens to an order after it was placed.
#[derive(Clone)]
pub enum Change {
    /// It is to go to another address.
    Address(AddressFields),
    /// It is paid for now.
    Pay,
    /// It is cancelled.
    Cancel,
    /// It is taken out of the shop (WooCommerce: put into the bin).
    Delete,
}

impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Address(_) => "Address",
            Self::Pay => "Pay",
            Self::Cancel => "Cancel",
            Self::Delete => "Delete",
        })
    }
}

/// Where an order stands, in words that the platforms share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Not paid for.
    Pending,
    /// To be sent.
    ToShip,
    /// Sent.
    Shipped,
    /// Cancelled.
    Cancelled,
    /// Not there any more.
    Deleted,
    /// Something else that the platform has a name for.
    Other,
}

/// A parcel number that a client wrote to an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Push {
    /// When.
    pub at: Time,
    /// The number, as it was written.
    pub number: String,
}

/// A note on an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Its id.
    pub id: u64,
    /// When it was written.
    pub at: Time,
    /// What it says.
    pub text: String,
    /// Whether the buyer sees it.
    pub to_customer: bool,
    /// Whether the shop itself wrote it.
    pub by_system: bool,
}

/// An order in the shop's own book.
#[derive(Clone)]
pub struct BookedOrder {
    /// Its id.
    pub id: u64,
    /// Its number, as people see it.
    pub number: String,
    /// Where it stands.
    pub state: State,
    /// When it was placed.
    pub placed_at: Time,
    /// When it was last changed, as the platform dates it.
    pub updated_at: Time,
    /// Where it is to go.
    pub buyer: AddressFields,
    /// The buyer's pickup point.
    pub pickup: Option<Pickup>,
    /// The parcel number that it has now.
    pub parcel_number: Option<String>,
    /// Every parcel number that was written to it, in order.
    pub pushes: Vec<Push>,
    /// Its notes, in order.
    pub notes: Vec<Note>,
}

impl fmt::Debug for BookedOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BookedOrder({}, {:?}, {:?})", self.number, self.state, self.parcel_number)
    }
}

/// A part of an address, or nothing.
pub(super) fn part(field: Option<&String>) -> &str {
    field.map_or("", String::as_str)
}

/// The telephone that a checkout has room for: the mobile one, where there is one.
pub(super) fn telephone(buyer: &AddressFields) -> &str {
    part(buyer.mobile.as_ref().or(buyer.phone.as_ref()))
}

/// The second line of an address in a shop: building, floor and locality in one.
pub(super) fn second_line(buyer: &AddressFields) -> String {
    let parts = [&buyer.building, &buyer.floor, &buyer.locality];
    parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// The buyer's country.
pub(super) fn country(buyer: &AddressFields) -> &str {
    buyer.country.as_deref().unwrap_or("FR")
}
