//! Ninety days of one function: the worst of each day, and how long it was down.

use super::{Status, timeline::Change};
use clock::Time;

/// How many days are shown.
pub const DAYS: usize = 90;
const MINUTE_MS: u128 = 60_000;

/// One day in Paris.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    /// Its midnight.
    pub start: Time,
    /// The worst status of the day; nothing where it was not watched.
    pub worst: Option<Status>,
    /// Minutes in which part of the requests or nearly all failed.
    pub down_min: u32,
}

/// The midnights of the last days in Paris, the oldest first.
pub(super) fn starts(now: Time) -> Vec<Time> {
    let days = std::iter::successors(Some(now.paris_date()), |date| date.yesterday().ok()).take(DAYS);
    let mut starts: Vec<Time> = days.filter_map(|date| Time::from_paris(&format!("{date}T00:00:00")).ok()).collect();
    starts.reverse();
    starts
}

/// The days of one function by its changes, which are in order.
pub(super) fn days(starts: &[Time], changes: &[Change], watched_since: Option<Time>, now: Time) -> Vec<Day> {
    let ends = starts.iter().skip(1).copied().chain([now]);
    let first_fact = changes.first().map(|change| change.at);
    let since = [watched_since, first_fact].into_iter().flatten().min();
    let days = starts.iter().zip(ends).map(|(start, end)| {
        let watched = since.is_some_and(|since| since < end);
        let (worst, down_ms) = day(changes, *start, end);
        let down_min = u32::try_from(down_ms.div_ceil(MINUTE_MS)).unwrap_or(u32::MAX);
        Day { start: *start, worst: watched.then_some(worst), down_min }
    });
    days.collect()
}

/// The worst status between two times, and for how many milliseconds it was down.
fn day(changes: &[Change], start: Time, end: Time) -> (Status, u128) {
    let ends = changes.iter().skip(1).map(|change| change.at).chain([end]);
    let spans = changes.iter().zip(ends).filter_map(|(change, until)| {
        let (from, to) = (change.at.max(start), until.min(end));
        (from < to).then(|| (change.status, to.since(from).as_millis()))
    });
    spans.fold((Status::Operational, 0), |(worst, down_ms), (status, ms)| {
        (worst.max(status), down_ms + if status >= Status::PartialOutage { ms } else { 0 })
    })
}
