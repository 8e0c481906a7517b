//! What goes with parcels and comes back with them: customs forms, deposit slips, returns.

mod support;

use carriers::colissimo::{self, LineEnds, SlipAnswer, SlipHeader, write_refusal, write_slip};
use dispatch::{By, Fact};
use http::{Method, StatusCode};
use parcel::{LabelFormat, Letter, ShipmentId};
use serde_json::{Value, json};
use store::LabelBytes;
use support::{Answer, NUMBER, OTHER_NUMBER, World, letter, shipment};

fn swiss() -> Value {
    let mut body = shipment();
    body["product"] = json!("DOS");
    body["addressee"] = json!({"last_name": "Rochat", "street": "1 rue du Lac", "postal_code": "1201", "city": "Genève",
        "country": "CH"});
    body["customs"] = json!({"category": 3, "shipping_cost_cents": 990, "eori": "FR12345678900012", "articles": [
        {"description": "Livre", "quantity": 1, "weight_g": 400, "value_cents": 2000, "hs_code": "490199"}]});
    body
}

async fn ship(world: &World, body: &Value) -> ShipmentId {
    let answer = world.post("/v1/shipments", &[], body).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
    answer.id()
}

async fn confirm(world: &World, id: ShipmentId, number: &str, cn23: Option<&'static str>) {
    world.claim().await;
    let number = number.parse().expect("a number");
    let fact =
        Fact::Confirmed { attempt: 1, number, partner_number: None, format: LabelFormat::PDF_10X15, by: By::Answer };
    let label = LabelBytes { label: "%PDF".into(), cn23: cn23.map(Into::into), answer_json: "{}".into() };
    world.record(id, fact, Some(label)).await;
}

fn field(answer: &Answer) -> String {
    answer.json()["field"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn customs_are_asked_for_where_they_are_needed_and_checked() {
    let world = World::new().await;
    type Change = fn(&mut Value);
    let cases: [(Change, &str); 6] = [
        (|b| drop(b.as_object_mut().expect("an object").remove("customs")), "customs"),
        (|b| b["customs"]["category"] = json!(7), "customs.category"),
        (|b| b["customs"]["articles"] = json!([]), "customs.articles"),
        (|b| b["customs"]["articles"][0]["hs_code"] = json!(null), "customs.articles[0].hs_code"),
        (|b| b["customs"]["articles"][0]["origin_country"] = json!("France"), "customs.articles[0].origin_country"),
        (|b| b["customs"]["shipping_cost_cents"] = json!(0), "customs.shipping_cost_cents"),
    ];
    for (change, named) in cases {
        let mut body = swiss();
        change(&mut body);
        let answer = world.post("/v1/shipments", &[], &body).await;
        assert_eq!(
            (answer.status, field(&answer).as_str()),
            (StatusCode::UNPROCESSABLE_ENTITY, named),
            "{}",
            answer.text()
        );
    }
    let id = ship(&world, &swiss()).await;
    let kept = world.store.shipment(&"one".parse().expect("an id"), id).await.expect("read").expect("it is there");
    let Letter::Parts(parts) = kept.letter else { panic!("in our words") };
    assert_eq!(parts.customs.map(|customs| customs.articles.len()), Some(1));
}

#[tokio::test]
async fn the_customs_form_is_served_where_there_is_one() {
    let world = World::new().await;
    let id = ship(&world, &swiss()).await;
    assert_eq!(world.get(&format!("/v1/shipments/{id}/cn23")).await.problem(), "not-ready");
    confirm(&world, id, NUMBER, Some("%PDF form")).await;
    let url = world.get(&format!("/v1/shipments/{id}")).await.json()["cn23_url"].clone();
    let form = world.get(url.as_str().expect("a link")).await;
    assert_eq!(
        (form.status, form.header("content-type"), form.text().as_str()),
        (StatusCode::OK, "application/pdf", "%PDF form")
    );

    let home = world.ship("H1").await;
    confirm(&world, home, OTHER_NUMBER, None).await;
    assert_eq!(world.get(&format!("/v1/shipments/{home}/cn23")).await.problem(), "no-customs-form");
    assert!(world.get(&format!("/v1/shipments/{home}")).await.json().get("cn23_url").is_none());
}

#[tokio::test]
async fn a_return_swaps_the_addresses_and_is_made_once() {
    let world = World::new().await;
    let id = world.ship("CMD-1").await;
    let path = format!("/v1/shipments/{id}/return");
    assert_eq!(world.post(&path, &[], &json!({})).await.problem(), "wrong-state", "there is no label yet");
    confirm(&world, id, NUMBER, None).await;
    let key = [("idempotency-key", "back-1")];
    let made = world.post(&path, &key, &json!({})).await;
    assert_eq!((made.status, &made.json()["product"]), (StatusCode::ACCEPTED, &json!("CORE")), "{}", made.text());
    world.clock.set(clock::Time::from_paris("2025-12-24T09:00:00").expect("a moment"));
    let again = world.post(&path, &key, &json!({})).await;
    assert_eq!((again.id(), again.header("idempotent-replayed")), (made.id(), "true"), "another day, the same return");
    let kept =
        world.store.shipment(&"one".parse().expect("an id"), made.id()).await.expect("read").expect("it is there");
    let Letter::Parts(parts) = kept.letter else { panic!("in our words") };
    assert_eq!(parts.sender.fields().last_name.as_deref(), Some("Martin"));
    assert_eq!(parts.addressee.fields().company.as_deref(), Some("Les Lilas"));

    confirm(&world, made.id(), OTHER_NUMBER, None).await;
    let twice = format!("/v1/shipments/{}/return", made.id());
    assert_eq!(world.post(&twice, &[], &json!({})).await.problem(), "wrong-state", "a return does not come back");
    for (body, named) in [
        (json!({"deposit_date": "2025-12-23"}), "deposit_date"),
        (json!({"weight_g": 5}), "weight_g"),
        (json!({"label_format": "PNG"}), "label_format"),
        (json!({"invoice_date": "hier"}), "invoice_date"),
        (json!({"weight": 5}), "weight"),
    ] {
        assert_eq!(field(&world.post(&path, &[], &body).await), named, "{body}");
    }
    assert_eq!(world.send(Method::POST, &path, &[], String::new()).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_return_from_abroad_is_declared_as_returned() {
    let world = World::new().await;
    let id = ship(&world, &swiss()).await;
    confirm(&world, id, "EW112720413FR", None).await;
    let made = world.post(&format!("/v1/shipments/{id}/return"), &[], &json!({"weight_g": 900})).await;
    assert_eq!((made.status, &made.json()["product"]), (StatusCode::ACCEPTED, &json!("CORI")), "{}", made.text());
    let kept =
        world.store.shipment(&"one".parse().expect("an id"), made.id()).await.expect("read").expect("it is there");
    let Letter::Parts(parts) = &kept.letter else { panic!("in our words") };
    let customs = parts.customs.as_ref().expect("a declaration");
    assert_eq!((u8::from(customs.category), kept.weight.grams()), (6, 900));
    assert_eq!(customs.original.as_ref().map(|o| o.parcel_number.as_str()), Some("EW112720413FR"));
}

#[tokio::test]
async fn what_a_module_wrote_can_come_back_too() {
    let world = World::new().await;
    let first = world.send(Method::POST, colissimo::GENERATE, &[("prefer", "wait=0")], letter("A1").to_string()).await;
    let id: ShipmentId = first.header("x-tournee-shipment").parse().expect("a reference");
    let merchants = world.store.merchants().await.expect("read");
    let merchant = merchants.into_iter().find(|m| m.id.as_str().starts_with("colissimo:")).expect("it was taken in").id;
    let sent = world.store.shipment(&merchant, id).await.expect("read").expect("it is there");
    let parts = colissimo::letter_parts(&sent).expect("two addresses");
    assert_eq!(parts.addressee.fields().last_name.as_deref(), Some("Martin"));
    let way = parcel::WayBack {
        first: NUMBER.parse().expect("a number"),
        invoice_date: sent.deposit_date,
        deposit_date: sent.deposit_date,
        weight: None,
        format: None,
    };
    assert_eq!(way.of(&sent, &parts).check(), Ok(()));
}

async fn slip_of(world: &World, numbers: Value) -> Answer {
    world.post("/v1/deposit-slips", &[], &json!({ "parcel_numbers": numbers })).await
}

#[tokio::test]
async fn a_deposit_slip_is_made_of_ones_own_labels() {
    let world = World::new().await;
    let id = world.ship("CMD-1").await;
    confirm(&world, id, NUMBER, None).await;
    let header = SlipHeader { number: Some(42), ..SlipHeader::default() };
    let slip = SlipAnswer { header, paper: "%PDF slip".into(), messages: Vec::new(), line_ends: LineEnds::Crlf };
    let (kind, body) = write_slip(&slip, LineEnds::Crlf, "1234");
    world.carrier.will_say(200, &kind, body);
    let made = slip_of(&world, json!([NUMBER])).await;
    assert_eq!((made.status, made.header("x-tournee-slip"), made.text().as_str()), (StatusCode::OK, "42", "%PDF slip"));
    assert!(made.header("content-disposition").contains("bordereau-42.pdf"));

    let dark = slip_of(&world, json!([NUMBER])).await;
    assert_eq!((dark.status, dark.problem().as_str()), (StatusCode::SERVICE_UNAVAILABLE, "carrier-unavailable"));
    assert_ne!(dark.header("retry-after"), "");
    let (kind, body) = write_refusal("50031", "", LineEnds::Crlf, "1234");
    world.carrier.will_say(400, &kind, body);
    let refused = slip_of(&world, json!([NUMBER])).await;
    assert_eq!((refused.problem().as_str(), &refused.json()["carrier_code"]), ("slip-refused", &json!("50031")));

    let asked = world.carrier.calls().len();
    let many = json!(vec![NUMBER; 51]);
    for (numbers, named) in [
        (json!([]), "parcel_numbers"),
        (many, "parcel_numbers"),
        (json!([NUMBER, "x"]), "parcel_numbers[1]"),
        (json!([NUMBER, NUMBER]), "parcel_numbers[1]"),
        (json!([OTHER_NUMBER]), "parcel_numbers[0]"),
    ] {
        assert_eq!(field(&slip_of(&world, numbers.clone()).await), named, "{numbers}");
    }
    world.record(id, Fact::Voided, None).await;
    assert_eq!(field(&slip_of(&world, json!([NUMBER])).await), "parcel_numbers[0]", "it was given up");
    assert_eq!(world.carrier.calls().len(), asked, "none of these went to the carrier");
}
