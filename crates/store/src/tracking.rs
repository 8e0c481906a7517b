//! The memory of tracking: the last thing that was said about each parcel, so that something can be shown in the dark.

use crate::{StoreError, writing::Writing};
use clock::Time;
use parcel::MerchantId;
use rusqlite::{Connection, OptionalExtension, params};

const REMEMBER: &str = "INSERT INTO tracking (merchant, id, json, at) VALUES (?1, ?2, ?3, ?4) \
    ON CONFLICT (merchant, id) DO UPDATE SET json = excluded.json, at = excluded.at WHERE excluded.at >= at";
const LAST: &str = "SELECT json, at FROM tracking WHERE merchant = ?1 AND id = ?2";

/// Keeps what was said, unless something later is kept already.
pub(crate) fn remember(
    writing: &mut Writing<'_>,
    merchant: &MerchantId,
    id: &str,
    json: &str,
    at: Time,
) -> Result<(), StoreError> {
    writing.conn.prepare_cached(REMEMBER)?.execute(params![merchant.as_str(), id, json, at.unix_ms()])?;
    Ok(())
}

/// What was last said, and when.
pub(crate) fn last(conn: &Connection, merchant: &MerchantId, id: &str) -> Result<Option<(String, Time)>, StoreError> {
    let mut statement = conn.prepare_cached(LAST)?;
    let found = statement.query_row([merchant.as_str(), id], |row| Ok((row.get(0)?, Time::from_unix_ms(row.get(1)?))));
    Ok(found.optional()?)
}
