//! People's browsers: each comes through the ladder by itself, in whatever way it can, or is told what to do.

use crate::{
    browser::Browser,
    house::{Asking, House, OPERATOR, Reply, get, keys, narrow, prefix, settings},
};
use admission::{Class, Key, Keys, Passed, Rate, Rule, Step, Token};
use clock::Clock;
use edge::GuardSettings;
use std::time::Duration;

const S: Duration = Duration::from_secs(1);

/// Who has a token waits for nothing: so it is refused when there is no place, which is what raises the pressure.
pub(crate) fn impatient() -> GuardSettings {
    let mut settings = narrow();
    settings.admission.wait.citizen_ms = 0;
    settings.admission.rate.citizen = Rate::new(0, 1);
    settings
}

/// A flood in which there is no place for who has no token.
pub(crate) async fn crowded(settings: GuardSettings) -> House {
    let house = House::with(settings);
    house.flood().await;
    house.crowd().await;
    house
}

/// A flood in which even those with a token are refused, until the pressure has this word.
pub(crate) async fn besieged(word: &str) -> House {
    let house = House::with(impatient());
    house.flood().await;
    let held = house.hold(10).await;
    let token = issued(&keys(), Step::Work, 24 * 3_600 * S, &house);
    while house.state().await["pressure"] != word {
        // So few between two looks at the pressure do not raise it twice.
        for n in 0..10 {
            let person = get("/x").from(&format!("203.0.{n}.1")).header(format!("cookie: tournee_token={token}"));
            assert_ne!(house.ask(&person).await.status, 200);
        }
    }
    house.service.go.add_permits(held.len());
    crate::house::until(|| house.guard.counts().gate.taken == 0).await;
    house.crowd().await;
    house
}

/// Such a token as a browser gets.
pub(crate) fn issued(keys: &Keys, step: Step, good_for: Duration, house: &House) -> String {
    let (at, id) = (house.clock.now(), [step as u8; 8]);
    let question = admission::Question::ask(keys, step, "/", id, at);
    let passed: Passed = admission::check(keys, &question, None, "/", at.plus(step.patience())).expect("passed");
    Token::issue(keys, passed, good_for, at)
}

fn step_of(person: &Browser, house: &House) -> Option<Step> {
    Token::read(&keys(), person.cookie("tournee_token")?, house.clock.now()).ok().map(|token| token.step)
}

fn statuses(seen: &[Reply]) -> Vec<u16> {
    seen.iter().map(|reply| reply.status).collect()
}

fn is_page(said: &Reply) {
    assert_eq!((said.status, said.header("content-type")), (503, "text/html; charset=utf-8"));
    assert_eq!((said.header("cache-control"), said.header("content-language")), ("no-store", "fr"));
    assert!(said.body.contains("<html lang=\"fr\">") && said.header("content-security-policy").contains("'none'"));
}

#[tokio::test(flavor = "multi_thread")]
async fn in_peace_nobody_is_asked_anything() {
    let house = House::open(4);
    let mut person = Browser::at("203.0.113.1");
    assert_eq!(statuses(&person.open(&house, "/x?a=b").await), [200]);
    let back = person.open(&house, "/x?a=b&tournee-check").await;
    assert_eq!((statuses(&back), back[0].header("location")), (vec![302, 200], "/x?a=b"), "back from an earlier flood");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_comes_through_by_a_page_that_reloads_itself() {
    let house = crowded(narrow()).await;
    for scripts in [true, false] {
        let before = (house.service.count(), house.arrived(Class::Citizen));
        let mut person = Browser { runs_scripts: scripts, ..Browser::at("203.0.113.1") };
        let seen = person.open(&house, "/x?a=b").await;
        assert_eq!(statuses(&seen), [503, 302, 200]);
        is_page(&seen[0]);
        assert_eq!(seen[0].header("retry-after"), "2");
        assert_eq!((step_of(&person, &house), person.cookie("tournee_question")), (Some(Step::Refresh), None));
        assert!(seen[2].body.starts_with("GET /x?a=b #"), "{}", seen[2].body);
        assert_eq!(statuses(&person.open(&house, "/y").await), [200], "it is not asked again");
        assert_eq!((house.service.count(), house.arrived(Class::Citizen)), (before.0 + 2, before.1 + 2));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_back_too_soon_waits_for_the_rest() {
    let house = crowded(narrow()).await;
    let mut person = Browser::at("203.0.113.1");
    person.one(&house, &get("/x")).await;
    let question = person.cookie("tournee_question").expect("a question").to_owned();
    house.later(S);
    let said = person.one(&house, &get("/x?tournee-check")).await;
    assert_eq!((said.status, said.header("retry-after")), (503, "1"));
    assert_eq!(person.cookie("tournee_question"), Some(question.as_str()), "and does not begin anew");
    house.later(S);
    assert_eq!(person.one(&house, &get("/x?tournee-check")).await.status, 302);
}

#[tokio::test(flavor = "multi_thread")]
async fn harder_steps_are_passed_by_a_script_or_by_waiting() {
    for (word, step) in [("severe", Step::Script), ("siege", Step::Work)] {
        let house = besieged(word).await;
        let mut before = Browser::at("203.0.113.5");
        before = before.with("tournee_token", &issued(&keys(), Step::Refresh, 3_600 * S, &house));
        for (scripts, mut person) in
            [(true, Browser::at("203.0.113.4")), (false, Browser::at("203.0.113.4")), (true, before)]
        {
            person.runs_scripts = scripts;
            let began = house.clock.now();
            let seen = person.open(&house, "/x").await;
            assert_eq!(statuses(&seen), [503, 302, 200], "{word}");
            assert_eq!(step_of(&person, &house), Some(step));
            let waited = house.clock.now().since(began);
            assert_eq!(waited, if scripts { Duration::ZERO } else { step.patience() }, "{word}");
            assert_eq!(person.cookie("tournee_answer"), None);
        }
        let mut wrong = Browser::at("203.0.113.6").with("tournee_answer", "7");
        wrong.runs_scripts = false;
        assert_eq!(statuses(&wrong.open(&house, "/x").await), [503, 302, 200], "an old answer is in nobody's way");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_keeps_no_cookies_is_told_so_and_can_come_back() {
    let house = crowded(narrow()).await;
    let mut person = Browser { keeps_cookies: false, ..Browser::at("203.0.113.1") };
    let seen = person.open(&house, "/x").await;
    assert_eq!(statuses(&seen), [503, 503]);
    is_page(&seen[1]);
    assert!(seen[1].body.contains("ne garde pas les cookies") && !seen[1].body.contains("http-equiv"));
    // It is told to allow them and to load the page again, at the address where it stands.
    person.keeps_cookies = true;
    let again = person.one(&house, &get("/x?tournee-check")).await;
    assert_eq!(again.status, 503);
    house.later(2 * S);
    assert_eq!(statuses(&person.open(&house, "/x?tournee-check").await), [302, 200]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_is_not_lost() {
    for (word, scripts) in [("overload", true), ("overload", false), ("severe", true), ("severe", false)] {
        let house = if word == "overload" { crowded(narrow()).await } else { besieged(word).await };
        let before = house.service.count();
        let mut person = Browser { runs_scripts: scripts, ..Browser::at("203.0.113.1") };
        let form = || get("/contact?a=b").post("name=Zo%C3%A9");
        let seen = person.go(&house, form()).await;
        assert_eq!(statuses(&seen), [503], "a page that comes back by itself would lose what was sent");
        is_page(&seen[0]);
        assert!(seen[0].body.contains("rechargez cette page"), "{}", seen[0].body);
        if word == "overload" || !scripts {
            assert_eq!(statuses(&person.go(&house, form()).await), [503], "too soon");
            house.later(8 * S);
        }
        let seen = person.go(&house, form()).await;
        assert_eq!(statuses(&seen), [307, 200], "{word} {scripts}");
        let body = &seen[1].body;
        assert!(body.starts_with("POST /contact?a=b #") && body.ends_with(" name=Zo%C3%A9"), "{body}");
        assert_eq!(house.service.count(), before + 1, "it is worked on once");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tabs_do_not_take_each_others_question() {
    let house = crowded(narrow()).await;
    let paths = ["/", "/a", "/a/b", "/a/b/c;d", "/z"];
    let mut one = Browser::at("203.0.113.1");
    for path in paths {
        assert_eq!(one.one(&house, &get(path)).await.status, 503);
    }
    house.later(2 * S);
    for path in paths.into_iter().filter(|path| !path.contains(';') && *path != "/") {
        let mut tab = one.clone();
        let said = tab.one(&house, &get(format!("{path}?tournee-check"))).await;
        assert_eq!((said.status, said.header("location")), (302, path));
        assert_eq!(tab.one(&house, &get(path)).await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_there_is_a_place_nobody_is_asked() {
    let house = House::open(2);
    house.flood().await;
    for keeps_cookies in [true, false] {
        let mut person = Browser { keeps_cookies, ..Browser::at("203.0.113.1") };
        assert_eq!(statuses(&person.open(&house, "/x").await), [200]);
    }
    assert_eq!(house.ask(&get("/x").for_a_page().post("a=b")).await.status, 200, "nor is a form held up");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_names_parcels_that_do_not_exist_is_asked_nothing() {
    let mut settings = narrow();
    settings.admission.rate.unknown = Rate::new(1, 1);
    let house = crowded(settings).await;
    let mut person = Browser::at("203.0.113.1");
    let mut seen = Vec::new();
    while seen.last() != Some(&429) {
        seen.push(person.one(&house, &get("/track/0123")).await.status);
        assert!(matches!(seen.last(), Some(404 | 429)), "{seen:?}");
    }
    assert_eq!((seen[0], person.cookie("tournee_question")), (404, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_goes_with_its_browser_from_network_to_network() {
    let house = crowded(narrow()).await;
    let mut person = Browser::at("203.0.113.1");
    person.open(&house, "/x").await;
    let before = house.arrived(Class::Citizen);
    for address in ["2001:db8:7::1", "198.51.100.3", "2001:db8:8:9::1"] {
        person.address = address.into();
        assert_eq!(statuses(&person.open(&house, "/x").await), [200], "{address}");
    }
    assert_eq!(house.arrived(Class::Citizen), before + 3);
    assert_ne!(prefix("2001:db8:7::1"), prefix("2001:db8:8:9::1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_not_good_is_none() {
    let house = crowded(narrow()).await;
    let good = issued(&keys(), Step::Refresh, 3_600 * S, &house);
    let forged = good.replace(&good[20..24], if &good[20..24] == "AAAA" { "BBBB" } else { "AAAA" });
    let other = issued(&Keys::new(Key::new(1, &[8; 32])), Step::Work, 3_600 * S, &house);
    let unknown_key = issued(&Keys::new(Key::new(2, &[9; 32])), Step::Work, 3_600 * S, &house);
    let early = {
        house.later(3_600 * S);
        let token = issued(&keys(), Step::Work, 3_600 * S, &house);
        house.clock.set(house.clock.now().minus(3_600 * S));
        token
    };
    let asked = |token: &str| Browser::at("203.0.113.1").with("tournee_token", token);
    let a_step = issued(&keys(), Step::Cookie, 3_600 * S, &house);
    for (what, token) in [
        ("forged", forged),
        ("other key", other),
        ("unknown key", unknown_key),
        ("early", early),
        ("cut", good[..42].into()),
        ("long", format!("{good}A")),
        ("a lower step", a_step),
    ] {
        assert_eq!(asked(&token).one(&house, &get("/x")).await.status, 503, "{what}");
    }
    assert_eq!(asked(&good).one(&house, &get("/x")).await.status, 200);
    house.later(3_599 * S);
    assert_eq!(asked(&good).one(&house, &get("/x")).await.status, 200);
    house.later(S);
    assert_eq!(asked(&good).one(&house, &get("/x")).await.status, 503, "expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_shares_a_token_shares_its_budget() {
    let mut settings = narrow();
    settings.admission.rate.citizen = Rate::new(1, 4);
    let house = crowded(settings).await;
    let shared = issued(&keys(), Step::Refresh, 3_600 * S, &house);
    let mut served = 0;
    for n in 0..40 {
        let mut bot = Browser::at(&format!("203.0.{n}.1")).with("tournee_token", &shared);
        let said = bot.one(&house, &get("/x")).await;
        served += u32::from(said.status == 200);
        if said.status != 200 {
            assert_eq!((said.status, said.header("content-type")), (429, "text/html; charset=utf-8"));
            assert!(said.body.contains(said.header("tournee-receipt")) && !said.header("retry-after").is_empty());
        }
    }
    assert!((4..8).contains(&served), "{served}");
    assert_eq!(house.refused(Class::Citizen, Rule::Rate), u64::from(40 - served));
    let mut person = Browser::at("203.0.113.1");
    assert_eq!(statuses(&person.open(&house, "/x").await), [503, 302, 200], "another's token has its own");
    // The next look at the pressure has seen all of them.
    let mut looks = tokio::time::interval(S);
    for _ in 0..3 {
        looks.tick().await;
    }
    assert_eq!(house.state().await["pressure"], "overload", "and one token's haste makes no step harder");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_way_back_leads_nowhere_else() {
    let house = crowded(narrow()).await;
    for (path, back) in
        [("//evil.example/x", "/evil.example/x"), ("/\\evil.example", "/evil.example"), ("/x?&a=1&", "/x?a=1")]
    {
        let mut person = Browser::at("203.0.113.1");
        assert_eq!(person.one(&house, &get(path)).await.status, 503);
        house.later(2 * S);
        let said = person.one(&house, &get(path)).await;
        assert_eq!((said.status, said.header("location")), (302, back));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_questions_are_asked_people_are_told_the_truth() {
    let mut settings = GuardSettings { challenge: false, ..settings(2) };
    settings.admission.rate.unknown = Rate::new(1, 1);
    let house = House::with(settings);
    house.flood().await;
    let mut person = Browser::at("203.0.113.1");
    assert_eq!(statuses(&person.open(&house, "/x").await), [200]);
    let said = person.open(&house, "/x").await;
    assert_eq!(statuses(&said), [429]);
    assert!(!said[0].body.contains("vérifions"), "nothing would be checked: {}", said[0].body);
    assert_eq!(house.refused(Class::Unknown, Rule::Rate), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_a_key_is_asked_nothing_in_a_browser_either() {
    let house = House::open(2);
    house.flood().await;
    let asked: Asking = get("/x").for_a_page().header(OPERATOR);
    assert_eq!(house.ask(&asked).await.status, 200);
}
