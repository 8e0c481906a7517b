//! The tracking timeline of a parcel that was declared and not yet handed over.

use super::failure::response;
use carriers::{
    Response,
    colissimo::{TimelineRefusal, TrackEvent, TrackRecord, event, write_timeline},
};
use clock::Time;

/// The first event of every timeline: the parcel was announced.
const ANNOUNCED: &str = "COMCFM";

/// What tracking knows of a declared parcel.
pub(super) struct Declared {
    pub(super) order_number: Option<String>,
    /// When it was declared.
    pub(super) at: Time,
    /// When that first shows.
    pub(super) shows: Time,
}

/// The timeline.
pub(super) fn answer(number: &str, declared: &Declared, lang: &str) -> Response {
    let known = event(ANNOUNCED);
    let label = known.map_or("", |event| if lang.starts_with("en") { event.english } else { event.french });
    let told = TrackEvent { code: ANNOUNCED.into(), label: label.into(), at: Some(declared.at.to_paris()) };
    let record =
        TrackRecord { order_number: declared.order_number.clone(), events: vec![told], ..TrackRecord::default() };
    let (status, body) = write_timeline(number, Ok(&record));
    response(status, "application/json", body)
}

/// Why there is none.
pub(super) fn refused(number: &str, why: TimelineRefusal) -> Response {
    let (status, body) = write_timeline(number, Err(why));
    response(status, "application/json", body)
}
