//! An order as a row, there and back.

use super::{OrderStep, Pushing, Standing, StoredOrder};
use crate::{StoreError, codes::Coded, rows::parse};
use clock::Time;
use parcel::ShipmentId;
use rusqlite::{Connection, Params, Row, params};

macro_rules! columns {
    () => {
        "id, shop, merchant, order_id, number, status, placed_at, updated_at, seen_at, json, print, step, why, shipment, \
         shipped_print, our_number, shop_number, told_number, told_at, push_at, push_attempts, push_error, look_at"
    };
}

pub(crate) const SELECT: &str = concat!("SELECT ", columns!(), " FROM shop_orders ");
const BY_ID: &str = concat!("SELECT ", columns!(), " FROM shop_orders WHERE id = ?1");
pub(crate) const OF_SHIPMENT: &str = concat!("SELECT ", columns!(), " FROM shop_orders WHERE shipment = ?1");
const PUT: &str = concat!(
    "INSERT INTO shop_orders (",
    columns!(),
    ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23) \
     ON CONFLICT (id) DO UPDATE SET number = excluded.number, status = excluded.status, placed_at = excluded.placed_at, \
     updated_at = excluded.updated_at, seen_at = excluded.seen_at, json = excluded.json, print = excluded.print, \
     step = excluded.step, why = excluded.why, shipment = excluded.shipment, shipped_print = excluded.shipped_print, \
     our_number = excluded.our_number, shop_number = excluded.shop_number, told_number = excluded.told_number, told_at = excluded.told_at, \
     push_at = excluded.push_at, push_attempts = excluded.push_attempts, push_error = excluded.push_error, \
     look_at = excluded.look_at"
);

/// The order with this id.
pub(crate) fn find(conn: &Connection, id: &str) -> Result<Option<StoredOrder>, StoreError> {
    Ok(several(conn, BY_ID, [id])?.pop())
}

/// The orders of a question whose columns are those of [`SELECT`].
pub(crate) fn several(conn: &Connection, sql: &str, values: impl Params) -> Result<Vec<StoredOrder>, StoreError> {
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_and_then(values, read)?;
    rows.collect()
}

/// Writes the order as it stands now. It is to be looked at while its step says so, and not otherwise.
pub(crate) fn put(conn: &Connection, order: &StoredOrder, look_at: Option<Time>) -> Result<(), StoreError> {
    let look_at = look_at.filter(|_| order.step == OrderStep::New);
    let ms = |at: Option<Time>| at.map(Time::unix_ms);
    let push = order.push.as_ref();
    conn.prepare_cached(PUT)?.execute(params![
        order.id,
        order.shop,
        order.merchant.as_str(),
        order.order_id,
        order.number,
        order.status.code(),
        order.placed_at.unix_ms(),
        order.updated_at.unix_ms(),
        order.seen_at.unix_ms(),
        order.json,
        order.print,
        order.step.code(),
        order.why,
        order.shipment.as_ref().map(ShipmentId::as_bytes),
        order.shipped_print,
        order.our_number.as_ref().map(|n| n.as_str()),
        order.shop_number,
        order.told_number.as_ref().map(|n| n.as_str()),
        ms(order.told_at),
        push.map(|push| push.due_at.unix_ms()),
        push.map_or(0, |push| push.attempts),
        push.and_then(|push| push.error.as_deref()),
        ms(look_at),
    ])?;
    Ok(())
}

fn read(row: &Row<'_>) -> Result<StoredOrder, StoreError> {
    let time = |place| row.get::<_, Option<i64>>(place).map(|at| at.map(Time::from_unix_ms));
    let (attempts, error) = (row.get(20)?, row.get(21)?);
    let number = |place| -> Result<_, StoreError> {
        let text: Option<String> = row.get(place)?;
        text.map(|n| parse(&n, "number")).transpose()
    };
    Ok(StoredOrder {
        id: row.get(0)?,
        shop: row.get(1)?,
        merchant: parse(&row.get::<_, String>(2)?, "merchant")?,
        order_id: row.get(3)?,
        number: row.get(4)?,
        status: Standing::from_code(row.get(5)?)?,
        placed_at: Time::from_unix_ms(row.get(6)?),
        updated_at: Time::from_unix_ms(row.get(7)?),
        seen_at: Time::from_unix_ms(row.get(8)?),
        json: row.get(9)?,
        print: row.get(10)?,
        step: OrderStep::from_code(row.get(11)?)?,
        why: row.get(12)?,
        shipment: row.get::<_, Option<[u8; 16]>>(13)?.map(ShipmentId::from_bytes),
        shipped_print: row.get(14)?,
        our_number: number(15)?,
        shop_number: row.get(16)?,
        told_number: number(17)?,
        told_at: time(18)?,
        push: time(19)?.map(|due_at| Pushing { due_at, attempts, error }),
    })
}
