//! A file of pickup points, read whole: the points, or where it is wrong.

use super::{
    columns::{COLUMNS, Wrong},
    csv, geojson,
};
use crate::{cli::PointsFormat, fault::Fault};
use clock::Time;
use pickup::Known;
use std::{collections::HashMap, fmt};

/// Mistakes that are told at once.
const TOLD_COUNT_MAX: usize = 20;

/// One mistake and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mistake {
    /// The line, from 1.
    pub(super) line: u64,
    /// The column of the table or the key of the object; none where the line as a whole is wrong.
    pub(super) key: Option<&'static str>,
    /// What is wrong and what to do.
    pub(super) problem: String,
}

impl Mistake {
    pub(super) fn of(line: u64, wrong: Wrong) -> Self {
        Self { line, key: Some(wrong.column), problem: wrong.problem }
    }

    pub(super) fn whole(line: u64, problem: impl Into<String>) -> Self {
        Self { line, key: None, problem: problem.into() }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.key {
            Some(key) => write!(f, "line {}: {key}: {}", self.line, self.problem),
            None => write!(f, "line {}: {}", self.line, self.problem),
        }
    }
}

/// A point and the line it stands on.
pub(super) type Read = (u64, Known);

/// Every point of this text, none of them twice.
pub(super) fn points(text: &str, format: PointsFormat, seen_at: Time) -> Result<Vec<Known>, Vec<Mistake>> {
    let read = match format {
        PointsFormat::Csv => csv::read(text, seen_at)?,
        PointsFormat::Geojson => geojson::read(text, seen_at)?,
    };
    let mut lines = HashMap::new();
    let twice = read.iter().filter_map(|(line, known)| {
        let first = lines.insert(known.point.id, *line)?;
        let wrong = Wrong { column: COLUMNS[0], problem: format!("stands on line {first} already; keep one of them") };
        Some(Mistake::of(*line, wrong))
    });
    let twice: Vec<Mistake> = twice.collect();
    if twice.is_empty() { Ok(read.into_iter().map(|(_, known)| known).collect()) } else { Err(twice) }
}

/// What is said of a file with mistakes. Nothing of it was taken in.
pub(super) fn fault(name: &str, mistakes: &[Mistake]) -> Fault {
    let told: Vec<String> = mistakes.iter().take(TOLD_COUNT_MAX).map(|mistake| format!("  {mistake}")).collect();
    let more = match mistakes.len().saturating_sub(TOLD_COUNT_MAX) {
        0 => String::new(),
        more => format!("\n  and {more} more"),
    };
    Fault::usage(format!("{name} was not taken in, correct it first:\n{}{more}", told.join("\n")))
}
