//! Who asks, by facts that an attacker cannot fake cheaply.

use serde::{Deserialize, Serialize};

/// The class of a request. The later, the sooner it is served when not all can be: a higher class is never starved by a
/// lower one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum Class {
    /// It has the shape that the flood has and the innocent have not, or broke the rules of its connection.
    Suspect,
    /// Nothing is known of it.
    Unknown,
    /// It names a tracking number whose check digit is right and that exists here.
    Parcel,
    /// A person whose browser holds a token of ours.
    Citizen,
    /// A device that scans, by its key.
    Scanner,
    /// A shop or an app with a signed key, or one that calls from where a signed key was good a moment ago.
    Partner,
    /// Whoever runs the service, and its own probes.
    Operator,
}

impl Class {
    /// How many there are.
    pub const COUNT: usize = 7;
    /// All of them, the lowest first.
    pub const ALL: [Self; Self::COUNT] =
        [Self::Suspect, Self::Unknown, Self::Parcel, Self::Citizen, Self::Scanner, Self::Partner, Self::Operator];

    /// Its place in [`Class::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The word for it in metrics, receipts and pages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Suspect => "suspect",
            Self::Unknown => "unknown",
            Self::Parcel => "parcel",
            Self::Citizen => "citizen",
            Self::Scanner => "scanner",
            Self::Partner => "partner",
            Self::Operator => "operator",
        }
    }

    /// One class higher for a token, and never beyond [`Class::Citizen`]: a challenge shows a browser, not a right.
    #[must_use]
    pub fn with_token(self) -> Self {
        match self {
            Self::Suspect => Self::Unknown,
            Self::Unknown | Self::Parcel => Self::Citizen,
            higher => higher,
        }
    }
}
