//! What every store must do, on a file with threads and in memory inline.

mod support;

use dispatch::{Fact, Found, Job, State};
use jiff::civil::date;
use store::{Accepted, Cursor, Filter, Label, LabelBytes, Late, NewIntent, Store, StoreError};
use support::*;

fn label_bytes() -> LabelBytes {
    LabelBytes { label: b"%PDF-1.4".as_slice().into(), cn23: None, answer_json: r#"{"messages":[]}"#.into() }
}

/// Accepts and claims one, so that it is in flight.
async fn in_flight(store: &Store, n: u64) {
    store.accept(intent(n, None, START)).await.expect("accepted");
    store.record(id(n), vec![claimed(1)], START, None).await.expect("claimed");
}

#[test]
fn what_was_accepted_is_there() {
    on_both(|store| async move {
        let view = new(store.accept(intent(1, None, START)).await.expect("accepted"));
        assert_eq!((view.intent.state, view.version, view.parcel_no), (State::Waiting, 1, 1));
        assert_eq!(store.get(&merchant(), id(1)).await.expect("read"), Some(view));
        let stranger = "stranger".parse().expect("an id");
        assert_eq!(store.get(&stranger, id(1)).await.expect("read"), None, "another merchant's");
        assert_eq!(store.shipment(&stranger, id(1)).await.expect("read"), None, "another merchant's");
        let shipment = store.shipment(&merchant(), id(1)).await.expect("read");
        assert_eq!(shipment, Some(shipment_of(1)));
        let facts = store.facts(id(1)).await.expect("read");
        assert!(matches!(&facts[..], [first] if first.seq == 1 && first.fact.name() == "accepted"));
    });
}

fn shipment_of(n: u64) -> parcel::Shipment {
    intent(n, None, START).shipment
}

#[test]
fn what_cannot_be_accepted_writes_nothing() {
    on_both(|store| async move {
        store.accept(intent(1, None, START)).await.expect("accepted");
        let again = store.accept(intent(1, None, START)).await;
        assert!(matches!(again, Err(StoreError::IdTaken(taken)) if taken == id(1)), "{again:?}");
        let nobody = NewIntent { account: "nobody".into(), ..intent(2, None, START) };
        assert!(matches!(store.accept(nobody).await, Err(StoreError::NoAccount(_))));
        let theirs = NewIntent { merchant: "stranger".parse().expect("an id"), ..intent(2, None, START) };
        assert!(matches!(store.accept(theirs).await, Err(StoreError::NoAccount(_))));
        assert_eq!(store.facts_from(0, 10).await.expect("read").len(), 1);
        assert_eq!(store.claim(&[Job::Submit], 10, 10, START).await.expect("claimed").len(), 1);
    });
}

#[test]
fn parcels_of_an_order_are_counted() {
    on_both(|store| async move {
        for (n, order) in [(1, "A"), (2, "A"), (3, "B"), (4, "A")] {
            let one = NewIntent { shipment: shipment(Some(order), today()), ..intent(n, None, START) };
            store.accept(one).await.expect("accepted");
        }
        let mut of = Vec::new();
        for n in 1..=4 {
            of.push(store.get(&merchant(), id(n)).await.expect("read").expect("there").parcel_no);
        }
        assert_eq!(of, [1, 2, 1, 3]);
        let order = "A".parse().expect("an order number");
        assert_eq!(store.parcels_of(&merchant(), &order).await.expect("read"), 3);
    });
}

#[test]
fn facts_that_cannot_follow_change_nothing() {
    on_both(|store| async move {
        in_flight(&store, 1).await;
        let before = store.get(&merchant(), id(1)).await.expect("read");
        let wrong = store.record(id(1), vec![unknown(1), confirmed(9, 1)], after(1), None).await;
        assert!(matches!(wrong, Err(StoreError::Illegal(_))), "{wrong:?}");
        assert_eq!(store.get(&merchant(), id(1)).await.expect("read"), before, "all or nothing");
        let wrong = store.record(id(9), vec![claimed(1)], START, None).await;
        assert!(matches!(wrong, Err(StoreError::NoShipment(_))), "{wrong:?}");
        let wrong = store.record(id(1), vec![unknown(1)], START, Some(label_bytes())).await;
        assert!(matches!(wrong, Err(StoreError::Misused(_))), "{wrong:?}");
        assert_eq!(store.facts_from(0, 10).await.expect("read").len(), 2);
        store.record(id(1), vec![unknown(1)], after(1), None).await.expect("recorded");
    });
}

#[test]
fn a_label_is_kept_with_its_fact() {
    on_both(|store| async move {
        in_flight(&store, 1).await;
        assert_eq!(store.label(&merchant(), id(1)).await.expect("read"), None);
        let view = store.record(id(1), vec![confirmed(1, 5)], after(1), Some(label_bytes())).await.expect("recorded");
        assert_eq!((view.intent.state, view.intent.number), (State::Confirmed, Some(number(5))));
        let label = store.label(&merchant(), id(1)).await.expect("read").expect("there");
        let Label { number: n, bytes, answer_json, .. } = &label;
        assert_eq!((*n, &bytes[..], answer_json.as_str()), (number(5), &b"%PDF-1.4"[..], r#"{"messages":[]}"#));
        let by_number = store.label_by_number(&merchant(), &number(5)).await.expect("read");
        assert_eq!(by_number, Some((id(1), label)));
        let stranger = "stranger".parse().expect("an id");
        assert_eq!(store.label(&stranger, id(1)).await.expect("read"), None);
        assert_eq!(store.label_by_number(&stranger, &number(5)).await.expect("read"), None);
        assert_eq!(store.label_by_number(&merchant(), &number(6)).await.expect("read"), None);
    });
}

#[test]
fn what_is_said_to_people_is_kept_as_long_as_it_holds() {
    on_both(|store| async move {
        in_flight(&store, 1).await;
        let view = store.record(id(1), vec![rejected(1)], after(1), None).await.expect("recorded");
        assert_eq!(view.reject.as_ref().map(|r| r.code.as_str()), Some("30221"));
        assert_eq!(store.get(&merchant(), id(1)).await.expect("read"), Some(view));
        in_flight(&store, 2).await;
        let left = vec![unknown(1), Fact::LeftToHuman { reason: "look".into() }];
        let view = store.record(id(2), left, after(1), None).await.expect("recorded");
        assert_eq!(view.human_reason.as_deref(), Some("look"));
        let view = store.record(id(2), vec![Fact::Reopened], after(2), None).await.expect("recorded");
        assert_eq!((view.human_reason, view.version), (None, 5));
    });
}

#[test]
fn late_facts_keep_their_order_and_refusals_are_silent() {
    on_both(|store| async move {
        in_flight(&store, 1).await;
        store.record_later(id(1), Late::Sent { attempt: 7 }, after(1));
        store.record_later(id(1), Late::Sent { attempt: 1 }, after(1));
        let view = store.record(id(1), vec![confirmed(1, 1)], after(2), None).await.expect("recorded");
        assert!(view.intent.sent);
        store.record_later(id(1), Late::Released, after(3));
        let facts = vec![Fact::Voided];
        let view = store.record(id(1), facts, after(4), None).await.expect("recorded");
        assert_eq!((view.intent.released, view.version), (true, 6));
        assert_eq!(store.counts().await.expect("read").late_dropped, 0);
    });
}

#[test]
fn work_is_taken_by_day_then_age_and_only_once() {
    on_both(|store| async move {
        let days = [date(2025, 12, 24), date(2025, 12, 22), date(2025, 12, 23), date(2025, 12, 22), date(2025, 12, 20)];
        for (n, day) in (1..).zip(days) {
            store.accept(due_on(n, day)).await.expect("accepted");
        }
        let mut order = Vec::new();
        for count in [2, 2, 9, 9] {
            let taken = store.claim(&[Job::Submit], count, 0, after(1)).await.expect("claimed");
            order.push(taken.iter().map(|c| c.view.intent.id).collect::<Vec<_>>());
        }
        assert_eq!(order, [vec![id(5), id(2)], vec![id(4), id(3)], vec![id(1)], vec![]]);
    });
}

#[test]
fn a_claim_begins_an_attempt_for_today_at_the_earliest() {
    on_both(|store| async move {
        let chosen = parcel::Shipment { parcel_number: Some(number(42)), ..shipment(None, date(2025, 12, 20)) };
        store.accept(NewIntent { shipment: chosen.clone(), ..intent(1, None, START) }).await.expect("accepted");
        store.accept(due_on(2, date(2025, 12, 24))).await.expect("accepted");
        let taken = store.claim(&[Job::Submit], 9, 0, after(1)).await.expect("claimed");
        assert_eq!(taken.iter().map(|c| c.deposit_date).collect::<Vec<_>>(), [today(), date(2025, 12, 24)]);
        let first = &taken[0];
        assert_eq!((first.attempt, first.view.intent.state), (1, State::InFlight));
        assert_eq!((&first.shipment, &first.account), (&chosen, &account()));
        assert_eq!(store.get(&merchant(), id(1)).await.expect("read").as_ref(), Some(&first.view));
        let facts = store.facts(id(1)).await.expect("read");
        let begun = Fact::Claimed { attempt: 1, deposit_date: today(), number: Some(number(42)) };
        assert_eq!(facts.last().map(|f| &f.fact), Some(&begun));
    });
}

#[test]
fn what_was_tried_before_comes_within_its_own_count() {
    on_both(|store| async move {
        for n in 1..=6 {
            store.accept(intent(n, None, START)).await.expect("accepted");
        }
        assert_eq!(store.claim(&[Job::Submit], 3, 0, START).await.expect("claimed").len(), 3);
        for n in 1..=3 {
            store.record(id(n), vec![not_done(1)], after(1), None).await.expect("recorded");
        }
        assert_eq!(store.next_due().await.expect("read"), Some(START), "three are ready");
        let none_again = store.claim(&[Job::Submit], 2, 0, after(60)).await.expect("claimed");
        assert_eq!(none_again.iter().map(|c| c.attempt).collect::<Vec<_>>(), [1, 1]);
        let one_again = store.claim(&[Job::Submit], 9, 1, after(60)).await.expect("claimed");
        assert_eq!(one_again.iter().map(|c| c.attempt).collect::<Vec<_>>(), [2, 1], "the oldest first");
    });
}

#[test]
fn resting_work_comes_when_it_is_due() {
    on_both(|store| async move {
        in_flight(&store, 1).await;
        assert_eq!(store.next_due().await.expect("read"), None);
        store.record(id(1), vec![unknown(1)], after(1), None).await.expect("recorded");
        assert_eq!(store.next_due().await.expect("read"), Some(after(121)), "unknowns settle for two minutes");
        assert!(store.claim(&[Job::Resolve], 9, 9, after(120)).await.expect("claimed").is_empty());
        assert!(store.claim(&[Job::Submit], 9, 9, after(121)).await.expect("claimed").is_empty());
        let taken = store.claim(&[Job::Resolve], 9, 9, after(121)).await.expect("claimed");
        assert_eq!(taken.iter().map(|c| (c.job, c.attempt)).collect::<Vec<_>>(), [(Job::Resolve, 1)]);
        assert_eq!(taken[0].view.intent.state, State::Unknown);
        assert!(store.claim(&[Job::Resolve], 9, 9, after(500)).await.expect("claimed").is_empty(), "leased");
        let asked = vec![Fact::Probed { attempt: 1, found: Found::NotMade }];
        store.record(id(1), asked, after(122), None).await.expect("recorded");
        assert_eq!(store.claim(&[Job::Submit], 9, 9, after(122)).await.expect("claimed").len(), 1);
    });
}

#[test]
fn kinds_of_work_share_one_claim() {
    on_both(|store| async move {
        for n in 1..=3 {
            in_flight(&store, n).await;
        }
        store.record(id(1), vec![not_done(1)], START, None).await.expect("recorded");
        store.record(id(2), vec![unknown(1)], START, None).await.expect("recorded");
        store.record(id(3), vec![unknown(1)], START, None).await.expect("recorded");
        store.accept(intent(4, None, START)).await.expect("accepted");
        let mut taken = Vec::new();
        for _ in 0..2 {
            let some = store.claim(&[Job::Resolve, Job::Submit], 9, 2, after(200)).await.expect("claimed");
            taken.push(some.iter().map(|c| (c.job, c.view.intent.id)).collect::<Vec<_>>());
        }
        let first = vec![(Job::Resolve, id(2)), (Job::Resolve, id(3)), (Job::Submit, id(4))];
        assert_eq!(taken, [first, vec![(Job::Submit, id(1))]], "both questions used up what may be asked again");
    });
}

#[test]
fn a_lost_question_is_asked_again() {
    on_both(|store| async move {
        in_flight(&store, 1).await;
        store.record(id(1), vec![unknown(1)], START, None).await.expect("recorded");
        assert_eq!(store.claim(&[Job::Resolve], 1, 1, after(200)).await.expect("claimed").len(), 1);
        assert_eq!(store.next_due().await.expect("read"), Some(after(800)));
        assert_eq!(store.claim(&[Job::Resolve], 1, 1, after(800)).await.expect("claimed").len(), 1);
    });
}

#[test]
fn after_a_stop_what_was_under_way_is_unknown() {
    on_both(|store| async move {
        for n in 1..=3 {
            in_flight(&store, n).await;
        }
        store.record(id(2), vec![unknown(1)], START, None).await.expect("recorded");
        store.record(id(3), vec![confirmed(1, 3)], START, None).await.expect("recorded");
        assert_eq!(store.claim(&[Job::Resolve], 1, 1, after(200)).await.expect("claimed").len(), 1);
        assert_eq!(store.recover(after(300)).await.expect("recovered"), 1);
        let view = store.get(&merchant(), id(1)).await.expect("read").expect("there");
        assert_eq!((view.intent.state, view.intent.cause), (State::Unknown, Some(dispatch::Cause::WeStopped)));
        let taken = store.claim(&[Job::Resolve], 9, 9, after(300)).await.expect("claimed");
        assert_eq!(taken.iter().map(|c| c.view.intent.id).collect::<Vec<_>>(), [id(2)], "free at once");
        assert_eq!(store.recover(after(301)).await.expect("recovered"), 0);
    });
}

#[test]
fn lists_are_newest_first_in_pages() {
    on_both(|store| async move {
        for n in 1..=7 {
            store.accept(due_on(n, date(2025, 12, 22 + i8::from(n % 2 == 0)))).await.expect("accepted");
        }
        store.claim(&[Job::Submit], 3, 0, START).await.expect("claimed");
        let ids = |page: &store::Page| page.items.iter().map(|v| v.intent.id).collect::<Vec<_>>();
        let first = store.list(&merchant(), Filter::default(), None, 4).await.expect("read");
        assert_eq!((ids(&first), first.next), (vec![id(7), id(6), id(5), id(4)], Some(Cursor(id(4)))));
        let rest = store.list(&merchant(), Filter::default(), first.next, 4).await.expect("read");
        assert_eq!((ids(&rest), rest.next), (vec![id(3), id(2), id(1)], None));
        let waiting = Filter { state: Some(State::Waiting), ..Filter::default() };
        let page = store.list(&merchant(), waiting.clone(), None, 9).await.expect("read");
        assert_eq!(ids(&page), [id(7), id(6), id(4), id(2)]);
        let on_the_22nd = Filter { deposit_to: Some(today()), ..waiting };
        assert_eq!(ids(&store.list(&merchant(), on_the_22nd, None, 9).await.expect("read")), [id(7)]);
        let from_the_23rd = Filter { deposit_from: Some(date(2025, 12, 23)), ..Filter::default() };
        assert_eq!(ids(&store.list(&merchant(), from_the_23rd, None, 9).await.expect("read")), [id(6), id(4), id(2)]);
        let stranger = "stranger".parse().expect("an id");
        assert!(store.list(&stranger, Filter::default(), None, 9).await.expect("read").items.is_empty());
    });
}

#[test]
fn lists_of_an_order() {
    on_both(|store| async move {
        for n in 1..=3 {
            let one = NewIntent { shipment: shipment(Some("A"), today()), ..intent(n, None, START) };
            store.accept(one).await.expect("accepted");
        }
        store.accept(intent(4, None, START)).await.expect("accepted");
        store.record(id(2), vec![claimed(1)], START, None).await.expect("recorded");
        let order = Filter { order_number: Some("A".parse().expect("an order number")), ..Filter::default() };
        let ids = |page: store::Page| page.items.iter().map(|v| v.intent.id).collect::<Vec<_>>();
        assert_eq!(ids(store.list(&merchant(), order.clone(), None, 2).await.expect("read")), [id(3), id(2)]);
        let rest = store.list(&merchant(), order.clone(), Some(Cursor(id(2))), 2).await.expect("read");
        assert_eq!((rest.next, ids(rest)), (None, vec![id(1)]));
        let flying = Filter { state: Some(State::InFlight), ..order };
        assert_eq!(ids(store.list(&merchant(), flying, None, 9).await.expect("read")), [id(2)]);
    });
}

#[test]
fn the_lost_number_is_among_the_neighbours() {
    on_both(|store| async move {
        for (n, serial) in [(1, 100), (2, 101), (3, 103), (4, 105)] {
            in_flight(&store, n).await;
            let at = after(10 * n);
            store.record(id(n), vec![confirmed(1, serial)], at, None).await.expect("recorded");
        }
        let around = |at, count| store.neighbours(ACCOUNT, "6A", at, count);
        assert_eq!(around(after(25), 9).await.expect("read"), [number(102), number(104)]);
        assert_eq!(around(after(25), 1).await.expect("read"), [number(102)]);
        assert_eq!(around(after(45), 2).await.expect("read"), [number(106), number(107)], "nothing came after yet");
        assert_eq!(around(after(5), 9).await.expect("read"), [number(102), number(104)], "nothing came before");
        assert!(store.neighbours(ACCOUNT, "6C", after(25), 9).await.expect("read").is_empty());
        assert!(store.neighbours("other", "6A", after(25), 9).await.expect("read").is_empty());
    });
}

#[test]
fn a_lost_number_may_have_been_overtaken() {
    on_both(|store| async move {
        for (n, serial) in [(1, 100), (2, 103), (3, 104)] {
            in_flight(&store, n).await;
            store.record(id(n), vec![confirmed(1, serial)], after(10 * n), None).await.expect("recorded");
        }
        let around = store.neighbours(ACCOUNT, "6A", after(25), 9).await.expect("read");
        assert_eq!(around, [number(102), number(101)], "below the last one before, nearest first");
    });
}

#[test]
fn counts_follow_every_move() {
    on_both(|store| async move {
        for n in 1..=4 {
            store.accept(intent(n, None, after(n))).await.expect("accepted");
        }
        store.claim(&[Job::Submit], 2, 0, after(9)).await.expect("claimed");
        store.record(id(1), vec![confirmed(1, 1)], after(9), None).await.expect("recorded");
        store.record(id(2), vec![not_done(1)], after(9), None).await.expect("recorded");
        let counts = store.counts().await.expect("read");
        let some: Vec<_> = counts.by_state.iter().filter(|(_, n)| *n > 0).copied().collect();
        assert_eq!(some, [(State::Waiting, 3), (State::Confirmed, 1)]);
        assert_eq!((counts.outbox_due, counts.outbox_later, counts.outbox_taken), (2, 1, 0));
        assert_eq!(counts.oldest_waiting_at, Some(after(2)));
    });
}

#[test]
fn merchants_are_known_by_their_key_and_keep_their_secrets() {
    on_both(|store| async move {
        let found = store.api_key(&[1; 32]).await.expect("read").expect("known");
        assert_eq!((found.merchant, found.account.as_str()), (merchant(), ACCOUNT));
        assert!(store.api_key(&[2; 32]).await.expect("read").is_none());
        assert_eq!(store.account(ACCOUNT).await.expect("read"), Some(account()));
        let other = store::Merchant { id: "other".parse().expect("an id"), name: "Other".into() };
        let theirs = store::Account { merchant: other.id.clone(), id: "theirs".into(), ..account() };
        let taken = store.add_merchant(other.clone(), [1; 32], theirs.clone(), START).await;
        assert!(matches!(taken, Err(StoreError::ApiKeyTaken)), "{taken:?}");
        let stolen = store::Account { merchant: other.id.clone(), ..account() };
        assert!(matches!(store.add_merchant(other, [3; 32], stolen, START).await, Err(StoreError::NoAccount(_))));
        store.upsert_account(theirs.clone()).await.expect("enrolled");
        store.upsert_account(theirs.clone()).await.expect("again");
        let changed = store::Account { okapi_key: None, ..theirs.clone() };
        store.upsert_account(changed.clone()).await.expect("changed");
        assert_eq!(store.accounts_of(&theirs.merchant).await.expect("read"), [changed]);
        let all: Vec<_> = store.merchants().await.expect("read").into_iter().map(|m| m.name).collect();
        assert_eq!(all, ["other", "The Shop"].map(String::from), "by id, those that enrolled among them");
    });
}

#[test]
fn tracking_remembers_the_latest() {
    on_both(|store| async move {
        assert_eq!(store.tracking(&merchant(), "6A1").await.expect("read"), None);
        for (json, at) in [("1", after(1)), ("3", after(3)), ("2", after(2))] {
            store.remember_tracking(&merchant(), "6A1", json, at).await.expect("kept");
        }
        assert_eq!(store.tracking(&merchant(), "6A1").await.expect("read"), Some(("3".into(), after(3))));
    });
}

#[test]
fn whoever_watches_is_woken_and_so_is_the_desk() {
    on_both(|store| async move {
        let mut watch = store.watch(id(1));
        store.accept(intent(1, None, START)).await.expect("accepted");
        watch.changed().await;
        store.due_changed().await;
        store.record(id(1), vec![Fact::Voided], START, None).await.expect("recorded");
        watch.changed().await;
    });
}

#[test]
fn a_closed_store_says_so() {
    on_both(|store| async move {
        store.close().await.expect("closed");
        store.close().await.expect("again");
        assert!(matches!(store.accept(intent(1, None, START)).await, Err(StoreError::Closed)));
        assert!(matches!(store.get(&merchant(), id(1)).await, Err(StoreError::Closed)));
        store.record_later(id(1), Late::Released, START);
        assert!(!matches!(store.accept(intent(1, None, START)).await, Ok(Accepted::New(_))));
    });
}
