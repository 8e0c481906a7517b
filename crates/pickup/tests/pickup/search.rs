//! A search finds what looking at every point finds, everywhere on Earth.

use crate::support::{at, known, need, needs, point, points, positions};
use parcel::PickupPointId;
use pickup::{COUNT_MAX, Directory, Fit, Found, Known, Need, Point, Position, Query, Seen};
use proptest::prelude::*;

/// A point's way from here, by the formula of haversines: another one than the directory's.
fn metres(a: Position, b: Position) -> f64 {
    let (la, lb) = (a.latitude().to_radians(), b.latitude().to_radians());
    let (north, east) = ((la - lb) / 2.0, (a.longitude() - b.longitude()).to_radians() / 2.0);
    let h = north.sin().powi(2) + la.cos() * lb.cos() * east.sin().powi(2);
    2.0 * 6_371_008.8 * h.sqrt().min(1.0).asin()
}

fn is_wished(known: &Known, need: &Need) -> bool {
    let point = &known.point;
    (!need.post_offices_only || point.kind.code() == "BPR")
        && need.kind.as_ref().is_none_or(|kind| kind == &point.kind)
        && (!need.accessible || point.accessible)
        && need.open_at.is_none_or(|at| point.is_open_at(at) == Some(true))
        && known.fit(need) == Fit::Fits
}

/// Every point that does within reach, the nearest first.
fn all<'a>(directory: &'a Directory, query: &Query) -> Vec<(u32, &'a Known)> {
    let mut all: Vec<(u32, &Known)> = directory
        .iter()
        .filter(|known| is_wished(known, &query.need))
        .filter_map(|known| Some((query.near.metres_to(known.point.position?), known)))
        .filter(|(metres, _)| *metres <= query.metres_max)
        .collect();
    all.sort_by_key(|(metres, known)| (*metres, known.point.id));
    all
}

fn ids(found: &[Found<'_>]) -> Vec<PickupPointId> {
    found.iter().map(|f| f.known.point.id).collect()
}

fn check(directory: &Directory, query: &Query) -> Result<(), TestCaseError> {
    let (found, all) = (directory.search(query), all(directory, query));
    prop_assert_eq!(found.len(), all.len().min(query.count).min(COUNT_MAX));
    for (found, (metres, _)) in found.iter().zip(&all) {
        prop_assert_eq!(found.metres, *metres);
        prop_assert!(is_wished(found.known, &query.need));
    }
    let mut once = ids(&found);
    once.sort_unstable();
    once.dedup();
    prop_assert_eq!(once.len(), found.len());
    Ok(())
}

fn many(count: u32) -> impl Strategy<Value = Vec<Point>> {
    (0..=count).prop_flat_map(|count| (0..count).map(points).collect::<Vec<_>>())
}

fn queries() -> impl Strategy<Value = Query> {
    let far = prop_oneof![Just(40_000u32), 0..20_100_000u32, Just(u32::MAX)];
    (positions(), needs(), 0usize..60, far).prop_map(|(near, need, count, metres_max)| Query {
        near,
        need,
        count,
        metres_max,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn loaded_at_once(points in many(120), queries in prop::collection::vec(queries(), 8)) {
        let directory = Directory::from_known(points.into_iter().map(known));
        for query in &queries {
            check(&directory, query)?;
        }
    }

    #[test]
    fn merged_moved_and_changed_again_and_again(
        rounds in prop::collection::vec(prop::collection::vec((0u32..400).prop_flat_map(points), 1..60), 1..14),
        queries in prop::collection::vec(queries(), 8),
    ) {
        let mut directory = Directory::new();
        for (round, points) in (0i64..).zip(rounds) {
            directory.merge(&Seen { points, asked: None }, clock::Time::from_unix_ms(round));
        }
        for query in &queries {
            check(&directory, query)?;
        }
    }

    #[test]
    fn metres_are_those_of_the_sphere(a in positions(), b in positions()) {
        let (ours, theirs) = (f64::from(a.metres_to(b)), metres(a, b));
        prop_assert!((ours - theirs).abs() <= 1.0, "{} and {}", ours, theirs);
        prop_assert_eq!(a.metres_to(b), b.metres_to(a));
    }
}

#[test]
fn the_tree_is_made_anew_without_losing_or_doubling_a_point() {
    let mut directory = Directory::new();
    let moved = |n: u32, step: u32| point(n, at(40.0 + f64::from(n % 97) / 20.0, f64::from(n / 97 + step) / 20.0));
    for step in 0..4u32 {
        for from in (0..2_000u32).step_by(20) {
            let points = (from..from + 20).map(|n| moved(n, step)).collect();
            directory.merge(&Seen { points, asked: None }, clock::Time::from_unix_ms(i64::from(step)));
        }
        let query = Query { count: 50, ..Query::new(at(42.0, 0.5), need()) };
        check(&directory, &query).expect("the same points");
    }
    assert_eq!(directory.len(), 2_000);
}

#[test]
fn neighbours_across_the_date_line_and_the_pole_are_near() {
    let directory = Directory::from_known([
        known(point(1, at(-16.8, 179.99))),
        known(point(2, at(-16.8, -179.9))),
        known(point(3, at(89.99, 10.0))),
    ]);
    let near = |latitude, longitude| {
        let found = directory.search(&Query::new(at(latitude, longitude), need()));
        found.iter().map(|f| (f.known.point.id.to_string(), f.metres)).collect::<Vec<_>>()
    };
    assert_eq!(near(-16.8, -180.0), [("000001".into(), 1_064), ("000002".into(), 10_645)]);
    assert_eq!(near(89.99, -170.0), [("000003".into(), 2_224)]);
}

#[test]
fn at_sea_there_is_nothing_and_a_place_that_is_none_is_refused() {
    let directory = Directory::from_known([known(point(1, at(48.39, -4.49)))]);
    assert!(directory.search(&Query::new(at(46.0, -20.0), need())).is_empty());
    let nearest = pickup::places::nearest(at(46.0, -20.0)).expect("a commune");
    assert!(at(46.0, -20.0).metres_to(nearest.position) > 1_000_000);
    for (latitude, longitude, field) in [
        (90.1, 0.0, "latitude"),
        (f64::NAN, 0.0, "latitude"),
        (0.0, 180.5, "longitude"),
        (0.0, f64::INFINITY, "longitude"),
    ] {
        assert_eq!(Position::new(latitude, longitude).map_err(|e| e.field), Err(field.to_owned()));
    }
    let json = serde_json::from_str::<Position>(r#"{"latitude": 91, "longitude": 0}"#);
    assert!(json.expect_err("no place").to_string().contains("latitude"));
}
