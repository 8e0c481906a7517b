//! The feeds: read by a reader in Rust and by one in Python, and held to what their formats ask.

use super::{
    pages::{get, world},
    sample::{self, Sample},
    tools,
};
use std::process::{Command, Stdio};

#[tokio::test]
async fn a_reader_finds_every_incident_with_its_messages() {
    let world = world().await;
    for (path, kind) in [("/history.atom", "application/atom+xml"), ("/history.rss", "application/rss+xml")] {
        for lang in ["fr", "en"] {
            let answer = get(&world, &format!("{path}?lang={lang}"), &[]).await;
            assert!(answer.header("content-type").starts_with(kind));
            let feed =
                feed_rs::parser::parse(&answer.body[..]).unwrap_or_else(|e| panic!("{path}: {e}\n{}", answer.text()));
            assert_eq!(feed.language.as_deref().or(Some(lang)), Some(lang));
            let ids: Vec<_> = feed.entries.iter().map(|entry| entry.id.as_str()).collect();
            let page = |id| format!("https://status.example/status/incidents/{id}?lang={lang}");
            assert_eq!(ids, [page(7), page(3)]);
            for entry in &feed.entries {
                assert!(entry.updated.or(entry.published).is_some() && entry.title.is_some(), "{path}");
                assert_eq!(entry.links[0].href, entry.id);
            }
        }
    }
}

/// A reader asks again and again: a feed is another one only when there is another message.
#[tokio::test]
async fn a_feed_changes_with_the_messages_and_not_with_the_time() {
    let world = world().await;
    let etag = get(&world, "/history.atom", &[]).await.header("etag").to_owned();
    let later = sample::now().plus(std::time::Duration::from_secs(15));
    world.clock.set(later);
    world.status.publish(&Sample::new("colissimo").board(later));
    assert_eq!(get(&world, "/history.atom", &[]).await.header("etag"), etag);
    assert_ne!(get(&world, "/status", &[]).await.header("etag"), etag);
}

#[tokio::test]
async fn feedparser_finds_nothing_to_complain_of() {
    let Some(python) = tools::named(tools::PYTHON, "Python with feedparser") else { return };
    let world = world().await;
    let output = tools::serving(&world, move |addr| {
        let base = format!("http://{addr}");
        Command::new(&python).arg(tools::file("feeds.py")).arg(base).stdin(Stdio::null()).output()
    });
    let output = output.await;
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && said.contains("4 feeds read"), "{said}");
}
