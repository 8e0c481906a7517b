//! The columns of both records by name, and what holds between them; both ends use it.

use super::{AnnouncedParcel, Announcement, EdiError, PARCELS_MAX};
use parcel::{DeliveryMode, Product};
use std::collections::HashSet;

/// The first column of the deposit slip.
pub(super) const SLIP: &str = "BBB001";
/// The first column of a parcel.
pub(super) const PARCEL: &str = "DDD001";
/// The version of the form.
pub(super) const VERSION: &str = "02.00";
/// Characters of a site's code and name.
pub(super) const SITE_CHARACTERS_MAX: usize = 35;
/// Characters of an order number.
pub(super) const ORDER_CHARACTERS_MAX: usize = 30;
/// Characters of a parcel's reference.
pub(super) const REF_CHARACTERS_MAX: usize = 17;
/// Characters of the instructions.
pub(super) const INSTRUCTIONS_CHARACTERS_MAX: usize = 35;

/// The columns of the deposit slip.
pub(super) const SLIP_COLUMNS: [&str; 8] =
    ["record", "bordereau", "client", "handed_over", "issued", "version", "site", "site_name"];

/// The columns of a parcel.
pub(super) const PARCEL_COLUMNS: [&str; 27] = [
    "record",
    "number_prefix",
    "number_serial",
    "weight_g",
    "postal_code",
    "country",
    "product",
    "order_number",
    "parcel_ref",
    "insurance",
    "non_machinable",
    "cash_on_delivery",
    "instructions",
    "name",
    "company",
    "floor",
    "building",
    "street",
    "locality",
    "city",
    "door_code1",
    "door_code2",
    "intercom",
    "phone",
    "email",
    "mobile",
    "pickup_point",
];

/// The name of an address's column, of the field that the vocabulary calls by this name.
pub(super) fn column_of(field: &str) -> &'static str {
    match field {
        "first_name" | "last_name" => "name",
        field => PARCEL_COLUMNS.into_iter().find(|column| *column == field).unwrap_or("record"),
    }
}

/// What must hold of a whole announcement, whoever made it.
pub(super) fn check(announcement: &Announcement) -> Result<(), EdiError> {
    let count = announcement.parcels.len();
    if count == 0 || count > PARCELS_MAX {
        return Err(EdiError::new(
            1,
            "file",
            format!("an announcement has 1 to {PARCELS_MAX} parcels; this has {count}"),
        ));
    }
    let mut seen = HashSet::with_capacity(count);
    for (parcel, line) in announcement.parcels.iter().zip(2..) {
        if !seen.insert(parcel.number) {
            let problem = format!("{} stands in this file already; announce a number once", parcel.number);
            return Err(EdiError::new(line, "number_serial", problem));
        }
        check_parcel(parcel, line)?;
    }
    Ok(())
}

fn check_parcel(parcel: &AnnouncedParcel, line: usize) -> Result<(), EdiError> {
    if !is_code(&parcel.product) {
        return Err(EdiError::new(line, "product", "a product code has two to five upper-case letters or digits"));
    }
    let mode = DeliveryMode::of(&parcel.product, parcel.pickup_point);
    mode.map(drop).map_err(|e| EdiError::new(line, "pickup_point", e.problem))
}

fn is_code(product: &Product) -> bool {
    let formed = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'+';
    (2..=5).contains(&product.code().len()) && product.code().bytes().all(formed)
}
