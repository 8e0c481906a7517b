//! Whether a parcel can go to a point: holidays over the days of arrival, weight, standing.

use crate::support::{SHIPPED, at, closure, id, known, need, paris, point};
use clock::Time;
use pickup::{Closure, Directory, Fit, Hours, Known, Need, Point, Query, Standing};

fn fit(point: Point) -> Fit {
    known(point).fit(&need())
}

#[track_caller]
fn shut(closures: Vec<Closure>, hours: Option<[&str; 7]>, until: Option<&str>) {
    let base = point(1, at(48.39, -4.49));
    let hours = hours.map_or(base.hours.clone(), Hours::parse);
    let expected = until.map_or(Fit::Fits, |until| Fit::Closed { until: Some(paris(until)) });
    assert_eq!(fit(Point { closures, hours, ..base }), expected);
}

// Handed over on Monday the 22nd: it may arrive from Tuesday the 23rd to Friday the 26th.

#[test]
fn shut_on_every_day_of_arrival_is_no_place_to_send_to() {
    shut(vec![closure("2025-12-23T00:00:00", "2025-12-27T00:00:00")], None, Some("2025-12-27T00:00:00"));
    shut(vec![closure("2025-12-23T00:00:00", "2025-12-26T23:59:59")], None, Some("2025-12-26T23:59:59"));
    shut(vec![closure("2025-12-23T08:00:00", "2025-12-26T18:30:00")], None, Some("2025-12-26T18:30:00"));
    let two = vec![
        closure("2025-12-25T00:00:00", "2026-01-05T00:00:00"),
        closure("2025-12-20T00:00:00", "2025-12-25T00:00:00"),
    ];
    shut(two, None, Some("2026-01-05T00:00:00"));
}

#[test]
fn one_day_of_arrival_is_enough_for_a_parcel_to_wait() {
    shut(vec![closure("2025-12-23T00:00:00", "2025-12-26T14:00:00")], None, None);
    shut(vec![closure("2025-12-24T00:00:00", "2026-01-05T00:00:00")], None, None);
    shut(vec![closure("2025-12-27T00:00:00", "2026-02-05T00:00:00")], None, None);
    shut(vec![closure("2025-11-01T00:00:00", "2025-12-22T09:30:00")], None, None);
}

#[test]
fn shut_for_the_whole_shipping_date_is_no_place_to_send_to() {
    shut(vec![closure("2025-12-22T00:00:00", "2025-12-23T00:00:00")], None, Some("2025-12-23T00:00:00"));
    shut(vec![closure("2025-12-15T00:00:00", "2025-12-22T18:30:00")], None, Some("2025-12-22T18:30:00"));
    shut(vec![closure("2025-12-22T09:00:00", "2025-12-22T18:00:00")], None, None);
}

#[test]
fn the_weekly_day_of_rest_is_no_closure_and_opens_nothing() {
    let monday_only =
        ["09:00-12:00", "00:00-00:00", "00:00-00:00", "00:00-00:00", "00:00-00:00", "00:00-00:00", "00:00-00:00"];
    shut(Vec::new(), Some(monday_only), None);
    shut(vec![closure("2025-12-24T00:00:00", "2025-12-26T00:00:00")], Some(monday_only), None);
    let mut wednesday_too = monday_only;
    wednesday_too[2] = "09:00-12:00";
    shut(vec![closure("2025-12-24T00:00:00", "2025-12-25T00:00:00")], Some(wednesday_too), Some("2025-12-25T00:00:00"));
}

#[test]
fn a_day_of_which_nothing_is_known_is_shut_when_all_of_it_is() {
    let unknown = Some(["?"; 7]);
    shut(vec![closure("2025-12-23T00:00:00", "2025-12-27T00:00:00")], unknown, Some("2025-12-27T00:00:00"));
    shut(vec![closure("2025-12-23T00:00:00", "2025-12-26T20:00:00")], unknown, None);
}

#[test]
fn the_carriers_own_word_that_it_is_shut_always_counts() {
    let base = point(1, at(48.39, -4.49));
    assert_eq!(fit(Point { closed: true, ..base.clone() }), Fit::Closed { until: None });
    assert_eq!(fit(Point { partly_closed: true, ..base.clone() }), Fit::Fits);
    let directory = Directory::from_known([known(Point { closed: true, ..base })]);
    assert!(directory.search(&Query::new(at(48.39, -4.49), need())).is_empty());
}

#[test]
fn weight_and_standing_are_told_by_id_and_wishes_do_not_count() {
    let since = Time::from_unix_ms(5);
    let standing = |number, standing| Known { standing, ..known(point(number, at(48.39, -4.49))) };
    let directory = Directory::from_known([
        standing(1, Standing::Listed),
        standing(2, Standing::Unlisted { since: paris("2025-12-21T00:00:00") }),
        standing(3, Standing::Gone { since: paris("2025-12-21T00:00:00") }),
        known(Point { weight_max_g: None, ..point(4, at(48.39, -4.49)) }),
    ]);
    let heavy = Need { weight_g: Some(20_001), ..need() };
    let wishes = Need { post_offices_only: true, open_at: Some(since), weight_g: Some(20_000), ..need() };
    assert_eq!(directory.fit(id(1), &heavy), Fit::TooHeavy { max_g: 20_000 });
    assert_eq!(directory.fit(id(1), &wishes), Fit::Fits);
    assert_eq!(directory.fit(id(2), &heavy), Fit::Unlisted);
    assert_eq!(directory.fit(id(3), &heavy), Fit::Gone);
    assert_eq!(directory.fit(id(4), &heavy), Fit::Fits);
    assert_eq!(directory.fit(id(9), &need()), Fit::NotKnown);
    let found: Vec<_> =
        directory.search(&Query::new(at(48.39, -4.49), need())).iter().map(|f| f.known.point.id).collect();
    assert_eq!(found, [id(1), id(4)]);
    let others: Vec<_> =
        directory.alternatives(at(48.4, -4.5), &need(), 1, Some(id(1))).iter().map(|f| f.known.point.id).collect();
    assert_eq!(others, [id(4)]);
    assert_eq!(SHIPPED, need().date);
}
