//! The part of the store's face that tells which numbers were given out.

use super::Store;
use crate::{
    StoreError,
    given_out::{self, NumberListener},
};
use parcel::ParcelNumber;

/// As for the other methods: only errors are said that not every method has.
impl Store {
    /// From now on `listener` is told each number that is given out, before it is durable, in the place of whoever was told
    /// until now. It may be told a number that then cannot be written.
    ///
    /// When this returns, every number that it was not told can be read by [`Store::numbers_after`]: the writer itself takes
    /// the listener, between two writes, so that none is missed.
    ///
    /// # Errors
    /// Only those of every method; whether it is told is not known then.
    pub async fn tell_numbers(&self, listener: NumberListener) -> Result<(), StoreError> {
        self.inner
            .engine
            .write(move |writing| {
                writing.given_out.set(listener);
                Ok(())
            })
            .await
    }

    /// Up to `count` of the numbers that were given out, of all merchants, in order, from the one after `last` on.
    ///
    /// # Errors
    /// Only those of every method.
    pub async fn numbers_after(&self, last: Option<ParcelNumber>, count: u32) -> Result<Vec<ParcelNumber>, StoreError> {
        self.inner.engine.read(move |conn| given_out::after(conn, last.as_ref(), count)).await
    }
}
