//! The day that is shown: its two clocks and its phases in words.
//!
//! The carrier lives on the compressed clock, on which two days pass in less than a minute. The gateway must not: its
//! waits are real. Its clock runs at the pace of real time and jumps only at the carrier's midnights, so that both
//! agree on which day it is; when the day is over it shows what the carrier's shows.

use clock::{Clock, SystemClock, Time};
use sim::{
    scenario::{Function, Phase as Change, Scenario},
    timeline::Timeline,
};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(86_400);

/// The gateway's clock during a demonstration.
pub(super) struct GatewayClock {
    timeline: Timeline,
    began: Time,
    shows_first: Time,
    over: Time,
}

impl GatewayClock {
    /// A clock for this timeline of this scenario, which began at this real moment and lasts so long.
    pub(super) fn new(timeline: Timeline, scenario: &Scenario, began: Time, lasts: Duration) -> Self {
        Self { timeline, began, shows_first: scenario.start, over: began.plus(lasts) }
    }

    fn shows(&self, real: Time) -> Time {
        let carriers = self.timeline.at(real);
        if real >= self.over {
            return carriers;
        }
        let midnights = carriers.paris_date().since(self.shows_first.paris_date()).map_or(0, |span| span.get_days());
        let jumps = DAY.saturating_mul(u32::try_from(midnights).unwrap_or(0));
        self.shows_first.plus(real.since(self.began)).plus(jumps)
    }
}

impl Clock for GatewayClock {
    fn now(&self) -> Time {
        self.shows(SystemClock.now())
    }
}

/// How the carrier's label service fares, as those who watch the day are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Well,
    Slow,
    Dark,
    FalseSigns,
    Returned,
}

impl Phase {
    /// The phase at this moment of the scenario.
    pub(super) fn at(scenario: &Scenario, at: Time) -> Self {
        let changes: Vec<&Change> = scenario.phases.iter().filter(|c| c.functions.contains(&Function::Label)).collect();
        let weather = scenario.at(at, Function::Label);
        let Some(ruling) = changes.iter().rposition(|c| c.at <= at) else { return Self::Well };
        let is_dark = |place: Option<usize>| place.and_then(|i| changes.get(i)).is_some_and(|c| c.dark);
        let fair = weather.latency_factor <= 1.0 && weather.error_rate <= 0.0;
        match fair {
            _ if weather.dark => Self::Dark,
            true if ruling + 1 == changes.len() => Self::Returned,
            true => Self::Well,
            false if is_dark(ruling.checked_sub(1)) && is_dark(Some(ruling + 1)) => Self::FalseSigns,
            false => Self::Slow,
        }
    }

    /// The phase in words.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Well => "well",
            Self::Slow => "slow",
            Self::Dark => "dark",
            Self::FalseSigns => "signs of recovery (false)",
            Self::Returned => "returned",
        }
    }
}

/// Day and time in Paris, for example `22 Dec 06:24`.
pub(super) fn on_the_wall(at: Time) -> String {
    let text = at.to_paris();
    let day = at.paris_date();
    format!("{:>2} {} {}", day.day(), day.strftime("%b"), text.get(11..16).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paris(text: &str) -> Time {
        Time::from_paris(text).expect("a moment")
    }

    #[test]
    fn the_day_is_told_in_five_words() {
        let scenario = Scenario::builtin_day().expect("built in");
        for (at, phase) in [
            ("2025-12-22T05:30:00", Phase::Well),
            ("2025-12-22T06:24:00", Phase::Slow),
            ("2025-12-22T12:00:00", Phase::Dark),
            ("2025-12-22T16:10:00", Phase::FalseSigns),
            ("2025-12-22T17:00:00", Phase::Dark),
            ("2025-12-23T12:31:00", Phase::Slow),
            ("2025-12-24T10:15:00", Phase::Returned),
        ] {
            assert_eq!(Phase::at(&scenario, paris(at)), phase, "{at}");
        }
    }

    #[test]
    fn the_gateways_clock_never_runs_back_and_agrees_on_the_day() {
        let scenario = Scenario::builtin_day().expect("built in");
        let (began, lasts) = (paris("2026-03-01T12:00:00"), Duration::from_secs(45));
        let timeline = scenario.compressed(lasts, began);
        let clock = GatewayClock::new(timeline.clone(), &scenario, began, lasts);
        let mut last = clock.shows(began);
        assert_eq!(last, scenario.start);
        for ms in (0..60_000).step_by(50) {
            let real = began.plus(Duration::from_millis(ms));
            let now = clock.shows(real);
            assert!(now >= last, "at {ms} ms");
            assert_eq!(now.paris_date(), timeline.at(real).paris_date(), "at {ms} ms");
            last = now;
        }
        assert_eq!(last, timeline.at(began.plus(Duration::from_millis(59_950))));
    }

    #[test]
    fn the_wall_shows_day_and_time() {
        assert_eq!(on_the_wall(paris("2025-12-22T06:24:00")), "22 Dec 06:24");
    }
}
