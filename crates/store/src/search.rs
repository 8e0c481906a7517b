//! A merchant's shipments, page by page, newest first, each question answered out of an index.
//!
//! Ids begin with the time at which they were made, so that a span of time is a span of ids and the order of ids is
//! the order of acceptance. The narrowest wish chooses the index; the other wishes are held to each shipment that it
//! gives. How many shipments are looked at for one page is bounded, whatever is asked.

use crate::{
    Cursor, Filter, IntentView, Page, StoreError,
    codes::{Coded, day_code},
    rows,
};
use clock::Time;
use dispatch::State;
use jiff::civil::Date;
use parcel::{MerchantId, ParcelNumber, Product, ShipmentId};
use rusqlite::{Connection, Params, ToSql, params};

/// Shipments looked at for one page, at most: past that the page ends early, with a place to go on from.
const LOOKED_AT_COUNT_MAX: usize = 10_000;

const BY_STATE: &str = "SELECT id FROM intents INDEXED BY intents_by_state WHERE merchant = ?1 AND state = ?4 \
    AND id >= ?2 AND id < ?3 AND deposit BETWEEN ?5 AND ?6 AND (?7 IS NULL OR product = ?7) ORDER BY id DESC LIMIT ?8";
const BY_PRODUCT: &str = "SELECT id FROM intents INDEXED BY intents_by_product \
    WHERE merchant = ?1 AND product = ?4 AND id >= ?2 AND id < ?3 ORDER BY id DESC";
const BY_MISMATCH: &str = "SELECT id FROM intents INDEXED BY intents_mismatched \
    WHERE merchant = ?1 AND mismatch IS NOT NULL AND id >= ?2 AND id < ?3 AND ?4 ORDER BY id DESC";
const BY_BATCH: &str = "SELECT DISTINCT l.intent FROM batch_lines l INDEXED BY batch_lines_of_intent \
    JOIN batches b ON b.id = l.batch AND b.merchant = ?1 \
    WHERE l.batch = ?4 AND l.intent >= ?2 AND l.intent < ?3 ORDER BY l.intent DESC";
const BY_ORDER: &str = "SELECT id FROM intents INDEXED BY intents_of_order \
    WHERE merchant = ?1 AND order_number = ?4 AND id >= ?2 AND id < ?3 ORDER BY id DESC";
const BY_NUMBER: &str = "SELECT intent FROM numbers \
    WHERE number = ?4 AND intent >= ?2 AND intent < ?3 AND ?1 IS NOT NULL ORDER BY intent DESC";
/// What begins so, what is called so and what is numbered so, one more of each than may be looked at.
const BY_QUERY: &str = "SELECT id FROM (SELECT id FROM intents INDEXED BY intents_of_order \
    WHERE merchant = ?1 AND order_number >= ?4 AND order_number < ?5 AND id >= ?2 AND id < ?3 LIMIT ?6) \
    UNION SELECT id FROM (SELECT id FROM intents INDEXED BY intents_of_ref \
    WHERE merchant = ?1 AND parcel_ref = ?4 AND id >= ?2 AND id < ?3 LIMIT ?6) \
    UNION SELECT intent FROM (SELECT intent FROM numbers WHERE number = ?7 AND intent >= ?2 AND intent < ?3)";
const IN_BATCH: &str = "SELECT 1 FROM batch_lines WHERE batch = ?1 AND intent = ?2";
const HAS_NUMBER: &str = "SELECT 1 FROM numbers WHERE number = ?1 AND intent = ?2";

/// One page, newest first, as of one moment.
pub(crate) fn list(
    conn: &Connection,
    merchant: &MerchantId,
    filter: &Filter,
    after: Option<Cursor>,
    limit: usize,
) -> Result<Page, StoreError> {
    let moment = conn.unchecked_transaction()?;
    let search = Search { conn: &moment, merchant, filter, span: Span::of(filter, after), limit };
    search.page()
}

/// The ids that may be given: from the first to before the second.
struct Span {
    from: [u8; 16],
    before: [u8; 16],
}

impl Span {
    fn of(filter: &Filter, after: Option<Cursor>) -> Self {
        let from = filter.created_from.map_or([0; 16], first_id);
        let before = filter.created_to.map_or([u8::MAX; 16], first_id);
        let cursor = after.map_or([u8::MAX; 16], |cursor| *cursor.0.as_bytes());
        Self { from, before: before.min(cursor) }
    }
}

/// What every id of this time or later is not less than: the milliseconds are its first six bytes.
pub(crate) fn first_id(time: Time) -> [u8; 16] {
    let mut id = [0; 16];
    let ms = u64::try_from(time.unix_ms()).unwrap_or(0).to_be_bytes();
    id[..6].copy_from_slice(&ms[2..]);
    id
}

struct Search<'a> {
    conn: &'a Connection,
    merchant: &'a MerchantId,
    filter: &'a Filter,
    span: Span,
    limit: usize,
}

impl Search<'_> {
    fn page(&self) -> Result<Page, StoreError> {
        let filter = self.filter;
        if let Some(number) = &filter.parcel_number {
            return self.walk(BY_NUMBER, &number.as_str());
        }
        if let Some(order) = &filter.order_number {
            return self.walk(BY_ORDER, &order.as_str());
        }
        if let Some(query) = &filter.query {
            return self.sift(self.by_query(query)?);
        }
        if let Some(batch) = &filter.batch {
            return self.walk(BY_BATCH, batch.as_bytes());
        }
        if filter.mismatched {
            return self.walk(BY_MISMATCH, &1);
        }
        match (&filter.product, filter.state) {
            (Some(product), None) => self.walk(BY_PRODUCT, &product.code()),
            (_, Some(state)) => self.sift(self.by_state(state)?),
            (None, None) => self.sift(self.by_every_state()?),
        }
    }

    /// Takes from an index in order until the page is full.
    fn walk(&self, sql: &str, wanted: &dyn ToSql) -> Result<Page, StoreError> {
        let mut statement = self.conn.prepare_cached(sql)?;
        let values = params![self.merchant.as_str(), self.span.from, self.span.before, wanted];
        let ids = statement.query_map(values, |row| row.get(0).map(ShipmentId::from_bytes))?;
        self.fill(ids.map(|id| Ok(id?)))
    }

    /// Fills the page from these ids, the newest first.
    fn sift(&self, mut ids: Vec<ShipmentId>) -> Result<Page, StoreError> {
        ids.sort_unstable_by(|a, b| b.cmp(a));
        self.fill(ids.into_iter().map(Ok))
    }

    fn fill(&self, ids: impl Iterator<Item = Result<ShipmentId, StoreError>>) -> Result<Page, StoreError> {
        let mut page = Page::default();
        for (looked_at, id) in ids.enumerate() {
            let id = id?;
            if page.items.len() == self.limit {
                page.next = page.items.last().map(|view| Cursor(view.intent.id));
                break;
            }
            page.items.extend(self.wanted(id)?);
            if looked_at + 1 >= LOOKED_AT_COUNT_MAX {
                page.next = Some(Cursor(id));
                break;
            }
        }
        Ok(page)
    }

    /// The shipment, if every wish holds for it.
    fn wanted(&self, id: ShipmentId) -> Result<Option<IntentView>, StoreError> {
        let Some(view) = rows::find(self.conn, id)?.map(|row| row.view) else { return Ok(None) };
        let good = self.fits(&view) && self.is_called_so(&view)? && self.is_in_batch(id)?;
        Ok(good.then_some(view))
    }

    fn fits(&self, view: &IntentView) -> bool {
        let filter = self.filter;
        view.merchant == *self.merchant
            && filter.state.is_none_or(|state| state == view.intent.state)
            && (!filter.mismatched || view.intent.mismatch.is_some())
            && filter.product.as_ref().is_none_or(|product| *product == view.product)
            && filter.order_number.as_ref().is_none_or(|order| view.order_number.as_ref() == Some(order))
            && filter.deposit_from.is_none_or(|day| view.intent.deposit_date >= day)
            && filter.deposit_to.is_none_or(|day| view.intent.deposit_date <= day)
    }

    fn is_called_so(&self, view: &IntentView) -> Result<bool, StoreError> {
        let Some(query) = self.filter.query.as_deref() else { return Ok(true) };
        let begins = view.order_number.as_ref().is_some_and(|order| order.as_str().starts_with(query));
        if begins || view.parcel_ref.as_deref() == Some(query) {
            return Ok(true);
        }
        let number = query.parse::<ParcelNumber>().ok();
        self.exists(HAS_NUMBER, params![number.as_ref().map(ParcelNumber::as_str), view.intent.id.as_bytes()])
    }

    fn is_in_batch(&self, id: ShipmentId) -> Result<bool, StoreError> {
        let Some(batch) = self.filter.batch else { return Ok(true) };
        self.exists(IN_BATCH, params![batch.as_bytes(), id.as_bytes()])
    }

    fn exists(&self, sql: &str, wanted: impl Params) -> Result<bool, StoreError> {
        Ok(self.conn.prepare_cached(sql)?.exists(wanted)?)
    }

    /// The first of each state, each read in order from the index; whoever calls merges them.
    fn by_every_state(&self) -> Result<Vec<ShipmentId>, StoreError> {
        let mut ids = Vec::new();
        for state in State::ALL {
            ids.extend(self.by_state(*state)?);
        }
        Ok(ids)
    }

    fn by_state(&self, state: State) -> Result<Vec<ShipmentId>, StoreError> {
        let (from, to) = (self.filter.deposit_from.unwrap_or(Date::MIN), self.filter.deposit_to.unwrap_or(Date::MAX));
        self.ids(
            BY_STATE,
            params![
                self.merchant.as_str(),
                self.span.from,
                self.span.before,
                state.code(),
                day_code(from),
                day_code(to),
                self.filter.product.as_ref().map(Product::code),
                limited(self.limit.saturating_add(1))
            ],
        )
    }

    fn by_query(&self, query: &str) -> Result<Vec<ShipmentId>, StoreError> {
        let number = query.parse::<ParcelNumber>().ok();
        // Order numbers are printable ASCII: nothing that begins so sorts after this.
        let beyond = format!("{query}\u{7f}");
        let ids = self.ids(
            BY_QUERY,
            params![
                self.merchant.as_str(),
                self.span.from,
                self.span.before,
                query,
                beyond,
                limited(LOOKED_AT_COUNT_MAX + 1),
                number.as_ref().map(ParcelNumber::as_str)
            ],
        )?;
        if ids.len() > LOOKED_AT_COUNT_MAX {
            return Err(StoreError::TooManyMatches(LOOKED_AT_COUNT_MAX));
        }
        Ok(ids)
    }

    fn ids(&self, sql: &str, wanted: impl Params) -> Result<Vec<ShipmentId>, StoreError> {
        let mut statement = self.conn.prepare_cached(sql)?;
        let ids = statement.query_map(wanted, |row| row.get(0).map(ShipmentId::from_bytes))?;
        Ok(ids.collect::<Result<_, _>>()?)
    }
}

fn limited(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, SealingKey, opening};

    /// How SQLite goes about it, a step a line.
    fn plan(conn: &Connection, sql: &str) -> String {
        let mut statement = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("a statement");
        let steps = statement.raw_query().mapped(|row| row.get::<_, String>(3)).collect::<Result<Vec<_>, _>>();
        steps.expect("a plan").join("\n")
    }

    #[test]
    fn every_question_is_answered_in_order_out_of_an_index() {
        let options = Options::memory(SealingKey::from_bytes([7; 32]));
        let conn = opening::open(&options, 0).expect("opened").writer;
        for sql in [BY_STATE, BY_PRODUCT, BY_BATCH, BY_ORDER, BY_NUMBER, BY_QUERY, IN_BATCH, HAS_NUMBER] {
            let plan = plan(&conn, sql);
            let scans = plan.lines().any(|step| step.trim_start().starts_with("SCAN") && !step.contains("SCAN (sub"));
            assert!(!scans, "{sql}\n{plan}");
            // An order's parcels are few, and what a query finds is bounded: those may be sorted.
            let may_sort = [BY_QUERY, BY_ORDER].contains(&sql);
            assert!(may_sort || !plan.contains("TEMP B-TREE"), "{sql}\n{plan}");
        }
    }

    #[test]
    fn a_time_is_the_first_id_of_that_time() {
        let at = Time::from_unix_ms(1_766_381_040_000);
        let id = ShipmentId::new(1_766_381_040_000, [0; 10]);
        let before = ShipmentId::new(1_766_381_039_999, [255; 10]);
        assert!(first_id(at) <= *id.as_bytes() && first_id(at) > *before.as_bytes());
    }
}
