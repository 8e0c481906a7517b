//! Taking work from the outbox: the most urgent day of deposit first, then the oldest.

use crate::{
    Account, Claimed, StoreError,
    codes::Coded,
    merchants,
    rows::{self, IntentRow},
    writing::{Writing, Written},
};
use clock::Time;
use dispatch::{Fact, Job};
use jiff::civil::Date;
use parcel::{Shipment, ShipmentId};
use rusqlite::{Connection, params};
use std::{collections::HashMap, time::Duration};

/// How long a question to an anchor may take before another worker may ask it: longer than any exchange.
const RESOLVE_LEASE: Duration = Duration::from_secs(600);
/// How many rested jobs become ready per claim, at most: a million that wake at once must not stop the writer. Within
/// such a crowd the order of urgency holds among those that are ready.
const WAKE_COUNT_MAX: u32 = 4096;

const WAKE: &str = "UPDATE outbox SET ready = 1, taken = 0 WHERE seq IN \
    (SELECT seq FROM outbox WHERE ready = 0 AND due_at <= ?1 ORDER BY due_at LIMIT ?2)";
const READY: &str = "SELECT deposit, seq, intent FROM outbox WHERE ready = 1 AND job = ?1 AND again = ?2 \
    ORDER BY deposit, seq LIMIT ?3";
const FIRST_FACT: &str = "SELECT fact FROM facts WHERE seq = ?1";

/// Takes up to `count` due jobs of these kinds, the first kind first, of which up to `again` for which the carrier was
/// asked before.
pub(crate) fn claim(
    writing: &mut Writing<'_>,
    jobs: &[Job],
    count: u32,
    again: u32,
    now: Time,
) -> Result<Vec<Claimed>, StoreError> {
    writing.conn.prepare_cached(WAKE)?.execute(params![now.unix_ms(), WAKE_COUNT_MAX])?;
    let (mut taken, mut again) = (Vec::new(), again);
    for job in jobs {
        let left = count.saturating_sub(u32::try_from(taken.len()).unwrap_or(u32::MAX));
        let some = of_kind(writing, *job, left, again, now)?;
        let asked_before = some.iter().filter(|c| c.job == Job::Resolve || c.attempt > 1).count();
        again = again.saturating_sub(u32::try_from(asked_before).unwrap_or(u32::MAX));
        taken.extend(some);
    }
    Ok(taken)
}

fn of_kind(writing: &mut Writing<'_>, job: Job, count: u32, again: u32, now: Time) -> Result<Vec<Claimed>, StoreError> {
    let mut due = ready(writing.conn, job, false, count)?;
    due.extend(ready(writing.conn, job, true, again.min(count))?);
    due.sort_unstable();
    due.truncate(usize::try_from(count).unwrap_or(usize::MAX));
    let (today, mut accounts) = (now.paris_date(), HashMap::new());
    due.into_iter().map(|due| take(writing, job, due, today, &mut accounts, now)).collect()
}

/// Day of deposit and number of the first fact: the order of urgency.
type Due = (i64, i64, ShipmentId);

fn ready(conn: &Connection, job: Job, again: bool, count: u32) -> Result<Vec<Due>, StoreError> {
    let mut statement = conn.prepare_cached(READY)?;
    let rows = statement.query_and_then(params![job.code(), again, count], |row| {
        Ok((row.get(0)?, row.get(1)?, ShipmentId::from_bytes(row.get(2)?)))
    })?;
    rows.collect()
}

fn take(
    writing: &mut Writing<'_>,
    job: Job,
    (_, _, id): Due,
    today: Date,
    accounts: &mut HashMap<String, Account>,
    now: Time,
) -> Result<Claimed, StoreError> {
    let mut row = rows::find(writing.conn, id)?.ok_or(StoreError::Damaged { what: "outbox" })?;
    let shipment = shipment(writing.conn, &row)?;
    let account = account(writing, &row, accounts)?;
    let deposit_date = shipment.deposit_date.max(today);
    match job {
        Job::Submit => begin(writing, &mut row, &shipment, deposit_date, now)?,
        Job::Resolve => writing.lease(&row, job, now.plus(RESOLVE_LEASE))?,
    }
    let attempt = row.view.intent.attempt;
    Ok(Claimed { view: row.view, shipment, account, job, attempt, deposit_date })
}

/// Writes that an attempt begins.
fn begin(
    writing: &mut Writing<'_>,
    row: &mut IntentRow,
    shipment: &Shipment,
    deposit_date: Date,
    now: Time,
) -> Result<(), StoreError> {
    let before = row.view.intent.state;
    let attempt = row.view.intent.attempt + 1;
    let claimed = Written::new(Fact::Claimed { attempt, deposit_date, number: shipment.parcel_number })?;
    let next = row.fold(&claimed.fact, now, writing.policy).map_err(|_| StoreError::Damaged { what: "outbox" })?;
    writing.store(row, before, std::iter::once(&claimed), next, now)
}

/// What is to be labelled: the first fact, with what was agreed to since.
pub(crate) fn shipment(conn: &Connection, row: &IntentRow) -> Result<Shipment, StoreError> {
    kept_shipment(conn, row)?.ok_or(StoreError::Damaged { what: "first fact" })
}

/// The same of a shipment whose first fact may be past its time, and then nothing.
pub(crate) fn kept_shipment(conn: &Connection, row: &IntentRow) -> Result<Option<Shipment>, StoreError> {
    let mut shipment = first_shipment(conn, row.accepted_seq)?;
    if let (Some(shipment), Some(_)) = (&mut shipment, &row.view.consent) {
        shipment.go_elsewhere(row.view.product.clone(), row.view.mode.clone());
    }
    Ok(shipment)
}

fn first_shipment(conn: &Connection, accepted_seq: i64) -> Result<Option<Shipment>, StoreError> {
    let mut statement = conn.prepare_cached(FIRST_FACT)?;
    let mut rows = statement.query([accepted_seq])?;
    let damaged = || StoreError::Damaged { what: "first fact" };
    let row = rows.next()?.ok_or_else(damaged)?;
    let text = row.get_ref(0)?.as_str().map_err(|_| damaged())?;
    match rows::json(text, "first fact")? {
        Fact::Accepted { shipment, .. } => Ok(Some(*shipment)),
        Fact::Compacted { .. } => Ok(None),
        _ => Err(damaged()),
    }
}

/// The account, opened once per claim.
fn account(
    writing: &Writing<'_>,
    row: &IntentRow,
    opened: &mut HashMap<String, Account>,
) -> Result<Account, StoreError> {
    if let Some(account) = opened.get(&row.view.account) {
        return Ok(account.clone());
    }
    let account = merchants::account(writing.conn, writing.key, &row.view.account)?;
    let account = account.ok_or(StoreError::Damaged { what: "account" })?;
    opened.insert(account.id.clone(), account.clone());
    Ok(account)
}
