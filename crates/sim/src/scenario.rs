//! A scenario: how a carrier's services fare over time, told in a TOML file.
//!
//! Parsed once; from then on plain data. [`Scenario::at`] is a pure function of the moment: nothing is drawn here,
//! chance belongs to the carrier. A file that holds a key or a value that is not understood is refused with its
//! line, because a misspelt `error_rate` would otherwise be a quiet day.

use crate::timeline::Timeline;
use clock::Time;
use std::{sync::Arc, time::Duration};

mod file;
pub use file::{Official, ScenarioError, Services, Support};

/// The scenario of the outage of Christmas 2025, as shipped in `scenarios/2025-12-22.toml`.
const BUILTIN_DAY: &str = include_str!("../../../scenarios/2025-12-22.toml");

/// One of the services that the carrier offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Function {
    /// Making, checking and reprinting labels.
    Label,
    /// Searching pickup points.
    Pickup,
    /// Exchanging orders.
    Orders,
    /// Tracking.
    Tracking,
    /// The pages that say `[OK]` or `[KO]`.
    Health,
}

/// How a call fails. Naming one twice in a scenario makes it twice as likely.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Manner {
    /// The connection stands and nothing ever comes.
    NoAnswer,
    /// No connection can be made.
    Refused,
    /// The connection is torn down after the request was read.
    Reset,
    /// An HTML page with status 503.
    #[serde(rename = "html_503")]
    Html503,
    /// An HTML page with status 200.
    #[serde(rename = "html_200")]
    Html200,
    /// The right answer, cut off in the middle.
    Truncated,
    /// Status 200 and not one byte.
    Empty,
    /// A gateway's JSON with status 500.
    #[serde(rename = "gateway_500")]
    Gateway500,
    /// The carrier's own protocol says that it is not available (error ids 40015 and 40018): nothing was done.
    Unavailable,
    /// Status 429 and when to come back: nothing was done.
    TooMany,
}

impl Manner {
    /// What a phase uses that does not say: the five forms seen in the field, in equal shares (assumed).
    const USUAL: [Self; 5] = [Self::NoAnswer, Self::Html503, Self::Html200, Self::Reset, Self::Truncated];
}

/// How one function fares at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Weather {
    /// How many times longer than in peace an answer takes.
    pub latency_factor: f64,
    /// The share of calls that fail, from 0 to 1. In the dark every call fails whatever this says.
    pub error_rate: f64,
    /// Whether the function is dark.
    pub dark: bool,
    /// The manners in which calls fail.
    pub dark_as: Arc<[Manner]>,
}

/// What the carrier does in peace, and what a failure means.
#[derive(Clone, Debug, PartialEq)]
pub struct Baseline {
    /// The middle answer time in peace.
    pub latency: Duration,
    /// Of the calls that fail in a slow phase, the share that was carried out all the same, from 0 to 1.
    pub worked_share_slow: f64,
    /// The same in the dark.
    pub worked_share_dark: f64,
}

impl Default for Baseline {
    fn default() -> Self {
        Self { latency: Duration::from_millis(50), worked_share_slow: 0.5, worked_share_dark: 0.05 }
    }
}

/// A change of weather for some functions.
#[derive(Clone, Debug, PartialEq)]
pub struct Phase {
    /// From when.
    pub at: Time,
    /// For which functions.
    pub functions: Vec<Function>,
    /// How many times longer answers take.
    pub latency_factor: f64,
    /// The share of calls that fail.
    pub error_rate: f64,
    /// For how long the function is slow and then dark, over and over.
    pub alternate: Option<(Duration, Duration)>,
    /// Whether it is dark throughout.
    pub dark: bool,
    /// The manners in which calls fail.
    pub dark_as: Arc<[Manner]>,
}

impl Phase {
    fn weather(&self, at: Time) -> Weather {
        Weather {
            latency_factor: self.latency_factor,
            error_rate: self.error_rate,
            dark: self.dark || self.is_dark_turn(at),
            dark_as: Arc::clone(&self.dark_as),
        }
    }

    fn is_dark_turn(&self, at: Time) -> bool {
        let Some((slow, dark)) = self.alternate else { return false };
        let cycle = (slow + dark).as_millis().max(1);
        at.since(self.at).as_millis() % cycle >= slow.as_millis()
    }
}

/// A later attack, during which everything is dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Again {
    /// From when.
    pub from: Time,
    /// Until when.
    pub until: Time,
}

/// A whole scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// Its name, for people.
    pub name: String,
    /// The time zone of its times, by name.
    pub zone: String,
    /// When it begins.
    pub start: Time,
    /// When it ends.
    pub end: Time,
    /// The carrier in peace.
    pub baseline: Baseline,
    /// The changes of weather, earliest first.
    pub phases: Vec<Phase>,
    /// Later attacks.
    pub again: Vec<Again>,
    /// What the people who helped went through.
    pub support: Option<Support>,
    /// What the carrier itself said and when.
    pub official: Option<Official>,
    /// What else fell and what held.
    pub services: Option<Services>,
}

impl Scenario {
    /// Two days around Christmas 2025, built into the program.
    ///
    /// # Errors
    /// Only if the built-in file is broken, which a test rules out.
    pub fn builtin_day() -> Result<Self, ScenarioError> {
        Self::parse("scenarios/2025-12-22.toml", BUILTIN_DAY)
    }

    /// A scenario from its file.
    ///
    /// # Errors
    /// When the file cannot be read, or for the reasons of [`Scenario::parse`].
    #[expect(clippy::disallowed_methods, reason = "a development crate reads the scenario that its user names")]
    pub fn load(path: &std::path::Path) -> Result<Self, ScenarioError> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|e| ScenarioError::unreadable(&name, &e))?;
        Self::parse(&name, &text)
    }

    /// A scenario from the text of a file of this name (the name is for errors only).
    ///
    /// # Errors
    /// Names file, line and key of the first thing that is not understood, and what to do about it.
    pub fn parse(file: &str, text: &str) -> Result<Self, ScenarioError> {
        file::parse(file, text)
    }

    /// A scenario in which nothing ever happens, of two days from this moment: for tests and measurements.
    pub fn calm(start: Time, baseline: Baseline) -> Self {
        Self {
            name: "calm".into(),
            zone: "Europe/Paris".into(),
            start,
            end: start.plus(Duration::from_secs(2 * 86_400)),
            baseline,
            phases: Vec::new(),
            again: Vec::new(),
            support: None,
            official: None,
            services: None,
        }
    }

    /// How a function fares at a moment. Before the first phase that names it, it is well.
    pub fn at(&self, time: Time, function: Function) -> Weather {
        if self.again.iter().any(|a| a.from <= time && time < a.until) {
            return Weather { dark: true, ..fair() };
        }
        let ruling = self.phases.iter().rev().find(|p| p.at <= time && p.functions.contains(&function));
        ruling.map_or_else(fair, |phase| phase.weather(time))
    }

    /// The whole scenario within `total`, beginning at `start` on the real clock, with every phase long enough to see:
    /// each has a share by the square root of its length, and at least a second where there are seconds enough.
    pub fn compressed(&self, total: Duration, start: Time) -> Timeline {
        Timeline::compressed(&self.turns(), total, start)
    }

    /// The scenario `x` times as fast as it was, beginning at `start` on the real clock.
    pub fn speed(&self, x: f64, start: Time) -> Timeline {
        Timeline::speed(self.start, x, start)
    }

    /// Start, each phase that begins within, and end.
    fn turns(&self) -> Vec<Time> {
        let inner = self.phases.iter().map(|p| p.at).filter(|at| self.start < *at && *at < self.end);
        let mut turns: Vec<Time> = std::iter::once(self.start).chain(inner).chain([self.end]).collect();
        turns.dedup();
        turns
    }
}

fn fair() -> Weather {
    Weather { latency_factor: 1.0, error_rate: 0.0, dark: false, dark_as: Manner::USUAL.into() }
}

#[cfg(test)]
mod tests;
