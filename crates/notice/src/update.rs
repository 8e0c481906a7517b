//! A message about one incident. Written down before anybody is sent it; shown on the page as it stands.

use crate::{Claim, Level};
use clock::Time;
use serde::{Deserialize, Serialize};
use std::fmt;
use watch::{Carrier, IncidentId, Verdict};

/// The number of an update; a later one is greater, whatever its incident.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UpdateId(pub u64);

impl fmt::Debug for UpdateId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// Where an incident stands, in the words of status pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// It is seen; whose fault it is, is not known or not said.
    Investigating,
    /// Whose fault it is, is known.
    Identified,
    /// It is on the way back.
    Monitoring,
    /// It is restored.
    Resolved,
}

/// An operator's words, marked as theirs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Remark {
    /// Who says it: the name of the operator's key.
    pub by: String,
    /// What.
    pub text: String,
    /// When.
    pub at: Time,
}

/// A message about one incident.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Update {
    /// Its number.
    pub id: UpdateId,
    /// Of which incident.
    pub incident: IncidentId,
    /// Of which carrier.
    pub carrier: Carrier,
    /// When.
    pub at: Time,
    /// Where the incident stands.
    pub stage: Stage,
    /// Whose fault it is, as far as the evidence goes.
    pub verdict: Verdict,
    /// What is claimed, the news first: what has changed, then what still stands. Empty where nothing is known any more.
    pub claims: Vec<Claim>,
    /// An operator's words.
    pub remark: Option<Remark>,
    /// By when the next message comes; nothing once all is restored.
    pub next_by: Option<Time>,
}

impl Update {
    /// How much its news claims; nothing where nothing is known.
    pub fn level(&self) -> Option<Level> {
        self.claims.first().map(Claim::level)
    }
}
