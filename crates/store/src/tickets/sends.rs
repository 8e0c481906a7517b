//! The outbox of answers: claimed before they are sent, and never sent twice by themselves.

use super::{TicketSend, TicketSent, TicketSource, lang_of, open};
use crate::{StoreError, codes::Coded, writing::Writing};
use clock::Time;
use rusqlite::{Connection, params};

/// What came by the API is read there.
const PUT: &str = "INSERT INTO ticket_sends (ticket, no, state, due_at) \
    SELECT seq, ?2, 0, ?3 FROM tickets WHERE seq = ?1 AND source <> 0";
const DUE: &str = "SELECT s.id, s.ticket, s.no, s.tries, t.id, t.source, t.sealed, t.lang, m.sealed \
    FROM ticket_sends s JOIN tickets t ON t.seq = s.ticket JOIN ticket_messages m ON m.ticket = s.ticket AND m.no = s.no \
    WHERE s.state = 0 AND s.due_at <= ?1 ORDER BY s.due_at, s.id LIMIT ?2";
const CLAIM: &str = "UPDATE ticket_sends SET state = 1, tries = tries + 1 WHERE id = ?1";
const SETTLE: &str = "UPDATE ticket_sends SET state = ?2, due_at = coalesce(?3, due_at), ended_at = ?4, receipt = ?5, \
    why = ?6 WHERE id = ?1 AND state = 1";
const RECOVER: &str = "UPDATE ticket_sends SET state = 3, ended_at = ?1, why = 'the process stopped while it was sent' \
    WHERE state = 1";
const NEXT: &str = "SELECT min(due_at) FROM ticket_sends WHERE state = 0";

pub(super) const STATES: [&str; 5] = ["waiting", "claimed", "sent", "unknown", "refused"];

pub(super) fn put(conn: &Connection, ticket: i64, no: i64, at: Time) -> Result<(), StoreError> {
    conn.prepare_cached(PUT)?.execute(params![ticket, no, at.unix_ms()])?;
    Ok(())
}

/// Claims up to `limit` answers that are due. The claim is on disk before this is answered.
pub(crate) fn claim(writing: &mut Writing<'_>, now: Time, limit: u32) -> Result<Vec<TicketSend>, StoreError> {
    let (conn, key) = (writing.conn, writing.key);
    let mut statement = conn.prepare_cached(DUE)?;
    let rows = statement.query_and_then(params![now.unix_ms(), limit], |row| {
        let id: String = row.get(4)?;
        let reply_to: Option<Vec<u8>> = row.get(6)?;
        Ok::<_, StoreError>(TicketSend {
            id: row.get(0)?,
            no: row.get(2)?,
            tries: row.get(3)?,
            source: TicketSource::from_code(row.get(5)?)?,
            reply_to: reply_to.map(|sealed| open(key, &id, &sealed)).transpose()?.unwrap_or_default(),
            lang: lang_of(&row.get::<_, String>(7)?),
            text: open(key, &id, &row.get::<_, Vec<u8>>(8)?)?,
            ticket: id,
        })
    })?;
    let due = rows.collect::<Result<Vec<_>, _>>()?;
    let mut claim = conn.prepare_cached(CLAIM)?;
    for one in &due {
        claim.execute([one.id])?;
    }
    Ok(due)
}

/// Writes down how a try ended.
pub(crate) fn settle(writing: &mut Writing<'_>, id: i64, sent: &TicketSent, at: Time) -> Result<(), StoreError> {
    let (state, due, receipt, why) = match sent {
        TicketSent::Again(due, why) => (0, Some(due.unix_ms()), None, Some(why)),
        TicketSent::Sent(receipt) => (2, None, receipt.as_ref(), None),
        TicketSent::Unknown(why) => (3, None, None, Some(why)),
        TicketSent::Refused(why) => (4, None, None, Some(why)),
    };
    writing.conn.prepare_cached(SETTLE)?.execute(params![id, state, due, at.unix_ms(), receipt, why])?;
    Ok(())
}

/// What a stopped process left in the middle may have been sent: it is not known, and not sent again. Gives how many.
pub(crate) fn recover(writing: &mut Writing<'_>, now: Time) -> Result<usize, StoreError> {
    Ok(writing.conn.prepare_cached(RECOVER)?.execute([now.unix_ms()])?)
}

/// When the next answer is due.
pub(crate) fn next(conn: &Connection) -> Result<Option<Time>, StoreError> {
    let due: Option<i64> = conn.prepare_cached(NEXT)?.query_row([], |row| row.get(0))?;
    Ok(due.map(Time::from_unix_ms))
}
