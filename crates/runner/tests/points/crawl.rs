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
    for per_minute in [6, 1] {
        let calls = calls_in_an_hour(settings(per_minute), true).await;
        let most = per_minute as usize * 60;
        assert!((most - 2..=most).contains(&calls), "{calls} of {most}");
    }
    assert_eq!(calls_in_an_hour(settings(0), true).await, 0);
    assert_eq!(calls_in_an_hour(PointSettings { enabled: false, ..settings(6) }, true).await, 0);
    assert_eq!(calls_in_an_hour(settings(6), false).await, 0, "with nobody's login nothing is asked");
}

#[tokio::test(start_paused = true)]
async fn what_is_used_comes_first_and_then_the_country_the_largest_towns_first() {
    let world = World::with(six(), settings(6), true).await;
    world.search().await;
    pass(HOUR).await;
    let calls = world.carrier.calls();
    let used = calls.iter().filter(|city| *city == "Brest").count();
    assert!((50..=62).contains(&used), "stale after a minute, it is asked for each minute: {used}");
    let towns: Vec<&String> = calls.iter().filter(|city| *city != "Brest").collect();
    assert!(towns.len() > 250, "{}", towns.len());
    assert!(towns[..20].iter().any(|city| city.starts_with("Marseille") || city.starts_with("Lyon")), "{towns:?}");
    world.runner.shutdown(HOUR).await;
}

#[tokio::test(start_paused = true)]
async fn what_is_fresh_is_left_alone() {
    let world = World::with(six(), PointSettings { fresh_minutes: 12 * 60, ..settings(6) }, true).await;
    world.search().await;
    pass(HOUR).await;
    assert_eq!(world.carrier.calls().iter().filter(|city| *city == "Brest").count(), 1);
    world.runner.shutdown(HOUR).await;
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
