use super::{at, key, keys};
use admission::{BadCode, Class, Lang, Prefix, Receipt, Rule, explain};
use proptest::prelude::*;
use std::{collections::HashSet, time::Duration};

const ALPHABET: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

fn refusal() -> Receipt {
    Receipt {
        rule: Rule::Budget,
        class: Class::Unknown,
        prefix: prefix("192.0.2.7"),
        resource: 513,
        evidence: 640,
        at: at(0),
        lasts: Duration::from_secs(60),
    }
}

fn prefix(text: &str) -> Prefix {
    Prefix::of(text.parse().expect("an address"))
}

#[test]
fn a_receipt_says_why() {
    let code = refusal().code(&keys(1));
    assert_eq!(code.len(), 39);
    assert!(code.split('-').all(|group| group.len() == 4), "{code}");
    let said = explain(&code, &keys(1)).expect("ours");
    assert_eq!((said.rule, said.class, said.prefix), (Rule::Budget, Class::Unknown, prefix("192.0.2.7")));
    assert_eq!((said.resource, said.evidence), (513, 640));
    assert_eq!(said.at, clock::Time::from_paris("2025-12-22T06:06:00").expect("a moment"));
    assert_eq!(said.until.since(said.at), Duration::from_secs(64), "rounded up");
}

#[test]
fn an_ipv6_address_is_cut_to_its_48() {
    let code = Receipt { prefix: prefix("2001:db8:1:2::9"), ..refusal() }.code(&keys(1));
    assert_eq!(explain(&code, &keys(1)).expect("ours").prefix, prefix("2001:db8:1::"));
}

#[test]
fn it_is_read_as_people_write() {
    let code = (0..200)
        .map(|n| Receipt { resource: n, ..refusal() }.code(&keys(1)))
        .find(|c| c.contains('0') && c.contains('1'))
        .expect("one with both");
    let written = [
        code.to_lowercase(),
        code.replace('-', ""),
        code.replace('-', " "),
        code.replace('0', "O"),
        code.replace('1', "l"),
        code.replace('1', "I"),
        format!("  {code}\n"),
    ];
    for text in written {
        assert_eq!(explain(&text, &keys(1)), explain(&code, &keys(1)), "{text}");
        assert!(explain(&text, &keys(1)).is_ok());
    }
}

#[test]
fn a_slip_is_told_from_a_forgery() {
    let code = refusal().code(&keys(1));
    assert_eq!(explain(&code, &keys(2)), Err(BadCode::NotOurs));
    assert_eq!(explain(&code[..38], &keys(1)), Err(BadCode::Length(31)));
    assert_eq!(explain(&format!("{code}0"), &keys(1)), Err(BadCode::Length(33)));
    assert_eq!(explain(&code.replacen(&code[..1], "U", 1), &keys(1)), Err(BadCode::Letter('U')));
    assert_eq!(explain("é", &keys(1)), Err(BadCode::Letter('é')));
    let plain: Vec<char> = code.chars().filter(|c| *c != '-').collect();
    for place in 0..plain.len() {
        for other in ALPHABET.chars().filter(|other| *other != plain[place]) {
            let mut slip = plain.clone();
            slip[place] = other;
            assert_eq!(explain(&slip.iter().collect::<String>(), &keys(1)), Err(BadCode::Typo));
        }
        if place > 0 && plain[place] != plain[place - 1] {
            let mut slip = plain.clone();
            slip.swap(place - 1, place);
            assert_eq!(explain(&slip.iter().collect::<String>(), &keys(1)), Err(BadCode::Typo));
        }
    }
}

#[test]
fn receipts_of_the_key_before_are_explained() {
    let code = refusal().code(&keys(1));
    assert!(explain(&code, &keys(2).and_before(key(1))).is_ok());
}

/// Two changes that keep the check right: only the key tells.
#[test]
fn no_forged_receipt_is_explained() {
    let code: Vec<char> = refusal().code(&keys(1)).chars().filter(|c| *c != '-').collect();
    let (mut forged, mut explained) = (0, 0);
    for place in 0..31 {
        for (a, b) in [(1, 2), (3, 4), (5, 6), (7, 8)] {
            for last in ALPHABET.chars() {
                let mut text = code.clone();
                let shift = |c: char, by: usize| {
                    let digit = ALPHABET.find(c).expect("a digit");
                    ALPHABET.chars().nth(digit ^ by).expect("a digit")
                };
                text[place] = shift(text[place], a);
                text[(place + 7) % 31] = shift(text[(place + 7) % 31], b);
                text[31] = last;
                match explain(&text.iter().collect::<String>(), &keys(1)) {
                    Err(BadCode::NotOurs) => forged += 1,
                    Err(BadCode::Typo) => {}
                    _ => explained += 1,
                }
            }
        }
    }
    assert_eq!((forged, explained), (31 * 4, 0), "one check of 32 fits each");
}

/// Without the key neighbours in time and address look like strangers.
#[test]
fn a_receipt_gives_nothing_away() {
    let mut differing = 0;
    let mut starts = HashSet::new();
    let first = refusal().code(&keys(1));
    for n in 0..=255_u8 {
        let code = Receipt { prefix: prefix(&format!("192.0.2.{n}")), ..refusal() }.code(&keys(1));
        differing += code.chars().zip(first.chars()).filter(|(a, b)| a != b).count();
        starts.insert(code[..9].to_owned());
    }
    assert_eq!(starts.len(), 256);
    // Of 32 characters 31 differ by chance: more than 29 on average.
    assert!(differing > 29 * 255, "{differing}");
}

#[test]
fn every_rule_has_its_words() {
    for rule in Rule::ALL {
        let code = Receipt { rule, ..refusal() }.code(&keys(1));
        assert_eq!(explain(&code, &keys(1)).expect("ours").rule, rule);
        for lang in Lang::ALL {
            let words = lang.words(rule);
            for text in [words.what, words.todo, lang.meaning(rule)] {
                assert!(text.ends_with('.') && text.len() < 200 && !text.contains("  "), "{text}");
                assert!(!text.contains("503") && !text.contains("429"), "{text}");
            }
            assert!(!lang.evidence(rule).is_empty());
        }
        assert_ne!(Lang::Fr.words(rule), Lang::En.words(rule));
    }
    for lang in Lang::ALL {
        let words = lang.may_be_done();
        assert!(words.what.ends_with('.') && words.todo.ends_with('.') && words != lang.words(Rule::Upstream));
    }
}

proptest! {
    #[test]
    fn what_goes_in_comes_out(
        rule in prop::sample::select(&Rule::ALL[..]), class in prop::sample::select(&Class::ALL[..]), v4 in any::<[u8; 4]>(),
        resource in any::<u16>(), evidence in any::<u32>(), minutes in 0_i64..16_000_000, lasts_s in 0_u64..110_000,
    ) {
        let moment = clock::Time::from_unix_ms(1_735_689_600_000 + minutes * 60_000 + 59_999);
        let lasts = Duration::from_secs(lasts_s);
        let refusal = Receipt { rule, class, prefix: Prefix::of(v4.into()), resource, evidence, at: moment, lasts };
        let said = explain(&refusal.code(&keys(1)), &keys(1)).expect("ours");
        prop_assert_eq!((said.rule, said.class, said.prefix, said.resource), (rule, class, Prefix::of(v4.into()), resource));
        prop_assert_eq!(moment.since(said.at), Duration::from_millis(59_999));
        prop_assert!(said.evidence <= evidence && evidence - said.evidence <= evidence / 8);
        let told = said.until.since(said.at);
        prop_assert!(told >= lasts && told.as_secs() <= lasts_s + lasts_s / 4 + 1, "{:?} for {:?}", told, lasts);
    }

    #[test]
    fn no_text_panics(text in ".{0,60}") {
        prop_assert!(explain(&text, &keys(1)).is_err());
    }
}
