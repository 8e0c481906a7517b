//! The directory of pickup points as it was last known, and the areas by which it is kept fresh.
//!
//! It is read whole at the start and searched in memory; here it only outlives the process. What is written says when it
//! was learned and never takes the place of what was learned later, so that several processes may write: each write has
//! a revision, by which the others find what it brought.

use crate::{
    StoreError,
    rows::{json, unsigned},
    writing::Writing,
};
use clock::Time;
use pickup::{AreaRow, Known, Standing};
use rusqlite::{Connection, Row, params};

const NEXT_REVISION: &str = "SELECT coalesce(max(revision), 0) + 1 FROM pickup_points";
const PUT: &str = "INSERT INTO pickup_points (id, point, seen_at, standing, since, revision) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (id) DO UPDATE SET point = excluded.point, seen_at = excluded.seen_at, \
    standing = excluded.standing, since = excluded.since, revision = excluded.revision \
    WHERE max(excluded.seen_at, coalesce(excluded.since, 0)) >= max(seen_at, coalesce(since, 0))";
const SINCE: &str =
    "SELECT point, seen_at, standing, since, revision FROM pickup_points WHERE revision > ?1 ORDER BY revision, id";
const COUNTS: &str = "SELECT standing, count(*), min(seen_at) FROM pickup_points GROUP BY standing";
const MIDDLE: &str = "SELECT seen_at FROM pickup_points WHERE standing = 0 ORDER BY seen_at LIMIT 1 OFFSET ?1";
const AREA_PUT: &str = "INSERT INTO pickup_areas (country, postal_code, city, row) VALUES (?1, ?2, ?3, ?4) \
    ON CONFLICT (country, postal_code, city) DO UPDATE SET row = excluded.row";
const AREAS: &str = "SELECT row FROM pickup_areas ORDER BY country, postal_code, city";

const LISTED: i64 = 0;
const UNLISTED: i64 = 1;
const GONE: i64 = 2;

/// How much of the directory is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PointsKept {
    /// Points that the carrier lists.
    pub listed: u64,
    /// Points that were missing where they had to be listed.
    pub unlisted: u64,
    /// Points that are gone.
    pub gone: u64,
    /// When the one of those listed that was not seen for longest was seen.
    pub oldest_at: Option<Time>,
    /// When the one in their middle was seen.
    pub median_at: Option<Time>,
}

/// A point with its text, made before the writer's time is taken.
pub(crate) struct Written {
    id: String,
    point: String,
    seen_at: Time,
    standing: i64,
    since: Option<Time>,
}

impl Written {
    pub(crate) fn new(known: &Known) -> Result<Self, StoreError> {
        let (standing, since) = match known.standing {
            Standing::Listed => (LISTED, None),
            Standing::Unlisted { since } => (UNLISTED, Some(since)),
            Standing::Gone { since } => (GONE, Some(since)),
        };
        let point = serde_json::to_string(&known.point).map_err(|_| StoreError::Misused("a point that is not JSON"))?;
        Ok(Self { id: known.point.id.to_string(), point, seen_at: known.seen_at, standing, since })
    }
}

/// Keeps points; gives the revision of this write.
pub(crate) fn keep(writing: &mut Writing<'_>, points: &[Written]) -> Result<u64, StoreError> {
    let conn = writing.conn;
    let revision: i64 = conn.prepare_cached(NEXT_REVISION)?.query_row([], |row| row.get(0))?;
    let mut put = conn.prepare_cached(PUT)?;
    for known in points {
        let since = known.since.map(Time::unix_ms);
        put.execute(params![known.id, known.point, known.seen_at.unix_ms(), known.standing, since, revision])?;
    }
    Ok(unsigned(revision))
}

/// What was written after this revision, and the last one.
pub(crate) fn since(conn: &Connection, revision: u64) -> Result<(Vec<Known>, u64), StoreError> {
    let mut statement = conn.prepare_cached(SINCE)?;
    let mut rows = statement.query([i64::try_from(revision).unwrap_or(i64::MAX)])?;
    let (mut found, mut last) = (Vec::new(), revision);
    while let Some(row) = rows.next()? {
        found.push(known(row)?);
        last = unsigned(row.get(4)?);
    }
    Ok((found, last))
}

fn known(row: &Row<'_>) -> Result<Known, StoreError> {
    let since = row.get::<_, Option<i64>>(3)?.map(Time::from_unix_ms);
    let standing = match (row.get::<_, i64>(2)?, since) {
        (LISTED, _) => Standing::Listed,
        (UNLISTED, Some(since)) => Standing::Unlisted { since },
        (GONE, Some(since)) => Standing::Gone { since },
        _ => return Err(StoreError::Damaged { what: "pickup point" }),
    };
    let point = json(row.get_ref(0)?.as_str().unwrap_or_default(), "pickup point")?;
    Ok(Known { point, seen_at: Time::from_unix_ms(row.get(1)?), standing })
}

/// How much is kept.
pub(crate) fn kept(conn: &Connection) -> Result<PointsKept, StoreError> {
    let mut kept = PointsKept::default();
    let mut statement = conn.prepare_cached(COUNTS)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let count = unsigned(row.get(1)?);
        match row.get::<_, i64>(0)? {
            LISTED => (kept.listed, kept.oldest_at) = (count, Some(Time::from_unix_ms(row.get(2)?))),
            UNLISTED => kept.unlisted = count,
            _ => kept.gone += count,
        }
    }
    if kept.listed > 0 {
        let middle = i64::try_from(kept.listed / 2).unwrap_or(0);
        kept.median_at =
            Some(conn.prepare_cached(MIDDLE)?.query_row([middle], |row| row.get(0)).map(Time::from_unix_ms)?);
    }
    Ok(kept)
}

/// Keeps areas.
pub(crate) fn keep_areas(writing: &mut Writing<'_>, rows: &[AreaRow]) -> Result<(), StoreError> {
    let mut put = writing.conn.prepare_cached(AREA_PUT)?;
    for row in rows {
        let text = serde_json::to_string(row).map_err(|_| StoreError::Misused("an area that is not JSON"))?;
        let area = &row.area;
        put.execute(params![area.country.as_str(), area.postal_code, area.city, text])?;
    }
    Ok(())
}

/// Every area.
pub(crate) fn areas(conn: &Connection) -> Result<Vec<AreaRow>, StoreError> {
    let mut statement = conn.prepare_cached(AREAS)?;
    let rows = statement.query_and_then([], |row| json(&row.get::<_, String>(0)?, "pickup area"))?;
    rows.collect()
}
