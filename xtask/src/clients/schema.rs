//! Reads JSON Schema, as far as the description uses it, into [`Type`]s. A keyword that is not known here is an error:
//! a client that silently left something out would be wrong.

use super::model::{Field, Named, Shape, Type};
use super::words;
use crate::shop::Failed;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Keywords that say what a type is.
const STRUCTURE: &[&str] = &[
    "$ref",
    "type",
    "enum",
    "const",
    "items",
    "properties",
    "required",
    "additionalProperties",
    "propertyNames",
    "oneOf",
    "anyOf",
    "allOf",
    "format",
    "discriminator",
    "contentEncoding",
    "contentMediaType",
];
/// Keywords that a type cannot hold: bounds, which the server checks, and words for people.
const REMARKS: &[&str] = &[
    "description",
    "title",
    "example",
    "examples",
    "default",
    "deprecated",
    "readOnly",
    "writeOnly",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "pattern",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
];

/// Reads schemas; every named one that is spoken of is read once and kept.
pub(super) struct Schemas<'a> {
    document: &'a Value,
    named: BTreeMap<String, Named>,
}

/// The place of a schema: a pointer into the document for errors, and the name that it would have as a type.
#[derive(Clone)]
pub(super) struct Place {
    pointer: String,
    name: String,
}

impl Place {
    pub(super) fn new(pointer: impl Into<String>, name: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), name: name.into() }
    }

    fn inner(&self, part: &str, name: &str) -> Self {
        Self::new(format!("{}/{part}", self.pointer), format!("{}{}", self.name, words::pascal(name)))
    }

    pub(super) fn refuse(&self, what: impl std::fmt::Display) -> Failed {
        let remedy = "describe it in another way, or teach xtask/src/clients";
        Failed(format!("docs/openapi.json#{}: {what}, which the clients' writer does not know: {remedy}", self.pointer))
    }
}

impl<'a> Schemas<'a> {
    pub(super) fn of(document: &'a Value) -> Self {
        Self { document, named: BTreeMap::new() }
    }

    /// Every named type that was read, by name.
    pub(super) fn into_types(self) -> Vec<Named> {
        self.named.into_values().collect()
    }

    pub(super) fn read(&mut self, schema: &Value, at: &Place) -> Result<Type, Failed> {
        let Some(schema) = schema.as_object() else {
            return if schema == &Value::Bool(true) {
                Ok(Type::Any)
            } else {
                Err(at.refuse("a schema that is no object"))
            };
        };
        let known = |key: &str| STRUCTURE.contains(&key) || REMARKS.contains(&key) || key.starts_with("x-");
        if let Some(key) = schema.keys().find(|key| !known(key)) {
            return Err(at.refuse(format_args!("the keyword {key}")));
        }
        if let Some(target) = schema.get("$ref") {
            return self.reference(target, at);
        }
        for key in ["oneOf", "anyOf"] {
            if let Some(variants) = schema.get(key) {
                return self.union(variants, &at.inner(key, ""));
            }
        }
        if let Some(parts) = schema.get("allOf") {
            return self.merged(parts, schema, at);
        }
        if let Some(words) = schema.get("enum").or_else(|| schema.get("const")) {
            return literals(words, at);
        }
        self.plain(schema, at)
    }

    fn reference(&mut self, target: &Value, at: &Place) -> Result<Type, Failed> {
        let target = target.as_str().unwrap_or_default();
        let name = target
            .strip_prefix("#/components/schemas/")
            .ok_or_else(|| at.refuse(format_args!("a $ref to {target:?}")))?;
        let schema = &self.document["components"]["schemas"][name];
        let place = Place::new(format!("/components/schemas/{name}"), name);
        if schema["format"] == "binary" {
            return self.read(schema, &place);
        }
        if !self.named.contains_key(name) {
            // Its place is taken before it is read, so that a type may speak of itself.
            self.keep(name, schema, Shape::Alias(Type::Any));
            let shape = match self.read(schema, &place)? {
                Type::Named(inner) if inner == name => return Ok(Type::Named(inner)),
                ty => Shape::Alias(ty),
            };
            self.keep(name, schema, shape);
        }
        Ok(Type::Named(name.into()))
    }

    fn keep(&mut self, name: &str, schema: &Value, shape: Shape) {
        let doc = schema["description"].as_str().unwrap_or_default().to_owned();
        self.named.insert(name.into(), Named { name: name.into(), doc, shape });
    }

    fn union(&mut self, variants: &Value, at: &Place) -> Result<Type, Failed> {
        let variants = variants.as_array().map(Vec::as_slice).unwrap_or_default();
        let read = variants.iter().enumerate().map(|(index, variant)| {
            let tag = tag_of(variant).unwrap_or_default();
            self.read(variant, &at.inner(&index.to_string(), &tag))
        });
        Ok(Type::union(read.collect::<Result<Vec<_>, _>>()?))
    }

    /// `allOf` of one is that one; of several, an object with the fields of all.
    fn merged(&mut self, parts: &Value, schema: &Map<String, Value>, at: &Place) -> Result<Type, Failed> {
        let parts = parts.as_array().map(Vec::as_slice).unwrap_or_default();
        if let [only] = parts {
            return self.read(only, at);
        }
        let mut fields: Vec<Field> = Vec::new();
        for (index, part) in parts.iter().enumerate() {
            let place = Place::new(format!("{}/allOf/{index}", at.pointer), at.name.clone());
            let part = self.resolved(part).as_object().ok_or_else(|| place.refuse("a schema that is no object"))?;
            if part.get("properties").is_none() {
                return Err(place.refuse("a part of allOf that has no fields of its own"));
            }
            fields.extend(self.fields(part, &place)?);
        }
        self.object(schema, fields, at)
    }

    fn resolved<'s>(&self, schema: &'s Value) -> &'s Value
    where
        'a: 's,
    {
        let target = schema["$ref"].as_str().and_then(|target| target.strip_prefix('#'));
        target.and_then(|pointer| self.document.pointer(pointer)).unwrap_or(schema)
    }

    fn plain(&mut self, schema: &Map<String, Value>, at: &Place) -> Result<Type, Failed> {
        match schema.get("type") {
            None if schema.keys().all(|key| REMARKS.contains(&key.as_str())) => Ok(Type::Any),
            None => Err(at.refuse("a schema without a type")),
            Some(Value::String(name)) => self.of_kind(name, schema, at),
            Some(Value::Array(names)) => {
                let names = names.iter().map(|name| name.as_str().unwrap_or_default());
                let read: Result<Vec<_>, _> = names.map(|name| self.of_kind(name, schema, at)).collect();
                Ok(Type::union(read?))
            }
            Some(other) => Err(at.refuse(format_args!("the type {other}"))),
        }
    }

    fn of_kind(&mut self, kind: &str, schema: &Map<String, Value>, at: &Place) -> Result<Type, Failed> {
        match kind {
            "null" => Ok(Type::Null),
            "boolean" => Ok(Type::Boolean),
            "integer" => Ok(Type::Integer),
            "number" => Ok(Type::Number),
            "string" if schema.get("format").is_some_and(|format| format == "binary") => Ok(Type::Binary),
            "string" => Ok(Type::Text),
            "array" => {
                let items = schema.get("items").unwrap_or(&Value::Bool(true));
                Ok(Type::List(Box::new(self.read(items, &at.inner("items", "Item"))?)))
            }
            "object" => self.of_object(schema, at),
            other => Err(at.refuse(format_args!("the type {other:?}"))),
        }
    }

    fn of_object(&mut self, schema: &Map<String, Value>, at: &Place) -> Result<Type, Failed> {
        if schema.contains_key("properties") {
            if schema.get("additionalProperties").is_some_and(Value::is_object) {
                return Err(at.refuse("named fields together with others of one type"));
            }
            let fields = self.fields(schema, at)?;
            return self.object(schema, fields, at);
        }
        match schema.get("additionalProperties") {
            Some(values) => Ok(Type::Map(Box::new(self.read(values, &at.inner("additionalProperties", "Value"))?))),
            None => Ok(Type::Map(Box::new(Type::Any))),
        }
    }

    fn fields(&mut self, schema: &Map<String, Value>, at: &Place) -> Result<Vec<Field>, Failed> {
        let needed = schema.get("required").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
        properties
            .map(|(name, property)| {
                let ty = self.read(property, &at.inner(&format!("properties/{name}"), name))?;
                let doc = doc_of(property);
                Ok(Field { name: name.clone(), doc, needed: needed.iter().any(|n| n == name), ty })
            })
            .collect()
    }

    /// Keeps an object under its name: its own, or one made of the place where it stands.
    fn object(&mut self, schema: &Map<String, Value>, fields: Vec<Field>, at: &Place) -> Result<Type, Failed> {
        let inline = at.pointer.strip_prefix("/components/schemas/").is_none_or(|name| name != at.name);
        let name = at.name.clone();
        let shape = Shape::Object(fields);
        if inline && self.named.get(&name).is_some_and(|known| known.shape != shape) {
            return Err(at.refuse(format_args!("a second object that would be called {name}")));
        }
        self.keep(&name, &Value::Object(schema.clone()), shape);
        Ok(Type::Named(name))
    }
}

/// What people are told of a field, there or in the variant that is not null.
pub(super) fn doc_of(schema: &Value) -> String {
    let variants = schema["oneOf"].as_array().map(Vec::as_slice).unwrap_or_default();
    let told = std::iter::once(schema).chain(variants).find_map(|schema| schema["description"].as_str());
    told.unwrap_or_default().to_owned()
}

/// The word by which a variant can be told from its siblings.
fn tag_of(variant: &Value) -> Option<String> {
    let properties = variant["properties"].as_object()?;
    properties.values().find_map(|property| {
        match (&property["const"], property["enum"].as_array().map(Vec::as_slice)) {
            (Value::String(word), _) | (_, Some([Value::String(word)])) => Some(word.clone()),
            _ => None,
        }
    })
}

fn literals(words: &Value, at: &Place) -> Result<Type, Failed> {
    let all = words.as_array().map_or(std::slice::from_ref(words), Vec::as_slice);
    let null = all.contains(&Value::Null).then_some(Type::Null);
    let texts = all.iter().filter(|word| !word.is_null()).map(|word| word.as_str().map(str::to_owned));
    let texts: Option<Vec<String>> = texts.collect();
    let words = texts.ok_or_else(|| at.refuse("an enum of something else than words"))?;
    Ok(Type::union([Type::Words(words)].into_iter().chain(null)))
}
