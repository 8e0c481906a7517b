//! Reads the carrier's answers, JSON or SOAP, forgiving in their shapes: numbers as texts, a single point without a list.

use super::{Closure, DAYS, PICKUP_POINTS_MAX, PickupAnswer, PickupPoint, SORTING};
use crate::{
    Blame, CarrierError, Exchange, Kind, Response, Retry,
    colissimo::{
        answer::not_the_protocol,
        envelope, errors,
        lenient::{self, field, many, readable, text_of},
    },
};
use parcel::PointKind;
use serde_json::Value;
use std::str::FromStr;

/// Reads what came back. No point found (300, 301) is an answer; silence, a page and an error are not.
///
/// # Errors
/// The class of what came instead. Asking makes nothing, so that [`Retry::Unknown`] is not among them.
pub fn decode_pickup(exchange: &Exchange) -> Result<PickupAnswer, CarrierError> {
    let response = exchange.result.as_ref();
    let response = response.map_err(|broken| CarrierError::of_break(exchange.reached, broken).of_a_question())?;
    if response.status == 429 {
        let retry = Retry::After(response.retry_after.unwrap_or(errors::TOO_MANY_RETRY));
        return Err(CarrierError::new(Kind::TooMany, Blame::Them, retry, "429", "the search asks for fewer calls"));
    }
    let strange = || not_the_protocol(response.status).of_a_question();
    let answer = body(response).ok_or_else(strange)?;
    let code: u16 = number(&answer, "errorCode").ok_or_else(strange)?;
    let message = readable(&text_of(&answer, "errorMessage").unwrap_or_default());
    match code {
        0 | 300 | 301 => Ok(PickupAnswer { code, message, ..read(&answer) }),
        101..=146 => Err(CarrierError::new(Kind::Refused, Blame::Caller, Retry::Never, code.to_string(), message)),
        201..=203 => Err(CarrierError::new(Kind::Refused, Blame::Us, Retry::Never, code.to_string(), message)),
        _ => Err(errors::failure("40018", &message)),
    }
}

fn body(response: &Response) -> Option<Value> {
    if let Some(json) = lenient::parse(&response.body) {
        return Some(json);
    }
    let envelope = envelope::read(&response.body).ok()?;
    let inner = field(&envelope.content, "return");
    (!inner.is_null()).then(|| inner.clone())
}

fn read(answer: &Value) -> PickupAnswer {
    let several = many(field(answer, "listePointRetraitAcheminement"));
    let one = many(field(answer, "pointRetraitAcheminement"));
    PickupAnswer {
        quality: text_of(answer, "qualiteReponse"),
        request_id: text_of(answer, "wsRequestId"),
        points: several.iter().chain(one).filter_map(point).take(PICKUP_POINTS_MAX).collect(),
        ..PickupAnswer::default()
    }
}

/// A point without an id that can be shipped to is none.
fn point(value: &Value) -> Option<PickupPoint> {
    let text = |name: &str| readable(&text_of(value, name).unwrap_or_default());
    let truth = |name: &str| text_of(value, name).is_some_and(|t| matches!(t.as_str(), "true" | "1"));
    Some(PickupPoint {
        id: text_of(value, "identifiant")?.parse().ok()?,
        name: text("nom"),
        address: ["adresse1", "adresse2", "adresse3"].map(text),
        postal_code: text("codePostal"),
        city: text("localite"),
        country: text("codePays"),
        latitude: degrees(value, "coordGeolocalisationLatitude"),
        longitude: degrees(value, "coordGeolocalisationLongitude"),
        distance_m: number(value, "distanceEnMetre"),
        kind: PointKind::of(&text("typeDePoint")),
        network: text("reseau"),
        hours: DAYS.map(|day| text(&format!("horairesOuverture{day}"))),
        closures: many(field(value, "listeConges")).iter().filter_map(closure).collect(),
        closed: truth("congesTotal"),
        partly_closed: truth("congesPartiel"),
        weight_max_g: number(value, "poidsMaxi"),
        accessible: truth("accesPersonneMobiliteReduite"),
        language: text("langue"),
        sorting: SORTING.map(text),
    })
}

fn number<T: FromStr>(value: &Value, name: &str) -> Option<T> {
    text_of(value, name)?.parse().ok()
}

/// A decimal comma is one too.
fn degrees(value: &Value, name: &str) -> Option<f64> {
    let degrees: f64 = text_of(value, name)?.replace(',', ".").parse().ok()?;
    degrees.is_finite().then_some(degrees)
}

fn closure(value: &Value) -> Option<Closure> {
    Some(Closure { from_ms: moment(value, "calendarDeDebut")?, until_ms: moment(value, "calendarDeFin")? })
}

/// Milliseconds since 1970, or a moment as SOAP writes it.
fn moment(value: &Value, name: &str) -> Option<i64> {
    let text = text_of(value, name)?;
    text.parse().ok().or_else(|| text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond))
}
