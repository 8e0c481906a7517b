//! The incidents, as their facts left them.

use crate::{
    incident::{Condition, Incident, IncidentId, Transition, What},
    observation::{Carrier, Function},
};
use clock::Time;
use std::{collections::BTreeMap, time::Duration};

/// A fall so soon after *restored* is a relapse of the same incident.
const REOPEN_WITHIN: Duration = Duration::from_secs(24 * 3_600);
/// Incidents that are over and still kept here; the journal keeps them all.
const CLOSED_COUNT_MAX: usize = 256;

/// The incidents.
#[derive(Clone, Debug, Default)]
pub(crate) struct Book {
    incidents: BTreeMap<IncidentId, Incident>,
    next: u64,
}

impl Book {
    pub(crate) fn all(&self) -> impl Iterator<Item = &Incident> {
        self.incidents.values()
    }

    pub(crate) fn get(&self, id: IncidentId) -> Option<&Incident> {
        self.incidents.get(&id)
    }

    pub(crate) fn next(&self) -> IncidentId {
        IncidentId(self.next)
    }

    pub(crate) fn open(&self, carrier: &Carrier) -> Option<&Incident> {
        self.incidents.values().find(|one| one.is_open() && one.carrier == *carrier)
    }

    /// The last incident of this function that is over, but not for long.
    pub(crate) fn lately(&self, carrier: &Carrier, function: Function, now: Time) -> Option<&Incident> {
        let over = |one: &&Incident| one.restored.is_some_and(|at| now.since(at) <= REOPEN_WITHIN);
        let mut of = self.incidents.values().rev().filter(|one| one.carrier == *carrier);
        of.find(|one| over(one) && one.functions.contains_key(&function))
    }

    /// Folds one fact.
    pub(crate) fn fold(&mut self, fact: &Transition) {
        let Transition { at, incident: id, carrier, what } = fact;
        self.next = self.next.max(id.0.saturating_add(1));
        let mut merged = match what {
            What::Merged { from } => self.incidents.remove(from),
            _ => None,
        };
        let incident = self.incidents.entry(*id).or_insert_with(|| Incident::new(*id, carrier.clone(), *at));
        match what {
            What::Opened { function, condition, .. }
            | What::Joined { function, condition, .. }
            | What::Changed { function, condition, .. } => {
                incident.functions.insert(*function, *condition);
            }
            What::Reopened { function, condition, .. } | What::Relapsed { function, condition, .. } => {
                incident.restored = None;
                incident.relapses = incident.relapses.saturating_add(1);
                incident.functions.insert(*function, *condition);
            }
            What::Signs { function, .. } => {
                incident.functions.insert(*function, Condition::Signs);
            }
            What::UnderWatch { function, .. } => {
                incident.functions.insert(*function, Condition::UnderWatch);
            }
            What::Returned { function, .. } => {
                incident.functions.insert(*function, Condition::Well);
            }
            What::Restored { .. } => {
                incident.restored = Some(*at);
                incident.functions.values_mut().for_each(|condition| *condition = Condition::Well);
            }
            What::Merged { .. } => {
                if let Some(other) = merged.take() {
                    take_in(incident, other);
                }
            }
            What::Attributed { verdict, evidence } => {
                (incident.verdict, incident.evidence) = (*verdict, evidence.clone());
            }
            What::Remark { by, said } => incident.remarks.push((*at, by.clone(), said.clone())),
        }
        self.forget();
    }

    fn forget(&mut self) {
        let closed = self.incidents.values().filter(|one| !one.is_open());
        if closed.count() > CLOSED_COUNT_MAX
            && let Some(oldest) = self.incidents.values().find(|one| !one.is_open()).map(|one| one.id)
        {
            self.incidents.remove(&oldest);
        }
    }
}

/// What the other incident knew goes on in this one; nothing that was said is lost.
fn take_in(incident: &mut Incident, other: Incident) {
    incident.opened = incident.opened.min(other.opened);
    incident.relapses = incident.relapses.saturating_add(other.relapses).saturating_add(1);
    for (function, condition) in other.functions {
        incident.functions.entry(function).or_insert(condition);
    }
    incident.remarks.extend(other.remarks);
    incident.remarks.sort_by_key(|(at, _, _)| *at);
}
