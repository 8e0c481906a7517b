//! One open incident: how each function stands, what is new since the last message, and when the next one is due.

use super::{
    HeraldSettings, Work,
    line::{Line, Told},
};
use crate::{Claim, Method, Remark, Says, SeenBy, Stage, Update, UpdateId, Window};
use clock::Time;
use std::{
    collections::{BTreeMap, VecDeque, btree_map::Entry},
    time::Duration,
};
use watch::{
    Carrier, Condition, Control, Evidence, Function, Health, IncidentId, Kind, Numbers, Outside, Points, Transition,
    Verdict, What, Word,
};

/// A message that renews is made so long before the time that was promised, so that it is there by then.
const EARLY: Duration = Duration::from_secs(45);
/// Promised times are whole multiples of this, which read well.
const ROUND_MS: i64 = 5 * 60 * 1_000;
/// A claim may be said for so long beyond the promised time: the next message takes its place before.
const GRACE: Duration = Duration::from_secs(600);
/// What ended an incident may be said for so long.
const END_SAID_FOR: Duration = Duration::from_secs(86_400);

/// A return is said the later the oftener one came to nothing within this time.
const RELAPSES_WITHIN: Duration = Duration::from_secs(2 * 3_600);
/// But not later than this after it was seen.
const HOLD_MAX: Duration = Duration::from_secs(900);

/// Who confirmed it, and where.
#[derive(Clone, Debug)]
struct Confirmed {
    source: String,
    at: Time,
    by: SeenBy,
}

/// An open incident.
#[derive(Clone, Debug)]
pub(super) struct Open {
    carrier: Carrier,
    opened: Time,
    lines: BTreeMap<Function, Line>,
    verdict: Verdict,
    evidence: Vec<Evidence>,
    confirmed: Option<Confirmed>,
    remarks: VecDeque<Remark>,
    /// The functions of which something is new, and by when it is to be said.
    news: BTreeMap<Function, Time>,
    /// By when a new confirmation, or a new word on whose fault it is, is to be said.
    news_of_all: Option<Time>,
    news_confirmed: bool,
    verdict_said: Verdict,
    /// When relapses were said, lately.
    relapses: VecDeque<Time>,
    next_by: Option<Time>,
    expires: Time,
    restored: Option<(Time, f64)>,
    over: bool,
}

impl Open {
    pub(super) fn new(carrier: Carrier, opened: Time) -> Self {
        Self {
            carrier,
            opened,
            lines: BTreeMap::new(),
            verdict: Verdict::Unknown,
            evidence: Vec::new(),
            confirmed: None,
            remarks: VecDeque::new(),
            news: BTreeMap::new(),
            news_of_all: None,
            news_confirmed: false,
            verdict_said: Verdict::Unknown,
            relapses: VecDeque::new(),
            next_by: None,
            expires: opened,
            restored: None,
            over: false,
        }
    }

    pub(super) const fn carrier(&self) -> &Carrier {
        &self.carrier
    }

    pub(super) fn is_of(&self, carrier: &Carrier) -> bool {
        self.carrier == *carrier
    }

    pub(super) const fn is_over(&self) -> bool {
        self.over
    }

    /// When the return was seen that this fact ends, after it was said to be restored.
    pub(super) fn restored_since(&self, fact: &Transition) -> Option<Time> {
        let What::Reopened { function, .. } = fact.what else { return None };
        self.restored.filter(|_| self.lines.contains_key(&function)).map(|(since, _)| since)
    }

    /// It begins again after this end of it was said.
    pub(super) fn begins_again(&mut self, restored: Time, fact: &Transition) {
        if let What::Reopened { function, condition, numbers } = &fact.what {
            let line = Line::fell_again(*function, *condition, numbers, (restored, fact.at));
            self.lines.insert(*function, line);
            self.news.insert(*function, fact.at);
        }
    }

    pub(super) fn take(&mut self, fact: &Transition, settings: &HeraldSettings) {
        let at = fact.at;
        let gathered = at.plus(settings.gather());
        match &fact.what {
            What::Opened { function, condition, numbers } | What::Reopened { function, condition, numbers } => {
                self.restored = None;
                self.fell((*function, *condition, numbers), at, at);
            }
            What::Joined { function, condition, numbers } => self.fell((*function, *condition, numbers), at, gathered),
            What::Changed { function, condition, numbers } if self.lines.get(function).is_some_and(Line::was_up) => {
                self.fell((*function, *condition, numbers), at, gathered);
            }
            What::Changed { function, condition, numbers } => {
                self.news_of(*function, gathered, |line| line.changed(*condition, numbers, at));
            }
            What::Signs { function, numbers } => {
                let by = at.plus(self.hold(at, settings));
                self.news_of(*function, by, |line| line.signs(numbers, at));
            }
            What::UnderWatch { function, numbers } => {
                self.news_of(*function, gathered, |line| line.under_watch(numbers, at));
            }
            What::Relapsed { function, condition, numbers } if self.lines.contains_key(function) => {
                self.fell((*function, *condition, numbers), at, gathered);
            }
            What::Relapsed { .. } => {}
            What::Returned { function, numbers } => {
                self.news_of(*function, gathered, |line| line.returned(numbers, at));
            }
            What::Restored { odds, up_min, .. } => {
                let up = Duration::try_from_secs_f64(up_min * 60.0).unwrap_or_default();
                self.restored = Some((at.minus(up), 1.0 - odds));
            }
            What::Attributed { verdict, evidence } => {
                self.attributed(*verdict, evidence, settings.official_url.as_deref());
            }
            What::Remark { by, said } => self.remark(by, said, at),
            What::Merged { .. } => {}
        }
        if self.news_confirmed || self.verdict != self.verdict_said {
            self.news_of_all.get_or_insert(gathered);
        }
    }

    /// A change of a function that is in this incident. What is owed earlier stays so.
    fn news_of(&mut self, function: Function, by: Time, change: impl FnOnce(&mut Line)) {
        let Some(line) = self.lines.get_mut(&function) else { return };
        let owed = self.news.get(&function).copied().filter(|_| line.is_relapsed() || line.told == Told::Nothing);
        change(line);
        self.news.insert(function, owed.map_or(by, |owed| owed.min(by)));
    }

    /// A fall. Of a function that is on its way back it is said at once where somebody was told of that; nothing is new where
    /// nobody was.
    fn fell(&mut self, (function, condition, numbers): (Function, Condition, &Numbers), at: Time, by: Time) {
        if let Entry::Vacant(place) = self.lines.entry(function) {
            place.insert(Line::fell(function, condition, numbers, at));
            self.news.insert(function, by);
            return;
        }
        self.news_of(function, by, |line| line.relapsed(condition, numbers, at));
        let Some(line) = self.lines.get(&function) else { return };
        if line.is_relapsed() {
            let owed = self.news.get(&function).map_or(at, |owed| at.min(*owed));
            self.news.insert(function, owed);
        } else if line.told == Told::Down {
            self.news.remove(&function);
        }
    }

    /// For how long a return is held back: the oftener one came to nothing lately, the longer.
    fn hold(&self, at: Time, settings: &HeraldSettings) -> Duration {
        let lately = self.relapses.iter().filter(|said| at.since(**said) <= RELAPSES_WITHIN).count();
        let times = 1_u32.checked_shl(u32::try_from(lately).unwrap_or(u32::MAX)).unwrap_or(u32::MAX);
        settings.gather().saturating_mul(times).min(HOLD_MAX.max(settings.gather()))
    }

    fn line(&mut self, function: Function, change: impl FnOnce(&mut Line)) {
        if let Some(line) = self.lines.get_mut(&function) {
            change(line);
        }
    }

    fn attributed(&mut self, verdict: Verdict, evidence: &[Evidence], official_url: Option<&str>) {
        (self.verdict, self.evidence) = (verdict, evidence.to_vec());
        let official =
            |one: &&Evidence| one.kind == Kind::Outside(Outside::Official) && one.points == Points::AtCarrier;
        let Some((told, source)) = evidence.iter().find(official).zip(official_url) else { return };
        self.confirm(Confirmed { source: source.to_owned(), at: told.at, by: SeenBy::Carrier });
    }

    fn confirm(&mut self, confirmed: Confirmed) {
        if self.confirmed.is_none() {
            (self.confirmed, self.news_confirmed) = (Some(confirmed), true);
        }
    }

    fn remark(&mut self, by: &str, said: &Word, at: Time) {
        let text = match said {
            Word::Note { text } => text,
            Word::Confirm { text, source } => {
                if let Some(source) = source {
                    self.confirm(Confirmed { source: source.clone(), at, by: SeenBy::Operator });
                }
                text
            }
            Word::Correct { verdict, text } => {
                self.verdict = *verdict;
                text
            }
        };
        self.remarks.push_back(Remark { by: by.to_owned(), text: text.clone(), at });
    }

    pub(super) fn join(&mut self, other: Self, gathered: Time) {
        for (function, line) in other.lines {
            let by = other.news.get(&function).copied().unwrap_or(gathered);
            self.lines.entry(function).or_insert_with(|| {
                self.news.insert(function, by);
                line
            });
        }
        self.remarks.extend(other.remarks);
        self.confirmed = self.confirmed.take().or(other.confirmed);
        self.relapses.extend(other.relapses);
    }

    pub(super) fn seen(&mut self, health: &Health, at: Time) {
        for one in &health.functions {
            self.line(one.function, |line| line.seen(one, at));
        }
    }

    /// Whether something must be said now.
    pub(super) fn is_due(&self, now: Time, settings: &HeraldSettings) -> bool {
        if self.over {
            return false;
        }
        let news = self.news.values().chain(&self.news_of_all).any(|by| *by <= now);
        self.restored.is_some() || !self.remarks.is_empty() || news || self.is_promised(now, settings)
    }

    /// Whether operators' words wait: each has a message of its own.
    pub(super) fn has_words(&self) -> bool {
        !self.remarks.is_empty()
    }

    fn is_promised(&self, now: Time, settings: &HeraldSettings) -> bool {
        self.next_by.is_none_or(|by| now >= by.minus(EARLY.min(settings.every() / 4)))
    }

    pub(super) fn speak(
        &mut self,
        id: UpdateId,
        incident: IncidentId,
        (now, work): (Time, Option<Work>),
        settings: &HeraldSettings,
    ) -> Update {
        let next_by = self.restored.is_none().then(|| rounded_up(now.plus(settings.every()), now));
        self.expires = next_by.map_or(now.plus(END_SAID_FOR), |by| by.plus(GRACE));
        let update = Update {
            id,
            incident,
            carrier: self.carrier.clone(),
            at: now,
            stage: self.stage(),
            verdict: self.verdict,
            claims: self.claims(now, work, &self.held(now, settings)),
            remark: self.remarks.pop_front(),
            next_by,
        };
        self.said(&update, settings);
        update
    }

    /// The functions whose return is not said yet. At the promised time everything is, and what would follow soon goes along.
    fn held(&self, now: Time, settings: &HeraldSettings) -> Vec<Function> {
        if self.is_promised(now, settings) {
            return Vec::new();
        }
        let soon = now.plus(settings.gather() / 2);
        let is_held =
            |function: &Function, by: &Time| *by > soon && self.lines.get(function).is_some_and(Line::is_unsaid_return);
        let held: Vec<Function> =
            self.news.iter().filter(|(function, by)| is_held(function, by)).map(|(function, _)| *function).collect();
        let all = self.lines.keys().all(|function| held.contains(function));
        if all { Vec::new() } else { held }
    }

    /// What was said before this process began, in the words of [`Open::speak`]; whether that ended it.
    pub(super) fn was_said(&mut self, update: &Update, settings: &HeraldSettings) -> bool {
        if let Some(place) = self.remarks.iter().position(|one| update.remark.as_ref() == Some(one)) {
            self.remarks.drain(..=place);
        }
        self.expires = update.next_by.map_or(update.at.plus(END_SAID_FOR), |by| by.plus(GRACE));
        self.said(update, settings);
        self.over
    }

    fn said(&mut self, update: &Update, settings: &HeraldSettings) {
        self.next_by = update.next_by;
        (self.news_of_all, self.news_confirmed, self.verdict_said) = (None, false, self.verdict);
        self.relapses.retain(|said| update.at.since(*said) <= RELAPSES_WITHIN);
        if self.lines.values().any(Line::is_relapsed) {
            self.relapses.push_back(update.at);
        }
        let hold = self.hold(update.at, settings);
        let spoken = |function: Function| update.claims.iter().any(|claim| claim.function == Some(function));
        for (function, line) in &mut self.lines {
            if !spoken(*function) {
                // Of what left the incident there is nothing to say; a return that is held back stays news.
                self.news.retain(|one, _| one != function || line.is_unsaid_return());
                continue;
            }
            self.news.remove(function);
            if let Some(again) = line.settle() {
                self.news.insert(*function, again.plus(hold));
            }
        }
        self.over = self.restored.is_some() && self.remarks.is_empty();
    }

    fn stage(&self) -> Stage {
        if self.restored.is_some() {
            return Stage::Resolved;
        }
        if self.lines.values().all(Line::is_returning) {
            return Stage::Monitoring;
        }
        let known = self.confirmed.is_some() || self.verdict != Verdict::Unknown;
        if known { Stage::Identified } else { Stage::Investigating }
    }

    /// What may be said now, until the message's time is over.
    pub(super) fn standing(&self, now: Time) -> Vec<Claim> {
        if self.next_by.is_none() { Vec::new() } else { self.claims(now, None, &[]) }
    }

    /// Everything that may be said, the news first.
    fn claims(&self, now: Time, work: Option<Work>, held: &[Function]) -> Vec<Claim> {
        if let Some((since, confidence)) = self.restored {
            return vec![self.restored_claim(since, confidence, (now, work))];
        }
        let well = self.we_are_well();
        let said = self.lines.values().filter(|line| !held.contains(&line.function));
        let (news, old): (Vec<&Line>, Vec<&Line>) = said.partition(|line| self.news.contains_key(&line.function));
        let of = |line: &&Line| line.claim(&self.carrier, well, now, self.expires);
        let mut claims: Vec<Claim> = news.iter().filter_map(of).collect();
        // The worst of the news first: a message is known by what it begins with.
        claims.sort_by_key(|claim| std::cmp::Reverse(gravity(&claim.says)));
        if self.news_confirmed {
            claims.extend(self.confirmed_claim(now));
        }
        claims.extend(old.iter().filter_map(of));
        if !self.news_confirmed {
            claims.extend(self.confirmed_claim(now));
        }
        claims
    }

    fn we_are_well(&self) -> bool {
        let loopback = self.evidence.iter().find(|one| one.kind == Kind::Control(Control::Loopback));
        loopback.is_some_and(|one| one.points == Points::AwayFromUs)
            && !matches!(self.verdict, Verdict::Ours | Verdict::OurPath)
    }

    fn confirmed_claim(&self, now: Time) -> Option<Claim> {
        let Confirmed { source, at, by } = self.confirmed.clone()?;
        Some(self.whole(Says::Confirmed { source, at }, by, (at, now), None))
    }

    fn restored_claim(&self, since: Time, confidence: f64, (now, work): (Time, Option<Work>)) -> Claim {
        let (sent, need_answer) = work.map(|work| (work.sent, work.need_answer)).unzip();
        self.whole(Says::Restored { sent, need_answer }, SeenBy::Ourselves, (since, now), Some(confidence))
    }

    /// A claim of the carrier as a whole.
    fn whole(&self, says: Says, seen_by: SeenBy, (since, now): (Time, Time), confidence: Option<f64>) -> Claim {
        let method = if matches!(says, Says::Confirmed { .. }) { Method::Source } else { Method::Odds };
        Claim {
            carrier: self.carrier.clone(),
            function: None,
            says,
            since,
            seen_by,
            window: Window { from: since.max(self.opened), to: now },
            counts: None,
            method,
            confidence,
            made: now,
            expires: self.expires,
        }
    }
}

const fn gravity(says: &Says) -> u8 {
    match says {
        Says::Relapsed { .. } => 4,
        Says::Failing { .. } => 3,
        Says::Confirmed { .. } => 2,
        Says::Signs | Says::UnderWatch => 1,
        Says::Restored { .. } => 0,
    }
}

/// A time that reads well, not after this one but where that would be in the past.
fn rounded_up(at: Time, now: Time) -> Time {
    let down = Time::from_unix_ms(at.unix_ms() - at.unix_ms().rem_euclid(ROUND_MS));
    if down > now.plus(EARLY * 2) { down } else { at }
}
