//! The page on which people work through the queue: one document, one script, one style, all from here.

use crate::lang::{self, Lang};
use axum::response::{IntoResponse, Response};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, Uri, header};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

const STYLE: &str = include_str!("desk.css");
const SCRIPT: &str = concat!(include_str!("words.js"), include_str!("desk.js"));

static FRENCH: LazyLock<String> = LazyLock::new(|| filled(Lang::French));
static ENGLISH: LazyLock<String> = LazyLock::new(|| filled(Lang::English));

/// Only our own script runs, and it calls this server alone.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let digest = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    format!(
        "default-src 'none'; script-src 'self'; style-src 'sha256-{digest}'; connect-src 'self'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    )
});

fn filled(lang: Lang) -> String {
    let (title, other_name, no_script) = match lang {
        Lang::French => (
            "Demandes d’aide",
            "English",
            "Cette page a besoin de JavaScript ; l’API, sous /v1/tickets, n’en a pas besoin.",
        ),
        Lang::English => {
            ("Support desk", "Français", "This page needs JavaScript; the API, under /v1/tickets, does not.")
        }
    };
    let (code, other) = (lang.code(), lang.other().code());
    format!(
        "<!doctype html>\n<html lang=\"{code}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"robots\" content=\"noindex, nofollow\">\n<title>{title}</title>\n<style>{STYLE}</style>\n\
         <script src=\"/desk.js\" defer></script>\n</head>\n<body>\n<header>\n<h1>{title}</h1>\n\
         <p><a href=\"?lang={other}\" lang=\"{other}\" hreflang=\"{other}\">{other_name}</a></p>\n</header>\n\
         <main id=\"desk\"></main>\n<noscript><p>{no_script}</p></noscript>\n\
         <p id=\"said\" role=\"status\" aria-live=\"polite\"></p>\n</body>\n</html>\n"
    )
}

/// The support desk
///
/// The page on which people work through the tickets. It asks for a key with the scope `support`, keeps it as long as the
/// tab is open, and works by the API alone.
#[utoipa::path(get, path = "/desk", operation_id = "desk_page", tag = "support",
    params(("lang" = Option<String>, Query, description = "fr or en; else by the header Accept-Language")),
    responses((status = 200, description = "The page", body = String, content_type = "text/html")))]
pub(crate) async fn show(uri: Uri, headers: HeaderMap) -> Response {
    let lang = lang::of(&uri, &headers);
    let page = match lang {
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
    (told, page).into_response()
}

/// The script of the support desk
///
/// What the page `/desk` runs.
#[utoipa::path(get, path = "/desk.js", operation_id = "desk_script", tag = "support",
    responses((status = 200, description = "A script", body = String, content_type = "text/javascript")))]
pub(crate) async fn script() -> Response {
    let told = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (told, SCRIPT).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_put_into_the_page_as_markup_and_nothing_comes_from_elsewhere() {
        for way in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "new Function",
            "parseFrom",
            "http",
        ] {
            assert!(!SCRIPT.contains(way), "{way}");
        }
        for page in [&*FRENCH, &*ENGLISH] {
            assert!(
                page.contains(STYLE) && !page.contains("http") && !page.contains(" style=") && !page.contains(" on")
            );
        }
    }
}
