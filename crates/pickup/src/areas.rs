//! What to ask the carrier next, so that the directory stays fresh where it is used.
//!
//! Every search notes its area. A use counts 1 and halves every [`USE_HALVES_DAYS`] days. What is asked next is the area
//! with the most uses times the time since it was answered: a place that many look at comes often, one that few look at
//! comes too. What was answered lately is not asked for, and what failed waits, twice as long each time.

use clock::Time;
use parcel::Country;
use serde::{Deserialize, Serialize};
use std::{cmp::Ordering, collections::HashMap, time::Duration};

/// Most areas that are remembered; the least used are forgotten. France has 35,683 pairs of postal code and commune.
pub const AREAS_COUNT_MAX: usize = 40_000;
/// How many are forgotten at once when there are too many.
const FORGOTTEN_COUNT: usize = AREAS_COUNT_MAX / 20;

/// A use counts half after so many days: a season is forgotten within a few months.
const USE_HALVES_DAYS: f64 = 14.0;
/// What was never answered is as urgent as what was answered so long ago; older answers are not more urgent than that.
const STALE_MAX: Duration = Duration::from_secs(60 * 86_400);
/// How long an area waits after a failure, doubled with each one that follows.
const FAILED_WAIT: Duration = Duration::from_secs(5 * 60);
const FAILED_WAIT_MAX: Duration = Duration::from_secs(6 * 3_600);

/// What the carrier is asked by.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Area {
    /// The country.
    pub country: Country,
    /// The postal code.
    pub postal_code: String,
    /// The city.
    pub city: String,
}

/// An area with what is remembered of it, for keeping.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct AreaRow {
    /// The area.
    pub area: Area,
    /// How much it was used, as of `used_at`.
    pub uses: f64,
    /// When it was used last.
    pub used_at: Time,
    /// When the carrier answered for it last.
    pub answered_at: Option<Time>,
    /// How often in a row the carrier failed to answer since.
    pub failures: u32,
    /// When it failed last.
    pub failed_at: Option<Time>,
}

/// A plan of what to ask the carrier, pure: it is told what is used, what was answered and what failed.
#[derive(Clone, Debug)]
pub struct Areas {
    fresh_for: Duration,
    rows: HashMap<Area, AreaRow>,
}

impl Areas {
    /// A plan that asks for nothing that was answered within `fresh_for`.
    pub fn new(fresh_for: Duration) -> Self {
        Self { fresh_for, rows: HashMap::new() }
    }

    /// A plan with what was remembered. A count of uses that is no sensible number counts as none.
    pub fn from_rows(fresh_for: Duration, rows: impl IntoIterator<Item = AreaRow>) -> Self {
        let sound = |row: AreaRow| AreaRow { uses: if row.uses.is_finite() { row.uses.max(0.0) } else { 0.0 }, ..row };
        let mut areas = Self::new(fresh_for);
        areas.rows = rows.into_iter().map(|row| (row.area.clone(), sound(row))).collect();
        if areas.rows.len() > AREAS_COUNT_MAX {
            areas.forget(areas.rows.len() - AREAS_COUNT_MAX);
        }
        areas
    }

    /// Everything that is remembered, for keeping.
    pub fn rows(&self) -> impl Iterator<Item = &AreaRow> {
        self.rows.values()
    }

    /// What is remembered of one area.
    pub fn row(&self, area: &Area) -> Option<&AreaRow> {
        self.rows.get(area)
    }

    /// Somebody looked for points here.
    pub fn note_use(&mut self, area: Area, at: Time) {
        if let Some(row) = self.rows.get_mut(&area) {
            row.uses = row.uses_at(at) + 1.0;
            row.used_at = row.used_at.max(at);
            return;
        }
        if self.rows.len() >= AREAS_COUNT_MAX {
            self.forget(FORGOTTEN_COUNT);
        }
        let row =
            AreaRow { area: area.clone(), uses: 1.0, used_at: at, answered_at: None, failures: 0, failed_at: None };
        self.rows.insert(area, row);
    }

    /// The carrier answered for it, whoever asked. An area that nobody used is not remembered by that.
    pub fn note_answered(&mut self, area: &Area, at: Time) {
        if let Some(row) = self.rows.get_mut(area) {
            row.answered_at = row.answered_at.max(Some(at));
            row.failures = 0;
        }
    }

    /// The carrier was asked for it and did not answer, or not usefully.
    pub fn note_failed(&mut self, area: &Area, at: Time) {
        if let Some(row) = self.rows.get_mut(area) {
            row.failures = row.failures.saturating_add(1);
            row.failed_at = row.failed_at.max(Some(at));
        }
    }

    /// When the carrier answered for it last.
    pub fn answered_at(&self, area: &Area) -> Option<Time> {
        self.rows.get(area)?.answered_at
    }

    /// What to ask for now, if anything is due.
    pub fn next(&self, now: Time) -> Option<Area> {
        let due = self.rows.values().filter(|row| row.is_due(now, self.fresh_for));
        let most = due.max_by(|a, b| a.more_urgent(b, now))?;
        Some(most.area.clone())
    }

    /// How many are due now: answered longer ago than they are fresh for, or never.
    pub fn due_count(&self, now: Time) -> usize {
        self.rows.values().filter(|row| row.is_due(now, self.fresh_for)).count()
    }

    /// Forgets the least used.
    fn forget(&mut self, count: usize) {
        let now = self.rows.values().map(|row| row.used_at).max().unwrap_or_default();
        let mut least: Vec<(f64, Area)> = self.rows.values().map(|row| (row.uses_at(now), row.area.clone())).collect();
        least.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
        for (_, area) in least.into_iter().take(count) {
            self.rows.remove(&area);
        }
    }
}

impl AreaRow {
    /// How much it was used, as of now.
    fn uses_at(&self, now: Time) -> f64 {
        let days = now.since(self.used_at).as_secs_f64() / 86_400.0;
        self.uses * (-days / USE_HALVES_DAYS).exp2()
    }

    fn is_due(&self, now: Time, fresh_for: Duration) -> bool {
        let is_stale = self.answered_at.is_none_or(|at| now.since(at) >= fresh_for);
        let waited = self.failures == 0 || self.failed_at.is_none_or(|at| now.since(at) >= self.failed_wait());
        is_stale && waited
    }

    fn failed_wait(&self) -> Duration {
        let doubled = 1u32.checked_shl(self.failures.saturating_sub(1)).unwrap_or(u32::MAX);
        FAILED_WAIT.saturating_mul(doubled).min(FAILED_WAIT_MAX)
    }

    fn more_urgent(&self, other: &Self, now: Time) -> Ordering {
        self.urgency(now).total_cmp(&other.urgency(now)).then_with(|| other.area.cmp(&self.area))
    }

    fn urgency(&self, now: Time) -> f64 {
        let stale = self.answered_at.map_or(STALE_MAX, |at| now.since(at).min(STALE_MAX));
        self.uses_at(now) * stale.as_secs_f64()
    }
}
