//! Reads the description of the API, `docs/openapi.json`, into an [`Api`]: the operations of the API in our own words,
//! under `/v1`, and every type that they speak of. What the clients could not do right is refused with its place.

use super::{
    model::{Answer, Api, Body, Field, Named, Operation, Type},
    schema::{Place, Schemas, doc_of},
    words,
};
use crate::shop::Failed;
use serde_json::Value;

/// Where our own API is. The carrier-compatible endpoints have clients of their own, and health is for machines.
const OURS: &str = "/v1/";
/// The answer to everything that goes wrong.
const PROBLEM: &str = "#/components/schemas/Problem";
const PROBLEM_MEDIA: &str = "application/problem+json";
/// Headers that the clients write by themselves.
const OWN_HEADERS: &[&str] = &["accept", "authorization", "content-type"];
const METHODS: &[&str] = &["get", "post", "put", "patch", "delete"];

pub(super) fn read(document: &Value) -> Result<Api, Failed> {
    let mut schemas = Schemas::of(document);
    schemas.read(&serde_json::json!({ "$ref": PROBLEM }), &Place::new("", ""))?;
    let mut operations = Vec::new();
    for (path, item) in entries(document.get("paths")).filter(|(path, _)| path.starts_with(OURS)) {
        for (method, operation) in entries(Some(item)) {
            let at = Place::new(format!("/paths/{}/{method}", path.replace('/', "~1")), "");
            if !METHODS.contains(&method.as_str()) {
                return Err(at.refuse(format_args!("{method} beside operations")));
            }
            operations.push(OperationAt { path, method, operation, at }.read(&mut schemas)?);
        }
    }
    let version = document["info"]["version"].as_str().unwrap_or_default().to_owned();
    Ok(Api { version, types: schemas.into_types(), operations })
}

fn entries(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    value.and_then(Value::as_object).into_iter().flatten()
}

/// One operation in the description.
struct OperationAt<'a> {
    path: &'a str,
    method: &'a str,
    operation: &'a Value,
    at: Place,
}

impl OperationAt<'_> {
    fn read(&self, schemas: &mut Schemas<'_>) -> Result<Operation, Failed> {
        let text = |key: &str| self.operation[key].as_str().unwrap_or_default().trim();
        let id = text("operationId").to_owned();
        if id.is_empty() {
            return Err(self.at.refuse("an operation without an operationId"));
        }
        let doc = format!("{}.\n\n{}", text("summary").trim_end_matches('.'), text("description"));
        Ok(Operation {
            method: self.method.to_uppercase(),
            path: self.path.into(),
            doc,
            in_path: self.parameters("path", &id, schemas)?,
            in_query: self.parameters("query", &id, schemas)?,
            in_header: self.parameters("header", &id, schemas)?,
            body: self.body(&id, schemas)?,
            answer: self.answer(&id, schemas)?,
            id,
        })
    }

    fn parameters(&self, place: &str, id: &str, schemas: &mut Schemas<'_>) -> Result<Vec<Field>, Failed> {
        let all = self.operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
        if let Some(other) = all.iter().find(|p| !["path", "query", "header"].iter().any(|known| p["in"] == *known)) {
            return Err(self.at.refuse(format_args!("a parameter in {}", other["in"])));
        }
        let here = all.iter().filter(|parameter| parameter["in"] == place);
        let read = here.map(|parameter| {
            let name = parameter["name"].as_str().unwrap_or_default();
            let hint = format!("{}{}", words::pascal(id), words::pascal(name));
            let at = Place::new(format!("{}/parameters/{name}", self.place()), hint);
            Ok(Field {
                name: name.into(),
                doc: doc_of(parameter),
                needed: parameter["required"] == true,
                ty: schemas.read(&parameter["schema"], &at)?.without_null(),
            })
        });
        let own = |field: &Field| OWN_HEADERS.contains(&field.name.to_lowercase().as_str());
        read.filter(|field| place != "header" || !field.as_ref().is_ok_and(own)).collect()
    }

    fn place(&self) -> String {
        format!("/paths/{}/{}", self.path.replace('/', "~1"), self.method)
    }

    fn body(&self, id: &str, schemas: &mut Schemas<'_>) -> Result<Option<Body>, Failed> {
        let Some(body) = self.operation.get("requestBody") else { return Ok(None) };
        let contents = Contents::of(body, &self.place(), &format!("{}Request", words::pascal(id)), schemas)?;
        if contents.json == Some(Type::Any) && !contents.raw.is_empty() {
            return Err(self.at.refuse("a JSON body without a schema beside other bodies"));
        }
        Ok(Some(Body { needed: body["required"] == true, json: contents.json, raw: contents.raw }))
    }

    /// What the answers of the statuses 2xx have in common.
    fn answer(&self, id: &str, schemas: &mut Schemas<'_>) -> Result<Answer, Failed> {
        let (mut json, mut raw) = (Vec::new(), Vec::new());
        let good = entries(self.operation.get("responses")).filter(|(status, _)| status.starts_with('2'));
        let mut empty = 0;
        for (status, response) in good {
            let place = format!("{}/responses/{status}", self.place());
            let contents = Contents::of(response, &place, &format!("{}Answer", words::pascal(id)), schemas)?;
            empty += usize::from(contents.json.is_none() && contents.raw.is_empty());
            json.extend(contents.json);
            raw.extend(contents.raw);
        }
        if empty > 0 && !(json.is_empty() && raw.is_empty()) {
            return Err(self.at.refuse("answers with a body beside answers without one"));
        }
        raw.sort();
        raw.dedup();
        Ok(Answer { json: (!json.is_empty()).then(|| Type::union(json)), raw })
    }
}

/// The media types of a body.
struct Contents {
    json: Option<Type>,
    raw: Vec<String>,
}

impl Contents {
    fn of(body: &Value, place: &str, hint: &str, schemas: &mut Schemas<'_>) -> Result<Self, Failed> {
        let at = Place::new(format!("{place}/content"), hint);
        if body.get("$ref").is_some() {
            return Err(at.refuse("a body by reference"));
        }
        let (mut json, mut raw) = (Vec::new(), Vec::new());
        for (media, content) in entries(body.get("content")).filter(|(media, _)| *media != PROBLEM_MEDIA) {
            if media == "application/json" {
                json.push(schemas.read(content.get("schema").unwrap_or(&Value::Bool(true)), &at)?);
            } else {
                raw.push(media.clone());
            }
        }
        Ok(Self { json: (!json.is_empty()).then(|| Type::union(json)), raw })
    }
}

/// Refuses an API whose names would hide those that a client has already.
pub(super) fn refuse_names(api: &Api, taken: &[&str]) -> Result<(), Failed> {
    let clash = api.types.iter().find(|Named { name, .. }| taken.contains(&name.as_str()));
    clash.map_or(Ok(()), |Named { name, .. }| {
        Err(Failed(format!(
            "docs/openapi.json#/components/schemas/{name}: the clients have a thing of that name: call the schema otherwise"
        )))
    })
}
