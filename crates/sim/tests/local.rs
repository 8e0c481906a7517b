//! The same day with merchants that want local labels for what is urgent in the dark.

use dispatch::InTheDark;
use sim::{
    scenario::Scenario,
    world::{Plan, Report, replay},
};

fn day(orders: u32, seed: u64, in_the_dark: InTheDark) -> Report {
    let scenario = Scenario::builtin_day().expect("the built-in scenario");
    replay(&Plan { scenario, orders, seed, naive: false, in_the_dark }, &mut |_| {}).expect("a replay")
}

#[test]
fn every_urgent_label_is_printed_in_the_dark_and_none_is_released_twice() {
    let report = day(3_000, 1, InTheDark::Local);
    assert_eq!(report.violations, Vec::<String>::new(), "{report}");
    let local = &report.local;
    assert!(local.urgent_in_the_dark > 500, "{local:?}");
    assert_eq!(local.urgent_printed_in_the_dark, local.urgent_in_the_dark, "{local:?}");
    assert!(local.unknowns_that_were_made > 0, "an earlier unknown turns out to have been made: {local:?}");
    assert_eq!((local.announced, local.integrated), (local.printed, local.printed));
    let wrong = (report.day.orders_lost, report.day.orders_double_released, report.day.silent_substitutions);
    assert_eq!(wrong, (0, 0, 0));
}

#[test]
fn who_is_asked_is_offered_and_who_waits_waits() {
    let asked = day(300, 2, InTheDark::Ask);
    assert_eq!((asked.violations, asked.local.printed), (Vec::new(), 0));
    assert!(asked.local.offered > 0);
    let waits = day(300, 2, InTheDark::Wait);
    assert_eq!((waits.violations, waits.local.printed, waits.local.offered), (Vec::new(), 0, 0));
}
