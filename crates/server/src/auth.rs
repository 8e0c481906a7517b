//! Who asks, and what they may: a merchant's API key, known by its SHA-256 digest alone, with its scopes.
//!
//! A key that was found good is taken at its word for a moment, so that a burst of requests asks the store once; a key
//! that was revoked is refused when that moment is over. A key that was not found is always looked up, so that a fresh
//! key works at once.

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
use store::{ApiKey, Scope};

/// Keys kept in memory, at most; more begin anew.
const KEYS_COUNT_MAX: usize = 10_000;
/// What keys begin with: those of a shop, and those that may stand in a public page.
const PREFIXES: [&str; 2] = ["tk_", "pk_"];
/// The longest key that is looked at, in bytes.
const KEY_BYTES_MAX: usize = 256;

/// A SHA-256 digest.
pub(crate) type Digest32 = [u8; 32];

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
        let fresh = now >= *at && now.since(*at) < self.time;
        let good = caller.key.as_ref().is_none_or(|key| key.is_good(now));
        (fresh && good).then(|| Arc::clone(caller))
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
        let (caller, digest) = signed(app, &parts.headers).await?;
        app.rates.count(&digest, app.now(), &parts.extensions)?;
        Ok(Self(caller))
    }
}

async fn signed(app: &Shared, headers: &HeaderMap) -> Result<(Arc<Caller>, Digest32), Problem> {
    let key = bearer(headers)?;
    let digest: Digest32 = Sha256::digest(key.as_bytes()).into();
    let now = app.now();
    if let Some(caller) = app.keys.get(&digest, now) {
        return Ok((caller, digest));
    }
    let caller = Arc::new(look_up(app, &digest, now).await?);
    app.keys.put(digest, &caller, now);
    Ok((caller, digest))
}

async fn look_up(app: &Shared, digest: &Digest32, now: Time) -> Result<Caller, Problem> {
    let found = app.store.api_key(digest).await.map_err(failure::of_store)?;
    let key = found.ok_or_else(|| refuse(Kind::KeyUnknown, "No shop has this API key."))?;
    if !key.is_good(now) {
        app.known.forget(digest);
        return Err(ended(&key));
    }
    app.known.learn(*digest, &key);
    if key.use_is_news(now) {
        app.store.api_key_used(&key.id, now);
    }
    let details = app.store.account(&key.account).await.map_err(failure::of_store)?;
    if let Some(okapi_key) = details.and_then(|details| details.okapi_key) {
        app.keys.learn_okapi(&okapi_key, &key.merchant);
    }
    Ok(Caller { merchant: key.merchant.clone(), account: key.account.clone(), key: Some(key) })
}

/// Only who has the whole key is told that it was good once.
fn ended(key: &ApiKey) -> Problem {
    let how = if key.revoked_at.is_some() { "was revoked" } else { "has expired" };
    refuse(Kind::KeyUnknown, &format!("The API key {} {how}. Ask whoever runs this server for a new one.", key.id))
}

impl Caller {
    /// Refuses a key that may not do this.
    ///
    /// # Errors
    /// A problem that names the scope.
    pub(crate) fn require(&self, scope: Scope) -> Result<(), Problem> {
        self.require_one(&[scope])
    }

    /// Refuses a key that may do none of these.
    ///
    /// # Errors
    /// A problem that names the scopes.
    pub(crate) fn require_one(&self, scopes: &[Scope]) -> Result<(), Problem> {
        let may = |key: &ApiKey| scopes.iter().any(|scope| key.scopes.contains(*scope));
        if self.key.as_ref().is_some_and(may) {
            return Ok(());
        }
        let names: Vec<&str> = scopes.iter().map(|scope| scope.name()).collect();
        let scope = names.join(" or ");
        let detail = format!("This needs an API key with the scope {scope}; GET /v1/keys/self says what yours may.");
        let scope = names.join(" ");
        let challenge = format!("Bearer realm=\"tournee\", error=\"insufficient_scope\", scope=\"{scope}\"");
        Err(Problem::new(Kind::ScopeMissing, detail).header(header::WWW_AUTHENTICATE, challenge))
    }
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
    if !PREFIXES.iter().any(|prefix| key.starts_with(prefix)) || key.len() > KEY_BYTES_MAX {
        return Err(refuse(Kind::KeyUnknown, "This is not an API key of this server: those begin with tk_ or pk_."));
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
        let at = |ms| Time::from_unix_ms(ms);
        let caller = Arc::new(caller(None));
        cache.put([1; 32], &caller, at(1_000));
        assert!(cache.get(&[1; 32], at(2_999)).is_some());
        assert!(cache.get(&[1; 32], at(3_000)).is_none());
        assert!(cache.get(&[1; 32], at(999)).is_none(), "a clock that was set back proves nothing");
        assert!(cache.get(&[2; 32], at(1_000)).is_none());
    }

    #[test]
    fn a_key_that_ends_is_believed_no_longer_than_that() {
        let cache = KeyCache::new(Duration::from_secs(2));
        let at = |ms| Time::from_unix_ms(ms);
        cache.put([1; 32], &Arc::new(caller(Some(at(1_500)))), at(1_000));
        assert!(cache.get(&[1; 32], at(1_499)).is_some());
        assert!(cache.get(&[1; 32], at(1_500)).is_none());
    }

    #[test]
    fn a_caller_may_what_its_key_may() {
        let reader = caller(None);
        assert!(reader.require(Scope::Read).is_ok());
        assert_eq!(reader.require(Scope::Ship).map_err(|p| p.kind()), Err(Kind::ScopeMissing));
        let without = Caller { key: None, ..reader };
        assert!(without.require(Scope::Read).is_err(), "without a key nothing is granted");
    }

    fn caller(expires_at: Option<Time>) -> Caller {
        let merchant: MerchantId = "shop".parse().expect("an id");
        let key = ApiKey {
            id: ApiKey::id_of(&[1; 32]),
            merchant: merchant.clone(),
            account: "a".into(),
            name: String::new(),
            scopes: Scope::Read.into(),
            created_at: None,
            expires_at,
            revoked_at: None,
            used_at: None,
        };
        Caller { merchant, account: "a".into(), key: Some(key) }
    }

    #[test]
    fn headers_are_read_with_care() {
        let with = |value: &'static str| HeaderMap::from_iter([(header::AUTHORIZATION, value.parse().expect("value"))]);
        assert_eq!(bearer(&with("Bearer tk_abc")).map_err(|p| p.kind()), Ok("tk_abc"));
        assert_eq!(bearer(&with("Bearer pk_abc")).map_err(|p| p.kind()), Ok("pk_abc"));
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
