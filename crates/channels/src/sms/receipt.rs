//! Receipts that a gateway posts back: verified by the same signature as our own webhooks, then read.
//!
//! The body is `{"id": …, "status": "delivered" | "failed" | …}` or a list of those, and the headers are those of Standard
//! Webhooks (`webhook-id`, `webhook-timestamp`, `webhook-signature`) under a secret that the gateway was given.

use crate::webhook::Secret;
use http::HeaderMap;
use serde::Deserialize;
use standardwebhooks::{HEADER_WEBHOOK_ID, HEADER_WEBHOOK_SIGNATURE, HEADER_WEBHOOK_TIMESTAMP};

/// How old or early a callback may be, in seconds.
const SKEW_S_MAX: u64 = 300;
/// Receipts of one callback, at most.
const RECEIPTS_COUNT_MAX: usize = 1_000;
/// The longest name of a message, in characters.
const NAME_CHARS_MAX: usize = 200;
/// Signatures that are looked at, at most: some secrets count at once while one is replaced.
const SIGNATURES_COUNT_MAX: usize = 8;

/// What a receipt says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Of which message: the gateway's name for it, or ours.
    pub name: String,
    /// Whether it has arrived; otherwise it never will.
    pub delivered: bool,
}

/// Why a callback is not believed, or not understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadReceipt {
    /// Not signed with the secret.
    #[error("the callback is not signed with our secret; sign it as Standard Webhooks are")]
    Forged,
    /// Signed, but some minutes ago.
    #[error("the callback is too old, or from the future; check the clock and sign it anew")]
    Stale,
    /// Signed, but not receipts.
    #[error("the body is no receipt; send {{\"id\": …, \"status\": \"delivered\"}} or a list of up to 1000 of them")]
    NotReceipts,
}

#[derive(Deserialize)]
struct Written {
    id: String,
    status: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Posted {
    One(Written),
    Many(Vec<Written>),
}

/// Verifies a callback at this time (seconds since 1970) and reads it. A status that is neither arrived nor lost says nothing
/// yet, and is passed over.
///
/// # Errors
/// [`BadReceipt`].
pub fn read_receipts(
    secret: &Secret,
    headers: &HeaderMap,
    body: &[u8],
    now_s: i64,
) -> Result<Vec<Receipt>, BadReceipt> {
    verify(secret, headers, body, now_s)?;
    let posted = match serde_json::from_slice(body).map_err(|_| BadReceipt::NotReceipts)? {
        Posted::One(one) => vec![one],
        Posted::Many(many) => many,
    };
    let named = |one: &Written| !one.id.is_empty() && one.id.chars().count() <= NAME_CHARS_MAX;
    if posted.len() > RECEIPTS_COUNT_MAX || !posted.iter().all(named) {
        return Err(BadReceipt::NotReceipts);
    }
    let told = |one: Written| arrived(&one.status).map(|delivered| Receipt { name: one.id, delivered });
    Ok(posted.into_iter().filter_map(told).collect())
}

fn verify(secret: &Secret, headers: &HeaderMap, body: &[u8], now_s: i64) -> Result<(), BadReceipt> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).ok_or(BadReceipt::Forged);
    let (id, signatures) = (text(HEADER_WEBHOOK_ID)?, text(HEADER_WEBHOOK_SIGNATURE)?);
    let at_s: i64 = text(HEADER_WEBHOOK_TIMESTAMP)?.parse().map_err(|_| BadReceipt::Forged)?;
    let good = secret.sign(id, at_s, body).ok_or(BadReceipt::Forged)?;
    let mut given = signatures.split(' ').take(SIGNATURES_COUNT_MAX);
    if !given.any(|given| same(given.as_bytes(), good.as_bytes())) {
        return Err(BadReceipt::Forged);
    }
    if now_s.abs_diff(at_s) > SKEW_S_MAX { Err(BadReceipt::Stale) } else { Ok(()) }
}

/// In a time that does not say how much of it is right.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}

/// By the words of gateways and those of SMPP receipts.
fn arrived(status: &str) -> Option<bool> {
    match status.to_ascii_lowercase().as_str() {
        "delivered" | "delivrd" => Some(true),
        "failed" | "undelivered" | "undeliv" | "undeliverable" | "expired" | "rejected" | "rejectd" | "deleted" => {
            Some(false)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    const NOW_S: i64 = 1_766_560_000;

    fn signed(secret: &Secret, at_s: i64, body: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let signature = secret.sign("cb_1", at_s, body.as_bytes()).expect("signed");
        headers.insert(HEADER_WEBHOOK_ID, HeaderValue::from_static("cb_1"));
        headers.insert(HEADER_WEBHOOK_TIMESTAMP, HeaderValue::from(at_s));
        headers.insert(HEADER_WEBHOOK_SIGNATURE, HeaderValue::from_str(&signature).expect("a header"));
        headers
    }

    fn read(body: &str) -> Result<Vec<Receipt>, BadReceipt> {
        let secret = Secret::from_bytes(&[1; 32]);
        read_receipts(&secret, &signed(&secret, NOW_S - 10, body), body.as_bytes(), NOW_S)
    }

    #[test]
    fn what_the_gateway_signed_is_read() {
        let receipt = |name: &str, delivered| Receipt { name: name.to_owned(), delivered };
        assert_eq!(read(r#"{"id":"g1","status":"delivered","at":"x"}"#), Ok(vec![receipt("g1", true)]));
        let several = r#"[{"id":"a","status":"UNDELIV"},{"id":"b","status":"buffered"},{"id":"c","status":"DELIVRD"}]"#;
        assert_eq!(read(several), Ok(vec![receipt("a", false), receipt("c", true)]));
        for bad in ["", "{}", "3", r#"{"id":"","status":"delivered"}"#, r#"[[]]"#] {
            assert_eq!(read(bad), Err(BadReceipt::NotReceipts), "{bad}");
        }
    }

    #[test]
    fn nobody_else_is_believed() {
        let (secret, other) = (Secret::from_bytes(&[1; 32]), Secret::from_bytes(&[2; 32]));
        let body = r#"{"id":"g1","status":"delivered"}"#;
        let of = |headers: &HeaderMap, body: &str| read_receipts(&secret, headers, body.as_bytes(), NOW_S);
        assert_eq!(of(&signed(&other, NOW_S, body), body), Err(BadReceipt::Forged), "another secret");
        assert_eq!(of(&signed(&secret, NOW_S, body), "[]"), Err(BadReceipt::Forged), "another body");
        assert_eq!(of(&HeaderMap::new(), body), Err(BadReceipt::Forged), "no signature");
        assert_eq!(of(&signed(&secret, NOW_S - 301, body), body), Err(BadReceipt::Stale));
        assert_eq!(of(&signed(&secret, NOW_S + 301, body), body), Err(BadReceipt::Stale));
        let mut moved = signed(&secret, NOW_S - 301, body);
        moved.insert(HEADER_WEBHOOK_TIMESTAMP, HeaderValue::from(NOW_S));
        assert_eq!(of(&moved, body), Err(BadReceipt::Forged), "the time is signed too");
    }
}
