//! Whether a parcel can go to a point: there still, not shut when the parcel would come, strong enough.
//!
//! **The rule for holidays.** The carrier brings a parcel to a point on one of the first days after it is handed over,
//! and holds it there for about two weeks. A point that is shut on all the days on which the parcel could arrive cannot
//! take it: the carrier leaves it at another point, which is what must never happen silently. So a point does not fit
//! - when the carrier's own flag says that it is shut during the whole time of holding, whatever its list says;
//! - when closures shut it for the whole of the shipping date: the carrier judges by that day too;
//! - when closures shut it on every day among the [`ARRIVES_DAYS`] after it on which it would be open.
//!
//! A shorter closure only means that the parcel waits: such a point is offered and says so (`partly_closed`). The weekly
//! day of rest is no closure. A day whose hours are not known counts as shut when closures cover the whole of it.

use crate::{
    Fit, Known, Need, Point, Standing,
    hours::DAY_MIN,
    index::Offer,
    zone::{Here, OFFSET_MAX, Zone},
};
use clock::Time;
use jiff::{ToSpan, civil::Date};
use parcel::PointKind;

/// The days after the shipping date on which a parcel may arrive at its point: the next day, when all goes well, to
/// the fourth, with a weekend between (Colissimo promises two working days in mainland France).
pub const ARRIVES_DAYS: std::ops::RangeInclusive<i32> = 1..=4;

impl Known {
    /// Whether a parcel can go there, as far as is known. Wishes (kind, access, open at a moment) do not count.
    pub fn fit(&self, need: &Need) -> Fit {
        Judge::new(need).fit(self)
    }
}

/// Judges many points by one need.
pub(crate) struct Judge<'a> {
    pub(crate) need: &'a Need,
    /// No closure that does not touch this time matters, wherever the point is.
    window: (Time, Time),
    open_at: Option<Here>,
    /// The kinds that will do ([`kind_bit`]).
    kinds: u8,
}

/// What a point can do, or several together at most: all that a search needs to pass over them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Abilities {
    weight_max_g: u32,
    kinds: u8,
    accessible: bool,
}

impl Abilities {
    pub(crate) fn of(point: &Point) -> Self {
        let weight_max_g = point.weight_max_g.unwrap_or(u32::MAX);
        // One that takes nothing for the time of holding is found by nobody: it offers no kind.
        let kinds = if point.closed { 0 } else { kind_bit(&point.kind) };
        Self { weight_max_g, kinds, accessible: point.accessible }
    }
}

impl Offer for Abilities {
    fn or(self, other: Self) -> Self {
        Self {
            weight_max_g: self.weight_max_g.max(other.weight_max_g),
            kinds: self.kinds | other.kinds,
            accessible: self.accessible || other.accessible,
        }
    }
}

/// One bit for each kind; those without a name of their own share one.
fn kind_bit(kind: &PointKind) -> u8 {
    match kind {
        PointKind::PostOffice => 1,
        PointKind::Shop => 2,
        PointKind::Other(_) => 4,
    }
}

impl<'a> Judge<'a> {
    pub(crate) fn new(need: &'a Need) -> Self {
        let paris = Zone::PARIS;
        let last = need.date.saturating_add(ARRIVES_DAYS.end().days());
        let from = paris.moment(need.date, 0).unwrap_or_default();
        let until = paris.moment(last, DAY_MIN).unwrap_or(Time::from_unix_ms(i64::MAX));
        let wide = i64::try_from(2 * OFFSET_MAX.as_millis()).unwrap_or(i64::MAX);
        let window = (
            Time::from_unix_ms(from.unix_ms().saturating_sub(wide)),
            Time::from_unix_ms(until.unix_ms().saturating_add(wide)),
        );
        let office = if need.post_offices_only { kind_bit(&PointKind::PostOffice) } else { u8::MAX };
        let kinds = office & need.kind.as_ref().map_or(u8::MAX, kind_bit);
        Self { need, window, open_at: need.open_at.and_then(|at| Here::of(paris, at)), kinds }
    }

    pub(crate) fn fit(&self, known: &Known) -> Fit {
        match known.standing {
            Standing::Gone { .. } => Fit::Gone,
            Standing::Unlisted { .. } => Fit::Unlisted,
            Standing::Listed => self.takes(&known.point),
        }
    }

    /// Whether a point takes the parcel if it is there still.
    pub(crate) fn takes(&self, point: &Point) -> Fit {
        if let Some(until) = self.shut(point) {
            return Fit::Closed { until };
        }
        match point.weight_max_g.zip(self.need.weight_g) {
            Some((max_g, weight_g)) if weight_g > max_g => Fit::TooHeavy { max_g },
            _ => Fit::Fits,
        }
    }

    /// Whether it is as the buyer wishes.
    pub(crate) fn is_wished(&self, point: &Point) -> bool {
        (!self.need.post_offices_only || point.kind == PointKind::PostOffice)
            && (!self.need.accessible || point.accessible)
            && self.need.kind.as_ref().is_none_or(|kind| *kind == point.kind)
            && self.need.open_at.is_none_or(|at| self.is_open(point, at))
    }

    /// Whether one of the points that offer this together may be as wished and take the weight.
    pub(crate) fn may(&self, offer: &Abilities) -> bool {
        (offer.kinds & self.kinds != 0)
            && (offer.accessible || !self.need.accessible)
            && self.need.weight_g.is_none_or(|weight_g| weight_g <= offer.weight_max_g)
    }

    fn is_open(&self, point: &Point, at: Time) -> bool {
        let open = match &self.open_at {
            Some(here) if here.zone == Zone::of(point) => point.is_open(here),
            _ => point.is_open_at(at),
        };
        open == Some(true)
    }

    /// Whether closures touch the days that matter.
    pub(crate) fn is_touched(&self, point: &Point) -> bool {
        point.closures.iter().any(|closure| closure.from < self.window.1 && self.window.0 < closure.until)
    }

    /// Whether it is shut while the parcel would come, and until when as far as is known.
    fn shut(&self, point: &Point) -> Option<Option<Time>> {
        if point.closed {
            return Some(None);
        }
        if !self.is_touched(point) {
            return None;
        }
        let zone = Zone::of(point);
        let date = self.need.date;
        let at_once = point.closing(zone, date).filter(|_| point.rests(zone, date) == Rest::Closed);
        at_once.or_else(|| point.away(zone, date)).map(Some)
    }
}

/// How a point rests on a day.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rest {
    /// Open for a part of the day at least, as far as is known.
    Open,
    /// Its weekly day of rest.
    Weekly,
    /// Closures keep it shut.
    Closed,
}

impl Point {
    fn rests(&self, zone: Zone, date: Date) -> Rest {
        let covered = |from, until| {
            let times = zone.moment(date, from).zip(zone.moment(date, until));
            times.is_some_and(|(from, until)| self.is_covered(from, until))
        };
        let shut = match self.hours.on(date.weekday()).spans() {
            Some([]) => return Rest::Weekly,
            Some(spans) => spans.iter().all(|span| covered(span.from_min, span.until_min)),
            None => covered(0, DAY_MIN),
        };
        if shut { Rest::Closed } else { Rest::Open }
    }

    /// When it opens again, where closures keep it shut on every day of arrival on which it would be open.
    fn away(&self, zone: Zone, date: Date) -> Option<Time> {
        let days = ARRIVES_DAYS.filter_map(|ahead| date.checked_add(ahead.days()).ok());
        let rests: Vec<(Date, Rest)> = days.map(|day| (day, self.rests(zone, day))).collect();
        if rests.iter().any(|(_, rest)| *rest == Rest::Open) {
            return None;
        }
        let (last, _) = rests.iter().rfind(|(_, rest)| *rest == Rest::Closed)?;
        self.closing(zone, *last)
    }

    /// The end of the closures that hold the last of a day's opening.
    fn closing(&self, zone: Zone, date: Date) -> Option<Time> {
        let from_min = match self.hours.on(date.weekday()).spans() {
            Some(spans) => spans.last()?.from_min,
            None => 0,
        };
        Some(self.after_closures(zone.moment(date, from_min)?))
    }
}
