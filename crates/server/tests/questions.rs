//! What the buyer chose and what becomes of it where it cannot be honoured: by the API, on the buyer's page, and at the
//! carrier-compatible endpoints.

mod support;

use clock::{Clock, Time};
use dispatch::{Fact, IfPointIsGone};
use http::{Method, StatusCode};
use parcel::{PointKind, ShipmentId};
use pickup::{Directory, Hours, Point, Position, Seen};
use serde_json::{Value, json};
use std::time::Duration;
use store::{HookEvent, PointRule, Scope};
use support::{Answer, NUMBER, OTHER_KEY, World, letter, shipment};

const WANTED: &str = "750021";
const NEAR: &str = "750022";
const FAR: &str = "750023";
const OFFICE: &str = "750024";

fn point(id: &str, metres_north: f64, kind: PointKind) -> Point {
    let open = "09:00-12:00 14:00-18:30";
    Point {
        id: id.parse().expect("an id"),
        name: format!("POINT <{id}>"),
        address: ["1 PLACE D'ARMES".into(), String::new(), String::new()],
        postal_code: "75002".into(),
        city: "PARIS".into(),
        country: "FR".into(),
        position: Position::new(48.868 + metres_north / 111_195.0, 2.341).ok(),
        kind,
        network: "R01".into(),
        hours: Hours::parse([open, open, open, open, open, "?", "00:00-00:00"]),
        closures: Vec::new(),
        closed: false,
        partly_closed: false,
        weight_max_g: Some(20_000),
        accessible: true,
        language: "FR".into(),
        sorting: Default::default(),
    }
}

/// A world with four points around the one that is wanted.
async fn world() -> World {
    let world = World::new().await;
    let shop = PointKind::Shop;
    let points = vec![
        point(WANTED, 0.0, shop.clone()),
        point(NEAR, 300.0, shop.clone()),
        point(FAR, 900.0, shop),
        point(OFFICE, 100.0, PointKind::PostOffice),
    ];
    learn(&world, points);
    world
}

fn learn(world: &World, points: Vec<Point>) {
    world.carrier.directory().merge(&Seen { points, asked: None }, world.clock.now());
}

fn directory<T>(world: &World, change: impl FnOnce(&mut Directory, Time) -> T) -> T {
    change(&mut world.carrier.directory(), world.clock.now())
}

fn gone(world: &World, id: &str) {
    assert!(directory(world, |directory, now| directory.gone(id.parse().expect("an id"), now)));
}

/// A good shipment to a pickup point.
fn to_point(order: &str, point: &str) -> Value {
    let mut body = shipment();
    body["order_number"] = json!(order);
    body["product"] = json!("HD");
    body["pickup_point"] = json!(point);
    body["commercial_name"] = json!("Les Lilas");
    body["addressee"]["mobile"] = json!("0612345678");
    body["addressee"]["email"] = json!("lucie@example.org");
    body
}

/// A good request of `generateLabel` to a pickup point.
fn letter_to(order: &str, point: &str) -> Value {
    let mut body = letter(order);
    body["letter"]["service"]["productCode"] = json!("HD");
    body["letter"]["parcel"]["pickupLocationId"] = json!(point);
    body["letter"]["addressee"]["address"]["mobileNumber"] = json!("0612345678");
    body["letter"]["addressee"]["address"]["email"] = json!("lucie@example.org");
    body
}

async fn ship(world: &World, body: &Value) -> Value {
    let answer = world.post("/v1/shipments", &[], body).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
    answer.json()
}

async fn read(world: &World, told: &Value) -> Value {
    world.get(&format!("/v1/shipments/{}", text(&told["id"]))).await.json()
}

fn text(value: &Value) -> &str {
    value.as_str().expect("text")
}

fn id_of(told: &Value) -> ShipmentId {
    text(&told["id"]).parse().expect("an id")
}

async fn consent(world: &World, told: &Value, body: &Value) -> Answer {
    world.post(&format!("/v1/shipments/{}/consent", text(&told["id"])), &[], body).await
}

async fn facts(world: &World, id: ShipmentId) -> Vec<Fact> {
    world.store.facts(id).await.expect("read").into_iter().map(|stamped| stamped.fact).collect()
}

async fn names(world: &World, id: ShipmentId) -> Vec<&'static str> {
    facts(world, id).await.iter().map(Fact::name).collect()
}

async fn choose(world: &World, order: &str, point: &str) -> Value {
    let answer = world.post("/v1/pickup-choices", &[], &json!({"order_number": order, "point": point})).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    answer.json()
}

#[tokio::test]
async fn a_point_that_is_gone_is_asked_about_and_consent_is_a_fact() {
    let world = world().await;
    gone(&world, WANTED);
    let told = ship(&world, &to_point("A-1", WANTED)).await;
    assert_eq!(told["state"], "question");
    let question = &told["question"];
    assert_eq!((&question["why"], &question["wanted"]["pickup_point"]), (&json!("point_gone"), &json!(WANTED)));
    let offered: Vec<&str> =
        question["alternatives"].as_array().expect("a list").iter().map(|a| text(&a["pickup_point"])).collect();
    assert_eq!(offered, [OFFICE, NEAR, FAR], "the nearest first, the gone one not at all");
    world.claim().await;
    assert_eq!(read(&world, &told).await["state"], "question", "nothing is made before");

    let agreed = consent(&world, &told, &json!({"pickup_point": NEAR})).await;
    assert_eq!(agreed.status, StatusCode::OK, "{}", agreed.text());
    let agreed = agreed.json();
    assert_eq!((&agreed["state"], &agreed["delivery"]["pickup_point"]), (&json!("waiting"), &json!(NEAR)));
    assert_eq!((&agreed["consent"]["by"], &agreed["question"]), (&json!("merchant"), &Value::Null));
    let again = consent(&world, &told, &json!({"pickup_point": NEAR})).await;
    assert_eq!(again.status, StatusCode::OK, "the same answer twice is the same as once");
    let other = consent(&world, &told, &json!({"home": true})).await;
    assert_eq!((other.status, other.problem().as_str()), (StatusCode::CONFLICT, "wrong-state"));

    let id = id_of(&told);
    assert_eq!(names(&world, id).await, ["accepted", "asked", "consented"]);
    let Fact::Accepted { shipment, .. } = &facts(&world, id).await[0] else { panic!("the first fact") };
    assert_eq!(shipment.mode.pickup_point().map(|p| p.to_string()).as_deref(), Some(WANTED), "never changed");
    let claimed = world.store.claim(&[dispatch::Job::Submit], 9, 0, world.clock.now()).await.expect("claims");
    let point = claimed[0].shipment.mode.pickup_point().map(|p| p.to_string());
    assert_eq!(point.as_deref(), Some(NEAR), "what the carrier is asked for");
}

#[tokio::test]
async fn what_differs_from_the_choice_is_asked_about_also_when_it_is_the_home() {
    let world = world().await;
    let chosen = choose(&world, "A-1", WANTED).await;
    assert_eq!(chosen["point"]["id"], WANTED);
    let told = ship(&world, &to_point("A-1", WANTED)).await;
    assert_eq!(told["state"], "waiting", "what the buyer chose is asked for");
    for (order, mut body) in [("B-1", to_point("B-1", NEAR)), ("B-2", shipment())] {
        choose(&world, order, WANTED).await;
        body["order_number"] = json!(order);
        let told = ship(&world, &body).await;
        assert_eq!((&told["state"], &told["question"]["why"]), (&json!("question"), &json!("differs_from_choice")));
        assert_eq!(told["question"]["chosen"], WANTED);
        assert_eq!(told["question"]["alternatives"][0]["pickup_point"], WANTED);
    }
    let by_choice = world.get("/v1/shipments?state=question").await.json();
    assert_eq!(by_choice["shipments"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn a_signed_choice_comes_along_with_the_shipment() {
    let world = world().await;
    let body = json!({"point": WANTED, "latitude": 48.868, "longitude": 2.341});
    let unbound = world.post("/v1/pickup-choices", &[], &body).await.json();
    assert_eq!((&unbound["order_number"], &unbound["distance_m"]), (&Value::Null, &json!(0)));
    let mut body = to_point("A-1", NEAR);
    body["pickup_choice"] = unbound["choice"].clone();
    let told = ship(&world, &body).await;
    assert_eq!((&told["state"], &told["question"]["chosen"]), (&json!("question"), &json!(WANTED)));
    let kept = world.get("/v1/pickup-choices?order_number=A-1").await.json();
    assert_eq!(kept["choices"][0]["point"]["id"], WANTED, "from here on it is the order's");

    let mut forged = text(&unbound["choice"]).to_owned();
    forged.replace_range(10..11, if &forged[10..11] == "A" { "B" } else { "A" });
    let others = world
        .send(
            Method::POST,
            "/v1/pickup-choices",
            &[("authorization", &format!("Bearer {OTHER_KEY}")), ("content-type", "application/json")],
            json!({"point": WANTED}).to_string(),
        )
        .await;
    let of_another_order = choose(&world, "Z-9", WANTED).await;
    for bad in [json!(forged), json!("x"), others.json()["choice"].clone(), of_another_order["choice"].clone()] {
        let mut body = to_point("A-2", WANTED);
        body["pickup_choice"] = bad;
        let refused = world.post("/v1/shipments", &[], &body).await;
        assert_eq!((refused.status, refused.problem().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "invalid-field"));
        assert_eq!(refused.json()["field"], "pickup_choice");
    }
}

#[tokio::test]
async fn a_choice_that_cannot_be_taken_is_refused_in_words() {
    let world = world().await;
    gone(&world, FAR);
    let cases = [
        (json!({"point": "999999"}), "point-unavailable", "point"),
        (json!({"point": FAR}), "point-unavailable", "point"),
        (json!({"point": WANTED, "weight_g": 25_000}), "point-unavailable", "point"),
        (json!({"point": "7"}), "invalid-field", "point"),
        (json!({"point": WANTED, "product": "DOM"}), "invalid-field", "product"),
        (json!({"point": WANTED, "latitude": 48.0}), "invalid-field", "longitude"),
        (json!({"point": WANTED, "latitude": 95.0, "longitude": 2.0}), "invalid-field", "latitude"),
        (json!({"point": WANTED, "date": "22/12/2025"}), "invalid-field", "date"),
        (json!({"point": WANTED, "order_number": ""}), "invalid-field", "order_number"),
        (json!({"point": WANTED, "replaces": "x", "colour": 1}), "unknown-field", "colour"),
    ];
    for (body, problem, field) in cases {
        let refused = world.post("/v1/pickup-choices", &[], &body).await;
        assert_eq!((refused.problem().as_str(), &refused.json()["field"]), (problem, &json!(field)), "{body}");
    }
    for query in ["", "?order_number=", "?order=1", "?order_number=1&order_number=2"] {
        let refused = world.get(&format!("/v1/pickup-choices{query}")).await;
        assert_eq!((refused.status, refused.problem().as_str()), (StatusCode::BAD_REQUEST, "bad-query"), "{query}");
    }
    assert_eq!(world.store.counts().await.expect("read").outbox_due, 0);
}

/// A key that the picker in a shop's page has: everybody can read it.
async fn publishable(world: &World) -> &'static str {
    use sha2::{Digest, Sha256};
    let key = "tk_for_the_page";
    let new = store::NewApiKey {
        digest: Sha256::digest(key.as_bytes()).into(),
        merchant: "one".parse().expect("an id"),
        name: "page".into(),
        scopes: Scope::Pick.into(),
        at: world.clock.now(),
        expires_at: None,
    };
    world.store.add_api_key(new).await.expect("a key");
    key
}

#[tokio::test]
async fn whoever_reads_the_pages_key_cannot_change_anothers_choice() {
    let world = world().await;
    let key = publishable(&world).await;
    let bearer = format!("Bearer {key}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let pick = |point: &str, replaces: Option<Value>| {
        let mut body = json!({"order_number": "A-1", "point": point});
        if let Some(replaces) = replaces {
            body["replaces"] = replaces;
        }
        let (world, headers) = (&world, &headers);
        async move { world.send(Method::POST, "/v1/pickup-choices", headers, body.to_string()).await }
    };
    let first = pick(WANTED, None).await;
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.text());
    assert_eq!(pick(WANTED, None).await.json()["chosen_at"], first.json()["chosen_at"], "the same is the same");
    let stranger = pick(NEAR, None).await;
    assert_eq!((stranger.status, stranger.problem().as_str()), (StatusCode::CONFLICT, "choice-taken"));
    let second = pick(NEAR, Some(first.json()["choice"].clone())).await;
    assert_eq!(second.status, StatusCode::CREATED, "{}", second.text());
    let stale = pick(FAR, Some(first.json()["choice"].clone())).await;
    assert_eq!(stale.problem(), "choice-taken", "what was replaced replaces nothing");
    let history = world.get("/v1/pickup-choices?order_number=A-1").await.json();
    let ids: Vec<&str> =
        history["choices"].as_array().expect("a list").iter().map(|choice| text(&choice["point"]["id"])).collect();
    assert_eq!(ids, [NEAR, WANTED]);
    assert!(history["choices"][0]["ended_at"].is_null() && history["choices"][1]["ended_at"].is_string());
    let listed = world.send(Method::GET, "/v1/pickup-choices?order_number=A-1", &headers, String::new()).await;
    assert_eq!(listed.problem(), "scope-missing");
    let origin = ("origin", "https://shop.example");
    let first = [origin, ("access-control-request-method", "POST"), ("access-control-request-headers", "content-type")];
    let preflight = world.send(Method::OPTIONS, "/v1/pickup-choices", &first, String::new()).await;
    assert!(preflight.status.is_success() && preflight.header("access-control-allow-origin") == "*");
    assert_eq!(stale.header("access-control-allow-origin"), "*", "a refusal too can be read by the page");
}

#[tokio::test]
async fn the_nearest_of_the_same_kind_is_taken_where_the_merchant_set_it_so_and_never_against_a_choice() {
    let world = world().await;
    let merchant = "one".parse().expect("an id");
    let rule = PointRule { if_gone: IfPointIsGone::Nearest { within_m: 500 }, home_offered: false };
    world.store.set_point_rule(&merchant, rule).await.expect("set");
    gone(&world, WANTED);
    let told = ship(&world, &to_point("A-1", WANTED)).await;
    assert_eq!((&told["state"], &told["delivery"]["pickup_point"]), (&json!("waiting"), &json!(NEAR)));
    assert_eq!(told["consent"]["by"], "rule");
    assert_eq!(names(&world, id_of(&told)).await, ["accepted", "asked", "consented"]);
    choose(&world, "A-2", FAR).await;
    let differs = ship(&world, &to_point("A-2", WANTED)).await;
    assert_eq!((&differs["state"], &differs["question"]["chosen"]), (&json!("question"), &json!(FAR)));
    gone(&world, NEAR);
    let too_far = ship(&world, &to_point("A-3", WANTED)).await;
    assert_eq!(too_far["state"], "question");
}

#[tokio::test]
async fn answers_that_cannot_be_carried_out_are_refused_and_change_nothing() {
    let world = world().await;
    gone(&world, WANTED);
    gone(&world, FAR);
    let told = ship(&world, &to_point("A-1", WANTED)).await;
    let cases = [
        (json!({}), "invalid-field"),
        (json!({"home": false}), "invalid-field"),
        (json!({"home": true, "keep": true}), "invalid-field"),
        (json!({"pickup_point": "7"}), "invalid-field"),
        (json!({"pickup_point": FAR}), "point-unavailable"),
        (json!({"pickup_points": NEAR}), "unknown-field"),
    ];
    for (body, problem) in cases {
        assert_eq!(consent(&world, &told, &body).await.problem(), problem, "{body}");
    }
    let stranger = [("authorization", &*format!("Bearer {OTHER_KEY}")), ("content-type", "application/json")];
    let path = format!("/v1/shipments/{}/consent", text(&told["id"]));
    let theirs = world.send(Method::POST, &path, &stranger, json!({"keep": true}).to_string()).await;
    assert_eq!(theirs.problem(), "no-such-shipment");
    assert_eq!(read(&world, &told).await["state"], "question");

    choose(&world, "A-2", NEAR).await;
    let mut home = shipment();
    home["order_number"] = json!("A-2");
    let home = ship(&world, &home).await;
    let untold = consent(&world, &home, &json!({"pickup_point": NEAR})).await;
    assert_eq!(untold.problem(), "point-unavailable", "nobody could tell the buyer that it is there");
    assert!(text(&untold.json()["detail"]).contains("mobile"));
    let agreed = consent(&world, &home, &json!({"home": true})).await.json();
    assert_eq!((&agreed["delivery"]["mode"], &agreed["product"]), (&json!("home"), &json!("DOM")));
}

#[tokio::test]
async fn a_kept_point_is_asked_for_once_it_is_open_again() {
    let world = world().await;
    let until = Time::from_paris("2026-01-05T00:00:00").expect("a time");
    let mut shut = point(WANTED, 0.0, PointKind::Shop);
    shut.closures = vec![pickup::Closure { from: Time::from_unix_ms(0), until }];
    world.clock.set(world.clock.now().plus(Duration::from_secs(1)));
    learn(&world, vec![shut]);
    let told = ship(&world, &to_point("A-1", WANTED)).await;
    assert_eq!(told["question"]["why"], "point_closed");
    let kept = consent(&world, &told, &json!({"keep": true})).await.json();
    assert_eq!((&kept["state"], &kept["consent"]["kept"]), (&json!("waiting"), &json!(true)));
    assert_eq!(kept["consent"]["not_before"], until.to_string());
    assert_eq!(world.store.next_due().await.expect("read"), Some(until));
}

#[tokio::test]
async fn what_is_chosen_later_becomes_a_question_or_stands_beside_the_label() {
    let world = world().await;
    choose(&world, "A-1", WANTED).await;
    let waits = ship(&world, &to_point("A-1", WANTED)).await;
    let labelled = ship(&world, &to_point("A-2", WANTED)).await;
    let under_way = ship(&world, &to_point("A-3", WANTED)).await;
    choose(&world, "A-1", NEAR).await;
    assert_eq!(read(&world, &waits).await["question"]["chosen"], NEAR);
    choose(&world, "A-1", WANTED).await;
    let back = read(&world, &waits).await;
    assert_eq!(
        (&back["state"], &back["consent"]["by"]),
        (&json!("waiting"), &json!("buyer")),
        "the two are the same again"
    );

    world.claim().await;
    world.confirm(id_of(&labelled), NUMBER).await;
    choose(&world, "A-2", NEAR).await;
    let told = read(&world, &labelled).await;
    assert_eq!((&told["state"], &told["mismatch"]["why"]), (&json!("confirmed"), &json!("rechosen")));
    let found = world.get("/v1/shipments?mismatch=true").await.json();
    assert_eq!(found["shipments"].as_array().map(Vec::len), Some(1));
    choose(&world, "A-2", WANTED).await;
    assert!(read(&world, &labelled).await["mismatch"].is_null());

    choose(&world, "A-3", NEAR).await;
    let id = id_of(&under_way);
    world.record(id, Fact::NotDone { attempt: 1, cause: dispatch::Cause::NoConnection, retry_after: None }, None).await;
    let told = read(&world, &under_way).await;
    assert_eq!(
        (&told["state"], &told["question"]["chosen"]),
        (&json!("question"), &json!(NEAR)),
        "before another attempt"
    );
    assert_eq!(names(&world, id).await, ["accepted", "claimed", "rechosen", "not_done", "asked"]);
}

async fn page(world: &World, path: &str, lang: &str) -> Answer {
    world.send(Method::GET, path, &[("accept-language", lang)], String::new()).await
}

async fn answered(world: &World, path: &str, body: &str) -> Answer {
    let kind = [("content-type", "application/x-www-form-urlencoded")];
    world.send(Method::POST, path, &kind, body.to_owned()).await
}

async fn asked(world: &World, order: &str) -> (Value, String) {
    let told = ship(world, &to_point(order, WANTED)).await;
    let told = read(world, &told).await;
    let link = text(&told["question"]["link"]).to_owned();
    (told, link)
}

#[tokio::test]
async fn the_buyer_answers_by_the_link_in_her_language() {
    let world = world().await;
    gone(&world, WANTED);
    let (told, link) = asked(&world, "A-1").await;
    assert!(link.starts_with("/choose/"), "{link}");
    let french = page(&world, &link, "fr-FR,fr;q=0.9,en;q=0.5").await;
    assert_eq!((french.status, french.header("content-language")), (StatusCode::OK, "fr"));
    let english = page(&world, &format!("{link}?lang=en"), "fr").await;
    assert!(french.text().contains("Où livrer votre colis") && english.text().contains("Where should your parcel go"));
    for (header, value) in [
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-robots-tag", "noindex, nofollow"),
        ("content-type", "text/html; charset=utf-8"),
    ] {
        assert_eq!(french.header(header), value);
    }
    let policy = french.header("content-security-policy").to_owned();
    assert!(policy.starts_with("default-src 'none'") && policy.contains("form-action 'self'"), "{policy}");
    let html = french.text();
    let order: Vec<usize> = [OFFICE, NEAR, FAR].map(|id| html.find(&format!("point:{id}")).expect("offered")).into();
    assert!(order.is_sorted(), "the nearest first");
    assert!(html.contains("POINT &lt;750022&gt;") && !html.contains("<script"), "{html}");
    for private in ["Martin", "12 rue", "0612345678", "lucie@", "75020"] {
        assert!(!html.contains(private), "{private}");
    }
    assert!(!html.contains("value=\"home\""), "the home is not offered unless the shop does");

    let done = answered(&world, &format!("{link}?lang=fr"), &format!("answer=point%3A{NEAR}")).await;
    assert_eq!((done.status, done.header("location")), (StatusCode::SEE_OTHER, format!("{link}?lang=fr").as_str()));
    let shown = page(&world, &link, "fr").await;
    assert!(shown.text().contains("C’est noté") && shown.text().contains("POINT &lt;750022&gt;"), "{}", shown.text());
    let now = read(&world, &told).await;
    assert_eq!((&now["state"], &now["consent"]["by"]), (&json!("waiting"), &json!("buyer")));
    assert_eq!(now["delivery"]["pickup_point"], NEAR);
    let again = answered(&world, &link, "answer=keep").await;
    assert_eq!(again.status, StatusCode::SEE_OTHER, "answered before");
    assert_eq!(names(&world, id_of(&told)).await, ["accepted", "asked", "consented"], "twice is the same as once");
    let choices = world.get("/v1/pickup-choices?order_number=A-1").await.json();
    assert_eq!(choices["choices"][0]["point"]["id"], NEAR, "what the buyer says last counts");
}

#[tokio::test]
async fn a_link_that_is_not_good_says_so_plainly() {
    let world = world().await;
    gone(&world, WANTED);
    let (told, link) = asked(&world, "A-1").await;
    for bad in ["/choose/x", "/choose/AAAA", &link[..link.len() - 2]] {
        let refused = page(&world, bad, "en").await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND, "{bad}");
        assert!(refused.text().contains("This link is not valid"), "{}", refused.text());
        assert_eq!(answered(&world, bad, "answer=keep").await.status, StatusCode::NOT_FOUND);
    }
    for bad in ["", "answer=", "answer=home", "answer=point:999999", &"x".repeat(5_000)] {
        let refused = answered(&world, &link, bad).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
        assert!(refused.text().contains("role=\"alert\"") && refused.text().contains("<form"));
    }
    gone(&world, FAR);
    assert_eq!(answered(&world, &link, &format!("answer=point:{FAR}")).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(read(&world, &told).await["state"], "question");
    let long = answered(&world, &link, &"x".repeat(11 << 20)).await;
    assert_eq!(long.status, StatusCode::PAYLOAD_TOO_LARGE);

    let id = text(&told["id"]);
    world.post(&format!("/v1/shipments/{id}/void"), &[], &json!({})).await;
    let void = page(&world, &link, "en").await;
    assert!(void.text().contains("No answer is needed"), "{}", void.text());
    world.clock.set(world.clock.now().plus(Duration::from_secs(15 * 86_400)));
    let late = page(&world, &link, "fr").await;
    assert_eq!(late.status, StatusCode::GONE);
    assert!(late.text().contains("n’est plus valable"));
}

#[tokio::test]
async fn home_is_offered_where_the_shop_does_and_only_who_decides_is_given_the_link() {
    let world = world().await;
    gone(&world, WANTED);
    let rule = PointRule { home_offered: true, ..PointRule::default() };
    world.store.set_point_rule(&"one".parse().expect("an id"), rule).await.expect("set");
    let (told, link) = asked(&world, "A-1").await;
    assert!(page(&world, &link, "en").await.text().contains("value=\"home\""));
    assert_eq!(answered(&world, &link, "answer=home").await.status, StatusCode::SEE_OTHER);
    let now = read(&world, &told).await;
    assert_eq!((&now["product"], &now["delivery"]["mode"]), (&json!("DOM"), &json!("home")));
    let shown = page(&world, &link, "en").await.text();
    assert!(shown.contains("delivered to the address that you gave"), "{shown}");
    let bearer = format!("Bearer {}", publishable(&world).await);
    let told = ship(&world, &to_point("A-2", WANTED)).await;
    assert!(told["question"]["link"].is_null());
    let path = format!("/v1/shipments/{}", text(&told["id"]));
    let refused = world.send(Method::GET, &path, &[("authorization", &bearer)], String::new()).await;
    assert_eq!(refused.problem(), "scope-missing");
}

#[tokio::test]
async fn a_module_is_told_in_the_carriers_words_and_gets_the_label_for_what_was_agreed_to() {
    let world = world().await;
    gone(&world, WANTED);
    let headers = [("content-type", "application/json"), ("prefer", "wait=0")];
    let send = |body: Value| {
        let (world, headers) = (&world, &headers);
        async move { world.send(Method::POST, carriers::colissimo::GENERATE, headers, body.to_string()).await }
    };
    let first = send(letter_to("A-1", WANTED)).await;
    assert_eq!(first.status, StatusCode::BAD_REQUEST);
    let words = first.text();
    assert!(words.contains("30401") && words.contains("Commande A-1") && !words.contains("Martin"), "{words}");
    let id: ShipmentId = first.header("x-tournee-shipment").parse().expect("a reference");
    let silently = send(letter_to("A-1", NEAR)).await;
    assert_eq!(silently.header("x-tournee-shipment"), id.to_string(), "not a second parcel to the nearest point");
    assert!(silently.text().contains("30401"));
    let mut home = letter("A-1");
    home["letter"]["addressee"]["address"]["mobileNumber"] = json!("0612345678");
    assert_eq!(send(home).await.header("x-tournee-shipment"), id.to_string(), "nor one to the home");

    let consent = dispatch::Consent {
        by: dispatch::ConsentBy::Buyer,
        product: parcel::Product::Dom,
        mode: parcel::DeliveryMode::Home,
        kept: false,
        not_before: None,
    };
    world.store.consent(id, consent, None, world.clock.now()).await.expect("agreed");
    let claimed = world.store.claim(&[dispatch::Job::Submit], 9, 0, world.clock.now()).await.expect("claims");
    let login = parcel::Login::ApiKey("k".into());
    let request = carriers::colissimo::encode_generate(
        &claimed[0].shipment,
        &login,
        claimed[0].deposit_date,
        claimed[0].shipment.format,
    );
    let sent: Value = serde_json::from_slice(&request.body).expect("JSON");
    assert_eq!(sent["letter"]["service"]["productCode"], "DOM");
    assert!(sent["letter"]["parcel"].get("pickupLocationId").is_none(), "{sent}");
    world.confirm(id, NUMBER).await;
    let label = send(letter_to("A-1", WANTED)).await;
    assert_eq!((label.status, label.header("x-tournee-shipment")), (StatusCode::OK, id.to_string().as_str()));
    assert!(label.text().contains(NUMBER));
}

#[tokio::test]
async fn by_soap_too_the_refusal_names_the_order() {
    let world = world().await;
    gone(&world, WANTED);
    let body = format!(
        "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Body>\
         <n:generateLabel xmlns:n='http://sls.ws.coliposte.fr'><generateLabelRequest>\
         <contractNumber>964744</contractNumber><password>hush</password>\
         <outputFormat><outputPrintingType>PDF_10x15_300dpi</outputPrintingType></outputFormat><letter>\
         <service><productCode>HD</productCode><depositDate>2025-12-22</depositDate><orderNumber>S-1</orderNumber>\
         <commercialName>Les Lilas</commercialName></service>\
         <parcel><weight>1.25</weight><pickupLocationId>{WANTED}</pickupLocationId></parcel>\
         <sender><address><companyName>Les Lilas</companyName><line2>1 rue du Port</line2><countryCode>FR</countryCode>\
         <city>Brest</city><zipCode>29200</zipCode></address></sender>\
         <addressee><address><lastName>Martin</lastName><firstName>Lucie</firstName><line2>12 rue des Lilas</line2>\
         <countryCode>FR</countryCode><city>Paris</city><zipCode>75020</zipCode><mobileNumber>0612345678</mobileNumber>\
         <email>lucie@example.org</email></address></addressee></letter>\
         </generateLabelRequest></n:generateLabel></e:Body></e:Envelope>"
    );
    let headers = [("content-type", "text/xml"), ("prefer", "wait=0")];
    let answer = world.send(Method::POST, carriers::colissimo::SOAP, &headers, body).await;
    let text = answer.text();
    assert_eq!(answer.status, StatusCode::OK, "{text}");
    assert!(text.contains("30401") && text.contains("Commande S-1") && !text.contains("Martin"), "{text}");
}

#[tokio::test]
async fn a_track_that_says_elsewhere_is_a_mismatch_once() {
    use carriers::colissimo::{TIMELINE, TrackEvent, TrackRecord, write_timeline};
    let world = world().await;
    let headers = [("content-type", "application/json"), ("prefer", "wait=0")];
    let made =
        world.send(Method::POST, carriers::colissimo::GENERATE, &headers, letter_to("A-1", WANTED).to_string()).await;
    let id: ShipmentId = made.header("x-tournee-shipment").parse().expect("a reference");
    world.claim().await;
    world.confirm(id, NUMBER).await;
    let event = TrackEvent { code: "AARRLX".into(), label: "Disponible".into(), at: None };
    let record = TrackRecord { events: vec![event], ..TrackRecord::default() };
    let (_, body) = write_timeline(NUMBER, Ok(&record));
    let query = json!({"parcelNumber": NUMBER, "login": "964744", "password": "hush", "lang": "fr_FR"});
    for _ in 0..2 {
        world.carrier.will_say(200, "application/json", body.clone());
        let answer = world.send(Method::POST, TIMELINE, &headers, query.to_string()).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    }
    assert_eq!(names(&world, id).await, ["accepted", "claimed", "confirmed", "elsewhere"]);
    assert_eq!(HookEvent::names().filter(|name| *name == "shipment.mismatch").count(), 1);
}
