//! What happened to incidents: facts of the room `watch`, appended and never changed.

use crate::{StoreError, rows, writing::Writing};
use clock::Time;
use rusqlite::{Connection, params};
use watch::{IncidentId, Transition};

const APPEND: &str = "INSERT INTO incident_facts (incident, at, fact) VALUES (?1, ?2, ?3)";
const ALL: &str = "SELECT fact FROM incident_facts ORDER BY seq";
const OF_INCIDENT: &str = "SELECT fact FROM incident_facts WHERE incident = ?1 ORDER BY seq LIMIT ?2";
const WHAT: &str = "a fact of an incident";
const PROBE: &str = "INSERT INTO probe (only, at) VALUES (1, ?1) ON CONFLICT (only) DO UPDATE SET at = excluded.at";

/// A fact with its text for the journal, made before the writer's time is taken.
pub(crate) struct Written {
    incident: i64,
    at: Time,
    json: String,
}

impl Written {
    pub(crate) fn new(fact: &Transition) -> Result<Self, StoreError> {
        let misused = |_| StoreError::Misused("a fact of an incident that is not JSON");
        let json = serde_json::to_string(fact).map_err(misused)?;
        Ok(Self { incident: number(fact.incident), at: fact.at, json })
    }
}

fn number(id: IncidentId) -> i64 {
    i64::try_from(id.0).unwrap_or(i64::MAX)
}

/// Appends facts in their order.
pub(crate) fn append(writing: &mut Writing<'_>, facts: &[Written]) -> Result<(), StoreError> {
    let mut statement = writing.conn.prepare_cached(APPEND)?;
    for fact in facts {
        statement.execute(params![fact.incident, fact.at.unix_ms(), fact.json])?;
    }
    Ok(())
}

/// Every fact, the oldest first.
pub(crate) fn all(conn: &Connection) -> Result<Vec<Transition>, StoreError> {
    let mut statement = conn.prepare_cached(ALL)?;
    let texts = statement.query_map([], |row| row.get::<_, String>(0))?;
    texts.map(|text| rows::json(&text?, WHAT)).collect()
}

/// The first facts of one incident, the oldest first.
pub(crate) fn of(conn: &Connection, id: IncidentId, limit: u32) -> Result<Vec<Transition>, StoreError> {
    let mut statement = conn.prepare_cached(OF_INCIDENT)?;
    let texts = statement.query_map(params![number(id), limit], |row| row.get::<_, String>(0))?;
    texts.map(|text| rows::json(&text?, WHAT)).collect()
}

/// A small write that changes nothing that anybody reads.
pub(crate) fn probe(writing: &mut Writing<'_>, at: Time) -> Result<(), StoreError> {
    writing.conn.prepare_cached(PROBE)?.execute([at.unix_ms()])?;
    Ok(())
}
