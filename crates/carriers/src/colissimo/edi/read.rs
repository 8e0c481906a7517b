//! Reads an announcement, strictly: what is not exactly as the form has it is refused, with its line and column.

use super::{
    AnnouncedParcel, Announcement, EdiError, FILE_BYTES_MAX,
    letters::from_latin1,
    row::{self, PARCEL, PARCEL_COLUMNS, SLIP, SLIP_COLUMNS, VERSION},
};
use jiff::civil::DateTime;
use parcel::{Address, AddressFields, Cents, ColissimoNumber, Product, Weight};
use std::str::FromStr;

/// Reads a file's bytes. Lines may end with or without a carriage return, the last one also without either.
///
/// # Errors
/// The first column that is wrong, by line and name, and what would be right.
pub fn read(bytes: &[u8]) -> Result<Announcement, EdiError> {
    if bytes.len() > FILE_BYTES_MAX {
        let problem = format!("more than {FILE_BYTES_MAX} bytes; split the parcels over several files");
        return Err(EdiError::new(1, "file", problem));
    }
    let mut lines = bytes.strip_suffix(b"\n").unwrap_or(bytes).split(|b| *b == b'\n').zip(1..);
    let (first, _) = lines.next().unwrap_or((b"", 1));
    let mut announcement = slip(&Row::of(first, 1, SLIP, &SLIP_COLUMNS)?)?;
    for (line, number) in lines {
        announcement.parcels.push(parcel(&Row::of(line, number, PARCEL, &PARCEL_COLUMNS)?)?);
        if announcement.parcels.len() > super::PARCELS_MAX {
            break;
        }
    }
    row::check(&announcement)?;
    Ok(announcement)
}

/// One line, taken apart.
struct Row {
    line: usize,
    names: &'static [&'static str],
    columns: Vec<String>,
}

impl Row {
    fn of(bytes: &[u8], line: usize, kind: &str, names: &'static [&'static str]) -> Result<Self, EdiError> {
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        let columns: Vec<String> = bytes.split(|b| *b == b';').map(from_latin1).collect();
        if columns.first().is_none_or(|first| first != kind) {
            return Err(EdiError::new(line, "record", format!("expected a line that begins with {kind};")));
        }
        if columns.len() != names.len() {
            let problem = format!("{} columns where the form has {}: check every ;", columns.len(), names.len());
            return Err(EdiError::new(line, "record", problem));
        }
        let row = Self { line, names, columns };
        match row.columns.iter().position(|column| column.chars().any(char::is_control)) {
            Some(at) => Err(row.wrong(names[at], "holds a control character; take it out")),
            None => Ok(row),
        }
    }

    fn wrong(&self, column: &'static str, problem: impl Into<String>) -> EdiError {
        EdiError::new(self.line, column, problem)
    }

    fn text(&self, column: &'static str) -> &str {
        let at = self.names.iter().position(|name| *name == column);
        at.and_then(|at| self.columns.get(at)).map_or("", String::as_str)
    }

    /// The text of a column that may be empty.
    fn given(&self, column: &'static str) -> Option<String> {
        Some(self.text(column)).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    fn read<T: FromStr>(&self, column: &'static str, expected: &str) -> Result<T, EdiError> {
        self.text(column).parse().map_err(|_| self.wrong(column, expected))
    }

    fn short(&self, column: &'static str, characters_max: usize) -> Result<Option<String>, EdiError> {
        let text = self.given(column).filter(|text| !text.trim().is_empty());
        if text.as_ref().is_some_and(|text| text.chars().count() > characters_max) {
            return Err(self.wrong(column, format!("at most {characters_max} characters")));
        }
        Ok(text)
    }

    fn minute(&self, column: &'static str) -> Result<DateTime, EdiError> {
        let text = self.text(column);
        let digits = text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit());
        let at = digits.then(|| DateTime::strptime("%Y%m%d%H%M", text).ok()).flatten();
        at.ok_or_else(|| {
            self.wrong(column, "year, month, day, hour and minute as AAAAMMJJHHMM, for example 202512220930")
        })
    }
}

fn slip(row: &Row) -> Result<Announcement, EdiError> {
    if row.text("version") != VERSION {
        return Err(row.wrong("version", format!("this reads version {VERSION}")));
    }
    Ok(Announcement {
        bordereau: row.read("bordereau", "the number of the deposit slip, digits")?,
        client: row.read("client", "the client number, six digits")?,
        handed_over: row.minute("handed_over")?,
        issued: row.minute("issued")?,
        site: row.short("site", row::SITE_CHARACTERS_MAX)?.unwrap_or_default(),
        site_name: row.short("site_name", row::SITE_CHARACTERS_MAX)?.unwrap_or_default(),
        parcels: Vec::new(),
    })
}

fn parcel(row: &Row) -> Result<AnnouncedParcel, EdiError> {
    if row.text("cash_on_delivery") != "0" {
        return Err(row.wrong("cash_on_delivery", "0: cash on delivery is not announced"));
    }
    Ok(AnnouncedParcel {
        number: number(row)?,
        product: Product::from(row.text("product").to_owned()),
        weight: weight(row)?,
        addressee: addressee(row)?,
        pickup_point: optional(row, "pickup_point", "the six characters of a pickup point, or nothing for home")?,
        order_number: optional(row, "order_number", "up to 30 characters without accents, or nothing")?,
        parcel_ref: row.short("parcel_ref", row::REF_CHARACTERS_MAX)?,
        insurance: Some(Cents(row.read("insurance", "cents, 0 for none")?)).filter(|cents| cents.0 > 0),
        non_machinable: truth(row, "non_machinable")?,
        instructions: row.short("instructions", row::INSTRUCTIONS_CHARACTERS_MAX)?,
    })
}

fn optional<T: FromStr>(row: &Row, column: &'static str, expected: &str) -> Result<Option<T>, EdiError> {
    row.given(column).map(|_| row.read(column, expected)).transpose()
}

fn truth(row: &Row, column: &'static str) -> Result<bool, EdiError> {
    match row.text(column) {
        "0" => Ok(false),
        "1" => Ok(true),
        _ => Err(row.wrong(column, "0 or 1")),
    }
}

fn number(row: &Row) -> Result<ColissimoNumber, EdiError> {
    let serial = row.text("number_serial");
    if serial.len() != 10 || !serial.bytes().all(|b| b.is_ascii_digit()) {
        return Err(row.wrong("number_serial", "ten digits: the parcel number without product and check digit"));
    }
    let serial = row.read("number_serial", "ten digits")?;
    ColissimoNumber::from_serial(row.text("number_prefix"), serial).map_err(|e| row.wrong("number_prefix", e.problem))
}

fn weight(row: &Row) -> Result<Weight, EdiError> {
    let grams = row.read("weight_g", "the weight in grams, digits")?;
    Weight::from_grams(grams).map_err(|e| row.wrong("weight_g", e.problem))
}

fn addressee(row: &Row) -> Result<Address, EdiError> {
    let name: Vec<&str> = row.text("name").split('`').collect();
    let [_civility, first, last] = name[..] else {
        return Err(row.wrong("name", "civility, first and last name, a backtick between each (any may be empty)"));
    };
    let fields = AddressFields {
        company: row.given("company"),
        last_name: Some(last.to_owned()),
        first_name: Some(first.to_owned()),
        floor: row.given("floor"),
        building: row.given("building"),
        street: row.given("street"),
        locality: row.given("locality"),
        postal_code: row.given("postal_code"),
        city: row.given("city"),
        country: row.given("country"),
        phone: row.given("phone"),
        mobile: row.given("mobile"),
        email: row.given("email"),
        door_code1: row.given("door_code1"),
        door_code2: row.given("door_code2"),
        intercom: row.given("intercom"),
    };
    Address::parse(fields).map_err(|e| row.wrong(row::column_of(&e.field), e.problem))
}
