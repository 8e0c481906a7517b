//! When a range of numbers will be used up, by how fast it goes. A plain function of what was used.

use jiff::{ToSpan, civil::Date};

/// So long before the estimated end of a range its owner is warned, in days (La Poste, rules for local labels).
pub const WARNING_DAYS: i32 = 10;
/// A week: parcels go by the day of the week.
const SHORT_DAYS: usize = 7;
/// Four weeks: what one calm week hides.
const LONG_DAYS: usize = 28;

/// The end of a range, as far as one can tell.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Forecast {
    /// How many numbers a day are expected to be used.
    pub per_day: f64,
    /// The day on which the last number is expected to be used; `None` when none are used, or in more than a century.
    pub ends_on: Option<Date>,
    /// Whether that is [`WARNING_DAYS`] away or less: time to ask the carrier for another range.
    pub warn: bool,
}

/// The end of a range with `left` numbers, of which so many were used each day: oldest first, today last.
///
/// The pace is the highest of the means of the last week with and without today (a day that is not over understates it) and
/// of the last four weeks. So neither a calm week nor a busy one puts the warning off.
pub fn forecast(left: u64, used_per_day: &[u64], today: Date) -> Forecast {
    let whole_days = used_per_day.split_last().map_or(used_per_day, |(_, before)| before);
    let per_day = mean(used_per_day, SHORT_DAYS).max(mean(whole_days, SHORT_DAYS)).max(mean(whole_days, LONG_DAYS));
    let days = days_left(left, per_day);
    let ends_on = days.and_then(|days| today.checked_add(days.days()).ok());
    Forecast { per_day, ends_on, warn: days.is_some_and(|days| days <= WARNING_DAYS) }
}

/// The mean of the last `days` days, or of as many as there are.
fn mean(used: &[u64], days: usize) -> f64 {
    let last = &used[used.len().saturating_sub(days)..];
    let sum = last.iter().fold(0_u64, |sum, n| sum.saturating_add(*n));
    if last.is_empty() { 0.0 } else { sum as f64 / last.len() as f64 }
}

/// Whole days until nothing is left; `None` for never and for more than a century.
fn days_left(left: u64, per_day: f64) -> Option<i32> {
    const CENTURY_DAYS: f64 = 36_525.0;
    if left == 0 {
        return Some(0);
    }
    let days = left as f64 / per_day;
    #[expect(clippy::cast_possible_truncation, reason = "at most a century")]
    (days <= CENTURY_DAYS).then_some(days as i32)
}
