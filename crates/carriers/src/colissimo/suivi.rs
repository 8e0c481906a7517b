//! La Poste's Suivi v2, read: one object for one id, a list for several, and errors in three shapes.

use super::{
    SuiviError, Track, TrackEvent, Tracked,
    answer::not_the_protocol,
    errors::{self, TOO_MANY_RETRY},
    lenient::{self, field, many, readable, text_of},
};
use crate::{Blame, CarrierError, Exchange, Kind, Response, Retry};
use parcel::Status;
use serde_json::Value;

/// Reads the answer of Suivi: one entry for each id that it speaks of.
///
/// # Errors
/// The class of what came instead, when it is not about single ids: no answer, a page, a wrong key, too many calls.
/// Asking makes nothing, so that [`Retry::Unknown`] is not among them.
pub fn decode_track(exchange: &Exchange) -> Result<Vec<Tracked>, CarrierError> {
    let response = exchange.result.as_ref();
    let response = response.map_err(|broken| CarrierError::of_break(exchange.reached, broken).of_a_question())?;
    if response.status == 429 {
        return Err(too_many(response));
    }
    match lenient::parse(&response.body) {
        Some(Value::Array(list)) if !list.is_empty() => Ok(list.into_iter().map(tracked).collect()),
        Some(single) if single.get("returnCode").is_some() || single.get("shipment").is_some() => {
            Ok(vec![refuse_key(tracked(single))?])
        }
        Some(fault) => Err(failure(&fault, response)),
        None => Err(not_the_protocol(response.status).of_a_question()),
    }
}

fn too_many(response: &Response) -> CarrierError {
    let retry = Retry::After(response.retry_after.unwrap_or(TOO_MANY_RETRY));
    CarrierError::new(Kind::TooMany, Blame::Them, retry, "429", "tracking asks for fewer calls")
}

/// A key that is not taken is no matter of the id.
fn refuse_key(tracked: Tracked) -> Result<Tracked, CarrierError> {
    match &tracked.result {
        Err(error) if matches!(error.code, 401 | 403) => Err(errors::failure("401", &error.message)),
        _ => Ok(tracked),
    }
}

/// `{code, message}`, the shape of the gateway in front of Suivi.
fn failure(fault: &Value, response: &Response) -> CarrierError {
    let code = text_of(fault, "code").unwrap_or_default();
    match (code.as_str(), response.status) {
        ("TOO_MANY_REQUESTS", _) => too_many(response),
        ("SERVICE_UNAVAILABLE", _) | (_, 503) => errors::failure("40018", ""),
        (_, 401 | 403) => errors::failure("401", ""),
        (_, status) => not_the_protocol(status).of_a_question(),
    }
}

fn tracked(item: Value) -> Tracked {
    let shipment = field(&item, "shipment");
    let id = text_of(shipment, "idShip").or_else(|| text_of(&item, "idShip")).unwrap_or_default();
    let code = text_of(&item, "returnCode").and_then(|c| c.parse().ok()).unwrap_or(200);
    if !(200..300).contains(&code) || !shipment.is_object() {
        let message = readable(&text_of(&item, "returnMessage").unwrap_or_default());
        let code = if (200..300).contains(&code) { 404 } else { code };
        return Tracked { id, result: Err(SuiviError { code, message }) };
    }
    let events: Vec<TrackEvent> = many(field(shipment, "event")).iter().map(event).collect();
    let track = Track {
        order_number: order_number(shipment),
        status: Status::from_suivi(events.first().map_or("", |e| e.code.as_str())),
        is_final: text_of(shipment, "isFinal").as_deref() == Some("true"),
        events,
        raw: Value::Null,
    };
    Tracked { id, result: Ok(Track { raw: item, ..track }) }
}

fn order_number(shipment: &Value) -> Option<String> {
    let context = field(shipment, "contextData");
    let at_partner = text_of(field(context, "partner"), "reference");
    at_partner.or_else(|| text_of(shipment, "orderNumber")).or_else(|| text_of(context, "orderNumber"))
}

fn event(value: &Value) -> TrackEvent {
    let text = |name| readable(&text_of(value, name).unwrap_or_default());
    TrackEvent { code: text("code"), label: text("label"), at: text_of(value, "date") }
}
