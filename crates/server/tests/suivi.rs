//! Tracking passed on, remembered, and given from memory while the carrier is silent.

mod support;

use carriers::colissimo::{TrackEvent, TrackRecord, write_track};
use clock::Clock;
use http::{Method, StatusCode};
use serde_json::json;
use std::time::Duration;
use support::{Answer, NUMBER, OKAPI, OTHER_NUMBER, World};

async fn track(world: &World, ids: &str, key: &str) -> Answer {
    let headers: &[(&str, &str)] = if key.is_empty() { &[] } else { &[("x-okapi-key", key)] };
    world.send(Method::GET, &format!("/suivi/v2/idships/{ids}?lang=fr_FR"), headers, String::new()).await
}

fn said(ids: &[&str]) -> bytes::Bytes {
    let event =
        TrackEvent { code: "ET1".into(), label: "En cours".into(), at: Some("2025-12-22T05:00:00+01:00".into()) };
    let record = TrackRecord { events: vec![event], ..TrackRecord::default() };
    let tracks: Vec<_> = ids.iter().map(|id| ((*id).to_owned(), Ok(record.clone()))).collect();
    write_track(&tracks, "fr_FR").1
}

#[tokio::test]
async fn what_was_heard_is_given_again_with_its_age() {
    let world = World::new().await;
    let fresh = said(&[NUMBER]);
    world.carrier.will_say(200, "application/json", fresh.clone());
    let first = track(&world, NUMBER, "k").await;
    assert_eq!((first.status, &first.body, first.header("age")), (StatusCode::OK, &fresh, ""));
    let call = &world.carrier.calls()[0];
    assert!(call.headers.iter().any(|(name, value)| name == "x-okapi-key" && value == "k"), "the client's own key");

    world.clock.set(world.clock.now().plus(Duration::from_secs(90)));
    let stale = track(&world, NUMBER, "k").await;
    assert_eq!((stale.status, stale.header("age")), (StatusCode::OK, "90"));
    assert!(stale.header("warning").starts_with("110 "));
    assert_eq!(stale.json(), serde_json::from_slice::<serde_json::Value>(&fresh).expect("JSON"));

    let stranger = track(&world, NUMBER, "another key").await;
    assert_eq!(stranger.status, StatusCode::SERVICE_UNAVAILABLE, "nothing leaks to another account");
    assert_eq!(stranger.json()["code"], "SERVICE_UNAVAILABLE");
}

#[tokio::test]
async fn several_are_told_together_with_those_that_are_not_known() {
    let world = World::new().await;
    world.carrier.will_say(200, "application/json", said(&[NUMBER]));
    track(&world, NUMBER, "k").await;
    let both = track(&world, &format!("{NUMBER},{OTHER_NUMBER}"), "k").await;
    let told = both.json();
    assert_eq!((both.status, told.as_array().map(Vec::len)), (StatusCode::OK, Some(2)));
    assert_eq!((&told[0]["shipment"]["idShip"], &told[0]["returnCode"]), (&json!(NUMBER), &json!(200)));
    assert_eq!((&told[1]["idShip"], &told[1]["returnCode"]), (&json!(OTHER_NUMBER), &json!(504)));
}

#[tokio::test]
async fn an_error_page_is_silence_and_a_refusal_is_passed_on() {
    let world = World::new().await;
    world.carrier.will_say(200, "text/html", "<html>maintenance</html>");
    assert_eq!(track(&world, NUMBER, "k").await.status, StatusCode::SERVICE_UNAVAILABLE);
    let body = r#"{"returnCode":404,"returnMessage":"inconnu","idShip":"6A15984040331"}"#;
    world.carrier.will_say(404, "application/json", body);
    let unknown = track(&world, NUMBER, "k").await;
    assert_eq!((unknown.status, unknown.text().as_str()), (StatusCode::NOT_FOUND, body));
    assert_eq!(track(&world, NUMBER, "k").await.status, StatusCode::SERVICE_UNAVAILABLE, "a refusal is not remembered");
}

#[tokio::test]
async fn a_wish_to_be_asked_more_slowly_is_passed_on_where_nothing_is_remembered() {
    let world = World::new().await;
    let body = r#"{"code":"TOO_MANY_REQUESTS","message":"quota"}"#;
    world.carrier.will_say(429, "application/json", body);
    let answer = track(&world, NUMBER, "k").await;
    assert_eq!((answer.status, answer.text().as_str()), (StatusCode::TOO_MANY_REQUESTS, body));
    world.carrier.will_say(200, "application/json", said(&[NUMBER]));
    track(&world, NUMBER, "k").await;
    world.carrier.will_say(429, "application/json", body);
    assert_eq!(track(&world, NUMBER, "k").await.status, StatusCode::OK, "memory is better than a refusal");
}

#[tokio::test]
async fn a_parcel_whose_label_we_hold_is_at_least_declared_to_its_owner() {
    let world = World::new().await;
    let id = world.ship("A").await;
    world.claim().await;
    world.confirm(id, NUMBER).await;
    let told = track(&world, NUMBER, OKAPI).await;
    assert_eq!(told.status, StatusCode::OK, "{}", told.text());
    let event = &told.json()["shipment"]["event"][0];
    assert_eq!((&event["code"], &event["date"]), (&json!("DR1"), &json!("2025-12-22T06:24:00+01:00")));
    assert_eq!(track(&world, NUMBER, "another key").await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(track(&world, OTHER_NUMBER, OKAPI).await.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn requests_that_cannot_be_are_refused_without_a_call() {
    let world = World::new().await;
    assert_eq!(track(&world, NUMBER, "").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(track(&world, "a%20b", "k").await.status, StatusCode::BAD_REQUEST);
    let eleven = [NUMBER; 11].join(",");
    assert_eq!(track(&world, &eleven, "k").await.status, StatusCode::BAD_REQUEST);
    assert!(world.carrier.calls().is_empty());
}
