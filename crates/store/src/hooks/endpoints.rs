//! Endpoints: added, read, changed, dropped.

use super::{HOOKS_COUNT_MAX, Hook, HookChange, HookEvents, HookState, JournalPoint, NewHook, secrets::Secrets};
use crate::{SealingKey, StoreError, codes::Coded, rows::parse, writing::Writing};
use clock::Time;
use parcel::MerchantId;
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::time::Duration;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, merchant, url, events, state, reason, created_at, delivered_at, again_from IS NOT NULL, \
             (SELECT count(*) FROM deliveries WHERE hook = h.id AND due_at IS NOT NULL) FROM hooks h WHERE state < 2 ",
            $rest
        )
    };
}

const OF_MERCHANT: &str = select!("AND merchant = ?1 ORDER BY created_at, id");
const ONE: &str = select!("AND merchant = ?1 AND id = ?2");
const COUNT: &str = "SELECT count(*) FROM hooks WHERE merchant = ?1 AND state < 2";
const INSERT: &str = "INSERT INTO hooks (id, merchant, url, events, sealed, state, created_at, place) \
    VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6, (SELECT coalesce(max(seq), 0) FROM facts))";
const SET_URL: &str = "UPDATE hooks SET url = ?2 WHERE id = ?1";
const SET_EVENTS: &str = "UPDATE hooks SET events = ?2 WHERE id = ?1";
const SET_STATE: &str = "UPDATE hooks SET state = ?2, reason = ?3 WHERE id = ?1";
const PAUSE: &str = "UPDATE hooks SET state = ?2, reason = ?3 WHERE id = ?1 AND state = 0";
const SET_SECRETS: &str = "UPDATE hooks SET sealed = ?2 WHERE id = ?1";
const SEALED: &str = "SELECT sealed FROM hooks WHERE id = ?1";
/// A replay that is under way is made wider: what is told twice does no harm, what is not told does.
const SET_AGAIN: &str = "UPDATE hooks SET again_from = min(coalesce(again_from, ?2), ?2), \
    again_to = max(coalesce(again_to, ?3), ?3) WHERE id = ?1";
const RESUME: &str =
    "UPDATE deliveries SET due_at = ?2, since = ?2, attempts = 0 WHERE hook = ?1 AND due_at IS NOT NULL";
const FIRST_FROM: &str = "SELECT seq, at FROM facts WHERE seq >= ?1 ORDER BY seq LIMIT 1";
const LAST: &str = "SELECT coalesce(max(seq), 0) FROM facts";

/// Facts are stamped a little before they are written, and not quite in order: what is taken besides on each side.
const MOMENT_MARGIN: Duration = Duration::from_secs(60);

/// Why an endpoint is paused that its owner paused.
const PAUSED_BY_OWNER: &str = "paused through the API";

pub(crate) fn add(writing: &mut Writing<'_>, new: &NewHook) -> Result<Hook, StoreError> {
    let conn = writing.conn;
    let there: i64 = conn.prepare_cached(COUNT)?.query_row([new.merchant.as_str()], |row| row.get(0))?;
    if there >= HOOKS_COUNT_MAX {
        return Err(StoreError::TooManyHooks(HOOKS_COUNT_MAX));
    }
    let sealed = Secrets::new(new.secret.clone()).seal(writing.key, &new.id)?;
    let events = new.events.map(HookEvents::bits);
    let values = params![new.id, new.merchant.as_str(), new.url, events, sealed, new.at.unix_ms()];
    conn.prepare_cached(INSERT)?.execute(values)?;
    one(conn, &new.merchant, &new.id)?.ok_or(StoreError::Damaged { what: "hook" })
}

pub(crate) fn of_merchant(conn: &Connection, merchant: &MerchantId) -> Result<Vec<Hook>, StoreError> {
    let mut statement = conn.prepare_cached(OF_MERCHANT)?;
    let rows = statement.query_and_then([merchant.as_str()], read)?;
    rows.collect()
}

pub(crate) fn one(conn: &Connection, merchant: &MerchantId, id: &str) -> Result<Option<Hook>, StoreError> {
    let mut statement = conn.prepare_cached(ONE)?;
    let mut rows = statement.query([merchant.as_str(), id])?;
    rows.next()?.map(read).transpose()
}

fn read(row: &Row<'_>) -> Result<Hook, StoreError> {
    let pending: i64 = row.get(9)?;
    Ok(Hook {
        id: row.get(0)?,
        merchant: parse(&row.get::<_, String>(1)?, "merchant")?,
        url: row.get(2)?,
        events: row.get::<_, Option<u32>>(3)?.map(HookEvents::from_bits),
        state: HookState::from_code(row.get(4)?)?,
        reason: row.get(5)?,
        created_at: Time::from_unix_ms(row.get(6)?),
        delivered_at: row.get::<_, Option<i64>>(7)?.map(Time::from_unix_ms),
        replaying: row.get(8)?,
        pending: u64::try_from(pending).unwrap_or_default(),
    })
}

pub(crate) fn change(
    writing: &mut Writing<'_>,
    merchant: &MerchantId,
    id: &str,
    change: &HookChange,
    at: Time,
) -> Result<Option<Hook>, StoreError> {
    let conn = writing.conn;
    let Some(hook) = one(conn, merchant, id)? else { return Ok(None) };
    if let Some(url) = &change.url {
        conn.prepare_cached(SET_URL)?.execute(params![id, url])?;
    }
    if let Some(events) = change.events {
        conn.prepare_cached(SET_EVENTS)?.execute(params![id, events.map(HookEvents::bits)])?;
    }
    match change.state {
        Some(HookState::Enabled) if hook.state == HookState::Paused => resume(conn, id, at)?,
        Some(HookState::Paused) => _ = pause_enabled(conn, id, PAUSED_BY_OWNER)?,
        _ => {}
    }
    one(conn, merchant, id)
}

/// Everything that waits is due now, with all its attempts anew.
fn resume(conn: &Connection, id: &str, at: Time) -> Result<(), StoreError> {
    conn.prepare_cached(SET_STATE)?.execute(params![id, HookState::Enabled.code(), None::<String>])?;
    conn.prepare_cached(RESUME)?.execute(params![id, at.unix_ms()])?;
    Ok(())
}

/// Pauses an endpoint that is sent to; false when it is not.
pub(crate) fn pause_enabled(conn: &Connection, id: &str, reason: &str) -> Result<bool, StoreError> {
    Ok(conn.prepare_cached(PAUSE)?.execute(params![id, HookState::Paused.code(), reason])? == 1)
}

/// Takes an endpoint away for everybody; its rows are cleared away later, a few at a time.
pub(crate) fn drop_one(writing: &mut Writing<'_>, merchant: &MerchantId, id: &str) -> Result<bool, StoreError> {
    if one(writing.conn, merchant, id)?.is_none() {
        return Ok(false);
    }
    writing.conn.prepare_cached(SET_STATE)?.execute(params![id, HookState::Dropped.code(), None::<String>])?;
    Ok(true)
}

pub(crate) fn rotate(
    writing: &mut Writing<'_>,
    merchant: &MerchantId,
    id: &str,
    secret: String,
    at: Time,
    grace: Duration,
) -> Result<Option<Hook>, StoreError> {
    let Some(hook) = one(writing.conn, merchant, id)? else { return Ok(None) };
    let mut secrets = secrets(writing.conn, writing.key, id)?;
    secrets.rotate(secret, at, grace);
    writing.conn.prepare_cached(SET_SECRETS)?.execute(params![id, secrets.seal(writing.key, id)?])?;
    Ok(Some(hook))
}

/// The secrets that count now, the newest first.
pub(crate) fn good_secrets(
    conn: &Connection,
    key: &SealingKey,
    merchant: &MerchantId,
    id: &str,
    now: Time,
) -> Result<Option<Vec<String>>, StoreError> {
    one(conn, merchant, id)?.map(|hook| Ok(secrets(conn, key, &hook.id)?.good(now))).transpose()
}

fn secrets(conn: &Connection, key: &SealingKey, id: &str) -> Result<Secrets, StoreError> {
    let sealed: Vec<u8> = conn.prepare_cached(SEALED)?.query_row([id], |row| row.get(0))?;
    Secrets::open(&sealed, key, id)
}

/// Has a part of the journal sent once more, as far as it was sent before.
pub(crate) fn replay(
    writing: &mut Writing<'_>,
    merchant: &MerchantId,
    id: &str,
    from: JournalPoint,
    to: Option<JournalPoint>,
) -> Result<Option<Hook>, StoreError> {
    let conn = writing.conn;
    if one(conn, merchant, id)?.is_none() {
        return Ok(None);
    }
    let first = match from {
        JournalPoint::Fact(seq) => bounded(seq),
        JournalPoint::Moment(at) => first_since(conn, Time::from_unix_ms(at.unix_ms() - margin_ms()))?,
    };
    let last = match to {
        None => last(conn)?,
        Some(JournalPoint::Fact(seq)) => bounded(seq),
        Some(JournalPoint::Moment(at)) => first_since(conn, at.plus(MOMENT_MARGIN))? - 1,
    };
    if first <= last {
        conn.prepare_cached(SET_AGAIN)?.execute(params![id, first, last])?;
    }
    one(conn, merchant, id)
}

fn bounded(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

fn margin_ms() -> i64 {
    i64::try_from(MOMENT_MARGIN.as_millis()).unwrap_or(i64::MAX)
}

fn last(conn: &Connection) -> Result<i64, StoreError> {
    Ok(conn.prepare_cached(LAST)?.query_row([], |row| row.get(0))?)
}

/// The first fact that was stamped at this moment or later, found by halving: the journal is in order of time, nearly.
fn first_since(conn: &Connection, at: Time) -> Result<i64, StoreError> {
    let (mut low, mut high) = (1, last(conn)? + 1);
    let mut statement = conn.prepare_cached(FIRST_FROM)?;
    while low < high {
        let middle = low + (high - low) / 2;
        let found: Option<(i64, i64)> =
            statement.query_row([middle], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        match found {
            Some((seq, stamped)) if stamped < at.unix_ms() => low = seq + 1,
            _ => high = middle,
        }
    }
    Ok(low)
}
