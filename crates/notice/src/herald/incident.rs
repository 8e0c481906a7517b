//! One open incident: how each function stands, what is new since the last message, and when the next one is due.

use super::{HeraldSettings, Work, line::Line};
use crate::{Claim, Method, Remark, Says, SeenBy, Stage, Update, UpdateId, Window};
use clock::Time;
use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};
use watch::{
    Carrier, Control, Evidence, Function, Health, IncidentId, Kind, Outside, Points, Transition, Verdict, What, Word,
};

/// A message that renews is made so long before the time that was promised, so that it is there by then.
const EARLY: Duration = Duration::from_secs(45);
/// Promised times are whole multiples of this, which read well.
const ROUND_MS: i64 = 5 * 60 * 1_000;
/// A relapse that was told of makes changes wait longer to be gathered, twice as long each, and counts for half after so long:
/// who is told *signs* and *it did not hold* every few minutes stops reading.
const CALMS_IN: Duration = Duration::from_secs(3_600);
/// But not more than so many times as long.
const GATHER_FACTOR_MAX: f64 = 16.0;
/// A claim may be said for so long beyond the promised time: the next message takes its place before.
const GRACE: Duration = Duration::from_secs(600);
/// What ended an incident may be said for so long.
const END_SAID_FOR: Duration = Duration::from_secs(86_400);

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
    /// The functions of which something is new, the first first.
    news: Vec<Function>,
    /// Whether the confirmation is new.
    news_confirmed: bool,
    /// When the first of what is new came.
    new_since: Option<Time>,
    /// Whether it is to be said at once.
    urgent: bool,
    next_by: Option<Time>,
    expires: Time,
    restored: Option<(Time, f64)>,
    over: bool,
    /// Relapses that were told of lately, each counting for half after [`CALMS_IN`].
    restless: f64,
    restless_at: Time,
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
            news: Vec::new(),
            news_confirmed: false,
            new_since: None,
            urgent: false,
            next_by: None,
            expires: opened,
            restored: None,
            over: false,
            restless: 0.0,
            restless_at: opened,
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

    pub(super) fn take(&mut self, fact: &Transition, official_url: Option<&str>) {
        let at = fact.at;
        match &fact.what {
            What::Opened { function, condition, numbers } | What::Reopened { function, condition, numbers } => {
                self.restored = None;
                self.lines.insert(*function, Line::fell(*function, *condition, numbers, at));
                self.urgent = true;
            }
            What::Joined { function, condition, numbers } => {
                self.lines.insert(*function, Line::fell(*function, *condition, numbers, at));
            }
            What::Changed { function, condition, numbers } => {
                self.line(*function, |l| l.changed(*condition, numbers, at))
            }
            What::Signs { function, numbers } => self.line(*function, |line| line.signs(numbers, at)),
            What::UnderWatch { function, numbers } => self.line(*function, |line| line.under_watch(numbers, at)),
            What::Relapsed { function, condition, numbers } => {
                self.line(*function, |line| line.relapsed(*condition, numbers, at));
                self.urgent |= self.lines.get(function).is_some_and(Line::is_relapsed);
            }
            What::Returned { function, numbers } => self.line(*function, |line| line.returned(numbers, at)),
            What::Restored { odds, up_min, .. } => {
                let up = Duration::try_from_secs_f64(up_min * 60.0).unwrap_or_default();
                (self.restored, self.urgent) = (Some((at.minus(up), 1.0 - odds)), true);
            }
            What::Attributed { verdict, evidence } => self.attributed(*verdict, evidence, official_url),
            What::Remark { by, said } => self.remark(by, said, at),
            What::Merged { .. } => {}
        }
        if let Some(function) = fact.what.function().filter(|function| self.lines.contains_key(function)) {
            self.news.retain(|one| *one != function);
            self.news.push(function);
            self.new_since.get_or_insert(at);
        }
        if self.news_confirmed || self.urgent {
            self.new_since.get_or_insert(at);
        }
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

    pub(super) fn join(&mut self, other: Self, at: Time) {
        for (function, line) in other.lines {
            self.lines.entry(function).or_insert(line);
        }
        self.remarks.extend(other.remarks);
        self.confirmed = self.confirmed.take().or(other.confirmed);
        self.news.extend(other.news);
        self.new_since = Some(at);
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
        let gathered = self.new_since.is_some_and(|since| now.since(since) >= self.gather(settings, now));
        let promised = self.next_by.is_none_or(|by| now >= by.minus(EARLY.min(settings.every() / 4)));
        self.urgent || !self.remarks.is_empty() || gathered || promised
    }

    /// How long changes are gathered now.
    fn gather(&self, settings: &HeraldSettings, now: Time) -> Duration {
        settings.gather().mul_f64(self.restless(now).exp2().min(GATHER_FACTOR_MAX))
    }

    fn restless(&self, now: Time) -> f64 {
        let calm = now.since(self.restless_at).as_secs_f64() / CALMS_IN.as_secs_f64();
        self.restless * (-calm).exp2()
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
            claims: self.claims(now, work),
            remark: self.remarks.pop_front(),
            next_by,
        };
        self.said(next_by, now);
        update
    }

    /// What was said before this process began, in the words of [`Open::speak`]; whether that ended it.
    pub(super) fn was_said(&mut self, update: &Update) -> bool {
        self.remarks.retain(|one| update.remark.as_ref().is_none_or(|said| said.at < one.at));
        self.expires = update.next_by.map_or(update.at.plus(END_SAID_FOR), |by| by.plus(GRACE));
        self.said(update.next_by, update.at);
        self.over
    }

    fn said(&mut self, next_by: Option<Time>, at: Time) {
        self.next_by = next_by;
        if self.lines.values().any(Line::is_relapsed) {
            (self.restless, self.restless_at) = (self.restless(at) + 1.0, at);
        }
        self.news.clear();
        (self.news_confirmed, self.new_since, self.urgent) = (false, None, false);
        self.lines.values_mut().for_each(Line::was_said);
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
        if self.next_by.is_none() { Vec::new() } else { self.claims(now, None) }
    }

    /// Everything that may be said, the news first.
    fn claims(&self, now: Time, work: Option<Work>) -> Vec<Claim> {
        if let Some((since, confidence)) = self.restored {
            return vec![self.restored_claim(since, confidence, (now, work))];
        }
        let well = self.we_are_well();
        let (news, old): (Vec<&Line>, Vec<&Line>) =
            self.lines.values().partition(|line| self.news.contains(&line.function));
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
