//! A merchant's orders, page by page, the newest first, each question answered out of an index.

use super::{Standing, StoredOrder, order};
use crate::{StoreError, codes::Coded};
use clock::Time;
use parcel::{MerchantId, ShipmentId};
use rusqlite::{Connection, params};

/// Orders looked at for one page, at most: past that the page ends early, with a place to go on from.
const LOOKED_AT_COUNT_MAX: usize = 10_000;

const BY_TIME: &str = "INDEXED BY shop_orders_by_time WHERE merchant = ?1 AND (placed_at, id) < (?2, ?3) \
    ORDER BY placed_at DESC, id DESC LIMIT ?4";
const OUT: &str = "INDEXED BY shop_orders_out WHERE merchant = ?1 AND (push_at IS NOT NULL OR step = 4) \
    AND (placed_at, id) < (?2, ?3) ORDER BY placed_at DESC, id DESC LIMIT ?4";
const BY_NUMBER: &str = "INDEXED BY shop_orders_by_number WHERE merchant = ?1 AND number = ?5 \
    AND (placed_at, id) < (?2, ?3) ORDER BY placed_at DESC, id DESC LIMIT ?4";
const OF_SHOP: &str = "INDEXED BY shop_orders_in_shop WHERE shop = ?1 AND order_id > ?2 ORDER BY order_id LIMIT ?3";

/// Which orders are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrderFilter {
    /// Only of this shop.
    pub shop: Option<String>,
    /// Only those that stand so in their shop.
    pub status: Option<Standing>,
    /// Only those with this number.
    pub number: Option<String>,
    /// Only those of which the shop is still to be told something, or a person has to decide something.
    pub out_of_step: bool,
}

/// A place in a list: the last order of the page before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderCursor {
    /// When it was placed.
    pub placed_at: Time,
    /// Its id.
    pub id: String,
}

/// One page of a list, newest first. It can hold fewer than were asked for although there are more.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OrderPage {
    /// The orders.
    pub items: Vec<StoredOrder>,
    /// Where the next page begins; none at the end.
    pub next: Option<OrderCursor>,
}

/// One page.
pub(crate) fn list(
    conn: &Connection,
    merchant: &MerchantId,
    filter: &OrderFilter,
    after: Option<&OrderCursor>,
    limit: usize,
) -> Result<OrderPage, StoreError> {
    let from = match (&filter.number, filter.out_of_step) {
        (Some(_), _) => BY_NUMBER,
        (None, true) => OUT,
        (None, false) => BY_TIME,
    };
    let sql = format!("{}{from}", order::SELECT);
    let (placed_at, id) = after.map_or((i64::MAX, ""), |place| (place.placed_at.unix_ms(), place.id.as_str()));
    let mut place = OrderCursor { placed_at: Time::from_unix_ms(placed_at), id: id.to_owned() };
    let (mut page, mut looked_at) = (OrderPage::default(), 0);
    // One more than fits says whether there is another page.
    let chunk = limit.saturating_add(1).max(100);
    loop {
        let most = i64::try_from(chunk).unwrap_or(i64::MAX);
        let at = place.placed_at.unix_ms();
        let found = match &filter.number {
            Some(number) => order::several(conn, &sql, params![merchant.as_str(), at, place.id, most, number])?,
            None => order::several(conn, &sql, params![merchant.as_str(), at, place.id, most])?,
        };
        let ended = found.len() < chunk;
        for order in found {
            if fits(filter, &order) {
                if page.items.len() == limit {
                    page.next = page.items.last().map(cursor);
                    return Ok(page);
                }
                page.items.push(order.clone());
            }
            place = cursor(&order);
            looked_at += 1;
        }
        if ended {
            return Ok(page);
        }
        if looked_at >= LOOKED_AT_COUNT_MAX {
            page.next = Some(place);
            return Ok(page);
        }
    }
}

fn cursor(order: &StoredOrder) -> OrderCursor {
    OrderCursor { placed_at: order.placed_at, id: order.id.clone() }
}

fn fits(filter: &OrderFilter, order: &StoredOrder) -> bool {
    filter.shop.as_ref().is_none_or(|shop| *shop == order.shop)
        && filter.status.is_none_or(|status| status == order.status)
        && filter.number.as_ref().is_none_or(|number| *number == order.number)
        && (!filter.out_of_step || order.is_out_of_step())
}

impl StoredOrder {
    /// Whether the shop and we do not agree on it: it is still to be told something, or a person has to decide something.
    pub fn is_out_of_step(&self) -> bool {
        self.push.is_some() || self.step.code() == super::OrderStep::Person.code()
    }

    /// The digest of what a label of it depends on.
    pub fn print(&self) -> [u8; 16] {
        self.print
    }
}

/// The order of this merchant with this id.
pub(crate) fn one(conn: &Connection, merchant: &MerchantId, id: &str) -> Result<Option<StoredOrder>, StoreError> {
    Ok(order::find(conn, id)?.filter(|order| order.merchant == *merchant))
}

/// The order that was made this shipment.
pub(crate) fn of_shipment(conn: &Connection, shipment: ShipmentId) -> Result<Option<StoredOrder>, StoreError> {
    Ok(order::several(conn, order::OF_SHIPMENT, [shipment.as_bytes()])?.pop())
}

/// Up to `limit` orders of a shop after this one, in the order of the platform's ids.
pub(crate) fn of_shop(conn: &Connection, shop: &str, after: &str, limit: u32) -> Result<Vec<StoredOrder>, StoreError> {
    order::several(conn, &format!("{}{OF_SHOP}", order::SELECT), params![shop, after, limit])
}

// The code that stands in the index and in the question above.
const _: () = assert!(matches!(super::OrderStep::ALL[4], super::OrderStep::Person));

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, SealingKey, opening};

    #[test]
    fn every_page_is_read_in_order_out_of_an_index() {
        let options = Options::memory(SealingKey::from_bytes([7; 32]));
        let conn = opening::open(&options, 0).expect("opened").writer;
        for from in [BY_TIME, OUT, BY_NUMBER, OF_SHOP] {
            let mut statement =
                conn.prepare(&format!("EXPLAIN QUERY PLAN {}{from}", order::SELECT)).expect("a statement");
            let steps = statement.raw_query().mapped(|row| row.get::<_, String>(3)).collect::<Result<Vec<_>, _>>();
            let plan = steps.expect("a plan").join("\n");
            assert!(!plan.contains("SCAN"), "{from}\n{plan}");
            // Orders of one number are few: those may be sorted.
            assert!(from == BY_NUMBER || !plan.contains("TEMP B-TREE"), "{from}\n{plan}");
        }
    }
}
