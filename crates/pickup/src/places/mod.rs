//! Communes of France with where they are, bundled: a postal code and a city become a place without asking anyone.
//!
//! `data/README.md` says where the list comes from. It is read at the first question, in some tens of milliseconds.
//! Most people live where a place is known to a kilometre; a hamlet stands in the middle of its postal code
//! ([`Place::approximate`]).

mod name;
mod table;

use crate::{Position, index::Ask};
use parcel::Country;
use std::sync::LazyLock;
use table::{Row, TABLE};

/// A commune, or a part of one with a postal code of its own.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Place {
    /// Its name with its accents, for example `Saint-Étienne`.
    pub name: &'static str,
    /// Its postal code.
    pub postal_code: &'static str,
    /// Its middle, to about a hundred metres.
    pub position: Position,
    /// Whether the position is only that of its neighbours, or the name that of another place with this postal code.
    pub approximate: bool,
}

/// Places in a completion at most.
pub const COMPLETIONS_COUNT_MAX: usize = 50;
/// Places of one name that are no further apart than this are one city.
const ONE_CITY_METRES: u32 = 30_000;
/// France and its parts that have two letters of their own.
const COUNTRIES: [&str; 12] = ["FR", "GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF", "WF", "PF", "NC"];

/// The place of this postal code and city, however the city is written (`ST ETIENNE CEDEX 2`, `Lyon 3ème`).
///
/// The postal code counts more than the city: with a city that it does not have, or with none, its largest place is
/// meant. A code that is not in the list (those of CEDEX are not) is looked for by its department and the city. Without a
/// code a city is found when there is one of that name only. What is found by such a way is `approximate`.
pub fn find(country: Country, postal_code: &str, city: &str) -> Option<Place> {
    if !COUNTRIES.contains(&country.as_str()) {
        return None;
    }
    let (code, key) = (postal_code.split_whitespace().collect::<String>(), name::key(city));
    let rows = TABLE.of_code(&code);
    match rows.iter().find(|row| row.key == key).or(rows.first()) {
        Some(row) if row.key == key => Some(row.place),
        Some(first) => Some(roughly(first)),
        None if code.is_empty() => only(TABLE.of_key(&key)),
        None => {
            let department = department(&code)?;
            largest(TABLE.of_key(&key).filter(|row| row.place.postal_code.starts_with(department))).map(roughly)
        }
    }
}

/// The place that is nearest, of those whose position is not approximate. At sea it is far: ask [`Position::metres_to`].
pub fn nearest(to: Position) -> Option<Place> {
    let ask = Ask { from: to.unit(), count: 1, squared_max: f64::INFINITY, may: |(): &()| true, does: Some };
    let (number, _) = *TABLE.index.nearest(&ask).first()?;
    Some(TABLE.rows.get(number as usize)?.place)
}

/// Places whose name or postal code begins so (`saint-et`, `750`, `29200 br`): a whole name first, then the largest.
pub fn complete(prefix: &str, limit: usize) -> Vec<Place> {
    let prefix = prefix.trim_start();
    let digits = prefix.len() - prefix.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (code, rest) = prefix.split_at(digits);
    let keys = name::beginnings(rest);
    let mut rows: Vec<&Row> = match (code.is_empty(), keys.is_empty()) {
        (true, true) => return Vec::new(),
        (true, false) => keys.iter().flat_map(|key| TABLE.of_beginning(key)).collect(),
        (false, true) => TABLE.of_code_beginning(code).iter().collect(),
        (false, false) => {
            let begins = |row: &&Row| keys.iter().any(|key| row.key.starts_with(key.as_str()));
            TABLE.of_code_beginning(code).iter().filter(begins).collect()
        }
    };
    rows.sort_by_key(|row| (!keys.contains(&row.key), std::cmp::Reverse(row.size), &row.key, row.place.postal_code));
    rows.dedup_by_key(|row| row.place);
    rows.iter().take(limit.min(COMPLETIONS_COUNT_MAX)).map(|row| row.place).collect()
}

/// Every place, by postal code.
pub fn all() -> impl Iterator<Item = Place> {
    TABLE.rows.iter().map(|row| row.place)
}

/// The largest place of every postal code, the largest of all first: in this order a country is best got to know.
pub fn largest_first() -> &'static [Place] {
    &LARGEST_FIRST
}

static LARGEST_FIRST: LazyLock<Vec<Place>> = LazyLock::new(|| {
    let of_one_code = TABLE.rows.chunk_by(|a, b| a.place.postal_code == b.place.postal_code);
    let mut towns: Vec<&Row> = of_one_code.filter_map(|rows| largest(rows.iter())).collect();
    towns.sort_by_key(|row| (std::cmp::Reverse(row.size), row.place.postal_code));
    towns.into_iter().map(|row| row.place).collect()
});

fn roughly(row: &Row) -> Place {
    Place { approximate: true, ..row.place }
}

/// The largest of these, of several the one with the lowest postal code.
fn largest<'a>(rows: impl Iterator<Item = &'a Row>) -> Option<&'a Row> {
    rows.min_by_key(|row| (std::cmp::Reverse(row.size), row.place.postal_code))
}

/// The largest of these, if they are one city.
fn only<'a>(rows: impl Iterator<Item = &'a Row>) -> Option<Place> {
    let rows: Vec<&Row> = rows.collect();
    let largest = largest(rows.iter().copied())?;
    let is_near = |row: &&Row| largest.place.position.metres_to(row.place.position) <= ONE_CITY_METRES;
    rows.iter().all(is_near).then(|| roughly(largest))
}

/// The digits by which a postal code says its department: three overseas.
fn department(code: &str) -> Option<&str> {
    let is_code = code.len() == 5 && code.bytes().all(|b| b.is_ascii_digit());
    is_code.then(|| code.split_at(if code.starts_with("97") || code.starts_with("98") { 3 } else { 2 }).0)
}
