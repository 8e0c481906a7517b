//! How WooCommerce's door opens: HTTP Basic over https; over plain http OAuth 1.0a with one leg, whose signature stands in
//! the query and keeps the secret off the wire.
//!
//! What is signed (RFC 5849, §3.4.1, with the exceptions of the platform): method, address without query, and every
//! parameter of the query, encoded, sorted, joined and encoded once more. The key is the consumer secret and `&`. A
//! body of JSON is not signed.

use crate::{
    signature::{short_digest, signature},
    wire::encoded,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use clock::Time;
use exchange::Request;
use http::{Method, Uri, header, uri::Scheme};
use percent_encoding::percent_decode_str;

/// The door of one shop, and our key to it.
pub(super) struct Door {
    /// Scheme, host and folder of the shop, as it calls itself.
    base: String,
    is_plain: bool,
    key: String,
    secret: String,
}

impl Door {
    pub(super) fn new(base: &Uri, key: String, secret: String) -> Self {
        let is_plain = base.scheme() == Some(&Scheme::HTTP);
        let scheme = if is_plain { "http" } else { "https" };
        let port = base.port_u16().filter(|port| *port != if is_plain { 80 } else { 443 });
        let port = port.map_or_else(String::new, |port| format!(":{port}"));
        let folder = base.path().trim_end_matches('/');
        let base = format!("{scheme}://{}{port}{folder}", base.host().unwrap_or_default().to_ascii_lowercase());
        Self { base, is_plain, key, secret }
    }

    /// The request with our key; `count` is another for each request, so that no two have the same nonce.
    pub(super) fn open(&self, mut request: Request, now: Time, count: u64) -> Request {
        if self.is_plain {
            let stamp = (now.unix_ms() / 1_000).to_string();
            let nonce = short_digest(format!("{}:{count}:{}", now.unix_ms(), self.secret).as_bytes());
            request.path_and_query = self.signed(&request.method, &request.path_and_query, &stamp, &nonce);
        } else {
            let login = STANDARD.encode(format!("{}:{}", self.key, self.secret));
            request.headers.push((header::AUTHORIZATION, format!("Basic {login}")));
        }
        request
    }

    fn signed(&self, method: &Method, path_and_query: &str, stamp: &str, nonce: &str) -> String {
        let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
        let mut parameters: Vec<(String, String)> = query.split('&').filter(|p| !p.is_empty()).map(parameter).collect();
        for (name, value) in [
            ("oauth_consumer_key", self.key.as_str()),
            ("oauth_nonce", nonce),
            ("oauth_signature_method", "HMAC-SHA256"),
            ("oauth_timestamp", stamp),
        ] {
            parameters.push((encoded(name), encoded(value)));
        }
        parameters.sort();
        let joined: Vec<_> = parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let joined = joined.join("&");
        let address = encoded(&format!("{}{path}", self.base));
        let base_string = format!("{method}&{address}&{}", encoded(&joined));
        let signed = signature(format!("{}&", self.secret).as_bytes(), base_string.as_bytes());
        format!("{path}?{joined}&oauth_signature={}", encoded(&signed))
    }
}

/// A parameter of a query in its encoding of RFC 3986.
fn parameter(text: &str) -> (String, String) {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    let again = |part: &str| encoded(&percent_decode_str(part).decode_utf8_lossy());
    (again(name), again(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire;

    fn door(base: &str) -> Door {
        Door::new(&base.parse().expect("an address"), "ck_1".into(), "cs_2".into())
    }

    /// Worked out beside this code with Python's hmac and urllib.
    #[test]
    fn the_signature_is_that_of_the_rules() {
        let query = "/wp-json/wc/v3/orders?per_page=50&modified_after=2025-12-22T05%3A24%3A00&page=1";
        let signed = door("http://shop.example:8080/boutique/").signed(&Method::GET, query, "1766381040", "abc");
        assert_eq!(
            signed,
            "/wp-json/wc/v3/orders?modified_after=2025-12-22T05%3A24%3A00&oauth_consumer_key=ck_1&oauth_nonce=abc&\
             oauth_signature_method=HMAC-SHA256&oauth_timestamp=1766381040&page=1&per_page=50&\
             oauth_signature=K1Mp4nPqIJAftkFc5OM2SPAER0tOPy7Zw7ipY2Yhxs0%3D"
        );
    }

    #[test]
    fn the_secret_stays_off_the_wire_over_plain_http() {
        let asked = |count| {
            let plain = wire::request(Method::GET, "/wp-json/wc/v3/orders".into(), Vec::new(), None);
            door("http://shop.example").open(plain, Time::from_unix_ms(1_766_381_040_000), count)
        };
        let shown = format!("{} {:?}", asked(0).path_and_query, asked(0).headers);
        assert!(!shown.contains("cs_2") && shown.contains("oauth_signature="), "{shown}");
        assert_ne!(asked(0).path_and_query, asked(1).path_and_query, "each request has a nonce of its own");
    }

    #[test]
    fn over_https_the_key_is_given_as_it_is() {
        let request = wire::request(Method::GET, "/x".into(), Vec::new(), None);
        let opened = door("https://shop.example").open(request, Time::default(), 0);
        assert_eq!(opened.path_and_query, "/x");
        let login = opened.headers.iter().find(|(name, _)| name == header::AUTHORIZATION);
        assert_eq!(login.map(|(_, value)| value.as_str()), Some("Basic Y2tfMTpjc18y"));
    }
}
