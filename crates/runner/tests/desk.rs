//! The desk against a carrier that follows a script, in paused time: what is asked, and what ends up in the journal.

mod script;

use clock::Time;
use dispatch::{By, Fact, Health, State};
use script::{Act, World, shipment};
use std::time::Duration;

/// Gets as far as the scripts say and gives the names of the facts of the first shipment.
async fn facts_of(world: &World) -> Vec<&'static str> {
    world.facts(0).await.iter().map(Fact::name).collect()
}

#[tokio::test(start_paused = true)]
async fn a_label_comes_and_is_written_down_with_every_step() {
    let world = World::new(vec![Act::Label("6A15984040331")]).await;
    let view = world.accept(shipment("A-1")).settled(&world).await;
    assert_eq!(view.intent.state, State::Confirmed);
    assert_eq!(facts_of(&world).await, ["accepted", "claimed", "sent", "confirmed"]);
    assert_eq!(world.asked(), ["generateLabel"]);
    let label = world.label(0).await;
    assert_eq!(label.number.as_str(), "6A15984040331");
    assert_eq!(&label.bytes[..], script::LABEL);
}

#[tokio::test(start_paused = true)]
async fn what_never_reached_the_carrier_is_asked_again() {
    let world = World::new(vec![Act::NoConnection, Act::CutWhileSending, Act::Label("6A15984040331")]).await;
    let view = world.accept(shipment("A-1")).settled(&world).await;
    assert_eq!((view.intent.state, view.intent.attempt), (State::Confirmed, 3));
    let expected = ["accepted", "claimed", "not_done", "claimed", "not_done", "claimed", "sent", "confirmed"];
    assert_eq!(facts_of(&world).await, expected);
}

#[tokio::test(start_paused = true)]
async fn an_answer_after_the_end_of_patience_still_counts() {
    let world = World::new(vec![Act::LabelAfter(Duration::from_secs(45), "6A15984040331")]).await;
    let view = world.accept(shipment("A-1")).settled(&world).await;
    assert_eq!((view.intent.state, view.intent.attempt), (State::Confirmed, 1));
    assert_eq!(facts_of(&world).await, ["accepted", "claimed", "sent", "unknown", "confirmed"]);
    assert_eq!(world.asked(), ["generateLabel"]);
}

#[tokio::test(start_paused = true)]
async fn an_unknown_without_anchor_rests_and_is_given_up_before_another_attempt() {
    let world = World::new(vec![Act::Hang, Act::Label("6A15984040331")]).await;
    let began = world.now();
    let view = world.accept(shipment("A-1")).settled(&world).await;
    assert_eq!((view.intent.state, view.intent.attempt, view.intent.unknowns), (State::Confirmed, 2, 1));
    let expected = ["accepted", "claimed", "sent", "unknown", "probed", "superseded", "claimed", "sent", "confirmed"];
    assert_eq!(facts_of(&world).await, expected);
    assert!(world.now().since(began) >= Duration::from_secs(140), "patience and rest come first");
}

#[tokio::test(start_paused = true)]
async fn a_number_that_we_chose_tells_that_the_first_attempt_was_recorded() {
    let script = vec![Act::Cut, Act::Refuse("30702"), Act::Label("6A15984040331")];
    let world = World::new(script).await;
    let mut chosen = shipment("A-1");
    chosen.parcel_number = Some("6A15984040331".parse().expect("a number"));
    let view = world.accept(chosen).settled(&world).await;
    assert_eq!((view.intent.state, view.intent.by), (State::Confirmed, Some(By::Anchor)));
    assert_eq!(world.asked(), ["generateLabel", "generateLabel", "getLabel"]);
    assert_eq!(view.intent.attempt, 1);
}

#[tokio::test(start_paused = true)]
async fn a_cut_answer_that_names_its_number_is_printed_again() {
    let world = World::new(vec![Act::LabelCut("6A15984040331"), Act::Label("6A15984040331")]).await;
    let view = world.accept(shipment("A-1")).settled(&world).await;
    assert_eq!((view.intent.state, view.intent.by), (State::Confirmed, Some(By::Answer)));
    assert_eq!(world.asked(), ["generateLabel", "getLabel"]);
}

#[tokio::test(start_paused = true)]
async fn our_order_number_in_tracking_settles_an_unknown() {
    let numbers = ["6A15984040331", "6A15984040348"];
    let script = vec![Act::Label(numbers[0]), Act::Html, Act::Tracked(numbers[1], "A-2"), Act::Label(numbers[1])];
    let world = World::new(script).await;
    world.accept(shipment("A-1")).settled(&world).await;
    let view = world.accept(shipment("A-2")).settled(&world).await;
    assert_eq!((view.intent.state, view.intent.by), (State::Confirmed, Some(By::Tracking)));
    assert_eq!(view.intent.number.map(|n| n.to_string()).as_deref(), Some(numbers[1]));
    assert_eq!(world.asked(), ["generateLabel", "generateLabel", "idships", "getLabel"]);
}

#[tokio::test(start_paused = true)]
async fn a_number_found_in_tracking_is_not_given_up_because_its_reprint_failed_once() {
    let numbers = ["6A15984040331", "6A15984040348"];
    let seen = || Act::Tracked(numbers[1], "A-2");
    let script = vec![Act::Label(numbers[0]), Act::Html, seen(), Act::Html, seen(), Act::Label(numbers[1])];
    let world = World::new(script).await;
    world.accept(shipment("A-1")).settled(&world).await;
    let view = world.accept(shipment("A-2")).settled(&world).await;
    assert_eq!((view.intent.state, view.intent.by, view.intent.attempt), (State::Confirmed, Some(By::Tracking), 1));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_final_and_a_refused_account_is_a_persons() {
    let world = World::new(vec![Act::Refuse("30221"), Act::Refuse("30000")]).await;
    let view = world.accept(shipment("A-1")).settled(&world).await;
    assert_eq!((view.intent.state, view.reject.map(|r| r.code).as_deref()), (State::Rejected, Some("30221")));
    let view = world.accept(shipment("A-2")).settled(&world).await;
    assert_eq!(view.intent.state, State::Human);
    assert!(view.human_reason.is_some_and(|reason| reason.contains("30000")));
}

#[tokio::test(start_paused = true)]
async fn in_the_dark_only_checks_go_out_and_then_the_most_urgent_first() {
    let failures = vec![Act::NoConnection; 3];
    let dark = vec![Act::NoConnection, Act::Html, Act::Checked];
    let world = World::new([failures, dark, vec![Act::Label("6A15984040331"); 12]].concat()).await;
    for n in 0..3 {
        world.accept(shipment(&format!("A-{n}")));
    }
    world.until(|health| matches!(health, Health::Dark { .. })).await;
    let mut late = shipment("late");
    late.deposit_date = jiff::civil::date(2026, 1, 5);
    world.accept(late);
    let mut urgent = shipment("urgent");
    urgent.deposit_date = jiff::civil::date(2025, 12, 1);
    let urgent = world.accept(urgent);
    urgent.settled(&world).await;
    let asked = world.asked();
    assert_eq!(asked[..3], ["generateLabel"; 3]);
    assert_eq!(asked[3..6], ["checkGenerateLabel"; 3]);
    assert_eq!(world.order_of_call(6).as_deref(), Some("urgent"));
}

#[tokio::test(start_paused = true)]
async fn a_label_of_a_shipment_that_was_given_up_meanwhile_is_kept_as_a_number_to_void() {
    let world = World::new(vec![Act::LabelAfter(Duration::from_secs(45), "6A15984040331")]).await;
    let id = world.accept(shipment("A-1")).id;
    world.until_state(id, State::Unknown).await;
    world.store.record(id, vec![Fact::Voided], world.now(), None).await.expect("may follow");
    world.until_facts(6).await;
    assert_eq!(facts_of(&world).await, ["accepted", "claimed", "sent", "unknown", "voided", "turned_up"]);
}

#[tokio::test(start_paused = true)]
async fn a_hung_carrier_holds_up_no_relayed_call_beyond_its_bound() {
    let world = World::new(vec![Act::Hang; 80]).await;
    let relay = world.relay();
    let began = world.now();
    let calls: Vec<_> = (0..80).map(|_| relay.relay(script::any_request())).collect();
    let ended = futures_of(calls).await;
    assert_eq!(ended, 80);
    assert!(world.now().since(began) <= Duration::from_secs(9));
}

/// Waits for all of them at once.
async fn futures_of<F: Future>(calls: Vec<F>) -> usize {
    let mut calls: Vec<_> = calls.into_iter().map(Box::pin).collect();
    std::future::poll_fn(move |context| {
        calls.retain_mut(|call| call.as_mut().poll(context).is_pending());
        if calls.is_empty() { std::task::Poll::Ready(80) } else { std::task::Poll::Pending }
    })
    .await
}

#[tokio::test(start_paused = true)]
async fn what_was_under_way_at_a_stop_is_unknown_at_the_start() {
    let world = World::without_runner().await;
    let id = world.accept(shipment("A-1")).id;
    world.store.claim(&[dispatch::Job::Submit], 1, 1, Time::from_unix_ms(0).max(world.now())).await.expect("a claim");
    let world = world.start(vec![Act::Label("6A15984040331")]).await;
    let view = script::Asked { id }.settled(&world).await;
    assert_eq!((view.intent.state, view.intent.attempt), (State::Confirmed, 2));
    assert_eq!(facts_of(&world).await[..3], ["accepted", "claimed", "unknown"]);
}
