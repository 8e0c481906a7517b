//! Reading: single intents, the journal, labels and counts.

use crate::{
    Counts, IntentView, Label, StoreError,
    codes::Coded,
    rows::{self, json, parse, unsigned},
};
use bytes::Bytes;
use clock::Time;
use dispatch::{Fact, Stamped, State};
use parcel::{MerchantId, ParcelNumber, ShipmentId};
use rusqlite::{Connection, OptionalExtension, Row, params};

const FACTS: &str = "SELECT intent, seq, at, fact FROM facts WHERE intent = ?1 ORDER BY seq";
const FACTS_FROM: &str = "SELECT intent, seq, at, fact FROM facts WHERE seq >= ?1 ORDER BY seq LIMIT ?2";
const LABEL: &str = "SELECT l.intent, l.number, l.format, l.label, l.cn23, l.answer FROM labels l \
    JOIN intents i ON i.id = l.intent WHERE l.intent = ?1 AND i.merchant = ?2";
const BY_NUMBER: &str = "SELECT n.intent FROM numbers n JOIN intents i ON i.id = n.intent \
    WHERE n.number = ?1 AND i.merchant = ?2 AND i.number = n.number AND i.known_by IS NOT NULL LIMIT 1";
const LABEL_BY_NUMBER: &str = "SELECT l.intent, l.number, l.format, l.label, l.cn23, l.answer FROM numbers n \
    JOIN labels l ON l.intent = n.intent AND l.number = n.number JOIN intents i ON i.id = n.intent \
    WHERE n.number = ?1 AND i.merchant = ?2 ORDER BY n.at DESC LIMIT 1";
const TALLY: &str = "SELECT state, count FROM tally";
const OUTBOX: &str = "SELECT (SELECT count(*) FROM outbox WHERE ready = 1), (SELECT count(*) FROM outbox), \
    (SELECT count(*) FROM outbox WHERE taken = 1)";
const OLDEST: &str = "SELECT i.accepted_at FROM outbox o JOIN intents i ON i.id = o.intent ORDER BY o.seq LIMIT 1";
const DUE_NOW: &str = "SELECT due_at FROM outbox WHERE ready = 1 LIMIT 1";
const DUE_NEXT: &str = "SELECT min(due_at) FROM outbox WHERE ready = 0 AND due_at IS NOT NULL";

/// The intent of this merchant with this id.
pub(crate) fn row(
    conn: &Connection,
    merchant: &MerchantId,
    id: ShipmentId,
) -> Result<Option<rows::IntentRow>, StoreError> {
    Ok(rows::find(conn, id)?.filter(|row| row.view.merchant == *merchant))
}

pub(crate) fn facts(conn: &Connection, id: ShipmentId) -> Result<Vec<Stamped>, StoreError> {
    let mut statement = conn.prepare_cached(FACTS)?;
    let rows = statement.query_and_then([id.as_bytes()], |row| Ok(stamped(row)?.1))?;
    rows.collect()
}

pub(crate) fn facts_from(conn: &Connection, seq: u64, limit: usize) -> Result<Vec<(ShipmentId, Stamped)>, StoreError> {
    let mut statement = conn.prepare_cached(FACTS_FROM)?;
    let rows = statement.query_and_then([rows::count(seq), limited(limit)], stamped)?;
    rows.collect()
}

pub(crate) fn stamped(row: &Row<'_>) -> Result<(ShipmentId, Stamped), StoreError> {
    let seq: i64 = row.get(1)?;
    let text = row.get_ref(3)?.as_str().map_err(|_| StoreError::Damaged { what: "fact" })?;
    let fact: Fact = json(text, "fact")?;
    let seq = u64::try_from(seq).map_err(|_| StoreError::Damaged { what: "seq" })?;
    Ok((ShipmentId::from_bytes(row.get(0)?), Stamped { seq, at: Time::from_unix_ms(row.get(2)?), fact }))
}

pub(crate) fn label(conn: &Connection, merchant: &MerchantId, id: ShipmentId) -> Result<Option<Label>, StoreError> {
    let mut statement = conn.prepare_cached(LABEL)?;
    let mut rows = statement.query(params![id.as_bytes(), merchant.as_str()])?;
    rows.next()?.map(|row| Ok(read_label(row)?.1)).transpose()
}

pub(crate) fn label_by_number(
    conn: &Connection,
    merchant: &MerchantId,
    number: &ParcelNumber,
) -> Result<Option<(ShipmentId, Label)>, StoreError> {
    let mut statement = conn.prepare_cached(LABEL_BY_NUMBER)?;
    let mut rows = statement.query([number.as_str(), merchant.as_str()])?;
    rows.next()?.map(read_label).transpose()
}

/// Whether a customs form is kept with the label.
pub(crate) fn has_customs_form(conn: &Connection, id: ShipmentId) -> Result<bool, StoreError> {
    let mut statement = conn.prepare_cached("SELECT 1 FROM labels WHERE intent = ?1 AND cn23 IS NOT NULL")?;
    Ok(statement.exists([id.as_bytes()])?)
}

/// The shipment whose label has, or had, this number.
pub(crate) fn by_number(
    conn: &Connection,
    merchant: &MerchantId,
    number: &ParcelNumber,
) -> Result<Option<ShipmentId>, StoreError> {
    let mut statement = conn.prepare_cached(BY_NUMBER)?;
    let found = statement.query_row([number.as_str(), merchant.as_str()], |row| row.get(0));
    Ok(found.optional()?.map(ShipmentId::from_bytes))
}

fn read_label(row: &Row<'_>) -> Result<(ShipmentId, Label), StoreError> {
    let label = Label {
        number: parse(&row.get::<_, String>(1)?, "number")?,
        format: parse(&row.get::<_, String>(2)?, "format")?,
        bytes: Bytes::from(row.get::<_, Vec<u8>>(3)?),
        cn23: row.get::<_, Option<Vec<u8>>>(4)?.map(Bytes::from),
        answer_json: row.get(5)?,
    };
    Ok((ShipmentId::from_bytes(row.get(0)?), label))
}

pub(crate) fn next_due(conn: &Connection) -> Result<Option<Time>, StoreError> {
    let now: Option<i64> = conn.prepare_cached(DUE_NOW)?.query_row([], |row| row.get(0)).optional()?;
    let due = match now {
        Some(due) => Some(due),
        None => conn.prepare_cached(DUE_NEXT)?.query_row([], |row| row.get(0))?,
    };
    Ok(due.map(Time::from_unix_ms))
}

pub(crate) fn counts(conn: &Connection) -> Result<Counts, StoreError> {
    let by_state = conn
        .prepare_cached(TALLY)?
        .query_and_then([], |row| Ok((State::from_code(row.get(0)?)?, unsigned(row.get(1)?))))?
        .collect::<Result<_, StoreError>>()?;
    let (due, all, taken): (i64, i64, i64) =
        conn.prepare_cached(OUTBOX)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let oldest: Option<i64> = conn.prepare_cached(OLDEST)?.query_row([], |row| row.get(0)).optional()?;
    Ok(Counts {
        by_state,
        outbox_due: unsigned(due),
        outbox_later: unsigned(all - due - taken),
        outbox_taken: unsigned(taken),
        oldest_waiting_at: oldest.map(Time::from_unix_ms),
        late_dropped: 0,
    })
}

/// The intent as everyone else sees it.
pub(crate) fn view(conn: &Connection, merchant: &MerchantId, id: ShipmentId) -> Result<Option<IntentView>, StoreError> {
    Ok(row(conn, merchant, id)?.map(|row| row.view))
}

fn limited(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
