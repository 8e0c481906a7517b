//! From the journal into the deliveries: what happened since each endpoint's place is put on its way to it.
//!
//! The journal is read beside the writer; what follows from it is written at once, places and deliveries together. An
//! endpoint whose place has changed meanwhile keeps its own, and what was put on its way twice is one row.

use super::{HookEvent, HookEvents, PENDING_COUNT_MAX};
use crate::{StoreError, codes::Coded, writing::Writing};
use clock::Time;
use rusqlite::{Connection, params};

/// Facts that are looked at in one go, at most.
const FACTS_COUNT_MAX: usize = 500;

const HOOKS: &str = "SELECT id, merchant, events, place, again_from, again_to, \
    (SELECT count(*) FROM deliveries WHERE hook = hooks.id AND due_at IS NOT NULL) FROM hooks WHERE state = 0";
const FACTS: &str = "SELECT f.seq, f.intent, f.fact ->> '$.fact', i.merchant FROM facts f \
    JOIN intents i ON i.id = f.intent WHERE f.seq > ?1 AND f.seq <= ?2 ORDER BY f.seq LIMIT ?3";
const PLACE: &str = "UPDATE hooks SET place = ?3 WHERE id = ?1 AND place = ?2";
const AGAIN: &str = "UPDATE hooks SET again_from = ?3 WHERE id = ?1 AND again_from = ?2";
const AGAIN_DONE: &str = "UPDATE hooks SET again_from = NULL, again_to = NULL \
    WHERE id = ?1 AND again_from = ?2 AND again_to = ?3";
const PUT: &str = "INSERT INTO deliveries (hook, seq, intent, event, state, since, attempts, due_at) \
    VALUES (?1, ?2, ?3, ?4, 0, ?5, 0, ?5) ON CONFLICT DO NOTHING";
const PUT_AGAIN: &str = "INSERT INTO deliveries (hook, seq, intent, event, state, since, attempts, due_at) \
    VALUES (?1, ?2, ?3, ?4, 0, ?5, 0, ?5) ON CONFLICT (hook, seq) DO UPDATE SET state = 0, since = excluded.since, \
    attempts = 0, due_at = excluded.due_at";

/// An endpoint as far as it matters here.
struct Reader {
    id: String,
    merchant: String,
    events: Option<HookEvents>,
    place: i64,
    again: Option<(i64, i64)>,
    room: usize,
}

/// A fact that is told outside.
struct Told {
    seq: i64,
    intent: [u8; 16],
    event: HookEvent,
    merchant: String,
}

/// A stretch of the journal.
struct Stretch {
    told: Vec<Told>,
    /// The last fact that was looked at, told or not.
    end: i64,
    /// Whether the journal goes on after it.
    more: bool,
}

/// What is to be put on its way, and how far each endpoint is then.
pub(crate) struct Gathered {
    steps: Vec<Step>,
    /// Whether there is an endpoint to tell at all.
    pub(crate) anyone: bool,
    /// Whether there is more to be gathered at once.
    pub(crate) more: bool,
}

struct Step {
    hook: String,
    from: i64,
    to: Until,
    deliveries: Vec<(i64, [u8; 16], HookEvent)>,
}

/// How far a step leads.
enum Until {
    /// Along the journal.
    Place(i64),
    /// Within a replay.
    Again(i64),
    /// To the end of a replay, whose last fact this was.
    AgainDone(i64),
}

impl Gathered {
    /// Whether there is nothing to write.
    pub(crate) fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}

/// Reads what every endpoint is to be told next.
pub(crate) fn look(conn: &Connection) -> Result<Gathered, StoreError> {
    let moment = conn.unchecked_transaction()?;
    let readers = readers(&moment)?;
    let mut gathered = Gathered { steps: Vec::new(), anyone: !readers.is_empty(), more: false };
    forward(&moment, &readers, &mut gathered)?;
    for reader in readers.iter().filter(|reader| reader.room > 0) {
        again(&moment, reader, &mut gathered)?;
    }
    Ok(gathered)
}

fn readers(conn: &Connection) -> Result<Vec<Reader>, StoreError> {
    let mut statement = conn.prepare_cached(HOOKS)?;
    let rows = statement.query_and_then([], |row| {
        let (from, to): (Option<i64>, Option<i64>) = (row.get(4)?, row.get(5)?);
        let pending: usize = row.get::<_, u32>(6)?.try_into().unwrap_or(usize::MAX);
        Ok(Reader {
            id: row.get(0)?,
            merchant: row.get(1)?,
            events: row.get::<_, Option<u32>>(2)?.map(HookEvents::from_bits),
            place: row.get(3)?,
            again: from.zip(to),
            room: PENDING_COUNT_MAX.saturating_sub(pending),
        })
    })?;
    rows.collect()
}

/// One stretch from the place furthest behind, for everybody who is there or comes by.
fn forward(conn: &Connection, readers: &[Reader], gathered: &mut Gathered) -> Result<(), StoreError> {
    let with_room = || readers.iter().filter(|reader| reader.room > 0);
    let Some(behind) = with_room().map(|reader| reader.place).min() else { return Ok(()) };
    let stretch = stretch(conn, behind, i64::MAX)?;
    for reader in with_room().filter(|reader| reader.place < stretch.end) {
        let (deliveries, end) = reader.take(&stretch, reader.place);
        let to = Until::Place(end);
        gathered.steps.push(Step { hook: reader.id.clone(), from: reader.place, to, deliveries });
    }
    gathered.more |= stretch.more;
    Ok(())
}

/// The next stretch of a replay, as far as the endpoint's own place: what lies beyond is told in its time.
fn again(conn: &Connection, reader: &Reader, gathered: &mut Gathered) -> Result<(), StoreError> {
    let Some((from, to)) = reader.again else { return Ok(()) };
    let stretch = stretch(conn, from - 1, to.min(reader.place))?;
    let (deliveries, end) = reader.take(&stretch, from - 1);
    let done = !stretch.more && end == stretch.end;
    let until = if done { Until::AgainDone(to) } else { Until::Again(end + 1) };
    gathered.more |= !done;
    gathered.steps.push(Step { hook: reader.id.clone(), from, to: until, deliveries });
    Ok(())
}

impl Reader {
    /// What of a stretch this one is to be told, and the last fact that it was looked through to.
    fn take(&self, stretch: &Stretch, place: i64) -> (Vec<(i64, [u8; 16], HookEvent)>, i64) {
        let wanted = |told: &&Told| {
            told.seq > place
                && told.merchant == self.merchant
                && self.events.is_none_or(|events| events.contains(told.event))
        };
        let mut all = stretch.told.iter().filter(wanted);
        let taken: Vec<_> = all.by_ref().take(self.room).map(|told| (told.seq, told.intent, told.event)).collect();
        let end = all.next().map_or(stretch.end, |next| next.seq - 1);
        (taken, end)
    }
}

fn stretch(conn: &Connection, after: i64, to: i64) -> Result<Stretch, StoreError> {
    let mut statement = conn.prepare_cached(FACTS)?;
    let limit = i64::try_from(FACTS_COUNT_MAX).unwrap_or(i64::MAX);
    let mut rows = statement.query(params![after, to, limit])?;
    let (mut told, mut end, mut count) = (Vec::new(), after, 0);
    while let Some(row) = rows.next()? {
        end = row.get(0)?;
        count += 1;
        let fact = row.get_ref(2)?.as_str().map_err(|_| StoreError::Damaged { what: "fact" })?;
        if let Some(event) = HookEvent::of_fact(fact) {
            told.push(Told { seq: end, intent: row.get(1)?, event, merchant: row.get(3)? });
        }
    }
    Ok(Stretch { told, end, more: count == FACTS_COUNT_MAX })
}

/// Writes what was gathered; true when it put something on its way.
pub(crate) fn put(writing: &mut Writing<'_>, gathered: &Gathered, at: Time) -> Result<bool, StoreError> {
    let mut any = false;
    for step in &gathered.steps {
        let (moved, sql) = match step.to {
            Until::Place(to) => (writing.conn.prepare_cached(PLACE)?.execute(params![step.hook, step.from, to])?, PUT),
            Until::Again(to) => {
                (writing.conn.prepare_cached(AGAIN)?.execute(params![step.hook, step.from, to])?, PUT_AGAIN)
            }
            Until::AgainDone(to) => {
                (writing.conn.prepare_cached(AGAIN_DONE)?.execute(params![step.hook, step.from, to])?, PUT_AGAIN)
            }
        };
        if moved == 0 {
            continue;
        }
        let mut statement = writing.conn.prepare_cached(sql)?;
        for (seq, intent, event) in &step.deliveries {
            statement.execute(params![step.hook, seq, intent, event.code(), at.unix_ms()])?;
            any = true;
        }
    }
    Ok(any)
}
