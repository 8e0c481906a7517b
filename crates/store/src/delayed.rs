//! What became of labels that had to wait: counted once, when an incident is over.

use crate::{StoreError, codes::Coded, rows::unsigned, search::first_id};
use clock::Time;
use dispatch::State;
use rusqlite::{Connection, params};

/// A label that took longer than this had to wait, in milliseconds.
const DELAYED_MS: i64 = 60_000;

const SENT: &str = "SELECT count(DISTINCT i.id) FROM intents i JOIN facts f ON f.intent = i.id \
    WHERE i.id >= ?1 AND json_extract(f.fact, '$.fact') = 'confirmed' AND f.at > i.accepted_at + ?2";
const ASKED: &str = "SELECT coalesce(sum(count), 0) FROM tally WHERE state IN (?1, ?2)";

/// Labels that had to wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delayed {
    /// Those that were asked for since, waited for more than a minute, and are there.
    pub sent: u64,
    /// Those that wait for an answer of the shop, its buyer or an operator now.
    pub need_answer: u64,
}

/// Counts what was asked for from this time on.
pub(crate) fn count(conn: &Connection, since: Time) -> Result<Delayed, StoreError> {
    let sent = conn.prepare_cached(SENT)?.query_row(params![first_id(since), DELAYED_MS], |row| row.get(0))?;
    let states = params![State::Question.code(), State::Human.code()];
    let need_answer = conn.prepare_cached(ASKED)?.query_row(states, |row| row.get(0))?;
    Ok(Delayed { sent: unsigned(sent), need_answer: unsigned(need_answer) })
}
