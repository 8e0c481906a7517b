//! One intent as a row, there and back.

use crate::{Agreed, OpenQuestion};
use crate::{
    IntentView, StoreError,
    codes::{Coded, day_code, day_from_code},
};
use clock::Time;
use dispatch::{By, Fact, Intent, Next, Policy, Reject, State, Via};
use parcel::{DeliveryMode, Product, ShipmentId};
use rusqlite::{Connection, Params, Row, params};
use std::str::FromStr;

macro_rules! columns {
    () => {
        "id, merchant, account, via, order_number, parcel_no, product, pickup_point, accepted_seq, accepted_at, \
         deposit, state, version, changed_at, attempt, unknowns, retries, sent, claimed_at, number, known_by, cause, \
         released, reject_code, reject_message, human_reason, offered, announced_at, integrated_at, \
         parcel_ref, question, consent, mismatch"
    };
}

const ALL: &str = concat!("SELECT ", columns!(), " FROM intents");
const FIND: &str = concat!("SELECT ", columns!(), " FROM intents WHERE id = ?1");
const INSERT: &str = concat!(
    "INSERT INTO intents (",
    columns!(),
    ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, 0, 0, 0, 0, NULL, NULL, NULL, NULL, 0, \
     NULL, NULL, NULL, 0, NULL, NULL, ?15, NULL, NULL, NULL) ON CONFLICT DO NOTHING"
);
const UPDATE: &str = "UPDATE intents SET version = ?2, changed_at = ?3, attempt = ?4, unknowns = ?5, retries = ?6, \
    sent = ?7, claimed_at = ?8, number = ?9, known_by = ?10, cause = ?11, released = ?12, reject_code = ?13, \
    reject_message = ?14, human_reason = ?15, offered = ?16, announced_at = ?17, integrated_at = ?18 WHERE id = ?1";
const UPDATE_STATE: &str = "UPDATE intents SET version = ?2, changed_at = ?3, attempt = ?4, unknowns = ?5, \
    retries = ?6, sent = ?7, claimed_at = ?8, number = ?9, known_by = ?10, cause = ?11, released = ?12, \
    reject_code = ?13, reject_message = ?14, human_reason = ?15, offered = ?16, announced_at = ?17, \
    integrated_at = ?18, state = ?19 WHERE id = ?1";

/// What only questions and their answers change.
const UPDATE_PLACE: &str = "UPDATE intents SET product = ?2, pickup_point = ?3, question = ?4, consent = ?5, \
    mismatch = ?6 WHERE id = ?1";

/// An intent as it stands in its table.
#[derive(Clone, Debug)]
pub(crate) struct IntentRow {
    pub(crate) view: IntentView,
    /// The number of its first fact, which holds the shipment; also its place in the outbox.
    pub(crate) accepted_seq: i64,
}

impl IntentRow {
    pub(crate) fn id(&self) -> ShipmentId {
        self.view.intent.id
    }

    /// Folds one fact in.
    pub(crate) fn fold(&mut self, fact: &Fact, at: Time, policy: &Policy) -> Result<Next, StoreError> {
        let view = &mut self.view;
        let next = view.intent.step(fact, at, policy)?;
        view.version += 1;
        match fact {
            Fact::Rejected { reject, .. } => view.reject = Some(reject.clone()),
            Fact::LeftToHuman { reason } => view.human_reason = Some(reason.clone()),
            Fact::Restored { mark, .. } if view.intent.state == State::Human => {
                let before = view.human_reason.take().unwrap_or_default();
                view.human_reason = Some(format!("{before} (as of {mark}, when the backup was taken)"));
            }
            _ if view.intent.state != State::Human => view.human_reason = None,
            _ => {}
        }
        self.fold_place(fact, at);
        Ok(next)
    }

    /// What a fact says of where the parcel is to end.
    fn fold_place(&mut self, fact: &Fact, at: Time) {
        let view = &mut self.view;
        match fact {
            Fact::Asked { question, .. } => {
                view.question = Some(Box::new(OpenQuestion { question: question.clone(), asked_at: at }));
            }
            Fact::Consented { consent } => {
                view.product = consent.product.clone();
                view.mode = consent.mode.clone();
                view.human_reason = view.intent.reason_after_consent().map(str::to_owned);
                view.consent = Some(Box::new(Agreed { consent: consent.clone(), at }));
            }
            _ => {}
        }
        if view.intent.state != State::Question {
            view.question = None;
        }
    }
}

/// Whether a fact can change what [`update_place`] writes.
pub(crate) fn changes_place(before: State, fact: &Fact) -> bool {
    before == State::Question
        || matches!(fact, Fact::Asked { .. } | Fact::Consented { .. } | Fact::Rechosen { .. } | Fact::Elsewhere { .. })
}

/// The intent with this id.
pub(crate) fn find(conn: &Connection, id: ShipmentId) -> Result<Option<IntentRow>, StoreError> {
    let mut statement = conn.prepare_cached(FIND)?;
    let mut rows = statement.query([id.as_bytes()])?;
    rows.next()?.map(read).transpose()
}

/// Each intent of a question, one in memory at a time; `sql` follows the columns.
pub(crate) fn each<E: From<StoreError>>(
    conn: &Connection,
    sql: &str,
    values: impl Params,
    mut each: impl FnMut(&IntentRow) -> Result<(), E>,
) -> Result<(), E> {
    let mut statement = conn.prepare(&format!("{ALL}{sql}")).map_err(StoreError::from)?;
    let mut rows = statement.query(values).map_err(StoreError::from)?;
    while let Some(row) = rows.next().map_err(StoreError::from)? {
        each(&read(row)?)?;
    }
    Ok(())
}

/// Writes a new intent; false when its id is taken, and then nothing is written.
pub(crate) fn insert(conn: &Connection, row: &IntentRow) -> Result<bool, StoreError> {
    let (view, intent) = (&row.view, &row.view.intent);
    let point = view.mode.pickup_point();
    let written = conn.prepare_cached(INSERT)?.execute(params![
        intent.id.as_bytes(),
        view.merchant.as_str(),
        view.account,
        view.via.code(),
        view.order_number.as_ref().map(|n| n.as_str()),
        view.parcel_no,
        view.product.code(),
        point.as_ref().map(|p| p.as_str()),
        row.accepted_seq,
        intent.accepted_at.unix_ms(),
        day_code(intent.deposit_date),
        intent.state.code(),
        count(view.version),
        intent.changed_at.unix_ms(),
        view.parcel_ref,
    ])?;
    Ok(written == 1)
}

/// Writes what facts may change. The index by state is touched only when the state moved.
pub(crate) fn update(conn: &Connection, row: &IntentRow, state_before: State) -> Result<(), StoreError> {
    let (view, intent) = (&row.view, &row.view.intent);
    let moved = intent.state != state_before;
    let mut statement = conn.prepare_cached(if moved { UPDATE_STATE } else { UPDATE })?;
    let cause = intent.cause.as_ref().map(serde_json::to_string).transpose();
    let values: [&dyn rusqlite::ToSql; 18] = [
        intent.id.as_bytes(),
        &count(view.version),
        &intent.changed_at.unix_ms(),
        &intent.attempt,
        &intent.unknowns,
        &intent.retries,
        &intent.sent,
        &intent.claimed_at.map(Time::unix_ms),
        &intent.number.map(|n| n.to_string()),
        &intent.by.map(Coded::code),
        &cause.map_err(|_| StoreError::Damaged { what: "cause" })?,
        &intent.released,
        &view.reject.as_ref().map(|r| r.code.as_str()),
        &view.reject.as_ref().map(|r| r.message.as_str()),
        &view.human_reason,
        &intent.offered,
        &intent.announced_at.map(Time::unix_ms),
        &intent.integrated_at.map(Time::unix_ms),
    ];
    for (place, value) in (1..).zip(values) {
        statement.raw_bind_parameter(place, value)?;
    }
    if moved {
        statement.raw_bind_parameter(19, intent.state.code())?;
    }
    statement.raw_execute()?;
    Ok(())
}

/// Writes what questions and their answers may change. Apart from [`update`], which every other fact goes through.
pub(crate) fn update_place(conn: &Connection, row: &IntentRow) -> Result<(), StoreError> {
    let view = &row.view;
    let point = view.mode.pickup_point();
    conn.prepare_cached(UPDATE_PLACE)?.execute(params![
        row.id().as_bytes(),
        view.product.code(),
        point.as_ref().map(|p| p.as_str()),
        text(view.question.as_deref())?,
        text(view.consent.as_deref())?,
        text(view.intent.mismatch.as_ref())?,
    ])?;
    Ok(())
}

fn text(value: Option<&impl serde::Serialize>) -> Result<Option<String>, StoreError> {
    let text = value.map(serde_json::to_string).transpose();
    text.map_err(|_| StoreError::Misused("a question that is not JSON"))
}

fn read(row: &Row<'_>) -> Result<IntentRow, StoreError> {
    let order_number: Option<String> = row.get(4)?;
    let point: Option<String> = row.get(7)?;
    let (reject_code, reject_message): (Option<String>, Option<String>) = (row.get(23)?, row.get(24)?);
    let version: i64 = row.get(12)?;
    let view = IntentView {
        merchant: parse(&row.get::<_, String>(1)?, "merchant")?,
        account: row.get(2)?,
        via: Via::from_code(row.get(3)?)?,
        order_number: order_number.map(|n| parse(&n, "order_number")).transpose()?,
        parcel_no: row.get(5)?,
        parcel_ref: row.get(29)?,
        intent: read_intent(row)?,
        reject: reject_code.zip(reject_message).map(|(code, message)| Reject { code, message }),
        human_reason: row.get(25)?,
        product: Product::from(row.get::<_, String>(6)?),
        mode: match point {
            Some(id) => DeliveryMode::PickupPoint(parse(&id, "pickup_point")?),
            None => DeliveryMode::Home,
        },
        question: maybe_json::<OpenQuestion>(row.get(30)?, "question")?.map(Box::new),
        consent: maybe_json::<Agreed>(row.get(31)?, "consent")?.map(Box::new),
        version: u64::try_from(version).map_err(|_| StoreError::Damaged { what: "version" })?,
    };
    Ok(IntentRow { view, accepted_seq: row.get(8)? })
}

fn read_intent(row: &Row<'_>) -> Result<Intent, StoreError> {
    let (number, cause): (Option<String>, Option<String>) = (row.get(19)?, row.get(21)?);
    let time = |place| row.get(place).map(Time::from_unix_ms);
    let maybe_time = |place| row.get(place).map(|at: Option<i64>| at.map(Time::from_unix_ms));
    Ok(Intent {
        id: ShipmentId::from_bytes(row.get(0)?),
        state: State::from_code(row.get(11)?)?,
        accepted_at: time(9)?,
        changed_at: time(13)?,
        attempt: row.get(14)?,
        unknowns: row.get(15)?,
        retries: row.get(16)?,
        sent: row.get(17)?,
        claimed_at: maybe_time(18)?,
        deposit_date: day_from_code(row.get(10)?)?,
        number: number.map(|n| parse(&n, "number")).transpose()?,
        by: row.get::<_, Option<i64>>(20)?.map(By::from_code).transpose()?,
        cause: cause.map(|c| json(&c, "cause")).transpose()?,
        released: row.get(22)?,
        offered: row.get(26)?,
        announced_at: maybe_time(27)?,
        integrated_at: maybe_time(28)?,
        mismatch: maybe_json(row.get(32)?, "mismatch")?,
    })
}

/// A value of ours read from its text.
pub(crate) fn parse<T: FromStr>(text: &str, what: &'static str) -> Result<T, StoreError> {
    text.parse().map_err(|_| StoreError::Damaged { what })
}

fn maybe_json<T: serde::de::DeserializeOwned>(
    text: Option<String>,
    what: &'static str,
) -> Result<Option<T>, StoreError> {
    text.map(|text| json(&text, what)).transpose()
}

/// A value of ours read from its JSON.
pub(crate) fn json<T: serde::de::DeserializeOwned>(text: &str, what: &'static str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|_| StoreError::Damaged { what })
}

/// A count out of SQLite.
pub(crate) fn unsigned(n: i64) -> u64 {
    u64::try_from(n).unwrap_or_default()
}

/// A count as SQLite holds it.
pub(crate) fn count(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
