//! Times as the platforms write them.

use clock::Time;
use jiff::{
    Timestamp,
    civil::DateTime,
    tz::{AmbiguousOffset, TimeZone},
};
use std::time::Duration;

/// A moment with its offset (RFC 3339), or in UTC without one (WooCommerce's `…_gmt`).
pub(crate) fn utc(text: &str) -> Option<Time> {
    let moment = text.parse::<Timestamp>().ok();
    let moment = moment.or_else(|| Some(civil(text)?.to_zoned(TimeZone::UTC).ok()?.timestamp()));
    moment.map(|moment| Time::from_unix_ms(moment.as_millisecond()))
}

/// A moment by the clocks of this zone; the first of two where the clocks are put back.
pub(crate) fn local(text: &str, zone: &TimeZone) -> Option<Time> {
    let moment = civil(text)?.to_zoned(zone.clone()).ok()?;
    Some(Time::from_unix_ms(moment.timestamp().as_millisecond()))
}

/// Date and time in UTC without offset, to the second: `2025-12-22T05:24:00`.
pub(crate) fn naive_utc(time: Time) -> String {
    shown(time, &TimeZone::UTC, "%Y-%m-%dT%H:%M:%S")
}

/// Date and time by the clocks of this zone, to the second: `2025-12-22 06:24:00`.
pub(crate) fn naive_local(time: Time, zone: &TimeZone) -> String {
    shown(time, zone, "%Y-%m-%d %H:%M:%S")
}

/// A local time before which nothing happened at this moment or later: an hour earlier in the hour that the clocks show
/// twice.
pub(crate) fn local_not_after(time: Time, zone: &TimeZone) -> String {
    let moment = Timestamp::from_millisecond(time.unix_ms()).unwrap_or(Timestamp::UNIX_EPOCH);
    let shown_twice = matches!(
        zone.to_ambiguous_zoned(moment.to_zoned(zone.clone()).datetime()).offset(),
        AmbiguousOffset::Fold { .. }
    );
    let hour = if shown_twice { 3_600_000 } else { 0 };
    let civil = naive_local(time, zone);
    match civil.parse::<DateTime>() {
        Ok(at) if hour > 0 => {
            let earlier = at.saturating_sub(Duration::from_secs(3_600));
            earlier.strftime("%Y-%m-%d %H:%M:%S").to_string()
        }
        _ => civil,
    }
}

fn civil(text: &str) -> Option<DateTime> {
    text.trim().parse::<DateTime>().ok().filter(|at| at.year() > 0)
}

fn shown(time: Time, zone: &TimeZone, format: &str) -> String {
    let moment = Timestamp::from_millisecond(time.unix_ms()).unwrap_or(Timestamp::UNIX_EPOCH);
    moment.to_zoned(zone.clone()).strftime(format).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paris() -> TimeZone {
        TimeZone::get("Europe/Paris").expect("a zone")
    }

    #[test]
    fn every_way_to_write_a_moment() {
        let at = Time::from_paris("2025-12-22T06:24:00").expect("a moment");
        for text in ["2025-12-22T05:24:00", "2025-12-22T05:24:00Z", "2025-12-22T06:24:00+01:00", "2025-12-22 05:24:00"]
        {
            assert_eq!(utc(text), Some(at), "{text}");
        }
        assert_eq!(local("2025-12-22 06:24:00", &paris()), Some(at));
        assert_eq!(
            (naive_utc(at), naive_local(at, &paris())),
            ("2025-12-22T05:24:00".into(), "2025-12-22 06:24:00".into())
        );
        for odd in ["", "0000-00-00 00:00:00", "yesterday", "2025-13-01", "1766381040"] {
            assert_eq!((utc(odd), local(odd, &paris())), (None, None), "{odd}");
        }
    }

    #[test]
    fn nothing_is_missed_where_the_clocks_are_put_back() {
        let first = utc("2025-10-26T00:30:00Z").expect("02:30 for the first time");
        assert_eq!(local_not_after(first, &paris()), "2025-10-26 01:30:00");
        let after = utc("2025-10-26T02:30:00Z").expect("03:30");
        assert_eq!(local_not_after(after, &paris()), "2025-10-26 03:30:00");
    }
}
