//! Webhooks out: one task that looks at the journal, and one per message that is under way.
//!
//! The store says what is to be told and keeps it until it is settled; `channels` sends; here is when. One turn gathers
//! what happened, begins what is due within the bounds, and rests until there is a reason to look again: the journal has
//! grown, a message has ended, an endpoint was changed, or something is due.
//!
//! State: which messages are under way, and which endpoints failed last; those get one message at a time until one gets
//! through. All of it may be lost: a message that was under way when the process ended is sent once more.

mod letter;
mod metrics;
mod patience;

pub use metrics::HookMetrics;

use channels::webhook::{Message, Report, Secret, Sender};
use clock::{Clock, Time};
use serde::{Deserialize, Serialize};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};
use store::{Attempt, DueDelivery, Settled, Store, StoreError};
use tokio::{
    sync::watch,
    task::{Id, JoinError, JoinHandle, JoinSet},
    time::sleep,
};

/// How long facts are let gather before they are looked at: a busy second is looked at a few times and not thousands.
const GATHER_REST: Duration = Duration::from_millis(50);
/// How long to rest after the store failed.
const STORE_REST: Duration = Duration::from_secs(1);
/// The longest rest without looking.
const REST_MAX: Duration = Duration::from_secs(60);
/// How often what is old is cleared away.
const CLEAR_EVERY: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(86_400);

/// A source of chance: fills the slice.
pub type Random = Arc<dyn Fn(&mut [u8]) + Send + Sync>;

/// How webhooks are sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HookSettings {
    /// Messages under way at once, at most.
    pub in_flight_max: usize,
    /// Of these to one endpoint, at most.
    pub per_endpoint_max: u32,
    /// For how many days what was delivered can be looked at.
    pub keep_days: u32,
}

impl Default for HookSettings {
    fn default() -> Self {
        Self { in_flight_max: 64, per_endpoint_max: 4, keep_days: 30 }
    }
}

/// What the tasks share.
struct Context {
    store: Store,
    sender: Sender,
    clock: Arc<dyn Clock>,
    settings: HookSettings,
    random: Random,
    metrics: HookMetrics,
}

/// The running task. Dropped, it goes on; [`Hooks::shutdown`] ends it in order.
pub struct Hooks {
    stop: watch::Sender<bool>,
    task: JoinHandle<JoinSet<bool>>,
}

impl Hooks {
    /// Starts the task.
    pub fn start(
        store: Store,
        sender: Sender,
        clock: Arc<dyn Clock>,
        settings: HookSettings,
        random: Random,
        metrics: HookMetrics,
    ) -> Self {
        let context = Arc::new(Context { store, sender, clock, settings, random, metrics });
        let (stop, stopped) = watch::channel(false);
        #[expect(clippy::disallowed_methods, reason = "a background task of this room")]
        let task = tokio::spawn(run(context, stopped));
        Self { stop, task }
    }

    /// Begins nothing more and waits so long for what is under way; what is left is sent once more after the next start.
    pub async fn shutdown(self, grace: Duration) {
        let _ = self.stop.send(true);
        let Ok(mut sends) = self.task.await else { return };
        let all_done = async { while sends.join_next().await.is_some() {} };
        if tokio::time::timeout(grace, all_done).await.is_err() {
            tracing::info!(count = sends.len(), "webhooks were still under way at the end of the grace period");
        }
    }
}

/// What is under way.
#[derive(Default)]
struct Desk {
    sends: JoinSet<bool>,
    under_way: HashMap<Id, (String, u64)>,
    failing: HashSet<String>,
    cleared_at: Option<Time>,
}

/// What a turn found.
struct Turn {
    /// Whether there is an endpoint to tell at all: where not, the journal may grow in peace.
    anyone: bool,
    rest: Duration,
}

async fn run(context: Arc<Context>, mut stopped: watch::Receiver<bool>) -> JoinSet<bool> {
    let mut desk = Desk::default();
    while !*stopped.borrow() {
        let Turn { anyone, rest } = desk.turn(&context).await.unwrap_or_else(|error| {
            tracing::error!(%error, "webhooks could not be looked at");
            Turn { anyone: false, rest: STORE_REST }
        });
        tokio::select! {
            biased;
            _ = stopped.wait_for(|stop| *stop) => break,
            Some(ended) = desk.sends.join_next_with_id() => desk.ended(ended),
            () = context.store.hooks_changed() => {}
            () = grown(&context.store), if anyone => {}
            () = sleep(rest) => {}
        }
    }
    desk.sends
}

async fn grown(store: &Store) {
    store.journal_grown().await;
    sleep(GATHER_REST).await;
}

impl Desk {
    async fn turn(&mut self, context: &Arc<Context>) -> Result<Turn, StoreError> {
        let now = context.clock.now();
        self.clear(context, now).await?;
        let gathered = context.store.gather_hooks(now).await?;
        // Those under way are due too, and come first.
        let each = context.settings.per_endpoint_max.saturating_mul(2);
        for due in context.store.due_hooks(now, each).await? {
            if self.has_place(&context.settings, &due) {
                let place = (due.hook.clone(), due.seq);
                let id = self.sends.spawn(send(Arc::clone(context), due)).id();
                self.under_way.insert(id, place);
            }
        }
        context.metrics.show(context.store.hook_counts().await?);
        let next = if gathered.more { Some(now) } else { context.store.next_hook_due(now).await? };
        let rest = next.map_or(REST_MAX, |next| next.since(now).min(REST_MAX));
        Ok(Turn { anyone: gathered.anyone, rest })
    }

    fn has_place(&self, settings: &HookSettings, due: &DueDelivery) -> bool {
        if self.under_way.len() >= settings.in_flight_max
            || self.under_way.values().any(|(hook, seq)| *hook == due.hook && *seq == due.seq)
        {
            return false;
        }
        let here = self.under_way.values().filter(|(hook, _)| *hook == due.hook).count();
        let most = if self.failing.contains(&due.hook) { 1 } else { settings.per_endpoint_max };
        here < usize::try_from(most).unwrap_or(usize::MAX)
    }

    fn ended(&mut self, ended: Result<(Id, bool), JoinError>) {
        let (id, delivered) = match ended {
            Ok(ended) => ended,
            Err(broken) => {
                tracing::error!(error = %broken, "a webhook's task ended badly; it is sent again");
                (broken.id(), false)
            }
        };
        let Some((hook, _)) = self.under_way.remove(&id) else { return };
        if delivered {
            self.failing.remove(&hook);
        } else {
            self.failing.insert(hook);
        }
    }

    /// Clears away what is old, now and then.
    async fn clear(&mut self, context: &Context, now: Time) -> Result<(), StoreError> {
        if self.cleared_at.is_some_and(|at| now.since(at) < CLEAR_EVERY) {
            return Ok(());
        }
        self.cleared_at = Some(now);
        let keep_ms = i64::try_from((DAY * context.settings.keep_days).as_millis()).unwrap_or(i64::MAX);
        let before = Time::from_unix_ms(now.unix_ms().saturating_sub(keep_ms));
        while context.store.clear_hooks(before).await? > 0 {}
        Ok(())
    }
}

/// Sends one message and writes down how it ended; true when the receiver has it.
async fn send(context: Arc<Context>, due: DueDelivery) -> bool {
    let Some(message) = message(&due, context.clock.now()) else {
        let attempt = Attempt {
            hook: due.hook,
            seq: due.seq,
            at: context.clock.now(),
            status: None,
            failure: Some("the shipment's records were let go".into()),
            settled: Settled::Lost,
        };
        settle(&context, attempt).await;
        return true;
    };
    let report = context.sender.send(&message).await;
    context.metrics.sent(&report);
    let at = context.clock.now();
    let mut chance = [0; 4];
    (context.random)(&mut chance);
    let settled = patience::verdict(&report, due.attempts, at, u32::from_le_bytes(chance));
    tell(&due, &report, &settled);
    let status = report.result.ok();
    let failure = report.result.err().map(|failure| failure.to_string());
    settle(&context, Attempt { hook: due.hook, seq: due.seq, at, status, failure, settled }).await;
    report.is_delivered()
}

fn message(due: &DueDelivery, now: Time) -> Option<Message> {
    let (fact, view) = due.told.as_ref()?;
    let secrets: Result<Vec<Secret>, _> = due.secrets.iter().map(|secret| secret.parse()).collect();
    Some(Message {
        url: due.url.clone(),
        id: channels::webhook::event_id(fact.seq, fact.at.unix_ms()),
        at_s: now.unix_ms() / 1_000,
        body: letter::letter(due.event, fact, view),
        secrets: secrets.unwrap_or_default(),
    })
}

/// One line for what did not get through. Never the URL: there may be a secret in it.
fn tell(due: &DueDelivery, report: &Report, settled: &Settled) {
    let took_ms = report.took.as_secs_f64() * 1_000.0;
    let (hook, seq, attempt, result) = (&due.hook, due.seq, due.attempts + 1, &report.result);
    match settled {
        Settled::Delivered => tracing::debug!(hook, seq, attempt, ?result, took_ms, "webhook delivered"),
        settled => tracing::info!(hook, seq, attempt, ?result, ?settled, took_ms, "webhook not delivered"),
    }
}

/// Writes an attempt down, as often as it takes.
async fn settle(context: &Context, attempt: Attempt) {
    loop {
        match context.store.settle_hook(attempt.clone()).await {
            Ok(false) | Err(StoreError::Closed) => return,
            Ok(true) => {
                let (hook, settled) = (&attempt.hook, &attempt.settled);
                return tracing::warn!(hook, ?settled, "a webhook endpoint is paused; nothing of it is lost");
            }
            Err(error) => {
                tracing::error!(hook = attempt.hook, %error, "a webhook's end could not be written; trying again");
            }
        }
        sleep(STORE_REST).await;
    }
}
