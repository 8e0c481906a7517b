//! What buyers chose and what is asked about it, on both kinds of store, across restores and compaction.

mod support;

use dispatch::{Consent, ConsentBy, Fact, Job, Question, State, Why};
use parcel::{DeliveryMode, PickupPointId, PointKind, Product, Shipment};
use pickup::{Choice, Chosen};
use std::{ops::ControlFlow::Continue, time::Duration};
use store::{
    Accepted, Chose, CompactPlace, Filter, Keep, NewIntent, NewPickup, Options, PointRule, Replaces, Store, StoreError,
};
use support::*;

fn point(n: u32) -> PickupPointId {
    format!("7500{n:02}").parse().expect("a point")
}

fn choice(order: &str, n: u32) -> Choice {
    Choice {
        merchant: merchant(),
        order_number: order.parse().ok(),
        point: Chosen {
            id: point(n),
            name: "TABAC".into(),
            address: Default::default(),
            postal_code: "75002".into(),
            city: "PARIS".into(),
            country: "FR".into(),
            kind: PointKind::Shop,
            hours: Default::default(),
        },
        distance_m: None,
        product: Product::Hd,
        chosen_at: START,
    }
}

/// Intent `n`, whose order is `CMD-n`, to this point.
fn to(n: u64, to: u32) -> NewIntent {
    let shipment = Shipment {
        product: Product::Hd,
        mode: DeliveryMode::PickupPoint(point(to)),
        ..shipment(Some(&format!("CMD-{n}")), today())
    };
    NewIntent { shipment, ..intent(n, None, START) }
}

fn gone(n: u32) -> Question {
    Question::new(Why::PointGone, DeliveryMode::PickupPoint(point(n)))
}

fn asked_about(mut new: NewIntent, question: Question) -> NewIntent {
    new.pickup = NewPickup { choice: None, question: Some(Box::new(question)) };
    new
}

fn consent(by: ConsentBy, mode: DeliveryMode) -> Consent {
    let product = if mode == DeliveryMode::Home { Product::Dom } else { Product::Hd };
    Consent { by, product, mode, kept: false, not_before: None }
}

async fn chosen(store: &Store, order: &str, n: u32) {
    let chose = store.choose(choice(order, n), Replaces::Any, START).await.expect("recorded");
    assert!(matches!(chose, Chose::Recorded(_)), "{chose:?}");
}

async fn state(store: &Store, n: u64) -> State {
    store.get(&merchant(), id(n)).await.expect("read").expect("there").intent.state
}

#[test]
fn a_choice_counts_until_another_takes_its_place_and_both_are_kept() {
    on_both(|store| async move {
        let order = "CMD-1".parse().expect("an order");
        assert_eq!(store.choice_of(&merchant(), &order).await.expect("read"), None);
        chosen(&store, "CMD-1", 1).await;
        let again = store.choose(Choice { chosen_at: after(9), ..choice("CMD-1", 1) }, Replaces::None, after(9)).await;
        assert_eq!(again.expect("read"), Chose::Same(choice("CMD-1", 1)), "the first record goes on");
        let taken = store.choose(choice("CMD-1", 2), Replaces::None, after(9)).await.expect("read");
        assert_eq!(taken, Chose::Taken);
        let other = Replaces::This(Box::new(choice("CMD-1", 3)));
        assert_eq!(store.choose(choice("CMD-1", 2), other, after(9)).await.expect("read"), Chose::Taken);
        let mine = Replaces::This(Box::new(choice("CMD-1", 1)));
        let second = store.choose(choice("CMD-1", 2), mine, after(9)).await.expect("recorded");
        assert_eq!(second, Chose::Recorded(choice("CMD-1", 2)));
        let history = store.choices_of(&merchant(), &order).await.expect("read");
        let told: Vec<_> = history.iter().map(|past| (past.choice.point.id, past.ended_at)).collect();
        assert_eq!(told, [(point(2), None), (point(1), Some(after(9)))]);
        let stranger = "stranger".parse().expect("an id");
        assert_eq!(store.choice_of(&stranger, &order).await.expect("read"), None, "another merchant's");
        let nobodys = store.choose(Choice { order_number: None, ..choice("", 1) }, Replaces::Any, START).await;
        assert!(matches!(nobodys, Err(StoreError::Misused(_))), "{nobodys:?}");
    });
}

#[test]
fn a_question_comes_with_the_acceptance_and_nothing_is_claimed_before_consent() {
    on_both(|store| async move {
        chosen(&store, "CMD-1", 1).await;
        let view = new(store.accept(to(1, 2)).await.expect("accepted"));
        assert_eq!((view.intent.state, view.version), (State::Question, 2));
        let open = view.question.as_ref().expect("asked");
        assert_eq!((&open.question.why, open.question.chosen), (&Why::DiffersFromChoice, Some(point(1))));
        assert_eq!(store.get(&merchant(), id(1)).await.expect("read"), Some(view), "reads back");
        let both = asked_about(to(2, 2), gone(2));
        assert_eq!(new(store.accept(both).await.expect("accepted")).intent.state, State::Question);
        assert_eq!(new(store.accept(to(3, 2)).await.expect("accepted")).intent.state, State::Waiting);
        let claimed = store.claim(&[Job::Submit], 9, 0, after(1)).await.expect("claimed");
        assert_eq!(claimed.iter().map(|c| c.view.intent.id).collect::<Vec<_>>(), [id(3)]);

        let agreed = consent(ConsentBy::Merchant, DeliveryMode::Home);
        let view = store.consent(id(1), agreed.clone(), None, after(2)).await.expect("agreed");
        assert_eq!((&view.product, &view.mode, view.question), (&Product::Dom, &DeliveryMode::Home, None));
        assert_eq!(view.consent.as_ref().map(|agreed| &agreed.consent), Some(&agreed));
        let twice = store.consent(id(1), agreed, None, after(3)).await;
        assert!(matches!(twice, Err(StoreError::Illegal(_))), "{twice:?}");
        let claimed = store.claim(&[Job::Submit], 9, 0, after(4)).await.expect("claimed");
        assert_eq!((&claimed[0].shipment.product, &claimed[0].shipment.mode), (&Product::Dom, &DeliveryMode::Home));
        let first = &store.facts(id(1)).await.expect("read")[0].fact;
        let unchanged =
            matches!(first, Fact::Accepted { shipment, .. } if shipment.mode == DeliveryMode::PickupPoint(point(2)));
        assert!(unchanged, "{first:?}");
        let shown = store.shipment(&merchant(), id(1)).await.expect("read").expect("kept");
        assert_eq!(shown.mode, DeliveryMode::Home);
        let by_product = Filter { product: Some(Product::Dom), ..Filter::default() };
        let found = store.list(&merchant(), by_product, None, 9).await.expect("read");
        assert_eq!(found.items.iter().map(|view| view.intent.id).collect::<Vec<_>>(), [id(1)]);
    });
}

#[test]
fn what_is_put_off_is_asked_with_the_fact_that_makes_it_possible() {
    on_both(|store| async move {
        for n in 1..=2 {
            store.accept(to(n, 1)).await.expect("accepted");
        }
        store.claim(&[Job::Submit], 9, 0, after(1)).await.expect("claimed");
        for n in 1..=2 {
            chosen(&store, &format!("CMD-{n}"), 2).await;
        }
        store.record(id(1), vec![unknown(1)], after(2), None).await.expect("recorded");
        assert_eq!(state(&store, 1).await, State::Unknown, "settled first");
        let superseded = Fact::Superseded { attempt: 1 };
        let view = store.record(id(1), vec![superseded], after(3), None).await.expect("recorded");
        assert_eq!(view.intent.state, State::Question);
        assert_eq!(view.question.expect("asked").question.alternatives[0].point, point(2));
        let view = store.record(id(2), vec![confirmed(1, 5)], after(3), None).await.expect("recorded");
        assert_eq!(view.intent.state, State::Confirmed);
        let mismatched = Filter { mismatched: true, ..Filter::default() };
        let found = store.list(&merchant(), mismatched, None, 9).await.expect("read");
        assert_eq!(found.items.iter().map(|view| view.intent.id).collect::<Vec<_>>(), [id(2)]);
    });
}

#[test]
fn a_return_of_the_same_order_is_no_question() {
    on_both(|store| async move {
        chosen(&store, "CMD-1", 1).await;
        let mut back = intent(1, None, START);
        back.shipment.product = Product::Core;
        assert_eq!(new(store.accept(back).await.expect("accepted")).intent.state, State::Waiting);
    });
}

#[test]
fn a_module_that_asks_otherwise_while_it_is_a_question_finds_the_same() {
    on_both(|store| async move {
        let by_module = |mut new: NewIntent| {
            new.via = dispatch::Via::DropIn;
            new
        };
        store.accept(by_module(asked_about(to(1, 1), gone(1)))).await.expect("accepted");
        let mut otherwise = by_module(to(1, 2));
        otherwise.id = id(2);
        let told = store.accept(otherwise.clone()).await.expect("accepted");
        assert!(matches!(told, Accepted::Known(view) if view.intent.id == id(1)));
        otherwise.shipment.parcel_ref = Some("2/2".into());
        assert!(matches!(store.accept(otherwise).await.expect("accepted"), Accepted::New(_)), "another parcel of it");
    });
}

#[test]
fn the_buyers_answer_is_what_counts_as_chosen_from_then_on() {
    on_both(|store| async move {
        let order = "CMD-1".parse().expect("an order");
        chosen(&store, "CMD-1", 1).await;
        store.accept(asked_about(to(1, 1), gone(1))).await.expect("accepted");
        let to_other = consent(ConsentBy::Buyer, DeliveryMode::PickupPoint(point(2)));
        store.consent(id(1), to_other, Some(choice("CMD-1", 2)), after(1)).await.expect("agreed");
        let counts = store.choice_of(&merchant(), &order).await.expect("read").expect("one counts");
        assert_eq!(counts.point.id, point(2));
        let second = NewIntent { id: id(2), ..to(1, 1) };
        assert_eq!(new(store.accept(second).await.expect("accepted")).intent.state, State::Question);
        store.consent(id(2), consent(ConsentBy::Buyer, DeliveryMode::Home), None, after(2)).await.expect("agreed");
        assert_eq!(store.choice_of(&merchant(), &order).await.expect("read"), None, "brought home: no point counts");
    });
}

#[test]
fn a_rule_is_kept_and_answers_in_the_same_transaction() {
    on_both(|store| async move {
        assert_eq!(store.point_rule(&merchant()).await.expect("read"), Some(PointRule::default()));
        let nearest = dispatch::IfPointIsGone::Nearest { within_m: 500 };
        let rule = PointRule { if_gone: nearest, home_offered: true };
        store.set_point_rule(&merchant(), rule).await.expect("set");
        assert_eq!(store.point_rule(&merchant()).await.expect("read"), Some(rule));
        let stranger = "stranger".parse().expect("an id");
        assert_eq!(store.point_rule(&stranger).await.expect("read"), None);
        assert!(matches!(store.set_point_rule(&stranger, rule).await, Err(StoreError::NoMerchant(_))));
        let near = dispatch::Alternative {
            point: point(2),
            name: "…".into(),
            place: "75002 PARIS".into(),
            kind: PointKind::Shop,
            metres: Some(300),
        };
        let question = Question { kind: Some(PointKind::Shop), alternatives: vec![near], ..gone(1) };
        let view = new(store.accept(asked_about(to(1, 1), question)).await.expect("accepted"));
        assert_eq!((view.intent.state, view.version), (State::Waiting, 3));
        assert_eq!(view.mode, DeliveryMode::PickupPoint(point(2)));
        assert_eq!(store.claim(&[Job::Submit], 9, 0, after(1)).await.expect("claimed").len(), 1);
    });
}

/// Accepted, asked, agreed to, void: every table must agree with the journal after each.
#[test]
fn tables_and_journal_agree_whatever_was_asked() {
    let dir = tempfile::tempdir().expect("a directory");
    run(async {
        let store = open_with(Options::dir(dir.path(), key())).await;
        for n in 1..=4 {
            store.accept(asked_about(to(n, 1), gone(1))).await.expect("accepted");
        }
        store.consent(id(2), consent(ConsentBy::Buyer, DeliveryMode::Home), None, after(1)).await.expect("agreed");
        store.record(id(3), vec![Fact::Voided], after(1), None).await.expect("given up");
        store.claim(&[Job::Submit], 9, 0, after(1)).await.expect("claimed");
        let refused = Question::new(Why::RefusedByCarrier { code: "30401".into() }, DeliveryMode::Home);
        let asked = Fact::Asked { attempt: Some(1), question: refused };
        store.record(id(2), vec![asked], after(2), None).await.expect("asked again");
        assert_eq!(holds_to_the_journal(&store).await, 4);
        let counts = store.counts().await.expect("read");
        assert!(counts.by_state.contains(&(State::Question, 3)), "{:?}", counts.by_state);
        assert_eq!(counts.oldest_waiting_at, None, "who is asked is not waiting for us");
        store.close().await.expect("closed");
        audit(dir.path());
        let store = Store::open(Options::dir(dir.path(), key())).expect("a store");
        assert_eq!(store.recover(after(3)).await.expect("recovered"), 0);
        assert_eq!(state(&store, 1).await, State::Question, "open as it was");
        store.close().await.expect("closed");
    });
}

#[test]
fn what_was_open_at_a_backup_is_a_persons_once_it_is_answered() {
    let (dir, file) = (tempfile::tempdir().expect("a directory"), tempfile::tempdir().expect("a directory"));
    let (backup, restored) = (file.path().join("backup"), file.path().join("restored"));
    run(async {
        let store = open_with(Options::dir(dir.path(), key())).await;
        store.accept(asked_about(to(1, 1), gone(1))).await.expect("accepted");
        store.close().await.expect("closed");
    });
    let (from, _) = store::back_up(dir.path(), &key(), &backup, after(10), &mut |_| Continue(())).expect("backed up");
    let wanted = store::Restore {
        from,
        dir: restored.clone(),
        key: key(),
        policy: dispatch::Policy::default(),
        replace: false,
        nothing_ran_since: false,
        skip_numbers: None,
        now: after(20),
    };
    let done = store::restore(&wanted, &mut |_| Continue(())).expect("restored");
    assert_eq!(done.found.question, 1);
    run(async {
        let store = Store::open(Options::dir(&restored, key())).expect("a store");
        let view = store.get(&merchant(), id(1)).await.expect("read").expect("there");
        assert!(view.intent.state == State::Question && view.question.is_some());
        let to_other = consent(ConsentBy::Buyer, DeliveryMode::PickupPoint(point(2)));
        let view = store.consent(id(1), to_other, None, after(30)).await.expect("agreed");
        assert_eq!(view.intent.state, State::Human);
        assert!(view.human_reason.expect("a reason").contains("backup"));
        assert!(
            store.claim(&[Job::Submit], 9, 9, after(99)).await.expect("claimed").is_empty(),
            "nothing goes out blindly"
        );
        let view = store.record(id(1), vec![Fact::Reopened], after(40), None).await.expect("a person looked");
        assert_eq!((view.intent.state, view.mode), (State::Waiting, DeliveryMode::PickupPoint(point(2))));
        store.close().await.expect("closed");
    });
}

#[test]
fn compaction_lets_choices_go_in_time_and_never_an_open_question() {
    on_both(|store| async move {
        chosen(&store, "CMD-1", 1).await;
        store.accept(asked_about(to(2, 1), gone(1))).await.expect("accepted");
        let keep = Keep { labels: Duration::from_secs(60), personal: Duration::from_secs(60) };
        let compact = async |now| {
            let (mut place, mut all) = (Some(CompactPlace::default()), store::Removed::default());
            while let Some(here) = place {
                let (removed, next) = store.compact(keep, here, now, false).await.expect("compacted");
                all += removed;
                place = next;
            }
            all
        };
        assert_eq!(compact(after(30)).await.choices, 0);
        let removed = compact(after(90)).await;
        assert_eq!((removed.choices, removed.shipments), (1, 0));
        let order = "CMD-1".parse().expect("an order");
        assert_eq!(store.choice_of(&merchant(), &order).await.expect("read"), None);
        assert_eq!(state(&store, 2).await, State::Question);
        store.consent(id(2), consent(ConsentBy::Merchant, DeliveryMode::Home), None, after(99)).await.expect("agreed");
    });
}
