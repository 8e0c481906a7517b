//! What the shield counted, per class and rule.

use crate::{Class, Rule, gate::GateState};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

type PerClass = [AtomicU64; Class::COUNT];
type PerRule = [[AtomicU64; Rule::ALL.len()]; Class::COUNT];

/// Counts since the start, of each class by [`Class::index`] and each rule by its place in [`Rule::ALL`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Requests that were judged.
    pub arrived: [u64; Class::COUNT],
    /// Those that went on, at once or after a wait.
    pub served: [u64; Class::COUNT],
    /// Those that had to wait.
    pub waited: [u64; Class::COUNT],
    /// Those that were refused, by rule.
    pub refused: [[u64; Rule::ALL.len()]; Class::COUNT],
    /// Those that would have been, in a dry run. Who would have had to wait counts as refused by [`Rule::Overload`].
    pub would_refuse: [[u64; Rule::ALL.len()]; Class::COUNT],
    /// How the gate stands.
    pub gate: GateState,
}

impl Counts {
    /// How many of a class were refused by any rule.
    pub fn refused_of(&self, class: Class) -> u64 {
        self.refused[class.index()].iter().sum()
    }
}

/// The counters.
#[derive(Default)]
pub(crate) struct Counters {
    arrived: PerClass,
    served: PerClass,
    waited: PerClass,
    refused: PerRule,
    would_refuse: PerRule,
}

impl Counters {
    pub(crate) fn arrived(&self, class: Class) {
        self.arrived[class.index()].fetch_add(1, Relaxed);
    }

    pub(crate) fn served(&self, class: Class) {
        self.served[class.index()].fetch_add(1, Relaxed);
    }

    pub(crate) fn waited(&self, class: Class) {
        self.waited[class.index()].fetch_add(1, Relaxed);
    }

    pub(crate) fn refused(&self, class: Class, rule: Rule) {
        self.refused[class.index()][place(rule)].fetch_add(1, Relaxed);
    }

    pub(crate) fn would_refuse(&self, class: Class, rule: Rule) {
        self.would_refuse[class.index()][place(rule)].fetch_add(1, Relaxed);
    }

    /// How many were refused, or would have been, for the overload's sake: by rules that are only in force then, and for want
    /// of a place.
    pub(crate) fn shed(&self) -> u64 {
        let sum = |rules: &[AtomicU64; Rule::ALL.len()]| {
            [Rule::Budget, Rule::Overload, Rule::Waited, Rule::Token, Rule::Signature]
                .map(|rule| rules[place(rule)].load(Relaxed))
                .into_iter()
                .sum::<u64>()
        };
        self.refused.iter().chain(&self.would_refuse).map(sum).sum()
    }

    pub(crate) fn told(&self, gate: GateState) -> Counts {
        let all = |counts: &PerClass| counts.each_ref().map(|c| c.load(Relaxed));
        let by_rule = |counts: &PerRule| counts.each_ref().map(|rules| rules.each_ref().map(|c| c.load(Relaxed)));
        Counts {
            arrived: all(&self.arrived),
            served: all(&self.served),
            waited: all(&self.waited),
            refused: by_rule(&self.refused),
            would_refuse: by_rule(&self.would_refuse),
            gate,
        }
    }
}

const fn place(rule: Rule) -> usize {
    rule as usize - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_is_counted_in_its_place() {
        for (at, rule) in Rule::ALL.into_iter().enumerate() {
            assert_eq!(place(rule), at);
        }
    }
}
