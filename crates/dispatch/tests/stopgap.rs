//! What is done about an urgent label in the dark.

use clock::Time;
use dispatch::{By, Fact, InTheDark, Intent, Moment, Policy, State, Stopgap};
use jiff::civil::{Date, date};
use parcel::{LabelFormat, ShipmentId};
use proptest::prelude::*;
use std::time::Duration;

/// 22 December 2025, 10:00 in Paris.
const NOW: Time = Time::from_unix_ms(1_766_394_000_000);
const LOCAL_AFTER: Duration = Duration::from_secs(600);

fn intent(deposit: Date) -> Intent {
    Intent::accept(ShipmentId::from_bytes([7; 16]), deposit, NOW).0
}

fn moment(policy: InTheDark) -> Moment {
    let dark_since = Some(Time::from_unix_ms(NOW.unix_ms() - 600_000));
    Moment { now: NOW, dark_since, local_after: LOCAL_AFTER, policy, has_numbers: true, can_print: true }
}

#[test]
fn the_policy_decides_for_a_label_that_is_urgent() {
    for urgent in [date(2025, 12, 22), date(2025, 12, 1)] {
        let intent = intent(urgent);
        assert_eq!(intent.stopgap(&moment(InTheDark::Wait)), Stopgap::Wait);
        assert_eq!(intent.stopgap(&moment(InTheDark::Local)), Stopgap::PrintLocally);
        assert_eq!(intent.stopgap(&moment(InTheDark::Ask)), Stopgap::Offer);
    }
}

#[test]
fn the_light_another_day_and_what_cannot_be_printed_wait() {
    let local = moment(InTheDark::Local);
    let today = intent(date(2025, 12, 22));
    let since = |ms| Some(Time::from_unix_ms(NOW.unix_ms() - ms));
    assert_eq!(intent(date(2025, 12, 23)).stopgap(&local), Stopgap::Wait, "tomorrow's");
    let cases = [
        Moment { dark_since: None, ..local },
        Moment { dark_since: since(599_999), ..local },
        Moment { has_numbers: false, ..local },
        Moment { can_print: false, ..local },
    ];
    for moment in cases {
        assert_eq!(today.stopgap(&moment), Stopgap::Wait, "{moment:?}");
    }
}

#[test]
fn a_day_begins_at_midnight_in_paris() {
    let before = Time::from_paris("2025-12-22T23:59:59").expect("a time");
    let after = Time::from_paris("2025-12-23T00:00:00").expect("a time");
    assert!(!dispatch::is_urgent(date(2025, 12, 23), before));
    assert!(dispatch::is_urgent(date(2025, 12, 23), after));
}

#[test]
fn an_offer_is_made_once() {
    let mut intent = intent(date(2025, 12, 22));
    intent.step(&Fact::LocalOffered, NOW, &Policy::default()).expect("may follow");
    assert_eq!(intent.stopgap(&moment(InTheDark::Ask)), Stopgap::Wait);
    assert_eq!(intent.stopgap(&moment(InTheDark::Local)), Stopgap::PrintLocally, "the merchant decided otherwise");
}

#[test]
fn an_unknown_is_given_up_before_and_what_a_person_has_is_taken_back() {
    let number = "9L00000100014".parse().expect("a number");
    let names = |state, attempt| {
        let intent = Intent { state, attempt, ..intent(date(2025, 12, 22)) };
        let facts = intent.local_label(number, LabelFormat::PDF_10X15);
        facts.map(|facts| facts.iter().map(Fact::name).collect::<Vec<_>>())
    };
    assert_eq!(names(State::Waiting, 0).as_deref(), Some(["confirmed"].as_slice()));
    assert_eq!(names(State::Unknown, 3).as_deref(), Some(["superseded", "confirmed"].as_slice()));
    assert_eq!(names(State::Human, 3).as_deref(), Some(["reopened", "confirmed"].as_slice()));
    for state in [State::InFlight, State::Confirmed, State::Rejected, State::Void, State::Question] {
        assert_eq!(names(state, 1), None, "{state:?}");
    }
}

proptest! {
    /// Whatever else is so: nothing is done about an attempt under way, in the light, or against the merchant's wish.
    #[test]
    fn nothing_is_done_that_nobody_wants(
        state in prop::sample::select(vec![State::Waiting, State::InFlight, State::Unknown, State::Confirmed,
            State::Rejected, State::Human, State::Void, State::Question]),
        policy in prop::sample::select(vec![InTheDark::Wait, InTheDark::Local, InTheDark::Ask]),
        dark_ms in prop::option::of(0..2_000_000i64),
        day in -3..4i64,
        (has_numbers, can_print, offered) in any::<(bool, bool, bool)>(),
    ) {
        let deposit = date(2025, 12, 22).saturating_add(jiff::ToSpan::days(day));
        let intent = Intent { state, offered, ..intent(deposit) };
        let dark_since = dark_ms.map(|ms| Time::from_unix_ms(NOW.unix_ms() - ms));
        let moment = Moment { dark_since, has_numbers, can_print, ..moment(policy) };
        let decided = intent.stopgap(&moment);
        if decided != Stopgap::Wait {
            prop_assert!(matches!(state, State::Waiting | State::Unknown));
            prop_assert!(dark_ms.is_some_and(|ms| ms >= 600_000) && day <= 0 && has_numbers && can_print);
        }
        prop_assert!(decided != Stopgap::PrintLocally || policy == InTheDark::Local);
        prop_assert!(decided != Stopgap::Offer || (policy == InTheDark::Ask && !offered));
    }
}

#[test]
fn a_local_label_is_known_as_one() {
    let mut intent = intent(date(2025, 12, 22));
    let facts = intent.local_label("9L00000100014".parse().expect("a number"), LabelFormat::PDF_10X15);
    for fact in facts.expect("waiting") {
        intent.step(&fact, NOW, &Policy::default()).expect("may follow");
    }
    assert!(intent.is_local());
    assert_eq!((intent.state, intent.by), (State::Confirmed, Some(By::Local)));
}
