//! The lookout around the desk, in paused time: what calls, canaries and probes come to, and that it is on disk.

mod script;

use carriers::{Exchange, OnSent, Reached, Request, Response, Transport};
use dispatch::State;
use script::{Act, World, shipment};
use std::{pin::Pin, sync::Arc, time::Duration};
use store::Store;
use watch::{Carrier, Condition, Control, Function, Kind, Points, Transition, Verdict, What};

/// Ourselves, always well.
struct Well;

impl Transport for Well {
    fn exchange(&self, _: Request, _: Duration, _: OnSent) -> Pin<Box<dyn Future<Output = Exchange> + Send + '_>> {
        let result = Ok(Response::new(200, "text/plain", "ok"));
        Box::pin(async { Exchange { reached: Reached::FirstByte, kept: false, elapsed: Duration::ZERO, result } })
    }
}

/// A carrier that has made twenty labels and then answers with pages of HTML.
async fn fallen() -> World {
    let numbers = std::iter::repeat_n(Act::Label("6A15984040331"), 20);
    let world = World::new(numbers.chain(std::iter::repeat_n(Act::Html, 400)).collect()).await;
    world.lookout().probe_ourselves_by(Arc::new(Well));
    for n in 0..20 {
        world.accept(shipment(&format!("A-{n}")));
        world.pass(Duration::from_secs(3)).await;
    }
    for n in 0..8 {
        world.accept(shipment(&format!("B-{n}")));
        world.pass(Duration::from_secs(3)).await;
    }
    world.pass(Duration::from_secs(60)).await;
    world
}

async fn facts(store: &Store) -> Vec<Transition> {
    store.incident_facts().await.expect("the journal")
}

#[tokio::test(start_paused = true)]
async fn a_fall_is_an_incident_on_disk_and_the_carrier_is_named_by_two_kinds_of_evidence() {
    let world = fallen().await;
    let facts = facts(&world.store).await;
    let opened = facts.iter().position(|fact| matches!(fact.what, What::Opened { function: Function::Label, .. }));
    assert_eq!(opened, Some(0), "{facts:?}");
    let named = facts.iter().find_map(|fact| match &fact.what {
        What::Attributed { verdict, evidence } => Some((*verdict, evidence.clone())),
        _ => None,
    });
    // Nothing outside is probed here, so that nobody may be named but on what the calls and the carrier itself show.
    assert!(named.is_none_or(|(verdict, _)| verdict == Verdict::Carrier), "{facts:?}");
    let shared = world.lookout().shared();
    let health =
        shared.lock().expect("the watch").health(&Carrier::new("colissimo"), world.now()).expect("it was seen");
    assert_eq!(health.condition, Condition::Dark);
    let ourselves = shared.lock().expect("the watch").ourselves(world.now());
    let loopback = ourselves.iter().find(|one| one.kind == Kind::Control(Control::Loopback)).expect("it was probed");
    assert_eq!((loopback.points, loopback.bad), (Points::AwayFromUs, 0));
    assert!(ourselves.iter().any(|one| one.kind == Kind::Control(Control::Disk)), "{ourselves:?}");
}

#[tokio::test(start_paused = true)]
async fn the_next_start_takes_the_incident_up() {
    let world = fallen().await;
    let before = facts(&world.store).await;
    let world = world.restarted().await;
    let shared = world.lookout().shared();
    let condition = shared.lock().expect("the watch").condition(&Carrier::new("colissimo"), Function::Label);
    assert_eq!(condition.map(|(condition, _)| condition), Some(Condition::Dark));
    assert_eq!(facts(&world.store).await, before);
}

#[tokio::test(start_paused = true)]
async fn a_label_that_nobody_answers_counts_when_patience_ends() {
    let world = World::new(vec![Act::Label("6A15984040331"), Act::Hang]).await;
    world.accept(shipment("A-1")).settled(&world).await;
    let hung = world.accept(shipment("A-2"));
    world.until_state(hung.id, State::Unknown).await;
    let shared = world.lookout().shared();
    let health =
        shared.lock().expect("the watch").health(&Carrier::new("colissimo"), world.now()).expect("it was seen");
    let minutes = &health.functions.first().expect("labels were asked for").hour;
    assert_eq!(
        minutes.iter().map(|minute| (minute.calls, minute.failed)).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1)),
        (2, 1)
    );
}
