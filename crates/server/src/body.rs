//! Reads request bodies within their bounds, and JSON out of them. A body that cannot be read is explained: line,
//! column, field, what was expected. The explanation never repeats what the body held.

use crate::{
    problem::{Kind, Problem},
    settings::ServerSettings,
};
use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use std::time::Duration;

/// The longest part of an unknown field's name that is repeated, in characters.
const NAME_CHARS_MAX: usize = 64;

/// Reads a whole body.
///
/// # Errors
/// Larger than the settings allow, slower than they allow, or cut.
pub(crate) async fn read(body: Body, settings: &ServerSettings) -> Result<Bytes, Problem> {
    read_up_to(settings.body_bytes_max, body, settings).await
}

/// Reads a whole body of at most so many bytes.
///
/// # Errors
/// Larger than that, slower than the settings allow, or cut.
pub(crate) async fn read_up_to(most: usize, body: Body, settings: &ServerSettings) -> Result<Bytes, Problem> {
    let whole = Limited::new(body, most).collect();
    match tokio::time::timeout(settings.body_time_max, whole).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(e)) if e.is::<LengthLimitError>() => Err(too_large(most)),
        Ok(Err(_)) => Err(cut()),
        Err(_) => Err(slow(settings)),
    }
}

fn too_large(most: usize) -> Problem {
    Problem::new(Kind::BodyTooLarge, format!("A body has at most {most} bytes here; send what is asked for alone."))
        .header(header::CONNECTION, "close".into())
}

/// How long what stands after the limit is read and thrown away, so that the client hears why.
const DRAIN_TIME: Duration = Duration::from_secs(2);

/// As [`read_up_to`]; what is too large is read on and thrown away for a moment, since a client that is still sending
/// would not read the answer.
///
/// # Errors
/// Those of [`read_up_to`].
pub(crate) async fn read_or_drain(most: usize, mut body: Body, settings: &ServerSettings) -> Result<Bytes, Problem> {
    let whole = async {
        let mut bytes = BytesMut::new();
        while let Some(frame) = body.frame().await {
            let piece = frame.map_err(|_| cut())?.into_data().unwrap_or_default();
            if bytes.len() + piece.len() > most {
                return Err(too_large(most));
            }
            bytes.extend_from_slice(&piece);
        }
        Ok(bytes.freeze())
    };
    let read = tokio::time::timeout(settings.body_time_max, whole).await.unwrap_or_else(|_| Err(slow(settings)));
    if read.is_err() {
        drain(&mut body).await;
    }
    read
}

/// Throws away what still comes, for a moment.
pub(crate) async fn drain(body: &mut Body) {
    let all = async { while let Some(Ok(_)) = body.frame().await {} };
    _ = tokio::time::timeout(DRAIN_TIME, all).await;
}

fn cut() -> Problem {
    Problem::new(Kind::BadJson, "The body broke off before its end; send the request again.")
}

fn slow(settings: &ServerSettings) -> Problem {
    let after_s = settings.body_time_max.as_secs();
    Problem::new(Kind::SlowBody, format!("The body was not here after {after_s} s; send the request again."))
}

/// Refuses a body that says that it is something other than JSON. A body that does not say is taken to be JSON.
///
/// # Errors
/// `Content-Type` names another media type.
pub(crate) fn require_json(headers: &HeaderMap) -> Result<(), Problem> {
    let Some(kind) = headers.get(header::CONTENT_TYPE) else { return Ok(()) };
    let essence = kind.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
    let tail = essence.rsplit(['/', '+']).next().unwrap_or_default();
    if tail.eq_ignore_ascii_case("json") {
        return Ok(());
    }
    Err(Problem::new(Kind::MediaType, "This operation reads JSON; send the header Content-Type: application/json.")
        .header(header::ACCEPT, "application/json".into()))
}

/// Reads JSON.
///
/// # Errors
/// A problem that says where and what is wrong.
pub(crate) fn json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // Serde would take a list for an object, its items in the order of the fields.
    if bytes.trim_ascii_start().starts_with(b"[") {
        return Err(Problem::new(Kind::InvalidField, "Expected an object in braces, not a list."));
    }
    serde_json::from_slice(bytes).map_err(|e| explain::<T>(bytes, e))
}

/// Reads a value that was put together here, out of other places than one text: what is wrong has no line.
///
/// # Errors
/// A problem that says which field is wrong and what was expected.
pub(crate) fn from_value<T: DeserializeOwned>(value: &serde_json::Value) -> Result<T, Problem> {
    T::deserialize(value).map_err(|first| match serde_path_to_error::deserialize::<_, T>(value) {
        Err(e) => wrong_data(&e.path().to_string(), &e.inner().to_string(), ""),
        Ok(_) => wrong_data(".", &first.to_string(), ""),
    })
}

/// Reads once more, this time keeping track of the field: only those who make a mistake pay for it.
fn explain<T: DeserializeOwned>(bytes: &[u8], first: serde_json::Error) -> Problem {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Problem::new(Kind::BadJson, "The body is empty; send a JSON object.").at(1, 1);
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    match serde_path_to_error::deserialize::<_, T>(&mut reader) {
        Err(e) => {
            let path = e.path().to_string();
            describe(&path, &e.into_inner())
        }
        Ok(_) => describe(".", &first),
    }
}

fn describe(path: &str, e: &serde_json::Error) -> Problem {
    let (line, column) = (e.line(), e.column());
    let text = e.to_string();
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(before, _)| before);
    let place = in_place(line, column);
    match e.classify() {
        Category::Data => wrong_data(path, text, &format!(" ({place})")),
        _ => Problem::new(Kind::BadJson, format!("Not JSON at {place}: {text}.")),
    }
    .at(line, column)
}

/// Where in the text something stands, in words.
pub(crate) fn in_place(line: usize, column: usize) -> String {
    format!("line {line}, column {column}")
}

/// Turns one of serde's sentences about a value into one of ours.
fn wrong_data(path: &str, text: &str, place: &str) -> Problem {
    if let Some(name) = quoted_after(text, "missing field ") {
        let field = join(path, name);
        return Problem::new(Kind::MissingField, format!("{field} is missing{place}; add it.")).field(field);
    }
    if let Some(name) = quoted_after(text, "unknown field ") {
        let field = join(path, name);
        let known = text.split_once("expected ").map_or("none", |(_, k)| k.trim_start_matches("one of "));
        let detail = format!("{field} is not a field here{place}; the fields are {known}.");
        return Problem::new(Kind::UnknownField, detail).field(field);
    }
    if let Some(name) = quoted_after(text, "duplicate field ") {
        let field = join(path, name);
        return Problem::invalid(&field, format!("{field} stands here twice{place}; leave one."));
    }
    let wanted = in_words(text.rsplit_once("expected ").map_or("something else", |(_, w)| w));
    match path {
        "." => Problem::new(Kind::InvalidField, format!("Expected {wanted}{place}.")),
        field => Problem::invalid(field, format!("{field}: expected {wanted}{place}.")),
    }
}

/// The name in backquotes after this beginning, no longer than is sensible to repeat.
fn quoted_after<'a>(text: &'a str, beginning: &str) -> Option<&'a str> {
    let name = text.strip_prefix(beginning)?.strip_prefix('`')?;
    let name = name.split_once('`').map_or(name, |(n, _)| n);
    let end = name.char_indices().nth(NAME_CHARS_MAX).map_or(name.len(), |(i, _)| i);
    Some(&name[..end])
}

/// The dotted path of a field: the reader's path ends in the object, or already in the field.
fn join(path: &str, name: &str) -> String {
    match path {
        "." => name.to_owned(),
        path if path == name || path.ends_with(&format!(".{name}")) => path.to_owned(),
        path => format!("{path}.{name}"),
    }
}

fn in_words(rust: &str) -> &str {
    match rust {
        "u32" | "u64" | "u16" => "a whole number, 0 or more",
        "a string" | "string" => "text in quotes",
        "a boolean" => "true or false",
        other if other.starts_with("struct ") || other.starts_with("a map") => "an object in braces",
        other if other.starts_with("internally tagged") => "an object in braces",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read into")]
    struct Outer {
        count: u32,
        inner: Option<Inner>,
        flag: Option<bool>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read into")]
    struct Inner {
        name: String,
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        let cases = [
            ("", "bad-json", None, "empty"),
            ("{\n  \"count\": 3,,\n}", "bad-json", None, "line 2, column 14"),
            ("{\"count\": 3} x", "bad-json", None, "trailing"),
            ("{\"count\": 3", "bad-json", None, "EOF"),
            ("{}", "missing-field", Some("count"), "add it"),
            ("{\"count\":1,\"inner\":{}}", "missing-field", Some("inner.name"), "add it"),
            ("{\"count\":1,\"cuont\":2}", "unknown-field", Some("cuont"), "`count`, `inner`, `flag`"),
            ("{\"count\":1,\"inner\":{\"nmae\":2}}", "unknown-field", Some("inner.nmae"), "`name`"),
            ("{\"count\":1,\"count\":2}", "invalid-field", Some("count"), "twice"),
            ("{\"count\":-1}", "invalid-field", Some("count"), "a whole number"),
            ("{\"count\":\"hush\"}", "invalid-field", Some("count"), "a whole number"),
            ("{\"count\":1,\"inner\":{\"name\":4}}", "invalid-field", Some("inner.name"), "text in quotes"),
            ("{\"count\":1,\"inner\":4}", "invalid-field", Some("inner"), "an object in braces"),
            ("{\"count\":1,\"flag\":\"hush\"}", "invalid-field", Some("flag"), "true or false"),
            ("[1]", "invalid-field", None, "an object in braces"),
            ("7", "invalid-field", None, "an object in braces"),
        ];
        for (body, kind, field, says) in cases {
            let problem = json::<Outer>(body.as_bytes()).expect_err(body);
            let told = format!("{problem:?}");
            assert_eq!(problem.kind().slug(), kind, "{body}: {told}");
            assert_eq!(problem.named_field(), field, "{body}: {told}");
            assert!(told.contains(says) && !told.contains("hush"), "{body}: {told}");
        }
    }

    #[test]
    fn json_has_several_names() {
        for (kind, good) in [
            ("application/json", true),
            ("application/JSON; charset=utf-8", true),
            ("application/merge-patch+json", true),
            ("text/plain", false),
            ("application/x-www-form-urlencoded", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, kind.parse().expect("a value"))]);
            assert_eq!(require_json(&headers).is_ok(), good, "{kind}");
        }
        assert!(require_json(&HeaderMap::new()).is_ok());
    }
}
