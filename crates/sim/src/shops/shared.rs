//! One shop for many tasks: a lock held for the microseconds of one decision, never over an await.

use super::Shop;
use carriers::{Request, Response};
use clock::Time;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// A shop that several tasks share. Cloning shares it.
#[derive(Clone, Debug)]
pub struct SharedShop {
    shop: Arc<Mutex<Shop>>,
    changed: Arc<Notify>,
}

impl SharedShop {
    /// Shares this shop.
    pub fn new(shop: Shop) -> Self {
        Self { shop: Arc::new(Mutex::new(shop)), changed: Arc::new(Notify::new()) }
    }

    /// Does something with the shop, which waits meanwhile; whoever carries its webhooks looks again afterwards.
    pub fn with<T>(&self, work: impl FnOnce(&mut Shop) -> T) -> T {
        let done = work(&mut self.lock());
        self.changed.notify_one();
        done
    }

    /// As [`Self::with`], for whoever carries the webhooks himself.
    pub(super) fn with_quietly<T>(&self, work: impl FnOnce(&mut Shop) -> T) -> T {
        work(&mut self.lock())
    }

    /// Reads from the shop, which waits meanwhile.
    pub fn read<T>(&self, reader: impl FnOnce(&Shop) -> T) -> T {
        reader(&self.lock())
    }

    /// Returns when something may have been done with the shop.
    pub(super) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// As [`Shop::handle`].
    pub fn handle(&self, now: Time, request: &Request) -> Response {
        self.with(|shop| shop.handle(now, request))
    }

    /// A panic elsewhere left the shop as it was after its last whole decision or in the middle of one whose client is
    /// gone; the simulation goes on.
    fn lock(&self) -> MutexGuard<'_, Shop> {
        self.shop.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
