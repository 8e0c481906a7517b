//! Numbers that a lost attempt may have been given: those missing between the ones that the carrier gave out around
//! the same time.

use crate::{StoreError, rows::parse};
use clock::Time;
use parcel::ParcelNumber;
use rusqlite::{Connection, params};

/// How many numbers on each side of the moment are looked at: calls overtake each other, and the number that was
/// confirmed first after an attempt may have been given out before it.
const AROUND_COUNT: u32 = 16;

const BEFORE: &str = "SELECT number FROM numbers WHERE account = ?1 AND product = ?2 AND at <= ?3 \
    ORDER BY at DESC, number DESC LIMIT ?4";
const AFTER: &str = "SELECT number FROM numbers WHERE account = ?1 AND product = ?2 AND at > ?3 \
    ORDER BY at, number LIMIT ?4";
const UP: &str = "SELECT DISTINCT number FROM numbers WHERE number > ?1 AND number <= ?2 ORDER BY number";
const DOWN: &str = "SELECT DISTINCT number FROM numbers WHERE number < ?1 AND number >= ?2 ORDER BY number DESC";

/// Up to `count` numbers of this product that nobody here has, nearest to the last one before the moment first.
pub(crate) fn neighbours(
    conn: &Connection,
    account: &str,
    product: &str,
    at: Time,
    count: usize,
) -> Result<Vec<ParcelNumber>, StoreError> {
    let moment = conn.unchecked_transaction()?;
    let before = around(&moment, BEFORE, account, product, at)?;
    let after = around(&moment, AFTER, account, product, at)?;
    let Some(anchor) = before.first().or(after.first()).copied() else { return Ok(Vec::new()) };
    let highest = after.iter().map(ParcelNumber::serial).max().unwrap_or(anchor.serial_max());
    let lowest = before.iter().chain(&after).map(ParcelNumber::serial).min().unwrap_or(0);
    let above = (anchor.serial() + 1)..=highest;
    let mut free = missing(&moment, UP, anchor, above, count)?;
    let below = (lowest..anchor.serial()).rev();
    let left = count - free.len();
    free.extend(missing(&moment, DOWN, anchor, below, left)?);
    Ok(free)
}

fn around(
    conn: &Connection,
    sql: &str,
    account: &str,
    product: &str,
    at: Time,
) -> Result<Vec<ParcelNumber>, StoreError> {
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_and_then(params![account, product, at.unix_ms(), AROUND_COUNT], |row| {
        parse(&row.get::<_, String>(0)?, "number")
    })?;
    rows.collect()
}

/// The first serials that are not among the known numbers, walking away from the anchor with both side by side.
fn missing(
    conn: &Connection,
    sql: &str,
    anchor: ParcelNumber,
    serials: impl DoubleEndedIterator<Item = u64> + Clone,
    count: usize,
) -> Result<Vec<ParcelNumber>, StoreError> {
    let mut free = Vec::new();
    let Some(end) = serials.clone().next_back().and_then(|s| anchor.with_serial(s).ok()) else {
        return Ok(free);
    };
    let mut statement = conn.prepare_cached(sql)?;
    let mut known = statement.query([anchor.as_str(), end.as_str()])?;
    let mut next_known = None;
    let mut ended = false;
    for serial in serials {
        if free.len() == count {
            break;
        }
        if next_known.is_none() && !ended {
            next_known = known.next()?.map(|row| row.get::<_, String>(0)).transpose()?;
            ended = next_known.is_none();
        }
        let Ok(number) = anchor.with_serial(serial) else { break };
        if next_known.as_deref() == Some(number.as_str()) {
            next_known = None;
        } else {
            free.push(number);
        }
    }
    Ok(free)
}
