//! The store's face for webhooks.

use super::Store;
use crate::{
    Attempt, Delivery, DeliveryState, DueDelivery, Hook, HookChange, HookCounts, JournalPoint, NewHook, StoreError,
    hooks::{deliver, endpoints, gather},
};
use clock::Time;
use parcel::MerchantId;
use std::{sync::Arc, time::Duration};

/// What became of one look at the journal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HooksGathered {
    /// Whether there is an endpoint to tell at all.
    pub anyone: bool,
    /// Whether there is more to be gathered at once.
    pub more: bool,
}

/// As for the other methods: only errors are said that not every method has.
impl Store {
    /// Adds an endpoint, which is told of what happens from now on.
    ///
    /// # Errors
    /// [`StoreError::TooManyHooks`].
    pub async fn add_hook(&self, new: NewHook) -> Result<Hook, StoreError> {
        let added = self.inner.engine.write(move |writing| endpoints::add(writing, &new)).await;
        self.inner.around.hooks.notify_one();
        added
    }

    /// A merchant's endpoints, the oldest first.
    pub async fn hooks_of(&self, merchant: &MerchantId) -> Result<Vec<Hook>, StoreError> {
        let merchant = merchant.clone();
        self.inner.engine.read(move |conn| endpoints::of_merchant(conn, &merchant)).await
    }

    /// The endpoint of this merchant with this id.
    pub async fn hook(&self, merchant: &MerchantId, id: &str) -> Result<Option<Hook>, StoreError> {
        let (merchant, id) = (merchant.clone(), id.to_owned());
        self.inner.engine.read(move |conn| endpoints::one(conn, &merchant, &id)).await
    }

    /// Changes an endpoint; none when there is none.
    pub async fn change_hook(
        &self,
        merchant: &MerchantId,
        id: &str,
        change: HookChange,
        at: Time,
    ) -> Result<Option<Hook>, StoreError> {
        let (merchant, id) = (merchant.clone(), id.to_owned());
        let work = self.inner.engine.write(move |writing| endpoints::change(writing, &merchant, &id, &change, at));
        let changed = work.await;
        self.inner.around.hooks.notify_one();
        changed
    }

    /// Drops an endpoint with all that is on its way to it; false when there is none.
    pub async fn drop_hook(&self, merchant: &MerchantId, id: &str) -> Result<bool, StoreError> {
        let (merchant, id) = (merchant.clone(), id.to_owned());
        self.inner.engine.write(move |writing| endpoints::drop_one(writing, &merchant, &id)).await
    }

    /// Gives an endpoint a new secret; the one before goes on for so long. None when there is no such endpoint.
    pub async fn rotate_hook(
        &self,
        merchant: &MerchantId,
        id: &str,
        secret: String,
        at: Time,
        grace: Duration,
    ) -> Result<Option<Hook>, StoreError> {
        let (merchant, id) = (merchant.clone(), id.to_owned());
        let engine = &self.inner.engine;
        engine.write(move |writing| endpoints::rotate(writing, &merchant, &id, secret, at, grace)).await
    }

    /// What messages to this endpoint are signed with now, the newest first; none when there is no such endpoint.
    ///
    /// # Errors
    /// [`StoreError::WrongKey`] when the secrets do not open.
    pub async fn hook_secrets(
        &self,
        merchant: &MerchantId,
        id: &str,
        now: Time,
    ) -> Result<Option<Vec<String>>, StoreError> {
        let (merchant, id, around) = (merchant.clone(), id.to_owned(), Arc::clone(&self.inner.around));
        self.inner.engine.read(move |conn| endpoints::good_secrets(conn, &around.key, &merchant, &id, now)).await
    }

    /// Has an endpoint told once more of a part of the journal, both ends included; none when there is no such endpoint.
    pub async fn replay_hook(
        &self,
        merchant: &MerchantId,
        id: &str,
        from: JournalPoint,
        to: Option<JournalPoint>,
    ) -> Result<Option<Hook>, StoreError> {
        let (merchant, id) = (merchant.clone(), id.to_owned());
        let work = self.inner.engine.write(move |writing| endpoints::replay(writing, &merchant, &id, from, to));
        let begun = work.await;
        self.inner.around.hooks.notify_one();
        begun
    }

    /// Up to `limit` messages to an endpoint, in this state, of facts before this one, the newest first.
    pub async fn deliveries(
        &self,
        hook: &str,
        state: Option<DeliveryState>,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Delivery>, StoreError> {
        let hook = hook.to_owned();
        self.inner.engine.read(move |conn| deliver::list(conn, &hook, state, before, limit)).await
    }

    /// Puts what happened since each endpoint's place on its way to it, a stretch of the journal at a time. Writes
    /// nothing when there is nothing new or nobody to tell. For one caller at a time.
    pub async fn gather_hooks(&self, at: Time) -> Result<HooksGathered, StoreError> {
        let gathered = self.inner.engine.read(gather::look).await?;
        let told = HooksGathered { anyone: gathered.anyone, more: gathered.more };
        if !gathered.is_empty() {
            self.inner.engine.write(move |writing| gather::put(writing, &gathered, at)).await?;
        }
        Ok(told)
    }

    /// Up to `each` messages to every endpoint that are due, the longest due first.
    ///
    /// # Errors
    /// [`StoreError::WrongKey`] when the secrets do not open.
    pub async fn due_hooks(&self, now: Time, each: u32) -> Result<Vec<DueDelivery>, StoreError> {
        let around = Arc::clone(&self.inner.around);
        self.inner.engine.read(move |conn| deliver::due(conn, &around.key, now, each)).await
    }

    /// When the next message is due that is not due yet.
    pub async fn next_hook_due(&self, now: Time) -> Result<Option<Time>, StoreError> {
        self.inner.engine.read(move |conn| deliver::next_due(conn, now)).await
    }

    /// Writes down how an attempt ended; true when the endpoint was paused for it.
    pub async fn settle_hook(&self, attempt: Attempt) -> Result<bool, StoreError> {
        self.inner.engine.write(move |writing| deliver::settle(writing, &attempt)).await
    }

    /// Clears away some of what was settled before this, and of what belongs to dropped endpoints: to be called again
    /// while it gives more than nothing.
    pub async fn clear_hooks(&self, before: Time) -> Result<usize, StoreError> {
        self.inner.engine.write(move |writing| deliver::clear(writing, before)).await
    }

    /// How much there is.
    pub async fn hook_counts(&self) -> Result<HookCounts, StoreError> {
        self.inner.engine.read(deliver::counts).await
    }

    /// Returns when the journal has grown since this last returned. For one caller at a time.
    pub async fn journal_grown(&self) {
        self.inner.around.grown.notified().await;
    }

    /// Returns when an endpoint was added, changed or told to replay since this last returned. For one caller at a time.
    pub async fn hooks_changed(&self) {
        self.inner.around.hooks.notified().await;
    }
}
