//! Whatever comes from outside: nothing panics, and nothing that was changed passes for signed.

use crate::{
    script::{Act, client, now, shipped},
    webhooks::of_woo,
};
use exchange::Response;
use http::HeaderMap;
use proptest::prelude::*;
use serde_json::{Map, Value};
use shops::{
    Credentials, Cursor, OrderStatus, Pickup, Platform, Reading, ShopOrder, WebhookRefusal,
    import::{Form, read},
    read_webhook, signature,
};

fn any_json() -> impl Strategy<Value = Value> {
    let names = prop::sample::select(vec![
        "id",
        "number",
        "status",
        "meta_data",
        "key",
        "value",
        "shipping",
        "billing",
        "city",
        "date_modified_gmt",
        "orders",
        "nodes",
        "edges",
        "node",
        "data",
        "errors",
        "message",
        "extensions",
        "cost",
        "updatedAt",
        "fulfillments",
        "trackingInfo",
        "note_attributes",
        "name",
        "order",
        "fulfillmentOrders",
        "weight",
        "template",
        "date_upd",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,20}".prop_map(Value::from),
        prop::sample::select(vec![
            "2025-12-22T05:24:00",
            "750021",
            "_lpc_meta_pickUpLocationId",
            "gid://shopify/Order/7"
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((names.clone(), inner), 0..6).prop_map(|fields| Value::from(
                fields.into_iter().map(|(n, v)| (n.to_owned(), v)).collect::<Map<_, _>>()
            )),
        ]
    })
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200),
        "[<>/!\\[\\]A-Za-z&;#x0-9 =\"{}:,]{0,120}".prop_map(String::into_bytes),
        any_json().prop_map(|value| value.to_string().into_bytes()),
        "(<prestashop>|<orders>|<order>|<id>7|</id>|</order>|</orders>|</prestashop>|<!\\[CDATA\\[|\\]\\]>){0,12}"
            .prop_map(String::into_bytes),
    ]
}

fn all_credentials() -> [Credentials; 3] {
    [
        Credentials::WooCommerce { key: "k".into(), secret: "s".into() },
        Credentials::PrestaShop { key: "k".into() },
        Credentials::Shopify { token: "t".into() },
    ]
}

fn some_order() -> impl Strategy<Value = ShopOrder> {
    let texts = ("[0-9]{1,12}", "\\PC{1,20}", prop::option::of("[A-Z ]{1,30}"), prop::option::of("[0-9]{6}"));
    let status =
        prop_oneof![Just(OrderStatus::ToShip), Just(OrderStatus::Pending), "[a-z]{1,9}".prop_map(OrderStatus::Other)];
    (texts, status, any::<i32>(), prop::option::of(1..30_000_u32), any::<bool>()).prop_map(
        |((id, number, city, pickup), status, at, weight_g, pickup_unread)| ShopOrder {
            id,
            number,
            status,
            placed_at: clock::Time::from_unix_ms(i64::from(at)),
            updated_at: clock::Time::from_unix_ms(i64::from(at) + 1),
            buyer: parcel::AddressFields { city, ..Default::default() },
            pickup: pickup.map(|id| Pickup { id: id.parse().expect("six digits"), label: None, product: None }),
            pickup_unread,
            weight_g,
            shipping_method: None,
            parcel_number: None,
            total: None,
            currency: Some("EUR".into()),
        },
    )
}

proptest! {
    #[test]
    fn any_answer_is_an_error_or_a_page(body in bytes(), status in prop::sample::select(vec![200_u16, 201, 400, 404, 429, 500])) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        for credentials in all_credentials() {
            let acts = || (0..12).map(|_| Act::Whole(Response::new(status, "application/json", body.clone()))).collect();
            let (shop, _) = client("https://shop.example", credentials, acts());
            _ = runtime.block_on(shop.orders_since(&Cursor::since(now())));
            _ = runtime.block_on(shop.subscriptions());
            let (shop, _) = client("https://shop.example", shop_of(&shop), acts());
            _ = runtime.block_on(shop.order("7"));
            _ = runtime.block_on(shop.push_shipment(&shipped("7")));
        }
    }

    #[test]
    fn a_signed_body_passes_and_no_changed_one(body in prop::collection::vec(any::<u8>(), 1..300), at in any::<prop::sample::Index>(), bit in 0..8_u8) {
        let headers = of_woo(&body, "order.updated", "d");
        let read = |body: &[u8], headers: &HeaderMap| read_webhook(Platform::WooCommerce, b"hush", &Reading::default(), headers, body);
        prop_assert_ne!(read(&body, &headers), Err(WebhookRefusal::Signature));
        let mut changed = body.clone();
        changed[at.index(body.len())] ^= 1 << bit;
        prop_assert_eq!(read(&changed, &headers), Err(WebhookRefusal::Signature));
        let mut signed = signature(b"hush", &body).into_bytes();
        let place = at.index(42);
        signed[place] = if signed[place] == b'A' { b'B' } else { b'A' };
        let mut forged = headers.clone();
        forged.insert("x-wc-webhook-signature", String::from_utf8(signed).expect("text").parse().expect("a value"));
        prop_assert_eq!(read(&body, &forged), Err(WebhookRefusal::Signature));
    }

    #[test]
    fn any_signed_body_is_read_or_refused(value in any_json()) {
        let body = value.to_string();
        let incoming = read_webhook(Platform::WooCommerce, b"hush", &Reading::default(), &of_woo(body.as_bytes(), "order.updated", "d"), body.as_bytes());
        prop_assert_eq!(incoming.is_ok(), value.is_object());
    }

    #[test]
    fn any_file_is_read_or_refused(bytes in bytes(), rows in "(number|numero|ville|;|,|\n|\"|7|Paris|\t){0,40}") {
        for form in [Form::Csv, Form::Json, Form::Ndjson] {
            _ = read(form, &bytes, now());
            _ = read(form, rows.as_bytes(), now());
        }
    }

    #[test]
    fn an_order_that_is_kept_reads_back_the_same(order in some_order()) {
        let kept = serde_json::to_string(&order).expect("JSON");
        prop_assert_eq!(serde_json::from_str::<ShopOrder>(&kept).expect("an order"), order);
    }
}

fn shop_of(shop: &shops::Client) -> Credentials {
    let wanted = shop.platform();
    all_credentials().into_iter().find(|credentials| credentials.platform() == wanted).expect("a platform")
}
