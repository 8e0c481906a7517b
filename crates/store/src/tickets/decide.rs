//! What was decided about tickets, written once: the state, the match and the answer with its place in the outbox.

use super::{
    TicketDecided, TicketEnd, TicketMessageKind, TicketState, TicketText, TicketToClose, act, lang_of, seal, sends,
};
use crate::{StoreError, codes::Coded, rows, writing::Writing};
use clock::Time;
use rusqlite::{Connection, OptionalExtension, params};
use watch::IncidentId;

const FIND: &str = "SELECT seq FROM tickets WHERE id = ?1 AND state = 0";
const DECIDE: &str = "UPDATE tickets SET state = ?2, reason = ?3, lang = ?4, function = ?5, incident = ?6, matched = ?7, \
    changed_at = ?8 WHERE seq = ?1";
const TO_CLOSE: &str = "SELECT id, lang, matched FROM tickets WHERE incident = ?1 AND state = 1 AND changed_at < ?2 \
    ORDER BY seq LIMIT ?3";
const ANSWERED: &str = "SELECT seq FROM tickets WHERE id = ?1 AND state = 1";
const CLOSE: &str = "UPDATE tickets SET state = 4, matched = ?2, changed_at = ?3 WHERE seq = ?1";

/// Writes what was decided; a ticket that somebody has taken up meanwhile is left as it is.
pub(crate) fn put(writing: &mut Writing<'_>, decided: &[TicketDecided]) -> Result<(), StoreError> {
    for one in decided {
        put_one(writing, one)?;
    }
    Ok(())
}

fn put_one(writing: &mut Writing<'_>, one: &TicketDecided) -> Result<(), StoreError> {
    let conn = writing.conn;
    let Some(seq) = conn.prepare_cached(FIND)?.query_row([&one.id], |row| row.get(0)).optional()? else {
        return Ok(());
    };
    let (state, reason) = match &one.end {
        TicketEnd::Answered(_) => (TicketState::Answered, None),
        TicketEnd::WithPerson(reason) => (TicketState::WithPerson, Some(reason.as_str())),
        TicketEnd::Closed(reason) => (TicketState::Closed, Some(reason.as_str())),
    };
    conn.prepare_cached(DECIDE)?.execute(params![
        seq,
        state.code(),
        reason,
        one.lang.code(),
        one.function.map(watch::Function::name),
        one.incident.map(|id| rows::count(id.0)),
        json(&one.matched)?,
        one.at.unix_ms(),
    ])?;
    if let TicketEnd::Answered(text) = &one.end {
        send(writing, (seq, &one.id, one.at), TicketMessageKind::Answer, None, text)?;
    }
    let why = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
    act::log(writing, seq, one.at, None, &format!("{}{why}", state.name()))
}

/// Writes a message and puts it into the outbox.
pub(super) fn send(
    writing: &mut Writing<'_>,
    (seq, id, at): (i64, &str, Time),
    kind: TicketMessageKind,
    by: Option<&str>,
    text: &TicketText,
) -> Result<(), StoreError> {
    let sealed = seal(writing.key, id, text)?;
    let no = act::put_message(writing.conn, (seq, at), kind, by, &sealed)?;
    sends::put(writing.conn, seq, no, at)
}

fn json(lines: &[notice::ticket::Line]) -> Result<String, StoreError> {
    serde_json::to_string(lines).map_err(|_| StoreError::Misused("a match that is not JSON"))
}

/// Up to `limit` tickets that were answered by this incident before its end and have had no closing message.
pub(crate) fn to_close(
    conn: &Connection,
    incident: IncidentId,
    end: Time,
    limit: u32,
) -> Result<Vec<TicketToClose>, StoreError> {
    let mut statement = conn.prepare_cached(TO_CLOSE)?;
    let rows = statement.query_and_then(params![rows::count(incident.0), end.unix_ms(), limit], |row| {
        let matched: Option<String> = row.get(2)?;
        let matched = matched.map(|text| rows::json(&text, "a ticket's match")).transpose()?.unwrap_or_default();
        Ok(TicketToClose { id: row.get(0)?, lang: lang_of(&row.get::<_, String>(1)?), matched })
    })?;
    rows.collect()
}

/// Closes tickets, each with its last message and how its parcels stand now.
pub(crate) fn close(
    writing: &mut Writing<'_>,
    closing: &[(String, Vec<notice::ticket::Line>, TicketText)],
    at: Time,
) -> Result<(), StoreError> {
    for (id, matched, text) in closing {
        let found = writing.conn.prepare_cached(ANSWERED)?.query_row([id], |row| row.get(0)).optional()?;
        let Some(seq) = found else { continue };
        writing.conn.prepare_cached(CLOSE)?.execute(params![seq, json(matched)?, at.unix_ms()])?;
        send(writing, (seq, id, at), TicketMessageKind::Closing, None, text)?;
        act::log(writing, seq, at, None, "closed: restored")?;
    }
    Ok(())
}
