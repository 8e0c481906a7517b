//! What is exported reads back as it was, in both formats; every mistake has its line and column.

use super::{
    csv, geojson,
    read::{Mistake, points},
};
use crate::cli::PointsFormat;
use clock::Time;
use parcel::PointKind;
use pickup::{Closure, Hours, Known, Point, Position, Standing};
use proptest::prelude::*;

fn at() -> impl Strategy<Value = Time> {
    (1_600_000_000_000_i64..1_900_000_000_000).prop_map(Time::from_unix_ms)
}

/// Text as points have it, and some that a spreadsheet would take for a formula.
fn text() -> impl Strategy<Value = String> {
    "(=|\\+|-|@|''|'=|'|;|\"|,)?[A-Za-zÀ-ÿ0-9 ',;\"\\\\{}.-]{0,20}"
}

fn needed() -> impl Strategy<Value = String> {
    text().prop_map(|text| format!("{text}x"))
}

fn standing() -> impl Strategy<Value = Standing> {
    prop_oneof![
        Just(Standing::Listed),
        at().prop_map(|since| Standing::Unlisted { since }),
        at().prop_map(|since| Standing::Gone { since }),
    ]
}

fn day() -> impl Strategy<Value = String> {
    prop_oneof![Just("00:00-00:00".to_owned()), Just("09:00-12:00 14:00-18:30".to_owned()), text()]
}

prop_compose! {
    fn known()(
        texts in (needed(), text(), text(), text(), needed(), needed(), text(), text()),
        sorting in prop::array::uniform3(text()),
        place in prop::option::of((-90.0..=90.0_f64, -180.0..=180.0_f64)),
        kind in prop_oneof![Just("BPR"), Just("A2P"), Just("PCS")],
        hours in prop::array::uniform7(day()),
        closures in prop::collection::vec((at(), 1_u64..10_000_000), 0..4),
        flags in prop::array::uniform3(any::<bool>()),
        weight_max_g in prop::option::of(1_u32..=100_000),
        seen_at in at(),
        standing in standing(),
    ) -> Known {
        let (name, one, two, three, postal_code, city, network, language) = texts;
        let closure = |(from, long): (Time, u64)| {
            Closure { from, until: from.plus(std::time::Duration::from_secs(long)) }
        };
        let point = Point {
            id: "A12345".parse().expect("an id"),
            name,
            address: [one, two, three],
            postal_code,
            city,
            country: "FR".into(),
            position: place.and_then(|(north, east)| Position::new(north, east).ok()),
            kind: PointKind::of(kind),
            network,
            hours: Hours::parse(hours.each_ref().map(String::as_str)),
            closures: closures.into_iter().map(closure).collect(),
            closed: flags[0],
            partly_closed: flags[1],
            weight_max_g,
            accessible: flags[2],
            language,
            sorting,
        };
        Known { point, seen_at, standing }
    }
}

/// The same points under ids of their own.
fn numbered(all: Vec<Known>) -> Vec<Known> {
    let with_id = |(n, mut known): (usize, Known)| {
        known.point.id = format!("{n:06}").parse().expect("an id");
        known
    };
    all.into_iter().enumerate().map(with_id).collect()
}

fn written(all: &[Known], format: PointsFormat) -> String {
    let mut bytes = Vec::new();
    let count = match format {
        PointsFormat::Csv => csv::write(&mut bytes, all.iter()),
        PointsFormat::Geojson => geojson::write(&mut bytes, all.iter()),
    };
    assert_eq!(count.expect("written"), all.len() as u64);
    String::from_utf8(bytes).expect("UTF-8")
}

proptest! {
    #[test]
    fn what_is_exported_reads_back(all in prop::collection::vec(known(), 1..8)) {
        let all = numbered(all);
        for format in [PointsFormat::Csv, PointsFormat::Geojson] {
            let text = written(&all, format);
            prop_assert_eq!(points(&text, format, Time::from_unix_ms(0)), Ok(all.clone()), "{}", text);
        }
    }
}

const HEAD: &str = "id,name,postal_code,city,latitude,longitude,kind";

fn mistakes(text: &str, format: PointsFormat) -> Vec<String> {
    let read = points(text, format, Time::from_unix_ms(0));
    read.expect_err(text).iter().map(Mistake::to_string).collect()
}

#[test]
fn a_table_is_told_where_it_is_wrong() {
    for (text, says) in [
        ("", "line 1: "),
        (HEAD, "there is no point in it"),
        ("id,name,postal_code,city,latitude,longitude\n", "the column kind is missing"),
        (
            "id,naem,postal_code,city,latitude,longitude,kind\n",
            "line 1: column 2 has a name that is not known; did you mean name?",
        ),
        ("id,id,name\n", "the column id is there twice"),
    ] {
        let told = mistakes(text, PointsFormat::Csv);
        assert!(told.iter().any(|told| told.contains(says)), "{text:?}: {told:?}");
    }
    for (row, says) in [
        ("292001,Relais,29200,Brest,48.39,-4.48", "line 3: has 6 cells where the first line names 7"),
        ("2920,Relais,29200,Brest,48.39,-4.48,A2P", "line 3: id: is not the carrier's id"),
        ("292001,,29200,Brest,48.39,-4.48,A2P", "line 3: name: is empty"),
        ("292001,Relais,29200,Brest,north,-4.48,A2P", "line 3: latitude: write degrees"),
        ("292001,Relais,29200,Brest,98.39,-4.48,A2P", "line 3: latitude: "),
        ("292001,Relais,29200,Brest,48.39,,A2P", "line 3: longitude: write degrees"),
        ("100000,Relais,29200,Brest,48.39,-4.48,A2P", "line 3: id: stands on line 2 already"),
    ] {
        let told = mistakes(&format!("{HEAD}\n100000,Relais,29200,Brest,48.39,-4.48,A2P\n{row}\n"), PointsFormat::Csv);
        assert!(told.iter().any(|told| told.starts_with(says)), "{row}: {told:?}");
    }
    for (column, value, says) in [
        ("country", "fr", "two upper-case letters"),
        ("weight_max_g", "20kg", "whole grams"),
        ("closed", "maybe", "true or false"),
        ("seen_at", "yesterday", "write a moment"),
        ("closures", "2025-12-24", "from/until"),
        ("closures", "2025-12-24T00:00:00Z/2025-12-23T00:00:00Z", "not after the start"),
        ("standing", "gone", "gone@TIME"),
    ] {
        let text = format!("{HEAD},{column}\n100000,Relais,29200,Brest,48.39,-4.48,A2P,{value}\n");
        let told = mistakes(&text, PointsFormat::Csv);
        assert!(told[0].starts_with(&format!("line 2: {column}: ")) && told[0].contains(says), "{told:?}");
    }
}

#[test]
fn a_french_spreadsheets_table_is_read_too() {
    let text = format!("\u{feff}{}\r\n292001;Relais, du Port;29200;Brest;48.39;-4.48;A2P\r\n", HEAD.replace(',', ";"));
    let read = points(&text, PointsFormat::Csv, Time::from_unix_ms(7)).expect("read");
    assert_eq!((read[0].point.name.as_str(), read[0].seen_at), ("Relais, du Port", Time::from_unix_ms(7)));
}

#[test]
fn a_map_is_told_where_it_is_wrong() {
    let feature = |properties: &str| {
        format!(
            "{{\"type\":\"FeatureCollection\",\"features\":[\n{{\"type\":\"Feature\",\n\"geometry\":{{\"type\":\"Point\",\
             \"coordinates\":[-4.48,48.39]}},\n\"properties\":{properties}}}\n]}}"
        )
    };
    let good = r#"{"id":"292001","name":"Relais","postal_code":"29200","city":"Brest","kind":"A2P"}"#;
    let read = points(&feature(good), PointsFormat::Geojson, Time::from_unix_ms(7)).expect("read");
    assert_eq!(read[0].point.position, Position::new(48.39, -4.48).ok(), "east comes first");
    for (text, says) in [
        ("{".to_owned(), "line 1: column 1: cannot be read as GeoJSON"),
        ("{\"type\":\"Feature\",\"features\":[]}".to_owned(), "line 1: type is not FeatureCollection"),
        ("{\"type\":\"FeatureCollection\",\"features\":[]}".to_owned(), "line 1: there is no point in features"),
        (feature(&good.replace("292001", "29")), "line 2: id: is not the carrier's id"),
        (feature(&good.replace("\"kind\"", "\"kid\"")), "line 2: properties has a key that is not known"),
        (feature("7"), "line 4: column "),
        (feature(good).replace("Point", "LineString"), "line 2: geometry is not a Point"),
        (feature(good).replace("48.39", "148.39"), "line 2: latitude: "),
    ] {
        let told = mistakes(&text, PointsFormat::Geojson);
        assert!(told[0].starts_with(says), "{text}: {told:?}");
    }
}
