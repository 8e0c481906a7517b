//! Letters as an announcement can hold them: ISO-8859-1, without what separates columns, lines and parts of names.

use super::{
    AnnouncedParcel,
    row::{INSTRUCTIONS_CHARACTERS_MAX, ORDER_CHARACTERS_MAX, REF_CHARACTERS_MAX},
};
use crate::colissimo::latin::{fold, is_combining};
use parcel::{Address, AddressFields, OrderNumber};
use std::borrow::Cow;

/// What stands for a letter of another script.
const FOREIGN: char = '?';

/// Whether the character stands in a column as it is.
fn fits(c: char) -> bool {
    u32::from(c) < 0x100 && !c.is_control() && !matches!(c, ';' | '`')
}

/// The text as it is, cleaned where it must be, cut to its column. Never empty unless the text was.
pub(super) fn clean(text: &str, characters_max: usize) -> Cow<'_, str> {
    let text = text.trim();
    if text.chars().all(fits) && text.chars().count() <= characters_max {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len());
    for c in text.chars().filter(|c| !is_combining(*c)) {
        match c {
            c if fits(c) => clean.push(c),
            ';' => clean.push(','),
            '`' => clean.push('\''),
            c if c.is_whitespace() || c.is_control() => clean.push(' '),
            c => clean.push_str(fold(c).unwrap_or(FOREIGN.encode_utf8(&mut [0; 4]))),
        }
    }
    let cut: String = clean.trim_start().chars().take(characters_max).collect();
    match cut.trim_end() {
        "" if !text.is_empty() => Cow::Owned(FOREIGN.into()),
        cut => Cow::Owned(cut.to_owned()),
    }
}

/// The text if it stands in a column as it is; a telephone number or an e-mail address means another when changed.
pub(super) fn whole(text: &str) -> Option<&str> {
    text.chars().all(fits).then_some(text)
}

/// What of a parcel an announcement says: itself, but for what the module's header lists.
#[must_use]
pub fn as_announced(parcel: &AnnouncedParcel) -> AnnouncedParcel {
    let text =
        |text: &Option<String>, max| text.as_deref().map(|t| clean(t, max).into_owned()).filter(|t| !t.is_empty());
    // Cleaning makes no good value bad; if it ever did, the value itself is the better answer.
    let address = |to: &Address| Address::parse(cleaned(to)).unwrap_or_else(|_| to.clone());
    let order = |number: &OrderNumber| clean(number.as_str(), ORDER_CHARACTERS_MAX).parse().unwrap_or(number.clone());
    AnnouncedParcel {
        addressee: address(&parcel.addressee),
        order_number: parcel.order_number.as_ref().map(order),
        parcel_ref: text(&parcel.parcel_ref, REF_CHARACTERS_MAX),
        insurance: parcel.insurance.filter(|cents| cents.0 > 0),
        instructions: text(&parcel.instructions, INSTRUCTIONS_CHARACTERS_MAX),
        ..parcel.clone()
    }
}

/// The parts of an address, each as its column holds it.
pub(super) fn cleaned(address: &Address) -> AddressFields {
    let from = address.fields();
    let text = |part: &Option<String>, max| part.as_deref().map(|t| clean(t, max).into_owned());
    let same = |part: &Option<String>| part.as_deref().and_then(whole).map(str::to_owned);
    AddressFields {
        company: text(&from.company, 35),
        last_name: text(&from.last_name, 35),
        first_name: text(&from.first_name, 29),
        floor: text(&from.floor, 35),
        building: text(&from.building, 35),
        street: text(&from.street, 35),
        locality: text(&from.locality, 35),
        postal_code: text(&from.postal_code, 9),
        city: text(&from.city, 35),
        country: Some(address.country().to_string()),
        phone: same(&from.phone),
        mobile: same(&from.mobile),
        email: same(&from.email),
        door_code1: text(&from.door_code1, 8),
        door_code2: text(&from.door_code2, 8),
        intercom: text(&from.intercom, 30),
    }
}

/// The bytes of a cleaned text; a character that should not be there any more counts as foreign.
pub(super) fn push_latin1(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend(text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')));
}

/// The text of these bytes.
pub(super) fn from_latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|b| char::from(*b)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_breaks_a_line() {
        let cases = [
            ("12 rue de l'Église", 35, "12 rue de l'Église"),
            ("a;b`c\nd\re\u{85}f", 35, "a,b'c d e f"),
            ("Œuvre – 北京 €", 35, "OEuvre - ?? EUR"),
            ("Łódź e\u{301}", 35, "Lódz e"),
            ("œœœ", 5, "oeoeo"),
            ("\u{301}", 35, "?"),
            ("  ", 35, ""),
            ("ab cd", 3, "ab"),
        ];
        for (from, max, to) in cases {
            assert_eq!(clean(from, max), to, "{from:?}");
        }
    }

    #[test]
    fn what_names_somebody_is_whole_or_absent() {
        assert_eq!(whole("zoé@example.fr"), Some("zoé@example.fr"));
        assert_eq!((whole("a;b@example.fr"), whole("π@example.fr")), (None, None));
    }
}
