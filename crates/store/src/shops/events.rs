//! Webhooks that came: each counts once, by the platform's own id of the event, and none is lost because it could not
//! be read.

use super::{Came, Heard, ShopEvent, Unread, book, fold};
use crate::{StoreError, writing::Writing};
use clock::Time;
use rusqlite::{Connection, params};

const NOTE: &str = "INSERT INTO shop_events (shop, event, at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
const HEARD: &str = "UPDATE shops SET heard_at = ?2 WHERE id = ?1 AND (heard_at IS NULL OR heard_at < ?2)";
const KEEP_UNREAD: &str = "INSERT INTO shop_unread (shop, event, at, order_id, why, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
    ON CONFLICT DO NOTHING";
const UNREAD: &str = "SELECT shop, event, at, order_id, why FROM shop_unread ORDER BY at LIMIT ?1";
const UNREAD_BODY: &str = "SELECT body FROM shop_unread WHERE shop = ?1 AND event = ?2";
const ASK: &str = "INSERT INTO shop_asks (shop, order_id, at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
const TO_ASK: &str = "SELECT order_id FROM shop_asks WHERE shop = ?1 ORDER BY at LIMIT ?2";
const CLEAR: &str =
    "DELETE FROM shop_events WHERE (shop, event) IN (SELECT shop, event FROM shop_events WHERE at < ?1 LIMIT ?2)";
/// Rows that are cleared away in one go, at most.
const CLEARED_COUNT_MAX: u32 = 500;

/// Takes a webhook in, with all that follows from it.
pub(crate) fn take(writing: &mut Writing<'_>, event: ShopEvent) -> Result<Heard, StoreError> {
    let conn = writing.conn;
    let shop = book::there(conn, &event.shop)?;
    let at_ms = event.at.unix_ms();
    conn.prepare_cached(HEARD)?.execute(params![event.shop, at_ms])?;
    if conn.prepare_cached(NOTE)?.execute(params![event.shop, event.event, at_ms])? == 0 {
        return Ok(Heard::Replayed);
    }
    match event.what {
        Came::Order(seen) => Ok(Heard::Folded(fold::fold(writing, &shop, *seen, false, event.at)?)),
        Came::Deleted { order_id } => {
            let known = fold::gone(writing, &shop, &order_id, event.at)?;
            Ok(if known { Heard::Folded(super::Folded::Newer) } else { Heard::Nothing })
        }
        Came::Nothing => Ok(Heard::Nothing),
        Came::Unread { order_id, why, body } => {
            if let Some(order_id) = &order_id {
                ask(writing, &event.shop, order_id, event.at)?;
            }
            let values = params![event.shop, event.event, at_ms, order_id, why, body];
            conn.prepare_cached(KEEP_UNREAD)?.execute(values)?;
            Ok(Heard::Unread)
        }
    }
}

/// Has an order asked for.
pub(crate) fn ask(writing: &mut Writing<'_>, shop: &str, order_id: &str, at: Time) -> Result<(), StoreError> {
    writing.conn.prepare_cached(ASK)?.execute(params![shop, order_id, at.unix_ms()])?;
    writing.shops = true;
    Ok(())
}

/// Up to `limit` orders of a shop that are to be asked for, by the platform's ids.
pub(crate) fn to_ask(conn: &Connection, shop: &str, limit: u32) -> Result<Vec<String>, StoreError> {
    let mut statement = conn.prepare_cached(TO_ASK)?;
    let rows = statement.query_map(params![shop, limit], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The shop was asked for an order and has said what cannot be read, or nothing: it is not asked again for this.
pub(crate) fn asked(writing: &mut Writing<'_>, shop: &str, order_id: &str) -> Result<(), StoreError> {
    writing
        .conn
        .prepare_cached("DELETE FROM shop_asks WHERE shop = ?1 AND order_id = ?2")?
        .execute([shop, order_id])?;
    Ok(())
}

/// Up to `limit` webhooks that could not be read, the oldest first.
pub(crate) fn unread(conn: &Connection, limit: u32) -> Result<Vec<Unread>, StoreError> {
    let mut statement = conn.prepare_cached(UNREAD)?;
    let rows = statement.query_and_then([limit], |row| {
        let at = Time::from_unix_ms(row.get(2)?);
        Ok(Unread { shop: row.get(0)?, event: row.get(1)?, at, order_id: row.get(3)?, why: row.get(4)? })
    })?;
    rows.collect()
}

/// What came with a webhook that could not be read.
pub(crate) fn unread_body(conn: &Connection, shop: &str, event: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let mut statement = conn.prepare_cached(UNREAD_BODY)?;
    let mut rows = statement.query([shop, event])?;
    rows.next()?.map(|row| Ok(row.get(0)?)).transpose()
}

/// Forgets some events that came before this: to be called again while it gives more than nothing.
pub(crate) fn clear(writing: &mut Writing<'_>, before: Time) -> Result<usize, StoreError> {
    Ok(writing.conn.prepare_cached(CLEAR)?.execute(params![before.unix_ms(), CLEARED_COUNT_MAX])?)
}
