//! What announcements of local labels brought: the parcels, and what should never have come.
//!
//! Append-only. A number is taken in once, by its first announcement; what breaks the rules of local numbers is counted and
//! named, for the invariants. The same file delivered again under its name is the same file. No name and no address is kept.

use carriers::colissimo::edi::{self, Announcement};
use clock::Time;
use label::Range;
use parcel::{ClientNumber, DeliveryMode, OrderNumber, ParcelNumber, PickupPointId, Product, Weight};
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// One parcel that was announced.
#[derive(Clone, Debug, PartialEq)]
pub struct Announced {
    /// The number that its label carries.
    pub number: ParcelNumber,
    /// Whose it is.
    pub client: ClientNumber,
    /// The deposit slip on which it stood.
    pub bordereau: u32,
    /// The merchant's order number.
    pub order_number: Option<OrderNumber>,
    /// What was sold.
    pub product: Product,
    /// Where the parcel is to end.
    pub mode: DeliveryMode,
    /// Its weight.
    pub weight: Weight,
    /// When the file was taken in.
    pub at: Time,
}

/// What is wrong with an announced number, or a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Offence {
    /// The number was announced before, in another file.
    Twice,
    /// The web service made a label of this number.
    AlsoMade,
    /// The number is in none of the ranges that were given out for local labels.
    OutsideRange,
    /// The file is not an announcement; nothing of it was taken in.
    Unreadable,
}

/// Everything that was announced.
#[derive(Clone, Debug, Default)]
pub struct Announcements {
    parcels: Vec<Announced>,
    places: HashMap<ParcelNumber, usize>,
    files: HashMap<String, [u8; 32]>,
    offences: Vec<(Offence, String)>,
}

impl Announcements {
    /// Every parcel, in the order in which they came.
    pub fn parcels(&self) -> &[Announced] {
        &self.parcels
    }

    /// The announcement of this number.
    pub fn get(&self, number: &ParcelNumber) -> Option<&Announced> {
        self.places.get(number).and_then(|place| self.parcels.get(*place))
    }

    /// What should never have come, each with the number or the file and the line.
    pub fn offences(&self) -> &[(Offence, String)] {
        &self.offences
    }

    /// Takes a complete file in, unless the same came before.
    pub(super) fn take(
        &mut self,
        now: Time,
        file_name: &str,
        bytes: &[u8],
        ranges: Option<&[Range]>,
        is_made: impl Fn(&ParcelNumber) -> bool,
    ) {
        let digest = Sha256::digest(bytes).into();
        if self.files.insert(file_name.to_owned(), digest) == Some(digest) {
            return;
        }
        match edi::read(bytes) {
            Ok(announcement) => self.enter(now, &announcement, ranges, is_made),
            // The error names line and column and no value.
            Err(error) => self.offences.push((Offence::Unreadable, format!("{file_name}: {error}"))),
        }
    }

    fn enter(
        &mut self,
        now: Time,
        announcement: &Announcement,
        ranges: Option<&[Range]>,
        is_made: impl Fn(&ParcelNumber) -> bool,
    ) {
        for parcel in &announcement.parcels {
            let number = ParcelNumber::from(parcel.number);
            let outside = ranges.is_some_and(|all| all.iter().all(|range| !range.contains(&parcel.number)));
            let found = [
                (self.places.contains_key(&number), Offence::Twice),
                (is_made(&number), Offence::AlsoMade),
                (outside, Offence::OutsideRange),
            ];
            self.offences.extend(found.iter().filter(|(is, _)| *is).map(|(_, offence)| (*offence, number.to_string())));
            if self.places.contains_key(&number) {
                continue;
            }
            self.places.insert(number, self.parcels.len());
            self.parcels.push(Announced {
                number,
                client: announcement.client,
                bordereau: announcement.bordereau,
                order_number: parcel.order_number.clone(),
                product: parcel.product.clone(),
                mode: mode(parcel.pickup_point),
                weight: parcel.weight,
                at: now,
            });
        }
    }
}

fn mode(point: Option<PickupPointId>) -> DeliveryMode {
    point.map_or(DeliveryMode::Home, DeliveryMode::PickupPoint)
}
