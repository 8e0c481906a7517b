//! Folding an order in: the newest by the shop's own clock stands, however often and in whichever order it comes.

use super::{Folded, SeenOrder, Shop, Standing, StoredOrder, link, order, order_key};
use crate::{
    StoreError,
    choices::{self, Replaces},
    writing::Writing,
};
use clock::Time;
use parcel::Product;
use pickup::{Choice, Chosen};
use rusqlite::params;

const READ_AT_LAST: &str = "DELETE FROM shop_unread WHERE shop = ?1 AND order_id = ?2";
const ASKED: &str = "DELETE FROM shop_asks WHERE shop = ?1 AND order_id = ?2";

/// Folds one order of this shop in. What the shop itself answered, when it was `asked`, is fuller than what its webhooks
/// carry: of the same moment it stands in their place, and says nothing new.
pub(crate) fn fold(
    writing: &mut Writing<'_>,
    shop: &Shop,
    seen: SeenOrder,
    asked: bool,
    at: Time,
) -> Result<Folded, StoreError> {
    let conn = writing.conn;
    for done in [READ_AT_LAST, ASKED] {
        conn.prepare_cached(done)?.execute(params![shop.id, seen.order_id])?;
    }
    let there = order::find(conn, &order_key(&shop.id, &seen.order_id))?;
    let (mut order, folded) = match there {
        None => (fresh(shop, &seen, at), Folded::New),
        Some(there) if seen.updated_at < there.updated_at => return Ok(Folded::Older),
        Some(there) if is_same(&there, &seen) => {
            if !asked || there.json.as_ref().is_none_or(|json| *json == seen.json) {
                return Ok(Folded::Same);
            }
            (there, Folded::Same)
        }
        Some(there) => (there, Folded::Newer),
    };
    if folded != Folded::Same {
        choose(writing, shop, order.json.as_deref(), &seen, at)?;
    }
    order.number = seen.number;
    order.status = seen.status;
    (order.placed_at, order.updated_at, order.seen_at) = (seen.placed_at, seen.updated_at, at);
    (order.json, order.print) = (Some(seen.json), seen.print);
    order.shop_number = seen.parcel_number;
    if order.push.is_some() && has_our_number(&order) {
        (order.told_number, order.told_at, order.push) = (order.our_number, Some(at), None);
    }
    link::judge(conn, &mut order, shop.on_order)?;
    order::put(conn, &order, Some(at))?;
    writing.shops = true;
    Ok(folded)
}

/// What the buyer chose, as the shop's module noted it, counts for the order from the commit on that folds it in: whoever
/// then asks for a label elsewhere is asked first. The shop knows the point by name alone. Where it named one before and
/// names none now, nothing is chosen any more; a choice that came by another way stays.
fn choose(
    writing: &mut Writing<'_>,
    shop: &Shop,
    before: Option<&str>,
    seen: &SeenOrder,
    at: Time,
) -> Result<(), StoreError> {
    let Ok(order_number) = seen.number.trim().parse().or_else(|_| seen.order_id.parse()) else { return Ok(()) };
    if matches!(seen.status, Standing::Cancelled | Standing::Gone) {
        return Ok(());
    }
    let Some(pickup) = &seen.pickup else {
        let before = before.and_then(|json| SeenOrder::read(json.to_owned()).ok());
        let taken_back = !seen.pickup_unread && before.is_some_and(|before| before.pickup.is_some());
        return if taken_back { choices::end(writing.conn, &shop.merchant, &order_number, at) } else { Ok(()) };
    };
    let choice = Choice {
        merchant: shop.merchant.clone(),
        order_number: Some(order_number),
        point: Chosen::named(pickup.id, pickup.label.clone().unwrap_or_default()),
        distance_m: None,
        product: pickup.product.clone().filter(Product::is_out_of_home).unwrap_or(Product::Hd),
        chosen_at: seen.placed_at,
    };
    choices::choose(writing, &choice, &Replaces::Any, at).map(drop)
}

/// Whether it says nothing new of what matters here.
fn is_same(there: &StoredOrder, seen: &SeenOrder) -> bool {
    seen.updated_at == there.updated_at
        && seen.status == there.status
        && seen.print == there.print
        && (seen.parcel_number.is_none() || seen.parcel_number == there.shop_number)
}

pub(crate) fn has_our_number(order: &StoredOrder) -> bool {
    order.our_number.as_ref().is_some_and(|ours| order.shop_number.as_deref() == Some(ours.as_str()))
}

fn fresh(shop: &Shop, seen: &SeenOrder, at: Time) -> StoredOrder {
    StoredOrder {
        id: order_key(&shop.id, &seen.order_id),
        shop: shop.id.clone(),
        merchant: shop.merchant.clone(),
        order_id: seen.order_id.clone(),
        number: seen.number.clone(),
        status: seen.status,
        placed_at: seen.placed_at,
        updated_at: seen.updated_at,
        seen_at: at,
        json: None,
        step: super::OrderStep::Kept,
        why: None,
        shipment: None,
        our_number: None,
        shop_number: None,
        told_number: None,
        told_at: None,
        push: None,
        print: seen.print,
        shipped_print: None,
    }
}

/// The order is no longer in the shop. What is known of it stays. False when it was not known, or known to be gone.
pub(crate) fn gone(writing: &mut Writing<'_>, shop: &Shop, order_id: &str, at: Time) -> Result<bool, StoreError> {
    writing.conn.prepare_cached(ASKED)?.execute(params![shop.id, order_id])?;
    let Some(mut order) = order::find(writing.conn, &order_key(&shop.id, order_id))? else { return Ok(false) };
    if order.status == Standing::Gone {
        return Ok(false);
    }
    (order.status, order.seen_at) = (Standing::Gone, at);
    link::judge(writing.conn, &mut order, shop.on_order)?;
    order::put(writing.conn, &order, Some(at))?;
    writing.shops = true;
    Ok(true)
}
