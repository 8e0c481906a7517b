//! The history as feeds: an entry for each incident, whose time is that of its last message. One feed for each language.

use super::{View, say, story_path};
use clock::Time;
use jiff::{Timestamp, fmt::rfc2822, tz::TimeZone};
use maud::html;
use notice::board::Story;
use quick_xml::{
    Writer,
    events::{BytesDecl, BytesText, Event},
};
use std::io;

/// Entries of a feed, at most.
const ENTRIES_COUNT_MAX: usize = 25;

type Xml = Writer<Vec<u8>>;

/// As Atom (RFC 4287).
pub(super) fn atom(view: View<'_>) -> String {
    written(|xml| {
        let own = localized(view, "/history.atom");
        let feed = xml.create_element("feed");
        let feed = feed.with_attributes([("xmlns", "http://www.w3.org/2005/Atom"), ("xml:lang", view.lang.code())]);
        feed.write_inner_content(|xml| {
            text(xml, "id", &own)?;
            text(xml, "title", &title(view))?;
            text(xml, "updated", &rfc3339(updated(view)))?;
            link(xml, "self", "application/atom+xml", &own)?;
            link(xml, "alternate", "text/html", &localized(view, "/status"))?;
            let author = xml.create_element("author");
            author.write_inner_content(|xml| text(xml, "name", &view.settings.name))?;
            stories(view).try_for_each(|story| entry(xml, view, story))
        })?;
        Ok(())
    })
}

fn entry(xml: &mut Xml, view: View<'_>, story: &Story) -> io::Result<()> {
    let page = localized(view, &story_path(story));
    xml.create_element("entry").write_inner_content(|xml| {
        text(xml, "id", &page)?;
        text(xml, "title", &say::story(view.lang, story))?;
        text(xml, "published", &rfc3339(story.told.last().map_or(story.opened, |told| told.update.at)))?;
        text(xml, "updated", &rfc3339(last(story)))?;
        link(xml, "alternate", "text/html", &page)?;
        let content = xml.create_element("content").with_attribute(("type", "html"));
        content.write_text_content(BytesText::new(&content_of(view, story)))?;
        Ok(())
    })?;
    Ok(())
}

/// As RSS 2.0.
pub(super) fn rss(view: View<'_>) -> String {
    written(|xml| {
        let attributes = [("version", "2.0"), ("xmlns:atom", "http://www.w3.org/2005/Atom")];
        let rss = xml.create_element("rss").with_attributes(attributes);
        rss.write_inner_content(|xml| {
            xml.create_element("channel").write_inner_content(|xml| channel(xml, view))?;
            Ok(())
        })?;
        Ok(())
    })
}

fn channel(xml: &mut Xml, view: View<'_>) -> io::Result<()> {
    text(xml, "title", &title(view))?;
    text(xml, "link", &localized(view, "/status"))?;
    text(xml, "description", &title(view))?;
    text(xml, "language", view.lang.code())?;
    text(xml, "lastBuildDate", &rfc2822_of(updated(view)))?;
    let own = localized(view, "/history.rss");
    let attributes = [("rel", "self"), ("type", "application/rss+xml"), ("href", own.as_str())];
    xml.create_element("atom:link").with_attributes(attributes).write_empty()?;
    for story in stories(view) {
        let page = localized(view, &story_path(story));
        xml.create_element("item").write_inner_content(|xml| {
            text(xml, "title", &say::story(view.lang, story))?;
            text(xml, "link", &page)?;
            let guid = xml.create_element("guid").with_attribute(("isPermaLink", "true"));
            guid.write_text_content(BytesText::new(&page))?;
            text(xml, "pubDate", &rfc2822_of(last(story)))?;
            text(xml, "description", &content_of(view, story))
        })?;
    }
    Ok(())
}

fn stories<'a>(view: View<'a>) -> impl Iterator<Item = &'a Story> {
    view.board.stories.iter().take(ENTRIES_COUNT_MAX)
}

/// The messages of an incident, the newest first, as HTML.
fn content_of(view: View<'_>, story: &Story) -> String {
    let (lang, told) = (view.lang, &story.told);
    let content = html! {
        @for told in told {
            p {
                small { (say::moment(lang, told.update.at)) }
                br;
                strong { (say::stage(lang, told.update.stage)) }
            }
            @for line in say::lines(lang, &told.update) { p { (line) } }
        }
    };
    content.into_string()
}

fn title(view: View<'_>) -> String {
    format!("{} – {}", view.settings.name, say::label(view.lang, "status-title"))
}

fn localized(view: View<'_>, path: &str) -> String {
    view.url(&format!("{path}?lang={}", view.lang.code()))
}

/// When the last message was written: the feed changes then and at no other time.
fn updated(view: View<'_>) -> Time {
    view.board.stories.iter().map(last).max().or(view.board.watched_since).unwrap_or_default()
}

fn last(story: &Story) -> Time {
    story.told.first().map_or(story.opened, |told| told.update.at)
}

fn rfc3339(time: Time) -> String {
    time.to_string()
}

fn rfc2822_of(time: Time) -> String {
    let zoned = Timestamp::from_millisecond(time.unix_ms()).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(TimeZone::UTC);
    rfc2822::to_string(&zoned).unwrap_or_default()
}

fn text(xml: &mut Xml, name: &str, text: &str) -> io::Result<()> {
    xml.create_element(name).write_text_content(BytesText::new(&allowed(text)))?;
    Ok(())
}

/// Without the characters that XML does not have at all.
fn allowed(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

fn link(xml: &mut Xml, rel: &str, kind: &str, href: &str) -> io::Result<()> {
    let link = xml.create_element("link").with_attributes([("rel", rel), ("type", kind), ("href", href)]);
    link.write_empty()?;
    Ok(())
}

fn written(write: impl FnOnce(&mut Xml) -> io::Result<()>) -> String {
    let mut xml = Writer::new(Vec::new());
    // Writing to memory cannot fail.
    let _ = xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)));
    let _ = write(&mut xml);
    String::from_utf8(xml.into_inner()).unwrap_or_default()
}
