//! How much may be asked of a carrier at this moment: the rate, the retries, the canary in the dark, the ramp after it.
//!
//! ```text
//!           failures in a row                 canary answers                rate back at its full
//!   well ──────────────────────▶ dark ──────────────────────▶ recovering ─────────────────────▶ well
//!                                  ▲    two failures in a row     │
//!                                  └──────────────────────────────┘
//! ```
//!
//! In the dark nothing goes out but one canary at a time, at first soon, then ever more seldom. While recovering, the
//! rate begins at one call per second and grows by a fixed step each second (additive increase). A failure halves it;
//! two in a row are the sign of dark and put it out at once, and the next recovery begins at the rate that was left.
//! So a carrier that fails one call in three is still asked as much as it bears, and one that is dark is hardly asked
//! at all. What is absent: any way in which work that has piled up raises the rate.

use clock::Time;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Failures in a row that end a recovery: one may be chance with a carrier that is not yet well, two are the sign of
/// dark. (At one failure in three, a stop at the first would let three calls through at a time.)
const RELAPSE_FAILURES: u32 = 2;

/// The share of the budget that is let in while a carrier is known to be unwell beyond its own last answers.
const POOR_SHARE: f64 = 0.1;
/// How long a return must hold before everything is let in again.
const BETTER_FOR: Duration = Duration::from_secs(600);

/// What is known of a carrier beyond its own last answers: by canaries, by its other functions, by its past.
///
/// It bounds the rate and lets nothing in by itself: useful work goes on at once at a small rate, and only the rest waits
/// for a return to hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Outlook {
    /// Nothing speaks against it: its own answers alone set the rate.
    #[default]
    Clear,
    /// Dark, or a return that has only just begun: a tenth of the budget.
    Poor,
    /// A return that holds so far: from a tenth of the budget evenly up to all of it, ten minutes later.
    Better {
        /// Since when it holds.
        since: Time,
    },
}

/// The bounds within which one carrier is asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Calls under way at once, at most.
    pub in_flight_max: u32,
    /// Calls begun per second, at most: the carrier's budget, in peace and in the drain.
    pub per_second_max: f64,
    /// Failures in a row that mean dark.
    pub failures_to_dark: u32,
    /// With calls under way and no answer for so long, nothing more is begun, in milliseconds.
    pub silence_ms_max: u64,
    /// Time between the sign of dark and the first canary, in milliseconds; it doubles with each that fails.
    pub canary_first_ms: u64,
    /// The longest time between a canary that failed and the next, in milliseconds.
    pub canary_every_ms: u64,
    /// By how many calls per second the rate grows each second while recovering.
    pub ramp_per_second: f64,
    /// Retries earned by each first attempt: 0.2 is one retry for five attempts.
    pub retry_share: f64,
    /// Retries earned by each second, so that the last ones get their turn when nothing new comes.
    pub retry_per_second: f64,
    /// The most retries that can be saved up.
    pub retry_burst: f64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            in_flight_max: 32,
            per_second_max: 50.0,
            failures_to_dark: 3,
            silence_ms_max: 5_000,
            canary_first_ms: 1_000,
            canary_every_ms: 15_000,
            ramp_per_second: 2.0,
            retry_share: 0.2,
            retry_per_second: 1.0,
            retry_burst: 20.0,
        }
    }
}

/// How the carrier looks from its answers to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum Health {
    /// Answers; asked up to its limits.
    Well,
    /// Does not answer; only canaries go out.
    Dark {
        /// Since when.
        since: Time,
    },
    /// A canary came back; load is let in step by step.
    Recovering {
        /// Since when.
        since: Time,
    },
}

/// What kind of call it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// A first attempt, or a call on somebody's behalf that is not an attempt.
    First,
    /// Another attempt, or a question to an anchor.
    Again,
    /// A canary in the dark.
    Canary,
}

/// How one call ended, as a sign of the carrier's health.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// It answered in its protocol, be it with a refusal of what we asked.
    Answered,
    /// It did not: no connection, no answer, not the protocol, or its own word that it is unavailable.
    Failed,
}

/// What may be begun now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permit {
    /// So many calls, of which so many retries.
    Calls {
        /// In all; at least one.
        all: u32,
        /// Retries among them, at most.
        again: u32,
    },
    /// One canary and nothing else.
    Canary,
    /// Nothing before this time, or before a call ends where no time is given.
    Wait(Option<Time>),
}

/// The pace at which one carrier is asked.
#[derive(Clone, Debug)]
pub struct Pace {
    limits: Limits,
    health: Health,
    /// When it was last well, while it is not: a return that breaks off changes nothing of it.
    unwell_since: Time,
    failures_in_row: u32,
    in_flight: u32,
    canary_out: bool,
    next_canary: Time,
    /// How many canaries have failed since the last that came back.
    canaries_lost: u32,
    /// Calls per second from which the rate grows in the present recovery, or will in the next.
    begin_at: f64,
    /// Since when it grows.
    grows_since: Time,
    /// When the present silence began: the last answer, or the first call begun after a time with none under way.
    quiet_since: Time,
    calls: Bucket,
    retries: Bucket,
    outlook: Outlook,
}

impl Pace {
    /// A pace within these limits for a carrier that is taken to be well.
    pub fn new(limits: Limits, now: Time) -> Self {
        let calls = Bucket::full(burst(limits.per_second_max), now);
        let retries = Bucket::full(limits.retry_burst, now);
        Self {
            limits,
            health: Health::Well,
            unwell_since: now,
            failures_in_row: 0,
            in_flight: 0,
            canary_out: false,
            next_canary: now,
            canaries_lost: 0,
            begin_at: 1.0,
            grows_since: now,
            quiet_since: now,
            calls,
            retries,
            outlook: Outlook::Clear,
        }
    }

    /// Takes in what is known beyond its own last answers.
    pub fn heed(&mut self, outlook: Outlook) {
        self.outlook = outlook;
    }

    /// How the carrier looks.
    pub fn health(&self) -> Health {
        self.health
    }

    /// While the carrier is dark: since when it has not been well, whatever short returns there were.
    pub fn dark_since(&self) -> Option<Time> {
        matches!(self.health, Health::Dark { .. }).then_some(self.unwell_since)
    }

    /// What may be begun now.
    pub fn permit(&mut self, now: Time) -> Permit {
        if let Health::Dark { .. } = self.health {
            return match (self.canary_out, now >= self.next_canary) {
                (true, _) => Permit::Wait(None),
                (false, true) => Permit::Canary,
                (false, false) => Permit::Wait(Some(self.next_canary)),
            };
        }
        let rate = self.rate(now);
        self.calls.fill(rate, burst(rate), now);
        self.retries.fill(self.limits.retry_per_second, self.limits.retry_burst, now);
        let silence_ends = self.quiet_since.plus(Duration::from_millis(self.limits.silence_ms_max));
        if self.in_flight >= self.limits.in_flight_max || (self.in_flight > 0 && now >= silence_ends) {
            return Permit::Wait(None);
        }
        let all = self.calls.whole().min(self.limits.in_flight_max - self.in_flight);
        if all == 0 {
            return Permit::Wait(Some(self.calls.next_whole(rate, now)));
        }
        Permit::Calls { all, again: self.retries.whole() }
    }

    /// A call of this kind was begun.
    pub fn began(&mut self, call: Call, now: Time) {
        if self.in_flight == 0 {
            self.quiet_since = now;
        }
        self.in_flight += 1;
        self.calls.take();
        match call {
            Call::First => self.retries.give(self.limits.retry_share, self.limits.retry_burst),
            Call::Again => self.retries.take(),
            Call::Canary => self.canary_out = true,
        }
    }

    /// A call of this kind ended, or was given up for unknown. Without a signal when in the end nothing was asked:
    /// that says nothing of the carrier.
    pub fn ended(&mut self, call: Call, signal: Option<Signal>, now: Time) {
        self.in_flight = self.in_flight.saturating_sub(1);
        if call == Call::Canary {
            self.canary_out = false;
        }
        match signal {
            Some(Signal::Answered) => self.answered(call, now),
            Some(Signal::Failed) => self.failed(call, now),
            None => self.give_back(call),
        }
    }

    /// What was taken for a call that in the end was not made.
    fn give_back(&mut self, call: Call) {
        self.calls.give(1.0, burst(self.limits.per_second_max));
        if call == Call::Again {
            self.retries.give(1.0, self.limits.retry_burst);
        }
    }

    /// Another call than ours was seen to end, one that was relayed and not counted here.
    pub fn observed(&mut self, signal: Signal, now: Time) {
        match signal {
            Signal::Answered => self.answered(Call::First, now),
            Signal::Failed => self.failed(Call::First, now),
        }
    }

    fn answered(&mut self, call: Call, now: Time) {
        self.failures_in_row = 0;
        self.quiet_since = now;
        match self.health {
            // An answer to a call from before the dark proves nothing about now; a canary's does.
            Health::Dark { .. } if call == Call::Canary => {
                self.health = Health::Recovering { since: now };
                self.grows_since = now;
                self.calls = Bucket::full(1.0, now);
                self.canaries_lost = 0;
            }
            Health::Recovering { .. } if self.rate(now) >= self.limits.per_second_max => {
                self.health = Health::Well;
                self.begin_at = 1.0;
            }
            _ => {}
        }
    }

    fn failed(&mut self, call: Call, now: Time) {
        self.failures_in_row += 1;
        match self.health {
            Health::Recovering { .. } => {
                self.begin_at = (self.rate(now) / 2.0).max(1.0);
                self.grows_since = now;
                if self.failures_in_row < RELAPSE_FAILURES {
                    return;
                }
            }
            Health::Well if self.failures_in_row >= self.limits.failures_to_dark => {}
            // A call from before the dark ends late: it tells nothing new.
            Health::Dark { .. } if call != Call::Canary => return,
            Health::Dark { .. } => {
                self.canaries_lost += 1;
                self.begin_at = 1.0;
                return self.set_canary(now);
            }
            Health::Well => return,
        }
        if self.health == Health::Well {
            self.unwell_since = now;
        }
        self.health = Health::Dark { since: now };
        self.set_canary(now);
    }

    fn set_canary(&mut self, now: Time) {
        let wait = self.limits.canary_first_ms.saturating_mul(1 << self.canaries_lost.min(16));
        self.next_canary = now.plus(Duration::from_millis(wait.min(self.limits.canary_every_ms)));
    }

    /// Calls per second that may be begun now.
    fn rate(&self, now: Time) -> f64 {
        let bound = self.bound(now);
        match self.health {
            Health::Well => bound,
            Health::Dark { .. } => 0.0,
            Health::Recovering { .. } => {
                let grown = now.since(self.grows_since).as_secs_f64() * self.limits.ramp_per_second;
                (self.begin_at + grown).min(bound)
            }
        }
    }

    /// Calls per second that the outlook allows; at least one.
    fn bound(&self, now: Time) -> f64 {
        let share = match self.outlook {
            Outlook::Clear => 1.0,
            Outlook::Poor => POOR_SHARE,
            Outlook::Better { since } => {
                let grown = now.since(since).as_secs_f64() / BETTER_FOR.as_secs_f64();
                POOR_SHARE + (1.0 - POOR_SHARE) * grown.min(1.0)
            }
        };
        let all = self.limits.per_second_max;
        (all * share).max(1.0).min(all)
    }
}

/// What a bucket of calls may hold: a tenth of a second's worth, so that a rate is kept also over short spans.
fn burst(rate: f64) -> f64 {
    (rate / 10.0).max(1.0)
}

/// A token bucket that is filled when it is looked at.
#[derive(Clone, Debug)]
struct Bucket {
    tokens: f64,
    filled_at: Time,
}

impl Bucket {
    fn full(tokens: f64, now: Time) -> Self {
        Self { tokens, filled_at: now }
    }

    fn fill(&mut self, per_second: f64, most: f64, now: Time) {
        self.give(now.since(self.filled_at).as_secs_f64() * per_second, most);
        self.filled_at = now;
    }

    fn give(&mut self, tokens: f64, most: f64) {
        self.tokens = (self.tokens + tokens).min(most);
    }

    fn take(&mut self) {
        self.tokens -= 1.0;
    }

    fn whole(&self) -> u32 {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a bucket's size is far below u32")]
        let whole = (self.tokens + 1e-9).max(0.0) as u32;
        whole
    }

    /// When the next whole token will be there.
    fn next_whole(&self, per_second: f64, now: Time) -> Time {
        let missing = (1.0 - self.tokens).max(0.0) / per_second.max(1e-3);
        now.plus(Duration::from_secs_f64(missing.min(3_600.0)).max(Duration::from_millis(1)))
    }
}
