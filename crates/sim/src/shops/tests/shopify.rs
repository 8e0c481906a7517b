use super::*;
use serde_json::json;

fn shopify() -> Shop {
    shop(Platform::Shopify)
}

fn graph(shop: &mut Shop, now: Time, query: &str, variables: &Value) -> Value {
    let body = json!({ "query": query, "variables": variables }).to_string();
    let answer = ask(shop, now, Method::POST, "/admin/api/2025-10/graphql.json", &body);
    assert_eq!(answer.status, 200);
    read(&answer)
}

fn gid(kind: &str, id: u64) -> String {
    format!("gid://shopify/{kind}/{id}")
}

/// Fulfils an order whole.
fn fulfil(shop: &mut Shop, now: Time, order: u64, number: &str) -> Value {
    let found = graph(
        shop,
        now,
        "query($id: ID!) { order(id: $id) { fulfillmentOrders(first: 5) { nodes { id status } } } }",
        &json!({ "id": gid("Order", order) }),
    );
    let id = &found["data"]["order"]["fulfillmentOrders"]["nodes"][0]["id"];
    let mutation = "mutation($f: FulfillmentInput!) { fulfillmentCreate(fulfillment: $f) {
        fulfillment { id status trackingInfo { number company } order { displayFulfillmentStatus } } userErrors { field message } } }";
    let input = json!({
        "lineItemsByFulfillmentOrder": [{ "fulfillmentOrderId": id }],
        "trackingInfo": { "company": "Colissimo", "number": number },
        "notifyCustomer": false,
    });
    graph(shop, now, mutation, &json!({ "f": input }))["data"]["fulfillmentCreate"].clone()
}

#[test]
fn orders_are_paged_by_their_last_change_and_stay_put() {
    let mut shop = shopify();
    let ids: Vec<u64> = (0..5).map(|n| shop.place_order(later(n * 60), new_order())).collect();
    let query = "query($q: String, $after: String) { orders(first: 2, after: $after, query: $q, sortKey: UPDATED_AT) {
        edges { cursor node { legacyResourceId } } pageInfo { hasNextPage endCursor } } }";
    let q = "updated_at:>='2025-12-22T11:01:00Z'";
    let page = |shop: &mut Shop, after: &Value| {
        let page = graph(shop, later(900), query, &json!({ "q": q, "after": after }))["data"]["orders"].clone();
        let seen: Vec<u64> = page["edges"]
            .as_array()
            .expect("edges")
            .iter()
            .filter_map(|edge| edge["node"]["legacyResourceId"].as_str()?.parse().ok())
            .collect();
        (seen, page["pageInfo"]["endCursor"].clone(), page["pageInfo"]["hasNextPage"] == true)
    };
    let (first, cursor, more) = page(&mut shop, &Value::Null);
    assert_eq!((first, more), (vec![ids[1], ids[2]], true));
    shop.change_order(later(800), ids[2], Change::Address(new_order().buyer));
    let (second, cursor, more) = page(&mut shop, &cursor);
    assert_eq!((second, more), (vec![ids[3], ids[4]], true), "the one that was changed moved to the end");
    assert_eq!(page(&mut shop, &cursor), (vec![ids[2]], shop_cursor(later(800), ids[2]), false));
}

fn shop_cursor(at: Time, id: u64) -> Value {
    text::base64(format!("{}:{id}", at.unix_ms()).as_bytes()).into()
}

#[test]
fn aliases_fragments_and_directives_are_taken() {
    let mut shop = shopify();
    let id = shop.place_order(noon(), new_order());
    let query = "query One($id: ID!, $with: Boolean = false) {
            mine: order(id: $id) { ...Head ... on Order { name } email @include(if: $with) note @skip(if: true) __typename }
            shop { title: name }
        }
        fragment Head on Order { id customAttributes { key value } shippingLine { code } }";
    let answer = graph(&mut shop, noon(), query, &json!({ "id": gid("Order", id) }));
    let mine = &answer["data"]["mine"];
    assert_eq!((&mine["name"], &mine["__typename"]), (&json!("#1001"), &json!("Order")));
    assert_eq!(mine["customAttributes"][0]["key"], "pickup_point_id");
    assert!(mine.get("email").is_none() && mine.get("note").is_none());
    assert_eq!(answer["data"]["shop"], json!({ "title": "Atelier Garance" }));
}

#[test]
fn what_is_not_in_the_schema_is_refused_before_anything_is_done() {
    let mut shop = shopify();
    let id = shop.place_order(noon(), new_order());
    for (query, code) in [
        ("{ orders(first: 1) { nodes { colour } } }", "undefinedField"),
        ("{ shop }", "selectionMismatch"),
        ("{ shop { name { first } } }", "selectionMismatch"),
        ("{ orders { nodes { id } } }", "BAD_REQUEST"),
        ("{ orders(first: 251) { nodes { id } } }", "BAD_REQUEST"),
        ("{ orders(first: 1, after: \"!\") { nodes { id } } }", "BAD_REQUEST"),
        ("query($id: ID!) { order(id: $id) { id } }", "INVALID_VARIABLE"),
        ("{ order(id: $id) { id } }", "variableNotDefined"),
        ("{ ...None }", "useAndDefineFragment"),
        ("{ ...A } fragment A on QueryRoot { ...A }", "BAD_REQUEST"),
        ("{ shop { name }", "PARSE_ERROR"),
        ("subscription { shop { name } }", "BAD_REQUEST"),
    ] {
        assert_eq!(graph(&mut shop, noon(), query, &json!({}))["errors"][0]["extensions"]["code"], code, "{query}");
    }
    let deep = format!("{{ shop {} }}", "{ name ".repeat(200));
    assert_eq!(graph(&mut shop, noon(), &deep, &json!({}))["errors"][0]["extensions"]["code"], "BAD_REQUEST");
    let mutation = "mutation($f: FulfillmentInput!) { fulfillmentCreate(fulfillment: $f) { fulfillment { colour } } }";
    let order = shop.orders()[0].id - 5_600_000_000_000 + 6_700_000_000_000;
    let input = json!({ "lineItemsByFulfillmentOrder": [{ "fulfillmentOrderId": gid("FulfillmentOrder", order) }] });
    graph(&mut shop, noon(), mutation, &json!({ "f": input }));
    assert_eq!(shop.orders()[0].state, State::ToShip, "{id}: not fulfilled");
}

#[test]
fn an_order_is_fulfilled_once() {
    let mut shop = shopify();
    let id = shop.place_order(noon(), new_order());
    let first = fulfil(&mut shop, later(60), id, "6A15984040331");
    assert_eq!(first["userErrors"], json!([]));
    assert_eq!(first["fulfillment"]["trackingInfo"][0], json!({ "number": "6A15984040331", "company": "Colissimo" }));
    assert_eq!(first["fulfillment"]["order"]["displayFulfillmentStatus"], "FULFILLED");
    let second = fulfil(&mut shop, later(61), id, "6A15984040331");
    assert_eq!(second["fulfillment"], Value::Null);
    let said = second["userErrors"][0]["message"].as_str().expect("a message");
    assert!(said.ends_with("has an unfulfillable status= closed."), "{said}");
    let booked = shop.orders().remove(0);
    assert_eq!((booked.state, booked.pushes.len()), (State::Shipped, 1));
    let cancelled = shop.place_order(later(70), new_order());
    shop.change_order(later(80), cancelled, Change::Cancel);
    let refused = fulfil(&mut shop, later(90), cancelled, "6A15984040332");
    assert!(refused["userErrors"][0]["message"].as_str().is_some_and(|said| said.ends_with("cancelled.")), "{refused}");
}

#[test]
fn points_are_spent_and_come_back() {
    let mut shop = shopify();
    for n in 0..50 {
        shop.place_order(later(n), new_order());
    }
    let query = "{ orders(first: 50) { nodes { id lineItems(first: 10) { nodes { id } } } } }";
    let answer = graph(&mut shop, later(60), query, &json!({}));
    let cost = &answer["extensions"]["cost"];
    assert_eq!(cost["requestedQueryCost"], 2 + 50 * (1 + 2 + 10));
    assert_eq!(cost["actualQueryCost"], 2 + 50 * (1 + 2 + 1));
    let left = cost["throttleStatus"]["currentlyAvailable"].as_u64().expect("points");
    assert_eq!(left, 2_000 - 202);
    let mut throttled = Value::Null;
    for _ in 0..20 {
        throttled = graph(&mut shop, later(60), query, &json!({}));
    }
    assert_eq!(throttled["errors"][0]["extensions"]["code"], "THROTTLED");
    assert_eq!(throttled["extensions"]["cost"]["actualQueryCost"], Value::Null);
    assert!(throttled.get("data").is_none());
    assert!(
        graph(&mut shop, later(70), query, &json!({})).get("errors").is_none(),
        "ten seconds are a thousand points"
    );
    let large = "{ orders(first: 250) { nodes { lineItems(first: 50) { nodes { id } } } } }";
    assert_eq!(graph(&mut shop, later(90), large, &json!({}))["errors"][0]["extensions"]["code"], "MAX_COST_EXCEEDED");
}

fn subscribed() -> Shop {
    let mut shop = shopify();
    let mutation = "mutation($t: WebhookSubscriptionTopic!, $w: WebhookSubscriptionInput!) {
        webhookSubscriptionCreate(topic: $t, webhookSubscription: $w) { webhookSubscription { id uri topic
        endpoint { __typename ... on WebhookHttpEndpoint { callbackUrl } ... on WebhookPubSubEndpoint { pubSubTopic } } }
        userErrors { field message } } }";
    let variables = json!({ "t": "ORDERS_CREATE", "w": { "uri": HOOKS, "format": "JSON" } });
    let made = graph(&mut shop, noon(), mutation, &variables)["data"]["webhookSubscriptionCreate"].clone();
    assert_eq!(made["webhookSubscription"]["endpoint"]["callbackUrl"], HOOKS);
    let again = graph(&mut shop, noon(), mutation, &variables)["data"]["webhookSubscriptionCreate"].clone();
    assert_eq!(again["userErrors"][0]["message"], "Address for this topic has already been taken");
    let plain = json!({ "t": "ORDERS_CREATE", "w": { "uri": "http://shop.example/hooks" } });
    let refused = graph(&mut shop, noon(), mutation, &plain)["data"]["webhookSubscriptionCreate"].clone();
    assert_eq!(refused["userErrors"][0]["field"], json!(["webhookSubscription", "callbackUrl"]));
    shop
}

/// Lets the next webhook leave when it is due; gives it and that time.
fn next(shop: &mut Shop) -> (Delivery, Time) {
    let due = shop.next_due().expect("something is due");
    let mut sent = shop.due(due);
    assert_eq!(sent.len(), 1);
    (sent.remove(0), due)
}

#[test]
fn a_webhook_is_signed_with_the_apps_secret() {
    let mut shop = subscribed();
    let id = shop.place_order(noon(), new_order());
    let (delivery, _) = next(&mut shop);
    let signed = text::base64(&text::hmac_sha256(shop.access().secret.as_bytes(), &delivery.request.body));
    for (name, value) in [
        ("x-shopify-hmac-sha256", signed.as_str()),
        ("x-shopify-topic", "orders/create"),
        ("x-shopify-shop-domain", "shop.example"),
        ("x-shopify-triggered-at", "2025-12-22T11:00:00Z"),
        ("x-shopify-api-version", "2025-10"),
    ] {
        assert_eq!(header_of(&delivery, name), value, "{name}");
    }
    assert_eq!((delivery.connect_patience, delivery.patience), (Duration::from_secs(1), Duration::from_secs(5)));
    let told: Value = serde_json::from_slice(&delivery.request.body).expect("JSON");
    assert_eq!((told["id"].as_u64(), &told["financial_status"]), (Some(id), &json!("paid")));
}

#[test]
fn eight_retries_over_four_hours_and_then_the_subscription_is_deleted() {
    let mut shop = subscribed();
    let id = shop.place_order(noon(), new_order());
    let (first, began) = next(&mut shop);
    shop.delivered(began, &first, FAILED);
    shop.change_order(later(60), id, Change::Address(new_order().buyer));
    let mut last = began;
    for attempt in 2..=9 {
        assert_eq!(shop.subscriptions()[0].standing, Standing::Active, "before attempt {attempt}");
        let (again, at) = next(&mut shop);
        assert_eq!((again.attempt, again.message), (attempt, first.message));
        assert_eq!(again.request, first.request, "as it was written first, its event's id with it");
        assert!(at > last);
        last = at;
        let slow = Outcome { status: Some(200), took: Duration::from_millis(5_001) };
        shop.delivered(at, &again, slow);
    }
    assert_eq!(last.since(began), Duration::from_secs(4 * 3_600));
    let gone = shop.subscriptions().remove(0);
    assert_eq!(gone.standing, Standing::Deleted { since: last, after_failures: true });
    assert_eq!((gone.delivered, gone.given_up), (0, 1));
    assert_eq!(shop.next_due(), None);
    let none = graph(&mut shop, last, "{ webhookSubscriptions(first: 5) { nodes { id } } }", &json!({}));
    assert_eq!(none["data"]["webhookSubscriptions"]["nodes"], json!([]));
    shop.place_order(last, new_order());
    assert_eq!(shop.next_due(), None, "nobody is told any more");
}

#[test]
fn a_success_meanwhile_keeps_the_subscription() {
    let mut shop = subscribed();
    shop.place_order(noon(), new_order());
    let (stubborn, mut at) = next(&mut shop);
    shop.delivered(at, &stubborn, FAILED);
    for attempt in 2..=9 {
        let (again, due) = next(&mut shop);
        assert_eq!(again.attempt, attempt);
        at = due;
        if attempt == 5 {
            shop.place_order(at, new_order());
            let other = shop.due(at.plus(Duration::from_secs(2))).remove(0);
            shop.delivered(at.plus(Duration::from_secs(2)), &other, GOOD);
            assert_ne!(header_of(&other, "x-shopify-event-id"), header_of(&again, "x-shopify-event-id"));
        }
        shop.delivered(at, &again, FAILED);
    }
    let kept = shop.subscriptions().remove(0);
    assert_eq!((kept.standing, kept.delivered, kept.given_up), (Standing::Active, 1, 1));
    assert_eq!(shop.next_due(), None, "the stubborn one is given up");
}

#[test]
fn one_event_has_one_id_for_all_its_subscriptions() {
    let mut shop = shopify();
    for topic in ["orders/create", "orders/paid"] {
        shop.subscribe(noon(), topic, HOOKS, "").expect("subscribed");
    }
    assert!(shop.subscribe(noon(), "orders/lost", HOOKS, "").is_err());
    shop.place_order(noon(), new_order());
    let sent = shop.due(later(5));
    let of = |name| sent.iter().map(|one| header_of(one, name)).collect::<Vec<_>>();
    assert_eq!(sent.len(), 2);
    assert_eq!(of("x-shopify-event-id")[0], of("x-shopify-event-id")[1]);
    assert_ne!(of("x-shopify-webhook-id")[0], of("x-shopify-webhook-id")[1]);
}

#[test]
fn the_key_is_asked_for_and_old_clients_are_served() {
    let mut shop = shopify();
    let id = shop.place_order(noon(), new_order());
    let mut bare = request(&shop, Method::GET, "/admin/api/2024-10/shop.json", "");
    assert_eq!(read(&shop.handle(noon(), &bare))["shop"]["name"], "Atelier Garance");
    bare.headers.clear();
    assert_eq!(shop.handle(noon(), &bare).status, 401);
    let list = get(&mut shop, noon(), "/admin/api/2024-10/orders.json?status=any&updated_at_min=2025-12-22T11:00:00Z");
    assert_eq!(list["orders"][0]["id"], id);
    assert_eq!(get(&mut shop, noon(), "/admin/api/2024-10/orders/1.json")["errors"], "Not Found");
    assert_eq!(get(&mut shop, noon(), "/admin/api/yesterday/orders.json")["errors"], "Not Found");
}
