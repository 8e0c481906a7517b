//! What a letter says of sender, addressee and customs, in whichever of the two shapes it reached us.
//!
//! A letter as a shop's module wrote it is read leniently: what is longer than the carrier prints is cut as the carrier
//! cuts it, and what has not its form is left out unless an address needs it.

use super::{
    customs_read,
    lenient::{field, text_of},
};
use parcel::{Address, AddressFields, Cents, Invalid, Letter, Series, Shipment, ShipmentParts, Undeliverable, Zone};
use serde_json::Value;
use std::borrow::Cow;

/// The parts of a shipment that only the carrier reads, in our words.
///
/// # Errors
/// When an address of a written letter lacks what every address has.
pub fn letter_parts(shipment: &Shipment) -> Result<Cow<'_, ShipmentParts>, Invalid> {
    match &shipment.letter {
        Letter::Parts(parts) => Ok(Cow::Borrowed(parts)),
        Letter::AsWritten(written) => read(written).map(Cow::Owned),
    }
}

/// Where the shipment goes; `None` where a written letter does not say.
pub fn destination(shipment: &Shipment) -> Option<Zone> {
    match &shipment.letter {
        Letter::Parts(parts) => Some(parts.addressee.zone()),
        Letter::AsWritten(written) => {
            let to = field(field(field(written, "letter"), "addressee"), "address");
            let country = text_of(to, "countryCode")?.parse().ok()?;
            Some(Zone::of(country, &text_of(to, "zipCode").unwrap_or_default()))
        }
    }
}

/// The series in which the carrier numbers this shipment, as far as it can be known.
pub fn series(shipment: &Shipment) -> Option<Series> {
    shipment.product.series(destination(shipment)?)
}

fn read(written: &Value) -> Result<ShipmentParts, Invalid> {
    let letter = field(written, "letter");
    let (service, parcel) = (field(letter, "service"), field(letter, "parcel"));
    let address = |side| address(field(field(letter, side), "address")).map_err(|e| e.within(side));
    let cents = |name| text_of(parcel, name).and_then(|text| text.parse().ok()).map(Cents);
    Ok(ShipmentParts {
        sender: address("sender")?,
        addressee: address("addressee")?,
        commercial_name: cut(service, "commercialName", 38),
        insurance: cents("insuranceValue").filter(|cents| cents.0 > 0),
        instructions: cut(parcel, "instructions", 35),
        non_machinable: text_of(parcel, "nonMachinable").as_deref() == Some("true"),
        undeliverable: match text_of(service, "returnTypeChoice").as_deref() {
            Some("2") => Some(Undeliverable::Return),
            Some("3") => Some(Undeliverable::Abandon),
            _ => None,
        },
        customs: customs_read::customs(written),
    })
}

fn address(written: &Value) -> Result<Address, Invalid> {
    let text = |name, chars_max| cut(written, name, chars_max);
    let telephone = |name| text(name, 20).filter(|t| t.bytes().filter(u8::is_ascii_digit).count() >= 6);
    let fields = AddressFields {
        company: text("companyName", 35),
        last_name: text("lastName", 35),
        first_name: text("firstName", 29),
        floor: text("line0", 35),
        building: text("line1", 35),
        street: text("line2", 35),
        locality: text("line3", 35),
        postal_code: text("zipCode", 9),
        city: text("city", 35),
        country: text("countryCode", 2),
        phone: telephone("phoneNumber"),
        mobile: telephone("mobileNumber"),
        email: text("email", 80),
        door_code1: text("doorCode1", 8),
        door_code2: text("doorCode2", 8),
        intercom: text("intercom", 30),
    };
    // A telephone or e-mail that is not one is no reason to be without the address.
    let plain = AddressFields { mobile: None, email: None, ..fields.clone() };
    Address::parse(fields).or_else(|_| Address::parse(plain))
}

/// A text on one line, not longer than its place; `None` when it is blank.
pub(super) fn cut(value: &Value, name: &str, chars_max: usize) -> Option<String> {
    let text = text_of(value, name)?;
    let line: String = text.chars().filter(|c| !c.is_control()).take(chars_max).collect();
    let line = line.trim();
    (!line.is_empty()).then(|| line.to_owned())
}
