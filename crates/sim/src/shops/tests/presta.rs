use super::*;
use serde_json::json;

fn presta() -> Shop {
    shop(Platform::PrestaShop)
}

fn text_of(answer: &Response) -> String {
    String::from_utf8(answer.body.to_vec()).expect("text")
}

fn ids(list: &Value, name: &str) -> Vec<u64> {
    list[name].as_array().into_iter().flatten().filter_map(|one| one["id"].as_u64()).collect()
}

#[test]
fn orders_are_found_between_two_dates() {
    let mut shop = presta();
    for n in 0..4 {
        shop.place_order(later(n * 60), new_order());
    }
    let path = "/api/orders?display=full&output_format=JSON&date=1&sort=[date_upd_ASC]&filter[date_upd]=[2025-12-22%2012:01:00,2025-12-22%2012:02:00]";
    let found = get(&mut shop, later(600), path);
    assert_eq!(ids(&found, "orders"), [1_002, 1_003], "both ends are in it");
    assert_eq!(found["orders"][0]["date_upd"], "2025-12-22 12:01:00", "on the shop's clocks");
    let undated = path.replace("&date=1", "");
    let answer = ask(&mut shop, later(600), Method::GET, &undated, "");
    assert_eq!((answer.status, read(&answer)["errors"][0]["code"].as_u64()), (400, Some(32)));
    let none = get(&mut shop, later(600), "/api/orders?output_format=JSON&filter[id]=[9]");
    assert_eq!(none, json!([]), "a list of nothing has no name");
}

#[test]
fn filters_limits_and_fields_are_taken() {
    let mut shop = presta();
    for n in 0..6 {
        shop.place_order(later(n), new_order());
    }
    for (query, found) in [
        ("filter[id]=[1001|1003]", vec![1_001, 1_003]),
        ("filter[id]=[1002,1004]", vec![1_002, 1_003, 1_004]),
        ("filter[id]=>[1004]", vec![1_005, 1_006]),
        ("filter[id]=![1001|1002|1003|1004|1005]", vec![1_006]),
        ("filter[id]=1002", vec![1_002]),
        ("filter[payment]=[carte]%25&limit=2", vec![1_001, 1_002]),
        ("filter[payment]=%25[BANC]%25&limit=4,5", vec![1_005, 1_006]),
        ("sort=[id_DESC]&limit=1", vec![1_006]),
    ] {
        let list = get(&mut shop, later(60), &format!("/api/orders?output_format=JSON&{query}"));
        assert_eq!(ids(&list, "orders"), found, "{query}");
    }
    let some = get(&mut shop, later(60), "/api/orders?output_format=JSON&display=[id,reference]&limit=1");
    assert_eq!(some["orders"][0].as_object().map(serde_json::Map::len), Some(2));
    let one = get(&mut shop, later(60), "/api/orders/1001?output_format=JSON");
    assert_eq!(one["order"]["id"], 1_001);
    let as_list = get(&mut shop, later(60), "/api/orders/1001?output_format=JSON&display=full");
    assert_eq!(as_list["orders"][0]["associations"]["order_rows"][0]["product_quantity"], "1");
    let xml = text_of(&ask(&mut shop, later(60), Method::GET, "/api/orders?limit=1", ""));
    assert!(xml.contains("<order id=\"1001\" xlink:href=\"https://shop.example/api/orders/1001\"/>"), "{xml}");
}

#[test]
fn a_parcel_number_is_put_and_a_state_is_posted() {
    let mut shop = presta();
    let id = shop.place_order(noon(), new_order());
    let found =
        get(&mut shop, noon(), &format!("/api/order_carriers?output_format=JSON&filter[id_order]={id}&display=full"));
    let row = &found["order_carriers"][0];
    assert_eq!((&row["weight"], &row["id_carrier"]), (&json!("1.250000"), &json!("3")));
    let carrier = row["id"].as_u64().expect("an id");
    let path = format!("/api/order_carriers/{carrier}");
    let whole = text_of(&ask(&mut shop, noon(), Method::GET, &path, ""));
    let body = whole.replace("<tracking_number></tracking_number>", "<tracking_number>6A15984040331</tracking_number>");
    assert_eq!(ask(&mut shop, later(60), Method::PUT, &path, &body).status, 200);
    let booked = shop.orders().remove(0);
    assert_eq!((booked.parcel_number.as_deref(), booked.pushes.len()), (Some("6A15984040331"), 1));
    assert_eq!(
        (booked.updated_at, booked.state),
        (noon(), State::ToShip),
        "the number alone does not date the order anew"
    );

    let history = format!(
        "<prestashop><order_history><id_order>{id}</id_order><id_order_state>4</id_order_state></order_history></prestashop>"
    );
    assert_eq!(ask(&mut shop, later(120), Method::POST, "/api/order_histories", &history).status, 201);
    let booked = shop.orders().remove(0);
    assert_eq!((booked.state, booked.updated_at), (State::Shipped, later(120)));
    let order = get(&mut shop, later(130), &format!("/api/orders/{id}?output_format=JSON"));
    assert_eq!(
        (&order["order"]["current_state"], &order["order"]["shipping_number"]),
        (&json!("4"), &json!("6A15984040331"))
    );
}

#[test]
fn what_is_not_put_is_emptied_or_refused() {
    let mut shop = presta();
    let id = shop.place_order(noon(), new_order());
    let path = "/api/order_carriers/1";
    let alone = "<prestashop><order_carrier><id>1</id><tracking_number>6A15984040331</tracking_number></order_carrier></prestashop>";
    let answer = ask(&mut shop, later(9), Method::PUT, path, alone);
    assert_eq!(answer.status, 400);
    assert!(text_of(&answer).contains("<code><![CDATA[41]]></code>"), "{}", text_of(&answer));
    let short = format!(
        "<prestashop><order_carrier><id>1</id><id_order>{id}</id_order><id_carrier>3</id_carrier><tracking_number>6A15984040331</tracking_number></order_carrier></prestashop>"
    );
    assert_eq!(ask(&mut shop, later(9), Method::PUT, path, &short).status, 200);
    let row = get(&mut shop, later(10), "/api/order_carriers/1?output_format=JSON");
    assert_eq!(row["order_carrier"]["weight"], "", "PUT replaces the whole");
    assert_eq!(ask(&mut shop, later(11), Method::PATCH, path, alone).status, 200, "PATCH a part");
    assert_eq!(shop.orders()[0].pushes.len(), 2);
}

#[test]
fn what_is_wrong_is_said_by_number() {
    let mut shop = presta();
    let id = shop.place_order(noon(), new_order());
    let history = |order: &str, state: &str, own: &str| {
        format!(
            "<prestashop><order_history>{own}<id_order>{order}</id_order><id_order_state>{state}</id_order_state></order_history></prestashop>"
        )
    };
    let order = id.to_string();
    let tracking = format!(
        "<prestashop><order_carrier><id>1</id><id_order>{id}</id_order><id_carrier>3</id_carrier><tracking_number>6A 15;drop</tracking_number></order_carrier></prestashop>"
    );
    for (method, path, body, status, code) in [
        (Method::GET, "/api/colours", String::new(), 400, 27),
        (Method::GET, "/api/orders?filter[colour]=[1]", String::new(), 400, 32),
        (Method::GET, "/api/orders?filter[shipping_number]=[1]", String::new(), 400, 34),
        (Method::GET, "/api/orders?display=[colour]", String::new(), 400, 35),
        (Method::GET, "/api/orders?display=much", String::new(), 400, 36),
        (Method::GET, "/api/orders?sort=up", String::new(), 400, 37),
        (Method::GET, "/api/orders?sort=[colour_ASC]", String::new(), 400, 38),
        (Method::GET, "/api/orders?limit=1,2,3", String::new(), 400, 39),
        (Method::GET, "/api/orders?schema=large", String::new(), 400, 28),
        (Method::POST, "/api/orders", "<prestashop/>".into(), 405, 25),
        (Method::POST, "/api/order_histories", "no xml".into(), 500, 127),
        (Method::POST, "/api/order_histories", "<prestashop><order_history>".into(), 500, 127),
        (Method::POST, "/api/order_histories", history("9", "4", ""), 400, 85),
        (Method::POST, "/api/order_histories", history(&order, "99", ""), 400, 85),
        (Method::POST, "/api/order_histories", history(&order, "4", "<id>1</id>"), 400, 91),
        (Method::PUT, "/api/order_carriers/1", history(&order, "4", ""), 400, 90),
        (Method::PUT, "/api/order_carriers/1", history(&order, "4", "<id>77</id>"), 404, 92),
        (Method::PUT, "/api/order_carriers/1", tracking, 400, 85),
        (Method::DELETE, "/api/addresses/99", String::new(), 404, 87),
    ] {
        let and = if path.contains('?') { '&' } else { '?' };
        let answer = ask(&mut shop, later(60), method, &format!("{path}{and}output_format=JSON"), &body);
        assert_eq!((answer.status, read(&answer)["errors"][0]["code"].as_u64()), (status, Some(code)), "{path} {body}");
    }
    assert_eq!(shop.orders()[0].state, State::ToShip, "nothing was done");
    let missing = ask(&mut shop, later(60), Method::GET, "/api/orders/9", "");
    assert_eq!((missing.status, missing.body.len()), (404, 0));
}

#[test]
fn the_key_is_the_name_of_basic_sign_in() {
    let mut shop = presta();
    let mut bare = request(&shop, Method::GET, "/api/", "");
    let index = text_of(&shop.handle(noon(), &bare));
    assert!(
        index.contains(
            "<order_carriers xlink:href=\"https://shop.example/api/order_carriers\" get=\"true\" put=\"true\""
        ),
        "{index}"
    );
    bare.headers.clear();
    let answer = shop.handle(noon(), &bare);
    assert_eq!((answer.status, text_of(&answer).as_str()), (401, "401 Unauthorized"));
    assert!(answer.headers.contains_key("www-authenticate"));
    bare.path_and_query = format!("/api/?ws_key={}", shop.access().key);
    assert_eq!(shop.handle(noon(), &bare).status, 200);
    bare.path_and_query = format!("/api/?ws_key={}&output_format=JSON", "A".repeat(32));
    assert_eq!(read(&shop.handle(noon(), &bare))["errors"][0]["code"], 20);
}

#[test]
fn a_pickup_point_is_the_parcels_address() {
    for noted in [true, false] {
        let mut shop = Shop::new(Platform::PrestaShop, Options { pickup_noted: noted, ..Options::default() }, 7);
        let placed = new_order();
        let id = shop.place_order(noon(), placed.clone());
        let order = get(&mut shop, noon(), &format!("/api/orders/{id}?output_format=JSON"))["order"].clone();
        assert_ne!(order["id_address_delivery"], order["id_address_invoice"]);
        let address = order["id_address_delivery"].as_str().expect("an id");
        let address =
            get(&mut shop, noon(), &format!("/api/addresses/{address}?output_format=JSON"))["address"].clone();
        let point = placed.pickup.expect("a point");
        assert_eq!(address["company"], point.label);
        assert_eq!(address["other"], if noted { format!("Point de retrait {}", point.id) } else { String::new() });
        let carrier = get(&mut shop, noon(), "/api/carriers/3?output_format=JSON")["carrier"].clone();
        assert_eq!(
            (&carrier["name"], &carrier["external_module_name"]),
            (&json!("Colissimo - Point de retrait"), &json!("colissimo"))
        );
    }
}
