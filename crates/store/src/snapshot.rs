//! One moment of a store, read row by row beside whoever writes: what exports and reports are made of.
//!
//! A connection of its own with a read transaction: everything is as of the moment of opening, however long reading takes
//! and whatever is written meanwhile. One row is in memory at a time. Needs no sealing key: no secret is opened.

use crate::{
    IntentView, StoreError,
    opening::{self, DATABASE},
    reads,
    report::{self, Report},
    rows::{self, parse, unsigned},
    search::first_id,
};
use clock::Time;
use dispatch::{Fact, Stamped};
use parcel::{MerchantId, ParcelNumber, Shipment, ShipmentId};
use rusqlite::{Connection, params};
use std::path::Path;

const MERCHANT_IS: &str = "SELECT 1 FROM merchants WHERE id = ?1";
const SHIPMENTS: &str = " WHERE id >= ?1 AND id < ?2 AND (?3 IS NULL OR merchant = ?3) ORDER BY id";
const SHIPMENTS_COUNT: &str = "SELECT count(*) FROM intents WHERE id >= ?1 AND id < ?2 \
    AND (?3 IS NULL OR merchant = ?3)";
const FACTS: &str = "SELECT f.intent, f.seq, f.at, f.fact, i.merchant FROM facts f JOIN intents i ON i.id = f.intent \
    WHERE f.at >= ?1 AND f.at < ?2 AND (?3 IS NULL OR i.merchant = ?3) ORDER BY f.seq";
const FACTS_COUNT: &str = "SELECT count(*) FROM facts f JOIN intents i ON i.id = f.intent \
    WHERE f.at >= ?1 AND f.at < ?2 AND (?3 IS NULL OR i.merchant = ?3)";
const NUMBERS: &str = "SELECT n.number, n.intent, i.merchant, n.account, n.product, n.at, \
    i.known_by IS NOT NULL AND i.number = n.number FROM numbers n JOIN intents i ON i.id = n.intent \
    WHERE n.at >= ?1 AND n.at < ?2 AND (?3 IS NULL OR i.merchant = ?3) ORDER BY n.number, n.intent";
const NUMBERS_COUNT: &str = "SELECT count(*) FROM numbers n JOIN intents i ON i.id = n.intent \
    WHERE n.at >= ?1 AND n.at < ?2 AND (?3 IS NULL OR i.merchant = ?3)";

/// Which rows are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    /// From this moment on.
    pub from: Time,
    /// Before this moment.
    pub to: Time,
    /// Only of this merchant.
    pub merchant: Option<MerchantId>,
}

/// What rows there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The shipments that were accepted in the period.
    Shipments,
    /// The facts that were written in the period.
    Facts,
    /// The numbers that the carrier, or we, gave out in the period.
    Numbers,
}

/// A number that was given out.
#[derive(Clone, Debug, PartialEq)]
pub struct GivenOut {
    /// The number.
    pub number: ParcelNumber,
    /// The shipment for which it was made.
    pub shipment: ShipmentId,
    /// Whose.
    pub merchant: MerchantId,
    /// Under which account at the carrier.
    pub account: String,
    /// The product's part of the number.
    pub product: String,
    /// About when.
    pub at: Time,
    /// Whether it stands on the shipment's label; else it is one to void.
    pub on_the_label: bool,
}

/// One moment of a store.
pub struct Snapshot {
    conn: Connection,
}

impl Snapshot {
    /// Opens the store in this directory to read it as it is now.
    ///
    /// # Errors
    /// [`StoreError::TooNew`] and [`StoreError::TooOld`] for a database of another program,
    /// [`StoreError::Database`] when it cannot be read.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        let conn = opening::open_reader(&dir.join(DATABASE))?;
        conn.busy_timeout(opening::BUSY_WAIT)?;
        // The moment is that of the first question in the transaction, which this is.
        conn.execute_batch("BEGIN")?;
        let found = opening::layout(&conn)?;
        if found > opening::LAYOUT {
            return Err(StoreError::TooNew { found, known: opening::LAYOUT });
        }
        if found < opening::LAYOUT {
            return Err(StoreError::TooOld { found, known: opening::LAYOUT });
        }
        Ok(Self { conn })
    }

    /// Whether there is such a merchant.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn has_merchant(&self, merchant: &MerchantId) -> Result<bool, StoreError> {
        Ok(self.conn.prepare(MERCHANT_IS)?.exists([merchant.as_str()])?)
    }

    /// How many rows there are.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn count(&self, kind: Kind, period: &Period) -> Result<u64, StoreError> {
        let (from, to, whose) = (period.from, period.to, period.whose());
        let count = |sql, values: &[&dyn rusqlite::ToSql]| self.conn.query_row(sql, values, |row| row.get(0));
        let rows = match kind {
            Kind::Shipments => count(SHIPMENTS_COUNT, &[&first_id(from), &first_id(to), &whose]),
            Kind::Facts => count(FACTS_COUNT, &[&from.unix_ms(), &to.unix_ms(), &whose]),
            Kind::Numbers => count(NUMBERS_COUNT, &[&from.unix_ms(), &to.unix_ms(), &whose]),
        };
        Ok(unsigned(rows?))
    }

    /// Each shipment that was accepted in the period, in order, with what was to be labelled where that is still kept.
    ///
    /// # Errors
    /// Those of the store, and the first one of `each`, which ends the reading.
    pub fn shipments<E: From<StoreError>>(
        &self,
        period: &Period,
        mut each: impl FnMut(&IntentView, Option<Shipment>) -> Result<(), E>,
    ) -> Result<(), E> {
        let values = params![first_id(period.from), first_id(period.to), period.whose()];
        rows::each(&self.conn, SHIPMENTS, values, |row| each(&row.view, crate::claim::kept_shipment(&self.conn, row)?))
    }

    /// Each fact that was written in the period, in order.
    ///
    /// # Errors
    /// Those of the store, and the first one of `each`, which ends the reading.
    pub fn facts<E: From<StoreError>>(
        &self,
        period: &Period,
        mut each: impl FnMut(ShipmentId, &MerchantId, Stamped) -> Result<(), E>,
    ) -> Result<(), E> {
        self.walk(FACTS, period, |row| {
            let (id, stamped) = reads::stamped(row)?;
            let merchant = parse(&row.get::<_, String>(4).map_err(StoreError::from)?, "merchant")?;
            each(id, &merchant, stamped)
        })
    }

    /// Each number that was given out in the period, in order.
    ///
    /// # Errors
    /// Those of the store, and the first one of `each`, which ends the reading.
    pub fn numbers<E: From<StoreError>>(
        &self,
        period: &Period,
        mut each: impl FnMut(GivenOut) -> Result<(), E>,
    ) -> Result<(), E> {
        self.walk(NUMBERS, period, |row| each(given_out(row)?))
    }

    /// What became of the shipments that were accepted in the period.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Damaged`].
    pub fn report(&self, period: &Period) -> Result<Report, StoreError> {
        report::report(&self.conn, period)
    }

    fn walk<E: From<StoreError>>(
        &self,
        sql: &str,
        period: &Period,
        mut each: impl FnMut(&rusqlite::Row<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut statement = self.conn.prepare(sql).map_err(StoreError::from)?;
        let values = params![period.from.unix_ms(), period.to.unix_ms(), period.whose()];
        let mut rows = statement.query(values).map_err(StoreError::from)?;
        while let Some(row) = rows.next().map_err(StoreError::from)? {
            each(row)?;
        }
        Ok(())
    }
}

impl Period {
    pub(crate) fn whose(&self) -> Option<&str> {
        self.merchant.as_ref().map(MerchantId::as_str)
    }
}

fn given_out(row: &rusqlite::Row<'_>) -> Result<GivenOut, StoreError> {
    Ok(GivenOut {
        number: parse(&row.get::<_, String>(0)?, "number")?,
        shipment: ShipmentId::from_bytes(row.get(1)?),
        merchant: parse(&row.get::<_, String>(2)?, "merchant")?,
        account: row.get(3)?,
        product: row.get(4)?,
        at: Time::from_unix_ms(row.get(5)?),
        on_the_label: row.get(6)?,
    })
}

/// A fact as JSON, without what may be private: the shipment, and words that come from outside.
///
/// # Errors
/// [`StoreError::Misused`] for a fact that is not JSON.
pub fn without_private_parts(fact: &Fact) -> Result<serde_json::Value, StoreError> {
    let mut json = serde_json::to_value(fact).map_err(|_| StoreError::Misused("a fact that is not JSON"))?;
    if let Some(parts) = json.as_object_mut() {
        parts.remove("shipment");
        if let Some(reject) = parts.get_mut("reject").and_then(serde_json::Value::as_object_mut) {
            reject.remove("message");
        }
    }
    Ok(json)
}
