//! The shops themselves: added, changed, read, and how far each was read.

use super::{NewShop, OnOrder, OrderStep, Shop, ShopSecrets, Standing};
use crate::{SealingKey, StoreError, codes::Coded, rows::parse, writing::Writing};
use clock::Time;
use parcel::MerchantId;
use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, merchant, account, platform, url, on_order, settings, added_at, read_to, cursor, polled_at, \
             watched_at, heard_at, failing_since, failure FROM shops ",
            $rest
        )
    };
}

const ALL: &str = select!("ORDER BY id");
const ONE: &str = select!("WHERE id = ?1");
const SEALED: &str = "SELECT sealed FROM shops WHERE id = ?1";
const ACCOUNT_IS: &str = "SELECT 1 FROM accounts WHERE id = ?1 AND merchant = ?2";
// What was read stays read when a shop is changed.
const PUT: &str = "INSERT INTO shops (id, merchant, account, platform, url, sealed, on_order, settings, added_at, \
    read_to) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT (id) DO UPDATE SET \
    account = excluded.account, platform = excluded.platform, url = excluded.url, sealed = excluded.sealed, \
    on_order = excluded.on_order, settings = excluded.settings, watched_at = NULL, failing_since = NULL, failure = NULL";
const DROP: &str = "DELETE FROM shops WHERE id = ?1";
const DROP_WORK: &str = "UPDATE shop_orders SET look_at = NULL, push_at = NULL WHERE shop = ?1 \
    AND (look_at IS NOT NULL OR push_at IS NOT NULL)";
/// Orders of which no label could be made may be of use under other settings.
const LOOK_AGAIN: &str = "UPDATE shop_orders SET step = ?3, why = NULL, look_at = ?2 WHERE shop = ?1 AND step = ?4 \
    AND status = ?5 AND shipment IS NULL AND shipped_print IS NULL AND shop_number IS NULL AND json IS NOT NULL";
const READ: &str = "UPDATE shops SET read_to = ?2, cursor = ?3 WHERE id = ?1";
const POLLED: &str = "UPDATE shops SET polled_at = ?2 WHERE id = ?1";
const WELL: &str = "UPDATE shops SET failing_since = NULL, failure = NULL WHERE id = ?1";
const WATCHED: &str = "UPDATE shops SET watched_at = ?2 WHERE id = ?1";
const FAILED: &str = "UPDATE shops SET failing_since = coalesce(failing_since, ?2), failure = ?3 WHERE id = ?1";

#[derive(Serialize, Deserialize)]
struct Sealed {
    credentials: String,
    webhook: Option<String>,
}

/// Adds a shop, or changes the one with its id, if that is this merchant's: orders of which no label could be made are then
/// looked at again.
pub(crate) fn put(writing: &mut Writing<'_>, new: &NewShop) -> Result<(), StoreError> {
    let conn = writing.conn;
    if !conn.prepare_cached(ACCOUNT_IS)?.exists(params![new.account, new.merchant.as_str()])? {
        return Err(StoreError::NoAccount(new.account.clone()));
    }
    if one(conn, &new.id)?.is_some_and(|there| there.merchant != new.merchant) {
        return Err(StoreError::ShopTaken(new.id.clone()));
    }
    let sealed = Sealed { credentials: new.secrets.credentials.clone(), webhook: new.secrets.webhook.clone() };
    let text = serde_json::to_vec(&sealed).map(Zeroizing::new);
    let text = text.map_err(|_| StoreError::Misused("secrets that are not JSON"))?;
    let sealed = writing.key.seal(&text, &owner(&new.id))?;
    conn.prepare_cached(PUT)?.execute(params![
        new.id,
        new.merchant.as_str(),
        new.account,
        new.platform,
        new.url,
        sealed,
        new.on_order.code(),
        new.settings,
        new.at.unix_ms(),
        new.read_from.unix_ms(),
    ])?;
    if new.on_order == OnOrder::Label {
        let (new_step, person, to_ship) = (OrderStep::New.code(), OrderStep::Person.code(), Standing::ToShip.code());
        let values = params![new.id, new.at.unix_ms(), new_step, person, to_ship];
        conn.prepare_cached(LOOK_AGAIN)?.execute(values)?;
        writing.shops = true;
    }
    Ok(())
}

/// Takes a shop away with its secrets; its orders stay until they are past their time. False when there is none.
pub(crate) fn drop_one(writing: &mut Writing<'_>, id: &str) -> Result<bool, StoreError> {
    let dropped = writing.conn.prepare_cached(DROP)?.execute([id])? == 1;
    if dropped {
        writing.conn.prepare_cached(DROP_WORK)?.execute([id])?;
    }
    Ok(dropped)
}

pub(crate) fn all(conn: &Connection) -> Result<Vec<Shop>, StoreError> {
    let mut statement = conn.prepare_cached(ALL)?;
    let rows = statement.query_and_then([], read)?;
    rows.collect()
}

pub(crate) fn one(conn: &Connection, id: &str) -> Result<Option<Shop>, StoreError> {
    let mut statement = conn.prepare_cached(ONE)?;
    let mut rows = statement.query([id])?;
    rows.next()?.map(read).transpose()
}

/// The shop, or the refusal of one that is not there.
pub(crate) fn there(conn: &Connection, id: &str) -> Result<Shop, StoreError> {
    one(conn, id)?.ok_or_else(|| StoreError::NoShop(id.to_owned()))
}

fn read(row: &Row<'_>) -> Result<Shop, StoreError> {
    let time = |place| row.get::<_, Option<i64>>(place).map(|at| at.map(Time::from_unix_ms));
    let (since, failure) = (time(13)?, row.get::<_, Option<String>>(14)?);
    Ok(Shop {
        id: row.get(0)?,
        merchant: parse::<MerchantId>(&row.get::<_, String>(1)?, "merchant")?,
        account: row.get(2)?,
        platform: row.get(3)?,
        url: row.get(4)?,
        on_order: OnOrder::from_code(row.get(5)?)?,
        settings: row.get(6)?,
        added_at: Time::from_unix_ms(row.get(7)?),
        read_to: Time::from_unix_ms(row.get(8)?),
        cursor: row.get(9)?,
        polled_at: time(10)?,
        watched_at: time(11)?,
        heard_at: time(12)?,
        failing: since.zip(failure),
    })
}

pub(crate) fn secrets(conn: &Connection, key: &SealingKey, id: &str) -> Result<Option<ShopSecrets>, StoreError> {
    let mut statement = conn.prepare_cached(SEALED)?;
    let mut rows = statement.query([id])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let opened = key.unseal(&row.get::<_, Vec<u8>>(0)?, &owner(id))?;
    let Sealed { credentials, webhook } =
        serde_json::from_slice(&opened).map_err(|_| StoreError::Damaged { what: "shop" })?;
    Ok(Some(ShopSecrets { credentials, webhook }))
}

/// What the sealed text is bound to: nothing else has such an id.
fn owner(shop: &str) -> String {
    format!("shop {shop}")
}

/// Every change up to this moment of the shop's clock was read; the next poll begins at this cursor.
pub(crate) fn read_to(writing: &mut Writing<'_>, id: &str, to: Time, cursor: &str) -> Result<(), StoreError> {
    writing.conn.prepare_cached(READ)?.execute(params![id, to.unix_ms(), cursor])?;
    Ok(())
}

/// The shop was read to its end.
pub(crate) fn polled(writing: &mut Writing<'_>, id: &str, at: Time) -> Result<(), StoreError> {
    writing.conn.prepare_cached(POLLED)?.execute(params![id, at.unix_ms()])?;
    Ok(())
}

/// Its subscriptions are in order.
pub(crate) fn watched(writing: &mut Writing<'_>, id: &str, at: Time) -> Result<(), StoreError> {
    writing.conn.prepare_cached(WATCHED)?.execute(params![id, at.unix_ms()])?;
    Ok(())
}

/// It answers as it should again.
pub(crate) fn well(writing: &mut Writing<'_>, id: &str) -> Result<(), StoreError> {
    writing.conn.prepare_cached(WELL)?.execute([id])?;
    Ok(())
}

/// It did not answer as it should.
pub(crate) fn failed(writing: &mut Writing<'_>, id: &str, why: &str, at: Time) -> Result<(), StoreError> {
    writing.conn.prepare_cached(FAILED)?.execute(params![id, at.unix_ms(), why])?;
    Ok(())
}
