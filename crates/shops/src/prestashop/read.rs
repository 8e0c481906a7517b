//! Answers of PrestaShop's web service, in JSON or in XML, as rows.

use crate::{fields::Fields, wire};
use quick_xml::{Reader, events::Event};
use serde_json::{Map, Value};

/// Elements within elements.
const DEPTH_MAX: usize = 32;
/// Elements in one answer.
const ELEMENTS_COUNT_MAX: usize = 500_000;

/// The rows of this resource (`orders`): a list, one alone, or an empty answer. Nothing for what is no answer of the web
/// service.
pub(super) fn rows(body: &[u8], resource: &str) -> Option<Vec<Value>> {
    let whole = parsed(body)?;
    let whole = whole.get("prestashop").cloned().unwrap_or(whole);
    let one = one_of(resource);
    match whole {
        Value::Array(rows) if rows.is_empty() => Some(rows),
        Value::Object(mut parts) => match (parts.remove(resource), parts.remove(&one)) {
            (Some(Value::Object(mut inner)), _) if inner.contains_key(&one) => inner.remove(&one).map(list),
            (Some(rows), _) | (None, Some(rows)) => Some(list(rows)),
            (None, None) => None,
        },
        _ => None,
    }
}

/// `{"errors":[{"code":32,"message":…}]}`, or the same in XML.
pub(super) fn words(value: &Value) -> Option<(String, String)> {
    let first = Fields::new(value).list("errors").into_iter().next()?;
    let own = wire::code(first.text("code"))?;
    Some((format!("prestashop_{own}"), wire::said(&first.text("message").unwrap_or_default())))
}

/// The name of one row: `orders` holds `order`, `addresses` `address`, `countries` `country`.
fn one_of(resource: &str) -> String {
    match resource {
        "addresses" => "address".to_owned(),
        "countries" => "country".to_owned(),
        other => other.trim_end_matches('s').to_owned(),
    }
}

fn list(value: Value) -> Vec<Value> {
    match value {
        Value::Array(rows) => rows.into_iter().filter(Value::is_object).collect(),
        Value::Object(row) => vec![Value::Object(row)],
        _ => Vec::new(),
    }
}

fn parsed(body: &[u8]) -> Option<Value> {
    match body.trim_ascii_start().first() {
        Some(b'<') => of_xml(body),
        Some(_) => serde_json::from_slice(body.trim_ascii()).ok(),
        None => None,
    }
}

/// XML as the same answer in JSON would be: an element without elements is its text, one with some an object, of which
/// what stands several times is a list. Attributes are left out; nothing is expanded or fetched.
fn of_xml(body: &[u8]) -> Option<Value> {
    let mut reader = Reader::from_str(std::str::from_utf8(body).ok()?);
    let mut open: Vec<(String, Element)> = vec![(String::new(), Element::default())];
    let mut count = 0;
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) => {
                count += 1;
                open.push((tag.local_name().into_inner().to_owned(), Element::default()));
                if open.len() > DEPTH_MAX || count > ELEMENTS_COUNT_MAX {
                    return None;
                }
            }
            Event::Empty(tag) => {
                count += 1;
                if count > ELEMENTS_COUNT_MAX {
                    return None;
                }
                open.last_mut()?.1.add(tag.local_name().into_inner().to_owned(), Value::String(String::new()));
            }
            Event::End(_) => {
                let (name, element) = open.pop()?;
                open.last_mut()?.1.add(name, element.into_value());
            }
            Event::Text(text) => open.last_mut()?.1.text.push_str(&text.xml10_content()),
            Event::CData(text) => open.last_mut()?.1.text.push_str(&text.xml10_content()),
            Event::GeneralRef(name) => open.last_mut()?.1.text.push_str(&entity(&name)?),
            Event::DocType(_) => return None,
            Event::Eof => break,
            _ => {}
        }
    }
    let [(_, root)] = <[_; 1]>::try_from(open).ok()?;
    Some(root.into_value())
}

/// One of the five entities of XML itself, or a character by its number.
fn entity(name: &quick_xml::events::BytesRef<'_>) -> Option<String> {
    if let Some(character) = name.resolve_char_ref().ok()? {
        return Some(character.to_string());
    }
    quick_xml::escape::resolve_xml_entity(name).map(str::to_owned)
}

#[derive(Default)]
struct Element {
    text: String,
    children: Map<String, Value>,
}

impl Element {
    fn add(&mut self, name: String, value: Value) {
        match self.children.get_mut(&name) {
            None => _ = self.children.insert(name, value),
            Some(Value::Array(several)) => several.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
        }
    }

    fn into_value(self) -> Value {
        if self.children.is_empty() { Value::String(self.text) } else { Value::Object(self.children) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xml_and_json_are_the_same_rows() {
        let json = br#"{"orders":[{"id":1,"reference":"A & B"},{"id":2,"reference":"C"}]}"#;
        let xml = br#"<?xml version="1.0" encoding="UTF-8"?>
            <prestashop xmlns:xlink="http://www.w3.org/1999/xlink"><orders>
            <order><id><![CDATA[1]]></id><reference>A &amp; B</reference></order>
            <order><id>2</id><reference><![CDATA[C]]></reference></order></orders></prestashop>"#;
        for body in [&json[..], &xml[..]] {
            let rows = rows(body, "orders").expect("an answer");
            let texts: Vec<_> =
                rows.iter().map(|r| (Fields::new(r).text("id"), Fields::new(r).text("reference"))).collect();
            let some = |text: &str| Some(text.to_owned());
            assert_eq!(texts, [(some("1"), some("A & B")), (some("2"), some("C"))]);
        }
    }

    #[test]
    fn one_row_and_none_are_answers_too() {
        for (body, count) in [
            ("[]", Some(0)),
            ("{\"orders\":[]}", Some(0)),
            ("{\"order\":{\"id\":5}}", Some(1)),
            ("<prestashop><orders/></prestashop>", Some(0)),
            ("<prestashop><orders></orders></prestashop>", Some(0)),
            ("<prestashop><orders><order><id>5</id></order></orders></prestashop>", Some(1)),
            ("<prestashop><order><id>5</id></order></prestashop>", Some(1)),
            ("<html><body>Maintenance</body></html>", None),
            ("{\"error\":1}", None),
            ("", None),
            ("<!DOCTYPE x [<!ENTITY a \"b\">]><prestashop><orders>&a;</orders></prestashop>", None),
            ("<prestashop><orders>", None),
        ] {
            assert_eq!(rows(body.as_bytes(), "orders").map(|rows| rows.len()), count, "{body}");
        }
    }

    #[test]
    fn refusals_are_told_by_their_number() {
        let value = parsed(br#"{"errors":[{"code":32,"message":"Bad filter for jane@example.com"}]}"#).expect("JSON");
        assert_eq!(words(&value), Some(("prestashop_32".into(), "Bad filter for …".into())));
    }
}
