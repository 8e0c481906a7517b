//! What came of messages: reports, receipts, and what a stopped process left in the middle.

use super::{
    MessageEnd, Outcome,
    rows::{self, NoticeRow},
};
use crate::{StoreError, codes::Coded, writing::Writing};
use clock::Time;
use notice::plan::{ChannelKind, End, Fact, State};
use rusqlite::{Connection, OptionalExtension, params};

const EARLY: &str = "DELETE FROM early_receipts WHERE channel = ?1 AND name IN (?2, ?3) RETURNING delivered";
const KEEP_EARLY: &str = "INSERT INTO early_receipts (channel, name, delivered, at) VALUES (?1, ?2, ?3, ?4) \
    ON CONFLICT (channel, name) DO UPDATE SET delivered = max(delivered, excluded.delivered)";
const RECEIVED: &str = "UPDATE notice_tries SET received = max(coalesce(received, 0), ?4) \
    WHERE notice = ?1 AND channel = ?2 AND (receipt = ?3 OR message = ?3)";

/// Writes down how a message ended, for each notice that it carried.
pub(crate) fn ended(
    writing: &mut Writing<'_>,
    (message, channel): (&str, ChannelKind),
    end: &MessageEnd,
) -> Result<(), StoreError> {
    let conn = writing.conn;
    for mut row in rows::all(conn, rows::OF_MESSAGE, [message])? {
        if row.notice.state != State::Claimed || row.message.as_deref() != Some(message) {
            continue;
        }
        row.step(Fact::Ended(end.end), end.at)?;
        row.end_try(conn, end.end.into(), (end.why.as_deref(), end.receipt.as_deref()), end.at)?;
        row.put(conn, None, end.at)?;
    }
    // A quick gateway's receipt was here before its answer was written down.
    let receipt = end.receipt.as_deref().unwrap_or(message);
    let early: Option<bool> = conn
        .prepare_cached(EARLY)?
        .query_row(params![channel.code(), receipt, message], |row| row.get(0))
        .optional()?;
    match early {
        Some(delivered) => receipt_for(conn, (channel, message), delivered, end.at),
        None => Ok(()),
    }
}

/// Takes a receipt in, by the name that the other side gave or by the message's id. One for nothing known is kept for a while.
/// True when it was for something known.
pub(crate) fn receipt(
    writing: &mut Writing<'_>,
    (channel, name): (ChannelKind, &str),
    delivered: bool,
    at: Time,
) -> Result<bool, StoreError> {
    let conn = writing.conn;
    let mut known = rows::all(conn, rows::OF_RECEIPT, params![channel.code(), name])?;
    if known.is_empty() {
        known = rows::all(conn, rows::OF_MESSAGE, [name])?;
    }
    if known.is_empty() {
        conn.prepare_cached(KEEP_EARLY)?.execute(params![channel.code(), name, delivered, at.unix_ms()])?;
        return Ok(false);
    }
    known.into_iter().try_for_each(|row| take(conn, row, (channel, name), delivered, at))?;
    Ok(true)
}

fn receipt_for(
    conn: &Connection,
    (channel, message): (ChannelKind, &str),
    delivered: bool,
    at: Time,
) -> Result<(), StoreError> {
    for row in rows::all(conn, rows::OF_MESSAGE, [message])? {
        take(conn, row, (channel, message), delivered, at)?;
    }
    Ok(())
}

fn take(
    conn: &Connection,
    mut row: NoticeRow,
    (channel, name): (ChannelKind, &str),
    delivered: bool,
    at: Time,
) -> Result<(), StoreError> {
    conn.prepare_cached(RECEIVED)?.execute(params![row.no, channel.code(), name, delivered])?;
    let latest = row.is_latest(conn, channel, name)?;
    row.step(Fact::Receipt { delivered, latest }, at)?;
    row.put(conn, None, at)
}

impl NoticeRow {
    /// Whether the receipt is for its latest try.
    fn is_latest(&self, conn: &Connection, channel: ChannelKind, name: &str) -> Result<bool, StoreError> {
        const LATEST: &str = "SELECT channel = ?2 AND (message = ?3 OR receipt = ?3) FROM notice_tries \
            WHERE notice = ?1 ORDER BY nth DESC LIMIT 1";
        let latest: Option<Option<bool>> = conn
            .prepare_cached(LATEST)?
            .query_row(params![self.no, channel.code(), name], |row| row.get(0))
            .optional()?;
        Ok(latest.flatten().unwrap_or(false))
    }
}

/// Takes up what a stopped process left in the middle: what was being sent may have been sent. Says how many.
pub(crate) fn recover(writing: &mut Writing<'_>, at: Time) -> Result<usize, StoreError> {
    let conn = writing.conn;
    let left = rows::all(conn, rows::CLAIMED, [])?;
    let count = left.len();
    for mut row in left {
        row.step(Fact::Stopped, at)?;
        row.end_try(conn, Outcome::from(End::Unknown), (Some("the process stopped"), None), at)?;
        row.put(conn, None, at)?;
    }
    Ok(count)
}
