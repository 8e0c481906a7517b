//! What is asked where a buyer's choice cannot be honoured: raised with the acceptance or with what follows from a fact,
//! answered in one transaction.

use crate::{
    IntentView, NewPickup, StoreError, choices,
    codes::Coded,
    record::{self, Happened},
    rows::{self, IntentRow},
    writing::Writing,
};
use clock::Time;
use dispatch::{Alternative, Consent, ConsentBy, Fact, IfPointIsGone, Question, State, Via};
use parcel::{DeliveryMode, MerchantId, PickupPointId, ShipmentId};
use pickup::Choice;
use rusqlite::{Connection, OptionalExtension, params};

const RULE: &str = "SELECT if_gone_within_m, home_offered FROM merchants WHERE id = ?1";
const RULE_PUT: &str = "UPDATE merchants SET if_gone_within_m = ?2, home_offered = ?3 WHERE id = ?1";
const OPEN_OF_ORDER: &str = "SELECT id FROM intents INDEXED BY intents_of_order \
    WHERE merchant = ?1 AND order_number = ?2 AND state = ?3 AND parcel_ref IS ?4 ORDER BY id DESC LIMIT 1";

/// What a merchant wants where a buyer's point cannot be had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PointRule {
    /// Who is asked, or what is taken without asking.
    pub if_gone: IfPointIsGone,
    /// Whether a buyer who is asked may have the parcel brought home.
    pub home_offered: bool,
}

/// An open question.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct OpenQuestion {
    /// What is asked.
    pub question: Question,
    /// When it was asked.
    pub asked_at: Time,
}

/// What was agreed to last.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Agreed {
    /// What, and by whom.
    pub consent: Consent,
    /// When.
    pub at: Time,
}

/// What a merchant wants; nothing for one that is not there.
pub(crate) fn rule(conn: &Connection, merchant: &MerchantId) -> Result<Option<PointRule>, StoreError> {
    let mut statement = conn.prepare_cached(RULE)?;
    let found = statement.query_row([merchant.as_str()], |row| {
        let within: Option<u32> = row.get(0)?;
        let if_gone = within.map_or(IfPointIsGone::Ask, |within_m| IfPointIsGone::Nearest { within_m });
        Ok(PointRule { if_gone, home_offered: row.get(1)? })
    });
    Ok(found.optional()?)
}

/// Writes down what a merchant wants, for every question from now on.
pub(crate) fn set_rule(writing: &mut Writing<'_>, merchant: &MerchantId, rule: PointRule) -> Result<(), StoreError> {
    let within = match rule.if_gone {
        IfPointIsGone::Ask => None,
        IfPointIsGone::Nearest { within_m } => Some(within_m),
    };
    let values = params![merchant.as_str(), within, rule.home_offered];
    let changed = writing.conn.prepare_cached(RULE_PUT)?.execute(values)?;
    if changed == 1 { Ok(()) } else { Err(StoreError::NoMerchant(merchant.clone())) }
}

/// The shipment that a module asks for once more with another point while it is a question: not a second parcel. Those of
/// one order that go different ways are told apart by their references.
pub(crate) fn asked_otherwise(conn: &Connection, view: &IntentView) -> Result<Option<IntentView>, StoreError> {
    let (Via::DropIn, Some(order)) = (view.via, &view.order_number) else { return Ok(None) };
    let mut statement = conn.prepare_cached(OPEN_OF_ORDER)?;
    let of = params![view.merchant.as_str(), order.as_str(), State::Question.code(), view.parcel_ref];
    let id = statement.query_row(of, |row| row.get(0).map(ShipmentId::from_bytes)).optional()?;
    let open = id.map(|id| rows::find(conn, id)).transpose()?.flatten().map(|row| row.view);
    Ok(open.filter(|open| open.mode != view.mode || open.product != view.product))
}

/// What is to be asked of a shipment that comes in: it goes elsewhere than the buyer chose, or it cannot go where it says.
pub(crate) fn at_acceptance(
    conn: &Connection,
    view: &IntentView,
    pickup: NewPickup,
) -> Result<Option<Fact>, StoreError> {
    if view.product.is_return() {
        return Ok(None);
    }
    let recorded = match &view.order_number {
        Some(order) if pickup.choice.is_none() => choices::current(conn, &view.merchant, order)?,
        _ => None,
    };
    let chosen = pickup.choice.map(|choice| *choice).or(recorded);
    let differs = chosen.filter(|chosen| view.mode != DeliveryMode::PickupPoint(chosen.point.id));
    let question = match differs {
        Some(chosen) => {
            let beside = pickup.question.map(|question| question.alternatives).unwrap_or_default();
            Some(of_choice(view, &chosen, beside))
        }
        None => pickup.question.map(|question| *question),
    };
    Ok(question.map(|question| Fact::Asked { attempt: None, question }))
}

/// The question of a shipment whose buyer chose another point, which is what is offered first.
fn of_choice(view: &IntentView, chosen: &Choice, mut beside: Vec<Alternative>) -> Question {
    let point = &chosen.point;
    beside.retain(|alternative| alternative.point != point.id);
    beside.truncate(dispatch::ALTERNATIVES_COUNT_MAX - 1);
    beside.insert(
        0,
        Alternative {
            point: point.id,
            name: point.name.clone(),
            place: format!("{} {}", point.postal_code, point.city).trim().to_owned(),
            kind: point.kind.clone(),
            metres: None,
        },
    );
    Question { alternatives: beside, ..Question::of_choice(view.mode.clone(), point.id) }
}

/// What follows at once from a fact about where a parcel goes: a question that was put off, or what the merchant's rule
/// agrees to. A rule answers once: what it agreed to and what fails too is asked.
pub(crate) fn what_follows(conn: &Connection, row: &IntentRow, last: &Fact) -> Result<Option<Fact>, StoreError> {
    let view = &row.view;
    if let Some(chosen) = view.intent.must_ask() {
        return Ok(Some(Fact::Asked { attempt: None, question: put_off(conn, view, chosen)? }));
    }
    let (State::Question, Fact::Asked { question, .. }) = (view.intent.state, last) else { return Ok(None) };
    if view.consent.as_ref().is_some_and(|agreed| agreed.consent.by == ConsentBy::Rule) {
        return Ok(None);
    }
    let rule = rule(conn, &view.merchant)?.unwrap_or_default();
    Ok(question.by_rule(rule.if_gone, &view.product).map(|consent| Fact::Consented { consent }))
}

fn put_off(conn: &Connection, view: &IntentView, chosen: PickupPointId) -> Result<Question, StoreError> {
    let recorded = match &view.order_number {
        Some(order) => choices::current(conn, &view.merchant, order)?,
        None => None,
    };
    Ok(match recorded.filter(|choice| choice.point.id == chosen) {
        Some(choice) => of_choice(view, &choice, Vec::new()),
        None => Question::of_choice(view.mode.clone(), chosen),
    })
}

/// Whether a fact can have something follow from it.
pub(crate) fn has_followers(row: &IntentRow, last: &Fact) -> bool {
    row.view.intent.must_ask().is_some() || matches!(last, Fact::Asked { .. })
}

/// Records what was agreed to. `chosen` is the point that the buyer agreed to, as she saw it.
pub(crate) fn consent(
    writing: &mut Writing<'_>,
    id: ShipmentId,
    consent: Consent,
    chosen: Option<&Choice>,
    at: Time,
) -> Result<IntentView, StoreError> {
    let by_buyer = consent.by == ConsentBy::Buyer;
    record::record(writing, &Happened::new(id, vec![Fact::Consented { consent }], at, None)?)?;
    let row = rows::find(writing.conn, id)?.ok_or(StoreError::NoShipment(id))?;
    if by_buyer {
        choices::after_consent(writing, &row, chosen, at)?;
    }
    Ok(row.view)
}
