//! Open now, and open next: the week, the holidays, the night, the change of the hour, other clocks.

use crate::support::{at, closure, closures, paris, point};
use clock::Time;
use pickup::{Hours, Point};
use proptest::prelude::*;
use std::time::Duration;

fn with_hours(hours: [&str; 7]) -> Point {
    Point { hours: Hours::parse(hours), ..point(1, at(48.39, -4.49)) }
}

#[track_caller]
fn check(point: &Point, moment: &str, open: Option<bool>, next: Option<&str>) {
    assert_eq!(point.is_open_at(paris(moment)), open, "open at {moment}");
    assert_eq!(
        point.opens_next(paris(moment)).map(Time::to_paris),
        next.map(|t| paris(t).to_paris()),
        "next after {moment}"
    );
}

#[test]
fn a_week_with_a_lunch_break_and_a_sunday() {
    let point = point(1, at(48.39, -4.49));
    check(&point, "2025-12-22T08:59:59", Some(false), Some("2025-12-22T09:00:00"));
    check(&point, "2025-12-22T09:00:00", Some(true), None);
    check(&point, "2025-12-22T12:00:00", Some(false), Some("2025-12-22T14:00:00"));
    check(&point, "2025-12-22T18:29:59", Some(true), None);
    check(&point, "2025-12-22T18:30:00", Some(false), Some("2025-12-23T09:00:00"));
    check(&point, "2025-12-27T12:00:00", Some(false), Some("2025-12-29T09:00:00"));
}

#[test]
fn hours_past_midnight_belong_to_the_night_after() {
    let night =
        with_hours(["22:00-02:00", "00:00-00:00", "", "00:00-00:00", "00:00-00:00", "00:00-00:00", "18:00-24:00"]);
    check(&night, "2025-12-22T23:00:00", Some(true), None);
    check(&night, "2025-12-23T01:59:00", Some(true), None);
    check(&night, "2025-12-23T02:00:00", Some(false), None); // a Wednesday follows of which nothing is known
    check(&night, "2025-12-21T23:59:59", Some(true), None);
    check(&night, "2025-12-22T00:00:00", Some(false), Some("2025-12-22T22:00:00"));
    check(&night, "2025-12-24T12:00:00", None, None);
    check(&night, "2025-12-25T12:00:00", Some(false), Some("2025-12-28T18:00:00"));
}

#[test]
fn holidays_shut_a_point_and_end_in_the_midst_of_a_day() {
    let away = Point {
        closures: vec![
            closure("2025-12-24T12:00:00", "2025-12-26T10:30:00"),
            closure("2025-12-26T10:30:00", "2025-12-26T11:00:00"),
        ],
        ..point(1, at(48.39, -4.49))
    };
    check(&away, "2025-12-24T11:59:59", Some(true), None);
    check(&away, "2025-12-24T12:00:00", Some(false), Some("2025-12-26T11:00:00"));
    check(&away, "2025-12-26T10:45:00", Some(false), Some("2025-12-26T11:00:00"));
    check(&away, "2025-12-26T11:00:00", Some(true), None);
    check(&Point { closed: true, ..away }, "2025-12-22T10:00:00", Some(false), None);
}

#[test]
fn a_closure_reaches_over_days_of_which_nothing_is_known() {
    let unknown = with_hours(["09:00-12:00", "?", "?", "?", "?", "?", "?"]);
    let away = Point { closures: vec![closure("2025-12-22T10:00:00", "2025-12-29T00:00:00")], ..unknown.clone() };
    check(&away, "2025-12-22T11:00:00", Some(false), Some("2025-12-29T09:00:00"));
    check(&unknown, "2025-12-22T12:00:00", Some(false), None);
    let for_ever = Point { closures: vec![closure("2025-12-22T10:00:00", "2028-01-01T00:00:00")], ..unknown };
    check(&for_ever, "2025-12-22T11:00:00", Some(false), None);
}

#[test]
fn the_day_of_the_change_is_an_hour_shorter_or_longer() {
    let early = with_hours(["01:00-04:00"; 7]);
    // 30 March 2025: after 01:59 comes 03:00.
    let from = paris("2025-03-30T01:00:00");
    assert_eq!(early.opens_next(paris("2025-03-30T00:00:00")), Some(from));
    assert_eq!(early.is_open_at(from.plus(Duration::from_secs(2 * 3_600 - 1))), Some(true));
    assert_eq!(early.is_open_at(from.plus(Duration::from_secs(2 * 3_600))), Some(false));
    // 26 October 2025: 02:00 to 02:59 comes twice.
    let from = paris("2025-10-26T01:00:00");
    assert_eq!(early.is_open_at(from.plus(Duration::from_secs(4 * 3_600 - 1))), Some(true));
    assert_eq!(early.is_open_at(from.plus(Duration::from_secs(4 * 3_600))), Some(false));
    let all_day = with_hours(["00:00-24:00"; 7]);
    for hour in 0..30 {
        assert_eq!(
            all_day.is_open_at(paris("2025-10-25T23:00:00").plus(Duration::from_secs(hour * 3_600))),
            Some(true)
        );
    }
}

#[test]
fn a_point_opens_by_the_clocks_on_its_own_wall() {
    let point = point(1, at(-21.1, 55.3));
    let in_utc = |country: &str, postal_code: &str| {
        let point = Point { country: country.into(), postal_code: postal_code.into(), ..point.clone() };
        point.opens_next(paris("2025-07-14T00:30:00")).map(|t| t.to_string())
    };
    assert_eq!(in_utc("FR", "97410").as_deref(), Some("2025-07-14T05:00:00.000Z"));
    assert_eq!(in_utc("RE", "97410").as_deref(), Some("2025-07-14T05:00:00.000Z"));
    assert_eq!(in_utc("FR", "97110").as_deref(), Some("2025-07-14T13:00:00.000Z"));
    assert_eq!(in_utc("FR", "95000").as_deref(), Some("2025-07-14T07:00:00.000Z"));
    assert_eq!(in_utc("BE", "1000").as_deref(), Some("2025-07-14T07:00:00.000Z"));
    assert_eq!(in_utc("PT", "1000-001").as_deref(), Some("2025-07-14T08:00:00.000Z"));
    assert_eq!(in_utc("PT", "9500-001").as_deref(), Some("2025-07-14T09:00:00.000Z"));
    assert_eq!(in_utc("LT", "01001").as_deref(), Some("2025-07-14T06:00:00.000Z"));
}

fn weeks() -> impl Strategy<Value = Hours> {
    let day = prop_oneof![
        Just("00:00-00:00".to_owned()),
        Just("09:00-12:00 14:00-18:30".to_owned()),
        Just("20:00-02:30".to_owned()),
        "(0[0-9]|1[0-9]):[0-5]0-(0[0-9]|1[0-9]|2[0-3]):[0-5]0",
    ];
    prop::array::uniform7(day).prop_map(Hours::from)
}

proptest! {
    #[test]
    fn it_is_shut_until_it_opens_next(
        hours in weeks(),
        closures in closures(),
        minute in 0i64..60 * 24 * 300,
    ) {
        // Over both changes of the hour and the days of the closures.
        let moment = Time::from_unix_ms(paris("2025-03-01T00:00:00").unix_ms() + minute * 60_000);
        let point = Point { hours, closures, ..point(1, at(48.39, -4.49)) };
        match (point.is_open_at(moment), point.opens_next(moment)) {
            (Some(true), next) => prop_assert_eq!(next, None),
            (Some(false), Some(next)) => {
                prop_assert!(next > moment);
                prop_assert_eq!(point.is_open_at(next), Some(true));
                let mut between = moment;
                while between < next {
                    prop_assert_eq!(point.is_open_at(between), Some(false), "open at {:?}", between);
                    between = between.plus(Duration::from_secs(5 * 60));
                }
            }
            (open, None) => {
                let days = point.hours.days();
                let is_never = days.iter().all(|day| day.spans().is_some_and(<[_]>::is_empty));
                prop_assert!(open.is_none() || is_never || days.iter().any(|day| day.spans().is_none()));
            }
            (None, Some(_)) => prop_assert!(false, "opens although nothing is known"),
        }
    }
}
