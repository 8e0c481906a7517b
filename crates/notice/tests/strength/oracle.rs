//! What may be said, by the facts alone, held against the rendered text.

use clock::Time;
use notice::{Claim, Lang, Update, Words};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};
use watch::{Control, Function, IncidentId, Kind, Outside, Points, Transition, Verdict, What, Word};

/// What a sentence says, as a reader would take it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sense {
    Fails,
    Confirmed,
    Signs,
    UnderWatch,
    Relapsed,
    Restored,
    Other,
}

/// By which words a reader tells.
const MARKS: [(Sense, &str, &str); 6] = [
    (Sense::Fails, "nous constatons que", "we observe that"),
    (Sense::Confirmed, "Confirmé", "Confirmed"),
    (Sense::Signs, "Signes de retour", "Signs of recovery"),
    (Sense::UnderWatch, "Sous surveillance", "Under watch"),
    (Sense::Relapsed, "n’a pas tenu", "did not hold"),
    (Sense::Restored, "établi depuis", "estored since"),
];
const CALLS: [(Function, &str, &str); 4] = [
    (Function::Label, "emandes d’étiquette", "abel requests"),
    (Function::Pickup, "echerches de point", "ickup point searches"),
    (Function::Tracking, "emandes de suivi", "racking requests"),
    (Function::Orders, "changes de commandes", "rder exchanges"),
];

const HOUR: Duration = Duration::from_secs(3_600);

/// How a function stands by its facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Truth {
    Down,
    Signs,
    UnderWatch,
    Restored,
}

#[derive(Clone, Debug, Default)]
struct Known {
    functions: BTreeMap<Function, Truth>,
    /// The functions of which a message said, by its text, that they are on their way back or back.
    told_return: BTreeSet<Function>,
    /// Relapses of what was told, not said yet.
    relapsed: BTreeSet<Function>,
    restored: bool,
    open: bool,
    verdict: Option<Verdict>,
    ourselves_well: bool,
    confirmed: bool,
    /// Since when something must be said at once.
    owed: Option<Time>,
}

/// Judges.
#[derive(Default)]
pub(crate) struct Oracle {
    known: BTreeMap<IncidentId, Known>,
    /// Incidents of which a message said that they are restored.
    told_restored: BTreeMap<IncidentId, BTreeSet<Function>>,
    last_id: u64,
    promised: BTreeMap<IncidentId, Time>,
    away: bool,
    pub(crate) wrong: Vec<String>,
}

impl Oracle {
    pub(crate) fn is_open(&self, incident: IncidentId) -> bool {
        self.known.get(&incident).is_some_and(|known| known.open)
    }

    /// The open incident of the first carrier that has this function in it.
    pub(crate) fn owner(&self, function: Function) -> Option<IncidentId> {
        let of_the_first = self.known.iter().filter(|(id, known)| id.0 < 2 && known.open);
        of_the_first.filter(|(_, known)| known.functions.contains_key(&function)).map(|(id, _)| *id).next()
    }

    /// The process is not there for a while: what it promised meanwhile it cannot keep.
    pub(crate) fn away(&mut self) {
        self.away = true;
    }

    pub(crate) fn heard(&mut self, fact: &Transition) {
        if let What::Merged { from } = fact.what {
            self.promised.remove(&from);
            let Some(other) = self.known.remove(&from).filter(|other| other.open) else { return };
            let known = self.known.entry(fact.incident).or_default();
            for (function, truth) in other.functions {
                let theirs = &other.told_return;
                known.functions.entry(function).or_insert_with(|| {
                    known.told_return.extend(theirs.get(&function));
                    known.relapsed.extend(other.relapsed.get(&function));
                    truth
                });
            }
            (known.open, known.confirmed) = (true, known.confirmed || other.confirmed);
            return;
        }
        let begins = matches!(fact.what, What::Opened { .. } | What::Joined { .. } | What::Reopened { .. });
        if begins && !self.is_open(fact.incident) {
            let fresh = Known { open: true, owed: Some(fact.at), ..Known::default() };
            self.known.insert(fact.incident, fresh);
        }
        let Some(known) = self.known.get_mut(&fact.incident).filter(|known| known.open) else { return };
        if let What::Reopened { function, .. } = &fact.what
            && begins
            && self.told_restored.remove(&fact.incident).is_some_and(|told| told.contains(function))
        {
            known.told_return.insert(*function);
        }
        if begins {
            self.told_restored.remove(&fact.incident);
        }
        known.heard(fact);
    }

    pub(crate) fn said(&mut self, update: &Update, facts: &[Transition]) {
        if update.id.0 <= self.last_id {
            self.wrong.push(format!("{:?} comes after #{}", update.id, self.last_id));
        }
        self.last_id = update.id.0;
        let senses = self.rendered(update, update.at);
        for claim in &update.claims {
            self.claim(claim, update.at, update.incident);
        }
        self.blame(update);
        let Some(known) = self.known.get_mut(&update.incident) else {
            self.wrong.push(format!("{update:?} is of no incident: {facts:?}"));
            return;
        };
        known.told(update, &senses);
        if !known.relapsed.is_empty() && !known.restored {
            self.wrong.push(format!("the relapse of {:?} is not in {update:?}", known.relapsed));
        }
        known.owed = None;
        if known.open && known.restored {
            self.told_restored.insert(update.incident, known.functions.keys().copied().collect());
        }
        known.open &= !known.restored;
        match update.next_by {
            Some(by) if by > update.at => _ = self.promised.insert(update.incident, by),
            Some(_) => self.wrong.push(format!("the next message of {update:?} is promised for the past")),
            None if known.restored => _ = self.promised.remove(&update.incident),
            None => self.wrong.push(format!("{update:?} promises nothing and nothing is restored")),
        }
    }

    /// Holds after everything that is due was said.
    pub(crate) fn after(&mut self, now: Time, _facts: &[Transition], said: &[Update]) {
        for (incident, known) in self.known.iter().filter(|(_, known)| known.open) {
            if let Some(since) = known.owed {
                self.wrong
                    .push(format!("{incident:?}: not said at {now:?} what was to be said at once since {since:?}"));
            }
        }
        let broken = self.promised.iter().find(|(_, by)| **by < now).map(|(incident, by)| (*incident, *by));
        if let Some((incident, by)) = broken.filter(|_| !self.away) {
            self.wrong.push(format!("{incident:?}: promised by {by:?}, nothing at {now:?}"));
        }
        self.away = false;
        // An hour after the next message was due, or two days after the last one, nothing of it is said any more.
        if let Some(update) = said.last() {
            let late = update.next_by.map_or(Duration::from_secs(2 * 86_400), |by| by.since(update.at) + HOUR);
            let late = update.at.plus(late);
            let spoken = Words::of(Lang::French).update(update, late);
            let alone = update.claims.iter().any(|claim| Words::of(Lang::English).claim(claim, late).is_some());
            let stale = spoken.lines.iter().any(|line| sense(line, Lang::French) != Sense::Other);
            if stale || alone || spoken.level.is_some() {
                self.wrong.push(format!("still said at {late:?}: {spoken:?}"));
            }
        }
    }

    pub(crate) fn standing(&mut self, claims: &[Claim], now: Time, _facts: &[Transition]) {
        for claim in claims {
            let incidents: Vec<IncidentId> =
                self.known.iter().filter(|(_, known)| known.open).map(|(id, _)| *id).collect();
            // By the carrier alone it cannot be told of which incident a claim is: it must be true of one.
            let before = self.wrong.len();
            let mut true_of_one = false;
            for incident in incidents {
                let so_far = self.wrong.len();
                self.claim(claim, now, incident);
                true_of_one |= self.wrong.len() == so_far;
                self.wrong.truncate(so_far);
            }
            if !true_of_one {
                self.wrong.truncate(before);
                self.wrong.push(format!("standing at {now:?} and true of no incident: {claim:?}"));
            }
        }
    }

    /// Both languages, sentence by sentence, in the same sense.
    fn rendered(&mut self, update: &Update, now: Time) -> Vec<Sense> {
        let [french, english] = Lang::ALL.map(|lang| {
            let spoken = Words::of(lang).update(update, now);
            let senses: Vec<Sense> = spoken.lines.iter().map(|line| sense(line, lang)).collect();
            (spoken, senses)
        });
        if french.1 != english.1 || french.0.level != english.0.level {
            self.wrong.push(format!("not the same: {:?} and {:?}", french.0, english.0));
        }
        let headline = sense_of_headline(&french.0.headline);
        if headline != sense_of_headline(&english.0.headline) {
            self.wrong.push(format!("not the same: {} and {}", french.0.headline, english.0.headline));
        }
        french.1
    }

    fn claim(&mut self, claim: &Claim, now: Time, incident: IncidentId) {
        let Some(text) = Words::of(Lang::English).claim(claim, now) else {
            self.wrong.push(format!("expired when it was made: {claim:?}"));
            return;
        };
        let known = self.known.get(&incident).cloned().unwrap_or_default();
        let function = function_of(&text);
        let truth = function.and_then(|function| known.functions.get(&function)).copied();
        let relapse_first = function.is_some_and(|function| known.relapsed.contains(&function)) && !known.restored;
        let good = match sense(&text, Lang::English) {
            // A relapse that is owed comes before a return that was seen after it.
            _ if relapse_first => sense(&text, Lang::English) == Sense::Relapsed,
            Sense::Fails => truth == Some(Truth::Down),
            Sense::Signs => truth == Some(Truth::Signs),
            Sense::UnderWatch => truth == Some(Truth::UnderWatch),
            Sense::Relapsed => false,
            Sense::Restored => known.restored || truth == Some(Truth::Restored),
            Sense::Confirmed => known.confirmed,
            Sense::Other => false,
        };
        if !good {
            self.wrong.push(format!("stronger than what is known ({truth:?}, {known:?}): {text}"));
        }
        if text.contains("Our own service answers normally") && !known.ourselves_well {
            self.wrong.push(format!("nothing proves that we are well: {text}"));
        }
    }

    fn blame(&mut self, update: &Update) {
        let known = self.known.get(&update.incident).cloned().unwrap_or_default();
        let text = Words::of(Lang::English).update(update, update.at).lines.join("\n");
        let at_carrier = text.contains("the trouble is at the carrier");
        let at_us = text.contains("on our side") || text.contains("on our way out");
        let good = match known.verdict {
            Some(Verdict::Carrier | Verdict::OneFunction(_)) => !at_us,
            Some(Verdict::Ours | Verdict::OurPath) => !at_carrier,
            Some(Verdict::Unknown) | None => !at_carrier && !at_us,
        };
        if !good {
            self.wrong.push(format!("blame without evidence ({:?}): {text}", known.verdict));
        }
    }
}

impl Known {
    fn heard(&mut self, fact: &Transition) {
        match &fact.what {
            What::Opened { function, .. } | What::Reopened { function, .. } => {
                let is_new = self.functions.insert(*function, Truth::Down).is_none();
                if std::mem::take(&mut self.restored) {
                    self.owed = None;
                }
                if self.fell(*function) || is_new {
                    self.owed = Some(fact.at);
                }
            }
            What::Joined { function, .. } => {
                self.functions.insert(*function, Truth::Down);
                if self.fell(*function) {
                    self.owed = Some(fact.at);
                }
            }
            What::Signs { function, .. } => self.stands(*function, Truth::Signs),
            What::UnderWatch { function, .. } => self.stands(*function, Truth::UnderWatch),
            What::Returned { function, .. } => self.stands(*function, Truth::Restored),
            What::Changed { function, .. } | What::Relapsed { function, .. } => {
                self.stands(*function, Truth::Down);
                if self.fell(*function) {
                    self.owed = Some(fact.at);
                }
            }
            What::Restored { .. } => (self.restored, self.owed) = (true, Some(fact.at)),
            What::Attributed { verdict, evidence } => {
                self.verdict = Some(*verdict);
                let has = |kind, points| evidence.iter().any(|one| one.kind == kind && one.points == points);
                self.ourselves_well = has(Kind::Control(Control::Loopback), Points::AwayFromUs);
                self.confirmed |= has(Kind::Outside(Outside::Official), Points::AtCarrier);
            }
            What::Remark { said, .. } => match said {
                Word::Correct { verdict, .. } => self.verdict = Some(*verdict),
                Word::Confirm { source, .. } => self.confirmed |= source.is_some(),
                Word::Note { .. } => {}
            },
            What::Merged { .. } => {}
        }
    }

    /// It fell; a relapse to tell of where a return was told of.
    fn fell(&mut self, function: Function) -> bool {
        let told = self.told_return.contains(&function);
        if told {
            self.relapsed.insert(function);
        }
        told
    }

    /// Only of a function that is in the incident.
    fn stands(&mut self, function: Function, truth: Truth) {
        if let Some(known) = self.functions.get_mut(&function) {
            *known = truth;
        }
    }

    /// What a reader knows after this message.
    fn told(&mut self, update: &Update, senses: &[Sense]) {
        let spoken = Words::of(Lang::English).update(update, update.at);
        for (line, sense) in spoken.lines.iter().zip(senses) {
            let Some(function) = function_of(line) else { continue };
            match sense {
                Sense::Signs | Sense::UnderWatch | Sense::Restored => _ = self.told_return.insert(function),
                Sense::Fails => _ = self.told_return.remove(&function),
                Sense::Relapsed => {
                    self.told_return.remove(&function);
                    self.relapsed.remove(&function);
                }
                Sense::Confirmed | Sense::Other => {}
            }
        }
    }
}

fn function_of(text: &str) -> Option<Function> {
    CALLS.iter().find(|(_, _, english)| text.contains(english)).map(|(function, _, _)| *function)
}

fn sense(line: &str, lang: Lang) -> Sense {
    let mark = |french: &'static str, english: &'static str| if lang == Lang::French { french } else { english };
    let found = MARKS.iter().find(|(_, french, english)| line.contains(mark(french, english)));
    found.map_or(Sense::Other, |(sense, _, _)| *sense)
}

fn sense_of_headline(line: &str) -> Option<usize> {
    const MARKS: [(&str, &str); 7] = [
        ("perturbation constatée", "disruption observed"),
        ("perturbation confirmée", "disruption confirmed"),
        ("signes de retour", "signs of recovery"),
        ("sous surveillance", "under watch"),
        ("n’a pas tenu", "did not hold"),
        ("rétabli", "restored"),
        ("non connu", "not known"),
    ];
    MARKS.iter().position(|(french, english)| line.contains(french) || line.contains(english))
}
