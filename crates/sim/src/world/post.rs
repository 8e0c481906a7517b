//! The ways to subscribers in a simulated day: each dies for some hours in its turn, loses some receipts, and sometimes
//! takes a message without a word that it did.

use crate::dice::Dice;
use channels::{BoxFuture, Channel, Message, Report};
use clock::{Clock, Time};
use notice::plan::ChannelKind;
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Which stream of the seed's chance the ways go by.
const POST_STREAM: u64 = 22;
/// How long a message takes, at most, in milliseconds (assumed).
const TAKES_MS_MAX: u64 = 1_500;
/// Of a hundred messages, those that are taken without a word that they were (assumed).
const WORDLESS_PERCENT: u64 = 2;
/// Of a hundred receipts of text messages, those that never come (assumed).
const NO_RECEIPT_PERCENT: u64 = 3;
/// For how long each way is dead in its turn (assumed).
const DEAD_FOR: Duration = Duration::from_secs(2 * 3_600);
/// How long after the day's first trouble the first of them dies (assumed), and how far apart they do.
const DIES_AFTER: Duration = Duration::from_secs(3 * 3_600);
const APART: Duration = Duration::from_secs(4 * 3_600);

/// A message that arrived.
#[derive(Clone, Debug)]
pub(super) struct Arrived {
    pub(super) id: String,
    pub(super) at: Time,
}

/// What arrived, and what is to be reported of it.
#[derive(Default)]
struct Bag {
    arrived: Vec<Arrived>,
    receipts: Vec<(ChannelKind, String)>,
    wordless: u64,
}

/// All the ways together, as those at the other end see them.
#[derive(Clone, Default)]
pub(super) struct Post(Arc<Mutex<Bag>>);

impl Post {
    /// The way of this kind.
    pub(super) fn way(&self, channel: ChannelKind, first: Time, seed: u64, clock: Arc<dyn Clock>) -> Arc<dyn Channel> {
        let place = ChannelKind::ALL.iter().position(|one| *one == channel).unwrap_or(0);
        let turn = u32::try_from(place).unwrap_or(0);
        let dies = first.plus(DIES_AFTER).plus(APART * turn);
        let dice = Mutex::new(Dice::stream(seed, POST_STREAM + u64::from(turn)));
        Arc::new(PostWay { post: self.clone(), channel, dead: (dies, dies.plus(DEAD_FOR)), dice, clock })
    }

    pub(super) fn arrived(&self) -> Vec<Arrived> {
        self.lock().arrived.clone()
    }

    /// Messages that were taken without a word, so that they may come twice.
    pub(super) fn wordless(&self) -> u64 {
        self.lock().wordless
    }

    /// The receipts that came since this was last asked.
    pub(super) fn receipts(&self) -> Vec<(ChannelKind, String)> {
        std::mem::take(&mut self.lock().receipts)
    }

    fn lock(&self) -> MutexGuard<'_, Bag> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct PostWay {
    post: Post,
    channel: ChannelKind,
    dead: (Time, Time),
    dice: Mutex<Dice>,
    clock: Arc<dyn Clock>,
}

impl PostWay {
    fn is_dead(&self) -> bool {
        (self.dead.0..self.dead.1).contains(&self.clock.now())
    }

    fn below(&self, n: u64) -> u64 {
        self.dice.lock().unwrap_or_else(PoisonError::into_inner).below(n)
    }

    async fn take(&self, message: &Message) -> Report {
        tokio::time::sleep(Duration::from_millis(self.below(TAKES_MS_MAX))).await;
        if self.is_dead() {
            return Report::NotNow { why: "no connection".into() };
        }
        let (wordless, receipt) =
            (self.below(100) < WORDLESS_PERCENT, self.below(100) >= NO_RECEIPT_PERCENT && self.reports());
        let mut bag = self.post.lock();
        let at = self.clock.now();
        bag.arrived.push(Arrived { id: message.id.clone(), at });
        if wordless {
            bag.wordless += 1;
            return Report::Unknown { why: "the connection broke off".into() };
        }
        if receipt {
            bag.receipts.push((self.channel, message.id.clone()));
        }
        match self.channel {
            ChannelKind::Webhook => Report::Delivered,
            ChannelKind::Sms => Report::Accepted { receipt: Some(message.id.clone()) },
            ChannelKind::Mail | ChannelKind::WebPush => Report::Accepted { receipt: None },
        }
    }

    fn reports(&self) -> bool {
        self.channel == ChannelKind::Sms
    }
}

impl Channel for PostWay {
    fn send<'a>(&'a self, message: &'a Message) -> BoxFuture<'a, Report> {
        Box::pin(self.take(message))
    }

    fn canary(&self) -> BoxFuture<'_, Report> {
        let dead = self.is_dead();
        Box::pin(async move {
            if dead { Report::NotNow { why: "no connection".into() } } else { Report::Accepted { receipt: None } }
        })
    }
}
