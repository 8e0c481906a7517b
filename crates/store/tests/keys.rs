//! When a request counts as one that came before.

mod support;

use dispatch::{Fact, Found};
use std::collections::HashSet;
use store::{Accepted, Key, KeyScope, Options, Store};
use support::*;

/// What becomes of the second request.
#[derive(Debug, PartialEq)]
enum Then {
    New,
    Known,
    Conflict,
}

const DAY_SECS: u64 = 24 * 60 * 60;

fn key(scope: KeyScope, body: u8) -> Key {
    Key { scope, digest: [1; 16], body: [body; 16] }
}

/// The life of the first intent, by name.
fn life(name: &str) -> Vec<Fact> {
    let flying = |end: Vec<Fact>| [vec![claimed(1)], end].concat();
    match name {
        "waiting" => vec![],
        "in flight" => flying(vec![]),
        "unknown" => flying(vec![unknown(1)]),
        "waiting again" => flying(vec![unknown(1), Fact::Probed { attempt: 1, found: Found::NotMade }]),
        "human" => flying(vec![unknown(1), Fact::LeftToHuman { reason: "look".into() }]),
        "confirmed" => flying(vec![confirmed(1, 1)]),
        "released" => flying(vec![confirmed(1, 1), Fact::Released]),
        "rejected" => flying(vec![rejected(1)]),
        "void" => vec![Fact::Voided],
        "released and void" => flying(vec![confirmed(1, 1), Fact::Released, Fact::Voided]),
        other => panic!("no life is called {other}"),
    }
}

async fn second(store: &Store, scope: KeyScope, name: &str, body: u8, days: u64) -> Then {
    store.accept(intent(1, Some(key(scope, 1)), START)).await.expect("accepted");
    store.record(id(1), life(name), START, None).await.expect("recorded");
    let again = store.accept(intent(2, Some(key(scope, body)), after(days * DAY_SECS))).await.expect("accepted");
    match again {
        Accepted::New(view) => {
            assert_eq!(view.intent.id, id(2));
            let third = store.accept(intent(3, Some(key(scope, body)), after(days * DAY_SECS))).await;
            assert!(matches!(third, Ok(Accepted::Known(view)) if view.intent.id == id(2)), "the key moved");
            Then::New
        }
        Accepted::Known(view) => {
            assert_eq!(view.intent.id, id(1));
            Then::Known
        }
        Accepted::Conflict { existing } => {
            assert_eq!(existing, id(1));
            Then::Conflict
        }
    }
}

#[test]
fn the_rules_of_keys() {
    use KeyScope::{Body, Idempotency, Order};
    use Then::{Conflict, Known, New};
    // scope, the first's life, the second's body, days between, what becomes of the second
    let cases = [
        (Idempotency, "waiting", 1, 0, Known),
        (Idempotency, "waiting", 2, 0, Conflict),
        (Idempotency, "released", 1, 1, Known),
        (Idempotency, "rejected", 1, 1, Known),
        (Idempotency, "void", 1, 1, Known),
        (Idempotency, "void", 2, 1, Conflict),
        (Idempotency, "released", 1, 396, Known),
        (Idempotency, "released", 1, 397, New),
        (Idempotency, "released", 2, 397, New),
        (Order, "waiting", 1, 0, Known),
        (Order, "waiting", 2, 0, Known),
        (Order, "released", 1, 30, Known),
        (Order, "rejected", 1, 0, Known),
        (Order, "rejected", 1, 1, New),
        (Order, "void", 1, 0, New),
        (Order, "released and void", 1, 0, New),
        (Order, "released", 1, 397, New),
        (Body, "waiting", 1, 0, Known),
        (Body, "in flight", 1, 0, Known),
        (Body, "unknown", 1, 0, Known),
        (Body, "waiting again", 1, 3, Known),
        (Body, "human", 1, 3, Known),
        (Body, "confirmed", 1, 0, Known),
        (Body, "released", 1, 0, New),
        (Body, "rejected", 1, 0, New),
        (Body, "void", 1, 0, New),
        (Body, "waiting", 1, 397, New),
    ];
    for (scope, name, body, days, then) in cases {
        run(async {
            let store = open_with(Options::memory(support::key())).await;
            assert_eq!(second(&store, scope, name, body, days).await, then, "{scope:?} {name} {body} {days}");
        });
    }
}

#[test]
fn keys_of_different_scopes_digests_and_merchants_do_not_meet() {
    on_both(|store| async move {
        let other = store::Account { merchant: "other".parse().expect("an id"), id: "theirs".into(), ..account() };
        store.upsert_account(other.clone()).await.expect("enrolled");
        let base = key(KeyScope::Order, 1);
        let apart = [base, Key { scope: KeyScope::Body, ..base }, Key { digest: [2; 16], ..base }];
        for (n, key) in (1..).zip(apart) {
            new(store.accept(intent(n, Some(key), START)).await.expect("accepted"));
        }
        let theirs = store::NewIntent { merchant: other.merchant, account: other.id, ..intent(9, Some(base), START) };
        new(store.accept(theirs).await.expect("accepted"));
    });
}

#[test]
fn many_at_once_with_one_key_get_one_intent() {
    let dir = tempfile::tempdir().expect("a directory");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().expect("a runtime");
    runtime.block_on(async {
        let store = open_with(Options::dir(dir.path(), support::key())).await;
        let mut callers = tokio::task::JoinSet::new();
        for n in 0..256 {
            let store = store.clone();
            let key = Key { digest: [u8::try_from(n % 4).expect("small"); 16], ..key(KeyScope::Order, 1) };
            callers.spawn(async move { store.accept(intent(n, Some(key), START)).await.expect("accepted") });
        }
        let (mut fresh, mut told) = (HashSet::new(), HashSet::new());
        for accepted in callers.join_all().await {
            match accepted {
                Accepted::New(view) => assert!(fresh.insert(view.intent.id)),
                Accepted::Known(view) => drop(told.insert(view.intent.id)),
                Accepted::Conflict { .. } => panic!("no conflict was possible"),
            }
        }
        assert_eq!((fresh.len(), &fresh), (4, &told));
        assert_eq!(store.facts_from(0, 1000).await.expect("read").len(), 4);
        store.close().await.expect("closed");
    });
    audit(dir.path());
}
