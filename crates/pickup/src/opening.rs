//! Whether a point is open at a moment, and when it opens next: its week less its closures, on its own clocks.

use crate::{
    Closure, Day, Point, Span,
    hours::DAY_MIN,
    zone::{Here, Zone},
};
use clock::Time;
use jiff::{ToSpan, civil::Date};
use std::time::Duration;

/// How many days ahead the next opening is looked for: a year's closure and some.
const AHEAD_DAYS: i32 = 400;

impl Closure {
    /// Whether it holds this moment.
    pub fn holds(&self, at: Time) -> bool {
        self.from <= at && at < self.until
    }
}

impl Point {
    /// Whether it is open at this moment, by its own clocks; `None` where its hours of that day are not known. A day
    /// that is not known is not taken to reach into the night after it.
    pub fn is_open_at(&self, at: Time) -> Option<bool> {
        self.is_open(&Here::of(Zone::of(self), at)?)
    }

    /// When it opens next. `None` while it is open; when its hours are not known, or not on a day before it would open;
    /// when it is shut for good, or for more than a year.
    pub fn opens_next(&self, at: Time) -> Option<Time> {
        let here = Here::of(Zone::of(self), at)?;
        if self.closed || self.is_open(&here)? {
            return None;
        }
        for ahead in -1..AHEAD_DAYS {
            let date = here.date.checked_add(ahead.days()).ok()?;
            match self.hours.on(date.weekday()).spans() {
                Some(spans) => {
                    if let Some(opens) = spans.iter().find_map(|span| self.first_open(here.zone, date, *span, at)) {
                        return Some(opens);
                    }
                }
                None if ahead < 0 || self.is_covered(here.zone.moment(date, 0)?, here.zone.moment(date, DAY_MIN)?) => {}
                None => return None,
            }
        }
        None
    }

    pub(crate) fn is_open(&self, here: &Here) -> Option<bool> {
        if self.closed || self.closures.iter().any(|closure| closure.holds(here.at)) {
            return Some(false);
        }
        let yesterday = here.date.yesterday().ok()?;
        let late = self.hours.on(yesterday.weekday()).spans().unwrap_or_default();
        let late = late.iter().any(|span| span.until_min > DAY_MIN && span.holds(here, yesterday, DAY_MIN));
        match self.hours.on(here.date.weekday()) {
            Day::Unknown(_) => late.then_some(true),
            Day::Shut => Some(late),
            Day::Open(spans) => Some(late || spans.iter().any(|span| span.holds(here, here.date, 0))),
        }
    }

    /// The first moment of this span from `at` on at which no closure keeps it shut.
    fn first_open(&self, zone: Zone, date: Date, span: Span, at: Time) -> Option<Time> {
        let opens = self.after_closures(zone.moment(date, span.from_min)?.max(at));
        (opens < zone.moment(date, span.until_min)?).then_some(opens)
    }

    /// The first moment from this one on that no closure holds.
    pub(crate) fn after_closures(&self, at: Time) -> Time {
        let mut after = at;
        while let Some(closure) = self.closures.iter().find(|closure| closure.holds(after)) {
            after = closure.until;
        }
        after
    }

    /// Whether closures hold the whole time, but for a minute: some end at 23:59.
    pub(crate) fn is_covered(&self, from: Time, until: Time) -> bool {
        const SLACK: Duration = Duration::from_secs(60);
        let mut covered = from;
        loop {
            let after = self.after_closures(covered);
            if after.plus(SLACK) >= until || after == covered {
                return after.plus(SLACK) >= until;
            }
            covered = after.plus(SLACK);
        }
    }
}

impl Span {
    /// Whether it holds this moment when it stands on `date`, whose midnight is so many minutes before the moment's.
    fn holds(&self, here: &Here, date: Date, before_min: u16) -> bool {
        match here.even_minute {
            Some(minute) => (self.from_min..self.until_min).contains(&(minute + before_min)),
            None => {
                let moment = |minutes| here.zone.moment(date, minutes);
                moment(self.from_min).is_some_and(|from| from <= here.at)
                    && moment(self.until_min).is_some_and(|until| here.at < until)
            }
        }
    }
}
