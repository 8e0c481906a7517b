//! Who may ask: Basic sign-in where the shop is reached by TLS, a signature by OAuth 1.0a where it is not.

use super::{Woo, WooError};
use crate::shops::{
    call::Call,
    text::{base64, hmac_sha1, hmac_sha256},
};
use clock::Time;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::collections::BTreeMap;

/// How far a request's time may be from ours, seconds (WooCommerce's own window).
const WINDOW_S: i64 = 15 * 60;
/// What stays as it is in a signature (RFC 3986).
const KEPT: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const PARAMETERS: [&str; 5] =
    ["oauth_consumer_key", "oauth_timestamp", "oauth_nonce", "oauth_signature", "oauth_signature_method"];

/// The nonces of the last quarter of an hour, with their times.
#[derive(Debug, Default)]
pub(super) struct Nonces(BTreeMap<String, i64>);

impl Nonces {
    /// Takes a nonce in; false when it was used before.
    fn take(&mut self, nonce: &str, stamp: i64, now_s: i64) -> bool {
        self.0.retain(|_, used| *used >= now_s - WINDOW_S);
        self.0.insert(nonce.to_owned(), stamp).is_none()
    }
}

impl Woo {
    /// Whether the request is signed in; an error when it tries to be and cannot.
    pub(super) fn sign_in(&mut self, now: Time, call: &Call<'_>) -> Result<bool, WooError> {
        if self.options.url.starts_with("https") && self.basic(call)? {
            return Ok(true);
        }
        self.signature(now, call)
    }

    fn basic(&self, call: &Call<'_>) -> Result<bool, WooError> {
        let in_query = call.get("consumer_key").zip(call.get("consumer_secret"));
        let given = in_query.map(|(key, secret)| (key.to_owned(), secret.to_owned())).or_else(|| call.basic());
        match given {
            Some((key, _)) if key != self.access.key => Ok(false),
            Some((_, secret)) if secret != self.access.secret => Err(refused("Consumer secret is invalid.")),
            Some(_) => Ok(true),
            None => Ok(false),
        }
    }

    fn signature(&mut self, now: Time, call: &Call<'_>) -> Result<bool, WooError> {
        let Some(given) = parameters(call)? else { return Ok(false) };
        let get = |name: &str| given.iter().rev().find(|(n, _)| n == name).map_or("", |(_, value)| value.as_str());
        if get("oauth_consumer_key") != self.access.key {
            return Err(refused("Consumer key is invalid."));
        }
        let text = to_sign(call.method().as_str(), &format!("{}{}", self.options.url, call.path), &given);
        let key = format!("{}&", self.access.secret);
        let made = match get("oauth_signature_method") {
            "HMAC-SHA256" => hmac_sha256(key.as_bytes(), text.as_bytes()),
            "HMAC-SHA1" => hmac_sha1(key.as_bytes(), text.as_bytes()),
            _ => return Err(refused("Invalid signature - signature method is invalid.")),
        };
        // Some clients encode the signature once more than the rest.
        let shown = percent_decode_str(get("oauth_signature")).decode_utf8_lossy().into_owned();
        if base64(&made) != shown && base64(&made) != get("oauth_signature") {
            return Err(refused("Invalid signature - provided signature does not match."));
        }
        let now_s = now.unix_ms().div_euclid(1_000);
        let stamp: i64 = get("oauth_timestamp").parse().unwrap_or(0);
        if stamp < now_s - WINDOW_S || stamp > now_s + WINDOW_S {
            return Err(refused("Invalid timestamp."));
        }
        if self.nonces.take(get("oauth_nonce"), stamp, now_s) {
            Ok(true)
        } else {
            Err(refused("Invalid nonce - nonce has already been used."))
        }
    }
}

/// All parameters that are signed; none when the request has nothing of a signature.
fn parameters(call: &Call<'_>) -> Result<Option<Vec<(String, String)>>, WooError> {
    let mut given = call.query.clone();
    given.extend(in_header(call.header("authorization").unwrap_or_default()));
    let missing: Vec<&str> =
        PARAMETERS.into_iter().filter(|name| !given.iter().any(|(n, value)| n == name && !value.is_empty())).collect();
    if missing.len() == PARAMETERS.len() {
        return Ok(None);
    }
    if missing.is_empty() {
        return Ok(Some(given));
    }
    let word = if missing.len() == 1 { "parameter" } else { "parameters" };
    let message = format!("Missing OAuth {word} {}", missing.join(", "));
    Err(WooError::new(401, "woocommerce_rest_authentication_missing_parameter", message))
}

fn in_header(header: &str) -> Vec<(String, String)> {
    let Some(rest) = header.get(..6).filter(|scheme| scheme.eq_ignore_ascii_case("oauth ")).and(header.get(6..)) else {
        return Vec::new();
    };
    let pair = |part: &str| {
        let (name, value) = part.trim().split_once('=')?;
        let value = percent_decode_str(value.trim_matches('"')).decode_utf8_lossy().into_owned();
        name.starts_with("oauth_").then(|| (name.to_owned(), value))
    };
    rest.split(',').filter_map(pair).collect()
}

/// The text that is signed: method, address, and all parameters in order.
fn to_sign(method: &str, url: &str, given: &[(String, String)]) -> String {
    let encode = |text: &str| utf8_percent_encode(text, &KEPT).to_string();
    let pairs: BTreeMap<String, String> = as_php(given).iter().map(|(n, v)| (encode(n), encode(v))).collect();
    let joined: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("{method}&{}&{}", encode(url), encode(&joined.join("&")))
}

/// The parameters as PHP has them: of one that comes twice the last counts, and what comes without a number in a list
/// gets the next.
fn as_php(given: &[(String, String)]) -> BTreeMap<String, &str> {
    let mut counted: BTreeMap<&str, usize> = BTreeMap::new();
    let mut all = BTreeMap::new();
    for (name, value) in given.iter().filter(|(name, _)| name != "oauth_signature") {
        let name = match name.strip_suffix("[]") {
            Some(list) => {
                let count = counted.entry(list).or_default();
                *count += 1;
                format!("{list}[{}]", *count - 1)
            }
            None => name.clone(),
        };
        all.insert(name, value.as_str());
    }
    all
}

fn refused(message: &str) -> WooError {
    WooError::new(401, "woocommerce_rest_authentication_error", message)
}

/// What somebody is told who has not signed in.
pub(super) fn cannot(writes: bool, one: bool) -> WooError {
    let (code, message) = match (writes, one) {
        (false, false) => ("woocommerce_rest_cannot_view", "Sorry, you cannot list resources."),
        (false, true) => ("woocommerce_rest_cannot_view", "Sorry, you cannot view this resource."),
        (true, false) => ("woocommerce_rest_cannot_create", "Sorry, you are not allowed to create resources."),
        (true, true) => ("woocommerce_rest_cannot_edit", "Sorry, you are not allowed to edit this resource."),
    };
    WooError::new(401, code, message)
}
