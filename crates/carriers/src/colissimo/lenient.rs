//! Reads JSON as it comes: numbers as strings, one thing where a list is meant, lists where one thing is.
//!
//! Pure helpers over `serde_json::Value`; a missing value reads as null.

use serde_json::Value;
use std::borrow::Cow;

/// The first JSON value in these bytes; what follows it is not looked at, and bytes that are not UTF-8 (an answer in
/// ISO-8859-1) become the replacement character.
pub(super) fn parse(bytes: &[u8]) -> Option<Value> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
    };
    let text = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    if !text.starts_with(['{', '[']) {
        return None;
    }
    serde_json::Deserializer::from_str(text).into_iter().next()?.ok()
}

/// A field of an object, or of the first object of a list; null when there is none.
pub(super) fn field<'v>(value: &'v Value, name: &str) -> &'v Value {
    one(value).get(name).unwrap_or(&Value::Null)
}

/// The value itself, or the first of a list.
pub(super) fn one(value: &Value) -> &Value {
    match value {
        Value::Array(list) => list.first().unwrap_or(&Value::Null),
        other => other,
    }
}

/// The values of a list; a single value is a list of one, null of none.
pub(super) fn many(value: &Value) -> &[Value] {
    match value {
        Value::Array(list) => list,
        Value::Null => &[],
        other => std::slice::from_ref(other),
    }
}

/// A text, number or truth as trimmed text; `None` when it is blank or anything else.
pub(super) fn text(value: &Value) -> Option<Cow<'_, str>> {
    let text = match one(value) {
        Value::String(s) => Cow::Borrowed(s.trim()),
        Value::Number(n) => Cow::Owned(n.to_string()),
        Value::Bool(b) => Cow::Owned(b.to_string()),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// The text of a field, owned.
pub(super) fn text_of(value: &Value, name: &str) -> Option<String> {
    text(field(value, name)).map(Cow::into_owned)
}

/// A text for people: without control characters and not longer than a message may be.
pub(super) fn readable(text: &str) -> String {
    const CHARACTERS_MAX: usize = 300;
    text.chars().filter(|c| !c.is_control()).take(CHARACTERS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn shapes_are_forgiven() {
        let object = json!({"a": [{"b": 7}], "c": " x ", "d": "", "e": null, "f": [], "g": true});
        assert_eq!(text(field(field(&object, "a"), "b")).as_deref(), Some("7"));
        assert_eq!(text_of(&object, "c").as_deref(), Some("x"));
        assert_eq!(text_of(&object, "g").as_deref(), Some("true"));
        for absent in ["a", "d", "e", "f", "z"] {
            assert_eq!(text_of(&object, absent), None, "{absent}");
        }
        assert_eq!(many(field(&object, "e")).len(), 0);
        assert_eq!(many(field(&object, "c")).len(), 1);
    }

    #[test]
    fn bytes_around_and_inside_are_forgiven() {
        assert_eq!(parse(b"\xef\xbb\xbf {\"a\":1} \0 rest"), Some(json!({"a": 1})));
        assert_eq!(parse(b"{\"a\":\"caf\xe9\"}"), Some(json!({"a": "caf\u{fffd}"})));
        for bad in [&b""[..], b"<html>", b"{\"a\":", b"\"text\"", b"12"] {
            assert_eq!(parse(bad), None);
        }
    }
}
