//! Pickup points as comma-separated values.

use super::{
    columns::{self, COLUMNS, NEEDED, known},
    read::{Mistake, Read},
};
use clock::Time;
use csv::{ReaderBuilder, StringRecord, Writer};
use pickup::Known;
use serde_json::Value;
use std::io::{self, Write};

/// What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection).
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Writes every point.
pub(super) fn write<'a>(out: impl Write, points: impl Iterator<Item = &'a Known>) -> io::Result<u64> {
    let mut sheet = Writer::from_writer(out);
    sheet.write_record(COLUMNS).map_err(io::Error::from)?;
    let mut count = 0;
    for known in points {
        sheet.write_record(columns::values(known).iter().map(cell)).map_err(io::Error::from)?;
        count += 1;
    }
    sheet.flush()?;
    Ok(count)
}

/// A cell. Text that a spreadsheet would take for a formula gets an apostrophe in front, and so does text that begins as
/// if it had got one: what is read back is what was written.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) if is_disguised(text) || text.starts_with(FORMULA) => format!("'{text}"),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn plain(cell: &str) -> String {
    match cell.strip_prefix('\'') {
        Some(rest) if is_disguised(cell) => rest.to_owned(),
        _ => cell.to_owned(),
    }
}

/// Whether it is apostrophes before what a spreadsheet would take for a formula.
fn is_disguised(text: &str) -> bool {
    text.starts_with('\'') && text.trim_start_matches('\'').starts_with(FORMULA)
}

/// Reads every point, or every mistake.
pub(super) fn read(text: &str, seen_at: Time) -> Result<Vec<Read>, Vec<Mistake>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut sheet = ReaderBuilder::new().delimiter(delimiter(text)).from_reader(text.as_bytes());
    let head = sheet.headers().map_err(|e| vec![not_csv(&e)])?.clone();
    let places = places(&head).map_err(|mistake| vec![mistake])?;
    let (mut points, mut mistakes) = (Vec::new(), Vec::new());
    for row in sheet.records() {
        let read = row.map_err(|e| not_csv(&e)).and_then(|row| {
            let line = row.position().map_or(0, csv::Position::line);
            let value = |column: &str| {
                let place = COLUMNS.iter().position(|known| *known == column).and_then(|at| places[at]);
                place.and_then(|place| row.get(place)).map(plain).unwrap_or_default()
            };
            known(value, seen_at).map(|known| (line, known)).map_err(|wrong| Mistake::of(line, wrong))
        });
        match read {
            Ok(point) => points.push(point),
            Err(mistake) => mistakes.push(mistake),
        }
    }
    match (points.is_empty(), mistakes.is_empty()) {
        (_, false) => Err(mistakes),
        (true, true) => Err(vec![Mistake::whole(1, "there is no point in it, only the names of columns at most")]),
        (false, true) => Ok(points),
    }
}

/// Sheets of a French or German spreadsheet have semicolons.
fn delimiter(text: &str) -> u8 {
    let head = text.lines().next().unwrap_or_default();
    if head.contains(';') && !head.contains(',') { b';' } else { b',' }
}

/// At which place of a row each known column stands.
fn places(head: &StringRecord) -> Result<[Option<usize>; COLUMNS.len()], Mistake> {
    let mut places = [None; COLUMNS.len()];
    for (place, name) in head.iter().enumerate() {
        let name = name.trim();
        let at = COLUMNS.iter().position(|known| *known == name).ok_or_else(|| {
            let near = COLUMNS.iter().find(|known| strsim::osa_distance(known, name) <= 2);
            let advice = near.map_or_else(|| "leave it out".to_owned(), |near| format!("did you mean {near}?"));
            let place = place + 1;
            Mistake::whole(1, format!("column {place} has a name that is not known; {advice} Known are {}", all()))
        })?;
        if places[at].replace(place).is_some() {
            return Err(Mistake::whole(1, format!("the column {} is there twice; leave one out", COLUMNS[at])));
        }
    }
    let there = |name: &&str| COLUMNS.iter().position(|known| known == name).is_some_and(|at| places[at].is_some());
    match NEEDED.iter().find(|name| !there(name)) {
        Some(missing) => Err(Mistake::whole(1, format!("the column {missing} is missing; add it to the first line"))),
        None => Ok(places),
    }
}

fn all() -> String {
    COLUMNS.join(", ")
}

fn not_csv(e: &csv::Error) -> Mistake {
    let line = e.position().map_or(1, csv::Position::line);
    let problem = match e.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("has {len} cells where the first line names {expected_len}; put text with a comma in quotes")
        }
        _ => "cannot be read as CSV; save the file as UTF-8 with commas between".to_owned(),
    };
    Mistake::whole(line, problem)
}
