//! What a merchant sends to `POST /v1/shipments`, and how it becomes a shipment.

use super::customs::CustomsRequest;
use crate::problem::Problem;
use jiff::civil::Date;
use parcel::{Address, AddressFields, Cents, DeliveryMode, Invalid, LabelFormat, Letter, Product, Shipment};
use parcel::{ShipmentParts, Undeliverable, Weight};
use serde::Deserialize;
use utoipa::ToSchema;

/// One parcel to be labelled, in this API's words.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShipmentRequest {
    /// Your order number, 1 to 30 printable characters without accents. The carrier gives it back in tracking, so it
    /// helps to find out what became of a request whose answer was lost.
    #[schema(example = "CMD-2025-0042", max_length = 30)]
    order_number: Option<String>,
    /// Your name for this parcel of the order, 1 to 17 characters without accents.
    #[schema(max_length = 17)]
    parcel_ref: Option<String>,
    /// The parcel number, where your contract gives you a range of numbers to choose from.
    #[schema(example = "6A15984040331")]
    parcel_number: Option<String>,
    /// The carrier's product: DOM (home), DOS (home, signed for), HD, BPR, A2P (pickup point), CORE, CORI (returns, where
    /// the buyer is the sender), COM, CDS (overseas), COL, COLD (within one territory overseas), COLI (international),
    /// CMT, BDP, PCS (pickup point abroad).
    #[schema(example = "DOM")]
    product: String,
    /// The pickup point that the buyer chose: six characters. Needed for products to a pickup point, not allowed for the
    /// others.
    #[schema(example = "006254")]
    pickup_point: Option<String>,
    /// The signed record of what the buyer chose, as `POST /v1/pickup-choices` gave it. Where the point that you ask for is
    /// another one, the shipment becomes a question. Only for a single shipment: in an order or a batch the choice that was
    /// recorded for the order's number counts.
    pub(super) pickup_choice: Option<String>,
    /// The day on which you hand the parcel over, today in Paris or later.
    #[schema(format = Date, example = "2025-12-22")]
    deposit_date: String,
    /// Weight in grams, 10 to 30,000.
    #[schema(minimum = 10, maximum = 30000, example = 1250)]
    weight_g: u32,
    /// The label's format; `PDF_10x15_300dpi` when absent.
    #[schema(example = "PDF_10x15_300dpi")]
    label_format: Option<String>,
    /// Your shop's name as the buyer knows it, up to 38 characters. Needed for a pickup point.
    #[schema(max_length = 38)]
    commercial_name: Option<String>,
    /// Insured value in euro cents.
    insurance_cents: Option<u32>,
    /// Instructions to the postman, up to 35 characters.
    #[schema(max_length = 35)]
    instructions: Option<String>,
    /// The parcel's shape is too odd for the sorting machines.
    #[serde(default)]
    non_machinable: bool,
    /// What becomes of a parcel to abroad that cannot be delivered: `return` (at your expense) or `abandon`. Some
    /// destinations need it.
    if_undeliverable: Option<UndeliverableRequest>,
    /// What customs are told.
    customs: Option<CustomsRequest>,
    /// Who sends.
    sender: AddressRequest,
    /// Who receives. A pickup point needs `mobile` and `email`.
    addressee: AddressRequest,
}

/// What becomes of a parcel that cannot be delivered.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = IfUndeliverable)]
enum UndeliverableRequest {
    Return,
    Abandon,
}

impl From<UndeliverableRequest> for Undeliverable {
    fn from(choice: UndeliverableRequest) -> Self {
        match choice {
            UndeliverableRequest::Return => Self::Return,
            UndeliverableRequest::Abandon => Self::Abandon,
        }
    }
}

/// A postal address.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Address)]
pub(crate) struct AddressRequest {
    /// Company, up to 35 characters.
    company: Option<String>,
    /// Last name, up to 35 characters; needed where there is no company.
    #[schema(example = "Martin")]
    last_name: Option<String>,
    /// First name, up to 29 characters.
    #[schema(example = "Lucie")]
    first_name: Option<String>,
    /// Floor, corridor, door; up to 35 characters.
    floor: Option<String>,
    /// Building, entrance; up to 35 characters.
    building: Option<String>,
    /// Number and street, up to 35 characters; needed.
    #[schema(example = "12 rue des Lilas")]
    street: Option<String>,
    /// Locality, up to 35 characters.
    locality: Option<String>,
    /// Postal code, needed; five digits in France.
    #[schema(example = "75020")]
    postal_code: Option<String>,
    /// City, up to 35 characters; needed.
    #[schema(example = "Paris")]
    city: Option<String>,
    /// Country, two upper-case letters; FR when absent.
    country: Option<String>,
    /// Fixed telephone.
    phone: Option<String>,
    /// Mobile telephone, digits with an optional leading +.
    mobile: Option<String>,
    /// E-mail.
    email: Option<String>,
    /// Door code, up to 8 characters.
    door_code1: Option<String>,
    /// Second door code, up to 8 characters.
    door_code2: Option<String>,
    /// Intercom, up to 30 characters.
    intercom: Option<String>,
}

impl AddressRequest {
    fn parse(self, role: &str) -> Result<Address, Invalid> {
        Address::parse(self.into_fields()).map_err(|e| e.within(role))
    }

    /// The parts as they came.
    pub(crate) fn into_fields(self) -> AddressFields {
        AddressFields {
            company: self.company,
            last_name: self.last_name,
            first_name: self.first_name,
            floor: self.floor,
            building: self.building,
            street: self.street,
            locality: self.locality,
            postal_code: self.postal_code,
            city: self.city,
            country: self.country,
            phone: self.phone,
            mobile: self.mobile,
            email: self.email,
            door_code1: self.door_code1,
            door_code2: self.door_code2,
            intercom: self.intercom,
        }
    }
}

impl ShipmentRequest {
    /// Holds the request to the rules and makes a shipment of it. Whether its day is past depends on whether it is
    /// new: see [`deposit_past`].
    ///
    /// # Errors
    /// Names the first field that is wrong and says what would be right.
    pub(crate) fn parse(self) -> Result<Shipment, Problem> {
        if self.pickup_choice.is_some() {
            let why =
                "pickup_choice goes with a single shipment; here record it for the order with POST /v1/pickup-choices.";
            return Err(Problem::invalid("pickup_choice", why));
        }
        let product: Product = self.product.parse()?;
        let point = self.pickup_point.map(|p| p.parse()).transpose()?;
        let parts = ShipmentParts {
            sender: self.sender.parse("sender")?,
            addressee: self.addressee.parse("addressee")?,
            commercial_name: self.commercial_name,
            insurance: self.insurance_cents.map(Cents),
            instructions: self.instructions,
            non_machinable: self.non_machinable,
            undeliverable: self.if_undeliverable.map(Undeliverable::from),
            customs: self.customs.map(CustomsRequest::parse).transpose()?,
        };
        let shipment = Shipment {
            order_number: self.order_number.map(|n| n.parse()).transpose()?,
            parcel_ref: self.parcel_ref,
            parcel_number: self.parcel_number.map(|n| n.parse()).transpose()?,
            mode: DeliveryMode::of(&product, point)?,
            product,
            deposit_date: deposit_date(&self.deposit_date)?,
            weight: Weight::from_grams(self.weight_g)?,
            format: self.label_format.map_or(Ok(LabelFormat::PDF_10X15), |f| f.parse())?,
            letter: Letter::Parts(Box::new(parts)),
        };
        shipment.check()?;
        Ok(shipment)
    }
}

/// A new shipment cannot be handed over on a day that is past.
pub(crate) fn deposit_past(today: Date) -> Problem {
    let why = format!("deposit_date lies in the past: in Paris it is {today}; give that day or a later one.");
    Problem::invalid("deposit_date", why)
}

/// A day as people write it in this API.
///
/// # Errors
/// Anything but YYYY-MM-DD.
pub(super) fn deposit_date(text: &str) -> Result<Date, Problem> {
    day("deposit_date", text)
}

/// The same for a field of another name.
///
/// # Errors
/// Anything but YYYY-MM-DD.
pub(super) fn day(field: &str, text: &str) -> Result<Date, Problem> {
    let well_formed = text.len() == 10 && text.as_bytes()[4] == b'-' && text.as_bytes()[7] == b'-';
    let date: Option<Date> = if well_formed { text.parse().ok() } else { None };
    date.ok_or_else(|| Problem::invalid(field, format!("{field} is a day as YYYY-MM-DD, for example 2025-12-22.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_strictly() {
        for good in ["2025-12-22", "2026-01-31"] {
            assert!(deposit_date(good).is_ok(), "{good}");
        }
        for bad in ["22/12/2025", "2025-02-30", "2025-12-22T00:00", "demain", "20251222", "éééééééééé"] {
            assert!(deposit_date(bad).is_err(), "{bad}");
        }
    }
}
