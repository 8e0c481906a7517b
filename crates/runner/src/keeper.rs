//! The keeper: once a day, takes out what is past its time, one small turn after the other.
//!
//! State: the place where the next turn goes on. It may be lost: the next pass begins anew.

use clock::Clock;
use std::{sync::Arc, time::Duration};
use store::{CompactPlace, Keep, Removed, Store, StoreError};
use tokio::{sync::watch, task::JoinHandle};

/// How long after the start the first pass begins: when a restart has settled.
const FIRST_AFTER: Duration = Duration::from_secs(10 * 60);
/// How long after a pass the next begins.
const EVERY: Duration = Duration::from_secs(24 * 60 * 60);
/// How long it rests between two turns, so that the writer is everyone else's.
const REST: Duration = Duration::from_millis(50);

/// The running keeper. Dropped, it goes on; [`Keeper::stop`] ends it.
pub struct Keeper {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Keeper {
    /// Begins to look after this store.
    pub fn start(store: Store, clock: Arc<dyn Clock>, keep: Keep) -> Self {
        let (stop, stopped) = watch::channel(false);
        #[expect(clippy::disallowed_methods, reason = "a background task of this room")]
        let task = tokio::spawn(run(store, clock, keep, stopped));
        Self { stop, task }
    }

    /// Ends it after the turn that it is at.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        // It ends badly only by a panic, which was said when it happened.
        let _ = self.task.await;
    }
}

async fn run(store: Store, clock: Arc<dyn Clock>, keep: Keep, mut stopped: watch::Receiver<bool>) {
    let mut wait = FIRST_AFTER;
    while rested(&mut stopped, wait).await {
        match pass(&store, &*clock, keep, &mut stopped).await {
            Ok(removed) if removed == Removed::default() => {}
            Ok(removed) => tracing::info!(
                labels = removed.labels,
                shipments = removed.shipments,
                keys = removed.keys,
                numbers = removed.numbers,
                "what was past its time was taken out"
            ),
            Err(error) => tracing::error!(%error, "what is past its time could not be taken out; it is tried tomorrow"),
        }
        wait = EVERY;
    }
}

/// One pass through all tables, or until it is told to stop.
async fn pass(
    store: &Store,
    clock: &dyn Clock,
    keep: Keep,
    stopped: &mut watch::Receiver<bool>,
) -> Result<Removed, StoreError> {
    let (mut place, mut all) = (Some(CompactPlace::default()), Removed::default());
    while let Some(here) = place {
        let (removed, next) = store.compact(keep, here, clock.now(), false).await?;
        all += removed;
        place = if rested(stopped, REST).await { next } else { None };
    }
    Ok(all)
}

/// Rests for so long; false when it is to stop.
async fn rested(stopped: &mut watch::Receiver<bool>, rest: Duration) -> bool {
    tokio::select! {
        biased;
        _ = stopped.wait_for(|stop| *stop) => false,
        () = tokio::time::sleep(rest) => true,
    }
}
