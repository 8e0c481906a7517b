//! The promises about numbers: never twice, never outside the range, never round again, whatever is asked in which order,
//! and whenever the process dies.

use jiff::civil::{Date, date};
use label::{Allocator, Forecast, Range, forecast};
use parcel::ColissimoNumber;
use proptest::{collection::vec, prelude::*};
use std::collections::HashSet;

fn number(text: &str) -> ColissimoNumber {
    text.replace(' ', "").parse().expect("a good number")
}

/// The carrier's range for tests.
fn test_range() -> Range {
    Range::new(number("9L 00000 10001 4"), number("9L 00000 15000 2")).expect("a range")
}

fn range(first: u64, len: u64) -> Range {
    let number = |serial| ColissimoNumber::from_serial("9L", serial).expect("a serial");
    Range::new(number(first), number(first + len - 1)).expect("a range")
}

/// A number as text with nothing but what was written down.
fn reborn(allocator: &Allocator) -> Allocator {
    let written = serde_json::to_string(allocator).expect("written");
    serde_json::from_str(&written).expect("read")
}

#[test]
fn the_published_range_for_tests() {
    let range = test_range();
    assert_eq!((range.len(), range.prefix()), (5_000, "9L"));
    let numbers: Vec<_> = Allocator::new(range).take(u64::MAX).expect("a block").collect();
    assert_eq!((numbers.len(), numbers[0], numbers[4_999]), (5_000, range.first(), range.last()));
    assert!(range.contains(&number("9L 00000 10001 4")) && range.contains(&number("9L 00000 15000 2")));
    for outside in ["9V31904388888", "6A15984040331"] {
        assert!(!range.contains(&number(outside)));
    }
}

#[test]
fn a_range_that_makes_no_sense_is_refused() {
    let (first, last) = (number("9L 00000 10001 4"), number("9L 00000 15000 2"));
    assert!(Range::new(last, first).is_err());
    assert!(Range::new(first, number("9V31904388888")).is_err());
    for text in [
        r#"{"first":"9L0000010001","last":"9L00000150002"}"#,
        r#"{"first":"9L00000100015","last":"9L00000150002"}"#,
        r#"{"first":"9L00000150002","last":"9L00000100014"}"#,
    ] {
        assert!(serde_json::from_str::<Range>(text).is_err(), "{text}");
    }
}

#[test]
fn a_mark_outside_its_range_is_refused() {
    let range = range(100, 10);
    for good in [100, 105, 110] {
        assert_eq!(Allocator::at(range, good).map(|a| a.left()), Ok(110 - good));
    }
    for bad in [0, 99, 111, u64::MAX] {
        assert!(Allocator::at(range, bad).is_err(), "{bad}");
    }
    let written = serde_json::to_string(&Allocator::new(range)).expect("written");
    assert!(serde_json::from_str::<Allocator>(&written.replace("100}", "111}")).is_err(), "{written}");
}

#[test]
fn the_last_number_there_can_be_is_no_way_round() {
    let mut allocator = Allocator::new(range(9_999_999_998, 2));
    let serials = |block: label::Block| block.map(|n| n.serial()).collect::<Vec<_>>();
    assert_eq!(allocator.take(1).map(serials), Some(vec![9_999_999_998]));
    assert_eq!(allocator.take(5).map(serials), Some(vec![9_999_999_999]));
    for _ in 0..3 {
        assert_eq!((allocator.take(1), allocator.left()), (None, 0));
        allocator = reborn(&allocator);
    }
}

#[test]
fn sites_need_whole_parts() {
    let mut allocator = Allocator::new(range(1, 100));
    for (n, each) in [(0, 5), (5, 0), (11, 10), (u64::MAX, 2)] {
        assert_eq!((allocator.split(n, each), allocator.left()), (None, 100));
    }
    assert_eq!(allocator.split(10, 10).map(|parts| parts.len()), Some(10));
    assert_eq!(allocator.take(1), None);
}

#[test]
fn ranges_that_share_a_number_overlap() {
    let (a, b, c) = (range(1, 10), range(10, 5), range(11, 5));
    assert!(a.overlaps(&b) && b.overlaps(&a) && a.overlaps(&a));
    assert!(!a.overlaps(&c) && !c.overlaps(&a));
}

/// One thing that can happen to an allocator.
#[derive(Clone, Debug)]
enum Step {
    Take(u64),
    Split(u64, u64),
    /// The process dies before it has used what it took last, and starts again with what it wrote.
    Die,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..40_u64).prop_map(Step::Take),
        1 => (0..6_u64, 0..20_u64).prop_map(|(n, each)| Step::Split(n, each)),
        1 => Just(Step::Die),
    ]
}

/// Every number of a part, in order.
fn all(part: Range) -> impl Iterator<Item = ColissimoNumber> {
    Allocator::new(part).take(u64::MAX).into_iter().flatten()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// A thousand lives, each with deaths in it: the numbers only rise, none is outside, and the mark tells what is left.
    #[test]
    fn numbers_only_rise(first in 0..9_999_999_000_u64, len in 1..1_000_u64, steps in vec(step(), 1..60)) {
        let range = range(first, len);
        let mut allocator = Allocator::new(range);
        let mut last: Option<ColissimoNumber> = None;
        for step in steps {
            let given: Vec<_> = match step {
                Step::Take(count) => allocator.take(count).into_iter().flatten().collect(),
                Step::Split(n, each) => allocator.split(n, each).into_iter().flatten().flat_map(all).collect(),
                Step::Die => Vec::new(),
            };
            // Written before a number of it is used; a death costs at most the block.
            allocator = reborn(&allocator);
            for number in given {
                prop_assert!(last.is_none_or(|last| last < number) && range.contains(&number));
                last = Some(number);
            }
            prop_assert_eq!(allocator.left(), first + len - allocator.next());
            prop_assert!(last.is_none_or(|last| last.serial() < allocator.next()));
        }
    }

    /// Ten sites with no network between them, and the house that goes on by itself, share no number.
    #[test]
    fn ten_sites_never_collide(each in 1..50_u64, spare in 0..50_u64, wants in vec(0..80_u64, 11)) {
        let mut house = Allocator::new(range(1_000, 10 * each + spare));
        let parts = house.split(10, each).expect("ten parts");
        let sites = parts.into_iter().map(Allocator::new).chain([house]);
        let mut seen = HashSet::new();
        for (mut site, want) in sites.zip(wants) {
            for number in site.take(want).into_iter().flatten() {
                prop_assert!(seen.insert(number), "{} twice", number);
            }
        }
    }

    #[test]
    fn a_range_reads_back(first in 0..9_999_999_000_u64, len in 1..1_000_u64) {
        let range = range(first, len);
        let written = serde_json::to_string(&range).expect("written");
        prop_assert_eq!(serde_json::from_str::<Range>(&written).expect("read"), range);
        prop_assert_eq!(all(range).count() as u64, range.len());
    }
}

const TODAY: Date = date(2025, 12, 22);

fn ends(left: u64, used: &[u64]) -> (Option<Date>, bool) {
    let Forecast { ends_on, warn, .. } = forecast(left, used, TODAY);
    (ends_on, warn)
}

#[test]
fn the_warning_comes_ten_days_ahead() {
    let used = [100; 28];
    assert_eq!(ends(1_100, &used), (Some(date(2026, 1, 2)), false));
    assert_eq!(ends(1_099, &used), (Some(date(2026, 1, 1)), true));
    assert_eq!(ends(99, &used), (Some(TODAY), true));
    assert_eq!(ends(0, &used), (Some(TODAY), true));
}

#[test]
fn nothing_used_ends_never_unless_nothing_is_left() {
    assert_eq!(ends(5, &[]), (None, false));
    assert_eq!(ends(5, &[0; 28]), (None, false));
    assert_eq!(ends(0, &[]), (Some(TODAY), true));
    assert_eq!(ends(u64::MAX, &[1; 28]), (None, false), "in more than a century");
}

#[test]
fn the_highest_of_the_means_counts() {
    let per_day = |used: &[u64]| forecast(1_000, used, TODAY).per_day;
    let near = |a: f64, b: f64| (a - b).abs() < 1e-9;
    let mut calm_week = vec![100; 21];
    calm_week.extend([0; 7]);
    assert!(near(per_day(&calm_week), 2_100.0 / 27.0), "a calm week hides nothing");
    let mut busy_week = vec![10; 21];
    busy_week.extend([200; 7]);
    assert!(near(per_day(&busy_week), 200.0), "a busy week counts at once");
    let mut morning = vec![70; 27];
    morning.push(1);
    assert!(near(per_day(&morning), 70.0), "a day that has just begun does not lower it");
    assert!(near(per_day(&[50]), 50.0), "the first day is all there is");
}
