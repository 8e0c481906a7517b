//! One carrier for many connections: a lock held for the microseconds of one decision, never over an await.

use super::{Book, Carrier, Dark, Reply};
use carriers::Request;
use clock::Time;
use parcel::ParcelNumber;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A carrier that several tasks share. Cloning shares it.
#[derive(Clone, Debug)]
pub struct SharedCarrier(Arc<Mutex<Carrier>>);

impl SharedCarrier {
    /// Shares this carrier.
    pub fn new(carrier: Carrier) -> Self {
        Self(Arc::new(Mutex::new(carrier)))
    }

    /// As [`Carrier::handle`].
    pub fn handle(&self, now: Time, request: &Request) -> Reply {
        self.lock().handle(now, request)
    }

    /// Reads the book. The carrier waits meanwhile: take what is needed and return.
    pub fn read<T>(&self, reader: impl FnOnce(&Book) -> T) -> T {
        reader(self.lock().book())
    }

    /// As [`Carrier::announce`].
    ///
    /// # Errors
    /// As [`Carrier::announce`].
    pub fn announce(&self, now: Time, file_name: &str, bytes: &[u8]) -> Result<(), Dark> {
        self.lock().announce(now, file_name, bytes)
    }

    /// As [`Carrier::answer_lost`].
    pub fn answer_lost(&self, number: &ParcelNumber) {
        self.lock().answer_lost(number);
    }

    /// A panic elsewhere left the carrier as it was after its last whole decision or in the middle of one whose
    /// client is gone; the simulation goes on.
    fn lock(&self) -> MutexGuard<'_, Carrier> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl From<Carrier> for SharedCarrier {
    fn from(carrier: Carrier) -> Self {
        Self::new(carrier)
    }
}
