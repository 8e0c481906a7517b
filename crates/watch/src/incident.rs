//! Incidents and what happens to them, each change a fact with the numbers that caused it.

use crate::{
    evidence::{Evidence, Verdict},
    observation::{Carrier, Function},
};
use clock::Time;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

/// The most characters of an operator's remark that are kept.
pub const REMARK_CHARS_MAX: usize = 2_000;

/// The number of an incident, in the order of their opening.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IncidentId(pub u64);

impl fmt::Debug for IncidentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// How one function is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// As usual.
    #[default]
    Well,
    /// Answers, but much later than usual or with many errors.
    Slow,
    /// Nearly everything fails.
    Dark,
    /// Some requests succeed again. This may not last.
    Signs,
    /// Calls and canaries have passed for some minutes; the odds of a relapse are still too high to say *restored*.
    UnderWatch,
}

impl Condition {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Well, Self::Slow, Self::Dark, Self::Signs, Self::UnderWatch];

    /// Its name outside.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Well => "well",
            Self::Slow => "slow",
            Self::Dark => "dark",
            Self::Signs => "signs",
            Self::UnderWatch => "under_watch",
        }
    }

    /// Down, and not yet on the way back.
    pub const fn is_down(self) -> bool {
        matches!(self, Self::Slow | Self::Dark)
    }

    /// On the way back.
    pub const fn is_returning(self) -> bool {
        matches!(self, Self::Signs | Self::UnderWatch)
    }
}

/// The numbers at the moment of a change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Numbers {
    /// Calls of the last fifteen minutes.
    pub calls: u32,
    /// Of these, failed.
    pub failed: u32,
    /// The usual time of an answer at this time of day, in milliseconds.
    pub usual_ms: Option<f64>,
    /// The typical time of an answer in the last minute with any, in milliseconds.
    pub seen_ms: Option<f64>,
    /// What speaks for slowness, in units of log likelihood.
    pub slow_sum: f64,
    /// What speaks for errors, in units of log likelihood.
    pub error_sum: f64,
    /// The threshold of both that the budget of false alarms sets.
    pub threshold: f64,
    /// How long it has been up again, in minutes.
    pub up_min: f64,
    /// Earlier falls, as decaying counts over half a day, half a week and fifteen days.
    pub falls: [f64; 3],
    /// The odds that it falls within the next hour, where it is up again.
    pub odds: Option<f64>,
    /// The bound under which the odds must be.
    pub bound: Option<f64>,
}

/// What an operator says of an incident.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "word")]
pub enum Word {
    /// A note.
    Note {
        /// The note.
        text: String,
    },
    /// It is as it is said; by the carrier's word, for example.
    Confirm {
        /// By what.
        text: String,
        /// Where it can be read, an https address. Without one it is an operator's word and no confirmation.
        #[serde(default)]
        source: Option<String>,
    },
    /// It is otherwise.
    Correct {
        /// Whose fault it is.
        verdict: Verdict,
        /// Why.
        text: String,
    },
}

/// One change of an incident.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Transition {
    /// When.
    pub at: Time,
    /// Of which incident.
    pub incident: IncidentId,
    /// Of which carrier.
    pub carrier: Carrier,
    /// What happened.
    pub what: What,
}

/// What happened to an incident.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "what")]
#[expect(
    missing_docs,
    reason = "the fields are the function, its condition and the numbers, each documented at its type"
)]
pub enum What {
    /// A function fell while no incident was open.
    Opened { function: Function, condition: Condition, numbers: Numbers },
    /// Another function fell while the incident was open.
    Joined { function: Function, condition: Condition, numbers: Numbers },
    /// A function that was restored in this incident fell again soon after its end.
    Reopened { function: Function, condition: Condition, numbers: Numbers },
    /// What was slow is dark, or what was dark answers again but badly.
    Changed { function: Function, condition: Condition, numbers: Numbers },
    /// Some requests succeed again.
    Signs { function: Function, numbers: Numbers },
    /// It has been well for some minutes and its canary passes.
    UnderWatch { function: Function, numbers: Numbers },
    /// The return did not hold.
    Relapsed { function: Function, condition: Condition, numbers: Numbers },
    /// This function is proved and leaves the incident; others are still in it.
    Returned { function: Function, numbers: Numbers },
    /// Every function is proved and the odds of a relapse are under the bound.
    Restored { odds: f64, bound: f64, up_min: f64 },
    /// Another incident turned out to be the same; it goes on in this one.
    Merged { from: IncidentId },
    /// Whose fault it is, as far as the evidence goes.
    Attributed { verdict: Verdict, evidence: Vec<Evidence> },
    /// An operator's word. It is added to what is known and erases nothing.
    Remark { by: String, said: Word },
}

impl What {
    /// The function that changed, where it is one's.
    pub const fn function(&self) -> Option<Function> {
        match self {
            Self::Opened { function, .. }
            | Self::Joined { function, .. }
            | Self::Reopened { function, .. }
            | Self::Changed { function, .. }
            | Self::Signs { function, .. }
            | Self::UnderWatch { function, .. }
            | Self::Relapsed { function, .. }
            | Self::Returned { function, .. } => Some(*function),
            Self::Restored { .. } | Self::Merged { .. } | Self::Attributed { .. } | Self::Remark { .. } => None,
        }
    }

    /// Its name outside.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Opened { .. } => "opened",
            Self::Joined { .. } => "joined",
            Self::Reopened { .. } => "reopened",
            Self::Changed { .. } => "changed",
            Self::Signs { .. } => "signs",
            Self::UnderWatch { .. } => "under_watch",
            Self::Relapsed { .. } => "relapsed",
            Self::Returned { .. } => "returned",
            Self::Restored { .. } => "restored",
            Self::Merged { .. } => "merged",
            Self::Attributed { .. } => "attributed",
            Self::Remark { .. } => "remark",
        }
    }
}

/// An incident as its facts left it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Incident {
    /// Its number.
    pub id: IncidentId,
    /// Whose.
    pub carrier: Carrier,
    /// When it opened.
    pub opened: Time,
    /// When it was restored; nothing while it is open.
    pub restored: Option<Time>,
    /// Every function that was in it, with its present condition.
    pub functions: BTreeMap<Function, Condition>,
    /// How often a return did not hold.
    pub relapses: u32,
    /// Whose fault it is by the evidence.
    pub verdict: Verdict,
    /// The evidence of that.
    pub evidence: Vec<Evidence>,
    /// Operators' words, in their order.
    pub remarks: Vec<(Time, String, Word)>,
}

impl Incident {
    pub(crate) fn new(id: IncidentId, carrier: Carrier, opened: Time) -> Self {
        Self {
            id,
            carrier,
            opened,
            restored: None,
            functions: BTreeMap::new(),
            relapses: 0,
            verdict: Verdict::Unknown,
            evidence: Vec::new(),
            remarks: Vec::new(),
        }
    }

    /// Whether it still goes on.
    pub fn is_open(&self) -> bool {
        self.restored.is_none()
    }

    /// Whose fault it is: the last correction by an operator, or what the evidence says.
    pub fn stands_as(&self) -> Verdict {
        let corrected = self.remarks.iter().rev().find_map(|(_, _, word)| match word {
            Word::Correct { verdict, .. } => Some(*verdict),
            Word::Note { .. } | Word::Confirm { .. } => None,
        });
        corrected.unwrap_or(self.verdict)
    }
}
