//! Rows of CSV: the first names the columns, each further one becomes the same object that JSON would have been.

use super::{
    columns::{self, Column, Kind},
    lines::Lines,
    text::{Fault, Row},
};
use crate::problem::{Kind as Trouble, Problem};
use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use encoding_rs::{Encoding, UTF_8};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// Columns of a file, at most.
const COLUMNS_COUNT_MAX: usize = 200;
/// The longest part of a column's name that is repeated, in characters.
const NAME_CHARS_MAX: usize = 64;
/// Unknown columns that are named in one problem, at most.
const NAMED_COUNT_MAX: usize = 5;

/// What the caller wants of the columns.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wishes<'a> {
    /// Leave out columns that are not known.
    pub(super) ignore_unknown: bool,
    /// Fields that are given for every row.
    pub(super) given: &'a Map<String, Value>,
}

/// A file of CSV.
pub(super) struct Csv {
    lines: Lines,
    charset: &'static Encoding,
    header: Option<Header>,
}

/// What the first line says.
struct Header {
    /// The column of each cell; none for one that is left out.
    columns: Vec<Option<&'static Column>>,
    cells: Cells,
}

/// What a row of CSV is: an object, or why it is none, with the column that is wrong.
pub(super) type Object = Result<Map<String, Value>, (Option<usize>, Problem)>;

impl Csv {
    pub(super) fn new(charset: &'static Encoding) -> Self {
        Self { lines: Lines::new(), charset, header: None }
    }

    pub(super) fn push(&mut self, piece: &[u8]) {
        self.lines.push(piece);
    }

    pub(super) fn end(&mut self) {
        self.lines.end();
    }

    /// The next row after the first: its line and what it is.
    ///
    /// # Errors
    /// The first row does not name the columns as it should: then no row can be read.
    pub(super) fn next(&mut self, wishes: Wishes<'_>) -> Result<Option<(Row, Object)>, Problem> {
        if self.header.is_none() {
            let Some(first) = self.lines.next() else { return Ok(None) };
            let header = Header::read(&first, self.charset, wishes)?;
            self.lines.separate_by(header.cells.delimiter);
            self.header = Some(header);
        }
        let delimiter = self.header.as_ref().map_or(b',', |header| header.cells.delimiter);
        let next =
            std::iter::from_fn(|| self.lines.next()).find(|row| row.fault.is_some() || !is_blank(row, delimiter));
        let (Some(header), Some(mut row)) = (&mut self.header, next) else { return Ok(None) };
        if row.fault.is_some() {
            return Ok(Some((row, Ok(Map::new()))));
        }
        let object = header.object(&row, self.charset);
        if row.spans_lines && object.as_ref().is_err_and(|(_, problem)| problem.kind() == Trouble::BadLine) {
            self.lines.only_its_first_line(&row);
            row.fault = Some(Fault::OpenQuote);
        }
        Ok(Some((row, object)))
    }

    /// The number of the column that holds this field, from 1.
    pub(super) fn place_of(&self, field: &str) -> Option<usize> {
        let columns = &self.header.as_ref()?.columns;
        let place = columns.iter().position(|column| column.is_some_and(|column| column.name == field));
        place.map(|place| place + 1)
    }
}

impl Header {
    fn read(first: &Row, charset: &'static Encoding, wishes: Wishes<'_>) -> Result<Self, Problem> {
        if first.fault.is_some() || first.text.starts_with(b"\xFF\xFE") || first.text.starts_with(b"\xFE\xFF") {
            return Err(bad_header("The first line is no line of text: save the file as CSV in UTF-8."));
        }
        let text = decode(&first.text, charset).map_err(|_| bad_header(NOT_UTF_8))?;
        let mut cells = Cells::separated_by(delimiter(&text));
        let names = cells.of(&text);
        if names.len() > COLUMNS_COUNT_MAX {
            let count = names.len();
            let detail =
                format!("The file has {count} columns; at most {COLUMNS_COUNT_MAX} are read. Leave the others out.");
            return Err(bad_header(&detail));
        }
        let columns: Vec<_> = names.iter().map(|name| columns::named(name)).collect();
        if columns.iter().all(Option::is_none) {
            return Err(bad_header(
                "The first line names no column that is known: it holds the columns' names, such as product, weight_g, \
                 addressee.city; all are listed at /v1/batches/columns.",
            ));
        }
        if !wishes.ignore_unknown {
            all_known(&names, &columns)?;
        }
        each_once(&columns)?;
        none_missing(&columns, wishes.given)?;
        Ok(Self { columns, cells })
    }

    /// The row as an object.
    fn object(&mut self, row: &Row, charset: &'static Encoding) -> Object {
        let text = decode(&row.text, charset).map_err(|_| (None, bad_line(NOT_UTF_8)))?;
        let cells = self.cells.of(&text);
        let (has, wants) = (cells.len(), self.columns.len());
        let blank = |cells: &[&str]| cells.iter().all(|cell| cell.trim().is_empty());
        if has < wants || !blank(&cells[wants..]) {
            let detail = format!("The line has {has} cells and the first line names {wants}: correct its separators.");
            return Err((None, bad_line(&detail)));
        }
        let mut object = Map::new();
        for (place, (cell, column)) in (1..).zip(cells.into_iter().zip(&self.columns)) {
            let Some(column) = column else { continue };
            if cell.chars().any(char::is_control) {
                let name = &column.name;
                let detail = format!("{name} holds a control character (a line break, a NUL or the like); remove it.");
                return Err((Some(place), bad_line(&detail).field(name)));
            }
            put(&mut object, column, cell.trim());
        }
        Ok(object)
    }
}

const NOT_UTF_8: &str = "Not written in UTF-8: send Content-Type: text/csv; charset=windows-1252 (or whatever the file \
                         is written in), or save it as CSV in UTF-8.";

fn bad_header(detail: &str) -> Problem {
    Problem::new(Trouble::BadLine, detail).at(1, 1)
}

fn bad_line(detail: &str) -> Problem {
    Problem::new(Trouble::BadLine, detail)
}

fn all_known(names: &[&str], columns: &[Option<&'static Column>]) -> Result<(), Problem> {
    let unknown: Vec<_> =
        (1..).zip(names).zip(columns).filter(|(_, column)| column.is_none()).map(|(n, _)| n).collect();
    let Some((place, first)) = unknown.first() else { return Ok(()) };
    let say = |(place, name): &(usize, &&str)| {
        let short: String = name.trim().chars().take(NAME_CHARS_MAX).collect();
        let meant = columns::nearest(name).map_or_else(String::new, |meant| format!(" (did you mean {meant}?)"));
        format!("column {place} is called `{short}`{meant}")
    };
    let named: Vec<_> = unknown.iter().take(NAMED_COUNT_MAX).map(say).collect();
    let count = unknown.len();
    let detail = format!(
        "{count} of the columns {are} not known: {}. The columns are listed at /v1/batches/columns; \
         ?ignore_unknown_columns=true leaves the others out.",
        named.join("; "),
        are = if count == 1 { "is" } else { "are" },
    );
    let short: String = first.trim().chars().take(NAME_CHARS_MAX).collect();
    Err(Problem::new(Trouble::UnknownField, detail).field(short).at(1, *place))
}

fn each_once(columns: &[Option<&'static Column>]) -> Result<(), Problem> {
    for (place, column) in (1..).zip(columns) {
        let Some(column) = column else { continue };
        let same = |other: &Option<&'static Column>| other.is_some_and(|other| other.name == column.name);
        if let Some(before) = columns[..place - 1].iter().position(same) {
            let name = &column.name;
            let detail = format!("Columns {} and {place} are both {name}; leave one.", before + 1);
            return Err(Problem::invalid(name, detail).at(1, place));
        }
    }
    Ok(())
}

fn none_missing(columns: &[Option<&'static Column>], given: &Map<String, Value>) -> Result<(), Problem> {
    let there = |wanted: &Column| {
        let given = given.contains_key(wanted.parent.unwrap_or(&wanted.field));
        given || columns.iter().flatten().any(|column| column.name == wanted.name)
    };
    let missing: Vec<_> =
        columns::all().iter().filter(|c| c.needed && !there(c)).map(|column| column.name.as_str()).collect();
    let Some(first) = missing.first() else { return Ok(()) };
    let detail = format!(
        "These columns are missing in the first line: {}. Add them, or give their fields for all rows in the header \
         Batch-Defaults, for example {{\"sender\": {{…}}}}.",
        missing.join(", ")
    );
    Err(Problem::new(Trouble::MissingField, detail).field(*first).at(1, 1))
}

/// Whether there is nothing in any cell, as in the lines that spreadsheets leave below a table.
fn is_blank(row: &Row, delimiter: u8) -> bool {
    row.text.iter().all(|byte| byte.is_ascii_whitespace() || *byte == delimiter)
}

/// The sign that separates cells: of those in use, the one that the first line has most of.
fn delimiter(first: &str) -> u8 {
    let count = |sign: &u8| first.bytes().filter(|b| b == sign).count();
    // The last of equals is taken: a line without any is one cell either way.
    b"\t;,".iter().copied().max_by_key(count).unwrap_or(b',')
}

/// The text of a row.
fn decode<'a>(bytes: &'a [u8], charset: &'static Encoding) -> Result<Cow<'a, str>, ()> {
    if charset == UTF_8 {
        return std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(drop);
    }
    charset.decode_without_bom_handling_and_without_replacement(bytes).ok_or(())
}

/// Reads the cells of one row after the other, in the same room.
struct Cells {
    reader: Reader,
    delimiter: u8,
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Cells {
    fn separated_by(delimiter: u8) -> Self {
        let reader = ReaderBuilder::new().delimiter(delimiter).build();
        Self { reader, delimiter, bytes: Vec::new(), ends: Vec::new() }
    }

    /// The cells of a row.
    fn of(&mut self, text: &str) -> Vec<&str> {
        // There is room for all of it, so that only the end of the input stops the reader.
        self.bytes.resize(text.len() + 1, 0);
        self.ends.resize(text.bytes().filter(|byte| *byte == self.delimiter).count() + 2, 0);
        self.reader.reset();
        let (mut read, mut written, mut found) = (0, 0, 0);
        loop {
            let rest = &text.as_bytes()[read..];
            let (result, took, wrote, ended) =
                self.reader.read_record(rest, &mut self.bytes[written..], &mut self.ends[found..]);
            (read, written, found) = (read + took, written + wrote, found + ended);
            if !matches!(result, ReadRecordResult::InputEmpty) {
                break;
            }
        }
        let begins = std::iter::once(&0).chain(&self.ends);
        let cell = |(begin, end): (&usize, &usize)| std::str::from_utf8(&self.bytes[*begin..*end]).unwrap_or_default();
        begins.zip(&self.ends[..found]).map(cell).collect()
    }
}

/// Puts a cell into its place. An empty cell says nothing. What is not of its kind stays text: whoever reads the object
/// says what was expected.
fn put(object: &mut Map<String, Value>, column: &Column, cell: &str) {
    if cell.is_empty() {
        return;
    }
    let value = match column.kind {
        Kind::Text => Value::from(cell),
        Kind::Number => cell.parse::<u64>().map_or_else(|_| cell.into(), Value::from),
        Kind::Flag => flag(cell).map_or_else(|| cell.into(), Value::from),
    };
    let within = match column.parent {
        None => object,
        Some(parent) => match object.entry(parent).or_insert_with(|| Map::new().into()) {
            Value::Object(within) => within,
            _ => return,
        },
    };
    within.insert(column.field.clone(), value);
}

fn flag(cell: &str) -> Option<bool> {
    match cell.to_lowercase().as_str() {
        "true" | "yes" | "oui" | "vrai" | "1" => Some(true),
        "false" | "no" | "non" | "faux" | "0" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_separator_is_seen_in_the_first_line() {
        for (first, sign) in [("a,b", b','), ("a;b", b';'), ("a\tb", b'\t'), ("a", b','), ("a;b,c;d", b';')] {
            assert_eq!(delimiter(first), sign, "{first}");
        }
    }

    #[test]
    fn cells_are_read_as_csv_says() {
        for (row, expected) in [
            ("a,b", &["a", "b"][..]),
            ("a,,", &["a", "", ""]),
            ("\"a,\"\"b\"\"\",c", &["a,\"b\"", "c"]),
            ("a \"b\" c,d", &["a \"b\" c", "d"]),
            ("é,\"x\ny\"", &["é", "x\ny"]),
            (",", &["", ""]),
        ] {
            assert_eq!(Cells::separated_by(b',').of(row), expected, "{row}");
        }
    }
}
