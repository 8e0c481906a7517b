//! Products and delivery modes: what was sold, and where the buyer wants the parcel.

use crate::{Invalid, ParcelNumber, PickupPointId, S10Number, Zone};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A Colissimo product, by its code in `service.productCode`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Product {
    /// `DOM`: home, without signature; numbers begin with 6A.
    Dom,
    /// `DOS`: home, with signature; numbers begin with 6C.
    Dos,
    /// `HD`: any pickup point or post office.
    Hd,
    /// `BPR`: post office (older); numbers begin with 6H.
    Bpr,
    /// `A2P`: shop that takes parcels (older); numbers begin with 6M.
    A2p,
    /// `CORE`: return within France; numbers begin with 8R.
    Core,
    /// `CORI`: return from abroad; numbers begin with 7R or 5R.
    Cori,
    /// `COM`: overseas, without signature; numbers begin with 8Q.
    Com,
    /// `CDS`: overseas, with signature; numbers begin with 7Q.
    Cds,
    /// `COL`: home, with signature, within one territory overseas; numbers begin with 9V.
    Col,
    /// `COLD`: home, without signature, within one territory overseas; numbers begin with 9L.
    Cold,
    /// `COLI`: the international offer by its older code.
    Coli,
    /// `CMT`: a partner's shop abroad.
    Cmt,
    /// `BDP`: a partner's post office abroad.
    Bdp,
    /// `PCS`: a parcel locker abroad.
    Pcs,
    /// Any other code, as it came: passed on to the carrier, who knows better.
    Other(String),
}

impl Product {
    /// Every product that this system knows.
    pub const KNOWN: [Self; 15] = [
        Self::Dom,
        Self::Dos,
        Self::Hd,
        Self::Bpr,
        Self::A2p,
        Self::Core,
        Self::Cori,
        Self::Com,
        Self::Cds,
        Self::Col,
        Self::Cold,
        Self::Coli,
        Self::Cmt,
        Self::Bdp,
        Self::Pcs,
    ];

    /// The carrier's code of the product.
    pub fn code(&self) -> &str {
        match self {
            Self::Dom => "DOM",
            Self::Dos => "DOS",
            Self::Hd => "HD",
            Self::Bpr => "BPR",
            Self::A2p => "A2P",
            Self::Core => "CORE",
            Self::Cori => "CORI",
            Self::Com => "COM",
            Self::Cds => "CDS",
            Self::Col => "COL",
            Self::Cold => "COLD",
            Self::Coli => "COLI",
            Self::Cmt => "CMT",
            Self::Bdp => "BDP",
            Self::Pcs => "PCS",
            Self::Other(code) => code,
        }
    }

    /// The first two characters of a number of this product to France and overseas; `None` where it has none there.
    pub fn number_prefix(&self) -> Option<&'static str> {
        match self {
            Self::Dom => Some("6A"),
            Self::Dos => Some("6C"),
            Self::Bpr => Some("6H"),
            Self::A2p | Self::Hd => Some("6M"),
            Self::Core => Some("8R"),
            Self::Cori => Some("7R"),
            Self::Com => Some("8Q"),
            Self::Cds => Some("7Q"),
            Self::Col => Some("9V"),
            Self::Cold => Some("9L"),
            Self::Coli | Self::Cmt | Self::Bdp | Self::Pcs | Self::Other(_) => None,
        }
    }

    /// The series in which parcels of this product to this zone are numbered; `None` where it is not known.
    ///
    /// Abroad the numbers are the Universal Postal Union's, CP at home and EY at a pickup point. Colissimo has more
    /// indicators than these two, by partner; which one a parcel gets is the carrier's to say.
    pub fn series(&self, to: Zone) -> Option<Series> {
        match self {
            Self::Other(_) => None,
            Self::Core | Self::Cori => self.number_prefix().map(Series::Colissimo),
            _ if to.is_abroad() && self.is_out_of_home() => Some(Series::S10("EY")),
            _ if to.is_abroad() => Some(Series::S10("CP")),
            _ => self.number_prefix().map(Series::Colissimo),
        }
    }

    /// Whether parcels of this product go from the buyer back to the shop.
    pub fn is_return(&self) -> bool {
        matches!(self, Self::Core | Self::Cori)
    }

    /// Whether parcels of this product go to a pickup point that the buyer chose.
    pub fn is_out_of_home(&self) -> bool {
        matches!(self, Self::Hd | Self::Bpr | Self::A2p | Self::Cmt | Self::Bdp | Self::Pcs)
    }
}

/// A series of parcel numbers, by the two characters with which they begin.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Series {
    /// Colissimo's own, for example `6A`.
    Colissimo(&'static str),
    /// The Universal Postal Union's, issued in France, for example `CP`.
    S10(&'static str),
}

impl Series {
    /// The two characters.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Colissimo(prefix) | Self::S10(prefix) => prefix,
        }
    }

    /// The number of this serial, with its check digit.
    ///
    /// # Errors
    /// When the serial has more than ten digits, or more than eight abroad.
    pub fn number(self, serial: u64) -> Result<ParcelNumber, Invalid> {
        match self {
            Self::Colissimo(prefix) => ParcelNumber::from_serial(prefix, serial),
            Self::S10(indicator) => S10Number::from_serial(indicator, serial, "FR").map(ParcelNumber::S10),
        }
    }
}

impl From<String> for Product {
    fn from(code: String) -> Self {
        Self::KNOWN.into_iter().find(|p| p.code() == code).unwrap_or(Self::Other(code))
    }
}

impl From<Product> for String {
    fn from(p: Product) -> Self {
        p.code().to_owned()
    }
}

impl FromStr for Product {
    type Err = Invalid;

    /// Only known products: for requests in our own words, where an unknown product is a mistake to point out.
    fn from_str(s: &str) -> Result<Self, Invalid> {
        match Self::from(s.to_owned()) {
            Self::Other(_) => {
                let known = Self::KNOWN.map(|p| p.code().to_owned()).join(", ");
                Err(Invalid::new("product", format!("not a product we know; one of {known}")))
            }
            known => Ok(known),
        }
    }
}

impl fmt::Display for Product {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Where the parcel is to end: what the buyer chose, which nothing may change silently.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryMode {
    /// At the recipient's address.
    Home,
    /// At this pickup point.
    PickupPoint(PickupPointId),
}

impl DeliveryMode {
    /// The mode of a product with or without a pickup point: one must be given for a product out of home, and
    /// must not be for one to the home (Colissimo SLS, `parcel.pickupLocationId`; error ids 30400, 30401).
    ///
    /// # Errors
    /// When the two do not go together.
    pub fn of(product: &Product, point: Option<PickupPointId>) -> Result<Self, Invalid> {
        match (product, point) {
            (p, None) if p.is_out_of_home() => {
                Err(Invalid::new("pickup_point", format!("{p} delivers to a pickup point: give its six-character id")))
            }
            (p, Some(_)) if !p.is_out_of_home() && !matches!(p, Product::Other(_)) => Err(Invalid::new(
                "pickup_point",
                format!("{p} delivers to the address: leave the pickup point out, or choose HD"),
            )),
            (_, Some(id)) => Ok(Self::PickupPoint(id)),
            (_, None) => Ok(Self::Home),
        }
    }

    /// The pickup point, if that is the mode.
    pub fn pickup_point(&self) -> Option<PickupPointId> {
        match self {
            Self::PickupPoint(id) => Some(*id),
            Self::Home => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_read_back_and_unknown_ones_are_kept() {
        for p in Product::KNOWN {
            assert_eq!(Product::from(p.code().to_owned()), p);
        }
        assert_eq!(Product::from("CECO".to_owned()), Product::Other("CECO".to_owned()));
        assert!("CECO".parse::<Product>().is_err());
    }

    #[test]
    fn a_series_is_of_the_product_and_where_it_goes() {
        let first = |product: Product, zone| {
            let series = product.series(zone)?;
            Some(series.number(12_345_678).expect("a number").to_string())
        };
        assert_eq!(first(Product::Dom, Zone::France).as_deref(), Some("6A00123456784"));
        assert_eq!(first(Product::Com, Zone::Overseas).map(|n| n[..2].to_owned()).as_deref(), Some("8Q"));
        assert_eq!(first(Product::Dos, Zone::Union).as_deref(), Some("CP123456785FR"));
        assert_eq!(first(Product::Hd, Zone::Union).map(|n| n[..2].to_owned()).as_deref(), Some("EY"));
        assert_eq!(first(Product::Cori, Zone::France).map(|n| n[..2].to_owned()).as_deref(), Some("7R"));
        assert_eq!(first(Product::Coli, Zone::France), None);
        assert_eq!(first(Product::Other("X".into()), Zone::World), None);
        assert!(Series::S10("CP").number(100_000_000).is_err());
    }

    #[test]
    fn the_mode_needs_the_right_point() {
        let point: PickupPointId = "006254".parse().expect("a good id");
        assert_eq!(DeliveryMode::of(&Product::Hd, Some(point)), Ok(DeliveryMode::PickupPoint(point)));
        assert_eq!(DeliveryMode::of(&Product::Dom, None), Ok(DeliveryMode::Home));
        assert!(DeliveryMode::of(&Product::Hd, None).is_err());
        assert!(DeliveryMode::of(&Product::Dom, Some(point)).is_err());
    }
}
