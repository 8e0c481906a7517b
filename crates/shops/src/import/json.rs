//! Orders in JSON: a list, or one a line.

use super::{BadFile, ImportedOrder, ROW_BYTES_MAX, Row, RowError};
use serde_json::{Value, value::RawValue};
use std::collections::{BTreeMap, HashMap};

/// The orders of a list, or of an object whose only field `orders` is one.
pub(super) fn list(bytes: &[u8]) -> Result<Vec<Row>, BadFile> {
    let bad = |error: &serde_json::Error| {
        let (line, column) = (error.line(), error.column());
        BadFile::new(format!(
            "no JSON from line {line}, column {column} on: correct it there, or send one order a line"
        ))
    };
    let whole: Vec<&RawValue> = match serde_json::from_slice::<BTreeMap<String, &RawValue>>(bytes) {
        Ok(object) => match object.get("orders") {
            Some(orders) if object.len() == 1 => serde_json::from_str(orders.get()).map_err(|_| no_list())?,
            _ => return Err(no_list()),
        },
        Err(_) => serde_json::from_slice(bytes).map_err(|e| if e.is_data() { no_list() } else { bad(&e) })?,
    };
    Ok((1..).zip(whole).map(|(place, raw)| row(place, raw.get().as_bytes())).collect())
}

/// The orders of the lines that are not blank.
pub(super) fn lines(bytes: &[u8]) -> Vec<Row> {
    let lines = (1..).zip(bytes.split(|b| *b == b'\n')).map(|(line, text)| (line, text.trim_ascii()));
    lines.filter(|(_, text)| !text.is_empty()).map(|(line, text)| row(line, text)).collect()
}

fn no_list() -> BadFile {
    BadFile::new("expected a list of orders in brackets, or an object whose only field `orders` is one")
}

fn row(line: u64, text: &[u8]) -> Row {
    let fields = if text.len() > ROW_BYTES_MAX { Err(too_long(line)) } else { parsed(line, text) };
    Row { line, fields, cells: HashMap::new() }
}

pub(super) fn too_long(line: u64) -> RowError {
    RowError::new(
        line,
        None,
        format!("longer than an order may be, {ROW_BYTES_MAX} bytes; is a quote or bracket open?"),
    )
}

fn parsed(line: u64, text: &[u8]) -> Result<ImportedOrder, RowError> {
    let mut source = serde_json::Deserializer::from_slice(text);
    let order = serde_path_to_error::deserialize(&mut source).map_err(|error| refusal(line, &error))?;
    source.end().map_err(|error| at(RowError::new(line, None, "something stands after the order"), &error))?;
    Ok(order)
}

/// The fields of one object.
pub(super) fn of_object(line: u64, object: Value) -> Result<ImportedOrder, RowError> {
    serde_path_to_error::deserialize(object).map_err(|error| refusal(line, &error))
}

/// What serde says, without the value that it repeats.
fn refusal(line: u64, error: &serde_path_to_error::Error<serde_json::Error>) -> RowError {
    let (path, inner) = (error.path().to_string(), error.inner());
    let field = (path != "." && path != "?").then(|| path.chars().take(100).collect());
    if !inner.is_data() {
        return at(RowError::new(line, field, "no JSON from here on"), inner);
    }
    let text = inner.to_string();
    let problem = if text.starts_with("unknown field") {
        "no such field; see the documentation for the names".to_owned()
    } else {
        let expected = text.rsplit_once("expected ").map_or("something else", |(_, expected)| expected);
        let expected = expected.split(" at line").next().unwrap_or_default();
        let plain = if expected == "u32" { "a whole number" } else { expected };
        format!("of the wrong kind: expected {plain}")
    };
    at(RowError::new(line, field, problem), inner)
}

fn at(error: RowError, inner: &serde_json::Error) -> RowError {
    let column = u64::try_from(inner.column()).ok().filter(|column| *column > 0);
    RowError { column, ..error }
}
