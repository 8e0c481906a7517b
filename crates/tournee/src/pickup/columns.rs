//! The columns of a pickup point in a file, the same in CSV and in the properties of GeoJSON: there and back.

use clock::Time;
use jiff::Timestamp;
use parcel::{PickupPointId, PointKind};
use pickup::{Closure, Hours, Known, Point, Position, Standing};
use serde_json::{Value, json};

/// The columns that a file must have; a point must fill them.
pub(super) const NEEDED: [&str; 7] = ["id", "name", "postal_code", "city", "latitude", "longitude", "kind"];
/// All columns, in the order in which they are written.
pub(super) const COLUMNS: [&str; 30] = [
    "id",
    "name",
    "address_1",
    "address_2",
    "address_3",
    "postal_code",
    "city",
    "country",
    "latitude",
    "longitude",
    "kind",
    "network",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "closures",
    "closed",
    "partly_closed",
    "weight_max_g",
    "accessible",
    "language",
    "distribution_sort",
    "lot",
    "plan_version",
    "seen_at",
    "standing",
];
/// Since when a point stands as it does, behind the word and an at sign.
const SINCE: char = '@';
const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
/// The longest text of a cell, in characters: the carrier's own are far shorter.
const TEXT_CHARS_MAX: usize = 500;

/// What is wrong with one value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) column: &'static str,
    pub(super) problem: String,
}

/// Every value of a point, in the order of the columns.
pub(super) fn values(known: &Known) -> Vec<Value> {
    let point = &known.point;
    let degrees = |of: fn(Position) -> f64| point.position.map(of);
    let mut values = vec![json!(point.id.as_str()), json!(point.name)];
    values.extend(point.address.iter().map(|line| json!(line)));
    values.extend([
        json!(point.postal_code),
        json!(point.city),
        json!(point.country),
        json!(degrees(Position::latitude)),
        json!(degrees(Position::longitude)),
        json!(point.kind.code()),
        json!(point.network),
    ]);
    values.extend(point.hours.texts().map(Value::String));
    values.extend([
        json!(point.closures.iter().map(closure_text).collect::<Vec<_>>().join(" ")),
        json!(point.closed),
        json!(point.partly_closed),
        json!(point.weight_max_g),
        json!(point.accessible),
        json!(point.language),
    ]);
    values.extend(point.sorting.iter().map(|text| json!(text)));
    values.extend([json!(known.seen_at.to_string()), json!(standing_text(known.standing))]);
    values
}

/// The point that these values make; `value` gives one of a column, empty where there is none. A point of which the file
/// does not say when it was listed was listed at `seen_at`.
pub(super) fn known(value: impl Fn(&'static str) -> String, seen_at: Time) -> Result<Known, Wrong> {
    let text = |column| text(column, value(column));
    let needed = |column| needed(column, value(column));
    let flag = |column| flag(column, &value(column));
    let hours = DAYS.map(&value);
    let point = Point {
        id: id(&needed("id")?)?,
        name: needed("name")?,
        address: [text("address_1")?, text("address_2")?, text("address_3")?],
        postal_code: needed("postal_code")?,
        city: needed("city")?,
        country: country(value("country"))?,
        position: position(&value("latitude"), &value("longitude"))?,
        kind: PointKind::of(&needed("kind")?),
        network: text("network")?,
        hours: Hours::parse(hours.each_ref().map(String::as_str)),
        closures: closures(&value("closures"))?,
        closed: flag("closed")?,
        partly_closed: flag("partly_closed")?,
        weight_max_g: grams(&value("weight_max_g"))?,
        accessible: flag("accessible")?,
        language: text("language")?,
        sorting: [text("distribution_sort")?, text("lot")?, text("plan_version")?],
    };
    let said = value("seen_at");
    let seen_at = if said.is_empty() { seen_at } else { moment("seen_at", &said)? };
    Ok(Known { point, seen_at, standing: standing(&value("standing"))? })
}

fn wrong(column: &'static str, problem: impl Into<String>) -> Wrong {
    Wrong { column, problem: problem.into() }
}

fn text(column: &'static str, text: String) -> Result<String, Wrong> {
    if text.chars().count() > TEXT_CHARS_MAX || text.chars().any(|c| c.is_control()) {
        return Err(wrong(column, format!("write one line of at most {TEXT_CHARS_MAX} characters")));
    }
    Ok(text)
}

fn needed(column: &'static str, value: String) -> Result<String, Wrong> {
    if value.is_empty() { Err(wrong(column, "is empty; give it")) } else { text(column, value) }
}

fn id(text: &str) -> Result<PickupPointId, Wrong> {
    text.parse().map_err(|_| {
        wrong("id", "is not the carrier's id of a pickup point, six digits or letters; keep its leading zeros as text")
    })
}

fn country(text: String) -> Result<String, Wrong> {
    match text.parse::<parcel::Country>() {
        _ if text.is_empty() => Ok("FR".to_owned()),
        Ok(country) if country.is_assigned() => Ok(text),
        _ => Err(wrong("country", "write a country's two upper-case letters, for example FR")),
    }
}

fn position(latitude: &str, longitude: &str) -> Result<Option<Position>, Wrong> {
    if latitude.is_empty() && longitude.is_empty() {
        return Ok(None);
    }
    let degrees = |column, text: &str| {
        let number = text.parse().ok().filter(|degrees: &f64| degrees.is_finite());
        number.ok_or_else(|| wrong(column, "write degrees with a decimal point, for example 48.866667"))
    };
    let (north, east) = (degrees("latitude", latitude)?, degrees("longitude", longitude)?);
    Position::new(north, east).map(Some).map_err(|e| {
        let column = if e.field == "latitude" { "latitude" } else { "longitude" };
        wrong(column, e.problem.clone())
    })
}

fn grams(text: &str) -> Result<Option<u32>, Wrong> {
    if text.is_empty() {
        return Ok(None);
    }
    let grams = text.parse().ok().filter(|grams| (1..=100_000).contains(grams));
    grams.map(Some).ok_or_else(|| wrong("weight_max_g", "write whole grams from 1 to 100000, for example 20000"))
}

fn flag(column: &'static str, text: &str) -> Result<bool, Wrong> {
    match text {
        "" | "false" | "0" => Ok(false),
        "true" | "1" => Ok(true),
        _ => Err(wrong(column, "write true or false")),
    }
}

fn moment(column: &'static str, text: &str) -> Result<Time, Wrong> {
    let at: Timestamp = text.parse().map_err(|_| wrong(column, "write a moment, for example 2025-12-22T06:24:00Z"))?;
    Ok(Time::from_unix_ms(at.as_millisecond()))
}

/// One closure as `from/until`, two moments.
fn closure_text(closure: &Closure) -> String {
    format!("{}/{}", closure.from, closure.until)
}

fn closures(text: &str) -> Result<Vec<Closure>, Wrong> {
    let form = || wrong("closures", "write from/until, two moments each, with spaces between several");
    let one = |word: &str| {
        let (from, until) = word.split_once('/').ok_or_else(form)?;
        let closure = Closure { from: moment("closures", from)?, until: moment("closures", until)? };
        if closure.from < closure.until {
            Ok(closure)
        } else {
            Err(wrong("closures", "the end is not after the start"))
        }
    };
    text.split_whitespace().map(one).collect()
}

fn standing_text(standing: Standing) -> String {
    match standing {
        Standing::Listed => "listed".to_owned(),
        Standing::Unlisted { since } => format!("unlisted{SINCE}{since}"),
        Standing::Gone { since } => format!("gone{SINCE}{since}"),
    }
}

fn standing(text: &str) -> Result<Standing, Wrong> {
    let form = || wrong("standing", "write listed, unlisted@TIME or gone@TIME");
    match text.split_once(SINCE) {
        None if matches!(text, "" | "listed") => Ok(Standing::Listed),
        Some(("unlisted", at)) => Ok(Standing::Unlisted { since: moment("standing", at)? }),
        Some(("gone", at)) => Ok(Standing::Gone { since: moment("standing", at)? }),
        _ => Err(form()),
    }
}
