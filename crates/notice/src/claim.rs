//! A claim: something that may be said, with what it stands on. Without one nothing is said.

use clock::Time;
use serde::{Deserialize, Serialize};
use watch::{Carrier, Condition, Function};

/// How much is claimed. What is not claimed at all, or no longer, is *not known*.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// We see it ourselves; nobody else has said it.
    Observed,
    /// The carrier says it too, at a source that is cited.
    Confirmed,
    /// Some requests succeed again. This may not last.
    Signs,
    /// Canaries pass and traffic is let in step by step.
    UnderWatch,
    /// A return did not hold.
    Relapsed,
    /// The odds of a relapse are low and real work proves it.
    Restored,
}

impl Level {
    /// Its name outside.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Observed => "observed",
            Self::Confirmed => "confirmed",
            Self::Signs => "signs",
            Self::UnderWatch => "under_watch",
            Self::Relapsed => "relapsed",
            Self::Restored => "restored",
        }
    }
}

/// Who saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeenBy {
    /// Our own calls and probes.
    Ourselves,
    /// The carrier, by its own page.
    Carrier,
    /// An operator of ours, who cites a source.
    Operator,
}

/// How it was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Real calls and canaries, counted.
    Calls,
    /// The odds of a relapse, and a canary of every function.
    Odds,
    /// A page or text that is cited.
    Source,
}

/// The time in which it was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Window {
    /// From.
    pub from: Time,
    /// To.
    pub to: Time,
}

/// How much was seen within the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Counts {
    /// Calls that ended.
    pub n: u32,
    /// Of these, failed.
    pub bad: u32,
}

/// What is said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "says")]
pub enum Says {
    /// Calls fail, or take much longer than usual.
    Failing {
        /// Slow or dark.
        condition: Condition,
        /// The typical time of an answer lately, in milliseconds.
        seen_ms: Option<u64>,
        /// The usual time of an answer, in milliseconds.
        usual_ms: Option<u64>,
        /// Whether our own service is proved to answer.
        ourselves_well: bool,
    },
    /// The carrier says so too.
    Confirmed {
        /// The address of the source.
        source: String,
        /// When it said so, or was first seen to.
        at: Time,
    },
    /// Some requests succeed again.
    Signs,
    /// It has been well for some minutes.
    UnderWatch,
    /// The return that was seen then did not hold.
    Relapsed {
        /// When the return was seen.
        seen_at: Time,
        /// Slow or dark again.
        condition: Condition,
    },
    /// It is restored.
    Restored {
        /// Labels that waited and were sent since; nothing where it was not counted.
        sent: Option<u64>,
        /// Labels that still wait for an answer of the shop or its buyer.
        need_answer: Option<u64>,
    },
}

/// A claim.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Claim {
    /// Of which carrier.
    pub carrier: Carrier,
    /// Of which function; nothing where it is of the carrier as a whole.
    pub function: Option<Function>,
    /// What is said.
    #[serde(flatten)]
    pub says: Says,
    /// Since when it is so.
    pub since: Time,
    /// Who saw it.
    pub seen_by: SeenBy,
    /// When it was seen.
    pub window: Window,
    /// On how much; nothing where it was not counted.
    pub counts: Option<Counts>,
    /// By which method.
    pub method: Method,
    /// How sure it is, from 0 to 1, by the method's own measure; nothing where the method has none.
    pub confidence: Option<f64>,
    /// When it was made.
    pub made: Time,
    /// From then on it may not be said any more.
    pub expires: Time,
}

impl Claim {
    /// How much is claimed.
    pub const fn level(&self) -> Level {
        match self.says {
            Says::Failing { .. } => Level::Observed,
            Says::Confirmed { .. } => Level::Confirmed,
            Says::Signs => Level::Signs,
            Says::UnderWatch => Level::UnderWatch,
            Says::Relapsed { .. } => Level::Relapsed,
            Says::Restored { .. } => Level::Restored,
        }
    }

    /// Whether it may be said at this time.
    pub fn is_live(&self, now: Time) -> bool {
        now < self.expires
    }
}
