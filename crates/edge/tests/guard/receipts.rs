//! Receipts: the code that a refusal shows says why, to whoever has the key.

use crate::{
    browser::{Browser, between},
    house::{House, Reply, get, keys, prefix, settings},
};
use admission::{BadCode, Class, Explained, Key, Keys, Rate, Rule, explain};
use clock::{Clock, Time};

fn explained(said: &Reply) -> Explained {
    let code = said.header("tournee-receipt");
    let strangers = Keys::new(Key::new(1, &[7; 32]));
    assert_eq!(explain(code, &strangers), Err(BadCode::NotOurs), "nobody without the key reads it");
    explain(code, &keys()).expect("a receipt")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_code_of_a_refusal_says_why() {
    let mut settings = settings(1);
    settings.admission.rate.unknown = Rate::new(1, 1);
    settings.admission.wait.scanner_ms = 40;
    let house = House::with(settings);
    house.flood().await;
    let minute = Time::from_unix_ms(house.clock.now().unix_ms() / 60_000 * 60_000);
    let asked = get("/x").from("203.0.113.9");
    house.ask(&asked).await;
    let said = house.ask(&asked).await;
    let told = explained(&said);
    assert_eq!((told.rule, told.class, told.prefix), (Rule::Rate, Class::Unknown, prefix("203.0.113.9")));
    assert_eq!((told.at, u64::from(told.evidence)), (minute, said.json()["retry_after_s"].as_u64().expect("seconds")));
    assert!(told.until > told.at);

    let held = house.hold(1).await;
    let scan = get("/page/scan").header(crate::house::SCANNER).from("2001:db8:7:8::1").post("6A1");
    let told = explained(&house.ask(&scan).await);
    assert_eq!((told.rule, told.class, told.prefix), (Rule::Waited, Class::Scanner, prefix("2001:db8:7::")));
    assert_eq!(told.resource, admission::resource_mark("page"));
    assert!((36..1_000).contains(&told.evidence), "ms that it waited: {}", told.evidence);
    drop(held);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_page_shows_the_code() {
    let mut settings = settings(1);
    settings.admission.wait.unknown_ms = 0;
    let house = House::with(settings);
    let held = house.hold(1).await;
    for (lang, words) in
        [("fr", "Si vous nous appelez, donnez ce code\u{a0}:"), ("en", "If you call us, give this code:")]
    {
        let mut person = Browser { lang, ..Browser::at("203.0.113.9") };
        let said = person.one(&house, &get("/x")).await;
        assert_eq!((said.status, said.header("content-language")), (503, lang));
        let code = between(&said.body, "<code>", "</code>").expect("a code");
        assert_eq!(code, said.header("tournee-receipt"));
        assert!(said.body.contains(words), "{}", said.body);
        assert_eq!(explained(&said).rule, Rule::Overload);
    }
    drop(held);
}
