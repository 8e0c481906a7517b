//! Shops: one task that looks at what is to be done for each, and one or two per shop that is at work.
//!
//! What can be done here alone (a label of a new order) is never held up by a shop that does not answer: it is a turn of its
//! own. What needs the shop is done one call after the other, within the shop's own budget, and a turn ends after a
//! bounded number of calls or at the first failure; the shop is then left alone for a while that doubles. Shops are
//! judged one by one, and one that hangs takes one place and no more.
//!
//! State: which shops are at work, how each was last met, and where a long poll stands. All of it may be lost: orders are
//! folded as often as they come, and what is to be told is due until it is told.

mod client;
mod look;
mod metrics;
mod paced;
mod resync;
mod tell;
mod turn;
mod watch;

pub use client::{Dial, OpenShop, open_shop};
pub use metrics::ShopMetrics;
pub use resync::{Difference, Report as ResyncReport, Resync, Teller, resync};
pub use watch::{WatchReport, watch_once};

use crate::{Points, Random};
use ::shops::Cursor;
use clock::{Clock, Time};
use paced::Pace;
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use store::{Shop, ShopWork, Store, StoreError};
use tokio::{
    sync::watch as channel,
    task::{Id, JoinHandle, JoinSet},
    time::sleep,
};
use turn::TurnEnd;

/// How long changes are let gather before they are looked at.
const GATHER_REST: Duration = Duration::from_millis(50);
/// How long to rest after the store failed.
const STORE_REST: Duration = Duration::from_secs(1);
/// The longest rest without looking: what another process wrote is found by then.
const REST_MAX: Duration = Duration::from_secs(5);
/// How often old events are forgotten, and for how long they are known: longer than any platform repeats one.
const CLEAR_EVERY: Duration = Duration::from_secs(3_600);
const EVENTS_KEPT: Duration = Duration::from_secs(30 * 86_400);
/// How long a shop is left alone after a failure: doubling from the first to the last.
const REST_FIRST: Duration = Duration::from_secs(5);
const REST_LAST: Duration = Duration::from_secs(300);
/// How long a shop is read more often after it was found that webhooks went missing.
const DISTRUST: Duration = Duration::from_secs(3_600);

/// How shops are looked after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ShopSettings {
    /// Time between two polls of a shop whose webhooks are heard, in milliseconds.
    pub poll_every_ms: u64,
    /// The same of a shop that sends none, or whose webhooks went missing.
    pub poll_fast_ms: u64,
    /// Time between two looks at a shop's subscriptions, in milliseconds.
    pub watch_every_ms: u64,
    /// Calls to one shop in a minute, at most.
    pub calls_per_minute: u32,
    /// How long one call to a shop may take, in milliseconds.
    pub call_ms: u64,
    /// Shops at work at once, at most.
    pub in_flight_max: usize,
    /// Where the world reaches this server, for the webhooks that shops are subscribed with; none: subscriptions are left
    /// to people.
    pub public_url: Option<String>,
}

impl Default for ShopSettings {
    fn default() -> Self {
        Self {
            poll_every_ms: 300_000,
            poll_fast_ms: 60_000,
            watch_every_ms: 900_000,
            calls_per_minute: 60,
            call_ms: 30_000,
            in_flight_max: 16,
            public_url: None,
        }
    }
}

/// What the tasks share.
struct Context {
    store: Store,
    points: Points,
    dial: Dial,
    clock: Arc<dyn Clock>,
    settings: ShopSettings,
    random: Random,
    metrics: ShopMetrics,
}

/// The running task. Dropped, it goes on; [`Shops::shutdown`] ends it in order.
pub struct Shops {
    stop: channel::Sender<bool>,
    task: JoinHandle<JoinSet<Ended>>,
}

impl Shops {
    /// Starts the task.
    pub fn start(
        store: Store,
        points: Points,
        dial: Dial,
        clock: Arc<dyn Clock>,
        settings: ShopSettings,
        random: Random,
        metrics: ShopMetrics,
    ) -> Self {
        let context = Arc::new(Context { store, points, dial, clock, settings, random, metrics });
        let (stop, stopped) = channel::channel(false);
        #[expect(clippy::disallowed_methods, reason = "a background task of this room")]
        let task = tokio::spawn(run(context, stopped));
        Self { stop, task }
    }

    /// Begins nothing more and waits so long for what is under way; what is left is done again after the next start.
    pub async fn shutdown(self, grace: Duration) {
        let _ = self.stop.send(true);
        let Ok(mut turns) = self.task.await else { return };
        let all_done = async { while turns.join_next().await.is_some() {} };
        if tokio::time::timeout(grace, all_done).await.is_err() {
            tracing::info!(count = turns.len(), "shops were still at work at the end of the grace period");
        }
    }
}

/// What a shop's turn is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    /// What is done here alone.
    Look,
    /// What needs the shop.
    Call,
}

/// The end of a turn.
enum Ended {
    Look,
    Call(TurnEnd),
}

/// How a shop was last met.
struct Met {
    pace: Arc<Pace>,
    /// Where a poll that is not at its end goes on.
    page: Option<Cursor>,
    failures: u32,
    /// Not called before.
    rests_until: Option<Time>,
    /// Read more often until then.
    distrusted_until: Option<Time>,
    /// Whether it is to be read, or its subscriptions looked at, whatever the time.
    poll_now: bool,
    watch_now: bool,
    watched_at: Option<Time>,
}

#[derive(Default)]
struct Desk {
    turns: JoinSet<Ended>,
    under_way: HashMap<Id, (String, Kind)>,
    met: HashMap<String, Met>,
    cleared_at: Option<Time>,
}

async fn run(context: Arc<Context>, mut stopped: channel::Receiver<bool>) -> JoinSet<Ended> {
    let mut desk = Desk::default();
    while !*stopped.borrow() {
        let rest = desk.turn(&context).await.unwrap_or_else(|error| {
            tracing::error!(%error, "shops could not be looked at");
            STORE_REST
        });
        tokio::select! {
            biased;
            _ = stopped.wait_for(|stop| *stop) => break,
            Some(ended) = desk.turns.join_next_with_id() => desk.ended(&context, ended),
            () = changed(&context.store) => {}
            () = sleep(rest) => {}
        }
    }
    desk.turns
}

async fn changed(store: &Store) {
    store.shops_changed().await;
    sleep(GATHER_REST).await;
}

impl Desk {
    /// Begins what is to be done and has a place; gives how long there is nothing.
    async fn turn(&mut self, context: &Arc<Context>) -> Result<Duration, StoreError> {
        let now = context.clock.now();
        self.clear(context, now).await?;
        let mut rest = REST_MAX;
        let all = context.store.shop_work().await?;
        self.met.retain(|id, _| all.iter().any(|work| work.shop.id == *id));
        for work in all {
            if work.look && self.has_place(context, &work.shop.id, Kind::Look) {
                let turn = look::turn(Arc::clone(context), work.shop.clone());
                self.begin(&work.shop.id, Kind::Look, async move {
                    turn.await;
                    Ended::Look
                });
            }
            if let Some(wait) = self.call(context, work, now) {
                rest = rest.min(wait);
            }
        }
        context.metrics.show(&context.store.shop_counts().await?);
        Ok(rest.max(Duration::from_millis(1)))
    }

    /// Begins a turn with the shop, if something is due; gives how long there is nothing.
    fn call(&mut self, context: &Arc<Context>, work: ShopWork, now: Time) -> Option<Duration> {
        if !client::is_called(&work.shop) {
            return None;
        }
        let met = self.met.entry(work.shop.id.clone()).or_insert_with(|| Met::new(&context.settings));
        let due = met.due(&context.settings, &work, now);
        if due.at > now {
            return Some(due.at.since(now));
        }
        let id = work.shop.id.clone();
        if !self.has_place(context, &id, Kind::Call) {
            return None;
        }
        let met = self.met.get_mut(&id)?;
        let errand = turn::Errand {
            pace: Arc::clone(&met.pace),
            page: met.page.take(),
            poll: due.poll,
            watch: due.watch,
            ask: work.ask,
            push: work.push_at.is_some_and(|at| at <= now),
        };
        (met.poll_now, met.watch_now) = (met.poll_now && !due.poll, met.watch_now && !due.watch);
        let turn = turn::turn(Arc::clone(context), work.shop, errand);
        self.begin(&id, Kind::Call, async move { Ended::Call(turn.await) });
        None
    }

    fn has_place(&self, context: &Context, shop: &str, kind: Kind) -> bool {
        let mut of_kind = self.under_way.values().filter(|(_, at)| *at == kind);
        let here = of_kind.clone().any(|(at, _)| at == shop);
        // Labels are made here alone and quickly; the places are for those who call.
        !here && (kind == Kind::Look || of_kind.by_ref().count() < context.settings.in_flight_max)
    }

    fn begin(&mut self, shop: &str, kind: Kind, turn: impl Future<Output = Ended> + Send + 'static) {
        let id = self.turns.spawn(turn).id();
        self.under_way.insert(id, (shop.to_owned(), kind));
    }

    fn ended(&mut self, context: &Context, ended: Result<(Id, Ended), tokio::task::JoinError>) {
        let (id, ended) = match ended {
            Ok((id, ended)) => (id, Some(ended)),
            Err(broken) => {
                tracing::error!(error = %broken, "the turn of a shop ended badly; it is taken again");
                (broken.id(), None)
            }
        };
        let Some((shop, kind)) = self.under_way.remove(&id) else { return };
        let Some(met) = self.met.get_mut(&shop) else { return };
        let now = context.clock.now();
        match ended {
            Some(Ended::Call(end)) => met.ended(end, now),
            Some(Ended::Look) => {}
            None if kind == Kind::Call => met.fail(None, now),
            None => {}
        }
    }

    /// Forgets old events, now and then.
    async fn clear(&mut self, context: &Context, now: Time) -> Result<(), StoreError> {
        if self.cleared_at.is_some_and(|at| now.since(at) < CLEAR_EVERY) {
            return Ok(());
        }
        self.cleared_at = Some(now);
        let kept_ms = i64::try_from(EVENTS_KEPT.as_millis()).unwrap_or(i64::MAX);
        let before = Time::from_unix_ms(now.unix_ms().saturating_sub(kept_ms));
        while context.store.clear_shop_events(before).await? > 0 {}
        Ok(())
    }
}

/// When a shop is to be called next, and what for.
struct Due {
    at: Time,
    poll: bool,
    watch: bool,
}

impl Met {
    fn new(settings: &ShopSettings) -> Self {
        Self {
            pace: Arc::new(Pace::new(settings.calls_per_minute)),
            page: None,
            failures: 0,
            rests_until: None,
            distrusted_until: None,
            poll_now: false,
            watch_now: true,
            watched_at: None,
        }
    }

    fn due(&self, settings: &ShopSettings, work: &ShopWork, now: Time) -> Due {
        let (poll_at, watch_at) = (self.poll_at(settings, &work.shop, now), self.watch_at(settings, &work.shop));
        let first = [Some(poll_at), watch_at, work.push_at, work.ask.then_some(now)].into_iter().flatten().min();
        let at = first.unwrap_or(now).max(self.rests_until.unwrap_or(Time::from_unix_ms(i64::MIN)));
        Due { at, poll: poll_at <= now, watch: watch_at.is_some_and(|at| at <= now) }
    }

    fn poll_at(&self, settings: &ShopSettings, shop: &Shop, now: Time) -> Time {
        if self.poll_now || self.page.is_some() {
            return now;
        }
        let trusted = client::is_watched(shop, settings) && self.distrusted_until.is_none_or(|until| until <= now);
        let every = if trusted { settings.poll_every_ms } else { settings.poll_fast_ms.min(settings.poll_every_ms) };
        shop.polled_at.map_or(now, |at| at.plus(Duration::from_millis(every)))
    }

    fn watch_at(&self, settings: &ShopSettings, shop: &Shop) -> Option<Time> {
        if !client::is_watched(shop, settings) {
            return None;
        }
        let every = Duration::from_millis(settings.watch_every_ms);
        let last = if self.watch_now { None } else { self.watched_at };
        Some(last.map_or(Time::from_unix_ms(i64::MIN), |at| at.plus(every)))
    }

    fn ended(&mut self, end: TurnEnd, now: Time) {
        self.page = end.page;
        if end.watched {
            self.watched_at = Some(now);
        }
        if end.missed {
            self.distrusted_until = Some(now.plus(DISTRUST));
            self.watch_now = true;
        }
        self.poll_now |= end.gap;
        match end.failed {
            Some(least) => self.fail(least, now),
            None => (self.failures, self.rests_until) = (0, None),
        }
    }

    /// Leaves the shop alone for a while, at least for as long as it asked.
    fn fail(&mut self, least: Option<Duration>, now: Time) {
        let doubled = REST_FIRST.saturating_mul(1 << self.failures.min(10)).min(REST_LAST);
        self.failures = self.failures.saturating_add(1);
        self.rests_until = Some(now.plus(doubled.max(least.unwrap_or_default())));
    }
}

/// A panic while the lock was held leaves nothing half.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
