//! Where a parcel goes as the post sees it: at home, overseas, within the Union, or beyond its customs.

use crate::Country;

/// A part of the world with rules of its own for products, numbers and customs.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Zone {
    /// Metropolitan France, Monaco and Andorra, which Colissimo serves as France.
    France,
    /// The French territories overseas: outside the Union's customs or VAT territory.
    Overseas,
    /// Another country of the European Union.
    Union,
    /// Anywhere else.
    World,
}

const UNION: [&str; 26] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV", "MT",
    "NL", "PL", "PT", "RO", "SE", "SI", "SK",
];
const OVERSEAS: [&str; 12] = ["BL", "GF", "GP", "MF", "MQ", "NC", "PF", "PM", "RE", "TF", "WF", "YT"];
/// The Canary Islands, Ceuta and Melilla by the first two digits of their postal codes.
const SPAIN_BEYOND: [&str; 4] = ["35", "38", "51", "52"];

impl Zone {
    /// The zone of an address. A French code that begins with 97 or 98 is overseas, but for 980, which is Monaco.
    pub fn of(country: Country, postal_code: &str) -> Self {
        let begins = |some: &[&str]| some.iter().any(|begin| postal_code.starts_with(begin));
        match country.as_str() {
            "FR" if begins(&["97", "98"]) && !begins(&["980"]) => Self::Overseas,
            "FR" | "MC" | "AD" => Self::France,
            "ES" if begins(&SPAIN_BEYOND) => Self::World,
            code if OVERSEAS.contains(&code) => Self::Overseas,
            code if UNION.contains(&code) => Self::Union,
            _ => Self::World,
        }
    }

    /// Whether its post counts in the numbers of the Universal Postal Union, not in Colissimo's own.
    pub fn is_abroad(self) -> bool {
        matches!(self, Self::Union | Self::World)
    }

    /// Whether goods that come from or go to this zone cross a customs or VAT border of the Union.
    pub fn is_beyond_customs(self) -> bool {
        matches!(self, Self::Overseas | Self::World)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_of_the_field() {
        for (country, code, zone) in [
            ("FR", "75002", Zone::France),
            ("FR", "97200", Zone::Overseas),
            ("FR", "98713", Zone::Overseas),
            ("FR", "98000", Zone::France),
            ("MC", "98000", Zone::France),
            ("GP", "97110", Zone::Overseas),
            ("BE", "1000", Zone::Union),
            ("ES", "28001", Zone::Union),
            ("ES", "35001", Zone::World),
            ("CH", "1201", Zone::World),
            ("GB", "SW1A 1AA", Zone::World),
        ] {
            let country: Country = country.parse().expect("a country");
            assert_eq!(Zone::of(country, code), zone, "{country} {code}");
        }
    }
}
