//! Programs: served by their key before all others, or told in problem details what to do; never a page, never a question.

use crate::{
    door::to_end,
    house::{Asking, House, OPERATOR, PARTNER, Reply, SCANNER, get, keys, reply, settings, until},
    people::issued,
};
use admission::{Class, Rate, Rule, Step};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_a_key_is_served_before_all_others() {
    let house = House::open(1);
    house.flood().await;
    let token = issued(&keys(), Step::Refresh, Duration::from_secs(3_600), &house);
    let token = format!("cookie: tournee_token={token}");
    let held = house.hold(1).await;
    house.service.came.lock().expect("lock").clear();
    let others = [
        (Class::Unknown, get("/unknown").from("203.0.113.21")),
        (Class::Parcel, get("/track/6A1").from("203.0.113.22")),
        (Class::Citizen, get("/citizen").from("203.0.113.20").header(token)),
        (Class::Scanner, get("/scanner").header(SCANNER)),
        (Class::Partner, get("/partner").header(PARTNER)),
        (Class::Operator, get("/operator").header(OPERATOR)),
    ];
    let mut waiting = Vec::new();
    for (class, asked) in &others {
        waiting.push(house.send(asked).await);
        until(|| house.waiting(*class) == 1).await;
    }
    house.service.go.add_permits(held.len());
    for stream in &mut waiting {
        assert_eq!(reply(stream).await.status, 200);
    }
    let came = house.service.came.lock().expect("lock").clone();
    assert_eq!(came, ["/operator", "/partner", "/scanner", "/citizen", "/track/6A1", "/unknown"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_is_nobodys() {
    let house = House::open(4);
    for wrong in ["authorization: Bearer partner-kex", "x-device-key: partner", "authorization: Basic cGFydG5lcg=="] {
        let before = house.arrived(Class::Unknown);
        assert_eq!(house.ask(&get("/x").header(wrong)).await.status, 200, "in peace it is served as anybody");
        assert_eq!(house.arrived(Class::Unknown), before + 1, "{wrong}");
    }
    assert_eq!(house.ask(&get("/x").header(PARTNER)).await.status, 200);
    assert_eq!((house.arrived(Class::Partner), house.arrived(Class::Unknown)), (1, 3));
}

/// Clients that show no page to anybody.
fn clients() -> Vec<(&'static str, Asking)> {
    let plain = |agent: &str, accept: &str| {
        get("/x").header(format!("user-agent: {agent}")).header(format!("accept: {accept}"))
    };
    vec![
        ("curl", plain("curl/8.10.1", "*/*")),
        ("curl that was told to want a page", plain("curl/8.10.1", "text/html")),
        ("a feed reader", plain("Reader/7 (Macintosh)", "application/atom+xml, text/html;q=0.5")),
        ("an app without a key", plain("okhttp/4.12", "application/json")),
        ("a crawler", plain("Mozilla/5.0 (compatible; Bot/2; +https://bot.example)", "text/html,*/*;q=0.8")),
        (
            "a picture in a page",
            plain("Mozilla/5.0 Firefox/143.0", "image/avif,*/*")
                .header("sec-fetch-mode: no-cors")
                .header("sec-fetch-dest: image"),
        ),
        (
            "a script in a page",
            plain("Mozilla/5.0 Firefox/143.0", "*/*").header("sec-fetch-mode: cors").header("sec-fetch-dest: empty"),
        ),
        ("an app with a form", plain("App/1", "application/json").post("a=b")),
        ("one that says nothing", get("/x")),
    ]
}

fn is_told(who: &str, said: &Reply, status: u16, rule: Rule) {
    assert_eq!(said.status, status, "{who}: {said:?}");
    assert_eq!(said.header("content-type"), "application/problem+json", "{who}");
    assert_eq!(said.header("cache-control"), "no-store", "{who}");
    assert_eq!(said.header("set-cookie"), "", "{who}");
    let retry: u64 = said.header("retry-after").parse().expect("seconds");
    let problem = said.json();
    assert_eq!(problem["status"], status);
    assert_eq!(problem["rule"], rule.as_str());
    assert_eq!(problem["retry_after_s"], retry);
    assert!(retry >= 1 && !problem["detail"].as_str().expect("text").is_empty());
    assert_eq!(problem["receipt"], said.header("tournee-receipt"));
    assert_eq!(problem["receipt"].as_str().expect("a code").len(), 39);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_asks_too_fast_is_told_when_to_come_again() {
    let mut settings = settings(4);
    settings.admission.rate.unknown = Rate::new(1, 1);
    let house = House::with(settings);
    house.flood().await;
    let before = house.service.count();
    for (n, (who, asked)) in clients().into_iter().enumerate() {
        let asked = asked.from(&format!("203.0.{n}.7"));
        assert_eq!(house.ask(&asked).await.status, 200, "{who}: the first is served");
        is_told(who, &house.ask(&asked).await, 429, Rule::Rate);
    }
    assert_eq!(house.service.count() - before, clients().len() as u64, "nothing behind hears of the refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_for_which_there_is_no_place_is_told_so() {
    let mut settings = settings(1);
    settings.admission.wait.unknown_ms = 0;
    settings.admission.wait.parcel_ms = 30;
    let house = House::with(settings);
    let held = house.hold(1).await;
    for (who, asked) in clients() {
        is_told(who, &house.ask(&asked.from("203.0.113.9")).await, 503, Rule::Overload);
    }
    is_told("one who waited", &house.ask(&get("/track/6A1").from("203.0.113.9")).await, 503, Rule::Waited);
    assert_eq!(house.service.count(), 1, "nothing behind hears of the refused");
    assert_eq!(held.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_for_too_often_by_all_together_is_told_so() {
    let mut settings = settings(4);
    let tracking = &mut settings.admission.resources[0];
    (tracking.budget_per_s, tracking.stale) = (Some(1), Some(false));
    let house = House::with(settings);
    house.overload().await;
    let mut refused = 0;
    for n in 0..20 {
        let said = house.ask(&get("/track/1").from(&format!("203.{n}.0.1"))).await;
        if said.status != 200 {
            is_told("anybody", &said, 503, Rule::Budget);
            refused += 1;
        }
    }
    assert!(refused > 5, "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parcel_that_does_not_exist_costs_nothing_behind() {
    let house = House::open(4);
    let said = house.ask(&get("/track/0123")).await;
    assert_eq!((said.status, said.json()["rule"].as_str()), (404, Some("no-such-parcel")));
    assert_eq!((said.header("retry-after"), house.service.count()), ("", 0));
    assert_eq!(house.ask(&get("/track/0123").header(PARTNER)).await.status, 200, "a shop asks whatever it likes");
}

#[tokio::test(flavor = "multi_thread")]
async fn head_is_refused_without_a_body() {
    let mut settings = settings(1);
    settings.admission.wait.unknown_ms = 0;
    let house = House::with(settings);
    let held = house.hold(1).await;
    let asked = Asking { method: "HEAD", ..get("/x") }.header("connection: close");
    let said = to_end(&mut house.send(&asked).await).await;
    assert!(said.starts_with("HTTP/1.1 503 ") && said.ends_with("\r\n\r\n"), "{said:?}");
    assert!(said.contains("tournee-receipt: ") && held.len() == 1);
}
