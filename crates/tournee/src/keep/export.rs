//! `tournee export`: shipments, facts or numbers of a period as lines of JSON or as CSV, for other programs.
//!
//! Everything is as of one moment, and one row is in memory at a time. What is private (addresses, telephones, e-mail, the
//! carrier's words in a refusal) is in it only with `--with-addresses`. A file is for its owner alone, and has its name
//! only when it is whole.

use super::period;
use crate::{
    cli::{Export, Format, What},
    fault::Fault,
    say,
    serve::settle,
};
use serde_json::{Map, Value, json};
use std::{
    fs::{self, OpenOptions},
    io::{self, BufWriter, Write},
    ops::ControlFlow,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};
use store::{GivenOut, IntentView, Kind, Period, Progress, Snapshot, Step, StoreError};

/// Rows between two looks at whether to go on.
const ROWS_PER_LOOK: u64 = 256;

/// Runs the command.
///
/// # Errors
/// When the period is wrong, the store cannot be read or the file cannot be written.
pub fn run(args: &Export) -> Result<(), Fault> {
    let config = settle(&args.place, None)?;
    super::need_data(&config)?;
    let snapshot = Snapshot::open(&config.data)?;
    let period = period::of(&args.days, &snapshot)?;
    let (what, format, addresses) = (args.what, args.format, args.with_addresses);
    match args.out.clone() {
        None => written(super::run_quietly(move |tell| {
            rows(&snapshot, &period, what, addresses, Sheet::new(io::stdout().lock(), format), tell)
        })?),
        Some(path) => {
            let out = path.clone();
            let count = super::run(move |tell| {
                to_file(&path, |file| rows(&snapshot, &period, what, addresses, Sheet::new(file, format), tell))
            })?;
            say::line(format_args!("{count} rows in {}{}", out.display(), note(addresses)));
            Ok(())
        }
    }
}

fn note(addresses: bool) -> &'static str {
    if addresses { ", with addresses: keep the file as closely as the data" } else { ", without addresses" }
}

/// A reader that has gone away (`| head`) is no error.
fn written(done: Result<u64, ExportError>) -> Result<(), Fault> {
    match done {
        Err(ExportError::Io(e)) if e.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => Ok(done.map(drop)?),
    }
}

/// Why an export ended early.
#[derive(Debug, thiserror::Error)]
pub(super) enum ExportError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("cannot write {path}: {source}; give --out a path that can be written, on a disk with space", path = .path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("broken off; no file was left behind")]
    Stopped,
}

impl From<ExportError> for Fault {
    fn from(e: ExportError) -> Self {
        match e {
            ExportError::Store(e) => e.into(),
            ExportError::Io(e) => e.into(),
            ExportError::File { .. } => Self::cant_create(e.to_string()),
            ExportError::Stopped => Self::failed(e.to_string()),
        }
    }
}

/// Writes under another name, and gives the file its own when it is whole.
fn to_file(path: &Path, write: impl FnOnce(fs::File) -> Result<u64, ExportError>) -> Result<u64, ExportError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    let part = PathBuf::from(name);
    let failed = |source| ExportError::File { path: path.to_path_buf(), source };
    let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&part).map_err(failed)?;
    let count = write(file).and_then(|count| fs::rename(&part, path).map_err(failed).map(|()| count));
    count.map_err(|e| {
        // What was begun is of no use; that it could not be made is said already.
        let _ = fs::remove_file(&part);
        match e {
            ExportError::Io(source) => failed(source),
            other => other,
        }
    })
}

/// Writes every row; gives how many there were.
fn rows(
    snapshot: &Snapshot,
    period: &Period,
    what: What,
    addresses: bool,
    sheet: Sheet<impl Write>,
    tell: store::Teller<'_>,
) -> Result<u64, ExportError> {
    let kind = match what {
        What::Shipments => Kind::Shipments,
        What::Facts => Kind::Facts,
        What::Numbers => Kind::Numbers,
    };
    let mut counted = Counted { sheet, done: 0, total: snapshot.count(kind, period)?, tell };
    match what {
        What::Shipments => {
            counted.sheet.head(&shipment_names(addresses))?;
            snapshot.shipments(period, |view, shipment| {
                let letter = shipment.filter(|_| addresses).map(|shipment| json!(shipment.letter));
                counted.row(shipment_row(view, addresses, letter))
            })?;
        }
        What::Facts => {
            counted.sheet.head(&["seq", "at", "shipment", "merchant", "fact", "detail"])?;
            snapshot.facts(period, |id, merchant, stamped| {
                let detail = if addresses { json!(stamped.fact) } else { store::without_private_parts(&stamped.fact)? };
                let name = stamped.fact.name();
                counted.row(vec![json!(stamped.seq), time(stamped.at), json!(id), json!(merchant), json!(name), detail])
            })?;
        }
        What::Numbers => {
            counted.sheet.head(&["number", "shipment", "merchant", "account", "product", "at", "on_the_label"])?;
            snapshot.numbers(period, |given| counted.row(number_row(&given)))?;
        }
    }
    let done = counted.done;
    counted.sheet.end()?;
    Ok(done)
}

fn shipment_names(addresses: bool) -> Vec<&'static str> {
    let mut names = vec![
        "id",
        "merchant",
        "account",
        "via",
        "order_number",
        "parcel_no",
        "parcel_ref",
        "product",
        "pickup_point",
        "deposit_date",
        "state",
        "parcel_number",
        "confirmed_by",
        "attempts",
        "released",
        "reject_code",
        "accepted_at",
        "changed_at",
    ];
    if addresses {
        names.extend(["reject_message", "letter"]);
    }
    names
}

fn shipment_row(view: &IntentView, addresses: bool, letter: Option<Value>) -> Vec<Value> {
    let intent = &view.intent;
    let mut row = vec![
        json!(intent.id),
        json!(view.merchant),
        json!(view.account),
        json!(view.via),
        json!(view.order_number),
        json!(view.parcel_no),
        json!(view.parcel_ref),
        json!(view.product.code()),
        json!(view.mode.pickup_point().map(|point| point.as_str().to_owned())),
        json!(intent.deposit_date),
        json!(intent.state),
        json!(intent.number.filter(|_| intent.by.is_some())),
        json!(intent.by),
        json!(intent.attempt),
        json!(intent.released),
        json!(view.reject.as_ref().map(|reject| &reject.code)),
        time(intent.accepted_at),
        time(intent.changed_at),
    ];
    if addresses {
        row.extend([json!(view.reject.as_ref().map(|reject| &reject.message)), json!(letter)]);
    }
    row
}

fn number_row(given: &GivenOut) -> Vec<Value> {
    vec![
        json!(given.number),
        json!(given.shipment),
        json!(given.merchant),
        json!(given.account),
        json!(given.product),
        time(given.at),
        json!(given.on_the_label),
    ]
}

/// A moment as RFC 3339 in UTC.
fn time(at: clock::Time) -> Value {
    Value::String(at.to_string())
}

/// Rows that are counted and told of while they are written.
struct Counted<'t, W: Write> {
    sheet: Sheet<W>,
    done: u64,
    total: u64,
    tell: store::Teller<'t>,
}

impl<W: Write> Counted<'_, W> {
    fn row(&mut self, row: Vec<Value>) -> Result<(), ExportError> {
        self.sheet.row(row)?;
        self.done += 1;
        let progress = Progress { step: Step::Writing, done: self.done, total: self.total };
        if self.done.is_multiple_of(ROWS_PER_LOOK) && (self.tell)(progress) == ControlFlow::Break(()) {
            return Err(ExportError::Stopped);
        }
        Ok(())
    }
}

/// Where rows are written, in one of the two formats.
enum Sheet<W: Write> {
    Lines { out: BufWriter<W>, names: Vec<&'static str> },
    Csv(Box<csv::Writer<W>>),
}

impl<W: Write> Sheet<W> {
    fn new(out: W, format: Format) -> Self {
        match format {
            Format::Jsonl => Self::Lines { out: BufWriter::new(out), names: Vec::new() },
            Format::Csv => Self::Csv(Box::new(csv::Writer::from_writer(out))),
        }
    }

    fn head(&mut self, columns: &[&'static str]) -> Result<(), ExportError> {
        match self {
            Self::Lines { names, .. } => columns.clone_into(names),
            Self::Csv(out) => out.write_record(columns).map_err(of_csv)?,
        }
        Ok(())
    }

    fn row(&mut self, row: Vec<Value>) -> Result<(), ExportError> {
        match self {
            Self::Lines { out, names } => {
                let object: Map<String, Value> = names.iter().map(|name| (*name).to_owned()).zip(row).collect();
                serde_json::to_writer(&mut *out, &object).map_err(io::Error::from)?;
                out.write_all(b"\n")?;
            }
            Self::Csv(out) => out.write_record(row.iter().map(cell)).map_err(of_csv)?,
        }
        Ok(())
    }

    fn end(self) -> Result<(), ExportError> {
        match self {
            Self::Lines { mut out, .. } => out.flush()?,
            Self::Csv(mut out) => out.flush()?,
        }
        Ok(())
    }
}

fn of_csv(e: csv::Error) -> ExportError {
    ExportError::Io(match e.into_kind() {
        csv::ErrorKind::Io(e) => e,
        other => io::Error::other(format!("{other:?}")),
    })
}

/// A cell of CSV. Text that a spreadsheet would take for a formula gets an apostrophe in front (OWASP, CSV injection).
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) if text.starts_with(['=', '+', '-', '@', '\t', '\r']) => format!("'{text}"),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_never_a_formula() {
        for bad in ["=1+1", "+33612345678", "-2", "@SUM(A1)", "\t=1", "\r=1"] {
            assert_eq!(cell(&json!(bad)), format!("'{bad}"));
        }
        assert_eq!([cell(&json!("A=1")), cell(&json!(null)), cell(&json!(-2))], ["A=1", "", "-2"]);
    }
}
