//! Writes what the directory has learned, takes in what other processes wrote, and shows how large and old it is.

use super::Points;
use crate::Context;
use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};
use store::{Store, StoreError};
use tokio::{sync::watch, time::sleep};

/// How long what was learned gathers before it is written.
const GATHER: Duration = Duration::from_secs(2);
/// How often it is looked whether another process has written.
const LOOK_EVERY: Duration = Duration::from_secs(10);
/// Points in one write, at most: other writers get their turn between.
const BATCH_COUNT_MAX: usize = 500;

/// Keeps until told to stop, and once more then.
pub(crate) async fn keep(context: Arc<Context>, mut stopped: watch::Receiver<bool>) {
    let points = &context.points;
    while !*stopped.borrow() {
        let dirty = async {
            points.0.dirty.notified().await;
            sleep(GATHER).await;
        };
        tokio::select! {
            biased;
            _ = stopped.changed() => {}
            () = dirty => {}
            () = sleep(LOOK_EVERY) => {}
        }
        if let Err(error) = turn(points, &context.store).await {
            tracing::warn!(%error, "the directory of pickup points could not be written or read; it is tried again");
        }
        context.point_metrics.show(&points.read(), context.now());
    }
}

async fn turn(points: &Points, store: &Store) -> Result<(), StoreError> {
    write(points, store).await?;
    let (foreign, revision) = store.points_since(points.0.revision.load(Ordering::Relaxed)).await?;
    points.0.revision.store(revision, Ordering::Relaxed);
    if !foreign.is_empty() {
        tracing::info!(count = foreign.len(), "pickup points that another process wrote are taken in");
        points.take_in(foreign);
    }
    Ok(())
}

/// Writes what is not on disk yet. What could not be written is written the next time.
async fn write(points: &Points, store: &Store) -> Result<(), StoreError> {
    let (ids, areas) = {
        let mut changed = points.changed();
        (std::mem::take(&mut changed.points), std::mem::take(&mut changed.areas))
    };
    let ids: Vec<_> = ids.into_iter().collect();
    for (place, batch) in ids.chunks(BATCH_COUNT_MAX).enumerate() {
        let known = {
            let directory = points.read();
            batch.iter().filter_map(|id| directory.get(*id).cloned()).collect()
        };
        let revision = match store.keep_points(known).await {
            Ok(revision) => revision,
            Err(error) => {
                points.note(ids[place * BATCH_COUNT_MAX..].iter().copied());
                points.changed().areas |= areas;
                return Err(error);
            }
        };
        // Where nobody wrote between, there is nothing to be read back.
        let _ = points.0.revision.compare_exchange(revision - 1, revision, Ordering::Relaxed, Ordering::Relaxed);
    }
    if areas {
        let rows = points.areas().rows();
        if let Err(error) = store.keep_areas(rows).await {
            points.changed().areas = true;
            return Err(error);
        }
    }
    Ok(())
}
