//! The API in our own words: who gets which shipment, how long an answer takes, what may be decided.

mod support;

use axum::body::Body;
use bytes::Bytes;
use carriers::colissimo::{LabelAnswer, LineEnds, write_label, write_refusal};
use clock::{Clock, Time};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;
use support::{Answer, KEY, NUMBER, OTHER_KEY, OTHER_NUMBER, World, shipment};
use tokio::time::Instant;

/// What a second request is to a first one.
#[derive(Debug, PartialEq)]
enum Is {
    Same,
    New,
    Conflict,
}

async fn ask(world: &World, key: Option<&str>, order: &str) -> Answer {
    let mut body = shipment();
    body["order_number"] = json!(order);
    let headers: Vec<_> = key.map(|k| ("idempotency-key", k)).into_iter().collect();
    world.post("/v1/shipments", &headers, &body).await
}

fn compare(first: &Answer, second: &Answer) -> Is {
    match second.problem().as_str() {
        "idempotency-key-reused" => Is::Conflict,
        "" if first.id() == second.id() => {
            assert_eq!(second.header("idempotent-replayed"), "true");
            Is::Same
        }
        _ => Is::New,
    }
}

#[tokio::test]
async fn which_request_is_the_same() {
    let (a, b) = (Some("key-a"), Some("key-b"));
    for (first, between, second, is) in [
        ((a, "1"), "", (a, "1"), Is::Same),
        ((a, "1"), "", (a, "2"), Is::Conflict),
        ((a, "1"), "", (b, "1"), Is::New),
        ((None, "1"), "", (None, "1"), Is::Same),
        ((None, "1"), "", (None, "2"), Is::New),
        ((a, "1"), "", (None, "1"), Is::New),
        ((a, "1"), "fetched", (a, "1"), Is::Same),
        ((None, "1"), "fetched", (None, "1"), Is::New),
        ((None, "1"), "confirmed", (None, "1"), Is::Same),
        ((a, "1"), "void", (a, "1"), Is::Same),
        ((None, "1"), "void", (None, "1"), Is::New),
    ] {
        let world = World::new().await;
        let one = ask(&world, first.0, first.1).await;
        meanwhile(&world, &one, between).await;
        let two = ask(&world, second.0, second.1).await;
        assert_eq!(compare(&one, &two), is, "{first:?}, {between}, {second:?}");
    }
}

async fn meanwhile(world: &World, first: &Answer, what: &str) {
    let path = format!("/v1/shipments/{}", first.id());
    if matches!(what, "fetched" | "confirmed") {
        world.claim().await;
        world.confirm(first.id(), NUMBER).await;
    }
    if what == "fetched" {
        assert_eq!(world.get(&format!("{path}/label")).await.status, StatusCode::OK);
    }
    if what == "void" {
        assert_eq!(world.post(&format!("{path}/void"), &[], &json!({})).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn the_same_is_judged_by_what_is_asked_not_by_how_it_is_written() {
    let world = World::new().await;
    let mut spaced = serde_json::to_string_pretty(&shipment()).expect("JSON");
    spaced = spaced.replace("\"Paris\"", "\" Paris  \"");
    let bearer = format!("Bearer {KEY}");
    let headers = [("authorization", bearer.as_str()), ("idempotency-key", "k")];
    let first = world.send(Method::POST, "/v1/shipments", &headers, shipment().to_string()).await;
    let second = world.send(Method::POST, "/v1/shipments", &headers, spaced).await;
    assert_eq!(first.id(), second.id());
}

#[tokio::test]
async fn a_key_is_its_merchants_own() {
    let world = World::new().await;
    let (one, two) = (format!("Bearer {KEY}"), format!("Bearer {OTHER_KEY}"));
    let mut ids = Vec::new();
    for bearer in [&one, &two] {
        let headers = [("authorization", bearer.as_str()), ("idempotency-key", "k")];
        ids.push(world.send(Method::POST, "/v1/shipments", &headers, shipment().to_string()).await.id());
    }
    assert_ne!(ids[0], ids[1]);
    for path in ["", "/facts", "/label"] {
        let answer = world.get(&format!("/v1/shipments/{}{path}", ids[1])).await;
        assert_eq!(answer.problem(), "no-such-shipment", "another's shipment{path}");
    }
    for path in ["void", "resolve"] {
        let decision = json!({"action": "retry"});
        let answer = world.post(&format!("/v1/shipments/{}/{path}", ids[1]), &[], &decision).await;
        assert_eq!(answer.problem(), "no-such-shipment", "another's shipment: {path}");
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_wish_nobody_waits() {
    let world = World::new().await;
    let begun = Instant::now();
    let answer = world.post("/v1/shipments", &[], &shipment()).await;
    assert_eq!((answer.status, begun.elapsed()), (StatusCode::ACCEPTED, Duration::ZERO));
    assert_eq!(answer.header("location"), format!("/v1/shipments/{}", answer.id()));
    assert_eq!(answer.header("preference-applied"), "");
    assert_eq!(answer.json()["state"], "waiting");
}

#[tokio::test(start_paused = true)]
async fn a_wait_ends_with_its_time() {
    let world = World::new().await;
    world.carrier.hangs();
    let begun = Instant::now();
    let answer = world.post("/v1/shipments", &[("prefer", "wait=7")], &shipment()).await;
    assert_eq!((answer.status, begun.elapsed()), (StatusCode::ACCEPTED, Duration::from_secs(7)));
    assert_eq!(answer.header("preference-applied"), "wait=7");
}

#[tokio::test(start_paused = true)]
async fn a_wait_ends_with_the_label_or_the_refusal() {
    for confirmed in [true, false] {
        let world = World::new().await;
        let body = shipment();
        let begun = Instant::now();
        let waiting = world.post("/v1/shipments", &[("prefer", "wait=60")], &body);
        let (answer, ()) = tokio::join!(waiting, async {
            let id = the_only(&world).await;
            world.claim().await;
            if confirmed { world.confirm(id, NUMBER).await } else { world.reject(id, "30221").await }
        });
        assert_eq!((answer.status, begun.elapsed()), (StatusCode::CREATED, Duration::ZERO));
        let state = if confirmed { "confirmed" } else { "rejected" };
        assert_eq!(answer.json()["state"], state);
    }
}

/// The id of the only shipment, once it is there.
async fn the_only(world: &World) -> parcel::ShipmentId {
    loop {
        tokio::task::yield_now().await;
        let all = world.get("/v1/shipments").await.json();
        if let Some(id) = all["shipments"][0]["id"].as_str() {
            return id.parse().expect("an id");
        }
    }
}

#[tokio::test]
async fn a_shipment_tells_where_it_stands() {
    let world = World::new().await;
    let id = world.ship("A").await;
    world.claim().await;
    assert_eq!(world.state_of(id).await, "in_flight");
    world.confirm(id, NUMBER).await;
    let told = world.get(&format!("/v1/shipments/{id}")).await.json();
    for (field, value) in [
        ("state", json!("confirmed")),
        ("order_number", json!("A")),
        ("parcel_no", json!(1)),
        ("product", json!("DOM")),
        ("delivery", json!({"mode": "home"})),
        ("parcel_number", json!(NUMBER)),
        ("partner_number", json!("PARTNER")),
        ("label_url", json!(format!("/v1/shipments/{id}/label"))),
        ("attempts", json!(1)),
        ("released", json!(false)),
        ("accepted_at", json!("2025-12-22T05:24:00.000Z")),
    ] {
        assert_eq!(told[field], value, "{told}");
    }
    assert!(told["next_step"].as_str().is_some_and(|s| s.contains("/label")));
}

#[tokio::test]
async fn the_timeline_holds_nothing_private() {
    let world = World::new().await;
    let id = world.ship("A").await;
    world.claim().await;
    world.unknown(id).await;
    let timeline = world.get(&format!("/v1/shipments/{id}/facts")).await;
    let names: Vec<Value> =
        timeline.json()["facts"].as_array().expect("facts").iter().map(|f| f["fact"].clone()).collect();
    assert_eq!(names, ["accepted", "claimed", "unknown"]);
    assert_eq!(timeline.json()["facts"][2]["cause"]["code"], "no_answer");
    for private in ["Martin", "Lilas", "Paris", "hush"] {
        assert!(!timeline.text().contains(private), "{private}");
    }
}

#[tokio::test]
async fn a_label_is_given_when_it_is_there_and_not_before() {
    let world = World::new().await;
    let id = world.ship("A").await;
    let path = format!("/v1/shipments/{id}/label");
    let early = world.get(&path).await;
    assert_eq!((early.problem().as_str(), early.header("retry-after")), ("not-ready", "5"));
    world.carrier.goes_dark();
    assert_eq!(world.get(&path).await.header("retry-after"), "60");
    world.claim().await;
    world.confirm(id, NUMBER).await;
    let looked = world.send(Method::HEAD, &path, &[("authorization", &format!("Bearer {KEY}"))], Body::empty()).await;
    assert_eq!((looked.status, released(&world, id).await), (StatusCode::OK, json!(false)));
    let label = world.get(&path).await;
    assert_eq!((label.header("content-type"), label.body.as_ref()), ("application/pdf", &b"%PDF the label"[..]));
    assert_eq!(label.header("content-disposition"), format!("inline; filename=\"{NUMBER}.pdf\""));
    assert_eq!(released(&world, id).await, true);
    assert_eq!(world.get(&path).await.status, StatusCode::OK, "it can be fetched again");
    world.post(&format!("/v1/shipments/{id}/void"), &[], &json!({})).await;
    let gone = world.get(&path).await;
    assert_eq!((gone.status, gone.problem().as_str()), (StatusCode::GONE, "void"));
}

#[tokio::test]
async fn a_label_past_its_time_is_said_to_be_so() {
    let world = World::new().await;
    let id = world.ship("A").await;
    world.claim().await;
    world.confirm(id, NUMBER).await;
    let later = world.clock.now().plus(Duration::from_secs(91 * 24 * 60 * 60));
    let (keep, from) = (store::Keep::default(), store::CompactPlace::default());
    let (removed, _) = world.store.compact(keep, from, later, false).await.expect("a turn");
    assert_eq!(removed.labels, 1);
    let gone = world.get(&format!("/v1/shipments/{id}/label")).await;
    assert_eq!((gone.status, gone.problem().as_str()), (StatusCode::GONE, "past-keeping"));
    assert!(gone.text().contains(NUMBER), "it names the number to print it again by: {}", gone.text());
}

async fn released(world: &World, id: parcel::ShipmentId) -> Value {
    world.get(&format!("/v1/shipments/{id}")).await.json()["released"].clone()
}

#[tokio::test]
async fn a_refused_shipment_has_no_label() {
    let world = World::new().await;
    let id = world.ship("A").await;
    world.claim().await;
    world.reject(id, "30221").await;
    let answer = world.get(&format!("/v1/shipments/{id}/label")).await;
    assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (422, "rejected"));
    assert_eq!(answer.json()["carrier_code"], "30221");
}

#[tokio::test]
async fn giving_up_is_possible_but_while_the_carrier_is_asked() {
    let world = World::new().await;
    let id = world.ship("A").await;
    let path = format!("/v1/shipments/{id}/void");
    world.claim().await;
    let busy = world.post(&path, &[], &json!({})).await;
    assert_eq!((busy.status.as_u16(), busy.problem().as_str()), (409, "wrong-state"));
    assert_eq!(busy.header("retry-after"), "10");
    world.unknown(id).await;
    for _ in 0..2 {
        let answer = world.post(&path, &[], &json!({})).await;
        assert_eq!((answer.status, answer.json()["state"].as_str()), (StatusCode::OK, Some("void")));
    }
}

#[tokio::test]
async fn a_person_may_have_it_tried_again() {
    let world = World::new().await;
    let id = world.ship("A").await;
    let path = format!("/v1/shipments/{id}/resolve");
    world.claim().await;
    world.unknown(id).await;
    let early = world.post(&path, &[], &json!({"action": "retry"})).await;
    assert_eq!(early.problem(), "wrong-state", "an unknown is never tried again blindly");
    world.record(id, dispatch::Fact::LeftToHuman { reason: "who knows".into() }, None).await;
    assert_eq!(world.get(&format!("/v1/shipments/{id}")).await.json()["human_reason"], "who knows");
    let answer = world.post(&path, &[], &json!({"action": "retry"})).await;
    assert_eq!(answer.json()["state"], "waiting");
}

fn reprint(number: &str) -> (String, Bytes) {
    let answer = LabelAnswer {
        number: number.parse().expect("a number"),
        partner_number: None,
        pdf_url: None,
        label: "%PDF again".into(),
        cn23: None,
        messages: Vec::new(),
        line_ends: LineEnds::Crlf,
    };
    write_label(&answer, LineEnds::Crlf, "1234")
}

#[tokio::test]
async fn a_number_is_believed_only_with_its_label() {
    let world = World::new().await;
    let (id, other) = (world.ship("A").await, world.ship("B").await);
    world.claim().await;
    world.unknown(id).await;
    world.confirm(other, OTHER_NUMBER).await;
    let path = format!("/v1/shipments/{id}/resolve");
    let decide = |number: &str| json!({"action": "confirm", "parcel_number": number});

    assert_eq!(world.post(&path, &[], &json!({"action": "confirm"})).await.problem(), "missing-field");
    assert_eq!(world.post(&path, &[], &decide("6C12345678910")).await.problem(), "invalid-field");
    assert_eq!(world.post(&path, &[], &decide(OTHER_NUMBER)).await.problem(), "number-taken");
    assert_eq!(world.post(&path, &[], &decide(NUMBER)).await.problem(), "carrier-unavailable");
    let (kind, refusal) = write_refusal("30702", "", LineEnds::Crlf, "1234");
    world.carrier.will_say(400, &kind, refusal);
    assert_eq!(world.post(&path, &[], &decide(NUMBER)).await.problem(), "not-proved");
    assert_eq!(world.state_of(id).await, "unknown");

    let (kind, label) = reprint(NUMBER);
    world.carrier.will_say(200, &kind, label);
    let answer = world.post(&path, &[], &decide(NUMBER)).await.json();
    assert_eq!((&answer["state"], &answer["confirmed_by"]), (&json!("confirmed"), &json!("human")));
    assert_eq!(world.get(&format!("/v1/shipments/{id}/label")).await.body.as_ref(), b"%PDF again");
    assert_eq!(world.post(&path, &[], &decide(NUMBER)).await.problem(), "wrong-state");
}

#[tokio::test]
async fn a_local_label_is_told_apart_and_refused_with_what_is_in_its_way() {
    let world = World::new().await;
    let id = world.ship("A").await;
    let (path, shipment) = (format!("/v1/shipments/{id}/resolve"), format!("/v1/shipments/{id}"));
    let refused = world.post(&path, &[], &json!({"action": "local"})).await;
    assert_eq!(refused.problem(), "no-local-label");
    assert!(refused.json()["detail"].as_str().is_some_and(|detail| detail.contains("no number is left")));
    world.record(id, dispatch::Fact::LocalOffered, None).await;
    let offered = world.get(&shipment).await.json();
    assert!(offered["next_step"].as_str().is_some_and(|step| step.contains("\"local\"")), "{offered}");
    assert_eq!(offered.get("label_source"), None);
    world.claim().await;
    let under_way = world.post(&path, &[], &json!({"action": "local"})).await;
    assert_eq!(under_way.problem(), "wrong-state");
    world.confirm(id, NUMBER).await;
    assert_eq!(world.get(&shipment).await.json()["label_source"], "carrier");
}

#[tokio::test]
async fn decisions_are_read_strictly() {
    let world = World::new().await;
    let path = format!("/v1/shipments/{}/resolve", world.ship("A").await);
    for (body, kind, field) in [
        (json!({}), "missing-field", "action"),
        (json!({"action": "burn"}), "invalid-field", "action"),
        (json!({"action": "retry", "why": 1}), "unknown-field", "why"),
    ] {
        let answer = world.post(&path, &[], &body).await;
        assert_eq!((answer.problem().as_str(), answer.json()["field"].as_str()), (kind, Some(field)), "{body}");
    }
}

#[tokio::test]
async fn pages_follow_one_another_without_gap_or_double() {
    let world = World::new().await;
    let mut made = Vec::new();
    for n in 0..5 {
        world.clock.set(world.clock.now().plus(Duration::from_millis(1)));
        made.push(world.ship(&format!("A{n}")).await.to_string());
    }
    made.reverse();
    let (mut seen, mut next) = (Vec::new(), Some("/v1/shipments?limit=2&state=waiting".to_owned()));
    while let Some(path) = next {
        let page = world.get(&path).await;
        let body = page.json();
        let ids = body["shipments"].as_array().expect("shipments").iter();
        seen.extend(ids.map(|s| s["id"].as_str().expect("an id").to_owned()));
        next = body["next"].as_str().map(str::to_owned);
        let link = next.as_ref().map_or(String::new(), |path| format!("<{path}>; rel=\"next\""));
        assert_eq!(page.header("link"), link);
    }
    assert_eq!(seen, made);
    let one = world.get("/v1/shipments?order_number=A3").await.json();
    assert_eq!(one["shipments"].as_array().map(Vec::len), Some(1));
    assert_eq!(world.get("/v1/shipments?state=void").await.json()["shipments"], json!([]));
}

#[tokio::test]
async fn a_key_that_was_taken_away_is_refused_soon() {
    let world = World::new().await;
    assert_eq!(world.get("/v1/shipments").await.status, StatusCode::OK);
    world.store.close().await.expect("closes");
    let reads_key = |answer: Answer| answer.problem();
    world.clock.set(Time::from_unix_ms(world.clock.now().unix_ms() + 1_999));
    assert_eq!(reads_key(world.get("/v1/shipments/7").await), "no-such-shipment", "still believed");
    world.clock.set(Time::from_unix_ms(world.clock.now().unix_ms() + 1));
    assert_eq!(reads_key(world.get("/v1/shipments/7").await), "store-unavailable", "looked up anew");
}
