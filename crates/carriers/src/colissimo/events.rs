//! The table of Colissimo's event codes: what each says in French and English, and our reading of it.
//!
//! The table is text beside the code (`data/colissimo-event-codes.tsv`: code, family, status, meaning in French and in
//! English), sorted by code and read once. A code that is not in it, or that says nothing of where the parcel is (`-`),
//! stays [`Status::Unknown`] with the code as it came.

use super::Track;
use parcel::Status;
use serde_json::Value;
use std::sync::LazyLock;

static TABLE: LazyLock<Vec<Event>> = LazyLock::new(|| {
    include_str!("../../data/colissimo-event-codes.tsv").lines().skip(1).filter_map(Event::parse).collect()
});

/// What is known of one code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The code, for example `LIVCFM`.
    pub code: &'static str,
    /// The family: `EDI` announced, `PCH` taken over, `ACH` and `AEC` on the way, `AAR` at the delivery site, `INS` at a
    /// counter, `LIV` delivered, `RET` return, `RDT` redirected, `ANO` anomaly, `NTR` not shown, `-` not told.
    pub family: &'static str,
    /// Our reading; `None` for a code that says nothing of where the parcel is.
    pub status: Option<Status>,
    /// What it means, in French.
    pub french: &'static str,
    /// What it means, in English.
    pub english: &'static str,
}

impl Event {
    fn parse(line: &'static str) -> Option<Self> {
        let mut columns = line.split('\t');
        let [code, family, status, french, english] = std::array::from_fn(|_| columns.next().unwrap_or_default());
        let status = match status {
            "-" => None,
            word => Some(serde_json::from_value(Value::String(word.to_owned())).ok()?),
        };
        (!english.is_empty()).then_some(Self { code, family, status, french, english })
    }
}

/// What is known of this code.
pub fn event(code: &str) -> Option<&'static Event> {
    TABLE.binary_search_by(|event| event.code.cmp(code)).ok().map(|at| &TABLE[at])
}

/// Our reading of this code; a code that tells nothing stays as it came.
pub fn status_of_event(code: &str) -> Status {
    event(code).and_then(|event| event.status.clone()).unwrap_or_else(|| Status::Unknown(code.to_owned()))
}

/// Codes of a parcel that waits at another point than the one its buyer chose.
const ELSEWHERE: [&str; 2] = ["AARBRX", "AARRLX"];

/// The code in a track that says that the parcel waits at another point than the one its buyer chose, if one does.
pub fn elsewhere(track: &Track) -> Option<&'static str> {
    ELSEWHERE.into_iter().find(|code| track.events.iter().any(|event| event.code == *code))
}

/// Whether a track proves that the carrier took the parcel's announcement in: it tells any status of the parcel at all
/// (`COMCFM` in the timeline, `DR1` in Suivi, or whatever comes after).
pub fn is_integrated(track: &Track) -> bool {
    let told = |code: &str| {
        let readings = [status_of_event(code), Status::from_suivi(code)];
        readings.iter().any(|status| !matches!(status, Status::Unknown(_)))
    };
    track.events.iter().any(|event| told(&event.code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole_sorted_and_without_twins() {
        let lines = include_str!("../../data/colissimo-event-codes.tsv").lines().skip(1).count();
        assert_eq!(TABLE.len(), lines, "a line was not understood");
        assert!(TABLE.windows(2).all(|pair| pair[0].code < pair[1].code), "not sorted by code, or a code stands twice");
    }

    #[test]
    fn readings() {
        let cases = [
            ("COMCFM", Status::Declared),
            ("PCHCFM", Status::TakenOver),
            ("AARTRA", Status::InTransit),
            ("AARCFM", Status::AtDeliverySite),
            ("MLVCFM", Status::OutForDelivery),
            ("RENAVI", Status::NotDelivered),
            ("AARBRX", Status::AvailableAtPickup),
            ("LIVVOI", Status::Delivered),
            ("LIVEXP", Status::DeliveredToSender),
            ("RENREX", Status::Redirected),
            ("EMLCAD", Status::Unknown("EMLCAD".into())),
            ("NEWONE", Status::Unknown("NEWONE".into())),
        ];
        for (code, status) in cases {
            assert_eq!(status_of_event(code), status, "{code}");
        }
    }
}
