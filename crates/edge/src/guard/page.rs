//! The pages of the shield, for people: one for a refusal, one for a challenge. Small, inline, readable without a script and
//! by a screen reader, in the language that the browser asks for.

use admission::{Lang, Step, WORK_BITS, Words};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderValue, header};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("ladder.js");

/// How a page may be used: it shows itself, and runs the one script that is its own.
pub(super) static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let digest = |text: &str| STANDARD.encode(Sha256::digest(text));
    let text = format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        digest(STYLE),
        digest(SCRIPT)
    );
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("default-src 'none'"))
});

/// French, unless English is wanted more.
pub(super) fn lang(headers: &HeaderMap) -> Lang {
    let lines = headers.get_all(header::ACCEPT_LANGUAGE).iter().filter_map(|line| line.to_str().ok());
    let mut weights = [0.0_f32; 2];
    for range in lines.flat_map(|line| line.split(',')) {
        let mut parts = range.split(';').map(str::trim);
        let tag = parts.next().unwrap_or_default().get(..2).unwrap_or_default();
        let weight: f32 = parts.find_map(|part| part.strip_prefix("q=")).map_or(1.0, |q| q.parse().unwrap_or(0.0));
        let place = match tag {
            _ if tag.eq_ignore_ascii_case("fr") => 0,
            _ if tag.eq_ignore_ascii_case("en") => 1,
            _ => continue,
        };
        weights[place] = weight.max(weights[place]);
    }
    if weights[1] > weights[0] { Lang::En } else { Lang::Fr }
}

pub(super) const fn code(lang: Lang) -> &'static str {
    match lang {
        Lang::Fr => "fr",
        Lang::En => "en",
    }
}

const fn pick(lang: Lang, french: &'static str, english: &'static str) -> &'static str {
    match lang {
        Lang::Fr => french,
        Lang::En => english,
    }
}

/// What was refused and what to do.
pub(super) fn refused(
    lang: Lang,
    words: Words,
    retry_after_s: Option<u32>,
    receipt: Option<&str>,
    home: Option<&str>,
) -> String {
    let title = pick(lang, "Un instant", "One moment");
    let when = retry_after_s.map(|seconds| match lang {
        Lang::Fr => format!("Réessayez dans {seconds}\u{a0}s."),
        Lang::En => format!("Try again in {seconds}\u{a0}s."),
    });
    let content = html! {
        h1 { (title) }
        p { (words.what) }
        p { (words.todo) @if let Some(when) = when { " " (when) } }
        @if let Some(receipt) = receipt {
            p.soft { (pick(lang, "Si vous nous appelez, donnez ce code\u{a0}:", "If you call us, give this code:")) " " code { (receipt) } }
        }
    };
    document(lang, title, None, &content, home)
}

/// What a browser is asked, and what it has to know for it.
pub(super) struct Challenge<'a> {
    pub(super) step: Step,
    /// The question, where a script may answer it.
    pub(super) question: &'a str,
    /// The cookie of the answer, without its value.
    pub(super) cookie: &'a str,
    /// Where it comes back to.
    pub(super) back: &'a str,
    /// After how many seconds it comes back without a script.
    pub(super) after_s: u64,
}

/// A page that comes back by itself.
pub(super) fn challenge(lang: Lang, asked: &Challenge<'_>, home: Option<&str>) -> String {
    let title = pick(lang, "Un instant, la page arrive", "One moment, the page is coming");
    let wait = match lang {
        Lang::Fr => format!(
            "Nous recevons en ce moment beaucoup plus de demandes que d’habitude. Cette page se recharge d’elle-même dans {}\u{a0}s\u{a0}; vous n’avez rien à faire.",
            asked.after_s
        ),
        Lang::En => format!(
            "We are receiving many more requests than usual. This page reloads by itself in {}\u{a0}s; there is nothing you have to do.",
            asked.after_s
        ),
    };
    let content = html! {
        h1 { (title) }
        p role="status" { (wait) }
        p.soft { (pick(lang, "Un cookie sans suivi est gardé un jour, pour ne pas vous le redemander.", "A cookie that does not track you is kept for a day, so that you are not asked again.")) }
        p { a href=(asked.back) { (pick(lang, "Recharger maintenant", "Reload now")) } }
        @if asked.step >= Step::Script {
            script data-step=(if asked.step == Step::Script { "script" } else { "work" }) data-question=(asked.question)
                data-shift=(32 - WORK_BITS) data-cookie=(asked.cookie) data-back=(asked.back) { (PreEscaped(SCRIPT)) }
        }
    };
    document(lang, title, Some((asked.after_s.max(1), asked.back)), &content, home)
}

fn document(lang: Lang, title: &str, reload: Option<(u64, &str)>, content: &Markup, home: Option<&str>) -> String {
    html! {
        (DOCTYPE)
        html lang=(code(lang)) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                @if let Some((seconds, back)) = reload { meta http-equiv="refresh" content=(format!("{seconds};url={back}")); }
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main { (content) }
                @if let Some(home) = home { nav { a href=(home) { (pick(lang, "État du service", "Service status")) } } }
            }
        }
    }
    .into_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_the_one_that_is_wanted_more() {
        let of = |text: &'static str| {
            lang(&HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, HeaderValue::from_static(text))]))
        };
        assert_eq!(
            (of("en-GB,en;q=0.9"), of("en;q=0.5,fr-FR"), of("de"), of("")),
            (Lang::En, Lang::Fr, Lang::Fr, Lang::Fr)
        );
        assert_eq!(lang(&HeaderMap::new()), Lang::Fr);
    }

    #[test]
    fn nothing_of_an_address_becomes_markup() {
        let asked = Challenge {
            step: Step::Script,
            question: "q",
            cookie: "tournee_answer=; Path=/",
            back: "/a?\"><script>alert(1)</script>",
            after_s: 2,
        };
        let page = challenge(Lang::En, &asked, None);
        assert_eq!(page.matches("<script").count(), 1, "{page}");
        assert!(page.contains("&quot;&gt;&lt;script&gt;"));
    }
}
