//! One call to a shop and the class of its answer, the same for every platform.

use crate::{Blame, Retry, ShopError};
use bytes::Bytes;
use exchange::{Request, Response, Transport};
use http::{HeaderName, Method, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use std::{sync::Arc, time::Duration};

/// How long to leave a shop alone that says it has too much to do, and not how long.
const BUSY_RETRY: Duration = Duration::from_secs(10);
/// How long to leave a shop alone whose server failed.
const FAILED_RETRY: Duration = Duration::from_secs(30);
/// The longest wait that a shop may wish for.
const WISH_MAX: Duration = Duration::from_secs(3_600);

/// Everything but what RFC 3986 calls unreserved.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Whether a call changes anything in the shop: one that does may have happened when its answer is lost.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// It asks.
    Reads,
    /// It tells.
    Writes,
}

/// The way to one shop.
pub(crate) struct Wire {
    pub(crate) transport: Arc<dyn Transport>,
    /// Time for one call.
    pub(crate) deadline: Duration,
}

/// A platform's own words for a refusal: its code and what it says.
pub(crate) type Words = fn(&Value) -> Option<(String, String)>;

impl Wire {
    /// Makes one call. An answer in 200–299 is handed on, any other is an error.
    pub(crate) async fn call(&self, request: Request, effect: Effect, words: Words) -> Result<Response, ShopError> {
        let exchange = self.transport.exchange(request, self.deadline, Box::new(|| ())).await;
        let answer = match &exchange.result {
            Ok(response) => class_of(response, words).map_or_else(|| Ok(response.clone()), Err),
            Err(broken) => Err(ShopError::of_break(exchange.reached, broken)),
        };
        answer.map_err(|error| error.of(effect))
    }

    /// Makes one call whose answer is JSON.
    pub(crate) async fn json(&self, request: Request, effect: Effect, words: Words) -> Result<Answer, ShopError> {
        let response = self.call(request, effect, words).await?;
        let value = serde_json::from_slice(json_of(&response.body)).map_err(|_| not_the_protocol().of(effect))?;
        Ok(Answer { value, response })
    }
}

/// An answer and what it says.
pub(crate) struct Answer {
    pub(crate) value: Value,
    pub(crate) response: Response,
}

impl ShopError {
    /// The same failure of a call with this effect.
    pub(crate) fn of(self, effect: Effect) -> Self {
        if effect == Effect::Reads { self.of_a_question() } else { self }
    }
}

/// PHP's warnings stand before the JSON where a shop shows them; a byte order mark does in some.
fn json_of(body: &[u8]) -> &[u8] {
    let begin = body.iter().position(|b| matches!(b, b'{' | b'[')).unwrap_or(0);
    if body.trim_ascii_start().starts_with(b"<!") { body } else { &body[begin..] }
}

/// The error that an answer is; none for one that is good.
fn class_of(response: &Response, words: Words) -> Option<ShopError> {
    let wish = response.retry_after.map_or(BUSY_RETRY, |wish| wish.min(WISH_MAX));
    let said = || serde_json::from_slice(json_of(&response.body)).ok().and_then(|value| words(&value));
    let by = |blame, retry, code: &str, message: &str| {
        let (code, message) = match said() {
            Some((own, text)) if text.is_empty() => (own, message.to_owned()),
            Some((own, text)) => (own, format!("{message}; the shop says: {text}")),
            None => (code.to_owned(), message.to_owned()),
        };
        Some(ShopError::new(blame, retry, code, message))
    };
    match response.status {
        200..=299 => None,
        300..=399 => Some(ShopError::new(
            Blame::Us,
            Retry::Never,
            "moved",
            "the shop answers at another address (https, www or a folder); put that address into its settings",
        )),
        401 => by(Blame::Us, Retry::Never, "credentials", "the shop does not take our key; check it, and its rights"),
        403 => by(Blame::Us, Retry::Never, "not_allowed", "our key may not do this in the shop; give it the right to"),
        404 | 410 => by(Blame::Caller, Retry::Never, "not_found", "the shop has no such thing"),
        408 | 425 | 429 => by(Blame::Them, Retry::After(wish), "too_many", "the shop asks us to slow down"),
        402 | 423 => by(Blame::Us, Retry::After(WISH_MAX), "shop_closed", "the shop is closed or locked"),
        503 => by(Blame::Them, Retry::After(wish.max(FAILED_RETRY)), "unavailable", "the shop is not available"),
        500.. => by(Blame::Them, Retry::Unknown, "shop_failed", "the shop's server failed"),
        _ => by(Blame::Caller, Retry::Never, "refused", "the shop refused"),
    }
}

/// An answer that is nothing of the platform's.
pub(crate) fn not_the_protocol() -> ShopError {
    let message = "the answer is none of the platform's (a page for people, or a piece); is the address the shop's?";
    ShopError::new(Blame::Them, Retry::Unknown, "not_the_protocol", message)
}

/// A request with this body; none has no `content-type`.
pub(crate) fn request(
    method: Method,
    path_and_query: String,
    mut headers: Vec<(HeaderName, String)>,
    body: Option<(&str, Bytes)>,
) -> Request {
    headers.push((header::ACCEPT, "application/json".to_owned()));
    if let Some((content_type, _)) = &body {
        headers.push((header::CONTENT_TYPE, (*content_type).to_owned()));
    }
    Request { method, path_and_query, headers, body: body.map(|(_, bytes)| bytes).unwrap_or_default() }
}

/// An id of digits, as it may stand in a path.
///
/// # Errors
/// When it is none.
pub(crate) fn numeric(id: &str) -> Result<String, ShopError> {
    let digits = (1..=20).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_digit());
    let bad = || ShopError::new(Blame::Caller, Retry::Never, "bad_id", "the platform's ids are numbers");
    digits.then(|| id.to_owned()).ok_or_else(bad)
}

/// A text as it may stand in a query.
pub(crate) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// A platform's code where it is one: letters, digits and `_ . -`, at most 64.
pub(crate) fn code(text: Option<String>) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    text.filter(|text| !text.is_empty() && text.len() <= 64 && text.chars().all(plain))
}

/// What a shop says, without what may be private: words with an `@`, with more than three digits, or in quotes are left
/// out, and what is beyond 160 characters.
pub(crate) fn said(text: &str) -> String {
    let outside: String = text.split(['"', '\u{201c}', '\u{201d}', '«', '»']).step_by(2).collect::<Vec<_>>().join("…");
    let private = |word: &str| word.contains('@') || word.chars().filter(char::is_ascii_digit).count() > 3;
    let words = outside.split_whitespace().map(|word| if private(word) { "…" } else { word });
    words.collect::<Vec<_>>().join(" ").chars().filter(|c| !c.is_control()).take(160).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_shop_says_is_told_without_what_is_private() {
        assert_eq!(said("Invalid e-mail jane@example.com given"), "Invalid e-mail … given");
        assert_eq!(said("Phone 0612345678 of \"Jane Doe\" is wrong"), "Phone … of … is wrong");
        assert_eq!(said("Fulfillment order does not exist."), "Fulfillment order does not exist.");
        assert_eq!(said(&"x".repeat(500)).len(), 160);
    }

    #[test]
    fn warnings_before_json_are_passed_over_and_pages_are_not() {
        assert_eq!(json_of(b"<br />\n<b>Notice</b>: x {\"a\":1}"), b"{\"a\":1}");
        assert_eq!(json_of("\u{feff}[1]".as_bytes()), b"[1]");
        assert_eq!(json_of(b" <!DOCTYPE html><style>{}</style>"), b" <!DOCTYPE html><style>{}</style>");
    }
}
