//! The page itself: plain HTML, one style, no script, nothing fetched from anywhere.

use super::{
    Answer, form,
    points::{Choices, PointShown},
    words::{Said, Words},
};
use crate::lang::Lang;
use base64::{Engine, engine::general_purpose::STANDARD};
use clock::Time;
use pickup::Hours;
use sha2::{Digest, Sha256};
use std::{
    fmt::{self, Write},
    sync::LazyLock,
};

const STYLE: &str = include_str!("page.css");

/// What the page may do: show itself, and send its form back to where it came from.
pub(super) static POLICY: LazyLock<String> = LazyLock::new(|| {
    let digest = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
});

/// Something to be said before anything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Notice {
    /// Not a link of ours.
    Forged,
    /// The link's time is over, or the shipment's.
    Expired,
    /// The records do not answer.
    Unavailable,
    /// What was sent is none of the answers.
    NotOne,
    /// The answer cannot be carried out.
    NotPossible,
}

/// What is to be shown.
pub(super) struct Shown {
    pub(super) shop: String,
    pub(super) order: Option<String>,
    pub(super) notice: Option<Notice>,
    pub(super) body: Body,
}

pub(super) enum Body {
    /// Nothing but the notice.
    Nothing,
    Question(Box<Choices>),
    Settled(Settled),
}

pub(super) enum Settled {
    /// Something was agreed to.
    Agreed { by_buyer: bool, kept: bool, place: Option<Box<PointShown>>, at: Time },
    /// Nothing is asked any more.
    NothingAsked,
}

/// The whole page.
pub(super) fn write(lang: Lang, shown: &Shown) -> String {
    let mut page = String::with_capacity(16 * 1024);
    // Writing to a string cannot fail.
    let _ = whole(&mut page, lang, shown);
    page
}

fn whole(page: &mut String, lang: Lang, shown: &Shown) -> fmt::Result {
    let words = lang.words();
    let title = match (&shown.body, shown.notice) {
        (Body::Question(_), _) => words.title,
        (Body::Settled(Settled::Agreed { by_buyer: true, .. }), _) => words.noted,
        (Body::Settled(Settled::Agreed { by_buyer: false, .. }), _) => words.shop_said,
        (Body::Settled(Settled::NothingAsked), _) => words.not_asked,
        (Body::Nothing, notice) => notice.map_or("", |notice| lang.notice(notice).0),
    };
    let (code, other) = (lang.code(), lang.other().code());
    writeln!(
        page,
        "<!doctype html>\n<html lang=\"{code}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"robots\" content=\"noindex, nofollow\">\n<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n\
         <body>\n<main>\n<header>"
    )?;
    if !shown.shop.is_empty() {
        let order = escape(&lang.of_order(&shown.shop, shown.order.as_deref()));
        writeln!(page, "<p class=\"order\">{order}</p>")?;
    }
    writeln!(page, "<p><a href=\"?lang={other}\" lang=\"{other}\" hreflang=\"{other}\">{}</a></p>", words.other_lang)?;
    writeln!(page, "</header>\n<h1>{title}</h1>")?;
    notice(page, lang, shown)?;
    match &shown.body {
        Body::Nothing => {}
        Body::Question(choices) => question(page, lang, words, choices)?,
        Body::Settled(settled) => told(page, lang, words, settled)?,
    }
    page.push_str("</main>\n</body>\n</html>\n");
    Ok(())
}

fn notice(page: &mut String, lang: Lang, shown: &Shown) -> fmt::Result {
    let Some(notice) = shown.notice else { return Ok(()) };
    let (title, text) = lang.notice(notice);
    match shown.body {
        Body::Nothing => writeln!(page, "<p>{text}</p>"),
        _ => writeln!(page, "<p class=\"alert\" role=\"alert\"><strong>{title}.</strong> {text}</p>"),
    }
}

fn question(page: &mut String, lang: Lang, words: &Words, choices: &Choices) -> fmt::Result {
    writeln!(page, "<p>{}</p>\n<p>{}</p>", lang.why(&choices.why), words.nothing_changes)?;
    let code = lang.code();
    writeln!(page, "<form method=\"post\" action=\"?lang={code}\">\n<fieldset>\n<legend>{}</legend>", words.legend)?;
    if let Some(kept) = choices.kept.as_ref().filter(|_| choices.kept_first) {
        let note = Some(words.chosen.to_owned());
        option(page, lang, Answer::Keep, &kept.name, &[note, Some(kept.address.join(", "))], Some(kept))?;
    }
    for point in &choices.points {
        let distance = point.metres.map(|metres| lang.distance(metres));
        let lines = [Some(point.address.join(", ")), distance];
        option(page, lang, Answer::Point(point.id), &point.name, &lines, Some(point))?;
    }
    if choices.points.is_empty() {
        writeln!(page, "<p class=\"soft\">{}</p>", words.none_near)?;
    }
    if choices.home {
        option(page, lang, Answer::Home, words.home, &[Some(words.home_note.to_owned())], None)?;
    }
    if let Some(kept) = choices.kept.as_ref().filter(|_| !choices.kept_first) {
        let name = Some(kept.name.clone());
        option(page, lang, Answer::Keep, words.keep, &[name, Some(words.keep_note.to_owned())], None)?;
    }
    writeln!(page, "</fieldset>\n<button type=\"submit\">{}</button>\n</form>", words.confirm)
}

/// One answer, with its lines below its name, and a point's hours to be unfolded.
fn option(
    page: &mut String,
    lang: Lang,
    answer: Answer,
    name: &str,
    lines: &[Option<String>],
    point: Option<&PointShown>,
) -> fmt::Result {
    let value = form::value(answer);
    write!(
        page,
        "<div class=\"option\"><label><input type=\"radio\" name=\"answer\" value=\"{value}\" required>\
         <span><span class=\"name\">{}</span>",
        escape(name)
    )?;
    for line in lines.iter().flatten().filter(|line| !line.is_empty()) {
        write!(page, "<span class=\"soft\">{}</span>", escape(line))?;
    }
    if point.is_some_and(|point| point.accessible) {
        write!(page, "<span class=\"soft\">{}</span>", lang.words().accessible)?;
    }
    page.push_str("</span></label>");
    if let Some(point) = point
        && let Some(week) = &point.hours
    {
        hours(page, lang, &point.name, week)?;
    }
    page.push_str("</div>\n");
    Ok(())
}

fn hours(page: &mut String, lang: Lang, name: &str, week: &Hours) -> fmt::Result {
    let title = lang.words().hours;
    write!(page, "<details><summary aria-label=\"{title}, {}\">{title}</summary><dl>", escape(name))?;
    for (weekday, day) in lang.weekdays().iter().zip(week.days()) {
        write!(page, "<dt>{weekday}</dt><dd>{}</dd>", lang.hours(day))?;
    }
    page.push_str("</dl></details>");
    Ok(())
}

fn told(page: &mut String, lang: Lang, words: &Words, settled: &Settled) -> fmt::Result {
    let Settled::Agreed { kept, place, at, by_buyer } = settled else {
        return writeln!(page, "<p>{}</p>", words.not_asked_note);
    };
    let what = match place {
        None => words.goes_home,
        Some(_) if *kept && *by_buyer => words.kept,
        Some(_) => words.goes_to,
    };
    writeln!(page, "<p>{what}</p>")?;
    if let Some(point) = place {
        write!(page, "<div class=\"place\"><span class=\"name\">{}</span>", escape(&point.name))?;
        for line in &point.address {
            write!(page, "<br>{}", escape(line))?;
        }
        page.push_str("</div>\n");
    }
    writeln!(page, "<p class=\"soft\">{}</p>", lang.recorded(*at))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_wrote_is_text_and_never_markup() {
        let shop = "<script>alert('x')</script> & \"Fils\"".to_owned();
        let shown =
            Shown { shop, order: Some("\"><b>".into()), notice: None, body: Body::Settled(Settled::NothingAsked) };
        for lang in [Lang::French, Lang::English] {
            let page = write(lang, &shown);
            assert!(!page.contains("<script") && !page.contains("<b>"), "{page}");
            assert!(page.contains("&lt;script&gt;"), "{page}");
        }
    }
}
