//! A request taken apart, and answers put together.

use super::text::unbase64;
use bytes::Bytes;
use carriers::{Request, Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::Value;

/// A request with its path and query apart.
pub(super) struct Call<'a> {
    pub(super) request: &'a Request,
    pub(super) path: &'a str,
    pub(super) query: Vec<(String, String)>,
}

impl<'a> Call<'a> {
    pub(super) fn of(request: &'a Request) -> Self {
        let (path, query) = request.path_and_query.split_once('?').unwrap_or((&request.path_and_query, ""));
        let query = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Self { request, path, query }
    }

    pub(super) fn method(&self) -> &Method {
        &self.request.method
    }

    pub(super) fn header(&self, name: &str) -> Option<&'a str> {
        self.request.headers.iter().find(|(n, _)| n.as_str() == name).map(|(_, value)| value.as_str())
    }

    /// The last value of this parameter: the one that counts for PHP.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.query.iter().rev().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// All values of a parameter that may be a list: `a=1,2`, `a[]=1&a[]=2`, `a[0]=1`.
    pub(super) fn list(&self, name: &str) -> Vec<&str> {
        let named = |n: &str| n == name || n.strip_prefix(name).is_some_and(|rest| rest.starts_with('['));
        let values = self.query.iter().filter(|(n, _)| named(n));
        values.flat_map(|(_, value)| value.split(',')).map(str::trim).filter(|value| !value.is_empty()).collect()
    }

    /// Whether a parameter says yes, as WordPress reads it.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.get(name).is_some_and(|given| given == "1" || given.eq_ignore_ascii_case("true"))
    }

    /// User and password of Basic sign-in.
    pub(super) fn basic(&self) -> Option<(String, String)> {
        let (scheme, rest) = self.header("authorization")?.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let text = String::from_utf8(unbase64(rest.trim())?).ok()?;
        text.split_once(':').map(|(user, password)| (user.to_owned(), password.to_owned()))
    }

    /// The body as an object; an empty body is an empty one.
    pub(super) fn json(&self) -> Option<serde_json::Map<String, Value>> {
        if self.request.body.is_empty() {
            return Some(serde_json::Map::new());
        }
        match serde_json::from_slice(&self.request.body) {
            Ok(Value::Object(map)) => Some(map),
            _ => None,
        }
    }
}

/// An answer in JSON.
pub(super) fn json(status: u16, value: &Value) -> Response {
    Response::new(status, "application/json; charset=UTF-8", Bytes::from(value.to_string()))
}

/// Adds headers to an answer. What can be none is left out.
pub(super) fn with_headers<const N: usize>(mut answer: Response, headers: [(&'static str, String); N]) -> Response {
    add_headers(&mut answer.headers, headers);
    answer
}

fn add_headers<const N: usize>(map: &mut HeaderMap, headers: [(&'static str, String); N]) {
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(&value)) {
            map.append(name, value);
        }
    }
}
