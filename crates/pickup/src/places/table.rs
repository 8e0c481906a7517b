//! The bundled list, read and ordered once.

use super::{Place, name};
use crate::{Position, index::Index};
use std::sync::LazyLock;

const DATA: &str = include_str!("../../data/places.tsv");

pub(super) static TABLE: LazyLock<Table> = LazyLock::new(|| Table::read(DATA));

/// A place and how it is looked for.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) place: Place,
    /// Its name made alike ([`name::key`]).
    pub(super) key: String,
    /// 0 to 4: how large it is.
    pub(super) size: u8,
}

pub(super) struct Table {
    /// By postal code; within one the largest first.
    pub(super) rows: Vec<Row>,
    /// Numbers of rows by their keys; within one by postal code.
    by_key: Vec<u32>,
    /// Where the rows are whose position is known.
    pub(super) index: Index<()>,
}

/// One line of the list; parts that are not there are those of the line above, or the middle of the postal code.
struct Line {
    code: Option<&'static str>,
    name: &'static str,
    position: Option<Position>,
    is_guess: bool,
    size: u8,
}

impl Table {
    fn read(data: &'static str) -> Self {
        let lines: Vec<Line> = data.lines().skip(1).filter_map(line).collect();
        let mut rows = Vec::with_capacity(lines.len());
        let mut rest = lines.as_slice();
        while let [first, ..] = rest {
            let end = rest.iter().skip(1).position(|line| line.code.is_some()).map_or(rest.len(), |more| more + 1);
            let (of_code, after) = rest.split_at(end);
            rows.extend(first.code.into_iter().flat_map(|code| of_one_code(code, of_code)));
            rest = after;
        }
        Self::of(rows)
    }

    fn of(rows: Vec<Row>) -> Self {
        let numbered = || (0u32..).zip(&rows);
        let mut by_key: Vec<(&str, u32)> = numbered().map(|(n, row)| (row.key.as_str(), n)).collect();
        by_key.sort_unstable();
        let by_key = by_key.into_iter().map(|(_, n)| n).collect();
        let known = numbered().filter(|(_, row)| !row.place.approximate);
        let index = Index::of(known.map(|(n, row)| (row.place.position, n, ())));
        Self { index, by_key, rows }
    }

    /// The rows of a postal code.
    pub(super) fn of_code(&self, code: &str) -> &[Row] {
        let rows = self.of_code_beginning(code);
        if code.len() == 5 { rows } else { &[] }
    }

    /// The rows whose postal code begins so.
    pub(super) fn of_code_beginning(&self, digits: &str) -> &[Row] {
        let from = self.rows.partition_point(|row| row.place.postal_code < digits);
        let rows = self.rows.get(from..).unwrap_or_default();
        let count = rows.partition_point(|row| row.place.postal_code.starts_with(digits));
        rows.get(..count).unwrap_or_default()
    }

    /// The rows of a key.
    pub(super) fn of_key(&self, key: &str) -> impl Iterator<Item = &Row> {
        self.of_beginning(key).take_while(move |row| row.key == key)
    }

    /// The rows whose key begins so, by their keys.
    pub(super) fn of_beginning(&self, key: &str) -> impl Iterator<Item = &Row> {
        let row = |n: &u32| self.rows.get(*n as usize);
        let from = self.by_key.partition_point(|n| row(n).is_some_and(|row| row.key.as_str() < key));
        let rows = self.by_key.get(from..).unwrap_or_default().iter().filter_map(row);
        rows.take_while(move |row| row.key.starts_with(key))
    }
}

/// Places of one postal code that have no position stand in the middle of those that have one.
fn of_one_code(code: &'static str, lines: &[Line]) -> impl Iterator<Item = Row> {
    let known: Vec<Position> = lines.iter().filter_map(|line| line.position).collect();
    let middle = middle(&known);
    lines.iter().filter_map(move |line| {
        let approximate = line.is_guess || line.position.is_none();
        let place = Place { name: line.name, postal_code: code, position: line.position.or(middle)?, approximate };
        Some(Row { place, key: name::key(line.name), size: line.size })
    })
}

fn middle(positions: &[Position]) -> Option<Position> {
    let count = f64::from(u32::try_from(positions.len()).ok()?);
    let sum = |part: fn(Position) -> f64| positions.iter().copied().map(part).sum::<f64>();
    Position::new(sum(Position::latitude) / count, sum(Position::longitude) / count).ok()
}

fn line(text: &'static str) -> Option<Line> {
    let mut columns = text.split('\t');
    let code = columns.next().filter(|code| !code.is_empty());
    let name = columns.next()?;
    let north = columns.next().unwrap_or_default();
    let degrees = north.trim_start_matches('~').parse().ok().zip(columns.next().and_then(|east| east.parse().ok()));
    Some(Line {
        code,
        name,
        position: degrees.and_then(|(north, east)| Position::new(north, east).ok()),
        is_guess: north.starts_with('~'),
        size: columns.next().and_then(|size| size.parse().ok()).unwrap_or(0),
    })
}
