//! SOAP's envelope, as far as Colissimo speaks it: the frame with one element in its body, read and written.
//!
//! Read, an element becomes JSON so that one set of field rules serves both twins of a service: children make an object
//! by their names without prefix, several of one name a list, text a string, an empty element null. Written, an envelope
//! keeps the order of its elements, which the carrier's clients hold to a sequence. What may be read at all is bounded
//! by the reader of XML below.

use super::{
    SoapFault,
    xml::{self, Element},
};
use bytes::Bytes;
use serde_json::{Map, Value};

/// The content type of what [`write()`] makes.
pub const CONTENT_TYPE: &str = "text/xml;charset=UTF-8";
const SOAP_11: &str = "http://schemas.xmlsoap.org/soap/envelope/";

/// One call or answer.
#[derive(Clone, PartialEq)]
pub struct Envelope {
    /// The local name of the element in the body, for example `generateLabel`; `Fault` for a fault.
    pub operation: String,
    /// What stands in that element.
    pub content: Value,
}

impl std::fmt::Debug for Envelope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Envelope({}, …)", self.operation)
    }
}

/// Reads an envelope of SOAP 1.1 or 1.2.
///
/// # Errors
/// Whatever is not one envelope with one element in its body, in words for the one who sent it.
pub fn read(bytes: &[u8]) -> Result<Envelope, SoapFault> {
    let envelope = xml::parse(bytes)?;
    let body = envelope.child("Body").filter(|_| envelope.name == "Envelope").map(|body| &body.children[..]);
    match body {
        Some([one]) => Ok(Envelope { operation: one.name.clone(), content: value_of(one) }),
        _ => Err(SoapFault { code: "Client", text: "send a SOAP envelope with one operation in its body".into() }),
    }
}

/// What a fault says: `faultcode` and `faultstring` of SOAP 1.1, or their twins of 1.2; `None` when it is none.
pub fn fault_of(envelope: &Envelope) -> Option<(String, String)> {
    if envelope.operation != "Fault" {
        return None;
    }
    let said = |old: &str, new: [&str; 2]| {
        let content = &envelope.content;
        let value = content.get(old).or_else(|| content.get(new[0])?.get(new[1]));
        value.and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    Some((said("faultcode", ["Code", "Value"]), said("faultstring", ["Reason", "Text"])))
}

/// Elements in the order in which they are to stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Elements(String);

impl Elements {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an element that holds text.
    #[must_use]
    pub fn text(mut self, name: &str, text: &str) -> Self {
        self.put(name, &xml::escaped(text));
        self
    }

    /// Adds an element that holds text, if there is any.
    #[must_use]
    pub fn option(self, name: &str, text: Option<&str>) -> Self {
        match text {
            Some(text) => self.text(name, text),
            None => self,
        }
    }

    /// Adds an element that holds others.
    #[must_use]
    pub fn inner(mut self, name: &str, inner: &Self) -> Self {
        self.put(name, &inner.0);
        self
    }

    fn put(&mut self, name: &str, content: &str) {
        for piece in ["<", name, ">", content, "</", name, ">"] {
            self.0.push_str(piece);
        }
    }
}

/// Writes an envelope of SOAP 1.1 around one operation of this namespace, whose content has none (as CXF has it).
pub fn write(namespace: &str, operation: &str, content: &Elements) -> Bytes {
    let name = format!("ns2:{operation}");
    let opened = format!("<{name} xmlns:ns2=\"{}\">{}</{name}>", xml::escaped(namespace), content.0);
    envelope(&opened)
}

/// Writes a fault; `code` is `Client` (the request is wrong) or `Server`.
pub fn write_fault(code: &str, text: &str) -> Bytes {
    let said = Elements::new().text("faultcode", &format!("soap:{code}")).text("faultstring", text);
    envelope(&Elements::new().inner("soap:Fault", &said).0)
}

fn envelope(body: &str) -> Bytes {
    format!("<soap:Envelope xmlns:soap=\"{SOAP_11}\"><soap:Body>{body}</soap:Body></soap:Envelope>").into()
}

/// An element as JSON; several of one name make a list.
fn value_of(element: &Element) -> Value {
    if element.children.is_empty() {
        let text = element.text.trim();
        return if text.is_empty() { Value::Null } else { Value::String(text.to_owned()) };
    }
    let mut object = Map::new();
    for child in &element.children {
        let value = value_of(child);
        match object.get_mut(&child.name) {
            None => drop(object.insert(child.name.clone(), value)),
            Some(Value::Array(list)) => list.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
        }
    }
    Value::Object(object)
}

#[cfg(test)]
mod tests {
    use super::*;

    use proptest::prelude::*;
    use serde_json::json;

    const SOAP_12: &str = "http://www.w3.org/2003/05/soap-envelope";

    fn in_body(content: &str) -> Vec<u8> {
        format!("<?xml version=\"1.0\"?><s:Envelope xmlns:s=\"{SOAP_12}\"><s:Header/><s:Body>{content}</s:Body></s:Envelope>")
            .into_bytes()
    }

    #[test]
    fn elements_become_json() {
        let read = read(&in_body(
            "<n:find xmlns:n='x'><a>1 &amp; &#233;</a><b/><c><d>x</d></c><a><![CDATA[<2>]]></a><!-- z --><a xsi:nil='true'/></n:find>",
        ));
        let content = json!({"a": ["1 & é", "<2>", null], "b": null, "c": {"d": "x"}});
        assert_eq!(read, Ok(Envelope { operation: "find".into(), content }));
    }

    #[test]
    fn what_is_no_envelope_is_refused() {
        let bomb = b"<!DOCTYPE x [<!ENTITY a \"aaaa\">]><s:Envelope><s:Body><x>&a;</x></s:Body></s:Envelope>";
        assert!(read(bomb).is_err() && read(&in_body(&"<x>".repeat(1_000))).is_err());
        for odd in ["", "<a", "<html></html>", "{}", "<Envelope><Body><a/><b/></Body></Envelope>", "<Body><a/></Body>"]
        {
            assert!(read(odd.as_bytes()).is_err(), "{odd}");
        }
    }

    #[test]
    fn a_fault_is_told() {
        let fault = read(&write_fault("Client", "a < b")).expect("an envelope");
        assert_eq!(fault_of(&fault), Some(("soap:Client".into(), "a < b".into())));
        let newer = in_body(
            "<s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code><s:Reason><s:Text xml:lang='fr'>non</s:Text></s:Reason></s:Fault>",
        );
        assert_eq!(fault_of(&read(&newer).expect("an envelope")), Some(("s:Sender".into(), "non".into())));
        assert_eq!(fault_of(&read(&in_body("<x/>")).expect("an envelope")), None);
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(text in "\\PC{0,40}", other in any::<String>()) {
            let inner = Elements::new().text("a", &text).text("a", &other).option("b", None);
            let bytes = write("http://x/?a&b", "say", &Elements::new().inner("return", &inner));
            let said = read(&bytes);
            prop_assert_eq!(said.as_ref().map(|e| e.operation.as_str()), Ok("say"));
            let content = said.expect("an envelope").content;
            let first = content["return"]["a"][0].as_str().unwrap_or_default();
            prop_assert_eq!(first, text.trim());
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = read(&bytes);
        }
    }
}
