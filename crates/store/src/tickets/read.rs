//! Tickets as people look at them: a list without texts, one with everything.

use super::{
    ReplyTo, Ticket, TicketFile, TicketFilter, TicketMessage, TicketMessageKind, TicketSource, TicketState,
    TicketWhole, lang_of, open, sends,
};
use crate::{SealingKey, StoreError, codes::Coded, rows};
use clock::Time;
use parcel::MerchantId;
use rusqlite::{Connection, OptionalExtension, Row, params};

macro_rules! columns {
    () => {
        "seq, id, source, merchant, sealed, at, state, reason, lang, function, incident, matched, taken_by, merged_into, \
         changed_at"
    };
}

const LIST: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM tickets WHERE seq > ?1 AND (?2 IS NULL OR state = ?2) AND (?3 IS NULL OR reason = ?3) \
    AND (?4 IS NULL OR incident = ?4) ORDER BY seq LIMIT ?5"
);
const ONE: &str = concat!("SELECT ", columns!(), " FROM tickets WHERE id = ?1 AND (?2 IS NULL OR merchant = ?2)");
const MESSAGES: &str = "SELECT m.no, m.at, m.kind, m.by, m.sealed, s.state FROM ticket_messages m \
    LEFT JOIN ticket_sends s ON s.ticket = m.ticket AND s.no = m.no WHERE m.ticket = ?1 ORDER BY m.no";
const FILES: &str = "SELECT no, name FROM ticket_files WHERE ticket = ?1 ORDER BY no";
const FILE: &str = "SELECT f.name, f.bytes FROM ticket_files f JOIN tickets t ON t.seq = f.ticket \
    WHERE t.id = ?1 AND f.no = ?2";
const LOG: &str = "SELECT at, by, what FROM ticket_log WHERE ticket = ?1 ORDER BY seq";
const COUNTS: &str = "SELECT state, count(*) FROM tickets GROUP BY state";

/// Up to `limit` tickets, the oldest first.
pub(crate) fn list(
    conn: &Connection,
    key: &SealingKey,
    filter: &TicketFilter,
    limit: u32,
) -> Result<Vec<Ticket>, StoreError> {
    let mut statement = conn.prepare_cached(LIST)?;
    let values = params![
        filter.after.unwrap_or(0),
        filter.state.map(Coded::code),
        filter.reason,
        filter.incident.map(rows::count),
        limit
    ];
    let tickets = statement.query_and_then(values, |row| ticket(row, key))?;
    tickets.collect()
}

/// One ticket with all that belongs to it; of this merchant where one is named.
pub(crate) fn one(
    conn: &Connection,
    key: &SealingKey,
    id: &str,
    merchant: Option<&MerchantId>,
) -> Result<Option<TicketWhole>, StoreError> {
    let moment = conn.unchecked_transaction()?;
    let mut statement = moment.prepare_cached(ONE)?;
    let mut rows = statement.query(params![id, merchant.map(MerchantId::as_str)])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let ticket = ticket(row, key)?;
    let (messages, files) = (messages(&moment, key, &ticket)?, files(&moment, key, &ticket)?);
    let mut statement = moment.prepare_cached(LOG)?;
    let log =
        statement.query_map([ticket.seq], |row| Ok((Time::from_unix_ms(row.get(0)?), row.get(1)?, row.get(2)?)))?;
    let log = log.collect::<Result<Vec<_>, _>>()?;
    Ok(Some(TicketWhole { ticket, messages, files, log }))
}

fn ticket(row: &Row<'_>, key: &SealingKey) -> Result<Ticket, StoreError> {
    let id: String = row.get(1)?;
    let sealed: Option<Vec<u8>> = row.get(4)?;
    let reply_to: ReplyTo = sealed.map(|sealed| open(key, &id, &sealed)).transpose()?.unwrap_or_default();
    let matched: Option<String> = row.get(11)?;
    Ok(Ticket {
        seq: row.get(0)?,
        source: TicketSource::from_code(row.get(2)?)?,
        merchant: row.get::<_, Option<String>>(3)?.map(|one| rows::parse(&one, "merchant")).transpose()?,
        address: reply_to.address,
        subject: reply_to.subject,
        at: Time::from_unix_ms(row.get(5)?),
        state: TicketState::from_code(row.get(6)?)?,
        reason: row.get(7)?,
        lang: lang_of(&row.get::<_, String>(8)?),
        function: row.get(9)?,
        incident: row.get::<_, Option<i64>>(10)?.map(rows::unsigned),
        matched: matched.map(|text| rows::json(&text, "a ticket's match")).transpose()?.unwrap_or_default(),
        taken_by: row.get(12)?,
        merged_into: row.get(13)?,
        changed_at: Time::from_unix_ms(row.get(14)?),
        id,
    })
}

fn messages(conn: &Connection, key: &SealingKey, ticket: &Ticket) -> Result<Vec<TicketMessage>, StoreError> {
    let mut statement = conn.prepare_cached(MESSAGES)?;
    let rows = statement.query_and_then([ticket.seq], |row| {
        let sending: Option<i64> = row.get(5)?;
        Ok(TicketMessage {
            no: row.get(0)?,
            at: Time::from_unix_ms(row.get(1)?),
            kind: TicketMessageKind::from_code(row.get(2)?)?,
            by: row.get(3)?,
            text: open(key, &ticket.id, &row.get::<_, Vec<u8>>(4)?)?,
            sending: sending.and_then(|state| sends::STATES.get(usize::try_from(state).ok()?).copied()),
        })
    })?;
    rows.collect()
}

fn files(conn: &Connection, key: &SealingKey, ticket: &Ticket) -> Result<Vec<(u32, String, String)>, StoreError> {
    let mut statement = conn.prepare_cached(FILES)?;
    let rows = statement.query_and_then([ticket.seq], |row| {
        let (name, media_type): (String, String) = open(key, &ticket.id, &row.get::<_, Vec<u8>>(1)?)?;
        Ok((row.get(0)?, name, media_type))
    })?;
    rows.collect()
}

/// A file of a ticket.
pub(crate) fn file(conn: &Connection, key: &SealingKey, id: &str, no: u32) -> Result<Option<TicketFile>, StoreError> {
    let read = |row: &Row<'_>| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, Vec<u8>>(1)?));
    let found = conn.prepare_cached(FILE)?.query_row(params![id, no], read).optional()?;
    let Some((name, bytes)) = found else { return Ok(None) };
    let (name, media_type): (String, String) = open(key, id, &name)?;
    Ok(Some(TicketFile { name, media_type, bytes: key.unseal(&bytes, &super::owner(id))?.to_vec() }))
}

/// How many tickets are in each state.
pub(crate) fn counts(conn: &Connection) -> Result<Vec<(TicketState, u64)>, StoreError> {
    let mut statement = conn.prepare_cached(COUNTS)?;
    let rows =
        statement.query_and_then([], |row| Ok((TicketState::from_code(row.get(0)?)?, rows::unsigned(row.get(1)?))))?;
    rows.collect()
}
