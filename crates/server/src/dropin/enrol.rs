//! Whose request it is, known from the carrier's own credentials.
//!
//! The merchant's id holds a digest of the whole login, so that another password is another merchant and sees nothing
//! of the first. A login that was seen once is kept, sealed, by the store, and remembered here for as long as the
//! process runs, so that it is written once and not with every request.

use crate::{
    failure,
    problem::Problem,
    state::{App, Caller},
};
use parcel::Login;
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};
use store::Account;

/// Characters of a contract number that are shown in a merchant's id.
const CONTRACT_CHARS_MAX: usize = 32;

type Digest32 = [u8; 32];

/// Logins that were seen since the process began, by their digest.
pub(crate) struct Enrolled {
    count_max: usize,
    known: RwLock<HashMap<Digest32, Arc<Caller>>>,
}

impl Enrolled {
    /// Remembers so many at most.
    pub(crate) fn new(count_max: usize) -> Self {
        Self { count_max, known: RwLock::default() }
    }

    fn get(&self, digest: &Digest32) -> Option<Arc<Caller>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).get(digest).cloned()
    }

    fn put(&self, digest: Digest32, caller: &Arc<Caller>) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() < self.count_max {
            known.insert(digest, Arc::clone(caller));
        }
    }

    fn has_room(&self) -> bool {
        self.known.read().unwrap_or_else(PoisonError::into_inner).len() < self.count_max
    }
}

/// The merchant of this login, if it is known already.
///
/// # Errors
/// When the store fails.
pub(super) async fn known(app: &App, login: &Login) -> Result<Option<Arc<Caller>>, Problem> {
    let digest = digest(login);
    if let Some(caller) = app.enrolled.get(&digest) {
        return Ok(Some(caller));
    }
    let id = merchant_id(login, &digest);
    let account = app.store.account(&id).await.map_err(failure::of_store)?;
    // The id holds but a part of the digest: only the whole login proves whose it is.
    let Some(account) = account.filter(|a| a.login == *login) else { return Ok(None) };
    let caller = Arc::new(Caller { merchant: account.merchant, account: account.id, key: None });
    app.enrolled.put(digest, &caller);
    Ok(Some(caller))
}

/// The merchant of this login, taken in now if it was not known; `None` when it may not be.
///
/// # Errors
/// When the store fails.
pub(super) async fn enrol(app: &App, login: &Login) -> Result<Option<Arc<Caller>>, Problem> {
    if let Some(caller) = known(app, login).await? {
        return Ok(Some(caller));
    }
    if !app.settings.dropin.enrol || !app.enrolled.has_room() {
        return Ok(None);
    }
    let digest = digest(login);
    let id = merchant_id(login, &digest);
    let merchant = id.parse()?;
    if app.store.account(&id).await.map_err(failure::of_store)?.is_some() {
        // Another first request of this login was quicker, or else it is another login's, which is not known.
        return known(app, login).await;
    }
    let caller = Arc::new(Caller { merchant, account: id.clone(), key: None });
    let (merchant, login) = (caller.merchant.clone(), login.clone());
    let account = Account { id, merchant, carrier: super::CARRIER.into(), login, okapi_key: None };
    app.store.upsert_account(account).await.map_err(failure::of_store)?;
    app.enrolled.put(digest, &caller);
    tracing::info!(merchant = %caller.merchant, "an account was taken in at the carrier-compatible endpoint");
    Ok(Some(caller))
}

/// A name for a login that does not tell it.
pub(super) fn digest(login: &Login) -> Digest32 {
    let (kind, parts): (&[u8], [&str; 2]) = match login {
        Login::Contract { number, password } => (b"contract", [number, password]),
        Login::ApiKey(key) => (b"key", [key, ""]),
    };
    let mut hash = Sha256::new_with_prefix(kind);
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().into()
}

/// The id under which a login that comes to the carrier-compatible endpoints is taken in, as merchant and as account.
pub fn enrolled_id(login: &Login) -> String {
    merchant_id(login, &digest(login))
}

/// `colissimo:<contract number, or eight digits of the digest>-<its first twelve digits>`.
fn merchant_id(login: &Login, digest: &Digest32) -> String {
    let hex: String = digest.iter().map(|b| format!("{b:02x}")).collect();
    let name = match login {
        Login::Contract { number, .. } => plain(number),
        Login::ApiKey(_) => hex[52..60].to_owned(),
    };
    format!("colissimo:{name}-{}", &hex[..12])
}

fn plain(number: &str) -> String {
    let one = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    number.chars().take(CONTRACT_CHARS_MAX).map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use parcel::MerchantId;
    use proptest::prelude::*;

    fn id(login: &Login) -> String {
        merchant_id(login, &digest(login))
    }

    fn contract(number: &str, password: &str) -> Login {
        Login::Contract { number: number.into(), password: password.into() }
    }

    #[test]
    fn another_password_is_another_merchant() {
        let first = id(&contract("964744", "a"));
        assert!(first.starts_with("colissimo:964744-") && first.len() == 29, "{first}");
        assert_ne!(first, id(&contract("964744", "b")));
        assert_ne!(digest(&contract("1", "23")), digest(&contract("12", "3")));
        assert_ne!(digest(&contract("k", "")), digest(&Login::ApiKey("k".into())));
    }

    proptest! {
        #[test]
        fn every_login_makes_a_good_id_that_shows_no_secret(number in ".{0,80}", password in "[A-Z]{6,20}") {
            let ids = [id(&contract(&number, &password)), id(&Login::ApiKey(password.clone()))];
            for id in ids {
                prop_assert!(id.parse::<MerchantId>().is_ok(), "{}", id);
                prop_assert!(!id.contains(&password));
            }
        }
    }
}
