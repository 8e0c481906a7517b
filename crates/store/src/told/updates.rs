//! Updates: appended with the notices that follow from them, read back in their order.

use crate::{StoreError, codes::Coded, rows, writing::Writing};
use notice::{
    Update, UpdateId,
    plan::{Notice, Reason, State, Wants},
};
use rusqlite::{Connection, OptionalExtension, params};
use watch::IncidentId;

const SAID: &str = "SELECT said FROM updates WHERE id = ?1";
/// A restored store goes on above everything that the lost one can have used.
const LAST: &str = "SELECT max(coalesce((SELECT max(id) FROM updates), 0), (SELECT count(*) FROM restores) << 24)";
const LAST_HERE: &str = "SELECT coalesce(max(id), 0) FROM updates";
const APPEND: &str = "INSERT INTO updates (id, incident, at, said) VALUES (?1, ?2, ?3, ?4)";
const SINCE: &str = "SELECT said FROM updates WHERE id > ?1 ORDER BY id LIMIT ?2";
const OF_INCIDENT: &str = "SELECT said FROM updates WHERE incident = ?1 ORDER BY id";
const WANTS: &str = "SELECT DISTINCT wants FROM subscriptions WHERE state = 1";
/// What the fact `dropped` says of one notice, for all of an incident that wait for their moment. What is being sent, or is
/// taken and waits for its receipt, is looked at when that has come.
const SUPERSEDE: &str = "UPDATE notices SET state = 5, reason = ?2, due_at = NULL, changed_at = ?3 \
    WHERE incident = ?1 AND due_at IS NOT NULL AND state IN (0, 3)";
/// Whoever wants it, and whoever was told of the incident before, or was to be.
const PUT: &str = "INSERT INTO notices (subscription, incident, update_id, at, level, until, closing, state, tries, \
    ambiguous, came, channel, again, due_at, changed_at) \
    SELECT s.no, ?1, ?2, ?3, ?4, ?5, ?6, 0, 0, 0, 0, s.channel, 0, ?3, ?3 FROM subscriptions s WHERE s.state = 1 \
    AND (s.wants IN (SELECT value FROM json_each(?7)) \
    OR EXISTS (SELECT 1 FROM notices n WHERE n.subscription = s.no AND n.incident = ?1))";

/// An update with its text, made before the writer's time is taken.
pub(crate) struct Written {
    update: Update,
    json: String,
}

impl Written {
    pub(crate) fn new(update: &Update) -> Result<Self, StoreError> {
        let json = serde_json::to_string(update).map_err(|_| StoreError::Misused("an update that is not JSON"))?;
        Ok(Self { update: update.clone(), json })
    }
}

/// A number as the database has it.
pub(crate) fn number(no: u64) -> i64 {
    i64::try_from(no).unwrap_or(i64::MAX)
}

/// Appends updates in their order; gives how many notices are due for them. One that is there just so is passed over.
pub(crate) fn append(writing: &mut Writing<'_>, updates: &[Written]) -> Result<u64, StoreError> {
    let mut notices = 0;
    for written in updates {
        if !is_there(writing.conn, written)? {
            notices += append_one(writing.conn, written)?;
        }
    }
    Ok(notices)
}

fn is_there(conn: &Connection, written: &Written) -> Result<bool, StoreError> {
    let id = number(written.update.id.0);
    let said: Option<String> = conn.prepare_cached(SAID)?.query_row([id], |row| row.get(0)).optional()?;
    let last: i64 = conn.prepare_cached(LAST_HERE)?.query_row([], |row| row.get(0))?;
    match said {
        Some(said) if said == written.json => Ok(true),
        None if id > last => Ok(false),
        _ => Err(StoreError::Misused("an update whose number was used before")),
    }
}

fn append_one(conn: &Connection, written: &Written) -> Result<u64, StoreError> {
    let Written { update, json } = written;
    let (incident, at) = (number(update.incident.0), update.at.unix_ms());
    conn.prepare_cached(APPEND)?.execute(params![number(update.id.0), incident, at, json])?;
    conn.prepare_cached(SUPERSEDE)?.execute(params![incident, Reason::Superseded.code(), at])?;
    let notice = Notice::new(update);
    let put = conn.prepare_cached(PUT)?.execute(params![
        incident,
        number(update.id.0),
        at,
        notice.level.map(Coded::code),
        notice.until.unix_ms(),
        notice.closing,
        wanting(conn, update)?,
    ])?;
    Ok(u64::try_from(put).unwrap_or_default())
}

/// The wishes for which this update begins its incident, as a JSON array of their texts.
fn wanting(conn: &Connection, update: &Update) -> Result<String, StoreError> {
    let mut statement = conn.prepare_cached(WANTS)?;
    let texts = statement.query_map([], |row| row.get::<_, String>(0))?;
    let mut wanting = Vec::new();
    for text in texts {
        let text = text?;
        let wants: Wants = rows::json(&text, "subscription")?;
        if wants.begins_with(update) {
            wanting.push(text);
        }
    }
    serde_json::to_string(&wanting).map_err(|_| StoreError::Misused("wishes that are not JSON"))
}

/// The number of the last update, or one above which none was ever used.
pub(crate) fn last(conn: &Connection) -> Result<UpdateId, StoreError> {
    let last: i64 = conn.prepare_cached(LAST)?.query_row([], |row| row.get(0))?;
    Ok(UpdateId(rows::unsigned(last)))
}

/// Up to `limit` updates after this one, in their order.
pub(crate) fn since(conn: &Connection, after: UpdateId, limit: u32) -> Result<Vec<Update>, StoreError> {
    let mut statement = conn.prepare_cached(SINCE)?;
    let texts = statement.query_map(params![number(after.0), limit], |row| row.get::<_, String>(0))?;
    texts.map(|text| rows::json(&text?, "update")).collect()
}

/// Every update of one incident, in their order.
pub(crate) fn of(conn: &Connection, incident: IncidentId) -> Result<Vec<Update>, StoreError> {
    let mut statement = conn.prepare_cached(OF_INCIDENT)?;
    let texts = statement.query_map([number(incident.0)], |row| row.get::<_, String>(0))?;
    texts.map(|text| rows::json(&text?, "update")).collect()
}

/// One update.
pub(crate) fn one(conn: &Connection, id: i64) -> Result<Update, StoreError> {
    let said: Option<String> = conn.prepare_cached(SAID)?.query_row([id], |row| row.get(0)).optional()?;
    rows::json(&said.ok_or(StoreError::Damaged { what: "update" })?, "update")
}

// The codes that stand in the statements above.
const _: () = {
    assert!(matches!(State::ALL[0], State::Due) && matches!(State::ALL[3], State::Unknown));
    assert!(matches!(State::ALL[5], State::Dropped));
};
