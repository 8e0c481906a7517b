//! API keys: what each may do, from when to when. Of the key itself only its SHA-256 digest is kept.
//!
//! A key is good from its creation until it is revoked or its time has come. Rows are never taken out, so that a key
//! that was good once can always be told from one that never was.

use crate::{Scopes, StoreError, rows::parse, writing::Writing};
use clock::Time;
use parcel::MerchantId;
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::{fmt::Write, time::Duration};

macro_rules! columns {
    () => {
        "id, merchant, account, name, scopes, created_at, expires_at, revoked_at, used_at"
    };
}

const BY_DIGEST: &str = concat!("SELECT ", columns!(), " FROM api_keys WHERE digest = ?1");
const BY_ID: &str = concat!("SELECT ", columns!(), " FROM api_keys WHERE id = ?1");
const ALL: &str = concat!("SELECT ", columns!(), " FROM api_keys ORDER BY merchant, created_at, id");
const LIVE: &str = concat!("SELECT ", columns!(), ", digest FROM api_keys WHERE revoked_at IS NULL");
const PUT: &str = concat!(
    "INSERT INTO api_keys (digest, ",
    columns!(),
    ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, NULL, NULL) ON CONFLICT DO NOTHING"
);
const OWNER: &str = "SELECT merchant FROM api_keys WHERE digest = ?1";
const MERCHANT: &str = "SELECT 1 FROM merchants WHERE id = ?1";
const FIRST_ACCOUNT: &str = "SELECT id FROM accounts WHERE merchant = ?1 ORDER BY id LIMIT 1";
const EXPIRE: &str = "UPDATE api_keys SET expires_at = ?2 WHERE id = ?1";
const REVOKE: &str = "UPDATE api_keys SET revoked_at = ?2 WHERE id = ?1";
const USED: &str = "UPDATE api_keys SET used_at = ?2 WHERE id = ?1 AND coalesce(used_at, 0) < ?2";

/// Bytes of the digest that the public id shows: too few to find the key by, enough to tell keys apart.
const ID_BYTES: usize = 8;
/// How exactly the last use is known.
const USED_EVERY: Duration = Duration::from_secs(3600);

/// An API key as it is known here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// Its public id: `key_` and the first half of its digest's first half, in hexadecimal.
    pub id: String,
    /// Whose.
    pub merchant: MerchantId,
    /// The account at the carrier that its shipments go to.
    pub account: String,
    /// What a person called it; may be empty.
    pub name: String,
    /// What it may do.
    pub scopes: Scopes,
    /// When it was made; not known of keys of earlier versions.
    pub created_at: Option<Time>,
    /// When it ends by itself.
    pub expires_at: Option<Time>,
    /// When it was revoked.
    pub revoked_at: Option<Time>,
    /// When it was last used, to the hour.
    pub used_at: Option<Time>,
}

impl ApiKey {
    /// The public id of the key with this digest.
    pub fn id_of(digest: &[u8; 32]) -> String {
        let mut id = "key_".to_owned();
        for byte in &digest[..ID_BYTES] {
            // Writing to a string cannot fail.
            _ = write!(id, "{byte:02x}");
        }
        id
    }

    /// Whether it is good now: neither revoked nor at its end.
    pub fn is_good(&self, now: Time) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }

    /// Whether its use is worth being noted, given how exactly it is known.
    pub fn use_is_news(&self, now: Time) -> bool {
        self.used_at.is_none_or(|last| now.since(last) >= USED_EVERY)
    }
}

/// An API key to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewApiKey {
    /// The SHA-256 digest of the key.
    pub digest: [u8; 32],
    /// Whose.
    pub merchant: MerchantId,
    /// What a person calls it.
    pub name: String,
    /// What it may do.
    pub scopes: Scopes,
    /// When.
    pub at: Time,
    /// When it ends by itself.
    pub expires_at: Option<Time>,
}

/// Adds a key to a merchant, for its first account.
pub(crate) fn add(writing: &mut Writing<'_>, new: &NewApiKey) -> Result<ApiKey, StoreError> {
    let (conn, merchant) = (writing.conn, &new.merchant);
    if !conn.prepare_cached(MERCHANT)?.exists([merchant.as_str()])? {
        return Err(StoreError::NoMerchant(merchant.clone()));
    }
    let account: Option<String> =
        conn.prepare_cached(FIRST_ACCOUNT)?.query_row([merchant.as_str()], |row| row.get(0)).optional()?;
    let account = account.ok_or_else(|| StoreError::NoAccount(merchant.to_string()))?;
    put(conn, new, &account)
}

/// Writes a key for this account; one that is the merchant's already stays as it is.
pub(crate) fn put(conn: &Connection, new: &NewApiKey, account: &str) -> Result<ApiKey, StoreError> {
    conn.prepare_cached(PUT)?.execute(params![
        new.digest,
        ApiKey::id_of(&new.digest),
        new.merchant.as_str(),
        account,
        new.name,
        new.scopes.bits(),
        new.at.unix_ms(),
        new.expires_at.map(Time::unix_ms),
    ])?;
    by_digest(conn, &new.digest)?.filter(|key| key.merchant == new.merchant).ok_or(StoreError::ApiKeyTaken)
}

/// Whether the digest is another merchant's key.
pub(crate) fn is_anothers(conn: &Connection, digest: &[u8; 32], merchant: &MerchantId) -> Result<bool, StoreError> {
    let owner: Option<String> = conn.prepare_cached(OWNER)?.query_row([digest], |row| row.get(0)).optional()?;
    Ok(owner.is_some_and(|owner| owner != merchant.as_str()))
}

/// Gives a key a successor that may do the same for as long; the old one ends after the grace period at the latest.
pub(crate) fn rotate(
    writing: &mut Writing<'_>,
    id: &str,
    digest: [u8; 32],
    at: Time,
    grace: Duration,
) -> Result<ApiKey, StoreError> {
    let old = good(writing.conn, id, at)?;
    let end = at.plus(grace);
    let end = old.expires_at.map_or(end, |expires| expires.min(end));
    let lifetime = old.created_at.zip(old.expires_at).map(|(created, expires)| expires.since(created));
    let new = NewApiKey {
        digest,
        merchant: old.merchant,
        name: old.name,
        scopes: old.scopes,
        at,
        expires_at: lifetime.map(|lifetime| at.plus(lifetime)),
    };
    let new = put(writing.conn, &new, &old.account)?;
    writing.conn.prepare_cached(EXPIRE)?.execute(params![id, end.unix_ms()])?;
    Ok(new)
}

/// Ends a key now. One that has ended stays as it is.
pub(crate) fn revoke(writing: &mut Writing<'_>, id: &str, at: Time) -> Result<ApiKey, StoreError> {
    let key = by_id(writing.conn, id)?.ok_or_else(|| StoreError::NoApiKey(id.to_owned()))?;
    if key.revoked_at.is_some() {
        return Ok(key);
    }
    writing.conn.prepare_cached(REVOKE)?.execute(params![id, at.unix_ms()])?;
    Ok(ApiKey { revoked_at: Some(at), ..key })
}

/// Notes that a key was used.
pub(crate) fn used(writing: &mut Writing<'_>, id: &str, at: Time) -> Result<(), StoreError> {
    writing.conn.prepare_cached(USED)?.execute(params![id, at.unix_ms()])?;
    Ok(())
}

fn good(conn: &Connection, id: &str, now: Time) -> Result<ApiKey, StoreError> {
    let key = by_id(conn, id)?.ok_or_else(|| StoreError::NoApiKey(id.to_owned()))?;
    if key.is_good(now) { Ok(key) } else { Err(StoreError::ApiKeyEnded(id.to_owned())) }
}

pub(crate) fn by_digest(conn: &Connection, digest: &[u8; 32]) -> Result<Option<ApiKey>, StoreError> {
    let mut statement = conn.prepare_cached(BY_DIGEST)?;
    let mut rows = statement.query([digest])?;
    rows.next()?.map(read).transpose()
}

fn by_id(conn: &Connection, id: &str) -> Result<Option<ApiKey>, StoreError> {
    let mut statement = conn.prepare_cached(BY_ID)?;
    let mut rows = statement.query([id])?;
    rows.next()?.map(read).transpose()
}

pub(crate) fn all(conn: &Connection) -> Result<Vec<ApiKey>, StoreError> {
    let mut statement = conn.prepare_cached(ALL)?;
    let rows = statement.query_and_then([], read)?;
    rows.collect()
}

/// Keys that were not revoked, with their digests.
pub(crate) fn live(conn: &Connection) -> Result<Vec<([u8; 32], ApiKey)>, StoreError> {
    let mut statement = conn.prepare_cached(LIVE)?;
    let rows = statement.query_and_then([], |row| Ok((row.get("digest")?, read(row)?)))?;
    rows.collect()
}

fn read(row: &Row<'_>) -> Result<ApiKey, StoreError> {
    let time = |place| row.get::<_, Option<i64>>(place).map(|at| at.map(Time::from_unix_ms));
    Ok(ApiKey {
        id: row.get(0)?,
        merchant: parse(&row.get::<_, String>(1)?, "merchant")?,
        account: row.get(2)?,
        name: row.get(3)?,
        scopes: Scopes::from_bits(row.get(4)?),
        created_at: time(5)?,
        expires_at: time(6)?,
        revoked_at: time(7)?,
        used_at: time(8)?,
    })
}
