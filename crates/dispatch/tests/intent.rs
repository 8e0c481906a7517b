//! The life of an intent: what may follow what, and what never may.

use clock::Time;
use dispatch::{
    By, Cause, Consent, ConsentBy, Fact, Found, Intent, Job, Mismatch, Next, OnUnknown, Policy, Question, Reject,
    State, Why,
};
use parcel::{DeliveryMode, LabelFormat, ParcelNumber, PickupPointId, Product, ShipmentId};
use proptest::prelude::*;
use std::time::Duration;

const START: Time = Time::from_unix_ms(1_766_380_000_000);

fn number() -> ParcelNumber {
    "6A15984040331".parse().expect("a good number")
}

fn day() -> jiff::civil::Date {
    jiff::civil::date(2025, 12, 22)
}

fn claimed(attempt: u32) -> Fact {
    Fact::Claimed { attempt, deposit_date: day(), number: None }
}

fn confirmed(attempt: u32) -> Fact {
    Fact::Confirmed { attempt, number: number(), partner_number: None, format: LabelFormat::PDF_10X15, by: By::Answer }
}

fn local(attempt: u32) -> Fact {
    Fact::Confirmed { attempt, number: number(), partner_number: None, format: LabelFormat::PDF_10X15, by: By::Local }
}

fn announced() -> Fact {
    Fact::Announced { bordereau: 7, file: "900001.20251222.103000_001".into() }
}

fn unknown(attempt: u32) -> Fact {
    Fact::Unknown { attempt, cause: Cause::NoAnswer, number: None }
}

fn point() -> PickupPointId {
    "750021".parse().expect("a point")
}

/// A question about an attempt, or about none, that the carrier's refusal raised or our own knowledge did.
fn asked(attempt: Option<u32>, by_carrier: bool) -> Fact {
    let why = if by_carrier { Why::RefusedByCarrier { code: "30401".into() } } else { Why::PointGone };
    Fact::Asked { attempt, question: Question::new(why, DeliveryMode::PickupPoint(point())) }
}

fn consented(not_before: Option<Time>) -> Fact {
    let (by, product, mode) = (ConsentBy::Buyer, Product::Dom, DeliveryMode::Home);
    Fact::Consented { consent: Consent { by, product, mode, kept: false, not_before } }
}

fn rechosen(differs: bool) -> Fact {
    Fact::Rechosen { chosen: point(), differs }
}

fn elsewhere() -> Fact {
    Fact::Elsewhere { code: "AARBRX".into(), seen_at: START }
}

/// Folds the facts one second apart; gives the state at the end, or the first fact that could not follow.
fn life(facts: &[Fact]) -> Result<State, &'static str> {
    let (mut intent, _) = Intent::accept(ShipmentId::from_bytes([7; 16]), day(), START);
    for (n, fact) in (1..).zip(facts) {
        let at = START.plus(Duration::from_secs(n));
        intent.step(fact, at, &Policy::default()).map_err(|e| e.fact)?;
    }
    Ok(intent.state)
}

#[test]
fn the_lives_that_are_lived() {
    let not_done = |attempt| Fact::NotDone { attempt, cause: Cause::NoConnection, retry_after: None };
    let rejected = Fact::Rejected { attempt: 1, reject: Reject { code: "30221".into(), message: "…".into() } };
    let probed = |found| Fact::Probed { attempt: 1, found };
    let human = Fact::LeftToHuman { reason: "…".into() };
    let superseded = Fact::Superseded { attempt: 1 };
    let sent = Fact::Sent { attempt: 1 };
    let cases: [(&[Fact], State); 27] = [
        (&[], State::Waiting),
        (&[claimed(1), Fact::Sent { attempt: 1 }, confirmed(1), Fact::Released], State::Confirmed),
        (&[claimed(1), not_done(1), claimed(2), confirmed(2)], State::Confirmed),
        (&[claimed(1), rejected], State::Rejected),
        (&[claimed(1), unknown(1), confirmed(1)], State::Confirmed),
        (&[claimed(1), unknown(1), probed(Found::NoAnswer), probed(Found::NotMade), claimed(2)], State::InFlight),
        (&[claimed(1), unknown(1), Fact::Superseded { attempt: 1 }, claimed(2), confirmed(2)], State::Confirmed),
        (&[claimed(1), unknown(1), human.clone(), Fact::Reopened], State::Waiting),
        (&[claimed(1), unknown(1), human, confirmed(1)], State::Confirmed),
        (&[claimed(1), confirmed(1), Fact::Voided], State::Void),
        (&[local(0), Fact::Released, announced(), Fact::Integrated], State::Confirmed),
        (&[claimed(1), not_done(1), Fact::LocalOffered, local(1)], State::Confirmed),
        (&[claimed(1), unknown(1), Fact::LocalOffered, superseded.clone(), local(1)], State::Confirmed),
        (
            &[claimed(1), unknown(1), superseded, local(1), Fact::TurnedUp { attempt: 1, number: number() }],
            State::Confirmed,
        ),
        (&[local(0), Fact::Voided, announced(), Fact::Integrated], State::Void),
        (&[asked(None, false)], State::Question),
        (&[asked(None, false), asked(None, false), consented(None)], State::Waiting),
        (&[asked(None, false), consented(None), claimed(1), confirmed(1)], State::Confirmed),
        (&[claimed(1), asked(Some(1), false)], State::Question),
        (&[claimed(1), sent.clone(), asked(Some(1), true), consented(None), claimed(2)], State::InFlight),
        (&[claimed(1), sent, asked(Some(1), true), Fact::Voided], State::Void),
        (&[claimed(1), unknown(1), probed(Found::NotMade), asked(None, true)], State::Question),
        (&[claimed(1), rechosen(true), confirmed(1)], State::Confirmed),
        (&[claimed(1), rechosen(true), not_done(1), asked(None, false), consented(None), claimed(2)], State::InFlight),
        (&[claimed(1), rechosen(true), rechosen(false), not_done(1), claimed(2)], State::InFlight),
        (&[claimed(1), confirmed(1), elsewhere()], State::Confirmed),
        (&[claimed(1), confirmed(1), Fact::Voided, elsewhere()], State::Void),
    ];
    for (facts, end) in cases {
        assert_eq!(life(facts), Ok(end), "{facts:?}");
    }
}

#[test]
fn what_can_never_follow() {
    let superseded = Fact::Superseded { attempt: 1 };
    let human = Fact::LeftToHuman { reason: "…".into() };
    let sent = Fact::Sent { attempt: 1 };
    let not_done = Fact::NotDone { attempt: 1, cause: Cause::TooMany, retry_after: None };
    let cases: [(&[Fact], &str); 37] = [
        (&[claimed(1), unknown(1), claimed(2)], "claimed"),
        (&[claimed(2)], "claimed"),
        (&[claimed(1), claimed(2)], "claimed"),
        (&[claimed(1), confirmed(1), confirmed(1)], "confirmed"),
        (&[claimed(1), unknown(1), Fact::Superseded { attempt: 1 }, confirmed(1)], "confirmed"),
        (&[claimed(1), unknown(1), Fact::Superseded { attempt: 1 }, claimed(2), confirmed(1)], "confirmed"),
        (&[Fact::Voided, claimed(1)], "claimed"),
        (&[claimed(1), Fact::Voided], "voided"),
        (&[Fact::Released], "released"),
        (&[claimed(1), local(1)], "confirmed"),
        (&[claimed(1), unknown(1), local(1)], "confirmed"),
        (&[claimed(1), unknown(1), human, local(1)], "confirmed"),
        (&[claimed(1), unknown(1), superseded.clone(), local(1), confirmed(1)], "confirmed"),
        (&[claimed(1), unknown(1), superseded, local(0)], "confirmed"),
        (&[local(0), claimed(1)], "claimed"),
        (&[Fact::LocalOffered, Fact::LocalOffered], "local_offered"),
        (&[claimed(1), Fact::LocalOffered], "local_offered"),
        (&[claimed(1), confirmed(1), announced()], "announced"),
        (&[local(0), Fact::Integrated], "integrated"),
        (&[local(0), announced(), announced()], "announced"),
        (&[asked(None, false), claimed(1)], "claimed"),
        (&[asked(None, false), local(0)], "confirmed"),
        (&[asked(None, false), Fact::LocalOffered], "local_offered"),
        (&[asked(None, false), Fact::LeftToHuman { reason: "…".into() }], "left_to_human"),
        (&[consented(None)], "consented"),
        (&[asked(None, false), consented(None), consented(None)], "consented"),
        (&[claimed(1), asked(None, true)], "asked"),
        (&[claimed(1), asked(Some(2), true)], "asked"),
        (&[claimed(1), sent, asked(Some(1), false)], "asked"),
        (&[claimed(1), unknown(1), asked(Some(1), true)], "asked"),
        (&[claimed(1), unknown(1), asked(None, true)], "asked"),
        (&[claimed(1), confirmed(1), asked(None, false)], "asked"),
        (&[claimed(1), rechosen(true), not_done.clone(), claimed(2)], "claimed"),
        (&[claimed(1), rechosen(true), not_done, local(1)], "confirmed"),
        (&[rechosen(true)], "rechosen"),
        (&[elsewhere()], "elsewhere"),
        (&[claimed(1), confirmed(1), elsewhere(), elsewhere()], "elsewhere"),
    ];
    for (facts, refused) in cases {
        assert_eq!(life(facts), Err(refused), "{facts:?}");
    }
}

#[test]
fn what_a_restore_finds_open_is_never_asked_for_blindly() {
    let policy = Policy::default();
    let lives: [(&[Fact], u32); 4] = [
        (&[], 1),
        (&[claimed(1)], 1),
        (&[claimed(1), unknown(1)], 1),
        (&[claimed(1), unknown(1), Fact::Superseded { attempt: 1 }], 2),
    ];
    for (facts, attempt) in lives {
        let (mut intent, _) = Intent::accept(ShipmentId::from_bytes([7; 16]), day(), START);
        facts.iter().for_each(|fact| assert!(intent.step(fact, START, &policy).is_ok()));
        let restored = intent.after_a_restore(START, Some(number())).expect("it was open");
        let next = intent.step(&restored, START, &policy).expect("may follow");
        assert_eq!(next, Next::Do(Job::Resolve, START.plus(policy.settle)));
        assert_eq!((intent.state, intent.attempt, intent.number), (State::Unknown, attempt, Some(number())));
        for blind in [claimed(attempt + 1), Fact::Superseded { attempt }] {
            assert!(intent.step(&blind, START, &policy).is_err(), "{blind:?}");
        }
        assert_eq!(intent.local_label(number(), LabelFormat::PDF_10X15), None, "nor printed here");
        let given_up = intent.after_probe(&Found::NoAnchor, &policy).expect("it is at its end");
        assert_eq!(given_up.name(), "left_to_human");
        intent.clone().step(&confirmed(attempt), START, &policy).expect("an anchor proved it");
        intent.step(&given_up, START, &policy).expect("may follow");
        let again = intent.after_a_restore(START, None).expect("it is open");
        intent.step(&again, START, &policy).expect("may follow");
        assert_eq!(intent.state, State::Human);
        intent.step(&Fact::Reopened, START, &policy).expect("a person decided");
        intent.step(&claimed(attempt + 1), START, &policy).expect("it goes on as any other");
        intent.step(&unknown(attempt + 1), START, &policy).expect("may follow");
        intent.step(&Fact::Superseded { attempt: attempt + 1 }, START, &policy).expect("as any other");
    }
    for ended in [&[claimed(1), confirmed(1)][..], &[Fact::Voided]] {
        let (mut intent, _) = Intent::accept(ShipmentId::from_bytes([7; 16]), day(), START);
        ended.iter().for_each(|fact| assert!(intent.step(fact, START, &policy).is_ok()));
        assert_eq!(intent.after_a_restore(START, None), None);
    }
}

#[test]
fn a_question_that_a_restore_finds_open_is_a_persons_once_it_is_answered() {
    let policy = Policy::default();
    let (mut intent, _) = Intent::accept(ShipmentId::from_bytes([7; 16]), day(), START);
    intent.step(&asked(None, false), START, &policy).expect("may follow");
    for _ in 0..2 {
        let restored = intent.after_a_restore(START, Some(number())).expect("it was open");
        assert_eq!(intent.step(&restored, START, &policy), Ok(Next::Nothing));
        assert_eq!((intent.state, intent.attempt), (State::Question, 0));
    }
    assert_eq!(intent.step(&consented(None), START, &policy), Ok(Next::Nothing));
    assert_eq!((intent.state, intent.attempt), (State::Human, 1));
    assert!(intent.reason_after_consent().is_some());
    intent.step(&Fact::Reopened, START, &policy).expect("a person looked");
    intent.step(&claimed(2), START, &policy).expect("it goes on as any other");
}

#[test]
fn what_is_kept_can_be_waited_for_and_consent_begins_anew() {
    let policy = Policy::default();
    let later = START.plus(Duration::from_secs(3_600));
    for (not_before, due) in [(None, START), (Some(later), later), (Some(Time::from_unix_ms(0)), START)] {
        let (mut intent, _) = Intent::accept(ShipmentId::from_bytes([7; 16]), day(), START);
        assert_eq!(intent.step(&asked(None, false), START, &policy), Ok(Next::Nothing));
        assert_eq!(intent.step(&consented(not_before), START, &policy), Ok(Next::Do(Job::Submit, due)));
    }
}

#[test]
fn what_the_buyer_chooses_anew_is_asked_once_nothing_was_made() {
    let policy = Policy::default();
    let (mut intent, _) = Intent::accept(ShipmentId::from_bytes([7; 16]), day(), START);
    intent.step(&claimed(1), START, &policy).expect("may follow");
    intent.step(&rechosen(true), START, &policy).expect("may follow");
    assert_eq!(intent.must_ask(), None, "the attempt is under way");
    assert_eq!(intent.mismatch, Some(Mismatch::Rechosen { chosen: point(), at: START }));
    intent.step(&unknown(1), START, &policy).expect("may follow");
    assert_eq!((intent.must_ask(), intent.local_label(number(), LabelFormat::PDF_10X15)), (None, None));
    intent.step(&Fact::Superseded { attempt: 1 }, START, &policy).expect("may follow");
    assert_eq!(intent.must_ask(), Some(point()));
    intent.step(&asked(None, false), START, &policy).expect("may follow");
    assert_eq!((intent.must_ask(), &intent.mismatch), (None, &None));
}

#[test]
fn a_label_of_a_given_up_attempt_is_kept_and_changes_nothing() {
    let turned_up = Fact::TurnedUp { attempt: 1, number: number() };
    let facts = [claimed(1), unknown(1), Fact::Superseded { attempt: 1 }, claimed(2), confirmed(2), turned_up];
    assert_eq!(life(&facts), Ok(State::Confirmed));
}

#[test]
fn waits_grow_and_the_carriers_wish_counts() {
    let policy = Policy::default();
    let (mut intent, next) = Intent::accept(ShipmentId::from_bytes([7; 16]), day(), START);
    assert_eq!(next, Next::Do(Job::Submit, START));
    let mut waits = Vec::new();
    for attempt in 1..=9 {
        let wish = (attempt == 9).then_some(Duration::from_secs(900));
        let lost = Fact::NotDone { attempt, cause: Cause::NoConnection, retry_after: wish };
        intent.step(&claimed(attempt), START, &policy).expect("may follow");
        let Ok(Next::Do(Job::Submit, at)) = intent.step(&lost, START, &policy) else { panic!("a retry was due") };
        waits.push(at.since(START).as_secs());
    }
    assert_eq!(waits, [5, 10, 20, 40, 80, 160, 300, 300, 900]);
}

#[test]
fn an_unknown_rests_then_its_anchors_are_asked_then_it_is_given_up_or_left_to_a_person() {
    let policy = Policy { unknowns_max: 2, ..Policy::default() };
    let (mut intent, _) = Intent::accept(ShipmentId::from_bytes([7; 16]), day(), START);
    intent.step(&claimed(1), START, &policy).expect("may follow");
    assert_eq!(intent.step(&unknown(1), START, &policy), Ok(Next::Do(Job::Resolve, START.plus(policy.settle))));
    assert_eq!(intent.after_probe(&Found::NoAnchor, &policy), Some(Fact::Superseded { attempt: 1 }));
    assert_eq!(intent.after_probe(&Found::NoAnswer, &policy), None, "it is asked again");
    assert_eq!(intent.after_probe(&Found::NotMade, &policy), None);
    let ask = Policy { on_unknown: OnUnknown::Ask, ..policy.clone() };
    assert_eq!(name(intent.after_probe(&Found::NoAnchor, &ask)), Some("left_to_human"));
    intent.step(&Fact::Superseded { attempt: 1 }, START, &policy).expect("may follow");
    intent.step(&claimed(2), START, &policy).expect("may follow");
    intent.step(&unknown(2), START, &policy).expect("may follow");
    assert_eq!(name(intent.after_probe(&Found::NoAnchor, &policy)), Some("left_to_human"));
}

fn name(fact: Option<Fact>) -> Option<&'static str> {
    fact.map(|fact| fact.name())
}

#[test]
fn an_anchor_with_a_number_is_asked_until_it_answers_and_then_a_person() {
    let policy = Policy { probes_max: 2, ..Policy::default() };
    let (mut intent, _) = Intent::accept(ShipmentId::from_bytes([7; 16]), day(), START);
    let cut = Fact::Unknown { attempt: 1, cause: Cause::NoAnswer, number: Some(number()) };
    let mute = Fact::Probed { attempt: 1, found: Found::NoAnswer };
    for fact in [claimed(1), cut, mute.clone()] {
        intent.step(&fact, START, &policy).expect("may follow");
    }
    assert_eq!(intent.after_probe(&Found::NoAnswer, &policy), None);
    intent.step(&mute, START, &policy).expect("may follow");
    assert_eq!(name(intent.after_probe(&Found::NoAnswer, &policy)), Some("left_to_human"));
}

#[test]
fn a_stop_in_the_middle_leaves_an_unknown() {
    let (mut intent, _) = Intent::accept(ShipmentId::from_bytes([7; 16]), day(), START);
    assert_eq!(intent.after_a_stop(), None);
    intent.step(&claimed(1), START, &Policy::default()).expect("may follow");
    assert_eq!(intent.after_a_stop(), Some(Fact::Unknown { attempt: 1, cause: Cause::WeStopped, number: None }));
}

fn attempt_or_none() -> impl Strategy<Value = u32> {
    0..4u32
}

fn any_fact() -> impl Strategy<Value = Fact> {
    let attempt = 1..4u32;
    prop_oneof![
        attempt.clone().prop_map(claimed),
        attempt.clone().prop_map(|attempt| Fact::Sent { attempt }),
        attempt.clone().prop_map(|attempt| Fact::NotDone { attempt, cause: Cause::TooMany, retry_after: None }),
        attempt.clone().prop_map(confirmed),
        attempt.clone().prop_map(unknown),
        attempt.clone().prop_map(|attempt| Fact::Probed { attempt, found: Found::NotMade }),
        attempt.clone().prop_map(|attempt| Fact::Probed { attempt, found: Found::NoAnchor }),
        attempt.clone().prop_map(|attempt| Fact::Superseded { attempt }),
        attempt_or_none().prop_map(local),
        Just(Fact::LocalOffered),
        Just(announced()),
        Just(Fact::Integrated),
        Just(Fact::TurnedUp { attempt: 1, number: number() }),
        Just(Fact::LeftToHuman { reason: "…".into() }),
        Just(Fact::Reopened),
        Just(Fact::Released),
        Just(Fact::Voided),
        Just(asked(None, false)),
        (attempt.clone(), any::<bool>()).prop_map(|(attempt, by_carrier)| asked(Some(attempt), by_carrier)),
        Just(consented(None)),
        any::<bool>().prop_map(rechosen),
        Just(elsewhere()),
        attempt.prop_map(|attempt| Fact::Restored { attempt, mark: START, number: None }),
    ]
}

proptest! {
    /// Whatever is thrown at it: at most one label, none beside an attempt that may have made one, no attempt after an
    /// unknown without a decision, nothing out of a question but consent or the end, attempts counted up.
    #[test]
    fn whatever_comes_an_intent_keeps_its_word(facts in prop::collection::vec(any_fact(), 0..60)) {
        let policy = Policy::default();
        let (mut intent, _) = Intent::accept(ShipmentId::from_bytes([7; 16]), day(), START);
        let (mut labels, mut open) = (0, false);
        for fact in &facts {
            let before = intent.clone();
            match intent.step(fact, START, &policy) {
                Err(_) => prop_assert_eq!(&intent, &before),
                Ok(next) => {
                    labels += u32::from(matches!(fact, Fact::Confirmed { .. }));
                    let local = matches!(fact, Fact::Confirmed { by: By::Local, .. });
                    prop_assert!(!(local && open), "a local label beside an attempt that may have made one");
                    open = matches!(intent.state, State::InFlight | State::Unknown);
                    prop_assert!(!(before.state == State::Unknown && intent.state == State::InFlight));
                    prop_assert!(!(before.state == State::Unknown && intent.state == State::Question));
                    if before.state == State::Question && intent.state != State::Question {
                        prop_assert!(["consented", "voided"].contains(&fact.name()));
                    }
                    if intent.state == State::Question {
                        prop_assert!(intent.local_label(number(), LabelFormat::PDF_10X15).is_none());
                    }
                    if before.must_ask().is_some() {
                        prop_assert!(!matches!(intent.state, State::InFlight | State::Confirmed));
                    }
                    prop_assert!(intent.attempt >= before.attempt && intent.attempt <= before.attempt + 1);
                    if next == Next::AsBefore {
                        prop_assert_eq!(before.state, intent.state);
                    } else {
                        let idle = intent.state.is_final() || matches!(intent.state, State::Human | State::Question);
                        prop_assert_eq!(next == Next::Nothing, idle, "{:?} {:?}", intent.state, next);
                    }
                    prop_assert!(intent.announced_at.is_none() || intent.is_local());
                    prop_assert!(intent.integrated_at.is_none() || intent.announced_at.is_some());
                }
            }
        }
        prop_assert!(labels <= 1);
    }

    /// However an intent came to stand, the facts of a local label can follow, or there are none; and whatever of the
    /// attempts comes later is kept as a number to void.
    #[test]
    fn a_local_label_is_the_last(
        facts in prop::collection::vec(any_fact(), 0..30),
        late in prop::collection::vec(any_fact(), 0..30),
    ) {
        let policy = Policy::default();
        let (mut intent, _) = Intent::accept(ShipmentId::from_bytes([7; 16]), day(), START);
        for fact in &facts {
            drop(intent.step(fact, START, &policy));
        }
        let stuck =
            matches!(intent.state, State::Waiting | State::Unknown | State::Human)
                && !intent.label_may_be_out()
                && !matches!(intent.mismatch, Some(Mismatch::Rechosen { .. }));
        let printed = intent.local_label(number(), LabelFormat::PDF_10X15);
        prop_assert_eq!(printed.is_some(), stuck);
        for fact in printed.into_iter().flatten() {
            prop_assert!(intent.step(&fact, START, &policy).is_ok());
        }
        if stuck {
            let attempt = intent.attempt;
            for fact in &late {
                drop(intent.step(fact, START, &policy));
                prop_assert!(intent.is_local() && matches!(intent.state, State::Confirmed | State::Void));
            }
            let turned_up = Fact::TurnedUp { attempt, number: number() };
            prop_assert!(intent.step(&turned_up, START, &policy).is_ok());
        }
    }
}
