//! The rules of the platforms, told by request and answer.

mod presta;
mod shopify;
mod socket;
mod woo;

use super::*;
use crate::places::communes;
use bytes::Bytes;
use http::{HeaderName, Method, header};
use proptest::prelude::*;
use serde_json::Value;
use std::time::Duration;

/// Where webhooks are to go; nobody is there.
const HOOKS: &str = "http://127.0.0.1:9/hooks/a";

pub(super) fn noon() -> Time {
    Time::from_paris("2025-12-22T12:00:00").expect("a moment")
}

pub(super) fn later(seconds: u64) -> Time {
    noon().plus(Duration::from_secs(seconds))
}

pub(super) fn shop(platform: Platform) -> Shop {
    Shop::new(platform, Options::default(), 7)
}

pub(super) fn new_order() -> NewOrder {
    let commune = communes()[10];
    let id = format!("{}1", commune.postal_code).parse().expect("a point");
    let pickup = Pickup { id, label: "Bureau de poste".into(), product: "HD".into() };
    let home = Buyers::new(3).next().expect("a buyer");
    NewOrder { pickup: Some(pickup), paid: true, weight_g: 1_250, total_cents: 4_990, ..home }
}

/// A request with this shop's own credentials, over TLS.
pub(super) fn request(shop: &Shop, method: Method, path: &str, body: &str) -> Request {
    let Access { key, secret } = shop.access().clone();
    let sign_in = match shop.platform() {
        Platform::Shopify => (HeaderName::from_static("x-shopify-access-token"), key),
        _ => (header::AUTHORIZATION, format!("Basic {}", text::base64(format!("{key}:{secret}").as_bytes()))),
    };
    Request {
        method,
        path_and_query: path.into(),
        headers: vec![sign_in],
        body: Bytes::copy_from_slice(body.as_bytes()),
    }
}

pub(super) fn ask(shop: &mut Shop, now: Time, method: Method, path: &str, body: &str) -> Response {
    let request = request(shop, method, path, body);
    shop.handle(now, &request)
}

pub(super) fn read(answer: &Response) -> Value {
    serde_json::from_slice(&answer.body).unwrap_or_else(|_| panic!("{:?}", String::from_utf8_lossy(&answer.body)))
}

pub(super) fn get(shop: &mut Shop, now: Time, path: &str) -> Value {
    read(&ask(shop, now, Method::GET, path, ""))
}

/// The value of a header of a delivery.
pub(super) fn header_of<'a>(delivery: &'a Delivery, name: &str) -> &'a str {
    let found = delivery.request.headers.iter().find(|(known, _)| known.as_str() == name);
    found.map_or("", |(_, value)| value.as_str())
}

pub(super) const FAILED: Outcome = Outcome { status: Some(503), took: Duration::from_millis(5) };
pub(super) const GOOD: Outcome = Outcome { status: Some(200), took: Duration::from_millis(5) };

#[test]
fn the_same_seed_is_the_same_shop() {
    for platform in Platform::ALL {
        let run = || {
            let mut shop = shop(platform);
            let ids: Vec<u64> = Buyers::new(5).take(3).map(|order| shop.place_order(noon(), order)).collect();
            let path = match platform {
                Platform::WooCommerce => format!("/wp-json/wc/v3/orders/{}", ids[1]),
                Platform::Shopify => format!("/admin/api/2025-10/orders/{}.json", ids[1]),
                Platform::PrestaShop => format!("/api/orders/{}", ids[1]),
            };
            (shop.access().clone(), ask(&mut shop, later(1), Method::GET, &path, ""))
        };
        assert_eq!(run(), run());
        assert_eq!(run().1.status, 200, "{platform}");
    }
}

#[test]
fn the_book_shows_what_was_placed_and_what_became_of_it() {
    for platform in Platform::ALL {
        let mut shop = shop(platform);
        let placed = new_order();
        let id = shop.place_order(noon(), placed.clone());
        let booked = shop.orders().remove(0);
        assert_eq!((booked.id, booked.state, booked.pickup), (id, State::ToShip, placed.pickup), "{platform}");
        assert!(shop.change_order(later(20), id, Change::Cancel));
        assert_eq!(shop.orders()[0].state, State::Cancelled);
        assert_eq!(shop.orders()[0].updated_at, later(20));
        assert!(!shop.change_order(later(20), id + 1, Change::Cancel), "no such order");
        let moved = parcel::AddressFields { city: Some("Lyon".into()), ..placed.buyer };
        shop.change_order(later(30), id, Change::Address(moved));
        assert_eq!(shop.orders()[0].buyer.city.as_deref(), Some("Lyon"));
    }
}

#[test]
fn platforms_are_named_by_their_codes() {
    for platform in Platform::ALL {
        assert_eq!(platform.code().parse(), Ok(platform));
    }
    assert_eq!("magento".parse::<Platform>(), Err(UnknownPlatform));
}

#[test]
fn nothing_private_is_shown_by_debug() {
    let mut shop = shop(Platform::Shopify);
    let order = new_order();
    let (key, secret) = (shop.access().key.clone(), shop.access().secret.clone());
    let last_name = order.buyer.last_name.clone().expect("a name");
    shop.subscribe(noon(), "orders/create", HOOKS, "").expect("subscribed");
    shop.place_order(noon(), order);
    let shown = format!("{shop:?} {:?} {:?}", shop.due(later(10)), shop.orders());
    for private in [key, secret, last_name] {
        assert!(!shown.contains(&private), "{shown}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_request_breaks_a_shop(
        platform in 0..3_usize,
        method in prop::sample::select(vec![Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::HEAD]),
        path in prop::sample::select(vec![
            "/wp-json/wc/v3/orders", "/wp-json/wc/v3/orders/1001", "/wp-json/wc/v3/webhooks", "/wp-json/wc/v3/orders/1001/notes",
            "/admin/api/2025-10/graphql.json", "/admin/api/2025-10/orders.json", "/admin/api/2025-10/fulfillments.json",
            "/admin/api/2025-10/webhooks/1.json", "/api/orders", "/api/orders/1001", "/api/order_carriers", "/api/order_histories", "/x",
        ]),
        query in "[a-z_\\[\\]=&%|,0-9é ]{0,60}",
        auth in "(OAuth |Basic )?[ -~é]{0,60}",
        body in prop_oneof![
            any::<Vec<u8>>(),
            "[ -~é]{0,200}".prop_map(String::into_bytes),
            "(<[a-z]{1,8}>|</[a-z]{1,8}>|[0-9]{1,4}|<!\\[CDATA\\[|\\]\\]>|&#?[a-z0-9]{0,4};){0,30}".prop_map(String::into_bytes),
            "(\\{|\\}|query|mutation|orders|\\(|\\)|first: ?[0-9]{1,3}|nodes|id|\\[|\\]| |\\.\\.\\.|@skip|\\$x|:|\"){0,40}"
                .prop_map(|query| serde_json::json!({ "query": query, "variables": { "x": 1 } }).to_string().into_bytes()),
        ],
        signed in any::<bool>(),
    ) {
        let mut shop = shop(Platform::ALL[platform]);
        shop.place_order(noon(), new_order());
        let mut made = request(&shop, method, &format!("{path}?{query}"), "");
        made.body = body.into();
        if !signed {
            made.headers = vec![(header::AUTHORIZATION, auth)];
        }
        let answer = shop.handle(later(60), &made);
        prop_assert!((200..600).contains(&answer.status));
        prop_assert!(answer.status != 500 || platform == 2, "PrestaShop alone says 500 of what is no XML");
    }
}
