//! Older answers: given with their age where the work cannot be had, and never what is somebody's own.

use crate::{
    browser::Browser,
    house::{Asking, House, PARTNER, Reply, SCANNER, get, settings},
};
use admission::Rate;
use edge::{Upstream, UpstreamSettings};
use std::sync::atomic::Ordering::SeqCst;

/// Whether this is the older answer to the first request.
fn is_older(said: &Reply) -> bool {
    said.status == 200 && !said.header("age").is_empty() && said.header("cache-control") == "no-cache"
}

/// A house in which who has asked once is refused for its rate.
async fn strict() -> House {
    let mut settings = settings(2);
    settings.admission.rate.unknown = Rate::new(1, 1);
    House::with(settings)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_good_is_given_when_the_work_is_refused() {
    let house = strict().await;
    let asked = get("/page/news").header("accept-language: fr");
    let first = house.ask(&asked).await;
    assert!(first.header("age").is_empty() && first.status == 200);
    house.flood().await;
    assert_eq!(house.ask(&get("/x")).await.status, 200);
    let before = house.service.count();
    let said = house.ask(&asked).await;
    assert!(is_older(&said) && said.body == first.body, "{said:?}");
    assert_eq!(said.header("vary"), "accept-language");
    assert_eq!(house.service.count(), before);
    // A person is given it too, before a question.
    let mut person = Browser::at("203.0.113.1");
    assert_eq!(person.one(&house, &get("/x")).await.status, 200);
    assert!(is_older(&person.one(&house, &get("/page/news")).await));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_good_is_given_when_the_service_fails() {
    let house = House::open(2);
    let asked = get("/page/news");
    let first = house.ask(&asked).await;
    for status in [502, 503, 504] {
        house.service.status.store(status, SeqCst);
        let said = house.ask(&asked).await;
        assert!(is_older(&said) && said.body == first.body, "{said:?}");
        assert_eq!(house.ask(&get("/page/other")).await.status, status, "what was never good is as it is");
    }
    for status in [404, 500] {
        house.service.status.store(status, SeqCst);
        assert_eq!(house.ask(&asked).await.status, status, "an answer is an answer");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upstream_that_is_gone_is_stood_in_for() {
    let (behind, guarded) = (House::open(2), settings(2));
    let upstream = UpstreamSettings::at(format!("http://{}", behind.door.address));
    let house = House::before(Upstream::new(upstream).expect("an upstream"), guarded);
    let asked = get("/page/news").header("accept-language: fr");
    let first = house.ask(&asked).await;
    assert_eq!(first.status, 200);
    behind.door.stop.send(()).expect("told");
    behind.door.ended.await.expect("ended");
    for _ in 0..40 {
        let said = house.ask(&asked).await;
        assert!(is_older(&said) && said.body == first.body, "{said:?}");
    }
    assert_eq!(house.ask(&get("/page/other")).await.status, 502);
    let floors = house.guard.counts().gate.floors_us;
    assert!(floors.iter().all(Option::is_none), "what failed at once is no measure of work: {floors:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_static_is_answered_from_memory_first() {
    let house = House::open(2);
    let asked = get("/assets/page.css");
    assert!(house.ask(&asked).await.header("age").is_empty());
    for _ in 0..10 {
        assert!(is_older(&house.ask(&asked).await));
    }
    assert_eq!((house.service.count(), house.door.counts.requests()[0]), (1, 11));
    assert!(house.ask(&get("/assets/page.css?v=2")).await.header("age").is_empty(), "another address is asked for");
    let post = Asking { method: "POST", ..asked };
    assert!(house.ask(&post).await.body.starts_with("POST "), "only what is read is remembered");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_somebodys_own_is_never_given_to_another() {
    let house = House::open(2);
    let private = [
        get("/page/private"),
        get("/page/cookie"),
        get("/page/query?name=Zo%C3%A9"),
        get("/page/signed").header(PARTNER),
        get("/page/device").header(SCANNER),
        get("/page/session").header("cookie: session=7"),
        get("/page/part").header("range: bytes=0-3"),
        get("/page/form").post("a=b"),
    ];
    for asked in &private {
        assert_eq!(house.ask(asked).await.status, 200);
    }
    house.service.status.store(503, SeqCst);
    for asked in private {
        let anybody = Asking { headers: Vec::new(), method: "GET", body: String::new(), ..asked.clone() };
        for again in [&asked, &anybody] {
            let said = house.ask(again).await;
            assert_eq!((said.status, said.header("age")), (503, ""), "{}", again.path);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_given_anothers_language() {
    let house = House::open(2);
    let asked = |lang: &str| get("/page/news").header(format!("accept-language: {lang}"));
    for lang in ["fr-FR,fr;q=0.9,en;q=0.8", "de,fr"] {
        house.ask(&asked(lang)).await;
    }
    house.service.status.store(503, SeqCst);
    for (lang, status) in [("fr,en", 200), ("fr-CA, en;q=0.5", 200), ("de,fr;q=0.3", 200), ("en", 503), ("de,en", 503)]
    {
        let said = house.ask(&asked(lang)).await;
        assert_eq!(said.status, status, "{lang}: {said:?}");
    }
}
