//! The store's face for API keys.

use super::Store;
use crate::{ApiKey, NewApiKey, StoreError, api_keys};
use clock::Time;
use std::time::Duration;

/// As for the other methods: only errors are said that not every method has.
impl Store {
    /// The API key with this digest, be it good or not.
    ///
    /// # Errors
    /// Only those of every method.
    pub async fn api_key(&self, digest: &[u8; 32]) -> Result<Option<ApiKey>, StoreError> {
        let digest = *digest;
        self.inner.engine.read(move |conn| api_keys::by_digest(conn, &digest)).await
    }

    /// Every API key that there ever was, by merchant, the oldest first.
    ///
    /// # Errors
    /// Only those of every method.
    pub async fn api_keys(&self) -> Result<Vec<ApiKey>, StoreError> {
        self.inner.engine.read(api_keys::all).await
    }

    /// Every API key that was not revoked, by its digest: who shows one is told from strangers without asking here.
    ///
    /// # Errors
    /// Only those of every method.
    pub async fn live_api_keys(&self) -> Result<Vec<([u8; 32], ApiKey)>, StoreError> {
        self.inner.engine.read(api_keys::live).await
    }

    /// Adds an API key to a merchant, for the first of its accounts.
    ///
    /// # Errors
    /// [`StoreError::NoMerchant`], [`StoreError::NoAccount`] for a merchant without one, [`StoreError::ApiKeyTaken`].
    pub async fn add_api_key(&self, new: NewApiKey) -> Result<ApiKey, StoreError> {
        self.inner.engine.write(move |writing| api_keys::add(writing, &new)).await
    }

    /// Gives an API key a successor with the same name, scopes and length of life; the old one goes on for the grace
    /// period at most.
    ///
    /// # Errors
    /// [`StoreError::NoApiKey`], [`StoreError::ApiKeyEnded`] when it is good no more, [`StoreError::ApiKeyTaken`].
    pub async fn rotate_api_key(
        &self,
        id: &str,
        digest: [u8; 32],
        at: Time,
        grace: Duration,
    ) -> Result<ApiKey, StoreError> {
        let id = id.to_owned();
        self.inner.engine.write(move |writing| api_keys::rotate(writing, &id, digest, at, grace)).await
    }

    /// Ends an API key for good.
    ///
    /// # Errors
    /// [`StoreError::NoApiKey`].
    pub async fn revoke_api_key(&self, id: &str, at: Time) -> Result<ApiKey, StoreError> {
        let id = id.to_owned();
        self.inner.engine.write(move |writing| api_keys::revoke(writing, &id, at)).await
    }

    /// Notes without waiting that an API key was used; nothing is lost when there is no room for it.
    pub fn api_key_used(&self, id: &str, at: Time) {
        let id = id.to_owned();
        self.inner.engine.write_later(move |writing| api_keys::used(writing, &id, at));
    }
}
