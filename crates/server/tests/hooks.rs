//! Webhook endpoints through the API: added, read, changed, rotated, tested, replayed, dropped; and what is refused.

mod support;

use axum::body::Body;
use channels::webhook::Options;
use clock::Clock;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use server::ServerSettings;
use std::time::Duration;
use store::{Attempt, HookState, Settled};
use support::{Answer, KEY, OTHER_KEY, World};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

const URL: &str = "https://93.184.216.34/hook";

async fn lenient() -> World {
    let options = Options { allow_private: true, timeout: Duration::from_secs(2), ..Options::default() };
    World::sending(ServerSettings::default(), options).await
}

impl World {
    async fn hooked(&self, method: Method, path: &str, body: Value) -> Answer {
        let bearer = format!("Bearer {KEY}");
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.send(method, path, &headers, body).await
    }

    /// Adds an endpoint and gives its path.
    async fn add_hook(&self, url: &str) -> (String, Value) {
        let added = self.hooked(Method::POST, "/v1/webhooks", json!({ "url": url })).await;
        assert_eq!(added.status, StatusCode::CREATED, "{}", added.text());
        let id = added.json()["id"].as_str().expect("an id").to_owned();
        (format!("/v1/webhooks/{id}"), added.json())
    }
}

#[tokio::test]
async fn an_endpoint_is_added_read_changed_and_dropped() {
    let world = World::new().await;
    let (path, added) = world.add_hook(URL).await;
    assert!(added["secret"].as_str().is_some_and(|secret| secret.starts_with("whsec_")), "{added}");
    assert_eq!((&added["state"], &added["url"]), (&json!("enabled"), &json!(URL)));
    let read = world.get(&path).await;
    assert!(!read.text().contains("whsec_"), "the secret is shown once: {}", read.text());
    let list = world.get("/v1/webhooks").await.json();
    assert_eq!(list["webhooks"], json!([read.json()]));
    let patch = json!({"state": "paused", "events": ["shipment.confirmed"], "url": format!("{URL}/2")});
    let changed = world.hooked(Method::PATCH, &path, patch).await.json();
    assert_eq!((&changed["state"], &changed["events"]), (&json!("paused"), &json!(["shipment.confirmed"])));
    assert_eq!((&changed["reason"], &changed["url"]), (&json!("paused through the API"), &json!(format!("{URL}/2"))));
    let resumed = world.hooked(Method::PATCH, &path, json!({"state": "enabled", "events": []})).await.json();
    assert_eq!(resumed["state"], "enabled");
    assert!(resumed.get("reason").is_none() && resumed.get("events").is_none(), "{resumed}");
    assert_eq!(world.hooked(Method::DELETE, &path, Value::Null).await.status, StatusCode::NO_CONTENT);
    assert_eq!(world.get(&path).await.problem(), "no-such-webhook");
}

#[tokio::test]
async fn another_shops_endpoint_is_nobodys() {
    let world = World::new().await;
    let (path, _) = world.add_hook(URL).await;
    let bearer = format!("Bearer {OTHER_KEY}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let tries = [
        (Method::GET, path.clone(), "{}"),
        (Method::PATCH, path.clone(), "{}"),
        (Method::DELETE, path.clone(), ""),
        (Method::POST, format!("{path}/rotate"), ""),
        (Method::POST, format!("{path}/test"), ""),
        (Method::POST, format!("{path}/replay"), r#"{"since":"2025-12-22T00:00:00Z"}"#),
        (Method::GET, format!("{path}/deliveries"), ""),
    ];
    for (method, path, body) in tries {
        let answer = world.send(method.clone(), &path, &headers, body).await;
        assert_eq!(answer.problem(), "no-such-webhook", "{method} {path}");
    }
    assert_eq!(world.get(&path).await.status, StatusCode::OK);
}

#[tokio::test]
async fn urls_that_lead_inside_are_refused_with_a_word_on_what_to_do() {
    let world = World::new().await;
    for (url, says) in [
        ("", "write one such as"),
        ("shop.example/hook", "write one such as"),
        ("http://shop.example/hook", "only https"),
        ("https://user:hush@shop.example/", "do not belong"),
        ("https://127.0.0.1/", "public"),
        ("https://127.0.0.1:8080/", "public"),
        ("https://[::1]/", "public"),
        ("https://[::ffff:169.254.169.254]/", "public"),
        ("https://169.254.169.254/latest/meta-data/", "public"),
        ("https://10.0.0.7/", "public"),
        ("https://192.168.1.1/", "public"),
        ("https://100.64.0.1/", "public"),
        ("https://93.184.216.34:22/", "port 22"),
        ("https://93.184.216.34/#x", "fragment"),
    ] {
        let answer = world.hooked(Method::POST, "/v1/webhooks", json!({ "url": url })).await;
        assert_eq!(
            (answer.status, answer.problem()),
            (StatusCode::UNPROCESSABLE_ENTITY, "url-refused".into()),
            "{url}"
        );
        let told = answer.text();
        assert!(told.contains(says) && !told.contains("hush") && answer.json()["field"] == "url", "{url}: {told}");
    }
    let (path, _) = world.add_hook(URL).await;
    let moved = world.hooked(Method::PATCH, &path, json!({"url": "https://127.0.0.1/"})).await;
    assert_eq!(moved.problem(), "url-refused", "nor by the back door");
}

#[tokio::test]
async fn what_is_wrong_is_said_with_the_field() {
    let world = World::new().await;
    let (path, _) = world.add_hook(URL).await;
    let asks = [
        (Method::POST, "/v1/webhooks".to_owned(), json!({}), "missing-field", "url"),
        (Method::POST, "/v1/webhooks".to_owned(), json!({"url": URL, "evnts": []}), "unknown-field", "evnts"),
        (
            Method::POST,
            "/v1/webhooks".to_owned(),
            json!({"url": URL, "events": ["shipment.sent"]}),
            "invalid-field",
            "events",
        ),
        (Method::PATCH, path.clone(), json!({"state": "off"}), "invalid-field", "state"),
        (Method::POST, format!("{path}/rotate"), json!({"grace_s": 9_000_000}), "invalid-field", "grace_s"),
        (Method::POST, format!("{path}/replay"), json!({}), "invalid-field", "since"),
        (Method::POST, format!("{path}/replay"), json!({"since": "yesterday"}), "invalid-field", "since"),
        (Method::POST, format!("{path}/replay"), json!({"from_event": "evt_x_1"}), "invalid-field", "from_event"),
        (Method::POST, format!("{path}/replay"), json!({"from_event": "evt_1_1", "to": "soon"}), "invalid-field", "to"),
    ];
    for (method, path, body, kind, field) in asks {
        let answer = world.hooked(method, &path, body.clone()).await;
        assert_eq!((answer.problem().as_str(), &answer.json()["field"]), (kind, &json!(field)), "{body}");
    }
    for query in ["state=done", "limit=0", "limit=201", "before=x", "colour=red"] {
        assert_eq!(world.get(&format!("{path}/deliveries?{query}")).await.problem(), "bad-query", "{query}");
    }
}

#[tokio::test]
async fn there_are_so_many_endpoints_and_no_more() {
    let world = World::new().await;
    for _ in 0..16 {
        world.add_hook(URL).await;
    }
    let answer = world.hooked(Method::POST, "/v1/webhooks", json!({ "url": URL })).await;
    assert_eq!((answer.status, answer.problem()), (StatusCode::CONFLICT, "too-many-webhooks".into()));
}

#[tokio::test]
async fn a_secret_is_rotated_and_the_one_before_goes_on_for_a_while() {
    let world = World::new().await;
    let (path, added) = world.add_hook(URL).await;
    let rotated = world.hooked(Method::POST, &format!("{path}/rotate"), json!({"grace_s": 60})).await.json();
    assert_ne!(rotated["secret"], added["secret"]);
    let id = added["id"].as_str().expect("an id");
    let shop = "one".parse().expect("an id");
    let good = world.store.hook_secrets(&shop, id, world.clock.now()).await.expect("read").expect("there");
    assert_eq!(good, [&rotated["secret"], &added["secret"]].map(|s| s.as_str().expect("text").to_owned()));
    let without = world.hooked(Method::POST, &format!("{path}/rotate"), Value::Null).await;
    assert_eq!(without.status, StatusCode::OK, "a day when nothing is said");
}

/// Answers one request so, and gives it.
async fn receive(listener: &TcpListener, answer: &str) -> String {
    let (mut stream, _) = listener.accept().await.expect("a caller");
    let mut bytes = vec![0; 4_096];
    let mut length = 0;
    while !String::from_utf8_lossy(&bytes[..length]).contains("webhook.ping") {
        length += stream.read(&mut bytes[length..]).await.expect("read");
    }
    stream.write_all(answer.as_bytes()).await.expect("answered");
    String::from_utf8_lossy(&bytes[..length]).into_owned()
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "the test is the receiver")]
async fn a_test_message_says_what_came_of_it() {
    let world = lenient().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
    let (path, _) = world.add_hook(&url).await;
    let test = format!("{path}/test");
    let asked = world.hooked(Method::POST, &test, Value::Null);
    let (answer, seen) = tokio::join!(asked, receive(&listener, "HTTP/1.1 204 No Content\r\n\r\n"));
    assert_eq!((&answer.json()["delivered"], &answer.json()["status"]), (&json!(true), &json!(204)));
    assert!(seen.contains("webhook-signature: v1,") && seen.contains("webhook-id: ping_"), "{seen}");
    let asked = world.hooked(Method::POST, &test, Value::Null);
    let (answer, _) = tokio::join!(asked, receive(&listener, "HTTP/1.1 500 No\r\n\r\n"));
    assert_eq!((&answer.json()["delivered"], &answer.json()["status"]), (&json!(false), &json!(500)));
    drop(listener);
    let answer = world.hooked(Method::POST, &test, Value::Null).await.json();
    assert_eq!((&answer["delivered"], &answer["failure"]), (&json!(false), &json!("no connection could be made")));
}

#[tokio::test]
async fn deliveries_are_listed_page_by_page_and_a_stretch_is_sent_again() {
    let world = World::new().await;
    let (path, added) = world.add_hook(URL).await;
    for order in ["A", "B", "C"] {
        world.ship(order).await;
    }
    let now = world.clock.now();
    world.store.gather_hooks(now).await.expect("gathered");
    let hook = added["id"].as_str().expect("an id").to_owned();
    for (seq, settled, status) in [(1, Settled::Delivered, 204), (2, Settled::Again(now), 500)] {
        let attempt = Attempt { hook: hook.clone(), seq, at: now, status: Some(status), failure: None, settled };
        world.store.settle_hook(attempt).await.expect("settled");
    }
    let page = world.get(&format!("{path}/deliveries?limit=2")).await.json();
    let states: Vec<_> = page["deliveries"].as_array().expect("a list").iter().map(|d| d["state"].clone()).collect();
    assert_eq!(states, ["pending", "pending"]);
    let rest = world.get(page["next"].as_str().expect("a path")).await.json();
    let last = &rest["deliveries"][0];
    assert_eq!((&last["state"], &last["status"], &last["attempts"]), (&json!("delivered"), &json!(204), &json!(1)));
    assert_eq!(last["type"], "shipment.accepted");
    assert!(rest.get("next").is_none());
    let from = json!({"from_event": last["id"], "to": last["id"]});
    let begun = world.hooked(Method::POST, &format!("{path}/replay"), from).await;
    assert_eq!((begun.status, &begun.json()["replaying"]), (StatusCode::ACCEPTED, &json!(true)));
    world.store.gather_hooks(now).await.expect("gathered");
    let read = world.get(&path).await.json();
    assert_eq!((&read["replaying"], &read["pending"]), (&json!(false), &json!(3)));
}

#[tokio::test]
async fn an_endpoint_that_was_paused_for_its_silence_says_so() {
    let world = World::new().await;
    let (path, added) = world.add_hook(URL).await;
    world.ship("A").await;
    let now = world.clock.now();
    world.store.gather_hooks(now).await.expect("gathered");
    let hook = added["id"].as_str().expect("an id").to_owned();
    let failure = Some("no answer in the time allowed".to_owned());
    let attempt = Attempt { hook, seq: 1, at: now, status: None, failure, settled: Settled::Exhausted };
    assert!(world.store.settle_hook(attempt).await.expect("settled"));
    let read = world.get(&path).await.json();
    assert_eq!((&read["state"], &read["pending"]), (&json!("paused"), &json!(1)));
    let listed = world.get(&format!("{path}/deliveries?state=pending")).await.json();
    assert_eq!(listed["deliveries"][0]["failure"], "no answer in the time allowed");
    let shop = "one".parse().expect("an id");
    let hook = &world.store.hooks_of(&shop).await.expect("read")[0];
    assert_eq!(hook.state, HookState::Paused);
}

#[test]
fn the_description_has_every_event_and_its_shape() {
    let document: Value = serde_json::from_str(&server::openapi_json()).expect("JSON");
    let webhooks = document["webhooks"].as_object().expect("webhooks");
    assert_eq!(webhooks.len(), 14);
    let body = &webhooks["shipment.confirmed"]["post"]["requestBody"]["content"]["application/json"]["schema"];
    assert_eq!(body["$ref"], "#/components/schemas/WebhookEvent");
    for name in ["WebhookEvent", "WebhookShipment"] {
        assert!(document["components"]["schemas"][name]["properties"].is_object(), "{name}");
    }
}

#[tokio::test]
async fn a_body_that_is_no_json_is_no_webhook() {
    let world = World::new().await;
    let bearer = format!("Bearer {KEY}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "text/plain")];
    let answer = world.send(Method::POST, "/v1/webhooks", &headers, Body::from("url=x")).await;
    assert_eq!(answer.problem(), "media-type");
}
