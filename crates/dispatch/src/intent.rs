//! The life of one request for one label, folded from its facts.
//!
//! ```text
//! waiting ──claimed──▶ in_flight ──confirmed──▶ confirmed ──voided──▶ void
//!    ▲  ▲                │   │ └───rejected───▶ rejected
//!    │  └───not_done─────┘   └─────unknown────▶ unknown ──confirmed (anchor, tracking, human)──▶ confirmed
//!    └──────────superseded | probed: not made──────┘  └──left_to_human──▶ human ──reopened──▶ waiting
//!
//! waiting ──confirmed (local)──▶ confirmed ──announced, integrated──▶ confirmed
//! waiting | in_flight | unknown ──restored──▶ unknown, and from there never superseded
//!
//! waiting | in_flight (nothing made) ──asked──▶ question ──consented──▶ waiting
//!                                                  │ └───voided──────▶ void
//!                              question ──restored──▶ question ──consented──▶ human
//! ```
//!
//! A question is asked where what the buyer chose cannot be honoured, and only of an intent that has surely no label: of
//! one that waits, of an attempt that was not sent, or of one of which the carrier itself said that it refused the point.
//! An attempt that may have happened is settled first. Nothing but consent or the end leads out of a question. What the
//! buyer chooses anew while the carrier is being asked is kept as a fact: it becomes a question when nothing was made,
//! and stands beside the label as a mismatch when it was.
//!
//! After a restore from a backup the label of an attempt that nobody here remembers may have been handed out. So what
//! was open is unknown, and its attempt is never given up for another: an anchor proves it, or a person decides. Of what
//! was a question nobody here knows what was agreed to meanwhile: once it is answered, a person looks first.
//!
//! What is absent: an arrow from *unknown* to *in flight*, or to a local label. An attempt that may have happened is
//! never made again, by the carrier or by us; it is first proved undone, or given up for good. And no arrow leaves
//! *confirmed* but to *void*: one intent has at most one label.

use crate::{By, Cause, Consent, Fact, Found, Mismatch, OnUnknown, Policy};
use clock::Time;
use jiff::civil::Date;
use parcel::{ParcelNumber, PickupPointId, ShipmentId};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Where an intent stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// In hand; no attempt is under way.
    Waiting,
    /// An attempt is under way.
    InFlight,
    /// An attempt may have happened.
    Unknown,
    /// The label is here.
    Confirmed,
    /// The carrier refused it for what it says.
    Rejected,
    /// A person has to decide.
    Human,
    /// The merchant gave it up.
    Void,
    /// What the buyer chose cannot be honoured, and nobody has agreed to something else yet.
    Question,
}

impl State {
    /// Whether nothing more will happen without somebody's wish.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Confirmed | Self::Rejected | Self::Void)
    }
}

/// The work that an intent waits for, kept in the outbox until it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Job {
    /// Ask the carrier for the label.
    Submit,
    /// Ask the anchors whether an unknown attempt happened.
    Resolve,
}

/// What is to be done after a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Do this job, not before this time.
    Do(Job, Time),
    /// A worker is at it.
    Busy,
    /// Nothing more to do.
    Nothing,
    /// What was to be done before: the fact is kept and changes no plan.
    AsBefore,
}

/// A fact that cannot follow what is already known. Nothing changes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{fact} cannot follow {state:?} (attempt {attempt})")]
pub struct Illegal {
    /// Where the intent stood.
    pub state: State,
    /// Its latest attempt.
    pub attempt: u32,
    /// What was to be added.
    pub fact: &'static str,
}

/// The folded state of one intent: small, plain data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Intent {
    /// Its id.
    pub id: ShipmentId,
    /// Where it stands.
    pub state: State,
    /// When it was accepted.
    pub accepted_at: Time,
    /// When it last changed.
    pub changed_at: Time,
    /// How many attempts were begun.
    pub attempt: u32,
    /// How many of them ended unknown.
    pub unknowns: u32,
    /// How many safe retries since the last unknown or the start: the exponent of the back-off.
    pub retries: u32,
    /// Whether the whole request of the current attempt left.
    pub sent: bool,
    /// When the current attempt was claimed.
    pub claimed_at: Option<Time>,
    /// The day on which the merchant means to hand the parcel over: the urgency.
    pub deposit_date: Date,
    /// The number chosen for the current attempt, or the label's number once confirmed.
    pub number: Option<ParcelNumber>,
    /// How the label came to be known.
    pub by: Option<By>,
    /// Why the last attempt ended without a label.
    pub cause: Option<Cause>,
    /// Whether the label was handed to the merchant.
    pub released: bool,
    /// Whether a local label was offered.
    pub offered: bool,
    /// When the carrier was told of a local label.
    pub announced_at: Option<Time>,
    /// When the carrier's tracking was seen to know a local label.
    pub integrated_at: Option<Time>,
    /// Why the parcel is not, or may not be, where its buyer chose.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub mismatch: Option<Mismatch>,
}

/// Why a person is asked when a question was answered that a restored backup had open.
pub(crate) const ASKED_BEFORE_A_RESTORE: &str = "the store was restored from a backup in which the buyer or the merchant \
    was being asked, and nothing tells whether a label was made after it: look whether this parcel has one";

impl Intent {
    /// The intent as its first fact leaves it, and what to do about it.
    pub fn accept(id: ShipmentId, deposit_date: Date, at: Time) -> (Self, Next) {
        let intent = Self {
            id,
            state: State::Waiting,
            accepted_at: at,
            changed_at: at,
            attempt: 0,
            unknowns: 0,
            retries: 0,
            sent: false,
            claimed_at: None,
            deposit_date,
            number: None,
            by: None,
            cause: None,
            released: false,
            offered: false,
            announced_at: None,
            integrated_at: None,
            mismatch: None,
        };
        (intent, Next::Do(Job::Submit, at))
    }

    /// Folds one fact in and says what is to be done now.
    ///
    /// # Errors
    /// When the fact cannot follow; the intent is as it was.
    pub fn step(&mut self, fact: &Fact, at: Time, policy: &Policy) -> Result<Next, Illegal> {
        let mut after = self.clone();
        let next = after.fold(fact, at, policy).ok_or(Illegal {
            state: self.state,
            attempt: self.attempt,
            fact: fact.name(),
        })?;
        after.changed_at = at;
        *self = after;
        Ok(next)
    }

    /// What to do with an intent that was in flight when the process stopped: what the journal does not prove
    /// undone may have happened.
    pub fn after_a_stop(&self) -> Option<Fact> {
        (self.state == State::InFlight).then_some(Fact::Unknown {
            attempt: self.attempt,
            cause: Cause::WeStopped,
            number: None,
        })
    }

    /// What to write about an intent that is open in a store that was restored from a backup of this moment: the store
    /// that was lost may have gone on with it. `chosen` is the number that the merchant chose for it.
    pub fn after_a_restore(&self, mark: Time, chosen: Option<ParcelNumber>) -> Option<Fact> {
        let attempt = match self.state {
            State::Waiting | State::Question => self.attempt + 1,
            State::InFlight | State::Unknown | State::Human => self.attempt,
            State::Confirmed | State::Rejected | State::Void => return None,
        };
        Some(Fact::Restored { attempt, mark, number: chosen })
    }

    /// Whether a label that we do not know of may be in somebody's hand: then no other may be made before an anchor or
    /// a person has said what became of it.
    pub fn label_may_be_out(&self) -> bool {
        self.state == State::Unknown && self.cause == Some(Cause::Restored)
    }

    /// What the buyer chose anew and nobody agreed to, now that nothing was made: it must be asked before anything else.
    pub fn must_ask(&self) -> Option<PickupPointId> {
        self.rechosen().filter(|_| self.state == State::Waiting)
    }

    /// Why a person has to decide about an intent whose question was answered.
    pub fn reason_after_consent(&self) -> Option<&'static str> {
        (self.state == State::Human && self.cause == Some(Cause::Restored)).then_some(ASKED_BEFORE_A_RESTORE)
    }

    pub(crate) fn rechosen(&self) -> Option<PickupPointId> {
        match self.mismatch {
            Some(Mismatch::Rechosen { chosen, .. }) => Some(chosen),
            _ => None,
        }
    }

    fn fold(&mut self, fact: &Fact, at: Time, policy: &Policy) -> Option<Next> {
        use State::{Confirmed, Human, InFlight, Question, Rejected, Unknown, Void, Waiting};
        match (self.state, fact) {
            (Waiting, Fact::Claimed { .. } | Fact::Confirmed { .. }) if self.must_ask().is_some() => None,
            (Waiting, Fact::Claimed { attempt, number, .. }) if *attempt == self.attempt + 1 => {
                self.state = InFlight;
                self.attempt = *attempt;
                self.number = *number;
                self.sent = false;
                self.claimed_at = Some(at);
                Some(Next::Busy)
            }
            (InFlight, Fact::Sent { attempt }) if *attempt == self.attempt => {
                self.sent = true;
                Some(Next::AsBefore)
            }
            (InFlight, Fact::NotDone { attempt, cause, retry_after }) if *attempt == self.attempt => {
                self.state = Waiting;
                self.cause = Some(cause.clone());
                let wait = retry_after.unwrap_or_default().max(self.backoff(policy));
                self.retries += 1;
                Some(Next::Do(Job::Submit, at.plus(wait)))
            }
            (InFlight, Fact::Unknown { attempt, cause, number }) if *attempt == self.attempt => {
                self.state = Unknown;
                self.number = number.or(self.number);
                self.unknowns += 1;
                self.retries = 0;
                self.cause = Some(cause.clone());
                Some(Next::Do(Job::Resolve, at.plus(policy.settle)))
            }
            (state, Fact::Confirmed { attempt, number, by, .. })
                if *attempt == self.attempt && may_be_confirmed(state, *by) =>
            {
                self.state = Confirmed;
                self.number = Some(*number);
                self.by = Some(*by);
                self.cause = None;
                Some(Next::Nothing)
            }
            (Waiting | Unknown, Fact::LocalOffered) if !self.offered => {
                self.offered = true;
                Some(Next::AsBefore)
            }
            // A label that was given up after its announcement was made is announced all the same.
            (Confirmed | Void, Fact::Announced { .. }) if self.is_local() && self.announced_at.is_none() => {
                self.announced_at = Some(at);
                Some(Next::AsBefore)
            }
            (Confirmed | Void, Fact::Integrated) if self.announced_at.is_some() && self.integrated_at.is_none() => {
                self.integrated_at = Some(at);
                Some(Next::AsBefore)
            }
            (InFlight | Unknown, Fact::Rejected { attempt, .. }) if *attempt == self.attempt => {
                self.state = Rejected;
                Some(Next::Nothing)
            }
            (Unknown, Fact::Probed { attempt, found }) if *attempt == self.attempt => {
                Some(self.probed(found, at, policy))
            }
            (Unknown, Fact::Superseded { attempt }) if *attempt == self.attempt && !self.label_may_be_out() => {
                self.state = Waiting;
                self.number = None;
                Some(Next::Do(Job::Submit, at.plus(doubled(policy, self.unknowns - 1))))
            }
            (Waiting, Fact::Asked { attempt: None, .. }) => Some(self.asked()),
            (InFlight, Fact::Asked { attempt: Some(attempt), question })
                if *attempt == self.attempt && question.may_follow_an_attempt(self.sent) =>
            {
                Some(self.asked())
            }
            // Asked otherwise, since more is known.
            (Question, Fact::Asked { attempt: None, .. }) => Some(Next::AsBefore),
            (Question, Fact::Consented { consent }) => Some(self.consented(consent, at)),
            (InFlight | Unknown | Human | Confirmed, Fact::Rechosen { chosen, differs }) => {
                if !matches!(self.mismatch, Some(Mismatch::Elsewhere { .. })) {
                    self.mismatch = differs.then_some(Mismatch::Rechosen { chosen: *chosen, at });
                }
                Some(Next::AsBefore)
            }
            (Confirmed | Void, Fact::Elsewhere { code, seen_at })
                if !matches!(self.mismatch, Some(Mismatch::Elsewhere { .. })) =>
            {
                self.mismatch = Some(Mismatch::Elsewhere { code: code.clone(), seen_at: *seen_at });
                Some(Next::AsBefore)
            }
            (Unknown | Waiting, Fact::LeftToHuman { .. }) => {
                self.state = Human;
                Some(Next::Nothing)
            }
            (Human, Fact::Reopened) => {
                self.state = Waiting;
                self.number = None;
                self.unknowns = 0;
                self.retries = 0;
                Some(Next::Do(Job::Submit, at))
            }
            (Confirmed, Fact::Released) => {
                self.released = true;
                Some(Next::AsBefore)
            }
            (Confirmed | Waiting | Unknown | Human | Rejected | Question, Fact::Voided) => {
                self.state = Void;
                Some(Next::Nothing)
            }
            (Waiting, Fact::Restored { attempt, mark, number }) if *attempt == self.attempt + 1 => {
                self.claimed_at = Some(*mark);
                self.unknowns += 1;
                Some(self.restored(*attempt, *number, at, policy))
            }
            (InFlight | Unknown, Fact::Restored { attempt, number, .. }) if *attempt == self.attempt => {
                self.unknowns += u32::from(self.state == InFlight);
                Some(self.restored(*attempt, self.number.or(*number), at, policy))
            }
            (Human, Fact::Restored { .. }) => Some(Next::Nothing),
            (Question, Fact::Restored { attempt, mark, number }) if *attempt == self.attempt + 1 => {
                self.claimed_at = Some(*mark);
                self.number = *number;
                self.cause = Some(Cause::Restored);
                Some(Next::Nothing)
            }
            // What comes late about an attempt that was given up is kept as a fact and changes nothing.
            (_, Fact::TurnedUp { attempt, .. }) if *attempt <= self.attempt => Some(Next::AsBefore),
            _ => None,
        }
    }

    fn asked(&mut self) -> Next {
        self.state = State::Question;
        self.number = None;
        self.sent = false;
        self.retries = 0;
        self.cause = None;
        if self.rechosen().is_some() {
            self.mismatch = None;
        }
        Next::Nothing
    }

    /// In a store that was restored, what was asked may have been answered before, and a label made of that answer.
    fn consented(&mut self, consent: &Consent, at: Time) -> Next {
        if self.cause == Some(Cause::Restored) {
            self.state = State::Human;
            self.attempt += 1;
            self.unknowns += 1;
            return Next::Nothing;
        }
        self.state = State::Waiting;
        Next::Do(Job::Submit, consent.not_before.map_or(at, |not_before| not_before.max(at)))
    }

    fn restored(&mut self, attempt: u32, number: Option<ParcelNumber>, at: Time, policy: &Policy) -> Next {
        self.state = State::Unknown;
        self.attempt = attempt;
        self.number = number;
        self.retries = 0;
        self.cause = Some(Cause::Restored);
        Next::Do(Job::Resolve, at.plus(policy.settle))
    }

    fn probed(&mut self, found: &Found, at: Time, policy: &Policy) -> Next {
        match found {
            Found::NotMade => {
                self.state = State::Waiting;
                self.number = None;
                Next::Do(Job::Submit, at)
            }
            Found::NoAnswer | Found::NoAnchor => {
                let wait = self.backoff(policy);
                self.retries += 1;
                Next::Do(Job::Resolve, at.plus(wait))
            }
        }
    }

    /// What follows at once when an anchor of an unknown attempt has said this; nothing when it is to be asked again,
    /// as one that did not answer is, `probes_max` times.
    pub fn after_probe(&self, found: &Found, policy: &Policy) -> Option<Fact> {
        match found {
            Found::NotMade => None,
            Found::NoAnswer if self.retries < policy.probes_max => None,
            Found::NoAnswer | Found::NoAnchor => Some(self.give_up(policy)),
        }
    }

    fn give_up(&self, policy: &Policy) -> Fact {
        if self.label_may_be_out() {
            return Fact::LeftToHuman {
                reason: "the store was restored from a backup, and nothing tells whether a label was made and handed \
                         out after it: look whether this parcel has one"
                    .into(),
            };
        }
        if policy.on_unknown == OnUnknown::Ask {
            return Fact::LeftToHuman {
                reason: "no anchor can tell whether the label was made, and the merchant wants to be asked".into(),
            };
        }
        if self.retries >= policy.probes_max && self.number.is_some() {
            return Fact::LeftToHuman {
                reason: format!("{} questions to the carrier's records went unanswered", self.retries),
            };
        }
        if self.unknowns >= policy.unknowns_max {
            return Fact::LeftToHuman { reason: format!("{} attempts ended unknown", self.unknowns) };
        }
        Fact::Superseded { attempt: self.attempt }
    }

    /// Whether its label is one that we printed ourselves.
    pub fn is_local(&self) -> bool {
        self.by == Some(By::Local)
    }

    fn backoff(&self, policy: &Policy) -> Duration {
        doubled(policy, self.retries)
    }
}

/// Where a label may come from: the carrier's only after an attempt, our own only while none is open.
fn may_be_confirmed(state: State, by: By) -> bool {
    match by {
        By::Local => state == State::Waiting,
        By::Answer | By::Anchor | By::Tracking | By::Human => {
            matches!(state, State::InFlight | State::Unknown | State::Human)
        }
    }
}

/// The wait after so many in a row before it.
fn doubled(policy: &Policy, times: u32) -> Duration {
    policy.backoff_first.saturating_mul(1 << times.min(16)).min(policy.backoff_max)
}

impl Fact {
    /// The fact's name, as in the journal.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Accepted { .. } => "accepted",
            Self::Claimed { .. } => "claimed",
            Self::Sent { .. } => "sent",
            Self::NotDone { .. } => "not_done",
            Self::Confirmed { .. } => "confirmed",
            Self::Rejected { .. } => "rejected",
            Self::Unknown { .. } => "unknown",
            Self::Probed { .. } => "probed",
            Self::Superseded { .. } => "superseded",
            Self::Asked { .. } => "asked",
            Self::Consented { .. } => "consented",
            Self::Rechosen { .. } => "rechosen",
            Self::Elsewhere { .. } => "elsewhere",
            Self::TurnedUp { .. } => "turned_up",
            Self::LocalOffered => "local_offered",
            Self::Announced { .. } => "announced",
            Self::Integrated => "integrated",
            Self::LeftToHuman { .. } => "left_to_human",
            Self::Reopened => "reopened",
            Self::Released => "released",
            Self::Voided => "voided",
            Self::Restored { .. } => "restored",
            Self::Compacted { .. } => "compacted",
        }
    }
}
