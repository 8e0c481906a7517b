//! Recording what happened: facts are folded in memory, then written with all that follows from them, or not at all.

use crate::{
    IntentView, LabelBytes, StoreError, announcements,
    codes::Coded,
    questions,
    rows::{self, IntentRow},
    writing::{Writing, Written},
};
use clock::Time;
use dispatch::{By, Fact, Job, Next, State};
use parcel::{LabelFormat, ParcelNumber, ShipmentId};
use rusqlite::{Connection, params};

const LABEL_PUT: &str =
    "INSERT INTO labels (intent, number, format, label, cn23, answer) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
const NUMBER_PUT: &str = "INSERT INTO numbers (number, intent, account, product, at) VALUES (?1, ?2, ?3, ?4, ?5) \
    ON CONFLICT DO NOTHING";
const TAKEN: &str = "SELECT intent, job FROM outbox WHERE taken = 1";

/// Facts about one intent, with the label's bytes when one of them confirms it.
pub(crate) struct Happened {
    pub(crate) id: ShipmentId,
    pub(crate) facts: Vec<Written>,
    pub(crate) label: Option<LabelBytes>,
    pub(crate) at: Time,
}

impl Happened {
    pub(crate) fn new(
        id: ShipmentId,
        facts: Vec<Fact>,
        at: Time,
        label: Option<LabelBytes>,
    ) -> Result<Self, StoreError> {
        let facts = facts.into_iter().map(Written::new).collect::<Result<_, _>>()?;
        Ok(Self { id, facts, label, at })
    }

    fn confirmed(&self) -> Option<(ParcelNumber, LabelFormat)> {
        self.facts.iter().find_map(|written| match written.fact {
            Fact::Confirmed { number, format, .. } => Some((number, format)),
            _ => None,
        })
    }
}

/// Folds the facts in and writes them, all or none.
pub(crate) fn record(writing: &mut Writing<'_>, happened: &Happened) -> Result<IntentView, StoreError> {
    let mut row = rows::find(writing.conn, happened.id)?.ok_or(StoreError::NoShipment(happened.id))?;
    if happened.facts.is_empty() {
        return Ok(row.view);
    }
    let confirmed = happened.confirmed();
    if happened.label.is_some() && confirmed.is_none() {
        return Err(StoreError::Misused("a label's bytes came without the fact that confirms it"));
    }
    let before = row.view.intent.state;
    let (next, followed) = fold(writing, &mut row, &happened.facts, happened.at)?;
    for written in &happened.facts {
        announcements::check(writing.conn, &row, &written.fact)?;
    }
    for written in &happened.facts {
        note_number(writing, &row, &written.fact, happened.at)?;
        announcements::note(writing.conn, &row, &written.fact, happened.at)?;
    }
    if let (Some(label), Some(confirmed)) = (&happened.label, confirmed) {
        put_label(writing.conn, happened.id, label, confirmed)?;
    }
    store(writing, &row, before, (&happened.facts, &followed), next, happened.at)?;
    Ok(row.view)
}

/// The same for an intent that is held already, and facts that bring no label.
pub(crate) fn happen(
    writing: &mut Writing<'_>,
    row: &mut IntentRow,
    facts: Vec<Written>,
    at: Time,
) -> Result<(), StoreError> {
    let before = row.view.intent.state;
    let (next, followed) = fold(writing, row, &facts, at)?;
    store(writing, row, before, (&facts, &followed), next, at)
}

/// Folds the facts in, and what follows from them at once; gives what is to be done then, and what followed.
fn fold(
    writing: &Writing<'_>,
    row: &mut IntentRow,
    facts: &[Written],
    at: Time,
) -> Result<(Next, Vec<Written>), StoreError> {
    let mut next = Next::AsBefore;
    let mut one = |row: &mut IntentRow, fact: &Fact| -> Result<(), StoreError> {
        match row.fold(fact, at, writing.policy)? {
            Next::AsBefore => {}
            planned => next = planned,
        }
        Ok(())
    };
    facts.iter().try_for_each(|written| one(row, &written.fact))?;
    let mut followed: Vec<Written> = Vec::new();
    while let Some(last) = followed.last().or(facts.last()).filter(|last| questions::has_followers(row, &last.fact)) {
        let Some(fact) = questions::what_follows(writing.conn, row, &last.fact)? else { break };
        one(row, &fact)?;
        followed.push(Written::new(fact)?);
    }
    Ok((next, followed))
}

fn store(
    writing: &mut Writing<'_>,
    row: &IntentRow,
    before: State,
    (facts, followed): (&[Written], &[Written]),
    next: Next,
    at: Time,
) -> Result<(), StoreError> {
    writing.store(row, before, facts.iter().chain(followed), next, at)
}

fn put_label(
    conn: &Connection,
    id: ShipmentId,
    label: &LabelBytes,
    (number, format): (ParcelNumber, LabelFormat),
) -> Result<(), StoreError> {
    conn.prepare_cached(LABEL_PUT)?.execute(params![
        id.as_bytes(),
        number.as_str(),
        format.as_str(),
        label.label.as_ref(),
        label.cn23.as_deref(),
        label.answer_json,
    ])?;
    Ok(())
}

/// Under which product local numbers are kept: none of the carrier's lie around them.
const LOCAL: &str = "local";

/// Keeps the numbers that are known to be in use, about when they were given out: a number of the carrier's that was
/// found later belongs to the time of its attempt.
fn note_number(writing: &Writing<'_>, row: &IntentRow, fact: &Fact, at: Time) -> Result<(), StoreError> {
    let (number, made_at) = match fact {
        Fact::Confirmed { number, by: By::Answer | By::Local, .. } | Fact::Unknown { number: Some(number), .. } => {
            (number, at)
        }
        Fact::Confirmed { number, .. } | Fact::TurnedUp { number, .. } => {
            (number, row.view.intent.claimed_at.unwrap_or(at))
        }
        _ => return Ok(()),
    };
    let product = if matches!(fact, Fact::Confirmed { by: By::Local, .. }) { LOCAL } else { number.prefix() };
    writing.conn.prepare_cached(NUMBER_PUT)?.execute(params![
        number.as_str(),
        row.id().as_bytes(),
        row.view.account,
        product,
        made_at.unix_ms()
    ])?;
    writing.given_out.tell(number);
    Ok(())
}

/// Takes up what a stopped process left in the middle: attempts under way are unknown now, questions are free again.
/// Reads only the taken rows of the outbox.
pub(crate) fn recover(writing: &mut Writing<'_>, now: Time) -> Result<usize, StoreError> {
    let mut unknown = 0;
    for (id, job) in taken(writing.conn)? {
        let row = rows::find(writing.conn, id)?.ok_or(StoreError::Damaged { what: "outbox" })?;
        match row.view.intent.after_a_stop() {
            Some(fact) => {
                record(writing, &Happened::new(id, vec![fact], now, None)?)?;
                unknown += 1;
            }
            None if job == Job::Resolve => {
                writing.plan(&row, Next::Do(job, now), now)?;
            }
            None => return Err(StoreError::Damaged { what: "outbox" }),
        }
    }
    Ok(unknown)
}

fn taken(conn: &Connection) -> Result<Vec<(ShipmentId, Job)>, StoreError> {
    let mut statement = conn.prepare_cached(TAKEN)?;
    let rows =
        statement.query_and_then([], |row| Ok((ShipmentId::from_bytes(row.get(0)?), Job::from_code(row.get(1)?)?)))?;
    rows.collect()
}
