//! A server behind that is down, silent, or breaks off: people get a page with a receipt, programs the problem.

use crate::{
    browser::Browser,
    house::{House, Reply, get, keys, prefix, settings},
};
use admission::{Class, Rule, explain, resource_mark};
use edge::{Upstream, UpstreamSettings};
use tokio::{net::TcpListener, runtime::Handle};

#[expect(clippy::disallowed_methods, reason = "a port at which nobody answers")]
async fn port() -> (TcpListener, UpstreamSettings) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    (listener, UpstreamSettings { answer_ms_max: 50, ..UpstreamSettings::at(url) })
}

fn house(upstream: UpstreamSettings) -> House {
    House::before(Upstream::new(upstream).expect("an upstream"), settings(2))
}

/// It is a page in this language, and its receipt says the rule.
fn is_page(said: &Reply, status: u16, lang: &str, rule: Rule) {
    assert_eq!((said.status, said.header("content-type")), (status, "text/html; charset=utf-8"), "{said:?}");
    assert_eq!((said.header("content-language"), said.header("cache-control")), (lang, "no-store"));
    assert!(said.header("content-security-policy").contains("'none'"));
    let code = said.header("tournee-receipt");
    assert!(said.body.contains(code), "{said:?}");
    let told = explain(code, &keys()).expect("a receipt");
    assert_eq!((told.rule, told.class, told.prefix), (rule, Class::Unknown, prefix("203.0.113.1")));
    assert_eq!(told.resource, resource_mark("page"));
}

#[tokio::test(flavor = "multi_thread")]
async fn people_get_a_page_and_programs_the_problem() {
    let (gone, upstream) = port().await;
    drop(gone);
    let unreachable = house(upstream);
    let (silent, upstream) = port().await;
    let late = house(upstream);
    let (breaks, upstream) = port().await;
    Handle::current().spawn(async move { while breaks.accept().await.is_ok() {} });
    let broken = house(upstream);
    for (house, status, retry) in [(&unreachable, 502, "5"), (&late, 504, "5"), (&broken, 502, "")] {
        for (lang, what) in [("fr", "Le service demandé ne répond pas"), ("en", "does not answer just now")] {
            let mut person = Browser { lang, ..Browser::at("203.0.113.1") };
            let said = person.one(house, &get("/page/news")).await;
            is_page(&said, status, lang, Rule::Upstream);
            assert!(said.body.contains(what), "{said:?}");
            assert_eq!(said.header("retry-after"), retry);
            // Nobody knows when it will answer: no number of seconds is promised to a person.
            assert!(!said.body.contains("Attendez") && !said.body.contains("Wait at least"), "{said:?}");
        }
        let said = house.ask(&get("/page/news").header("accept: application/json")).await;
        assert_eq!((said.status, said.header("content-type")), (status, "application/problem+json"));
        assert_eq!((said.json()["status"].as_u64(), said.header("retry-after")), (Some(status.into()), retry));
    }
    // Only who sent something to a server that took it has to look before sending it again.
    for (house, maybe) in [(&unreachable, false), (&late, true), (&broken, true)] {
        let said = Browser::at("203.0.113.1").one(house, &get("/page/form").post("a=b")).await;
        assert_eq!(said.body.contains("a peut-être été reçu"), maybe, "{said:?}");
    }
    drop(silent);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_told_of_a_full_server_when_to_come_again() {
    let (_silent, upstream) = port().await;
    let house = house(UpstreamSettings { requests_count_max: 0, ..upstream });
    let said = Browser::at("203.0.113.1").one(&house, &get("/page/news")).await;
    is_page(&said, 503, "fr", Rule::Overload);
    assert!(said.body.contains("Attendez au moins 5"), "{said:?}");
    // What is wrong with the request itself stays a problem.
    let upgrade = get("/page/news").header("connection: upgrade").header("upgrade: websocket");
    let said = Browser::at("203.0.113.1").one(&house, &upgrade).await;
    assert_eq!((said.status, said.header("content-type")), (501, "application/problem+json"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_answer_stands_in_before_the_page() {
    let behind = House::open(2);
    let house = house(UpstreamSettings::at(format!("http://{}", behind.door.address)));
    let mut person = Browser::at("203.0.113.1");
    let first = person.one(&house, &get("/page/news")).await;
    behind.door.stop.send(()).expect("told");
    behind.door.ended.await.expect("ended");
    let said = person.one(&house, &get("/page/news")).await;
    assert_eq!((said.status, said.header("cache-control"), &said.body), (200, "no-cache", &first.body));
    is_page(&person.one(&house, &get("/page/other")).await, 502, "fr", Rule::Upstream);
}
