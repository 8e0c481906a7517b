//! The only place with background tasks: take due work, ask an engine, perform the effect, append the result.
//!
//! One task, the desk, takes due jobs from the store's outbox at the pace that `dispatch` allows and hands each to
//! a task of its own, so that a call that hangs holds up nothing but itself. Every result goes back into the
//! journal as a fact; nothing is decided here that `dispatch` could decide.
//!
//! State: a [`Gate`] (the pace of one function of the carrier) and the last shipment seen, as a sample for
//! canaries. All of it may be lost: after a stop the journal says what was under way.

mod call;
mod canary;
mod desk;
mod gate;
mod metrics;
mod outcome;
mod relay;
mod resolve;

pub use gate::Gate;
pub use metrics::Metrics;
pub use relay::Relay;

use carriers::Transport;
use clock::{Clock, Time};
use dispatch::{Limits, Policy};
use serde::{Deserialize, Serialize};
use std::{sync::Arc, time::Duration};
use store::Store;
use tokio::{
    sync::{Mutex, Semaphore, watch},
    task::{JoinHandle, JoinSet},
};

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
    /// The bounds within which the carrier is asked for labels.
    pub label: Limits,
    /// The bounds within which the carrier's tracking is asked.
    pub tracking: Limits,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            patience_ms: 20_000,
            late_ms: 90_000,
            relay_ms: 8_000,
            relays_max: 64,
            label: Limits::default(),
            tracking: Limits::default(),
        }
    }
}

/// The carrier's two hosts.
#[derive(Clone)]
pub struct Transports {
    /// Labels, pickup points and health pages (`ws.colissimo.fr`).
    pub shipping: Arc<dyn Transport>,
    /// Tracking (`api.laposte.fr`).
    pub tracking: Arc<dyn Transport>,
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
    metrics: Metrics,
    relays: Semaphore,
    /// The last shipment that was on its way, with its login: what a canary asks about.
    sample: Mutex<Option<Arc<store::Claimed>>>,
}

impl Context {
    fn now(&self) -> Time {
        self.clock.now()
    }
}

/// The running desk. Dropped, it goes on; [`Runner::shutdown`] ends it in order.
pub struct Runner {
    context: Arc<Context>,
    stop: watch::Sender<bool>,
    desk: JoinHandle<JoinSet<()>>,
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
        let context = Arc::new(Context {
            store,
            label: Arc::new(Gate::new(settings.label.clone(), now)),
            tracking: Arc::new(Gate::new(settings.tracking.clone(), now)),
            relays: Semaphore::new(settings.relays_max),
            carrier,
            clock,
            settings,
            policy,
            metrics,
            sample: Mutex::new(None),
        });
        let (stop, stopped) = watch::channel(false);
        #[expect(clippy::disallowed_methods, reason = "the desk is the background task of this room")]
        let desk = tokio::spawn(desk::run(Arc::clone(&context), stopped));
        Ok(Self { context, stop, desk })
    }

    /// The door through which the server passes calls on to the carrier.
    pub fn relay(&self) -> Relay {
        Relay::new(Arc::clone(&self.context))
    }

    /// How the carrier's label service looks.
    pub fn health(&self) -> dispatch::Health {
        self.context.label.health()
    }

    /// Takes nothing new up, and waits so long for the calls under way; what is left is unknown at the next start.
    pub async fn shutdown(self, grace: Duration) {
        let _ = self.stop.send(true);
        let Ok(mut calls) = self.desk.await else { return };
        let all_done = async { while calls.join_next().await.is_some() {} };
        if tokio::time::timeout(grace, all_done).await.is_err() {
            tracing::warn!(count = calls.len(), "calls were still under way at the end of the grace period");
        }
    }
}
