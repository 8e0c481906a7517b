//! The demonstration as lines, where there is no terminal: one for each second and each change of phase.

use super::{board::Board, day::on_the_wall};
use crate::say;
use clock::Time;
use dispatch::Health;

/// Remembers the last phase that was told.
pub(super) struct Plain {
    told: Option<&'static str>,
}

impl Plain {
    pub(super) fn new() -> Self {
        Self { told: None }
    }

    /// Prints a line when a second has passed or the phase is another.
    pub(super) fn show(&mut self, board: &Board, now: Time, is_second: bool) {
        let phase = board.phase.words();
        if is_second || self.told != Some(phase) {
            self.told = Some(phase);
            say::line(line(board, now));
        }
    }
}

fn line(board: &Board, now: Time) -> String {
    format!(
        "{}  {:<25} seen: {:<10}  asked {:>3}  printed {:>3}  waiting {:>3}  unknown {} (resolved {})  lost {}  doubled {}",
        on_the_wall(board.at),
        board.phase.words(),
        seen(board.health),
        board.asked,
        board.printed(),
        board.waiting(),
        board.unknown_total,
        board.resolved(),
        board.lost(now),
        board.doubled(),
    )
}

/// The carrier as the gateway sees it, in a word.
pub(super) fn seen(health: Health) -> &'static str {
    match health {
        Health::Well => "well",
        Health::Dark { .. } => "dark",
        Health::Recovering { .. } => "recovering",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_the_moment_and_the_counts() {
        let mut board = Board::new(10, Time::from_paris("2025-12-22T06:24:00").expect("a moment"));
        board.asked = 3;
        let told = line(&board, board.at);
        assert!(told.starts_with("22 Dec 06:24  well "), "{told}");
        assert!(told.ends_with("waiting   3  unknown 0 (resolved 0)  lost 0  doubled 0"), "{told}");
    }
}
