//! The facts of incidents, folded to one list of changes per function.

use super::Status;
use clock::Time;
use std::collections::{BTreeMap, BTreeSet};
use watch::{Carrier, Condition, Function, IncidentId, Numbers, Transition, What};

/// From then on a function is so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) at: Time,
    pub(super) status: Status,
}

/// An incident by its facts.
#[derive(Clone, Debug, Default)]
pub(super) struct Outline {
    pub(super) opened: Option<Time>,
    pub(super) restored: Option<Time>,
    pub(super) functions: BTreeSet<Function>,
    pub(super) worst: Option<Status>,
}

/// What the facts come to.
#[derive(Clone, Debug, Default)]
pub(super) struct Timelines {
    changes: BTreeMap<(Carrier, Function), Vec<Change>>,
    incidents: BTreeMap<IncidentId, Outline>,
    /// In which incident another one goes on.
    merged: BTreeMap<IncidentId, IncidentId>,
}

impl Timelines {
    pub(super) fn of(facts: &[Transition]) -> Self {
        let mut ordered: Vec<&Transition> = facts.iter().collect();
        ordered.sort_by_key(|fact| fact.at);
        let mut all = Self::default();
        ordered.into_iter().for_each(|fact| all.fold(fact));
        all
    }

    pub(super) fn targets(&self) -> impl Iterator<Item = (&Carrier, Function)> {
        self.changes.keys().map(|(carrier, function)| (carrier, *function))
    }

    pub(super) fn of_target(&self, carrier: &Carrier, function: Function) -> &[Change] {
        self.changes.get(&(carrier.clone(), function)).map_or(&[], Vec::as_slice)
    }

    /// The incident in which this one goes on: itself, as a rule.
    pub(super) fn goes_on_in(&self, id: IncidentId) -> IncidentId {
        // An incident goes on in an older or newer one, never in a circle; the bound is for facts that say otherwise.
        (0..8).fold(id, |id, _| self.merged.get(&id).copied().unwrap_or(id))
    }

    pub(super) fn incident(&self, id: IncidentId) -> Option<&Outline> {
        self.incidents.get(&id)
    }

    fn fold(&mut self, fact: &Transition) {
        let id = self.goes_on_in(fact.incident);
        match &fact.what {
            What::Opened { function, condition, numbers }
            | What::Joined { function, condition, numbers }
            | What::Reopened { function, condition, numbers }
            | What::Changed { function, condition, numbers }
            | What::Relapsed { function, condition, numbers } => self.push(id, fact, *function, *condition, numbers),
            What::Signs { function, numbers } => self.push(id, fact, *function, Condition::Signs, numbers),
            What::UnderWatch { function, numbers } => self.push(id, fact, *function, Condition::UnderWatch, numbers),
            What::Returned { function, numbers } => self.push(id, fact, *function, Condition::Well, numbers),
            What::Restored { .. } => self.restore(id, fact),
            What::Merged { from } => self.merge(*from, id),
            What::Attributed { .. } | What::Remark { .. } => {}
        }
    }

    fn push(&mut self, id: IncidentId, fact: &Transition, function: Function, condition: Condition, numbers: &Numbers) {
        let status = Status::of(condition, numbers.calls, numbers.failed);
        self.changes.entry((fact.carrier.clone(), function)).or_default().push(Change { at: fact.at, status });
        let outline = self.incidents.entry(id).or_default();
        outline.opened.get_or_insert(fact.at);
        outline.functions.insert(function);
        outline.worst = outline.worst.max(Some(status));
        if condition.is_down() {
            outline.restored = None;
        }
    }

    fn restore(&mut self, id: IncidentId, fact: &Transition) {
        let outline = self.incidents.entry(id).or_default();
        outline.restored = Some(fact.at);
        for function in &outline.functions {
            let changes = self.changes.entry((fact.carrier.clone(), *function)).or_default();
            if last(changes) != Status::Operational {
                changes.push(Change { at: fact.at, status: Status::Operational });
            }
        }
    }

    fn merge(&mut self, from: IncidentId, into: IncidentId) {
        if from == into {
            return;
        }
        let other = self.incidents.remove(&from).unwrap_or_default();
        let outline = self.incidents.entry(into).or_default();
        outline.opened = [outline.opened, other.opened].into_iter().flatten().min();
        outline.functions.extend(other.functions);
        outline.worst = outline.worst.max(other.worst);
        self.merged.insert(from, into);
    }
}

/// How it is after the last change.
pub(super) fn last(changes: &[Change]) -> Status {
    changes.last().map_or(Status::Operational, |change| change.status)
}

/// How it was at this time.
pub(super) fn at(changes: &[Change], time: Time) -> Status {
    let before = changes.partition_point(|change| change.at <= time);
    last(changes.get(..before).unwrap_or_default())
}
