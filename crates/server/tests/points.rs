//! Pickup points by the API and by the carrier's own doors: what is offered, what is said of its age, what is refused.

mod support;

use axum::body::Body;
use carriers::colissimo::pickup::{PickupAnswer, PickupOperation, pickup_text, write_pickup_json};
use clock::{Clock, Time};
use http::{Method, StatusCode};
use parcel::{Country, PointKind};
use pickup::{Closure, Hours, Point, Position, Seen, places};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::time::Duration;
use store::NewApiKey;
use support::{Answer, OTHER_KEY, World};

const PATH: &str = "/v1/pickup-points";
const BREST: &str = "/v1/pickup-points?postal_code=29200&city=Brest";

fn brest() -> Position {
    places::find(Country::FR, "29200", "Brest").expect("Brest").position
}

/// A point so many hundredths of a degree north of Brest.
fn point(id: &str, north: f64) -> Point {
    Point {
        id: id.parse().expect("an id"),
        name: format!("RELAIS {id}"),
        address: ["1 RUE DU PORT".into(), String::new(), "BP 7".into()],
        postal_code: "29200".into(),
        city: "BREST".into(),
        country: "FR".into(),
        position: Position::new(brest().latitude() + north / 100.0, brest().longitude()).ok(),
        kind: PointKind::Shop,
        network: "R03".into(),
        hours: Hours::parse([
            "06:00-12:00 14:00-18:30",
            "00:00-00:00",
            "sur rendez-vous",
            "09:00-12:00",
            "09:00-12:00",
            "09:00-12:00",
            "00:00-00:00",
        ]),
        closures: Vec::new(),
        closed: false,
        partly_closed: false,
        weight_max_g: Some(20_000),
        accessible: false,
        language: "FR".into(),
        sorting: std::array::from_fn(|_| String::new()),
    }
}

impl World {
    /// Points that the carrier told of an hour ago: a shop, a post office, one that is gone, one that is away.
    async fn with_points() -> Self {
        let world = Self::new().await;
        let now = world.clock.now();
        let seen_at = Time::from_unix_ms(now.unix_ms() - 3_600_000);
        let office = Point {
            kind: PointKind::PostOffice,
            weight_max_g: Some(30_000),
            accessible: true,
            hours: Hours::parse(["09:00-12:00"; 7]),
            ..point("292002", 2.0)
        };
        let away = Closure { from: now, until: now.plus(Duration::from_secs(20 * 86_400)) };
        let away = Point { closures: vec![away], ..point("292004", 0.5) };
        let points = vec![point("292001", 1.0), office, point("292003", 0.1), away];
        world.carrier.directory().merge(&Seen { points, asked: None }, seen_at);
        world.carrier.directory().gone("292003".parse().expect("an id"), seen_at.plus(Duration::from_secs(60)));
        world
    }

    async fn publishable(&self) -> &'static str {
        let new = NewApiKey {
            digest: Sha256::digest("tk_page").into(),
            merchant: "one".parse().expect("an id"),
            name: "page".into(),
            scopes: "pick".parse().expect("a scope"),
            at: self.clock.now(),
            expires_at: None,
        };
        self.store.add_api_key(new).await.expect("added");
        "Bearer tk_page"
    }
}

fn ids(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let points = answer.json()["points"].as_array().expect("points").clone();
    points.iter().map(|point| point["id"].as_str().expect("an id").to_owned()).collect()
}

#[tokio::test]
async fn points_come_from_the_directory_with_everything_about_them() {
    let world = World::with_points().await;
    let answer = world.get(BREST).await;
    assert_eq!(ids(&answer), ["292001", "292002"], "the nearest first; none that is gone or away");
    let json = answer.json();
    assert_eq!((&json["source"], &json["as_of"]), (&json!("directory"), &json!("2025-12-22T04:24:00.000Z")));
    assert_eq!((&json["near"]["place"], &json["near"]["postal_code"]), (&json!("Brest"), &json!("29200")));
    let first = &json["points"][0];
    assert_eq!(first["hours"]["monday"], json!(["06:00-12:00", "14:00-18:30"]));
    assert_eq!((&first["hours"]["tuesday"], &first["hours"]["wednesday"]), (&json!([]), &Value::Null));
    assert_eq!((&first["open_now"], &first["opens_at"]), (&json!(true), &Value::Null), "it is Monday, 06:24 in Paris");
    assert_eq!(json["points"][1]["opens_at"], "2025-12-22T08:00:00.000Z");
    assert_eq!((&first["age_s"], &first["address"]), (&json!(3_600), &json!(["1 RUE DU PORT", "BP 7"])));
    assert!((1_000..1_200).contains(&first["distance_m"].as_u64().expect("metres")), "{first}");
    assert_eq!((&first["kind"], &json["points"][1]["kind"]), (&json!("shop"), &json!("post_office")));
}

#[tokio::test]
async fn wishes_are_kept_to() {
    let world = World::with_points().await;
    for (wish, found) in [
        ("weight_g=25000", vec!["292002"]),
        ("kind=post_office", vec!["292002"]),
        ("kind=shop", vec!["292001"]),
        ("accessible=true", vec!["292002"]),
        ("open_now=true", vec!["292001"]),
        ("limit=1", vec!["292001"]),
        ("open_now=true&accessible=true", vec![]),
        ("date=2026-01-20", vec!["292004", "292001", "292002"]),
    ] {
        assert_eq!(ids(&world.get(&format!("{BREST}&{wish}")).await), found, "{wish}");
    }
    let by_place = format!("{PATH}?latitude={}&longitude={}", brest().latitude(), brest().longitude());
    assert_eq!(ids(&world.get(&by_place).await), ["292001", "292002"]);
}

#[tokio::test]
async fn the_carrier_is_asked_first_and_with_the_shops_own_login() {
    let world = World::with_points().await;
    let none = PickupAnswer { code: 0, message: pickup_text(0).into(), ..PickupAnswer::default() };
    world.carrier.will_say(200, "application/json", write_pickup_json(PickupOperation::Search, Ok(&none)));
    let answer = world.get(BREST).await;
    assert_eq!((answer.json()["source"].clone(), ids(&answer).len()), (json!("carrier"), 2));
    assert_eq!(answer.json()["as_of"], world.clock.now().to_string());
    let asked = String::from_utf8_lossy(&world.carrier.calls()[0].body).into_owned();
    for part in ["\"accountNumber\":\"964744\"", "\"zipCode\":\"29200\"", "\"shippingDate\":\"22/12/2025\""] {
        assert!(asked.contains(part), "{asked}");
    }
}

#[tokio::test]
async fn what_was_seen_a_moment_ago_needs_no_call() {
    let world = World::new().await;
    let points = (1..=12).map(|n| point(&format!("2920{n:02}"), f64::from(n))).collect();
    world.carrier.directory().merge(&Seen { points, asked: None }, world.clock.now());
    let seen_at = world.clock.now();
    world.clock.set(seen_at.plus(Duration::from_secs(9 * 60)));
    let answer = world.get(BREST).await;
    assert_eq!((ids(&answer).len(), &answer.json()["source"]), (12, &json!("carrier")), "nobody says that it is dark");
    assert_eq!(answer.json()["as_of"], seen_at.to_string());
    assert!(world.carrier.calls().is_empty());
    world.clock.set(seen_at.plus(Duration::from_secs(11 * 60)));
    assert_eq!(world.get(BREST).await.json()["source"], "directory");
    assert_eq!(world.carrier.calls().len(), 1);
}

#[tokio::test]
async fn in_the_dark_there_is_no_empty_list() {
    let world = World::new().await;
    let nobody = world.get(BREST).await;
    assert_eq!((nobody.problem().as_str(), nobody.header("retry-after")), ("no-pickup-points-known", "30"));
    let world = World::with_points().await;
    let too_heavy = world.get(&format!("{BREST}&weight_g=30000&kind=shop")).await;
    assert_eq!(ids(&too_heavy), [""; 0], "the post office is known, and is no shop");
    let abroad = world.get(&format!("{PATH}?postal_code=1000&city=Bruxelles&country=BE")).await;
    assert_eq!(abroad.problem(), "no-pickup-points-known");
    world.carrier.will_say(200, "application/json", {
        let none = PickupAnswer { code: 300, message: pickup_text(300).into(), ..PickupAnswer::default() };
        write_pickup_json(PickupOperation::Search, Ok(&none))
    });
    let none = world.get(&format!("{PATH}?postal_code=1000&city=Bruxelles&country=BE")).await;
    assert_eq!((ids(&none).len(), &none.json()["source"]), (0, &json!("carrier")), "the carrier itself says so");
}

#[tokio::test]
async fn at_sea_there_is_nothing_and_the_nearest_commune_is_named() {
    let world = World::with_points().await;
    let answer = world.get(&format!("{PATH}?latitude=46.0&longitude=-8.0")).await;
    assert_eq!(ids(&answer), [""; 0]);
    let near = &answer.json()["near"];
    assert!(near["place"].is_string() && near["place_distance_m"].as_u64() > Some(100_000), "{near}");
    assert!(world.carrier.calls().is_empty(), "the carrier is not asked about the sea");
}

#[tokio::test]
async fn every_bad_input_is_told_with_its_field() {
    let world = World::with_points().await;
    for (query, status, kind, field, says) in [
        ("", 400, "bad-query", "postal_code", "latitude and longitude"),
        ("city=Brest", 400, "bad-query", "postal_code", "latitude and longitude"),
        ("postal_code=29200&city=", 400, "bad-query", "city", "empty"),
        ("postal_code=29200&city=%20", 400, "bad-query", "city", "empty"),
        ("postal_code=&city=Brest", 400, "bad-query", "postal_code", "empty"),
        ("postal_code=00000&city=Brst", 422, "unknown-place", "city", "example"),
        ("postal_code=00000&city=Bres", 422, "unknown-place", "city", "29200 Brest"),
        ("postal_code=29299", 422, "unknown-place", "postal_code", "Did you mean"),
        ("postal_code=1000&city=Bruxelles&country=XX", 400, "bad-query", "country", "ISO 3166"),
        ("postal_code=1000&city=Bruxelles&country=be", 400, "bad-query", "country", "upper-case"),
        ("postal_code=1000&country=BE", 400, "bad-query", "city", "outside France"),
        ("latitude=91&longitude=0", 400, "bad-query", "latitude", "-90 to 90"),
        ("latitude=48&longitude=-181", 400, "bad-query", "longitude", "-180 to 180"),
        ("latitude=48,8&longitude=2", 400, "bad-query", "latitude", "decimal point"),
        ("latitude=NaN&longitude=2", 400, "bad-query", "latitude", "decimal point"),
        ("latitude=48", 400, "bad-query", "longitude", "add it"),
        ("longitude=2", 400, "bad-query", "latitude", "add it"),
        ("postal_code=29200&weight_g=30001", 400, "bad-query", "weight_g", "30 kg"),
        ("postal_code=29200&weight_g=0", 400, "bad-query", "weight_g", "30 kg"),
        ("postal_code=29200&weight_g=1.5", 400, "bad-query", "weight_g", "whole number"),
        ("postal_code=29200&date=22/12/2025", 400, "bad-query", "date", "2025-12-22"),
        ("postal_code=29200&date=2025-02-30", 400, "bad-query", "date", "2025-12-22"),
        ("postal_code=29200&date=2025-12-21", 400, "bad-query", "date", "past"),
        ("postal_code=29200&date=2035-12-21", 400, "bad-query", "date", "ahead"),
        ("postal_code=29200&kind=locker", 400, "bad-query", "kind", "post_office or shop"),
        ("postal_code=29200&accessible=yes", 400, "bad-query", "accessible", "true or false"),
        ("postal_code=29200&open_now=1", 400, "bad-query", "open_now", "true or false"),
        ("postal_code=29200&limit=51", 400, "bad-query", "limit", "1 to 50"),
        ("postal_code=29200&radius=3", 400, "bad-query", "", "postal_code, city, address"),
        ("postal_code=29200&postal_code=29200", 400, "bad-query", "", "at most once"),
    ] {
        let answer = world.get(&format!("{PATH}?{query}")).await;
        assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (status, kind), "{query}: {}", answer.text());
        let json = answer.json();
        assert_eq!(json["field"].as_str().unwrap_or_default(), field, "{query}: {json}");
        assert!(json["detail"].as_str().is_some_and(|detail| detail.contains(says)), "{query}: {json}");
    }
    assert!(world.carrier.calls().is_empty());
}

#[tokio::test]
async fn one_point_is_told_with_how_it_stands() {
    let world = World::with_points().await;
    let open = world.get(&format!("{PATH}/292001")).await.json();
    assert_eq!(
        (&open["standing"], &open["since"], &open["source"]),
        (&json!("listed"), &Value::Null, &json!("directory"))
    );
    assert_eq!((&open["id"], &open["age_s"]), (&json!("292001"), &json!(3_600)));
    let gone = world.get(&format!("{PATH}/292003")).await.json();
    assert_eq!((&gone["standing"], &gone["since"]), (&json!("gone"), &json!("2025-12-22T04:25:00.000Z")));
    assert_eq!(world.get(&format!("{PATH}/999999")).await.problem(), "no-pickup-points-known", "nobody answers");
    world.carrier.will_say(200, "application/json", {
        let none = PickupAnswer { code: 301, message: pickup_text(301).into(), ..PickupAnswer::default() };
        write_pickup_json(PickupOperation::ById, Ok(&none))
    });
    assert_eq!(world.get(&format!("{PATH}/999999")).await.problem(), "no-such-pickup-point");
    assert_eq!(world.get(&format!("{PATH}/29")).await.problem(), "no-such-pickup-point");
}

#[tokio::test]
async fn a_publishable_key_may_look_for_points_and_nothing_else() {
    let world = World::with_points().await;
    let key = world.publishable().await;
    let ask = async |path: &str| world.send(Method::GET, path, &[("authorization", key)], Body::empty()).await;
    assert_eq!(ids(&ask(BREST).await).len(), 2);
    assert_eq!(ask(&format!("{PATH}/292001")).await.status, StatusCode::OK);
    for path in ["/v1/shipments", "/v1/webhooks"] {
        assert_eq!(ask(path).await.problem(), "scope-missing", "{path}");
    }
    let ship = world.send(Method::POST, "/v1/shipments", &[("authorization", key)], Body::from("{}")).await;
    assert_eq!(ship.problem(), "scope-missing");
    assert_eq!(world.send(Method::GET, BREST, &[], Body::empty()).await.problem(), "key-missing");
    let other =
        world.send(Method::GET, BREST, &[("authorization", &format!("Bearer {OTHER_KEY}"))], Body::empty()).await;
    assert_eq!(ids(&other).len(), 2, "a shop's own key may as well");
}

#[tokio::test]
async fn a_page_of_any_origin_may_ask_and_only_for_points() {
    let world = World::with_points().await;
    let key = world.publishable().await;
    let origin = ("origin", "https://shop.example");
    let before =
        [origin, ("access-control-request-method", "GET"), ("access-control-request-headers", "authorization")];
    let choices = world.send(Method::OPTIONS, "/v1/pickup-choices", &before, Body::empty()).await;
    assert_eq!((choices.status.is_success(), choices.header("access-control-allow-origin")), (true, "*"));
    for path in [BREST, "/v1/pickup-points/292001"] {
        let preflight = world.send(Method::OPTIONS, path, &before, Body::empty()).await;
        assert!(preflight.status.is_success(), "{path}: {}", preflight.status);
        assert_eq!(preflight.header("access-control-allow-origin"), "*");
        assert!(preflight.header("access-control-allow-headers").contains("authorization"));
        assert!(preflight.header("access-control-allow-methods").contains("GET"));
        let asked = world.send(Method::GET, path, &[origin, ("authorization", key)], Body::empty()).await;
        assert_eq!((asked.status, asked.header("access-control-allow-origin")), (StatusCode::OK, "*"));
        let refused = world.send(Method::GET, path, &[origin], Body::empty()).await;
        assert_eq!((refused.problem().as_str(), refused.header("access-control-allow-origin")), ("key-missing", "*"));
    }
    for path in ["/v1/shipments", "/v1/keys/self"] {
        let preflight = world.send(Method::OPTIONS, path, &before, Body::empty()).await;
        assert_eq!(preflight.header("access-control-allow-origin"), "", "{path}");
        let asked = world.send(Method::GET, path, &[origin, ("authorization", key)], Body::empty()).await;
        assert_eq!(asked.header("access-control-allow-origin"), "", "{path}");
    }
}

const REST: &str = "/pointretrait-ws-cxf/rest/v2/pointretrait/findRDVPointRetraitAcheminement";
const XML: &str = "/pointretrait-ws-cxf/PointRetraitServiceWS/2.0";
const QUERY: &str =
    "accountNumber=964744&password=hush&zipCode=29200&city=Brest&countryCode=FR&shippingDate=22/12/2025";

#[tokio::test]
async fn each_of_the_carriers_doors_says_who_answered_and_how_old_that_is() {
    let world = World::new().await;
    let answer = PickupAnswer { code: 0, message: pickup_text(0).into(), ..PickupAnswer::default() };
    world.carrier.remembers(answer, Time::from_unix_ms(world.clock.now().unix_ms() - 90_000));
    let fields: Value =
        QUERY.split('&').filter_map(|pair| pair.split_once('=')).map(|(n, v)| (n.to_owned(), json!(v))).collect();
    let inner: String =
        QUERY.split('&').filter_map(|pair| pair.split_once('=')).map(|(n, v)| format!("<{n}>{v}</{n}>")).collect();
    let envelope = format!(
        "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Body>\
         <v:findRDVPointRetraitAcheminement xmlns:v='http://v2.pointretrait.geopost.com/'>{inner}\
         </v:findRDVPointRetraitAcheminement></e:Body></e:Envelope>"
    );
    let rest = world.send(Method::POST, REST, &[("content-type", "application/json")], fields.to_string()).await;
    let soap = world.send(Method::POST, XML, &[("content-type", "text/xml")], envelope).await;
    let get = format!("{XML}/findRDVPointRetraitAcheminement?{QUERY}");
    let get = world.send(Method::GET, &get, &[], Body::empty()).await;
    for answer in [rest, soap, get] {
        assert_eq!((answer.header("x-tournee-source"), answer.header("age")), ("directory", "90"), "{}", answer.text());
        assert_eq!(answer.header("x-tournee-as-of"), "2025-12-22T05:22:30.000Z");
        assert!(answer.header("warning").starts_with("110 "));
    }
}
