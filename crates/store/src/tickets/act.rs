//! What people do with tickets, each act with its line in the log.

use super::{MESSAGES_COUNT_MAX, TicketAct, TicketMessageKind, TicketState, TicketText, decide, seal};
use crate::{StoreError, codes::Coded, writing::Writing};
use clock::Time;
use rusqlite::{Connection, OptionalExtension, params};

const FIND: &str = "SELECT seq, state, sealed IS NULL FROM tickets WHERE id = ?1";
const PUT_MESSAGE: &str = "INSERT INTO ticket_messages (ticket, no, at, kind, by, sealed) VALUES (?1, \
    (SELECT coalesce(max(no), 0) + 1 FROM ticket_messages WHERE ticket = ?1), ?2, ?3, ?4, ?5) RETURNING no";
const LOG: &str = "INSERT INTO ticket_log (ticket, at, by, what) VALUES (?1, ?2, ?3, ?4)";
const MOVE: &str = "UPDATE tickets SET state = ?2, taken_by = ?3, merged_into = coalesce(?4, merged_into), changed_at = ?5 \
    WHERE seq = ?1";
const COUNT: &str = "SELECT count(*) FROM ticket_messages WHERE ticket = ?1";

/// Does this to a ticket.
pub(crate) fn act(writing: &mut Writing<'_>, id: &str, by: &str, act: &TicketAct, at: Time) -> Result<(), StoreError> {
    let (seq, state, erased) = find(writing.conn, id)?.ok_or_else(|| StoreError::NoTicket(id.to_owned()))?;
    let moved = || StoreError::TicketMoved { id: id.to_owned(), state: state.name() };
    let to = next(state, act).filter(|_| !erased).ok_or_else(moved)?;
    let (mut taken_by, mut merged_into, mut more) = (Some(by), None, String::new());
    match act {
        TicketAct::Take => {}
        TicketAct::HandOver { to, note } => {
            has_room(writing.conn, seq)?;
            let sealed = seal(writing.key, id, &TicketText { subject: String::new(), body: note.clone() })?;
            put_message(writing.conn, (seq, at), TicketMessageKind::Note, Some(by), &sealed)?;
            taken_by = to.as_deref();
            more = to.as_ref().map(|to| format!(" to {to}")).unwrap_or_default();
        }
        TicketAct::Merge { into } => {
            let other = find(writing.conn, into)?.ok_or_else(|| StoreError::NoTicket(into.clone()))?;
            if other.0 == seq || other.1 == TicketState::Merged {
                return Err(moved());
            }
            merged_into = Some(into);
            more = format!(" into {into}");
            log(writing, other.0, at, Some(by), &format!("{id} goes on here"))?;
        }
        TicketAct::Answer(text) => {
            has_room(writing.conn, seq)?;
            decide::send(writing, (seq, id, at), TicketMessageKind::PersonAnswer, Some(by), text)?;
        }
        TicketAct::Close => {}
        TicketAct::Reopen => taken_by = None,
    }
    writing.conn.prepare_cached(MOVE)?.execute(params![seq, to.code(), taken_by, merged_into, at.unix_ms()])?;
    log(writing, seq, at, Some(by), &format!("{}{more}", act.name()))
}

/// Where an act leads, where it may be done.
fn next(state: TicketState, act: &TicketAct) -> Option<TicketState> {
    use TicketState::{Answered, Closed, Merged, New, WithPerson};
    Some(match (state, act) {
        (Merged, TicketAct::Reopen) | (Answered | Closed, TicketAct::Reopen) => WithPerson,
        (Merged, _) | (New, TicketAct::Reopen) => return None,
        (_, TicketAct::Take | TicketAct::HandOver { .. }) => WithPerson,
        (_, TicketAct::Merge { .. }) => Merged,
        (_, TicketAct::Answer(_)) => Answered,
        (Closed, TicketAct::Close) | (WithPerson, TicketAct::Reopen) => return None,
        (_, TicketAct::Close) => Closed,
    })
}

fn find(conn: &Connection, id: &str) -> Result<Option<(i64, TicketState, bool)>, StoreError> {
    let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, bool>(2)?));
    let found = conn.prepare_cached(FIND)?.query_row([id], read).optional()?;
    found.map(|(seq, state, erased)| Ok((seq, TicketState::from_code(state)?, erased))).transpose()
}

/// Refuses a ticket with as many messages as one may have: a loop that nothing else has ended, ends here.
pub(super) fn has_room(conn: &Connection, seq: i64) -> Result<(), StoreError> {
    let there: i64 = conn.prepare_cached(COUNT)?.query_row([seq], |row| row.get(0))?;
    if there < MESSAGES_COUNT_MAX { Ok(()) } else { Err(StoreError::TicketFull) }
}

pub(super) fn put_message(
    conn: &Connection,
    (seq, at): (i64, Time),
    kind: TicketMessageKind,
    by: Option<&str>,
    sealed: &[u8],
) -> Result<i64, StoreError> {
    let values = params![seq, at.unix_ms(), kind.code(), by, sealed];
    Ok(conn.prepare_cached(PUT_MESSAGE)?.query_row(values, |row| row.get(0))?)
}

pub(super) fn log(
    writing: &mut Writing<'_>,
    seq: i64,
    at: Time,
    by: Option<&str>,
    what: &str,
) -> Result<(), StoreError> {
    writing.conn.prepare_cached(LOG)?.execute(params![seq, at.unix_ms(), by, what])?;
    Ok(())
}

/// Erases what people wrote in up to `limit` tickets that nobody has and that last changed before this; gives how many.
pub(crate) fn erase(writing: &mut Writing<'_>, before: Time, limit: u32) -> Result<usize, StoreError> {
    const OLD: &str = "SELECT seq FROM tickets INDEXED BY tickets_by_change \
        WHERE sealed IS NOT NULL AND changed_at < ?1 AND state IN (1, 3, 4) ORDER BY changed_at LIMIT ?2";
    const PARTS: [&str; 4] = [
        "DELETE FROM ticket_messages WHERE ticket = ?1",
        "DELETE FROM ticket_files WHERE ticket = ?1",
        "DELETE FROM ticket_sends WHERE ticket = ?1",
        "UPDATE tickets SET sealed = NULL, contact = NULL, thread = NULL WHERE seq = ?1",
    ];
    let conn = writing.conn;
    let mut statement = conn.prepare_cached(OLD)?;
    let old = statement.query_map(params![before.unix_ms(), limit], |row| row.get::<_, i64>(0))?;
    let old = old.collect::<Result<Vec<_>, _>>()?;
    for seq in &old {
        for part in PARTS {
            conn.prepare_cached(part)?.execute([seq])?;
        }
    }
    Ok(old.len())
}
