//! A refusal as an answer: the right status, when to come back, a receipt, and words for whoever asked.

use super::{challenge::shown, page};
use crate::Answer;
use admission::{Client, Lang, Receipt, Rule};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use http_body_util::Full;
use serde::Serialize;

/// The header with the receipt's code.
const RECEIPT: HeaderName = HeaderName::from_static("tournee-receipt");

/// The status of a refusal by this rule: 429 where the one who asks is the cause, 503 where all together are.
const fn status(rule: Rule) -> StatusCode {
    match rule {
        Rule::Rate => StatusCode::TOO_MANY_REQUESTS,
        Rule::Forbidden => StatusCode::FORBIDDEN,
        Rule::NoSuchParcel => StatusCode::NOT_FOUND,
        Rule::Upstream => StatusCode::BAD_GATEWAY,
        Rule::Budget
        | Rule::Overload
        | Rule::Waited
        | Rule::Signature
        | Rule::Token
        | Rule::Connections
        | Rule::Limits => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// The answer: a page for a person, problem details (RFC 9457) for a program.
pub(super) fn answer(
    receipt: &Receipt,
    code: &str,
    retry_after_s: u32,
    client: Client,
    headers: &HeaderMap,
    home: Option<&str>,
) -> Answer {
    let (lang, status) = (page::lang(headers), status(receipt.rule));
    let again =
        matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE).then_some(retry_after_s);
    let words = lang.words(receipt.rule);
    let mut answer = match client {
        Client::Person => {
            let told = page::Refused { retry_after_s: again, receipt: Some(code), home, ..page::Refused::default() };
            shown(lang, page::refused(lang, words, told), again.map(u64::from))
        }
        Client::Program => problem(receipt.rule, status, code, again),
    };
    *answer.status_mut() = status;
    show_receipt(&mut answer, code);
    answer
}

/// The receipt's code in its header. No two are alike: HPACK is not to keep it, which would drive out what comes again.
pub(super) fn show_receipt(answer: &mut Answer, code: &str) {
    if let Ok(mut code) = HeaderValue::try_from(code) {
        code.set_sensitive(true);
        answer.headers_mut().insert(RECEIPT, code);
    }
}

/// Problem details (RFC 9457).
#[derive(Serialize)]
struct Problem<'a> {
    r#type: &'static str,
    title: &'a str,
    status: u16,
    detail: &'a str,
    rule: &'static str,
    receipt: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_s: Option<u32>,
}

fn problem(rule: Rule, status: StatusCode, code: &str, retry_after_s: Option<u32>) -> Answer {
    let words = Lang::En.words(rule);
    let said = Problem {
        r#type: "about:blank",
        title: status.canonical_reason().unwrap_or_default(),
        status: status.as_u16(),
        detail: &[words.what, words.todo].join(" "),
        rule: rule.as_str(),
        receipt: code,
        retry_after_s,
    };
    let mut answer = Response::new(Full::new(Bytes::from(serde_json::to_vec(&said).unwrap_or_default())));
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.extend(retry_after_s.map(|seconds| (header::RETRY_AFTER, HeaderValue::from(seconds))));
    answer
}
