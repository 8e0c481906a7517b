//! The page on which somebody tries the picker with a key and a postal code, in French or English. It keeps nothing.

use super::version;
use axum::{
    extract::{Query, rejection::QueryRejection},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, header};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::sync::LazyLock;
use utoipa::{IntoParams, ToSchema};

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

/// A language that the page is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Language {
    Fr,
    En,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct Asked {
    /// The language, `fr` or `en`; as the header `Accept-Language` says when it is not named.
    #[param(inline)]
    lang: Option<Language>,
}

/// A page to try the picker
///
/// Asks for a key and a postal code, and shows the picker as a shop would.
#[utoipa::path(get, path = "/pickup-picker", tag = "operation", params(Asked),
    responses((status = 200, description = "A page in French or English", body = String, content_type = "text/html")))]
pub(crate) async fn picker_page(query: Result<Query<Asked>, QueryRejection>, headers: HeaderMap) -> Response {
    let named = query.ok().and_then(|Query(asked)| asked.lang);
    let wished = headers.get(header::ACCEPT_LANGUAGE).and_then(|wish| wish.to_str().ok()).unwrap_or_default();
    let language = named.unwrap_or_else(|| preferred(wished));
    let text = if language == Language::Fr { FRENCH.as_str() } else { ENGLISH.as_str() };
    let told = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_LANGUAGE, if language == Language::Fr { "fr" } else { "en" }),
        (header::VARY, "accept-language"),
        (header::CACHE_CONTROL, "no-cache"),
        (header::CONTENT_SECURITY_POLICY, POLICY.as_str()),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (told, text).into_response()
}

/// The language that `Accept-Language` likes better; English when it likes neither.
fn preferred(wished: &str) -> Language {
    let weight = |language: &str| {
        let of_it = |part: &str| {
            let (tag, rest) = part.split_once(';').unwrap_or((part, ""));
            let primary = tag.trim().split('-').next().unwrap_or_default();
            let weight = rest.trim().strip_prefix("q=").map_or(1.0, |text| text.trim().parse().unwrap_or(0.0));
            primary.eq_ignore_ascii_case(language).then_some(weight)
        };
        wished.split(',').filter_map(of_it).fold(0.0_f32, f32::max)
    };
    if weight("fr") > weight("en") { Language::Fr } else { Language::En }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_better_liked_language_is_taken() {
        for (wished, language) in [
            ("fr", Language::Fr),
            ("fr-CA, en;q=0.9", Language::Fr),
            ("en-GB,en;q=0.9,fr;q=0.8", Language::En),
            ("de, fr;q=0.4, en;q=0.2", Language::Fr),
            ("fr;q=0", Language::En),
            ("fr;q=nonsense", Language::En),
            ("", Language::En),
        ] {
            assert_eq!(preferred(wished), language, "{wished}");
        }
    }

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
