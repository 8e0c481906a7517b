//! The take-over barcode: what the carrier's site reads when it takes a parcel over. A plain value, made from a label.
//!
//! ```text
//!   9L    1     72240   900001   0860    00         0               0       3     7
//!   │     │     │       │        │       │          │               │       │     └ check digit
//!   │     │     │       │        │       │          │               │       └ link: 12th character of the parcel's number
//!   │     │     │       │        │       │          │               └ options: none
//!   │     │     │       │        │       │          └ 1 when too odd a shape for the sorting machines
//!   │     │     │       │        │       └ insurance: 00, or 01 to 10 for each 150 € begun
//!   │     │     │       │        └ weight in decagrams
//!   │     │     │       └ client
//!   │     │     └ postal code of the addressee
//!   │     └ sort: 1, within France
//!   └ product: the first two characters of the parcel's number
//! ```
//!
//! The check digit is that of a Colissimo number (weights 3 and 1 from the right, modulo 10) over fifteen digits. Which ones,
//! the carrier's text leaves open. They are those from the client to the link: that gives the check digits of the public
//! examples `9L1 72240 900001 0860 000037` and `… 1234 000097`, and those before them may be letters (abroad the country
//! stands in the place of the postal code, `… 2 BE123 900001 1234 000073`), which could not be summed.

use crate::{CannotPrint, LocalLabel};
use parcel::{Cents, Country, Weight, mod10_weights_3_1};
use std::fmt;

/// The sort of a parcel within France.
const SORT_FRANCE: &str = "1";
/// No option: cash on delivery and the like are not for local labels.
const NO_OPTION: &str = "0";
/// One level of insurance, in cents: 150 € (levels 01 to 10, La Poste's *ad valorem*).
const INSURANCE_STEP: u32 = 15_000;
/// The highest level of insurance: 1,500 €.
const INSURANCE_LEVEL_MAX: u32 = 10;

/// The twenty-four characters of a take-over barcode. `Display` groups them as they stand below the bars.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TakeOver(String);

impl TakeOver {
    /// The twenty-four characters, without spaces.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TakeOver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = &self.0;
        write!(f, "{} {} {} {} {}", &code[..3], &code[3..8], &code[8..14], &code[14..18], &code[18..])
    }
}

/// The take-over barcode of a label.
///
/// # Errors
/// When the barcode has no place for what the label says: an addressee abroad, an insurance above 1,500 €.
pub fn take_over(label: &LocalLabel<'_>) -> Result<TakeOver, CannotPrint> {
    let number = label.number.as_str();
    let (product, link) = (label.number.prefix(), &number[11..12]);
    let postal_code = postal_code(label)?;
    let (weight, insurance) = (decagrams(label.weight), insurance_level(label.insurance)?);
    let machines = u8::from(label.non_machinable);
    let summed = format!("{}{weight:04}{insurance:02}{machines}{NO_OPTION}{link}", label.client);
    let check = mod10_weights_3_1(summed.as_bytes());
    Ok(TakeOver(format!("{product}{SORT_FRANCE}{postal_code}{summed}{check}")))
}

/// The postal code, of the places that have the five digits of France: France, its departments overseas, and Monaco.
fn postal_code<'a>(label: &LocalLabel<'a>) -> Result<&'a str, CannotPrint> {
    let (country, code) = (label.addressee.country(), label.addressee.postal_code());
    let french = country == Country::FR || country.as_str() == "MC";
    if !french || code.len() != 5 || !code.bytes().all(|b| b.is_ascii_digit()) {
        return Err(CannotPrint::Abroad(country));
    }
    Ok(code)
}

/// Rounded up, so that no parcel is said to be lighter than it is.
fn decagrams(weight: Weight) -> u32 {
    weight.grams().div_ceil(10)
}

fn insurance_level(insurance: Option<Cents>) -> Result<u32, CannotPrint> {
    let level = insurance.map_or(0, |Cents(cents)| cents.div_ceil(INSURANCE_STEP));
    if level > INSURANCE_LEVEL_MAX { Err(CannotPrint::InsuredTooHigh) } else { Ok(level) }
}
