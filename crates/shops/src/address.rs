//! A shop's address in the carrier's parts. Nothing is cut or checked here: what does not fit is named by who checks it.

use parcel::AddressFields;

/// An address as shops have it.
#[derive(Default)]
pub(crate) struct ShopAddress {
    pub(crate) company: Option<String>,
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
    /// Number and street.
    pub(crate) line1: Option<String>,
    /// Building, flat, place.
    pub(crate) line2: Option<String>,
    pub(crate) postal_code: Option<String>,
    pub(crate) city: Option<String>,
    pub(crate) country: Option<String>,
    /// Telephones, the likelier mobile first.
    pub(crate) phones: Vec<String>,
    pub(crate) email: Option<String>,
}

impl ShopAddress {
    /// The same in the carrier's parts.
    pub(crate) fn into_fields(self) -> AddressFields {
        let (phone, mobile) = telephones(&self.phones);
        let last_name = self.last_name.or_else(|| self.company.is_none().then(|| self.first_name.clone()).flatten());
        AddressFields {
            company: self.company,
            last_name,
            first_name: self.first_name,
            street: self.line1,
            building: self.line2,
            postal_code: self.postal_code,
            city: self.city,
            country: self.country.map(|code| code.to_uppercase()),
            phone,
            mobile,
            email: self.email,
            ..AddressFields::default()
        }
    }
}

/// The fixed and the mobile telephone among these. A number that is French and not 06 or 07 is fixed; one that is no
/// number at all stays with the fixed ones, which nobody depends on.
fn telephones(numbers: &[String]) -> (Option<String>, Option<String>) {
    let mut found = (None, None);
    for number in numbers {
        let plain: String = number.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
        let place = if may_be_mobile(&plain) { &mut found.1 } else { &mut found.0 };
        if place.is_none() && !plain.is_empty() {
            *place = Some(plain);
        }
    }
    found
}

fn may_be_mobile(plain: &str) -> bool {
    let digits = plain.strip_prefix('+').unwrap_or(plain);
    if !(6..=15).contains(&digits.len()) || digits.contains('+') {
        return false;
    }
    let national = ["0033", "33"].iter().find_map(|code| digits.strip_prefix(code)).filter(|rest| rest.len() >= 9);
    let national = national.or_else(|| digits.strip_prefix('0').filter(|rest| rest.len() == 9));
    national.is_none_or(|rest| rest.trim_start_matches('0').starts_with(['6', '7']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mobile_is_told_from_a_fixed_telephone() {
        for (number, mobile) in [
            ("06 12 34 56 78", true),
            ("+33 7 12 34 56 78", true),
            ("0033612345678", true),
            ("+33 (0)6 12 34 56 78", true),
            ("01 42 34 56 78", false),
            ("+33142345678", false),
            ("+49 151 23456789", true),
            ("call me", false),
        ] {
            let found = telephones(&[number.to_owned()]);
            assert_eq!(found.1.is_some(), mobile, "{number}");
        }
    }
}
