//! The buyer's page: what it shows, what it takes, and what it says to a link that is not good.

use super::{FAR, NEAR, OFFICE, WANTED, gone, id_of, names, publishable, read, ship, text, to_point, world};
use crate::support::{Answer, World};
use clock::Clock;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;
use store::PointRule;

async fn page(world: &World, path: &str, lang: &str) -> Answer {
    world.send(Method::GET, path, &[("accept-language", lang)], String::new()).await
}

async fn answered(world: &World, path: &str, body: &str) -> Answer {
    let kind = [("content-type", "application/x-www-form-urlencoded")];
    world.send(Method::POST, path, &kind, body.to_owned()).await
}

async fn asked(world: &World, order: &str) -> (Value, String) {
    let told = ship(world, &to_point(order, WANTED)).await;
    let told = read(world, &told).await;
    let link = text(&told["question"]["link"]).to_owned();
    (told, link)
}

#[tokio::test]
async fn the_buyer_answers_by_the_link_in_her_language() {
    let world = world().await;
    gone(&world, WANTED);
    let (told, link) = asked(&world, "A-1").await;
    assert!(link.starts_with("/choose/"), "{link}");
    let french = page(&world, &link, "fr-FR,fr;q=0.9,en;q=0.5").await;
    assert_eq!((french.status, french.header("content-language")), (StatusCode::OK, "fr"));
    let english = page(&world, &format!("{link}?lang=en"), "fr").await;
    assert!(french.text().contains("Où livrer votre colis") && english.text().contains("Where should your parcel go"));
    for (header, value) in [
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-robots-tag", "noindex, nofollow"),
        ("content-type", "text/html; charset=utf-8"),
    ] {
        assert_eq!(french.header(header), value);
    }
    let policy = french.header("content-security-policy").to_owned();
    assert!(policy.starts_with("default-src 'none'") && policy.contains("form-action 'self'"), "{policy}");
    let html = french.text();
    let order: Vec<usize> = [OFFICE, NEAR, FAR].map(|id| html.find(&format!("point:{id}")).expect("offered")).into();
    assert!(order.is_sorted(), "the nearest first");
    assert!(html.contains("POINT &lt;750022&gt;") && !html.contains("<script"), "{html}");
    for private in ["Martin", "12 rue", "0612345678", "lucie@", "75020"] {
        assert!(!html.contains(private), "{private}");
    }
    assert!(!html.contains("value=\"home\""), "the home is not offered unless the shop does");

    let done = answered(&world, &format!("{link}?lang=fr"), &format!("answer=point%3A{NEAR}")).await;
    assert_eq!((done.status, done.header("location")), (StatusCode::SEE_OTHER, format!("{link}?lang=fr").as_str()));
    let shown = page(&world, &link, "fr").await;
    assert!(shown.text().contains("C’est noté") && shown.text().contains("POINT &lt;750022&gt;"), "{}", shown.text());
    let now = read(&world, &told).await;
    assert_eq!((&now["state"], &now["consent"]["by"]), (&json!("waiting"), &json!("buyer")));
    assert_eq!(now["delivery"]["pickup_point"], NEAR);
    let again = answered(&world, &link, "answer=keep").await;
    assert_eq!(again.status, StatusCode::SEE_OTHER, "answered before");
    assert_eq!(names(&world, id_of(&told)).await, ["accepted", "asked", "consented"], "twice is the same as once");
    let choices = world.get("/v1/pickup-choices?order_number=A-1").await.json();
    assert_eq!(choices["choices"][0]["point"]["id"], NEAR, "what the buyer says last counts");
}

#[tokio::test]
async fn a_link_that_is_not_good_says_so_plainly() {
    let world = world().await;
    gone(&world, WANTED);
    let (told, link) = asked(&world, "A-1").await;
    for bad in ["/choose/x", "/choose/AAAA", &link[..link.len() - 2]] {
        let refused = page(&world, bad, "en").await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND, "{bad}");
        assert!(refused.text().contains("This link is not valid"), "{}", refused.text());
        assert_eq!(answered(&world, bad, "answer=keep").await.status, StatusCode::NOT_FOUND);
    }
    for bad in ["", "answer=", "answer=home", "answer=point:999999", &"x".repeat(5_000)] {
        let refused = answered(&world, &link, bad).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
        assert!(refused.text().contains("role=\"alert\"") && refused.text().contains("<form"));
    }
    gone(&world, FAR);
    assert_eq!(answered(&world, &link, &format!("answer=point:{FAR}")).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(read(&world, &told).await["state"], "question");
    let long = answered(&world, &link, &"x".repeat(11 << 20)).await;
    assert_eq!(long.status, StatusCode::PAYLOAD_TOO_LARGE);

    let id = text(&told["id"]);
    world.post(&format!("/v1/shipments/{id}/void"), &[], &json!({})).await;
    let void = page(&world, &link, "en").await;
    assert!(void.text().contains("No answer is needed"), "{}", void.text());
    world.clock.set(world.clock.now().plus(Duration::from_secs(15 * 86_400)));
    let late = page(&world, &link, "fr").await;
    assert_eq!(late.status, StatusCode::GONE);
    assert!(late.text().contains("n’est plus valable"));
}

#[tokio::test]
async fn home_is_offered_where_the_shop_does_and_only_who_decides_is_given_the_link() {
    let world = world().await;
    gone(&world, WANTED);
    let rule = PointRule { home_offered: true, ..PointRule::default() };
    world.store.set_point_rule(&"one".parse().expect("an id"), rule).await.expect("set");
    let (told, link) = asked(&world, "A-1").await;
    assert!(page(&world, &link, "en").await.text().contains("value=\"home\""));
    assert_eq!(answered(&world, &link, "answer=home").await.status, StatusCode::SEE_OTHER);
    let now = read(&world, &told).await;
    assert_eq!((&now["product"], &now["delivery"]["mode"]), (&json!("DOM"), &json!("home")));
    let shown = page(&world, &link, "en").await.text();
    assert!(shown.contains("delivered to the address that you gave"), "{shown}");
    let bearer = format!("Bearer {}", publishable(&world).await);
    let told = ship(&world, &to_point("A-2", WANTED)).await;
    assert!(told["question"]["link"].is_null());
    let path = format!("/v1/shipments/{}", text(&told["id"]));
    let refused = world.send(Method::GET, &path, &[("authorization", &bearer)], String::new()).await;
    assert_eq!(refused.problem(), "scope-missing");
}
