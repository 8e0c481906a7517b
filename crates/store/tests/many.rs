//! Many at once: batches, orders of several parcels, and finding shipments among many.

mod support;

use dispatch::{Job, State};
use parcel::{BatchId, ShipmentId};
use std::time::Duration;
use store::{
    Accepted, Batch, Cursor, Ending, Filter, LineStatus, LineWork, NewBatch, NewIntent, NewLine, NotTaken, Options,
    OrderAccepted, Refusal, Store, StoreError,
};
use support::*;

fn small(n: u64) -> u8 {
    u8::try_from(n).expect("a small number")
}

fn batch_id(n: u64) -> BatchId {
    BatchId::from_bytes(*id(n).as_bytes())
}

fn new_batch(n: u64, key: Option<u8>) -> NewBatch {
    NewBatch { id: batch_id(n), merchant: merchant(), key: key.map(|k| [k; 16]), at: START }
}

fn line(row: u64, work: LineWork) -> NewLine {
    NewLine { row, line: row + 1, work }
}

fn taking(row: u64, new: NewIntent) -> NewLine {
    line(row, LineWork::Accept(Box::new(new)))
}

fn refusal(detail: &str) -> Refusal {
    Refusal { code: "invalid-field".into(), field: Some("city".into()), column: Some(3), detail: detail.into() }
}

fn explain(why: &NotTaken) -> Refusal {
    refusal(match why {
        NotTaken::Conflict { .. } => "conflict",
        NotTaken::Refused(_) => "refused",
    })
}

/// Row, status and shipment of every row.
async fn rows(store: &Store, batch: BatchId) -> Vec<(u64, LineStatus, Option<ShipmentId>)> {
    let lines = store.batch_lines(batch, 0, None, 100).await.expect("read");
    lines.into_iter().map(|l| (l.row, l.status, l.shipment.map(|s| s.intent.id))).collect()
}

#[test]
fn one_that_is_refused_harms_no_other() {
    on_both(|store| async move {
        store.accept(intent(1, None, START)).await.expect("accepted");
        let nobody = NewIntent { account: "nobody".into(), ..intent(3, None, START) };
        let told =
            store.accept_many(vec![intent(2, None, START), intent(1, None, START), nobody, intent(4, None, START)]);
        let told = told.await;
        assert!(matches!(
            &told[..],
            [Ok(Accepted::New(_)), Err(StoreError::IdTaken(_)), Err(StoreError::NoAccount(_)), Ok(Accepted::New(_))]
        ));
        assert_eq!(store.counts().await.expect("read").outbox_due, 3);
        assert_eq!(holds_to_the_journal(&store).await, 3);
        store.close().await.expect("closed");
        let told = store.accept_many(vec![intent(5, None, START), intent(6, None, START)]).await;
        assert!(matches!(&told[..], [Err(StoreError::Closed), Err(StoreError::Closed)]), "{told:?}");
    });
}

#[test]
fn each_row_of_a_batch_has_its_result() {
    on_both(|store| async move {
        let held = idempotency(1, 1);
        store.accept(intent(1, Some(held), START)).await.expect("accepted");
        let (batch, again) = store.begin_batch(new_batch(9, None)).await.expect("begun");
        assert!(!again);
        let lines = vec![
            taking(1, intent(2, None, START)),
            taking(2, intent(3, Some(held), START)),
            taking(3, intent(4, Some(idempotency(1, 2)), START)),
            line(4, LineWork::Known(id(1))),
            line(5, LineWork::Refuse(refusal("as sent"))),
            taking(6, NewIntent { account: "nobody".into(), ..intent(5, None, START) }),
        ];
        store.accept_lines(batch, lines, explain).await.expect("written");
        use LineStatus::{Accepted as A, Known as K, Refused as R};
        let all =
            [(1, A, Some(id(2))), (2, K, Some(id(1))), (3, R, None), (4, K, Some(id(1))), (5, R, None), (6, R, None)];
        assert_eq!(rows(&store, batch).await, all);
        let refused = store.batch_lines(batch, 3, Some(R), 1).await.expect("read");
        assert_eq!((refused[0].row, refused[0].line), (5, 6));
        assert_eq!(refused[0].refusal, Some(refusal("as sent")));
        store.end_batch(batch, Ending::Complete, after(1)).await.expect("ended");
        let found = store.batch(&merchant(), batch).await.expect("read").expect("there");
        let ended = Some((after(1), Ending::Complete));
        assert_eq!(found, Batch { id: batch, began_at: START, ended, accepted: 1, known: 2, refused: 3 });
        assert_eq!(store.batch_states(batch).await.expect("read"), [(State::Waiting, 2)]);
        let stranger = "stranger".parse().expect("an id");
        assert_eq!(store.batch(&stranger, batch).await.expect("read"), None, "another merchant's");
    });
}

#[test]
fn a_batch_that_is_sent_again_is_the_same() {
    on_both(|store| async move {
        let (batch, _) = store.begin_batch(new_batch(9, Some(1))).await.expect("begun");
        let good = |n, body| taking(n, intent(10 * u64::from(body) + n, Some(idempotency(small(n), body)), START));
        let first = vec![good(1, 1), line(2, LineWork::Refuse(refusal("wrong"))), good(3, 1)];
        store.accept_lines(batch, first, explain).await.expect("written");
        let before = rows(&store, batch).await;
        let (same, again) = store.begin_batch(new_batch(8, Some(1))).await.expect("begun");
        assert_eq!((same, again), (batch, true));
        let (other, again) = store.begin_batch(new_batch(7, Some(2))).await.expect("begun");
        assert!(!again && other != batch);
        // Sent again whole, with the second row put right and the third another than it was.
        let second = vec![good(1, 1), good(2, 2), good(3, 2)];
        store.accept_lines(batch, second, explain).await.expect("written");
        let now = rows(&store, batch).await;
        assert_eq!(now[0], before[0], "what it made, it made");
        assert_eq!((now[1].1, now[1].2), (LineStatus::Accepted, Some(id(22))));
        assert_eq!((now[2].1, now[2].2), (LineStatus::Refused, before[2].2), "the shipment is not forgotten");
    });
}

fn parcels(order: &str, count: u64, body: u8) -> Vec<NewIntent> {
    let parcel = |n: u64| NewIntent {
        shipment: shipment(Some(order), today()),
        ..intent(100 * u64::from(body) + n, Some(idempotency(small(n), body)), START)
    };
    (1..=count).map(parcel).collect()
}

#[test]
fn an_order_is_taken_in_whole_or_not_at_all() {
    on_both(|store| async move {
        let OrderAccepted::New(views) = store.accept_order(parcels("A", 3, 1)).await.expect("accepted") else {
            panic!("not new");
        };
        assert_eq!(views.iter().map(|v| v.parcel_no).collect::<Vec<_>>(), [1, 2, 3]);
        let again = store.accept_order(parcels("A", 3, 1)).await.expect("accepted");
        assert_eq!(again, OrderAccepted::Known(views.clone()));
        let longer = store.accept_order(parcels("A", 4, 1)).await.expect("answered");
        assert_eq!(longer, OrderAccepted::Conflict { existing: id(101) });
        let other = store.accept_order(parcels("A", 3, 2)).await.expect("answered");
        assert_eq!(other, OrderAccepted::Conflict { existing: id(101) });
        let mut one_bad = parcels("B", 3, 3);
        for (n, parcel) in one_bad.iter_mut().enumerate() {
            parcel.key = None;
            if n == 2 {
                parcel.account = "nobody".into();
            }
        }
        assert!(matches!(store.accept_order(one_bad).await, Err(StoreError::NoAccount(_))));
        assert_eq!(holds_to_the_journal(&store).await, 3);
        assert_eq!(store.claim(&[Job::Submit], 9, 9, START).await.expect("claimed").len(), 3);
    });
}

async fn found(store: &Store, filter: Filter) -> Vec<u64> {
    let page = store.list(&merchant(), filter, None, 50).await.expect("read");
    assert_eq!(page.next, None);
    let number = |view: &store::IntentView| view.intent.accepted_at.since(START).as_secs();
    page.items.iter().map(number).collect()
}

/// One shipment a second from second `n` on, with this order number and reference.
async fn ship(store: &Store, n: u64, order: &str, parcel_ref: Option<&str>) {
    let shipment = parcel::Shipment {
        parcel_ref: parcel_ref.map(str::to_owned),
        product: if n.is_multiple_of(2) { parcel::Product::Dos } else { parcel::Product::Dom },
        ..shipment(Some(order), today())
    };
    let at = START.plus(Duration::from_secs(n));
    let id = ShipmentId::new(u64::try_from(at.unix_ms()).expect("after 1970"), [0; 10]);
    store.accept(NewIntent { id, shipment, at, ..intent(n, None, at) }).await.expect("accepted");
}

#[test]
fn shipments_are_found_by_what_is_known_of_them() {
    on_both(|store| async move {
        let orders = [("CMD-1", Some("blue")), ("CMD-12", None), ("WEB-1", Some("CMD-1")), ("CMD-2", Some("blue"))];
        for (n, (order, parcel_ref)) in (1..).zip(orders) {
            ship(&store, n, order, parcel_ref).await;
        }
        let all = store.list(&merchant(), Filter::default(), None, 9).await.expect("read").items;
        store.record(all[3].intent.id, vec![claimed(1), confirmed(1, 7)], after(9), None).await.expect("confirmed");
        let query = |text: &str| Filter { query: Some(text.into()), ..Filter::default() };
        assert_eq!(found(&store, query("CMD-1")).await, [3, 2, 1], "begins so, or is called so");
        assert_eq!(found(&store, query("CMD-")).await, [4, 2, 1]);
        assert_eq!(found(&store, query("blue")).await, [4, 1]);
        assert_eq!(found(&store, query("blu")).await, [0; 0], "a reference is given whole");
        assert_eq!(found(&store, query(number(7).as_str())).await, [1]);
        let numbered = Filter { parcel_number: Some(number(7)), ..Filter::default() };
        assert_eq!(found(&store, numbered.clone()).await, [1]);
        assert_eq!(found(&store, Filter { state: Some(State::Waiting), ..numbered }).await, [0; 0]);
        let product = Filter { product: Some(parcel::Product::Dom), ..Filter::default() };
        assert_eq!(found(&store, product.clone()).await, [3, 1]);
        let waiting = Filter { state: Some(State::Waiting), ..product.clone() };
        assert_eq!(found(&store, waiting).await, [3]);
        assert_eq!(found(&store, Filter { query: Some("CMD".into()), ..product }).await, [1]);
        let then = Filter { created_from: Some(after(2)), created_to: Some(after(4)), ..Filter::default() };
        assert_eq!(found(&store, then.clone()).await, [3, 2]);
        assert_eq!(found(&store, Filter { query: Some("CMD".into()), ..then }).await, [2]);
        let stranger = "stranger".parse().expect("an id");
        for filter in [query("CMD"), query("blue"), Filter { parcel_number: Some(number(7)), ..Filter::default() }] {
            assert!(store.list(&stranger, filter, None, 9).await.expect("read").items.is_empty());
        }
    });
}

#[test]
fn the_shipments_of_a_batch_are_found_in_pages() {
    on_both(|store| async move {
        store.accept(intent(1, None, START)).await.expect("accepted");
        let (batch, _) = store.begin_batch(new_batch(9, None)).await.expect("begun");
        let mut lines: Vec<_> = (2..=5).map(|n| taking(n, intent(n, None, START))).collect();
        lines.push(line(6, LineWork::Known(id(3))));
        store.accept_lines(batch, lines, explain).await.expect("written");
        let of = Filter { batch: Some(batch), ..Filter::default() };
        let ids = |page: &store::Page| page.items.iter().map(|v| v.intent.id).collect::<Vec<_>>();
        let first = store.list(&merchant(), of.clone(), None, 3).await.expect("read");
        assert_eq!((ids(&first), first.next), (vec![id(5), id(4), id(3)], Some(Cursor(id(3)))));
        let rest = store.list(&merchant(), of.clone(), first.next, 3).await.expect("read");
        assert_eq!((ids(&rest), rest.next), (vec![id(2)], None));
        let both = Filter { query: Some("CMD-4".into()), ..of };
        assert_eq!(ids(&store.list(&merchant(), both, None, 9).await.expect("read")), [id(4)]);
    });
}

#[test]
fn a_search_for_nearly_everything_is_refused_and_a_rare_wish_comes_in_steps() {
    run(async {
        let store = open_with(Options::memory(key())).await;
        let many = (1..=10_001).map(|n| NewIntent { at: START, ..intent(n, None, START) }).collect();
        assert!(store.accept_many(many).await.iter().all(Result::is_ok));
        let query = Filter { query: Some("CMD".into()), ..Filter::default() };
        let told = store.list(&merchant(), query, None, 9).await;
        assert!(matches!(told, Err(StoreError::TooManyMatches(10_000))), "{told:?}");
        let rare =
            Filter { product: Some(parcel::Product::Dom), deposit_from: today().tomorrow().ok(), ..Filter::default() };
        let first = store.list(&merchant(), rare.clone(), None, 9).await.expect("read");
        assert_eq!((first.items.len(), first.next), (0, Some(Cursor(id(2)))));
        let last = store.list(&merchant(), rare, first.next, 9).await.expect("read");
        assert_eq!((last.items.len(), last.next), (0, None));
    });
}

#[test]
fn references_of_before_there_was_search_are_found() {
    let dir = tempfile::tempdir().expect("a directory");
    let old = rusqlite::Connection::open(dir.path().join("tournee.db")).expect("a database");
    for layout in
        [include_str!("../src/schema/1.sql"), include_str!("../src/schema/2.sql"), include_str!("../src/schema/3.sql")]
    {
        old.execute_batch(layout).expect("an old layout");
    }
    let shipment = Box::new(parcel::Shipment { parcel_ref: Some("blue".into()), ..shipment(Some("A"), today()) });
    let fact = dispatch::Fact::Accepted { merchant: merchant(), shipment, via: dispatch::Via::Api };
    let json = serde_json::to_string(&fact).expect("JSON");
    let ms = START.unix_ms();
    old.execute("INSERT INTO facts (seq, intent, at, fact) VALUES (1, ?1, ?2, ?3)", (id(1).as_bytes(), ms, json))
        .expect("the first fact");
    let intent = "INSERT INTO intents (id, merchant, account, via, order_number, parcel_no, product, accepted_seq, \
        accepted_at, deposit, state, version, changed_at, attempt, unknowns, retries, sent, released) \
        VALUES (?1, 'shop', ?2, 0, 'A', 1, 'DOM', 1, ?3, 20251222, 0, 1, ?3, 0, 0, 0, 0, 0)";
    old.execute(intent, (id(1).as_bytes(), ACCOUNT, ms)).expect("the intent");
    old.pragma_update(None, "user_version", 3).expect("set");
    drop(old);
    run(async {
        let store = open_with(Options::dir(dir.path(), key())).await;
        let query = Filter { query: Some("blue".into()), ..Filter::default() };
        let found = store.list(&merchant(), query, None, 9).await.expect("read").items;
        assert_eq!(found.iter().map(|view| view.intent.id).collect::<Vec<_>>(), [id(1)]);
        assert_eq!(found[0].parcel_ref.as_deref(), Some("blue"));
        store.close().await.expect("closed");
    });
}
