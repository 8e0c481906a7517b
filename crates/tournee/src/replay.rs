//! `tournee replay`: a scenario in simulated time, and what came of every order.

use crate::{cli::Replay, fault::Fault, progress::Progress, say, sim_carrier::scenario};
use sim::world::{Plan, replay};

/// Runs the command.
///
/// # Errors
/// When the scenario is wrong, the report cannot be written, or something did not hold.
pub fn run(args: &Replay) -> Result<(), Fault> {
    let plan = Plan {
        scenario: scenario(args.scenario.as_deref())?,
        orders: args.orders,
        seed: args.seed,
        naive: args.versus.is_some(),
        in_the_dark: args.policy.into(),
    };
    let mut bar = Progress::default();
    let mut tell = |come: sim::world::Progress| {
        let line = format!("{} {}: {} labels", come.who, &come.at.to_paris()[..16], come.labels);
        bar.tell("replay", come.share, line);
    };
    let report = replay(&plan, &mut tell).map_err(|e| Fault::failed(e.to_string()))?;
    bar.end();
    if let Some(path) = &args.json {
        say::report(path, &report)?;
    }
    say::line(&report);
    match report.violations.as_slice() {
        [] => Ok(()),
        [first, ..] => Err(Fault::failed(format!(
            "{} times something did not hold, first: {first}; the same seed shows it again",
            report.violations.len()
        ))),
    }
}
