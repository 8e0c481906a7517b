//! The speaker: what the watch sees becomes messages, which are shown, written down, and by that sent.
//!
//! One task asks the watch every second what is new, tells the herald, and takes from it what must be said. A message is on
//! the page at once, whether or not the disk takes it; who is subscribed is told once it is written down, in the same
//! transaction. The board is made anew with each message, and every few seconds as time passes.
//!
//! State: the herald, folded from facts and messages at the start, and what is not on disk yet.

use crate::{CARRIER, Lookout};
use clock::{Clock, Time};
use notice::{
    Board, Herald, HeraldSettings, StatusSettings, Update, UpdateId, Work,
    board::{DAYS, Seen},
};
use prometheus_client::{
    metrics::{counter::Counter, gauge::Gauge},
    registry::Registry,
};
use std::{sync::Arc, time::Duration};
use store::{Store, StoreError};
use tokio::{sync::watch as tell, task::JoinHandle, time::Instant};
use watch::{Carrier, Health, Transition, What};

/// How often the watch is asked.
const TICK: Duration = Duration::from_secs(1);
/// How often the herald is told how every function is while nothing changes: what it says has windows of minutes.
const LOOK_EVERY: Duration = Duration::from_secs(10);
/// Messages read from disk at once.
const UPDATES_PAGE: u32 = 1_000;
/// Messages and changes on a board, at most; the oldest go first.
const ON_BOARD_COUNT_MAX: usize = 20_000;

/// How is spoken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpeakerSettings {
    /// When is spoken.
    pub herald: HeraldSettings,
    /// What the status page shows beside it.
    pub status: StatusSettings,
    /// How often the board is made anew while nothing is said; well below [`notice::board::BOARD_GOOD_FOR`].
    pub show_every: Duration,
}

impl Default for SpeakerSettings {
    fn default() -> Self {
        Self {
            herald: HeraldSettings::default(),
            status: StatusSettings::default(),
            show_every: Duration::from_secs(15),
        }
    }
}

/// Where a board is shown.
pub type Show = Arc<dyn Fn(&Board) + Send + Sync>;

/// What is counted of it.
#[derive(Clone, Debug, Default)]
pub struct SpeakerMetrics {
    said: Counter,
    unwritten: Gauge,
}

impl SpeakerMetrics {
    /// Registers the metrics.
    pub fn register(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        registry.register("tournee_updates", "Messages about incidents", metrics.said.clone());
        let help = "Messages that are shown and not on disk yet";
        registry.register("tournee_updates_unwritten", help, metrics.unwritten.clone());
        metrics
    }
}

/// The running task. Dropped, it goes on; [`Speaker::shutdown`] ends it in order.
pub struct Speaker {
    stop: tell::Sender<bool>,
    task: JoinHandle<()>,
}

impl Speaker {
    /// Takes up where facts and messages end, shows the first board, and starts the task.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn start(
        store: Store,
        lookout: Lookout,
        clock: Arc<dyn Clock>,
        settings: SpeakerSettings,
        show: Show,
        metrics: SpeakerMetrics,
    ) -> Result<Self, StoreError> {
        let mut speaking = Speaking::open(store, lookout, clock, settings, show, metrics).await?;
        speaking.show();
        let (stop, stopped) = tell::channel(false);
        #[expect(clippy::disallowed_methods, reason = "a background task of this room")]
        let task = tokio::spawn(speaking.run(stopped));
        Ok(Self { stop, task })
    }

    /// Ends it after what is to be said now.
    pub async fn shutdown(self) {
        let _ = self.stop.send(true);
        // It ends badly only by a panic, which was said when it happened.
        let _ = self.task.await;
    }
}

struct Speaking {
    store: Store,
    lookout: Lookout,
    clock: Arc<dyn Clock>,
    settings: SpeakerSettings,
    show: Show,
    metrics: SpeakerMetrics,
    herald: Herald,
    /// Of the last ninety days, as far as the board wants them.
    facts: Vec<Transition>,
    updates: Vec<Update>,
    /// Shown and not on disk yet.
    unwritten: Vec<Update>,
    complained: bool,
    watched_since: Time,
    /// When the herald was last told how every function is.
    looked: Option<Time>,
    shown: Instant,
}

impl Speaking {
    async fn open(
        store: Store,
        lookout: Lookout,
        clock: Arc<dyn Clock>,
        settings: SpeakerSettings,
        show: Show,
        metrics: SpeakerMetrics,
    ) -> Result<Self, StoreError> {
        let (facts, updates) = (store.incident_facts().await?, every_update(&store).await?);
        let last = store.last_update().await?;
        let herald = Herald::new(settings.herald.clone()).resume(&facts, &updates).numbered_after(last);
        // Whatever was new before this is among the facts.
        drop(lookout.news());
        let now = clock.now();
        let watched_since = facts.first().map_or(now, |fact| fact.at);
        let (unwritten, complained, shown) = (Vec::new(), false, Instant::now());
        let mut speaking = Self {
            store,
            lookout,
            clock,
            settings,
            show,
            metrics,
            herald,
            facts,
            updates,
            unwritten,
            complained,
            watched_since,
            looked: None,
            shown,
        };
        speaking.forget(now);
        Ok(speaking)
    }

    async fn run(mut self, mut stopped: tell::Receiver<bool>) {
        loop {
            let stop = tokio::select! {
                biased;
                _ = stopped.wait_for(|stop| *stop) => true,
                () = tokio::time::sleep(TICK) => false,
            };
            self.turn().await;
            if stop {
                return;
            }
        }
    }

    async fn turn(&mut self) {
        let now = self.clock.now();
        let news = self.lookout.news();
        for fact in &news {
            self.restored(fact).await;
            self.herald.take(fact);
        }
        let is_news = !news.is_empty();
        self.facts.extend(news);
        if self.herald.is_busy() && (is_news || self.looked.is_none_or(|at| now.since(at) >= LOOK_EVERY)) {
            self.herald.seen(&self.health(now), now);
            self.looked = Some(now);
        }
        let said = self.herald.due(now);
        for update in &said {
            tracing::info!(update = update.id.0, incident = update.incident.0, level = ?update.level(), "said");
        }
        self.metrics.said.inc_by(said.len() as u64);
        let anything = !said.is_empty();
        self.updates.extend(said.iter().cloned());
        self.unwritten.extend(said);
        if anything || self.shown.elapsed() >= self.settings.show_every {
            self.forget(now);
            self.show();
        }
        self.write().await;
    }

    /// What became of the labels that had to wait is counted when all is over.
    async fn restored(&mut self, fact: &Transition) {
        if !matches!(fact.what, What::Restored { .. }) || fact.carrier.name() != CARRIER {
            return;
        }
        let of_it = |one: &&Transition| one.incident == fact.incident;
        let opened = self.facts.iter().find(of_it).map_or(fact.at, |first| first.at);
        match self.store.delayed(opened).await {
            Ok(found) => {
                let work = Work { sent: found.sent, need_answer: found.need_answer };
                self.herald.work(&fact.carrier, work);
            }
            Err(error) => tracing::error!(%error, "what became of delayed labels could not be counted"),
        }
    }

    fn health(&self, now: Time) -> Vec<Health> {
        let shared = self.lookout.shared();
        let watch = shared.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let carriers: Vec<Carrier> = watch.carriers().cloned().collect();
        carriers.iter().filter_map(|carrier| watch.health(carrier, now)).collect()
    }

    fn show(&mut self) {
        let now = self.clock.now();
        let (claims, health) = (self.herald.standing(now), self.health(now));
        let seen = Seen {
            updates: &self.updates,
            claims: &claims,
            facts: &self.facts,
            health: &health,
            watched_since: Some(self.watched_since),
        };
        (self.show)(&Board::new(&self.settings.status, &seen, now));
        self.shown = Instant::now();
    }

    /// What is older than the board reaches is not kept in memory.
    fn forget(&mut self, now: Time) {
        let oldest = now.minus(Duration::from_secs(86_400) * u32::try_from(DAYS).unwrap_or(u32::MAX));
        self.facts.drain(..self.facts.len().saturating_sub(ON_BOARD_COUNT_MAX));
        self.updates.drain(..self.updates.len().saturating_sub(ON_BOARD_COUNT_MAX));
        self.facts.retain(|fact| fact.at >= oldest);
        self.updates.retain(|update| update.at >= oldest);
    }

    async fn write(&mut self) {
        if !self.unwritten.is_empty() {
            match self.store.append_updates(&self.unwritten).await {
                Ok(_) => {
                    self.unwritten.clear();
                    self.complained = false;
                }
                Err(error) if !self.complained => {
                    self.complained = true;
                    tracing::error!(%error, "a message is shown and could not be written down; trying again");
                }
                Err(_) => {}
            }
        }
        self.metrics.unwritten.set(i64::try_from(self.unwritten.len()).unwrap_or(i64::MAX));
    }
}

async fn every_update(store: &Store) -> Result<Vec<Update>, StoreError> {
    let mut all: Vec<Update> = Vec::new();
    loop {
        let after = all.last().map_or(UpdateId(0), |update| update.id);
        let page = store.updates(after, UPDATES_PAGE).await?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}
