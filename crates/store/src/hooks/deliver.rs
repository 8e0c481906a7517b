//! Deliveries: what is due, what came of it, what is kept for a while to be looked at.

use super::{
    Attempt, Delivery, DeliveryState, DueDelivery, HookCounts, HookEvent, Settled, endpoints, fact_no, secrets::Secrets,
};
use crate::{IntentView, SealingKey, StoreError, codes::Coded, reads, rows, writing::Writing};
use clock::Time;
use dispatch::Stamped;
use parcel::ShipmentId;
use rusqlite::{Connection, OptionalExtension, Row, params};

/// Why an endpoint is paused whose receiver said 410.
const GONE: &str = "the receiver answered 410 Gone: it wants no more";
/// Why an endpoint is paused that took nothing until the last attempt.
const EXHAUSTED: &str = "nothing got through until the last attempt";
/// Rows that are cleared away in one go, at most.
const CLEARED_COUNT_MAX: u32 = 500;

const ENABLED: &str = "SELECT id, url, sealed FROM hooks WHERE state = 0 ORDER BY id";
const DUE: &str = "SELECT seq, intent, event, attempts FROM deliveries WHERE hook = ?1 AND due_at <= ?2 \
    ORDER BY due_at, seq LIMIT ?3";
const NEXT_DUE: &str = "SELECT min((SELECT min(due_at) FROM deliveries WHERE hook = hooks.id AND due_at > ?1)) \
    FROM hooks WHERE state = 0";
const TRIED: &str = "UPDATE deliveries SET attempts = attempts + 1, tried_at = ?3, status = ?4, failure = ?5, \
    state = ?6, due_at = ?7 WHERE hook = ?1 AND seq = ?2 AND due_at IS NOT NULL";
const GOT_THROUGH: &str = "UPDATE hooks SET delivered_at = ?2 WHERE id = ?1";
const OTHERS_GOT_THROUGH: &str = "SELECT h.delivered_at > d.since FROM deliveries d JOIN hooks h ON h.id = d.hook \
    WHERE d.hook = ?1 AND d.seq = ?2";
const LIST: &str = "SELECT d.seq, d.intent, d.event, (SELECT at FROM facts WHERE seq = d.seq), d.state, d.attempts, \
    d.due_at, d.tried_at, d.status, d.failure FROM deliveries d \
    WHERE d.hook = ?1 AND d.seq < ?2 AND (?3 IS NULL OR d.state = ?3) ORDER BY d.seq DESC LIMIT ?4";
const CLEAR_OLD: &str = "DELETE FROM deliveries WHERE (hook, seq) IN \
    (SELECT hook, seq FROM deliveries WHERE due_at IS NULL AND tried_at < ?1 LIMIT ?2)";
const CLEAR_DROPPED: &str = "DELETE FROM deliveries WHERE (hook, seq) IN \
    (SELECT d.hook, d.seq FROM hooks h JOIN deliveries d ON d.hook = h.id WHERE h.state = 2 LIMIT ?1)";
const CLEAR_HOOKS: &str =
    "DELETE FROM hooks WHERE state = 2 AND NOT EXISTS (SELECT 1 FROM deliveries WHERE hook = hooks.id)";
const COUNTS: &str = "SELECT count(*) FILTER (WHERE state = 0), count(*) FILTER (WHERE state = 1), \
    (SELECT count(*) FROM deliveries WHERE due_at IS NOT NULL), \
    (SELECT coalesce(max(seq), 0) FROM facts) - min(place) FILTER (WHERE state = 0) FROM hooks";

/// An endpoint that is sent to.
struct Endpoint {
    id: String,
    url: String,
    secrets: Vec<String>,
}

/// Up to `each` messages to every endpoint that are due, the longest due first.
pub(crate) fn due(conn: &Connection, key: &SealingKey, now: Time, each: u32) -> Result<Vec<DueDelivery>, StoreError> {
    let moment = conn.unchecked_transaction()?;
    let mut due = Vec::new();
    for endpoint in enabled(&moment, key, now)? {
        due_to(&moment, &endpoint, now, each, &mut due)?;
    }
    Ok(due)
}

fn enabled(conn: &Connection, key: &SealingKey, now: Time) -> Result<Vec<Endpoint>, StoreError> {
    let mut statement = conn.prepare_cached(ENABLED)?;
    let rows = statement.query_and_then([], |row| {
        let (id, sealed): (String, Vec<u8>) = (row.get(0)?, row.get(2)?);
        let secrets = Secrets::open(&sealed, key, &id)?.good(now);
        Ok(Endpoint { id, url: row.get(1)?, secrets })
    })?;
    rows.collect()
}

fn due_to(
    conn: &Connection,
    endpoint: &Endpoint,
    now: Time,
    each: u32,
    due: &mut Vec<DueDelivery>,
) -> Result<(), StoreError> {
    let mut statement = conn.prepare_cached(DUE)?;
    let mut rows = statement.query(params![endpoint.id, now.unix_ms(), each])?;
    while let Some(row) = rows.next()? {
        let (seq, id) = (fact_no(row.get(0)?)?, ShipmentId::from_bytes(row.get(1)?));
        due.push(DueDelivery {
            hook: endpoint.id.clone(),
            url: endpoint.url.clone(),
            secrets: endpoint.secrets.clone(),
            seq,
            event: HookEvent::from_code(row.get(2)?)?,
            attempts: row.get(3)?,
            told: told(conn, seq, id)?,
        });
    }
    Ok(())
}

/// The fact and where its shipment stands.
fn told(conn: &Connection, seq: u64, id: ShipmentId) -> Result<Option<(Stamped, IntentView)>, StoreError> {
    let fact = reads::facts_from(conn, seq, 1)?.pop().filter(|(of, fact)| *of == id && fact.seq == seq);
    let view = rows::find(conn, id)?.map(|row| row.view);
    Ok(fact.map(|(_, fact)| fact).zip(view))
}

/// When the next message is due that is not due yet.
pub(crate) fn next_due(conn: &Connection, now: Time) -> Result<Option<Time>, StoreError> {
    let due: Option<i64> = conn.prepare_cached(NEXT_DUE)?.query_row([now.unix_ms()], |row| row.get(0))?;
    Ok(due.map(Time::from_unix_ms))
}

/// Writes down an attempt and how it ended; true when the endpoint was paused for it.
pub(crate) fn settle(writing: &mut Writing<'_>, attempt: &Attempt) -> Result<bool, StoreError> {
    let conn = writing.conn;
    let (state, due_at, pause) = match attempt.settled {
        Settled::Delivered => (DeliveryState::Delivered, None, None),
        Settled::Again(at) => (DeliveryState::Pending, Some(at), None),
        Settled::Gone => (DeliveryState::Pending, Some(attempt.at), Some(GONE)),
        Settled::Exhausted if !others_got_through(conn, attempt)? => {
            (DeliveryState::Pending, Some(attempt.at), Some(EXHAUSTED))
        }
        Settled::Exhausted | Settled::Lost => (DeliveryState::Failed, None, None),
    };
    let values = params![
        attempt.hook,
        fact_place(attempt.seq),
        attempt.at.unix_ms(),
        attempt.status,
        attempt.failure,
        state.code(),
        due_at.map(Time::unix_ms),
    ];
    let there = conn.prepare_cached(TRIED)?.execute(values)? == 1;
    if there && state == DeliveryState::Delivered {
        conn.prepare_cached(GOT_THROUGH)?.execute(params![attempt.hook, attempt.at.unix_ms()])?;
    }
    match pause {
        Some(reason) if there => endpoints::pause_enabled(conn, &attempt.hook, reason),
        _ => Ok(false),
    }
}

fn others_got_through(conn: &Connection, attempt: &Attempt) -> Result<bool, StoreError> {
    let mut statement = conn.prepare_cached(OTHERS_GOT_THROUGH)?;
    let through: Option<Option<bool>> =
        statement.query_row(params![attempt.hook, fact_place(attempt.seq)], |row| row.get(0)).optional()?;
    Ok(through.flatten().unwrap_or(false))
}

/// Up to `limit` of an endpoint's messages of facts before this one, the newest first.
pub(crate) fn list(
    conn: &Connection,
    hook: &str,
    state: Option<DeliveryState>,
    before: Option<u64>,
    limit: u32,
) -> Result<Vec<Delivery>, StoreError> {
    let mut statement = conn.prepare_cached(LIST)?;
    let before = before.map_or(i64::MAX, fact_place);
    let rows = statement.query_and_then(params![hook, before, state.map(Coded::code), limit], read)?;
    rows.collect()
}

fn read(row: &Row<'_>) -> Result<Delivery, StoreError> {
    let time = |place| row.get::<_, Option<i64>>(place).map(|at| at.map(Time::from_unix_ms));
    Ok(Delivery {
        seq: fact_no(row.get(0)?)?,
        intent: ShipmentId::from_bytes(row.get(1)?),
        event: HookEvent::from_code(row.get(2)?)?,
        at: time(3)?,
        state: DeliveryState::from_code(row.get(4)?)?,
        attempts: row.get(5)?,
        due_at: time(6)?,
        tried_at: time(7)?,
        status: row.get(8)?,
        failure: row.get(9)?,
    })
}

/// Clears away what was settled before this, and what belongs to endpoints that were dropped. A few rows at a time, so
/// that nobody waits for it: gives how many, and is to be called again while it gives any.
pub(crate) fn clear(writing: &mut Writing<'_>, before: Time) -> Result<usize, StoreError> {
    let conn = writing.conn;
    let old = conn.prepare_cached(CLEAR_OLD)?.execute(params![before.unix_ms(), CLEARED_COUNT_MAX])?;
    let dropped = conn.prepare_cached(CLEAR_DROPPED)?.execute([CLEARED_COUNT_MAX])?;
    conn.prepare_cached(CLEAR_HOOKS)?.execute([])?;
    Ok(old + dropped)
}

pub(crate) fn counts(conn: &Connection) -> Result<HookCounts, StoreError> {
    let unsigned = |n: Option<i64>| u64::try_from(n.unwrap_or(0)).unwrap_or_default();
    let count = |row: &Row<'_>| {
        let at = |place| row.get(place).map(unsigned);
        Ok(HookCounts { enabled: at(0)?, paused: at(1)?, pending: at(2)?, behind: at(3)? })
    };
    Ok(conn.prepare_cached(COUNTS)?.query_row([], count)?)
}

fn fact_place(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}
