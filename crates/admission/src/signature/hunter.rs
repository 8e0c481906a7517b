//! The hunter: what was learnt, what arrives, which rules there are, and when each one goes.

use super::{
    Pattern, RuleId, Signatures,
    sample::{Allowance, Chance, Sample},
    search::{Half, Measured},
};
use crate::{
    Class,
    shape::{Feature, Shape},
    share::Share,
};
use clock::Time;
use std::{sync::Arc, time::Duration};

/// What was seen in peace: enough that none among half of them bounds the harm to 0.07 %.
const PEACE: usize = 8_192;
/// How far back peace reaches, in samples of that size.
const PEACE_MEMORY: u64 = 8;
/// What people with a token and signed clients send, each.
const GOOD: usize = 2_048;
/// What arrives now.
const ARRIVING: usize = 4_096;
/// Below this many nothing is looked for.
const ARRIVING_MIN: usize = 1_024;
/// Of one network, in one hour, in what is learnt.
const NETWORK_HOURLY: u8 = 2;
/// The least share of what arrives that is worth a rule.
const WORTH: f64 = 0.05;
/// A rule that matches less than this is withdrawn.
const WORTHLESS: f64 = 0.01;
/// The most harm with which a rule is looked at, before what poses is left out.
const LOOKED_AT: f64 = 0.25;
/// The most harm with which a rule is shown to an operator, when it is too much to apply it.
const SHOWN: f64 = 0.05;
/// The largest share of the innocent that may be left out as posing, when a rule is applied without an operator.
const POSING_MAX: f64 = 0.05;
/// How long calm lasts before peace is learnt again and the rules go.
const CALM: Duration = Duration::from_secs(60);
/// Rules found in one go.
const FOUND_AT_ONCE: usize = 4;
/// Rules that are kept in all, with those forbidden and those only proposed.
const RULES_MAX: usize = 64;
/// Proposals that are kept.
const PROPOSED_MAX: usize = 8;
const NAMES: usize = 1_024;
const NAME_CHARS_MAX: usize = 120;

/// What the hunter may do by itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HuntLimits {
    /// The share of the innocent that a rule may match, by its upper bound: one in a thousand by default.
    pub innocents_max: f64,
    /// How long a rule lives before it has to be found again: ten minutes by default.
    pub lives: Duration,
    /// Whether rules are applied without an operator: yes by default.
    pub applies: bool,
}

impl Default for HuntLimits {
    fn default() -> Self {
        Self { innocents_max: 0.001, lives: Duration::from_secs(600), applies: true }
    }
}

/// How a rule stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Found, and not applied: it would do too much harm, or nothing is applied without an operator.
    Proposed,
    /// Applied, until it is withdrawn.
    Active,
    /// Applied, until an operator lifts it.
    Pinned,
    /// Never to be applied, nor one that is wider or narrower, until an operator lifts it.
    Forbidden,
}

/// A rule, as an operator sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// Its number.
    pub id: RuleId,
    /// How it stands.
    pub state: State,
    /// The features, in words where they are known.
    pub shape: Vec<(Feature, String)>,
    /// The share of the arriving requests without token or key that have the shape. Some of these may be innocent.
    pub arriving: Share,
    /// The share of the innocent without a key that have it.
    pub innocent: Share,
    /// The share of the requests with a signed key that have it.
    pub signed: Share,
    /// The share of the innocent that was left out of this, as their network seems to have posed in peace.
    pub posing: Share,
    /// When it was found.
    pub since: Time,
    /// Until when it lives.
    pub until: Time,
}

/// What became of a rule by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It was found, and is only shown.
    Proposed(RuleId),
    /// It was found and is applied.
    Applied(RuleId),
    /// The flood has this shape no longer.
    Faded(RuleId),
    /// More of the innocent have it than may be.
    Harmful(RuleId),
    /// It has lived as long as it may, or the flood is over.
    Ended(RuleId),
}

#[derive(Clone, Debug)]
struct Hunted {
    id: RuleId,
    pattern: Pattern,
    state: State,
    measured: Measured,
    since: Time,
    until: Time,
}

impl Hunted {
    const fn is_applied(&self) -> bool {
        matches!(self.state, State::Active | State::Pinned)
    }
}

/// Looks for the shape of the flood. Its memory is a few megabytes, from the start. One lock around it is enough: a request
/// that can't have it at once need not be shown to it.
#[derive(Debug)]
pub struct Hunter {
    limits: HuntLimits,
    applied: Arc<Signatures>,
    peace: Sample,
    people: Sample,
    signed: Sample,
    arriving: Sample,
    peace_allowance: Allowance,
    people_allowance: Allowance,
    rules: Vec<Hunted>,
    names: Vec<Option<(u64, String)>>,
    chance: Chance,
    last_id: u32,
    arrived: u64,
    one_in: u64,
    ticked: Time,
    calm_from: Time,
}

impl Hunter {
    /// One that knows nothing yet. The seed is drawn at random.
    pub fn new(limits: HuntLimits, seed: u64) -> Self {
        Self {
            limits,
            applied: Arc::default(),
            peace: Sample::new(PEACE, PEACE_MEMORY),
            people: Sample::new(GOOD, 1),
            signed: Sample::new(GOOD, 1),
            arriving: Sample::new(ARRIVING, 1),
            peace_allowance: Allowance::of(NETWORK_HOURLY),
            people_allowance: Allowance::of(NETWORK_HOURLY),
            rules: Vec::with_capacity(RULES_MAX),
            names: vec![None; NAMES],
            chance: Chance::new(seed),
            last_id: 0,
            arrived: 0,
            one_in: 1,
            ticked: Time::default(),
            calm_from: Time::default(),
        }
    }

    /// What every request is held against.
    pub fn signatures(&self) -> Arc<Signatures> {
        Arc::clone(&self.applied)
    }

    /// A request that came in peace. Nothing is learnt from it until calm has lasted a minute.
    pub fn in_peace(&mut self, shape: Shape, class: Class, now: Time) {
        if class >= Class::Citizen {
            self.good(shape, class, now);
        } else if now >= self.calm_from && self.peace_allowance.take(&shape, now) {
            self.peace.put(shape, &mut self.chance);
        }
    }

    /// A request that came in overload, served or not. Nothing is learnt of peace from it.
    pub fn in_overload(&mut self, shape: Shape, class: Class, now: Time) {
        if class >= Class::Citizen {
            self.good(shape, class, now);
            return;
        }
        self.arrived += 1;
        if self.chance.below(self.one_in) == 0 {
            self.arriving.put(shape, &mut self.chance);
        }
    }

    fn good(&mut self, shape: Shape, class: Class, now: Time) {
        if class > Class::Citizen {
            self.signed.put(shape, &mut self.chance);
        } else if self.people_allowance.take(&shape, now) {
            self.people.put(shape, &mut self.chance);
        }
    }

    /// Remembers what a feature with this hash is called, for lists. A new name takes the place of an old one.
    pub fn name(&mut self, shape: &Shape, feature: Feature, words: &str) {
        let hash = shape.get(feature);
        let place = usize::try_from(hash % NAMES as u64).unwrap_or(0);
        if self.names[place].as_ref().is_none_or(|(known, _)| *known != hash) {
            self.names[place] = Some((hash, words.chars().take(NAME_CHARS_MAX).collect()));
        }
    }

    /// Once in a second or so: measures the rules, withdraws, looks for more. Takes some milliseconds in overload.
    pub fn tick(&mut self, overload: bool, now: Time) -> Vec<Change> {
        self.pace(now);
        if overload {
            self.calm_from = now.plus(CALM);
        } else if now >= self.calm_from {
            self.arriving.clear();
        }
        let mut changes = self.withdraw(now);
        if overload && self.arriving.shapes().len() >= ARRIVING_MIN {
            for _ in 0..FOUND_AT_ONCE {
                let Some(change) = self.find(now) else { break };
                changes.push(change);
                if !matches!(change, Change::Applied(_)) {
                    break;
                }
            }
        }
        changes
    }

    /// The sample of what arrives spans two seconds or so, however much does.
    fn pace(&mut self, now: Time) {
        let elapsed_ms = u64::try_from(now.since(self.ticked).as_millis()).unwrap_or(u64::MAX).max(1);
        self.one_in = (self.arrived.saturating_mul(2_000) / elapsed_ms / ARRIVING as u64).max(1);
        self.arrived = 0;
        self.ticked = now;
    }

    fn withdraw(&mut self, now: Time) -> Vec<Change> {
        let half = self.half(is_measured_in);
        let measured: Vec<Measured> = self.rules.iter().map(|rule| half.measure(&rule.pattern)).collect();
        let is_known = self.arriving.shapes().len() >= ARRIVING_MIN;
        let mut changes = Vec::new();
        for (rule, measured) in self.rules.iter_mut().zip(measured) {
            rule.measured = measured;
            if !matches!(rule.state, State::Active | State::Proposed) {
                continue;
            }
            if now >= rule.until || now >= self.calm_from {
                changes.push(Change::Ended(rule.id));
            } else if is_known && measured.arriving.seen() < WORTHLESS {
                changes.push(Change::Faded(rule.id));
            } else if rule.state == State::Active && !is_harmless(&measured, 2.0 * self.limits.innocents_max) {
                changes.push(Change::Harmful(rule.id));
            }
        }
        for change in &changes {
            let (Change::Ended(id) | Change::Faded(id) | Change::Harmful(id)) = change else { continue };
            self.remove(*id);
        }
        changes
    }

    /// One of the two halves of the samples.
    fn half(&self, takes: impl Fn(usize) -> bool) -> Half<'_> {
        let innocent = [part_of(&self.peace, &takes), part_of(&self.people, &takes)].concat();
        Half { arriving: part_of(&self.arriving, &takes), innocent, signed: part_of(&self.signed, &takes) }
    }

    fn find(&mut self, now: Time) -> Option<Change> {
        let (pattern, measured) = self.best()?;
        let can_apply = self.limits.applies && is_harmless(&measured, self.limits.innocents_max);
        let proposed = self.rules.iter().filter(|rule| rule.state == State::Proposed).count();
        if self.rules.len() >= RULES_MAX || (!can_apply && proposed >= PROPOSED_MAX) {
            return None;
        }
        let id = RuleId(self.last_id + 1);
        let is_applied = can_apply && self.applied.apply(id, &pattern);
        let state = if is_applied { State::Active } else { State::Proposed };
        self.last_id = id.0;
        self.rules.retain(|rule| rule.state != State::Proposed || rule.pattern != pattern);
        self.rules.push(Hunted { id, pattern, state, measured, since: now, until: now.plus(self.limits.lives) });
        Some(if is_applied { Change::Applied(id) } else { Change::Proposed(id) })
    }

    /// The best pattern for what no rule matches yet, found in one half and measured in the other one.
    fn best(&self) -> Option<(Pattern, Measured)> {
        let mut found_in = self.half(|n| !is_measured_in(n));
        let measured_in = self.half(is_measured_in);
        let whole = found_in.arriving.len();
        found_in.arriving.retain(|shape| self.applied.matches(shape).is_none());
        // What is left may be little: still a twentieth of the whole.
        let least = WORTH * whole as f64 / found_in.arriving.len().max(1) as f64;
        let found = found_in.search(least, LOOKED_AT);
        let found: Vec<_> = found.into_iter().filter(|(pattern, _)| !self.is_settled(pattern)).collect();
        let harmless =
            found.iter().find(|(_, first)| first.innocent.and(first.signed).seen() <= self.limits.innocents_max);
        let shown = || found.iter().find(|(_, first)| first.is_harmless(SHOWN, Share::seen));
        let (pattern, _) = harmless.or_else(shown)?;
        let is_proposed = |rule: &Hunted| rule.state == State::Proposed && rule.pattern == *pattern;
        let measured = measured_in.measure(pattern);
        let is_new = !self.rules.iter().any(is_proposed) || is_harmless(&measured, self.limits.innocents_max);
        (is_new && measured.arriving.seen() >= WORTH / 2.0).then_some((*pattern, measured))
    }

    /// Forbidden, or applied already.
    fn is_settled(&self, pattern: &Pattern) -> bool {
        self.rules.iter().any(|rule| match rule.state {
            State::Forbidden => rule.pattern.is_wider_than(pattern) || pattern.is_wider_than(&rule.pattern),
            State::Active | State::Pinned => rule.pattern.is_wider_than(pattern),
            State::Proposed => false,
        })
    }

    /// All rules, the newest last.
    pub fn list(&self) -> Vec<Listed> {
        let listed = |rule: &Hunted| Listed {
            id: rule.id,
            state: rule.state,
            shape: rule.pattern.parts().map(|(feature, hash)| (feature, self.named(hash))).collect(),
            arriving: rule.measured.arriving,
            innocent: rule.measured.innocent,
            signed: rule.measured.signed,
            posing: rule.measured.posing,
            since: rule.since,
            until: rule.until,
        };
        self.rules.iter().map(listed).collect()
    }

    fn named(&self, hash: u64) -> String {
        let place = usize::try_from(hash % NAMES as u64).unwrap_or(0);
        let known = self.names[place].as_ref().filter(|(known, _)| *known == hash);
        known.map_or_else(|| format!("#{hash:016x}"), |(_, words)| words.clone())
    }

    /// An operator's word: apply it, and leave it on. `false` when there is no such rule, or no room.
    pub fn pin(&mut self, id: RuleId) -> bool {
        let applied = Arc::clone(&self.applied);
        let Some(rule) = self.rules.iter_mut().find(|rule| rule.id == id) else { return false };
        let is_on = rule.is_applied() || applied.apply(id, &rule.pattern);
        if is_on {
            rule.state = State::Pinned;
        }
        is_on
    }

    /// An operator's word: never apply it. `false` when there is no such rule.
    pub fn forbid(&mut self, id: RuleId) -> bool {
        self.applied.withdraw(id);
        let found = self.rules.iter_mut().find(|rule| rule.id == id);
        found.map(|rule| rule.state = State::Forbidden).is_some()
    }

    /// An operator's word: take it away, whether it is applied, forbidden or only shown. It may be found again.
    pub fn lift(&mut self, id: RuleId) -> bool {
        let had = self.rules.len();
        self.remove(id);
        self.rules.len() < had
    }

    fn remove(&mut self, id: RuleId) {
        self.applied.withdraw(id);
        self.rules.retain(|rule| rule.id != id);
    }
}

/// The half in which rules are measured, at first and later. They are looked for in the other one.
const fn is_measured_in(place: usize) -> bool {
    place % 2 == 1
}

fn part_of<'a>(sample: &'a Sample, takes: &impl Fn(usize) -> bool) -> Vec<&'a Shape> {
    sample.shapes().iter().enumerate().filter(|(n, _)| takes(*n)).map(|(_, shape)| shape).collect()
}

/// The bound holds, and few were left out as posing.
fn is_harmless(measured: &Measured, innocents_max: f64) -> bool {
    measured.is_harmless(innocents_max, Share::at_most) && measured.posing.seen() <= POSING_MAX
}
