//! What is urgent in the dark, against a carrier that follows a script, in paused time.

mod script;

use dispatch::{Fact, InTheDark, State};
use script::{Act, World, shipment};
use std::time::Duration;

fn urgent(order: &str) -> parcel::Shipment {
    parcel::Shipment { deposit_date: jiff::civil::date(2025, 12, 22), ..shipment(order) }
}

/// A carrier that cannot be reached: the attempts and the canaries of more than an hour.
fn dark() -> Vec<Act> {
    vec![Act::NoConnection; 300]
}

async fn names(world: &World, n: u64) -> Vec<&'static str> {
    world.facts(n).await.iter().map(Fact::name).collect()
}

#[tokio::test(start_paused = true)]
async fn what_is_urgent_is_printed_after_ten_minutes_and_the_numbers_end_with_the_range() {
    let world = World::without_runner().await;
    world.wants(InTheDark::Local).await;
    let world = world.start(dark()).await;
    let asked: Vec<_> = (0..2).map(|n| world.accept(urgent(&format!("A-{n}")))).collect();
    let began = world.now();
    for asked in asked {
        let view = asked.settled(&world).await;
        assert!(view.intent.is_local());
        let waited = world.now().since(began).as_secs();
        assert!((600..640).contains(&waited), "{waited} s");
    }
    assert!(world.label(0).await.bytes.starts_with(b"%PDF"));
    let third = world.accept(urgent("A-2")).id;
    world.until_lacking(third).await;
    let why = world.store.why_no_local_label(third).await.expect("the store");
    assert!(why.is_some_and(|why| why.contains("no number is left")));
}

#[tokio::test(start_paused = true)]
async fn an_unknown_is_given_up_first_and_its_late_label_is_a_number_to_void() {
    let world = World::without_runner().await;
    world.wants(InTheDark::Local).await;
    let script = [vec![Act::Cut, Act::NoConnection, Act::NoConnection], dark()].concat();
    let world = world.start(script).await;
    let id = world.accept(urgent("A-1")).id;
    for n in 0..4 {
        world.accept(shipment(&format!("B-{n}")));
    }
    world.until_state(id, State::Confirmed).await;
    let told = names(&world, 0).await;
    assert_eq!(told[told.len() - 2..], ["superseded", "confirmed"], "{told:?}");
    let late = Fact::TurnedUp { attempt: 1, number: "6A15984040331".parse().expect("a number") };
    world.store.record(id, vec![late], world.now(), None).await.expect("kept");
}

#[tokio::test(start_paused = true)]
async fn who_wants_to_be_asked_is_asked_once() {
    let world = World::without_runner().await;
    world.wants(InTheDark::Ask).await;
    let world = world.start(dark()).await;
    let id = world.accept(urgent("A-1")).id;
    world.accept(urgent("A-2"));
    world.accept(urgent("A-3"));
    world.pass(Duration::from_secs(1_800)).await;
    let told = names(&world, 0).await;
    assert_eq!(told.iter().filter(|name| **name == "local_offered").count(), 1, "{told:?}");
    let merchant = "atelier".parse().expect("an id");
    let printed = world.relay().print_locally(&merchant, id).await.expect("the store").expect("a label");
    assert!(printed.intent.is_local());
    assert!(world.relay().print_locally(&merchant, id).await.is_err(), "it has one");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_printed_waits_and_says_why() {
    let world = World::without_runner().await;
    world.wants(InTheDark::Local).await;
    let world = world.start(dark()).await;
    let id = world.accept(parcel::Shipment { format: "DPL_10x15_203dpi".parse().expect("a format"), ..urgent("A") }).id;
    world.accept(shipment("B"));
    world.accept(shipment("C"));
    world.until_lacking(id).await;
    let why = world.store.why_no_local_label(id).await.expect("the store").expect("a reason");
    assert!(why.contains("DPL_10x15_203dpi") && why.contains("PDF_10x15_300dpi"), "{why}");
}
