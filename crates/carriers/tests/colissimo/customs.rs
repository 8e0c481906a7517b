//! Customs declarations: as the carrier reads ours, and as we read a module's.

use crate::support::{TODAY, contract, shipment, written};
use carriers::colissimo::{destination, encode_generate, letter_parts, read_generate, series};
use http::HeaderMap;
use parcel::{
    Address, AddressFields, Article, Cents, Country, Customs, CustomsCategory, LabelFormat, Letter, Original, Product,
    Series, Shipment, Undeliverable, Zone,
};
use proptest::prelude::*;
use serde_json::{Value, json};

fn swiss() -> Address {
    Address::parse(AddressFields {
        last_name: Some("Rochat".into()),
        street: Some("1 rue du Lac".into()),
        postal_code: Some("1201".into()),
        city: Some("Genève".into()),
        country: Some("CH".into()),
        ..AddressFields::default()
    })
    .expect("a good address")
}

fn customs() -> Customs {
    Customs {
        category: CustomsCategory::Returned,
        articles: vec![Article {
            description: "Tee-shirt en coton".into(),
            quantity: 2,
            weight_g: 250,
            value: Cents(1_999),
            currency: "EUR".into(),
            origin: Country::FR,
            hs_code: Some("610910".into()),
        }],
        shipping_cost: Cents(1_250),
        invoice_number: Some("F-42".into()),
        licence_number: Some("L-1".into()),
        certificate_number: Some("C-1".into()),
        eori: Some("FR12345678900012".into()),
        importer_reference: Some("CHE-123".into()),
        importer_contact: Some("+41220000000".into()),
        comments: Some("N. TVA FR123".into()),
        original: Some(Original {
            invoice_number: "F-41".into(),
            invoice_date: TODAY,
            parcel_number: "6A15984040331".parse().expect("a number"),
        }),
    }
}

fn sent(customs: Customs) -> Shipment {
    let mut shipment = shipment(Product::Dos, 1_000);
    if let Letter::Parts(parts) = &mut shipment.letter {
        parts.addressee = swiss();
        parts.undeliverable = Some(Undeliverable::Abandon);
        parts.customs = Some(customs);
    }
    shipment
}

fn body(shipment: &Shipment) -> Value {
    let request = encode_generate(shipment, &contract(), TODAY, LabelFormat::PDF_10X15);
    serde_json::from_slice(&request.body).expect("JSON")
}

/// The letter as a server keeps it.
fn kept(body: &Value) -> Shipment {
    read_generate(&HeaderMap::new(), body.to_string().as_bytes(), TODAY).expect("it keeps the rules").shipment
}

#[test]
fn a_declaration_is_what_the_carrier_reads() {
    let json = body(&sent(customs()));
    let declared = &json["letter"]["customsDeclarations"];
    assert_eq!(declared["includeCustomsDeclarations"], true);
    assert_eq!(declared["contents"]["category"], json!({ "value": 6 }));
    assert_eq!(
        declared["contents"]["article"],
        json!([{ "description": "Tee-shirt en coton", "quantity": 2, "weight": 0.25, "value": 19.99, "hsCode": "610910",
            "originCountry": "FR", "currency": "EUR", "originalIdent": "A" }])
    );
    assert_eq!(
        declared["contents"]["original"],
        json!([{ "originalIdent": "A", "originalInvoiceNumber": "F-41", "originalInvoiceDate": "2025-12-22",
            "originalParcelNumber": "6A15984040331" }])
    );
    assert_eq!((&declared["certificatNumber"], &declared["licenceNumber"]), (&json!("C-1"), &json!("L-1")));
    let service = &json["letter"]["service"];
    assert_eq!((&service["totalAmount"], &service["transportationAmount"]), (&json!(1250), &json!(1250)));
    assert_eq!(service["returnTypeChoice"], 3);
    assert_eq!(json["fields"], json!({ "field": [{ "key": "EORI", "value": "FR12345678900012" }] }));
}

#[test]
fn a_letter_without_customs_says_nothing_of_them() {
    let json = body(&shipment(Product::Dom, 1_000));
    assert!(json.get("fields").is_none() && json["letter"].get("customsDeclarations").is_none());
    assert!(json["letter"]["service"].get("totalAmount").is_none());
}

#[test]
fn a_written_declaration_passes_unchanged_and_is_read_in_our_words() {
    let ours = sent(customs());
    let written = body(&ours);
    let kept = kept(&written);
    let passed = body(&kept);
    assert_eq!(passed["letter"]["customsDeclarations"], written["letter"]["customsDeclarations"]);
    assert_eq!(passed["fields"], written["fields"]);
    let read = letter_parts(&kept).expect("two addresses");
    assert_eq!(read.customs, Some(customs()));
    assert_eq!((read.undeliverable, read.addressee.zone()), (Some(Undeliverable::Abandon), Zone::World));
    assert_eq!((destination(&kept), series(&kept)), (Some(Zone::World), Some(Series::S10("CP"))));
    assert_eq!((destination(&ours), series(&ours)), (Some(Zone::World), Some(Series::S10("CP"))));
}

#[test]
fn a_declaration_as_modules_write_it_is_read() {
    // Numbers as texts, truths as numbers, no EORI, one article without a list.
    let mut body = written();
    body["letter"]["service"]["totalAmount"] = json!("990");
    body["letter"]["customsDeclarations"] = json!({
        "includeCustomsDeclarations": 1, "numberOfCopies": 4, "invoiceNumber": "42",
        "contents": { "category": { "value": "3" }, "article": { "description": "Livre", "quantity": "1",
            "value": "12.5", "currency": "EUR", "weight": "0.4", "originCountry": "FR", "hsCode": "490199" } },
    });
    let shipment = kept(&body);
    let read = letter_parts(&shipment).expect("two addresses").into_owned();
    let customs = read.customs.expect("a declaration");
    assert_eq!((customs.category, customs.shipping_cost), (CustomsCategory::Goods, Cents(990)));
    assert_eq!((customs.articles[0].weight_g, customs.articles[0].value), (400, Cents(1_250)));
    body["letter"]["customsDeclarations"]["contents"]["article"] = json!([]);
    assert_eq!(letter_parts(&kept(&body)).map(|parts| parts.customs.is_none()), Ok(true));
}

#[test]
fn a_written_address_is_read_leniently_and_not_made_up() {
    let mut body = written();
    body["letter"]["addressee"]["address"]["line2"] = json!("12 rue de la très longue avenue de la République");
    body["letter"]["addressee"]["address"]["mobileNumber"] = json!("appelez");
    let shipment = kept(&body);
    let read = letter_parts(&shipment).expect("two addresses");
    assert_eq!(read.addressee.fields().street.as_deref(), Some("12 rue de la très longue avenue de"));
    assert_eq!(read.addressee.fields().mobile, None);

    let mut none = shipment.clone();
    none.letter = Letter::AsWritten(Box::new(json!({ "letter": { "sender": {} } })));
    assert_eq!(letter_parts(&none).map_err(|e| e.field).err().as_deref(), Some("sender.last_name"));
    assert_eq!((destination(&none), series(&none)), (None, None));
}

proptest! {
    #[test]
    fn no_letter_makes_the_reader_panic(text in "\\PC{0,20}", number in any::<f64>(), list in any::<bool>()) {
        let odd = if list { json!([text, number]) } else { json!({ "value": text, "quantity": number, "article": [number] }) };
        let mut shipment = shipment(Product::Dom, 1_000);
        for path in ["letter", "sender", "customsDeclarations", "contents"] {
            let body = json!({ "letter": { path: odd, "customsDeclarations": { "contents": odd } }, "fields": odd });
            shipment.letter = Letter::AsWritten(Box::new(body));
            let _ = (letter_parts(&shipment).is_ok(), destination(&shipment), series(&shipment));
        }
    }
}
