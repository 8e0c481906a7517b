//! The table of Colissimo's error ids: what each means in French, and of which class it is.
//!
//! The table is text beside the code (`data/colissimo-error-codes.tsv`: id, class, meaning), sorted by id and read
//! once. An id that is not in it is classed by its family; one of no known family is taken as *may have happened*.

use crate::{Blame, CarrierError, Kind, Retry};
use std::{sync::LazyLock, time::Duration};

/// How long to leave a carrier alone that says its service is not available.
const UNAVAILABLE_RETRY: Duration = Duration::from_secs(30);
/// How long to leave a carrier alone that says it is asked too much, unless it says how long.
pub(super) const TOO_MANY_RETRY: Duration = Duration::from_secs(30);

static TABLE: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    include_str!("../../data/colissimo-error-codes.tsv").lines().skip(1).filter_map(Entry::parse).collect()
});

struct Entry {
    id: &'static str,
    class: Class,
    meaning: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    /// Success.
    Info,
    /// A field of the shipment is wrong.
    Caller,
    /// The merchant's account or number range does not allow it.
    Account,
    /// The carrier, or one of its back-ends, is down; nothing was made.
    Unavailable,
    /// The carrier asks for fewer calls; nothing was made.
    SlowDown,
    /// It failed, and nothing says how far it got.
    Unknown,
}

impl Entry {
    fn parse(line: &'static str) -> Option<Self> {
        let mut columns = line.split('\t');
        let (id, class, meaning) = (columns.next()?, columns.next()?, columns.next()?);
        Some(Self { id, class: Class::parse(class)?, meaning })
    }
}

impl Class {
    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "info" => Self::Info,
            "caller" => Self::Caller,
            "account" => Self::Account,
            "unavailable" => Self::Unavailable,
            "slow_down" => Self::SlowDown,
            "unknown" => Self::Unknown,
            _ => return None,
        })
    }

    fn of(id: &str) -> Self {
        if let Some(entry) = find(id) {
            return entry.class;
        }
        let is_field_rule = id.len() == 5 && id.starts_with("30") && id.bytes().all(|b| b.is_ascii_digit());
        match id {
            _ if is_field_rule => Self::Caller,
            _ if id.starts_with("ROUTING_") || id.starts_with("GEO_ROUTING_") => Self::Unavailable,
            _ => Self::Unknown,
        }
    }

    fn verdict(self) -> (Kind, Blame, Retry) {
        match self {
            Self::Caller => (Kind::Refused, Blame::Caller, Retry::Never),
            Self::Account => (Kind::Refused, Blame::Us, Retry::Never),
            Self::Unavailable => (Kind::Unavailable, Blame::Them, Retry::After(UNAVAILABLE_RETRY)),
            Self::SlowDown => (Kind::TooMany, Blame::Them, Retry::After(TOO_MANY_RETRY)),
            Self::Info | Self::Unknown => (Kind::Unavailable, Blame::Them, Retry::Unknown),
        }
    }
}

fn find(id: &str) -> Option<&'static Entry> {
    TABLE.binary_search_by(|entry| entry.id.cmp(id)).ok().map(|at| &TABLE[at])
}

/// What an error id means, in French; `None` for an id that is not in the table.
pub fn error_text(id: &str) -> Option<&'static str> {
    find(id).map(|entry| entry.meaning)
}

/// Whose fault an error of this id is, and whether the call may be repeated.
pub fn class_of(id: &str) -> (Blame, Retry) {
    let (_, blame, retry) = Class::of(id).verdict();
    (blame, retry)
}

/// The failure that the carrier's own protocol tells by this id.
pub(super) fn failure(id: &str, message: &str) -> CarrierError {
    let (kind, blame, retry) = Class::of(id).verdict();
    let message =
        if message.trim().is_empty() { error_text(id).unwrap_or("La requête n’a pas abouti") } else { message };
    CarrierError::new(kind, blame, retry, id, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole_sorted_and_without_twins() {
        let lines = include_str!("../../data/colissimo-error-codes.tsv").lines().skip(1).count();
        assert_eq!(TABLE.len(), lines, "a line was not understood");
        assert!(TABLE.windows(2).all(|pair| pair[0].id < pair[1].id), "not sorted by id, or an id stands twice");
        assert!(TABLE.iter().all(|e| !e.meaning.is_empty()));
    }

    #[test]
    fn classes_of_the_field() {
        let down = Retry::After(UNAVAILABLE_RETRY);
        let cases = [
            (&["30000", "30007", "30008", "30009", "401", "403", "40014"][..], (Blame::Us, Retry::Never)),
            (&["30002", "30221", "30301", "30600", "30702", "30999", "14040"], (Blame::Caller, Retry::Never)),
            (&["40011", "40012", "40013", "40017", "422", "ROUTING_5"], (Blame::Caller, Retry::Never)),
            (&["40015", "40016", "40018", "ROUTING_23", "ROUTING_1008", "ROUTING_77"], (Blame::Them, down)),
            (&["GEO_ROUTING_IV124", "429"], (Blame::Them, down)),
            (&["1", "0", "", "99999", "300001", "30x00", "autre"], (Blame::Them, Retry::Unknown)),
        ];
        for (ids, class) in cases {
            for id in ids {
                assert_eq!(class_of(id), class, "{id}");
            }
        }
    }

    #[test]
    fn texts() {
        assert_eq!(error_text("30221"), Some("Destinataire : numéro de portable erroné"));
        assert_eq!(error_text("nothing"), None);
    }
}
