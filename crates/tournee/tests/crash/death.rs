//! Where a life ends: at the so-manieth boundary of a kind in the journal, or part of a kind in an exchange.

use sim::{dice::Dice, wire::ExchangePhase};
use std::{collections::BTreeMap, fmt, str::FromStr};
use store::Boundary;

/// The latest boundary of its kind at which a process dies; a label takes four commits or more.
const BOUNDARIES_MAX: u64 = 24;
/// The latest exchange whose part a process dies in.
const EXCHANGES_MAX: u64 = 8;

/// A kind of moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// Around a commit: the process ends itself, in the thread that commits.
    Journal(Boundary),
    /// In an exchange with the carrier, which ends the process before it goes on.
    Exchange(ExchangePhase),
}

impl Moment {
    const ALL: [(&'static str, Self); 8] = [
        ("before_commit", Self::Journal(Boundary::BeforeCommit)),
        ("after_commit", Self::Journal(Boundary::AfterCommit)),
        ("before_reply", Self::Journal(Boundary::BeforeReply)),
        ("request_head", Self::Exchange(ExchangePhase::RequestHead)),
        ("request_read", Self::Exchange(ExchangePhase::RequestRead)),
        ("label_made", Self::Exchange(ExchangePhase::LabelMade)),
        ("half_answered", Self::Exchange(ExchangePhase::HalfAnswered)),
        ("answered", Self::Exchange(ExchangePhase::Answered)),
    ];

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, moment)| *moment == self).map_or("", |(name, _)| name)
    }
}

/// The moment at which one life ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Death {
    pub(crate) at: Moment,
    /// The how-manieth of its kind in this life, from 1.
    pub(crate) nth: u64,
}

impl Death {
    /// The deaths of one world: every kind in turn, beginning anywhere.
    pub(crate) fn seeded(seed: u64, count: u64) -> Vec<Self> {
        let mut dice = Dice::new(seed);
        let first = dice.below(Moment::ALL.len() as u64);
        let one = |n: u64| {
            let kinds = Moment::ALL.iter().cycle().skip(usize::try_from(first + n).unwrap_or_default());
            let at = kinds.map(|(_, moment)| *moment).next().expect("a kind");
            let most = if matches!(at, Moment::Journal(_)) { BOUNDARIES_MAX } else { EXCHANGES_MAX };
            Self { at, nth: 1 + dice.below(most) }
        };
        (0..count).map(one).collect()
    }
}

impl fmt::Display for Death {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.at.name(), self.nth)
    }
}

impl FromStr for Death {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (name, nth) = text.split_once(':').ok_or(())?;
        let (_, at) = Moment::ALL.iter().find(|(known, _)| *known == name).ok_or(())?;
        Ok(Self { at: *at, nth: nth.parse().map_err(drop)? })
    }
}

/// How often each kind of death was died.
#[derive(Default)]
pub(crate) struct Deaths(BTreeMap<&'static str, u64>);

impl Deaths {
    pub(crate) fn add(&mut self, death: Death) {
        *self.0.entry(death.at.name()).or_default() += 1;
    }

    pub(crate) fn total(&self) -> u64 {
        self.0.values().sum()
    }

    /// The kinds that never happened.
    pub(crate) fn missing(&self) -> Vec<&'static str> {
        Moment::ALL.into_iter().map(|(name, _)| name).filter(|name| !self.0.contains_key(name)).collect()
    }
}

impl fmt::Display for Deaths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "killed {} times:", self.total())?;
        Moment::ALL.iter().try_for_each(|(name, _)| write!(f, " {name} {}", self.0.get(name).unwrap_or(&0)))
    }
}
