//! The forms in which a batch can come, and how each row becomes a shipment: by the same rules as one that comes alone.

use super::{
    csv::{Csv, Wishes},
    elements::Elements,
    lines::Lines,
    text::{Fault, ROW_BYTES_MAX, Row},
};
use crate::{
    api::request::ShipmentRequest,
    body,
    problem::{Kind, Problem},
};
use encoding_rs::{Encoding, UTF_8};
use http::{HeaderMap, header};
use parcel::Shipment;
use serde_json::{Map, Value};
use store::Refusal;

/// The rows of a batch, cut out as its text arrives.
pub(super) enum Form {
    /// `application/json`: a list, or an object whose field `shipments` is one.
    List(Elements),
    /// `application/x-ndjson`: an object a line.
    Ndjson(Lines),
    /// `text/csv`.
    Csv(Box<Csv>),
}

/// One row that was read.
pub(super) struct Read {
    /// On which line of the file it begins, from 1.
    pub(super) line: u64,
    /// How many bytes it had.
    pub(super) bytes: usize,
    /// What is to be shipped, or why not.
    pub(super) shipment: Result<Box<Shipment>, Refusal>,
}

impl Form {
    /// The form that the headers name.
    ///
    /// # Errors
    /// A media type or a charset that is not read here.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let text = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let mut parts = text.split(';').map(str::trim);
        let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
        let charset =
            parts.find_map(|part| part.split_once('=').filter(|(name, _)| name.eq_ignore_ascii_case("charset")));
        let charset = charset.map_or(Ok(UTF_8), |(_, label)| self::charset(label.trim_matches('"')))?;
        let json = matches!(essence.as_str(), "application/json" | "application/x-ndjson" | "application/ndjson");
        if json && charset != UTF_8 {
            return Err(
                Problem::new(Kind::BadHeader, "JSON is written in UTF-8; leave charset out.").field("Content-Type")
            );
        }
        match essence.as_str() {
            "application/json" => Ok(Self::List(Elements::new())),
            "application/x-ndjson" | "application/ndjson" => Ok(Self::Ndjson(Lines::new())),
            "text/csv" | "text/tab-separated-values" => Ok(Self::Csv(Box::new(Csv::new(charset)))),
            _ => Err(Problem::new(
                Kind::MediaType,
                "A batch is a list; send Content-Type: application/json, application/x-ndjson or text/csv.",
            )
            .header(header::ACCEPT, "application/json, application/x-ndjson, text/csv".into())),
        }
    }

    pub(super) fn push(&mut self, piece: &[u8]) {
        match self {
            Self::List(elements) => elements.push(piece),
            Self::Ndjson(lines) => lines.push(piece),
            Self::Csv(csv) => csv.push(piece),
        }
    }

    pub(super) fn end(&mut self) {
        match self {
            Self::List(elements) => elements.end(),
            Self::Ndjson(lines) => lines.end(),
            Self::Csv(csv) => csv.end(),
        }
    }

    /// The number of the column that holds this field, from 1, where there are columns.
    pub(super) fn place_of(&self, field: &str) -> Option<usize> {
        match self {
            Self::Csv(csv) => csv.place_of(field),
            Self::List(_) | Self::Ndjson(_) => None,
        }
    }

    /// The next row; nothing when it is not whole yet, or at the end.
    ///
    /// # Errors
    /// The file is none of this form, so that no row can be read.
    pub(super) fn next(&mut self, wishes: Wishes<'_>) -> Result<Option<Read>, Problem> {
        let (row, shipment) = match self {
            Self::List(elements) => match elements.next() {
                Some(row) => {
                    let shipment = of_json(&row, wishes.given);
                    (row, shipment)
                }
                None => return Ok(None),
            },
            Self::Ndjson(lines) => {
                let blank = |row: &Row| row.fault.is_none() && row.text.trim_ascii().is_empty();
                let Some(row) = std::iter::from_fn(|| lines.next()).find(|row| !blank(row)) else { return Ok(None) };
                let shipment = of_json(&row, wishes.given);
                (row, shipment)
            }
            Self::Csv(csv) => match csv.next(wishes)? {
                Some((row, object)) => {
                    let shipment = object.and_then(|object| {
                        of_object(object, wishes.given).map_err(|problem| (place(csv, &problem), problem))
                    });
                    (row, shipment)
                }
                None => return Ok(None),
            },
        };
        if row.fault == Some(Fault::NoList) {
            return Err(no_list());
        }
        let shipment = match row.fault {
            Some(fault) => Err(refusal(None, &unreadable(fault))),
            None => shipment.map(Box::new).map_err(|(place, problem)| refusal(place, &problem)),
        };
        Ok(Some(Read { line: row.line, bytes: row.text.len(), shipment }))
    }
}

/// The charset with this name. Only those in which a comma, a quote and a line end are what they are in ASCII.
fn charset(label: &str) -> Result<&'static Encoding, Problem> {
    let known = Encoding::for_label(label.as_bytes()).filter(|e| *e == UTF_8 || e.is_single_byte());
    known.ok_or_else(|| {
        let detail =
            "charset is utf-8, iso-8859-1, windows-1252 or another of one byte a letter; save the file in UTF-8.";
        Problem::new(Kind::BadHeader, detail).field("Content-Type")
    })
}

/// The column that a problem is about.
fn place(csv: &Csv, problem: &Problem) -> Option<usize> {
    csv.place_of(problem.named_field()?)
}

type Shipped = Result<Shipment, (Option<usize>, Problem)>;

fn of_json(row: &Row, given: &Map<String, Value>) -> Shipped {
    let read = || {
        if given.is_empty() {
            return body::json::<ShipmentRequest>(&row.text)?.parse();
        }
        of_object(body::json(&row.text)?, given)
    };
    if row.fault.is_some() {
        return Err((None, no_list()));
    }
    read().map_err(|problem| (None, in_file(problem, row.line)))
}

/// An object that lacks what is given for every row.
fn of_object(mut object: Map<String, Value>, given: &Map<String, Value>) -> Result<Shipment, Problem> {
    for (field, value) in given {
        if !object.contains_key(field) {
            object.insert(field.clone(), value.clone());
        }
    }
    body::from_value::<ShipmentRequest>(&Value::Object(object))?.parse()
}

/// The same problem with its place in the file, not in the row.
fn in_file(problem: Problem, first_line: u64) -> Problem {
    let Some((line, column)) = problem.place() else { return problem };
    let in_file = line.saturating_add(usize::try_from(first_line - 1).unwrap_or(usize::MAX));
    let detail = problem.detail().replace(&body::in_place(line, column), &body::in_place(in_file, column));
    problem.with_detail(detail).at(in_file, column)
}

fn no_list() -> Problem {
    let detail = "Expected a list of shipments in brackets, or an object whose only field shipments is one.";
    Problem::new(Kind::InvalidField, detail).at(1, 1)
}

fn unreadable(fault: Fault) -> Problem {
    let detail = match fault {
        Fault::TooLong => format!(
            "Longer than a row may be, {ROW_BYTES_MAX} bytes: look for a quote or a bracket that \
                                   is not closed."
        ),
        Fault::OpenQuote => "A quote is opened on this line and not closed where it should be: close it, or write it \
                             twice if it belongs to the text."
            .into(),
        Fault::NoEnd => "The file ends before the list does: something that begins here is not closed.".into(),
        Fault::AfterTheEnd => "Something stands after the end of the list: a batch is one list.".into(),
        Fault::NoList => return no_list(),
    };
    Problem::new(Kind::BadLine, detail)
}

/// A problem as the record of a row holds it.
pub(super) fn refusal(place: Option<usize>, problem: &Problem) -> Refusal {
    let column = place.or_else(|| problem.place().map(|(_, column)| column));
    Refusal {
        code: problem.kind().slug().into(),
        field: problem.named_field().map(str::to_owned),
        column: column.and_then(|column| u32::try_from(column).ok()),
        detail: problem.detail().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_media_type_says_the_form_and_the_charset() {
        let form = |text: &str| {
            let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, text.parse().expect("a value"))]);
            Form::of(&headers).map(drop).map_err(|problem| problem.kind().slug())
        };
        for good in [
            "application/json; charset=utf-8",
            "application/x-ndjson",
            "Text/CSV",
            "text/csv; header=present; charset=\"ISO-8859-1\"",
            "text/csv;charset=windows-1252",
            "text/csv;charset=latin1",
        ] {
            assert_eq!(form(good), Ok(()), "{good}");
        }
        for (bad, kind) in [
            ("text/plain", "media-type"),
            ("", "media-type"),
            ("text/csv; charset=utf-16", "bad-header"),
            ("text/csv; charset=shift_jis", "bad-header"),
            ("text/csv; charset=nothing", "bad-header"),
            ("application/json; charset=latin1", "bad-header"),
        ] {
            assert_eq!(form(bad), Err(kind), "{bad}");
        }
    }
}
