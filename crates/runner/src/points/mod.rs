//! Pickup points: searches that never wait for a slow carrier, and the directory that answers for it.
//!
//! [`Points`] is the directory that every task shares. It is read from the store at the start, learns from every answer
//! of the carrier, and is written back by a task of its own, a few seconds later and many points at a time; what another
//! process has written (an import) is taken in the same way. A crash loses what was learned in those seconds, and no
//! point that was on disk.
//!
//! [`hedge`] asks the carrier and answers from the directory when that takes too long; [`crawl`] keeps the directory
//! fresh while the carrier is well.

mod convert;
pub(crate) mod crawl;
pub(crate) mod hedge;
mod keeping;
mod local;
mod metrics;
#[cfg(test)]
mod tests;

pub use convert::kept;
pub(crate) use keeping::{keep, write_all};
pub(crate) use metrics::PointMetrics;

use clock::Time;
use parcel::PickupPointId;
use pickup::{Area, Areas, Directory, Known, Seen, Standing};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, atomic::AtomicU64},
    time::Duration,
};
use store::{Store, StoreError};
use tokio::sync::Notify;

/// How pickup points are searched and kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PointSettings {
    /// Whether the directory answers for the carrier and is kept fresh; otherwise searches are passed on and nothing else.
    pub enabled: bool,
    /// After how long a search is answered from the directory while the carrier still thinks, in milliseconds.
    pub hedge_ms: u64,
    /// Calls per minute that keep the directory fresh while the carrier is well; 0 for none.
    pub crawl_per_minute: u32,
    /// How long what the carrier said of an area counts as fresh, in minutes.
    pub fresh_minutes: u64,
}

impl Default for PointSettings {
    fn default() -> Self {
        Self { enabled: true, hedge_ms: 800, crawl_per_minute: 6, fresh_minutes: 12 * 60 }
    }
}

impl PointSettings {
    fn fresh_for(&self) -> Duration {
        Duration::from_secs(self.fresh_minutes.saturating_mul(60))
    }
}

/// The directory that every task shares. A clone is the same directory.
#[derive(Clone)]
pub struct Points(Arc<Inner>);

struct Inner {
    directory: Arc<RwLock<Directory>>,
    areas: Mutex<Areas>,
    /// What is not on disk yet.
    changed: Mutex<Changed>,
    /// Some point is not on disk yet.
    dirty: Notify,
    /// The last write of the store that is in the directory.
    revision: AtomicU64,
}

#[derive(Default)]
struct Changed {
    points: BTreeSet<PickupPointId>,
    areas: BTreeSet<Area>,
}

impl Points {
    /// Reads the directory from the store.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) async fn load(store: &Store, settings: &PointSettings) -> Result<Self, StoreError> {
        let (known, revision) = store.points_since(0).await?;
        let areas = Areas::from_rows(settings.fresh_for(), store.areas().await?);
        Ok(Self(Arc::new(Inner {
            directory: Arc::new(RwLock::new(Directory::from_known(known))),
            areas: Mutex::new(areas),
            changed: Mutex::default(),
            dirty: Notify::new(),
            revision: AtomicU64::new(revision),
        })))
    }

    /// The directory itself, to look points up in. What is learned goes through [`Points`], or it is not kept.
    pub fn directory(&self) -> Arc<RwLock<Directory>> {
        Arc::clone(&self.0.directory)
    }

    /// The directory, for a moment.
    pub fn read(&self) -> RwLockReadGuard<'_, Directory> {
        self.0.directory.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Learns from an answer of the carrier.
    pub fn learn(&self, seen: &Seen, at: Time) {
        let changed = self.write().merge(seen, at);
        self.note(changed);
    }

    /// Learns that the carrier takes no parcels at this point any more.
    pub fn gone(&self, id: PickupPointId, at: Time) {
        if self.write().gone(id, at) {
            self.note([id]);
        }
    }

    /// Somebody asks for this area.
    pub(crate) fn used(&self, area: Area, at: Time) {
        self.areas().note_use(area.clone(), at);
        self.changed().areas.insert(area);
    }

    /// The carrier has answered for this area.
    pub(crate) fn answered(&self, area: &Area, at: Time) {
        self.areas().note_answered(area, at);
        self.changed().areas.insert(area.clone());
    }

    /// The carrier was asked for this area in vain.
    pub(crate) fn failed(&self, area: &Area, at: Time) {
        self.areas().note_failed(area, at);
        self.changed().areas.insert(area.clone());
    }

    /// The area that is to be asked for next.
    pub(crate) fn next_area(&self, now: Time) -> Option<Area> {
        self.areas().next(now)
    }

    /// Takes in what another process has written.
    fn take_in(&self, known: Vec<Known>) {
        let mut directory = self.write();
        for known in known {
            let id = known.point.id;
            let seen = Seen { points: vec![known.point], asked: None };
            // What this process knows better was learned later, and stays.
            directory.merge(&seen, known.seen_at);
            if let Standing::Gone { since } = known.standing {
                directory.gone(id, since);
            }
        }
    }

    fn note(&self, ids: impl IntoIterator<Item = PickupPointId>) {
        let mut changed = self.changed();
        let before = changed.points.len();
        changed.points.extend(ids);
        if changed.points.len() > before {
            self.0.dirty.notify_one();
        }
    }

    fn write(&self) -> RwLockWriteGuard<'_, Directory> {
        self.0.directory.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn areas(&self) -> MutexGuard<'_, Areas> {
        self.0.areas.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn changed(&self) -> MutexGuard<'_, Changed> {
        self.0.changed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
