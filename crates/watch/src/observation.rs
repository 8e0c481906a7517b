//! What the engine is told: one call, canary, control probe or outside signal, and how it ended.

use clock::Time;
use serde::{Deserialize, Serialize};
use std::{fmt, sync::Arc, time::Duration};

/// The name of a carrier, as the configuration spells it; cheap to clone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Carrier(Arc<str>);

impl Carrier {
    /// The carrier of this name.
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Carrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Carrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// What a carrier is asked for; each fails and returns on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Function {
    /// Labels.
    Label,
    /// Searches of pickup points.
    Pickup,
    /// Tracking.
    Tracking,
    /// The exchange of orders.
    Orders,
}

impl Function {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Label, Self::Pickup, Self::Tracking, Self::Orders];

    /// Its name outside.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Label => "label",
            Self::Pickup => "pickup",
            Self::Tracking => "tracking",
            Self::Orders => "orders",
        }
    }
}

/// The last step of a call that was completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reached {
    /// Not even the name was found.
    Nothing,
    /// Not known: it went over a connection from before, or over one of which nothing was said, and no byte came back.
    Kept,
    /// The name has an address.
    Dns,
    /// The other side took the connection: the way there works.
    Tcp,
    /// The encrypted channel stands.
    Tls,
    /// The first byte of the answer came.
    FirstByte,
    /// The whole answer came.
    Whole,
}

/// How a call ended, as a sign of the other side's health.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// It did what was asked.
    Answered,
    /// It answered in its protocol that what we asked is wrong: it works.
    Declined,
    /// It said that it is unavailable, or answered with something that is not its protocol.
    Unavailable,
    /// The connection was refused or reset, or the answer broke off.
    Refused,
    /// Nothing came in time.
    Silent,
}

impl Class {
    /// Whether the other side worked.
    pub const fn is_well(self) -> bool {
        matches!(self, Self::Answered | Self::Declined)
    }
}

/// One function of one carrier.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Target {
    /// Whom.
    pub carrier: Carrier,
    /// For what.
    pub function: Function,
}

/// A probe of ourselves and of our way out; none of them touches a carrier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Control {
    /// A request of ours to ourselves.
    Loopback,
    /// A small durable write.
    Disk,
    /// How late a timer fired: a loaded event loop, or a processor that others took.
    Lag,
    /// The name of an address that is set by configuration and is nobody's we judge.
    OutsideName,
    /// A connection to that address.
    OutsideAddress,
}

/// A word from elsewhere about a carrier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outside {
    /// The carrier's own status page or feed; `Class` says what it says.
    Official,
    /// Its health page: an input like others, never proof of work.
    HealthPage,
    /// A watched word in the press or a feed.
    Keyword,
    /// A user's report or ticket; the caller passes the first of each account only.
    Report,
}

/// Where an observation comes from.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Real work.
    Call(Target),
    /// A request of no consequence that works like real work: `checkGenerateLabel`, a known search, a known number.
    Canary(Target),
    /// A probe of ourselves.
    Control(Control),
    /// Somebody else's word.
    Outside(Carrier, Outside),
}

/// One thing seen.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Observation {
    /// When it ended.
    pub at: Time,
    /// Where from.
    pub source: Source,
    /// How far it came.
    pub reached: Reached,
    /// How it ended.
    pub class: Class,
    /// How long it took, where that was measured.
    pub latency: Option<Duration>,
}
