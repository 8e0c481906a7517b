//! One open transaction of the writer: the journal, the fold, the outbox, and what to tell after the commit.
//!
//! A command reads and judges first and writes last, so that a refusal leaves nothing behind in the transaction it
//! shares with others.

use crate::{
    SealingKey, StoreError,
    codes::{Coded, day_code},
    given_out::Listener,
    rows::{self, IntentRow},
    shops::link,
};
use clock::Time;
use dispatch::{Fact, Job, Next, Policy, State};
use parcel::ShipmentId;
use rusqlite::{Connection, params};

/// The last number that the journal gave out, here or, before a restore, in the store that was lost.
const LAST_SEQ: &str = "SELECT max(coalesce((SELECT max(seq) FROM facts), 0), \
    coalesce((SELECT max(floor) FROM restores), 0))";
const APPEND: &str = "INSERT INTO facts (seq, intent, at, fact) VALUES (?1, ?2, ?3, ?4)";
const MOVE: &str = "UPDATE tally SET count = count + ?2 WHERE state = ?1";
/// A new job is looked at in the dark unless its merchant waits; one that is there stays as it was in this.
const JOB: &str = "INSERT INTO outbox (seq, intent, job, again, deposit, due_at, ready, taken, stopgap) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, \
    coalesce((SELECT min(in_the_dark, 1) FROM merchants WHERE id = ?9), 0)) ON CONFLICT (seq) DO UPDATE SET job = excluded.job, \
    again = excluded.again, due_at = excluded.due_at, ready = excluded.ready, taken = excluded.taken";
const JOB_DONE: &str = "DELETE FROM outbox WHERE seq = ?1";

/// A fact with its text for the journal, made before the writer's time is taken.
pub(crate) struct Written {
    pub(crate) fact: Fact,
    pub(crate) json: String,
}

impl Written {
    pub(crate) fn new(fact: Fact) -> Result<Self, StoreError> {
        let json = serde_json::to_string(&fact).map_err(|_| StoreError::Misused("a fact that is not JSON"))?;
        Ok(Self { fact, json })
    }
}

/// Where a job stands in the outbox.
struct Slot {
    due_at: Option<Time>,
    ready: bool,
    taken: bool,
}

/// One open transaction.
pub(crate) struct Writing<'c> {
    pub(crate) conn: &'c Connection,
    pub(crate) key: &'c SealingKey,
    pub(crate) policy: &'c Policy,
    /// Who hears each number that is given out.
    pub(crate) given_out: &'c Listener,
    last_seq: i64,
    moved: [i64; State::ALL.len()],
    /// The intents that changed.
    pub(crate) changed: Vec<ShipmentId>,
    /// Whether the outbox gained work.
    pub(crate) work: bool,
    /// Whether something happened that concerns a shop.
    pub(crate) shops: bool,
}

impl<'c> Writing<'c> {
    /// Takes up the journal where it ends. The transaction is open and nobody else writes.
    pub(crate) fn begin(
        conn: &'c Connection,
        key: &'c SealingKey,
        policy: &'c Policy,
        given_out: &'c Listener,
    ) -> Result<Self, StoreError> {
        let last_seq = conn.prepare_cached(LAST_SEQ)?.query_row([], |row| row.get(0))?;
        let moved = [0; _];
        Ok(Self { conn, key, policy, given_out, last_seq, moved, changed: Vec::new(), work: false, shops: false })
    }

    /// The number that the next fact will have.
    pub(crate) fn next_seq(&self) -> i64 {
        self.last_seq + 1
    }

    /// Appends one fact to the journal.
    pub(crate) fn append(&mut self, id: ShipmentId, at: Time, json: &str) -> Result<(), StoreError> {
        self.last_seq += 1;
        self.conn.prepare_cached(APPEND)?.execute(params![self.last_seq, id.as_bytes(), at.unix_ms(), json])?;
        self.changed.push(id);
        Ok(())
    }

    /// Writes an intent that facts were folded into, the facts themselves, and the work that is left.
    pub(crate) fn store<'f>(
        &mut self,
        row: &IntentRow,
        before: State,
        facts: impl Iterator<Item = &'f Written>,
        next: Next,
        at: Time,
    ) -> Result<(), StoreError> {
        let mut moved = false;
        for written in facts {
            self.append(row.id(), at, &written.json)?;
            moved |= rows::changes_place(before, &written.fact);
        }
        rows::update(self.conn, row, before)?;
        if moved {
            rows::update_place(self.conn, row)?;
        }
        self.moved(before, -1);
        self.moved(row.view.intent.state, 1);
        if row.view.intent.state != before {
            link::shipment_moved(self, row, at)?;
        }
        self.plan(row, next, at)
    }

    /// Writes into the outbox what is to be done next.
    pub(crate) fn plan(&mut self, row: &IntentRow, next: Next, at: Time) -> Result<(), StoreError> {
        match next {
            Next::Do(job, due_at) => {
                self.work = true;
                let ready = due_at <= at;
                self.put_job(row, job, Slot { due_at: Some(due_at), ready, taken: false })
            }
            Next::Busy => self.put_job(row, Job::Submit, Slot { due_at: None, ready: false, taken: true }),
            Next::Nothing => {
                self.conn.prepare_cached(JOB_DONE)?.execute([row.accepted_seq])?;
                Ok(())
            }
            Next::AsBefore => Ok(()),
        }
    }

    /// Hands the job of an intent to a worker, who has it until it is given back or this time has come.
    pub(crate) fn lease(&mut self, row: &IntentRow, job: Job, until: Time) -> Result<(), StoreError> {
        self.put_job(row, job, Slot { due_at: Some(until), ready: false, taken: true })
    }

    fn put_job(&self, row: &IntentRow, job: Job, slot: Slot) -> Result<(), StoreError> {
        let intent = &row.view.intent;
        self.conn.prepare_cached(JOB)?.execute(params![
            row.accepted_seq,
            intent.id.as_bytes(),
            job.code(),
            intent.attempt > 0,
            day_code(intent.deposit_date),
            slot.due_at.map(Time::unix_ms),
            slot.ready,
            slot.taken,
            row.view.merchant.as_str(),
        ])?;
        Ok(())
    }

    /// Counts so many more (or fewer) intents in a state.
    pub(crate) fn moved(&mut self, state: State, by: i64) {
        for (counted, moved) in State::ALL.iter().zip(&mut self.moved) {
            if *counted == state {
                *moved += by;
            }
        }
    }

    /// Writes the counts. The last thing before the commit.
    pub(crate) fn finish(&mut self) -> Result<(), StoreError> {
        for (state, moved) in State::ALL.iter().zip(self.moved) {
            if moved != 0 {
                self.conn.prepare_cached(MOVE)?.execute([state.code(), moved])?;
            }
        }
        Ok(())
    }
}
