//! Orders of several parcels: whole or not at all, the same order once.

mod support;

use axum::body::Body;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use support::{NUMBER, OTHER_KEY, World, shipment};

/// A good order of these parcels.
fn order(number: &str, parcels: &Value) -> Value {
    let mut order = shipment();
    order["order_number"] = json!(number);
    order["parcels"] = parcels.clone();
    order.as_object_mut().expect("an object").remove("weight_g");
    order
}

fn three() -> Value {
    json!([{"weight_g": 500}, {"weight_g": 600, "parcel_ref": "lamp", "insurance_cents": 5000}, {"weight_g": 700}])
}

#[tokio::test]
async fn an_order_is_as_many_shipments_as_it_has_parcels() {
    let world = World::new().await;
    let answer = world.post("/v1/orders", &[], &order("A/1 b", &three())).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
    assert_eq!(answer.header("location"), "/v1/orders/A%2F1%20b");
    let told = answer.json();
    let refs: Vec<_> = told["parcels"].as_array().expect("parcels").iter().map(|p| p["parcel_ref"].clone()).collect();
    assert_eq!(refs, ["1/3", "lamp", "3/3"]);
    assert_eq!((&told["states"], &told["complete"]), (&json!({"waiting": 3}), &json!(false)));

    world.claim().await;
    let ids: Vec<parcel::ShipmentId> =
        told["parcels"].as_array().expect("parcels").iter().map(|p| id(&p["id"])).collect();
    world.confirm(ids[0], NUMBER).await;
    world.reject(ids[1], "30221").await;
    let read = world.get("/v1/orders/A%2F1%20b").await.json();
    assert_eq!(read["states"], json!({"confirmed": 1, "in_flight": 1, "rejected": 1}));
    assert_eq!((&read["count"], &read["complete"]), (&json!(3), &json!(false)));
    let places: Vec<_> = read["parcels"].as_array().expect("parcels").iter().map(|p| p["parcel_no"].clone()).collect();
    assert_eq!(places, [1, 2, 3]);
}

fn id(value: &Value) -> parcel::ShipmentId {
    value.as_str().expect("an id").parse().expect("an id")
}

#[tokio::test]
async fn the_same_order_is_made_once() {
    let world = World::new().await;
    let first = world.post("/v1/orders", &[], &order("A", &three())).await.json();
    let again = world.post("/v1/orders", &[], &order("A", &three())).await;
    assert_eq!((again.header("idempotent-replayed"), &again.json()["parcels"]), ("true", &first["parcels"]));
    for parcels in [json!([{"weight_g": 500}]), json!([{"weight_g": 501}, {"weight_g": 600}, {"weight_g": 700}])] {
        let other = world.post("/v1/orders", &[], &order("A", &parcels)).await;
        assert_eq!((other.status.as_u16(), other.problem().as_str()), (422, "idempotency-key-reused"));
    }
    let key = [("idempotency-key", "more")];
    let more = world.post("/v1/orders", &key, &order("A", &json!([{"weight_g": 900}]))).await;
    assert_eq!(more.status, StatusCode::ACCEPTED, "{}", more.text());
    assert_eq!(world.get("/v1/orders/A").await.json()["count"], 4);
    world.clock.set(clock::Time::from_paris("2025-12-23T06:00:00").expect("a moment"));
    let late = world.post("/v1/orders", &[], &order("A", &three())).await;
    assert_eq!((late.status, late.header("idempotent-replayed")), (StatusCode::ACCEPTED, "true"));
    assert_eq!(world.post("/v1/orders", &[], &order("B", &three())).await.json()["field"], "deposit_date");
}

#[tokio::test]
async fn one_bad_parcel_is_named_and_no_parcel_is_made() {
    let world = World::new().await;
    for (parcels, kind, field) in [
        (json!([{"weight_g": 500}, {"weight_g": 1}]), "invalid-field", "parcels.1.weight_g"),
        (json!([{"weight_g": 500}, {}]), "missing-field", "parcels.1.weight_g"),
        (json!([{"weight_g": 500}, 3]), "invalid-field", "parcels.1"),
        (json!([{"weight_g": 500, "colour": 1}]), "unknown-field", "parcels.0.colour"),
        (json!([{"weight_g": 500, "sender": {}}]), "unknown-field", "parcels.0.sender"),
        (json!([{"weight_g": 5, "parcel_ref": "é"}]), "invalid-field", "parcels.0.weight_g"),
        (json!([{"weight_g": 50, "parcel_ref": "2/2"}, {"weight_g": 60}]), "invalid-field", "parcels.1.parcel_ref"),
        (json!([]), "invalid-field", "parcels"),
        (json!("x"), "invalid-field", "parcels"),
    ] {
        let answer = world.post("/v1/orders", &[], &order("A", &parcels)).await;
        let told = (answer.problem(), answer.json()["field"].as_str().unwrap_or_default().to_owned());
        assert_eq!(told, (kind.to_owned(), field.to_owned()), "{parcels}: {}", answer.text());
    }
    let mut none = order("A", &three());
    none.as_object_mut().expect("an object").remove("order_number");
    assert_eq!(world.post("/v1/orders", &[], &none).await.json()["field"], "order_number");
    let mut named = order("A", &three());
    named["parcel_ref"] = json!("x");
    assert_eq!(world.post("/v1/orders", &[], &named).await.problem(), "unknown-field");
    let mut far = order("A", &three());
    far["addressee"]["postal_code"] = json!("x");
    assert_eq!(world.post("/v1/orders", &[], &far).await.json()["field"], "addressee.postal_code");
    assert_eq!(world.get("/v1/orders/A").await.problem(), "no-such-order");
    assert_eq!(world.get("/v1/shipments").await.json()["shipments"], json!([]));
}

#[tokio::test]
async fn an_order_is_its_merchants_own() {
    let world = World::new().await;
    world.post("/v1/orders", &[], &order("A", &three())).await;
    let other = format!("Bearer {OTHER_KEY}");
    let answer = world.send(Method::GET, "/v1/orders/A", &[("authorization", &other)], Body::empty()).await;
    assert_eq!(answer.problem(), "no-such-order");
}
