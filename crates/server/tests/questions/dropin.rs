//! What a shop's unmodified module is told, and what the carrier's tracking tells of its parcels.

use super::{NEAR, WANTED, gone, names, world};
use crate::support::{NUMBER, letter};
use clock::Clock;
use http::{Method, StatusCode};
use parcel::ShipmentId;
use serde_json::{Value, json};
use store::HookEvent;

/// A good request of `generateLabel` to a pickup point.
fn letter_to(order: &str, point: &str) -> Value {
    let mut body = letter(order);
    body["letter"]["service"]["productCode"] = json!("HD");
    body["letter"]["parcel"]["pickupLocationId"] = json!(point);
    body["letter"]["addressee"]["address"]["mobileNumber"] = json!("0612345678");
    body["letter"]["addressee"]["address"]["email"] = json!("lucie@example.org");
    body
}

#[tokio::test]
async fn a_module_is_told_in_the_carriers_words_and_gets_the_label_for_what_was_agreed_to() {
    let world = world().await;
    gone(&world, WANTED);
    let headers = [("content-type", "application/json"), ("prefer", "wait=0")];
    let send = |body: Value| {
        let (world, headers) = (&world, &headers);
        async move { world.send(Method::POST, carriers::colissimo::GENERATE, headers, body.to_string()).await }
    };
    let first = send(letter_to("A-1", WANTED)).await;
    assert_eq!(first.status, StatusCode::BAD_REQUEST);
    let words = first.text();
    assert!(words.contains("30401") && words.contains("Commande A-1") && !words.contains("Martin"), "{words}");
    let id: ShipmentId = first.header("x-tournee-shipment").parse().expect("a reference");
    let silently = send(letter_to("A-1", NEAR)).await;
    assert_eq!(silently.header("x-tournee-shipment"), id.to_string(), "not a second parcel to the nearest point");
    assert!(silently.text().contains("30401"));
    let mut home = letter("A-1");
    home["letter"]["addressee"]["address"]["mobileNumber"] = json!("0612345678");
    assert_eq!(send(home).await.header("x-tournee-shipment"), id.to_string(), "nor one to the home");

    let consent = dispatch::Consent {
        by: dispatch::ConsentBy::Buyer,
        product: parcel::Product::Dom,
        mode: parcel::DeliveryMode::Home,
        kept: false,
        not_before: None,
    };
    world.store.consent(id, consent, None, world.clock.now()).await.expect("agreed");
    let claimed = world.store.claim(&[dispatch::Job::Submit], 9, 0, world.clock.now()).await.expect("claims");
    let login = parcel::Login::ApiKey("k".into());
    let request = carriers::colissimo::encode_generate(
        &claimed[0].shipment,
        &login,
        claimed[0].deposit_date,
        claimed[0].shipment.format,
    );
    let sent: Value = serde_json::from_slice(&request.body).expect("JSON");
    assert_eq!(sent["letter"]["service"]["productCode"], "DOM");
    assert!(sent["letter"]["parcel"].get("pickupLocationId").is_none(), "{sent}");
    world.confirm(id, NUMBER).await;
    let label = send(letter_to("A-1", WANTED)).await;
    assert_eq!((label.status, label.header("x-tournee-shipment")), (StatusCode::OK, id.to_string().as_str()));
    assert!(label.text().contains(NUMBER));
}

#[tokio::test]
async fn by_soap_too_the_refusal_names_the_order() {
    let world = world().await;
    gone(&world, WANTED);
    let body = format!(
        "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Body>\
         <n:generateLabel xmlns:n='http://sls.ws.coliposte.fr'><generateLabelRequest>\
         <contractNumber>964744</contractNumber><password>hush</password>\
         <outputFormat><outputPrintingType>PDF_10x15_300dpi</outputPrintingType></outputFormat><letter>\
         <service><productCode>HD</productCode><depositDate>2025-12-22</depositDate><orderNumber>S-1</orderNumber>\
         <commercialName>Les Lilas</commercialName></service>\
         <parcel><weight>1.25</weight><pickupLocationId>{WANTED}</pickupLocationId></parcel>\
         <sender><address><companyName>Les Lilas</companyName><line2>1 rue du Port</line2><countryCode>FR</countryCode>\
         <city>Brest</city><zipCode>29200</zipCode></address></sender>\
         <addressee><address><lastName>Martin</lastName><firstName>Lucie</firstName><line2>12 rue des Lilas</line2>\
         <countryCode>FR</countryCode><city>Paris</city><zipCode>75020</zipCode><mobileNumber>0612345678</mobileNumber>\
         <email>lucie@example.org</email></address></addressee></letter>\
         </generateLabelRequest></n:generateLabel></e:Body></e:Envelope>"
    );
    let headers = [("content-type", "text/xml"), ("prefer", "wait=0")];
    let answer = world.send(Method::POST, carriers::colissimo::SOAP, &headers, body).await;
    let text = answer.text();
    assert_eq!(answer.status, StatusCode::OK, "{text}");
    assert!(text.contains("30401") && text.contains("Commande S-1") && !text.contains("Martin"), "{text}");
}

#[tokio::test]
async fn a_track_that_says_elsewhere_is_a_mismatch_once() {
    use carriers::colissimo::{TIMELINE, TrackEvent, TrackRecord, write_timeline};
    let world = world().await;
    let headers = [("content-type", "application/json"), ("prefer", "wait=0")];
    let made =
        world.send(Method::POST, carriers::colissimo::GENERATE, &headers, letter_to("A-1", WANTED).to_string()).await;
    let id: ShipmentId = made.header("x-tournee-shipment").parse().expect("a reference");
    world.claim().await;
    world.confirm(id, NUMBER).await;
    let event = TrackEvent { code: "AARRLX".into(), label: "Disponible".into(), at: None };
    let record = TrackRecord { events: vec![event], ..TrackRecord::default() };
    let (_, body) = write_timeline(NUMBER, Ok(&record));
    let query = json!({"parcelNumber": NUMBER, "login": "964744", "password": "hush", "lang": "fr_FR"});
    for _ in 0..2 {
        world.carrier.will_say(200, "application/json", body.clone());
        let answer = world.send(Method::POST, TIMELINE, &headers, query.to_string()).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    }
    assert_eq!(names(&world, id).await, ["accepted", "claimed", "confirmed", "elsewhere"]);
    assert_eq!(HookEvent::names().filter(|name| *name == "shipment.mismatch").count(), 1);
}
