//! Shops at the door: signed or refused, taken in once, answered from the disk; their orders over the API.

mod support;

use axum::body::Body;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use store::{NewShop, OnOrder, ShopSecrets};
use support::{Answer, KEY, OTHER_KEY, World};

const SECRET: &str = "whsec-of-the-shop-hush";

async fn shop(world: &World, id: &str, platform: &str, on_order: OnOrder) {
    let settings = json!({"commercial_name": "Les Lilas", "sender": {"company": "Les Lilas", "street": "1 rue du Port",
        "postal_code": "29200", "city": "Brest"}});
    let new = NewShop {
        id: id.into(),
        merchant: "one".parse().expect("an id"),
        account: "one-account".into(),
        platform: platform.into(),
        url: "https://shop.example".into(),
        secrets: ShopSecrets { credentials: "{}".into(), webhook: Some(SECRET.into()) },
        on_order,
        settings: settings.to_string(),
        read_from: clock::Time::from_unix_ms(0),
        at: clock::Time::from_unix_ms(0),
    };
    world.store.put_shop(new).await.expect("added");
}

async fn world() -> World {
    let world = World::new().await;
    shop(&world, "lilas", "woocommerce", OnOrder::Keep).await;
    world
}

/// An order as WooCommerce sends it.
fn order(id: u64, modified: &str) -> Value {
    let address = json!({"first_name": "Lucie", "last_name": "Martin", "company": "", "address_1": "12 rue des Lilas",
        "address_2": "", "city": "Paris", "state": "", "postcode": "75020", "country": "FR"});
    let mut billing = address.clone();
    billing["email"] = json!("lucie@example.org");
    billing["phone"] = json!("0612345678");
    json!({"id": id, "number": id.to_string(), "status": "processing", "currency": "EUR", "total": "42.00",
        "date_created_gmt": "2025-12-22T05:00:00", "date_modified_gmt": modified, "billing": billing,
        "shipping": address, "shipping_lines": [{"method_title": "Colissimo", "method_id": "lpc_nosign"}],
        "line_items": [], "meta_data": []})
}

struct Sent<'a> {
    delivery: &'a str,
    topic: &'a str,
    secret: &'a str,
    path: &'a str,
}

impl Default for Sent<'_> {
    fn default() -> Self {
        Self { delivery: "d1", topic: "order.updated", secret: SECRET, path: "/hooks/woocommerce/lilas" }
    }
}

async fn send(world: &World, sent: Sent<'_>, body: impl Into<Vec<u8>>) -> Answer {
    let body = body.into();
    let signature = shops::signature(sent.secret.as_bytes(), &body);
    let headers = [
        ("content-type", "application/json"),
        ("x-wc-webhook-signature", signature.as_str()),
        ("x-wc-webhook-topic", sent.topic),
        ("x-wc-webhook-delivery-id", sent.delivery),
        ("x-wc-webhook-id", "3"),
    ];
    world.send(Method::POST, sent.path, &headers, body).await
}

async fn heard(world: &World, delivery: &str, order: &Value) -> String {
    let answer = send(world, Sent { delivery, ..Sent::default() }, order.to_string()).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.json()["outcome"].as_str().expect("an outcome").to_owned()
}

async fn orders(world: &World, query: &str) -> Vec<Value> {
    let answer = world.get(&format!("/v1/shop-orders{query}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.json()["orders"].as_array().expect("a list").clone()
}

#[tokio::test]
async fn a_signed_webhook_is_taken_in_once_and_the_newest_stands() {
    let world = world().await;
    let (first, later) = (order(77, "2025-12-22T05:00:00"), order(77, "2025-12-22T05:10:00"));
    assert_eq!(heard(&world, "d1", &first).await, "folded");
    assert_eq!(heard(&world, "d1", &first).await, "known", "a replay");
    assert_eq!(heard(&world, "d3", &later).await, "folded");
    assert_eq!(heard(&world, "d2", &first).await, "known", "what is late");
    let all = orders(&world, "").await;
    assert_eq!(all.len(), 1);
    assert_eq!(
        (&all[0]["number"], &all[0]["status"], &all[0]["step"]),
        (&json!("77"), &json!("to_ship"), &json!("kept"))
    );
    assert_eq!(all[0]["updated_at"], "2025-12-22T05:10:00.000Z");
    let one = world.get(&format!("/v1/shop-orders/{}", all[0]["id"].as_str().expect("an id"))).await;
    assert_eq!(one.json()["delivery"]["method"], "Colissimo");
    for private in ["Martin", "Lilas", "lucie@", "0612345678"] {
        assert!(!one.text().contains(private), "{}", one.text());
    }
    let metrics = world.get("/metrics").await.text();
    let counted = "tournee_shop_webhooks_total{platform=\"woocommerce\",outcome=\"known\"} 2";
    assert!(metrics.contains(counted), "{metrics}");
}

#[tokio::test]
async fn two_orders_under_one_delivery_id_are_two() {
    let world = world().await;
    assert_eq!(heard(&world, "d1", &order(77, "2025-12-22T05:00:00")).await, "folded");
    assert_eq!(heard(&world, "d1", &order(78, "2025-12-22T05:00:00")).await, "folded");
    assert_eq!(orders(&world, "").await.len(), 2);
}

#[tokio::test]
async fn what_is_not_signed_for_this_shop_changes_nothing() {
    let world = world().await;
    let body = order(77, "2025-12-22T05:00:00").to_string();
    let wrong = send(&world, Sent { secret: "another", ..Sent::default() }, body.clone()).await;
    assert_eq!((wrong.status, wrong.problem().as_str()), (StatusCode::UNAUTHORIZED, "wrong-signature"));
    let unsigned = world.send(Method::POST, "/hooks/woocommerce/lilas", &[], body.clone()).await;
    assert_eq!(unsigned.problem(), "wrong-signature");
    for path in ["/hooks/woocommerce/rose", "/hooks/shopify/lilas", "/hooks/magento/lilas"] {
        let nowhere = send(&world, Sent { path, ..Sent::default() }, body.clone()).await;
        assert_eq!((nowhere.status, nowhere.problem().as_str()), (StatusCode::NOT_FOUND, "no-such-shop"), "{path}");
    }
    assert!(orders(&world, "").await.is_empty());
}

#[tokio::test]
async fn a_ping_is_answered_and_leaves_nothing_behind() {
    let world = world().await;
    let ping = world.send(Method::POST, "/hooks/woocommerce/lilas", &[], "webhook_id=3").await;
    assert_eq!((ping.status, ping.json()["outcome"].as_str()), (StatusCode::OK, Some("nothing")));
    let shop = world.store.shop("lilas").await.expect("read").expect("there");
    assert_eq!(shop.heard_at, None);
}

#[tokio::test]
async fn what_is_signed_and_cannot_be_read_is_kept_and_answered_well() {
    let world = world().await;
    let mut strange = order(77, "2025-12-22T05:00:00");
    (strange["date_modified_gmt"], strange["date_created_gmt"]) = (json!("the day before yesterday"), json!(null));
    assert_eq!(heard(&world, "d1", &strange).await, "kept_for_a_person");
    let answer = send(&world, Sent { delivery: "d2", ..Sent::default() }, "no JSON at all").await;
    assert_eq!((answer.status, answer.json()["outcome"].as_str()), (StatusCode::OK, Some("kept_for_a_person")));
    let kept = world.store.unread_events(9).await.expect("read");
    assert_eq!(kept.len(), 2);
    let body = world.store.unread_body("lilas", &kept[1].event).await.expect("read");
    assert_eq!(body.as_deref(), Some(b"no JSON at all".as_slice()), "nothing is lost");
    assert_eq!(world.store.orders_to_ask("lilas", 9).await.expect("read"), ["77"]);
    assert_eq!(heard(&world, "d3", &order(77, "2025-12-22T05:01:00")).await, "folded");
    assert_eq!(world.store.unread_events(9).await.expect("read").len(), 1, "the order came after all");
}

#[tokio::test]
async fn ten_megabytes_are_refused() {
    let world = world().await;
    let answer = send(&world, Sent::default(), vec![b'x'; 10 << 20]).await;
    assert_eq!((answer.status, answer.problem().as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "body-too-large"));
    assert!(world.store.unread_events(9).await.expect("read").is_empty());
}

#[tokio::test]
async fn the_carrier_may_hang_as_it_likes() {
    let world = world().await;
    world.carrier.hangs();
    world.carrier.goes_dark();
    assert_eq!(heard(&world, "d1", &order(77, "2025-12-22T05:00:00")).await, "folded");
    assert!(world.carrier.calls().is_empty(), "nobody was asked");
}

#[tokio::test]
async fn a_deleted_order_is_known_as_deleted() {
    let world = world().await;
    heard(&world, "d1", &order(77, "2025-12-22T05:00:00")).await;
    let sent = Sent { delivery: "d2", topic: "order.deleted", ..Sent::default() };
    let answer = send(&world, sent, "{\"id\":77}").await;
    assert_eq!(answer.json()["outcome"], "folded");
    assert_eq!(orders(&world, "?status=deleted").await.len(), 1);
    let id = orders(&world, "").await[0]["id"].as_str().expect("an id").to_owned();
    let ship = world.post(&format!("/v1/shop-orders/{id}/shipment"), &[], &json!({"weight_g": 500})).await;
    assert_eq!((ship.status, ship.problem().as_str()), (StatusCode::CONFLICT, "wrong-state"));
}

#[tokio::test]
async fn an_orders_shipment_is_made_once_with_the_shops_settings() {
    let world = world().await;
    heard(&world, "d1", &order(77, "2025-12-22T05:00:00")).await;
    let id = orders(&world, "").await[0]["id"].as_str().expect("an id").to_owned();
    let path = format!("/v1/shop-orders/{id}/shipment");
    let light = world.post(&path, &[], &json!({})).await;
    assert_eq!((light.status, light.problem().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "missing-field"));
    assert_eq!(light.json()["field"], "weight_g");
    let typo = world.post(&path, &[], &json!({"wieght_g": 3})).await;
    assert_eq!(typo.problem(), "unknown-field");
    let past = world.post(&path, &[], &json!({"weight_g": 500, "deposit_date": "2025-12-20"})).await;
    assert_eq!(past.json()["field"], "deposit_date");
    let made = world.post(&path, &[], &json!({"weight_g": 500, "product": "DOS"})).await;
    assert_eq!(made.status, StatusCode::ACCEPTED, "{}", made.text());
    assert_eq!((&made.json()["order_number"], &made.json()["product"]), (&json!("77"), &json!("DOS")));
    for body in [json!({"weight_g": 900}), json!({})] {
        let again = world.post(&path, &[], &body).await;
        assert_eq!((again.id(), again.header("idempotent-replayed")), (made.id(), "true"));
    }
    let order = world.get(&format!("/v1/shop-orders/{id}")).await.json();
    assert_eq!((&order["step"], &order["shipment"]), (&json!("asked"), &made.json()["id"]));
    world.claim().await;
    world.confirm(made.id(), support::NUMBER).await;
    let out = orders(&world, "?out_of_step=true").await;
    assert_eq!(out[0]["parcel_number"], support::NUMBER, "the shop is to be told");
}

#[tokio::test]
async fn an_order_that_changed_after_its_label_stands_when_somebody_says_so() {
    let world = world().await;
    heard(&world, "d1", &order(77, "2025-12-22T05:00:00")).await;
    let id = orders(&world, "").await[0]["id"].as_str().expect("an id").to_owned();
    let path = format!("/v1/shop-orders/{id}/shipment");
    let made = world.post(&path, &[], &json!({"weight_g": 500})).await;
    let mut moved = order(77, "2025-12-22T06:00:00");
    moved["shipping"]["city"] = json!("Lyon");
    heard(&world, "d2", &moved).await;
    assert_eq!(orders(&world, "?out_of_step=true").await[0]["step"], "person");
    let kept = world.post(&path, &[], &json!({"keep": true})).await;
    assert_eq!(kept.id(), made.id());
    assert!(orders(&world, "?out_of_step=true").await.is_empty());
}

#[tokio::test]
async fn nobody_sees_or_ships_anothers_orders() {
    let world = world().await;
    heard(&world, "d1", &order(77, "2025-12-22T05:00:00")).await;
    let id = orders(&world, "").await[0]["id"].as_str().expect("an id").to_owned();
    let theirs = format!("Bearer {OTHER_KEY}");
    let as_other = |method, path: String| {
        let (world, theirs) = (&world, theirs.as_str());
        async move { world.send(method, &path, &[("authorization", theirs)], Body::empty()).await }
    };
    assert_eq!(as_other(Method::GET, "/v1/shop-orders".into()).await.json()["orders"], json!([]));
    assert_eq!(as_other(Method::GET, format!("/v1/shop-orders/{id}")).await.problem(), "no-such-shop-order");
    assert_eq!(as_other(Method::POST, format!("/v1/shop-orders/{id}/shipment")).await.problem(), "no-such-shop-order");
    let headers = [("authorization", theirs.as_str()), ("content-type", "application/json")];
    let import = world.send(Method::POST, "/v1/shops/lilas/orders", &headers, "[]").await;
    assert_eq!(import.problem(), "no-such-shop");
    let without = world.send(Method::GET, "/v1/shop-orders", &[], Body::empty()).await;
    assert_eq!(without.problem(), "key-missing");
}

#[tokio::test]
async fn a_webhook_that_cannot_be_written_is_not_acknowledged() {
    let world = world().await;
    heard(&world, "d0", &order(76, "2025-12-22T05:00:00")).await;
    world.store.close().await.expect("closed");
    let answer = send(&world, Sent::default(), order(77, "2025-12-22T05:00:00").to_string()).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn a_file_of_orders_is_taken_in_row_by_row() {
    let world = world().await;
    let bearer = format!("Bearer {KEY}");
    let import = |kind: &'static str, body: String, query: &'static str| {
        let (world, bearer) = (&world, bearer.as_str());
        async move {
            let headers = [("authorization", bearer), ("content-type", kind)];
            world.send(Method::POST, &format!("/v1/shops/lilas/orders{query}"), &headers, body).await
        }
    };
    let empty = import("application/json", "[]".into(), "").await;
    assert_eq!(empty.problem(), "empty-batch", "{}", empty.text());
    assert_eq!(import("text/plain", "x".into(), "").await.problem(), "media-type");
    let good = json!({"id": "A1", "number": "A1", "status": "to_ship", "placed_at": "2025-12-22T05:00:00Z",
        "updated_at": "2025-12-22T05:00:00Z",
        "buyer": {"last_name": "Martin", "street": "12 rue des Lilas", "postal_code": "75020", "city": "Paris"}});
    let file = json!([good, {"id": "A2", "buyer": 7}]).to_string();
    let dry = import("application/json", file.clone(), "?dry_run=true").await;
    assert_eq!((dry.status, orders(&world, "").await.len()), (StatusCode::MULTI_STATUS, 0), "{}", dry.text());
    let taken = import("application/json", file.clone(), "").await;
    assert_eq!(taken.status, StatusCode::MULTI_STATUS, "{}", taken.text());
    assert_eq!(taken.json()["counts"], json!({"new": 1, "refused": 1}));
    assert!(taken.json()["results"][1]["detail"].is_string() && !taken.text().contains("Martin"));
    let again = import("application/json", file, "").await;
    assert_eq!(again.json()["counts"]["known"], 1);
    assert_eq!(orders(&world, "?number=A1").await.len(), 1);
}
