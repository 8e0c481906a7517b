//! What a merchant wants in the dark, and which of its jobs are to be looked at then.
//!
//! Each job of the outbox has a mark, so that looking never walks over a million that have no need: to be looked at, or
//! looked at already and left with a reason. A new job of a merchant that does not simply wait gets its mark with its row.

use crate::{
    IntentView, StoreError, claim,
    codes::{Coded, day_code},
    numbers,
    rows::{self, parse},
    writing::Writing,
};
use dispatch::InTheDark;
use jiff::civil::Date;
use parcel::{ClientNumber, MerchantId, Shipment, ShipmentId};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::HashMap;

/// How many jobs get another mark in one transaction, when a merchant's wish changes: each short, so that others write
/// between them.
const MARKS_COUNT: i64 = 4_096;

const WISH: &str = "SELECT in_the_dark, client, site FROM merchants WHERE id = ?1";
const WISH_PUT: &str = "UPDATE merchants SET in_the_dark = ?2, client = ?3, site = ?4 WHERE id = ?1";
const PIECE_END: &str = "SELECT seq FROM outbox WHERE seq > ?1 ORDER BY seq LIMIT 1 OFFSET ?2";
const MARK_PIECE: &str = "UPDATE outbox SET stopgap = ?4, stopgap_why = NULL WHERE seq > ?1 AND seq <= ?2 \
    AND (SELECT merchant FROM intents WHERE id = outbox.intent) = ?3";
const CANDIDATES: &str = "SELECT intent FROM outbox INDEXED BY outbox_stopgap WHERE stopgap = 1 AND deposit <= ?1 \
    AND taken = 0 ORDER BY deposit, seq LIMIT ?2";
const LOOKED_AT: &str = "UPDATE outbox SET stopgap = ?2, stopgap_why = ?3 WHERE seq = ?1 AND stopgap = 1";
const WHY: &str = "SELECT stopgap_why FROM outbox WHERE seq = ?1";

/// What a merchant wants in the dark, and what stands on its local labels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LocalWish {
    /// What it wants.
    pub in_the_dark: InTheDark,
    /// Its number at the carrier; without it no local label is printed.
    pub client: Option<ClientNumber>,
    /// The carrier's site that takes its parcels over.
    pub site: Option<String>,
}

/// An urgent job of a merchant that does not simply wait.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Where the intent stands.
    pub view: IntentView,
    /// What is to be labelled.
    pub shipment: Shipment,
    /// What its merchant wants.
    pub wish: LocalWish,
    /// Whether a number for it can be reserved.
    pub numbers_left: bool,
}

/// How a job was left after it was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Looked {
    /// A local label was offered.
    Offered,
    /// It lacks something that may still come: this, in words.
    Lacks(String),
    /// It cannot be printed here, for this reason.
    Cannot(String),
}

impl Looked {
    /// Why there is no local label, in words.
    pub fn why(&self) -> Option<&str> {
        self.parts().1
    }

    fn parts(&self) -> (i64, Option<&str>) {
        match self {
            Self::Offered => (2, None),
            Self::Lacks(why) => (3, Some(why)),
            Self::Cannot(why) => (4, Some(why)),
        }
    }
}

/// What a merchant wants; nothing for one that is not there.
pub(crate) fn wish(conn: &Connection, merchant: &MerchantId) -> Result<Option<LocalWish>, StoreError> {
    let mut statement = conn.prepare_cached(WISH)?;
    let mut rows = statement.query([merchant.as_str()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let client: Option<String> = row.get(1)?;
    Ok(Some(LocalWish {
        in_the_dark: InTheDark::from_code(row.get(0)?)?,
        client: client.map(|client| parse(&client, "client")).transpose()?,
        site: row.get(2)?,
    }))
}

/// Writes down what a merchant wants. Its jobs get their marks afterwards, piece by piece ([`mark_piece`]).
pub(crate) fn set_wish(writing: &mut Writing<'_>, merchant: &MerchantId, wish: &LocalWish) -> Result<(), StoreError> {
    let client = wish.client.map(|client| client.to_string());
    let changed = writing.conn.prepare_cached(WISH_PUT)?.execute(params![
        merchant.as_str(),
        wish.in_the_dark.code(),
        client,
        wish.site
    ])?;
    if changed == 1 { Ok(()) } else { Err(StoreError::NoMerchant(merchant.clone())) }
}

/// Marks the merchant's jobs in the next piece of the outbox; gives where it ended, or nothing at the end.
pub(crate) fn mark_piece(
    writing: &mut Writing<'_>,
    merchant: &MerchantId,
    after: i64,
) -> Result<Option<i64>, StoreError> {
    let conn = writing.conn;
    let Some(wish) = wish(conn, merchant)? else { return Ok(None) };
    let mut statement = conn.prepare_cached(PIECE_END)?;
    let end: Option<i64> = statement.query_row([after, MARKS_COUNT - 1], |row| row.get(0)).optional()?;
    let look = i64::from(wish.in_the_dark != InTheDark::Wait);
    let until = end.unwrap_or(i64::MAX);
    conn.prepare_cached(MARK_PIECE)?.execute(params![after, until, merchant.as_str(), look])?;
    writing.work = true;
    Ok(end)
}

/// Up to `limit` jobs that are to be looked at, whose day of deposit is this one or past: the most urgent first. One that
/// a worker holds is not among them.
pub(crate) fn candidates(conn: &Connection, today: Date, limit: usize) -> Result<Vec<Candidate>, StoreError> {
    let moment = conn.unchecked_transaction()?;
    let mut statement = moment.prepare_cached(CANDIDATES)?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let ids = statement.query_map([day_code(today), limit], |row| row.get(0))?;
    let mut wishes = HashMap::new();
    ids.map(|id| candidate(&moment, ShipmentId::from_bytes(id?), &mut wishes)).collect()
}

fn candidate(
    conn: &Connection,
    id: ShipmentId,
    wishes: &mut HashMap<MerchantId, LocalWish>,
) -> Result<Candidate, StoreError> {
    let damaged = |what| StoreError::Damaged { what };
    let row = rows::find(conn, id)?.ok_or_else(|| damaged("outbox"))?;
    if !wishes.contains_key(&row.view.merchant) {
        let wish = wish(conn, &row.view.merchant)?.unwrap_or_default();
        wishes.insert(row.view.merchant.clone(), wish);
    }
    let wish = wishes.get(&row.view.merchant).cloned().unwrap_or_default();
    let shipment = claim::shipment(conn, &row)?;
    let numbers_left = numbers::any_left(conn, &row.view.account, &row.view.product)?;
    Ok(Candidate { view: row.view, shipment, wish, numbers_left })
}

/// What [`candidates`] would say of this shipment of a merchant, whatever its state and its mark.
pub(crate) fn of_shipment(
    conn: &Connection,
    merchant: &MerchantId,
    id: ShipmentId,
) -> Result<Option<Candidate>, StoreError> {
    let moment = conn.unchecked_transaction()?;
    let theirs = rows::find(&moment, id)?.is_some_and(|row| row.view.merchant == *merchant);
    theirs.then(|| candidate(&moment, id, &mut HashMap::new())).transpose()
}

/// Notes how jobs were left, so that they are not looked at again.
pub(crate) fn looked_at(writing: &mut Writing<'_>, jobs: &[(ShipmentId, Looked)]) -> Result<(), StoreError> {
    for (id, looked) in jobs {
        let Some(row) = rows::find(writing.conn, *id)? else { continue };
        let (mark, why) = looked.parts();
        writing.conn.prepare_cached(LOOKED_AT)?.execute(params![row.accepted_seq, mark, why])?;
    }
    Ok(())
}

/// Why no local label was printed for a job that waits, where one was wanted.
pub(crate) fn why_not(conn: &Connection, id: ShipmentId) -> Result<Option<String>, StoreError> {
    let Some(row) = rows::find(conn, id)? else { return Ok(None) };
    let why = conn.prepare_cached(WHY)?.query_row([row.accepted_seq], |row| row.get(0)).optional()?;
    Ok(why.flatten())
}
