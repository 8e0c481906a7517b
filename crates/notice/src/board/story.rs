//! The incidents of the board: each with the messages that were written about it.

use super::{
    Indicator, Status,
    timeline::{self, Outline, Timelines},
};
use crate::{Stage, Update};
use clock::Time;
use std::collections::BTreeMap;
use watch::{Carrier, Function, IncidentId};

/// An incident with its messages.
#[derive(Clone, Debug, PartialEq)]
pub struct Story {
    /// Its number.
    pub id: IncidentId,
    /// Of which carrier.
    pub carrier: Carrier,
    /// The functions that were in it.
    pub functions: Vec<Function>,
    /// When it began.
    pub opened: Time,
    /// When it was first on the way back, if the way back still holds or is over.
    pub monitoring: Option<Time>,
    /// When it was said to be restored; nothing while it goes on.
    pub resolved: Option<Time>,
    /// Where it stands: as the last message says, and never *resolved* while the facts say that it goes on.
    pub stage: Stage,
    /// How bad it was at its worst.
    pub impact: Indicator,
    /// The messages, the newest first.
    pub told: Vec<Told>,
}

/// A message, and what it changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// The message.
    pub update: Update,
    /// How each function was at the message before, and at this one.
    pub affected: Vec<Affected>,
}

/// How one function was at two messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Affected {
    /// Which.
    pub function: Function,
    /// At the message before; before the incident for the first.
    pub old: Status,
    /// At this message.
    pub new: Status,
}

impl Story {
    /// Whether it still goes on.
    pub fn is_open(&self) -> bool {
        self.stage != Stage::Resolved
    }

    /// By when the next message was promised.
    pub fn next_by(&self) -> Option<Time> {
        self.told.first()?.update.next_by
    }
}

/// Every incident that was told of, the newest first.
pub(super) fn stories(updates: &[Update], timelines: &Timelines) -> Vec<Story> {
    let mut by_incident: BTreeMap<IncidentId, Vec<&Update>> = BTreeMap::new();
    for update in updates {
        by_incident.entry(timelines.goes_on_in(update.incident)).or_default().push(update);
    }
    let mut all: Vec<Story> = by_incident
        .into_iter()
        .filter_map(|(id, mut updates)| {
            updates.sort_by_key(|update| (update.at, update.id));
            story(id, &updates, timelines)
        })
        .collect();
    all.sort_by_key(|story| std::cmp::Reverse((story.opened, story.id)));
    all
}

fn story(id: IncidentId, updates: &[&Update], timelines: &Timelines) -> Option<Story> {
    let (first, last) = (updates.first()?, updates.last()?);
    let none = Outline::default();
    let outline = timelines.incident(id).unwrap_or(&none);
    let mut functions = outline.functions.clone();
    functions.extend(updates.iter().flat_map(|update| &update.claims).filter_map(|claim| claim.function));
    let goes_on = timelines.incident(id).is_some_and(|outline| outline.restored.is_none());
    let stage = if last.stage == Stage::Resolved && goes_on { Stage::Investigating } else { last.stage };
    let back = matches!(stage, Stage::Monitoring | Stage::Resolved);
    let fell = updates.iter().rposition(|one| matches!(one.stage, Stage::Investigating | Stage::Identified));
    let returning = updates.get(fell.map_or(0, |place| place + 1)..).unwrap_or_default();
    let functions: Vec<Function> = functions.into_iter().collect();
    let told = told(&first.carrier, &functions, updates, timelines);
    let claimed = told.iter().flat_map(|one| &one.affected).map(|affected| affected.new).max();
    let worst = outline.worst.into_iter().chain(claimed).max().unwrap_or(Status::Degraded);
    Some(Story {
        id,
        carrier: first.carrier.clone(),
        opened: outline.opened.map_or(first.at, |opened| opened.min(first.at)),
        monitoring: returning.first().filter(|_| back).map(|one| one.at),
        resolved: (stage == Stage::Resolved).then_some(last.at),
        stage,
        impact: Indicator::of_worst(worst),
        functions,
        told,
    })
}

/// The messages, the newest first, each with what changed since the one before.
fn told(carrier: &Carrier, functions: &[Function], updates: &[&Update], timelines: &Timelines) -> Vec<Told> {
    let mut before: BTreeMap<Function, Status> = BTreeMap::new();
    let mut told: Vec<Told> = Vec::with_capacity(updates.len());
    for update in updates {
        let affected = functions.iter().map(|function| {
            let claims = update.claims.iter().filter(|claim| claim.function == Some(*function));
            let facts = timeline::at(timelines.of_target(carrier, *function), update.at);
            let new = claims.map(Status::of_claim).fold(facts, Status::max);
            let old = before.insert(*function, new).unwrap_or(Status::Operational);
            Affected { function: *function, old, new }
        });
        let affected = affected.collect();
        told.push(Told { update: (*update).clone(), affected });
    }
    told.reverse();
    told
}
