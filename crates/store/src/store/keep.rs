//! The part of the store's face that keeps the data within its time.

use super::Store;
use crate::{CompactPlace, Keep, Removed, StoreError, compact, reads};
use clock::Time;
use parcel::{MerchantId, ParcelNumber, ShipmentId};

/// As for the other methods: only errors are said that not every method has.
impl Store {
    /// One turn of the compaction: looks at the next rows from this place on and takes out those that are past their
    /// time, or only counts them in a `rehearsal`. Gives how much that was and where to go on, nothing at the end.
    ///
    /// # Errors
    /// Only those of every method.
    pub async fn compact(
        &self,
        keep: Keep,
        place: CompactPlace,
        now: Time,
        rehearsal: bool,
    ) -> Result<(Removed, Option<CompactPlace>), StoreError> {
        let found = self.inner.engine.read(move |conn| compact::find(conn, &keep, place, now)).await?;
        let (removed, next) = (found.would_remove(), found.next.clone());
        if !rehearsal && !found.is_empty() {
            self.inner.engine.write(move |writing| compact::remove(writing, &found, &keep, now)).await?;
        }
        Ok((removed, next))
    }

    /// The merchant's shipment whose label has this number, also when the label itself is past its time.
    ///
    /// # Errors
    /// Only those of every method.
    pub async fn shipment_of_number(
        &self,
        merchant: &MerchantId,
        number: ParcelNumber,
    ) -> Result<Option<ShipmentId>, StoreError> {
        let merchant = merchant.clone();
        self.inner.engine.read(move |conn| reads::by_number(conn, &merchant, &number)).await
    }
}
