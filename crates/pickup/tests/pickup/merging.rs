//! Answers are merged by their time, whatever the order they come in, and what is missing is inferred with care.

use crate::support::{at, closure, id, need, paris, point, points};
use clock::Time;
use parcel::{PickupPointId, PointKind};
use pickup::{Asked, Directory, Fit, Known, Need, Point, Position, Query, Seen, Standing};
use proptest::prelude::*;
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3_600);

fn home() -> Position {
    at(48.39, -4.49)
}

/// Points 0 to `count` in a row, the first at home, one kilometre after the other.
fn row(count: u32) -> Vec<Point> {
    (0..count).map(|n| point(n, at(48.39 + f64::from(n) * 0.009, -4.49))).collect()
}

fn answer(points: Vec<Point>, need: Need, whole: bool) -> Seen {
    Seen { points, asked: Some(Asked { from: home(), need, whole }) }
}

fn told(points: Vec<Point>) -> Seen {
    Seen { points, asked: None }
}

fn noon() -> Time {
    paris("2025-12-22T12:00:00")
}

fn later(hours: u32) -> Time {
    noon().plus(HOUR * hours)
}

fn unlisted(directory: &Directory) -> Vec<PickupPointId> {
    let mut ids: Vec<_> =
        directory.iter().filter(|k| matches!(k.standing, Standing::Unlisted { .. })).map(|k| k.point.id).collect();
    ids.sort_unstable();
    ids
}

fn without(points: &[Point], numbers: &[u32]) -> Vec<Point> {
    points.iter().filter(|p| !numbers.iter().any(|n| id(*n) == p.id)).cloned().collect()
}

#[test]
fn a_point_missing_from_an_answer_that_had_to_hold_it_is_not_offered_until_it_is_seen_again() {
    let points = row(10);
    let mut directory = Directory::new();
    assert_eq!(directory.merge(&told(points.clone()), noon()).len(), 10);
    assert_eq!(directory.merge(&answer(without(&points, &[4]), need(), false), later(1)).len(), 10);
    assert_eq!(unlisted(&directory), [id(4)]);
    assert_eq!(directory.get(id(4)).map(|k| k.standing), Some(Standing::Unlisted { since: later(1) }));
    assert_eq!(directory.fit(id(4), &need()), Fit::Unlisted);
    assert_eq!(directory.search(&Query::new(home(), need())).len(), 9);
    // Missing again: since the first time still, and nothing to keep.
    assert_eq!(directory.merge(&answer(without(&points, &[4]), need(), false), later(1)), []);
    assert_eq!(directory.merge(&told(vec![points[4].clone()]), later(2)), [id(4)]);
    assert_eq!(unlisted(&directory), []);
    assert_eq!(directory.search(&Query::new(home(), need())).len(), 10);
}

#[test]
fn an_answer_says_nothing_of_what_it_did_not_have_to_hold() {
    let points = row(10);
    let check = |name: &str, other: fn(Point) -> Point, asked: Need| {
        let mut directory = Directory::new();
        let mut all = without(&points, &[4]);
        all.push(other(points[4].clone()));
        directory.merge(&told(all), noon());
        directory.merge(&answer(without(&points, &[4]), asked, false), later(1));
        assert_eq!(unlisted(&directory), [], "{name}");
    };
    check("heavier than it takes", |p| p, Need { weight_g: Some(25_000), ..need() });
    check(
        "another kind",
        |p| Point { kind: PointKind::PostOffice, ..p },
        Need { kind: Some(PointKind::Shop), ..need() },
    );
    check("post offices alone", |p| p, Need { post_offices_only: true, ..need() });
    check("in another country", |p| Point { country: "BE".into(), ..p }, need());
    check("shut for good", |p| Point { closed: true, ..p }, need());
    let away = |p| Point { closures: vec![closure("2025-12-23T00:00:00", "2025-12-24T00:00:00")], ..p };
    check("shut for a while", away, need());
    check("of no place", |p| Point { position: None, ..p }, need());
}

#[test]
fn what_is_beyond_the_edge_or_newer_than_the_answer_is_not_missed() {
    let points = row(10);
    let mut directory = Directory::new();
    directory.merge(&told(points.clone()), noon());
    // The farthest one that is listed is the sixth; the last ones are beyond, and the answer was full.
    directory.merge(&answer(without(&points, &[6, 7, 8, 9]), need(), false), later(1));
    assert_eq!(unlisted(&directory), []);
    // An answer from before the points were seen, that comes in late.
    directory.merge(&answer(without(&points, &[1]), need(), false), noon());
    assert_eq!(unlisted(&directory), []);
    // An answer without any point may be a fault; one that is not asked for accuses none.
    directory.merge(&answer(Vec::new(), need(), true), later(2));
    directory.merge(&told(without(&points, &[1, 2, 3])), later(2));
    assert_eq!(unlisted(&directory), []);
    // With room for more everything within the carrier's reach was listed, not only up to the farthest one.
    directory.merge(&answer(without(&points, &[3, 4, 5, 6, 7, 8, 9]), need(), true), later(3));
    assert_eq!(unlisted(&directory), [id(3), id(4)]);
}

#[test]
fn the_carriers_word_by_id_counts_more_than_a_list_of_the_same_moment_and_less_than_a_later_one() {
    let points = row(3);
    let mut directory = Directory::new();
    directory.merge(&told(points.clone()), noon());
    assert!(!directory.gone(id(9), noon()));
    assert!(!directory.gone(id(1), Time::from_unix_ms(0)), "it was seen since");
    assert!(directory.gone(id(1), later(1)));
    assert!(!directory.gone(id(1), later(1)));
    assert_eq!(directory.fit(id(1), &need()), Fit::Gone);
    directory.merge(&told(points.clone()), later(1));
    assert_eq!(directory.get(id(1)).map(|k| k.standing), Some(Standing::Gone { since: later(1) }));
    assert_eq!(directory.merge(&told(points), later(2)), [id(0), id(1), id(2)]);
    assert_eq!(directory.fit(id(1), &need()), Fit::Fits);
}

#[test]
fn a_sighting_alone_is_kept_once_an_hour() {
    let points = row(1);
    let mut directory = Directory::new();
    directory.merge(&told(points.clone()), noon());
    let minutes = |n: u64| noon().plus(Duration::from_secs(n * 60));
    assert_eq!(directory.merge(&told(points.clone()), minutes(40)), []);
    assert_eq!(directory.get(id(0)).map(|k| k.seen_at), Some(minutes(40)));
    assert_eq!(directory.merge(&told(points.clone()), minutes(60)), [id(0)]);
    assert_eq!(directory.merge(&told(points.clone()), minutes(100)), []);
    let renamed = Point { name: "Other".into(), ..points[0].clone() };
    assert_eq!(directory.merge(&told(vec![renamed.clone()]), minutes(101)), [id(0)]);
    assert_eq!(directory.merge(&told(points), minutes(50)), [], "older than what is known");
    assert_eq!(directory.get(id(0)).map(|k| &k.point), Some(&renamed));
}

#[test]
fn what_was_kept_is_what_is_known_again() {
    let mut directory = Directory::new();
    directory.merge(&told(row(10)), noon());
    directory.merge(&answer(without(&row(10), &[2]), need(), false), later(1));
    directory.gone(id(5), later(2));
    let json = serde_json::to_string(&directory.iter().collect::<Vec<_>>()).expect("json");
    let again = Directory::from_known(serde_json::from_str::<Vec<Known>>(&json).expect("known"));
    assert_eq!(state(&again), state(&directory));
}

fn state(directory: &Directory) -> Vec<Known> {
    let mut all: Vec<Known> = directory.iter().cloned().collect();
    all.sort_by_key(|known| known.point.id);
    all
}

/// What may happen.
#[derive(Clone, Debug)]
enum Event {
    Told(Vec<Point>),
    Gone(u32),
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let told = prop::collection::vec((0u32..6).prop_flat_map(points), 0..6).prop_map(Event::Told);
    prop::collection::vec(prop_oneof![3 => told, 1 => (0u32..6).prop_map(Event::Gone)], 1..12)
}

fn happen(directory: &mut Directory, event: &Event, at: Time) {
    match event {
        Event::Told(points) => {
            // One answer tells of a point once.
            let mut points = points.clone();
            points.sort_by_key(|p| p.id);
            points.dedup_by_key(|p| p.id);
            directory.merge(&told(points), at);
        }
        Event::Gone(number) => {
            directory.gone(id(*number), at);
        }
    }
}

proptest! {
    #[test]
    fn merging_twice_is_merging_once(events in events()) {
        let (mut once, mut twice) = (Directory::new(), Directory::new());
        for (hour, event) in (0u32..).zip(&events) {
            happen(&mut once, event, later(hour));
            happen(&mut twice, event, later(hour));
            happen(&mut twice, event, later(hour));
        }
        prop_assert_eq!(state(&once), state(&twice));
    }

    #[test]
    fn what_is_known_follows_from_the_times_alone(events in events(), order in any::<prop::sample::Index>(), shift in 1usize..11) {
        // Everything is known to begin with: a point cannot be called gone before it is heard of.
        let all: Vec<Point> = row(6);
        let stamped: Vec<(u32, &Event)> = (1u32..).zip(&events).collect();
        let mut shuffled = stamped.clone();
        shuffled.rotate_left(order.index(stamped.len()));
        for at in (0..shuffled.len()).step_by(shift) {
            shuffled.swap(0, at);
        }
        let fold = |events: &[(u32, &Event)]| {
            let mut directory = Directory::new();
            directory.merge(&told(all.clone()), noon());
            for (hour, event) in events {
                happen(&mut directory, event, later(*hour));
            }
            state(&directory)
        };
        let kind = |known: &Known| (known.point.clone(), known.seen_at, std::mem::discriminant(&known.standing));
        let (ordered, shuffled) = (fold(&stamped), fold(&shuffled));
        prop_assert_eq!(ordered.iter().map(kind).collect::<Vec<_>>(), shuffled.iter().map(kind).collect::<Vec<_>>());
    }
}
