//! Points made up for the tests.

use clock::Time;
use jiff::civil::{Date, date};
use parcel::{PickupPointId, PointKind};
use pickup::{Closure, Hours, Known, Need, Point, Position, Standing};
use proptest::prelude::*;
use std::time::Duration;

/// Monday.
pub(crate) const SHIPPED: Date = date(2025, 12, 22);

pub(crate) fn id(number: u32) -> PickupPointId {
    format!("{number:06}").parse().expect("an id")
}

pub(crate) fn at(latitude: f64, longitude: f64) -> Position {
    Position::new(latitude, longitude).expect("a position")
}

/// A moment in Paris.
pub(crate) fn paris(text: &str) -> Time {
    Time::from_paris(text).expect("a moment")
}

pub(crate) fn need() -> Need {
    Need::on(SHIPPED)
}

/// A shop that takes 20 kg, open on weekdays.
pub(crate) fn point(number: u32, position: Position) -> Point {
    let open = "09:00-12:00 14:00-18:30";
    Point {
        id: id(number),
        name: format!("Point {number}"),
        address: ["1 rue Fictive".into(), String::new(), String::new()],
        postal_code: "29200".into(),
        city: "BREST".into(),
        country: "FR".into(),
        position: Some(position),
        kind: PointKind::Shop,
        network: "R03".into(),
        hours: Hours::parse([open, open, open, open, open, "09:00-12:00", "00:00-00:00"]),
        closures: Vec::new(),
        closed: false,
        partly_closed: false,
        weight_max_g: Some(20_000),
        accessible: true,
        language: "FR".into(),
        sorting: std::array::from_fn(|_| String::new()),
    }
}

pub(crate) fn known(point: Point) -> Known {
    Known { point, seen_at: paris("2025-12-20T12:00:00"), standing: Standing::Listed }
}

pub(crate) fn closure(from: &str, until: &str) -> Closure {
    Closure { from: paris(from), until: paris(until) }
}

/// Anywhere on Earth, often at a pole, at ±180°, or just where another may be.
pub(crate) fn positions() -> impl Strategy<Value = Position> {
    let latitude = prop_oneof![-90.0..=90.0f64, 89.9..=90.0f64, -90.0..=-89.9f64, Just(48.39), Just(90.0)];
    let longitude = prop_oneof![-180.0..=180.0f64, 179.9..=180.0f64, -180.0..=-179.9f64, Just(-4.49), Just(180.0)];
    (latitude, longitude).prop_map(|(latitude, longitude)| at(latitude, longitude))
}

pub(crate) fn kinds() -> impl Strategy<Value = PointKind> {
    prop_oneof![
        Just(PointKind::Shop),
        Just(PointKind::PostOffice),
        Just(PointKind::of("PCS")),
        Just(PointKind::of("CMT"))
    ]
}

pub(crate) fn closures() -> impl Strategy<Value = Vec<Closure>> {
    let closure = (-10i64..10, 0i64..200).prop_map(|(day, hours)| {
        let from = paris("2025-12-22T00:00:00").unix_ms() + day * 86_400_000;
        let from = Time::from_unix_ms(from);
        Closure { from, until: from.plus(Duration::from_secs(u64::try_from(hours).expect("hours") * 3_600)) }
    });
    prop::collection::vec(closure, 0..3)
}

/// A point of this number, of any kind, with what a search looks at.
pub(crate) fn points(number: u32) -> impl Strategy<Value = Point> {
    let weights = prop::option::of(prop_oneof![Just(20_000u32), Just(30_000), 0..40_000u32]);
    (prop::option::weighted(0.95, positions()), kinds(), closures(), weights, any::<bool>(), prop::bool::weighted(0.1))
        .prop_map(move |(position, kind, closures, weight_max_g, accessible, closed)| {
            let made = point(number, at(0.0, 0.0));
            Point { position, kind, closures, weight_max_g, accessible, closed, ..made }
        })
}

pub(crate) fn needs() -> impl Strategy<Value = Need> {
    let hours = -48i64..48;
    let open_at = hours.prop_map(|h| Time::from_unix_ms(paris("2025-12-22T10:00:00").unix_ms() + h * 3_600_000));
    (
        prop::option::of(0..40_000u32),
        prop::bool::weighted(0.2),
        prop::bool::weighted(0.3),
        prop::option::weighted(0.2, open_at),
        prop::option::weighted(0.3, kinds()),
    )
        .prop_map(|(weight_g, post_offices_only, accessible, open_at, kind)| Need {
            weight_g,
            date: SHIPPED,
            post_offices_only,
            accessible,
            open_at,
            kind,
        })
}
