//! Batches: many requests in one, each with a result of its own that is written with what it tells of.
//!
//! A chunk of lines is one transaction. A line that is refused harms no other, and a line that was taken in has its
//! result on disk in the same moment: a batch that broke off in the middle is found again as far as it came.

use crate::{
    Accepted, IntentView, NewIntent, StoreError,
    accept::{self, Request},
    codes::Coded,
    rows,
    writing::Writing,
};
use clock::Time;
use dispatch::State;
use parcel::{BatchId, MerchantId, ShipmentId};
use rusqlite::{Connection, OptionalExtension, Row, params};

const BEGIN: &str = "INSERT INTO batches (id, merchant, key, began_at) VALUES (?1, ?2, ?3, ?4)";
const BY_KEY: &str = "SELECT id FROM batches WHERE merchant = ?1 AND key = ?2";
const REOPEN: &str = "UPDATE batches SET ended_at = NULL, ending = NULL WHERE id = ?1";
const END: &str = "UPDATE batches SET ended_at = ?2, ending = ?3 WHERE id = ?1";
// A row that is sent again and finds the shipment that it made stays what it was: the same answer as the first time.
const LINE: &str = "INSERT INTO batch_lines (batch, row, line, status, intent, code, field, place, detail) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (batch, row) DO UPDATE SET line = excluded.line, \
    status = excluded.status, intent = coalesce(excluded.intent, intent), code = excluded.code, \
    field = excluded.field, place = excluded.place, detail = excluded.detail \
    WHERE NOT (status = 0 AND intent IS excluded.intent)";
const FIND: &str = "SELECT id, began_at, ended_at, ending FROM batches WHERE id = ?1 AND merchant = ?2";
const COUNTS: &str = "SELECT status, count(*) FROM batch_lines WHERE batch = ?1 GROUP BY status";
const STATES: &str = "SELECT i.state, count(*) FROM \
    (SELECT DISTINCT intent FROM batch_lines WHERE batch = ?1 AND intent IS NOT NULL) l \
    CROSS JOIN intents i ON i.id = l.intent GROUP BY i.state";
const LINES: &str = "SELECT row, line, status, intent, code, field, place, detail FROM batch_lines \
    WHERE batch = ?1 AND row > ?2 ORDER BY row LIMIT ?3";
const LINES_BY_STATUS: &str = "SELECT row, line, status, intent, code, field, place, detail FROM batch_lines \
    WHERE batch = ?1 AND status = ?4 AND row > ?2 ORDER BY row LIMIT ?3";

/// A batch that begins.
#[derive(Clone, Debug)]
pub struct NewBatch {
    /// Its id, fresh.
    pub id: BatchId,
    /// Whose.
    pub merchant: MerchantId,
    /// Digest of the caller's own key: a batch with the same one is this one, sent again.
    pub key: Option<[u8; 16]>,
    /// When.
    pub at: Time,
}

/// One row of a batch, as it is to be taken in or recorded.
#[derive(Clone, Debug)]
pub struct NewLine {
    /// Which row of the batch it is, from 1.
    pub row: u64,
    /// On which line of the file it begins, from 1.
    pub line: u64,
    /// What is to be done.
    pub work: LineWork,
}

/// What is to be done with a row of a batch.
#[derive(Clone, Debug)]
pub enum LineWork {
    /// Take it in.
    Accept(Box<NewIntent>),
    /// Record that it is this shipment.
    Known(ShipmentId),
    /// Record that it was refused before it came here.
    Refuse(Refusal),
}

/// Why a row was refused. Holds nothing of what the row held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// A word for programs.
    pub code: String,
    /// The field that is wrong.
    pub field: Option<String>,
    /// The column of the file, from 1.
    pub column: Option<u32>,
    /// What is wrong and what to do.
    pub detail: String,
}

/// Why the store itself did not take a row in.
#[derive(Clone, Debug)]
pub enum NotTaken {
    /// Its key belongs to another body.
    Conflict {
        /// The shipment that has the key.
        existing: ShipmentId,
    },
    /// The store refused it.
    Refused(StoreError),
}

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LineStatus {
    /// It made a new shipment.
    Accepted,
    /// It is a shipment that was there already.
    Known,
    /// It was refused.
    Refused,
}

impl Coded for LineStatus {
    const ALL: &'static [Self] = &[Self::Accepted, Self::Known, Self::Refused];
    const WHAT: &'static str = "line status";
}

/// How a batch came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ending {
    /// Every row was read.
    Complete,
    /// Reading stopped at a limit; the rows before it were taken in.
    TooLarge,
    /// The request broke off, or came too slowly; the rows that were whole were taken in.
    BrokenOff,
}

impl Coded for Ending {
    const ALL: &'static [Self] = &[Self::Complete, Self::TooLarge, Self::BrokenOff];
    const WHAT: &'static str = "batch ending";
}

/// A batch as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Its id.
    pub id: BatchId,
    /// When it began.
    pub began_at: Time,
    /// When it ended and how; none while rows come in, and for good when the server stopped meanwhile.
    pub ended: Option<(Time, Ending)>,
    /// How many rows made a new shipment.
    pub accepted: u64,
    /// How many rows are shipments that were there already.
    pub known: u64,
    /// How many rows were refused.
    pub refused: u64,
}

/// One row of a batch with what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Which row, from 1.
    pub row: u64,
    /// On which line of the file it begins, from 1.
    pub line: u64,
    /// What became of it.
    pub status: LineStatus,
    /// The shipment as it stands now.
    pub shipment: Option<IntentView>,
    /// Why it was refused, when it was.
    pub refusal: Option<Refusal>,
}

/// A row made ready in the caller's thread.
pub(crate) struct Prepared {
    row: u64,
    line: u64,
    work: Work,
}

enum Work {
    Accept(Box<Request>),
    Record(Result<(LineStatus, ShipmentId), Refusal>),
}

impl Prepared {
    pub(crate) fn new(line: NewLine) -> Result<Self, StoreError> {
        let work = match line.work {
            LineWork::Accept(new) => Work::Accept(Box::new(Request::new(*new)?)),
            LineWork::Known(id) => Work::Record(Ok((LineStatus::Known, id))),
            LineWork::Refuse(refusal) => Work::Record(Err(refusal)),
        };
        Ok(Self { row: line.row, line: line.line, work })
    }
}

/// Begins the batch, or takes up the one that has its key. Says which it is, and whether it was there.
pub(crate) fn begin(writing: &mut Writing<'_>, new: &NewBatch) -> Result<(BatchId, bool), StoreError> {
    let conn = writing.conn;
    if let Some(key) = &new.key {
        let found: Option<[u8; 16]> =
            conn.prepare_cached(BY_KEY)?.query_row(params![new.merchant.as_str(), key], |row| row.get(0)).optional()?;
        if let Some(id) = found {
            conn.prepare_cached(REOPEN)?.execute([id])?;
            return Ok((BatchId::from_bytes(id), true));
        }
    }
    let values = params![new.id.as_bytes(), new.merchant.as_str(), new.key, new.at.unix_ms()];
    conn.prepare_cached(BEGIN)?.execute(values)?;
    Ok((new.id, false))
}

/// Takes a chunk of rows in and records what became of each.
pub(crate) fn accept_lines(
    writing: &mut Writing<'_>,
    batch: BatchId,
    lines: Vec<Prepared>,
    explain: fn(&NotTaken) -> Refusal,
) -> Result<(), StoreError> {
    for Prepared { row, line, work } in lines {
        let outcome = match work {
            Work::Accept(request) => take(writing, *request)?.map_err(|e| explain(&e)),
            Work::Record(outcome) => outcome,
        };
        put_line(writing.conn, batch, (row, line), &outcome)?;
    }
    Ok(())
}

/// Takes one row in. What the store refuses leaves nothing behind: it judges before it writes.
fn take(writing: &mut Writing<'_>, request: Request) -> Result<Result<(LineStatus, ShipmentId), NotTaken>, StoreError> {
    Ok(match accept::accept(writing, request) {
        Ok(Accepted::New(view)) => Ok((LineStatus::Accepted, view.intent.id)),
        Ok(Accepted::Known(view)) => Ok((LineStatus::Known, view.intent.id)),
        Ok(Accepted::Conflict { existing }) => Err(NotTaken::Conflict { existing }),
        Err(e) if e.is_refusal() => Err(NotTaken::Refused(e)),
        Err(e) => return Err(e),
    })
}

fn put_line(
    conn: &Connection,
    batch: BatchId,
    (row, line): (u64, u64),
    outcome: &Result<(LineStatus, ShipmentId), Refusal>,
) -> Result<(), StoreError> {
    let status = outcome.as_ref().map_or(LineStatus::Refused, |(status, _)| *status);
    let refusal = outcome.as_ref().err();
    conn.prepare_cached(LINE)?.execute(params![
        batch.as_bytes(),
        rows::count(row),
        rows::count(line),
        status.code(),
        outcome.as_ref().ok().map(|(_, id)| *id.as_bytes()),
        refusal.map(|r| r.code.as_str()),
        refusal.and_then(|r| r.field.as_deref()),
        refusal.and_then(|r| r.column),
        refusal.map(|r| r.detail.as_str()),
    ])?;
    Ok(())
}

pub(crate) fn end(writing: &mut Writing<'_>, batch: BatchId, ending: Ending, at: Time) -> Result<(), StoreError> {
    writing.conn.prepare_cached(END)?.execute(params![batch.as_bytes(), at.unix_ms(), ending.code()])?;
    Ok(())
}

/// The batch of this merchant with this id, its rows counted.
pub(crate) fn find(conn: &Connection, merchant: &MerchantId, id: BatchId) -> Result<Option<Batch>, StoreError> {
    let mut statement = conn.prepare_cached(FIND)?;
    let mut found = statement.query(params![id.as_bytes(), merchant.as_str()])?;
    let Some(row) = found.next()? else { return Ok(None) };
    let ended = row.get::<_, Option<i64>>(2)?.map(Time::from_unix_ms);
    let ending = row.get::<_, Option<i64>>(3)?.map(Ending::from_code).transpose()?;
    let mut batch = Batch {
        id,
        began_at: Time::from_unix_ms(row.get(1)?),
        ended: ended.zip(ending),
        accepted: 0,
        known: 0,
        refused: 0,
    };
    for (status, count) in counted::<LineStatus>(conn, COUNTS, id)? {
        match status {
            LineStatus::Accepted => batch.accepted = count,
            LineStatus::Known => batch.known = count,
            LineStatus::Refused => batch.refused = count,
        }
    }
    Ok(Some(batch))
}

/// How many of a batch's shipments are in each state now.
pub(crate) fn states(conn: &Connection, id: BatchId) -> Result<Vec<(State, u64)>, StoreError> {
    counted(conn, STATES, id)
}

fn counted<T: Coded>(conn: &Connection, sql: &str, id: BatchId) -> Result<Vec<(T, u64)>, StoreError> {
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_and_then([id.as_bytes()], |row| {
        let count: i64 = row.get(1)?;
        Ok((T::from_code(row.get(0)?)?, u64::try_from(count).unwrap_or_default()))
    })?;
    rows.collect()
}

/// Up to `limit` rows of a batch after this one, in order. Whose batch it is, is the caller's to ask.
pub(crate) fn lines(
    conn: &Connection,
    id: BatchId,
    after: u64,
    status: Option<LineStatus>,
    limit: usize,
) -> Result<Vec<Line>, StoreError> {
    let moment = conn.unchecked_transaction()?;
    let (after, limit) = (rows::count(after), i64::try_from(limit).unwrap_or(i64::MAX));
    let mut statement = moment.prepare_cached(if status.is_some() { LINES_BY_STATUS } else { LINES })?;
    let mut found = match status {
        Some(status) => statement.query(params![id.as_bytes(), after, limit, status.code()])?,
        None => statement.query(params![id.as_bytes(), after, limit])?,
    };
    let mut lines = Vec::new();
    while let Some(row) = found.next()? {
        lines.push(read(&moment, row)?);
    }
    Ok(lines)
}

fn read(conn: &Connection, row: &Row<'_>) -> Result<Line, StoreError> {
    let unsigned = |n: i64| u64::try_from(n).map_err(|_| StoreError::Damaged { what: "batch line" });
    let intent = row.get::<_, Option<[u8; 16]>>(3)?.map(ShipmentId::from_bytes);
    let shipment = intent.map(|id| rows::find(conn, id)).transpose()?.flatten().map(|row| row.view);
    let (code, field, column) = (row.get::<_, Option<String>>(4)?, row.get(5)?, row.get(6)?);
    let detail: Option<String> = row.get(7)?;
    Ok(Line {
        row: unsigned(row.get(0)?)?,
        line: unsigned(row.get(1)?)?,
        status: LineStatus::from_code(row.get(2)?)?,
        shipment,
        refusal: code.zip(detail).map(|(code, detail)| Refusal { code, field, column, detail }),
    })
}
