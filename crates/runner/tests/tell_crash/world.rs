//! What lives on when the process dies: the channels with what they really took, their receipts, and the moment of death.

use crate::dice::Dice;
use channels::{BoxFuture, Channel, Message, Report};
use clock::{Clock, Time};
use notice::plan::ChannelKind;
use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};
use store::Boundary;
use tokio::{sync::Notify, time::Instant};

/// A moment at which a process dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// Around a commit.
    Journal(Boundary),
    /// The message has left and nobody took it.
    Left,
    /// The channel took it, and did not say so yet.
    Taken,
    /// The channel said so, and nothing of that is written down.
    Said,
}

pub(crate) const MOMENTS: [Moment; 6] = [
    Moment::Journal(Boundary::BeforeCommit),
    Moment::Journal(Boundary::AfterCommit),
    Moment::Journal(Boundary::BeforeReply),
    Moment::Left,
    Moment::Taken,
    Moment::Said,
];

/// How a channel is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    Well,
    /// It takes everything and its receipts are lost.
    Mute,
    /// It answers nothing, whether or not it took the message.
    Silent,
    /// It refuses everything for the moment, its canary too.
    Dead,
    /// It refuses every other message; its canary passes.
    Shaky,
}

pub(crate) const MOODS: [Mood; 5] = [Mood::Well, Mood::Mute, Mood::Silent, Mood::Dead, Mood::Shaky];

/// A message that a channel really took.
#[derive(Clone, Debug)]
pub(crate) struct Taken {
    pub(crate) message: String,
    pub(crate) to: String,
    /// The updates in it, the newest first.
    pub(crate) updates: Vec<u64>,
    pub(crate) at: Time,
}

/// A receipt on its way.
#[derive(Clone, Debug)]
pub(crate) struct Receipt {
    pub(crate) channel: ChannelKind,
    pub(crate) name: String,
    pub(crate) delivered: bool,
    pub(crate) at: Time,
}

pub(crate) struct Inner {
    pub(crate) dice: Dice,
    /// When this life began, in the world's time.
    base: Time,
    began: Option<Instant>,
    /// The latest time that anybody was told: when a life ends, its runtime's time ends with it.
    latest: Time,
    /// The moment of death of this life, and how often it was passed.
    death: Option<(Moment, u64)>,
    pub(crate) dead: bool,
    pub(crate) moods: BTreeMap<ChannelKind, Mood>,
    pub(crate) taken: Vec<Taken>,
    /// What was said of each message, the first try first: true where it was clear.
    pub(crate) said: Vec<(String, &'static str)>,
    pub(crate) receipts: VecDeque<Receipt>,
    pub(crate) deaths: BTreeMap<String, u64>,
}

/// The world. A clone is the same one.
#[derive(Clone)]
pub(crate) struct World(Arc<Mutex<Inner>>, pub(crate) Arc<Notify>);

impl World {
    pub(crate) fn new(seed: u64, start: Time) -> Self {
        let inner = Inner {
            dice: Dice::new(seed),
            base: start,
            began: None,
            latest: start,
            death: None,
            dead: false,
            moods: BTreeMap::new(),
            taken: Vec::new(),
            said: Vec::new(),
            receipts: VecDeque::new(),
            deaths: BTreeMap::new(),
        };
        Self(Arc::new(Mutex::new(inner)), Arc::new(Notify::new()))
    }

    pub(crate) fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Begins a life, within its runtime.
    pub(crate) fn born(&self, death: Option<(Moment, u64)>) {
        let mut inner = self.inner();
        inner.began = Some(Instant::now());
        inner.death = death;
        inner.dead = false;
    }

    /// Ends a life; the next one begins so long after.
    pub(crate) fn buried(&self, rest: Duration) {
        let mut inner = self.inner();
        inner.base = inner.latest.plus(rest);
        inner.began = None;
    }

    /// Passes a moment; true when the process dies here, or is dead already.
    pub(crate) fn passes(&self, moment: Moment) -> bool {
        let mut inner = self.inner();
        if inner.dead {
            return true;
        }
        let Some((at, left)) = &mut inner.death else { return false };
        if *at != moment {
            return false;
        }
        *left -= 1;
        if *left > 0 {
            return false;
        }
        inner.dead = true;
        *inner.deaths.entry(format!("{moment:?}")).or_default() += 1;
        self.1.notify_one();
        true
    }
}

impl Clock for World {
    fn now(&self) -> Time {
        let mut inner = self.inner();
        let now = inner.base.plus(inner.began.map_or(Duration::ZERO, |began| began.elapsed()));
        inner.latest = inner.latest.max(now);
        now
    }
}

/// Lets so much of the runtime's paused time pass.
pub(crate) async fn pass(span: Duration) {
    let never = std::future::pending::<()>();
    drop(tokio::time::timeout(span, never).await);
}

/// One channel of the world.
pub(crate) struct Way(pub(crate) World, pub(crate) ChannelKind);

impl Way {
    fn take(&self, message: &Message) {
        let at = self.0.now();
        let updates: Vec<u64> = message.text.split(',').map(|no| no.parse().expect("a number")).collect();
        let (to, message) = (message.to.clone(), message.id.clone());
        self.0.inner().taken.push(Taken { message, to, updates, at });
    }

    fn say(&self, message: &Message, word: &'static str, report: Report) -> Report {
        self.0.inner().said.push((message.id.clone(), word));
        report
    }

    async fn take_it(&self, message: &Message) -> Report {
        if self.0.passes(Moment::Left) {
            std::future::pending::<()>().await;
        }
        let (mood, wait_ms, fate) = {
            let mut inner = self.0.inner();
            let mood = inner.moods.get(&self.1).copied().unwrap_or(Mood::Well);
            // Most are quick; some take so long that something newer comes meanwhile.
            let wait_ms = if inner.dice.one_in(8) { inner.dice.below(28_000) } else { inner.dice.below(3_000) };
            (mood, wait_ms, inner.dice.below(8))
        };
        pass(Duration::from_millis(wait_ms)).await;
        match mood {
            Mood::Dead => return self.say(message, "not now", Report::NotNow { why: "dead".into() }),
            Mood::Shaky if fate < 4 => return self.say(message, "not now", Report::NotNow { why: "busy".into() }),
            Mood::Well if fate == 7 => return self.say(message, "refused", Report::Refused { why: "no".into() }),
            Mood::Silent if fate < 4 => {}
            _ => {
                self.take(message);
                if self.0.passes(Moment::Taken) {
                    std::future::pending::<()>().await;
                }
            }
        }
        if mood == Mood::Silent {
            if fate.is_multiple_of(2) {
                std::future::pending::<()>().await;
            }
            return self.say(message, "unknown", Report::Unknown { why: "reset".into() });
        }
        let report = self.answer(message, mood, fate);
        if self.0.passes(Moment::Said) {
            std::future::pending::<()>().await;
        }
        report
    }

    /// Text messages and web push give receipts; the others are with the recipient when they are taken.
    fn answer(&self, message: &Message, mood: Mood, fate: u64) -> Report {
        if !matches!(self.1, ChannelKind::Sms | ChannelKind::WebPush) {
            return self.say(message, "delivered", Report::Delivered);
        }
        let name = format!("gw-{}-{}", message.id, self.0.inner().said.len());
        if mood != Mood::Mute && fate > 0 {
            let now = self.0.now();
            let mut inner = self.0.inner();
            // Some come at once, some late, some after the next way was taken.
            let after = Duration::from_millis([0, 500, 20_000, 200_000][usize::try_from(fate % 4).expect("small")]);
            let receipt = Receipt { channel: self.1, name: name.clone(), delivered: true, at: now.plus(after) };
            inner.receipts.push_back(receipt);
        }
        self.say(message, "accepted", Report::Accepted { receipt: Some(name) })
    }
}

impl Channel for Way {
    fn send<'a>(&'a self, message: &'a Message) -> BoxFuture<'a, Report> {
        Box::pin(self.take_it(message))
    }

    fn canary(&self) -> BoxFuture<'_, Report> {
        let dead = self.0.inner().moods.get(&self.1) == Some(&Mood::Dead);
        Box::pin(async move { if dead { Report::NotNow { why: "dead".into() } } else { Report::Delivered } })
    }
}
