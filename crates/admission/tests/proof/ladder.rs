use super::{at, keys};
use admission::{
    Ask, BadToken, Client, Headers, Keys, NotPassed, Pressure, Question, Standing, Step, TOKEN_GOOD_FOR, Token, ask,
    check, script_answer, work_is_done,
};
use proptest::prelude::*;
use std::time::Duration;

const HTML: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const PRESSURES: [Pressure; 5] =
    [Pressure::Calm, Pressure::Busy, Pressure::Overload, Pressure::Severe, Pressure::Siege];

fn firefox() -> Headers<'static> {
    Headers {
        accept: Some(HTML),
        sec_fetch_mode: Some("navigate"),
        sec_fetch_dest: Some("document"),
        user_agent: Some(FIREFOX),
        authorization: false,
    }
}

#[test]
fn browsers_are_people() {
    let is_person = |headers| assert_eq!(Client::of(headers), Client::Person, "{headers:?}");
    is_person(firefox());
    is_person(Headers { authorization: true, ..firefox() });
    is_person(Headers { sec_fetch_mode: None, sec_fetch_dest: None, ..firefox() });
    is_person(Headers {
        accept: Some("text/html, text/plain, text/sgml, text/css, */*;q=0.01"),
        user_agent: Some("Lynx/2.9.2 libwww-FM/2.14"),
        ..Headers::default()
    });
    is_person(Headers { accept: Some("TEXT/HTML"), user_agent: Some("w3m/0.5.3"), ..Headers::default() });
}

#[test]
fn everything_else_is_a_program() {
    let is_program = |headers| assert_eq!(Client::of(headers), Client::Program, "{headers:?}");
    is_program(Headers::default());
    is_program(Headers { accept: Some("*/*"), user_agent: Some("curl/8.14.1"), ..Headers::default() });
    is_program(Headers { accept: Some("text/html"), user_agent: Some("curl/8.14.1"), ..Headers::default() });
    is_program(Headers { accept: Some("application/json"), ..firefox() });
    is_program(Headers { accept: Some("application/json, text/html;q=0.1"), ..firefox() });
    is_program(Headers { accept: Some("application/atom+xml, application/rss+xml, text/html;q=0.5"), ..firefox() });
    is_program(Headers { accept: Some("text/html;q=0"), ..firefox() });
    is_program(Headers { accept: Some("text/html;q=x"), ..firefox() });
    is_program(Headers { accept: None, ..firefox() });
    is_program(Headers { user_agent: None, ..firefox() });
    is_program(Headers { user_agent: Some(" "), ..firefox() });
    is_program(Headers { user_agent: Some("Mozilla/5.0 (compatible; Bot/2.1; +http://example.org/bot)"), ..firefox() });
    is_program(Headers { sec_fetch_mode: Some("cors"), ..firefox() });
    is_program(Headers { sec_fetch_dest: Some("image"), ..firefox() });
    is_program(Headers { sec_fetch_mode: None, authorization: true, ..firefox() });
}

#[test]
fn the_harder_it_is_the_higher_the_step() {
    let person = Standing { client: Client::Person, passed: None, cookie_lost: false };
    let steps: Vec<Ask> = PRESSURES.into_iter().map(|p| ask(person, p)).collect();
    let all = Step::ALL.map(Ask::Step);
    assert_eq!(steps[0], Ask::Nothing);
    assert_eq!(steps[1..], all);
}

#[test]
fn a_browser_without_cookies_is_told() {
    let lost = Standing { client: Client::Person, passed: None, cookie_lost: true };
    assert_eq!(ask(lost, Pressure::Busy), Ask::SayCookies);
    assert_eq!(ask(lost, Pressure::Calm), Ask::Nothing);
    assert_eq!(ask(Standing { passed: Some(Step::Cookie), ..lost }, Pressure::Siege), Ask::Step(Step::Work));
}

/// The number that a script would find.
fn work(question: &str) -> String {
    (0..u32::MAX).map(|n| n.to_string()).find(|n| work_is_done(question, n)).expect("one of four thousand")
}

fn answered(keys: &Keys, step: Step, answer: impl Fn(&str) -> Option<String>, ms: i64) -> Result<Step, NotPassed> {
    let question = Question::ask(keys, step, "/", [7; 8], at(0));
    let passed = check(keys, &question, answer(&question).as_deref(), "/", at(ms))?;
    Ok(Token::read(keys, &Token::issue(keys, passed, TOKEN_GOOD_FOR, at(ms)), at(ms)).expect("good").step)
}

#[test]
fn every_step_can_be_passed_with_a_script_and_without() {
    let keys = keys(1);
    assert_eq!(answered(&keys, Step::Script, |q| Some(script_answer(q).to_string()), 0), Ok(Step::Script));
    assert_eq!(answered(&keys, Step::Work, |q| Some(work(q)), 0), Ok(Step::Work));
    for step in Step::ALL {
        let patience = i64::try_from(step.patience().as_millis()).expect("short");
        assert_eq!(answered(&keys, step, |_| None, patience), Ok(step));
        if patience > 0 {
            let too_soon = Err(NotPassed::TooSoon(Duration::from_millis(1)));
            assert_eq!(answered(&keys, step, |_| None, patience - 1), too_soon);
        }
    }
}

#[test]
fn the_script_in_the_page_gives_this_answer() {
    // As `[...q].reduce((h, c) => Math.imul(h, 31) + c.charCodeAt() >>> 0, 0)` answers in a browser.
    assert_eq!(script_answer("abc"), 96_354);
    assert_eq!(script_answer("The quick brown fox jumps"), 786_085_448);
}

#[test]
fn a_wrong_answer_passes_nothing() {
    let keys = keys(1);
    let wrong = |step, answer: &str| answered(&keys, step, |_| Some(answer.to_owned()), 60_000);
    assert_eq!(wrong(Step::Script, "1"), Err(NotPassed::Wrong));
    assert_eq!(wrong(Step::Script, ""), Err(NotPassed::Wrong));
    assert_eq!(wrong(Step::Work, "x"), Err(NotPassed::Wrong));
    let long = |q: &str| Some(format!("{:0>11}", work(q)));
    assert_eq!(answered(&keys, Step::Work, long, 0), Err(NotPassed::Wrong));
    let of_another = Question::ask(&keys, Step::Work, "/", [8; 8], at(0));
    let number = work(&of_another);
    assert_eq!(wrong(Step::Work, &number), Err(NotPassed::Wrong));
}

#[test]
fn the_work_is_some_thousand_tries() {
    let found = (0..409_600).filter(|n: &u32| work_is_done("question", &n.to_string())).count();
    assert!((70..130).contains(&found), "one in 4,096: {found} of 409,600");
}

#[test]
fn an_old_or_foreign_question_passes_nothing() {
    let mine = keys(1);
    let question = Question::ask(&mine, Step::Cookie, "/", [7; 8], at(0));
    let check = |keys: &Keys, path, ms| check(keys, &question, None, path, at(ms)).map(|_| ());
    assert_eq!(check(&mine, "/", 299_999), Ok(()));
    assert_eq!(check(&mine, "/", 300_000), Err(NotPassed::Question(BadToken::Expired(at(300_000)))));
    assert_eq!(check(&mine, "/other", 0), Err(NotPassed::Question(BadToken::Forged)));
    assert_eq!(check(&keys(2), "/", 0), Err(NotPassed::Question(BadToken::OtherKey)));
}

fn standings() -> impl Strategy<Value = (Standing, Pressure)> {
    let passed = prop::option::of(prop::sample::select(&Step::ALL[..]));
    let client = prop_oneof![Just(Client::Person), Just(Client::Program)];
    (client, passed, any::<bool>(), prop::sample::select(&PRESSURES[..]))
        .prop_map(|(client, passed, cookie_lost, pressure)| (Standing { client, passed, cookie_lost }, pressure))
}

proptest! {
    #[test]
    fn a_program_is_never_asked((standing, pressure) in standings()) {
        let program = Standing { client: Client::Program, ..standing };
        prop_assert_eq!(ask(program, pressure), Ask::Nothing);
    }

    /// Whoever passes what it is asked is asked no more at that pressure, and less pressure never asks for more.
    #[test]
    fn it_ends((standing, pressure) in standings()) {
        if let Ask::Step(step) = ask(standing, pressure) {
            prop_assert_eq!(ask(Standing { passed: Some(step), ..standing }, pressure), Ask::Nothing);
            prop_assert!(standing.passed < Some(step));
        }
        for less in PRESSURES.into_iter().filter(|p| *p < pressure) {
            if let (Ask::Step(low), Ask::Step(high)) = (ask(standing, less), ask(standing, pressure)) {
                prop_assert!(low <= high);
            }
        }
    }

    #[test]
    fn no_header_panics(accept in ".{0,40}", agent in ".{0,40}") {
        let _ = Client::of(Headers { accept: Some(&accept), user_agent: Some(&agent), ..Headers::default() });
    }
}
