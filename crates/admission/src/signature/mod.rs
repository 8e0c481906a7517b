//! Signatures: the shape that the flood has and the innocent have not, found while it lasts.
//!
//! A [`Hunter`] learns in peace what requests look like, from no network more than a little. In overload that knowledge is
//! frozen, and what arrives is held against it: the few features that many of the arriving requests have together, and
//! hardly any innocent one, are a rule. It is applied only when its harm is measured and small enough, and is withdrawn as
//! soon as it does no good, does harm, or is old. [`Signatures`] is what every request is held against.
//!
//! What can't be found: a flood whose every request looks like those of the innocent, taken feature by feature, three at a
//! time. Then there is no rule, and budgets and classes have to do.

mod hunter;
mod sample;
mod search;

pub use hunter::{Change, HuntLimits, Hunter, Listed, State};

use crate::shape::{Feature, Shape};
use std::sync::atomic::{AtomicU64, Ordering, fence};

/// Rules that are applied at the same time.
pub const RULES_ACTIVE_MAX: usize = 16;
/// Features that a rule looks at, at most.
const PARTS: usize = 3;

/// The number of a rule, for receipts and operators. It is never given twice while a process lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub u32);

/// One feature and the hash that it has to have.
type Part = (Feature, u64);

/// Features that a request has to have, all of them. Fewer than three are filled up with the first one again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Pattern([Part; PARTS]);

impl Pattern {
    /// Of one to three parts in the order of their features.
    fn of(parts: &[Part]) -> Option<Self> {
        let first = *parts.first()?;
        Some(Self(std::array::from_fn(|n| parts.get(n).copied().unwrap_or(first))))
    }

    fn matches(&self, shape: &Shape) -> bool {
        self.0.iter().all(|(feature, hash)| shape.get(*feature) == *hash)
    }

    /// Whatever the other one matches, this one matches.
    fn is_wider_than(&self, other: &Self) -> bool {
        self.0.iter().all(|part| other.0.contains(part))
    }

    fn parts(&self) -> impl Iterator<Item = Part> {
        let after_first = self.0[1..].iter().copied().filter(|part| *part != self.0[0]);
        std::iter::once(self.0[0]).chain(after_first)
    }
}

/// The rules that are applied now. Looking takes no lock.
#[derive(Debug, Default)]
pub struct Signatures {
    slots: [Slot; RULES_ACTIVE_MAX],
}

/// Where the features stand in the bytes of a head, the rule's number before them.
const FEATURES_AT: usize = 8 - PARTS;
const ID_SHIFT: usize = 8 * PARTS;

/// One rule. `head` is 0 when there is none; it names the rule and the features, and differs for every rule that was ever
/// here, so that whoever finds it the same before and after has read one rule's hashes.
#[derive(Debug, Default)]
struct Slot {
    head: AtomicU64,
    hashes: [AtomicU64; PARTS],
}

impl Signatures {
    /// The first rule whose shape this is.
    pub fn matches(&self, shape: &Shape) -> Option<RuleId> {
        self.slots.iter().find_map(|slot| slot.matches(shape))
    }

    /// Applies a rule. Called by the one hunter alone. `false` when there is no room.
    fn apply(&self, id: RuleId, pattern: &Pattern) -> bool {
        let Some(slot) = self.slots.iter().find(|slot| slot.head.load(Ordering::Relaxed) == 0) else { return false };
        for (hash, part) in slot.hashes.iter().zip(pattern.0) {
            hash.store(part.1, Ordering::Release);
        }
        let features = pattern.0.iter().fold(0, |bits, (feature, _)| bits << 8 | *feature as u64);
        slot.head.store(u64::from(id.0) << ID_SHIFT | features, Ordering::Release);
        true
    }

    fn withdraw(&self, id: RuleId) {
        let is_it = |slot: &&Slot| slot.head.load(Ordering::Relaxed) >> ID_SHIFT == u64::from(id.0);
        if let Some(slot) = self.slots.iter().find(is_it) {
            slot.head.store(0, Ordering::Release);
        }
    }
}

impl Slot {
    fn matches(&self, shape: &Shape) -> Option<RuleId> {
        let head = self.head.load(Ordering::Acquire);
        if head == 0 {
            return None;
        }
        let features = head.to_be_bytes();
        let has = |(n, hash): (usize, &AtomicU64)| {
            let feature = Feature::ALL.get(usize::from(features[FEATURES_AT + n]));
            feature.is_some_and(|feature| shape.get(*feature) == hash.load(Ordering::Acquire))
        };
        let all = self.hashes.iter().enumerate().all(has);
        fence(Ordering::Acquire);
        let is_same = self.head.load(Ordering::Relaxed) == head;
        (all && is_same).then(|| RuleId(u32::try_from(head >> ID_SHIFT).unwrap_or(0)))
    }
}
