//! The tracking timeline: both ends, the SOAP twin's shapes, and what proves that an announcement was taken in.

use crate::support::{answered, silent};
use carriers::{
    Blame, Retry,
    colissimo::{
        TimelineRefusal, TrackEvent, TrackRecord, decode_timeline, encode_timeline, is_integrated, read_timeline,
        write_timeline,
    },
};
use http::HeaderMap;
use parcel::{Login, ParcelNumber, Status};

fn number() -> ParcelNumber {
    "6A15984040331".parse().expect("a number")
}

fn event(code: &str, at: &str) -> TrackEvent {
    TrackEvent { code: code.into(), label: "…".into(), at: Some(at.into()) }
}

#[test]
fn a_call_reads_back() {
    for login in [Login::ApiKey("hush".into()), Login::Contract { number: "964744".into(), password: "hush".into() }] {
        let request = encode_timeline(&number(), &login, "en_GB");
        let query = read_timeline(&HeaderMap::new(), &request.body).expect("a call");
        assert_eq!((query.login, query.number, query.lang.as_str()), (Some(login), number(), "en_GB"));
    }
    for bad in ["", "{}", "{\"parcelNumber\":\"6A15984040332\"}", "[1]"] {
        assert_eq!(read_timeline(&HeaderMap::new(), bad.as_bytes()), Err(TimelineRefusal::Number), "{bad}");
    }
}

#[test]
fn a_timeline_reads_back_newest_first() {
    let events = vec![event("PCHCFM", "2025-12-22T10:00:00+01:00"), event("COMCFM", "2025-12-21T10:00:00+01:00")];
    let record = TrackRecord { order_number: Some("CMD-1".into()), events: events.clone(), ..TrackRecord::default() };
    let (status, body) = write_timeline(number().as_str(), Ok(&record));
    let tracked = decode_timeline(&answered(status, "application/json", body), &number()).expect("an answer");
    let track = tracked.result.expect("a track");
    assert_eq!((track.status.clone(), track.order_number.as_deref()), (Status::TakenOver, Some("CMD-1")));
    assert_eq!((track.events.clone(), track.is_final, is_integrated(&track)), (events, false, true));
}

#[test]
fn the_soap_twin_has_other_shapes() {
    let xml = "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body><n:r xmlns:n='x'><return><status><code>0\
        </code></status><parcel><event><code>LIVCFM</code><date>2025-12-23T09:00:00</date><labelLong>Livré</labelLong></event>\
        </parcel></return></n:r></s:Body></s:Envelope>";
    let json = r#"{"status":{"code":0},"parcel":{"event":{"code":"LIVCFM","date":"2025-12-23T09:00:00","labelLong":"Livré"}}}"#;
    for body in [xml, json] {
        let tracked = decode_timeline(&answered(200, "text/xml", body), &number()).expect("an answer");
        let track = tracked.result.expect("a track");
        assert_eq!((track.status, track.is_final, track.events.len()), (Status::Delivered, true, 1));
    }
}

#[test]
fn a_code_that_tells_nothing_is_kept_and_proves_nothing() {
    let record = TrackRecord { events: vec![event("EMLCAD", "2025-12-21")], ..TrackRecord::default() };
    let (status, body) = write_timeline("6A15984040331", Ok(&record));
    let tracked = decode_timeline(&answered(status, "", body), &number()).expect("an answer");
    let track = tracked.result.expect("a track");
    assert_eq!((track.status.clone(), is_integrated(&track)), (Status::Unknown("EMLCAD".into()), false));
}

#[test]
fn refusals_and_silence_are_told_apart() {
    let said = |refusal| {
        let (status, body) = write_timeline("x", Err(refusal));
        decode_timeline(&answered(status, "application/json", body), &number())
    };
    assert_eq!(said(TimelineRefusal::Unknown).expect("an answer").result.expect_err("none").code, 404);
    assert_eq!(said(TimelineRefusal::Number).expect("an answer").result.expect_err("none").code, 400);
    assert_eq!(said(TimelineRefusal::Login).expect_err("refused").blame, Blame::Us);
    assert_eq!(said(TimelineRefusal::Unavailable).expect_err("down").blame, Blame::Them);
    for odd in ["", "<html/>", "{}"] {
        let error = decode_timeline(&answered(200, "text/html", odd), &number()).expect_err(odd);
        assert!(matches!(error.retry, Retry::After(_)), "{error:?}");
    }
    assert!(matches!(decode_timeline(&silent(), &number()).expect_err("silence").retry, Retry::After(_)));
}
