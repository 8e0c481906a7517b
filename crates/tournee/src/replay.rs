//! `tournee replay`: a scenario in simulated time, and what came of every order.

use crate::{cli::Replay, fault::Fault, say, sim_carrier::scenario};
use indicatif::{ProgressBar, ProgressStyle};
use sim::world::{Plan, Progress, replay};
use std::io::IsTerminal;

/// Steps of the progress bar.
const STEPS: u64 = 1_000;

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
    };
    let mut teller = Teller::new();
    let report = replay(&plan, &mut |progress| teller.tell(progress)).map_err(|e| Fault::failed(e.to_string()))?;
    teller.end();
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

/// Tells how far it has come: a bar on a terminal, a line for each tenth otherwise.
struct Teller {
    bar: Option<ProgressBar>,
    tenth: u64,
}

impl Teller {
    fn new() -> Self {
        let style = ProgressStyle::with_template("{bar:32} {percent:>3} %  {msg}");
        let bar = std::io::stderr().is_terminal().then(|| ProgressBar::new(STEPS));
        if let (Some(bar), Ok(style)) = (&bar, style) {
            bar.set_style(style);
        }
        Self { bar, tenth: 0 }
    }

    fn tell(&mut self, progress: Progress) {
        let line = format!("{} {}: {} labels", progress.who, &progress.at.to_paris()[..16], progress.labels);
        let step = steps(progress.share);
        match &self.bar {
            Some(bar) => {
                bar.set_position(step);
                bar.set_message(line);
            }
            None if step * 10 / STEPS > self.tenth => {
                self.tenth = step * 10 / STEPS;
                say::line(format_args!("{:>3} %  {line}", self.tenth * 10));
            }
            None => {}
        }
    }

    fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// The share in steps, from none to all.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the range before")]
fn steps(share: f64) -> u64 {
    (share.clamp(0.0, 1.0) * 1_000.0) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_so_many_steps() {
        assert_eq!([0.0, 0.5, 1.0, 7.0, -1.0, f64::NAN].map(steps), [0, 500, 1_000, 1_000, 0, 0]);
    }
}
