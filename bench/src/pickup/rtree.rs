//! The peer: the same points in SQLite, in memory, with an R*Tree over the same vectors in space.
//!
//! An R*Tree has no search for what is nearest: it is asked for a box around the buyer, which is doubled until it holds
//! twenty points that do. Holidays are worked out for it beforehand, day by day, by our own rule.

use super::world;
use crate::measure::Started;
use jiff::civil::Date;
use parcel::{PickupPointId, PointKind};
use pickup::{Fit, Known, Need, Position, Query};
use rusqlite::{Connection, params};
use std::time::Duration;

/// The mean radius of Earth in metres.
const EARTH_METRES: f64 = 6_371_008.8;
/// How far the first box reaches.
const FIRST_METRES: f64 = 5_000.0;

const TABLES: &str = "
    CREATE VIRTUAL TABLE boxes USING rtree (n, low_x, high_x, low_y, high_y, low_z, high_z);
    CREATE TABLE points (n INTEGER PRIMARY KEY, id TEXT, x REAL, y REAL, z REAL, kind TEXT, accessible INTEGER, grams INTEGER);
    CREATE TABLE shut (day TEXT, n INTEGER, PRIMARY KEY (day, n)) WITHOUT ROWID;";

const SEARCH: &str = "
    SELECT id, (x - ?1) * (x - ?1) + (y - ?2) * (y - ?2) + (z - ?3) * (z - ?3) AS squared
    FROM boxes JOIN points USING (n)
    WHERE low_x <= ?1 + ?4 AND high_x >= ?1 - ?4 AND low_y <= ?2 + ?4 AND high_y >= ?2 - ?4
      AND low_z <= ?3 + ?4 AND high_z >= ?3 - ?4
      AND grams >= ?5 AND (?6 IS NULL OR kind = ?6) AND accessible >= ?7 AND squared <= ?4 * ?4
      AND NOT EXISTS (SELECT 1 FROM shut WHERE shut.day = ?8 AND shut.n = points.n)
    ORDER BY squared, id LIMIT ?9";

/// The points in SQLite.
pub(super) struct Points {
    connection: Connection,
    /// How long it took to bring them in, the holidays that were worked out beforehand not counted.
    pub(super) loaded_in: Duration,
}

type Wrong = Box<dyn std::error::Error>;

impl Points {
    pub(super) fn load(points: &[Known]) -> Result<Self, Wrong> {
        let days: Vec<(Date, Need)> = (0..world::DATES).map(world::day).map(|day| (day, Need::on(day))).collect();
        let shut: Vec<(String, i64)> = points
            .iter()
            .zip(0_i64..)
            .map(|(known, n)| (n, known))
            .flat_map(|(n, known)| {
                let closed = days.iter().filter(|(_, need)| known.fit(need) != Fit::Fits);
                closed.map(move |(day, _)| (day.to_string(), n)).collect::<Vec<_>>()
            })
            .collect();
        let started = Started::now();
        let mut connection = Connection::open_in_memory()?;
        connection.execute_batch(TABLES)?;
        let transaction = connection.transaction()?;
        for (known, n) in points.iter().zip(0_i64..) {
            insert(&transaction, n, known)?;
        }
        for (day, n) in &shut {
            transaction.prepare_cached("INSERT INTO shut VALUES (?1, ?2)")?.execute(params![day, n])?;
        }
        transaction.commit()?;
        connection.execute_batch("ANALYZE")?;
        Ok(Self { connection, loaded_in: started.spent().wall })
    }

    pub(super) fn search(&self, query: &Query) -> Result<Vec<PickupPointId>, Wrong> {
        let mut metres = FIRST_METRES;
        loop {
            let reach = metres.min(f64::from(query.metres_max) + 0.5);
            let found = self.within(query, reach)?;
            if found.len() >= query.count || reach < metres {
                return Ok(found);
            }
            metres *= 2.0;
        }
    }

    fn within(&self, query: &Query, metres: f64) -> Result<Vec<PickupPointId>, Wrong> {
        let ([x, y, z], need) = (unit(query.near), &query.need);
        let chord = 2.0 * (metres / EARTH_METRES / 2.0).sin();
        let kind = if need.post_offices_only { Some(&PointKind::PostOffice) } else { need.kind.as_ref() };
        let (grams, kind, day) = (need.weight_g.unwrap_or(0), kind.map(PointKind::code), need.date.to_string());
        let count = i64::try_from(query.count).unwrap_or(i64::MAX);
        let mut search = self.connection.prepare_cached(SEARCH)?;
        let ids = search.query_map(params![x, y, z, chord, grams, kind, need.accessible, day, count], |row| {
            row.get::<_, String>(0)
        })?;
        ids.map(|id| Ok(id?.parse()?)).collect()
    }
}

fn insert(connection: &Connection, n: i64, known: &Known) -> Result<(), Wrong> {
    let point = &known.point;
    let Some([x, y, z]) = point.position.map(unit) else { return Ok(()) };
    connection.prepare_cached("INSERT INTO boxes VALUES (?1, ?2, ?2, ?3, ?3, ?4, ?4)")?.execute(params![n, x, y, z])?;
    connection.prepare_cached("INSERT INTO points VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?.execute(params![
        n,
        point.id.as_str(),
        x,
        y,
        z,
        point.kind.code(),
        point.accessible,
        point.weight_max_g
    ])?;
    Ok(())
}

fn unit(position: Position) -> [f64; 3] {
    let (sin_lat, cos_lat) = position.latitude().to_radians().sin_cos();
    let (sin_lon, cos_lon) = position.longitude().to_radians().sin_cos();
    [cos_lat * cos_lon, cos_lat * sin_lon, sin_lat]
}
