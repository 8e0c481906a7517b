//! The only place with background tasks: take due work, ask an engine, perform the effect, append the result.
//!
//! One task, the desk, takes due jobs from the store's outbox at the pace that `dispatch` allows and hands each to
//! a task of its own, so that a call that hangs holds up nothing but itself. In the dark it looks at what is urgent
//! instead. A second task announces local labels when the light is back, a third tells webhook endpoints, two keep the
//! directory of pickup points, one looks for parcels that wait at another point than the one chosen, and one looks after
//! shops, and the lookout watches over the carrier and ourselves. Every result goes back into the journal as a fact; nothing is decided here that `dispatch` could decide.
//!
//! State: a [`Gate`] (the pace of one function of the carrier) and the last shipment seen, as a sample for
//! canaries. All of it may be lost: after a stop the journal says what was under way.

mod announce;
mod call;
mod canary;
mod desk;
mod elsewhere;
mod gate;
mod hooks;
mod keeper;
mod local;
mod lookout;
mod metrics;
mod outcome;
mod points;
mod question;
mod relay;
mod replies;
mod resolve;
mod shops;
mod speaker;
mod tell;

pub use gate::Gate;
pub use hooks::{HookMetrics, HookSettings, Hooks, Random};
pub use keeper::Keeper;
pub use lookout::{Lookout, WatchSettings};
pub use metrics::Metrics;
pub use points::{PointSettings, Points, kept};
pub use relay::Relay;
pub use replies::{NextMessage, Replies, ReplyChannels, ReplyMetrics, ReplyOptions};
pub use shops::{
    Dial, Difference, OpenShop, Resync, ResyncReport, ShopMetrics, ShopSettings, Shops, Teller, WatchReport, open_shop,
    resync, watch_once,
};
pub use speaker::{Show, Speaker, SpeakerMetrics, SpeakerSettings};
pub use tell::{Channels, Compose, Composer, Tell, TellMetrics, TellSettings};

use carriers::{Exchange, Transport, announce::Announcer};
use clock::{Clock, Time};
use dispatch::{Limits, Policy, Signal};
use parcel::{Login, ParcelNumber};
use serde::{Deserialize, Serialize};
use std::{
    sync::{Arc, PoisonError},
    time::Duration,
};
use store::Store;
use tokio::{
    sync::{Mutex, Semaphore, watch as signal},
    task::{JoinHandle, JoinSet},
};
use watch::Function;

/// The carrier that is called, as accounts name it.
pub(crate) const CARRIER: &str = "colissimo";

/// How the carrier is called.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// How long an answer is waited for before the attempt counts as unknown, in milliseconds.
    pub patience_ms: u64,
    /// How long after that the connection is still listened to for a late answer, in milliseconds; shorter than
    /// the policy's `settle`.
    pub late_ms: u64,
    /// How long a relayed call may take, in milliseconds.
    pub relay_ms: u64,
    /// Relayed calls under way at once, at most; more are refused at once.
    pub relays_max: usize,
    /// Parcels to pickup points whose timeline is asked for every five minutes while the carrier is well, at most, to find
    /// those that wait at another point than the one chosen; 0 for none.
    pub looks_per_round: usize,
    /// The bounds within which the carrier is asked for labels.
    pub label: Limits,
    /// The bounds within which the carrier's tracking is asked, and each of its other services that are passed on.
    pub tracking: Limits,
    /// Local labels, set in a section of their own.
    #[serde(skip)]
    pub local: LocalSettings,
    /// Pickup points, set in a section of their own.
    #[serde(skip)]
    pub points: PointSettings,
    /// How the carrier is watched, set in a section of its own.
    #[serde(skip)]
    pub watch: WatchSettings,
}

/// How local labels are made and announced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalSettings {
    /// For how long the carrier must not have been well before a local label is thought of, in milliseconds.
    pub after_ms: u64,
    /// Numbers taken from a range at once.
    pub block_count: u64,
    /// Time between two looks for what is to be announced, in milliseconds.
    pub announce_every_ms: u64,
    /// How long after its announcement a parcel may be missing in the carrier's tracking before somebody is told, in
    /// milliseconds.
    pub seen_within_ms: u64,
}

impl Default for LocalSettings {
    fn default() -> Self {
        Self { after_ms: 600_000, block_count: 100, announce_every_ms: 300_000, seen_within_ms: 86_400_000 }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            patience_ms: 20_000,
            late_ms: 90_000,
            relay_ms: 8_000,
            relays_max: 64,
            looks_per_round: 20,
            label: Limits::default(),
            tracking: Limits::default(),
            local: LocalSettings::default(),
            points: PointSettings::default(),
            watch: WatchSettings::default(),
        }
    }
}

/// The ways to the carrier.
#[derive(Clone)]
pub struct Transports {
    /// Labels, pickup points and health pages (`ws.colissimo.fr`).
    pub shipping: Arc<dyn Transport>,
    /// Tracking (`api.laposte.fr`).
    pub tracking: Arc<dyn Transport>,
    /// Where announcements of local labels go; nowhere when none were set up.
    pub announcements: Option<Arc<dyn Announcer>>,
}

/// What every task here shares.
struct Context {
    store: Store,
    carrier: Transports,
    clock: Arc<dyn Clock>,
    settings: Settings,
    policy: Policy,
    label: Arc<Gate>,
    tracking: Arc<Gate>,
    /// Pickup searches and the tracking timeline, each with callers of its own.
    pickup: Gate,
    timeline: Gate,
    metrics: Metrics,
    point_metrics: points::PointMetrics,
    points: Points,
    numbers: local::Numbers,
    relays: Arc<Semaphore>,
    /// Searches of pickup points that are under way, whether or not anyone still waits for them; each has a place among the
    /// relayed calls.
    background: std::sync::Mutex<JoinSet<()>>,
    /// The last shipment that was on its way, with its login: what a canary asks about.
    sample: Mutex<Option<Arc<store::Claimed>>>,
    /// The parcel whose label came last: what a canary asks tracking about.
    known: Mutex<Option<Arc<Known>>>,
    lookout: Lookout,
}

/// A parcel that the carrier knows, and how its account signs in.
struct Known {
    number: ParcelNumber,
    login: Login,
    okapi_key: Option<String>,
}

impl Context {
    fn now(&self) -> Time {
        self.clock.now()
    }

    /// A call to the carrier, or a canary, has ended: it is counted and the watch is told.
    fn saw(&self, function: Function, operation: &'static str, (exchange, signal, canary): (&Exchange, Signal, bool)) {
        self.metrics.call(operation, exchange);
        self.lookout.ended(function, canary, exchange, signal, self.now());
    }
}

/// The running desk. Dropped, it goes on; [`Runner::shutdown`] ends it in order.
pub struct Runner {
    context: Arc<Context>,
    stop: signal::Sender<bool>,
    desk: JoinHandle<JoinSet<()>>,
    announcements: JoinHandle<()>,
    keeping: JoinHandle<()>,
    crawl: JoinHandle<()>,
    looks: JoinHandle<()>,
    watching: JoinHandle<()>,
}

impl Runner {
    /// Takes up what the last process left in the middle, then starts the desk.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn start(
        store: Store,
        carrier: Transports,
        clock: Arc<dyn Clock>,
        settings: Settings,
        policy: Policy,
        metrics: Metrics,
    ) -> Result<Self, store::StoreError> {
        let now = clock.now();
        let left = store.recover(now).await?;
        if left > 0 {
            tracing::warn!(count = left, "attempts were under way when the last process stopped; they are unknown now");
        }
        let points = Points::load(&store, &settings.points).await?;
        let label = Arc::new(Gate::new(settings.label.clone(), now));
        let lookout = Lookout::open(&store, settings.watch.clone(), Arc::clone(&label), metrics.lookout()).await?;
        let context = Arc::new(Context {
            store,
            points,
            point_metrics: metrics.points(),
            background: std::sync::Mutex::default(),
            label,
            lookout,
            tracking: Arc::new(Gate::new(settings.tracking.clone(), now)),
            pickup: Gate::new(settings.tracking.clone(), now),
            timeline: Gate::new(settings.tracking.clone(), now),
            relays: Arc::new(Semaphore::new(settings.relays_max)),
            carrier,
            clock,
            settings,
            policy,
            metrics,
            numbers: local::Numbers::default(),
            sample: Mutex::new(None),
            known: Mutex::new(None),
        });
        let (stop, stopped) = signal::channel(false);
        #[expect(clippy::disallowed_methods, reason = "the background tasks of this room")]
        let (desk, announcements, keeping, crawl, looks, watching) = (
            tokio::spawn(desk::run(Arc::clone(&context), stopped.clone())),
            tokio::spawn(announce::run(Arc::clone(&context), stopped.clone())),
            tokio::spawn(points::keep(Arc::clone(&context), stopped.clone())),
            tokio::spawn(points::crawl::run(Arc::clone(&context), stopped.clone())),
            tokio::spawn(elsewhere::run(Arc::clone(&context), stopped.clone())),
            tokio::spawn(lookout::run(Arc::clone(&context), stopped)),
        );
        Ok(Self { context, stop, desk, announcements, keeping, crawl, looks, watching })
    }

    /// The door through which the server passes calls on to the carrier.
    pub fn relay(&self) -> Relay {
        Relay::new(Arc::clone(&self.context))
    }

    /// The directory of pickup points.
    pub fn points(&self) -> Points {
        self.context.points.clone()
    }

    /// The watch over the carrier.
    pub fn lookout(&self) -> Lookout {
        self.context.lookout.clone()
    }

    /// How the carrier's label service looks.
    pub fn health(&self) -> dispatch::Health {
        self.context.label.health()
    }

    /// Takes nothing new up, and waits so long for the calls under way; what is left is unknown at the next start. What the
    /// directory of pickup points has learned is written last.
    pub async fn shutdown(self, grace: Duration) {
        let _ = self.stop.send(true);
        let Ok(mut calls) = self.desk.await else { return };
        let mut announcements = self.announcements;
        let mut searches = std::mem::take(&mut *self.context.background.lock().unwrap_or_else(PoisonError::into_inner));
        let all_done = async {
            while calls.join_next().await.is_some() {}
            while searches.join_next().await.is_some() {}
            // A delivery that is broken off is made again, the same; one that ended badly said so.
            let _ = (&mut announcements).await;
            let _ = self.crawl.await;
            let _ = self.looks.await;
        };
        if tokio::time::timeout(grace, all_done).await.is_err() {
            tracing::warn!(count = calls.len(), "calls were still under way at the end of the grace period");
        }
        let _ = self.watching.await;
        let _ = self.keeping.await;
        points::write_all(&self.context).await;
    }
}
