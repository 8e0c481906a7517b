//! Operators: they see how the shield stands and give orders about its rules; nobody else does. And a dry run, and metrics.

use crate::{
    browser::Browser,
    house::{Asking, House, OPERATOR, PARTNER, SCANNER, get, keys, narrow, reply, settings, tick, until},
};
use admission::{Class, Rate, Rule, explain};
use edge::GuardSettings;
use prometheus_client::{encoding::text::encode, registry::Registry};
use std::{sync::atomic::Ordering::SeqCst, time::Duration};
use tokio::io::AsyncWriteExt;

#[tokio::test(flavor = "multi_thread")]
async fn the_state_is_for_operators_alone() {
    let house = House::open(3);
    let of = |asked: Asking, key: &str| asked.header(key);
    for path in ["/.tournee/shield", "/.tournee/shield/rules/1/pin"] {
        for key in [PARTNER, SCANNER, "authorization: Bearer operator", "accept: */*"] {
            for asked in [get(path), get(path).post("")] {
                assert_eq!(house.ask(&of(asked, key)).await.status, 403, "{path} {key}");
            }
        }
    }
    house.ask(&get("/x")).await;
    let said = house.ask(&of(get("/.tournee/shield"), OPERATOR)).await;
    assert_eq!((said.status, said.header("cache-control")), (200, "no-store"));
    let state = said.json();
    assert_eq!(
        (&state["overloaded"], &state["pressure"], &state["places"]),
        (&false.into(), &"calm".into(), &3.into())
    );
    assert_eq!((&state["classes"]["unknown"]["served"], &state["taken"]), (&1.into(), &0.into()));
    assert_eq!(state["innocents_refused"]["signed"]["known"], false);
    for (asked, status, allow) in [
        (get("/.tournee/shield").post(""), 405, "GET"),
        (get("/.tournee/shield/rules/1/pin"), 405, "POST"),
        (get("/.tournee/shield/rules/1/paint").post(""), 404, ""),
        (get("/.tournee/shield/rules/one/pin").post(""), 404, ""),
        (get("/.tournee/shield/rules/1/pin").post(""), 409, ""),
    ] {
        let said = house.ask(&of(asked, OPERATOR)).await;
        assert_eq!((said.status, said.header("allow")), (status, allow));
    }
    assert_eq!(house.service.count(), 1, "nothing behind hears of it");
}

/// Sends so many requests over one connection.
async fn send(house: &House, count: u32, asked: impl Fn(u32) -> Asking) {
    let mut stream = house.door.connect().await;
    for n in 0..count {
        stream.write_all(asked(n).written().as_bytes()).await.expect("written");
        reply(&mut stream).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_is_found_and_an_operator_rules_over_it() {
    let mut settings = settings(2);
    settings.admission.rate.wide = Rate::new(0, 1);
    settings.hunt.innocents_per_100000_max = 1_000;
    let house = House::with(settings);
    house.later(Duration::from_secs(120));
    let address = |kind: u32, n: u32| format!("{kind}.{}.{}.7", n >> 8, n & 255);
    let usual = |n: u32| get("/x").from(&address(60, n)).header(format!("user-agent: Usual/{}", n % 9));
    let flood = |n: u32| get("/x?q=a").from(&address(70, n)).header("user-agent: Flood/1");
    send(&house, 3_000, usual).await;
    house.overload().await;
    send(&house, 1_500, flood).await;
    let rule = loop {
        let state = house.state().await;
        if let Some(rule) = state["rules"].as_array().expect("rules").iter().find(|rule| rule["state"] == "active") {
            break rule.clone();
        }
        tick().await;
    };
    assert!(rule["shape"].to_string().contains("Flood/1") || rule["shape"].to_string().contains('q'), "{rule}");
    let said = house.ask(&flood(9_000)).await;
    assert_eq!((said.status, said.json()["rule"].as_str()), (503, Some("signature")));
    let told = explain(said.header("tournee-receipt"), &keys()).expect("a receipt");
    assert_eq!((told.rule, u64::from(told.evidence)), (Rule::Signature, rule["id"].as_u64().expect("a number")));
    assert_eq!(house.ask(&usual(9_001)).await.status, 200);
    let order = |word| {
        let path = format!("/.tournee/shield/rules/{}/{word}", rule["id"]);
        let asked = get(path).post("").header(OPERATOR);
        let house = &house;
        async move { house.ask(&asked).await }
    };
    let stands = |said: crate::house::Reply| {
        let rules = said.json()["rules"].as_array().expect("rules").clone();
        rules.iter().find(|one| one["id"] == rule["id"]).map(|one| one["state"].as_str().expect("a word").to_owned())
    };
    assert_eq!(stands(order("pin").await).as_deref(), Some("pinned"));
    assert_eq!(house.ask(&flood(9_002)).await.status, 503);
    assert_eq!(stands(order("forbid").await).as_deref(), Some("forbidden"));
    assert_eq!(house.ask(&flood(9_003)).await.status, 200, "never again");
    assert_eq!(stands(order("lift").await), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_can_be_read() {
    let house = House::open(1);
    let mut registry = Registry::default();
    house.guard.register(&mut registry);
    send(&house, 120, |_| get("/x").header(PARTNER)).await;
    let mut text = String::new();
    encode(&mut text, &registry).expect("text");
    for line in [
        "tournee_shield_served_total{class=\"partner\"} 120",
        "tournee_shield_places 1",
        "tournee_shield_overloaded 0",
        "tournee_shield_innocents_refused{known=\"signed\",value=\"seen\"} 0.0",
    ] {
        assert!(text.lines().any(|one| one == line), "{line} in {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_browsers_climbed_and_memory_gave_is_counted() {
    let house = House::with(narrow());
    let mut registry = Registry::default();
    house.guard.register(&mut registry);
    let counts = |lines: &[&str]| {
        let mut text = String::new();
        encode(&mut text, &registry).expect("text");
        for line in lines {
            assert!(text.lines().any(|one| one == *line), "{line} in {text}");
        }
    };
    for path in ["/page/news", "/assets/page.css", "/assets/page.css", "/assets/page.css"] {
        assert_eq!(house.ask(&get(path)).await.status, 200);
    }
    counts(&["tournee_shield_fresh_answers_total 2", "tournee_shield_older_answers_total 0"]);
    house.service.status.store(503, SeqCst);
    assert_eq!(house.ask(&get("/page/news")).await.status, 200);
    house.service.status.store(0, SeqCst);
    house.flood().await;
    house.crowd().await;
    let browser = Browser::at("203.0.113.1");
    for mut person in [browser.clone(), Browser { keeps_cookies: false, ..browser }] {
        person.open(&house, "/way").await;
    }
    let all = [
        "tournee_shield_older_answers_total 1",
        "tournee_shield_challenges_asked_total{step=\"refresh\"} 3",
        "tournee_shield_challenges_passed_total{step=\"refresh\"} 1",
        "tournee_shield_challenges_asked_total{step=\"script\"} 0",
        "tournee_shield_challenges_passed_total{step=\"script\"} 0",
    ];
    counts(&all);
    // They go on with new settings.
    house.guard.renew(narrow()).expect("good settings");
    counts(&all);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_refuses_nothing_and_counts_what_it_would() {
    let mut settings = GuardSettings { ..settings(1) };
    settings.admission.dry_run = true;
    settings.admission.rate.prefix = Rate::new(1, 1);
    let house = House::with(settings);
    let held = house.hold(1).await;
    let of = |rule: Rule| house.guard.counts().would_refuse[Class::Unknown.index()][rule as usize - 1];
    assert_eq!(house.ask(&get("/x")).await.status, 200, "though there is no place");
    assert_eq!(house.ask(&get("/x")).await.status, 200, "though it is too fast");
    assert_eq!((of(Rule::Overload), of(Rule::Rate)), (1, 1));
    assert_eq!(house.ask(&get("/track/0123").from("203.0.113.1")).await.status, 200);
    assert_eq!(house.ask(&get("/x").for_a_page().from("203.0.113.2")).await.status, 200);
    house.service.go.add_permits(held.len());
    until(|| house.guard.counts().gate.taken == 0).await;
    assert_eq!(house.guard.counts().refused_of(Class::Unknown), 0);
}
