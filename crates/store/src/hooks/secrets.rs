//! The signing secrets of an endpoint: one that counts, and those that still do for a while. Sealed at rest.

use crate::{SealingKey, StoreError};
use clock::Time;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use zeroize::{Zeroize, Zeroizing};

#[derive(Serialize, Deserialize)]
pub(crate) struct Secrets {
    current: String,
    /// With when they end, in milliseconds since 1970.
    old: Vec<(String, i64)>,
}

impl Secrets {
    pub(crate) fn new(secret: String) -> Self {
        Self { current: secret, old: Vec::new() }
    }

    /// Puts a new one in front; the one before goes on for so long.
    pub(crate) fn rotate(&mut self, secret: String, now: Time, grace: Duration) {
        let before = std::mem::replace(&mut self.current, secret);
        self.old.retain(|(_, end)| *end > now.unix_ms());
        self.old.insert(0, (before, now.plus(grace).unix_ms()));
    }

    /// Those that count now, the newest first.
    pub(crate) fn good(&self, now: Time) -> Vec<String> {
        let old = self.old.iter().filter(|(_, end)| *end > now.unix_ms());
        std::iter::once(&self.current).chain(old.map(|(secret, _)| secret)).cloned().collect()
    }

    pub(crate) fn seal(&self, key: &SealingKey, hook: &str) -> Result<Vec<u8>, StoreError> {
        let text = serde_json::to_vec(self).map(Zeroizing::new);
        key.seal(&text.map_err(|_| StoreError::Misused("secrets that are not JSON"))?, &owner(hook))
    }

    pub(crate) fn open(sealed: &[u8], key: &SealingKey, hook: &str) -> Result<Self, StoreError> {
        let text = key.unseal(sealed, &owner(hook))?;
        serde_json::from_slice(&text).map_err(|_| StoreError::Damaged { what: "hook" })
    }
}

impl Drop for Secrets {
    fn drop(&mut self) {
        self.current.zeroize();
        self.old.iter_mut().for_each(|(secret, _)| secret.zeroize());
    }
}

/// What the sealed text is bound to: no account has such an id.
fn owner(hook: &str) -> String {
    format!("hook {hook}")
}
