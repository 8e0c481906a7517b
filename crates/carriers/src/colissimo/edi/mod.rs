//! The announcement of parcels whose labels were printed here: Colissimo's EDI file, both ends.
//!
//! Plain functions over bytes. A file is ISO-8859-1, one record per line, columns between `;`, parts of a name between
//! backticks. The first line is the deposit slip (`BBB001`), each further line one parcel (`DDD001`). What the published
//! description names keeps its place in the order; the columns that it leaves open are ours, marked with *.
//!
//! | # | `BBB001` | # | `DDD001` |
//! |---|---|---|---|
//! | 1 | `BBB001` | 1 | `DDD001` |
//! | 2 | number of the deposit slip | 2 | first two characters of the parcel number |
//! | 3 | client number, six digits | 3 | its ten digits, without the check digit |
//! | 4 | handed over, `AAAAMMJJHHMM`, in Paris | 4 | weight, grams |
//! | 5 | written, `AAAAMMJJHHMM`, in Paris | 5 | addressee's postal code |
//! | 6 | version, `02.00` | 6 | addressee's country, two letters * |
//! | 7 | site | 7 | product code, for example `DOM` * |
//! | 8 | name of the site | 8 | order number, may be empty * |
//! |   | | 9 | reference of the parcel, may be empty * |
//! |   | | 10 | insured value in cents, `0` for none * |
//! |   | | 11 | non-machinable, `0` or `1` * |
//! |   | | 12 | cash on delivery, always `0` * |
//! |   | | 13 | instructions, may be empty * |
//! |   | | 14 | civility (always empty), first and last name, a backtick between each |
//! |   | | 15 | company * |
//! |   | | 16–19 | floor, building, street, locality |
//! |   | | 20 | city * |
//! |   | | 21–23 | two door codes, intercom * |
//! |   | | 24 | telephone |
//! |   | | 25 | e-mail |
//! |   | | 26 | mobile telephone |
//! |   | | 27 | pickup point, empty for home; the addressee's address stays in any case |
//!
//! What an announcement cannot say is lost, and no more than that ([`as_announced`] tells it beforehand): seconds of the
//! two times; `;` and backtick become `,` and `'`; a letter that ISO-8859-1 lacks becomes the nearest Latin one (`œ` to
//! `oe`) or, of another script, `?`; what no longer fits its column is cut. An e-mail address or a telephone number that
//! would have to change is left out instead: a changed one could be somebody else's.

mod letters;
mod read;
mod row;
mod write;

pub use letters::as_announced;
pub use read::read;
pub use write::write;

use jiff::civil::DateTime;
use parcel::{Address, Cents, ClientNumber, ColissimoNumber, OrderNumber, PickupPointId, Product, Weight};
use std::fmt;

/// Most parcels in one announcement.
pub const PARCELS_MAX: usize = 10_000;
/// The largest file that is read, in bytes: the most parcels with every column full.
pub const FILE_BYTES_MAX: usize = 8 * 1024 * 1024;
/// The end of a file's name that says that the file is complete.
pub const COMPLETE: &str = ".ok";

/// One file: the parcels of one deposit slip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcement {
    /// The number of the deposit slip, which the client counts by itself.
    pub bordereau: u32,
    /// Whose parcels these are.
    pub client: ClientNumber,
    /// When they are handed over, on the clock of Paris, to the minute.
    pub handed_over: DateTime,
    /// When the file was written, on the clock of Paris, to the minute.
    pub issued: DateTime,
    /// The code of the site that takes them in.
    pub site: String,
    /// The name of that site.
    pub site_name: String,
    /// The parcels: 1 to [`PARCELS_MAX`], each number once.
    pub parcels: Vec<AnnouncedParcel>,
}

/// One parcel. `Debug` shows its number, product and weight alone.
#[derive(Clone, PartialEq, Eq)]
pub struct AnnouncedParcel {
    /// The number that its label carries.
    pub number: ColissimoNumber,
    /// What was sold.
    pub product: Product,
    /// Its weight.
    pub weight: Weight,
    /// Who receives it; the home address also when it goes to a pickup point.
    pub addressee: Address,
    /// The pickup point that the buyer chose.
    pub pickup_point: Option<PickupPointId>,
    /// The merchant's order number.
    pub order_number: Option<OrderNumber>,
    /// The merchant's reference of the parcel, up to 17 characters.
    pub parcel_ref: Option<String>,
    /// Insured value.
    pub insurance: Option<Cents>,
    /// Too odd a shape for the sorting machines.
    pub non_machinable: bool,
    /// Instructions to the postman, up to 35 characters.
    pub instructions: Option<String>,
}

impl fmt::Debug for AnnouncedParcel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AnnouncedParcel({}, {}, {} g, …)", self.number, self.product, self.weight.grams())
    }
}

/// What is wrong with an announcement: where, and what to do. Never the value itself, which may be private.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, {column}: {problem}")]
pub struct EdiError {
    /// The line of the file, from 1; when writing, the line that it would have been.
    pub line: usize,
    /// The name of the column, or `file`, `record` where it is not one column's.
    pub column: &'static str,
    /// What is wrong and what would be right.
    pub problem: String,
}

impl EdiError {
    fn new(line: usize, column: &'static str, problem: impl Into<String>) -> Self {
        Self { line, column, problem: problem.into() }
    }
}

/// The name of an announcement's file, `CCCCCC.AAAAMMJJ.HHmmss_ccc`: client, moment of writing on the clock of Paris, and
/// a counter that tells files of one second apart (its last three digits). [`COMPLETE`] is added when the file is whole.
pub fn file_name(client: ClientNumber, at: DateTime, counter: u32) -> String {
    format!("{client}.{}_{:03}", at.strftime("%Y%m%d.%H%M%S"), counter % 1_000)
}
