//! The demonstration on a terminal: the board drawn ten times a second; `q` ends it.
//!
//! The terminal is given back when the screen is dropped, also when something went wrong.

use super::{
    Wish,
    board::Board,
    day::{Phase, on_the_wall},
    plain::seen,
};
use crate::quit::is_quit;
use clock::Time;
use crossterm::event;
use dispatch::Health;
use ratatui::{
    DefaultTerminal, Frame,
    layout::{Constraint, Layout, Rect},
    style::{Color, Style, Stylize},
    text::{Line, Span},
    widgets::{Block, Gauge, Paragraph, Sparkline},
};
use std::{collections::VecDeque, io, net::SocketAddr, time::Duration};

/// The terminal while it is ours.
pub(super) struct Screen(DefaultTerminal);

impl Screen {
    pub(super) fn open() -> io::Result<Self> {
        ratatui::try_init().map(Self)
    }

    /// Draws the board, and reads the keys that were pressed.
    pub(super) fn show(&mut self, board: &Board, now: Time, gateway: SocketAddr) -> io::Result<Wish> {
        self.0.draw(|frame| draw(frame, board, now, gateway))?;
        while event::poll(Duration::ZERO)? {
            if is_quit(&event::read()?) {
                return Ok(Wish::Quit);
            }
        }
        Ok(Wish::Watch)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        ratatui::restore();
    }
}

fn draw(frame: &mut Frame<'_>, board: &Board, now: Time, gateway: SocketAddr) {
    let rows = [
        Constraint::Length(1),
        Constraint::Length(3),
        Constraint::Length(5),
        Constraint::Length(6),
        Constraint::Min(3),
        Constraint::Length(1),
    ];
    let [head, progress, counts, rates, events, foot] = frame.area().layout(&Layout::vertical(rows));
    frame.render_widget(heading(board), head);
    frame.render_widget(bar(board), progress);
    frame.render_widget(counted(board, now), counts);
    let [labels, latency] = rates.layout(&Layout::horizontal([Constraint::Fill(1), Constraint::Fill(1)]));
    spark(frame, labels, "labels per second", &board.labels_per_s, Color::Green);
    spark(frame, latency, "carrier: ms per call", &board.latency_ms, Color::Yellow);
    frame.render_widget(last_events(board, events), events);
    frame.render_widget(Line::from(format!(" http://{gateway}/docs · q quits")).dim(), foot);
}

fn heading(board: &Board) -> Line<'static> {
    Line::from(vec![
        Span::from(" Tournée ").bold(),
        Span::from(format!(" {} in Paris ", on_the_wall(board.at))),
        Span::from(format!(" the carrier: {} ", board.phase.words()))
            .style(Style::new().fg(Color::Black).bg(colour(board.phase))),
        Span::from(format!("  seen from here: {}", seen(board.health))).fg(seen_colour(board.health)),
    ])
}

fn colour(phase: Phase) -> Color {
    match phase {
        Phase::Well | Phase::Returned => Color::Green,
        Phase::Slow => Color::Yellow,
        Phase::Dark => Color::Red,
        Phase::FalseSigns => Color::Magenta,
    }
}

fn seen_colour(health: Health) -> Color {
    match health {
        Health::Well => Color::Green,
        Health::Dark { .. } => Color::Red,
        Health::Recovering { .. } => Color::Yellow,
    }
}

fn bar(board: &Board) -> Gauge<'static> {
    let (printed, orders) = (board.printed(), board.orders.max(1));
    let share = u16::try_from(printed * 100 / orders).unwrap_or(100).min(100);
    Gauge::default()
        .block(Block::bordered().title(" labels printed "))
        .gauge_style(Color::Green)
        .percent(share)
        .label(format!("{printed} of {} in the day", board.orders))
}

fn counted(board: &Board, now: Time) -> Paragraph<'static> {
    let zero = |name: &str, count: usize| {
        let style = if count == 0 { Style::new().green().bold() } else { Style::new().red().bold() };
        Span::from(format!("{name} {count}   ")).style(style)
    };
    let lines = vec![
        Line::from(format!("asked {}   printed {}   waiting {}", board.asked, board.printed(), board.waiting())),
        Line::from(format!("unknown {} → resolved {}", board.unknown_total, board.resolved())),
        Line::from(vec![
            zero("lost", board.lost(now)),
            zero("doubled", board.doubled()),
            zero("refused", board.refused.len()),
        ]),
    ];
    Paragraph::new(lines).block(Block::bordered().title(" orders "))
}

fn spark(frame: &mut Frame<'_>, area: Rect, title: &str, values: &VecDeque<u64>, colour: Color) {
    let width = usize::from(area.width.saturating_sub(2));
    let shown: Vec<u64> = values.iter().copied().skip(values.len().saturating_sub(width)).collect();
    let now = values.back().copied().unwrap_or(0);
    let block = Block::bordered().title(format!(" {title}: {now} "));
    frame.render_widget(Sparkline::default().block(block).data(&shown).style(colour), area);
}

fn last_events(board: &Board, area: Rect) -> Paragraph<'_> {
    let height = usize::from(area.height.saturating_sub(2));
    let shown = board.events.iter().skip(board.events.len().saturating_sub(height));
    Paragraph::new(shown.map(|event| Line::from(event.as_str())).collect::<Vec<_>>())
        .block(Block::bordered().title(" what happens "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::{Terminal, backend::TestBackend};

    fn drawn(board: &Board, width: u16, height: u16) -> String {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a terminal");
        let addr = "127.0.0.1:8080".parse().expect("an address");
        terminal.draw(|frame| draw(frame, board, board.at, addr)).expect("drawn");
        terminal.backend().to_string()
    }

    #[test]
    fn the_screen_tells_the_day() {
        let mut board = Board::new(10, Time::from_paris("2025-12-22T12:00:00").expect("a moment"));
        board.asked = 4;
        board.time(board.at, Phase::Dark);
        board.health(Health::Dark { since: board.at });
        board.second();
        let screen = drawn(&board, 100, 30);
        for says in [
            "22 Dec 12:00 in Paris",
            "the carrier: dark",
            "seen from here: dark",
            "waiting 4",
            "lost 0",
            "4 waiting, nothing is refused",
        ] {
            assert!(screen.contains(says), "{says:?} is missing in\n{screen}");
        }
    }

    #[test]
    fn a_small_terminal_is_no_trouble() {
        let board = Board::new(10, Time::from_unix_ms(0));
        for (width, height) in [(1, 1), (20, 5), (80, 24)] {
            drawn(&board, width, height);
        }
    }
}
