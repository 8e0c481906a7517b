//! Pickup searches and the tracking timeline passed on; what is said when the carrier is not there.

mod support;

use carriers::colissimo::{
    TimelineRefusal, TrackEvent, TrackRecord,
    pickup::{PickupAnswer, PickupOperation, write_pickup_json},
    write_timeline,
};
use clock::Clock;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;
use support::{Answer, NUMBER, OTHER_NUMBER, World};

const REST: &str = "/pointretrait-ws-cxf/rest/v2/pointretrait/findRDVPointRetraitAcheminement";
const SOAP: &str = "/pointretrait-ws-cxf/PointRetraitServiceWS/2.0";
const QUERY: &str =
    "accountNumber=964744&password=hush&zipCode=29200&city=Brest&countryCode=FR&shippingDate=22/12/2025";

fn wanted() -> Value {
    json!({"accountNumber": "964744", "password": "hush", "zipCode": "29200", "city": "Brest", "countryCode": "FR",
           "shippingDate": "22/12/2025", "weight": 1000})
}

fn envelope() -> String {
    let fields: String =
        QUERY.split('&').filter_map(|p| p.split_once('=')).map(|(n, v)| format!("<{n}>{v}</{n}>")).collect();
    format!(
        "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Body>\
         <v:findRDVPointRetraitAcheminement xmlns:v='http://v2.pointretrait.geopost.com/'>{fields}\
         </v:findRDVPointRetraitAcheminement></e:Body></e:Envelope>"
    )
}

async fn post(world: &World, path: &str, body: String) -> Answer {
    world.send(Method::POST, path, &[("content-type", "application/json")], body).await
}

fn none_found() -> bytes::Bytes {
    let answer = PickupAnswer { code: 300, message: "Aucun point".into(), ..PickupAnswer::default() };
    write_pickup_json(PickupOperation::Search, Ok(&answer))
}

#[tokio::test]
async fn the_carriers_answer_comes_by_each_door() {
    let world = World::new().await;
    for _ in 0..3 {
        world.carrier.will_say(200, "application/json", none_found());
    }
    let json = post(&world, REST, wanted().to_string()).await;
    assert_eq!((json.status, &json.json()["errorCode"]), (StatusCode::OK, &json!(300)));
    let soap = post(&world, SOAP, envelope()).await;
    let get =
        world.send(Method::GET, &format!("{SOAP}/findRDVPointRetraitAcheminement?{QUERY}"), &[], String::new()).await;
    for xml in [soap, get] {
        assert_eq!((xml.status, xml.header("content-type")), (StatusCode::OK, "text/xml;charset=UTF-8"));
        assert!(xml.text().contains("<errorCode>300</errorCode>"), "{}", xml.text());
    }
    assert!(world.carrier.calls().iter().all(|call| call.path_and_query == REST));
}

#[tokio::test]
async fn silence_is_an_error_of_the_protocol_and_never_an_empty_list() {
    let world = World::new().await;
    let json = post(&world, REST, wanted().to_string()).await;
    assert_eq!((&json.json()["errorCode"], json.header("retry-after")), (&json!(1000), "30"));
    world.carrier.will_say(200, "text/html", "<html>maintenance</html>");
    let soap = post(&world, SOAP, envelope()).await;
    assert!(soap.text().contains("<errorCode>1000</errorCode>") && soap.header("retry-after") == "30");
}

#[tokio::test]
async fn what_breaks_a_rule_is_refused_without_a_call() {
    let world = World::new().await;
    let bad = post(&world, REST, json!({"accountNumber": "964744", "password": "hush"}).to_string()).await;
    assert_eq!(bad.json()["errorCode"], 104);
    let fault = post(&world, SOAP, "<a/>".into()).await;
    assert!(fault.status == StatusCode::INTERNAL_SERVER_ERROR && fault.text().contains("faultstring"));
    let nothing = world.send(Method::GET, &format!("{SOAP}/nothing"), &[], String::new()).await;
    assert_eq!(nothing.status, StatusCode::NOT_FOUND);
    let wsdl = world.send(Method::GET, &format!("{SOAP}?wsdl"), &[("host", "shop.example")], String::new()).await;
    assert!(wsdl.text().contains("location=\"http://shop.example/pointretrait-ws-cxf/PointRetraitServiceWS/2.0\""));
    assert!(world.carrier.calls().is_empty());
}

async fn timeline(world: &World, number: &str, password: &str) -> Answer {
    let body = json!({"parcelNumber": number, "lang": "fr_FR", "login": "964744", "password": password});
    post(world, "/tracking-timeline-ws/rest/tracking/timelineCompany", body.to_string()).await
}

fn told() -> bytes::Bytes {
    let event = TrackEvent { code: "PCHCFM".into(), label: "…".into(), at: Some("2025-12-22T05:00:00+01:00".into()) };
    write_timeline(NUMBER, Ok(&TrackRecord { events: vec![event], ..TrackRecord::default() })).1
}

#[tokio::test]
async fn a_timeline_is_passed_on_and_given_again_with_its_age() {
    let world = World::new().await;
    world.carrier.will_say(200, "application/json", told());
    let first = timeline(&world, NUMBER, "hush").await;
    assert_eq!((first.status, first.header("age")), (StatusCode::OK, ""));
    world.clock.set(world.clock.now().plus(Duration::from_secs(90)));
    let stale = timeline(&world, NUMBER, "hush").await;
    assert_eq!((stale.status, stale.header("age")), (StatusCode::OK, "90"));
    assert_eq!(stale.json()["parcel"]["event"][0]["code"], "PCHCFM");
    let stranger = timeline(&world, NUMBER, "other").await;
    assert_eq!(stranger.status, StatusCode::SERVICE_UNAVAILABLE, "nothing leaks to another account");
    assert_eq!(timeline(&world, OTHER_NUMBER, "hush").await.json()["status"][0]["code"], "1000");
}

#[tokio::test]
async fn a_refusal_of_the_timeline_is_passed_on() {
    let world = World::new().await;
    let (status, body) = write_timeline(NUMBER, Err(TimelineRefusal::Unknown));
    world.carrier.will_say(status, "application/json", body);
    assert_eq!(timeline(&world, NUMBER, "hush").await.status, StatusCode::NOT_FOUND);
    assert_eq!(timeline(&world, "6A1", "hush").await.status, StatusCode::BAD_REQUEST);
}
