use crate::script::{Act, NUMBER, OTHER, Script, client, now, shipped};
use clock::Time;
use exchange::{Broken, Reached};
use parcel::Product;
use serde_json::{Value, json};
use shops::{Blame, Client, Credentials, Cursor, OrderStatus, Pushed, Retry, Topic};
use std::{sync::Arc, time::Duration};

fn woo(acts: Vec<Act>) -> (Client, Arc<Script>) {
    let credentials = Credentials::WooCommerce { key: "ck_1".into(), secret: "cs_2".into() };
    client("https://shop.example", credentials, acts)
}

fn order(id: u32, modified: &str) -> Value {
    json!({
        "id": id, "number": format!("CMD-{id}"), "status": "processing", "currency": "EUR", "total": "42.50",
        "date_created_gmt": "2025-12-20T10:00:00", "date_modified_gmt": modified,
        "billing": {"first_name": "Lucie", "last_name": "Martin", "address_1": "1 rue Haute", "city": "Lyon",
            "postcode": "69001", "country": "FR", "email": "lucie@example.org", "phone": "06 12 34 56 78"},
        "shipping": {"first_name": "Lucie", "last_name": "Martin", "company": "", "address_1": "12 rue des Lilas",
            "address_2": "Bât. B", "city": "Paris", "postcode": "75020", "country": "FR"},
        "shipping_lines": [{"method_id": "lpc_sign", "method_title": "Colissimo avec signature"}],
        "meta_data": [{"id": 1, "key": "_other", "value": {"a": [1]}}]
    })
}

fn with_meta(mut order: Value, meta: &[(&str, &str)]) -> Value {
    let entries: Vec<_> = meta.iter().map(|(key, value)| json!({"key": key, "value": value})).collect();
    order["meta_data"] = entries.into();
    order
}

#[tokio::test]
async fn an_order_is_read_with_all_that_a_label_needs() {
    let chosen = with_meta(
        order(7, "2025-12-22T05:24:00"),
        &[
            ("_lpc_meta_pickUpLocationId", "750021"),
            ("_lpc_meta_pickUpLocationLabel", "PARIS BOURSE"),
            ("_lpc_meta_pickUpProductCode", "BPR"),
            ("lpc_outward_parcel_number", NUMBER),
        ],
    );
    let (client, script) = woo(vec![Act::Paged(json!([chosen]), "x-wp-totalpages", "1")]);
    let page = client.orders_since(&Cursor::since(now())).await.expect("a page");
    let order = &page.orders[0];
    assert_eq!((order.id.as_str(), order.number.as_str(), &order.status), ("7", "CMD-7", &OrderStatus::ToShip));
    assert_eq!((order.updated_at, order.placed_at), (now(), Time::from_paris("2025-12-20T11:00:00").expect("a time")));
    let buyer = &order.buyer;
    assert_eq!((buyer.street.as_deref(), buyer.building.as_deref()), (Some("12 rue des Lilas"), Some("Bât. B")));
    assert_eq!((buyer.mobile.as_deref(), buyer.email.as_deref()), (Some("0612345678"), Some("lucie@example.org")));
    let pickup = order.pickup.as_ref().expect("a choice");
    assert_eq!((pickup.id.as_str(), pickup.label.as_deref()), ("750021", Some("PARIS BOURSE")));
    assert_eq!((pickup.product.clone(), order.pickup_unread), (Some(Product::Bpr), false));
    assert_eq!((order.parcel_number.as_deref(), order.total.as_deref()), (Some(NUMBER), Some("42.50")));
    assert_eq!(page.next, None);
    let path = &script.calls()[0].path;
    assert!(
        path.contains("modified_after=2025-12-22T05%3A23%3A59&dates_are_gmt=true&orderby=modified&order=asc"),
        "{path}"
    );
    assert!(!format!("{order:?}").contains("Lilas"));
}

/// The module's relay method without an id, an id that is none, a product alone: each says that a point was chosen.
#[tokio::test]
async fn a_choice_that_cannot_be_read_is_said() {
    let mut relay = order(1, "2025-12-22T05:24:00");
    relay["shipping_lines"][0]["method_id"] = "lpc_relay".into();
    let odd = with_meta(order(2, "2025-12-22T05:24:00"), &[("_lpc_meta_pickUpLocationId", "Paris Bourse")]);
    let product = with_meta(order(3, "2025-12-22T05:24:00"), &[("_lpc_meta_pickUpProductCode", "A2P")]);
    let (client, _) = woo(vec![Act::Json(200, json!([relay, odd, product, order(4, "2025-12-22T05:24:00")]))]);
    let page = client.orders_since(&Cursor::since(now())).await.expect("a page");
    let unread: Vec<_> = page.orders.iter().map(|order| (order.pickup.is_some(), order.pickup_unread)).collect();
    assert_eq!(unread, [(false, true), (false, true), (false, true), (false, false)]);
}

/// Between the pages an order of the first is changed and goes to the end: by places the next would be missed.
#[tokio::test]
async fn pages_follow_changes_and_one_bad_order_holds_up_nothing() {
    let first = json!([order(1, "2025-12-22T05:24:00"), {"id": 2}, order(3, "2025-12-22T05:30:00")]);
    let second = json!([order(3, "2025-12-22T05:30:00")]);
    let acts = vec![Act::Paged(first, "x-wp-totalpages", "2"), Act::Paged(second, "x-wp-totalpages", "1")];
    let (client, script) = woo(acts);
    let asked = Cursor::since(now());
    let page = client.orders_since(&asked).await.expect("a page");
    assert_eq!((page.orders.len(), page.unread.len()), (2, 1));
    assert_eq!(page.unread[0].id.as_deref(), Some("2"));
    let next = page.next.clone().expect("a next page");
    let kept: Cursor = serde_json::from_str(&serde_json::to_string(&next).expect("JSON")).expect("a cursor");
    assert_eq!(client.orders_since(&kept).await.expect("a page").next, None);
    let path = &script.calls()[1].path;
    assert!(path.contains("modified_after=2025-12-22T05%3A29%3A59&") && path.ends_with("&page=1"), "{path}");
    assert_eq!(page.resume(&asked).from(), now().plus(Duration::from_secs(240)));
}

#[tokio::test]
async fn a_page_of_one_second_goes_on_to_the_next_page() {
    let same = json!([order(1, "2025-12-22T05:24:00")]);
    let acts =
        vec![Act::Paged(same, "link", "<https://shop.example/x?page=2>; rel=\"next\""), Act::Json(200, json!([]))];
    let (client, script) = woo(acts);
    let page = client.orders_since(&Cursor::since(now())).await.expect("a page");
    let last = client.orders_since(&page.next.expect("a next page")).await.expect("a page");
    assert_eq!((last.orders.len(), last.next), (0, None));
    assert!(script.calls()[1].path.ends_with("&page=2"));
}

#[tokio::test]
async fn a_number_is_told_once_with_note_and_status() {
    let acts = vec![
        Act::Json(200, order(7, "2025-12-22T05:24:00")),
        Act::Json(200, json!([{"id": 1, "note": "Merci", "customer_note": true}])),
        Act::Json(201, json!({"id": 2})),
        Act::Json(200, json!({"id": 7})),
    ];
    let (client, script) = woo(acts);
    assert_eq!(client.push_shipment(&shipped("7")).await, Ok(Pushed::Done));
    let root = "/wp-json/wc/v3/orders/7";
    assert_eq!(
        script.asked(),
        [format!("GET {root}"), format!("GET {root}/notes"), format!("POST {root}/notes"), format!("PUT {root}")]
    );
    let calls = script.calls();
    assert!(calls[2].json()["note"].as_str().is_some_and(|note| note.contains(NUMBER)));
    assert_eq!(
        calls[3].json(),
        json!({"meta_data": [{"key": "lpc_outward_parcel_number", "value": NUMBER}], "status": "completed"})
    );
}

/// The note was written and the connection broke: what is taken up again writes no second note.
#[tokio::test]
async fn a_push_that_broke_off_is_taken_up_where_it_stopped() {
    let there = json!([{"id": 2, "note": format!("Colissimo {NUMBER} – https://…"), "customer_note": true}]);
    let acts = vec![
        Act::Json(200, order(7, "2025-12-22T05:24:00")),
        Act::Json(200, json!([])),
        Act::Break(Reached::WholeRequest, Broken::TimedOut),
        Act::Json(200, order(7, "2025-12-22T05:24:00")),
        Act::Json(200, there),
        Act::Json(200, json!({"id": 7})),
    ];
    let (client, script) = woo(acts);
    let lost = client.push_shipment(&shipped("7")).await.expect_err("no answer");
    assert_eq!((lost.retry, lost.code.as_str()), (Retry::Unknown, "no_answer"));
    assert_eq!(client.push_shipment(&shipped("7")).await, Ok(Pushed::Done));
    assert_eq!(script.asked().iter().filter(|call| call.starts_with("POST")).count(), 1);
}

#[tokio::test]
async fn what_is_there_is_left_alone() {
    let mut done = with_meta(order(7, "2025-12-22T05:24:00"), &[("lpc_outward_parcel_number", NUMBER)]);
    done["status"] = "completed".into();
    let other = with_meta(order(8, "2025-12-22T05:24:00"), &[("lpc_outward_parcel_number", OTHER)]);
    let acts =
        vec![Act::Json(200, done), Act::Json(200, other.clone()), Act::Json(200, other), Act::Json(200, json!([]))];
    let (client, script) =
        woo(acts.into_iter().chain([Act::Json(201, json!({})), Act::Json(200, json!({}))]).collect());
    assert_eq!(client.push_shipment(&shipped("7")).await, Ok(Pushed::AlreadyThere));
    let refused = client.push_shipment(&shipped("8")).await.expect_err("another number is there");
    assert_eq!((refused.code.as_str(), refused.retry), ("other_number", Retry::Never));
    assert!(script.asked().iter().all(|call| call.starts_with("GET")));
    let mut instead = shipped("8");
    instead.replaces = Some(OTHER.parse().expect("a number"));
    assert_eq!(client.push_shipment(&instead).await, Ok(Pushed::Done));
}

#[tokio::test]
async fn an_order_that_is_gone_is_told_from_an_address_that_is_wrong() {
    let gone =
        json!({"code": "woocommerce_rest_shop_order_invalid_id", "message": "ID non valide.", "data": {"status": 404}});
    let no_route = json!({"code": "rest_no_route", "message": "Aucune route", "data": {"status": 404}});
    let acts =
        vec![Act::Json(404, gone.clone()), Act::Json(404, no_route), Act::Text(404, "<html>"), Act::Json(404, gone)];
    let (client, _) = woo(acts);
    assert_eq!(client.order("7").await, Ok(None));
    assert_eq!(client.order("7").await.expect_err("no route").code, "rest_no_route");
    assert_eq!(client.order("7").await.expect_err("a page").code, "not_found");
    assert_eq!(client.push_shipment(&shipped("7")).await.expect_err("gone").code, "no_such_order");
    assert_eq!(client.order("7/../8").await.expect_err("no id").code, "bad_id");
}

#[tokio::test]
async fn every_failure_says_whose_it_is_and_whether_it_may_be_tried_again() {
    let denied =
        json!({"code": "woocommerce_rest_cannot_view", "message": "Sorry jane@example.com", "data": {"status": 401}});
    for (act, blame, again, code) in [
        (Act::Json(401, denied), Blame::Us, false, "woocommerce_rest_cannot_view"),
        (Act::Text(301, ""), Blame::Us, false, "moved"),
        (Act::Text(200, "<html>Maintenance</html>"), Blame::Them, true, "not_the_protocol"),
        (Act::Text(200, ""), Blame::Them, true, "not_the_protocol"),
        (Act::Json(200, json!({"orders": []})), Blame::Them, true, "not_the_protocol"),
        (Act::Text(500, "<html>"), Blame::Them, true, "shop_failed"),
        (Act::Text(503, ""), Blame::Them, true, "unavailable"),
        (Act::Text(429, ""), Blame::Them, true, "too_many"),
        (Act::Break(Reached::Nothing, Broken::NoConnection), Blame::Them, true, "no_connection"),
        (Act::Break(Reached::FirstByte, Broken::TooLarge), Blame::Them, true, "too_large"),
    ] {
        let (client, _) = woo(vec![act]);
        let error = client.orders_since(&Cursor::since(now())).await.expect_err(code);
        assert_eq!((error.blame, error.code.as_str()), (blame, code));
        assert_eq!(matches!(error.retry, Retry::After(_)), again, "{error}");
        assert!(!format!("{error:?}").contains("jane"), "{error:?}");
    }
}

#[tokio::test]
async fn subscriptions_are_listed_made_and_enabled() {
    let hook = |id: u32, topic: &str, status: &str| json!({"id": id, "topic": topic, "status": status, "delivery_url": "https://t.example/h"});
    let acts = vec![
        Act::Json(
            200,
            json!([
                hook(1, "order.created", "active"),
                hook(2, "order.updated", "disabled"),
                hook(3, "product.updated", "active")
            ]),
        ),
        Act::Json(201, hook(4, "order.deleted", "active")),
        Act::Json(200, hook(2, "order.updated", "active")),
        Act::Json(404, json!({"code": "woocommerce_rest_shop_webhook_invalid_id"})),
    ];
    let (client, script) = woo(acts);
    let found = client.subscriptions().await.expect("a list");
    let shown: Vec<_> = found.iter().map(|s| (s.id.as_str(), s.topic.clone(), s.active)).collect();
    assert_eq!(shown, [("1", Topic::OrderCreated, true), ("2", Topic::OrderUpdated, false)]);
    let made = client.subscribe(&Topic::OrderDeleted, "https://t.example/h", "hush").await.expect("a subscription");
    assert_eq!((made.id.as_str(), made.active), ("4", true));
    assert_eq!(client.enable("2", "hush").await, Ok(()));
    assert_eq!(client.enable("9", "hush").await.expect_err("gone").code, "no_such_subscription");
    let calls = script.calls();
    assert_eq!(calls[1].json()["secret"], "hush");
    assert_eq!(calls[2].json(), json!({"status": "active", "secret": "hush"}), "whoever made it, it is signed as ours");
    assert_eq!(
        client.subscribe(&Topic::Ping, "https://t.example/h", "x").await.expect_err("no topic").code,
        "no_such_topic"
    );
}

#[tokio::test]
async fn over_plain_http_each_call_is_signed_anew() {
    let credentials = Credentials::WooCommerce { key: "ck_1".into(), secret: "cs_2".into() };
    let acts = vec![Act::Json(200, json!([])), Act::Json(200, json!([]))];
    let (client, script) = client("http://127.0.0.1:8080/boutique", credentials, acts);
    for _ in 0..2 {
        client.orders_since(&Cursor::since(now())).await.expect("a page");
    }
    let calls = script.calls();
    let plain = |call: &crate::script::Call| call.path.contains("oauth_signature=") && !call.path.contains("cs_2");
    assert!(calls.iter().all(plain));
    assert!(calls.iter().all(|call| call.headers.iter().all(|(name, _)| name != "authorization")));
    assert_ne!(calls[0].path, calls[1].path);
}
