//! The pages: plain HTML, one style, no script, nothing fetched from anywhere.
//!
//! Written with a macro that escapes whatever is put in: the names and words of others are text by construction.

mod evidence;
mod functions;
mod plot;
mod story;

pub(super) use story::{history, story};

use super::{View, say};
use maud::{DOCTYPE, Markup, html};
use notice::{
    Lang,
    board::{FunctionBoard, Indicator, ServiceState, Status},
};

pub(crate) const STYLE: &str = include_str!("page.css");

/// Days whose incidents are on the first page.
const PAST_DAYS: u64 = 14;
const LEVELS: [&str; 6] = ["observed", "confirmed", "signs", "under_watch", "relapsed", "restored"];

/// The page of how things are.
pub(super) fn now(view: View<'_>) -> String {
    let (overall, why) = say::overall(view);
    let title = format!("{overall} – {}", view.settings.name);
    let content = html! {
        (banner(view, &overall, why.as_deref()))
        (open_incidents(view))
        @if view.known { (functions::carriers(view)) }
        (services(view))
        (past(view))
        (meaning(view.lang))
    };
    shell(view, &title, "/status", &content)
}

/// What is around every page.
fn shell(view: View<'_>, title: &str, path: &str, content: &Markup) -> String {
    let (lang, other) = (view.lang, view.lang.other());
    let label = |id| say::label(lang, id);
    let to = |path: &str| format!("{path}?lang={}", lang.code());
    let page = html! {
        (DOCTYPE)
        html lang=(lang.code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                link rel="alternate" type="application/atom+xml" title=(label("status-history")) href=(to("/history.atom"));
                link rel="alternate" hreflang=(other.code()) href=(format!("{path}?lang={}", other.code()));
                style { (maud::PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#content" { (label("status-skip")) }
                header {
                    p.brand { a href=(to("/status")) { (view.settings.name) span { (label("status-title")) } } }
                    nav aria-label=(label("status-menu")) {
                        (tab(&to("/status"), &label("status-now"), path == "/status"))
                        (tab(&to("/status/history"), &label("status-history"), path == "/status/history"))
                        a href=(to("/status/subscribe")) { (label("status-subscribe")) }
                        a lang=(other.code()) hreflang=(other.code()) href=(format!("{path}?lang={}", other.code())) { (label("status-switch")) }
                    }
                }
                main id="content" { (content) }
                (footer(view))
            }
        }
    };
    page.into_string()
}

fn tab(href: &str, text: &str, here: bool) -> Markup {
    html! { a href=(href) aria-current=[here.then_some("page")] { (text) } }
}

fn footer(view: View<'_>) -> Markup {
    let label = |id| say::label(view.lang, id);
    let to = |path: &str| format!("{path}?lang={}", view.lang.code());
    html! {
        footer {
            nav aria-label=(label("status-feeds")) {
                a href=(to("/status/subscribe")) { (label("status-subscribe")) }
                a href=(to("/history.atom")) { "Atom" }
                a href=(to("/history.rss")) { "RSS" }
                a href=(to("/api/v2/summary.json")) { "JSON" }
                @if !view.settings.report_url.is_empty() { a href=(view.settings.report_url) { (label("status-report")) } }
                @for link in &view.settings.links { a href=(link.url) rel="noreferrer" { (link.name.get(view.lang)) } }
            }
            p { (label("status-times")) " " (label("status-old")) }
        }
    }
}

/// The whole in a few words, of when that is, and when more is said.
fn banner(view: View<'_>, overall: &str, why: Option<&str>) -> Markup {
    let lang = view.lang;
    let (class, icon) = match view.board.indicator {
        _ if !view.known || view.board.carriers.is_empty() => ("unknown", icon(None)),
        Indicator::None => ("operational", icon(Some(Status::Operational))),
        Indicator::Minor => ("degraded", icon(Some(Status::Degraded))),
        Indicator::Major => ("partial", icon(Some(Status::PartialOutage))),
        Indicator::Critical => ("major", icon(Some(Status::MajorOutage))),
    };
    let (at, until) = (say::exact(lang, view.board.at), say::exact(lang, view.board.good_until));
    html! {
        section.banner.(class) {
            h1 { (icon) span { (overall) } }
            @if let Some(why) = why { p { (why) } }
            @if view.known {
                p.soft { (say::label_with(lang, "status-as-of", &[("time", &at)])) ". " (say::label_with(lang, "status-good-until", &[("time", &until)])) }
            }
            @if view.known { (at_a_glance(view)) }
            @if let Some(next) = view.board.next_by { p { strong { (say::next_by(lang, next, view.board.at)) } } }
        }
    }
}

/// Every function with its state, in a line each.
fn at_a_glance(view: View<'_>) -> Markup {
    let several = view.board.carriers.len() > 1;
    html! {
        @if !view.board.carriers.is_empty() {
            ul.glance {
                @for (carrier, of) in view.board.functions() {
                    @let name = say::function(view.lang, of.function);
                    li {
                        (state(view.lang, of)) " "
                        @if several { (say::component(view.lang, carrier, of.function)) } @else { (say::capitalised(&name)) }
                    }
                }
            }
        }
    }
}

fn open_incidents(view: View<'_>) -> Markup {
    let open: Vec<_> = view.board.stories.iter().filter(|story| story.is_open()).collect();
    html! {
        @if !open.is_empty() {
            section aria-labelledby="open" {
                h2 id="open" { (say::label(view.lang, "status-open")) }
                @for story in open { (story::card(view, story)) }
            }
        }
    }
}

fn past(view: View<'_>) -> Markup {
    let since = view.board.at.minus(std::time::Duration::from_secs(PAST_DAYS * 86_400));
    let over = view.board.stories.iter().filter(|story| story.resolved.is_some_and(|at| at >= since));
    let over: Vec<_> = over.collect();
    html! {
        section aria-labelledby="past" {
            h2 id="past" { (say::label(view.lang, "status-past")) }
            @if over.is_empty() && view.board.stories.is_empty() { p.soft { (say::label(view.lang, "status-no-incidents")) } }
            @for story in over { (story::line(view, story)) }
            p { a href={"/status/history?lang=" (view.lang.code())} { (say::label(view.lang, "status-history")) } }
        }
    }
}

fn services(view: View<'_>) -> Markup {
    let (lang, services) = (view.lang, &view.settings.services);
    let label = |id| say::label(lang, id);
    html! {
        @if !services.is_empty() {
            section aria-labelledby="services" {
                h2 id="services" { (label("status-other-services")) }
                p.soft { (label("status-services-note")) }
                ul.cards {
                    @for service in services {
                        li.card {
                            @let (name, class, shape) = match service.state {
                                ServiceState::Works => ("status-service-works", "operational", icon(Some(Status::Operational))),
                                ServiceState::Down => ("status-service-down", "major", icon(Some(Status::MajorOutage))),
                                ServiceState::Unknown => ("status-service-unknown", "unknown", icon(None)),
                            };
                            div.row { h3 { (service.name.get(lang)) } span.state.(class) { (shape) (label(name)) } }
                            @let alternative = service.alternative.get(lang);
                            @if !alternative.is_empty() {
                                p { strong { (label("status-instead")) } " " (alternative) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What each word of the claims means, on demand.
fn meaning(lang: Lang) -> Markup {
    html! {
        details.meaning {
            summary { (say::label(lang, "status-words")) }
            dl {
                @for level in LEVELS {
                    dt { (say::label(lang, &format!("status-level-{level}"))) }
                    dd { (say::label(lang, &format!("status-word-{level}"))) }
                }
            }
        }
    }
}

/// How a function is, in shape, colour and word.
fn state(lang: Lang, of: &FunctionBoard) -> Markup {
    html! { span.state.(class(of.status)) { (icon(Some(of.status))) (say::condition(lang, of)) } }
}

const fn class(status: Status) -> &'static str {
    match status {
        Status::Operational => "operational",
        Status::Degraded => "degraded",
        Status::PartialOutage => "partial",
        Status::MajorOutage => "major",
    }
}

/// A shape of its own for each status, so that colour is not needed to tell them apart.
fn icon(status: Option<Status>) -> Markup {
    let path = match status {
        Some(Status::Operational) => {
            "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm3.6 5.2-4.3 4.9-2.9-2.6 1-1.1 1.8 1.6 3.3-3.8z"
        }
        Some(Status::Degraded) => "M8 1.2 15.4 14H.6zM7.2 6v4h1.6V6zm0 5v1.5h1.6V11z",
        Some(Status::PartialOutage) => "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm-4 6h8v2H4z",
        Some(Status::MajorOutage) => {
            "M5 1h6l4 4v6l-4 4H5l-4-4V5zm.7 3.6L4.6 5.7 6.9 8l-2.3 2.3 1.1 1.1L8 9.1l2.3 2.3 1.1-1.1L9.1 8l2.3-2.3-1.1-1.1L8 6.9z"
        }
        None => {
            "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm-.8 8.7V8.6c0-1.4 1.8-1.7 1.8-2.7 0-1.3-2-1.2-2.1.1H5.3c.1-3.4 5.3-3.4 5.3-.1 0 1.9-1.9 1.9-1.9 3.8zm0 1h1.6v1.6H7.2z"
        }
    };
    html! { svg.icon viewBox="0 0 16 16" aria-hidden="true" { path fill-rule="evenodd" d=(path) {} } }
}
