//! Which pickup points the simulated carrier has at a moment: the made-up points of [`crate::places`], and what becomes
//! of them.
//!
//! A register that stands still has the same points for ever. One that changes draws a fate for every point from the
//! seed: a few shops shut for good during the scenario, a few new ones open, some are away over the holidays, some keep
//! other hours from a day on. The fate of a point depends on the seed and its id alone, so that it is the same whoever
//! asks and in which order.

use crate::places::{self, Commune, Point, Spot};
use clock::Time;
use jiff::{ToSpan, civil::Date, tz::TimeZone};
use parcel::PickupPointId;
use std::{sync::LazyLock, time::Duration};

/// Hours of a shop and of a post office, and those that a shop keeps when it changes them (assumed).
const SHOP_HOURS: &str = "08:30-12:30 14:00-19:30";
const OFFICE_HOURS: &str = "09:00-12:00 14:00-18:00";
const OTHER_HOURS: &str = "10:00-12:30 15:00-18:30";
/// The last digit of shops that open during the scenario.
const NEW_DIGIT: &str = "4";
/// Of ten thousand shops so many shut for good (assumed).
const CLOSING: u64 = 200;
/// Of ten thousand communes so many get a new shop (assumed).
const OPENING: u64 = 200;
/// Of ten thousand points so many are away over the holidays (assumed).
const AWAY: u64 = 400;
/// Of ten thousand points so many keep other hours from some moment on (assumed).
const OTHERWISE: u64 = 300;
/// How long before they begin holidays are told, at most.
const TOLD_BEFORE: Duration = Duration::from_secs(36 * 3_600);

/// What becomes of one point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Nothing.
    Stays,
    /// It shuts for good at this moment.
    Shuts(Time),
    /// It is new: there is none before this moment.
    Opens(Time),
    /// It is away from the first day until the last, and says so from this moment on.
    Away {
        /// From when it is told.
        told: Time,
        /// The first day away.
        first: Date,
        /// The first day back.
        back: Date,
    },
    /// It keeps other hours from this moment on.
    Otherwise(Time),
}

/// The carrier's register of points.
#[derive(Clone, Copy, Debug, Default)]
pub struct Register {
    changing: Option<Changing>,
}

#[derive(Clone, Copy, Debug)]
struct Changing {
    seed: u64,
    start: Time,
    span: Duration,
}

impl Register {
    /// A register that stands still.
    pub fn still() -> Self {
        Self::default()
    }

    /// A register whose points change between these two moments.
    pub fn changing(seed: u64, start: Time, end: Time) -> Self {
        Self { changing: Some(Changing { seed, start, span: end.since(start) }) }
    }

    /// What the carrier knows of this id at this moment.
    pub fn point(&self, id: PickupPointId, now: Time) -> Point {
        match self.fate(id) {
            Fate::Shuts(at) if at <= now => Point::Shut,
            Fate::Opens(at) if at <= now => Point::Open,
            _ => places::point(id),
        }
    }

    /// The open point of this id.
    pub fn spot(&self, id: PickupPointId, now: Time) -> Option<Spot> {
        places::spot(id).filter(|_| self.point(id, now) == Point::Open)
    }

    /// The open points.
    pub fn spots(&self, now: Time) -> impl Iterator<Item = Spot> {
        self.places().filter(move |spot| self.is_open(spot, now))
    }

    /// Where a point is, was or will be.
    pub(crate) fn places(&self) -> impl Iterator<Item = Spot> {
        let fresh = self.changing.iter().flat_map(|_| NEW_SPOTS.iter().copied());
        places::spots().chain(fresh)
    }

    /// Whether one of [`Self::places`] is an open point now.
    pub(crate) fn is_open(&self, spot: &Spot, now: Time) -> bool {
        self.changing.is_none() || self.point(spot.id, now) == Point::Open
    }

    /// What becomes of a point during the scenario.
    pub fn fate(&self, id: PickupPointId) -> Fate {
        let Some(changing) = self.changing else { return Fate::Stays };
        let (chance, when) = changing.dice(id);
        let at = changing.moment(when);
        match (id.as_str().get(5..), places::point(id)) {
            (Some(NEW_DIGIT), Point::Unknown) if chance < OPENING && places::spot(id).is_some() => Fate::Opens(at),
            (Some("2"), Point::Open) if chance < CLOSING => Fate::Shuts(at),
            (_, Point::Open) if (CLOSING..CLOSING + AWAY).contains(&chance) => changing.away(when),
            (_, Point::Open) if (CLOSING + AWAY..CLOSING + AWAY + OTHERWISE).contains(&chance) => Fate::Otherwise(at),
            _ => Fate::Stays,
        }
    }

    /// Every point that does not stay as it is, with its fate.
    pub fn fates(&self) -> impl Iterator<Item = (PickupPointId, Fate)> {
        let all = places::spots().chain(NEW_SPOTS.iter().copied()).map(|spot| (spot.id, self.fate(spot.id)));
        all.filter(|(_, fate)| *fate != Fate::Stays)
    }

    /// Its hours from Monday to Sunday as the carrier writes them.
    pub(crate) fn hours(&self, spot: &Spot, now: Time) -> [String; 7] {
        let open = match self.fate(spot.id) {
            Fate::Otherwise(at) if at <= now => OTHER_HOURS,
            _ if spot.is_shop => SHOP_HOURS,
            _ => OFFICE_HOURS,
        };
        std::array::from_fn(|day| if day == 6 { "00:00-00:00" } else { open }.to_owned())
    }

    /// When it is away: two moments, the later one not any more. A register that stands still shuts every seventh point
    /// for three days from the day after the one that is asked for (assumed).
    pub(crate) fn away(&self, spot: &Spot, now: Time, asked: Date) -> Option<(Time, Time)> {
        let (first, back) = match (self.changing, self.fate(spot.id)) {
            (None, _) => {
                let shut = spot.id.as_str().bytes().map(u32::from).sum::<u32>() % 7 == 0;
                shut.then(|| (asked.saturating_add(1.day()), asked.saturating_add(4.days())))?
            }
            (Some(_), Fate::Away { told, first, back }) if told <= now => (first, back),
            (Some(_), _) => return None,
        };
        Some((midnight(first)?, midnight(back)?))
    }
}

impl Changing {
    /// Two throws of this point's own: one of ten thousand for what, one for when.
    fn dice(&self, id: PickupPointId) -> (u64, u64) {
        let name = id.as_str().bytes().fold(0_u64, |all, byte| (all << 8) | u64::from(byte));
        let first = mixed(self.seed ^ mixed(name));
        (first % 10_000, mixed(first))
    }

    /// A moment within the scenario.
    fn moment(&self, throw: u64) -> Time {
        let span = u64::try_from(self.span.as_millis()).unwrap_or(u64::MAX).max(1);
        self.start.plus(Duration::from_millis(throw % span))
    }

    /// One to seven days away from some day of the scenario or the one after it.
    fn away(&self, throw: u64) -> Fate {
        let from = self.moment(throw).plus(TOLD_BEFORE);
        let days = i64::try_from(mixed(throw) % 7).unwrap_or(0) + 1;
        let first = from.paris_date();
        Fate::Away { told: self.moment(throw), first, back: first.saturating_add(days.days()) }
    }
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood, 2014): every bit of the number moves every bit of the result.
fn mixed(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Where a new shop could open: one in each commune.
static NEW_SPOTS: LazyLock<Vec<Spot>> = LazyLock::new(|| {
    let id = |commune: &Commune| format!("{}{NEW_DIGIT}", commune.postal_code).parse().ok();
    places::communes().iter().filter_map(id).filter_map(places::spot).collect()
});

fn midnight(date: Date) -> Option<Time> {
    let zone = TimeZone::get("Europe/Paris").ok()?;
    Some(Time::from_unix_ms(date.to_zoned(zone).ok()?.timestamp().as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn at(hours: u64) -> Time {
        Time::from_paris("2025-12-22T06:00:00").expect("a moment").plus(Duration::from_secs(hours * 3_600))
    }

    fn register() -> Register {
        Register::changing(7, at(0), at(52))
    }

    #[test]
    fn a_seed_is_a_register_and_every_fate_is_drawn() {
        let fates: Vec<_> = register().fates().collect();
        assert_eq!(fates, register().fates().collect::<Vec<_>>());
        assert_ne!(fates, Register::changing(8, at(0), at(52)).fates().collect::<Vec<_>>());
        let count = |of: fn(&Fate) -> bool| fates.iter().filter(|(_, fate)| of(fate)).count();
        assert!(count(|f| matches!(f, Fate::Shuts(_))) > 30 && count(|f| matches!(f, Fate::Opens(_))) > 30);
        assert!(count(|f| matches!(f, Fate::Away { .. })) > 100 && count(|f| matches!(f, Fate::Otherwise(_))) > 100);
        assert_eq!(Register::still().fates().count(), 0);
    }

    #[test]
    fn what_shuts_was_open_and_what_opens_was_unknown() {
        let register = register();
        let listed: HashSet<PickupPointId> = register.spots(at(60)).map(|spot| spot.id).collect();
        for (id, fate) in register.fates() {
            let (before, after) = match fate {
                Fate::Shuts(when) => (register.point(id, at(0)), register.point(id, when)),
                Fate::Opens(when) => (register.point(id, when), register.point(id, at(0))),
                _ => (register.point(id, at(0)), register.point(id, at(0))),
            };
            match fate {
                Fate::Shuts(when) if when > at(0) => assert_eq!((before, after), (Point::Open, Point::Shut), "{id}"),
                Fate::Opens(when) if when > at(0) => assert_eq!((before, after), (Point::Open, Point::Unknown), "{id}"),
                _ => {}
            }
            assert_eq!(listed.contains(&id), register.point(id, at(60)) == Point::Open, "{id}");
        }
    }

    #[test]
    fn holidays_are_told_before_they_begin() {
        let register = register();
        let away = register.fates().find_map(|(id, fate)| match fate {
            Fate::Away { told, first, back } => Some((id, told, first, back)),
            _ => None,
        });
        let (id, told, first, back) = away.expect("somebody is away");
        let spot = register.spot(id, told).expect("it stays");
        assert!(first < back && told.paris_date() < first);
        assert_eq!(register.away(&spot, Time::from_unix_ms(told.unix_ms() - 1), first), None);
        let (from, until) = register.away(&spot, told, first).expect("told");
        assert_eq!((from.paris_date(), until.paris_date()), (first, back));
    }

    #[test]
    fn hours_change_at_their_moment() {
        let register = register();
        let changed = register.fates().find_map(|(id, fate)| match fate {
            Fate::Otherwise(at) => Some((id, at)),
            _ => None,
        });
        let (id, when) = changed.expect("somebody keeps other hours");
        let spot = register.spot(id, when).expect("it stays");
        let before = register.hours(&spot, Time::from_unix_ms(when.unix_ms() - 1));
        assert_ne!(before, register.hours(&spot, when));
        assert_eq!(register.hours(&spot, when)[6], "00:00-00:00");
    }
}
