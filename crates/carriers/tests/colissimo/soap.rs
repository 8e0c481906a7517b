//! The SOAP twin: the same requests by another door, and answers as the carrier's servers write them.

use crate::support::{NUMBER, TODAY, headers, written};
use bytes::Bytes;
use carriers::colissimo::{
    LabelAnswer, LineEnds, Message, Packing, SlipAnswer, SlipHeader, SoapAnswer, SoapFault, SoapOperation,
    read_generate, read_soap, write_soap, write_soap_fault, wsdl,
};
use http::HeaderMap;
use parcel::{LabelFormat, Login, ParcelNumber};
use proptest::prelude::*;
use serde_json::{Value, json};

const PLAIN: &str = "text/xml; charset=utf-8";

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\r', "&#13;")
}

/// JSON as the elements that a SOAP client makes of it.
pub(crate) fn elements(value: &Value) -> String {
    match value {
        Value::Object(object) => {
            let one = |(name, value): (&String, &Value)| match value {
                Value::Array(items) => {
                    items.iter().map(|item| format!("<{name}>{}</{name}>", elements(item))).collect()
                }
                other => format!("<{name}>{}</{name}>", elements(other)),
            };
            object.iter().map(one).collect()
        }
        Value::String(text) => escape(text),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// A call as PHP's client writes it.
pub(crate) fn envelope(operation: &str, content: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<SOAP-ENV:Envelope \
         xmlns:SOAP-ENV=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:ns1=\"http://sls.ws.coliposte.fr\">\
         <SOAP-ENV:Body><ns1:{operation}>{content}</ns1:{operation}></SOAP-ENV:Body></SOAP-ENV:Envelope>\n"
    )
}

fn generate(request: &Value) -> String {
    envelope("generateLabel", &format!("<generateLabelRequest>{}</generateLabelRequest>", elements(request)))
}

/// The JSON with every value as a text, as XML has them.
fn as_texts(value: &Value) -> Value {
    match value {
        Value::Object(object) => object.iter().map(|(name, value)| (name.clone(), as_texts(value))).collect(),
        Value::Array(items) => items.iter().map(as_texts).collect(),
        Value::String(text) => json!(text),
        other => json!(other.to_string()),
    }
}

#[test]
fn a_call_is_the_same_request_by_another_door() {
    let mut body = written();
    body["fields"] = json!({ "field": [{ "key": "EORI", "value": "FR1" }] });
    body["letter"]["customsDeclarations"] = json!({ "contents": { "article": [
        { "description": "Livre <relié> & signé", "quantity": 1 }, { "description": "Disque", "quantity": 2 },
    ] } });
    let call = read_soap(PLAIN, generate(&body).as_bytes()).expect("a call");
    assert_eq!(call.operation, SoapOperation::Generate);
    let by_soap = call.generate(&HeaderMap::new(), TODAY);
    let by_rest = read_generate(&HeaderMap::new(), as_texts(&body).to_string().as_bytes(), TODAY);
    assert_eq!(by_soap, by_rest);
    assert!(by_soap.is_ok_and(|read| read.login.is_some()));
}

#[test]
fn prefixes_order_and_wrappers_are_forgiven() {
    let request = elements(&written());
    for xml in [
        format!(
            "<Envelope><Body><generateLabel><generateLabelRequest>{request}</generateLabelRequest></generateLabel></Body></Envelope>"
        ),
        envelope("generateLabel", &request),
        format!(
            "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Header><x/></e:Header><e:Body>\
             <generateLabel xmlns=\"http://sls.ws.coliposte.fr\"><generateLabelRequest xmlns=\"\">{request}\
             <unknown xsi:nil=\"true\"/></generateLabelRequest></generateLabel></e:Body></e:Envelope>"
        ),
    ] {
        let read = read_soap("", xml.as_bytes()).expect("a call").generate(&HeaderMap::new(), TODAY);
        assert!(read.is_ok(), "{read:?}");
    }
    let in_parts = format!(
        "--b\r\nContent-Type: application/xop+xml\r\nContent-ID: <root>\r\n\r\n{}\r\n--b--\r\n",
        generate(&written())
    );
    assert!(read_soap("multipart/related; boundary=b", in_parts.as_bytes()).is_ok());
}

#[test]
fn the_other_operations_are_read() {
    let reprint = envelope(
        "getLabel",
        &format!(
            "<getLabelRequest><outputPrintingType>PDF_10x15_300dpi</outputPrintingType><parcelNumber>{NUMBER}\
             </parcelNumber></getLabelRequest>"
        ),
    );
    let call = read_soap(PLAIN, reprint.as_bytes()).expect("a call");
    assert_eq!(call.operation, SoapOperation::Reprint);
    let read = call.reprint(&headers(&[("apikey", "k")])).expect("a good request");
    assert_eq!((read.number.as_str(), read.format), (NUMBER, LabelFormat::PDF_10X15));
    assert_eq!(read.login, Some(Login::ApiKey("k".into())));

    let list = format!("<parcelsNumbers>{NUMBER}</parcelsNumbers>");
    let slip = envelope(
        "generateBordereauByParcelsNumbers",
        &format!(
            "<contractNumber>1</contractNumber><password>p</password>\
             <generateBordereauParcelNumberList>{list}</generateBordereauParcelNumberList>"
        ),
    );
    let call = read_soap(PLAIN, slip.as_bytes()).expect("a call");
    assert_eq!(call.operation, SoapOperation::Slip);
    let read = call.slip(&HeaderMap::new()).expect("a good request");
    assert_eq!(read.numbers, [NUMBER.parse::<ParcelNumber>().expect("a number")]);

    let check = envelope("checkGenerateLabel", "<checkGenerateLabelRequest/>");
    let call = read_soap(PLAIN, check.as_bytes()).expect("a call");
    assert_eq!(call.generate(&HeaderMap::new(), TODAY).map_err(|e| e.id).err().as_deref(), Some("30014"));
}

#[test]
fn what_is_no_call_is_a_fault() {
    let twelve = "<e:Envelope xmlns:e=\"http://www.w3.org/2003/05/soap-envelope\"><e:Body/></e:Envelope>";
    let bomb =
        "<!DOCTYPE x [<!ENTITY a \"aaaa\">]><Envelope><Body><generateLabel>&a;</generateLabel></Body></Envelope>";
    for (xml, code, says) in [
        ("", "Client", "not well-formed"),
        ("{\"json\": 1}", "Client", "not well-formed"),
        ("<html/>", "Client", "not a SOAP envelope"),
        ("<Envelope/>", "Client", "empty"),
        ("<Envelope><Body><planPickup/></Body></Envelope>", "Client", "generateLabel, checkGenerateLabel"),
        (twelve, "VersionMismatch", "SOAP 1.1"),
        (bomb, "Client", "DTD"),
    ] {
        let fault = read_soap(PLAIN, xml.as_bytes()).expect_err(xml);
        assert_eq!(fault.code, code, "{xml}");
        assert!(fault.text.contains(says), "{fault}");
    }
    let (kind, body) = write_soap_fault(&SoapFault { code: "Client", text: "a < b".into() });
    let text = String::from_utf8(body.to_vec()).expect("text");
    assert!(kind.starts_with("text/xml") && text.contains("<faultcode>soap:Client</faultcode>"), "{text}");
    assert!(text.contains("<faultstring>a &lt; b</faultstring>"), "{text}");
}

/// The XML of an answer with every attachment in the place where it belongs, as bytes in base16.
fn taken_apart(content_type: &str, body: &[u8]) -> String {
    let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
    let boundary =
        content_type.split("boundary=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a boundary");
    let find = |from: usize, what: &str| {
        body[from..].windows(what.len()).position(|w| w == what.as_bytes()).map(|at| from + at)
    };
    let (mut at, mut parts) = (0, Vec::new());
    let delimiter = format!("--{boundary}\r\n");
    while let Some(start) = find(at, &delimiter) {
        let head = find(start, "\r\n\r\n").expect("a head");
        let end = find(head, &format!("\r\n--{boundary}")).expect("an end");
        let id = String::from_utf8_lossy(&body[start..head])
            .split("Content-ID: <")
            .nth(1)
            .map(|rest| rest.split('>').next().unwrap_or_default().to_owned());
        parts.push((id.expect("an id"), body[head + 4..end].to_vec()));
        at = end;
    }
    let mut xml = String::from_utf8(parts.remove(0).1).expect("XML");
    for (id, bytes) in parts {
        let include = format!("<xop:Include xmlns:xop=\"http://www.w3.org/2004/08/xop/include\" href=\"cid:{id}\"/>");
        assert!(xml.contains(&include), "{xml}");
        xml = xml.replace(&include, &hex(&bytes));
    }
    xml
}

fn label(cn23: Option<&'static [u8]>) -> LabelAnswer {
    LabelAnswer {
        number: NUMBER.parse().expect("a number"),
        partner_number: Some("0075001116A1598404033801250L".into()),
        pdf_url: None,
        label: Bytes::from_static(b"%PDF\r\n--uuid:no"),
        cn23: cn23.map(Bytes::from_static),
        messages: vec![Message { id: "0".into(), kind: "INFOS".into(), content: "fait & bien".into() }],
        line_ends: LineEnds::Crlf,
    }
}

#[test]
fn a_label_goes_out_as_the_carriers_servers_send_it() {
    let answer = label(Some(b"form"));
    let packing = Packing::Attached(LineEnds::Crlf);
    let (kind, body) = write_soap(SoapOperation::Generate, &SoapAnswer::Label(&answer), packing, "12-34");
    assert_eq!(
        kind,
        "multipart/related; type=\"application/xop+xml\"; boundary=\"uuid:12-34\"; \
         start=\"<root.message@cxf.apache.org>\"; start-info=\"text/xml\""
    );
    assert_eq!(
        taken_apart(&kind, &body),
        "<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body>\
         <ns2:generateLabelResponse xmlns:ns2=\"http://sls.ws.coliposte.fr\"><return><messages><id>0</id>\
         <messageContent>fait &amp; bien</messageContent><type>INFOS</type></messages><labelV2Response>\
         <label>255044460d0a2d2d757569643a6e6f</label><cn23>666f726d</cn23><parcelNumber>6A15984040331</parcelNumber>\
         <parcelNumberPartner>0075001116A1598404033801250L</parcelNumberPartner></labelV2Response></return>\
         </ns2:generateLabelResponse></soap:Body></soap:Envelope>"
    );
    let (kind, body) = write_soap(SoapOperation::Reprint, &SoapAnswer::Label(&answer), Packing::Inline, "12-34");
    let xml = String::from_utf8(body.to_vec()).expect("XML");
    assert!(kind.starts_with("text/xml") && xml.contains("<label>JVBERg0KLS11dWlkOm5v</label></return>"), "{xml}");
}

#[test]
fn a_refusal_and_a_slip_are_told_too() {
    let refusal = SoapAnswer::Message { id: "30000", text: "" };
    let (_, body) = write_soap(SoapOperation::Check, &refusal, Packing::Inline, "1");
    let xml = String::from_utf8(body.to_vec()).expect("XML");
    assert!(xml.contains("<ns2:checkGenerateLabelResponse") && xml.contains("<id>30000</id>"), "{xml}");
    assert!(xml.contains("<type>ERROR</type>") && !xml.contains("<messageContent></messageContent>"), "{xml}");

    let header = SlipHeader { number: Some(42), parcels: Some(2), published_ms: Some(0), ..SlipHeader::default() };
    let slip = SlipAnswer { header, paper: "%PDF".into(), messages: Vec::new(), line_ends: LineEnds::Crlf };
    let (kind, body) =
        write_soap(SoapOperation::Slip, &SoapAnswer::Slip(&slip), Packing::Attached(LineEnds::Crlf), "1");
    let xml = taken_apart(&kind, &body);
    assert!(xml.contains("<bordereau><bordereauDataHandler>25504446</bordereauDataHandler><bordereauHeader>"), "{xml}");
    assert!(xml.contains("<bordereauNumber>42</bordereauNumber><numberOfParcels>2</numberOfParcels>"), "{xml}");
    assert!(xml.contains("<publishingDate>1970-01-01T00:00:00Z</publishingDate>"), "{xml}");
}

#[test]
fn the_description_names_every_operation_and_where_it_is() {
    let (kind, body) = wsdl("http://shop.example/sls-ws/SlsServiceWS/2.0?a&b");
    let text = String::from_utf8(body.to_vec()).expect("text");
    assert!(kind.starts_with("text/xml") && !text.contains("{address}"));
    assert!(text.contains("<soap:address location=\"http://shop.example/sls-ws/SlsServiceWS/2.0?a&amp;b\"/>"));
    for operation in SoapOperation::ALL {
        assert!(text.contains(&format!("<wsdl:operation name=\"{}\">", operation.name())), "{operation:?}");
    }
}

proptest! {
    #[test]
    fn any_text_comes_through_either_door_alike(name in "\\PC{1,40}", street in "[ -~]{1,40}", note in "\\PC{0,40}") {
        let mut body = as_texts(&written());
        body["letter"]["addressee"]["address"]["lastName"] = json!(format!("M{name}"));
        body["letter"]["addressee"]["address"]["line2"] = json!(format!("1 {street}"));
        body["letter"]["addressee"]["address"]["serviceInfo"] = json!(format!("n{note}"));
        let by_soap = read_soap(PLAIN, generate(&body).as_bytes()).expect("a call").generate(&HeaderMap::new(), TODAY);
        let by_rest = read_generate(&HeaderMap::new(), body.to_string().as_bytes(), TODAY);
        prop_assert_eq!(by_soap, by_rest);
    }

    #[test]
    fn whatever_is_attached_arrives(label_bytes in prop::collection::vec(any::<u8>(), 1..200), cn23 in prop::collection::vec(any::<u8>(), 0..50)) {
        let answer = LabelAnswer { label: label_bytes.clone().into(), cn23: Some(cn23.clone().into()), ..label(None) };
        let packing = Packing::Attached(LineEnds::Crlf);
        let (kind, body) = write_soap(SoapOperation::Generate, &SoapAnswer::Label(&answer), packing, "5f2d-77aa");
        let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
        let xml = taken_apart(&kind, &body);
        let there = xml.contains(&format!("<label>{}</label>", hex(&label_bytes)));
        prop_assert!(there);
        let form = cn23.is_empty() || xml.contains(&format!("<cn23>{}</cn23>", hex(&cn23)));
        prop_assert!(form);
    }
}
