//! Forms that are ready to be sent: bytes, the same bytes gzipped, and the headers of both.

use bytes::Bytes;
use edge::takes_gzip;
use flate2::{Compression, write::GzEncoder};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};
use http_body_util::Full;
use notice::Lang;
use sha2::{Digest, Sha256};
use std::{collections::HashMap, io::Write, sync::Arc};

/// How long anybody may take a form for the present without asking again, in seconds.
const FRESH: HeaderValue = HeaderValue::from_static("public, max-age=5, must-revalidate");
/// Nothing is known: ask again each time.
const NOT_FRESH: HeaderValue = HeaderValue::from_static("no-cache");
/// How hard is tried to make it small: this is done for every board, so not as hard as it goes.
const GZIP_LEVEL: u32 = 5;

/// What a form is, and how it may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Page,
    Json,
    Atom,
    Rss,
}

/// One form in one language.
pub(super) struct Form {
    status: StatusCode,
    plain: Ready,
    gzip: Ready,
    unchanged: [HeaderMap; 2],
    etags: [String; 2],
}

/// Bytes with their headers.
struct Ready {
    headers: HeaderMap,
    body: Bytes,
}

/// Every form by its path, in French and in English.
pub(super) type Forms = HashMap<String, [Arc<Form>; 2]>;

/// How a page may be used: it shows itself.
pub(super) type Policy = HeaderValue;

impl Form {
    pub(super) fn new(kind: Kind, lang: Lang, policy: &Policy, known: bool, text: String) -> Self {
        let plain = Bytes::from(text);
        let gzip = squeezed(&plain);
        let print: String = Sha256::digest(&plain).iter().take(10).map(|byte| format!("{byte:02x}")).collect();
        let etags = [format!("\"{print}\""), format!("\"{print}-gzip\"")];
        let mut headers = kind.headers(policy);
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(lang.code()));
        headers.insert(header::VARY, HeaderValue::from_static("accept-language, accept-encoding"));
        headers.insert(header::CACHE_CONTROL, if known { FRESH } else { NOT_FRESH });
        let status = if known { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
        if !known {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("15"));
        }
        let tagged = |etag: &str| {
            let mut headers = headers.clone();
            headers.extend(HeaderValue::try_from(etag).map(|etag| (header::ETAG, etag)));
            headers
        };
        let unchanged = [tagged(&etags[0]), tagged(&etags[1])];
        let plain = Ready { headers: unchanged[0].clone(), body: plain };
        let mut gzip = Ready { headers: unchanged[1].clone(), body: gzip };
        gzip.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        Self { status, plain, gzip, unchanged, etags }
    }

    /// Whether it says this, as what is or is not known.
    pub(super) fn says(&self, known: bool, text: &str) -> bool {
        (self.status == StatusCode::OK) == known && self.plain.body == text
    }

    /// The answer to a request with these headers.
    pub(super) fn answer(&self, headers: &HeaderMap) -> Response<Full<Bytes>> {
        let place = usize::from(takes_gzip(headers));
        let ready = if place == 1 { &self.gzip } else { &self.plain };
        let has = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|line| line.to_str().ok());
        if self.status == StatusCode::OK && has.into_iter().any(|line| names(line, &self.etags)) {
            return of(StatusCode::NOT_MODIFIED, self.unchanged[place].clone(), Bytes::new());
        }
        of(self.status, ready.headers.clone(), ready.body.clone())
    }
}

impl Kind {
    fn headers(self, policy: &Policy) -> HeaderMap {
        let content_type = match self {
            Self::Page => "text/html; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
            Self::Atom => "application/atom+xml; charset=utf-8",
            Self::Rss => "application/rss+xml; charset=utf-8",
        };
        let mut headers = HeaderMap::from_iter([
            (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
            (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        ]);
        if self == Self::Page {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy.clone());
            headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        } else {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
            let shown = HeaderValue::from_static("etag, content-language, retry-after");
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, shown);
        }
        headers
    }
}

/// An answer that sends the reader elsewhere on this server.
pub(super) fn elsewhere(path: &'static str) -> Response<Full<Bytes>> {
    let headers = HeaderMap::from_iter([(header::LOCATION, HeaderValue::from_static(path))]);
    of(StatusCode::FOUND, headers, Bytes::new())
}

/// The answer to what may only be read.
pub(super) fn read_only() -> Response<Full<Bytes>> {
    let allowed = [Method::GET.as_str(), Method::HEAD.as_str()].join(", ");
    let headers = HeaderValue::try_from(allowed).map(|allowed| (header::ALLOW, allowed));
    of(StatusCode::METHOD_NOT_ALLOWED, HeaderMap::from_iter(headers), Bytes::new())
}

fn of(status: StatusCode, headers: HeaderMap, body: Bytes) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

/// Whether one of the tags is named; `W/` before a tag means nothing for a read.
fn names(line: &str, etags: &[String; 2]) -> bool {
    let mut named = line.split(',').map(|tag| tag.trim().trim_start_matches("W/"));
    named.any(|tag| tag == "*" || etags.iter().any(|etag| etag == tag))
}

fn squeezed(text: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::with_capacity(text.len() / 4), Compression::new(GZIP_LEVEL));
    // Writing to memory cannot fail.
    let _ = encoder.write_all(text);
    encoder.finish().unwrap_or_default().into()
}

/// The header that says how a page may be used.
pub(super) fn policy(style: &str) -> Policy {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let digest = STANDARD.encode(Sha256::digest(style.as_bytes()));
    let text = format!(
        "default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}
