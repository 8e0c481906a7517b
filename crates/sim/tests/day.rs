//! The day of 22 December 2025, lived through by the whole gateway in simulated time.

use dispatch::InTheDark;
use sim::{
    scenario::Scenario,
    world::{Plan, Report, replay},
};

fn day(orders: u32, seed: u64, naive: bool) -> Report {
    let scenario = Scenario::builtin_day().expect("the built-in scenario");
    let in_the_dark = InTheDark::Wait;
    replay(&Plan { scenario, orders, seed, naive, in_the_dark }, &mut |_| {}).expect("a replay")
}

#[test]
fn nothing_is_lost_doubled_or_substituted_whatever_the_seed() {
    for seed in 2..=3 {
        let report = day(400, seed, false);
        assert_eq!(report.violations, Vec::<String>::new(), "seed {seed}");
        let wrong = (report.day.orders_lost, report.day.orders_double_released, report.day.silent_substitutions);
        assert_eq!(wrong, (0, 0, 0), "seed {seed}");
        assert_eq!(report.day.unknown_resolved_alone, report.day.unknown_total, "seed {seed}");
        assert!(report.day.unknown_total > 0, "seed {seed}: a day without doubt proves nothing");
        assert_eq!(report.day.orders_labelled, 400);
    }
}

#[test]
fn the_same_seed_is_the_same_day() {
    let json = |seed| serde_json::to_string(&day(120, seed, true)).expect("json");
    let first = json(5);
    assert_eq!(first, json(5));
    assert_ne!(first, json(6));
}

#[test]
fn the_common_client_loses_doubles_and_substitutes_in_the_same_world() {
    let naive = day(400, 3, true).naive.expect("the naive client was asked for");
    assert!(naive.orders_lost > 0 && naive.orders_double_released > 0 && naive.silent_substitutions > 0, "{naive:?}");
}

#[test]
fn signs_at_16_a_relapse_and_restored_only_after_the_24th_at_10_15() {
    let report = day(400, 1, false);
    assert_eq!(report.violations, Vec::<String>::new());
    let watch = report.watch;
    let story = watch.story.join("\n");
    let within = |seconds: Option<u64>, most| seconds.is_some_and(|seconds| seconds <= most);
    assert!(within(watch.seen_after_s, 90), "{watch:?}");
    assert!(within(watch.signs_after_s, 60) && within(watch.relapse_after_s, 90), "{watch:?}");
    assert_eq!((watch.incidents, watch.restored_early, watch.wrong_verdicts), (1, 0, 0), "{story}");
    assert!(watch.named_after_s.is_some() && watch.relapses > 1, "{story}");
    let signs = watch.story.iter().find(|line| line.starts_with("2025-12-22T16:0") && line.ends_with(" signs"));
    assert!(signs.is_some(), "{story}");
    assert!(watch.restored_after_min.is_some_and(|minutes| minutes >= 89), "{story}");
}

#[test]
fn people_are_told_soon_and_never_more_than_is_known() {
    let report = day(3_000, 4, false);
    let told = &report.told;
    let story = told.story.join("\n");
    assert_eq!(report.violations, Vec::<String>::new());
    assert!(told.first_notice_after_s.is_some_and(|s| s <= 120), "{told}\n{story}");
    assert!(told.everybody_first_notice_after_s.is_some_and(|s| s <= 300), "{told}\n{story}");
    assert!(told.relapses_told > 0 && told.messages > 30, "{told}\n{story}");
    assert_eq!((told.asked, told.unheard, told.wrong_links, told.off_topic_answered), (800, 0, 0, 0), "{told}");
    assert!(told.answered_percent >= 70 && told.closed > 400, "{told}");
    assert!(told.reads > 300 && told.subscribers == 120 && told.notices > 3_000, "{told}");
    let last = told.story.last().expect("a last message");
    assert!(last.contains("Restored since 10:15"), "{story}");
}
