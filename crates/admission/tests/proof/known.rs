use admission::{Exists, Numbers};
use proptest::prelude::*;

fn number(n: usize) -> String {
    format!("6A{n:011}")
}

#[test]
fn no_number_that_exists_is_denied_and_few_others_are_believed() {
    let numbers = Numbers::with_capacity(20_000, [7; 16]);
    (0..20_000).for_each(|n| numbers.insert(&number(n)));
    numbers.all_in();
    assert!((0..20_000).all(|n| numbers.exists(&number(n)) == Exists::Likely));
    let believed = (20_000..120_000).filter(|n| numbers.exists(&number(*n)) != Exists::No).count();
    // 10 bits and 7 hashes: (1 - e^-0.7)^7 = 0.82 %.
    assert!((600..1_000).contains(&believed), "{believed} of 100,000");
    assert!((0.006..0.010).contains(&numbers.errs()), "{}", numbers.errs());
}

#[test]
fn it_says_nothing_before_all_are_in() {
    let numbers = Numbers::with_capacity(100, [7; 16]);
    numbers.insert(&number(1));
    assert_eq!(numbers.exists(&number(2)), Exists::NotSure);
    assert_eq!(numbers.exists(&number(1)), Exists::NotSure);
    numbers.all_in();
    assert_eq!((numbers.exists(&number(1)), numbers.exists(&number(2))), (Exists::Likely, Exists::No));
    numbers.insert(&number(2));
    assert_eq!(numbers.exists(&number(2)), Exists::Likely, "one that was announced since");
}

#[test]
fn it_says_nothing_when_it_is_too_full() {
    let numbers = Numbers::with_capacity(1_000, [7; 16]);
    numbers.all_in();
    (0..1_000).for_each(|n| numbers.insert(&number(n)));
    (0..1_000).for_each(|n| numbers.insert(&number(n)));
    assert_eq!(numbers.exists("none"), Exists::No, "the same again fills nothing");
    (1_000..1_100).for_each(|n| numbers.insert(&number(n)));
    assert_eq!(numbers.exists("none"), Exists::NotSure);
    assert_eq!(numbers.exists(&number(1)), Exists::NotSure);
}

#[test]
fn nobody_can_look_for_numbers_that_are_believed() {
    let believed = |key: u8| {
        let numbers = Numbers::with_capacity(2_000, [key; 16]);
        (0..2_000).for_each(|n| numbers.insert(&number(n)));
        numbers.all_in();
        (2_000..22_000).filter(|n| numbers.exists(&number(*n)) == Exists::Likely).collect::<Vec<_>>()
    };
    let (one, other) = (believed(1), believed(2));
    let both = one.iter().filter(|n| other.contains(n)).count();
    assert!(one.len() > 50 && both < one.len() / 10, "{both} of {}", one.len());
}

proptest! {
    #[test]
    fn what_was_put_in_is_never_denied(texts in prop::collection::vec(".{0,20}", 1..50)) {
        let numbers = Numbers::with_capacity(texts.len(), [3; 16]);
        texts.iter().for_each(|text| numbers.insert(text));
        numbers.all_in();
        for text in &texts {
            prop_assert_eq!(numbers.exists(text), Exists::Likely);
        }
    }
}
