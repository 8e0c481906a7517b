//! The picker of pickup points that shops embed in their checkout: one script without dependencies, and a page to try it.
//!
//! The script is put together once from the readable parts beside this file. It is public and the same for everybody, so
//! it may be kept by whoever fetches it, and still be used for a week while this server cannot be reached.

pub(crate) mod page;

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use sha2::{Digest, Sha256};
use std::{fmt::Write, sync::LazyLock};
use utoipa::IntoParams;

/// What begins the script; it stands alone before the parts.
const HEAD: &str = "// Tournée's picker of pickup points: <tournee-pickup-picker>. MIT OR Apache-2.0.\n\
    // To read it, see crates/server/src/picker in its source.\n";
/// The parts in the order in which they build upon each other. The style comes before them.
const PARTS: [&str; 8] = [
    include_str!("words.js"),
    include_str!("dom.js"),
    include_str!("ask.js"),
    include_str!("map.js"),
    include_str!("entry.js"),
    include_str!("frame.js"),
    include_str!("form.js"),
    include_str!("picker.js"),
];
const STYLE: &str = include_str!("picker.css");
/// Digits of the digest that name a version.
const VERSION_DIGITS: usize = 16;

/// An hour fresh, a day while the next one is fetched, a week while we cannot be reached.
const KEPT: &str = "public, max-age=3600, stale-while-revalidate=86400, stale-if-error=604800";
/// Who names the version gets that one, which never changes.
const KEPT_FOR_EVER: &str = "public, max-age=31536000, immutable";

static SCRIPT: LazyLock<Script> = LazyLock::new(Script::built);

struct Script {
    text: String,
    version: String,
}

impl Script {
    fn built() -> Self {
        let style = serde_json::Value::from(condensed(STYLE));
        let parts: String = PARTS.into_iter().map(condensed).collect();
        let text = format!("{HEAD}const STYLE = {style};\n{parts}");
        let digest = Sha256::digest(text.as_bytes());
        let mut version = String::new();
        for byte in digest.iter().take(VERSION_DIGITS / 2) {
            // Writing to a string cannot fail.
            _ = write!(version, "{byte:02x}");
        }
        Self { text, version }
    }
}

/// Without what only a reader of the source wants, a fifth of it: blanks before a line, and lines that are comments. No
/// text and no comment in the parts spans lines.
fn condensed(part: &str) -> String {
    let is_comment = |line: &str| line.starts_with("//") || line.starts_with("/*");
    let lines = part.lines().map(str::trim).filter(|line| !line.is_empty() && !is_comment(line));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// The version of the script that this server has.
fn version() -> &'static str {
    &SCRIPT.version
}

#[derive(Debug, Default, serde::Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// The version that is wanted, as the page `/pickup-picker` names it: then the answer may be kept for ever.
    v: Option<String>,
}

/// The picker for checkouts
///
/// A script that defines the element `<tournee-pickup-picker>`, for any shop's page.
#[utoipa::path(get, path = "/pickup-picker.js", tag = "operation", params(Wanted),
    responses((status = 200, description = "A script of the type `module`", body = String, content_type = "text/javascript"),
              (status = 304, description = "The one that the header If-None-Match names is still the right one")))]
pub(crate) async fn picker_script(
    query: Result<axum::extract::Query<Wanted>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
) -> Response {
    let script = &*SCRIPT;
    let wanted = query.map(|axum::extract::Query(wanted)| wanted).unwrap_or_default();
    let kept = if wanted.v.as_deref() == Some(version()) { KEPT_FOR_EVER } else { KEPT };
    let tag = format!("\"{}\"", script.version);
    let same = headers.get_all(header::IF_NONE_MATCH).iter().any(|held| names(held, &tag));
    let mut answer = if same { StatusCode::NOT_MODIFIED.into_response() } else { script.text.as_str().into_response() };
    let told = answer.headers_mut();
    told.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/javascript; charset=utf-8"));
    told.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    told.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    told.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    told.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(tag) = HeaderValue::try_from(tag) {
        told.insert(header::ETAG, tag);
    }
    answer
}

/// Whether `If-None-Match` names this tag, also when somebody between us has weakened it.
fn names(held: &HeaderValue, tag: &str) -> bool {
    let held = held.to_str().unwrap_or_default();
    held.split(',').map(str::trim).any(|one| one == "*" || one.trim_start_matches("W/") == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The most that a checkout should have to load for this, in bytes.
    const SCRIPT_BYTES_MAX: usize = 60 * 1024;

    #[test]
    fn the_script_is_small_and_puts_nothing_into_the_page_as_markup() {
        let text = &SCRIPT.text;
        assert!(text.len() < SCRIPT_BYTES_MAX, "{} bytes", text.len());
        for way in
            ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "parseFrom"]
        {
            assert!(!text.contains(way), "{way}");
        }
        assert!(
            !text.contains("http://") || text.matches("http://").count() == text.matches("http://www.w3.org/").count()
        );
        assert!(!text.contains("https://") && !text.contains("import "), "nothing comes from elsewhere");
    }

    #[test]
    fn no_text_and_no_comment_of_the_parts_spans_lines() {
        for line in PARTS.iter().chain(&[STYLE]).flat_map(|part| part.lines()).map(str::trim) {
            assert!(line.matches('`').count() % 2 == 0, "{line}");
            assert!(!line.starts_with("/*") || line.find("*/").is_some_and(|end| end + 2 == line.len()), "{line}");
        }
    }

    #[test]
    fn tags_are_compared_as_caches_send_them() {
        let held = |text: &'static str| HeaderValue::from_static(text);
        assert!(
            names(&held("\"a\""), "\"a\"") && names(&held("\"b\", W/\"a\""), "\"a\"") && names(&held("*"), "\"a\"")
        );
        assert!(!names(&held("\"b\""), "\"a\"") && !names(&held("a"), "\"a\""));
    }
}
