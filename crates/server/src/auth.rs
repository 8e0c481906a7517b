//! Who asks: a merchant's API key, known by its SHA-256 digest alone.
//!
//! A key that was found good is taken at its word for a moment, so that a burst of requests asks the store once.
//! A key that was not found is always looked up, so that a fresh key works at once.

use crate::{
    failure,
    problem::{Kind, Problem},
    state::{Caller, Shared},
};
use axum::extract::FromRequestParts;
use clock::Time;
use http::{HeaderMap, header, request::Parts};
use parcel::MerchantId;
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

/// Keys kept in memory, at most; more begin anew.
const KEYS_COUNT_MAX: usize = 10_000;
/// The longest key that is looked at, in bytes.
const KEY_BYTES_MAX: usize = 256;

type Digest32 = [u8; 32];

/// Keys that were found good a moment ago, and whose keys at La Poste belong to whom.
pub(crate) struct KeyCache {
    time: Duration,
    found: RwLock<HashMap<Digest32, (Arc<Caller>, Time)>>,
    /// Learned when a merchant signs in, by digest.
    okapi: RwLock<HashMap<Digest32, MerchantId>>,
}

impl KeyCache {
    /// A cache that believes what it found for so long.
    pub(crate) fn new(time: Duration) -> Self {
        Self { time, found: RwLock::default(), okapi: RwLock::default() }
    }

    fn get(&self, digest: &Digest32, now: Time) -> Option<Arc<Caller>> {
        let found = self.found.read().unwrap_or_else(PoisonError::into_inner);
        let (caller, at) = found.get(digest)?;
        (now >= *at && now.since(*at) < self.time).then(|| Arc::clone(caller))
    }

    fn put(&self, digest: Digest32, caller: &Arc<Caller>, now: Time) {
        let mut found = self.found.write().unwrap_or_else(PoisonError::into_inner);
        if found.len() >= KEYS_COUNT_MAX {
            found.clear();
        }
        found.insert(digest, (Arc::clone(caller), now));
    }

    /// The merchant that has this key at La Poste, as far as it has signed in here.
    pub(crate) fn owner_of_okapi(&self, digest: &Digest32) -> Option<MerchantId> {
        self.okapi.read().unwrap_or_else(PoisonError::into_inner).get(digest).cloned()
    }

    fn learn_okapi(&self, key: &str, owner: &MerchantId) {
        let mut okapi = self.okapi.write().unwrap_or_else(PoisonError::into_inner);
        if okapi.len() >= KEYS_COUNT_MAX {
            okapi.clear();
        }
        okapi.insert(Sha256::digest(key.as_bytes()).into(), owner.clone());
    }
}

/// The merchant who signed the request. As an extractor it refuses every other.
pub(crate) struct Signed(pub(crate) Arc<Caller>);

impl FromRequestParts<Shared> for Signed {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Problem> {
        signed(app, &parts.headers).await.map(Self)
    }
}

async fn signed(app: &Shared, headers: &HeaderMap) -> Result<Arc<Caller>, Problem> {
    let key = bearer(headers)?;
    let digest: Digest32 = Sha256::digest(key.as_bytes()).into();
    let now = app.now();
    if let Some(caller) = app.keys.get(&digest, now) {
        return Ok(caller);
    }
    let caller = Arc::new(look_up(app, &digest).await?);
    app.keys.put(digest, &caller, now);
    Ok(caller)
}

async fn look_up(app: &Shared, digest: &Digest32) -> Result<Caller, Problem> {
    let found = app.store.merchant_by_key(digest).await.map_err(failure::of_store)?;
    let (merchant, account) = found.ok_or_else(|| refuse(Kind::KeyUnknown, "No shop has this API key."))?;
    let details = app.store.account(&account).await.map_err(failure::of_store)?;
    if let Some(okapi_key) = details.and_then(|details| details.okapi_key) {
        app.keys.learn_okapi(&okapi_key, &merchant.id);
    }
    Ok(Caller { merchant: merchant.id, account })
}

fn bearer(headers: &HeaderMap) -> Result<&str, Problem> {
    let missing = "Send the header Authorization: Bearer tk_… with your shop's API key.";
    let header = headers.get(header::AUTHORIZATION).ok_or_else(|| refuse(Kind::KeyMissing, missing))?;
    let text = header.to_str().unwrap_or_default();
    let (scheme, key) = text.split_once(' ').unwrap_or((text, ""));
    let key = key.trim();
    if !scheme.eq_ignore_ascii_case("bearer") || key.is_empty() {
        return Err(refuse(Kind::KeyMissing, missing));
    }
    if !key.starts_with("tk_") || key.len() > KEY_BYTES_MAX {
        return Err(refuse(Kind::KeyUnknown, "This is not an API key of this server: those begin with tk_."));
    }
    Ok(key)
}

fn refuse(kind: Kind, detail: &str) -> Problem {
    Problem::new(kind, detail).header(header::WWW_AUTHENTICATE, "Bearer realm=\"tournee\"".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_believed_for_a_moment_only() {
        let cache = KeyCache::new(Duration::from_secs(2));
        let caller = Arc::new(Caller { merchant: "shop".parse().expect("an id"), account: "a".into() });
        let at = |ms| Time::from_unix_ms(ms);
        cache.put([1; 32], &caller, at(1_000));
        assert!(cache.get(&[1; 32], at(2_999)).is_some());
        assert!(cache.get(&[1; 32], at(3_000)).is_none());
        assert!(cache.get(&[1; 32], at(999)).is_none(), "a clock that was set back proves nothing");
        assert!(cache.get(&[2; 32], at(1_000)).is_none());
    }

    #[test]
    fn headers_are_read_with_care() {
        let with = |value: &'static str| HeaderMap::from_iter([(header::AUTHORIZATION, value.parse().expect("value"))]);
        assert_eq!(bearer(&with("Bearer tk_abc")).map_err(|p| p.kind()), Ok("tk_abc"));
        assert_eq!(bearer(&with("bearer  tk_abc")).map_err(|p| p.kind()), Ok("tk_abc"));
        for (value, kind) in [
            ("Basic dGs6", Kind::KeyMissing),
            ("Bearer", Kind::KeyMissing),
            ("Bearer ", Kind::KeyMissing),
            ("Bearer sk_abc", Kind::KeyUnknown),
        ] {
            assert_eq!(bearer(&with(value)).map_err(|p| p.kind()), Err(kind), "{value}");
        }
    }
}
