//! Merchants and their accounts at the carrier, whose secrets are sealed.

use crate::{Account, Merchant, NewApiKey, Scopes, SealingKey, StoreError, api_keys, rows::parse, writing::Writing};
use clock::Time;
use parcel::{Login, MerchantId};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

const MERCHANT_PUT: &str =
    "INSERT INTO merchants (id, name) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET name = excluded.name";
const MERCHANT_PUT_NEW: &str = "INSERT INTO merchants (id, name) VALUES (?1, ?1) ON CONFLICT (id) DO NOTHING";
const ALL: &str = "SELECT id, name FROM merchants ORDER BY id";
const ONE: &str = "SELECT name FROM merchants WHERE id = ?1";
const ACCOUNT: &str = "SELECT id, merchant, carrier, sealed FROM accounts WHERE id = ?1";
const ACCOUNTS: &str = "SELECT id, merchant, carrier, sealed FROM accounts WHERE merchant = ?1 ORDER BY id";
const ACCOUNT_AFTER: &str = "SELECT id, merchant, carrier, sealed FROM accounts WHERE carrier = ?1 AND id > ?2 \
    ORDER BY id LIMIT 1";
const ACCOUNT_PUT: &str = "INSERT INTO accounts (id, merchant, carrier, sealed) VALUES (?1, ?2, ?3, ?4) \
    ON CONFLICT (id) DO UPDATE SET carrier = excluded.carrier, sealed = excluded.sealed";

/// What of an account is sealed.
#[derive(Serialize, Deserialize)]
struct Secrets {
    login: Login,
    okapi_key: Option<String>,
}

pub(crate) fn add(
    writing: &mut Writing<'_>,
    merchant: &Merchant,
    digest: &[u8; 32],
    account: &Account,
    at: Time,
) -> Result<(), StoreError> {
    let conn = writing.conn;
    if api_keys::is_anothers(conn, digest, &merchant.id)? {
        return Err(StoreError::ApiKeyTaken);
    }
    if account.merchant != merchant.id {
        return Err(StoreError::NoAccount(account.id.clone()));
    }
    put_account(writing, account)?;
    conn.prepare_cached(MERCHANT_PUT)?.execute([merchant.id.as_str(), &merchant.name])?;
    let (digest, owner) = (*digest, merchant.id.clone());
    let key =
        NewApiKey { digest, merchant: owner, name: String::new(), scopes: Scopes::of_a_shop(), at, expires_at: None };
    api_keys::put(conn, &key, &account.id).map(drop)
}

/// Adds or changes an account; writes nothing when it is there already just so.
pub(crate) fn upsert(writing: &mut Writing<'_>, account: &Account) -> Result<(), StoreError> {
    if !put_account(writing, account)? {
        return Ok(());
    }
    writing.conn.prepare_cached(MERCHANT_PUT_NEW)?.execute([account.merchant.as_str()])?;
    Ok(())
}

fn put_account(writing: &mut Writing<'_>, account: &Account) -> Result<bool, StoreError> {
    let there = self::account(writing.conn, writing.key, &account.id)?;
    if there.as_ref().is_some_and(|there| there.merchant != account.merchant) {
        return Err(StoreError::NoAccount(account.id.clone()));
    }
    if there.as_ref() == Some(account) {
        return Ok(false);
    }
    let secrets = Secrets { login: account.login.clone(), okapi_key: account.okapi_key.clone() };
    let text = serde_json::to_vec(&secrets).map(Zeroizing::new);
    let text = text.map_err(|_| StoreError::Misused("secrets that are not JSON"))?;
    let sealed = writing.key.seal(&text, &account.id)?;
    let mut statement = writing.conn.prepare_cached(ACCOUNT_PUT)?;
    statement.execute(params![account.id, account.merchant.as_str(), account.carrier, sealed])?;
    Ok(true)
}

pub(crate) fn all(conn: &Connection) -> Result<Vec<Merchant>, StoreError> {
    let mut statement = conn.prepare_cached(ALL)?;
    let rows = statement.query_and_then([], |row| {
        Ok(Merchant { id: parse(&row.get::<_, String>(0)?, "merchant")?, name: row.get(1)? })
    })?;
    rows.collect()
}

pub(crate) fn find(conn: &Connection, id: &MerchantId) -> Result<Option<Merchant>, StoreError> {
    let mut statement = conn.prepare_cached(ONE)?;
    let name = statement.query_row([id.as_str()], |row| row.get(0)).optional()?;
    Ok(name.map(|name| Merchant { id: id.clone(), name }))
}

pub(crate) fn account(conn: &Connection, key: &SealingKey, id: &str) -> Result<Option<Account>, StoreError> {
    let mut statement = conn.prepare_cached(ACCOUNT)?;
    let mut rows = statement.query([id])?;
    rows.next()?.map(|row| read(row, key)).transpose()
}

/// The first account at a carrier after this id.
pub(crate) fn account_after(
    conn: &Connection,
    key: &SealingKey,
    carrier: &str,
    after: &str,
) -> Result<Option<Account>, StoreError> {
    let mut statement = conn.prepare_cached(ACCOUNT_AFTER)?;
    let mut rows = statement.query([carrier, after])?;
    rows.next()?.map(|row| read(row, key)).transpose()
}

pub(crate) fn accounts_of(
    conn: &Connection,
    key: &SealingKey,
    merchant: &MerchantId,
) -> Result<Vec<Account>, StoreError> {
    let mut statement = conn.prepare_cached(ACCOUNTS)?;
    let rows = statement.query_and_then([merchant.as_str()], |row| read(row, key))?;
    rows.collect()
}

fn read(row: &Row<'_>, key: &SealingKey) -> Result<Account, StoreError> {
    let (id, sealed): (String, Vec<u8>) = (row.get(0)?, row.get(3)?);
    let opened = key.unseal(&sealed, &id)?;
    let secrets: Secrets = serde_json::from_slice(&opened).map_err(|_| StoreError::Damaged { what: "account" })?;
    Ok(Account {
        merchant: parse(&row.get::<_, String>(1)?, "merchant")?,
        carrier: row.get(2)?,
        login: secrets.login,
        okapi_key: secrets.okapi_key,
        id,
    })
}
