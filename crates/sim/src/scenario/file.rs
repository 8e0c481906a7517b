//! The scenario's TOML file: read strictly, every refusal with file, line, key and what to do.

use super::{Again, Baseline, Function, Manner, Phase, Scenario};
use clock::Time;
use serde::Deserialize;
use std::{ops::Range, time::Duration};
use toml::Spanned;

/// The only zone that scenarios are told in: the carrier's day is a day in Paris.
const ZONE: &str = "Europe/Paris";
/// The longest turn of an alternating phase, in minutes: a day.
const ALTERNATE_MINUTES_MAX: u32 = 1_440;
/// The slowest answer in peace, in milliseconds.
const LATENCY_MS_MAX: u64 = 60_000;
/// The most times that answers may be slowed.
const LATENCY_FACTOR_MAX: f64 = 10_000.0;

/// Why a scenario was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}, line {line}, key `{key}`: {problem}")]
pub struct ScenarioError {
    /// The file's name as it was given.
    pub file: String,
    /// The line, from 1; 0 when the file could not be read at all.
    pub line: usize,
    /// The key, or an empty text where there is none.
    pub key: String,
    /// What is wrong and what to do.
    pub problem: String,
}

impl ScenarioError {
    pub(super) fn unreadable(file: &str, error: &std::io::Error) -> Self {
        let problem = format!("cannot be read ({error}); check the path and its permissions");
        Self { file: file.into(), line: 0, key: String::new(), problem }
    }
}

/// What the people who helped went through (told).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Support {
    /// Requests for help answered by noon of the first day.
    pub requests_by_noon: u32,
    /// Requests for help over the first day.
    pub requests_over_the_day: u32,
}

/// What the carrier itself said and when (told).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Official {
    /// When it first confirmed that something was wrong.
    pub confirmed_at: Time,
}

/// What else fell and what held (told).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Services {
    /// What fell.
    pub fell: Vec<String>,
    /// What held.
    pub held: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawScenario {
    name: String,
    zone: Spanned<String>,
    start: Spanned<String>,
    end: Spanned<String>,
    #[serde(default)]
    baseline: RawBaseline,
    #[serde(default)]
    phase: Vec<RawPhase>,
    #[serde(default)]
    again: Vec<RawAgain>,
    support: Option<Support>,
    official: Option<RawOfficial>,
    services: Option<Services>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RawBaseline {
    latency_ms: Option<Spanned<u64>>,
    worked_share_slow: Option<Spanned<f64>>,
    worked_share_dark: Option<Spanned<f64>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPhase {
    at: Spanned<String>,
    functions: Spanned<Vec<Function>>,
    latency_factor: Option<Spanned<f64>>,
    error_rate: Option<Spanned<f64>>,
    alternate_minutes: Option<Spanned<[u32; 2]>>,
    dark_as: Option<Spanned<Vec<Manner>>>,
    #[serde(default)]
    dark: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAgain {
    from: Spanned<String>,
    until: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawOfficial {
    confirmed_at: Spanned<String>,
}

/// Reads a scenario.
pub(super) fn parse(file: &str, text: &str) -> Result<Scenario, ScenarioError> {
    let source = Source { file, text };
    let raw: RawScenario = toml::from_str(text).map_err(|e| source.not_understood(&e))?;
    let scenario = source.scenario(raw)?;
    Ok(scenario)
}

/// The file as it is, to say where in it something stands.
struct Source<'a> {
    file: &'a str,
    text: &'a str,
}

impl Source<'_> {
    fn scenario(&self, raw: RawScenario) -> Result<Scenario, ScenarioError> {
        if raw.zone.as_ref() != ZONE {
            return Err(self.wrong(raw.zone.span(), &format!("scenarios are told in {ZONE}; write zone = \"{ZONE}\"")));
        }
        let (start, end) = (self.time(&raw.start)?, self.time(&raw.end)?);
        if end <= start {
            return Err(self.wrong(raw.end.span(), "the end must come after the start"));
        }
        Ok(Scenario {
            name: raw.name,
            zone: raw.zone.into_inner(),
            start,
            end,
            baseline: self.baseline(&raw.baseline)?,
            phases: self.phases(raw.phase)?,
            again: raw.again.iter().map(|a| self.again(a)).collect::<Result<_, _>>()?,
            support: raw.support,
            official: raw
                .official
                .map(|o| self.time(&o.confirmed_at))
                .transpose()?
                .map(|t| Official { confirmed_at: t }),
            services: raw.services,
        })
    }

    fn baseline(&self, raw: &RawBaseline) -> Result<Baseline, ScenarioError> {
        let usual = Baseline::default();
        let latency = match &raw.latency_ms {
            Some(ms) if *ms.as_ref() > LATENCY_MS_MAX => {
                return Err(self.wrong(ms.span(), &format!("at most {LATENCY_MS_MAX} ms")));
            }
            Some(ms) => Duration::from_millis(*ms.as_ref()),
            None => usual.latency,
        };
        Ok(Baseline {
            latency,
            worked_share_slow: self.share(raw.worked_share_slow.as_ref(), usual.worked_share_slow)?,
            worked_share_dark: self.share(raw.worked_share_dark.as_ref(), usual.worked_share_dark)?,
        })
    }

    fn phases(&self, raw: Vec<RawPhase>) -> Result<Vec<Phase>, ScenarioError> {
        let mut phases: Vec<Phase> = Vec::with_capacity(raw.len());
        for one in raw {
            let phase = self.phase(&one)?;
            if phases.last().is_some_and(|before| phase.at < before.at) {
                return Err(
                    self.wrong(one.at.span(), "earlier than the phase above it; put the phases in order of time")
                );
            }
            phases.push(phase);
        }
        Ok(phases)
    }

    fn phase(&self, raw: &RawPhase) -> Result<Phase, ScenarioError> {
        if raw.functions.as_ref().is_empty() {
            return Err(self.wrong(raw.functions.span(), "name at least one function, or remove the phase"));
        }
        let dark_as = match &raw.dark_as {
            Some(named) if named.as_ref().is_empty() => {
                return Err(self.wrong(named.span(), "name at least one manner of failing, or leave the key out"));
            }
            Some(named) => named.as_ref().as_slice().into(),
            None => Manner::USUAL.into(),
        };
        Ok(Phase {
            at: self.time(&raw.at)?,
            functions: raw.functions.as_ref().clone(),
            latency_factor: self.factor(raw.latency_factor.as_ref())?,
            error_rate: self.share(raw.error_rate.as_ref(), 0.0)?,
            alternate: raw.alternate_minutes.as_ref().map(|m| self.turns(m, raw.dark)).transpose()?,
            dark: raw.dark,
            dark_as,
        })
    }

    fn turns(&self, minutes: &Spanned<[u32; 2]>, dark: bool) -> Result<(Duration, Duration), ScenarioError> {
        if dark {
            return Err(self.wrong(minutes.span(), "a phase is dark or it alternates; leave out `dark` or this key"));
        }
        let [slow, dark] = *minutes.as_ref();
        if [slow, dark].iter().any(|m| !(1..=ALTERNATE_MINUTES_MAX).contains(m)) {
            let problem = format!("two numbers of minutes, each 1 to {ALTERNATE_MINUTES_MAX}: first slow, then dark");
            return Err(self.wrong(minutes.span(), &problem));
        }
        Ok((Duration::from_secs(u64::from(slow) * 60), Duration::from_secs(u64::from(dark) * 60)))
    }

    fn again(&self, raw: &RawAgain) -> Result<Again, ScenarioError> {
        let (from, until) = (self.time(&raw.from)?, self.time(&raw.until)?);
        if until <= from {
            return Err(self.wrong(raw.until.span(), "must come after `from`"));
        }
        Ok(Again { from, until })
    }

    fn time(&self, text: &Spanned<String>) -> Result<Time, ScenarioError> {
        let problem = "not a time on a wall clock in Paris; write for example \"2025-12-22T06:24:00\"";
        Time::from_paris(text.as_ref()).map_err(|_| self.wrong(text.span(), problem))
    }

    fn share(&self, value: Option<&Spanned<f64>>, usual: f64) -> Result<f64, ScenarioError> {
        let Some(value) = value else { return Ok(usual) };
        match *value.as_ref() {
            share if (0.0..=1.0).contains(&share) => Ok(share),
            _ => Err(self.wrong(value.span(), "a share from 0.0 to 1.0, for example 0.25 for a quarter")),
        }
    }

    fn factor(&self, value: Option<&Spanned<f64>>) -> Result<f64, ScenarioError> {
        let Some(value) = value else { return Ok(1.0) };
        match *value.as_ref() {
            factor if (0.0..=LATENCY_FACTOR_MAX).contains(&factor) => Ok(factor),
            _ => {
                Err(self.wrong(value.span(), &format!("a factor from 0.0 to {LATENCY_FACTOR_MAX}; 1.0 is as in peace")))
            }
        }
    }

    fn not_understood(&self, error: &toml::de::Error) -> ScenarioError {
        let problem = format!("{}; correct it or remove it", error.message().trim_end_matches('.'));
        self.wrong(error.span().unwrap_or(0..0), &problem)
    }

    fn wrong(&self, at: Range<usize>, problem: &str) -> ScenarioError {
        let start = at.start.min(self.text.len());
        let before = self.text.get(..start).unwrap_or_default();
        ScenarioError {
            file: self.file.into(),
            line: before.matches('\n').count() + 1,
            key: self.key_at(start).into(),
            problem: problem.into(),
        }
    }

    /// The key of the statement that this place belongs to: values may run over several lines, so the search goes up.
    fn key_at(&self, place: usize) -> &str {
        let end = self.text[place..].find('\n').map_or(self.text.len(), |n| place + n);
        let mut lines = self.text.get(..end).unwrap_or_default().lines().rev();
        lines.find_map(key_of).unwrap_or_default()
    }
}

fn key_of(line: &str) -> Option<&str> {
    let line = line.trim();
    if let Some(table) = line.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
        let name = table.trim_start_matches('[');
        return (!name.is_empty() && !name.starts_with('"')).then_some(name);
    }
    let (key, _) = line.split_once('=')?;
    let key = key.trim();
    (!key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')).then_some(key)
}
