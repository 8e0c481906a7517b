//! Which operations a page of a shop may call from the buyer's browser, whatever its origin.
//!
//! Only those that a publishable key may do: they are signed by that key and by no cookie, so that any origin may have
//! them and none gains by it.

use http::{HeaderName, Method, header};
use std::time::Duration;
use tower_http::cors::{Any, CorsLayer};

/// How long a browser may remember what it was allowed; none remembers it for longer.
const REMEMBERED: Duration = Duration::from_secs(24 * 60 * 60);
const TOLD: [HeaderName; 3] =
    [header::RETRY_AFTER, HeaderName::from_static("ratelimit"), HeaderName::from_static("ratelimit-policy")];

/// Lets every origin by, with the header that carries the key.
pub(crate) fn open() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE, HeaderName::from_static("idempotency-key")])
        .expose_headers(TOLD)
        .max_age(REMEMBERED)
}
