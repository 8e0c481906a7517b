use super::*;
use serde_json::json;

const ORDERS: &str = "/wp-json/wc/v3/orders";
const WEBHOOKS: &str = "/wp-json/wc/v3/webhooks";

fn woo() -> Shop {
    shop(Platform::WooCommerce)
}

fn subscribed(topic: &str) -> (Shop, u64) {
    let mut shop = woo();
    let id = shop.subscribe(noon(), topic, HOOKS, "s3cret").expect("subscribed");
    let pings = shop.due(noon());
    assert_eq!(pings.len(), 1);
    assert_eq!(pings[0].request.body, format!("webhook_id={id}"), "a new webhook says so, unsigned");
    assert_eq!(header_of(&pings[0], "x-wc-webhook-signature"), "");
    shop.delivered(noon(), &pings[0], FAILED);
    assert_eq!(shop.subscriptions()[0].failures, 0, "a ping that fails counts for nothing");
    (shop, id)
}

/// Places an order and lets its webhook leave.
fn sold(shop: &mut Shop, at: Time) -> Vec<Delivery> {
    shop.place_order(at, new_order());
    shop.due(at.plus(Duration::from_secs(2)))
}

#[test]
fn a_webhook_is_signed_and_says_what_it_is() {
    let (mut shop, id) = subscribed("order.created");
    let sent = sold(&mut shop, noon());
    let [delivery] = sent.as_slice() else { panic!("{sent:?}") };
    let signed = text::base64(&text::hmac_sha256(b"s3cret", &delivery.request.body));
    for (name, value) in [
        ("x-wc-webhook-signature", signed.as_str()),
        ("x-wc-webhook-topic", "order.created"),
        ("x-wc-webhook-resource", "order"),
        ("x-wc-webhook-event", "created"),
        ("x-wc-webhook-source", "https://shop.example/"),
        ("x-wc-webhook-id", &id.to_string()),
        ("content-type", "application/json"),
    ] {
        assert_eq!(header_of(delivery, name), value, "{name}");
    }
    assert_eq!(header_of(delivery, "x-wc-webhook-delivery-id").len(), 32);
    assert_eq!(delivery.request.path_and_query, "/hooks/a");
    let told: Value = serde_json::from_slice(&delivery.request.body).expect("JSON");
    assert_eq!(told["id"], 1_001);
    assert_eq!(told["status"], "processing");
    let meta = told["meta_data"].as_array().expect("metadata");
    assert_eq!(meta[0]["key"], "_lpc_meta_pickUpLocationId");
}

#[test]
fn five_failures_in_a_row_switch_a_webhook_off_and_not_four() {
    let (mut shop, _) = subscribed("order.created");
    for n in 0..5 {
        let at = later(n * 60);
        let sent = sold(&mut shop, at);
        assert_eq!(sent.len(), 1, "still on after {n} failures");
        shop.delivered(at, &sent[0], FAILED);
    }
    let subscription = shop.subscriptions().remove(0);
    assert_eq!(subscription.standing, Standing::Disabled { since: later(240) });
    assert_eq!((subscription.failures, subscription.given_up), (5, 5), "nothing was sent twice");
    assert!(sold(&mut shop, later(900)).is_empty());
    assert_eq!(shop.next_due(), None);
}

#[test]
fn a_success_forgets_failures_and_switching_on_does_not() {
    let (mut shop, id) = subscribed("order.created");
    for n in 0..4 {
        let sent = sold(&mut shop, later(n * 60));
        shop.delivered(later(n * 60), &sent[0], FAILED);
    }
    let sent = sold(&mut shop, later(300));
    let moved = Outcome { status: Some(302), ..GOOD };
    shop.delivered(later(300), &sent[0], moved);
    assert_eq!(shop.subscriptions()[0].failures, 0, "WooCommerce takes 302 for a success");
    for n in 10..15 {
        let sent = sold(&mut shop, later(n * 60));
        shop.delivered(later(n * 60), &sent[0], Outcome { status: None, took: Duration::from_secs(60) });
    }
    assert!(matches!(shop.subscriptions()[0].standing, Standing::Disabled { .. }));
    let on = ask(&mut shop, later(1_000), Method::PUT, &format!("{WEBHOOKS}/{id}"), r#"{"status":"active"}"#);
    assert_eq!((on.status, read(&on)["status"].as_str()), (200, Some("active")));
    let sent = sold(&mut shop, later(1_010));
    shop.delivered(later(1_012), &sent[0], FAILED);
    assert!(matches!(shop.subscriptions()[0].standing, Standing::Disabled { .. }), "one more was enough");
}

#[test]
fn an_answer_after_its_time_is_none() {
    let (mut shop, _) = subscribed("order.created");
    let sent = sold(&mut shop, noon());
    shop.delivered(later(90), &sent[0], Outcome { status: Some(200), took: Duration::from_millis(60_001) });
    assert_eq!(shop.subscriptions()[0].failures, 1);
}

#[test]
fn what_is_young_is_created_and_what_is_older_updated() {
    let mut shop = woo();
    shop.subscribe(noon(), "order.updated", HOOKS, "x").expect("subscribed");
    shop.due(noon());
    let id = shop.place_order(noon(), NewOrder { paid: false, ..new_order() });
    shop.change_order(later(5), id, Change::Pay);
    assert!(shop.due(later(60)).is_empty(), "within ten seconds it is still being created");
    shop.change_order(later(61), id, Change::Cancel);
    shop.change_order(later(62), id, Change::Address(new_order().buyer));
    let sent = shop.due(later(70));
    assert_eq!(sent.len(), 1, "two changes before the scheduler comes are one message");
    let told: Value = serde_json::from_slice(&sent[0].request.body).expect("JSON");
    assert_eq!(told["status"], "cancelled", "as the order is when it is written");
}

#[test]
fn two_messages_of_one_second_share_their_id() {
    let (mut shop, _) = subscribed("order.created");
    let ids: Vec<u64> = (0..2).map(|_| shop.place_order(noon(), new_order())).collect();
    let sent = shop.due(later(2));
    let id = |n: usize| header_of(&sent[n], "x-wc-webhook-delivery-id");
    assert_eq!(sent.iter().map(|one| one.order).collect::<Vec<_>>(), [Some(ids[0]), Some(ids[1])]);
    assert_eq!(id(0), id(1));
}

#[test]
fn a_deleted_order_is_told_by_its_id_alone() {
    let (mut shop, _) = subscribed("order.deleted");
    let id = shop.place_order(noon(), new_order());
    shop.change_order(later(30), id, Change::Delete);
    let sent = shop.due(later(40));
    assert_eq!(sent[0].request.body, format!("{{\"id\":{id}}}"));
    assert_eq!(get(&mut shop, later(41), &format!("{ORDERS}?status=any")), json!([]), "the bin is not shown");
}

#[test]
fn lists_come_in_pages_with_their_counts() {
    let mut shop = woo();
    for n in 0..25 {
        shop.place_order(later(n), new_order());
    }
    let answer =
        ask(&mut shop, later(60), Method::GET, &format!("{ORDERS}?per_page=10&page=2&orderby=id&order=asc"), "");
    let header = |name: &str| answer.headers[name].to_str().expect("text").to_owned();
    assert_eq!((header("x-wp-total").as_str(), header("x-wp-totalpages").as_str()), ("25", "3"));
    assert!(header("link").contains("page=1>; rel=\"prev\"") && header("link").contains("page=3>; rel=\"next\""));
    let ids: Vec<u64> = read(&answer).as_array().expect("a list").iter().filter_map(|one| one["id"].as_u64()).collect();
    assert_eq!(ids, (1_011..1_021).collect::<Vec<_>>());
    for bad in [
        "per_page=101",
        "per_page=0",
        "page=0",
        "page=x",
        "orderby=colour",
        "order=up",
        "status=sent",
        "modified_after=soon",
    ] {
        let answer = ask(&mut shop, later(60), Method::GET, &format!("{ORDERS}?{bad}"), "");
        assert_eq!((answer.status, read(&answer)["code"].as_str()), (400, Some("rest_invalid_param")), "{bad}");
    }
}

#[test]
fn orders_are_found_by_the_time_of_their_last_change() {
    let mut shop = woo();
    let ids: Vec<u64> = (0..3).map(|n| shop.place_order(later(n * 60), new_order())).collect();
    shop.change_order(later(600), ids[0], Change::Address(new_order().buyer));
    let mut found = |query: &str| -> Vec<u64> {
        let path = format!("{ORDERS}?orderby=modified&order=asc&{query}");
        let list = get(&mut shop, later(700), &path);
        list.as_array().expect("a list").iter().filter_map(|one| one["id"].as_u64()).collect()
    };
    assert_eq!(
        found("modified_after=2025-12-22T11:01:00&dates_are_gmt=true"),
        [ids[2], ids[0]],
        "not the bound itself"
    );
    assert_eq!(found("modified_after=2025-12-22T12:01:00"), [ids[2], ids[0]], "on the shop's clocks");
    assert_eq!(found("modified_after=2025-12-22T12:01:00%2B01:00"), [ids[2], ids[0]], "with its zone");
    assert_eq!(
        found("modified_after=2025-12-22T11:01:00Z&dates_are_gmt=true"),
        [0_u64; 0],
        "a zone is put on the shop's clocks and then compared with UTC: an hour of orders is not found"
    );
    assert_eq!(found("modified_before=2025-12-22T11:02:00&dates_are_gmt=true"), [ids[1]]);
    assert_eq!(found(&format!("include={},{}", ids[1], ids[2])), [ids[1], ids[2]]);
    assert_eq!(found("search=nobody"), [0_u64; 0]);
}

#[test]
fn metadata_merges_by_id_and_by_key() {
    let mut shop = woo();
    let id = shop.place_order(noon(), NewOrder { pickup: None, ..new_order() });
    let path = format!("{ORDERS}/{id}");
    let mut put = |meta: Value| -> Value {
        let body = json!({ "meta_data": meta }).to_string();
        read(&ask(&mut shop, later(30), Method::PUT, &path, &body))["meta_data"].clone()
    };
    assert_eq!(
        put(json!([{"key": "a", "value": "1"}, {"key": "b", "value": "2"}])),
        json!([
            {"id": 1, "key": "a", "value": "1"}, {"id": 2, "key": "b", "value": "2"}
        ])
    );
    assert_eq!(put(json!([{"key": "a", "value": "3"}]))[0], json!({"id": 1, "key": "a", "value": "3"}), "by its key");
    assert_eq!(
        put(json!([{"id": 2, "key": "c", "value": "4"}]))[1],
        json!({"id": 2, "key": "c", "value": "4"}),
        "by its id"
    );
    assert_eq!(
        put(json!([{"key": "a", "value": null}])),
        json!([{"id": 2, "key": "c", "value": "4"}]),
        "null takes away"
    );
}

#[test]
fn a_parcel_number_is_booked_as_often_as_it_is_written() {
    let mut shop = woo();
    let id = shop.place_order(noon(), new_order());
    let body = r#"{"status":"completed","meta_data":[{"key":"lpc_outward_parcel_number","value":"6A15984040331"}]}"#;
    for n in 1..3 {
        assert_eq!(ask(&mut shop, later(n * 60), Method::PUT, &format!("{ORDERS}/{id}"), body).status, 200);
    }
    let note = ask(&mut shop, later(200), Method::POST, &format!("{ORDERS}/{id}/notes"), r#"{"note":"Colis parti"}"#);
    assert_eq!((note.status, read(&note)["note"].as_str()), (201, Some("Colis parti")));
    let booked = shop.orders().remove(0);
    assert_eq!((booked.state, booked.parcel_number.as_deref()), (State::Shipped, Some("6A15984040331")));
    assert_eq!(booked.pushes.len(), 2);
    let notes: Vec<&str> = booked.notes.iter().map(|note| note.text.as_str()).collect();
    assert_eq!(notes, ["Order status changed from Processing to Completed.", "Colis parti"]);
    let order = get(&mut shop, later(300), &format!("{ORDERS}/{id}"));
    assert_eq!(order["date_completed_gmt"], "2025-12-22T11:01:00", "completed once");
    let product = order["line_items"][0]["product_id"].as_u64().expect("a product");
    assert_eq!(get(&mut shop, later(300), &format!("/wp-json/wc/v3/products/{product}"))["weight"], "1.250");
}

#[test]
fn what_is_wrong_is_said_in_the_platforms_form() {
    let mut shop = woo();
    let id = shop.place_order(noon(), new_order());
    for (method, path, body, status, code) in [
        (Method::GET, format!("{ORDERS}/9"), "", 404, "woocommerce_rest_shop_order_invalid_id"),
        (Method::PUT, format!("{ORDERS}/9"), "{}", 404, "woocommerce_rest_shop_order_invalid_id"),
        (Method::PUT, format!("{ORDERS}/{id}"), "{", 400, "rest_invalid_json"),
        (Method::PUT, format!("{ORDERS}/{id}"), r#"{"status":"sent"}"#, 400, "rest_invalid_param"),
        (Method::PUT, format!("{ORDERS}/{id}"), r#"{"meta_data":{}}"#, 400, "rest_invalid_param"),
        (Method::POST, format!("{ORDERS}/{id}/notes"), "{}", 400, "rest_missing_callback_param"),
        (Method::GET, format!("{ORDERS}/9/notes"), "", 404, "woocommerce_rest_order_invalid_id"),
        (Method::GET, format!("{WEBHOOKS}/9"), "", 404, "woocommerce_rest_shop_webhook_invalid_id"),
        (
            Method::POST,
            WEBHOOKS.into(),
            r#"{"topic":"order.lost","delivery_url":"http://127.0.0.1/"}"#,
            400,
            "woocommerce_rest_shop_webhook_invalid_topic",
        ),
        (
            Method::POST,
            WEBHOOKS.into(),
            r#"{"topic":"order.created","delivery_url":"ftp://x"}"#,
            400,
            "woocommerce_rest_shop_webhook_invalid_delivery_url",
        ),
        (Method::GET, "/wp-json/wc/v3/colours".into(), "", 404, "rest_no_route"),
        (Method::GET, "/".into(), "", 404, "rest_no_route"),
    ] {
        let answer = ask(&mut shop, later(60), method, &path, body);
        let said = read(&answer);
        assert_eq!(
            (answer.status, said["code"].as_str(), said["data"]["status"].as_u64()),
            (status, Some(code), Some(u64::from(status))),
            "{path}"
        );
    }
    assert_eq!(shop.orders()[0].state, State::ToShip);
}

#[test]
fn who_has_not_signed_in_is_not_served() {
    let mut shop = woo();
    let mut bare = request(&shop, Method::GET, ORDERS, "");
    bare.headers.clear();
    let answer = shop.handle(noon(), &bare);
    assert_eq!((answer.status, read(&answer)["code"].as_str()), (401, Some("woocommerce_rest_cannot_view")));
    let mut wrong = bare.clone();
    let pair = text::base64(format!("{}:cs_wrong", shop.access().key).as_bytes());
    wrong.headers.push((header::AUTHORIZATION, format!("Basic {pair}")));
    let answer = shop.handle(noon(), &wrong);
    assert_eq!((answer.status, read(&answer)["code"].as_str()), (401, Some("woocommerce_rest_authentication_error")));
    let in_query = format!("{ORDERS}?consumer_key={}&consumer_secret={}", shop.access().key, shop.access().secret);
    bare.path_and_query = in_query;
    assert_eq!(shop.handle(noon(), &bare).status, 200);
}

/// Signs by OAuth 1.0a, as its specification has it.
fn signed(shop: &Shop, method: Method, path: &str, query: &[(&str, &str)], nonce: &str, at: Time) -> Request {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
    const KEPT: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    let encode = |text: &str| utf8_percent_encode(text, &KEPT).to_string();
    let stamp = (at.unix_ms() / 1_000).to_string();
    let mut all: Vec<(String, String)> = query.iter().map(|(n, v)| (encode(n), encode(v))).collect();
    for (name, value) in [
        ("oauth_consumer_key", shop.access().key.as_str()),
        ("oauth_nonce", nonce),
        ("oauth_signature_method", "HMAC-SHA256"),
        ("oauth_timestamp", &stamp),
    ] {
        all.push((encode(name), encode(value)));
    }
    all.sort();
    let joined = all.iter().map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>().join("&");
    let base = format!("{method}&{}&{}", encode(&format!("http://127.0.0.1:8091{path}")), encode(&joined));
    let key = format!("{}&", shop.access().secret);
    let signature = encode(&text::base64(&text::hmac_sha256(key.as_bytes(), base.as_bytes())));
    let path_and_query = format!("{path}?{joined}&oauth_signature={signature}");
    Request { method, path_and_query, headers: Vec::new(), body: Bytes::new() }
}

fn plain_woo() -> Shop {
    let options = Options { url: "http://127.0.0.1:8091".into(), ..Options::default() };
    Shop::new(Platform::WooCommerce, options, 7)
}

#[test]
fn without_tls_a_request_is_signed() {
    let mut shop = plain_woo();
    let query = [("per_page", "5"), ("search", "Été à l'eau"), ("status[]", "processing")];
    let good = signed(&shop, Method::GET, ORDERS, &[query[0], query[1], ("status[0]", "processing")], "n1", noon());
    assert_eq!(shop.handle(noon(), &good).status, 200);
    let mut said = |request: &Request, now| {
        let answer = shop.handle(now, request);
        (answer.status, read(&answer)["message"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(said(&good, later(1)), (401, "Invalid nonce - nonce has already been used.".into()));
    let mut changed = good.clone();
    changed.path_and_query = good.path_and_query.replace("per_page=5", "per_page=6");
    assert_eq!(said(&changed, noon()), (401, "Invalid signature - provided signature does not match.".into()));
    let mut posted = good.clone();
    posted.method = Method::POST;
    assert_eq!(said(&posted, noon()), (401, "Invalid signature - provided signature does not match.".into()));
    let mut foreign = good.clone();
    foreign.path_and_query = good.path_and_query.replace("ck_", "ck_x");
    assert_eq!(said(&foreign, noon()), (401, "Consumer key is invalid.".into()));
    let mut part = good.clone();
    part.path_and_query = part.path_and_query.replace("oauth_timestamp", "x");
    assert_eq!(said(&part, noon()), (401, "Missing OAuth parameter oauth_timestamp".into()));
}

#[test]
fn a_signature_lives_for_a_quarter_of_an_hour() {
    let mut shop = plain_woo();
    let old = signed(&shop, Method::GET, ORDERS, &[], "n1", noon());
    assert_eq!(shop.handle(later(901), &old).status, 401);
    assert_eq!(shop.handle(later(900), &old).status, 200);
    let early = signed(&shop, Method::GET, ORDERS, &[], "n2", later(2_000));
    assert_eq!(shop.handle(later(1_000), &early).status, 401);
    let basic = request(&shop, Method::GET, ORDERS, "");
    assert_eq!(shop.handle(noon(), &basic).status, 401, "no Basic sign-in without TLS");
}
