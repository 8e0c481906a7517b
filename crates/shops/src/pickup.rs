//! The pickup point that a buyer chose, as shops' modules note it.
//!
//! A choice that cannot be read is told apart from none: who chose a point must not get the parcel at home because a
//! module wrote something that we do not understand.

use crate::Reading;
use parcel::PickupPointId;

/// Names under which modules keep the id of the chosen point, in the form of [`plain`].
const NAMES: [&str; 12] = [
    "lpcmetapickuplocationid",
    "lpcpickupid",
    "lpcpickuplocationid",
    "pickuppointid",
    "pickuplocationid",
    "colissimopickup",
    "colissimopickupid",
    "colissimopickuppoint",
    "colissimopickuppointid",
    "colissimopointretrait",
    "pointretraitid",
    "idpointretrait",
];

/// What was found of a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// The buyer chose this point.
    Point(PickupPointId),
    /// The buyer chose a point whose id cannot be read.
    Unreadable,
    /// Nothing says that a point was chosen.
    Nothing,
}

/// Looks for the choice among names and values: under the shop's own name first, then under those that are known.
pub(crate) fn find(entries: &[(String, String)], reading: &Reading) -> Found {
    let own = reading.pickup_field.as_deref().map(plain);
    let of_own = |name: &str| own.as_deref() == Some(plain(name).as_str());
    let known = |name: &str| NAMES.contains(&plain(name).as_str());
    let value = entries.iter().find(|(name, _)| of_own(name)).or_else(|| entries.iter().find(|(name, _)| known(name)));
    value.map_or(Found::Nothing, |(_, value)| read_id(value))
}

/// An id as a value holds it: alone, or as the last part of a text such as `FR-750021`.
pub(crate) fn read_id(value: &str) -> Found {
    let value = value.trim();
    if value.is_empty() {
        return Found::Nothing;
    }
    let parts = value.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    let parts: Vec<_> = parts.collect();
    match parts.as_slice() {
        [only] => id(only),
        parts => parts.last().filter(|last| has_digits(last)).map_or(Found::Unreadable, |last| id(last)),
    }
}

/// An id that a text is as a whole, with digits enough to be no word.
pub(crate) fn alone(text: &str) -> Found {
    match id(text) {
        Found::Point(id) if has_digits(text) => Found::Point(id),
        _ => Found::Nothing,
    }
}

/// The id at the end of a delivery method's code, such as `lpc_relay:750021`; a code without one says nothing.
pub(crate) fn in_code(code: &str) -> Found {
    let last = code.rsplit(|c: char| !c.is_ascii_alphanumeric()).next().filter(|last| *last != code.trim());
    match last.filter(|last| has_digits(last)).map(id) {
        Some(Found::Point(id)) => Found::Point(id),
        _ => Found::Nothing,
    }
}

/// Whether a delivery method's or an address's name says that it is a pickup point.
pub(crate) fn is_named(name: &str) -> bool {
    let name = plain(name);
    ["pickup", "pointretrait", "pointderetrait", "relais", "relay"].iter().any(|word| name.contains(word))
}

fn id(text: &str) -> Found {
    text.to_ascii_uppercase().parse().map_or(Found::Unreadable, Found::Point)
}

/// A word of six letters is no id; one with at least four digits may be.
fn has_digits(text: &str) -> bool {
    text.bytes().filter(u8::is_ascii_digit).count() >= 4
}

/// A name without what modules write differently: case, spaces, `_`, `-`.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, value: &str) -> Vec<(String, String)> {
        vec![("gift".into(), "yes".into()), (name.into(), value.into())]
    }

    fn point(id: &str) -> Found {
        Found::Point(id.parse().expect("an id"))
    }

    #[test]
    fn a_choice_is_found_under_known_names_and_the_shops_own() {
        let plain = Reading::default();
        for name in ["lpc_pickup_id", "pickup_point_id", "Colissimo pickup", "_lpc_meta_pickUpLocationId"] {
            assert_eq!(find(&entry(name, "750021"), &plain), point("750021"), "{name}");
        }
        assert_eq!(find(&entry("relais", "750021"), &plain), Found::Nothing);
        let own = Reading { pickup_field: Some("Relais".into()), ..plain };
        assert_eq!(find(&entry("relais", "750021"), &own), point("750021"));
        assert_eq!(find(&entry("lpc_pickup_id", "750021"), &own), point("750021"));
    }

    #[test]
    fn what_cannot_be_read_is_not_nothing() {
        for (value, found) in [
            ("p31175", point("P31175")),
            ("FR-750021", point("750021")),
            ("", Found::Nothing),
            ("75002", Found::Unreadable),
            ("Bureau de poste Paris Bourse", Found::Unreadable),
            ("750021 Paris", Found::Unreadable),
        ] {
            assert_eq!(read_id(value), found, "{value}");
        }
    }

    #[test]
    fn a_method_says_by_its_name_that_it_goes_to_a_point() {
        for name in ["COLISSIMO_PICKUP", "Colissimo - Point de retrait", "lpc_relay", "Relais Pickup"] {
            assert!(is_named(name), "{name}");
        }
        for name in ["Colissimo domicile", "COLISSIMO_HOME", "Maison", ""] {
            assert!(!is_named(name), "{name}");
        }
    }

    #[test]
    fn a_code_without_an_id_says_nothing() {
        for (code, found) in [
            ("lpc_relay:750021", point("750021")),
            ("COLISSIMO_PICKUP", Found::Nothing),
            ("standard", Found::Nothing),
            ("750021", Found::Nothing),
        ] {
            assert_eq!(in_code(code), found, "{code}");
        }
    }
}
