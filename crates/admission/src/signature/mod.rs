//! Signatures: the shape that the flood has and the innocent have not, found while it lasts.
//!
//! A [`Hunter`] learns in peace what requests look like, from no network more than a little. In overload that knowledge is
//! frozen, and what arrives is held against it: the few features that many of the arriving requests have together, and
//! hardly any innocent one, are a rule. It is applied only when its harm is measured and small enough, and is withdrawn as
//! soon as it does no good, does harm, or is old. [`Signatures`] is what every request is held against.
//!
//! What can't be found: a flood whose every request looks like those of the innocent, taken feature by feature, three at a
//! time. Then there is no rule, and budgets and classes have to do. Nor does the hunter apply a rule by itself against an
//! attacker who posed in peace from as many networks as a fair part of the innocent have, with their other requests too: an
//! operator can pin what it proposes. And something new that many people do at once, and nobody did in peace, looks like a
//! flood unless people with a token or clients with a key do it as well.

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Prefix, Seen, Shaper};
    use std::sync::atomic::AtomicBool;

    fn shape(path: u16) -> Shape {
        Shaper::new([7; 16]).shape(Seen {
            method: "GET",
            version: "HTTP/2.0",
            path,
            query: "",
            form: "",
            headers: std::iter::empty(),
            agent: "",
            ja4: "",
            prefix: Prefix::from_bits(1),
        })
    }

    fn of_path(path: u16) -> Pattern {
        let shape = shape(path);
        let parts = [Feature::Method, Feature::Path].map(|feature| (feature, shape.get(feature)));
        Pattern::of(&parts).expect("a pattern")
    }

    #[test]
    fn there_is_room_for_so_many_and_withdrawing_makes_room() {
        let signatures = Signatures::default();
        let all = 1..=u16::try_from(RULES_ACTIVE_MAX).expect("few");
        assert!(all.clone().all(|n| signatures.apply(RuleId(n.into()), &of_path(n))));
        assert!(!signatures.apply(RuleId(99), &of_path(99)));
        assert!(all.clone().all(|n| signatures.matches(&shape(n)) == Some(RuleId(n.into()))));
        signatures.withdraw(RuleId(3));
        assert_eq!(signatures.matches(&shape(3)), None);
        assert!(signatures.apply(RuleId(99), &of_path(99)));
        assert_eq!(signatures.matches(&shape(99)), Some(RuleId(99)));
        assert_eq!(signatures.matches(&shape(4)), Some(RuleId(4)));
    }

    #[test]
    fn every_part_has_to_fit() {
        let (one, other) = (shape(1), shape(2));
        let parts =
            |path: &Shape| [(Feature::Method, one.get(Feature::Method)), (Feature::Path, path.get(Feature::Path))];
        let narrow = Pattern::of(&parts(&one)).expect("a pattern");
        let wide = Pattern::of(&parts(&one)[..1]).expect("a pattern");
        assert!(narrow.matches(&one) && !narrow.matches(&other) && wide.matches(&other));
        assert!(wide.is_wider_than(&narrow) && !narrow.is_wider_than(&wide) && narrow.is_wider_than(&narrow));
        assert_eq!((wide.parts().count(), narrow.parts().count()), (1, 2));
        assert_eq!(Pattern::of(&[]), None);
    }

    /// While rules come and go, whoever reads finds a rule that fits or none.
    #[test]
    fn no_reader_sees_half_a_rule() {
        let (signatures, stop) = (Signatures::default(), AtomicBool::new(false));
        std::thread::scope(|scope| {
            let reader = scope.spawn(|| {
                let (even, odd) = (shape(0), shape(1));
                let mut wrong = 0_u32;
                while !stop.load(Ordering::Relaxed) {
                    wrong += u32::from(signatures.matches(&even).is_some_and(|id| id.0 % 2 != 0));
                    wrong += u32::from(signatures.matches(&odd).is_some_and(|id| id.0 % 2 != 1));
                }
                wrong
            });
            let patterns = [of_path(0), of_path(1)];
            for id in 1..1_000_000 {
                signatures.apply(RuleId(id), &patterns[id as usize % 2]);
                signatures.withdraw(RuleId(id));
            }
            stop.store(true, Ordering::Relaxed);
            assert_eq!(reader.join().expect("the reader"), 0);
        });
    }
}
