//! Pickup points as GeoJSON (RFC 7946): a collection of features, each a point with the columns as its properties.

use super::{
    columns::{self, COLUMNS, known},
    read::{Mistake, Read},
};
use clock::Time;
use pickup::Known;
use serde::Deserialize;
use serde_json::{Map, Value, json, value::RawValue};
use std::{
    borrow::Cow,
    io::{self, Write},
};

const LATITUDE: &str = "latitude";
const LONGITUDE: &str = "longitude";

/// Writes every point, one on each line.
pub(super) fn write<'a>(mut out: impl Write, points: impl Iterator<Item = &'a Known>) -> io::Result<u64> {
    out.write_all(b"{\"type\":\"FeatureCollection\",\"features\":[")?;
    let mut count = 0;
    for known in points {
        out.write_all(if count == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut out, &feature(known))?;
        count += 1;
    }
    out.write_all(b"\n]}\n")?;
    out.flush()?;
    Ok(count)
}

fn feature(known: &Known) -> Value {
    let on_the_map = |name: &str| matches!(name, LATITUDE | LONGITUDE);
    let values = COLUMNS.iter().zip(columns::values(known));
    let properties: Map<String, Value> =
        values.filter(|(name, _)| !on_the_map(name)).map(|(name, value)| ((*name).to_owned(), value)).collect();
    let place = known.point.position.map(|p| json!({"type": "Point", "coordinates": [p.longitude(), p.latitude()]}));
    json!({"type": "Feature", "id": known.point.id.as_str(), "geometry": place, "properties": properties})
}

#[derive(Deserialize)]
struct Collection<'a> {
    #[serde(rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    features: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Feature {
    geometry: Option<Geometry>,
    properties: Map<String, Value>,
}

#[derive(Deserialize)]
struct Geometry {
    #[serde(rename = "type")]
    kind: String,
    coordinates: Vec<f64>,
}

/// Reads every point, or every mistake.
pub(super) fn read(text: &str, seen_at: Time) -> Result<Vec<Read>, Vec<Mistake>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let collection: Collection<'_> = serde_json::from_str(text).map_err(|e| vec![not_json(&e)])?;
    if collection.kind != "FeatureCollection" {
        return Err(vec![Mistake::whole(1, "type is not FeatureCollection; give a collection of points")]);
    }
    let mut lines = Lines { text, at: 0, line: 1 };
    let (mut points, mut mistakes) = (Vec::new(), Vec::new());
    for raw in collection.features {
        let line = lines.of(raw.get());
        match point(raw.get(), seen_at) {
            Ok(known) => points.push((line, known)),
            Err(mistake) => mistakes.push(Mistake { line: line + mistake.line, ..mistake }),
        }
    }
    match (points.is_empty(), mistakes.is_empty()) {
        (_, false) => Err(mistakes),
        (true, true) => Err(vec![Mistake::whole(1, "there is no point in features")]),
        (false, true) => Ok(points),
    }
}

/// One point. The line of a mistake is counted from the feature's own, which is 0.
fn point(text: &str, seen_at: Time) -> Result<Known, Mistake> {
    let feature: Feature = serde_json::from_str(text).map_err(|e| {
        let mistake = not_json(&e);
        Mistake { line: mistake.line.saturating_sub(1), ..mistake }
    })?;
    let position = feature.geometry.as_ref().map(degrees).transpose()?;
    for name in feature.properties.keys() {
        if !COLUMNS.contains(&name.as_str()) {
            let known = COLUMNS.join(", ");
            let problem = format!("properties has a key that is not known; leave it out. Known are {known}");
            return Err(Mistake::whole(0, problem));
        }
    }
    let value = |column: &'static str| match (column, &position) {
        (LATITUDE, Some((north, _))) => north.to_string(),
        (LONGITUDE, Some((_, east))) => east.to_string(),
        _ => feature.properties.get(column).map(scalar).unwrap_or_default(),
    };
    known(value, seen_at).map_err(|wrong| Mistake::of(0, wrong))
}

/// North and east; GeoJSON writes east first.
fn degrees(geometry: &Geometry) -> Result<(f64, f64), Mistake> {
    match (geometry.kind.as_str(), geometry.coordinates.as_slice()) {
        ("Point", [east, north, ..]) => Ok((*north, *east)),
        _ => Err(Mistake::whole(0, "geometry is not a Point with its longitude and latitude")),
    }
}

fn scalar(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn not_json(e: &serde_json::Error) -> Mistake {
    let line = u64::try_from(e.line()).unwrap_or(1).max(1);
    let said = e.to_string();
    let said = said.split(" at line ").next().unwrap_or_default();
    Mistake::whole(line, format!("column {}: cannot be read as GeoJSON: {said}", e.column()))
}

/// Counts lines up to parts of a text that come one after the other.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// On which line this part of the text begins.
    fn of(&mut self, part: &str) -> u64 {
        let begin = (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        let passed = self.text.get(self.at..begin).unwrap_or_default();
        self.line += u64::try_from(passed.bytes().filter(|b| *b == b'\n').count()).unwrap_or(0);
        self.at = begin.max(self.at);
        self.line
    }
}
