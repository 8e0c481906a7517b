//! One function of one carrier: its stream, its condition, its memory of falls.
//!
//! ```text
//!            evidence beyond the budget            one answer              five calm minutes, canary
//!   well ───────────────────────────▶ slow, dark ─────────────▶ signs ──────────────────────────▶ under watch
//!     ▲                                     ▲      relapse        │                                   │  │
//!     │                                     └─────────────────────┴───────────────────────────────────┘  │
//!     └───────────────── odds under the bound, canary passes (the engine's decision) ────────────────────┘
//! ```

use crate::{
    fitted::Fitted,
    incident::{Condition, Numbers, What},
    observation::{Observation, Reached},
    odds::{Memory, Past, bound, relapse_odds},
    recent::Recent,
    ring::Ring,
    stream::{Reading, Seen, Stream},
};
use clock::Time;
use std::time::Duration;

/// Good answers in a row that are signs of a return from slowness; from the dark one is enough.
const SIGNS_AFTER_SLOW: u32 = 4;
/// Failures in a row from which a function is firmly broken; one or two may be by chance, and long before the trouble.
const FIRM_AFTER: u32 = 3;
/// Deviations below which an answer is as quick as usual.
const QUICK: f64 = 2.0;
/// How long signs must hold before they are watched rather than hoped for.
const SIGNS_FOR: Duration = Duration::from_secs(300);
/// A canary older than this proves nothing, and time that nobody watched is no time up.
const UNWATCHED_AFTER: Duration = Duration::from_secs(600);

/// One function of one carrier.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    pub(crate) stream: Stream,
    pub(crate) ring: Ring,
    pub(crate) recent: Recent,
    pub(crate) condition: Condition,
    /// Since when it is so.
    pub(crate) since: Time,
    /// Since when the evidence of the present trouble gathers.
    pub(crate) trouble: Time,
    /// When it was last seen to be firmly broken: what was well before then may have broken with it.
    pub(crate) firm: Time,
    /// Where failed calls stopped: no name, no connection, further.
    pub(crate) stopped: [u32; 3],
    pub(crate) stopped_at: Time,
    fell: Time,
    /// Since when it is up without a relapse of evidence.
    up: Time,
    memory: Memory,
    before: Memory,
    past: Option<Past>,
    canary_passed: Option<Time>,
    canary_failed: Option<Time>,
    good_in_row: u32,
    bad_in_row: u32,
    /// When it was last seen at all; nothing after a restart, when the time between is not known.
    seen: Option<Time>,
}

/// What a line finds; the engine makes a fact of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Fell(Condition),
    Changed(Condition),
    Signs,
    UnderWatch,
    Relapsed(Condition),
}

impl Line {
    /// Takes one call or canary.
    pub(crate) fn observe(&mut self, seen: &Observation, canary: bool, stretch: f64, budget: f64) -> Option<Change> {
        let at = seen.at.max(self.stream.last());
        let well = seen.class.is_well();
        if self.seen.is_none_or(|last| at.since(last) > UNWATCHED_AFTER) {
            self.up = at;
        }
        self.seen = Some(at);
        let call = Seen { at, well, latency: seen.latency };
        let reading = self.stream.observe(call, self.condition == Condition::Well, stretch, budget);
        let good = well && reading.deviations.is_none_or(|z| z < QUICK);
        self.good_in_row = if good { self.good_in_row.saturating_add(1) } else { 0 };
        self.bad_in_row = if good { 0 } else { self.bad_in_row.saturating_add(1) };
        if self.bad_in_row == FIRM_AFTER {
            self.firm = at;
        }
        self.ring.take(at, well, seen.latency);
        self.recent.take(at, !good);
        self.count_stop(at, good, seen);
        if canary {
            *(if well { &mut self.canary_passed } else { &mut self.canary_failed }) = Some(at);
        }
        self.change(at, well, reading)
    }

    fn change(&mut self, at: Time, well: bool, reading: Reading) -> Option<Change> {
        match self.condition {
            Condition::Well if reading.dark => Some(Change::Fell(Condition::Dark)),
            Condition::Well if reading.alarm => Some(Change::Fell(Condition::Slow)),
            Condition::Well => None,
            Condition::Slow if reading.dark => Some(Change::Changed(Condition::Dark)),
            Condition::Slow => (self.good_in_row >= SIGNS_AFTER_SLOW).then_some(Change::Signs),
            Condition::Dark => well.then_some(Change::Signs),
            Condition::Signs | Condition::UnderWatch if reading.dark => Some(Change::Relapsed(Condition::Dark)),
            Condition::UnderWatch if reading.alarm => Some(Change::Relapsed(Condition::Slow)),
            Condition::Signs | Condition::UnderWatch => {
                if reading.unsettled {
                    self.up = at;
                }
                self.settle(at)
            }
        }
    }

    fn count_stop(&mut self, at: Time, good: bool, seen: &Observation) {
        if good {
            if self.condition == Condition::Well && !self.stream.suspects() {
                self.stopped = [0; 3];
            }
            return;
        }
        let [nothing, dns, further] = &mut self.stopped;
        let place = match seen.reached {
            Reached::Nothing => nothing,
            Reached::Dns => dns,
            // An old connection that is mute could be a route that has broken, as well as who is at its end.
            Reached::Kept => return,
            Reached::Tcp | Reached::Tls | Reached::FirstByte | Reached::Whole => further,
        };
        *place = place.saturating_add(1);
        self.stopped_at = at;
    }

    /// What time alone brings.
    pub(crate) fn settle(&self, now: Time) -> Option<Change> {
        let proved = self.canary_passed.is_some_and(|at| at >= self.up && now.since(at) <= UNWATCHED_AFTER);
        let calm = now.since(self.up) >= SIGNS_FOR;
        (self.condition == Condition::Signs && calm && proved).then_some(Change::UnderWatch)
    }

    /// Whether this function's part of *restored* is proved: odds under the bound, and its canary passes.
    pub(crate) fn is_proved(&self, now: Time, fitted: &Fitted) -> bool {
        let Some((odds, bound)) = self.odds(now, fitted) else { return false };
        let long = now.since(self.up).as_secs_f64() >= fitted.hold_min * 60.0;
        self.condition == Condition::UnderWatch && long && odds <= bound && self.canary_passes(now)
    }

    /// Whether its last canary passed not long ago.
    pub(crate) fn canary_passes(&self, now: Time) -> bool {
        let passed = self.canary_passed.filter(|at| now.since(*at) <= UNWATCHED_AFTER);
        passed.is_some_and(|passed| self.canary_failed.is_none_or(|failed| failed < passed))
    }

    /// Whether it was ever asked by a canary.
    pub(crate) fn has_canary(&self) -> bool {
        self.canary_passed.is_some() || self.canary_failed.is_some()
    }

    /// The odds of a relapse within the hour and their bound, while it is up again.
    pub(crate) fn odds(&self, now: Time, fitted: &Fitted) -> Option<(f64, f64)> {
        let past = self.past.filter(|_| self.condition.is_returning())?;
        Some((relapse_odds(&past, now.since(self.up), fitted), bound(&past, fitted)))
    }

    /// How long it is up, in time that was watched.
    pub(crate) fn up_for(&self, now: Time) -> Duration {
        if self.condition.is_returning() { now.since(self.up) } else { Duration::ZERO }
    }

    pub(crate) fn numbers(&self, now: Time, budget: f64, fitted: &Fitted) -> Numbers {
        let (calls, failed, seen_ms) = self.ring.recent(now);
        let (slow_sum, error_sum) = self.stream.sums();
        let odds = self.odds(now, fitted);
        Numbers {
            calls,
            failed,
            usual_ms: self.stream.usual_ms(now),
            seen_ms,
            slow_sum,
            error_sum,
            threshold: self.stream.bar(budget),
            up_min: crate::number::minutes(self.up_for(now)),
            falls: self.memory.at(now),
            odds: odds.map(|(odds, _)| odds),
            bound: odds.map(|(_, bound)| bound),
        }
    }

    /// Folds one fact: the same way while it runs and after a restart.
    pub(crate) fn fold(&mut self, at: Time, what: &What) {
        match what {
            What::Relapsed { condition, .. } if self.condition == Condition::Signs => self.fall_back(at, *condition),
            What::Opened { condition, .. }
            | What::Joined { condition, .. }
            | What::Reopened { condition, .. }
            | What::Relapsed { condition, .. } => self.fall(at, *condition),
            What::Changed { condition, .. } => self.enter(at, *condition),
            What::Signs { .. } => {
                self.past = Some(Past::new(&self.before, self.fell, at));
                self.up = at;
                self.stream.calm();
                self.enter(at, Condition::Signs);
            }
            What::UnderWatch { .. } => self.enter(at, Condition::UnderWatch),
            What::Returned { .. } | What::Restored { .. } => {
                self.past = None;
                self.stream.calm();
                self.enter(at, Condition::Well);
            }
            What::Merged { .. } | What::Attributed { .. } | What::Remark { .. } => {}
        }
    }

    fn fall(&mut self, at: Time, condition: Condition) {
        self.before = self.memory;
        self.memory.fell(at);
        self.fell = at;
        self.fall_back(at, condition);
    }

    /// Signs that came to nothing: it was never up, so that this is still the same fall.
    fn fall_back(&mut self, at: Time, condition: Condition) {
        (self.past, self.good_in_row) = (None, 0);
        self.trouble = self.stream.since().min(at);
        self.enter(at, condition);
    }

    fn enter(&mut self, at: Time, condition: Condition) {
        (self.condition, self.since) = (condition, at);
    }
}
