//! How everything is, as lines; the same for the live view and for paper.

use super::{
    spark::{bars, failing, measure, newest, slowness},
    text::{inert, latency, minute, moment, odds, span},
    words::{Words, words},
};
use crate::cli::Lang;
use clock::Time;
use ratatui::{
    style::{Color, Style, Stylize},
    text::{Line, Span},
};
use server::{CarrierHealth, EvidenceAnswer, FunctionAnswer, HealthAnswer};

/// From this width on the evidence stands beside the functions.
const WIDE: usize = 120;
/// The room of the functions then.
const LEFT: usize = 80;
/// Where what belongs to a name begins.
const INDENT: usize = 11;
/// The room for the number behind a sparkline.
const VALUE: usize = 9;
const BETWEEN: &str = " · ";

/// How it is written.
pub(super) struct Page {
    pub(super) lang: Lang,
    pub(super) width: u16,
    /// The height of a sparkline, in lines.
    pub(super) bars: usize,
}

/// Every carrier with its functions, then the probes of ourselves, then how to read it.
pub(super) fn render(answer: &HealthAnswer, page: &Page) -> Vec<Line<'static>> {
    let words = words(page.lang);
    let width = usize::from(page.width);
    let pen = Pen { words, now: moment(&answer.at), width, bars: page.bars };
    let mut lines = Vec::new();
    if answer.carriers.is_empty() {
        lines.extend(flow(vec![" ".into()], plain(words.nothing.split(' ')), " ", 1, width));
        lines.push(Line::default());
    }
    for carrier in &answer.carriers {
        lines.extend(pen.carrier(carrier));
        lines.push(Line::default());
    }
    lines.extend(pen.ourselves(&answer.ourselves));
    if !answer.carriers.is_empty() {
        let scale = plain(words.scale).into_iter().map(|span| span.dim()).collect();
        lines.extend(flow(vec![" ".into()], scale, BETWEEN, 1, width));
    }
    lines
}

/// The colour of a condition; its word stands beside it always.
pub(super) fn colour(condition: &str) -> Color {
    match condition {
        "well" => Color::Green,
        "under_watch" => Color::Cyan,
        "signs" => Color::Magenta,
        "slow" => Color::Yellow,
        "dark" => Color::Red,
        _ => Color::Reset,
    }
}

struct Pen {
    words: &'static Words,
    now: Option<Time>,
    width: usize,
    bars: usize,
}

impl Pen {
    fn carrier(&self, carrier: &CarrierHealth) -> Vec<Line<'static>> {
        let mut lines = self.heading(carrier);
        let wide = self.width >= WIDE;
        let room = if wide { LEFT } else { self.width };
        let functions: Vec<_> = carrier.functions.iter().flat_map(|one| self.function(one, room)).collect();
        let troubled = carrier.condition != "well" || !carrier.evidence.is_empty();
        let evidence = |room| if troubled { self.evidence(&carrier.evidence, room) } else { Vec::new() };
        if wide {
            lines.extend(beside(functions, evidence(self.width - LEFT), LEFT));
        } else {
            lines.extend(functions);
            lines.extend(evidence(self.width));
        }
        lines
    }

    fn heading(&self, carrier: &CarrierHealth) -> Vec<Line<'static>> {
        let words = self.words;
        let condition = format!(" {} ", words.condition(&carrier.condition));
        let condition = match colour(&carrier.condition) {
            Color::Reset => Span::from(condition).reversed(),
            colour => Span::styled(condition, Style::new().fg(Color::Black).bg(colour)),
        };
        let name = Span::from(inert(&carrier.carrier)).bold();
        let mut items = vec![condition];
        items.extend(carrier.incident.map(|id| Span::from(format!("{} {id}", words.incident)).bold()));
        if carrier.incident.is_some() || carrier.condition != "well" {
            items.push(format!("{} {}", words.at_fault, words.verdict(&carrier.verdict)).into());
        }
        flow(vec![" ".into(), name, "  ".into()], items, BETWEEN, INDENT, self.width)
    }

    fn function(&self, one: &FunctionAnswer, width: usize) -> Vec<Line<'static>> {
        let words = self.words;
        let name = format!(" {:<INDENT$} ", words.function(&one.function));
        let condition = Span::from(words.condition(&one.condition)).fg(colour(&one.condition)).bold();
        let gap = " ".repeat(19_usize.saturating_sub(condition.width()).max(1));
        let items = plain(self.details(one)).into_iter().chain(self.relapse(one)).collect();
        let mut lines = flow(vec![name.into(), condition, gap.into()], items, BETWEEN, INDENT + 2, width);
        let minutes = newest(&one.hour, width.saturating_sub(INDENT + VALUE));
        let measured = measure(one.usual_ms, minutes);
        let slow: Vec<_> = minutes.iter().map(|minute| slowness(minute, measured?)).collect();
        let last = minutes.iter().rev().find_map(|minute| minute.typical_ms);
        let last = last.map_or_else(String::new, |ms| latency(ms, words));
        lines.extend(self.spark(words.latency, &slow, last, Color::Cyan));
        let errors: Vec<_> = minutes.iter().map(failing).collect();
        let last = errors.iter().rev().find_map(|share| *share);
        let last = last.map_or_else(String::new, |share| format!("{:.0} %", share * 100.0));
        lines.extend(self.spark(words.errors, &errors, last, Color::Red));
        lines
    }

    fn details(&self, one: &FunctionAnswer) -> Vec<String> {
        let words = self.words;
        let mut items = vec![self.since(one.since.as_deref())];
        items.push(match one.usual_ms {
            Some(ms) => format!("{} {}", words.usually, latency(ms, words)),
            None => words.no_usual.to_owned(),
        });
        if self.width >= WIDE {
            let count =
                |of: fn(&server::MinuteAnswer) -> u32| one.hour.iter().map(|minute| u64::from(of(minute))).sum::<u64>();
            let (calls, failed) = (count(|minute| minute.calls), count(|minute| minute.failed));
            let colon = words.colon;
            items.push(format!("{}{colon} {calls}, {}{colon} {failed}", words.calls, words.failed));
        }
        if one.condition != "well" {
            if one.up_s > 0 {
                items.push(format!("{} {}", words.up_for, span(one.up_s, words)));
            }
            items.push(if one.canary_passes { words.canary_passes } else { words.no_canary }.to_owned());
        }
        items
    }

    /// Since when, and for how long; nothing means that it was never otherwise.
    fn since(&self, text: Option<&str>) -> String {
        let words = self.words;
        let Some(text) = text else { return words.ever.to_owned() };
        let since = moment(text);
        let lasted = self.now.zip(since).map(|(now, since)| format!(" ({})", span(now.since(since).as_secs(), words)));
        format!("{} {}{}", words.since, minute(text, self.now, words), lasted.unwrap_or_default())
    }

    /// The odds of a relapse against the bound under which they must be.
    fn relapse(&self, one: &FunctionAnswer) -> Option<Span<'static>> {
        let words = self.words;
        let (found, bound) = (one.relapse_odds?, one.odds_bound);
        let text = format!("{} {}", words.relapse, odds(found, words));
        Some(match bound {
            None => text.into(),
            Some(bound) if found < bound => {
                Span::from(format!("{text} < {} {}", words.bound, odds(bound, words))).fg(Color::Green)
            }
            Some(bound) => Span::from(format!("{text} ≥ {} {}", words.bound, odds(bound, words))).fg(Color::Yellow),
        })
    }

    fn spark(&self, label: &str, heights: &[Option<f64>], value: String, colour: Color) -> Vec<Line<'static>> {
        let drawn = bars(heights, self.bars).into_iter().enumerate();
        let line = |(place, blocks): (usize, String)| {
            let (label, value) = if place == 0 { (label, value.as_str()) } else { ("", "") };
            let label = Span::from(format!("   {label:<8}"));
            Line::from(vec![label.dim(), Span::from(blocks).fg(colour), format!(" {value}").into()])
        };
        drawn.map(line).collect()
    }

    fn evidence(&self, all: &[EvidenceAnswer], width: usize) -> Vec<Line<'static>> {
        let words = self.words;
        if all.is_empty() {
            let label = Span::from(format!("   {} ", words.evidence)).dim();
            return vec![Line::from(vec![label, words.no_evidence.into()])];
        }
        let one = |(place, one): (usize, &EvidenceAnswer)| {
            let label = Span::from(format!("   {:<9}", if place == 0 { words.evidence } else { "" }));
            let items = vec![
                Span::from(words.kind(&one.kind)).bold(),
                Span::from(words.points(&one.points)).fg(direction(&one.points)),
                self.counted(one).into(),
                minute(&one.at, self.now, words).into(),
            ];
            flow(vec![label.dim()], items, BETWEEN, INDENT + 3, width)
        };
        all.iter().enumerate().flat_map(one).collect()
    }

    fn ourselves(&self, all: &[EvidenceAnswer]) -> Vec<Line<'static>> {
        let words = self.words;
        let probe = |one: &EvidenceAnswer| {
            let how = if one.bad == 0 { "ok".to_owned() } else { self.counted(one) };
            Span::from(format!("{}{} {how}", words.kind(&one.kind), words.colon)).fg(direction(&one.points))
        };
        let items = if all.is_empty() { plain([words.no_probe]) } else { all.iter().map(probe).collect() };
        flow(vec![Span::from(format!(" {} ", words.ourselves)).bold()], items, BETWEEN, INDENT + 1, self.width)
    }

    fn counted(&self, one: &EvidenceAnswer) -> String {
        let words = self.words;
        match one.bad {
            0 => format!("{}{}{}", words.seen[0], one.seen, words.seen[1]),
            bad => format!("{bad} {} {} {}", words.of, one.seen, words.bad),
        }
    }
}

/// Red where it accuses, green where it clears.
fn direction(points: &str) -> Color {
    match points {
        "at_us" | "at_our_path" | "at_carrier" => Color::Red,
        "away_from_us" | "away_from_path" => Color::Green,
        _ => Color::Reset,
    }
}

fn plain(items: impl IntoIterator<Item = impl Into<Span<'static>>>) -> Vec<Span<'static>> {
    items.into_iter().map(Into::into).collect()
}

/// Items behind a beginning, on as many lines as they need; further lines begin at the indent.
fn flow(
    start: Vec<Span<'static>>,
    items: Vec<Span<'static>>,
    between: &'static str,
    indent: usize,
    width: usize,
) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let (mut line, mut is_first) = (Line::from(start), true);
    for item in items {
        let gap = if is_first { "" } else { between };
        if !is_first && line.width() + gap.chars().count() + item.width() > width {
            lines.push(std::mem::replace(&mut line, Line::from(" ".repeat(indent))));
        } else {
            line.push_span(gap);
        }
        line.push_span(item);
        is_first = false;
    }
    lines.push(line);
    lines
}

/// Two columns of lines as one; the right one begins at this place.
fn beside(left: Vec<Line<'static>>, right: Vec<Line<'static>>, place: usize) -> Vec<Line<'static>> {
    let count = left.len().max(right.len());
    let (mut left, mut right) = (left.into_iter(), right.into_iter());
    let line = |_| {
        let mut line = left.next().unwrap_or_default();
        if let Some(more) = right.next() {
            line.push_span(" ".repeat(place.saturating_sub(line.width())));
            line.spans.extend(more.spans);
        }
        line
    };
    (0..count).map(line).collect()
}
