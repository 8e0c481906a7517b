//! Wake-ups after durable changes, within this process.
//!
//! A sharded map from the intents that somebody watches to a channel. An entry lives while it has a watcher, so
//! memory is bounded by the callers that wait, not by the intents that change.

use parcel::ShipmentId;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::watch;

const SHARDS: usize = 64;

#[derive(Default)]
struct Entry {
    changed: watch::Sender<()>,
    watchers: usize,
}

type Shard = HashMap<ShipmentId, Entry>;

/// All that is watched.
pub(crate) struct Watchers {
    shards: [Mutex<Shard>; SHARDS],
}

impl Watchers {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { shards: std::array::from_fn(|_| Mutex::default()) })
    }

    pub(crate) fn watch(self: &Arc<Self>, id: ShipmentId) -> Watch {
        let mut shard = self.shard(id);
        let entry = shard.entry(id).or_default();
        entry.watchers += 1;
        Watch { id, changes: entry.changed.subscribe(), watchers: Arc::clone(self) }
    }

    pub(crate) fn wake(&self, id: ShipmentId) {
        if let Some(entry) = self.shard(id).get(&id) {
            entry.changed.send_replace(());
        }
    }

    fn shard(&self, id: ShipmentId) -> MutexGuard<'_, Shard> {
        // The last byte of an id is chance.
        let shard = usize::from(id.as_bytes()[15]) % SHARDS;
        self.shards[shard].lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    fn watched(&self) -> usize {
        self.shards.iter().map(|s| s.lock().unwrap_or_else(PoisonError::into_inner).len()).sum()
    }
}

/// Waits for changes of one intent. Watch first, then read, then wait: then no change is missed.
pub struct Watch {
    id: ShipmentId,
    changes: watch::Receiver<()>,
    watchers: Arc<Watchers>,
}

impl Watch {
    /// Returns once a change has become durable since the watch began or since the last call returned.
    pub async fn changed(&mut self) {
        if self.changes.changed().await.is_err() {
            // The sender lives as long as its entry, and the entry as long as this watch: cannot happen.
            std::future::pending().await
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut shard = self.watchers.shard(self.id);
        if let Some(entry) = shard.get_mut(&self.id) {
            entry.watchers -= 1;
            if entry.watchers == 0 {
                shard.remove(&self.id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        future::Future,
        pin::pin,
        task::{Context, Waker},
    };

    fn ready(watch: &mut Watch) -> bool {
        pin!(watch.changed()).poll(&mut Context::from_waker(Waker::noop())).is_ready()
    }

    #[test]
    fn a_watch_sees_each_later_change_of_its_own_intent() {
        let all = Watchers::new();
        let (a, b) = (ShipmentId::new(1, [1; 10]), ShipmentId::new(1, [2; 10]));
        all.wake(a);
        let mut watch = all.watch(a);
        assert!(!ready(&mut watch), "what was before is not seen");
        all.wake(b);
        assert!(!ready(&mut watch), "another intent");
        all.wake(a);
        assert!(ready(&mut watch));
        assert!(!ready(&mut watch), "seen once");
    }

    #[test]
    fn nothing_is_kept_when_nobody_watches() {
        let all = Watchers::new();
        let id = ShipmentId::new(1, [1; 10]);
        let (one, two) = (all.watch(id), all.watch(id));
        assert_eq!(all.watched(), 1);
        drop(one);
        assert_eq!(all.watched(), 1);
        drop(two);
        assert_eq!(all.watched(), 0);
    }
}
