//! The memory of tracking: the last thing that was said about each parcel, so that something can be shown in the dark; and
//! the parcels that are to be looked for.

use crate::{AccountId, StoreError, codes::Coded, rows::parse, search, writing::Writing};
use clock::Time;
use dispatch::State;
use parcel::{MerchantId, ParcelNumber, ShipmentId};
use rusqlite::{Connection, OptionalExtension, params};

const REMEMBER: &str = "INSERT INTO tracking (merchant, id, json, at) VALUES (?1, ?2, ?3, ?4) \
    ON CONFLICT (merchant, id) DO UPDATE SET json = excluded.json, at = excluded.at WHERE excluded.at >= at";
const LAST: &str = "SELECT json, at FROM tracking WHERE merchant = ?1 AND id = ?2";
const OUT_OF_HOME: &str = "SELECT id, account, number FROM intents INDEXED BY intents_out_of_home \
    WHERE state = 3 AND pickup_point IS NOT NULL AND id >= ?1 AND id > ?2 AND released AND mismatch IS NULL \
    AND number IS NOT NULL ORDER BY id LIMIT ?3";

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

/// A parcel to a pickup point whose label was handed out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutOfHome {
    /// The shipment.
    pub id: ShipmentId,
    /// Under which account.
    pub account: AccountId,
    /// The parcel's number.
    pub number: ParcelNumber,
}

/// Up to `limit` parcels to pickup points that were asked for since, after this one, of which no mismatch is known.
pub(crate) fn out_of_home(
    conn: &Connection,
    since: Time,
    after: Option<ShipmentId>,
    limit: usize,
) -> Result<Vec<OutOfHome>, StoreError> {
    let mut statement = conn.prepare_cached(OUT_OF_HOME)?;
    let after = after.map_or([0; 16], |id| *id.as_bytes());
    let values = params![search::first_id(since), after, i64::try_from(limit).unwrap_or(i64::MAX)];
    let rows = statement.query_and_then(values, |row| {
        let number = parse(&row.get::<_, String>(2)?, "number")?;
        Ok(OutOfHome { id: ShipmentId::from_bytes(row.get(0)?), account: row.get(1)?, number })
    })?;
    rows.collect()
}

// The code that stands in the question above.
const _: () = assert!(matches!(State::ALL[3], State::Confirmed));
