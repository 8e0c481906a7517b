use super::{at, key, keys};
use admission::{
    BadToken, CLOCK_SKEW, Class, Keys, QUESTION_CHARS, QUESTION_GOOD_FOR, Question, Step, TOKEN_CHARS, TOKEN_GOOD_FOR,
    Token, check,
};
use proptest::prelude::*;

fn token(keys: &Keys, id: [u8; 8], ms: i64) -> String {
    let question = Question::ask(keys, Step::Cookie, "/", id, at(ms));
    let passed = check(keys, &question, None, "/", at(ms)).expect("passed");
    Token::issue(keys, passed, TOKEN_GOOD_FOR, at(ms))
}

#[test]
fn a_token_is_good_for_its_life_and_no_longer() {
    let keys = keys(1);
    let text = token(&keys, [7; 8], 0);
    assert_eq!(text.len(), TOKEN_CHARS);
    assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)), "safe in a cookie: {text}");
    let day = i64::try_from(TOKEN_GOOD_FOR.as_millis()).expect("a day");
    let read = Token::read(&keys, &text, at(day - 1)).expect("good");
    assert_eq!((read.step, read.issued, read.until), (Step::Cookie, at(0), at(day)));
    assert_eq!(Token::read(&keys, &text, at(day)), Err(BadToken::Expired(at(day))));
}

#[test]
fn clocks_of_nodes_may_differ_a_little() {
    let keys = keys(1);
    let text = token(&keys, [7; 8], 0);
    let skew = i64::try_from(CLOCK_SKEW.as_millis()).expect("short");
    assert!(Token::read(&keys, &text, at(-skew)).is_ok());
    assert_eq!(Token::read(&keys, &text, at(-skew - 1)), Err(BadToken::Early));
}

#[test]
fn a_key_is_changed_without_a_token_lost() {
    let old = token(&keys(1), [7; 8], 0);
    let both = keys(2).and_before(key(1));
    assert!(Token::read(&both, &old, at(0)).is_ok());
    let new = token(&both, [7; 8], 0);
    assert!(Token::read(&keys(2), &new, at(0)).is_ok(), "the new key signs");
    assert_eq!(Token::read(&keys(2), &old, at(0)), Err(BadToken::OtherKey));
    let same_id = Keys::new(admission::Key::new(1, &[9; 32]));
    assert_eq!(Token::read(&same_id, &old, at(0)), Err(BadToken::Forged), "an id is no secret");
}

#[test]
fn what_is_wrong_with_it_is_told() {
    let keys = keys(1);
    let text = token(&keys, [7; 8], 0);
    let read = |text: &str| Token::read(&keys, text, at(0)).map(|_| ());
    assert_eq!(read(""), Err(BadToken::Truncated));
    assert_eq!(read(&text[..42]), Err(BadToken::Truncated));
    assert_eq!(read(&format!("{text}A")), Err(BadToken::Oversized));
    assert_eq!(read(&text.replacen(&text[5..6], "=", 1)), Err(BadToken::Garbled));
    let question = Question::ask(&keys, Step::Work, "/", [7; 8], at(0));
    assert_eq!(question.len(), QUESTION_CHARS);
    assert_eq!(read(&question), Err(BadToken::Truncated), "a question is no token");
}

#[test]
fn those_who_share_a_token_share_its_budget() {
    let keys = keys(1);
    let key = |id, ms| Token::read(&keys, &token(&keys, id, ms), at(ms)).expect("good").budget_key();
    assert_eq!(key([7; 8], 0), key([7; 8], 60_000), "one question answered twice");
    assert_ne!(key([7; 8], 0), key([8; 8], 0));
    assert_ne!(key([7; 8], 0), u64::from_be_bytes([7; 8]), "not the id itself");
}

#[test]
fn a_question_is_of_one_path_and_short_lived() {
    let keys = keys(1);
    let text = Question::ask(&keys, Step::Work, "/track?q=1", [7; 8], at(0));
    let life = i64::try_from(QUESTION_GOOD_FOR.as_millis()).expect("short");
    let read = Question::read(&keys, &text, "/track?q=1", at(life - 1)).expect("good");
    assert_eq!((read.step, read.asked), (Step::Work, at(0)));
    assert_eq!(Question::read(&keys, &text, "/track?q=2", at(0)), Err(BadToken::Forged));
    assert_eq!(Question::read(&keys, &text, "/track?q=1", at(life)), Err(BadToken::Expired(at(life))));
}

#[test]
fn a_token_gains_one_class_at_most() {
    for class in Class::ALL {
        let with = class.with_token();
        assert!(with >= class && with <= class.max(Class::Citizen));
        // A suspect does not become a citizen, however many steps it passed.
        assert!(class != Class::Suspect || with == Class::Unknown);
    }
}

#[test]
fn a_key_keeps_its_secret() {
    let shown = format!("{:?}", Keys::new(admission::Key::new(3, &[0xab; 32])));
    assert!(shown.contains('3') && !shown.contains("171") && !shown.to_lowercase().contains("ab, ab"), "{shown}");
}

proptest! {
    /// Nothing but what was issued is read, whichever character is changed.
    #[test]
    fn no_changed_token_is_taken(place in 0..TOKEN_CHARS, other in "[A-Za-z0-9_-]", id in any::<[u8; 8]>()) {
        let keys = keys(1);
        let text = token(&keys, id, 0);
        let mut changed = text.clone();
        changed.replace_range(place..=place, &other);
        prop_assert_eq!(Token::read(&keys, &changed, at(0)).is_ok(), changed == text);
    }

    #[test]
    fn no_text_panics(text in ".{0,60}", path in ".{0,20}") {
        let keys = keys(1);
        prop_assert!(Token::read(&keys, &text, at(0)).is_err());
        prop_assert!(Question::read(&keys, &text, &path, at(0)).is_err());
    }
}
