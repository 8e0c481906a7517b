//! Taking a ticket in: once, whoever sends it how often.

use super::{NewTicket, TicketCame, TicketMessageKind, TicketState, act, seal};
use crate::{StoreError, codes::Coded, writing::Writing};
use notice::{Lang, ticket::Reason};
use rusqlite::{OptionalExtension, params};

const SEEN: &str = "SELECT t.id FROM ticket_seen s JOIN tickets t ON t.seq = s.ticket \
    WHERE s.source = ?1 AND s.external = ?2";
const SEE: &str = "INSERT INTO ticket_seen (source, external, ticket) VALUES (?1, ?2, ?3)";
const OF_THREAD: &str =
    "SELECT seq, id, state FROM tickets WHERE source = ?1 AND thread = ?2 ORDER BY seq DESC LIMIT 1";
const REPLIED_TO: &str = "SELECT seq, id, state FROM tickets WHERE id = ?1 AND contact = ?2";
const MERCHANT_OF: &str = "SELECT merchant FROM support_contacts WHERE contact = ?1";
const PUT: &str = "INSERT INTO tickets (id, source, thread, merchant, contact, sealed, automatic, unreadable, at, state, \
    lang, changed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0, ?10, ?9)";
const FILE: &str = "INSERT INTO ticket_files (ticket, no, name, bytes) \
    VALUES (?1, (SELECT coalesce(max(no), 0) + 1 FROM ticket_files WHERE ticket = ?1), ?2, ?3)";
const AGAIN: &str = "UPDATE tickets SET state = ?2, reason = ?3, changed_at = ?4 WHERE seq = ?1";

/// Takes a message in.
pub(crate) fn add(writing: &mut Writing<'_>, new: &NewTicket) -> Result<TicketCame, StoreError> {
    let conn = writing.conn;
    let known = conn.prepare_cached(SEEN)?.query_row(params![new.source.code(), new.external], |row| row.get(0));
    if let Some(id) = known.optional()? {
        return Ok(TicketCame::Known(id));
    }
    let contact = new.reply_to.address.as_deref().map(|address| writing.key.contact_digest(address));
    if let Some((seq, id, state)) = going_on(writing, new, contact.as_ref())? {
        further(writing, new, (seq, &id, state))?;
        return Ok(TicketCame::Added(id));
    }
    let registered = match (&new.merchant, contact) {
        (Some(merchant), _) => Some(merchant.as_str().to_owned()),
        (None, Some(contact)) => conn.prepare_cached(MERCHANT_OF)?.query_row([contact], |row| row.get(0)).optional()?,
        (None, None) => None,
    };
    let sealed = seal(writing.key, &new.id, &new.reply_to)?;
    conn.prepare_cached(PUT)?.execute(params![
        new.id,
        new.source.code(),
        new.thread,
        registered,
        contact,
        sealed,
        new.is_automatic,
        new.is_unreadable,
        new.at.unix_ms(),
        Lang::default().code(),
    ])?;
    let seq = conn.last_insert_rowid();
    message(writing, new, seq, &new.id)?;
    act::log(writing, seq, new.at, None, &format!("came by {}", new.source.name()))?;
    Ok(TicketCame::New(new.id.clone()))
}

/// The ticket that this goes on with: of the same conversation, or the one that it replies to, from the same address.
fn going_on(
    writing: &Writing<'_>,
    new: &NewTicket,
    contact: Option<&[u8; 32]>,
) -> Result<Option<(i64, String, TicketState)>, StoreError> {
    let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, i64>(2)?));
    let mut found = None;
    if let Some(thread) = &new.thread {
        found =
            writing.conn.prepare_cached(OF_THREAD)?.query_row(params![new.source.code(), thread], read).optional()?;
    }
    if let (None, Some(replied), Some(contact)) = (&found, &new.replies_to, contact) {
        found = writing.conn.prepare_cached(REPLIED_TO)?.query_row(params![replied, contact], read).optional()?;
    }
    found.map(|(seq, id, state)| Ok((seq, id, TicketState::from_code(state)?))).transpose()
}

/// A further message: what was answered or over is a person's now, since the answer was not enough.
fn further(
    writing: &mut Writing<'_>,
    new: &NewTicket,
    (seq, id, state): (i64, &str, TicketState),
) -> Result<(), StoreError> {
    act::has_room(writing.conn, seq)?;
    message(writing, new, seq, id)?;
    if matches!(state, TicketState::Answered | TicketState::Closed) && !new.is_automatic {
        let reason = Reason::WroteAgain.name();
        let values = params![seq, TicketState::WithPerson.code(), reason, new.at.unix_ms()];
        writing.conn.prepare_cached(AGAIN)?.execute(values)?;
        act::log(writing, seq, new.at, None, "wrote again")?;
    }
    Ok(())
}

fn message(writing: &mut Writing<'_>, new: &NewTicket, seq: i64, id: &str) -> Result<(), StoreError> {
    let conn = writing.conn;
    let sealed = seal(writing.key, id, &new.text)?;
    act::put_message(conn, (seq, new.at), TicketMessageKind::In, None, &sealed)?;
    conn.prepare_cached(SEE)?.execute(params![new.source.code(), new.external, seq])?;
    for file in &new.files {
        let name = seal(writing.key, id, &(&file.name, &file.media_type))?;
        let bytes = writing.key.seal(&file.bytes, &super::owner(id))?;
        conn.prepare_cached(FILE)?.execute(params![seq, name, bytes])?;
    }
    Ok(())
}

/// Registers the address from which a merchant asks for help; the last who registers one has it.
pub(crate) fn add_contact(writing: &mut Writing<'_>, address: &str, merchant: &str) -> Result<(), StoreError> {
    const PUT: &str = "INSERT INTO support_contacts (contact, merchant) VALUES (?1, ?2) \
        ON CONFLICT (contact) DO UPDATE SET merchant = excluded.merchant";
    writing.conn.prepare_cached(PUT)?.execute(params![writing.key.contact_digest(address), merchant])?;
    Ok(())
}
