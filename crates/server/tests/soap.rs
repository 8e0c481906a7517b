//! The SOAP twin and deposit slips at the carrier-compatible endpoints.

mod support;

use carriers::colissimo::{self, LineEnds, SlipAnswer, SlipHeader, write_refusal, write_slip};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use server::{DropInSettings, ServerSettings};
use support::{Answer, NUMBER, OTHER_NUMBER, World, letter};

const XML: (&str, &str) = ("content-type", "text/xml; charset=utf-8");

/// JSON as the elements that a SOAP client makes of it.
fn elements(value: &Value) -> String {
    match value {
        Value::Object(object) => {
            object.iter().map(|(name, value)| format!("<{name}>{}</{name}>", elements(value))).collect()
        }
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn envelope(operation: &str, content: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>\
         <t:{operation} xmlns:t=\"http://sls.ws.coliposte.fr\">{content}</t:{operation}></s:Body></s:Envelope>"
    )
}

fn generate(operation: &str, order: &str) -> String {
    envelope(operation, &format!("<{operation}Request>{}</{operation}Request>", elements(&letter(order))))
}

async fn send(world: &World, headers: &[(&str, &str)], body: String) -> Answer {
    let headers: Vec<_> = [XML].into_iter().chain(headers.iter().copied()).collect();
    world.send(Method::POST, colissimo::SOAP, &headers, body).await
}

/// Sends without waiting for the carrier.
async fn hasty(world: &World, order: &str) -> Answer {
    send(world, &[("prefer", "wait=0")], generate("generateLabel", order)).await
}

#[tokio::test]
async fn a_label_comes_by_soap_as_by_rest() {
    let world = World::new().await;
    let first = hasty(&world, "A1").await;
    assert_eq!((first.status, first.header("retry-after")), (StatusCode::OK, "30"));
    let id = first.header("x-tournee-shipment").parse().expect("a reference");
    assert!(first.text().contains("<id>40015</id>") && first.text().contains(&format!("{id}")), "{}", first.text());

    world.claim().await;
    world.confirm(id, NUMBER).await;
    let label = hasty(&world, "A1").await;
    assert_eq!((label.status, label.header("x-tournee-shipment")), (StatusCode::OK, id.to_string().as_str()));
    assert!(label.header("content-type").starts_with("multipart/related; type=\"application/xop+xml\""));
    assert!(label.text().contains("<xop:Include") && label.text().contains("\r\n\r\n%PDF the label\r\n"));
    assert!(label.text().contains(&format!("<parcelNumber>{NUMBER}</parcelNumber>")), "{}", label.text());

    let plain = send(&world, &[("accept", "text/xml"), ("prefer", "wait=0")], generate("generateLabel", "A1")).await;
    assert_eq!(plain.header("content-type"), "text/xml;charset=UTF-8");
    assert!(plain.text().contains("<label>JVBERiB0aGUgbGFiZWw=</label>"), "{}", plain.text());

    let again = envelope(
        "getLabel",
        &format!(
            "<getLabelRequest><contractNumber>964744</contractNumber><password>hush</password>\
             <outputPrintingType>PDF_10x15_300dpi</outputPrintingType><parcelNumber>{NUMBER}</parcelNumber></getLabelRequest>"
        ),
    );
    let printed = send(&world, &[], again).await;
    assert!(printed.text().contains("<ns2:getLabelResponse") && printed.text().contains("%PDF the label"));
    assert!(world.carrier.calls().is_empty());
}

#[tokio::test]
async fn what_is_refused_is_told_in_the_envelope() {
    let world = World::new().await;
    let mut heavy = letter("A1");
    heavy["letter"]["parcel"]["weight"] = json!(31);
    let body = envelope("generateLabel", &format!("<generateLabelRequest>{}</generateLabelRequest>", elements(&heavy)));
    let refused = send(&world, &[], body).await;
    assert!(refused.status == StatusCode::OK && refused.text().contains("<id>30301</id>"), "{}", refused.text());

    let (kind, body) = write_refusal("0", "", LineEnds::Crlf, "1234");
    world.carrier.will_say(200, &kind, body);
    let checked = send(&world, &[], generate("checkGenerateLabel", "A1")).await;
    assert!(checked.text().contains("<ns2:checkGenerateLabelResponse") && checked.text().contains("<id>0</id>"));
    assert_eq!(world.carrier.calls().last().map(|call| call.path_and_query.as_str()), Some(colissimo::CHECK));
    let sent: Value = serde_json::from_slice(&world.carrier.calls()[0].body).expect("the carrier is asked by REST");
    assert_eq!(sent["letter"]["service"]["orderNumber"], "A1");
}

#[tokio::test]
async fn what_is_no_call_is_a_fault() {
    let world = World::new().await;
    for body in ["", "{}", "<x/>", "<!DOCTYPE x [<!ENTITY a \"b\">]><x>&a;</x>"] {
        let answer = send(&world, &[], body.to_owned()).await;
        assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{body}");
        assert!(answer.text().contains("<faultcode>soap:Client</faultcode>"), "{}", answer.text());
    }
    let small = World::with(ServerSettings { body_bytes_max: 100, ..ServerSettings::default() }).await;
    let large = hasty(&small, "A1").await;
    assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(large.text().contains("<faultstring>A body has at most 100 bytes"), "{}", large.text());
}

#[tokio::test]
async fn the_description_says_where_the_service_is() {
    let world = World::new().await;
    let path = format!("{}?wsdl", colissimo::SOAP);
    let answer = world.send(Method::GET, &path, &[("host", "labels.test")], String::new()).await;
    assert!(answer.status == StatusCode::OK && answer.header("content-type").starts_with("text/xml"));
    assert!(answer.text().contains("location=\"http://labels.test/sls-ws/SlsServiceWS/2.0\""));
    let off = ServerSettings {
        dropin: DropInSettings { enabled: false, ..DropInSettings::default() },
        ..ServerSettings::default()
    };
    let gone = World::with(off).await.send(Method::GET, &path, &[], String::new()).await;
    assert_eq!(gone.problem(), "no-such-path");
}

fn slip() -> SlipAnswer {
    SlipAnswer {
        header: SlipHeader { number: Some(42), parcels: Some(2), ..SlipHeader::default() },
        paper: "%PDF slip".into(),
        messages: Vec::new(),
        line_ends: LineEnds::Crlf,
    }
}

#[tokio::test]
async fn a_deposit_slip_is_passed_on_by_either_door() {
    let world = World::new().await;
    let ask = json!({ "contractNumber": "964744", "password": "hush",
        "generateBordereauParcelNumberList": { "parcelsNumbers": [NUMBER, OTHER_NUMBER] } });
    let list = format!("<parcelsNumbers>{NUMBER}</parcelsNumbers><parcelsNumbers>{OTHER_NUMBER}</parcelsNumbers>");
    let by_soap = envelope(
        "generateBordereauByParcelsNumbers",
        &format!(
            "<contractNumber>964744</contractNumber><password>hush</password>\
             <generateBordereauParcelNumberList>{list}</generateBordereauParcelNumberList>"
        ),
    );
    let (kind, body) = write_slip(&slip(), LineEnds::Crlf, "1234");
    for _ in 0..2 {
        world.carrier.will_say(200, &kind, body.clone());
    }
    let rest = world.send(Method::POST, colissimo::SLIP, &[], ask.to_string()).await;
    assert!(rest.status == StatusCode::OK && rest.text().contains("Content-ID: <deliveryPaper>"), "{}", rest.text());
    let soap = send(&world, &[], by_soap.clone()).await;
    assert!(soap.text().contains("<bordereauNumber>42</bordereauNumber>") && soap.text().contains("%PDF slip"));
    let calls = world.carrier.calls();
    assert_eq!(calls[0].body, calls[1].body, "the same question to the carrier");

    let dark = world.send(Method::POST, colissimo::SLIP, &[], ask.to_string()).await;
    assert!(dark.status == StatusCode::BAD_REQUEST && dark.text().contains("\"id\":\"40015\""), "{}", dark.text());
    assert_eq!(dark.header("retry-after"), "30");
    let dark = send(&world, &[], by_soap).await;
    assert!(dark.status == StatusCode::OK && dark.text().contains("<id>40015</id>"), "{}", dark.text());
    let empty = world.send(Method::POST, colissimo::SLIP, &[], "{}").await;
    assert!(empty.status == StatusCode::BAD_REQUEST && empty.text().contains("\"id\":\"30327\""));
}
