//! Pickup points that cannot be had, against a carrier that follows a script, in paused time.

mod script;

use dispatch::{Cause, Consent, ConsentBy, Fact, IfPointIsGone, InTheDark, Mismatch, State, Why};
use parcel::{DeliveryMode, PickupPointId, PointKind, Product, Shipment};
use pickup::{Hours, Point, Position, Seen};
use script::{Act, World, shipment};
use std::time::Duration;
use store::PointRule;

const WANTED: &str = "750021";
const NEAR: &str = "750022";
const NUMBER: &str = "6M17554710224";

fn id(text: &str) -> PickupPointId {
    text.parse().expect("a point")
}

fn point(id: &str, metres_north: f64) -> Point {
    Point {
        id: self::id(id),
        name: "TABAC".into(),
        address: Default::default(),
        postal_code: "75002".into(),
        city: "PARIS".into(),
        country: "FR".into(),
        position: Position::new(48.868 + metres_north / 111_195.0, 2.341).ok(),
        kind: PointKind::Shop,
        network: "R01".into(),
        hours: Hours::parse(["09:00-18:00"; 7]),
        closures: Vec::new(),
        closed: false,
        partly_closed: false,
        weight_max_g: None,
        accessible: true,
        language: "FR".into(),
        sorting: Default::default(),
    }
}

/// Makes both points known.
fn learn(world: &World) {
    let seen = Seen { points: vec![point(WANTED, 0.0), point(NEAR, 300.0)], asked: None };
    world.points().learn(&seen, world.now());
}

fn to_point(order: &str) -> Shipment {
    Shipment { product: Product::Hd, mode: DeliveryMode::PickupPoint(id(WANTED)), ..shipment(order) }
}

fn consent(mode: DeliveryMode, kept: bool) -> Consent {
    Consent { by: ConsentBy::Merchant, product: Product::Hd, mode, kept, not_before: None }
}

async fn names(world: &World, n: u64) -> Vec<&'static str> {
    world.facts(n).await.iter().map(Fact::name).collect()
}

#[tokio::test(start_paused = true)]
async fn a_point_that_the_carrier_refuses_is_asked_about_and_the_next_attempt_goes_where_was_agreed() {
    let world = World::new(vec![Act::Refuse("30401"), Act::Label(NUMBER)]).await;
    learn(&world);
    let asked = world.accept(to_point("A-1"));
    let id_of = asked.id;
    let view = asked.settled(&world).await;
    assert_eq!(view.intent.state, State::Question);
    let question = &view.question.expect("asked").question;
    assert_eq!(question.why, Why::RefusedByCarrier { code: "30401".into() });
    assert_eq!(question.alternatives.iter().map(|a| a.point).collect::<Vec<_>>(), [id(NEAR)]);
    world.pass(Duration::from_secs(3_600)).await;
    assert_eq!(world.asked().len(), 1, "nothing goes out before somebody has agreed");
    let home = Consent { product: Product::Dom, ..consent(DeliveryMode::Home, false) };
    world.store.consent(id_of, home, None, world.now()).await.expect("agreed");
    world.until_state(id_of, State::Confirmed).await;
    let sent = world.body_of_call(1);
    assert_eq!(sent["letter"]["service"]["productCode"], "DOM");
    assert!(sent["letter"]["parcel"]["pickupLocationId"].is_null(), "{sent}");
    assert_eq!(names(&world, 0).await[..4], ["accepted", "claimed", "sent", "asked"]);
}

#[tokio::test(start_paused = true)]
async fn other_refusals_and_those_of_parcels_to_the_home_stay_refusals() {
    let world = World::new(vec![Act::Refuse("30221"), Act::Refuse("30401")]).await;
    learn(&world);
    assert_eq!(world.accept(to_point("A-1")).settled(&world).await.intent.state, State::Rejected);
    assert_eq!(world.accept(shipment("A-2")).settled(&world).await.intent.state, State::Rejected);
}

#[tokio::test(start_paused = true)]
async fn a_rule_takes_the_nearest_once_and_then_somebody_is_asked() {
    let world = World::new(vec![Act::Refuse("30401"), Act::Refuse("30401")]).await;
    learn(&world);
    let rule = PointRule { if_gone: IfPointIsGone::Nearest { within_m: 500 }, home_offered: false };
    world.store.set_point_rule(&"atelier".parse().expect("an id"), rule).await.expect("set");
    let view = world.accept(to_point("A-1")).settled(&world).await;
    assert_eq!((view.intent.state, view.intent.attempt), (State::Question, 2));
    assert_eq!(world.body_of_call(1)["letter"]["parcel"]["pickupLocationId"], NEAR);
    let told = names(&world, 0).await;
    assert_eq!(told.iter().filter(|name| **name == "consented").count(), 1, "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn a_point_that_has_gone_meanwhile_is_not_asked_for_unless_it_is_kept() {
    let world = World::new(vec![Act::NoConnection, Act::Label(NUMBER)]).await;
    learn(&world);
    let shipment = world.accept(to_point("A-1")).id;
    world.until_facts(3).await;
    world.points().gone(id(WANTED), world.now());
    world.until_state(shipment, State::Question).await;
    let facts = world.facts(0).await;
    assert!(matches!(facts.last(), Some(Fact::Asked { attempt: Some(2), .. })), "{facts:?}");
    assert_eq!(world.asked().len(), 1);
    let kept = consent(DeliveryMode::PickupPoint(id(WANTED)), true);
    world.store.consent(shipment, kept, None, world.now()).await.expect("agreed");
    world.until_state(shipment, State::Confirmed).await;
    assert_eq!(world.body_of_call(1)["letter"]["parcel"]["pickupLocationId"], WANTED, "the carrier has the last word");
}

#[tokio::test(start_paused = true)]
async fn in_the_dark_nothing_is_printed_for_a_point_that_is_gone() {
    let world = World::without_runner().await;
    world.wants(InTheDark::Local).await;
    let world = world.start(vec![Act::NoConnection; 300]).await;
    learn(&world);
    let urgent = Shipment { deposit_date: jiff::civil::date(2025, 12, 22), ..to_point("A-1") };
    let shipment = world.accept(urgent.clone()).id;
    world.until_facts(3).await;
    world.points().gone(id(WANTED), world.now());
    world.until_state(shipment, State::Question).await;
    let waited_for = world.accept(Shipment { product: Product::Dom, mode: DeliveryMode::Home, ..urgent });
    assert!(waited_for.settled(&world).await.intent.is_local(), "others are printed");
    assert_eq!(names(&world, 0).await.last(), Some(&"asked"));
    let refused = world.relay().print_locally(&"atelier".parse().expect("an id"), shipment).await;
    assert!(refused.expect("the store").is_err(), "nor when a person asks for it");
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_may_have_happened_is_settled_before_anybody_is_asked() {
    // Asked again by its chosen number the carrier refuses the point, which has shut since; the label was made before.
    let world = World::new(vec![Act::Cut, Act::Refuse("30401"), Act::Label(NUMBER)]).await;
    learn(&world);
    let chosen = Shipment { parcel_number: NUMBER.parse().ok(), ..to_point("A-1") };
    let view = world.accept(chosen.clone()).settled(&world).await;
    assert_eq!((view.intent.state, view.intent.number), (State::Confirmed, NUMBER.parse().ok()));
    assert_eq!(world.asked(), ["generateLabel", "generateLabel", "getLabel"]);

    // The carrier does not know the number either: given up for good, then asked.
    let script = vec![Act::Cut, Act::Refuse("30401"), Act::Refuse("30321"), Act::Refuse("30401")];
    let world = World::new(script).await;
    let view = world.accept(chosen).settled(&world).await;
    assert_eq!(view.intent.state, State::Question);
    let told = names(&world, 0).await;
    assert_eq!(told.last(), Some(&"asked"));
    assert!(told.contains(&"superseded"), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn a_parcel_that_waits_elsewhere_is_found_once() {
    let world = World::new(vec![Act::Label(NUMBER), Act::Timeline(NUMBER, "AARBRX")]).await;
    let asked = world.accept(to_point("A-1"));
    let shipment = asked.id;
    asked.settled(&world).await;
    world.store.record(shipment, vec![Fact::Released], world.now(), None).await.expect("handed out");
    world.pass(Duration::from_secs(3 * 86_400)).await;
    assert_eq!(world.asked(), ["generateLabel", "timelineCompany"]);
    let facts = world.facts(0).await;
    assert!(matches!(facts.last(), Some(Fact::Elsewhere { code, .. }) if code == "AARBRX"), "{facts:?}");
    let view = world.store.get(&"atelier".parse().expect("an id"), shipment).await.expect("read").expect("there");
    assert!(matches!(view.intent.mismatch, Some(Mismatch::Elsewhere { .. })));
    assert_eq!(view.intent.cause, None::<Cause>);
}
