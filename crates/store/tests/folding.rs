//! The tables are the fold of the journal, whatever happened.

mod support;

use dispatch::{By, Cause, Fact, Found, Intent, Job, Policy};
use proptest::prelude::*;
use std::{collections::BTreeMap, time::Duration};
use store::{Mode, Options, Store, StoreError};
use support::*;

/// What a claim may ask for.
const KINDS: [&[Job]; 3] = [&[Job::Submit], &[Job::Resolve], &[Job::Resolve, Job::Submit]];

/// One thing that is tried, most of it illegal at most times.
#[derive(Clone, Debug)]
enum Try {
    Accept(u64),
    Record(u64, Vec<Fact>),
    Claim(&'static [Job], u32),
    Recover,
}

fn any_cause() -> impl Strategy<Value = Cause> {
    prop_oneof![
        Just(Cause::NoConnection),
        Just(Cause::CutWhileSending),
        Just(Cause::NoAnswer),
        (200u16..600).prop_map(Cause::NotTheProtocol),
        Just(Cause::Unavailable("40018".into())),
        Just(Cause::WeStopped),
    ]
}

fn any_fact() -> impl Strategy<Value = Fact> {
    let attempt = 1u32..4;
    let named = prop::option::of((0u64..20).prop_map(number));
    let wait = prop::option::of((0u64..90_000).prop_map(Duration::from_millis));
    let by = prop_oneof![Just(By::Answer), Just(By::Anchor), Just(By::Tracking), Just(By::Human)];
    let found = prop_oneof![Just(Found::NotMade), Just(Found::NoAnswer), Just(Found::NoAnchor)];
    prop_oneof![
        attempt.clone().prop_map(claimed),
        attempt.clone().prop_map(|attempt| Fact::Sent { attempt }),
        (attempt.clone(), any_cause(), wait).prop_map(|(attempt, cause, retry_after)| Fact::NotDone {
            attempt,
            cause,
            retry_after
        }),
        (attempt.clone(), 0u64..20, by).prop_map(|(attempt, serial, by)| found_by(confirmed(attempt, serial), by)),
        attempt.clone().prop_map(rejected),
        (attempt.clone(), any_cause(), named).prop_map(|(attempt, cause, number)| Fact::Unknown {
            attempt,
            cause,
            number
        }),
        (attempt.clone(), found).prop_map(|(attempt, found)| Fact::Probed { attempt, found }),
        attempt.clone().prop_map(|attempt| Fact::Superseded { attempt }),
        (attempt, 0u64..20).prop_map(|(attempt, serial)| Fact::TurnedUp { attempt, number: number(serial) }),
        Just(Fact::LeftToHuman { reason: "look".into() }),
        Just(Fact::Reopened),
        Just(Fact::Released),
        Just(Fact::Voided),
    ]
}

fn found_by(fact: Fact, how: By) -> Fact {
    match fact {
        Fact::Confirmed { attempt, number, partner_number, format, .. } => {
            Fact::Confirmed { attempt, number, partner_number, format, by: how }
        }
        other => other,
    }
}

fn any_try() -> impl Strategy<Value = Try> {
    prop_oneof![
        2 => (0u64..4).prop_map(Try::Accept),
        12 => (0u64..4, prop::collection::vec(any_fact(), 1..3)).prop_map(|(n, facts)| Try::Record(n, facts)),
        2 => (prop::sample::select(KINDS.to_vec()), 1u32..3).prop_map(|(jobs, count)| Try::Claim(jobs, count)),
        1 => Just(Try::Recover),
    ]
}

/// Tries it on the store and on plain intents: both must agree on what is legal.
async fn attempt(store: &Store, plain: &mut BTreeMap<u64, Intent>, one: Try, secs: u64) {
    let at = after(secs);
    match one {
        Try::Accept(n) => {
            let accepted = store.accept(intent(n, None, at)).await.is_ok();
            assert_eq!(accepted, !plain.contains_key(&n));
            plain.entry(n).or_insert_with(|| Intent::accept(id(n), today(), at).0);
        }
        Try::Record(n, facts) => {
            let expected = plain.get(&n).and_then(|intent| folded(intent, &facts, at));
            let recorded = store.record(id(n), facts, at, None).await;
            match recorded {
                Ok(view) => assert_eq!(Some(&view.intent), expected.as_ref()),
                Err(StoreError::Illegal(_) | StoreError::NoShipment(_)) => assert_eq!(expected, None),
                Err(other) => panic!("{other}"),
            }
            plain.extend(expected.map(|intent| (n, intent)));
        }
        Try::Claim(jobs, count) => {
            for claimed in store.claim(jobs, count, count, at).await.expect("claimed") {
                let n = (0..4).find(|n| id(*n) == claimed.view.intent.id).expect("one of ours");
                plain.insert(n, claimed.view.intent);
            }
        }
        Try::Recover => {
            let under_way = plain.values().filter(|intent| intent.after_a_stop().is_some()).count();
            assert_eq!(store.recover(at).await.expect("recovered"), under_way);
            for intent in plain.values_mut() {
                if let Some(fact) = intent.after_a_stop() {
                    intent.step(&fact, at, &Policy::default()).expect("legal");
                }
            }
        }
    }
}

fn folded(intent: &Intent, facts: &[Fact], at: clock::Time) -> Option<Intent> {
    let mut intent = intent.clone();
    facts.iter().try_for_each(|fact| intent.step(fact, at, &Policy::default()).map(drop)).ok()?;
    Some(intent)
}

/// Lives through it all, closes, and holds what is on disk to the journal, then again after reopening.
fn live(options: &Options, dir: &std::path::Path, tries: Vec<Try>) {
    let intents = run(async {
        let store = open_with(options.clone()).await;
        let mut plain = BTreeMap::new();
        for (secs, one) in (1..).map(|n| n * 50).zip(tries) {
            attempt(&store, &mut plain, one, secs).await;
        }
        for (n, intent) in &plain {
            let view = store.get(&merchant(), id(*n)).await.expect("read").expect("there");
            assert_eq!(&view.intent, intent);
        }
        assert_eq!(holds_to_the_journal(&store).await, plain.len());
        store.close().await.expect("closed");
        plain.len()
    });
    audit(dir);
    run(async {
        let store = Store::open(options.clone()).expect("reopened");
        assert_eq!(holds_to_the_journal(&store).await, intents);
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn tables_are_the_fold_of_the_journal(tries in prop::collection::vec(any_try(), 1..60)) {
        for mode in [Mode::Threads, Mode::Inline] {
            let dir = tempfile::tempdir().expect("a directory");
            live(&Options { mode, ..Options::dir(dir.path(), key()) }, dir.path(), tries.clone());
        }
    }
}
