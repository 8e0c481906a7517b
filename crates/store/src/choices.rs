//! What buyers chose, by merchant and order: the one that counts, and those before it.
//!
//! A choice is on disk before anybody is told that it is. A second one for the same order takes the place of the first,
//! which is kept as history, and is held to the order's shipments in the same transaction: one that has surely no label
//! becomes a question, beside one that may have one the difference is noted. A choice alone changes no shipment.

use crate::{
    StoreError,
    record::{self, Happened},
    rows::{self, IntentRow, json},
    writing::Writing,
};
use clock::Time;
use dispatch::{Consent, ConsentBy, Fact, Mismatch, Question, State, Why};
use parcel::{DeliveryMode, MerchantId, OrderNumber, PickupPointId, ShipmentId};
use pickup::Choice;
use rusqlite::{Connection, OptionalExtension, params};

/// Choices of one order that are told of, at most, the latest first.
const HISTORY_COUNT_MAX: u32 = 50;

const CURRENT: &str = "SELECT choice FROM choices WHERE merchant = ?1 AND order_number = ?2 AND ended_at IS NULL";
const HISTORY: &str = "SELECT choice, ended_at FROM choices WHERE merchant = ?1 AND order_number = ?2 \
    ORDER BY id DESC LIMIT ?3";
const END: &str = "UPDATE choices SET ended_at = ?3 WHERE merchant = ?1 AND order_number = ?2 AND ended_at IS NULL";
const PUT: &str = "INSERT INTO choices (merchant, order_number, choice, at) VALUES (?1, ?2, ?3, ?4)";
const OF_ORDER: &str = "SELECT id FROM intents INDEXED BY intents_of_order \
    WHERE merchant = ?1 AND order_number = ?2 ORDER BY id";

/// Which earlier choice of the same order a choice may take the place of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replaces {
    /// Whichever there is: the shop itself says what its buyer chose.
    Any,
    /// This one, or none: whoever holds it made it.
    This(Box<Choice>),
    /// None: anybody may have sent it.
    None,
}

/// What became of a choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chose {
    /// It counts from now on. Durable.
    Recorded(Choice),
    /// The same point was chosen before: that record goes on to count.
    Same(Choice),
    /// Another one counts, and this one may not take its place. Nothing was written.
    Taken,
}

/// A choice with when it ceased to count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastChoice {
    /// The choice.
    pub choice: Choice,
    /// When another took its place; none for the one that counts.
    pub ended_at: Option<Time>,
}

/// Records a choice and holds it to the shipments of its order. One without an order number has no place here: it is
/// handed on by whoever holds it.
pub(crate) fn choose(
    writing: &mut Writing<'_>,
    choice: &Choice,
    replaces: &Replaces,
    at: Time,
) -> Result<Chose, StoreError> {
    let Some(order) = &choice.order_number else { return Err(StoreError::Misused("a choice for no order")) };
    let before = current(writing.conn, &choice.merchant, order)?;
    if let Some(before) = before {
        if before.point.id == choice.point.id && before.product == choice.product {
            return Ok(Chose::Same(before));
        }
        let may = match replaces {
            Replaces::Any => true,
            Replaces::This(this) => **this == before,
            Replaces::None => false,
        };
        if !may {
            return Ok(Chose::Taken);
        }
    }
    put(writing.conn, choice, order, at)?;
    for id in of_order(writing.conn, &choice.merchant, order)? {
        hold_to(writing, id, choice, at)?;
    }
    Ok(Chose::Recorded(choice.clone()))
}

fn put(conn: &Connection, choice: &Choice, order: &OrderNumber, at: Time) -> Result<(), StoreError> {
    let text = serde_json::to_string(choice).map_err(|_| StoreError::Misused("a choice that is not JSON"))?;
    end(conn, &choice.merchant, order, at)?;
    conn.prepare_cached(PUT)?.execute(params![choice.merchant.as_str(), order.as_str(), text, at.unix_ms()])?;
    Ok(())
}

/// Nothing counts as chosen for this order any more; what did is kept as history.
pub(crate) fn end(conn: &Connection, merchant: &MerchantId, order: &OrderNumber, at: Time) -> Result<(), StoreError> {
    conn.prepare_cached(END)?.execute(params![merchant.as_str(), order.as_str(), at.unix_ms()])?;
    Ok(())
}

fn of_order(conn: &Connection, merchant: &MerchantId, order: &OrderNumber) -> Result<Vec<ShipmentId>, StoreError> {
    let mut statement = conn.prepare_cached(OF_ORDER)?;
    let ids = statement.query_map([merchant.as_str(), order.as_str()], |row| row.get(0).map(ShipmentId::from_bytes))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// What a choice means for a shipment that is there already.
fn hold_to(writing: &mut Writing<'_>, id: ShipmentId, choice: &Choice, at: Time) -> Result<(), StoreError> {
    let Some(row) = rows::find(writing.conn, id)? else { return Ok(()) };
    match noted(&row, choice.point.id) {
        Some(fact) => record::record(writing, &Happened::new(id, vec![fact], at, None)?).map(drop),
        None => Ok(()),
    }
}

fn noted(row: &IntentRow, chosen: PickupPointId) -> Option<Fact> {
    let view = &row.view;
    if view.product.is_return() {
        return None;
    }
    let differs = view.mode != DeliveryMode::PickupPoint(chosen);
    match view.intent.state {
        State::Rejected | State::Void => None,
        State::Waiting => differs.then(|| asked(Question::of_choice(view.mode.clone(), chosen))),
        State::Question if differs => Some(asked(Question::of_choice(view.mode.clone(), chosen))),
        // The two are the same now, and that was all that was asked.
        State::Question => {
            let open = view.question.as_ref().filter(|open| open.question.why == Why::DiffersFromChoice);
            open.map(|_| agreed(row, ConsentBy::Buyer))
        }
        State::InFlight | State::Unknown | State::Human | State::Confirmed => {
            let known = match &view.intent.mismatch {
                Some(Mismatch::Rechosen { chosen, .. }) => Some(*chosen),
                _ => None,
            };
            let news = if differs { known != Some(chosen) } else { known.is_some() };
            news.then_some(Fact::Rechosen { chosen, differs })
        }
    }
}

fn asked(question: Question) -> Fact {
    Fact::Asked { attempt: None, question }
}

fn agreed(row: &IntentRow, by: ConsentBy) -> Fact {
    let (product, mode) = (row.view.product.clone(), row.view.mode.clone());
    Fact::Consented { consent: Consent { by, product, mode, kept: false, not_before: None } }
}

/// What counts as chosen after the buyer answered: the point that she agreed to, or none when the parcel is brought to
/// her. The order's other parcels are questions of their own.
pub(crate) fn after_consent(
    writing: &mut Writing<'_>,
    row: &IntentRow,
    chosen: Option<&Choice>,
    at: Time,
) -> Result<(), StoreError> {
    let Some(order) = &row.view.order_number else { return Ok(()) };
    match (chosen, &row.view.mode) {
        (Some(choice), _) => put(writing.conn, choice, order, at),
        (None, DeliveryMode::Home) => end(writing.conn, &row.view.merchant, order, at),
        (None, DeliveryMode::PickupPoint(_)) => Ok(()),
    }
}

/// The choice that counts for an order.
pub(crate) fn current(
    conn: &Connection,
    merchant: &MerchantId,
    order: &OrderNumber,
) -> Result<Option<Choice>, StoreError> {
    let mut statement = conn.prepare_cached(CURRENT)?;
    let text: Option<String> = statement.query_row([merchant.as_str(), order.as_str()], |row| row.get(0)).optional()?;
    text.map(|text| json(&text, "choice")).transpose()
}

/// The choices of an order, the latest first.
pub(crate) fn history(
    conn: &Connection,
    merchant: &MerchantId,
    order: &OrderNumber,
) -> Result<Vec<PastChoice>, StoreError> {
    let mut statement = conn.prepare_cached(HISTORY)?;
    let rows = statement.query_and_then(params![merchant.as_str(), order.as_str(), HISTORY_COUNT_MAX], |row| {
        let ended_at: Option<i64> = row.get(1)?;
        let choice = json(&row.get::<_, String>(0)?, "choice")?;
        Ok(PastChoice { choice, ended_at: ended_at.map(Time::from_unix_ms) })
    })?;
    rows.collect()
}
