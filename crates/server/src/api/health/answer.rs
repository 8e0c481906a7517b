//! The wire forms of health and incidents.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use watch::{Control, Evidence, FunctionHealth, Health, Incident, Kind, Minute, Outside, Points, Transition, Verdict};
use watch::{What, Word};

/// How everything is.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Health)]
pub struct HealthAnswer {
    /// As of when, RFC 3339.
    #[schema(format = DateTime)]
    pub at: String,
    /// Every carrier that was ever called.
    pub carriers: Vec<CarrierHealth>,
    /// The probes of ourselves and of our way out, in the last five minutes.
    pub ourselves: Vec<EvidenceAnswer>,
}

/// How one carrier is.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CarrierHealth {
    /// Its name.
    #[schema(example = "colissimo")]
    pub carrier: String,
    /// The worst condition of its functions: well, under_watch, signs, slow or dark.
    pub condition: String,
    /// The number of the incident that is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<u64>,
    /// Whose fault it is: unknown, ours, our_path, carrier, or the one function that does not work.
    pub verdict: String,
    /// What was seen on which that stands.
    pub evidence: Vec<EvidenceAnswer>,
    /// Each function that was ever called.
    pub functions: Vec<FunctionAnswer>,
}

/// How one function of a carrier is.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = FunctionHealth)]
pub struct FunctionAnswer {
    /// label, pickup, tracking or orders.
    pub function: String,
    /// well; slow: answers, but much later than usual or with many errors; dark: nearly everything fails; signs: some
    /// requests succeed again, which may not last; under_watch: calls and canaries have passed for some minutes.
    pub condition: String,
    /// Since when, RFC 3339; absent while it was never otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub since: Option<String>,
    /// The odds that it falls within the next hour, while it is up again; from 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relapse_odds: Option<f64>,
    /// The bound under which the odds must be before *restored* is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub odds_bound: Option<f64>,
    /// How long it is up again, in seconds of time that was watched.
    pub up_s: u64,
    /// Whether its canary passed within the last ten minutes and not failed since.
    pub canary_passes: bool,
    /// The usual time of an answer at this time of day, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usual_ms: Option<f64>,
    /// The last hour by minute, the oldest first.
    pub hour: Vec<MinuteAnswer>,
}

/// One minute of calls and canaries.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Minute)]
pub struct MinuteAnswer {
    /// Those that ended.
    pub calls: u32,
    /// Of these, failed.
    pub failed: u32,
    /// Their typical time in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub typical_ms: Option<f64>,
}

/// A piece of evidence.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Evidence)]
pub struct EvidenceAnswer {
    /// loopback, disk, lag, outside_name, outside_address: probes of ours; layer: how far failed calls came;
    /// other_functions, other_carriers; official, health_page, keyword, report: somebody else's word.
    pub kind: String,
    /// Where it points: at_us, at_our_path, away_from_path, away_from_us, at_carrier or nowhere.
    pub points: String,
    /// When the last of it was seen, RFC 3339.
    #[schema(format = DateTime)]
    pub at: String,
    /// How much was seen.
    pub seen: u32,
    /// How much of it failed or was slow.
    pub bad: u32,
}

/// The incidents.
#[derive(Serialize, ToSchema)]
pub(crate) struct IncidentList {
    /// The newest first.
    pub(crate) incidents: Vec<IncidentAnswer>,
}

/// An incident.
#[derive(Serialize, ToSchema)]
#[schema(as = Incident)]
pub(crate) struct IncidentAnswer {
    /// Its number.
    id: u64,
    /// Which carrier.
    carrier: String,
    /// When it began to be one, RFC 3339.
    #[schema(format = DateTime)]
    opened_at: String,
    /// When everything was restored, RFC 3339; absent while it goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    restored_at: Option<String>,
    /// The functions that were in it, with their present condition.
    functions: Vec<InIncident>,
    /// How often a return did not hold.
    relapses: u32,
    /// Whose fault it is, an operator's correction before the evidence.
    verdict: &'static str,
    /// The evidence.
    evidence: Vec<EvidenceAnswer>,
}

/// A function in an incident.
#[derive(Serialize, ToSchema)]
struct InIncident {
    /// label, pickup, tracking or orders.
    function: &'static str,
    /// well, slow, dark, signs or under_watch.
    condition: &'static str,
}

/// What happened to an incident.
#[derive(Serialize, ToSchema)]
pub(crate) struct IncidentFacts {
    /// The oldest first.
    pub(crate) facts: Vec<IncidentFact>,
}

/// One change of an incident.
#[derive(Serialize, ToSchema)]
pub(crate) struct IncidentFact {
    /// When, RFC 3339.
    #[schema(format = DateTime)]
    at: String,
    /// opened, joined, reopened, changed, signs, under_watch, relapsed, returned, restored, merged, attributed or remark.
    what: &'static str,
    /// Of which function, where it is one's.
    #[serde(skip_serializing_if = "Option::is_none")]
    function: Option<&'static str>,
    /// Its condition from then on.
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<&'static str>,
    /// The numbers that caused it.
    #[serde(skip_serializing_if = "Option::is_none")]
    numbers: Option<NumbersAnswer>,
    /// With `attributed` and a correction: whose fault it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<&'static str>,
    /// With `attributed`: the evidence.
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<Vec<EvidenceAnswer>>,
    /// With `merged`: the incident that turned out to be the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<u64>,
    /// With `remark`: note, confirm or correct.
    #[serde(skip_serializing_if = "Option::is_none")]
    word: Option<&'static str>,
    /// With `remark`: what was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// With `remark` and `confirm`: where it can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    /// With `remark`: the id of the key by which it was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<String>,
}

/// The numbers at the moment of a change.
#[derive(Default, Serialize, ToSchema)]
#[schema(as = Numbers)]
struct NumbersAnswer {
    /// Calls of the last fifteen minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    calls: Option<u32>,
    /// Of these, failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    failed: Option<u32>,
    /// The usual time of an answer, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    usual_ms: Option<f64>,
    /// The typical time of an answer in the last minute, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    seen_ms: Option<f64>,
    /// What speaks for slowness, in units of log likelihood.
    #[serde(skip_serializing_if = "Option::is_none")]
    slow_sum: Option<f64>,
    /// What speaks for errors, in units of log likelihood.
    #[serde(skip_serializing_if = "Option::is_none")]
    error_sum: Option<f64>,
    /// The threshold of both that the budget of false alarms sets.
    #[serde(skip_serializing_if = "Option::is_none")]
    threshold: Option<f64>,
    /// For how long it has been up again, in minutes.
    up_minutes: f64,
    /// The odds that it falls within the next hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    relapse_odds: Option<f64>,
    /// The bound under which they must be.
    #[serde(skip_serializing_if = "Option::is_none")]
    odds_bound: Option<f64>,
}

/// The name of a verdict outside.
pub(super) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Unknown => "unknown",
        Verdict::Ours => "ours",
        Verdict::OurPath => "our_path",
        Verdict::Carrier => "carrier",
        Verdict::OneFunction(function) => function.name(),
    }
}

impl CarrierHealth {
    pub(super) fn of(health: &Health) -> Self {
        Self {
            carrier: health.carrier.to_string(),
            condition: health.condition.name().to_owned(),
            incident: health.incident.map(|id| id.0),
            verdict: verdict(health.verdict).to_owned(),
            evidence: health.evidence.iter().map(EvidenceAnswer::of).collect(),
            functions: health.functions.iter().map(FunctionAnswer::of).collect(),
        }
    }
}

impl FunctionAnswer {
    fn of(one: &FunctionHealth) -> Self {
        let minute = |minute: &Minute| MinuteAnswer {
            calls: minute.calls,
            failed: minute.failed,
            typical_ms: minute.typical_ms.map(rounded),
        };
        Self {
            function: one.function.name().to_owned(),
            condition: one.condition.name().to_owned(),
            since: one.since.map(|at| at.to_string()),
            relapse_odds: one.odds,
            odds_bound: one.bound,
            up_s: one.up_s,
            canary_passes: one.canary_passes,
            usual_ms: one.usual_ms.map(rounded),
            hour: one.hour.iter().map(minute).collect(),
        }
    }
}

/// To a tenth: more is noise.
fn rounded(ms: f64) -> f64 {
    (ms * 10.0).round() / 10.0
}

impl EvidenceAnswer {
    pub(super) fn of(evidence: &Evidence) -> Self {
        let kind = match evidence.kind {
            Kind::Control(Control::Loopback) => "loopback",
            Kind::Control(Control::Disk) => "disk",
            Kind::Control(Control::Lag) => "lag",
            Kind::Control(Control::OutsideName) => "outside_name",
            Kind::Control(Control::OutsideAddress) => "outside_address",
            Kind::Layer => "layer",
            Kind::OtherFunctions => "other_functions",
            Kind::OtherCarriers => "other_carriers",
            Kind::Outside(Outside::Official) => "official",
            Kind::Outside(Outside::HealthPage) => "health_page",
            Kind::Outside(Outside::Keyword) => "keyword",
            Kind::Outside(Outside::Report) => "report",
        };
        let points = match evidence.points {
            Points::AtUs => "at_us",
            Points::AtOurPath => "at_our_path",
            Points::AwayFromPath => "away_from_path",
            Points::AwayFromUs => "away_from_us",
            Points::AtCarrier => "at_carrier",
            Points::Nowhere => "nowhere",
        };
        let (seen, bad) = (evidence.seen, evidence.bad);
        Self { kind: kind.to_owned(), points: points.to_owned(), at: evidence.at.to_string(), seen, bad }
    }
}

impl IncidentAnswer {
    pub(super) fn of(incident: &Incident) -> Self {
        let functions = incident.functions.iter();
        let functions = functions.map(|(f, condition)| InIncident { function: f.name(), condition: condition.name() });
        Self {
            id: incident.id.0,
            carrier: incident.carrier.to_string(),
            opened_at: incident.opened.to_string(),
            restored_at: incident.restored.map(|at| at.to_string()),
            functions: functions.collect(),
            relapses: incident.relapses,
            verdict: verdict(incident.stands_as()),
            evidence: incident.evidence.iter().map(EvidenceAnswer::of).collect(),
        }
    }
}

impl IncidentFact {
    pub(super) fn of(fact: &Transition) -> Self {
        let plain = Self {
            at: fact.at.to_string(),
            what: fact.what.name(),
            function: None,
            condition: None,
            numbers: None,
            verdict: None,
            evidence: None,
            from: None,
            word: None,
            text: None,
            source: None,
            by: None,
        };
        match &fact.what {
            What::Opened { function, condition, numbers }
            | What::Joined { function, condition, numbers }
            | What::Reopened { function, condition, numbers }
            | What::Changed { function, condition, numbers }
            | What::Relapsed { function, condition, numbers } => Self {
                function: Some(function.name()),
                condition: Some(condition.name()),
                numbers: Some(NumbersAnswer::of(numbers)),
                ..plain
            },
            What::Signs { function, numbers }
            | What::UnderWatch { function, numbers }
            | What::Returned { function, numbers } => {
                Self { function: Some(function.name()), numbers: Some(NumbersAnswer::of(numbers)), ..plain }
            }
            What::Restored { odds, bound, up_min } => {
                let numbers = NumbersAnswer {
                    up_minutes: *up_min,
                    relapse_odds: Some(*odds),
                    odds_bound: Some(*bound),
                    ..NumbersAnswer::default()
                };
                Self { numbers: Some(numbers), ..plain }
            }
            What::Merged { from } => Self { from: Some(from.0), ..plain },
            What::Attributed { verdict: found, evidence } => Self {
                verdict: Some(verdict(*found)),
                evidence: Some(evidence.iter().map(EvidenceAnswer::of).collect()),
                ..plain
            },
            What::Remark { by, said } => {
                let (word, text, found) = match said {
                    Word::Note { text } => ("note", text, None),
                    Word::Confirm { text, .. } => ("confirm", text, None),
                    Word::Correct { verdict, text } => ("correct", text, Some(*verdict)),
                };
                let source = match said {
                    Word::Confirm { source, .. } => source.clone(),
                    Word::Note { .. } | Word::Correct { .. } => None,
                };
                let (word, text) = (Some(word), Some(text.clone()));
                Self { word, text, source, by: Some(by.clone()), verdict: found.map(verdict), ..plain }
            }
        }
    }
}

impl NumbersAnswer {
    fn of(numbers: &watch::Numbers) -> Self {
        Self {
            calls: Some(numbers.calls),
            failed: Some(numbers.failed),
            usual_ms: numbers.usual_ms.map(rounded),
            seen_ms: numbers.seen_ms.map(rounded),
            slow_sum: Some(numbers.slow_sum),
            error_sum: Some(numbers.error_sum),
            threshold: Some(numbers.threshold),
            up_minutes: numbers.up_min,
            relapse_odds: numbers.odds,
            odds_bound: numbers.bound,
        }
    }
}
