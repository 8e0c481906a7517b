use crate::script::{Act, NUMBER, OTHER, Script, client, now, shipped};
use exchange::{Broken, Reached};
use parcel::Product;
use serde_json::{Value, json};
use shops::{Client, Credentials, Cursor, OrderStatus, Pushed, Retry, Topic};
use std::{sync::Arc, time::Duration};

fn shopify(acts: Vec<Act>) -> (Client, Arc<Script>) {
    client("https://shop.myshopify.com", Credentials::Shopify { token: "shpat_1".into() }, acts)
}

fn data(value: Value) -> Act {
    Act::Json(200, json!({"data": value}))
}

fn order(id: u64) -> Value {
    json!({
        "id": format!("gid://shopify/Order/{id}"), "legacyResourceId": id.to_string(), "name": format!("#{id}"),
        "createdAt": "2025-12-20T10:00:00Z", "updatedAt": "2025-12-22T06:24:00+01:00", "cancelledAt": null,
        "displayFinancialStatus": "PAID", "displayFulfillmentStatus": "UNFULFILLED",
        "email": "lucie@example.org", "phone": null, "totalWeight": "850",
        "currentTotalPriceSet": {"shopMoney": {"amount": "42.5", "currencyCode": "EUR"}},
        "customAttributes": [{"key": "lpc_pickup_id", "value": "750021"}, {"key": "lpc_pickup_label", "value": "PARIS BOURSE"}],
        "shippingAddress": {"firstName": "Lucie", "lastName": "Martin", "address1": "12 rue des Lilas", "address2": null,
            "zip": "75020", "city": "Paris", "countryCodeV2": "FR", "phone": "+33612345678"},
        "shippingLine": {"title": "Colissimo", "code": "colissimo"}, "fulfillments": []
    })
}

fn parcels(fulfillments: Value, orders: &[(&str, &str)]) -> Act {
    let orders: Vec<_> = orders
        .iter()
        .map(|(id, status)| json!({"id": id, "status": status, "supportedActions": [{"action": "CREATE_FULFILLMENT"}]}))
        .collect();
    data(
        json!({"order": {"id": "gid://shopify/Order/7", "fulfillments": fulfillments, "fulfillmentOrders": {"nodes": orders}}}),
    )
}

fn made(number: &str, status: &str) -> Value {
    json!([{"id": "gid://shopify/Fulfillment/1", "status": status, "trackingInfo": [{"number": number}]}])
}

fn fulfilled() -> Act {
    data(json!({"fulfillmentCreate": {"fulfillment": {"id": "gid://shopify/Fulfillment/1"}, "userErrors": []}}))
}

#[tokio::test]
async fn orders_come_in_pages_by_cursor() {
    let page = |orders: Value, more: bool| {
        data(json!({"orders": {"pageInfo": {"hasNextPage": more, "endCursor": "abc"}, "nodes": orders}}))
    };
    let (client, script) = shopify(vec![page(json!([order(7), {"id": "x"}]), true), page(json!([]), true)]);
    let first = client.orders_since(&Cursor::since(now())).await.expect("a page");
    let order = &first.orders[0];
    assert_eq!((order.id.as_str(), order.number.as_str(), &order.status), ("7", "#7", &OrderStatus::ToShip));
    assert_eq!((order.updated_at, order.weight_g, order.currency.as_deref()), (now(), Some(850), Some("EUR")));
    let pickup = order.pickup.as_ref().expect("a choice");
    assert_eq!((pickup.id.as_str(), pickup.label.as_deref()), ("750021", Some("PARIS BOURSE")));
    assert_eq!(order.buyer.mobile.as_deref(), Some("+33612345678"));
    assert_eq!(first.unread.len(), 1);
    let next = first.next.expect("a next page");
    assert_eq!(client.orders_since(&next).await.expect("a page").next, None, "the same cursor again is the end");
    let calls = script.calls();
    assert_eq!(calls[0].path, "/admin/api/2025-10/graphql.json");
    assert!(calls[0].headers.contains(&("x-shopify-access-token".into(), "shpat_1".into())));
    let variables = calls.iter().map(|call| call.json()["variables"].clone()).collect::<Vec<_>>();
    assert_eq!(variables[0]["query"], "updated_at:>='2025-12-22T05:24:00Z'");
    assert_eq!((&variables[0]["after"], &variables[1]["after"]), (&Value::Null, &json!("abc")));
}

#[tokio::test]
async fn a_fulfilment_is_made_of_all_that_is_open() {
    let open = [
        ("gid://shopify/FulfillmentOrder/1", "OPEN"),
        ("gid://shopify/FulfillmentOrder/2", "CLOSED"),
        ("gid://shopify/FulfillmentOrder/3", "IN_PROGRESS"),
    ];
    let (client, script) = shopify(vec![parcels(made(NUMBER, "CANCELLED"), &open), fulfilled()]);
    assert_eq!(client.push_shipment(&shipped("7")).await, Ok(Pushed::Done));
    let told = &script.calls()[1].json()["variables"]["fulfillment"];
    assert_eq!(
        told["lineItemsByFulfillmentOrder"],
        json!([{"fulfillmentOrderId": "gid://shopify/FulfillmentOrder/1"}, {"fulfillmentOrderId": "gid://shopify/FulfillmentOrder/3"}])
    );
    assert_eq!(
        (told["trackingInfo"]["number"].as_str(), told["trackingInfo"]["company"].as_str()),
        (Some(NUMBER), Some("Colissimo"))
    );
}

/// The mutation is not idempotent: what came of it is looked up, before anything else is done.
#[tokio::test]
async fn an_unknown_end_is_looked_up_and_never_repeated_blindly() {
    let open = [("gid://shopify/FulfillmentOrder/1", "OPEN")];
    let lost = || Act::Break(Reached::WholeRequest, Broken::Cut);
    let acts = vec![
        parcels(json!([]), &open),
        lost(),
        parcels(made(NUMBER, "SUCCESS"), &[]),
        parcels(json!([]), &open),
        lost(),
        parcels(json!([]), &open),
        parcels(json!([]), &open),
        lost(),
        Act::Break(Reached::Nothing, Broken::NoConnection),
        parcels(made(NUMBER, "SUCCESS"), &[]),
    ];
    let (client, script) = shopify(acts);
    assert_eq!(client.push_shipment(&shipped("7")).await, Ok(Pushed::Done), "it was there when we looked");
    for _ in 0..2 {
        assert_eq!(client.push_shipment(&shipped("7")).await.expect_err("not known").retry, Retry::Unknown);
    }
    assert_eq!(client.push_shipment(&shipped("7")).await, Ok(Pushed::AlreadyThere));
    let mutations = script.calls().iter().filter(|call| call.body.contains("mutation")).count();
    assert_eq!(mutations, 3, "one for each push that found nothing");
}

#[tokio::test]
async fn what_cannot_be_fulfilled_is_explained() {
    let acts = vec![
        parcels(made(OTHER, "SUCCESS"), &[]),
        parcels(json!([]), &[("gid://shopify/FulfillmentOrder/1", "ON_HOLD")]),
        parcels(json!([]), &[("gid://shopify/FulfillmentOrder/1", "CANCELLED")]),
        data(json!({"order": null})),
    ];
    let (client, _) = shopify(acts);
    for code in ["other_number", "on_hold", "nothing_to_fulfil", "no_such_order"] {
        assert_eq!(client.push_shipment(&shipped("7")).await.expect_err(code).code, code);
    }
    let retracked = data(json!({"fulfillmentTrackingInfoUpdate": {"fulfillment": {"id": "x"}, "userErrors": []}}));
    let (client, script) = shopify(vec![parcels(made(OTHER, "SUCCESS"), &[]), retracked]);
    let mut instead = shipped("7");
    instead.replaces = Some(OTHER.parse().expect("a number"));
    assert_eq!(client.push_shipment(&instead).await, Ok(Pushed::Done));
    assert_eq!(script.calls()[1].json()["variables"]["fulfillmentId"], "gid://shopify/Fulfillment/1");
}

#[tokio::test]
async fn refusals_in_answers_with_status_200_are_refusals() {
    let errors = |code: &str, message: &str| json!({"errors": [{"message": message, "extensions": {"code": code}}]});
    let mut throttled = errors("THROTTLED", "Throttled");
    throttled["extensions"] =
        json!({"cost": {"requestedQueryCost": 300, "throttleStatus": {"currentlyAvailable": 0, "restoreRate": 100.0}}});
    for (act, code, retry) in [
        (Act::Json(200, throttled), "THROTTLED", Retry::After(Duration::from_secs(3))),
        (Act::Json(200, errors("ACCESS_DENIED", "Access denied for jane@example.com")), "ACCESS_DENIED", Retry::Never),
        (
            Act::Json(200, errors("INTERNAL_SERVER_ERROR", "Oops")),
            "INTERNAL_SERVER_ERROR",
            Retry::After(Duration::from_secs(30)),
        ),
        (Act::Json(200, json!({"data": null})), "not_the_protocol", Retry::After(Duration::from_secs(30))),
        (Act::Json(401, json!({"errors": "[API] Invalid API key"})), "shopify_refused", Retry::Never),
        (
            Act::Json(402, json!({"errors": "Unavailable Shop"})),
            "shopify_refused",
            Retry::After(Duration::from_secs(3_600)),
        ),
    ] {
        let (client, _) = shopify(vec![act]);
        let error = client.order("7").await.expect_err(code);
        assert_eq!((error.code.as_str(), error.retry), (code, retry));
        assert!(!error.message.contains("jane"), "{error}");
    }
    let user = json!({"fulfillmentCreate": {"fulfillment": null, "userErrors": [{"field": ["fulfillment", "trackingInfo"], "message": "is wrong"}]}});
    let (client, _) = shopify(vec![parcels(json!([]), &[("gid://shopify/FulfillmentOrder/1", "OPEN")]), data(user)]);
    let error = client.push_shipment(&shipped("7")).await.expect_err("refused");
    assert_eq!((error.code.as_str(), error.retry), ("user_error", Retry::Never));
    assert!(error.message.contains("fulfillment.trackingInfo") && error.message.contains("is wrong"), "{error}");
}

#[tokio::test]
async fn subscriptions_that_were_deleted_are_missed() {
    let node = |id: u32, topic: &str| json!({"id": format!("gid://shopify/WebhookSubscription/{id}"), "topic": topic, "uri": "https://t.example/h"});
    let list = || data(json!({"webhookSubscriptions": {"nodes": [node(1, "ORDERS_CREATE"), node(2, "SHOP_UPDATE")]}}));
    let created = data(
        json!({"webhookSubscriptionCreate": {"webhookSubscription": node(3, "ORDERS_UPDATED"), "userErrors": []}}),
    );
    let (client, script) = shopify(vec![list(), created, list(), list()]);
    let found = client.subscriptions().await.expect("a list");
    assert_eq!((found.len(), &found[0].topic, found[0].active), (1, &Topic::OrderCreated, true));
    let made = client.subscribe(&Topic::OrderUpdated, "https://t.example/h", "").await.expect("a subscription");
    assert_eq!(made.topic, Topic::OrderUpdated);
    assert_eq!(
        script.calls()[1].json()["variables"],
        json!({"topic": "ORDERS_UPDATED", "webhookSubscription": {"uri": "https://t.example/h", "format": "JSON"}})
    );
    assert_eq!(client.enable(&found[0].id, "").await, Ok(()));
    assert_eq!(
        client.enable("gid://shopify/WebhookSubscription/9", "").await.expect_err("deleted").code,
        "no_such_subscription"
    );
}

/// The choice stands among the attributes or in a method's code; a method that names a point without one is said.
#[tokio::test]
async fn a_choice_without_an_id_is_no_delivery_at_home() {
    let of = |attributes: Value, code: &str, title: &str| {
        let mut order = order(7);
        order["customAttributes"] = attributes;
        order["shippingLine"] = json!({"title": title, "code": code});
        data(json!({"order": order}))
    };
    let noted = json!([{"key": "pickup_point_id", "value": "750021"}, {"key": "pickup_point_product", "value": "BPR"}]);
    let acts = vec![
        of(noted, "COLISSIMO_PICKUP", "Colissimo"),
        of(json!([]), "lpc_relay:750021", "Colissimo"),
        of(json!([]), "COLISSIMO_PICKUP", "Colissimo"),
        of(json!([]), "standard", "Colissimo point retrait"),
        of(json!([]), "standard", "Colissimo domicile"),
    ];
    let (client, _) = shopify(acts);
    let mut read = Vec::new();
    for _ in 0..5 {
        let order = client.order("7").await.expect("an answer").expect("an order");
        let product = order.pickup.as_ref().and_then(|pickup| pickup.product.clone());
        read.push((order.pickup.map(|pickup| pickup.id.to_string()), product, order.pickup_unread));
    }
    let id = || Some("750021".to_owned());
    let wanted = [
        (id(), Some(Product::Bpr), false),
        (id(), None, false),
        (None, None, true),
        (None, None, true),
        (None, None, false),
    ];
    assert_eq!(read, wanted);
}
