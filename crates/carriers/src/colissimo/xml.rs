//! XML as SOAP clients send it, read into a tree within bounds: no DTD, no entities but the five of XML itself.
//!
//! Names are taken without their prefix. Nothing is fetched, nothing is expanded; what is deeper or has more elements
//! than any request of the carrier's is refused before it is held.

use quick_xml::{NsReader, events::BytesStart, events::Event, name::ResolveResult};
use serde_json::{Map, Value};

/// The longest document that is read.
const BYTES_MAX: usize = 1 << 20;
/// Elements within elements.
const DEPTH_MAX: usize = 32;
/// Elements in one document.
const ELEMENTS_COUNT_MAX: usize = 20_000;

/// Why a document is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum XmlError {
    #[error("the document is not in UTF-8")]
    NotUtf8,
    #[error("the document is not well-formed XML")]
    NotXml,
    #[error("the document brings a DTD, which is not read")]
    Dtd,
    #[error("the document uses an entity that XML itself does not have")]
    Entity,
    #[error("the document is larger or deeper than any request")]
    TooLarge,
    #[error("an element stands twice where it may stand once")]
    Twice,
}

/// One element.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Element {
    /// Its name without prefix.
    pub(super) name: String,
    /// Its namespace; `None` where it has none, or a prefix that was never bound.
    pub(super) namespace: Option<String>,
    /// The text in it.
    pub(super) text: String,
    /// The elements in it.
    pub(super) children: Vec<Element>,
    /// Whether it says that it is nothing (`xsi:nil`).
    nil: bool,
}

impl Element {
    /// The first child of this name.
    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The element as JSON: texts, objects, and lists for the names among `lists`. What is empty is left out.
    pub(super) fn to_json(&self, lists: &[&str]) -> Result<Option<Value>, XmlError> {
        if self.nil {
            return Ok(None);
        }
        if self.children.is_empty() {
            return Ok((!self.text.trim().is_empty()).then(|| Value::String(self.text.clone())));
        }
        let object = self.to_object(lists)?;
        Ok((!object.is_empty()).then_some(Value::Object(object)))
    }

    /// The children as an object.
    pub(super) fn to_object(&self, lists: &[&str]) -> Result<Map<String, Value>, XmlError> {
        let mut object = Map::new();
        for child in &self.children {
            let Some(value) = child.to_json(lists)? else { continue };
            if lists.contains(&child.name.as_str()) {
                let list = object.entry(child.name.clone()).or_insert_with(|| Value::Array(Vec::new()));
                list.as_array_mut().ok_or(XmlError::Twice)?.push(value);
            } else if object.insert(child.name.clone(), value).is_some() {
                return Err(XmlError::Twice);
            }
        }
        Ok(object)
    }
}

/// Reads a document.
pub(super) fn parse(bytes: &[u8]) -> Result<Element, XmlError> {
    if bytes.len() > BYTES_MAX {
        return Err(XmlError::TooLarge);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| XmlError::NotUtf8)?;
    let mut reader = NsReader::from_str(text.trim_start_matches('\u{feff}'));
    let mut tree = Tree::default();
    loop {
        let (namespace, event) = reader.read_resolved_event().map_err(|_| XmlError::NotXml)?;
        let namespace = match namespace {
            ResolveResult::Bound(namespace) => Some(namespace.as_ref().to_owned()),
            ResolveResult::Unbound | ResolveResult::Unknown(_) => None,
        };
        match event {
            Event::Start(start) => tree.open(&start, namespace)?,
            Event::Empty(start) => {
                tree.open(&start, namespace)?;
                tree.close()?;
            }
            Event::End(_) => tree.close()?,
            Event::Text(text) => tree.text(&text.xml10_content()),
            Event::CData(text) => tree.text(&text.xml10_content()),
            Event::GeneralRef(name) => {
                let own = |name: &str| quick_xml::escape::resolve_xml_entity(name).map(str::to_owned);
                let character = name.resolve_char_ref().map_err(|_| XmlError::Entity)?.map(String::from);
                tree.text(&character.or_else(|| own(&name)).ok_or(XmlError::Entity)?);
            }
            Event::DocType(_) => return Err(XmlError::Dtd),
            Event::Eof => return tree.end(),
            Event::Comment(_) | Event::PI(_) | Event::Decl(_) => {}
        }
    }
}

/// The tree as far as it has been read.
#[derive(Default)]
struct Tree {
    open: Vec<Element>,
    root: Option<Element>,
    count: usize,
}

impl Tree {
    fn open(&mut self, start: &BytesStart<'_>, namespace: Option<String>) -> Result<(), XmlError> {
        self.count += 1;
        if self.open.len() == DEPTH_MAX || self.count > ELEMENTS_COUNT_MAX {
            return Err(XmlError::TooLarge);
        }
        if self.root.is_some() {
            return Err(XmlError::NotXml);
        }
        let mut nil = false;
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|_| XmlError::NotXml)?;
            let is_nil: &str = attribute.key.local_name().into_inner();
            nil |= is_nil == "nil" && matches!(attribute.value.as_ref(), "true" | "1");
        }
        let name: &str = start.local_name().into_inner();
        self.open.push(Element { name: name.to_owned(), namespace, nil, ..Element::default() });
        Ok(())
    }

    fn close(&mut self) -> Result<(), XmlError> {
        let element = self.open.pop().ok_or(XmlError::NotXml)?;
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => self.root = Some(element),
        }
        Ok(())
    }

    fn text(&mut self, text: &str) {
        if let Some(element) = self.open.last_mut() {
            element.text.push_str(text);
        }
    }

    fn end(self) -> Result<Element, XmlError> {
        if self.open.is_empty() { self.root.ok_or(XmlError::NotXml) } else { Err(XmlError::NotXml) }
    }
}

/// A text as it may stand in XML: escaped, without the characters that XML cannot hold.
pub(super) fn escaped(text: &str) -> String {
    let holdable: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\t' | '\n' | '\r')).collect();
    quick_xml::escape::escape(holdable).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn json(xml: &str) -> Result<Value, XmlError> {
        Ok(parse(xml.as_bytes())?.to_json(&["item"])?.unwrap_or_default())
    }

    #[test]
    fn elements_become_an_object() {
        let xml = "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?><!-- no --><a xmlns:n=\"urn:x\">\n <n:b> caf&#xe9; &amp; \
            th\u{e9} </n:b><c><![CDATA[<x>]]></c><d/><e n:nil=\"true\">7</e><f><g> </g></f><item>1</item><item>2</item></a>";
        assert_eq!(json(xml), Ok(json!({ "b": " café & thé ", "c": "<x>", "item": ["1", "2"] })));
        let root = parse(b"<s:Envelope xmlns:s=\"urn:s\"><Body/></s:Envelope>").expect("XML");
        assert_eq!((root.name.as_str(), root.namespace.as_deref()), ("Envelope", Some("urn:s")));
        assert_eq!(root.child("Body").map(|b| b.namespace.clone()), Some(None));
    }

    #[test]
    fn what_is_not_a_request_is_refused() {
        let deep = "<a>".repeat(DEPTH_MAX + 1);
        let many = format!("<a>{}</a>", "<b/>".repeat(ELEMENTS_COUNT_MAX));
        for (xml, error) in [
            ("", XmlError::NotXml),
            ("plain", XmlError::NotXml),
            ("<a>", XmlError::NotXml),
            ("<a></b>", XmlError::NotXml),
            ("<a/><b/>", XmlError::NotXml),
            ("<a x=1/>", XmlError::NotXml),
            ("<a>&lol;</a>", XmlError::Entity),
            ("<a>&#0;</a>", XmlError::Entity),
            ("<!DOCTYPE a [<!ENTITY lol \"lol\">]><a>&lol;</a>", XmlError::Dtd),
            ("<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>", XmlError::Dtd),
            ("<a><b>1</b><b>2</b></a>", XmlError::Twice),
            (&deep, XmlError::TooLarge),
            (&many, XmlError::TooLarge),
        ] {
            assert_eq!(json(xml), Err(error), "{}", &xml[..xml.len().min(60)]);
        }
        assert_eq!(parse(b"<a>\xe9</a>").err(), Some(XmlError::NotUtf8));
        assert_eq!(parse(&vec![b' '; BYTES_MAX + 1]).err(), Some(XmlError::TooLarge));
    }

    #[test]
    fn what_is_escaped_reads_back() {
        let text = "Identifiant <ou> mot de passe & \"clé\"\u{1}";
        let xml = format!("<a>{}</a>", escaped(text));
        assert_eq!(json(&xml), Ok(json!("Identifiant <ou> mot de passe & \"clé\"")));
    }
}
