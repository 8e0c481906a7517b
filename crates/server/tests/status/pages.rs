//! The pages: languages, caching, age, and that what others wrote stays text.

use super::{
    sample::{self, HOSTILE, Sample},
    support::{Answer, World},
};
use axum::body::Body;
use http::{Method, StatusCode};
use notice::Remark;
use std::time::Duration;

pub async fn world() -> World {
    let world = World::telling(sample::settings()).await;
    world.clock.set(sample::now());
    world.status.publish(&Sample::new("colissimo").board(sample::now()));
    world
}

pub async fn get(world: &World, path: &str, headers: &[(&str, &str)]) -> Answer {
    world.send(Method::GET, path, headers, Body::empty()).await
}

#[tokio::test]
async fn the_page_says_how_every_function_is_in_both_languages() {
    let world = world().await;
    for (path, lang, says) in [
        ("/status", "fr", ["En panne", "Sous surveillance", "Certaines fonctions ne marchent pas", "11 h 30"]),
        ("/status?lang=en", "en", ["Out", "Under watch", "Some functions do not work", "11:30"]),
    ] {
        let page = get(&world, path, &[]).await;
        assert_eq!(page.status, StatusCode::OK);
        assert_eq!((page.header("content-language"), page.header("content-type")), (lang, "text/html; charset=utf-8"));
        let text = page.text().replace(['\u{a0}', '\u{202f}'], " ");
        for says in says {
            assert!(text.contains(says), "{path}: {says}\n{text}");
        }
    }
}

#[tokio::test]
async fn who_has_a_form_already_is_not_sent_it_again() {
    let world = world().await;
    for path in ["/status", "/api/v2/summary.json", "/history.atom"] {
        let first = get(&world, path, &[("accept-encoding", "br, gzip;q=0.8")]).await;
        assert_eq!((first.header("content-encoding"), &first.body[..2]), ("gzip", &[0x1f, 0x8b][..]));
        assert_eq!(first.header("vary"), "accept-language, accept-encoding");
        assert_eq!(first.header("cache-control"), "public, max-age=5, must-revalidate");
        let etag = first.header("etag").to_owned();
        let again = get(&world, path, &[("if-none-match", &format!("\"x\", W/{etag}"))]).await;
        assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
        let other = get(&world, &format!("{path}?lang=en"), &[("if-none-match", &etag)]).await;
        assert_eq!(other.status, StatusCode::OK, "another language is another form");
        let refused = get(&world, path, &[("accept-encoding", "gzip;q=0")]).await;
        assert_eq!(refused.header("content-encoding"), "");
    }
}

#[tokio::test]
async fn a_board_that_is_too_old_is_not_shown_as_the_present() {
    let world = world().await;
    world.clock.set(sample::now().plus(Duration::from_secs(59)));
    assert_eq!(get(&world, "/status", &[]).await.status, StatusCode::OK);
    world.clock.set(sample::now().plus(Duration::from_secs(60)));
    let page = get(&world, "/status?lang=en", &[]).await;
    assert_eq!((page.status, page.header("cache-control")), (StatusCode::SERVICE_UNAVAILABLE, "no-cache"));
    let text = page.text();
    assert!(text.contains("Not known") && text.contains("How things are now is not known"), "{text}");
    assert!(
        !text.contains("class=\"state major\"") || text.contains("Mobile app"),
        "only the operator’s services have a state"
    );
    let summary = get(&world, "/api/v2/summary.json?lang=en", &[]).await;
    assert_eq!(summary.status, StatusCode::SERVICE_UNAVAILABLE);
    let json = summary.json();
    assert_eq!((&json["components"], &json["x_known"]), (&serde_json::json!([]), &serde_json::json!(false)));
    assert_eq!(json["status"]["description"], "Not known");
    assert_eq!(get(&world, "/status/history", &[]).await.status, StatusCode::OK, "history is history");
    assert_eq!(get(&world, "/status/incidents/7", &[]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn before_the_first_board_nothing_is_claimed() {
    let world = World::new().await;
    let page = get(&world, "/status?lang=en", &[]).await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(page.text().contains("not known yet"));
    assert_eq!(get(&world, "/api/v2/status.json", &[]).await.json()["status"]["indicator"], "minor");
}

#[tokio::test]
async fn a_claim_that_ends_before_the_board_ends_the_board() {
    let world = World::new().await;
    let mut sample = Sample::new("colissimo");
    let soon = sample::now().plus(Duration::from_secs(25));
    sample.updates.last_mut().expect("one").claims[0].expires = soon;
    world.clock.set(sample::now());
    world.status.publish(&sample.board(sample::now()));
    assert_eq!(get(&world, "/status", &[]).await.status, StatusCode::OK);
    world.clock.set(soon);
    assert_eq!(get(&world, "/status", &[]).await.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn the_page_goes_on_when_the_database_is_gone() {
    let world = world().await;
    world.store.clone().close().await.expect("closed");
    assert_eq!(get(&world, "/readyz", &[]).await.status, StatusCode::SERVICE_UNAVAILABLE, "it is gone");
    for path in ["/status", "/status/history", "/status/incidents/7", "/api/v2/summary.json", "/history.rss"] {
        assert_eq!(get(&world, path, &[]).await.status, StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn names_and_words_of_others_are_text() {
    let world = World::new().await;
    let mut sample = Sample::new(HOSTILE);
    let last = sample.updates.last_mut().expect("one");
    last.remark = Some(Remark { by: HOSTILE.into(), text: format!("</p></main>{HOSTILE}\u{0}\u{8}"), at: last.at });
    for claim in &mut last.claims {
        if let notice::Says::Confirmed { source, .. } = &mut claim.says {
            *source = "javascript:alert(1)".into();
        }
    }
    world.clock.set(sample::now());
    world.status.publish(&sample.board(sample::now()));
    for path in ["/status", "/status/history", "/status/incidents/7", "/history.atom", "/history.rss"] {
        let text = get(&world, path, &[]).await.text();
        assert!(!text.contains("<script") && !text.contains("</p></main>&lt;"), "{path}\n{text}");
        assert!(!text.contains("href=\"javascript:"), "{path}");
        assert!(text.contains("script&gt;"), "{path}");
    }
}

#[tokio::test]
async fn pages_run_nothing_and_fetch_nothing() {
    let world = world().await;
    for path in ["/status", "/status/history", "/status/incidents/3"] {
        let page = get(&world, path, &[]).await;
        let policy = page.header("content-security-policy").to_owned();
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
        let text = page.text();
        assert!(!text.contains("<script") && !text.contains(" style=") && !text.contains(" src="), "{path}");
        assert_eq!((page.header("x-content-type-options"), page.header("referrer-policy")), ("nosniff", "no-referrer"));
    }
}

#[tokio::test]
async fn what_is_not_there_and_what_is_not_allowed_is_said() {
    let world = world().await;
    assert_eq!(get(&world, "/status/incidents/99", &[]).await.problem(), "no-such-incident");
    let posted = world.send(Method::POST, "/status", &[], Body::empty()).await;
    assert_eq!(posted.status, StatusCode::METHOD_NOT_ALLOWED);
    let moved = get(&world, "/history", &[]).await;
    assert_eq!((moved.status, moved.header("location")), (StatusCode::FOUND, "/status/history"));
    let head = world.send(Method::HEAD, "/status", &[], Body::empty()).await;
    assert_eq!((head.status, head.body.len()), (StatusCode::OK, 0));
}
