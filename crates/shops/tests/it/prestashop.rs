use crate::script::{Act, NUMBER, OTHER, Script, client, now, shipped};
use exchange::{Broken, Reached};
use serde_json::{Value, json};
use shops::{Client, Credentials, Cursor, OrderStatus, Pushed, Reading, Retry};
use std::sync::Arc;

fn presta(acts: Vec<Act>) -> (Client, Arc<Script>) {
    client("https://shop.example", Credentials::PrestaShop { key: "KEY".into() }, acts)
}

fn order(id: u32, state: &str) -> Value {
    json!({"id": id, "reference": "XKBKNABJK", "id_address_delivery": "3", "id_customer": "5", "id_carrier": "9",
        "current_state": state, "date_add": "2025-12-20 11:00:00", "date_upd": "2025-12-22 06:24:00",
        "total_paid": "42.500000", "shipping_number": ""})
}

fn address(alias: &str, company: &str, other: &str) -> Act {
    Act::Json(
        200,
        json!({"addresses": [{"id": 3, "id_country": "8", "alias": alias, "company": company, "firstname": "Lucie",
        "lastname": "Martin", "address1": "12 rue des Lilas", "address2": "", "postcode": "75020", "city": "Paris",
        "other": other, "phone": "0142345678", "phone_mobile": "0612345678"}]}),
    )
}

fn parcel(number: &str) -> Act {
    Act::Json(
        200,
        json!({"order_carriers": [{"id": 11, "id_order": "7", "id_carrier": "9", "weight": "0.850000",
        "tracking_number": number, "date_add": "2025-12-20 11:00:00"}]}),
    )
}

fn states() -> Act {
    Act::Json(
        200,
        json!({"order_states": [
        {"id": 2, "paid": "1", "shipped": "0", "template": [{"id": "1", "value": "payment"}]},
        {"id": 21, "paid": "1", "shipped": "1", "template": [{"id": "1", "value": "shipped"}]},
        {"id": 6, "paid": "0", "shipped": "0", "template": "order_canceled"}]}),
    )
}

/// What stands around one page, in the order in which it is asked for.
fn around(address: Act, parcel: Act) -> Vec<Act> {
    let countries = json!({"countries": [{"id": 8, "iso_code": "FR"}]});
    let customers = json!({"customers": [{"id": 5, "email": "lucie@example.org"}]});
    let carriers = json!({"carriers": [{"id": 9, "name": "Colissimo"}]});
    vec![address, Act::Json(200, countries), Act::Json(200, customers), parcel, Act::Json(200, carriers), states()]
}

fn page(orders: Value, around: Vec<Act>) -> Vec<Act> {
    std::iter::once(Act::Json(200, json!({"orders": orders}))).chain(around).collect()
}

#[tokio::test]
async fn an_order_is_put_together_from_what_it_names() {
    let (client, script) = presta(page(json!([order(7, "2")]), around(address("Maison", "", ""), parcel(NUMBER))));
    let page = client.orders_since(&Cursor::since(now())).await.expect("a page");
    let order = &page.orders[0];
    assert_eq!((order.id.as_str(), order.number.as_str(), &order.status), ("7", "XKBKNABJK", &OrderStatus::ToShip));
    assert_eq!((order.updated_at, order.weight_g), (now(), Some(850)));
    assert_eq!((order.parcel_number.as_deref(), order.shipping_method.as_deref()), (Some(NUMBER), Some("Colissimo")));
    let buyer = &order.buyer;
    assert_eq!((buyer.country.as_deref(), buyer.email.as_deref()), (Some("FR"), Some("lucie@example.org")));
    assert_eq!((buyer.mobile.as_deref(), buyer.phone.as_deref()), (Some("0612345678"), Some("0142345678")));
    assert_eq!((&order.pickup, order.pickup_unread), (&None, false));
    let path = script.calls()[0].path.replace("%5B", "[").replace("%5D", "]").replace("%20", " ").replace("%3A", ":");
    assert!(path.contains("filter[date_upd]=[2025-12-22 06:24:00%2C2999-12-31 23:59:59]&date=1"), "{path}");
    assert!(path.ends_with("sort=[date_upd_ASC%2Cid_ASC]&limit=0,50"), "{path}");
}

/// The module's own table is not in the web service; its address says that there was a choice, by a number that is not
/// the carrier's.
#[tokio::test]
async fn the_choice_of_a_point_is_read_or_said_to_be_unreadable() {
    for (alias, company, other, id, unread) in [
        ("COLISSIMO POINT PICKUP 123456", "PARIS BOURSE", "", None, true),
        ("COLISSIMO POINT PICKUP 12", "PARIS BOURSE - 750021", "", Some("750021"), false),
        ("Maison", "", "750021", Some("750021"), false),
        ("Maison", "Garage 750021", "", None, false),
        ("Maison", "", "PORTAL", None, false),
        ("Maison", "", "Point de retrait 750021", Some("750021"), false),
        ("Maison", "", "Code 750021 à la porte", None, false),
    ] {
        let (client, _) = presta(page(json!([order(7, "2")]), around(address(alias, company, other), parcel(""))));
        let page = client.orders_since(&Cursor::since(now())).await.expect("a page");
        let found = page.orders[0].pickup.as_ref().map(|pickup| pickup.id.to_string());
        assert_eq!((found.as_deref(), page.orders[0].pickup_unread), (id, unread), "{alias} {company} {other}");
    }
    let (client, _) =
        presta(page(json!([order(7, "2")]), around(address("Maison", "", "point FR-750021"), parcel(""))));
    let client = client.reading(Reading { pickup_field: Some("other".into()), ..Reading::default() });
    let page = client.orders_since(&Cursor::since(now())).await.expect("a page");
    assert_eq!(page.orders[0].pickup.as_ref().map(|pickup| pickup.id.as_str()), Some("750021"));
}

/// What an order names and the key may not see is said of that order; states and carriers can be done without.
#[tokio::test]
async fn what_may_not_be_read_is_named() {
    let denied = || Act::Json(401, json!({"errors": [{"code": 26, "message": "Resource not allowed"}]}));
    let acts = vec![
        Act::Json(200, json!({"orders": [order(7, "4"), order(8, "2")]})),
        address("Maison", "", ""),
        Act::Json(200, json!({"countries": [{"id": 8, "iso_code": "FR"}]})),
        Act::Json(200, json!([])),
        Act::Json(200, json!([])),
        denied(),
        denied(),
    ];
    let (client, _) = presta(acts);
    let page = client.orders_since(&Cursor::since(now())).await.expect("a page");
    assert_eq!(
        page.orders.iter().map(|order| order.status.clone()).collect::<Vec<_>>(),
        [OrderStatus::Shipped, OrderStatus::ToShip]
    );
    let acts = vec![
        Act::Json(200, json!({"orders": [order(7, "2")]})),
        Act::Json(200, json!([])),
        Act::Json(200, json!([])),
        Act::Json(200, json!([])),
        Act::Json(200, json!([])),
        states(),
    ];
    let (client, _) = presta(acts);
    let page = client.orders_since(&Cursor::since(now())).await.expect("a page");
    assert!(page.orders.is_empty() && page.unread[0].why.contains("may the key read addresses"), "{:?}", page.unread);
}

#[tokio::test]
async fn a_full_page_goes_on_at_its_last_change() {
    let mut orders: Vec<_> = (1..=50).map(|id| order(id, "2")).collect();
    orders[49]["date_upd"] = "2025-12-22 07:00:00".into();
    let (client, script) = presta(
        page(json!(orders), around(address("Maison", "", ""), parcel("")))
            .into_iter()
            .chain([Act::Text(200, "[]")])
            .collect(),
    );
    let first = client.orders_since(&Cursor::since(now())).await.expect("a page");
    assert_eq!(first.orders.len(), 50);
    let last = client.orders_since(&first.next.expect("a next page")).await.expect("a page");
    assert_eq!((last.orders.len(), last.next), (0, None));
    let path = script.calls().last().expect("a call").path.clone();
    assert!(path.contains("2025-12-22%2007%3A00%3A00") && path.ends_with("limit=0,50"), "{path}");
}

#[tokio::test]
async fn the_number_is_written_into_the_whole_row_and_the_state_once() {
    let found = |state| Act::Json(200, json!({"orders": [order(7, state)]}));
    let done = || Act::Text(200, "<prestashop/>");
    let acts = vec![
        found("2"),
        parcel(""),
        done(),
        states(),
        done(),
        found("2"),
        parcel(NUMBER),
        states(),
        done(),
        found("21"),
        parcel(NUMBER),
        states(),
        found("2"),
        parcel(OTHER),
    ];
    let (client, script) = presta(acts);
    assert_eq!(client.push_shipment(&shipped("7")).await, Ok(Pushed::Done));
    assert_eq!(client.push_shipment(&shipped("7")).await, Ok(Pushed::Done), "the state was still to be told");
    assert_eq!(client.push_shipment(&shipped("7")).await, Ok(Pushed::AlreadyThere));
    assert_eq!(client.push_shipment(&shipped("7")).await.expect_err("another number").code, "other_number");
    let written: Vec<_> = script.calls().into_iter().filter(|call| !call.body.is_empty()).collect();
    let paths: Vec<_> = written.iter().map(|call| format!("{} {}", call.method, call.path)).collect();
    let history = "POST /api/order_histories?sendemail=1";
    assert_eq!(paths, ["PUT /api/order_carriers/11", history, history]);
    let row = &written[0].body;
    for part in [
        "<id>11</id>",
        "<id_order>7</id_order>",
        "<weight>0.850000</weight>",
        &format!("<tracking_number>{NUMBER}</tracking_number>"),
    ] {
        assert!(row.contains(part), "{row}");
    }
    assert!(
        written[1].body.contains("<id_order_state>21</id_order_state><id_order>7</id_order>"),
        "{}",
        written[1].body
    );
}

#[tokio::test]
async fn a_shop_answers_in_xml_too_and_sends_no_webhooks() {
    let xml = "<?xml version=\"1.0\"?><prestashop><orders></orders></prestashop>";
    let (client, _) =
        presta(vec![Act::Text(200, xml), Act::Text(200, "[]"), Act::Break(Reached::WholeRequest, Broken::TimedOut)]);
    assert_eq!(client.orders_since(&Cursor::since(now())).await.expect("a page").orders.len(), 0);
    assert_eq!(client.order("7").await, Ok(None));
    let lost = client.order("7").await.expect_err("no answer");
    assert!(matches!(lost.retry, Retry::After(_)), "a question may be asked again");
    assert_eq!(client.subscriptions().await, Ok(Vec::new()));
    assert_eq!(client.enable("1", "").await.expect_err("none").code, "no_webhooks");
    let odd = client.reading(Reading { time_zone: "Mars/Olympus".into(), ..Reading::default() });
    assert_eq!(odd.order("7").await.expect_err("no zone").code, "time_zone");
}
