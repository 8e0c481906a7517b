//! Requests: what is sent, what a server reads, and each field rule with its id.

use crate::support::{NUMBER, TODAY, contract, headers, shipment, written};
use carriers::{
    Request,
    colissimo::{
        CHECK, GENERATE, GET_LABEL, HEALTH_PAGES, SlsRequest, encode_check, encode_generate, encode_get_label,
        encode_health, encode_track, read_generate, read_get_label, read_track,
    },
};
use http::{HeaderMap, Method};
use parcel::{DeliveryMode, LabelFormat, Letter, Login, Product};
use serde_json::{Value, json};

fn header_map(request: &Request) -> HeaderMap {
    request.headers.iter().map(|(k, v)| (k.clone(), v.parse().expect("a header's value"))).collect()
}

fn json_of(request: &Request) -> Value {
    serde_json::from_slice(&request.body).expect("JSON")
}

/// What a server makes of this request.
fn served(request: &Request) -> SlsRequest {
    read_generate(&header_map(request), &request.body, TODAY).expect("a request that keeps the rules")
}

#[test]
fn a_letter_in_our_words_is_what_the_carrier_reads() {
    let mut sent = shipment(Product::Hd, 1_234);
    sent.parcel_number = Some(NUMBER.parse().expect("a good number"));
    let request = encode_generate(&sent, &contract(), TODAY, LabelFormat::PDF_10X15);
    assert_eq!((&request.method, request.path_and_query.as_str()), (&Method::POST, GENERATE));
    let json = json_of(&request);
    assert_eq!(
        json["letter"]["parcel"],
        json!({ "weight": 1.24, "pickupLocationId": "006254", "parcelNumber": NUMBER })
    );
    assert_eq!(json["letter"]["addressee"]["address"]["lastName"], "Lefevre");
    assert_eq!(json["letter"]["addressee"]["address"]["line2"], "12 rue de l'Eglise");
    assert_eq!(json["letter"]["addressee"]["address"].get("companyName"), None);
    assert_eq!(json["letter"]["service"]["commercialName"], "La Boutique");
    let read = served(&request);
    assert_eq!(read.login, Some(contract()));
    assert_eq!((read.shipment.order_number, read.shipment.parcel_ref), (sent.order_number, sent.parcel_ref));
    assert_eq!(
        (read.shipment.parcel_number, read.shipment.product, read.shipment.mode),
        (sent.parcel_number, sent.product, sent.mode)
    );
    assert_eq!((read.shipment.deposit_date, read.shipment.format), (TODAY, LabelFormat::PDF_10X15));
    assert_eq!(read.shipment.weight.grams(), 1_240);
}

#[test]
fn a_key_goes_in_its_header_and_nowhere_else() {
    let login = Login::ApiKey("hush".into());
    let request = encode_check(&shipment(Product::Dom, 500), &login, TODAY, LabelFormat::PDF_10X15);
    assert_eq!(request.path_and_query, CHECK);
    assert!(!String::from_utf8_lossy(&request.body).contains("hush"));
    assert!(!format!("{request:?}").contains("hush"));
    assert_eq!(served(&request).login, Some(login));
}

#[test]
fn a_letter_as_written_keeps_what_we_do_not_know() {
    let mut body = written();
    body["fields"] = json!({ "customField": [{ "key": "LENGTH", "value": 20.0 }] });
    body["letter"]["features"] = json!({ "printTrackingBarcode": true });
    let read = read_generate(&HeaderMap::new(), body.to_string().as_bytes(), TODAY).expect("a good request");
    assert_eq!(read.login, Some(contract()));
    let Letter::AsWritten(kept) = &read.shipment.letter else { panic!("as written") };
    assert!(!kept.to_string().contains("hush") && !kept.to_string().contains("964744"));

    let mut later = read.shipment.clone();
    later.parcel_number = Some(NUMBER.parse().expect("a good number"));
    let zpl: LabelFormat = "ZPL_10x15_203dpi".parse().expect("a good format");
    let tomorrow = TODAY.tomorrow().expect("there is one");
    let mut expected = body;
    expected["outputFormat"]["outputPrintingType"] = json!("ZPL_10x15_203dpi");
    expected["letter"]["service"]["depositDate"] = json!("2025-12-23");
    expected["letter"]["parcel"]["parcelNumber"] = json!(NUMBER);
    assert_eq!(json_of(&encode_generate(&later, &contract(), tomorrow, zpl)), expected);
}

#[test]
fn a_letter_as_written_of_any_shape_becomes_a_request() {
    for odd in
        [json!(null), json!([1]), json!({ "letter": 7, "outputFormat": [] }), json!({ "letter": { "service": null } })]
    {
        let mut sent = shipment(Product::Dom, 500);
        sent.letter = Letter::AsWritten(Box::new(odd));
        let json = json_of(&encode_generate(&sent, &contract(), TODAY, LabelFormat::PDF_10X15));
        assert_eq!(json["letter"]["service"]["depositDate"], "2025-12-22");
        assert_eq!(json["contractNumber"], "964744");
    }
}

#[test]
fn types_are_forgiven() {
    let mut body = written();
    body["contractNumber"] = json!(964744);
    body["letter"]["parcel"] = json!({ "weight": "1.25", "pickupLocationId": "", "parcelNumber": null, "cod": false });
    body["letter"]["service"]["depositDate"] = json!("2025-12-22T00:00:00");
    body["letter"]["service"]["orderNumber"] = json!(4242);
    body["letter"]["sender"]["address"]["zipCode"] = json!(75002);
    let read = read_generate(&headers(&[]), body.to_string().as_bytes(), TODAY).expect("a good request");
    assert_eq!(read.login, Some(contract()));
    assert_eq!(read.shipment.order_number.map(String::from).as_deref(), Some("4242"));
    assert_eq!((read.shipment.weight.grams(), read.shipment.mode), (1_250, DeliveryMode::Home));
    assert_eq!((read.shipment.deposit_date, read.shipment.parcel_number), (TODAY, None));
}

#[test]
fn a_narrow_clients_request_is_taken() {
    // Without order number, with references, amounts as numbers and odd optional fields, as public clients send it.
    let mut body = written();
    let service = json!({
        "productCode": "DOM", "depositDate": "2025-12-22", "totalAmount": 20.0, "transportationAmount": 20.0,
        "commercialName": "TESTING COMPANY", "reseauPostal": 0,
    });
    body["letter"]["service"] = service;
    body["letter"]["sender"]["senderParcelRef"] = json!("#Order 11111");
    let read = read_generate(&headers(&[]), body.to_string().as_bytes(), TODAY).expect("a good request");
    assert_eq!((read.shipment.order_number, read.shipment.parcel_ref.as_deref()), (None, Some("#Order 11111")));
}

#[test]
fn credentials_by_header_body_or_not_at_all() {
    let read = |pairs: &[(&'static str, &str)], body: &Value| {
        read_generate(&headers(pairs), body.to_string().as_bytes(), TODAY).expect("a good request").login
    };
    let key = Some(Login::ApiKey("k".into()));
    assert_eq!(read(&[("apikey", "k")], &written()), key);
    let mut bare = written();
    bare.as_object_mut().expect("an object").remove("password");
    assert_eq!(read(&[("apikey", " ")], &bare), None);
    bare["apiKey"] = json!("k");
    assert_eq!(read(&[], &bare), key);
}

/// One change to a good request, and the id that it is refused by.
type Case = (&'static str, Value, &'static str);

fn check_rules(base: &Value, cases: &[Case]) {
    assert!(read_generate(&HeaderMap::new(), base.to_string().as_bytes(), TODAY).is_ok(), "the base keeps the rules");
    for (pointer, value, id) in cases {
        let mut body = base.clone();
        let (parent, name) = pointer.rsplit_once('/').expect("a path");
        body.pointer_mut(parent).and_then(Value::as_object_mut).expect("an object").insert(name.into(), value.clone());
        let refused = read_generate(&HeaderMap::new(), body.to_string().as_bytes(), TODAY).map(|_| ());
        let refused = refused.expect_err(pointer);
        assert_eq!((refused.status, refused.id.as_str()), (400, *id), "{pointer} = {value}");
        assert!(!refused.message.is_empty(), "{pointer}");
    }
}

#[test]
fn each_field_rule_has_its_id() {
    check_rules(
        &written(),
        &[
            ("/letter/service/productCode", json!(null), "30014"),
            ("/letter/service/productCode", json!("dom"), "30015"),
            ("/letter/service/depositDate", json!(""), "30010"),
            ("/letter/service/depositDate", json!("demain"), "30010"),
            ("/letter/service/depositDate", json!("2025-12-21"), "30002"),
            ("/letter/service/commercialName", json!("商店"), "30600"),
            ("/letter/service/returnTypeChoice", json!(4), "30324"),
            ("/outputFormat/outputPrintingType", json!(null), "30025"),
            ("/outputFormat/outputPrintingType", json!("PDF_10x15_203dpi"), "30026"),
            ("/outputFormat", json!([]), "30025"),
            ("/letter/parcel/weight", json!(null), "30300"),
            ("/letter/parcel/weight", json!(0), "30301"),
            ("/letter/parcel/weight", json!("NaN"), "30301"),
            ("/letter/parcel/weight", json!(30.01), "30301"),
            ("/letter/parcel/weight", json!("1,5"), "30301"),
            ("/letter/parcel/parcelNumber", json!("6A15984040332"), "30321"),
            ("/letter/parcel/pickupLocationId", json!("006254"), "30401"),
            ("/letter/parcel/insuranceValue", json!(-1), "30309"),
            ("/letter/parcel/recommendationLevel", json!("R9"), "30311"),
            ("/letter/parcel", json!({ "weight": 1, "recommendationLevel": "R1", "insuranceValue": 100 }), "14040"),
            ("/letter/parcel", json!({ "weight": 1, "COD": true }), "30017"),
            ("/letter/customsDeclarations", json!({ "contents": { "article": vec![json!({}); 101] } }), "30523"),
            ("/letter", json!(null), "30014"),
        ],
    );
}

#[test]
fn each_address_rule_has_its_id_on_both_sides() {
    for (side, ids) in [
        ("sender", ["30065", "30100", "30102", "30103", "30104", "30106", "30107"]),
        ("addressee", ["30200", "30204", "30206", "30207", "30208", "30210", "30211"]),
    ] {
        let at = |name: &str| -> &'static str { format!("/letter/{side}/address/{name}").leak() };
        let mut base = written();
        base["letter"][side]["address"]["companyName"] = json!("");
        let cases = [
            (at("lastName"), json!(" "), ids[0]),
            (at("line2"), json!(null), ids[1]),
            (at("countryCode"), json!(null), ids[2]),
            (at("countryCode"), json!("France"), ids[3]),
            (at("city"), json!(""), ids[4]),
            (at("zipCode"), json!(null), ids[5]),
            (at("zipCode"), json!("7500"), ids[6]),
            (at("lastName"), json!("Иванов"), "30600"),
            (at("line3"), json!("a\tb"), "30600"),
        ];
        check_rules(&base, &cases);
    }
    check_rules(&written(), &[("/letter/sender/address/email", json!("nobody"), "30046")]);
}

#[test]
fn out_of_home_needs_more() {
    for product in ["HD", "A2P", "BPR"] {
        let mut base = written();
        base["letter"]["service"]["productCode"] = json!(product);
        base["letter"]["parcel"]["pickupLocationId"] = json!("006254");
        check_rules(
            &base,
            &[
                ("/letter/service/commercialName", json!(null), "30018"),
                ("/letter/addressee/address/mobileNumber", json!(null), "30220"),
                ("/letter/addressee/address/mobileNumber", json!("0123456789"), "30221"),
                ("/letter/addressee/address/email", json!(""), "30222"),
                ("/letter/addressee/address/email", json!("a@b"), "30223"),
                ("/letter/parcel/pickupLocationId", json!(null), "30400"),
                ("/letter/parcel/pickupLocationId", json!(" "), "30403"),
                ("/letter/parcel/pickupLocationId", json!("62540"), "30401"),
            ],
        );
    }
}

#[test]
fn a_refusal_repeats_no_value() {
    let mut body = written();
    body["letter"]["addressee"]["address"]["lastName"] = json!("Иванов");
    let refused = read_generate(&HeaderMap::new(), body.to_string().as_bytes(), TODAY).expect_err("another script");
    assert_eq!(refused.message, "Le champ lastName contient un caractère non admis (U+0418)");
}

#[test]
fn what_is_not_a_json_object_is_422() {
    for body in [&b""[..], b"[]", b"null", b"{\"a\":", b"\xff", b"<xml/>", b"{}{}"] {
        let status = |refused: carriers::colissimo::SlsRefusal| (refused.status, refused.id);
        let expected = (422, "422".to_owned());
        assert_eq!(read_generate(&HeaderMap::new(), body, TODAY).map_err(status), Err(expected.clone()));
        assert_eq!(read_get_label(&HeaderMap::new(), body).map_err(status), Err(expected));
    }
}

#[test]
fn a_reprint_goes_there_and_back() {
    let number = NUMBER.parse().expect("a good number");
    for login in [contract(), Login::ApiKey("k".into())] {
        let request = encode_get_label(&number, &login, LabelFormat::PDF_10X15);
        assert_eq!(request.path_and_query, GET_LABEL);
        let read = read_get_label(&header_map(&request), &request.body).expect("a good request");
        assert_eq!((read.login, read.number, read.format), (Some(login), number, LabelFormat::PDF_10X15));
    }
    let cases = [
        (json!({ "outputPrintingType": "PDF_10x15_300dpi" }), "30327"),
        (json!({ "parcelNumber": "x", "outputPrintingType": "PDF_10x15_300dpi" }), "30321"),
        (json!({ "parcelNumber": NUMBER }), "30025"),
        (json!({ "parcelNumber": NUMBER, "outputFormat": { "outputPrintingType": "PNG" } }), "30026"),
    ];
    for (body, id) in cases {
        let refused = read_get_label(&HeaderMap::new(), body.to_string().as_bytes()).expect_err(id);
        assert_eq!(refused.id, id, "{body}");
    }
}

#[test]
fn questions_are_plain_gets() {
    let ids = ["6A15984040331".to_owned(), "a b/é".to_owned()];
    let request = encode_track(&ids, "okapi", "fr_FR");
    assert_eq!(request.method, Method::GET);
    assert_eq!(request.path_and_query, "/suivi/v2/idships/6A15984040331,a%20b%2F%C3%A9?lang=fr_FR");
    assert_eq!(header_map(&request).get("x-okapi-key").map(|v| v.as_bytes()), Some(&b"okapi"[..]));
    assert_eq!(encode_health(HEALTH_PAGES[0]).path_and_query, HEALTH_PAGES[0]);
}

#[test]
fn ids_to_track_are_read_from_the_path() {
    let read = |ids, query| read_track(ids, query).map(|q| (q.ids.join("+"), q.lang));
    assert_eq!(read("6A1,6A2", Some("a=b&lang=en_GB")), Ok(("6A1+6A2".into(), "en_GB".into())));
    assert_eq!(read("6A1%2C6A2", None), Ok(("6A1+6A2".into(), "fr_FR".into())));
    assert_eq!(read("6A1", Some("lang=<script>")), Ok(("6A1".into(), "fr_FR".into())));
    for bad in ["", "a,,b", "a/b", "é", "a%00", &"9".repeat(36), &["1"; 11].join(",")] {
        assert_eq!(read_track(bad, None).map_err(|e| e.code).map(|_| ()), Err(400), "{bad}");
    }
}
