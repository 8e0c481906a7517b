//! The description and the router say the same.

mod support;

use axum::body::Body;
use http::{Method, StatusCode};
use serde_json::Value;
use std::collections::BTreeSet;
use support::World;

const METHODS: [Method; 5] = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

/// Every path of the description with the methods that it names.
fn described() -> Vec<(String, BTreeSet<String>)> {
    let document: Value = serde_json::from_str(&server::openapi_json()).expect("JSON");
    let paths = document["paths"].as_object().expect("paths").clone();
    let methods = |item: Value| item.as_object().expect("an item").keys().map(|m| m.to_uppercase()).collect();
    paths.into_iter().map(|(path, item)| (path, methods(item))).collect()
}

#[tokio::test]
async fn every_described_path_takes_exactly_the_described_methods() {
    let world = World::new().await;
    for (path, methods) in described() {
        let path = path.replace("{line_ends}", "lf").replace("{", "").replace("}", "");
        for method in METHODS {
            let answer = world.send(method.clone(), &path, &[], Body::empty()).await;
            let taken = !matches!(answer.problem().as_str(), "wrong-method" | "no-such-path");
            assert_eq!(taken, methods.contains(method.as_str()), "{method} {path}");
        }
    }
}

#[test]
fn the_description_is_complete_and_stable() {
    let text = server::openapi_json();
    assert_eq!(text, server::openapi_json());
    let document: Value = serde_json::from_str(&text).expect("JSON");
    assert!(document["openapi"].as_str().is_some_and(|v| v.starts_with("3.1")));
    let mut ids = BTreeSet::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for operation in item.as_object().expect("an item").values() {
            assert!(ids.insert(operation["operationId"].to_string()), "{path}: each operation has an id of its own");
            assert!(operation["summary"].is_string() && operation["tags"].is_array(), "{path}");
            // A summary beside the comment would take the place of its first paragraph, which then nobody reads.
            assert!(!path.starts_with("/v1/") || operation["description"].is_string(), "{path}: says what it does");
        }
    }
    let label = &document["paths"]["/v1/shipments/{id}/label"]["get"]["responses"]["200"]["content"]["application/pdf"];
    assert_eq!(label["schema"]["$ref"], "#/components/schemas/LabelFile");
    assert_eq!(document["components"]["schemas"]["LabelFile"]["format"], "binary");
    let schemas = document["components"]["schemas"].as_object().expect("schemas");
    for reference in text.split("\"#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap_or_default();
        assert!(schemas.contains_key(name), "{name} is spoken of and not described");
    }
}

#[tokio::test]
async fn it_is_served_with_a_page_to_read() {
    let world = World::new().await;
    let document = world.get("/openapi.json").await;
    assert_eq!((document.status, document.text()), (StatusCode::OK, server::openapi_json()));
    let page = world.get("/docs").await;
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(page.header("content-security-policy").contains("default-src 'none'"));
}

#[tokio::test]
async fn metrics_count_by_template_and_never_by_path() {
    let world = World::new().await;
    let id = world.ship("A").await;
    world.get(&format!("/v1/shipments/{id}")).await;
    world.get("/nowhere/secret").await;
    let text = world.get("/metrics").await.text();
    for line in [
        "tournee_http_requests_total{route=\"/v1/shipments\",method=\"POST\",status=\"202\"} 1",
        "tournee_http_requests_total{route=\"/v1/shipments/{id}\",method=\"GET\",status=\"200\"} 1",
        "tournee_http_requests_total{route=\"unmatched\",method=\"GET\",status=\"404\"} 1",
        "tournee_shipments{state=\"waiting\"} 1",
        "tournee_carrier_state{state=\"well\"} 1",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(!text.contains("secret") && !text.contains(&id.to_string()));
}

#[tokio::test]
async fn readiness_tells_of_the_store_and_not_of_the_carrier() {
    let world = World::new().await;
    world.carrier.goes_dark();
    let ready = world.get("/readyz").await;
    assert_eq!((ready.status, &ready.json()["carrier"]), (StatusCode::OK, &"dark".into()));
}
