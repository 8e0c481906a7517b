//! A shipment: all that is needed to ask the carrier for one label.

use crate::{
    Address, Cents, Country, Customs, DeliveryMode, Invalid, LabelFormat, OrderNumber, ParcelNumber, Product, Weight,
    Zone,
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// One parcel to be labelled. What decisions need stands in fields of its own; the rest is in `letter`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shipment {
    /// The merchant's order number, an anchor in the carrier's tracking.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub order_number: Option<OrderNumber>,
    /// Which parcel of the order this is, in the merchant's words, up to 17 characters (`senderParcelRef`).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub parcel_ref: Option<String>,
    /// The parcel number that the merchant chose, where its contract gives it a range: the strongest anchor there is.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub parcel_number: Option<ParcelNumber>,
    /// What was sold.
    pub product: Product,
    /// Where the parcel is to end.
    pub mode: DeliveryMode,
    /// The day on which the merchant means to hand the parcel over (`depositDate`).
    pub deposit_date: Date,
    /// The weight.
    pub weight: Weight,
    /// The label's format.
    pub format: LabelFormat,
    /// Everything else that the carrier is to be told.
    pub letter: Letter,
}

/// The rest of a request, in one of the two shapes in which it reaches us.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Letter {
    /// In our own words, through our own API.
    Parts(Box<ShipmentParts>),
    /// The carrier's request as the shop's module wrote it, without the credentials: passed on whole.
    AsWritten(Box<serde_json::Value>),
}

impl std::fmt::Debug for Letter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Parts(_) => "Parts(…)",
            Self::AsWritten(_) => "AsWritten(…)",
        })
    }
}

/// The parts of a shipment that only the carrier reads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShipmentParts {
    /// Who sends.
    pub sender: Address,
    /// Who receives.
    pub addressee: Address,
    /// The shop's name as the recipient knows it (`commercialName`), up to 38 characters; needed out of home.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub commercial_name: Option<String>,
    /// Insured value.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub insurance: Option<Cents>,
    /// Instructions to the postman, up to 35 characters.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub instructions: Option<String>,
    /// Too odd a shape for the sorting machines.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub non_machinable: bool,
    /// What becomes of a parcel to abroad that cannot be delivered; where it is not said, the contract says it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub undeliverable: Option<Undeliverable>,
    /// What customs are told; needed where the parcel crosses a border of the Union.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub customs: Option<Customs>,
}

/// What becomes of a parcel to abroad that cannot be delivered (`returnTypeChoice`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Undeliverable {
    /// It comes back, at the sender's expense.
    Return,
    /// It is given up.
    Abandon,
}

impl Shipment {
    /// Holds a shipment in our own words to what the carrier asks of its product.
    ///
    /// # Errors
    /// A pickup point needs a mobile telephone, an e-mail address and the shop's name
    /// (Colissimo SLS, error ids 30220, 30222, 30018); texts keep to their lengths.
    pub fn check(&self) -> Result<(), Invalid> {
        if self.parcel_ref.as_ref().is_some_and(|r| r.is_empty() || r.len() > 17 || !r.is_ascii()) {
            return Err(Invalid::new("parcel_ref", "1 to 17 characters without accents"));
        }
        let Letter::Parts(parts) = &self.letter else { return Ok(()) };
        if parts.commercial_name.as_ref().is_some_and(|n| n.chars().count() > 38) {
            return Err(Invalid::new("commercial_name", "at most 38 characters"));
        }
        if parts.instructions.as_ref().is_some_and(|n| n.chars().count() > 35) {
            return Err(Invalid::new("instructions", "at most 35 characters"));
        }
        if self.product.is_out_of_home() {
            check_out_of_home(&self.product, parts)?;
        }
        check_way(&self.product, parts)?;
        match &parts.customs {
            Some(customs) => customs.check(self.weight).map_err(|e| e.within("customs")),
            None if parts.crosses_customs() => {
                let why = "missing: a parcel across a border of the Union, or overseas, needs a customs declaration";
                Err(Invalid::new("customs", why))
            }
            None => Ok(()),
        }
    }
}

/// Out of home the buyer is told when the parcel is there.
fn check_out_of_home(product: &Product, parts: &ShipmentParts) -> Result<(), Invalid> {
    let to = parts.addressee.fields();
    let needed = [
        ("addressee.mobile", to.mobile.is_some()),
        ("addressee.email", to.email.is_some()),
        ("commercial_name", parts.commercial_name.is_some()),
    ];
    match needed.into_iter().find(|(_, there)| !there) {
        Some((field, _)) => {
            Err(Invalid::new(field, format!("{product} needs it: the buyer is told when the parcel is there")))
        }
        None => Ok(()),
    }
}

/// A return goes from the buyer to the shop, which is in France; CORE begins there too, CORI does not.
fn check_way(product: &Product, parts: &ShipmentParts) -> Result<(), Invalid> {
    if !product.is_return() {
        return Ok(());
    }
    if parts.addressee.zone() != Zone::France {
        return Err(Invalid::new(
            "addressee.country",
            format!("{product} comes back to France: give the shop's address"),
        ));
    }
    match (product, parts.sender.zone()) {
        (Product::Core, zone) if zone != Zone::France => {
            Err(Invalid::new("product", "the buyer, who sends a return, is not in France: choose CORI"))
        }
        (Product::Cori, Zone::France) => {
            Err(Invalid::new("product", "the buyer, who sends a return, is in France: choose CORE"))
        }
        _ => Ok(()),
    }
}

impl Shipment {
    /// Lets the parcel end somewhere else, as was agreed. A number that the merchant chose from the range of another
    /// product is not this one's: it is let go.
    pub fn go_elsewhere(&mut self, product: Product, mode: DeliveryMode) {
        if self.product.number_prefix() != product.number_prefix() {
            self.parcel_number = None;
        }
        self.product = product;
        self.mode = mode;
    }
}

impl ShipmentParts {
    /// Whether the parcel crosses a customs or VAT border of the Union: it then needs a declaration.
    pub fn crosses_customs(&self) -> bool {
        let (from, to) = (&self.sender, &self.addressee);
        let department = |address: &Address| address.postal_code().get(..3).map(str::to_owned);
        let french_both = from.country() == Country::FR && to.country() == Country::FR;
        let same = from.country() == to.country() && (!french_both || department(from) == department(to));
        !same && (from.zone().is_beyond_customs() || to.zone().is_beyond_customs())
    }
}
