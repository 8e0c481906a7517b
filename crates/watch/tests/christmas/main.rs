//! The 52 hours of 22 to 24 December as the watch sees them: slow before dark, a return at 16:00 that does not hold, a day of
//! coming and going, the return of 24 December at 10:15.

mod day;

use day::{Day, call, paris};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::time::Duration;
use watch::{Carrier, Function, Observation, Settings, Source, Target, Transition, Watch, What};

/// Everything that the watch says.
fn replay(seed: u64, until: &str) -> Vec<Transition> {
    let mut all = Vec::new();
    Day { seed, functions: &[Function::Label] }.live(paris(until), |_, _, facts| all.extend_from_slice(facts));
    all
}

fn first(facts: &[Transition], from: &str, is: impl Fn(&What) -> bool) -> Duration {
    let from = paris(from);
    let found = facts.iter().find(|fact| fact.at >= from && is(&fact.what));
    found.unwrap_or_else(|| panic!("nothing of that after {from}: {facts:#?}")).at.since(from)
}

#[test]
fn slow_before_dark_signs_at_16_relapse_and_restored_only_after_the_24th_at_10_15() {
    for seed in 0..5 {
        let facts = replay(seed, "2025-12-24T14:00:00");
        let opened = first(&facts, "2025-12-22T05:00:00", |what| matches!(what, What::Opened { .. }));
        let slow = opened.checked_sub(Duration::from_secs(84 * 60)).expect("no alarm before it is slow");
        assert!(slow <= Duration::from_secs(90), "seed {seed}: slow seen after {slow:?}");
        let signs = first(&facts, "2025-12-22T16:00:00", |what| matches!(what, What::Signs { .. }));
        assert!(signs <= Duration::from_secs(60), "seed {seed}: signs after {signs:?}");
        let relapse = first(&facts, "2025-12-22T16:50:00", |what| matches!(what, What::Relapsed { .. }));
        assert!(relapse <= Duration::from_secs(60), "seed {seed}: relapse after {relapse:?}");
        let early = facts.iter().filter(|fact| matches!(fact.what, What::Restored { .. } | What::Returned { .. }));
        for fact in early {
            assert!(fact.at > paris("2025-12-24T10:15:00"), "seed {seed}: {fact:?}");
        }
        let incidents: Vec<_> = facts.iter().map(|fact| fact.incident).collect();
        assert!(incidents.iter().all(|one| Some(one) == incidents.first()), "one outage is one incident");
    }
}

#[test]
fn dark_out_of_the_blue_is_seen_within_half_a_minute() {
    for seed in 0..20 {
        let target = Target { carrier: Carrier::new("colissimo"), function: Function::Label };
        let (mut watch, mut dice) = (Watch::new(Settings::default()), ChaCha8Rng::seed_from_u64(seed));
        let begin = paris("2025-12-22T05:00:00");
        let dark = paris("2025-12-22T11:31:00");
        for i in 0..1_000_u64 {
            watch.observe(&call(
                &mut dice,
                begin.plus(Duration::from_secs(3 * i)),
                Source::Call(target.clone()),
                Duration::ZERO,
            ));
        }
        let mut seen: Vec<Observation> = (0..20_u64)
            .map(|i| {
                call(
                    &mut dice,
                    dark.plus(Duration::from_secs(3 * i)),
                    Source::Call(target.clone()),
                    Duration::from_secs(20),
                )
            })
            .collect();
        seen.sort_by_key(|seen| seen.at);
        let facts: Vec<Transition> = seen.iter().flat_map(|seen| watch.observe(seen)).collect();
        let opened = first(&facts, "2025-12-22T11:31:00", |what| matches!(what, What::Opened { .. }));
        assert!(opened <= Duration::from_secs(30), "seed {seed}: {opened:?}");
    }
}
