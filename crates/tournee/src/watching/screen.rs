//! The live view: the last answer drawn when something changes; `q` ends it.
//!
//! The terminal is given back when the screen is dropped, also when something went wrong.

use super::{
    render::{Page, render},
    text::wall,
    words::words,
};
use crate::{cli::Lang, quit::is_quit};
use crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind};
use ratatui::{
    DefaultTerminal, Frame,
    layout::{Constraint, Layout},
    style::{Color, Style, Stylize},
    text::{Line, Span},
    widgets::Paragraph,
};
use server::HealthAnswer;
use std::{io, time::Duration};

/// The greatest height of a sparkline, in lines.
const BARS_MAX: usize = 4;

/// What is shown.
pub(super) struct Picture {
    pub(super) health: HealthAnswer,
    /// Why it is not fresh.
    pub(super) stale: Option<String>,
    pub(super) url: String,
    pub(super) every: Duration,
    pub(super) lang: Lang,
}

/// What whoever watches wants.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    Watch,
    Quit,
}

/// The terminal while it is ours.
pub(super) struct Screen {
    terminal: DefaultTerminal,
    /// Lines that are scrolled away above.
    above: u16,
}

impl Screen {
    pub(super) fn open() -> io::Result<Self> {
        Ok(Self { terminal: ratatui::try_init()?, above: 0 })
    }

    /// Draws the picture.
    pub(super) fn draw(&mut self, picture: &Picture) -> io::Result<()> {
        let above = &mut self.above;
        self.terminal.draw(|frame| draw(frame, picture, above)).map(drop)
    }

    /// Reads the keys that were pressed and draws anew where that changes something.
    pub(super) fn heed(&mut self, picture: &Picture) -> io::Result<Wish> {
        let mut is_changed = false;
        while event::poll(Duration::ZERO)? {
            let event = event::read()?;
            if is_quit(&event) {
                return Ok(Wish::Quit);
            }
            self.above = scrolled(&event, self.above);
            is_changed = true;
        }
        if is_changed {
            self.draw(picture)?;
        }
        Ok(Wish::Watch)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        ratatui::restore();
    }
}

fn scrolled(event: &Event, above: u16) -> u16 {
    let Event::Key(KeyEvent { code, kind: KeyEventKind::Press | KeyEventKind::Repeat, .. }) = event else {
        return above;
    };
    match code {
        KeyCode::Down | KeyCode::Char('j') => above.saturating_add(1),
        KeyCode::Up | KeyCode::Char('k') => above.saturating_sub(1),
        KeyCode::PageDown | KeyCode::Char(' ') => above.saturating_add(10),
        KeyCode::PageUp => above.saturating_sub(10),
        KeyCode::Home => 0,
        KeyCode::End => u16::MAX,
        _ => above,
    }
}

/// Draws everything; what does not fit can be scrolled to, not further than to its end.
pub(super) fn draw(frame: &mut Frame<'_>, picture: &Picture, above: &mut u16) {
    let rows = [Constraint::Length(1), Constraint::Min(1), Constraint::Length(1)];
    let [head, body, foot] = frame.area().layout(&Layout::vertical(rows));
    frame.render_widget(heading(picture), head);
    let height = usize::from(body.height);
    let page = |bars| Page { lang: picture.lang, width: body.width, bars };
    let tall = (2..=BARS_MAX).rev().map(|bars| render(&picture.health, &page(bars)));
    let lines = tall.into_iter().find(|lines| lines.len() <= height);
    let lines = lines.unwrap_or_else(|| render(&picture.health, &page(1)));
    let (count, hidden) = (lines.len(), lines.len().saturating_sub(height));
    *above = (*above).min(u16::try_from(hidden).unwrap_or(u16::MAX));
    frame.render_widget(Paragraph::new(lines).scroll((*above, 0)), body);
    let place = if hidden > 0 { format!(" {}/{count}", usize::from(*above) + height) } else { String::new() };
    frame.render_widget(Line::from(format!(" {}{place} · {}", words(picture.lang).keys, picture.url)).dim(), foot);
}

fn heading(picture: &Picture) -> Line<'static> {
    let words = words(picture.lang);
    let as_of = format!("{} {}", words.as_of, wall(&picture.health.at));
    let state = match &picture.stale {
        None => format!(" {}, {as_of} ({})", words.carriers, words.paris).into(),
        Some(why) => {
            let text = format!(" {as_of}, {why}{} {} s ", words.again, picture.every.as_secs());
            Span::styled(text, Style::new().fg(Color::Black).bg(Color::Red))
        }
    };
    Line::from(vec![Span::from(" Tournée ").bold(), state])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossterm::event::KeyModifiers;

    #[test]
    fn arrows_scroll_and_nothing_else_does() {
        let down = Event::Key(KeyEvent::new(KeyCode::Down, KeyModifiers::NONE));
        assert_eq!((scrolled(&down, 3), scrolled(&Event::FocusGained, 3)), (4, 3));
    }
}
