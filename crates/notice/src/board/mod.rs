//! The board: what the status page shows, made of messages, facts of incidents and the watch as they are now.
//!
//! A status is never better than the worst of what the watch says, what the facts say and what a live claim says, and
//! never *operational* before a function has returned for good. An incident is on the board once a message about it was
//! written: before that nothing was said.

mod days;
mod settings;
mod story;
mod timeline;

pub use days::{DAYS, Day};
pub use settings::{Both, OfficialLink, Service, ServiceState, StatusSettings, WaysRound};
pub use story::{Affected, Story, Told};

use crate::{Claim, Says, Update};
use clock::Time;
use std::{collections::BTreeMap, time::Duration};
use timeline::Timelines;
use watch::{Carrier, Condition, Function, FunctionHealth, Health, Minute, Transition};

/// How long a board may be shown as the present, at most.
pub const BOARD_GOOD_FOR: Duration = Duration::from_secs(60);
/// A claim that ends sooner than this is not put on a board any more: the next board comes before then.
pub const CLAIM_LEFT_MIN: Duration = Duration::from_secs(20);

/// How one function is, in the words of status pages. Worse is greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// As usual.
    Operational,
    /// Slow, or back and under watch.
    Degraded,
    /// Part of the requests fail.
    PartialOutage,
    /// Nearly everything fails.
    MajorOutage,
}

impl Status {
    /// Its name in the published API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Operational => "operational",
            Self::Degraded => "degraded_performance",
            Self::PartialOutage => "partial_outage",
            Self::MajorOutage => "major_outage",
        }
    }

    /// Of a function in this condition, of whose calls so many failed.
    pub fn of(condition: Condition, calls: u32, failed: u32) -> Self {
        match condition {
            Condition::Well => Self::Operational,
            Condition::Slow if u64::from(failed) * 4 >= u64::from(calls.max(1)) => Self::PartialOutage,
            Condition::Slow | Condition::UnderWatch => Self::Degraded,
            Condition::Signs => Self::PartialOutage,
            Condition::Dark => Self::MajorOutage,
        }
    }

    fn of_claim(claim: &Claim) -> Self {
        let counts = claim.counts.unwrap_or_default();
        match &claim.says {
            Says::Failing { condition, .. } | Says::Relapsed { condition, .. } => {
                Self::of(*condition, counts.n, counts.bad)
            }
            Says::Signs => Self::PartialOutage,
            Says::UnderWatch => Self::Degraded,
            Says::Confirmed { .. } | Says::Restored { .. } => Self::Operational,
        }
    }
}

/// How bad it is on the whole. Worse is greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Indicator {
    /// Nothing is wrong.
    None,
    /// Something is degraded.
    Minor,
    /// Something does not work.
    Major,
    /// Nothing works.
    Critical,
}

impl Indicator {
    /// Its name in the published API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Minor => "minor",
            Self::Major => "major",
            Self::Critical => "critical",
        }
    }

    /// The impact of an incident whose worst status was this.
    const fn of_worst(worst: Status) -> Self {
        match worst {
            Status::Operational => Self::None,
            Status::Degraded => Self::Minor,
            Status::PartialOutage => Self::Major,
            Status::MajorOutage => Self::Critical,
        }
    }
}

/// What a board is made of.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen<'a> {
    /// Messages of the last ninety days, in any order.
    pub updates: &'a [Update],
    /// What may be said now beside the messages, the news first; empty where only messages speak.
    pub claims: &'a [Claim],
    /// Changes of incidents of the last ninety days, in any order.
    pub facts: &'a [Transition],
    /// The carriers as they look now.
    pub health: &'a [Health],
    /// Since when the carriers are watched; nothing where that is not known. Days before are shown as not known.
    pub watched_since: Option<Time>,
}

/// What the status page shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Board {
    /// When it was made.
    pub at: Time,
    /// From then on it is not the present any more: nothing of it may be shown but history.
    pub good_until: Time,
    /// Since when the carriers are watched.
    pub watched_since: Option<Time>,
    /// How bad it is on the whole.
    pub indicator: Indicator,
    /// Every carrier, by name.
    pub carriers: Vec<CarrierBoard>,
    /// Incidents that were told of, the newest first.
    pub stories: Vec<Story>,
    /// By when the next message comes: the first of those that are due.
    pub next_by: Option<Time>,
}

/// One carrier.
#[derive(Clone, Debug, PartialEq)]
pub struct CarrierBoard {
    /// Which.
    pub carrier: Carrier,
    /// What may be said of it as a whole, the news first.
    pub claims: Vec<Claim>,
    /// Each of its functions.
    pub functions: Vec<FunctionBoard>,
}

/// One function of a carrier.
#[derive(Clone, Debug, PartialEq)]
pub struct FunctionBoard {
    /// Which.
    pub function: Function,
    /// How it is.
    pub status: Status,
    /// How the watch sees it; nothing where it does not look.
    pub condition: Option<Condition>,
    /// Since when; nothing where it was never otherwise.
    pub since: Option<Time>,
    /// What may be said of it, the news first. Empty where nothing is known to say.
    pub claims: Vec<Claim>,
    /// The usual time of an answer, in milliseconds.
    pub usual_ms: Option<f64>,
    /// The last hour by minute, the oldest first; empty where it is not watched.
    pub hour: Vec<Minute>,
    /// The last ninety days, the oldest first.
    pub days: Vec<Day>,
}

impl Board {
    /// The board at this time.
    pub fn new(settings: &StatusSettings, seen: &Seen<'_>, now: Time) -> Self {
        let timelines = Timelines::of(seen.facts);
        let stories = story::stories(seen.updates, &timelines);
        let carriers = carriers(seen, &timelines, &stories, now);
        let due = stories.iter().filter(|story| story.is_open()).filter_map(Story::next_by);
        let ends =
            carriers.iter().flat_map(|one| one.claims.iter().chain(one.functions.iter().flat_map(|f| &f.claims)));
        let good_until = ends.map(|claim| claim.expires).min().unwrap_or(Time::from_unix_ms(i64::MAX));
        Self {
            at: now,
            good_until: good_until.min(now.plus(BOARD_GOOD_FOR)),
            watched_since: seen.watched_since,
            indicator: indicator(settings, &carriers),
            next_by: due.min(),
            carriers,
            stories,
        }
    }

    /// Every function with its carrier.
    pub fn functions(&self) -> impl Iterator<Item = (&Carrier, &FunctionBoard)> {
        self.carriers.iter().flat_map(|one| one.functions.iter().map(move |function| (&one.carrier, function)))
    }
}

fn indicator(settings: &StatusSettings, carriers: &[CarrierBoard]) -> Indicator {
    let all = || carriers.iter().flat_map(|one| &one.functions).map(|function| function.status);
    let down = settings.services.iter().any(|service| service.state == ServiceState::Down);
    match all().max() {
        Some(Status::MajorOutage) if all().min() == Some(Status::MajorOutage) => Indicator::Critical,
        Some(Status::MajorOutage | Status::PartialOutage) => Indicator::Major,
        Some(Status::Degraded) => Indicator::Minor,
        _ if down => Indicator::Minor,
        _ => Indicator::None,
    }
}

/// Carriers and functions of the watch and of the facts, by name.
fn carriers(seen: &Seen<'_>, timelines: &Timelines, stories: &[Story], now: Time) -> Vec<CarrierBoard> {
    let mut known: BTreeMap<&Carrier, BTreeMap<Function, Option<&FunctionHealth>>> = BTreeMap::new();
    for (carrier, function) in timelines.targets() {
        known.entry(carrier).or_default().entry(function).or_default();
    }
    for health in seen.health {
        let functions = known.entry(&health.carrier).or_default();
        functions.extend(health.functions.iter().map(|one| (one.function, Some(one))));
    }
    let starts = days::starts(now);
    let boards = known.into_iter().map(|(carrier, functions)| {
        let claims = standing(seen, stories, carrier, now);
        let functions = functions.into_iter().map(|(function, health)| {
            let claims: Vec<Claim> = claims.iter().filter(|one| one.function == Some(function)).cloned().collect();
            let changes = timelines.of_target(carrier, function);
            let status = status(health, timeline::last(changes), &claims);
            FunctionBoard {
                function,
                status,
                condition: health.map(|one| one.condition),
                since: health.and_then(|one| one.since).or_else(|| changes.last().map(|change| change.at)),
                usual_ms: health.and_then(|one| one.usual_ms),
                hour: health.map(|one| one.hour.clone()).unwrap_or_default(),
                days: days::days(&starts, changes, seen.watched_since, now),
                claims,
            }
        });
        let functions = functions.collect();
        let claims = claims.iter().filter(|one| one.function.is_none()).cloned().collect();
        CarrierBoard { carrier: carrier.clone(), claims, functions }
    });
    boards.collect()
}

/// The worst of what the watch, the facts and the live claims say.
fn status(health: Option<&FunctionHealth>, facts: Status, claims: &[Claim]) -> Status {
    let seen = health.map_or(Status::Operational, |one| {
        let lately = one.hour.iter().rev().take(15);
        let (calls, failed) = lately.fold((0_u32, 0_u32), |(n, bad), minute| {
            (n.saturating_add(minute.calls), bad.saturating_add(minute.failed))
        });
        Status::of(one.condition, calls, failed)
    });
    claims.iter().map(Status::of_claim).fold(seen.max(facts), Status::max)
}

/// What may be said of a carrier: what is claimed now, else the live claims of the last message about each of its incidents.
fn standing(seen: &Seen<'_>, stories: &[Story], carrier: &Carrier, now: Time) -> Vec<Claim> {
    let until = now.plus(CLAIM_LEFT_MIN);
    let live = |claim: &&Claim| claim.carrier == *carrier && claim.made <= now && claim.is_live(until);
    let fresh: Vec<Claim> = seen.claims.iter().filter(live).cloned().collect();
    if !fresh.is_empty() {
        return fresh;
    }
    let last = stories.iter().filter(|story| story.carrier == *carrier).filter_map(|story| story.told.first());
    last.flat_map(|told| told.update.claims.iter()).filter(live).cloned().collect()
}

#[cfg(test)]
mod tests;
