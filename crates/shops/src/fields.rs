//! Reading JSON of somebody else's: fields by name, whatever shape they came in, every text within a bound.

use serde_json::Value;

/// The longest text that is taken from an answer, in characters; what is longer is no part of an address.
const TEXT_CHARS_MAX: usize = 1_000;

/// A value from outside whose parts are read by name. What is not there reads as nothing.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a>(&'a Value);

impl<'a> Fields<'a> {
    pub(crate) fn new(value: &'a Value) -> Self {
        Self(value)
    }

    pub(crate) fn is_object(self) -> bool {
        self.0.is_object()
    }

    /// The field of this name.
    pub(crate) fn at(self, name: &str) -> Self {
        Self(self.0.get(name).unwrap_or(&Value::Null))
    }

    /// Whether the field of this name is there and is not null.
    pub(crate) fn has(self, name: &str) -> bool {
        !self.at(name).0.is_null()
    }

    /// This value as text: text itself or a number, trimmed; nothing when empty.
    pub(crate) fn as_text(self) -> Option<String> {
        let text = match self.0 {
            Value::String(text) => text.trim().chars().take(TEXT_CHARS_MAX).collect(),
            Value::Number(number) => number.to_string(),
            _ => String::new(),
        };
        (!text.is_empty()).then_some(text)
    }

    /// The text of the field of this name.
    pub(crate) fn text(self, name: &str) -> Option<String> {
        self.at(name).as_text()
    }

    /// The first of these fields that has a text.
    pub(crate) fn first(self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| self.text(name))
    }

    /// A field that says yes: `true`, 1, `"1"` or `"true"`.
    pub(crate) fn flag(self, name: &str) -> bool {
        match self.at(name).0 {
            Value::Bool(flag) => *flag,
            _ => matches!(self.text(name).as_deref(), Some("1" | "true")),
        }
    }

    /// What is in the field of this name: each part of a list, each value of an object, or the thing itself.
    pub(crate) fn list(self, name: &str) -> Vec<Self> {
        self.at(name).parts()
    }

    /// The parts of a list, the values of an object; nothing of anything else.
    pub(crate) fn parts(self) -> Vec<Self> {
        match self.0 {
            Value::Array(parts) => parts.iter().map(Self).collect(),
            Value::Object(parts) => parts.values().map(Self).collect(),
            _ => Vec::new(),
        }
    }

    /// The names of an object's fields that are plain words.
    pub(crate) fn keys(self) -> Vec<&'a str> {
        let plain =
            |name: &&str| name.len() <= 64 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b));
        self.0.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).filter(plain).collect()
    }

    /// A GraphQL connection's nodes, whether they came as `nodes`, as `edges`, or as a plain list.
    pub(crate) fn nodes(self, name: &str) -> Vec<Self> {
        let connection = self.at(name);
        if connection.0.is_array() {
            return connection.parts();
        }
        if connection.has("nodes") {
            return connection.list("nodes");
        }
        connection.list("edges").into_iter().map(|edge| edge.at("node")).collect()
    }
}

/// Whole grams of a weight in kilograms, as shops write it; nothing when there is none.
pub(crate) fn grams_of_kg(text: &str) -> Option<u32> {
    let kg: f64 = text.trim().replace(',', ".").parse().ok()?;
    grams(kg * 1_000.0)
}

/// Whole grams of a number of grams; nothing when it is none, or more than any parcel weighs.
pub(crate) fn grams(grams: f64) -> Option<u32> {
    /// A ton, in grams: beyond it the field holds something else.
    const GRAMS_MAX: f64 = 1_000_000.0;
    if !(grams > 0.0 && grams <= GRAMS_MAX) {
        return None;
    }
    format!("{:.0}", grams.max(1.0)).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn any_shape_reads_as_what_it_means() {
        let value = json!({"a": 12, "b": " x ", "c": "", "d": null, "e": [1, 2], "f": {"k": 1}, "g": "1", "h": true});
        let fields = Fields::new(&value);
        assert_eq!((fields.text("a").as_deref(), fields.text("b").as_deref()), (Some("12"), Some("x")));
        assert_eq!((fields.text("c"), fields.text("d"), fields.text("e"), fields.text("z")), (None, None, None, None));
        assert_eq!((fields.list("e").len(), fields.list("f").len(), fields.list("b").len()), (2, 1, 0));
        assert!(fields.flag("g") && fields.flag("h") && !fields.flag("a"));
    }

    #[test]
    fn weights_are_whole_grams_or_nothing() {
        for (text, grams) in [("1.2", Some(1_200)), ("0,35", Some(350)), ("0.0001", Some(1)), ("0", None), ("", None)] {
            assert_eq!(grams_of_kg(text), grams, "{text}");
        }
        for odd in ["NaN", "inf", "-1", "1e300", "x"] {
            assert_eq!(grams_of_kg(odd), None, "{odd}");
        }
    }
}
