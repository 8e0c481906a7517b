//! The picker's script and the page to try it, as they are served: to be kept by others, and safe.

mod support;

use axum::body::Body;
use http::{Method, StatusCode};
use support::{Answer, World};

async fn get(world: &World, path: &str, headers: &[(&str, &str)]) -> Answer {
    world.send(Method::GET, path, headers, Body::empty()).await
}

#[tokio::test]
async fn the_script_is_for_any_page_and_may_be_kept() {
    let world = World::new().await;
    let first = get(&world, "/pickup-picker.js", &[("origin", "https://shop.example")]).await;
    assert_eq!(first.status, StatusCode::OK);
    assert_eq!(first.header("content-type"), "text/javascript; charset=utf-8");
    assert_eq!(first.header("access-control-allow-origin"), "*");
    assert_eq!(first.header("cross-origin-resource-policy"), "cross-origin");
    let kept = first.header("cache-control");
    assert!(kept.contains("max-age=3600") && kept.contains("stale-if-error=604800"), "{kept}");
    assert!(first.text().contains("customElements.define(\"tournee-pickup-picker\""));

    let tag = first.header("etag").to_owned();
    for held in [tag.clone(), format!("W/{tag}"), format!("\"old\", {tag}")] {
        let again = get(&world, "/pickup-picker.js", &[("if-none-match", &held)]).await;
        assert_eq!((again.status, again.text()), (StatusCode::NOT_MODIFIED, String::new()), "{held}");
        assert_eq!(again.header("etag"), tag);
        assert_eq!(again.header("access-control-allow-origin"), "*");
    }
    assert_eq!(get(&world, "/pickup-picker.js", &[("if-none-match", "\"old\"")]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_named_version_is_kept_for_ever_and_only_that_one() {
    let world = World::new().await;
    let page = get(&world, "/pickup-picker", &[]).await.text();
    let path =
        page.split('"').find(|part| part.starts_with("/pickup-picker.js?v=")).expect("the page names it").to_owned();
    assert!(get(&world, &path, &[]).await.header("cache-control").contains("immutable"));
    for other in ["/pickup-picker.js?v=old", "/pickup-picker.js?v=", "/pickup-picker.js?v=a&v=b"] {
        let answer = get(&world, other, &[]).await;
        assert_eq!(answer.status, StatusCode::OK, "{other}");
        assert!(!answer.header("cache-control").contains("immutable"), "{other}");
    }
}

#[tokio::test]
async fn the_page_speaks_the_readers_language() {
    let world = World::new().await;
    for (path, wish, language) in [
        ("/pickup-picker", "fr-FR, en;q=0.5", "fr"),
        ("/pickup-picker", "en, fr;q=0.5", "en"),
        ("/pickup-picker", "", "fr"),
        ("/pickup-picker?lang=fr", "en", "fr"),
        ("/pickup-picker?lang=en", "fr", "en"),
        ("/pickup-picker?lang=de", "fr", "fr"),
    ] {
        let answer = get(&world, path, &[("accept-language", wish)]).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.header("content-language"), language, "{path} {wish}");
        assert!(answer.text().contains(&format!("<html lang=\"{language}\">")));
        assert_eq!(answer.header("vary"), "accept-language");
    }
}

#[tokio::test]
async fn the_page_runs_nothing_but_its_own() {
    let world = World::new().await;
    let answer = get(&world, "/pickup-picker", &[]).await;
    let policy = answer.header("content-security-policy");
    for part in ["default-src 'none'", "connect-src 'self'", "form-action 'none'", "frame-ancestors 'none'"] {
        assert!(policy.contains(part), "{part}");
    }
    assert!(!policy.contains("unsafe") && !policy.contains('*') && !policy.contains("http"), "{policy}");
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
}
