//! Orders in CSV: the first line names the columns, each further one is an order.

use super::{BadFile, ROW_BYTES_MAX, ROWS_COUNT_MAX, Row, RowError, json};
use ::csv::{ByteRecord, ReaderBuilder, Trim};
use serde_json::{Map, Value};
use std::collections::HashMap;

/// An order's own columns, with other names that they may have.
const ORDER: [(&str, &[&str]); 13] = [
    ("number", &["order_number", "numero", "numero_commande", "commande"]),
    ("id", &["order_id", "identifiant"]),
    ("status", &["statut", "etat"]),
    ("placed_at", &["date", "created_at", "date_commande"]),
    ("updated_at", &["date_modification"]),
    ("pickup_point", &["point_retrait", "pickup_id"]),
    ("pickup_label", &["nom_point_retrait"]),
    ("pickup_product", &["produit_point_retrait"]),
    ("weight_g", &["poids_g"]),
    ("shipping_method", &["mode_livraison", "livraison"]),
    ("parcel_number", &["numero_colis", "numero_suivi"]),
    ("total", &["montant"]),
    ("currency", &["devise"]),
];

/// The columns of the buyer's address: `buyer.city`, `destinataire.ville`, or without what is before the point.
const BUYER: [(&str, &[&str]); 16] = [
    ("company", &["societe"]),
    ("last_name", &["nom"]),
    ("first_name", &["prenom"]),
    ("floor", &["etage"]),
    ("building", &["batiment"]),
    ("street", &["rue", "adresse", "address"]),
    ("locality", &["lieu_dit"]),
    ("postal_code", &["code_postal", "zip", "cp"]),
    ("city", &["ville"]),
    ("country", &["pays"]),
    ("phone", &["telephone"]),
    ("mobile", &["portable"]),
    ("email", &["courriel"]),
    ("door_code1", &["code_porte1"]),
    ("door_code2", &["code_porte2"]),
    ("intercom", &["interphone"]),
];

/// Columns of a file, at most.
const COLUMNS_COUNT_MAX: usize = 200;

/// The names that a column can have, the proper one first.
pub fn columns() -> impl Iterator<Item = (String, Vec<String>)> {
    let order = ORDER.iter().map(|(name, others)| (*name, others.iter().map(|o| (*o).to_owned()).collect()));
    let order = order.map(|(name, others)| (name.to_owned(), others));
    order.chain(BUYER.iter().map(|(name, others)| {
        let french = others.iter().map(|other| format!("destinataire.{other}"));
        let bare = std::iter::once((*name).to_owned()).chain(others.iter().map(|other| (*other).to_owned()));
        (format!("buyer.{name}"), french.chain(bare).collect())
    }))
}

/// Every row of a file.
pub(super) fn rows(bytes: &[u8]) -> Result<Vec<Row>, BadFile> {
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        return Err(BadFile::new("the file is in UTF-16: save it as CSV in UTF-8"));
    }
    let mut reader = ReaderBuilder::new().delimiter(delimiter(bytes)).flexible(true).trim(Trim::All).from_reader(bytes);
    let header = Header::read(reader.byte_headers().map_err(|_| BadFile::new("the first line is no line of CSV"))?)?;
    let mut rows = Vec::new();
    let mut record = ByteRecord::new();
    while reader.read_byte_record(&mut record).unwrap_or(false) {
        let line = record.position().map_or(0, |begin| line_of(begin, bytes));
        if record.iter().all(<[u8]>::is_empty) {
            continue;
        }
        rows.push(Row { line, fields: header.order(line, &record), cells: header.places.clone() });
        if rows.len() > ROWS_COUNT_MAX {
            break;
        }
    }
    Ok(rows)
}

/// The line of a record's first letter: its position is where the record before ended, and blank lines come between.
fn line_of(begin: &::csv::Position, bytes: &[u8]) -> u64 {
    let rest = usize::try_from(begin.byte()).ok().and_then(|at| bytes.get(at..)).unwrap_or_default();
    let between = rest.iter().take_while(|b| matches!(b, b'\r' | b'\n')).filter(|b| **b == b'\n').count();
    begin.line().saturating_add(u64::try_from(between).unwrap_or(0))
}

/// What stands most often in the first line.
fn delimiter(bytes: &[u8]) -> u8 {
    let first = bytes.split(|b| *b == b'\n').next().unwrap_or_default();
    let count = |delimiter: u8| first.iter().filter(|b| **b == delimiter).count();
    [b',', b';', b'\t'].into_iter().rev().max_by_key(|delimiter| count(*delimiter)).unwrap_or(b',')
}

struct Header {
    /// The field of each cell; none for a column that is left empty.
    fields: Vec<Option<String>>,
    /// The number of each field's cell, from 1.
    places: HashMap<String, u64>,
}

impl Header {
    fn read(names: &ByteRecord) -> Result<Self, BadFile> {
        if names.len() > COLUMNS_COUNT_MAX {
            return Err(BadFile::new(format!("the file has more than {COLUMNS_COUNT_MAX} columns; leave some out")));
        }
        let mut known = HashMap::new();
        for (name, others) in columns() {
            known.extend(others.into_iter().map(|other| (other, name.clone())));
            known.insert(name.clone(), name);
        }
        let (mut fields, mut places) = (Vec::new(), HashMap::new());
        for (place, name) in (1..).zip(names) {
            let field = match plain(name) {
                name if name.is_empty() => None,
                name => Some(known.get(&name).cloned().ok_or_else(|| unknown(place, &name))?),
            };
            if let Some(field) = &field
                && let Some(before) = places.insert(field.clone(), place)
            {
                return Err(BadFile::new(format!("columns {before} and {place} are both {field}; leave one out")));
            }
            fields.push(field);
        }
        match places.contains_key("number") {
            true => Ok(Self { fields, places }),
            false => Err(BadFile::new("the first line names no column `number` (or `numero`): each order needs one")),
        }
    }

    /// The row as the object that JSON would have been.
    fn order(&self, line: u64, record: &ByteRecord) -> Result<super::ImportedOrder, RowError> {
        if record.as_slice().len() > ROW_BYTES_MAX {
            return Err(json::too_long(line));
        }
        let (has, wants) = (record.len(), self.fields.len());
        let beyond_is_blank = record.iter().skip(wants).all(<[u8]>::is_empty);
        if has < wants || !beyond_is_blank {
            let problem = format!(
                "the line has {has} cells and the first line {wants}: correct its separators, or close a quote that is open"
            );
            return Err(RowError::new(line, None, problem));
        }
        let mut object = Map::new();
        for ((place, field), cell) in (1..).zip(&self.fields).zip(record) {
            let Some(field) = field.as_ref().filter(|_| !cell.is_empty()) else { continue };
            let text = std::str::from_utf8(cell).map_err(|_| RowError {
                column: Some(place),
                ..RowError::new(line, Some(field.clone()), "not in UTF-8: save the file as CSV in UTF-8")
            })?;
            put(&mut object, field, value(field, text));
        }
        json::of_object(line, Value::Object(object))
    }
}

fn value(field: &str, text: &str) -> Value {
    match text.parse::<u32>() {
        Ok(number) if field == "weight_g" => number.into(),
        _ => text.into(),
    }
}

fn put(object: &mut Map<String, Value>, field: &str, value: Value) {
    match field.split_once('.') {
        None => _ = object.insert(field.to_owned(), value),
        Some((outer, inner)) => {
            let nested = object.entry(outer).or_insert_with(|| Value::Object(Map::new()));
            if let Some(nested) = nested.as_object_mut() {
                nested.insert(inner.to_owned(), value);
            }
        }
    }
}

fn unknown(place: u64, name: &str) -> BadFile {
    let name: String = name.chars().filter(|c| !c.is_control()).take(64).collect();
    BadFile::new(format!("column {place}, \"{name}\", is not known: rename it, or leave it out"))
}

/// A column's name without capitals, accents and blanks.
fn plain(name: &[u8]) -> String {
    let one = |c: char| match c {
        ' ' | '-' => '_',
        'é' | 'è' | 'ê' => 'e',
        'à' | 'â' => 'a',
        'î' => 'i',
        'ô' => 'o',
        c => c,
    };
    String::from_utf8_lossy(name).trim().to_lowercase().chars().map(one).collect()
}
