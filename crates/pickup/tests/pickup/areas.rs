//! What is asked next: the most used and stalest first, nothing that is fresh, nothing again and again that fails.

use crate::support::paris;
use clock::Time;
use parcel::Country;
use pickup::{AREAS_COUNT_MAX, Area, AreaRow, Areas};
use proptest::prelude::*;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(86_400);

fn area(city: &str) -> Area {
    Area { country: Country::FR, postal_code: "29200".into(), city: city.into() }
}

fn noon() -> Time {
    paris("2025-12-22T12:00:00")
}

fn after(days: u32) -> Time {
    noon().plus(DAY * days)
}

#[test]
fn the_most_used_comes_first_and_the_stale_one_in_its_turn() {
    let mut areas = Areas::new(DAY);
    assert_eq!(areas.next(noon()), None);
    for (city, uses) in [("BREST", 20), ("QUIMPER", 4), ("MORLAIX", 1)] {
        (0..uses).for_each(|_| areas.note_use(area(city), noon()));
    }
    let mut asked = Vec::new();
    for day in 0..60 {
        while let Some(next) = areas.next(after(day)) {
            areas.note_answered(&next, after(day));
            asked.push(next.city);
            if asked.len() % 2 == 0 {
                break;
            }
        }
    }
    assert_eq!(asked[..3], ["BREST", "QUIMPER", "MORLAIX"]);
    let times = |city: &str| asked.iter().filter(|c| *c == city).count();
    assert!(
        times("BREST") > times("QUIMPER") && times("QUIMPER") > times("MORLAIX") && times("MORLAIX") > 2,
        "{asked:?}"
    );
    assert_eq!(areas.answered_at(&area("NOWHERE")), None);
}

#[test]
fn nothing_that_is_fresh_is_asked_for_and_what_fails_waits_longer_each_time() {
    let mut areas = Areas::new(DAY);
    areas.note_use(area("BREST"), noon());
    areas.note_answered(&area("BREST"), noon());
    assert_eq!((areas.next(after(1)), areas.due_count(after(1))), (Some(area("BREST")), 1));
    assert_eq!((areas.next(noon().plus(DAY - Duration::from_millis(1))), areas.due_count(noon())), (None, 0));
    let mut failed = after(1);
    let mut waits = Vec::new();
    for _ in 0..9 {
        areas.note_failed(&area("BREST"), failed);
        let minutes = (0..).find(|m| areas.next(failed.plus(Duration::from_secs(m * 60))).is_some()).expect("a time");
        waits.push(minutes);
        failed = failed.plus(Duration::from_secs(minutes * 60));
    }
    assert_eq!(waits, [5, 10, 20, 40, 80, 160, 320, 360, 360]);
    areas.note_answered(&area("BREST"), failed);
    assert_eq!(areas.next(failed.plus(DAY)), Some(area("BREST")));
}

#[test]
fn what_was_much_used_is_forgotten_within_a_season() {
    let mut areas = Areas::new(DAY);
    (0..1_000).for_each(|_| areas.note_use(area("STATION"), noon()));
    (0..3).for_each(|_| areas.note_use(area("BREST"), after(180)));
    assert_eq!(areas.next(after(180)), Some(area("BREST")));
}

#[test]
fn the_least_used_are_forgotten_when_there_are_too_many_and_rows_bring_the_rest_back() {
    let mut areas = Areas::new(DAY);
    (0..3).for_each(|_| areas.note_use(area("BREST"), noon()));
    for n in 0..AREAS_COUNT_MAX + 10 {
        areas.note_use(area(&format!("CITY {n}")), after(1));
    }
    assert!(areas.rows().count() <= AREAS_COUNT_MAX);
    assert!(areas.row(&area("BREST")).is_some_and(|row| row.uses == 3.0));
    let json = serde_json::to_string(&areas.rows().collect::<Vec<_>>()).expect("json");
    let rows: Vec<AreaRow> = serde_json::from_str(&json).expect("rows");
    let again = Areas::from_rows(DAY, rows.into_iter().map(|row| AreaRow { uses: row.uses * 2.0, ..row }));
    assert_eq!(again.rows().count(), areas.rows().count());
    assert_eq!(again.next(after(1)), areas.next(after(1)));
    let broken = AreaRow { uses: f64::NAN, ..again.rows().next().expect("a row").clone() };
    assert_eq!(Areas::from_rows(DAY, [broken]).rows().map(|row| row.uses).collect::<Vec<_>>(), [0.0]);
}

proptest! {
    #[test]
    fn everything_used_is_asked_for_in_the_end_and_nothing_twice_within_its_time(
        uses in prop::collection::vec((0u32..12, 0u32..30), 1..60),
    ) {
        let mut areas = Areas::new(DAY);
        for (city, day) in &uses {
            areas.note_use(area(&city.to_string()), after(*day));
        }
        let now = after(31);
        let mut asked = Vec::new();
        while let Some(next) = areas.next(now) {
            areas.note_answered(&next, now);
            asked.push(next);
        }
        asked.sort();
        let mut all: Vec<Area> = uses.iter().map(|(city, _)| area(&city.to_string())).collect();
        all.sort();
        all.dedup();
        prop_assert_eq!(asked, all);
    }
}
