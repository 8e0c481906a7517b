//! The one face of the crate: observations in, facts of incidents out.

use crate::{
    book::Book,
    evidence::{Count, Evidence, Kind, Points, Scene, Verdict, judge, of_control},
    fitted::{FITTED, Fitted},
    health::{FunctionHealth, Health},
    incident::{Condition, Incident, IncidentId, REMARK_CHARS_MAX, Transition, What, Word},
    line::{Change, Line},
    observation::{Carrier, Function, Observation, Outside, Source, Target},
    own::Own,
    recent::{Recent, together},
    stream::Stream,
};
use clock::Time;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

/// Evidence is looked at again after so long while something is down.
const JUDGE_EVERY: Duration = Duration::from_secs(5);
/// Evidence older than this is no longer of this trouble.
const EVIDENCE_FOR: Duration = Duration::from_secs(300);
/// Words from outside count for longer: people report late.
const WORDS_FOR: Duration = Duration::from_secs(3_600);
/// Below so many calls a second (four a minute) traffic is thin, and canaries step up.
const THIN_PER_S: f64 = 4.0 / 60.0;

/// What the watch is told by configuration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// False alarms that are borne, per carrier and quarter.
    pub false_alarms_per_quarter: f64,
    /// The numbers of the relapse estimator.
    pub fitted: Fitted,
}

impl Default for Settings {
    fn default() -> Self {
        Self { false_alarms_per_quarter: 1.0, fitted: FITTED }
    }
}

/// Changes that are kept for whoever asks for the news, at most: far more than a minute brings.
const NEWS_COUNT_MAX: usize = 10_000;

/// There is no such incident, or it is too long ago to be remembered here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no incident {0:?}")]
pub struct NoSuchIncident(pub IncidentId);

/// One carrier.
#[derive(Clone, Debug, Default)]
struct Company {
    lines: BTreeMap<Function, Line>,
    outside: BTreeMap<Outside, Recent>,
    judged: Time,
}

/// The watch over every carrier.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    settings: Settings,
    companies: BTreeMap<Carrier, Company>,
    own: Own,
    book: Book,
    news: VecDeque<Transition>,
}

impl Watch {
    /// A watch that has seen nothing.
    pub fn new(settings: Settings) -> Self {
        Self { settings, ..Self::default() }
    }

    /// Takes up where the journal ended: incidents, conditions and the memory of falls. What was up for how long counts
    /// anew, since nobody watched in between.
    #[must_use]
    pub fn resume<'a>(mut self, facts: impl IntoIterator<Item = &'a Transition>) -> Self {
        for fact in facts {
            self.fold(fact);
        }
        self.news.clear();
        self
    }

    /// What has changed since this was last asked, operators' words included, in its order.
    pub fn news(&mut self) -> Vec<Transition> {
        self.news.drain(..).collect()
    }

    /// Takes one observation; gives the changes that it brought.
    pub fn observe(&mut self, seen: &Observation) -> Vec<Transition> {
        match &seen.source {
            Source::Control(control) => self.own.take(*control, seen),
            Source::Outside(carrier, outside) => {
                let company = self.companies.entry(carrier.clone()).or_default();
                company.outside.entry(*outside).or_default().take(seen.at, !seen.class.is_well());
            }
            Source::Call(target) => return self.call(target, seen, false),
            Source::Canary(target) => return self.call(target, seen, true),
        }
        Vec::new()
    }

    fn call(&mut self, target: &Target, seen: &Observation, canary: bool) -> Vec<Transition> {
        let stretch = self.own.stretch(seen.at);
        let budget = self.settings.false_alarms_per_quarter;
        if !self.companies.contains_key(&target.carrier) {
            self.companies.insert(target.carrier.clone(), Company::default());
        }
        let Some(company) = self.companies.get_mut(&target.carrier) else { return Vec::new() };
        let line = company.lines.entry(target.function).or_default();
        let change = line.observe(seen, canary, stretch, budget);
        let returning = line.condition == Condition::UnderWatch;
        let mut facts = Vec::new();
        if let Some(change) = change {
            self.changed(&target.carrier, target.function, seen.at, change, &mut facts);
            self.judge(&target.carrier, seen.at, &mut facts);
        } else if returning {
            self.prove(&target.carrier, seen.at, &mut facts);
        }
        facts
    }

    /// What time alone brings; to be called every second or so.
    pub fn tick(&mut self, now: Time) -> Vec<Transition> {
        let mut facts = Vec::new();
        let carriers: Vec<Carrier> = self.companies.keys().cloned().collect();
        for carrier in &carriers {
            for function in Function::ALL {
                let line = self.companies.get(carrier).and_then(|company| company.lines.get(&function));
                if let Some(change) = line.and_then(|line| line.settle(now)) {
                    self.changed(carrier, function, now, change, &mut facts);
                }
            }
            self.prove(carrier, now, &mut facts);
            self.judge(carrier, now, &mut facts);
        }
        facts
    }

    /// Makes facts of what a line found.
    fn changed(
        &mut self,
        carrier: &Carrier,
        function: Function,
        at: Time,
        change: Change,
        facts: &mut Vec<Transition>,
    ) {
        let Some(line) = self.line(carrier, function) else { return };
        let numbers = line.numbers(at, self.settings.false_alarms_per_quarter, &self.settings.fitted);
        let open = self.book.open(carrier).map(|one| one.id);
        let lately = self.book.lately(carrier, function, at).map(|one| one.id);
        let id = open.or(lately).unwrap_or_else(|| self.book.next());
        let what = match (change, open, lately) {
            (Change::Fell(condition), None, None) => What::Opened { function, condition, numbers },
            (Change::Fell(condition), None, Some(_)) => What::Reopened { function, condition, numbers },
            (Change::Fell(condition), Some(open), lately) => {
                if let Some(from) = lately {
                    self.say(facts, at, open, carrier, What::Merged { from });
                }
                let before = self.book.get(open).is_some_and(|one| one.functions.contains_key(&function));
                if before {
                    What::Relapsed { function, condition, numbers }
                } else {
                    What::Joined { function, condition, numbers }
                }
            }
            (Change::Relapsed(condition), _, _) => What::Relapsed { function, condition, numbers },
            (Change::Changed(condition), _, _) => What::Changed { function, condition, numbers },
            (Change::Signs, _, _) => What::Signs { function, numbers },
            (Change::UnderWatch, _, _) => What::UnderWatch { function, numbers },
        };
        self.say(facts, at, id, carrier, what);
    }

    /// Says *returned* and *restored* where they are proved.
    fn prove(&mut self, carrier: &Carrier, now: Time, facts: &mut Vec<Transition>) {
        let fitted = self.settings.fitted;
        let Some(company) = self.companies.get(carrier) else { return };
        let proved: Vec<Function> = company
            .lines
            .iter()
            .filter(|(_, line)| line.is_proved(now, &fitted))
            .map(|(function, _)| *function)
            .collect();
        let (Some(open), false) = (self.book.open(carrier).map(|one| one.id), proved.is_empty()) else { return };
        let stands = |line: &Line| match line.condition {
            Condition::Well => !line.has_canary() || line.canary_passes(now),
            _ => line.is_proved(now, &fitted),
        };
        if company.lines.values().all(stands) {
            let odds = company.lines.values().filter_map(|line| line.odds(now, &fitted));
            let (odds, bound) = odds.fold((0.0_f64, 1.0_f64), |(odds, bound), one| (odds.max(one.0), bound.min(one.1)));
            let up =
                proved.iter().filter_map(|function| company.lines.get(function)).map(|line| line.up_for(now)).min();
            let up_min = crate::number::minutes(up.unwrap_or_default());
            self.say(facts, now, open, carrier, What::Restored { odds, bound, up_min });
            return;
        }
        for function in proved {
            let Some(line) = self.line(carrier, function) else { continue };
            let numbers = line.numbers(now, self.settings.false_alarms_per_quarter, &fitted);
            self.say(facts, now, open, carrier, What::Returned { function, numbers });
        }
    }

    /// Looks again whose fault it is. What was proved stays until other proof comes: evidence that has grown old is no
    /// evidence of the contrary.
    fn judge(&mut self, carrier: &Carrier, now: Time, facts: &mut Vec<Transition>) {
        let Some(company) = self.companies.get_mut(carrier) else { return };
        let down = company.lines.iter().filter(|(_, line)| line.condition.is_down());
        let Some((function, trouble)) = down.map(|(function, line)| (*function, line.trouble)).min_by_key(|one| one.1)
        else {
            return;
        };
        if company.judged > now.minus(JUDGE_EVERY) && facts.is_empty() {
            return;
        }
        company.judged = now;
        let Some(open) = self.book.open(carrier) else { return };
        let (id, stood, told_before) = (open.id, open.verdict, told_by_carrier(&open.evidence));
        let (verdict, evidence) = judge(&self.scene(carrier, function, trouble, now));
        // The carrier's own word is written down even where it changes nothing: it is what confirms.
        let told_now = !told_before && told_by_carrier(&evidence) && (verdict != Verdict::Unknown || stood == verdict);
        if told_now || (verdict != stood && verdict != Verdict::Unknown) {
            self.say(facts, now, id, carrier, What::Attributed { verdict, evidence });
        }
    }

    fn scene(&self, carrier: &Carrier, function: Function, trouble: Time, now: Time) -> Scene {
        let lines = self.companies.get(carrier).into_iter().flat_map(|company| company.lines.values());
        let firm = lines.filter(|line| line.condition.is_down()).map(|line| line.firm).max().unwrap_or_default();
        let since = trouble.max(firm).max(now.minus(EVIDENCE_FOR));
        let mut scene = Scene { controls: self.own.since(since), ..Scene::default() };
        let mut down = Vec::new();
        for (name, company) in &self.companies {
            for (other, line) in &company.lines {
                if name != carrier {
                    scene.carriers = together(scene.carriers, line.recent.since(since));
                } else if line.condition.is_down() {
                    down.push(*other);
                    for (all, more) in scene.stopped.iter_mut().zip(line.stopped) {
                        *all = all.saturating_add(more);
                    }
                    scene.stopped_at = scene.stopped_at.max(line.stopped_at);
                } else {
                    scene.functions = together(scene.functions, line.recent.since(since));
                }
            }
        }
        scene.function = (down.len() == 1).then_some(function);
        if let Some(company) = self.companies.get(carrier) {
            let words = company.outside.iter().map(|(outside, said)| (*outside, said.since(now.minus(WORDS_FOR))));
            scene.outside = words.filter(|(_, count): &(Outside, Count)| count.seen > 0).collect();
        }
        scene
    }

    /// Folds a fact that is new, and hands it out.
    fn say(&mut self, facts: &mut Vec<Transition>, at: Time, incident: IncidentId, carrier: &Carrier, what: What) {
        let fact = Transition { at, incident, carrier: carrier.clone(), what };
        self.fold(&fact);
        facts.push(fact);
    }

    fn fold(&mut self, fact: &Transition) {
        self.book.fold(fact);
        if self.news.len() == NEWS_COUNT_MAX {
            self.news.pop_front();
        }
        self.news.push_back(fact.clone());
        let company = self.companies.entry(fact.carrier.clone()).or_default();
        if let Some(function) = fact.what.function() {
            company.lines.entry(function).or_default().fold(fact.at, &fact.what);
        } else if matches!(fact.what, What::Restored { .. }) {
            let returning = company.lines.values_mut().filter(|line| line.condition != Condition::Well);
            returning.for_each(|line| line.fold(fact.at, &fact.what));
        }
    }

    /// An operator's word about an incident as a fact, cut to [`REMARK_CHARS_MAX`]. Once it is written down,
    /// [`Watch::hear`] takes it in.
    ///
    /// # Errors
    /// When there is no such incident.
    pub fn remark(&self, at: Time, incident: IncidentId, by: &str, said: Word) -> Result<Transition, NoSuchIncident> {
        let carrier = self.book.get(incident).ok_or(NoSuchIncident(incident))?.carrier.clone();
        let short = |text: String| text.chars().take(REMARK_CHARS_MAX).collect();
        let said = match said {
            Word::Note { text } => Word::Note { text: short(text) },
            Word::Confirm { text, source } => Word::Confirm { text: short(text), source },
            Word::Correct { verdict, text } => Word::Correct { verdict, text: short(text) },
        };
        Ok(Transition { at, incident, carrier, what: What::Remark { by: short(by.to_owned()), said } })
    }

    /// Takes in a word that [`Watch::remark`] made. It is added to what is known; nothing can be taken away.
    pub fn hear(&mut self, remark: &Transition) {
        if self.book.get(remark.incident).is_some() && matches!(remark.what, What::Remark { .. }) {
            self.fold(remark);
        }
    }

    /// The condition of a function and since when it is so; nothing for one that was never seen.
    pub fn condition(&self, carrier: &Carrier, function: Function) -> Option<(Condition, Time)> {
        self.line(carrier, function).map(|line| (line.condition, line.since))
    }

    /// The odds that a function that is up again falls within the next hour.
    pub fn odds(&self, carrier: &Carrier, function: Function, now: Time) -> Option<f64> {
        self.line(carrier, function)?.odds(now, &self.settings.fitted).map(|(odds, _)| odds)
    }

    /// How a carrier is; nothing for one that was never seen.
    pub fn health(&self, carrier: &Carrier, now: Time) -> Option<Health> {
        let company = self.companies.get(carrier)?;
        let incident = self.book.open(carrier);
        let functions: Vec<FunctionHealth> =
            company.lines.iter().map(|(function, line)| self.function_health(*function, line, now)).collect();
        let worst = functions.iter().map(|one| one.condition).max_by_key(|condition| gravity(*condition));
        Some(Health {
            carrier: carrier.clone(),
            condition: worst.unwrap_or_default(),
            incident: incident.map(|one| one.id),
            verdict: incident.map_or(Verdict::Unknown, Incident::stands_as),
            evidence: incident.map(|one| one.evidence.clone()).unwrap_or_default(),
            functions,
        })
    }

    fn function_health(&self, function: Function, line: &Line, now: Time) -> FunctionHealth {
        let odds = line.odds(now, &self.settings.fitted);
        FunctionHealth {
            function,
            condition: line.condition,
            since: Some(line.since).filter(|since| *since != Time::default()),
            odds: odds.map(|(odds, _)| odds),
            bound: odds.map(|(_, bound)| bound),
            up_s: line.up_for(now).as_secs(),
            canary_passes: line.canary_passes(now),
            usual_ms: line.stream.usual_ms(now),
            hour: line.ring.hour(now),
        }
    }

    /// How we are ourselves and our way out, by the probes of the last five minutes.
    pub fn ourselves(&self, now: Time) -> Vec<Evidence> {
        self.own.since(now.minus(EVIDENCE_FOR)).into_iter().map(|(control, count)| of_control(control, count)).collect()
    }

    /// Every carrier that was ever seen.
    pub fn carriers(&self) -> impl Iterator<Item = &Carrier> {
        self.companies.keys()
    }

    /// The incidents that are open or not long over, in the order of their opening.
    pub fn incidents(&self) -> impl Iterator<Item = &Incident> {
        self.book.all()
    }

    /// How often this function should be asked by a canary now: oftener when real traffic is thin, when something is odd,
    /// and on the way back.
    pub fn canary_interval(&self, carrier: &Carrier, function: Function) -> Duration {
        let Some(line) = self.line(carrier, function) else { return Duration::from_secs(30) };
        let seconds = match line.condition {
            Condition::Well | Condition::Signs | Condition::UnderWatch if line.stream.suspects() => 5,
            Condition::Slow | Condition::Dark => 10,
            Condition::Signs | Condition::UnderWatch => 30,
            Condition::Well if line.stream.per_second() < THIN_PER_S => 30,
            Condition::Well => 60,
        };
        Duration::from_secs(seconds)
    }

    /// Whether anything is down, on its way back or odd: then evidence is gathered oftener.
    pub fn is_troubled(&self) -> bool {
        let mut lines = self.companies.values().flat_map(|company| company.lines.values());
        lines.any(|line| line.condition != Condition::Well || line.stream.suspects())
    }

    /// The state of a stream, to be sent to another node.
    pub fn stream(&self, target: &Target) -> Option<&Stream> {
        self.line(&target.carrier, target.function).map(|line| &line.stream)
    }

    /// Adds what another node saw of a function.
    pub fn merge(&mut self, target: &Target, theirs: &Stream) {
        let company = self.companies.entry(target.carrier.clone()).or_default();
        company.lines.entry(target.function).or_default().stream.merge(theirs);
    }

    fn line(&self, carrier: &Carrier, function: Function) -> Option<&Line> {
        self.companies.get(carrier)?.lines.get(&function)
    }
}

fn told_by_carrier(evidence: &[Evidence]) -> bool {
    evidence.iter().any(|one| one.kind == Kind::Outside(Outside::Official) && one.points == Points::AtCarrier)
}

const fn gravity(condition: Condition) -> u8 {
    match condition {
        Condition::Well => 0,
        Condition::UnderWatch => 1,
        Condition::Signs => 2,
        Condition::Slow => 3,
        Condition::Dark => 4,
    }
}
