//! The page on which somebody tries the picker with a key and a postal code, in French or English. It keeps nothing.

use super::version;
use crate::lang::{self, Lang};
use axum::response::{IntoResponse, Response};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, Uri, header};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

const SCRIPT: &str = include_str!("page.js");
const STYLE: &str = include_str!("page.css");

static FRENCH: LazyLock<String> = LazyLock::new(|| filled(include_str!("page.fr.html")));
static ENGLISH: LazyLock<String> = LazyLock::new(|| filled(include_str!("page.en.html")));

/// Only what is written here and the picker itself runs, and calls go to this server alone.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let digest = |text: &str| STANDARD.encode(Sha256::digest(text.as_bytes()));
    format!(
        "default-src 'none'; script-src 'self' 'sha256-{}'; style-src 'sha256-{}'; connect-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        digest(SCRIPT),
        digest(STYLE)
    )
});

fn filled(template: &str) -> String {
    template.replace("{version}", version()).replace("{style}", STYLE).replace("{script}", SCRIPT)
}

/// A page to try the picker
///
/// Asks for a key and a postal code, and shows the picker as a shop would.
#[utoipa::path(get, path = "/pickup-picker", tag = "operation",
    params(("lang" = Option<String>, Query, description = "fr or en; else by the header Accept-Language")),
    responses((status = 200, description = "A page in French or English", body = String, content_type = "text/html")))]
pub(crate) async fn picker_page(uri: Uri, headers: HeaderMap) -> Response {
    let lang = lang::of(&uri, &headers);
    let text = match lang {
        Lang::French => FRENCH.as_str(),
        Lang::English => ENGLISH.as_str(),
    };
    let told = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_LANGUAGE, lang.code()),
        (header::VARY, "accept-language"),
        (header::CACHE_CONTROL, "no-cache"),
        (header::CONTENT_SECURITY_POLICY, POLICY.as_str()),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (told, text).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_pages_are_whole_and_fetch_nothing_from_elsewhere() {
        for page in [&*FRENCH, &*ENGLISH] {
            assert!(page.contains(STYLE) && page.contains(SCRIPT), "as the policy has them");
            assert!(page.contains(&format!("/pickup-picker.js?v={}", version())));
            assert!(!page.contains("http://") && !page.contains("https://"));
            assert!(!page.contains("{version}") && !page.contains(" style=") && !page.contains(" onclick="));
        }
    }
}
