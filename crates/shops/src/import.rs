//! Orders from a file: CSV, JSON or NDJSON, for shops without a connector. Good rows stay when others are bad.
//!
//! A row is one order: the fields of [`ImportedOrder`], in CSV under the names that [`columns`] lists, English or French.
//! What is wrong with a row is told with its line, its column or field, and what would be right; never with the value,
//! which may be private.

mod country;
mod csv;
mod json;
mod row;

pub use self::csv::columns;
pub use row::ImportedOrder;

use crate::ShopOrder;
use clock::Time;
use parcel::Invalid;
use std::collections::HashMap;

/// Rows of one file.
pub const ROWS_COUNT_MAX: usize = 100_000;
/// Bytes of one row.
pub const ROW_BYTES_MAX: usize = 64 * 1024;

/// The form of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// The first line names the columns; separated by comma, semicolon or tab; UTF-8.
    Csv,
    /// A list of orders, or an object whose only field `orders` is one.
    Json,
    /// An order a line.
    Ndjson,
}

/// What was read of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// The good rows with their lines (of a JSON list: the place in it, from 1).
    pub orders: Vec<(u64, ShopOrder)>,
    /// The others.
    pub refused: Vec<RowError>,
}

/// Why a row was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowError {
    /// Its line, from 1 (of a JSON list: the place in it, from 1).
    pub line: u64,
    /// Its column, from 1: the cell in CSV, the character in JSON.
    pub column: Option<u64>,
    /// The field, for example `buyer.city`.
    pub field: Option<String>,
    /// What is wrong and what to do; no private data.
    pub problem: String,
}

impl RowError {
    fn new(line: u64, field: Option<String>, problem: impl Into<String>) -> Self {
        Self { line, column: None, field, problem: problem.into() }
    }

    fn of(line: u64, invalid: Invalid) -> Self {
        Self::new(line, Some(invalid.field), invalid.problem)
    }
}

/// Why no row of a file can be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadFile(String);

impl BadFile {
    fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

/// Reads a file, whose size the caller bounds. What an order does not say of its times is `now`.
///
/// # Errors
/// When the file is none of this form, so that no row can be read.
pub fn read(form: Form, bytes: &[u8], now: Time) -> Result<Imported, BadFile> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let rows = match form {
        Form::Csv => csv::rows(bytes)?,
        Form::Json => json::list(bytes)?,
        Form::Ndjson => json::lines(bytes),
    };
    if rows.len() > ROWS_COUNT_MAX {
        return Err(BadFile::new(format!("a file has at most {ROWS_COUNT_MAX} orders; split it")));
    }
    if rows.is_empty() {
        return Err(BadFile::new(
            "there is no order in the file: CSV has one in each line after that of the columns, JSON in each element",
        ));
    }
    Ok(sorted_out(rows, now))
}

/// A row as far as its form goes: where it stands, and its fields or why there are none.
struct Row {
    line: u64,
    fields: Result<ImportedOrder, RowError>,
    /// The number of a field's cell, where there are cells.
    cells: HashMap<String, u64>,
}

fn sorted_out(rows: Vec<Row>, now: Time) -> Imported {
    let mut imported = Imported::default();
    let mut lines: HashMap<String, u64> = HashMap::new();
    for row in rows {
        let line = row.line;
        let order = row.fields.and_then(|fields| fields.into_order(now).map_err(|invalid| RowError::of(line, invalid)));
        let order = order.and_then(|order| match lines.insert(order.id.clone(), line) {
            None => Ok(order),
            Some(before) => {
                lines.insert(order.id, before);
                let problem = format!("the same order stands on line {before} already; leave one of them out");
                Err(RowError::new(line, Some("number".to_owned()), problem))
            }
        });
        match order {
            Ok(order) => imported.orders.push((line, order)),
            Err(error) => {
                let cell = error.field.as_ref().and_then(|field| row.cells.get(field)).copied();
                imported.refused.push(RowError { column: error.column.or(cell), ..error });
            }
        }
    }
    imported
}
