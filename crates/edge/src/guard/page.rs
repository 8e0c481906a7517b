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

/// What a refusal says besides its words.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Refused<'a> {
    /// When to try again.
    pub(super) retry_after_s: Option<u32>,
    /// The code for support.
    pub(super) receipt: Option<&'a str>,
    /// The address that tries again.
    pub(super) again: Option<&'a str>,
    /// Where people see how the service is.
    pub(super) home: Option<&'a str>,
    /// Nothing was refused: the server behind gave no answer.
    pub(super) no_answer: bool,
}

/// What was refused and what to do.
pub(super) fn refused(lang: Lang, words: Words, told: Refused<'_>) -> String {
    let title = match (told.retry_after_s, told.again) {
        (Some(_), _) => pick(lang, "Un instant", "One moment"),
        (None, Some(_)) => pick(lang, "Il faut un cookie", "A cookie is needed"),
        (None, None) if told.no_answer => pick(lang, "Pas de réponse pour le moment", "No answer just now"),
        (None, None) => pick(lang, "Nous ne pouvons pas y répondre", "We cannot answer this"),
    };
    let when = told.retry_after_s.map(|seconds| match lang {
        Lang::Fr => format!("Attendez au moins {seconds}\u{a0}s."),
        Lang::En => format!("Wait at least {seconds}\u{a0}s."),
    });
    let content = html! {
        h1 { (title) }
        p { (words.what) }
        p { (words.todo) @if let Some(when) = when { " " (when) } }
        @if let Some(again) = told.again { p { a.button href=(again) { (pick(lang, "Recharger la page", "Reload the page")) } } }
        @if let Some(receipt) = told.receipt {
            p.soft { (pick(lang, "Si vous nous appelez, donnez ce code\u{a0}:", "If you call us, give this code:")) br; code { (receipt) } }
        }
    };
    document(lang, title, None, &content, told.home)
}

/// What a browser is asked, and what it has to know for it.
pub(super) struct Challenge<'a> {
    pub(super) step: Step,
    /// The question.
    pub(super) question: &'a str,
    /// The cookie of the answer, without its value.
    pub(super) cookie: &'a str,
    /// Where it comes back to; nowhere by itself where a form was sent.
    pub(super) back: Option<&'a str>,
    /// After how many seconds it passes without a script.
    pub(super) after_s: u64,
}

/// A page that comes back by itself, or says how to send a form again.
pub(super) fn challenge(lang: Lang, asked: &Challenge<'_>, home: Option<&str>) -> String {
    let title = if asked.back.is_some() {
        pick(lang, "Un instant, la page arrive", "One moment, the page is coming")
    } else {
        pick(lang, "Votre envoi n’a pas encore été reçu", "What you sent has not been taken yet")
    };
    let many = pick(
        lang,
        "Nous recevons en ce moment beaucoup plus de demandes que d’habitude.",
        "We are receiving many more requests than usual.",
    );
    let seconds = asked.after_s;
    let todo = match (lang, asked.back) {
        (Lang::Fr, Some(_)) => {
            format!("Cette page se recharge d’elle-même dans {seconds}\u{a0}s\u{a0}; vous n’avez rien à faire.")
        }
        (Lang::En, Some(_)) => {
            format!("This page reloads by itself in {seconds}\u{a0}s; there is nothing you have to do.")
        }
        (Lang::Fr, None) => format!(
            "Attendez {seconds}\u{a0}s, puis rechargez cette page et acceptez que le formulaire soit envoyé de nouveau. Rien n’en est perdu."
        ),
        (Lang::En, None) => format!(
            "Wait {seconds}\u{a0}s, then reload this page and agree that the form is sent again. Nothing of it is lost."
        ),
    };
    let cookie = pick(
        lang,
        "Un cookie sans suivi est gardé, pour ne pas vous le redemander\u{a0}: votre navigateur doit l’accepter.",
        "A cookie that does not track you is kept, so that you are not asked again: your browser has to accept it.",
    );
    let content = html! {
        h1 { (title) }
        p role="status" { (many) " " (todo) }
        @if let Some(back) = asked.back { p { a.button href=(back) { (pick(lang, "Recharger maintenant", "Reload now")) } } }
        p.soft { (cookie) }
        @if asked.step >= Step::Script {
            script data-step=(if asked.step == Step::Script { "script" } else { "work" }) data-question=(asked.question)
                data-shift=(32 - WORK_BITS) data-cookie=(asked.cookie) data-back=[asked.back] { (PreEscaped(SCRIPT)) }
        }
    };
    document(lang, title, asked.back.map(|back| (seconds.max(1), back)), &content, home)
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
            back: Some("/a?\"><script>alert(1)</script>"),
            after_s: 2,
        };
        let page = challenge(Lang::En, &asked, None);
        assert_eq!(page.matches("<script").count(), 1, "{page}");
        assert!(page.contains("&quot;&gt;&lt;script&gt;"));
    }
}
