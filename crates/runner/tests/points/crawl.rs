//! How the directory is kept fresh: within its budget, and never in the dark.

use crate::{
    id,
    support::{World, pass, six},
};
use pickup::Standing;
use runner::PointSettings;
use std::{sync::atomic::Ordering, time::Duration};

const HOUR: Duration = Duration::from_secs(3_600);

fn settings(crawl_per_minute: u32) -> PointSettings {
    PointSettings { crawl_per_minute, fresh_minutes: 1, ..PointSettings::default() }
}

async fn calls_in_an_hour(settings: PointSettings, account: bool) -> usize {
    let world = World::with(six(), settings, account).await;
    world.search().await;
    let before = world.carrier.calls().len();
    pass(HOUR).await;
    let calls = world.carrier.calls().len() - before;
    world.runner.shutdown(HOUR).await;
    calls
}

#[tokio::test(start_paused = true)]
async fn it_keeps_to_its_budget() {
    // One area that is stale after a minute: six calls a minute would be allowed, and one is needed.
    let calls = calls_in_an_hour(settings(6), true).await;
    assert!((50..=60).contains(&calls), "{calls}");
    // Stale more often than it may ask: once in two minutes would be too seldom for freshness, and is all it gets.
    let calls = calls_in_an_hour(PointSettings { fresh_minutes: 1, ..settings(1) }, true).await;
    assert!((29..=60).contains(&calls), "{calls}");
    assert_eq!(calls_in_an_hour(settings(0), true).await, 0);
    assert_eq!(calls_in_an_hour(PointSettings { enabled: false, ..settings(6) }, true).await, 0);
    assert_eq!(calls_in_an_hour(settings(6), false).await, 0, "with nobody's login nothing is asked");
    let fresh = PointSettings { fresh_minutes: 12 * 60, ..settings(6) };
    assert_eq!(calls_in_an_hour(fresh, true).await, 0, "what is fresh is left alone");
}

#[tokio::test(start_paused = true)]
async fn it_asks_nothing_while_the_carrier_is_not_well() {
    let world = World::with(six(), settings(60), true).await;
    world.search().await;
    world.darken().await;
    let before = world.carrier.calls().len();
    pass(HOUR).await;
    assert_eq!(world.carrier.calls().len(), before);
}

#[tokio::test(start_paused = true)]
async fn it_settles_points_that_were_missing() {
    let world = World::with(six(), settings(6), true).await;
    world.search().await;
    // One is gone for good; the other was only left out of one answer.
    let left_out = world.carrier.points.lock().expect("lock").remove(0);
    world.carrier.points.lock().expect("lock").remove(1);
    world.later().await;
    world.search().await;
    world.carrier.points.lock().expect("lock").insert(0, left_out);
    pass(Duration::from_secs(90)).await;
    let standing = |text| world.runner.points().read().get(id(text)).map(|known| known.standing);
    assert_eq!(standing("292001"), Some(Standing::Listed));
    assert!(matches!(standing("292003"), Some(Standing::Gone { .. })), "{:?}", standing("292003"));
    assert!(world.carrier.calls().contains(&"292003".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn it_makes_way_for_somebodys_own_search() {
    let world = World::with(six(), settings(60), true).await;
    world.search().await;
    world.carrier.takes(Duration::from_secs(7));
    let before = world.carrier.calls().len();
    // Hedged: somebody has an answer, and the call goes on for seven seconds.
    world.search().await;
    pass(Duration::from_secs(6)).await;
    assert_eq!(world.carrier.calls().len(), before + 1, "nothing beside the search itself");
    world.carrier.dark.store(false, Ordering::SeqCst);
}

#[tokio::test(start_paused = true)]
async fn it_ends_with_the_runner() {
    let world = World::with(six(), settings(60), true).await;
    world.search().await;
    let (store, carrier) = (world.store.clone(), std::sync::Arc::clone(&world.carrier));
    world.runner.shutdown(Duration::from_secs(5)).await;
    let before = carrier.calls().len();
    pass(HOUR).await;
    assert_eq!(carrier.calls().len(), before);
    assert_eq!(store.points().await.expect("read").len(), 6, "the last thing is to write what was learned");
}
