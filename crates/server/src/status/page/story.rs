//! Incidents: as a card while they go on, as a line when they are over, and each on a page of its own with its timeline.

use super::{
    super::{View, say, story_path},
    evidence, shell,
};
use clock::Time;
use maud::{Markup, html};
use notice::{
    Lang, Update,
    board::{Indicator, Story, Told},
};

/// The page of one incident. It is the same whether or not the present is known: it says what was said, and when.
pub(in super::super) fn story(view: View<'_>, story: &Story) -> String {
    let (lang, path) = (view.lang, story_path(story));
    let name = say::story(lang, story);
    let content = html! {
        section.story {
            p.soft { (say::label(lang, "status-incident")) }
            h1 { (name) }
            (head(view, story))
            h2 { (say::label(lang, "status-timeline")) }
            ol.timeline { @for told in &story.told { li { (written(lang, told)) } } }
            p { a href={"/status?lang=" (lang.code())} { (say::label(lang, "status-back")) } }
        }
    };
    shell(view, &format!("{name} – {}", view.settings.name), &path, &content)
}

/// The page of all incidents, by month.
pub(in super::super) fn history(view: View<'_>) -> String {
    let lang = view.lang;
    let label = say::label(lang, "status-history");
    let months = view.board.stories.chunk_by(|a, b| say::month(lang, a.opened) == say::month(lang, b.opened));
    let content = html! {
        section {
            h1 { (label) }
            @if view.board.stories.is_empty() { p.soft { (say::label(lang, "status-no-incidents")) } }
            @for stories in months {
                @if let Some(first) = stories.first() { h2 { (say::month(lang, first.opened)) } }
                @for story in stories { (line(view, story)) }
            }
        }
    };
    shell(view, &format!("{label} – {}", view.settings.name), "/status/history", &content)
}

/// An incident that goes on, with the last that was said of it.
pub(super) fn card(view: View<'_>, story: &Story) -> Markup {
    let lang = view.lang;
    html! {
        article.card.open.(impact(story.impact)) {
            h3 { (link(lang, story)) }
            (head(view, story))
            @if let Some(told) = story.told.first() { (last(view, told)) }
            @if story.told.len() > 1 {
                p { a href={(story_path(story)) "?lang=" (lang.code())} {
                    (say::label_with(lang, "status-all-messages", &[("n", &story.told.len().to_string())]))
                    span.hidden { " – " (say::story(lang, story)) }
                } }
            }
        }
    }
}

/// An incident in a few lines.
pub(super) fn line(view: View<'_>, story: &Story) -> Markup {
    html! {
        article.card.(impact(story.impact)) {
            h3 { (link(view.lang, story)) }
            (head(view, story))
        }
    }
}

fn link(lang: Lang, story: &Story) -> Markup {
    html! { a href={(story_path(story)) "?lang=" (lang.code())} { (say::story(lang, story)) } }
}

/// Where it stands and its times.
fn head(view: View<'_>, story: &Story) -> Markup {
    let lang = view.lang;
    html! {
        p.soft {
            span.stage { (say::stage(lang, story.stage)) } " · "
            (say::label_with(lang, "status-began", &[("time", &say::moment(lang, story.opened))]))
            @if let Some(resolved) = story.resolved {
                " · " (say::label_with(lang, "status-ended", &[("time", &say::moment(lang, resolved))]))
                " · " (say::label_with(lang, "status-lasted", &[("time", &say::span(lang, resolved.since(story.opened)))]))
            }
        }
    }
}

/// One message as it was written: its words are those of its own time, and what they stand on is below.
fn written(lang: Lang, told: &Told) -> Markup {
    let update = &told.update;
    html! {
        div.message {
            h3 { (message_head(lang, update)) }
            (words(lang, update, update.at))
            @if !update.claims.is_empty() {
                details {
                    summary { (say::label(lang, "status-evidence")) span.hidden { " – " (say::moment(lang, update.at)) } }
                    (evidence::lists(lang, &update.claims))
                }
            }
        }
    }
}

/// The last message as far as it may be said now; as it was written, where the present is not known.
fn last(view: View<'_>, told: &Told) -> Markup {
    let (lang, update, board) = (view.lang, &told.update, view.board);
    let mut live = update.clone();
    live.claims.retain(|claim| claim.is_live(board.good_until));
    html! {
        div.message {
            h4 { (message_head(lang, update)) }
            @if view.known { (words(lang, &live, board.at)) } @else { (words(lang, update, update.at)) }
        }
    }
}

fn message_head(lang: Lang, update: &Update) -> Markup {
    html! {
        time datetime=(update.at.to_string()) { (say::capitalised(&say::moment(lang, update.at))) } " · " span.stage { (say::stage(lang, update.stage)) }
    }
}

/// The sentences of a message as of this time, and an operator's words marked as theirs.
fn words(lang: Lang, update: &Update, at: Time) -> Markup {
    html! {
        @for line in say::own_lines(lang, update, at) { (evidence::sentence(&line, &update.claims)) }
        @if let Some(remark) = &update.remark {
            figure.remark {
                figcaption { (say::said_by(lang, &remark.by)) }
                blockquote { @for line in remark.text.lines() { p { (line) } } }
            }
        }
    }
}

const fn impact(impact: Indicator) -> &'static str {
    match impact {
        Indicator::None => "operational",
        Indicator::Minor => "degraded",
        Indicator::Major => "partial",
        Indicator::Critical => "major",
    }
}
