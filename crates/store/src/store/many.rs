//! The part of the store's face that deals in many shipments at once: batches, orders, search.

use super::Store;
use crate::{
    Accepted, Batch, Cursor, Ending, Filter, Line, LineStatus, NewBatch, NewIntent, NewLine, NotTaken, OrderAccepted,
    Page, Refusal, StoreError,
    accept::{self, Request},
    batches::{self, Prepared},
    orders, search,
};
use clock::Time;
use dispatch::State;
use parcel::{BatchId, MerchantId};

/// As for the other methods: only errors are said that not every method has.
impl Store {
    /// Takes many requests in by one commit, each with a result of its own: one that is refused harms no other.
    /// Durable when this returns. For a few thousand at most, since others wait meanwhile.
    pub async fn accept_many(&self, new: Vec<NewIntent>) -> Vec<Result<Accepted, StoreError>> {
        let count = new.len();
        let prepared: Vec<_> = new.into_iter().map(Request::new).collect();
        let work = self.inner.engine.write(move |writing| {
            let mut told = Vec::with_capacity(prepared.len());
            for request in prepared {
                match request.and_then(|request| accept::accept(writing, request)) {
                    Err(e) if !e.is_refusal() => return Err(e),
                    done => told.push(done),
                }
            }
            Ok(told)
        });
        work.await.unwrap_or_else(|e| vec![Err(e); count])
    }

    /// Takes all parcels of an order in by one commit, or none, or says which shipments they are already. Each parcel
    /// has a key of its own. Durable when this returns.
    ///
    /// # Errors
    /// As [`Store::accept`], and then nothing was written.
    pub async fn accept_order(&self, parcels: Vec<NewIntent>) -> Result<OrderAccepted, StoreError> {
        let prepared = parcels.into_iter().map(Request::new).collect::<Result<_, _>>()?;
        self.inner.engine.write(move |writing| orders::accept(writing, prepared)).await
    }

    /// Begins a batch, or takes up the one with its key again. Says which it is, and whether it was there.
    ///
    /// # Errors
    /// Only those of every method.
    pub async fn begin_batch(&self, new: NewBatch) -> Result<(BatchId, bool), StoreError> {
        self.inner.engine.write(move |writing| batches::begin(writing, &new)).await
    }

    /// Takes a chunk of rows in by one commit and records what became of each; `explain` puts into words what the
    /// store refuses. A row that was recorded before is recorded anew, unless it found the shipment that it made.
    ///
    /// # Errors
    /// Only those of every method; then nothing of the chunk was written.
    pub async fn accept_lines(
        &self,
        batch: BatchId,
        lines: Vec<NewLine>,
        explain: fn(&NotTaken) -> Refusal,
    ) -> Result<(), StoreError> {
        let prepared = lines.into_iter().map(Prepared::new).collect::<Result<_, _>>()?;
        self.inner.engine.write(move |writing| batches::accept_lines(writing, batch, prepared, explain)).await
    }

    /// Records that a batch came to its end.
    ///
    /// # Errors
    /// Only those of every method.
    pub async fn end_batch(&self, batch: BatchId, ending: Ending, at: Time) -> Result<(), StoreError> {
        self.inner.engine.write(move |writing| batches::end(writing, batch, ending, at)).await
    }

    /// A merchant's batch, its rows counted by result.
    ///
    /// # Errors
    /// Only those of every method.
    pub async fn batch(&self, merchant: &MerchantId, id: BatchId) -> Result<Option<Batch>, StoreError> {
        let merchant = merchant.clone();
        self.inner.engine.read(move |conn| batches::find(conn, &merchant, id)).await
    }

    /// How many shipments of a batch, made or found by it, are in each state now. Whose batch it is, is the caller's
    /// to ask.
    ///
    /// # Errors
    /// Only those of every method.
    pub async fn batch_states(&self, id: BatchId) -> Result<Vec<(State, u64)>, StoreError> {
        self.inner.engine.read(move |conn| batches::states(conn, id)).await
    }

    /// Up to `limit` rows of a batch after this row, in order. Whose batch it is, is the caller's to ask.
    ///
    /// # Errors
    /// Only those of every method.
    pub async fn batch_lines(
        &self,
        id: BatchId,
        after: u64,
        status: Option<LineStatus>,
        limit: usize,
    ) -> Result<Vec<Line>, StoreError> {
        self.inner.engine.read(move |conn| batches::lines(conn, id, after, status, limit)).await
    }

    /// A page of up to `limit` of a merchant's intents, newest first.
    ///
    /// # Errors
    /// [`StoreError::TooManyMatches`] when [`Filter::query`] says too little.
    pub async fn list(
        &self,
        merchant: &MerchantId,
        filter: Filter,
        after: Option<Cursor>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        let merchant = merchant.clone();
        self.inner.engine.read(move |conn| search::list(conn, &merchant, &filter, after, limit)).await
    }
}
