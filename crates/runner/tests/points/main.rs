//! Pickup points in paused time: who answers a search and when, what is learned from it, and how the directory is kept.

mod crawl;
mod support;

use parcel::PickupPointId;
use pickup::{Known, Source, Standing};
use std::time::Duration;
use support::{World, by_id, ids, pass, search, six};
use tokio::time::Instant;

const HEDGE: Duration = Duration::from_millis(800);

fn id(text: &str) -> PickupPointId {
    text.parse().expect("an id")
}

#[tokio::test(start_paused = true)]
async fn an_answer_in_time_is_passed_on_as_the_carrier_gave_it() {
    let world = World::new(six()).await;
    world.carrier.takes(HEDGE - Duration::from_millis(1));
    let found = world.search().await;
    assert_eq!((found.source, found.as_of), (Source::Carrier, Some(world.now())));
    let answer = found.answer.expect("an answer");
    assert_eq!((answer.points, answer.quality.as_deref()), (six(), Some("2")));
    assert_eq!(world.runner.points().read().len(), 6, "and learned");
}

#[tokio::test(start_paused = true)]
async fn a_slow_carrier_is_not_waited_for_and_its_late_answer_is_learned() {
    let world = World::new(six()).await;
    world.search().await;
    let seen = world.now();
    world.carrier.points.lock().expect("lock")[0].name = "RELAIS DU NOUVEAU NOM".into();
    world.carrier.takes(Duration::from_secs(5));
    let began = Instant::now();
    let found = world.search().await;
    assert_eq!(began.elapsed(), HEDGE);
    assert_eq!((found.source, found.as_of), (Source::Directory, Some(seen)));
    let answer = found.answer.as_ref().expect("an answer");
    assert_eq!((answer.code, answer.request_id.as_deref(), answer.quality.as_deref()), (0, Some("r-1"), Some("1")));
    assert_eq!(ids(&found), six().iter().map(|point| point.id.to_string()).collect::<Vec<_>>(), "the nearest first");
    assert_eq!(answer.points[0].distance_m, six()[0].distance_m);
    let name = |world: &World| world.runner.points().read().get(id("292001")).map(|known| known.point.name.clone());
    assert_eq!(name(&world).as_deref(), Some("RELAIS 292001"));
    pass(Duration::from_secs(5)).await;
    assert_eq!(name(&world).as_deref(), Some("RELAIS DU NOUVEAU NOM"));
}

#[tokio::test(start_paused = true)]
async fn who_has_nothing_to_say_instead_waits_on_for_the_carrier() {
    let world = World::new(six()).await;
    world.carrier.takes(Duration::from_secs(3));
    let began = Instant::now();
    let found = world.search().await;
    assert_eq!((found.source, began.elapsed()), (Source::Carrier, Duration::from_secs(3)));
}

#[tokio::test(start_paused = true)]
async fn in_the_dark_the_directory_answers_at_once_and_nobody_gets_an_empty_list() {
    let world = World::new(six()).await;
    let nothing = |found: &support::Found| found.answer.as_ref().map_err(|refusal| refusal.code).err();
    world.darken().await;
    let found = world.search().await;
    assert_eq!((nothing(&found), found.as_of), (Some(1000), None), "nothing is known, and that is said");
    world.carrier.dark.store(false, std::sync::atomic::Ordering::SeqCst);
    pass(Duration::from_secs(60)).await;
    world.search().await;
    world.darken().await;
    let (began, asked) = (Instant::now(), world.carrier.calls().len());
    let found = world.search().await;
    assert_eq!((found.source, began.elapsed()), (Source::Directory, Duration::ZERO));
    assert_eq!((ids(&found).len(), world.carrier.calls().len()), (6, asked), "the carrier is left alone");
    let heavy = world.runner.relay().pickup(search(Some(25_000))).await;
    assert_eq!(nothing(&heavy), Some(1000), "none takes it, and a list without points is never given in the dark");
}

#[tokio::test(start_paused = true)]
async fn one_point_in_the_dark_is_told_as_it_is_known() {
    let world = World::new(six()).await;
    world.search().await;
    world.carrier.points.lock().expect("lock").remove(1);
    world.later().await;
    assert_eq!(world.by_id("292002").await.answer.expect("an answer").code, 301, "the carrier's own word");
    world.darken().await;
    let code = |found: support::Found| found.answer.map_or_else(|refusal| refusal.code, |answer| answer.code);
    let open = world.by_id("292001").await;
    assert_eq!((open.source, ids(&open)), (Source::Directory, vec!["292001".to_owned()]));
    assert_eq!(code(world.by_id("292002").await), 300, "gone");
    assert_eq!(code(world.by_id("999999").await), 1000, "not known");
    assert!(!ids(&world.search().await).contains(&"292002".to_owned()), "never offered again");
}

#[tokio::test(start_paused = true)]
async fn a_point_that_is_missing_in_an_answer_is_not_offered_any_more() {
    let world = World::new(six()).await;
    world.search().await;
    world.carrier.points.lock().expect("lock").remove(2);
    world.later().await;
    world.search().await;
    let standing = world.runner.points().read().get(id("292003")).map(|known| known.standing);
    assert!(matches!(standing, Some(Standing::Unlisted { .. })), "{standing:?}");
    world.darken().await;
    assert_eq!(ids(&world.search().await).len(), 5);
    assert_eq!(world.runner.relay().pickup(by_id("292003")).await.answer.map_err(|e| e.code), Err(1000));
}

#[tokio::test(start_paused = true)]
async fn a_parcel_that_is_too_heavy_accuses_no_point() {
    let world = World::new(six()).await;
    world.search().await;
    world.carrier.points.lock().expect("lock").clear();
    let mut heavy = by_id("292001");
    if let carriers::colissimo::pickup::PickupAsk::ById(one) = &mut heavy.ask {
        (one.weight_g, one.with_shops) = (Some(25_000), true);
    }
    world.later().await;
    // Answered with 301 by this carrier, which has none at all any more; with 300 it would be about the weight.
    world.runner.relay().pickup(heavy).await;
    let gone =
        |text| matches!(world.runner.points().read().get(id(text)).map(|k| k.standing), Some(Standing::Gone { .. }));
    assert!(gone("292001") && !gone("292002"));
}

#[tokio::test(start_paused = true)]
async fn the_directory_outlives_the_process() {
    let world = World::new(six()).await;
    world.search().await;
    let world = world.restarted().await;
    assert_eq!(world.runner.points().read().len(), 6);
    world.darken().await;
    assert_eq!(ids(&world.search().await).len(), 6);
}

#[tokio::test(start_paused = true)]
async fn what_was_learned_is_on_disk_within_seconds() {
    let world = World::new(six()).await;
    world.search().await;
    assert!(world.store.points().await.expect("read").is_empty(), "not while somebody waits");
    pass(Duration::from_secs(3)).await;
    assert_eq!(world.store.points().await.expect("read").len(), 6);
    pass(Duration::from_secs(120)).await;
    let areas = world.store.areas().await.expect("read");
    assert_eq!(areas.iter().map(|row| row.area.city.as_str()).collect::<Vec<_>>(), ["Brest"]);
    assert!(areas[0].answered_at.is_some());
}

#[tokio::test(start_paused = true)]
async fn what_another_process_imports_is_taken_in() {
    let world = World::new(six()).await;
    world.search().await;
    pass(Duration::from_secs(3)).await;
    let mut known: Vec<Known> = world.store.points().await.expect("read");
    known.truncate(2);
    known[0].point.id = id("292009");
    known[1].point.name = "AN OLDER NAME".into();
    known[1].seen_at = clock::Time::from_unix_ms(0);
    world.store.keep_points(known.clone()).await.expect("kept");
    pass(Duration::from_secs(15)).await;
    let points = world.runner.points();
    assert!(points.read().get(id("292009")).is_some());
    assert_ne!(points.read().get(known[1].point.id).map(|k| k.point.name.clone()).as_deref(), Some("AN OLDER NAME"));
}

#[tokio::test(start_paused = true)]
async fn a_carrier_that_is_known_to_be_slow_is_not_waited_for_at_all() {
    let world = World::new(six()).await;
    world.carrier.takes(Duration::from_millis(30));
    for _ in 0..60 {
        world.search().await;
        pass(Duration::from_secs(3)).await;
    }
    // Below the time after which the directory answers, and many times the usual.
    world.carrier.takes(HEDGE - Duration::from_millis(1));
    for _ in 0..12 {
        world.search().await;
        pass(Duration::from_secs(3)).await;
    }
    let (began, asked) = (Instant::now(), world.carrier.calls().len());
    let found = world.search().await;
    assert_eq!((found.source, began.elapsed()), (Source::Directory, Duration::ZERO));
    pass(Duration::from_secs(3)).await;
    assert_eq!(world.carrier.calls().len(), asked + 1, "it is asked all the same, and learned from");
}
