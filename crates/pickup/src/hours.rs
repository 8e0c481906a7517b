//! A point's week of opening hours, as the carrier writes it.

use jiff::civil::Weekday;
use serde::{Deserialize, Serialize};

/// A week of opening hours, Monday first. What cannot be read stays as it came, for its day alone.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(from = "[String; 7]", into = "[String; 7]")]
pub struct Hours([Day; 7]);

/// The opening hours of one day.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Day {
    /// Shut all day.
    Shut,
    /// Open during these spans, the earliest first; never empty.
    Open(Vec<Span>),
    /// What the carrier wrote cannot be read: nothing is known of this day.
    Unknown(String),
}

/// One span of opening, in minutes on the point's own clocks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Span {
    /// Minutes after midnight, below 1,440.
    pub from_min: u16,
    /// Minutes after the same midnight, more than `from_min`: 1,440 is midnight, more is in the night to the next day.
    pub until_min: u16,
}

/// Minutes in a day.
pub(crate) const DAY_MIN: u16 = 24 * 60;
/// Spans in one day: what has more is no opening hours.
const SPANS_COUNT_MAX: usize = 8;
/// How the carrier writes a day on which a point is shut.
const SHUT: &str = "00:00-00:00";

impl Hours {
    /// Reads seven texts from Monday to Sunday, for example `09:00-12:00 14:00-18:30`; `00:00-00:00` is shut.
    pub fn parse(texts: [&str; 7]) -> Self {
        Self(texts.map(Day::parse))
    }

    /// The hours of this day of the week.
    pub fn on(&self, weekday: Weekday) -> &Day {
        let [monday, tuesday, wednesday, thursday, friday, saturday, sunday] = &self.0;
        match weekday {
            Weekday::Monday => monday,
            Weekday::Tuesday => tuesday,
            Weekday::Wednesday => wednesday,
            Weekday::Thursday => thursday,
            Weekday::Friday => friday,
            Weekday::Saturday => saturday,
            Weekday::Sunday => sunday,
        }
    }

    /// Seven texts from Monday to Sunday, as the carrier writes them; what could not be read is given back as it came.
    pub fn texts(&self) -> [String; 7] {
        self.0.each_ref().map(Day::text)
    }

    /// The days from Monday to Sunday.
    pub fn days(&self) -> &[Day; 7] {
        &self.0
    }
}

impl From<[String; 7]> for Hours {
    fn from(texts: [String; 7]) -> Self {
        Self::parse(texts.each_ref().map(String::as_str))
    }
}

impl From<Hours> for [String; 7] {
    fn from(hours: Hours) -> Self {
        hours.texts()
    }
}

impl Day {
    /// Reads one day. A text that is empty, holds anything but spans, or holds a span that cannot be, is not read.
    pub fn parse(text: &str) -> Self {
        match spans(text) {
            None => Self::Unknown(text.to_owned()),
            Some(spans) if spans.is_empty() => Self::Shut,
            Some(spans) => Self::Open(spans),
        }
    }

    /// As the carrier writes it.
    pub fn text(&self) -> String {
        match self {
            Self::Shut => SHUT.to_owned(),
            Self::Open(spans) => spans.iter().map(Span::text).collect::<Vec<_>>().join(" "),
            Self::Unknown(text) => text.clone(),
        }
    }

    /// The spans of opening; `None` where nothing is known of the day.
    pub fn spans(&self) -> Option<&[Span]> {
        match self {
            Self::Shut => Some(&[]),
            Self::Open(spans) => Some(spans),
            Self::Unknown(_) => None,
        }
    }
}

impl Span {
    /// For example `14:00-18:30`; a span past midnight ends with the next day's time, `22:00-02:00`.
    pub fn text(&self) -> String {
        let until = if self.until_min > DAY_MIN { self.until_min - DAY_MIN } else { self.until_min };
        format!("{}-{}", clock_text(self.from_min), clock_text(until))
    }

    /// `None` where it cannot be read; `Some(None)` where it says that nothing is open.
    fn parse(text: &str) -> Option<Option<Self>> {
        let (from, until) = text.split_once('-')?;
        let (from_min, until) = (minutes(from)?, minutes(until)?);
        let until_min = match until {
            0 if from_min == 0 => return Some(None),
            // From 09:00 to 09:00: nothing, or a day and a night? It does not say.
            until if until == from_min => return None,
            until if until < from_min => until + DAY_MIN,
            until => until,
        };
        (from_min < DAY_MIN).then_some(Some(Self { from_min, until_min }))
    }
}

/// The spans of a day's text, sorted; empty when it says that nothing is open, `None` when it cannot be read.
fn spans(text: &str) -> Option<Vec<Span>> {
    let mut spans = Vec::new();
    let joined = joined(text);
    for word in joined.split_whitespace() {
        spans.push(Span::parse(word)?);
    }
    if spans.is_empty() || spans.len() > SPANS_COUNT_MAX {
        return None;
    }
    let mut open: Vec<Span> = spans.into_iter().flatten().collect();
    open.sort_unstable();
    open.dedup();
    Some(open)
}

/// The text with no space around its dashes: `09:00 - 12:00` is one word.
fn joined(text: &str) -> String {
    text.split('-').map(str::trim).collect::<Vec<_>>().join("-")
}

/// Minutes after midnight of `HH:MM`, up to `24:00`; one digit will do for the hour.
fn minutes(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let digits = |part: &str, lengths: &[usize]| {
        let formed = lengths.contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        formed.then(|| part.parse::<u16>().ok()).flatten()
    };
    let (hour, minute) = (digits(hour, &[1, 2])?, digits(minute, &[2])?);
    (minute < 60 && (hour < 24 || (hour, minute) == (24, 0))).then_some(hour * 60 + minute)
}

fn clock_text(minutes: u16) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}
