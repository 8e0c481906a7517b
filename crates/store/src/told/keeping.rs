//! What is past its time, how much there is, how channels are, and what a restore means for what was due.

use super::{EARLY_RECEIPTS_KEPT, NOTICES_KEPT, NoticeTry, NoticeView, NoticesWaiting, UNCONFIRMED_KEPT};
use crate::{StoreError, codes::Coded, rows::unsigned, writing::Writing};
use clock::Time;
use notice::plan::{ChannelHealth, ChannelKind, ChannelState, Reason, State};
use rusqlite::{Connection, Row, params};

/// Rows that are cleared away in one go, at most.
const CLEARED_COUNT_MAX: u32 = 500;

const OVER: &str = "SELECT no FROM notices WHERE state > 3 AND changed_at < ?1 ORDER BY changed_at LIMIT ?2";
const CLEAR_TRIES: &str = "DELETE FROM notice_tries WHERE notice = ?1";
const CLEAR_NOTICE: &str = "DELETE FROM notices WHERE no = ?1";
const CLEAR_ADDRESSES: &str = "DELETE FROM subscription_addresses WHERE subscription IN \
    (SELECT no FROM subscriptions WHERE state = 0 AND asked_at < ?1)";
const CLEAR_UNCONFIRMED: &str = "DELETE FROM subscriptions WHERE state = 0 AND asked_at < ?1";
const CLEAR_ENDED: &str = "DELETE FROM subscriptions WHERE state = 2 AND ended_at < ?1 \
    AND NOT EXISTS (SELECT 1 FROM notices n WHERE n.subscription = subscriptions.no)";
const CLEAR_EARLY: &str = "DELETE FROM early_receipts WHERE at < ?1";
const WAITING: &str = "SELECT channel, count(*), min(due_at) FROM notices WHERE due_at IS NOT NULL GROUP BY channel";
const NEXT_DUE: &str = "SELECT min(due_at) FROM notices WHERE channel = ?1 AND again = ?2 AND due_at IS NOT NULL";
const SUBSCRIPTIONS: &str = "SELECT count(*) FROM subscriptions WHERE state = ?1";
const RESTORED: &str = "UPDATE notices SET state = ?1, reason = ?2, due_at = NULL, changed_at = ?3 WHERE state < 4";
const HEALTH: &str = "SELECT channel, state, since FROM channel_health";
const PUT_HEALTH: &str = "INSERT INTO channel_health (channel, state, since) VALUES (?1, ?2, ?3) \
    ON CONFLICT (channel) DO UPDATE SET state = excluded.state, since = excluded.since";
const NOTICES: &str = "SELECT n.no, s.id, n.incident, n.update_id, n.state, n.reason, n.due_at FROM notices n \
    JOIN subscriptions s ON s.no = n.subscription WHERE n.no > ?1 ORDER BY n.no LIMIT ?2";
const TRIES: &str =
    "SELECT channel, message, at, twice, outcome, received FROM notice_tries WHERE notice = ?1 ORDER BY nth";

/// Clears away what is past its time, a few rows at a time: gives how many, and is to be called again while it gives any.
pub(crate) fn clear(writing: &mut Writing<'_>, now: Time) -> Result<usize, StoreError> {
    let conn = writing.conn;
    let over = now.minus(NOTICES_KEPT).unix_ms();
    let mut statement = conn.prepare_cached(OVER)?;
    let past: Vec<i64> =
        statement.query_map(params![over, CLEARED_COUNT_MAX], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for no in &past {
        conn.prepare_cached(CLEAR_TRIES)?.execute([no])?;
        conn.prepare_cached(CLEAR_NOTICE)?.execute([no])?;
    }
    let unconfirmed = now.minus(UNCONFIRMED_KEPT).unix_ms();
    conn.prepare_cached(CLEAR_ADDRESSES)?.execute([unconfirmed])?;
    conn.prepare_cached(CLEAR_UNCONFIRMED)?.execute([unconfirmed])?;
    conn.prepare_cached(CLEAR_ENDED)?.execute([over])?;
    conn.prepare_cached(CLEAR_EARLY)?.execute([now.minus(EARLY_RECEIPTS_KEPT).unix_ms()])?;
    Ok(past.len())
}

/// What waits, by the channel that it goes by next.
pub(crate) fn waiting(conn: &Connection, now: Time) -> Result<Vec<NoticesWaiting>, StoreError> {
    let mut statement = conn.prepare_cached(WAITING)?;
    let rows = statement.query_and_then([], |row| {
        let oldest = row.get::<_, Option<i64>>(2)?.map(Time::from_unix_ms);
        Ok(NoticesWaiting {
            channel: ChannelKind::from_code(row.get(0)?)?,
            count: unsigned(row.get(1)?),
            oldest_due: oldest.filter(|due| *due <= now),
        })
    })?;
    rows.collect()
}

/// When the next notice is due; a moment of the past where one is.
pub(crate) fn next_due(conn: &Connection) -> Result<Option<Time>, StoreError> {
    let mut statement = conn.prepare_cached(NEXT_DUE)?;
    let mut next = None::<i64>;
    // One look at the end of each stretch of the index; a minimum over all of it would read all of it.
    for channel in ChannelKind::ALL {
        for again in [false, true] {
            let due: Option<i64> = statement.query_row(params![channel.code(), again], |row| row.get(0))?;
            next = next.into_iter().chain(due).min();
        }
    }
    Ok(next.map(Time::from_unix_ms))
}

/// How many subscriptions count.
pub(crate) fn subscribers(conn: &Connection) -> Result<u64, StoreError> {
    Ok(unsigned(conn.prepare_cached(SUBSCRIPTIONS)?.query_row([1], |row| row.get(0))?))
}

/// After a restore nothing that was due is sent: the store that was lost may have sent it, or something newer.
pub(crate) fn leave_out(conn: &Connection, now: Time) -> Result<(), StoreError> {
    conn.execute(RESTORED, params![State::Dropped.code(), Reason::Restored.code(), now.unix_ms()])?;
    Ok(())
}

pub(crate) fn health(conn: &Connection) -> Result<Vec<(ChannelKind, ChannelHealth)>, StoreError> {
    let mut statement = conn.prepare_cached(HEALTH)?;
    let rows = statement.query_and_then([], |row| {
        let (state, since) = (ChannelState::from_code(row.get(1)?)?, Time::from_unix_ms(row.get(2)?));
        Ok((ChannelKind::from_code(row.get(0)?)?, ChannelHealth::known(state, since)))
    })?;
    rows.collect()
}

pub(crate) fn put_health(
    writing: &mut Writing<'_>,
    channel: ChannelKind,
    health: ChannelHealth,
) -> Result<(), StoreError> {
    let values = params![channel.code(), health.state.code(), health.since.unix_ms()];
    writing.conn.prepare_cached(PUT_HEALTH)?.execute(values)?;
    Ok(())
}

/// Up to `limit` notices after this place, with the place where the next look goes on.
pub(crate) fn notices(conn: &Connection, after: i64, limit: u32) -> Result<(Vec<NoticeView>, i64), StoreError> {
    let mut statement = conn.prepare_cached(NOTICES)?;
    let mut rows = statement.query(params![after, limit])?;
    let (mut views, mut place) = (Vec::new(), after);
    while let Some(row) = rows.next()? {
        place = row.get(0)?;
        views.push(NoticeView {
            subscription: row.get(1)?,
            incident: unsigned(row.get(2)?),
            update: unsigned(row.get(3)?),
            state: State::from_code(row.get(4)?)?,
            reason: row.get::<_, Option<i64>>(5)?.map(Reason::from_code).transpose()?,
            due_at: row.get::<_, Option<i64>>(6)?.map(Time::from_unix_ms),
            tries: tries(conn, place)?,
        });
    }
    Ok((views, place))
}

fn tries(conn: &Connection, no: i64) -> Result<Vec<NoticeTry>, StoreError> {
    let mut statement = conn.prepare_cached(TRIES)?;
    let rows = statement.query_and_then([no], |row: &Row<'_>| {
        Ok(NoticeTry {
            channel: ChannelKind::from_code(row.get(0)?)?,
            message: row.get(1)?,
            at: Time::from_unix_ms(row.get(2)?),
            twice: row.get(3)?,
            outcome: row.get::<_, Option<i64>>(4)?.map(Coded::from_code).transpose()?,
            received: row.get(5)?,
        })
    })?;
    rows.collect()
}

// The codes that stand in the statements above.
const _: () = assert!(matches!(State::ALL[4], State::Delivered) && matches!(State::ALL[5], State::Dropped));
