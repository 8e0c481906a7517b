//! Numbers that parcels carry, each with the check its issuer defined.
//!
//! A number is a fixed array of ASCII bytes: small, `Copy`, and impossible to hold with a wrong check digit.

use crate::Invalid;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A Colissimo parcel number: product (2) + 10 digits + check digit, 13 characters.
///
/// Check digit: from the right of the ten digits, weights 3, 1, 3, 1…; `(10 − sum mod 10) mod 10`
/// (La Poste, label specification of Colissimo).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ColissimoNumber([u8; 13]);

impl ColissimoNumber {
    /// The number of this product prefix and serial, with its check digit worked out.
    ///
    /// # Errors
    /// When the prefix is not two upper-case letters or digits, or the serial has more than ten digits.
    pub fn from_serial(prefix: &str, serial: u64) -> Result<Self, Invalid> {
        if serial > 9_999_999_999 {
            return Err(Invalid::new("parcel_number", "the serial has more than ten digits"));
        }
        let digits = format!("{serial:010}");
        let check = mod10_weights_3_1(digits.as_bytes());
        format!("{prefix}{digits}{check}").parse()
    }

    /// The two characters of the product, for example `6A`.
    pub fn prefix(&self) -> &str {
        &self.as_str()[..2]
    }

    /// The ten digits between product and check digit.
    pub fn serial(&self) -> u64 {
        self.0[2..12].iter().fold(0, |n, d| n * 10 + u64::from(d - b'0'))
    }

    /// All thirteen characters.
    pub fn as_str(&self) -> &str {
        ascii(&self.0)
    }
}

impl FromStr for ColissimoNumber {
    type Err = Invalid;

    fn from_str(s: &str) -> Result<Self, Invalid> {
        let wrong = |why: &str| Invalid::new("parcel_number", why);
        let bytes: [u8; 13] = s.as_bytes().try_into().map_err(|_| wrong("a Colissimo number has 13 characters"))?;
        if !bytes[..2].iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()) {
            return Err(wrong("the first two characters are the product, upper-case letters or digits"));
        }
        if !bytes[2..].iter().all(u8::is_ascii_digit) {
            return Err(wrong("the characters after the product are eleven digits"));
        }
        if bytes[12] - b'0' != mod10_weights_3_1(&bytes[2..12]) {
            return Err(wrong("the check digit does not fit: a digit was mistyped"));
        }
        Ok(Self(bytes))
    }
}

/// An international postal number of the UPU's standard S10: two letters, eight digits, check digit, country.
///
/// Check digit: weights 8 6 4 2 3 5 9 7, `11 − sum mod 11`, where 10 becomes 0 and 11 becomes 5 (UPU S10).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct S10Number([u8; 13]);

impl S10Number {
    /// The number of this service indicator, serial and country, with its check digit worked out.
    ///
    /// # Errors
    /// When the indicator or the country is not two upper-case letters, or the serial has more than eight digits.
    pub fn from_serial(indicator: &str, serial: u64, country: &str) -> Result<Self, Invalid> {
        let digits = format!("{serial:08}");
        if digits.len() > 8 {
            return Err(Invalid::new("parcel_number", "the serial has more than eight digits"));
        }
        let check = s10_check(digits.as_bytes());
        format!("{indicator}{digits}{check}{country}").parse()
    }

    /// The two letters of the service, for example `CP`.
    pub fn indicator(&self) -> &str {
        &self.as_str()[..2]
    }

    /// The eight digits between indicator and check digit.
    pub fn serial(&self) -> u64 {
        self.0[2..10].iter().fold(0, |n, d| n * 10 + u64::from(d - b'0'))
    }

    /// All thirteen characters.
    pub fn as_str(&self) -> &str {
        ascii(&self.0)
    }

    /// The two letters of the issuing country.
    pub fn country(&self) -> &str {
        &self.as_str()[11..]
    }
}

impl FromStr for S10Number {
    type Err = Invalid;

    fn from_str(s: &str) -> Result<Self, Invalid> {
        let wrong = |why: &str| Invalid::new("parcel_number", why);
        let bytes: [u8; 13] = s.as_bytes().try_into().map_err(|_| wrong("an S10 number has 13 characters"))?;
        let letters = bytes[..2].iter().chain(&bytes[11..]);
        if !letters.into_iter().all(u8::is_ascii_uppercase) || !bytes[2..11].iter().all(u8::is_ascii_digit) {
            return Err(wrong("an S10 number is two letters, nine digits, two letters"));
        }
        if bytes[10] - b'0' != s10_check(&bytes[2..10]) {
            return Err(wrong("the check digit does not fit: a digit was mistyped"));
        }
        Ok(Self(bytes))
    }
}

fn s10_check(digits: &[u8]) -> u8 {
    const WEIGHTS: [u32; 8] = [8, 6, 4, 2, 3, 5, 9, 7];
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(d, w)| u32::from(d - b'0') * w).sum();
    match 11 - sum % 11 {
        10 => 0,
        11 => 5,
        c => u8::try_from(c).unwrap_or(0),
    }
}

/// The number on a parcel's label: Colissimo's own within France and overseas, the UPU's abroad.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum ParcelNumber {
    /// Thirteen characters with Colissimo's check digit.
    Colissimo(ColissimoNumber),
    /// Thirteen characters with the UPU's check digit, for example of the products to foreign countries (CP, EY).
    S10(S10Number),
}

impl ParcelNumber {
    /// The Colissimo number of this product prefix and serial, with its check digit worked out.
    ///
    /// # Errors
    /// Those of [`ColissimoNumber::from_serial`].
    pub fn from_serial(prefix: &str, serial: u64) -> Result<Self, Invalid> {
        ColissimoNumber::from_serial(prefix, serial).map(Self::Colissimo)
    }

    /// The number of the same series with another serial.
    ///
    /// # Errors
    /// When the serial has more digits than the series.
    pub fn with_serial(&self, serial: u64) -> Result<Self, Invalid> {
        match self {
            Self::Colissimo(number) => ColissimoNumber::from_serial(number.prefix(), serial).map(Self::Colissimo),
            Self::S10(number) => S10Number::from_serial(number.indicator(), serial, number.country()).map(Self::S10),
        }
    }

    /// The two characters of the product.
    pub fn prefix(&self) -> &str {
        &self.as_str()[..2]
    }

    /// The digits between the product and the check digit.
    pub fn serial(&self) -> u64 {
        match self {
            Self::Colissimo(number) => number.serial(),
            Self::S10(number) => number.serial(),
        }
    }

    /// The largest serial of the series.
    pub fn serial_max(&self) -> u64 {
        match self {
            Self::Colissimo(_) => 9_999_999_999,
            Self::S10(_) => 99_999_999,
        }
    }

    /// All thirteen characters.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Colissimo(number) => number.as_str(),
            Self::S10(number) => number.as_str(),
        }
    }
}

impl FromStr for ParcelNumber {
    type Err = Invalid;

    /// An S10 number ends in letters, a Colissimo number in digits: none is both.
    fn from_str(s: &str) -> Result<Self, Invalid> {
        match s.parse() {
            Ok(number) => Ok(Self::S10(number)),
            Err(_) => s.parse().map(Self::Colissimo),
        }
    }
}

impl From<ColissimoNumber> for ParcelNumber {
    fn from(number: ColissimoNumber) -> Self {
        Self::Colissimo(number)
    }
}

/// A Geopost routing code of 28 characters: postal code (7), parcel (14), service (3), country (3, ISO numeric)
/// and a check character by ISO 7064 mod 37,36.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct GeopostRouting([u8; 28]);

impl GeopostRouting {
    /// The routing code of these parts, with its check character worked out.
    ///
    /// # Errors
    /// When a part is longer than its place or holds anything but upper-case letters and digits.
    pub fn from_parts(postal_code: &str, parcel: &str, service: u16, country: u16) -> Result<Self, Invalid> {
        let body = format!("{postal_code:0>7}{parcel:0>14}{service:03}{country:03}");
        let check =
            iso7064_mod37_36(body.as_bytes()).ok_or_else(|| Invalid::new("routing", "letters A–Z and digits only"))?;
        format!("{body}{}", char::from(check)).parse()
    }

    /// All twenty-eight characters.
    pub fn as_str(&self) -> &str {
        ascii(&self.0)
    }
}

impl FromStr for GeopostRouting {
    type Err = Invalid;

    fn from_str(s: &str) -> Result<Self, Invalid> {
        let wrong = |why: &str| Invalid::new("routing", why);
        let bytes: [u8; 28] = s.as_bytes().try_into().map_err(|_| wrong("a Geopost routing code has 28 characters"))?;
        let check = iso7064_mod37_36(&bytes[..27]).ok_or_else(|| wrong("letters A–Z and digits only"))?;
        if check != bytes[27] {
            return Err(wrong("the check character does not fit: a character was mistyped"));
        }
        Ok(Self(bytes))
    }
}

/// A pickup point's id at Colissimo: six digits in France, six letters or digits abroad (`identifiant`, N6).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PickupPointId([u8; 6]);

impl PickupPointId {
    /// The six characters.
    pub fn as_str(&self) -> &str {
        ascii(&self.0)
    }
}

impl FromStr for PickupPointId {
    type Err = Invalid;

    fn from_str(s: &str) -> Result<Self, Invalid> {
        let wrong =
            || Invalid::new("pickup_point", "a pickup point's id has six digits (or upper-case letters, abroad)");
        let bytes: [u8; 6] = s.as_bytes().try_into().map_err(|_| wrong())?;
        if !bytes.iter().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase()) {
            return Err(wrong());
        }
        Ok(Self(bytes))
    }
}

/// The check digit, 0 to 9, of these ASCII digits: weights 3, 1, 3, 1… from the right; `(10 − sum mod 10) mod 10`.
/// It closes a Colissimo number and the take-over barcode (La Poste, label specification of Colissimo).
pub fn mod10_weights_3_1(digits: &[u8]) -> u8 {
    let sum: u32 =
        digits.iter().rev().zip([3, 1].into_iter().cycle()).map(|(d, w)| u32::from(d.wrapping_sub(b'0')) * w).sum();
    u8::try_from((10 - sum % 10) % 10).unwrap_or(0)
}

/// ISO 7064 mod 37,36 (hybrid system); `None` when a character is neither digit nor upper-case letter.
fn iso7064_mod37_36(characters: &[u8]) -> Option<u8> {
    const ALPHABET: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let mut p = 36;
    for c in characters {
        let value = ALPHABET.iter().position(|a| a == c)?;
        let s = (p + value) % 36;
        p = if s == 0 { 36 } else { s } * 2 % 37;
    }
    Some(ALPHABET[(37 - p) % 36])
}

/// Only ever called on bytes that a parser above has found to be ASCII.
fn ascii(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

macro_rules! text_number {
    ($($name:ident),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.as_str())
            }
        }
        impl TryFrom<String> for $name {
            type Error = Invalid;
            fn try_from(s: String) -> Result<Self, Invalid> {
                s.parse()
            }
        }
        impl From<$name> for String {
            fn from(n: $name) -> Self {
                n.as_str().to_owned()
            }
        }
    )*};
}
text_number!(ColissimoNumber, S10Number, ParcelNumber, GeopostRouting, PickupPointId);

#[cfg(test)]
mod tests {
    use super::*;

    fn check<T: FromStr + fmt::Display>(good: &[&str], bad: &[&str]) {
        for g in good {
            assert_eq!(g.parse::<T>().map(|n| n.to_string()).ok().as_deref(), Some(*g));
        }
        for b in bad {
            assert!(b.parse::<T>().is_err(), "{b} was taken");
        }
    }

    #[test]
    fn colissimo_numbers_of_the_field() {
        check::<ColissimoNumber>(
            &["6A15984040331", "6M17554710224", "8R41974798470", "9V31904388888", "6C14363208744"],
            &["6C12345678910", "8V12345678901", "", "6A1598404033", "6a15984040331", "6A1598404033é", "6A159840403311"],
        );
    }

    #[test]
    fn colissimo_serial_goes_there_and_back() {
        let n = ColissimoNumber::from_serial("6A", 1_598_404_033).expect("a good serial");
        assert_eq!((n.as_str(), n.serial(), n.prefix()), ("6A15984040331", 1_598_404_033, "6A"));
        assert!(ColissimoNumber::from_serial("6A", 10_000_000_000).is_err());
    }

    #[test]
    fn s10_numbers_of_the_field() {
        check::<S10Number>(
            &["EW112720413FR", "RR473124829GB"],
            &["EW112720414FR", "ew112720413FR", "EW11272041FRX", ""],
        );
    }

    #[test]
    fn a_parcel_number_is_of_either_kind() {
        check::<ParcelNumber>(&["6A15984040331", "EW112720413FR"], &["6C12345678910", "EW112720414FR", ""]);
        let abroad: ParcelNumber = "EW112720413FR".parse().expect("a number of the UPU");
        assert_eq!((abroad.prefix(), abroad.serial()), ("EW", 11_272_041));
        assert_eq!(abroad.with_serial(11_272_041), Ok(abroad));
        assert!(abroad.with_serial(100_000_000).is_err());
        let home: ParcelNumber = "6A15984040331".parse().expect("a number of Colissimo");
        assert_eq!(home.with_serial(1_598_404_033), Ok(home));
    }

    #[test]
    fn geopost_routing_of_the_field() {
        check::<GeopostRouting>(
            &["0075001116A1598404033801250L"],
            &["0075001116A1598404033801250M", "0075001116A159840403380125", ""],
        );
        let made = GeopostRouting::from_parts("75001", "116A1598404033", 801, 250).expect("good parts");
        assert_eq!(made.as_str(), "0075001116A1598404033801250L");
    }

    #[test]
    fn pickup_point_ids() {
        check::<PickupPointId>(&["006254", "A12345"], &["62540", "0062541", "00625a", "00625é"]);
    }
}
