//! What to ask the carrier next, so that the directory stays fresh where it is used.

use clock::Time;
use parcel::Country;
use serde::{Deserialize, Serialize};
use std::{collections::HashMap, time::Duration};

/// Most areas that are remembered; the least used are forgotten first. France has 35,684 pairs of postal code and commune.
pub const AREAS_COUNT_MAX: usize = 40_000;

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
    /// How much it was used, as of `used_at`: every use is 1, and halves with time.
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

    /// A plan with what was remembered.
    pub fn from_rows(fresh_for: Duration, rows: impl IntoIterator<Item = AreaRow>) -> Self {
        Self { fresh_for, rows: rows.into_iter().map(|row| (row.area.clone(), row)).collect() }
    }

    /// Everything that is remembered, for keeping.
    pub fn rows(&self) -> impl Iterator<Item = &AreaRow> {
        self.rows.values()
    }

    /// Somebody looked for points here.
    pub fn note_use(&mut self, area: Area, at: Time) {
        let row =
            AreaRow { area: area.clone(), uses: 0.0, used_at: at, answered_at: None, failures: 0, failed_at: None };
        self.rows.entry(area).or_insert(row).uses += 1.0;
    }

    /// The carrier answered for it.
    pub fn note_answered(&mut self, area: &Area, at: Time) {
        if let Some(row) = self.rows.get_mut(area) {
            row.answered_at = Some(at);
        }
    }

    /// The carrier was asked for it and failed.
    pub fn note_failed(&mut self, area: &Area, at: Time) {
        if let Some(row) = self.rows.get_mut(area) {
            row.failed_at = Some(at);
        }
    }

    /// When the carrier answered for it last.
    pub fn answered_at(&self, area: &Area) -> Option<Time> {
        self.rows.get(area)?.answered_at
    }

    /// What to ask for now, if anything.
    pub fn next(&self, now: Time) -> Option<Area> {
        let stale = |row: &&AreaRow| row.answered_at.is_none_or(|at| now.since(at) >= self.fresh_for);
        self.rows.values().find(stale).map(|row| row.area.clone())
    }
}
