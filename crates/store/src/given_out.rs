//! Which numbers were given out, for whoever keeps them in memory: told one by one from a moment on, and read up to it.

use crate::{StoreError, rows::parse};
use parcel::ParcelNumber;
use rusqlite::{Connection, params};
use std::sync::{Arc, Mutex, PoisonError};

const AFTER: &str = "SELECT DISTINCT number FROM numbers WHERE number > ?1 ORDER BY number LIMIT ?2";

/// Is told a number, in the thread that writes. It must not wait.
pub type NumberListener = Arc<dyn Fn(&ParcelNumber) + Send + Sync>;

/// Who is told each number, if anybody.
#[derive(Default)]
pub(crate) struct Listener(Mutex<Option<NumberListener>>);

impl Listener {
    /// From now on this one is told.
    pub(crate) fn set(&self, listener: NumberListener) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(listener);
    }

    pub(crate) fn tell(&self, number: &ParcelNumber) {
        if let Some(listener) = &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            listener(number);
        }
    }
}

/// Up to `count` numbers after this one, in order.
pub(crate) fn after(
    conn: &Connection,
    last: Option<&ParcelNumber>,
    count: u32,
) -> Result<Vec<ParcelNumber>, StoreError> {
    let mut statement = conn.prepare_cached(AFTER)?;
    let last = last.map_or("", ParcelNumber::as_str);
    let rows = statement.query_and_then(params![last, count], |row| parse(&row.get::<_, String>(0)?, "number"))?;
    rows.collect()
}
