//! A carrier's health as it is shown.

use crate::{
    evidence::{Evidence, Verdict},
    incident::{Condition, IncidentId},
    observation::{Carrier, Function},
    ring::Minute,
};
use clock::Time;
use serde::{Deserialize, Serialize};

/// How one carrier is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Health {
    /// Whose health.
    pub carrier: Carrier,
    /// The worst of its functions, down before returning before well.
    pub condition: Condition,
    /// The open incident.
    pub incident: Option<IncidentId>,
    /// Whose fault it is: an operator's correction, or what the evidence says.
    pub verdict: Verdict,
    /// The evidence of that.
    pub evidence: Vec<Evidence>,
    /// Each function that was ever seen.
    pub functions: Vec<FunctionHealth>,
}

/// How one function is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FunctionHealth {
    /// Which.
    pub function: Function,
    /// How it is.
    pub condition: Condition,
    /// Since when; nothing while it was never otherwise.
    pub since: Option<Time>,
    /// The odds that it falls within the next hour, where it is up again.
    pub odds: Option<f64>,
    /// The bound that the odds must be under.
    pub bound: Option<f64>,
    /// How long it is up again, in seconds of time that was watched.
    pub up_s: u64,
    /// Whether its canary passed within the last ten minutes and not failed since.
    pub canary_passes: bool,
    /// The usual time of an answer at this time of day, in milliseconds.
    pub usual_ms: Option<f64>,
    /// The last hour by minute, the oldest first.
    pub hour: Vec<Minute>,
}
