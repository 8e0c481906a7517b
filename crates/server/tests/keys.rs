//! What an API key may: its scopes, its end, its pace.

mod support;

use axum::body::Body;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use server::ServerSettings;
use sha2::{Digest, Sha256};
use std::time::Duration;
use store::{ApiKey, NewApiKey, Scopes};
use support::{Answer, World, shipment};

impl World {
    /// A key of the first shop with these scopes.
    async fn key(&self, secret: &str, scopes: Scopes) -> ApiKey {
        let digest = Sha256::digest(secret.as_bytes()).into();
        let (merchant, name) = ("one".parse().expect("an id"), "till".to_owned());
        let new = NewApiKey { digest, merchant, name, scopes, at: clock::Clock::now(&*self.clock), expires_at: None };
        self.store.add_api_key(new).await.expect("added")
    }

    async fn ask(&self, key: &str, method: Method, path: &str, body: String) -> Answer {
        let bearer = format!("Bearer {key}");
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        self.send(method, path, &headers, body).await
    }

    fn later(&self, by: Duration) {
        self.clock.set(clock::Clock::now(&*self.clock).plus(by));
    }
}

#[tokio::test]
async fn a_key_does_what_its_scopes_say() {
    let world = World::new().await;
    let id = world.ship("A").await;
    let one = format!("/v1/shipments/{id}");
    let asks = [
        ("read", Method::GET, "/v1/shipments".to_owned()),
        ("read", Method::GET, one.clone()),
        ("read", Method::GET, format!("{one}/facts")),
        ("read", Method::GET, format!("{one}/label")),
        ("ship", Method::POST, "/v1/shipments".to_owned()),
        ("decide", Method::POST, format!("{one}/void")),
        ("decide", Method::POST, format!("{one}/resolve")),
    ];
    for scope in ["read", "ship", "decide", "hooks"] {
        let key = format!("tk_{scope}");
        world.key(&key, scope.parse().expect("a scope")).await;
        for (needed, method, path) in &asks {
            let answer = world.ask(&key, method.clone(), path, shipment().to_string()).await;
            let refused = answer.problem() == "scope-missing";
            assert_eq!(refused, *needed != scope, "{scope}: {method} {path}");
            if refused {
                assert_eq!(answer.status, StatusCode::FORBIDDEN);
                assert!(answer.json()["detail"].as_str().is_some_and(|d| d.contains(needed)), "{}", answer.text());
                assert!(answer.header("www-authenticate").contains(&format!("scope=\"{needed}\"")));
            }
        }
    }
}

#[tokio::test]
async fn no_operation_of_the_api_is_open_to_a_key_without_scopes() {
    let world = World::new().await;
    world.key("tk_nothing", std::iter::empty().collect()).await;
    let document: Value = serde_json::from_str(&server::openapi_json()).expect("JSON");
    let id = world.ship("A").await.to_string();
    for (path, item) in document["paths"].as_object().expect("paths") {
        // A key may always ask what it may do, and the names of columns are no one's secret.
        if !path.starts_with("/v1/") || ["/v1/keys/self", "/v1/batches/columns"].contains(&path.as_str()) {
            continue;
        }
        // Help desks and gateways have no key: they sign what they send. Here no gateway is set.
        let refusal = match path.as_str() {
            "/v1/tickets/chatwoot" | "/v1/tickets/zammad" => "wrong-signature",
            "/v1/receipts/sms" => "no-subscriptions",
            _ => "scope-missing",
        };
        let path = path.replace("{id}", &id);
        for method in item.as_object().expect("an item").keys() {
            let method: Method = method.to_uppercase().parse().expect("a method");
            let answer = world.ask("tk_nothing", method.clone(), &path, "{}".into()).await;
            assert_eq!(answer.problem(), refusal, "{method} {path}: {}", answer.text());
        }
    }
}

#[tokio::test]
async fn a_key_can_ask_what_it_may() {
    let world = World::new().await;
    let key = world.key("tk_till", "read,ship".parse().expect("scopes")).await;
    let own = world.ask("tk_till", Method::GET, "/v1/keys/self", String::new()).await.json();
    assert_eq!((&own["id"], &own["merchant"], &own["name"]), (&json!(key.id), &json!("one"), &json!("till")));
    assert_eq!((&own["scopes"], &own["rate_per_s"]), (&json!(["read", "ship"]), &json!(500)));
    assert!(own["created_at"].is_string() && own.get("expires_at").is_none());
}

#[tokio::test]
async fn a_key_that_ended_is_refused_when_its_moment_is_over() {
    let world = World::new().await;
    let key = world.key("tk_till", Scopes::of_a_shop()).await;
    assert_eq!(world.ask("tk_till", Method::GET, "/v1/shipments", String::new()).await.status, StatusCode::OK);
    world.store.revoke_api_key(&key.id, clock::Clock::now(&*world.clock)).await.expect("revoked");
    assert_eq!(world.ask("tk_till", Method::GET, "/v1/shipments", String::new()).await.status, StatusCode::OK);
    world.later(ServerSettings::default().key_cache_time);
    let refused = world.ask("tk_till", Method::GET, "/v1/shipments", String::new()).await;
    assert_eq!((refused.status, refused.problem()), (StatusCode::UNAUTHORIZED, "key-unknown".into()));
    assert!(refused.text().contains("was revoked") && refused.text().contains(&key.id), "{}", refused.text());
}

#[tokio::test]
async fn a_key_that_expires_is_refused_at_that_very_moment() {
    let world = World::new().await;
    let key = world.key("tk_till", Scopes::of_a_shop()).await;
    let now = clock::Clock::now(&*world.clock);
    world.store.rotate_api_key(&key.id, [9; 32], now, Duration::from_secs(1)).await.expect("rotated");
    assert_eq!(world.ask("tk_till", Method::GET, "/v1/shipments", String::new()).await.status, StatusCode::OK);
    world.later(Duration::from_secs(1));
    let refused = world.ask("tk_till", Method::GET, "/v1/shipments", String::new()).await;
    assert!(refused.text().contains("has expired"), "{}", refused.text());
}

#[tokio::test]
async fn the_last_use_is_noted() {
    let world = World::new().await;
    world.get("/v1/shipments").await;
    let keys = world.store.api_keys().await.expect("read");
    let used: Vec<_> = keys.iter().map(|key| key.used_at.is_some()).collect();
    assert_eq!(used, [true, false]);
}

#[tokio::test]
async fn every_answer_of_the_api_says_how_much_is_left() {
    let world = World::with(ServerSettings { rate_per_s: 1, rate_burst: 3, ..ServerSettings::default() }).await;
    let list = world.get("/v1/shipments").await;
    assert_eq!((list.header("ratelimit-policy"), list.header("ratelimit")), ("\"key\";q=3;w=3", "\"key\";r=2;t=1"));
    let problem = world.get("/v1/shipments/none").await;
    assert_eq!((problem.status, problem.header("ratelimit")), (StatusCode::NOT_FOUND, "\"key\";r=1;t=2"));
    world.get("/v1/keys/self").await;
    let refused = world.post("/v1/shipments", &[], &shipment()).await;
    assert_eq!((refused.status, refused.problem()), (StatusCode::TOO_MANY_REQUESTS, "too-many-requests".into()));
    assert_eq!((refused.header("retry-after"), refused.header("ratelimit")), ("1", "\"key\";r=0;t=1"));
    world.later(Duration::from_secs(1));
    assert_eq!(world.get("/v1/shipments").await.status, StatusCode::OK);
    assert_eq!(world.get("/healthz").await.header("ratelimit"), "", "probes are not counted");
    let unsigned = world.send(Method::GET, "/v1/shipments", &[], Body::empty()).await;
    assert_eq!((unsigned.status, unsigned.header("ratelimit")), (StatusCode::UNAUTHORIZED, ""));
}

#[tokio::test]
async fn without_a_limit_nothing_is_counted_or_told() {
    let world = World::with(ServerSettings { rate_per_s: 0, ..ServerSettings::default() }).await;
    assert_eq!(world.get("/v1/shipments").await.header("ratelimit-policy"), "");
    assert!(world.get("/v1/keys/self").await.json().get("rate_per_s").is_none());
}
