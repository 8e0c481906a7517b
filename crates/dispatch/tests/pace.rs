//! The pace: never above the limits, out in the dark but for a canary, back step by step.

use clock::Time;
use dispatch::{Call, Health, Limits, Outlook, Pace, Permit, Signal};
use proptest::prelude::*;
use std::time::Duration;

const START: Time = Time::from_unix_ms(1_766_380_000_000);

fn after(ms: u64) -> Time {
    START.plus(Duration::from_millis(ms))
}

fn dark_pace(at: u64) -> Pace {
    let mut pace = Pace::new(Limits::default(), START);
    for _ in 0..3 {
        pace.began(Call::First, after(at));
        pace.ended(Call::First, Some(Signal::Failed), after(at));
    }
    pace
}

#[test]
fn three_failures_in_a_row_are_dark_and_an_answer_between_is_not() {
    assert_eq!(dark_pace(10).health(), Health::Dark { since: after(10) });
    let mut pace = Pace::new(Limits::default(), START);
    for signal in [Signal::Failed, Signal::Failed, Signal::Answered, Signal::Failed, Signal::Failed] {
        pace.began(Call::First, START);
        pace.ended(Call::First, Some(signal), START);
    }
    assert_eq!(pace.health(), Health::Well);
}

#[test]
fn what_was_not_asked_says_nothing() {
    let mut pace = Pace::new(Limits::default(), START);
    for signal in [Some(Signal::Failed), None, Some(Signal::Failed), None, Some(Signal::Failed)] {
        pace.began(Call::Again, START);
        pace.ended(Call::Again, signal, START);
    }
    assert_eq!(pace.health(), Health::Dark { since: START });
}

#[test]
fn in_the_dark_one_canary_at_a_time() {
    let mut pace = dark_pace(0);
    let mut at = 0;
    for wait in [1_000, 2_000, 4_000, 8_000, 15_000, 15_000] {
        assert_eq!(pace.permit(after(at)), Permit::Wait(Some(after(at + wait))));
        at += wait;
        assert_eq!(pace.permit(after(at)), Permit::Canary);
        pace.began(Call::Canary, after(at));
        assert_eq!(pace.permit(after(at + 1)), Permit::Wait(None));
        at += 500;
        pace.ended(Call::Canary, Some(Signal::Failed), after(at));
    }
}

#[test]
fn an_old_call_that_answers_in_the_dark_does_not_end_it() {
    let mut pace = Pace::new(Limits::default(), START);
    for _ in 0..4 {
        pace.began(Call::First, START);
    }
    for signal in [Signal::Failed, Signal::Failed, Signal::Failed, Signal::Answered] {
        pace.ended(Call::First, Some(signal), after(9));
    }
    assert_eq!(pace.health(), Health::Dark { since: after(9) });
}

#[test]
fn a_return_that_breaks_off_is_still_the_same_dark() {
    let mut pace = dark_pace(7);
    assert_eq!(pace.dark_since(), Some(after(7)));
    pace.began(Call::Canary, after(15_000));
    pace.ended(Call::Canary, Some(Signal::Answered), after(15_000));
    assert_eq!(pace.dark_since(), None, "it returns");
    fail(&mut pace, 16_000);
    fail(&mut pace, 17_000);
    assert_eq!(pace.health(), Health::Dark { since: after(17_000) });
    assert_eq!(pace.dark_since(), Some(after(7)));
}

#[test]
fn in_a_recovery_one_failure_halves_the_rate_and_two_in_a_row_put_it_out() {
    let mut pace = dark_pace(0);
    pace.began(Call::Canary, after(15_000));
    pace.ended(Call::Canary, Some(Signal::Answered), after(15_000));
    assert_eq!(pace.health(), Health::Recovering { since: after(15_000) });
    assert!(matches!(pace.permit(after(15_000)), Permit::Calls { all: 1, .. }));
    answered_at_once(&mut pace, 15_000, 10);
    fail(&mut pace, 25_000);
    assert_eq!(pace.health(), Health::Recovering { since: after(15_000) });
    let next = answered_at_once(&mut pace, 25_000, 1)[0];
    assert!((10..=13).contains(&next), "{next} in the second after, 21 in the one before");
    fail(&mut pace, 26_000);
    fail(&mut pace, 26_001);
    assert_eq!(pace.health(), Health::Dark { since: after(26_001) });
}

fn fail(pace: &mut Pace, at: u64) {
    pace.began(Call::First, after(at));
    pace.ended(Call::First, Some(Signal::Failed), after(at));
}

/// Lets a canary come back, then so many seconds of answered calls, then a failure.
fn recover_and_fail(pace: &mut Pace, at: u64, seconds: u64) {
    pace.began(Call::Canary, after(at));
    pace.ended(Call::Canary, Some(Signal::Answered), after(at));
    answered_at_once(pace, at, seconds);
    fail(pace, at + seconds * 1_000);
    fail(pace, at + seconds * 1_000);
}

#[test]
fn a_recovery_that_broke_off_is_taken_up_at_the_rate_that_was_left_unless_a_canary_fails_between() {
    let begun_in_the_first_second = |canary_fails: bool| {
        let mut pace = dark_pace(0);
        recover_and_fail(&mut pace, 10_000, 20);
        if canary_fails {
            pace.began(Call::Canary, after(31_000));
            pace.ended(Call::Canary, Some(Signal::Failed), after(31_000));
        }
        pace.began(Call::Canary, after(40_000));
        pace.ended(Call::Canary, Some(Signal::Answered), after(40_000));
        answered_at_once(&mut pace, 40_000, 1)[0]
    };
    assert!((9..=12).contains(&begun_in_the_first_second(false)));
    assert!(begun_in_the_first_second(true) <= 2);
}

#[test]
fn silence_with_calls_under_way_stops_new_ones_until_one_answers() {
    let mut pace = Pace::new(Limits::default(), START);
    pace.began(Call::First, START);
    pace.began(Call::First, START);
    assert!(matches!(pace.permit(after(4_999)), Permit::Calls { .. }));
    assert_eq!(pace.permit(after(5_000)), Permit::Wait(None));
    pace.ended(Call::First, Some(Signal::Answered), after(6_000));
    assert!(matches!(pace.permit(after(6_000)), Permit::Calls { .. }));
}

/// Runs the pace for so many seconds with calls that answer at once; gives the calls begun in each second.
fn answered_at_once(pace: &mut Pace, from_ms: u64, seconds: u64) -> Vec<u32> {
    let mut per_second = vec![0; usize::try_from(seconds).unwrap_or(0)];
    for ms in 0..seconds * 1_000 {
        let now = after(from_ms + ms);
        if let Permit::Calls { all, .. } = pace.permit(now) {
            for _ in 0..all {
                pace.began(Call::First, now);
                pace.ended(Call::First, Some(Signal::Answered), now);
            }
            per_second[usize::try_from(ms / 1_000).unwrap_or(0)] += all;
        }
    }
    per_second
}

#[test]
fn the_ramp_is_additive_and_ends_at_the_budget() {
    let mut pace = dark_pace(0);
    pace.began(Call::Canary, after(15_000));
    pace.ended(Call::Canary, Some(Signal::Answered), after(15_000));
    let seconds = answered_at_once(&mut pace, 15_000, 60);
    assert!(seconds[0] <= 2, "{seconds:?}");
    assert!((19..=24).contains(&seconds[10]), "{seconds:?}");
    assert!(seconds.windows(2).all(|w| w[1] <= w[0] + 4), "never a jump: {seconds:?}");
    assert!(seconds[55..].iter().all(|n| (49..=51).contains(n)), "{seconds:?}");
    assert_eq!(pace.health(), Health::Well);
}

#[test]
fn a_poor_outlook_lets_a_tenth_in_and_a_better_one_grows_to_all_of_it() {
    let mut pace = Pace::new(Limits::default(), START);
    pace.heed(Outlook::Poor);
    let seconds = answered_at_once(&mut pace, 0, 20);
    assert!(seconds[1..].iter().all(|n| (4..=6).contains(n)), "{seconds:?}");
    pace.heed(Outlook::Better { since: after(20_000) });
    let seconds = answered_at_once(&mut pace, 20_000, 601);
    assert!((4..=6).contains(&seconds[1]) && (26..=29).contains(&seconds[300]), "{seconds:?}");
    assert!(seconds.windows(2).all(|w| w[1] <= w[0] + 1), "never a jump: {seconds:?}");
    assert!((49..=51).contains(&seconds[600]));
    pace.heed(Outlook::Clear);
    assert!((49..=55).contains(&answered_at_once(&mut pace, 621_000, 1)[0]));
}

#[test]
fn an_outlook_lets_nothing_in_by_itself_and_a_recovery_under_it_is_not_well() {
    let mut pace = dark_pace(0);
    pace.heed(Outlook::Better { since: START });
    assert_eq!(pace.permit(after(0)), Permit::Wait(Some(after(1_000))));
    pace.heed(Outlook::Poor);
    pace.began(Call::Canary, after(15_000));
    pace.ended(Call::Canary, Some(Signal::Answered), after(15_000));
    let seconds = answered_at_once(&mut pace, 15_000, 60);
    assert!(seconds.iter().all(|n| *n <= 6), "{seconds:?}");
    // The rate that the outlook allows is reached: as far as its own answers go, it is well.
    pace.heed(Outlook::Clear);
    answered_at_once(&mut pace, 75_000, 30);
    assert_eq!(pace.health(), Health::Well);
}

#[test]
fn retries_are_paid_for_by_first_attempts() {
    let limits = Limits { retry_per_second: 0.0, retry_burst: 2.0, ..Limits::default() };
    let mut pace = Pace::new(limits, START);
    let again = |pace: &mut Pace| match pace.permit(START) {
        Permit::Calls { again, .. } => again,
        other => panic!("{other:?}"),
    };
    assert_eq!(again(&mut pace), 2);
    for _ in 0..2 {
        pace.began(Call::Again, START);
    }
    assert_eq!(again(&mut pace), 0);
    pace.began(Call::First, START);
    assert_eq!(again(&mut pace), 0);
    let mut pace = Pace::new(Limits { retry_burst: 0.0, ..Limits::default() }, START);
    assert_eq!(again(&mut pace), 0);
}

proptest! {
    /// Under any weather: calls under way never above the limit, calls begun never above the budget, nothing but a
    /// canary in the dark.
    #[test]
    fn never_above_the_limits(weather in prop::collection::vec((0u64..400, any::<bool>(), 1u32..5), 1..400)) {
        let limits = Limits { in_flight_max: 8, per_second_max: 20.0, ..Limits::default() };
        let mut pace = Pace::new(limits, START);
        let (mut now, mut flying, mut begun) = (0, Vec::new(), Vec::new());
        for (wait, good, ends) in weather {
            now += wait;
            let dark = matches!(pace.health(), Health::Dark { .. });
            match pace.permit(after(now)) {
                Permit::Calls { all, .. } => {
                    prop_assert!(!dark);
                    for _ in 0..all {
                        pace.began(Call::First, after(now));
                        flying.push(Call::First);
                        begun.push(now);
                    }
                }
                Permit::Canary => {
                    prop_assert!(dark && !flying.contains(&Call::Canary));
                    pace.began(Call::Canary, after(now));
                    flying.push(Call::Canary);
                }
                Permit::Wait(_) => {}
            }
            prop_assert!(flying.iter().filter(|c| **c == Call::First).count() <= 8);
            for _ in 0..ends {
                if let Some(call) = flying.pop() {
                    pace.ended(call, Some(if good { Signal::Answered } else { Signal::Failed }), after(now));
                }
            }
            let last_second = begun.iter().filter(|at| **at + 1_000 > now).count();
            prop_assert!(last_second <= 23, "{last_second} in a second");
        }
    }
}
