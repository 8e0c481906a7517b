//! What compaction takes out and what it leaves, on a clock that is set.

mod support;

use clock::Time;
use dispatch::{Fact, Job, State};
use std::{ops::ControlFlow, time::Duration};
use store::{Accepted, CompactPlace, Keep, LabelBytes, Options, Removed, Store};
use support::*;

const KEEP: Keep = Keep { labels: days(90), personal: days(400) };

const fn days(n: u64) -> Duration {
    Duration::from_secs(n * 24 * 60 * 60)
}

/// So many days after the start.
fn day(n: u64) -> Time {
    START.plus(days(n))
}

/// All turns of one pass; gives what was taken out and in how many turns.
async fn pass(store: &Store, now: Time, rehearsal: bool) -> (Removed, usize) {
    let (mut place, mut all, mut turns) = (Some(CompactPlace::default()), Removed::default(), 0);
    while let Some(here) = place {
        let (removed, next) = store.compact(KEEP, here, now, rehearsal).await.expect("a turn");
        all += removed;
        (place, turns) = (next, turns + 1);
    }
    (all, turns)
}

/// A shipment that got its label on the first day, and was handed out.
async fn done(store: &Store, n: u64) {
    let key = idempotency(u8::try_from(n).expect("small"), 1);
    new(store.accept(intent(n, Some(key), START)).await.expect("accepted"));
    let label = LabelBytes {
        label: vec![b'x'; 1000].into(),
        cn23: Some(vec![b'y'; 10].into()),
        answer_json: "{\"who\":\"Lovelace\"}".into(),
    };
    store.claim(&[Job::Submit], 1, 0, after(1)).await.expect("claimed");
    store.record(id(n), vec![confirmed(1, n), Fact::Released], after(2), Some(label)).await.expect("recorded");
    store.remember_tracking(&merchant(), number(n).as_str(), "{}", after(3)).await.expect("kept");
}

#[test]
fn a_label_goes_when_its_time_is_over_and_nothing_else_does() {
    on_both(|store| async move {
        done(&store, 1).await;
        assert_eq!(pass(&store, day(90), false).await.0, Removed::default(), "a day too early");
        let gone = Removed { labels: 1, label_bytes: 1010, ..Removed::default() };
        assert_eq!(pass(&store, day(91), true).await.0, gone, "a rehearsal says as much");
        assert!(store.label(&merchant(), id(1)).await.expect("read").is_some(), "and takes nothing");
        assert_eq!(pass(&store, day(91), false).await.0, gone);
        assert_eq!(pass(&store, day(91), false).await.0, Removed::default(), "once");
        assert!(store.label(&merchant(), id(1)).await.expect("read").is_none());
        let owner = store.shipment_of_number(&merchant(), number(1)).await.expect("read");
        assert_eq!(owner, Some(id(1)), "its number is still its own");
        assert!(store.shipment(&merchant(), id(1)).await.expect("read").is_some());
        assert_eq!(store.facts(id(1)).await.expect("read").len(), 4);
        holds_to_the_journal(&store).await;
    });
}

#[test]
fn keys_and_numbers_live_thirteen_months_and_the_addresses_as_long_as_was_said() {
    on_both(|store| async move {
        done(&store, 1).await;
        done(&store, 2).await;
        pass(&store, day(396), false).await;
        let again = store.accept(intent(10, Some(idempotency(1, 1)), day(396))).await.expect("asked");
        assert!(matches!(again, Accepted::Known(view) if view.intent.id == id(1)), "a key of thirteen months ago");
        let before = store.get(&merchant(), id(1)).await.expect("read").expect("there");

        let (gone, _) = pass(&store, day(401), false).await;
        // The second has the last fact of the journal, which stays.
        assert_eq!((gone.shipments, gone.facts, gone.keys, gone.numbers, gone.tracked), (1, 4, 2, 2, 2));
        assert_eq!(store.get(&merchant(), id(1)).await.expect("read"), Some(before.clone()), "its row stays");
        assert_eq!(store.shipment(&merchant(), id(1)).await.expect("read"), None, "its addresses do not");
        let facts = store.facts(id(1)).await.expect("read");
        let [only] = facts.as_slice() else { panic!("one fact: {facts:?}") };
        assert!(matches!(&only.fact, Fact::Compacted { intent, .. } if **intent == before.intent), "{only:?}");
        assert_eq!(store.facts(id(2)).await.expect("read").len(), 4, "the end of the journal");
        assert!(store.tracking(&merchant(), number(1).as_str()).await.expect("read").is_none());
        holds_to_the_journal(&store).await;

        let last = store.facts(id(2)).await.expect("read").last().expect("one").seq;
        let fresh = new(store.accept(intent(11, Some(idempotency(1, 1)), day(401))).await.expect("asked"));
        assert_eq!(store.facts(fresh.intent.id).await.expect("read")[0].seq, last + 1, "no number is given out twice");
        assert_eq!(pass(&store, day(401), false).await.0.shipments, 1, "now it has its turn");
        assert_eq!(store.shipment(&merchant(), id(2)).await.expect("read"), None);
    });
}

#[test]
fn what_has_not_ended_is_never_touched() {
    on_both(|store| async move {
        for n in 1..=5 {
            new(store.accept(intent(n, None, START)).await.expect("accepted"));
        }
        store.claim(&[Job::Submit], 3, 0, after(1)).await.expect("claimed");
        store.record(id(2), vec![unknown(1)], after(2), None).await.expect("recorded");
        let human = vec![unknown(1), Fact::LeftToHuman { reason: "nobody knows".into() }];
        store.record(id(3), human, after(2), None).await.expect("recorded");
        store.record(id(4), vec![Fact::Voided], day(5000), None).await.expect("recorded");
        assert_eq!(pass(&store, day(5001), false).await.0, Removed::default());
        let states = [State::InFlight, State::Unknown, State::Human, State::Void, State::Waiting];
        for (n, state) in (1..).zip(states) {
            let view = store.get(&merchant(), id(n)).await.expect("read").expect("there");
            assert_eq!(view.intent.state, state);
            assert!(store.shipment(&merchant(), id(n)).await.expect("read").is_some());
        }
    });
}

#[test]
fn a_pass_takes_many_small_turns_and_leaves_no_address_in_a_backup() {
    let dir = tempfile::tempdir().expect("a directory");
    let data = dir.path().join("data");
    run(async {
        let store = open_with(Options::dir(&data, key())).await;
        for n in 1..=100 {
            done(&store, n).await;
        }
        new(store.accept(intent(200, None, day(500))).await.expect("accepted"));
        let (gone, turns) = pass(&store, day(500), false).await;
        assert_eq!((gone.labels, gone.shipments, gone.keys), (100, 100, 100));
        assert!(turns >= 9, "labels by thirty at a time: {turns}");
        store.record(id(200), vec![Fact::Voided], day(500), None).await.expect("recorded");
        new(store.accept(intent(201, None, day(1000))).await.expect("accepted"));
        pass(&store, day(1000), false).await;
        store.record(id(201), vec![Fact::Voided], day(1000), None).await.expect("recorded");
        holds_to_the_journal(&store).await;
        store.close().await.expect("closed");
    });
    audit(&data);
    let mut go_on = |_| ControlFlow::Continue(());
    let (file, _) = store::back_up(&data, &key(), dir.path(), day(1000), &mut go_on).expect("a backup");
    let bytes = std::fs::read(file).expect("read");
    let street = address().fields().street.clone().expect("a street");
    let times = bytes.windows(street.len()).filter(|window| *window == street.as_bytes()).count();
    assert_eq!(times, 2, "only the sender and the addressee of the one shipment that is not past its time");
    assert!(!bytes.windows(8).any(|window| window == b"Lovelace"));
}
