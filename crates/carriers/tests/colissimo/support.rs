//! Exchanges, shipments and requests that the tests share.

use bytes::Bytes;
use carriers::{Broken, Exchange, Reached, Response};
use http::HeaderMap;
use jiff::civil::{Date, date};
use parcel::{
    Address, AddressFields, DeliveryMode, LabelFormat, Letter, Login, Product, Shipment, ShipmentParts, Weight,
};
use serde_json::{Value, json};
use std::time::Duration;

pub(crate) const TODAY: Date = date(2025, 12, 22);
pub(crate) const NUMBER: &str = "6A15984040331";
pub(crate) const MULTIPART: &str = "multipart/mixed; boundary=\"uuid:0-1\"; start=\"<jsonInfos>\"";

/// An exchange in which this answer came whole.
pub(crate) fn answered(status: u16, content_type: &str, body: impl Into<Bytes>) -> Exchange {
    let content_type = content_type.to_owned();
    let response = Response::new(status, content_type, body);
    Exchange { reached: Reached::FirstByte, kept: false, elapsed: Duration::from_millis(80), result: Ok(response) }
}

/// An exchange in which the connection broke after this much of an answer.
pub(crate) fn cut_answer(status: u16, content_type: &str, body: impl Into<Bytes>) -> Exchange {
    let whole = answered(status, content_type, body);
    let result = whole.result.and_then(|response| Err(Broken::AnswerCut(Box::new(response))));
    Exchange { result, ..whole }
}

/// An exchange that broke this way after getting this far.
pub(crate) fn broken(reached: Reached, broken: Broken) -> Exchange {
    Exchange { reached, kept: false, elapsed: Duration::from_secs(30), result: Err(broken) }
}

/// A multipart body of these parts (id and content), lines ended as in `line_end`.
pub(crate) fn multipart(parts: &[(&str, &[u8])], line_end: &str) -> Vec<u8> {
    let mut body = Vec::new();
    for (id, content) in parts {
        let head = format!("--uuid:0-1\nContent-Type: application/octet-stream\nContent-ID: <{id}>\n\n");
        body.extend(head.replace('\n', line_end).bytes());
        body.extend(*content);
        body.extend(line_end.bytes());
    }
    body.extend(format!("--uuid:0-1--{line_end}").bytes());
    body
}

/// The JSON of an answer that made [`NUMBER`].
pub(crate) fn infos() -> Value {
    json!({
        "messages": [{ "id": "0", "type": "INFOS", "messageContent": "fait", "replacementValues": [] }],
        "labelXmlV2Reponse": null,
        "labelV2Response": {
            "parcelNumber": NUMBER, "parcelNumberPartner": "0075001116A1598404033801250L", "pdfUrl": null, "fields": null,
        },
    })
}

/// The JSON of an answer that refused by this id.
pub(crate) fn refusal(id: &str) -> Value {
    json!({ "messages": [{ "id": id, "type": "ERROR", "messageContent": "non", "replacementValues": [] }] })
}

fn address(last_name: &str) -> Address {
    Address::parse(AddressFields {
        last_name: Some(last_name.into()),
        street: Some("12 rue de l’Église".into()),
        postal_code: Some("75002".into()),
        city: Some("Paris".into()),
        mobile: Some("0612345678".into()),
        email: Some("a@example.org".into()),
        ..AddressFields::default()
    })
    .expect("a good address")
}

pub(crate) fn shipment(product: Product, weight_g: u32) -> Shipment {
    let point = product.is_out_of_home().then(|| "006254".parse().expect("a good id"));
    Shipment {
        order_number: Some("CMD-42".parse().expect("a good order number")),
        parcel_ref: Some("REF 7".into()),
        parcel_number: None,
        mode: DeliveryMode::of(&product, point).expect("product and point go together"),
        product,
        deposit_date: TODAY,
        weight: Weight::from_grams(weight_g).expect("a good weight"),
        format: LabelFormat::PDF_10X15,
        letter: Letter::Parts(Box::new(ShipmentParts {
            sender: address("Martin"),
            addressee: address("Lefèvre"),
            commercial_name: Some("La Boutique".into()),
            insurance: None,
            instructions: None,
            non_machinable: false,
            undeliverable: None,
            customs: None,
        })),
    }
}

pub(crate) fn contract() -> Login {
    Login::Contract { number: "964744".into(), password: "hush".into() }
}

/// A request as a shop's module writes it, which keeps every rule.
pub(crate) fn written() -> Value {
    let address = json!({
        "companyName": "La Boutique", "lastName": "Martin", "line2": "12 rue de l’Église", "countryCode": "FR",
        "city": "Paris", "zipCode": "75002", "mobileNumber": "0612345678", "email": "a@example.org",
    });
    json!({
        "contractNumber": "964744",
        "password": "hush",
        "outputFormat": { "x": 0, "y": 0, "outputPrintingType": "PDF_10x15_300dpi" },
        "letter": {
            "service": {
                "productCode": "DOM", "depositDate": "2025-12-22", "orderNumber": "CMD-42", "commercialName": "La Boutique",
            },
            "parcel": { "weight": 1.25 },
            "sender": { "senderParcelRef": "REF 7", "address": address },
            "addressee": { "addresseeParcelRef": "REF 7", "address": address },
        },
    })
}

pub(crate) fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    pairs.iter().map(|(k, v)| (http::HeaderName::from_static(k), v.parse().expect("a header's value"))).collect()
}

/// The whole request was sent and nothing came.
pub(crate) fn silent() -> Exchange {
    broken(Reached::WholeRequest, Broken::TimedOut)
}
