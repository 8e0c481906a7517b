//! What an API key may do: a small closed set, kept as one bit each.

use std::{fmt, str::FromStr};

/// One thing that an API key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Look at shipments, timelines and labels.
    Read,
    /// Create shipments.
    Ship,
    /// Decide about shipments: give them up, settle what only a person can.
    Decide,
    /// Set up webhooks.
    Hooks,
    /// Look for pickup points and note what a buyer chose: what a key in a shop's public page may do.
    Pick,
    /// Speak for whoever runs the server: add an operator's word to an incident. No key of a shop has it unless it is
    /// given.
    Operate,
    /// Work at the support desk: read tickets, answer them, hand mail in. No key of a shop has it unless it is given.
    Support,
}

impl Scope {
    /// Every scope. Its place here is its bit: the list only grows at its end.
    pub const ALL: [Self; 7] =
        [Self::Read, Self::Ship, Self::Decide, Self::Hooks, Self::Pick, Self::Operate, Self::Support];

    /// Its name outside.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Ship => "ship",
            Self::Decide => "decide",
            Self::Hooks => "hooks",
            Self::Pick => "pick",
            Self::Operate => "operate",
            Self::Support => "support",
        }
    }

    fn bit(self) -> u32 {
        Self::ALL.iter().zip(0..).find(|(scope, _)| **scope == self).map_or(0, |(_, place)| 1 << place)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        Self::ALL.into_iter().find(|scope| scope.name() == text).ok_or_else(|| UnknownScope(text.to_owned()))
    }
}

/// A word that names no scope.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no scope {0:?}: write some of read, ship, decide, hooks, pick, operate and support, with commas between them"
)]
pub struct UnknownScope(pub String);

/// Several scopes, written with commas between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Scopes(u32);

impl Scopes {
    /// All of them.
    pub fn all() -> Self {
        Scope::ALL.into_iter().collect()
    }

    /// What a shop may do with its own: all but [`Scope::Operate`] and [`Scope::Support`].
    pub fn of_a_shop() -> Self {
        Scope::ALL.into_iter().filter(|scope| !matches!(scope, Scope::Operate | Scope::Support)).collect()
    }

    /// Whether this one is among them.
    pub fn contains(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// Those that it has.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.into_iter().filter(move |scope| self.contains(*scope))
    }

    pub(crate) fn bits(self) -> u32 {
        self.0
    }

    /// Bits that this program does not know grant nothing.
    pub(crate) fn from_bits(bits: u32) -> Self {
        Self(bits)
    }
}

impl From<Scope> for Scopes {
    fn from(scope: Scope) -> Self {
        Self(scope.bit())
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | scope.bit()))
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.iter().map(Scope::name).collect();
        f.write_str(&names.join(","))
    }
}

impl FromStr for Scopes {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        text.split(',').map(|word| word.trim().parse::<Scope>()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_read_back() {
        for text in ["read", "pick", "read,ship", "read,ship,decide,hooks,pick,operate,support"] {
            assert_eq!(text.parse::<Scopes>().map(|s| s.to_string()), Ok(text.to_owned()));
        }
        assert_eq!(" hooks , read".parse::<Scopes>().map(|s| s.to_string()), Ok("read,hooks".to_owned()));
        assert_eq!(Scopes::of_a_shop().bits(), 31, "as the layout has it for keys of old");
        for bad in ["", "read,", "raed", "READ"] {
            assert!(bad.parse::<Scopes>().is_err(), "{bad}");
        }
    }

    #[test]
    fn what_was_not_granted_is_not_there() {
        let scopes: Scopes = "read,decide".parse().expect("scopes");
        assert!(scopes.contains(Scope::Read) && scopes.contains(Scope::Decide));
        assert!(!scopes.contains(Scope::Ship) && !scopes.contains(Scope::Hooks));
        assert!(Scope::ALL.into_iter().all(|scope| !Scopes::from_bits(1 << 20).contains(scope)));
    }
}
