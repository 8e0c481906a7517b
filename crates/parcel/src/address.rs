//! Postal addresses within the carrier's limits.

use crate::{Invalid, Zone};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A country by its two letters (ISO 3166-1 alpha-2).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Country([u8; 2]);

impl Country {
    /// France.
    pub const FR: Self = Self(*b"FR");

    /// The two letters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Whether there is a country of these letters: assigned in ISO 3166-1 (249, as of 2024).
    pub fn is_assigned(&self) -> bool {
        ASSIGNED.as_bytes().chunks(3).any(|code| code.starts_with(&self.0))
    }
}

const ASSIGNED: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT \
BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM \
FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO \
JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT \
MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA \
SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US \
UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

impl FromStr for Country {
    type Err = Invalid;

    fn from_str(s: &str) -> Result<Self, Invalid> {
        match s.as_bytes() {
            [a, b] if a.is_ascii_uppercase() && b.is_ascii_uppercase() => Ok(Self([*a, *b])),
            _ => Err(Invalid::new("country", "two upper-case letters (ISO 3166-1), for example FR")),
        }
    }
}

impl TryFrom<String> for Country {
    type Error = Invalid;
    fn try_from(s: String) -> Result<Self, Invalid> {
        s.parse()
    }
}

impl From<Country> for String {
    fn from(c: Country) -> Self {
        c.as_str().to_owned()
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The parts of an address as they come in, nothing checked yet. Empty text counts as absent.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AddressFields {
    /// Company, up to 35 characters.
    pub company: Option<String>,
    /// Last name, up to 35 characters; needed where there is no company.
    pub last_name: Option<String>,
    /// First name, up to 29 characters.
    pub first_name: Option<String>,
    /// Floor, corridor, door (the carrier's `line0`), up to 35 characters.
    pub floor: Option<String>,
    /// Building, entrance (`line1`), up to 35 characters.
    pub building: Option<String>,
    /// Number and street (`line2`), up to 35 characters; needed.
    pub street: Option<String>,
    /// Locality (`line3`), up to 35 characters.
    pub locality: Option<String>,
    /// Postal code; five digits in France.
    pub postal_code: Option<String>,
    /// City, up to 35 characters.
    pub city: Option<String>,
    /// Country, two letters; France when absent.
    pub country: Option<String>,
    /// Fixed telephone.
    pub phone: Option<String>,
    /// Mobile telephone; needed for a pickup point.
    pub mobile: Option<String>,
    /// E-mail; needed for a pickup point.
    pub email: Option<String>,
    /// Door code, up to 8 characters.
    pub door_code1: Option<String>,
    /// Second door code, up to 8 characters.
    pub door_code2: Option<String>,
    /// Intercom, up to 30 characters.
    pub intercom: Option<String>,
}

/// An address that the carrier can take: every part within its limits. `Debug` shows the country alone.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "AddressFields", into = "AddressFields")]
pub struct Address {
    fields: AddressFields,
    country: Country,
}

impl Address {
    /// Takes the parts of an address, trims them and holds them to the limits of Colissimo SLS (`address`).
    ///
    /// # Errors
    /// Names the first part that is missing, too long, or not of its form.
    pub fn parse(mut fields: AddressFields) -> Result<Self, Invalid> {
        tidy(&mut fields)?;
        let need = |part: &Option<String>, name: &str, what: &str| match part {
            Some(_) => Ok(()),
            None => Err(Invalid::new(name, format!("missing: {what}"))),
        };
        if fields.company.is_none() {
            need(&fields.last_name, "last_name", "a last name, or a company")?;
        }
        need(&fields.street, "street", "number and street")?;
        need(&fields.city, "city", "the city's name")?;
        need(&fields.postal_code, "postal_code", "the postal code")?;
        let country = fields.country.as_deref().unwrap_or("FR").parse()?;
        let code = fields.postal_code.as_deref().unwrap_or_default();
        if country == Country::FR && !(code.len() == 5 && code.bytes().all(|b| b.is_ascii_digit())) {
            return Err(Invalid::new("postal_code", "a French postal code has five digits"));
        }
        if let Some(mobile) = &fields.mobile
            && !is_telephone(mobile)
        {
            return Err(Invalid::new("mobile", "digits with an optional leading +, for example +33612345678"));
        }
        if let Some(email) = &fields.email
            && !is_email(email)
        {
            return Err(Invalid::new("email", "an e-mail address has one @ with something on both sides"));
        }
        Ok(Self { fields, country })
    }

    /// The parts, trimmed and within their limits.
    pub fn fields(&self) -> &AddressFields {
        &self.fields
    }

    /// The country.
    pub fn country(&self) -> Country {
        self.country
    }

    /// Where it lies as the post sees it.
    pub fn zone(&self) -> Zone {
        Zone::of(self.country, self.postal_code())
    }

    /// The postal code.
    pub fn postal_code(&self) -> &str {
        self.fields.postal_code.as_deref().unwrap_or_default()
    }

    /// The city.
    pub fn city(&self) -> &str {
        self.fields.city.as_deref().unwrap_or_default()
    }
}

/// Trims every part, makes empty ones absent and refuses what is too long or holds control characters.
fn tidy(f: &mut AddressFields) -> Result<(), Invalid> {
    let parts: [(&str, &mut Option<String>, usize); 16] = [
        ("company", &mut f.company, 35),
        ("last_name", &mut f.last_name, 35),
        ("first_name", &mut f.first_name, 29),
        ("floor", &mut f.floor, 35),
        ("building", &mut f.building, 35),
        ("street", &mut f.street, 35),
        ("locality", &mut f.locality, 35),
        ("postal_code", &mut f.postal_code, 9),
        ("city", &mut f.city, 35),
        ("country", &mut f.country, 2),
        ("phone", &mut f.phone, 20),
        ("mobile", &mut f.mobile, 20),
        ("email", &mut f.email, 80),
        ("door_code1", &mut f.door_code1, 8),
        ("door_code2", &mut f.door_code2, 8),
        ("intercom", &mut f.intercom, 30),
    ];
    for (name, part, max) in parts {
        let Some(text) = part else { continue };
        let trimmed = text.trim();
        if trimmed.chars().any(char::is_control) {
            return Err(Invalid::new(name, "holds a control character (a line break or the like); remove it"));
        }
        if trimmed.chars().count() > max {
            return Err(Invalid::new(name, format!("too long: at most {max} characters")));
        }
        *part = if trimmed.is_empty() { None } else { Some(trimmed.to_owned()) };
    }
    Ok(())
}

fn is_telephone(s: &str) -> bool {
    let digits = s.strip_prefix('+').unwrap_or(s);
    let plain: Vec<u8> = digits.bytes().filter(|b| !matches!(b, b' ' | b'.' | b'-')).collect();
    (6..=15).contains(&plain.len()) && plain.iter().all(u8::is_ascii_digit)
}

fn is_email(s: &str) -> bool {
    let Some((user, host)) = s.split_once('@') else { return false };
    !user.is_empty()
        && host.contains('.')
        && !host.starts_with('.')
        && !host.ends_with('.')
        && !host.contains('@')
        && !s.contains(' ')
}

impl TryFrom<AddressFields> for Address {
    type Error = Invalid;
    fn try_from(fields: AddressFields) -> Result<Self, Invalid> {
        Self::parse(fields)
    }
}

impl From<Address> for AddressFields {
    fn from(a: Address) -> Self {
        a.fields
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({}, …)", self.country)
    }
}

impl fmt::Debug for AddressFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AddressFields(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paris() -> AddressFields {
        AddressFields {
            last_name: Some(" Martin ".into()),
            street: Some("12 rue des Lilas".into()),
            postal_code: Some("75002".into()),
            city: Some("Paris".into()),
            ..AddressFields::default()
        }
    }

    #[test]
    fn a_plain_address_is_trimmed_and_french_by_default() {
        let a = Address::parse(paris()).expect("a good address");
        assert_eq!(a.fields().last_name.as_deref(), Some("Martin"));
        assert_eq!((a.country(), a.postal_code(), a.city()), (Country::FR, "75002", "Paris"));
    }

    #[test]
    fn what_is_wrong_is_named() {
        type Change = fn(&mut AddressFields);
        let cases: [(Change, &str); 9] = [
            (|f| f.last_name = None, "last_name"),
            (|f| f.street = Some("  ".into()), "street"),
            (|f| f.city = None, "city"),
            (|f| f.postal_code = Some("7500".into()), "postal_code"),
            (|f| f.country = Some("fr".into()), "country"),
            (|f| f.mobile = Some("call me".into()), "mobile"),
            (|f| f.email = Some("nobody".into()), "email"),
            (|f| f.street = Some("x".repeat(36)), "street"),
            (|f| f.city = Some("Pa\nris".into()), "city"),
        ];
        for (change, field) in cases {
            let mut fields = paris();
            change(&mut fields);
            assert_eq!(Address::parse(fields).map_err(|e| e.field), Err(field.to_owned()));
        }
    }

    #[test]
    fn debug_tells_nothing_private() {
        let a = Address::parse(paris()).expect("a good address");
        let shown = format!("{a:?} {:?}", a.fields());
        assert!(!shown.contains("Martin") && !shown.contains("Lilas") && !shown.contains("Paris"));
    }
}
