//! SOAP's envelope, as far as Colissimo speaks it: the frame with one element in its body, read and written.
//!
//! Read, an element becomes JSON so that one set of field rules serves both twins of a service: children make an object
//! by their names without prefix, several of one name a list, text a string, an empty or nil element null. Written, an
//! envelope keeps the order of its elements, which the carrier's clients hold to a sequence. Attributes, headers and
//! comments are passed over. A document type is refused and nothing but the five entities of XML and numbered
//! characters is resolved, so that no text can unfold; depth and number of elements are bounded.

use bytes::Bytes;
use quick_xml::{
    Reader,
    escape::{escape, resolve_predefined_entity},
    events::{BytesRef, BytesStart, Event},
};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// The content type of what [`write()`] makes.
pub const CONTENT_TYPE: &str = "text/xml;charset=UTF-8";
/// How deep elements may stand in each other.
const DEPTH_MAX: usize = 32;
/// How many elements a document may have.
const ELEMENTS_MAX: usize = 50_000;
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

/// Why bytes are not a SOAP envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSoap {
    /// Not XML, or cut off.
    #[error("not well-formed XML: send one SOAP envelope")]
    NotXml,
    /// XML of another kind.
    #[error("no SOAP envelope with one element in its body")]
    NoEnvelope,
    /// A document type, or an entity that it would define.
    #[error("a document type and entities of one's own are not read: leave them out")]
    DocumentType,
    /// More elements, or deeper ones, than any of the carrier's.
    #[error("more than {ELEMENTS_MAX} elements or {DEPTH_MAX} levels")]
    TooMuch,
}

/// Reads an envelope of SOAP 1.1 or 1.2. Bytes that are not UTF-8 become the replacement character.
///
/// # Errors
/// Whatever is not one envelope with one element in its body.
pub fn read(bytes: &[u8]) -> Result<Envelope, BadSoap> {
    let text = String::from_utf8_lossy(bytes);
    let root = tree(text.trim_start_matches('\u{feff}'))?;
    let Value::Object(mut envelope) = root.value else { return Err(BadSoap::NoEnvelope) };
    match (root.name.as_str(), envelope.remove("Body")) {
        ("Envelope", Some(Value::Object(body))) if body.len() == 1 => {
            let (operation, content) = body.into_iter().next().ok_or(BadSoap::NoEnvelope)?;
            Ok(Envelope { operation, content })
        }
        _ => Err(BadSoap::NoEnvelope),
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
        let legal: String = text.chars().filter(|c| is_legal(*c)).collect();
        self.put(name, &escape(legal.as_str()));
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

    /// Adds these behind one another.
    #[must_use]
    pub fn and(mut self, more: &Self) -> Self {
        self.0.push_str(&more.0);
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
    let opened = format!("<{name} xmlns:ns2=\"{}\">{}</{name}>", escape(namespace), content.0);
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

/// Whether XML 1.0 has room for the character at all, escaped or not.
fn is_legal(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// An element that is open: what stands in it so far.
struct Open {
    name: String,
    text: String,
    children: Map<String, Value>,
}

struct Closed {
    name: String,
    value: Value,
}

impl Open {
    fn of(start: &BytesStart<'_>) -> Self {
        let name = start.local_name();
        Self { name: AsRef::<str>::as_ref(&name).to_owned(), text: String::new(), children: Map::new() }
    }

    fn close(self) -> Closed {
        let value = match (self.children.is_empty(), self.text.trim()) {
            (false, _) => Value::Object(self.children),
            (true, "") => Value::Null,
            (true, text) => Value::String(text.to_owned()),
        };
        Closed { name: self.name, value }
    }

    /// A child of a name that is there already makes the two a list. A list is never a child itself.
    fn take(&mut self, child: Closed) {
        match self.children.get_mut(&child.name) {
            None => drop(self.children.insert(child.name, child.value)),
            Some(Value::Array(list)) => list.push(child.value),
            Some(first) => *first = Value::Array(vec![first.take(), child.value]),
        }
    }
}

/// The document's one element, without recursion.
fn tree(text: &str) -> Result<Closed, BadSoap> {
    let mut reader = Reader::from_str(text);
    let (mut stack, mut root, mut elements) = (Vec::<Open>::new(), None, 0usize);
    loop {
        let event = reader.read_event().map_err(|_| BadSoap::NotXml)?;
        elements += usize::from(matches!(event, Event::Start(_) | Event::Empty(_)));
        if elements > ELEMENTS_MAX {
            return Err(BadSoap::TooMuch);
        }
        match event {
            Event::Start(start) => stack.push(Open::of(&start)),
            Event::Empty(start) => settle(&mut stack, &mut root, Open::of(&start).close())?,
            Event::End(_) => {
                let done = stack.pop().ok_or(BadSoap::NotXml)?.close();
                settle(&mut stack, &mut root, done)?;
            }
            Event::Text(words) => add(&mut stack, &words)?,
            Event::CData(words) => add(&mut stack, &words)?,
            Event::GeneralRef(name) => add(&mut stack, &resolved(&name)?)?,
            Event::DocType(_) => return Err(BadSoap::DocumentType),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => continue,
            Event::Eof => break,
        }
        if stack.len() > DEPTH_MAX {
            return Err(BadSoap::TooMuch);
        }
    }
    root.filter(|_| stack.is_empty()).ok_or(BadSoap::NotXml)
}

fn settle(stack: &mut [Open], root: &mut Option<Closed>, done: Closed) -> Result<(), BadSoap> {
    match stack.last_mut() {
        Some(outer) => outer.take(done),
        None if root.is_none() => *root = Some(done),
        None => return Err(BadSoap::NotXml),
    }
    Ok(())
}

fn add(stack: &mut [Open], words: &str) -> Result<(), BadSoap> {
    match stack.last_mut() {
        Some(open) => open.text.push_str(words),
        None if words.trim().is_empty() => {}
        None => return Err(BadSoap::NotXml),
    }
    Ok(())
}

fn resolved(name: &BytesRef<'_>) -> Result<Cow<'static, str>, BadSoap> {
    match name.resolve_char_ref().map_err(|_| BadSoap::NotXml)? {
        Some(c) if is_legal(c) => Ok(Cow::Owned(c.to_string())),
        Some(_) => Err(BadSoap::NotXml),
        None => resolve_predefined_entity(name).map(Cow::Borrowed).ok_or(BadSoap::DocumentType),
    }
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
    fn what_means_harm_is_refused() {
        let bomb = b"<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><s:Envelope><s:Body><x>&b;</x></s:Body></s:Envelope>";
        assert_eq!(read(bomb), Err(BadSoap::DocumentType));
        assert_eq!(read(&in_body("<x>&b;</x>")), Err(BadSoap::DocumentType));
        assert_eq!(read(&in_body(&"<x>".repeat(100_000))), Err(BadSoap::TooMuch));
        assert_eq!(read(&in_body(&format!("<x>{}</x>", "<y/>".repeat(ELEMENTS_MAX)))), Err(BadSoap::TooMuch));
        for odd in [
            "",
            "<a",
            "<html></html>",
            "{}",
            "<s:Envelope><s:Body><a/><b/></s:Body></s:Envelope>",
            "<a></b>",
            "<a/><a/>",
        ] {
            assert!(read(odd.as_bytes()).is_err(), "{odd}");
        }
        assert!(read(&in_body("<x>&#0;</x>")).is_err());
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
