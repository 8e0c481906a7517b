//! Notices out: one task that claims what is due, one per message that is under way, and one per canary.
//!
//! The store says what is to be sent and has written it down before it says so; `channels` sends; here is how much at once,
//! for how long an answer is waited for, and how each channel is. What comes of a message is written as often as it takes.
//!
//! State: what is under way, how the channels are, and how much may be sent again. All of it may be lost: what was under way
//! when the process ended may have been sent, and is treated so after the next start.

mod canaries;
mod compose;
mod metrics;
mod sending;

pub use compose::Composer;
pub use metrics::TellMetrics;

use canaries::Canaries;
use channels::{Channel, Message};
use clock::{Clock, Time};
use notice::plan::{ChannelKind, Retries};
use sending::Sent;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};
use store::{ChannelRoom, Outgoing, Store, StoreError};
use tokio::{
    sync::watch,
    task::{Id, JoinError, JoinHandle, JoinSet},
    time::sleep,
};

/// How long to rest after the store failed.
const STORE_REST: Duration = Duration::from_secs(1);
/// How long to rest when something is due that cannot be begun yet.
const BUSY_REST: Duration = Duration::from_millis(250);
/// The longest rest without looking.
const REST_MAX: Duration = Duration::from_secs(60);
/// How often what waits is counted.
const SHOW_EVERY: Duration = Duration::from_secs(1);
/// How often what is old is cleared away.
const CLEAR_EVERY: Duration = Duration::from_secs(3_600);

/// How notices are sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TellSettings {
    /// Messages under way at once by one channel, at most.
    pub in_flight_max: u32,
    /// How long a channel is waited for before a message counts as one that may have been sent, in milliseconds.
    pub patience_ms: u64,
    /// Time between two canaries of a channel that works, in milliseconds.
    pub canary_every_ms: u64,
    /// The same while it is doubtful or down.
    pub canary_soon_ms: u64,
}

impl Default for TellSettings {
    fn default() -> Self {
        Self { in_flight_max: 64, patience_ms: 30_000, canary_every_ms: 60_000, canary_soon_ms: 10_000 }
    }
}

/// The channels that there are.
pub type Channels = BTreeMap<ChannelKind, Arc<dyn Channel>>;

/// What makes the texts.
pub trait Compose: Send + Sync + 'static {
    /// The message for this subscriber by this channel, with [`Outgoing::message`] as its id and [`Outgoing::to`] as where it
    /// goes.
    fn compose(&self, outgoing: &Outgoing, now: Time) -> Message;
}

impl<F: Fn(&Outgoing, Time) -> Message + Send + Sync + 'static> Compose for F {
    fn compose(&self, outgoing: &Outgoing, now: Time) -> Message {
        self(outgoing, now)
    }
}

/// What the tasks share.
struct Context {
    store: Store,
    channels: Channels,
    compose: Arc<dyn Compose>,
    clock: Arc<dyn Clock>,
    settings: TellSettings,
    metrics: TellMetrics,
}

impl Context {
    fn patience(&self) -> Duration {
        Duration::from_millis(self.settings.patience_ms)
    }
}

/// The running task. Dropped, it goes on; [`Tell::shutdown`] ends it in order.
pub struct Tell {
    stop: watch::Sender<bool>,
    task: JoinHandle<JoinSet<Sent>>,
}

impl Tell {
    /// Takes up what the last process left in the middle, then starts the task.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn start(
        store: Store,
        channels: Channels,
        compose: Arc<dyn Compose>,
        clock: Arc<dyn Clock>,
        settings: TellSettings,
        metrics: TellMetrics,
    ) -> Result<Self, StoreError> {
        let now = clock.now();
        let left = store.recover_notices(now).await?;
        if left > 0 {
            tracing::warn!(
                count = left,
                "notices were being sent when the last process stopped; they may have been sent"
            );
        }
        let canaries = Canaries::open(&store, channels.keys().copied(), now).await?;
        let context = Arc::new(Context { store, channels, compose, clock, settings, metrics });
        let (stop, stopped) = watch::channel(false);
        #[expect(clippy::disallowed_methods, reason = "a background task of this room")]
        let task = tokio::spawn(run(context, canaries, stopped));
        Ok(Self { stop, task })
    }

    /// Begins nothing more and waits so long for what is under way; what is left may have been sent.
    pub async fn shutdown(self, grace: Duration) {
        let _ = self.stop.send(true);
        let Ok(mut sends) = self.task.await else { return };
        let all_done = async { while sends.join_next().await.is_some() {} };
        if tokio::time::timeout(grace, all_done).await.is_err() {
            tracing::warn!(count = sends.len(), "notices were still under way at the end of the grace period");
        }
    }
}

/// What is under way.
struct Desk {
    sends: JoinSet<Sent>,
    under_way: HashMap<Id, Arc<Outgoing>>,
    retries: HashMap<ChannelKind, Retries>,
    canaries: Canaries,
    cleared_at: Option<Time>,
    shown_at: Option<Time>,
}

async fn run(context: Arc<Context>, canaries: Canaries, mut stopped: watch::Receiver<bool>) -> JoinSet<Sent> {
    let mut desk = Desk {
        sends: JoinSet::new(),
        under_way: HashMap::new(),
        retries: HashMap::new(),
        canaries,
        cleared_at: None,
        shown_at: None,
    };
    while !*stopped.borrow() {
        let rest = desk.turn(&context).await.unwrap_or_else(|error| {
            tracing::error!(%error, "notices could not be looked at");
            STORE_REST
        });
        tokio::select! {
            biased;
            () = told_to(&mut stopped) => break,
            Some(ended) = desk.sends.join_next_with_id() => desk.all_ended(&context, ended).await,
            Some(ended) = desk.canaries.next() => desk.canaries.ended(&context, ended).await,
            () = context.store.notices_changed() => {}
            () = sleep(rest) => {}
        }
    }
    desk.sends
}

async fn told_to(stop: &mut watch::Receiver<bool>) {
    // Dropped without a word, it is to stop as well.
    drop(stop.wait_for(|stop| *stop).await);
}

impl Desk {
    async fn turn(&mut self, context: &Arc<Context>) -> Result<Duration, StoreError> {
        let now = context.clock.now();
        self.clear(context, now).await?;
        self.canaries.begin(context, now);
        let due = context.store.next_notice_due().await?.map(|due| due.since(now));
        let rest = match due {
            Some(Duration::ZERO) if self.claim(context, now).await? => Duration::ZERO,
            Some(Duration::ZERO) => BUSY_REST,
            Some(wait) => wait.min(REST_MAX),
            None => REST_MAX,
        };
        if self.shown_at.is_none_or(|at| now.since(at) >= SHOW_EVERY) {
            self.shown_at = Some(now);
            context.metrics.waiting(&context.store.notices_waiting(now).await?, now);
        }
        Ok(rest.min(self.canaries.rest(now)))
    }

    /// Claims what there is room for and begins it; true when another look would find more to do at once.
    async fn claim(&mut self, context: &Arc<Context>, now: Time) -> Result<bool, StoreError> {
        let rooms: Vec<_> = context.channels.keys().map(|channel| self.room(context, *channel, now)).collect();
        let claimed = context.store.claim_notices(rooms, now).await?;
        context.metrics.dropped(&claimed.dropped);
        for outgoing in claimed.outgoing {
            let outgoing = Arc::new(outgoing);
            self.retries_of(outgoing.channel, now).sent(u32::from(!outgoing.again), u32::from(outgoing.again));
            context.metrics.begun(&outgoing);
            let id = self.sends.spawn(sending::send(Arc::clone(context), Arc::clone(&outgoing))).id();
            self.under_way.insert(id, outgoing);
        }
        Ok(claimed.more)
    }

    fn room(&mut self, context: &Context, channel: ChannelKind, now: Time) -> ChannelRoom {
        let here = self.under_way.values().filter(|outgoing| outgoing.channel == channel).count();
        let free = context.settings.in_flight_max.saturating_sub(u32::try_from(here).unwrap_or(u32::MAX));
        // What is tried again never takes the last place of what goes first.
        let again = self.retries_of(channel, now).left(now).min(free / 2);
        ChannelRoom { channel, first: free - again, again, down: self.canaries.is_down(channel) }
    }

    fn retries_of(&mut self, channel: ChannelKind, now: Time) -> &mut Retries {
        self.retries.entry(channel).or_insert_with(|| Retries::new(now))
    }

    /// What has ended together is taken up together, and makes room for one claim.
    async fn all_ended(&mut self, context: &Context, first: Result<(Id, Sent), JoinError>) {
        let mut next = Some(first);
        while let Some(ended) = next {
            self.ended(context, ended).await;
            next = self.sends.try_join_next_with_id();
        }
    }

    async fn ended(&mut self, context: &Context, ended: Result<(Id, Sent), JoinError>) {
        match ended {
            Ok((id, sent)) => {
                self.under_way.remove(&id);
                self.canaries.saw(context, sent).await;
            }
            Err(broken) => {
                tracing::error!(error = %broken, "a notice's task ended badly; it may have been sent");
                if let Some(outgoing) = self.under_way.remove(&broken.id()) {
                    sending::broken(context, &outgoing).await;
                }
            }
        }
    }

    /// Clears away what is old, now and then.
    async fn clear(&mut self, context: &Context, now: Time) -> Result<(), StoreError> {
        if self.cleared_at.is_some_and(|at| now.since(at) < CLEAR_EVERY) {
            return Ok(());
        }
        self.cleared_at = Some(now);
        while context.store.clear_notices(now).await? > 0 {}
        context.metrics.subscribers(context.store.subscribers_count().await?);
        Ok(())
    }
}
