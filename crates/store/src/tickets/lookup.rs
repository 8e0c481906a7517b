//! What a ticket is matched against: tickets that wait to be decided, and the parcels that one may be about.

use super::{OpenTicket, TicketParcel, TicketQuery, TicketSource, TicketText, open};
use crate::{
    SealingKey, StoreError, claim,
    codes::Coded,
    reads,
    rows::{self, IntentRow},
    search,
};
use clock::Time;
use dispatch::{Fact, State};
use notice::ticket::FoundBy;
use parcel::{Letter, Shipment, ShipmentId};
use rusqlite::{Connection, Params, params};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Parcels that one number or word can name, at most.
const OF_ONE_COUNT_MAX: u32 = 60;
/// Parcels that are held up and looked at for one ticket, at most.
const HELD_COUNT_MAX: u32 = 200;
/// States in which a parcel is held up.
const HELD: [State; 4] = [State::Waiting, State::InFlight, State::Unknown, State::Question];

const NEW: &str = "SELECT seq, id, source, merchant, contact, sealed, automatic, unreadable, at FROM tickets \
    WHERE state = 0 ORDER BY seq LIMIT ?1";
const TEXTS: &str = "SELECT sealed FROM ticket_messages WHERE ticket = ?1 AND kind = 0 ORDER BY no";
const BY_NUMBER: &str = "SELECT intent FROM numbers WHERE number = ?1 LIMIT ?2";
const BY_ORDER: &str = "SELECT id FROM intents INDEXED BY intents_of_order \
    WHERE merchant = ?1 AND order_number = ?2 ORDER BY id LIMIT ?3";
/// One step into the index for each merchant, so that taking shipments in has no further index to write.
const BY_ORDER_OF_ALL: &str = "SELECT i.id FROM merchants m CROSS JOIN intents i INDEXED BY intents_of_order \
    ON i.merchant = m.id AND i.order_number = ?1 LIMIT ?2";
const HELD_UP: &str = "SELECT id FROM intents INDEXED BY intents_by_state \
    WHERE merchant = ?1 AND state = ?2 AND id >= ?3 ORDER BY id LIMIT ?4";

/// Up to `limit` tickets that wait to be decided, the oldest first.
pub(crate) fn new_tickets(conn: &Connection, key: &SealingKey, limit: u32) -> Result<Vec<OpenTicket>, StoreError> {
    let moment = conn.unchecked_transaction()?;
    let mut statement = moment.prepare_cached(NEW)?;
    let rows = statement.query_and_then([limit], |row| {
        let (seq, id): (i64, String) = (row.get(0)?, row.get(1)?);
        let sealed: Option<Vec<u8>> = row.get(5)?;
        let merchant: Option<String> = row.get(3)?;
        let contact: Option<[u8; 32]> = row.get(4)?;
        let by_merchant = merchant.as_ref().map(|merchant| Sha256::digest(merchant.as_bytes()).into());
        Ok(OpenTicket {
            source: TicketSource::from_code(row.get(2)?)?,
            merchant: merchant.map(|merchant| rows::parse(&merchant, "merchant")).transpose()?,
            reply_to: sealed.map(|sealed| open(key, &id, &sealed)).transpose()?.unwrap_or_default(),
            text: texts(&moment, key, seq, &id)?,
            is_automatic: row.get(6)?,
            is_unreadable: row.get(7)?,
            account: by_merchant.or(contact),
            at: Time::from_unix_ms(row.get(8)?),
            id,
        })
    })?;
    rows.collect()
}

fn texts(conn: &Connection, key: &SealingKey, seq: i64, id: &str) -> Result<TicketText, StoreError> {
    let mut statement = conn.prepare_cached(TEXTS)?;
    let texts = statement.query_and_then([seq], |row| open::<TicketText>(key, id, &row.get::<_, Vec<u8>>(0)?))?;
    let mut whole = TicketText::default();
    for text in texts {
        let text = text?;
        if whole.subject.is_empty() {
            whole.subject = text.subject;
        }
        whole.body.push_str(&text.body);
        whole.body.push('\n');
    }
    Ok(whole)
}

/// The parcels that a ticket may be about, each once, as of one moment.
pub(crate) fn parcels(
    conn: &Connection,
    key: &SealingKey,
    query: &TicketQuery,
) -> Result<Vec<TicketParcel>, StoreError> {
    let moment = conn.unchecked_transaction()?;
    let mut found = Found { conn: &moment, key, parcels: Vec::new() };
    for number in &query.numbers {
        found.take(BY_NUMBER, params![number.as_str(), OF_ONE_COUNT_MAX], FoundBy::Number)?;
    }
    for order in &query.orders {
        match &query.merchant {
            Some(merchant) => {
                found.take(BY_ORDER, params![merchant.as_str(), order, OF_ONE_COUNT_MAX], FoundBy::Order)?;
            }
            None => found.take(BY_ORDER_OF_ALL, params![order, OF_ONE_COUNT_MAX], FoundBy::Order)?,
        }
    }
    if let (Some(merchant), Some(since)) = (&query.merchant, query.held_since) {
        for state in HELD {
            let values = params![merchant.as_str(), state.code(), search::first_id(since), HELD_COUNT_MAX];
            found.take(HELD_UP, values, FoundBy::Time)?;
        }
    }
    Ok(found.parcels)
}

/// One parcel by its id, for a message about how it stands now.
pub(crate) fn parcel(conn: &Connection, key: &SealingKey, id: ShipmentId) -> Result<Option<TicketParcel>, StoreError> {
    let row = rows::find(conn, id)?;
    row.map(|row| looked_up(conn, key, row, FoundBy::Number)).transpose()
}

struct Found<'c> {
    conn: &'c Connection,
    key: &'c SealingKey,
    parcels: Vec<TicketParcel>,
}

impl Found<'_> {
    fn take(&mut self, sql: &str, values: impl Params, by: FoundBy) -> Result<(), StoreError> {
        let mut statement = self.conn.prepare_cached(sql)?;
        let ids = statement.query_map(values, |row| row.get(0).map(ShipmentId::from_bytes))?;
        for id in ids {
            let id = id?;
            if self.parcels.iter().any(|one| one.view.intent.id == id) {
                continue;
            }
            let Some(row) = rows::find(self.conn, id)? else { continue };
            self.parcels.push(looked_up(self.conn, self.key, row, by)?);
        }
        Ok(())
    }
}

fn looked_up(conn: &Connection, key: &SealingKey, row: IntentRow, by: FoundBy) -> Result<TicketParcel, StoreError> {
    let ready_at = match row.view.intent.state {
        State::Confirmed => {
            let facts = reads::facts(conn, row.id())?;
            let confirmed = facts.iter().rev().find(|one| matches!(one.fact, Fact::Confirmed { .. }));
            Some(confirmed.map_or(row.view.intent.changed_at, |one| one.at))
        }
        _ => None,
    };
    // By time only the merchant's own are looked for, whose right needs no address.
    let shipment = if by == FoundBy::Time { None } else { claim::kept_shipment(conn, &row)? };
    let parties = shipment.map(|shipment| addresses(&shipment)).unwrap_or_default();
    let parties = parties.iter().map(|address| key.contact_digest(address)).collect();
    Ok(TicketParcel { by, view: row.view, ready_at, parties })
}

/// The mail addresses of the sender and of the addressee.
fn addresses(shipment: &Shipment) -> Vec<String> {
    match &shipment.letter {
        Letter::Parts(parts) => {
            let of = |address: &parcel::Address| address.fields().email.clone();
            [of(&parts.sender), of(&parts.addressee)].into_iter().flatten().collect()
        }
        Letter::AsWritten(written) => {
            let mut found = Vec::new();
            for side in ["/letter/sender", "/letter/addressee"] {
                written.pointer(side).into_iter().for_each(|side| mails_in(side, &mut found));
            }
            found
        }
    }
}

/// Every text under a key `email`, a few levels deep.
fn mails_in(value: &Value, found: &mut Vec<String>) {
    let Value::Object(fields) = value else { return };
    for (name, value) in fields {
        match value {
            Value::String(text) if name.eq_ignore_ascii_case("email") && !text.is_empty() => found.push(text.clone()),
            Value::Object(_) => mails_in(value, found),
            _ => {}
        }
    }
}
