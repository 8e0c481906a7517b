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

/// How often areas are written: what is lost of them is a little knowledge of what to ask for next.
const AREAS_EVERY: Duration = Duration::from_secs(60);

/// Keeps until told to stop; who stops it writes the rest.
pub(crate) async fn keep(context: Arc<Context>, mut stopped: watch::Receiver<bool>) {
    let points = &context.points;
    let mut areas_at = context.now();
    loop {
        let dirty = async {
            points.0.dirty.notified().await;
            sleep(GATHER).await;
        };
        tokio::select! {
            biased;
            _ = stopped.wait_for(|stop| *stop) => return,
            () = dirty => {}
            () = sleep(LOOK_EVERY) => {}
        }
        let areas = context.now().since(areas_at) >= AREAS_EVERY;
        if let Err(error) = turn(points, &context.store, areas).await {
            tracing::warn!(%error, "the directory of pickup points could not be written or read; it is tried again");
        }
        if areas {
            areas_at = context.now();
            context.point_metrics.show(&points.read(), areas_at);
        }
    }
}

/// Writes what was learned since the last turn: the last thing before the store is closed.
pub(crate) async fn write_all(context: &Context) {
    let (points, store) = (&context.points, &context.store);
    let written = match write_points(points, store).await {
        Ok(()) => write_areas(points, store).await,
        failed => failed,
    };
    if let Err(error) = written {
        tracing::warn!(%error, "the last that was learned of pickup points could not be written");
    }
}

async fn turn(points: &Points, store: &Store, areas: bool) -> Result<(), StoreError> {
    write_points(points, store).await?;
    if areas {
        write_areas(points, store).await?;
    }
    let (foreign, revision) = store.points_since(points.0.revision.load(Ordering::Relaxed)).await?;
    points.0.revision.store(revision, Ordering::Relaxed);
    if !foreign.is_empty() {
        tracing::info!(count = foreign.len(), "pickup points that another process wrote are taken in");
        points.take_in(foreign);
    }
    Ok(())
}

/// Writes the points that are not on disk yet. What could not be written is written the next time.
async fn write_points(points: &Points, store: &Store) -> Result<(), StoreError> {
    let ids = std::mem::take(&mut points.changed().points);
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
                return Err(error);
            }
        };
        // Where nobody wrote between, there is nothing to be read back.
        let _ = points.0.revision.compare_exchange(revision - 1, revision, Ordering::Relaxed, Ordering::Relaxed);
    }
    Ok(())
}

async fn write_areas(points: &Points, store: &Store) -> Result<(), StoreError> {
    let changed = std::mem::take(&mut points.changed().areas);
    if changed.is_empty() {
        return Ok(());
    }
    let rows = points.areas().rows().filter(|row| changed.contains(&row.area)).cloned().collect();
    let written = store.keep_areas(rows).await;
    if written.is_err() {
        points.changed().areas.extend(changed);
    }
    written
}
