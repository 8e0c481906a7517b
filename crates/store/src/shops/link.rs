//! Orders and their shipments: which belongs to which, and what follows from where the two stand.

use super::{OnOrder, OrderShipment, OrderStep, Pushing, Shop, Standing, StoredOrder, book, order};
use crate::{
    Accepted, IntentView, Key, KeyScope, StoreError,
    accept::{self, Request},
    codes::Coded,
    rows::{self, IntentRow},
    writing::Writing,
};
use clock::Time;
use dispatch::State;
use parcel::{MerchantId, Shipment, ShipmentId};
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};

// State 6 is void and 4 is rejected; what goes back to the shop is no order's parcel.
const BY_NUMBER: &str = "SELECT id FROM intents WHERE merchant = ?1 AND order_number = ?2 AND state NOT IN (4, 6) \
    AND product NOT IN ('CORE', 'CORI') AND NOT EXISTS (SELECT 1 FROM shop_orders o WHERE o.shipment = intents.id) \
    ORDER BY id LIMIT 1";
/// The order that is called so, where there can be only one: a merchant of several shops may have its numbers twice.
const OF_NUMBER: &str = "SELECT id FROM shop_orders WHERE merchant = ?1 AND number = ?2 AND shipment IS NULL \
    AND (SELECT count(*) FROM shops WHERE merchant = ?1) = 1 \
    AND (SELECT count(*) FROM shop_orders WHERE merchant = ?1 AND number = ?2) = 1";

const GIVEN_UP: &str =
    "the order was given up in the shop after its label was asked for: void the shipment, or ship it";
const CHANGED: &str = "the address or the pickup point was changed in the shop after the label was asked for: void the \
    shipment and ask again, or let it stand";
const UNDECIDED: &str = "the shipment waits for a person: decide there";
const OTHER_NUMBER: &str =
    "the shop has another parcel's number for it than the one that it was told: look at the order there";
const VOIDED_LATE: &str =
    "the label was given up after the shop was told its number: ask for another, or take the number out there";

/// Puts the order where it belongs as things stand.
pub(crate) fn judge(conn: &Connection, order: &mut StoredOrder, on_order: OnOrder) -> Result<(), StoreError> {
    let shipment = order.shipment.map(|id| rows::find(conn, id)).transpose()?.flatten();
    let (step, why) = verdict(order, shipment.as_ref().map(|row| &row.view), on_order);
    (order.step, order.why) = (step, why);
    if order.status == Standing::Gone {
        order.push = None;
    }
    Ok(())
}

fn verdict(order: &StoredOrder, shipment: Option<&IntentView>, on_order: OnOrder) -> (OrderStep, Option<String>) {
    let person = |why: &str| (OrderStep::Person, Some(why.to_owned()));
    let Some(view) = shipment else {
        let had_one = order.shipped_print.is_some();
        let to_ship = order.status == Standing::ToShip && order.shop_number.is_none();
        return match on_order {
            _ if had_one && order.told_at.is_some() => person(VOIDED_LATE),
            OnOrder::Label if to_ship && !had_one => (OrderStep::New, None),
            _ => (OrderStep::Kept, None),
        };
    };
    match view.intent.state {
        _ if matches!(order.status, Standing::Cancelled | Standing::Gone) => person(GIVEN_UP),
        State::Rejected => person(&refused(view)),
        State::Human => person(UNDECIDED),
        _ if order.shipped_print != Some(order.print) => person(CHANGED),
        _ if order.told_at.is_some() && order.push.is_none() && has_another(order) => person(OTHER_NUMBER),
        _ if order.told_at.is_some() && order.push.is_none() => (OrderStep::Told, None),
        _ => (OrderStep::Asked, None),
    }
}

/// Whether the shop was told our number and has another.
fn has_another(order: &StoredOrder) -> bool {
    let theirs = order.shop_number.as_deref().map(str::trim).filter(|number| !number.is_empty());
    theirs.zip(order.our_number.as_ref()).is_some_and(|(theirs, ours)| theirs != ours.as_str())
}

fn refused(view: &IntentView) -> String {
    let code = view.reject.as_ref().map_or("no code", |reject| reject.code.as_str());
    format!("the carrier refused the label ({code}): correct the order in the shop, or ask with other details")
}

/// Writes down what it means for its order that a shipment has another state now.
pub(crate) fn shipment_moved(writing: &mut Writing<'_>, row: &IntentRow, at: Time) -> Result<(), StoreError> {
    let conn = writing.conn;
    let mut orders = order::several(conn, order::OF_SHIPMENT, [row.id().as_bytes()])?;
    if orders.is_empty() && row.view.intent.state == State::Confirmed {
        orders.extend(order_of(conn, &row.view)?);
    }
    for mut order in orders {
        let shop = book::one(conn, &order.shop)?;
        if row.view.intent.state == State::Void {
            (order.shipment, order.our_number, order.push) = (None, None, None);
        } else {
            tie(&mut order, &row.view, at);
        }
        follow(conn, order, shop.as_ref(), at)?;
        writing.shops = true;
    }
    Ok(())
}

/// The order that a shipment's own order number names.
fn order_of(conn: &Connection, view: &IntentView) -> Result<Option<StoredOrder>, StoreError> {
    let Some(number) = view.order_number.as_ref().filter(|_| !view.product.is_return()) else { return Ok(None) };
    let mut statement = conn.prepare_cached(OF_NUMBER)?;
    let id: Option<String> =
        statement.query_row([view.merchant.as_str(), number.as_str()], |row| row.get(0)).optional()?;
    id.map_or(Ok(None), |id| order::find(conn, &id))
}

/// Ties the shipment to the order; when it has its number, the shop is to be told.
fn tie(order: &mut StoredOrder, view: &IntentView, at: Time) {
    if order.shipment != Some(view.intent.id) {
        (order.shipment, order.shipped_print) = (Some(view.intent.id), Some(order.print));
    }
    let number = view.intent.number.filter(|_| view.intent.state == State::Confirmed);
    if number == order.our_number {
        return;
    }
    (order.our_number, order.told_at) = (number, None);
    let Some(number) = number else { return };
    if order.shop_number.as_deref() == Some(number.as_str()) {
        (order.told_number, order.told_at, order.push) = (Some(number), Some(at), None);
    } else {
        order.push = Some(Pushing { due_at: at, attempts: 0, error: None });
    }
}

fn follow(conn: &Connection, mut order: StoredOrder, shop: Option<&Shop>, at: Time) -> Result<(), StoreError> {
    if shop.is_none_or(|shop| shop.url.is_empty()) {
        // Nobody there can be told.
        order.push = None;
    }
    judge(conn, &mut order, shop.map_or(OnOrder::Keep, |shop| shop.on_order))?;
    order::put(conn, &order, Some(at))
}

/// What a shipment of an order is asked for with.
pub(crate) struct Wanted {
    /// The order's id here.
    pub(crate) order: String,
    /// The digest of the order that the request was made of.
    pub(crate) print: [u8; 16],
    /// Whether nobody asked: then only while the order is to be looked at.
    pub(crate) unasked: bool,
    pub(crate) request: Request,
    pub(crate) at: Time,
}

/// That an order has one shipment is held by its link to it. This key is another wall: the same order asked for with the
/// same content is the same request, whatever became of the link.
pub(crate) fn key(order: &str, shipment: &Shipment) -> Result<Key, StoreError> {
    let text = serde_json::to_vec(shipment).map_err(|_| StoreError::Misused("a shipment that is not JSON"))?;
    let hash = Sha256::new_with_prefix(b"order of a shop\0").chain_update(order).chain_update([0]).chain_update(text);
    let whole: [u8; 32] = hash.finalize().into();
    let mut digest = [0; 16];
    digest.copy_from_slice(&whole[..16]);
    Ok(Key { scope: KeyScope::Order, digest, body: digest })
}

/// Takes in the shipment of an order, or says which one it has. Nothing when the order has changed meanwhile.
pub(crate) fn accept(writing: &mut Writing<'_>, wanted: Wanted) -> Result<Option<OrderShipment>, StoreError> {
    let conn = writing.conn;
    let mut order = there(conn, &wanted.order)?;
    let shop = book::there(conn, &order.shop)?;
    if let Some(view) = held(conn, &order)? {
        return Ok(Some(OrderShipment::Known(view)));
    }
    if order.print != wanted.print || (wanted.unasked && order.step != OrderStep::New) {
        return Ok(None);
    }
    let made = match unclaimed(conn, &order)? {
        Some(view) => OrderShipment::Known(view),
        None => match accept::accept(writing, wanted.request)? {
            Accepted::New(view) => OrderShipment::New(view),
            Accepted::Known(view) => OrderShipment::Known(view),
            Accepted::Conflict { existing } => return Err(StoreError::IdTaken(existing)),
        },
    };
    let (OrderShipment::New(view) | OrderShipment::Known(view)) = &made;
    tie(&mut order, view, wanted.at);
    follow(conn, order, Some(&shop), wanted.at)?;
    writing.shops = true;
    Ok(Some(made))
}

/// The shipment that the order has, and that is not given up or refused.
fn held(conn: &Connection, order: &StoredOrder) -> Result<Option<IntentView>, StoreError> {
    let Some(id) = order.shipment else { return Ok(None) };
    let view = rows::find(conn, id)?.map(|row| row.view);
    Ok(view.filter(|view| !matches!(view.intent.state, State::Void | State::Rejected)))
}

/// A shipment that somebody asked for under the order's number, by another door.
fn unclaimed(conn: &Connection, order: &StoredOrder) -> Result<Option<IntentView>, StoreError> {
    if order_by_number(conn, &order.merchant, &order.number)?.as_deref() != Some(order.id.as_str()) {
        return Ok(None);
    }
    let mut statement = conn.prepare_cached(BY_NUMBER)?;
    let values = params![order.merchant.as_str(), order.number];
    let id = statement.query_row(values, |row| row.get(0).map(ShipmentId::from_bytes)).optional()?;
    Ok(id.map(|id| rows::find(conn, id)).transpose()?.flatten().map(|row| row.view))
}

fn order_by_number(conn: &Connection, merchant: &MerchantId, number: &str) -> Result<Option<String>, StoreError> {
    let mut statement = conn.prepare_cached(OF_NUMBER)?;
    Ok(statement.query_row([merchant.as_str(), number], |row| row.get(0)).optional()?)
}

/// A person says that the shipment stands as it is, whatever the shop changed.
pub(crate) fn stand(writing: &mut Writing<'_>, id: &str, at: Time) -> Result<StoredOrder, StoreError> {
    let mut order = there(writing.conn, id)?;
    order.shipped_print = order.shipment.map(|_| order.print);
    let shop = book::one(writing.conn, &order.shop)?;
    follow(writing.conn, order, shop.as_ref(), at)?;
    there(writing.conn, id)
}

/// No label can be made of the order as it is: a person has to look. Unless it has changed meanwhile.
pub(crate) fn cannot_ship(writing: &mut Writing<'_>, id: &str, print: [u8; 16], why: String) -> Result<(), StoreError> {
    let mut order = there(writing.conn, id)?;
    if order.step == OrderStep::New && order.print == print {
        (order.step, order.why) = (OrderStep::Person, Some(why));
        order::put(writing.conn, &order, None)?;
    }
    Ok(())
}

/// Nothing is to be made of the order: it is kept.
pub(crate) fn only_keep(writing: &mut Writing<'_>, id: &str, print: [u8; 16]) -> Result<(), StoreError> {
    let mut order = there(writing.conn, id)?;
    if order.step == OrderStep::New && order.print == print {
        order.step = OrderStep::Kept;
        order::put(writing.conn, &order, None)?;
    }
    Ok(())
}

pub(crate) fn there(conn: &Connection, id: &str) -> Result<StoredOrder, StoreError> {
    order::find(conn, id)?.ok_or_else(|| StoreError::NoShopOrder(id.to_owned()))
}

/// Orders of a shop that are to be looked at, the longest waiting first.
pub(crate) fn to_look_at(conn: &Connection, shop: &str, limit: u32) -> Result<Vec<StoredOrder>, StoreError> {
    const TO_LOOK: &str = "WHERE shop = ?1 AND look_at IS NOT NULL ORDER BY look_at LIMIT ?2";
    order::several(conn, &format!("{}{TO_LOOK}", order::SELECT), params![shop, limit])
}

// The codes that stand in the questions above.
const _: () = assert!(matches!(State::ALL[4], State::Rejected) && matches!(State::ALL[6], State::Void));
