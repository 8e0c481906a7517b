//! Taking a request in: is it one that came before, and if not, its first fact, its row, its job and its key.

use crate::{
    Accepted, IntentView, Key, KeyScope, NewIntent, NewPickup, Replaces, StoreError, choices,
    codes::Coded,
    questions, record,
    rows::{self, IntentRow},
    writing::{Writing, Written},
};
use clock::Time;
use dispatch::{Fact, Intent, Next, State, Via};
use parcel::{MerchantId, OrderNumber, ShipmentId};
use rusqlite::{Connection, OptionalExtension, params};
use std::time::Duration;

/// How long a key is kept: the longest thirteen months, as long as the carrier remembers a number.
pub(crate) const KEY_KEPT: Duration = Duration::from_secs(397 * 24 * 60 * 60);

/// How long a refusal is the answer to the same order asked again: long enough that a caller who did not wait for it is
/// told, short enough that an account put right, or a pickup point that opened again, gets another try.
const REFUSAL_KEPT: Duration = Duration::from_secs(60 * 60);

const KEY_FIND: &str = "SELECT k.intent, k.body, k.at, i.state, i.released, i.changed_at FROM keys k \
    JOIN intents i ON i.id = k.intent WHERE k.merchant = ?1 AND k.scope = ?2 AND k.digest = ?3";
const KEY_PUT: &str = "INSERT OR REPLACE INTO keys (merchant, scope, digest, body, intent, at) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
const ACCOUNT_IS: &str = "SELECT 1 FROM accounts WHERE id = ?1 AND merchant = ?2";
const ID_IS: &str = "SELECT 1 FROM intents WHERE id = ?1";
const PARCELS: &str = "SELECT coalesce(max(parcel_no), 0) FROM intents WHERE merchant = ?1 AND order_number = ?2";

/// A request made ready in the caller's thread: its first fact is text already.
pub(crate) struct Request {
    view: IntentView,
    next: Next,
    key: Option<Key>,
    pickup: NewPickup,
    at: Time,
    json: String,
}

impl Request {
    pub(crate) fn new(new: NewIntent) -> Result<Self, StoreError> {
        let NewIntent { id, merchant, account, shipment, via, key, pickup, at } = new;
        let (intent, next) = Intent::accept(id, shipment.deposit_date, at);
        let view = IntentView {
            merchant: merchant.clone(),
            account,
            via,
            order_number: shipment.order_number.clone(),
            parcel_no: 1,
            intent,
            reject: None,
            human_reason: None,
            parcel_ref: shipment.parcel_ref.clone(),
            product: shipment.product.clone(),
            mode: shipment.mode.clone(),
            question: None,
            consent: None,
            version: 1,
        };
        let json = first_fact(merchant, shipment, via)?;
        Ok(Self { view, next, key, pickup, at, json })
    }

    /// What it would be told without being taken in: nothing where it would be new.
    pub(crate) fn known(&self, conn: &Connection) -> Result<Option<Accepted>, StoreError> {
        let known = self.key.map(|key| known(conn, &self.view.merchant, key, self.at));
        Ok(known.transpose()?.flatten())
    }

    /// Looks at everything for which a new request can be refused.
    pub(crate) fn check(&self, conn: &Connection) -> Result<(), StoreError> {
        let view = &self.view;
        if !conn.prepare_cached(ACCOUNT_IS)?.exists(params![view.account, view.merchant.as_str()])? {
            return Err(StoreError::NoAccount(view.account.clone()));
        }
        if conn.prepare_cached(ID_IS)?.exists([view.intent.id.as_bytes()])? {
            return Err(StoreError::IdTaken(view.intent.id));
        }
        Ok(())
    }
}

fn first_fact(merchant: MerchantId, shipment: parcel::Shipment, via: Via) -> Result<String, StoreError> {
    let fact = Fact::Accepted { merchant, shipment: Box::new(shipment), via };
    serde_json::to_string(&fact).map_err(|_| StoreError::Misused("a shipment that is not JSON"))
}

/// Takes the request in, or says which shipment it is already.
pub(crate) fn accept(writing: &mut Writing<'_>, request: Request) -> Result<Accepted, StoreError> {
    if let Some(known) = request.known(writing.conn)? {
        return Ok(known);
    }
    if let Some(known) = questions::asked_otherwise(writing.conn, &request.view)? {
        return Ok(Accepted::Known(known));
    }
    request.check(writing.conn)?;
    let Request { mut view, next, key, pickup, at, json } = request;
    if let Some(order) = &view.order_number {
        view.parcel_no = parcels_of(writing.conn, &view.merchant, order)? + 1;
    }
    if let Some(choice) = pickup.choice.as_ref().filter(|choice| choice.order_number.is_some()) {
        choices::choose(writing, choice, &Replaces::Any, at)?;
    }
    let asked = questions::at_acceptance(writing.conn, &view, pickup)?;
    let mut row = IntentRow { view, accepted_seq: writing.next_seq() };
    if !rows::insert(writing.conn, &row)? {
        return Err(StoreError::IdTaken(row.id()));
    }
    writing.append(row.id(), at, &json)?;
    writing.moved(State::Waiting, 1);
    writing.plan(&row, next, at)?;
    if let Some(key) = key {
        put_key(writing.conn, &row, key, at)?;
    }
    if let Some(asked) = asked {
        record::happen(writing, &mut row, vec![Written::new(asked)?], at)?;
    }
    Ok(Accepted::New(row.view))
}

/// How many parcels of this order there are, void ones included.
pub(crate) fn parcels_of(conn: &Connection, merchant: &MerchantId, order: &OrderNumber) -> Result<u32, StoreError> {
    let mut statement = conn.prepare_cached(PARCELS)?;
    Ok(statement.query_row([merchant.as_str(), order.as_str()], |row| row.get(0))?)
}

/// The holder of a key, as far as the rules ask.
struct Holder {
    id: ShipmentId,
    body: [u8; 16],
    taken_at: Time,
    state: State,
    released: bool,
    changed_at: Time,
}

impl Holder {
    /// Whether a request with this key at this time is the holder's.
    fn has(&self, scope: KeyScope, at: Time) -> bool {
        let answered = match self.state {
            State::Confirmed => self.released,
            state => state.is_final(),
        };
        let held = match scope {
            KeyScope::Idempotency => true,
            KeyScope::Order => match self.state {
                State::Void => false,
                State::Rejected => at.since(self.changed_at) < REFUSAL_KEPT,
                _ => true,
            },
            KeyScope::Body => !answered,
        };
        held && at.since(self.taken_at) < KEY_KEPT
    }
}

/// What a request with this key would be told without being taken in: nothing where it would be new.
pub(crate) fn known(
    conn: &Connection,
    merchant: &MerchantId,
    key: Key,
    at: Time,
) -> Result<Option<Accepted>, StoreError> {
    let Some(holder) = holder(conn, merchant, key)?.filter(|holder| holder.has(key.scope, at)) else {
        return Ok(None);
    };
    if key.scope == KeyScope::Idempotency && holder.body != key.body {
        return Ok(Some(Accepted::Conflict { existing: holder.id }));
    }
    Ok(rows::find(conn, holder.id)?.map(|row| Accepted::Known(row.view)))
}

fn holder(conn: &Connection, merchant: &MerchantId, key: Key) -> Result<Option<Holder>, StoreError> {
    let mut statement = conn.prepare_cached(KEY_FIND)?;
    let found = statement.query_row(params![merchant.as_str(), key.scope.code(), key.digest], |row| {
        let (id, state): (_, i64) = (ShipmentId::from_bytes(row.get(0)?), row.get(3)?);
        let times = [row.get(2)?, row.get(5)?].map(Time::from_unix_ms);
        Ok((id, row.get(1)?, times, state, row.get(4)?))
    });
    let Some((id, body, [taken_at, changed_at], state, released)) = found.optional()? else { return Ok(None) };
    Ok(Some(Holder { id, body, taken_at, state: State::from_code(state)?, released, changed_at }))
}

fn put_key(conn: &Connection, row: &IntentRow, key: Key, at: Time) -> Result<(), StoreError> {
    conn.prepare_cached(KEY_PUT)?.execute(params![
        row.view.merchant.as_str(),
        key.scope.code(),
        key.digest,
        key.body,
        row.id().as_bytes(),
        at.unix_ms()
    ])?;
    Ok(())
}
