//! Retention and compaction: what is past its time is taken out, a little at a time.
//!
//! What is absent afterwards, and what stays:
//!
//! - `label_days` after a shipment ended, the bytes of its label and of its customs declaration, and the rest of the
//!   carrier's answer. Its number stays.
//! - `personal_days` after it ended, its addresses: the shipment, the facts of how it came about, the carrier's words in
//!   a refusal, what tracking said, the lines of its batch, the text of its order in a shop, and what was chosen for an
//!   order, so long after it was. In the place of its facts stands one, `compacted`, with what
//!   they came to. Its row stays: who, when, which order, which number, how it ended.
//! - Thirteen months after they were written, the keys by which a request is recognised, and the numbers that the
//!   carrier gave out: as long as the carrier itself remembers a number. No earlier, whatever is configured.
//!
//! An order of a shop that no shipment was made of loses its text `personal_days` after it last came, unless something
//! is still to be done with it; so does a webhook that nobody could read.
//!
//! What has not ended is never touched, however old, nor is a local label that the carrier was not seen to know. The last
//! fact of the journal stays, so that no number of it is given out twice; its numbers have gaps afterwards.
//!
//! One turn looks at a bounded number of rows on a reader and has the writer take out a bounded number of them, so that
//! nobody waits long; the caller rests in between and goes on at the place it was given. What one turn took out is
//! durable when it returns, and breaking off between two turns leaves nothing half.
//!
//! The file does not shrink: SQLite uses the freed pages for what comes next, and what was in them is overwritten then.
//! To give them back bit by bit (incremental vacuum) would make every write keep books about every page, and labels come
//! in every day. A backup holds no freed page; whoever wants the space back restores one.

use crate::{
    StoreError,
    accept::KEY_KEPT,
    codes::Coded,
    rows::{self, unsigned},
    search::first_id,
    writing::Writing,
};
use clock::Time;
use dispatch::{Fact, State};
use parcel::ShipmentId;
use rusqlite::{Connection, Params, params};
use std::time::Duration;

/// How many rows one turn looks at, at most.
const LOOK_COUNT_MAX: i64 = 1_000;
/// How many rows the writer takes out in one turn, at most; of labels, which are many pages each, fewer.
const TAKE_COUNT_MAX: usize = 200;
const TAKE_LABELS_COUNT_MAX: usize = 32;

const LABELS: &str = "SELECT l.intent, i.state IN (3, 4, 6) AND i.changed_at < ?2, length(l.label), \
    coalesce(length(l.cn23), 0) FROM labels l JOIN intents i ON i.id = l.intent \
    WHERE l.intent > ?1 AND l.intent < ?3 ORDER BY l.intent LIMIT ?4";
const INTENTS: &str = "SELECT i.id, i.compacted = 0 AND i.state IN (3, 4, 6) AND i.changed_at < ?2 AND NOT EXISTS \
    (SELECT 1 FROM local_labels l WHERE l.intent = i.id AND l.state < 3) \
    AND i.id <> (SELECT intent FROM facts ORDER BY seq DESC LIMIT 1), \
    (SELECT count(*) FROM facts f WHERE f.intent = i.id AND i.compacted = 0) FROM intents i \
    WHERE i.id > ?1 AND i.id < ?3 ORDER BY i.id LIMIT ?4";
const KEYS: &str = "SELECT merchant, scope, digest, at < ?4 FROM keys WHERE (merchant, scope, digest) > (?1, ?2, ?3) \
    ORDER BY merchant, scope, digest LIMIT ?5";
const NUMBERS: &str = "SELECT number, intent, at < ?3 FROM numbers WHERE (number, intent) > (?1, ?2) \
    ORDER BY number, intent LIMIT ?4";
const TRACKED: &str = "SELECT rowid, at < ?2 FROM tracking WHERE rowid > ?1 ORDER BY rowid LIMIT ?3";
const BATCHES: &str = "SELECT batch, row, b.began_at < ?3 FROM batch_lines l JOIN batches b ON b.id = l.batch \
    WHERE (l.batch, l.row) > (?1, ?2) ORDER BY l.batch, l.row LIMIT ?4";

const CHOICES: &str = "SELECT id, at < ?2 FROM choices WHERE id > ?1 ORDER BY id LIMIT ?3";

const DROP_CHOICE: &str = "DELETE FROM choices WHERE id = ?1";
const ORDERS: &str = "SELECT o.id, o.json IS NOT NULL AND o.seen_at < ?2 AND o.look_at IS NULL AND o.push_at IS NULL \
    AND (o.shipment IS NULL OR (SELECT compacted FROM intents i WHERE i.id = o.shipment)) FROM shop_orders o \
    WHERE o.id > ?1 ORDER BY o.id LIMIT ?3";
const UNREAD: &str = "SELECT rowid, at < ?2 FROM shop_unread WHERE rowid > ?1 ORDER BY rowid LIMIT ?3";

const DROP_LABEL: &str = "DELETE FROM labels WHERE intent = ?1";
const DROP_KEY: &str = "DELETE FROM keys WHERE merchant = ?1 AND scope = ?2 AND digest = ?3";
const DROP_NUMBER: &str = "DELETE FROM numbers WHERE number = ?1 AND intent = ?2";
const DROP_TRACKED: &str = "DELETE FROM tracking WHERE rowid = ?1 AND at < ?2";
const DROP_LINE: &str = "DELETE FROM batch_lines WHERE batch = ?1 AND row = ?2";
const DROP_ORDER: &str = "UPDATE shop_orders SET json = NULL WHERE id = ?1 AND look_at IS NULL AND push_at IS NULL";
const DROP_UNREAD: &str = "DELETE FROM shop_unread WHERE rowid = ?1";
const OPEN_DOOR: &str = "INSERT INTO compacting (intent) VALUES (?1)";
const DROP_FACTS: &str = "DELETE FROM facts WHERE intent = ?1 AND seq <> ?2";
const FOLD: &str = "UPDATE facts SET fact = ?2 WHERE seq = ?1";
const SHUT_DOOR: &str = "DELETE FROM compacting";
const COMPACTED: &str = "UPDATE intents SET compacted = 1, reject_message = iif(reject_message IS NULL, NULL, ''), \
    human_reason = NULL WHERE id = ?1";
const HOLDS_LAST: &str = "SELECT intent = ?1 FROM facts ORDER BY seq DESC LIMIT 1";

/// How long what is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// How long the label of a shipment that ended.
    pub labels: Duration,
    /// How long its addresses and the facts of how it came about.
    pub personal: Duration,
}

impl Default for Keep {
    fn default() -> Self {
        let days = |days: u64| Duration::from_secs(days * 24 * 60 * 60);
        Self { labels: days(90), personal: days(400) }
    }
}

/// Where the next turn goes on. [`Place::default`] is the beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place(Stage);

impl Default for Place {
    fn default() -> Self {
        Self(Stage::Labels([0; 16]))
    }
}

impl Place {
    /// Which share of the tables was gone through, counted by tables.
    pub fn share(&self) -> f64 {
        let stage = match self.0 {
            Stage::Labels(_) => 0,
            Stage::Intents(_) => 1,
            Stage::Keys(..) => 2,
            Stage::Numbers(..) => 3,
            Stage::Tracked(_) => 4,
            Stage::Batches(..) => 5,
            Stage::Choices(_) => 6,
            Stage::Orders(_) => 7,
            Stage::Unread(_) => 8,
        };
        f64::from(stage) / 9.0
    }
}

/// What is gone through, with the last row that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Stage {
    Labels([u8; 16]),
    Intents([u8; 16]),
    Keys(String, i64, Vec<u8>),
    Numbers(String, [u8; 16]),
    Tracked(i64),
    Batches([u8; 16], i64),
    Choices(i64),
    Orders(String),
    Unread(i64),
}

/// How much was taken out, or would be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Removed {
    /// Labels.
    pub labels: u64,
    /// Their bytes.
    pub label_bytes: u64,
    /// Shipments whose addresses and facts were folded away.
    pub shipments: u64,
    /// The facts that went with them.
    pub facts: u64,
    /// Keys of requests.
    pub keys: u64,
    /// Numbers.
    pub numbers: u64,
    /// Parcels of which tracking's word was kept.
    pub tracked: u64,
    /// Lines of batches.
    pub batch_lines: u64,
    /// What was chosen for orders.
    pub choices: u64,
    /// Texts of orders in shops.
    pub orders: u64,
    /// Webhooks that nobody could read.
    pub unread: u64,
}

impl std::ops::AddAssign for Removed {
    fn add_assign(&mut self, more: Self) {
        self.labels += more.labels;
        self.label_bytes += more.label_bytes;
        self.shipments += more.shipments;
        self.facts += more.facts;
        self.keys += more.keys;
        self.numbers += more.numbers;
        self.tracked += more.tracked;
        self.batch_lines += more.batch_lines;
        self.choices += more.choices;
        self.orders += more.orders;
        self.unread += more.unread;
    }
}

/// What one look found: the rows that are past their time, and where the next goes on.
pub(crate) struct Found {
    due: Vec<Stage>,
    removed: Removed,
    pub(crate) next: Option<Place>,
}

impl Found {
    /// Whether there is anything to take out.
    pub(crate) fn is_empty(&self) -> bool {
        self.due.is_empty()
    }

    /// How much would be taken out.
    pub(crate) fn would_remove(&self) -> Removed {
        self.removed
    }
}

/// The moments before which things are past their time.
struct Ends {
    labels: Time,
    personal: Time,
    remembered: Time,
}

impl Ends {
    fn of(keep: &Keep, now: Time) -> Self {
        let before = |span: Duration| {
            let ms = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
            Time::from_unix_ms(now.unix_ms().saturating_sub(ms))
        };
        Self { labels: before(keep.labels), personal: before(keep.personal), remembered: before(KEY_KEPT) }
    }
}

/// Looks at the next rows, without changing anything.
pub(crate) fn find(conn: &Connection, keep: &Keep, place: Place, now: Time) -> Result<Found, StoreError> {
    let ends = Ends::of(keep, now);
    match place.0 {
        Stage::Labels(after) => labels(conn, after, ends.labels),
        Stage::Intents(after) => intents(conn, after, ends.personal),
        Stage::Keys(merchant, scope, digest) => {
            let after = params![merchant, scope, digest, ends.remembered.unix_ms(), LOOK_COUNT_MAX];
            let key = |row: &Row<'_>| Ok(Stage::Keys(row.get(0)?, row.get(1)?, row.get(2)?));
            let next = Stage::Numbers(String::new(), [0; 16]);
            walk(conn, KEYS, after, (key, 3), next, |removed, _| removed.keys += 1)
        }
        Stage::Numbers(number, intent) => {
            let after = params![number, intent, ends.remembered.unix_ms(), LOOK_COUNT_MAX];
            let key = |row: &Row<'_>| Ok(Stage::Numbers(row.get(0)?, row.get(1)?));
            walk(conn, NUMBERS, after, (key, 2), Stage::Tracked(i64::MIN), |removed, _| removed.numbers += 1)
        }
        Stage::Tracked(rowid) => {
            let after = params![rowid, ends.personal.unix_ms(), LOOK_COUNT_MAX];
            let key = |row: &Row<'_>| Ok(Stage::Tracked(row.get(0)?));
            walk(conn, TRACKED, after, (key, 1), Stage::Batches([0; 16], 0), |removed, _| removed.tracked += 1)
        }
        Stage::Batches(batch, row) => {
            let after = params![batch, row, ends.personal.unix_ms(), LOOK_COUNT_MAX];
            let key = |row: &Row<'_>| Ok(Stage::Batches(row.get(0)?, row.get(1)?));
            walk(conn, BATCHES, after, (key, 2), Stage::Choices(0), |removed, _| removed.batch_lines += 1)
        }
        Stage::Choices(id) => {
            let after = params![id, ends.personal.unix_ms(), LOOK_COUNT_MAX];
            let key = |row: &Row<'_>| Ok(Stage::Choices(row.get(0)?));
            walk(conn, CHOICES, after, (key, 1), Stage::Orders(String::new()), |removed, _| removed.choices += 1)
        }
        Stage::Orders(id) => {
            let after = params![id, ends.personal.unix_ms(), LOOK_COUNT_MAX];
            let key = |row: &Row<'_>| Ok(Stage::Orders(row.get(0)?));
            walk(conn, ORDERS, after, (key, 1), Stage::Unread(i64::MIN), |removed, _| removed.orders += 1)
        }
        Stage::Unread(rowid) => {
            let after = params![rowid, ends.personal.unix_ms(), LOOK_COUNT_MAX];
            let key = |row: &Row<'_>| Ok(Stage::Unread(row.get(0)?));
            let mut found =
                walk(conn, UNREAD, after, (key, 1), Stage::Unread(i64::MAX), |removed, _| removed.unread += 1)?;
            found.next = found.next.filter(|next| *next != Place(Stage::Unread(i64::MAX)));
            Ok(found)
        }
    }
}

type Row<'r> = rusqlite::Row<'r>;

fn labels(conn: &Connection, after: [u8; 16], end: Time) -> Result<Found, StoreError> {
    let after = params![after, end.unix_ms(), first_id(end), LOOK_COUNT_MAX];
    let key = |row: &Row<'_>| Ok(Stage::Labels(row.get(0)?));
    walk(conn, LABELS, after, (key, 1), Stage::Intents([0; 16]), |removed, row| {
        removed.labels += 1;
        removed.label_bytes += bytes(row, 2) + bytes(row, 3);
    })
}

fn intents(conn: &Connection, after: [u8; 16], end: Time) -> Result<Found, StoreError> {
    let after = params![after, end.unix_ms(), first_id(end), LOOK_COUNT_MAX];
    let key = |row: &Row<'_>| Ok(Stage::Intents(row.get(0)?));
    let next = Stage::Keys(String::new(), 0, Vec::new());
    walk(conn, INTENTS, after, (key, 1), next, |removed, row| {
        removed.shipments += 1;
        removed.facts += bytes(row, 2);
    })
}

fn bytes(row: &Row<'_>, column: usize) -> u64 {
    row.get(column).map(unsigned).unwrap_or_default()
}

/// Goes through the next rows in the order of their key; a column says which are past their time.
fn walk(
    conn: &Connection,
    sql: &str,
    after: impl Params,
    (key, due): (impl Fn(&Row<'_>) -> Result<Stage, StoreError>, usize),
    next_stage: Stage,
    mut counted: impl FnMut(&mut Removed, &Row<'_>),
) -> Result<Found, StoreError> {
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(after)?;
    let mut found = Found { due: Vec::new(), removed: Removed::default(), next: Some(Place(next_stage)) };
    let (mut looked, mut most) = (0, TAKE_COUNT_MAX);
    while let Some(row) = rows.next()? {
        let here = key(row)?;
        if matches!(here, Stage::Labels(_)) {
            most = TAKE_LABELS_COUNT_MAX;
        }
        looked += 1;
        let past = row.get(due)?;
        if past {
            counted(&mut found.removed, row);
            found.due.push(here.clone());
        }
        if looked == LOOK_COUNT_MAX || found.due.len() == most {
            found.next = Some(Place(here));
            break;
        }
    }
    Ok(found)
}

/// Takes out what was found. What has changed since it was looked at stays.
pub(crate) fn remove(writing: &mut Writing<'_>, found: &Found, keep: &Keep, now: Time) -> Result<(), StoreError> {
    let ends = Ends::of(keep, now);
    let conn = writing.conn;
    for row in &found.due {
        match row {
            Stage::Labels(intent) if ended_before(conn, intent, ends.labels)?.is_some() => {
                conn.prepare_cached(DROP_LABEL)?.execute([intent])?;
            }
            Stage::Intents(intent) => {
                if let Some(row) = ended_before(conn, intent, ends.personal)? {
                    fold_away(conn, &row)?;
                }
            }
            Stage::Keys(merchant, scope, digest) => {
                conn.prepare_cached(DROP_KEY)?.execute(params![merchant, scope, digest])?;
            }
            Stage::Numbers(number, intent) => {
                conn.prepare_cached(DROP_NUMBER)?.execute(params![number, intent])?;
            }
            Stage::Tracked(rowid) => {
                conn.prepare_cached(DROP_TRACKED)?.execute([*rowid, ends.personal.unix_ms()])?;
            }
            Stage::Batches(batch, row) => {
                conn.prepare_cached(DROP_LINE)?.execute(params![batch, row])?;
            }
            Stage::Choices(id) => {
                conn.prepare_cached(DROP_CHOICE)?.execute([id])?;
            }
            Stage::Orders(id) => {
                conn.prepare_cached(DROP_ORDER)?.execute([id])?;
            }
            Stage::Unread(rowid) => {
                conn.prepare_cached(DROP_UNREAD)?.execute([*rowid])?;
            }
            Stage::Labels(_) => {}
        }
    }
    Ok(())
}

fn ended_before(conn: &Connection, id: &[u8; 16], end: Time) -> Result<Option<rows::IntentRow>, StoreError> {
    let row = rows::find(conn, ShipmentId::from_bytes(*id))?;
    Ok(row.filter(|row| row.view.intent.state.is_final() && row.view.intent.changed_at < end))
}

/// Puts one fact with what all came to in the place of all facts of an intent.
fn fold_away(conn: &Connection, row: &rows::IntentRow) -> Result<(), StoreError> {
    let id = row.id();
    if conn.prepare_cached(HOLDS_LAST)?.query_row([id.as_bytes()], |row| row.get(0))? {
        return Ok(());
    }
    let fact = Fact::Compacted {
        merchant: row.view.merchant.clone(),
        via: row.view.via,
        intent: Box::new(row.view.intent.clone()),
    };
    let json = serde_json::to_string(&fact).map_err(|_| StoreError::Misused("a fact that is not JSON"))?;
    conn.prepare_cached(OPEN_DOOR)?.execute([id.as_bytes()])?;
    conn.prepare_cached(DROP_FACTS)?.execute(params![id.as_bytes(), row.accepted_seq])?;
    conn.prepare_cached(FOLD)?.execute(params![row.accepted_seq, json])?;
    conn.prepare_cached(SHUT_DOOR)?.execute([])?;
    conn.prepare_cached(DROP_LABEL)?.execute([id.as_bytes()])?;
    conn.prepare_cached(COMPACTED)?.execute([id.as_bytes()])?;
    Ok(())
}

// The codes that stand in the questions above.
const _: () = assert!(matches!(State::ALL[3], State::Confirmed) && matches!(State::ALL[4], State::Rejected));
const _: () = assert!(matches!(State::ALL[6], State::Void));
