//! Finding shipments: by what a person has at hand, page by page.

mod support;

use serde_json::{Value, json};
use std::time::Duration;
use support::{NUMBER, OTHER_NUMBER, World, shipment};

/// The order numbers that a question finds, newest first.
async fn found(world: &World, query: &str) -> Vec<String> {
    let answer = world.get(&format!("/v1/shipments?{query}")).await.json();
    let shipments = answer["shipments"].as_array().unwrap_or_else(|| panic!("{query}: {answer}"));
    shipments.iter().map(|s| s["order_number"].as_str().expect("an order number").to_owned()).collect()
}

#[tokio::test]
async fn shipments_are_found_by_what_is_at_hand() {
    let world = World::new().await;
    let begun = clock::Clock::now(world.clock.as_ref());
    for (hours, order, product, parcel_ref) in
        [(0, "CMD-1", "DOM", "blue"), (10, "CMD-12", "DOS", "red"), (20, "WEB-1", "DOM", "blue")]
    {
        world.clock.set(begun.plus(Duration::from_secs(hours * 3600)));
        let mut one = shipment();
        (one["order_number"], one["product"], one["parcel_ref"]) = (json!(order), json!(product), json!(parcel_ref));
        one["deposit_date"] = json!("2025-12-24");
        let id = world.post("/v1/shipments", &[], &one).await.id();
        if hours == 0 {
            world.claim().await;
            world.confirm(id, NUMBER).await;
        }
    }
    for (query, orders) in [
        ("q=CMD-1", &["CMD-12", "CMD-1"][..]),
        ("q=CMD-12", &["CMD-12"]),
        ("q=blue", &["WEB-1", "CMD-1"]),
        (&format!("q={NUMBER}"), &["CMD-1"]),
        ("q=nothing", &[]),
        (&format!("parcel_number={NUMBER}"), &["CMD-1"]),
        (&format!("parcel_number={OTHER_NUMBER}"), &[]),
        ("product=DOM", &["WEB-1", "CMD-1"]),
        ("product=DOM&state=waiting", &["WEB-1"]),
        ("created_from=2025-12-23", &["WEB-1"]),
        ("created_to=2025-12-22", &["CMD-12", "CMD-1"]),
        ("created_from=2025-12-22T06:00:00Z&created_to=2025-12-22T16:00:00Z", &["CMD-12"]),
        ("q=CMD&product=DOS", &["CMD-12"]),
        ("batch=01940000-0000-7000-8000-000000000000", &[]),
    ] {
        assert_eq!(found(&world, query).await, orders, "{query}");
    }
    let first = world.get("/v1/shipments?q=blue&limit=1").await.json();
    let next = first["next"].as_str().expect("a next page");
    let rest = world.get(next).await.json();
    assert_eq!((&rest["shipments"][0]["order_number"], rest.get("next")), (&json!("CMD-1"), None::<&Value>));
}

#[tokio::test]
async fn a_question_that_cannot_be_asked_is_explained() {
    let world = World::new().await;
    for (query, field) in [
        ("q=", "q"),
        ("q=0123456789012345678901234567890", "q"),
        ("parcel_number=6A1", "parcel_number"),
        ("batch=7", "batch"),
        ("created_from=yesterday", "created_from"),
        ("created_to=2025-13-01", "created_to"),
        ("order_number=", "order_number"),
    ] {
        let answer = world.get(&format!("/v1/shipments?{query}")).await;
        let told = (answer.status.as_u16(), answer.problem(), answer.json()["field"].clone());
        assert_eq!(told, (400, "bad-query".into(), json!(field)), "{query}: {}", answer.text());
    }
}
