//! Suivi, both ends: one id, several, unknown ones, and everything that is no track.

use crate::support::{answered, broken};
use carriers::{
    Blame, Broken, Kind, Reached, Retry,
    colissimo::{SuiviError, TrackEvent, TrackRecord, decode_track, write_suivi_fault, write_track},
};
use parcel::Status;
use serde_json::json;

fn event(code: &str, at: &str) -> TrackEvent {
    TrackEvent { code: code.to_owned(), label: "un texte".to_owned(), at: Some(at.to_owned()) }
}

fn on_its_way() -> TrackRecord {
    TrackRecord {
        order_number: Some("CMD-42".into()),
        entered_at: Some("2025-12-22T18:00:00+01:00".into()),
        events: vec![event("ET1", "2025-12-23T06:00:00+01:00"), event("PC1", "2025-12-22T18:00:00+01:00")],
        ..TrackRecord::default()
    }
}

fn unknown() -> SuiviError {
    SuiviError { code: 404, message: "Aucun envoi à ce numéro".into() }
}

#[test]
fn one_id_is_an_object_and_comes_back() {
    let (status, body) = write_track(&[("6A15984040331".into(), Ok(on_its_way()))], "fr_FR");
    assert!(status == 200 && body.starts_with(b"{"));
    let tracked = decode_track(&answered(status, "application/json", body)).expect("tracks");
    let [one] = &tracked[..] else { panic!("one track") };
    let track = one.result.as_ref().expect("a track");
    assert_eq!((one.id.as_str(), track.order_number.as_deref()), ("6A15984040331", Some("CMD-42")));
    assert_eq!((&track.status, track.is_final), (&Status::InTransit, false));
    assert_eq!(track.events, on_its_way().events);
    assert_eq!(track.raw["shipment"]["timeline"][2]["status"], true);
    assert_eq!(track.raw["shipment"]["timeline"][3]["status"], false);
}

#[test]
fn several_ids_are_a_list_with_errors_among_them() {
    let delivered = TrackRecord { is_final: true, events: vec![event("DI2", "x")], ..on_its_way() };
    let asked = [("A1".to_owned(), Ok(delivered)), ("B2".to_owned(), Err(unknown()))];
    let (status, body) = write_track(&asked, "fr_FR");
    let tracked = decode_track(&answered(status, "application/json", body)).expect("tracks");
    let track = tracked[0].result.as_ref().expect("a track");
    assert_eq!((&track.status, track.is_final), (&Status::DeliveredToSender, true));
    assert_eq!((tracked[1].id.as_str(), tracked[1].result.as_ref().expect_err("unknown")), ("B2", &unknown()));
}

#[test]
fn an_unknown_id_alone_is_no_failure() {
    let (status, body) = write_track(&[("B2".to_owned(), Err(unknown()))], "fr_FR");
    assert_eq!(status, 404);
    let tracked = decode_track(&answered(status, "application/json", body)).expect("an entry");
    assert_eq!(tracked[0].result.as_ref().expect_err("unknown"), &unknown());
}

#[test]
fn odd_shapes_are_read() {
    let shapes = [
        json!({ "returnCode": "200", "shipment": { "idShip": "A1", "isFinal": "true", "event": { "code": "DI1" } } }),
        json!({ "shipment": { "idShip": "A1", "isFinal": true, "event": [{ "code": "DI1", "label": null, "date": null }] } }),
        json!({ "idShip": "A1", "shipment": { "isFinal": true, "event": [{ "code": "DI1" }], "orderNumber": "X" } }),
    ];
    for json in shapes {
        let tracked = decode_track(&answered(200, "", json.to_string())).expect("a track");
        let track = tracked[0].result.as_ref().expect("a track");
        assert_eq!((tracked[0].id.as_str(), &track.status, track.is_final), ("A1", &Status::Delivered, true), "{json}");
    }
    let empty = json!({ "returnCode": 200, "shipment": { "idShip": "A1", "event": [] } });
    let tracked = decode_track(&answered(200, "", empty.to_string())).expect("a track");
    assert_eq!(tracked[0].result.as_ref().map(|t| t.status.clone()), Ok(Status::Unknown(String::new())));
}

#[test]
fn faults_have_their_class_and_are_never_unknown() {
    let page = "<html>".to_owned();
    let key = json!({ "returnCode": 401, "returnMessage": "clé", "idShip": "A1" }).to_string();
    let text = |status| String::from_utf8_lossy(&write_suivi_fault(status).1).into_owned();
    let cases = [
        (429, text(429), Kind::TooMany, Blame::Them),
        (429, String::new(), Kind::TooMany, Blame::Them),
        (200, text(429), Kind::TooMany, Blame::Them),
        (503, text(503), Kind::Unavailable, Blame::Them),
        (401, text(401), Kind::Refused, Blame::Us),
        (401, key, Kind::Refused, Blame::Us),
        (500, text(500), Kind::NotTheProtocol(500), Blame::Them),
        (200, page.clone(), Kind::NotTheProtocol(200), Blame::Them),
        (503, page, Kind::NotTheProtocol(503), Blame::Them),
        (200, String::new(), Kind::NotTheProtocol(200), Blame::Them),
        (200, "[]".to_owned(), Kind::NotTheProtocol(200), Blame::Them),
        (200, "{}".to_owned(), Kind::NotTheProtocol(200), Blame::Them),
    ];
    for (status, body, kind, blame) in cases {
        let error = decode_track(&answered(status, "application/json", body.clone())).expect_err("no tracks");
        assert_eq!((error.kind, error.blame), (kind, blame), "{status} {body}");
        assert_ne!(error.retry, Retry::Unknown, "{status} {body}");
    }
    let error = decode_track(&broken(Reached::WholeRequest, Broken::TimedOut)).expect_err("no tracks");
    assert_eq!((error.kind, matches!(error.retry, Retry::After(_))), (Kind::NoAnswer, true));
}
