//! How far a long command has come: a bar on a terminal, a line for each tenth otherwise.

use crate::say;
use indicatif::{ProgressBar, ProgressStyle};
use std::{fmt, io::IsTerminal};

/// Steps of the bar.
const STEPS: u64 = 1_000;

/// Tells how far something has come.
pub struct Progress {
    bar: Option<ProgressBar>,
    step: &'static str,
    tenth: u64,
}

impl Default for Progress {
    fn default() -> Self {
        let style = ProgressStyle::with_template("{bar:32} {percent:>3} %  {msg}");
        let bar = std::io::stderr().is_terminal().then(|| ProgressBar::new(STEPS));
        if let (Some(bar), Ok(style)) = (&bar, style) {
            bar.set_style(style);
        }
        Self { bar, step: "", tenth: 0 }
    }
}

impl Progress {
    /// Tells which share of this step is done. A step begins anew at nothing.
    pub fn tell(&mut self, step: &'static str, share: f64, line: impl fmt::Display) {
        if self.step != step {
            (self.step, self.tenth) = (step, 0);
        }
        let done = steps(share);
        match &self.bar {
            Some(bar) => {
                bar.set_position(done);
                bar.set_message(line.to_string());
            }
            None if done * 10 / STEPS > self.tenth => {
                self.tenth = done * 10 / STEPS;
                say::line(format_args!("{:>3} %  {line}", self.tenth * 10));
            }
            None => {}
        }
    }

    /// Takes the bar away.
    pub fn end(&self) {
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
