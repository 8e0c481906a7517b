//! Webhook endpoints: what each is told of, what is kept until the receiver has it, what happens when it never does.

mod support;

use dispatch::Fact;
use std::time::Duration;
use store::{
    Attempt, DeliveryState, DueDelivery, Hook, HookChange, HookEvent, HookState, JournalPoint, NewHook, Options,
    Settled, Store, StoreError,
};
use support::*;

const MINUTE: Duration = Duration::from_secs(60);

fn new_hook(id: &str, events: Option<&[HookEvent]>) -> NewHook {
    NewHook {
        id: id.into(),
        merchant: merchant(),
        url: format!("https://shop.example/{id}"),
        events: events.map(|events| events.iter().copied().collect()),
        secret: format!("whsec_{id}"),
        at: START,
    }
}

async fn hook_of(store: &Store, id: &str) -> Hook {
    store.hook(&merchant(), id).await.expect("read").expect("there")
}

/// Gathers until there is no more to be gathered.
async fn gather(store: &Store) {
    while store.gather_hooks(START).await.expect("gathered").more {}
}

async fn due(store: &Store, at: clock::Time) -> Vec<DueDelivery> {
    store.due_hooks(at, 100_000).await.expect("read")
}

/// The facts that are due to an endpoint, by number.
async fn seqs(store: &Store, hook: &str) -> Vec<u64> {
    due(store, after(0)).await.into_iter().filter(|d| d.hook == hook).map(|d| d.seq).collect()
}

fn attempt(hook: &str, seq: u64, at: clock::Time, settled: Settled) -> Attempt {
    let status = Some(if settled == Settled::Delivered { 204 } else { 500 });
    Attempt { hook: hook.into(), seq, at, status, failure: None, settled }
}

async fn deliver(store: &Store, hook: &str, seqs: &[u64]) {
    for seq in seqs {
        store.settle_hook(attempt(hook, *seq, after(1), Settled::Delivered)).await.expect("settled");
    }
}

async fn accept(store: &Store, numbers: std::ops::RangeInclusive<u64>) {
    for n in numbers {
        store.accept(intent(n, None, after(n))).await.expect("accepted");
    }
}

async fn change(store: &Store, id: &str, state: HookState) -> Hook {
    let change = HookChange { state: Some(state), ..HookChange::default() };
    store.change_hook(&merchant(), id, change, after(0)).await.expect("changed").expect("there")
}

#[test]
fn an_endpoint_is_told_of_what_it_asked_for_from_its_beginning_on() {
    on_both(|store| async move {
        accept(&store, 1..=1).await;
        store.add_hook(new_hook("all", None)).await.expect("added");
        store.add_hook(new_hook("some", Some(&[HookEvent::Unknown]))).await.expect("added");
        accept(&store, 2..=2).await;
        store.record(id(2), vec![claimed(1), unknown(1)], after(3), None).await.expect("recorded");
        gather(&store).await;
        let told: Vec<_> = due(&store, START).await.into_iter().map(|d| (d.hook, d.seq, d.event)).collect();
        let all = |seq, event| ("all".to_owned(), seq, event);
        let some = ("some".to_owned(), 4, HookEvent::Unknown);
        assert_eq!(told, [all(2, HookEvent::Accepted), all(4, HookEvent::Unknown), some]);
        let one = due(&store, START).await.remove(0);
        let (fact, view) = one.told.expect("the journal has it");
        assert_eq!((fact.seq, view.intent.id, one.secrets, one.attempts), (2, id(2), vec!["whsec_all".into()], 0));
    });
}

#[test]
fn nobody_is_told_of_another_merchants_shipments() {
    on_both(|store| async move {
        let other = store::Merchant { id: "other".parse().expect("an id"), name: "Other".into() };
        let theirs = store::Account { merchant: other.id.clone(), id: "theirs".into(), ..account() };
        store.add_merchant(other.clone(), [2; 32], theirs, START).await.expect("a merchant");
        store.add_hook(NewHook { merchant: other.id.clone(), ..new_hook("hers", None) }).await.expect("added");
        accept(&store, 1..=1).await;
        gather(&store).await;
        assert!(due(&store, START).await.is_empty());
        assert_eq!(store.hook(&merchant(), "hers").await.expect("read"), None);
        assert!(!store.drop_hook(&merchant(), "hers").await.expect("asked"));
        let change = HookChange { state: Some(HookState::Paused), ..HookChange::default() };
        assert_eq!(store.change_hook(&merchant(), "hers", change, START).await.expect("asked"), None);
        assert_eq!(store.hook_secrets(&merchant(), "hers", START).await.expect("asked"), None);
    });
}

#[test]
fn a_message_is_due_until_the_receiver_has_it() {
    on_both(|store| async move {
        store.add_hook(new_hook("a", None)).await.expect("added");
        accept(&store, 1..=2).await;
        gather(&store).await;
        assert_eq!(seqs(&store, "a").await, [1, 2]);
        let again = attempt("a", 1, START, Settled::Again(after(300)));
        assert!(!store.settle_hook(again).await.expect("settled"));
        deliver(&store, "a", &[2]).await;
        assert!(due(&store, after(299)).await.is_empty());
        assert_eq!(store.next_hook_due(after(299)).await.expect("read"), Some(after(300)));
        let one = due(&store, after(300)).await.remove(0);
        assert_eq!((one.seq, one.attempts), (1, 1));
        deliver(&store, "a", &[1]).await;
        let listed = store.deliveries("a", None, None, 10).await.expect("read");
        let told: Vec<_> = listed.iter().map(|d| (d.seq, d.state, d.attempts, d.status)).collect();
        assert_eq!(told, [(2, DeliveryState::Delivered, 1, Some(204)), (1, DeliveryState::Delivered, 2, Some(204))]);
        let failed = store.deliveries("a", Some(DeliveryState::Failed), None, 10).await.expect("read");
        assert!(failed.is_empty() && store.deliveries("a", None, Some(2), 10).await.expect("read").len() == 1);
    });
}

#[test]
fn an_endpoint_that_takes_nothing_is_paused_and_loses_nothing() {
    on_both(|store| async move {
        store.add_hook(new_hook("a", None)).await.expect("added");
        accept(&store, 1..=2).await;
        gather(&store).await;
        assert!(store.settle_hook(attempt("a", 1, after(9), Settled::Exhausted)).await.expect("settled"));
        let paused = hook_of(&store, "a").await;
        assert_eq!((paused.state, paused.pending), (HookState::Paused, 2));
        assert!(paused.reason.is_some_and(|reason| reason.contains("until the last attempt")));
        accept(&store, 3..=3).await;
        gather(&store).await;
        assert!(due(&store, after(100)).await.is_empty(), "nothing goes out");
        assert_eq!(change(&store, "a", HookState::Enabled).await.reason, None);
        gather(&store).await;
        let waiting = due(&store, after(0)).await;
        let told: Vec<_> = waiting.iter().map(|d| (d.seq, d.attempts)).collect();
        assert_eq!(told, [(1, 0), (2, 0), (3, 0)], "all that waits, with all attempts anew");
    });
}

#[test]
fn a_message_that_alone_is_refused_is_set_aside() {
    on_both(|store| async move {
        store.add_hook(new_hook("a", None)).await.expect("added");
        accept(&store, 1..=2).await;
        gather(&store).await;
        deliver(&store, "a", &[2]).await;
        assert!(!store.settle_hook(attempt("a", 1, after(9), Settled::Exhausted)).await.expect("settled"));
        assert_eq!(hook_of(&store, "a").await.state, HookState::Enabled);
        let failed = store.deliveries("a", Some(DeliveryState::Failed), None, 10).await.expect("read");
        assert!(matches!(&failed[..], [one] if one.seq == 1 && one.due_at.is_none()), "{failed:?}");
        let point = JournalPoint::Fact(1);
        store.replay_hook(&merchant(), "a", point, Some(point)).await.expect("asked").expect("there");
        gather(&store).await;
        assert_eq!(seqs(&store, "a").await, [1], "and can be sent once more");
    });
}

#[test]
fn who_says_gone_is_paused_at_once() {
    on_both(|store| async move {
        store.add_hook(new_hook("a", None)).await.expect("added");
        accept(&store, 1..=1).await;
        gather(&store).await;
        assert!(store.settle_hook(attempt("a", 1, after(9), Settled::Gone)).await.expect("settled"));
        assert!(hook_of(&store, "a").await.reason.is_some_and(|reason| reason.contains("410")));
        assert!(!store.settle_hook(attempt("a", 1, after(9), Settled::Gone)).await.expect("settled"), "said once");
    });
}

#[test]
fn a_replay_tells_everything_of_a_stretch_once_more() {
    on_both(|store| async move {
        store.add_hook(new_hook("a", None)).await.expect("added");
        for n in 1..=5 {
            store
                .accept(intent(n, None, START.plus(MINUTE * 10 * u32::try_from(n).expect("few"))))
                .await
                .expect("accepted");
        }
        gather(&store).await;
        deliver(&store, "a", &[1, 2, 3, 4, 5]).await;
        let at = |tens: u32| JournalPoint::Moment(START.plus(MINUTE * 10 * tens));
        for (from, to, expected) in [
            (JournalPoint::Fact(4), None, vec![4, 5]),
            (JournalPoint::Fact(2), Some(JournalPoint::Fact(3)), vec![2, 3]),
            (at(3), None, vec![3, 4, 5]),
            (at(2), Some(at(3)), vec![2, 3]),
            (at(0), None, vec![1, 2, 3, 4, 5]),
            (at(9), None, vec![]),
        ] {
            store.replay_hook(&merchant(), "a", from, to).await.expect("asked").expect("there");
            gather(&store).await;
            assert_eq!(seqs(&store, "a").await, expected, "{from:?} {to:?}");
            assert!(!hook_of(&store, "a").await.replaying, "{from:?} {to:?}");
            deliver(&store, "a", &expected).await;
        }
    });
}

#[test]
fn a_new_endpoint_can_be_told_of_what_was_before_it() {
    on_both(|store| async move {
        accept(&store, 1..=3).await;
        store.add_hook(new_hook("a", None)).await.expect("added");
        gather(&store).await;
        assert!(seqs(&store, "a").await.is_empty());
        store.replay_hook(&merchant(), "a", JournalPoint::Fact(1), None).await.expect("asked").expect("there");
        assert!(hook_of(&store, "a").await.replaying);
        gather(&store).await;
        assert_eq!(seqs(&store, "a").await, [1, 2, 3]);
    });
}

#[test]
fn as_much_is_under_way_as_is_good_and_the_rest_waits_in_the_journal() {
    run(async {
        let store = open_with(Options::memory(key())).await;
        store.add_hook(new_hook("slow", None)).await.expect("added");
        store.add_hook(new_hook("quick", None)).await.expect("added");
        let mut got = 0;
        accept(&store, 1..=1_700).await;
        for _ in 0..20 {
            store.gather_hooks(START).await.expect("gathered");
            let quick = seqs(&store, "quick").await;
            got += quick.len();
            deliver(&store, "quick", &quick).await;
        }
        let slow = seqs(&store, "slow").await;
        assert_eq!((got, slow.len()), (1_700, 1_000), "one that takes nothing holds up no other");
        deliver(&store, "slow", &slow).await;
        gather(&store).await;
        assert_eq!(seqs(&store, "slow").await, (1_001..=1_700).collect::<Vec<_>>());
    });
}

#[test]
fn what_was_written_down_is_told_after_a_death_in_between() {
    let dir = tempfile::tempdir().expect("a directory");
    run(async {
        let store = open_with(Options::dir(dir.path(), key())).await;
        store.add_hook(new_hook("a", None)).await.expect("added");
        accept(&store, 1..=2).await;
        gather(&store).await;
        accept(&store, 3..=3).await;
        store.close().await.expect("closed");
        let store = Store::open(Options::dir(dir.path(), key())).expect("opened");
        gather(&store).await;
        assert_eq!(seqs(&store, "a").await, [1, 2, 3]);
        store.close().await.expect("closed");
    });
}

#[test]
fn secrets_follow_one_another_and_are_sealed() {
    let dir = tempfile::tempdir().expect("a directory");
    run(async {
        let store = open_with(Options::dir(dir.path(), key())).await;
        store.add_hook(new_hook("a", None)).await.expect("added");
        let hour = Duration::from_secs(3_600);
        store.rotate_hook(&merchant(), "a", "whsec_new".into(), START, hour).await.expect("asked").expect("there");
        let shop = merchant();
        let good = |at| store.hook_secrets(&shop, "a", at);
        assert_eq!(good(after(3_599)).await.expect("read"), Some(vec!["whsec_new".into(), "whsec_a".into()]));
        assert_eq!(good(after(3_600)).await.expect("read"), Some(vec!["whsec_new".into()]));
        store.close().await.expect("closed");
    });
    let bytes = std::fs::read(dir.path().join("tournee.db")).expect("the database");
    assert!(!bytes.windows(6).any(|six| six == b"whsec_"));
}

#[test]
fn an_endpoint_that_is_dropped_is_gone_and_cleared_away() {
    on_both(|store| async move {
        store.add_hook(new_hook("a", None)).await.expect("added");
        store.add_hook(new_hook("b", None)).await.expect("added");
        accept(&store, 1..=2).await;
        gather(&store).await;
        assert!(store.drop_hook(&merchant(), "a").await.expect("dropped"));
        assert!(!store.drop_hook(&merchant(), "a").await.expect("asked"), "once");
        assert_eq!(store.hooks_of(&merchant()).await.expect("read").len(), 1);
        assert!(seqs(&store, "a").await.is_empty());
        deliver(&store, "b", &[1]).await;
        assert_eq!(store.clear_hooks(after(1)).await.expect("cleared"), 2, "those of the dropped one");
        assert_eq!(store.clear_hooks(after(2)).await.expect("cleared"), 1, "and what was settled long ago");
        assert_eq!(store.clear_hooks(after(2)).await.expect("cleared"), 0);
        let counts = store.hook_counts().await.expect("read");
        assert_eq!((counts.enabled, counts.paused, counts.pending, counts.behind), (1, 0, 1, 0));
    });
}

#[test]
fn a_merchant_has_so_many_endpoints_and_no_more() {
    on_both(|store| async move {
        for n in 0..16 {
            store.add_hook(new_hook(&format!("h{n}"), None)).await.expect("added");
        }
        let one_more = store.add_hook(new_hook("one-more", None)).await;
        assert!(matches!(one_more, Err(StoreError::TooManyHooks(16))), "{one_more:?}");
        assert_eq!(change(&store, "h3", HookState::Paused).await.reason.as_deref(), Some("paused through the API"));
    });
}

#[test]
fn where_nobody_listens_nothing_is_written() {
    on_both(|store| async move {
        accept(&store, 1..=1).await;
        store.record(id(1), vec![Fact::Voided], after(2), None).await.expect("recorded");
        let gathered = store.gather_hooks(START).await.expect("gathered");
        assert!(!gathered.anyone && !gathered.more);
    });
}
