//! Which clocks a point opens by: its hours are those on its own wall, which is not always Paris time.

use crate::Point;
use clock::Time;
use jiff::{
    Timestamp, ToSpan,
    civil::Date,
    tz::{Offset, TimeZone},
};
use std::sync::LazyLock;

/// Countries and beginnings of postal codes that do not go by Paris time; the first that fits counts.
/// Overseas parts of France come under `FR` and under their own two letters.
const ELSEWHERE: [(&str, &str, &str); 36] = [
    ("FR", "971", "America/Guadeloupe"),
    ("FR", "972", "America/Martinique"),
    ("FR", "973", "America/Cayenne"),
    ("FR", "974", "Indian/Reunion"),
    ("FR", "975", "America/Miquelon"),
    ("FR", "976", "Indian/Mayotte"),
    ("FR", "977", "America/St_Barthelemy"),
    ("FR", "978", "America/Marigot"),
    ("FR", "986", "Pacific/Wallis"),
    ("FR", "987", "Pacific/Tahiti"),
    ("FR", "988", "Pacific/Noumea"),
    ("GP", "", "America/Guadeloupe"),
    ("MQ", "", "America/Martinique"),
    ("GF", "", "America/Cayenne"),
    ("RE", "", "Indian/Reunion"),
    ("PM", "", "America/Miquelon"),
    ("YT", "", "Indian/Mayotte"),
    ("BL", "", "America/St_Barthelemy"),
    ("MF", "", "America/Marigot"),
    ("WF", "", "Pacific/Wallis"),
    ("PF", "", "Pacific/Tahiti"),
    ("NC", "", "Pacific/Noumea"),
    ("PT", "95", "Atlantic/Azores"),
    ("PT", "96", "Atlantic/Azores"),
    ("PT", "97", "Atlantic/Azores"),
    ("PT", "98", "Atlantic/Azores"),
    ("PT", "99", "Atlantic/Azores"),
    ("PT", "", "Europe/Lisbon"),
    ("ES", "35", "Atlantic/Canary"),
    ("ES", "38", "Atlantic/Canary"),
    ("GB", "", "Europe/London"),
    ("IE", "", "Europe/Dublin"),
    ("EE", "", "Europe/Tallinn"),
    ("LV", "", "Europe/Riga"),
    ("LT", "", "Europe/Vilnius"),
    ("FI", "", "Europe/Helsinki"),
];

static PARIS: LazyLock<TimeZone> = LazyLock::new(|| zone_of("Europe/Paris"));
static ZONES: LazyLock<[TimeZone; ELSEWHERE.len()]> = LazyLock::new(|| ELSEWHERE.map(|(_, _, name)| zone_of(name)));

fn zone_of(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

/// No clock on Earth is further from UTC than this.
pub(crate) const OFFSET_MAX: std::time::Duration = std::time::Duration::from_secs(14 * 3_600);

/// The clocks of one region.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Zone(Option<usize>);

impl Zone {
    /// Those of Paris.
    pub(crate) const PARIS: Self = Self(None);

    /// The clocks that a point opens by.
    pub(crate) fn of(point: &Point) -> Self {
        // Nearly every point: mainland France, where no postal code begins with 97 or 98.
        if point.country == "FR" && !point.postal_code.starts_with('9') {
            return Self::PARIS;
        }
        Self(ELSEWHERE.iter().position(|(country, code, _)| {
            point.country == *country && (code.is_empty() || point.postal_code.starts_with(code))
        }))
    }

    fn zone(self) -> &'static TimeZone {
        self.0.and_then(|at| ZONES.get(at)).unwrap_or(&PARIS)
    }

    /// The moment so many minutes after midnight of this day, on clocks that show what they would have shown if the
    /// day had no change of the hour; a time that a change leaves out is as much later. `None` beyond the calendar.
    pub(crate) fn moment(self, date: Date, minutes: u16) -> Option<Time> {
        let civil = date.to_datetime(jiff::civil::Time::midnight()).checked_add(i64::from(minutes).minutes()).ok()?;
        let moment = self.zone().to_timestamp(civil).ok()?;
        Some(Time::from_unix_ms(moment.as_millisecond()))
    }

    fn offset(self, at: Time) -> Option<Offset> {
        Some(self.zone().to_offset(Timestamp::from_millisecond(at.unix_ms()).ok()?))
    }
}

/// A moment on the clocks of one region.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Here {
    pub(crate) zone: Zone,
    pub(crate) at: Time,
    /// The day.
    pub(crate) date: Date,
    /// Minutes after midnight, where the clocks do not change within a day of this moment.
    pub(crate) even_minute: Option<u16>,
}

impl Here {
    /// `None` beyond the calendar.
    pub(crate) fn of(zone: Zone, at: Time) -> Option<Self> {
        const TWO_DAYS_MS: i64 = 48 * 3_600_000;
        let offset = zone.offset(at)?;
        let civil = offset.to_datetime(Timestamp::from_millisecond(at.unix_ms()).ok()?);
        let minute = u16::try_from(i32::from(civil.hour()) * 60 + i32::from(civil.minute())).ok()?;
        let around = |ms: i64| zone.offset(Time::from_unix_ms(at.unix_ms().saturating_add(ms)));
        let even = around(-TWO_DAYS_MS) == Some(offset) && around(TWO_DAYS_MS) == Some(offset);
        Some(Self { zone, at, date: civil.date(), even_minute: even.then_some(minute) })
    }
}
