//! What others say of the carrier: its own status page as JSON, and a feed in which words are looked for.
//!
//! Both are inputs beside our own calls, never in their place: an official page may say nothing for a day.

use super::{Lookout, lock};
use crate::Context;
use carriers::Request;
use clock::Time;
use exchange::{HttpOptions, HttpTransport, Transport};
use http::{Method, Uri};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::task::JoinSet;
use watch::Outside;

/// How often each is read.
const READ_EVERY: Duration = Duration::from_secs(120);
/// How long a reading may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// The largest answer that is read, in bytes.
const BYTES_MAX: usize = 1024 * 1024;
/// What a feed said longer ago is no news.
const NEWS_FOR: Duration = Duration::from_secs(86_400);

/// When they are read next, and what could not be read when it was last tried: that is said once.
#[derive(Default)]
pub(crate) struct Outsides {
    next: Time,
    unreadable: Arc<Mutex<Vec<Outside>>>,
}

impl Outsides {
    /// Begins the readings that are due.
    pub(crate) fn turn(&mut self, context: &Arc<Context>, under_way: &mut JoinSet<()>) {
        let now = context.now();
        if now < self.next {
            return;
        }
        self.next = now.plus(READ_EVERY);
        let settings = &context.lookout.0.settings;
        let pages = [(Outside::Official, &settings.official_url), (Outside::Keyword, &settings.feed_url)];
        for (outside, url) in pages {
            let Some(url) = url.clone() else { continue };
            under_way.spawn(look(Arc::clone(context), outside, url, Arc::clone(&self.unreadable)));
        }
    }
}

async fn look(context: Arc<Context>, outside: Outside, url: Uri, unreadable: Arc<Mutex<Vec<Outside>>>) {
    let lookout: &Lookout = &context.lookout;
    let read = read(&url).await.and_then(|body| match outside {
        Outside::Official => page_is_well(&body),
        _ => feed_is_well(&body, &lookout.0.settings.feed_words, context.now()),
    });
    let mut unreadable = lock(&unreadable);
    match read {
        Some(well) => {
            unreadable.retain(|one| *one != outside);
            drop(unreadable);
            lookout.outside(outside, well, context.now());
        }
        // A page that cannot be read says nothing, least of all that all is well.
        None if unreadable.contains(&outside) => {}
        None => {
            unreadable.push(outside);
            tracing::warn!(host = url.host().unwrap_or_default(), ?outside, "cannot be read; see [watch]");
        }
    }
}

async fn read(url: &Uri) -> Option<bytes::Bytes> {
    let path_and_query = url.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let mut base = url.clone().into_parts();
    base.path_and_query = Some("/".parse().ok()?);
    let options = HttpOptions { body_bytes_max: BYTES_MAX, idle_max: 0, ..HttpOptions::default() };
    let way = HttpTransport::new(Uri::from_parts(base).ok()?, options).ok()?;
    let request = Request { method: Method::GET, path_and_query, headers: Vec::new(), body: bytes::Bytes::new() };
    let response = way.exchange(request, PATIENCE, Box::new(|| {})).await.result.ok()?;
    (response.status == 200).then_some(response.body)
}

/// Whether a status page of the form that Statuspage's API v2 has (`status.json`, `summary.json`) says that all is well;
/// nothing where it is not of that form.
fn page_is_well(body: &[u8]) -> Option<bool> {
    let page: serde_json::Value = serde_json::from_slice(body).ok()?;
    let indicator = page.pointer("/status/indicator")?.as_str()?;
    Some(indicator == "none")
}

/// Whether no entry of the last day has one of the words; nothing where it is no feed (RSS, Atom or JSON Feed).
fn feed_is_well(body: &[u8], words: &[String], now: Time) -> Option<bool> {
    let feed = feed_rs::parser::parse(body).ok()?;
    let said = |entry: &feed_rs::model::Entry| {
        let at = entry.updated.or(entry.published).map(|at| Time::from_unix_ms(at.timestamp_millis()));
        let is_news = at.is_none_or(|at| now.since(at) <= NEWS_FOR);
        let texts = [entry.title.as_ref(), entry.summary.as_ref()].into_iter().flatten();
        let text = texts.map(|text| text.content.to_lowercase()).collect::<Vec<_>>().join(" ");
        is_news && words.iter().any(|word| text.contains(&word.to_lowercase()))
    };
    Some(!feed.entries.iter().any(said))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RSS: &str = r#"<?xml version="1.0"?><rss version="2.0"><channel><title>t</title><link>https://a.example</link>
        <description>d</description>
        <item><title>Colissimo&#160;: panne en cours</title><pubDate>Mon, 22 Dec 2025 08:00:00 +0100</pubDate></item>
        <item><title>Neige</title><description>Rien d'autre</description></item></channel></rss>"#;

    fn at(paris: &str) -> Time {
        Time::from_paris(paris).expect("a moment")
    }

    fn words(all: &[&str]) -> Vec<String> {
        all.iter().map(|&word| word.to_owned()).collect()
    }

    #[test]
    fn a_status_page_says_whether_all_is_well_or_nothing() {
        let page = |indicator: &str| page_is_well(format!(r#"{{"status":{{"indicator":"{indicator}"}}}}"#).as_bytes());
        assert_eq!((page("none"), page("minor"), page("critical")), (Some(true), Some(false), Some(false)));
        for other in ["", "<html>", "{}", r#"{"status":"ok"}"#, r#"{"status":{"indicator":1}}"#] {
            assert_eq!(page_is_well(other.as_bytes()), None, "{other}");
        }
    }

    #[test]
    fn a_word_counts_for_a_day() {
        let well = |word: &str, now: &str| feed_is_well(RSS.as_bytes(), &words(&[word]), at(now));
        assert_eq!(well("colissimo", "2025-12-22T09:00:00"), Some(false));
        assert_eq!(well("colissimo", "2025-12-23T09:00:00"), Some(true));
        assert_eq!(well("chronopost", "2025-12-22T09:00:00"), Some(true));
        // What has no date is taken for news.
        assert_eq!(well("rien d'autre", "2026-12-23T09:00:00"), Some(false));
        assert_eq!(feed_is_well(b"<html>Colissimo", &words(&["colissimo"]), at("2025-12-22T09:00:00")), None);
    }
}
