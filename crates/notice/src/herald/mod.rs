//! The herald: facts of incidents in, messages out, each of claims that say what they stand on.
//!
//! It says what changed as soon as it is worth a message: at once when an incident opens, relapses or is restored, or an
//! operator speaks; other changes are gathered for a minute. A return is held back the longer the oftener one came to nothing
//! lately, up to a quarter of an hour, and one that is gone before it was said is not spoken of: a carrier that flaps would
//! else be a message every few seconds. And it keeps its word: by the time that the last message gave
//! for the next one, the next one is there, with fresh counts. It is told the time and holds nothing that the facts and what
//! was said do not give back ([`Herald::resume`]).

mod incident;
mod line;

use crate::{Claim, Update, UpdateId};
use clock::Time;
use incident::Open;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, time::Duration};
use watch::{Carrier, Health, IncidentId, Transition, What};

/// Incidents that are over and remembered, in case they begin again.
const RESTORED_COUNT_MAX: usize = 256;

/// How the herald speaks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HeraldSettings {
    /// The longest time between two messages of an open incident, in minutes.
    pub message_every_min: u32,
    /// For how long changes are gathered that need not be said at once, in seconds.
    pub gather_s: u32,
    /// The carrier's own page, cited where it confirms; none where it is not read.
    pub official_url: Option<String>,
}

impl Default for HeraldSettings {
    fn default() -> Self {
        Self { message_every_min: 60, gather_s: 60, official_url: None }
    }
}

impl HeraldSettings {
    fn every(&self) -> Duration {
        Duration::from_secs(u64::from(self.message_every_min.max(1)) * 60)
    }

    fn gather(&self) -> Duration {
        Duration::from_secs(u64::from(self.gather_s))
    }
}

/// What became of the labels that had to wait, as far as it was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// Labels that waited and were sent since.
    pub sent: u64,
    /// Labels that still wait for an answer of the shop or its buyer.
    pub need_answer: u64,
}

/// Turns facts into what may be said.
#[derive(Clone, Debug, Default)]
pub struct Herald {
    settings: HeraldSettings,
    last: u64,
    open: BTreeMap<IncidentId, Open>,
    work: BTreeMap<Carrier, Work>,
    /// Incidents that were said to be restored.
    restored: BTreeMap<IncidentId, Open>,
}

impl Herald {
    /// A herald that has heard and said nothing.
    pub fn new(settings: HeraldSettings) -> Self {
        Self { settings, ..Self::default() }
    }

    /// Takes up where the facts and the messages end: what was said is not said again, and what was promised is kept. Which of
    /// them came first is told by their times; after the clock was set back that is not known until it has caught up.
    #[must_use]
    pub fn resume(mut self, facts: &[Transition], said: &[Update]) -> Self {
        let mut said = said.iter().peekable();
        for fact in facts {
            while let Some(update) = said.next_if(|update| update.at < fact.at) {
                self.was_said(update);
            }
            self.take(fact);
        }
        said.for_each(|update| self.was_said(update));
        self
    }

    /// The next message's number is above this one.
    #[must_use]
    pub fn numbered_after(mut self, last: UpdateId) -> Self {
        self.last = self.last.max(last.0);
        self
    }

    fn was_said(&mut self, update: &Update) {
        self.last = self.last.max(update.id.0);
        let settings = &self.settings;
        let over = self.open.get_mut(&update.incident).is_some_and(|open| open.was_said(update, settings));
        if over {
            self.close(update.incident);
        }
    }

    /// It is over and that was said. Should it begin again, that is a relapse.
    fn close(&mut self, incident: IncidentId) {
        self.restored.extend(self.open.remove(&incident).map(|open| (incident, open)));
        while self.restored.len() > RESTORED_COUNT_MAX {
            self.restored.pop_first();
        }
    }

    /// Takes a change of an incident.
    pub fn take(&mut self, fact: &Transition) {
        if let What::Merged { from } = fact.what {
            self.merge(from, fact);
            return;
        }
        let known = self.open.contains_key(&fact.incident);
        if !known && !begins(&fact.what) {
            return;
        }
        let restored = self.restored.remove(&fact.incident);
        let open = self.open.entry(fact.incident).or_insert_with(|| Open::new(fact.carrier.clone(), fact.at));
        match restored.and_then(|before| before.restored_since(fact)) {
            Some(since) => open.begins_again(since, fact),
            None => open.take(fact, &self.settings),
        }
    }

    /// The one that turned out to be the same goes on in the other: what was seen in it is said there.
    fn merge(&mut self, from: IncidentId, fact: &Transition) {
        let Some(same) = self.open.remove(&from) else { return };
        let open = self.open.entry(fact.incident).or_insert_with(|| Open::new(fact.carrier.clone(), fact.at));
        open.join(same, fact.at.plus(self.settings.gather()));
    }

    /// Takes how the carriers look now, for the counts of the next messages.
    pub fn seen(&mut self, health: &[Health], at: Time) {
        for one in health {
            let theirs = self.open.values_mut().filter(|open| open.is_of(&one.carrier));
            theirs.for_each(|open| open.seen(one, at));
        }
    }

    /// Takes what became of the labels that had to wait.
    pub fn work(&mut self, carrier: &Carrier, work: Work) {
        self.work.insert(carrier.clone(), work);
    }

    /// What must be said now, the oldest incident first. Each is to be written down, then shown and sent.
    pub fn due(&mut self, now: Time) -> Vec<Update> {
        let mut updates = Vec::new();
        for (incident, open) in &mut self.open {
            let work = self.work.get(open.carrier()).copied();
            let mut due = open.is_due(now, &self.settings);
            while due {
                self.last += 1;
                updates.push(open.speak(UpdateId(self.last), *incident, (now, work), &self.settings));
                due = open.has_words();
            }
        }
        let over: Vec<IncidentId> = self.open.iter().filter(|(_, open)| open.is_over()).map(|(id, _)| *id).collect();
        over.into_iter().for_each(|incident| self.close(incident));
        updates
    }

    /// Whether an incident is open: while one is, fresh counts are wanted.
    pub fn is_busy(&self) -> bool {
        !self.open.is_empty()
    }

    /// What may be said now of every carrier with an open incident, the news first.
    pub fn standing(&self, now: Time) -> Vec<Claim> {
        self.open.values().flat_map(|open| open.standing(now)).filter(|claim| claim.is_live(now)).collect()
    }
}

/// Whether it may begin an incident here: whose beginning was not heard of, is not told of either.
const fn begins(what: &What) -> bool {
    matches!(what, What::Opened { .. } | What::Joined { .. } | What::Reopened { .. })
}
