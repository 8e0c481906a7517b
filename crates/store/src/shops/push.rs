//! The outbox to the shops: which numbers each is to be told, taken by one who tells at a time, and how it ended. A number
//! stays due until the shop has it.

use super::{DuePush, OrderStep, PushEnd, Pushing, ShopCounts, ShopWork, StoredOrder, book, link, order};
use crate::{StoreError, codes::Coded, rows::unsigned, writing::Writing};
use clock::Time;
use parcel::ParcelNumber;
use rusqlite::{Connection, params};
use std::{collections::BTreeMap, time::Duration};

/// For how long a number is taken by who tells it: longer than any call takes.
const LEASE: Duration = Duration::from_secs(5 * 60);

const DUE: &str = "WHERE shop = ?1 AND push_at <= ?2 AND our_number IS NOT NULL ORDER BY push_at LIMIT ?3";
const IS_DUE: &str = "SELECT 1 FROM shop_orders WHERE shop = ?1 AND push_at <= ?2";
const WORK: &str = "SELECT id, EXISTS (SELECT 1 FROM shop_orders WHERE shop = s.id AND look_at IS NOT NULL), \
    EXISTS (SELECT 1 FROM shop_asks WHERE shop = s.id), \
    (SELECT min(push_at) FROM shop_orders WHERE shop = s.id AND push_at IS NOT NULL) FROM shops s ORDER BY id";
const NEXT: &str = "SELECT min(push_at) FROM shop_orders WHERE shop = ?1 AND push_at IS NOT NULL";
const STEPS: &str = "SELECT s.id, t.step, t.count FROM shops s LEFT JOIN shop_tally t ON t.shop = s.id ORDER BY s.id";
const UNTOLD: &str = "SELECT count(*) FROM shop_orders WHERE shop = ?1 AND push_at IS NOT NULL";
const UNREAD: &str = "SELECT count(*) FROM shop_unread WHERE shop = ?1";

/// Takes up to `limit` numbers that the shop is to be told now, the longest due first.
pub(crate) fn take(writing: &mut Writing<'_>, shop: &str, now: Time, limit: u32) -> Result<Vec<DuePush>, StoreError> {
    let sql = format!("{}{DUE}", order::SELECT);
    let mut due = Vec::new();
    for mut found in order::several(writing.conn, &sql, params![shop, now.unix_ms(), limit])? {
        let (Some(parcel_number), Some(push)) = (found.our_number, found.push.as_mut()) else { continue };
        due.push(DuePush {
            order: found.id.clone(),
            order_id: found.order_id.clone(),
            parcel_number,
            attempts: push.attempts,
            replaces: found.told_number.filter(|told| Some(*told) != found.our_number),
        });
        // An attempt that is never settled, because the process ends, may have done.
        (push.due_at, push.error) = (now.plus(LEASE), None);
        push.attempts += 1;
        order::put(writing.conn, &found, None)?;
    }
    Ok(due)
}

/// Every shop with what there is to do for it.
pub(crate) fn work(conn: &Connection) -> Result<Vec<ShopWork>, StoreError> {
    let moment = conn.unchecked_transaction()?;
    let mut statement = moment.prepare_cached(WORK)?;
    let rows = statement.query_and_then([], |row| {
        let id: String = row.get(0)?;
        let push_at: Option<i64> = row.get(3)?;
        let shop = book::there(&moment, &id)?;
        Ok(ShopWork { shop, look: row.get(1)?, ask: row.get(2)?, push_at: push_at.map(Time::from_unix_ms) })
    })?;
    rows.collect()
}

/// Whether there is a number that the shop is to be told now.
pub(crate) fn is_due(conn: &Connection, shop: &str, now: Time) -> Result<bool, StoreError> {
    Ok(conn.prepare_cached(IS_DUE)?.exists(params![shop, now.unix_ms()])?)
}

/// When the next number is due, or due again.
pub(crate) fn next_due(conn: &Connection, shop: &str) -> Result<Option<Time>, StoreError> {
    let at: Option<i64> = conn.prepare_cached(NEXT)?.query_row([shop], |row| row.get(0))?;
    Ok(at.map(Time::from_unix_ms))
}

/// Writes down how telling this number ended, unless the order has another number meanwhile.
pub(crate) fn settle(
    writing: &mut Writing<'_>,
    id: &str,
    told: ParcelNumber,
    end: PushEnd,
    at: Time,
) -> Result<(), StoreError> {
    let mut found = link::there(writing.conn, id)?;
    if found.our_number != Some(told) {
        return Ok(());
    }
    let attempts = found.push.as_ref().map_or(0, |push| push.attempts);
    let again = |due_at, why| Some(Pushing { due_at, attempts, error: Some(why) });
    match end {
        PushEnd::Told => {
            (found.told_number, found.told_at, found.push) = (Some(told), Some(at), None);
            found.shop_number = Some(told.to_string());
            judge(writing.conn, &mut found)?;
        }
        PushEnd::Again { at, why } => found.push = again(at, why),
        PushEnd::Refused { at, why } => {
            (found.step, found.why) = (OrderStep::Person, Some(format!("the shop does not take the number: {why}")));
            found.push = again(at, why);
        }
    }
    order::put(writing.conn, &found, None)
}

/// Has the shop told once more, because it turned out not to have the number.
pub(crate) fn again(writing: &mut Writing<'_>, id: &str, at: Time) -> Result<(), StoreError> {
    let mut found = link::there(writing.conn, id)?;
    // One that was tried and has no error is being told just now.
    let is_told_now = found.push.as_ref().is_some_and(|push| push.attempts > 0 && push.error.is_none());
    if found.our_number.is_some() && !is_told_now {
        (found.told_at, found.push) = (None, Some(Pushing { due_at: at, attempts: 0, error: None }));
        judge(writing.conn, &mut found)?;
        order::put(writing.conn, &found, Some(at))?;
        writing.shops = true;
    }
    Ok(())
}

fn judge(conn: &Connection, order: &mut StoredOrder) -> Result<(), StoreError> {
    let on_order = book::one(conn, &order.shop)?.map_or(super::OnOrder::Keep, |shop| shop.on_order);
    link::judge(conn, order, on_order)
}

/// How much there is of each shop.
pub(crate) fn counts(conn: &Connection) -> Result<Vec<ShopCounts>, StoreError> {
    let moment = conn.unchecked_transaction()?;
    let mut all: BTreeMap<String, Vec<(OrderStep, u64)>> = BTreeMap::new();
    let mut statement = moment.prepare_cached(STEPS)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let steps = all.entry(row.get(0)?).or_default();
        if let (Some(step), Some(count)) = (row.get::<_, Option<i64>>(1)?, row.get::<_, Option<i64>>(2)?) {
            steps.push((OrderStep::from_code(step)?, unsigned(count)));
        }
    }
    let count = |sql, shop: &str| -> Result<u64, StoreError> {
        Ok(moment.prepare_cached(sql)?.query_row([shop], |row| row.get(0).map(unsigned))?)
    };
    let each = all.into_iter().map(|(shop, steps)| {
        Ok(ShopCounts { untold: count(UNTOLD, &shop)?, unread: count(UNREAD, &shop)?, steps, shop })
    });
    each.collect()
}
