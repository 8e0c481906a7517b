//! Colissimo's tracking timeline: both ends. One parcel per call, asked with the merchant's own credentials.
//!
//! What comes back is read as a [`Track`], like Suivi's: by JSON, or by the SOAP twin's XML, in which `status` is an
//! object and a single event is not a list. The ids of `status` are those that public clients know; one that is not
//! among them is the carrier's failure, never a reading of ours.

use super::{
    SuiviError, Track, TrackEvent, TrackRecord, Tracked,
    answer::not_the_protocol,
    encode::{JSON, to_bytes},
    envelope, errors,
    events::{event, status_of_event},
    lenient::{self, field, many, readable, text_of},
};
use crate::{Blame, CarrierError, Exchange, Kind, Request, Response, Retry};
use bytes::Bytes;
use http::{HeaderMap, Method, header};
use parcel::{Login, ParcelNumber, Status};
use serde_json::{Map, Value, json};

/// Path of the operation.
pub const TIMELINE: &str = "/tracking-timeline-ws/rest/tracking/timelineCompany";
/// The language of the texts where none is asked.
const USUAL_LANG: &str = "fr_FR";

/// A call, as a server reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimelineQuery {
    /// The credentials; `None` when there were none.
    pub login: Option<Login>,
    /// The parcel.
    pub number: ParcelNumber,
    /// The language of the texts, for example `fr_FR`.
    pub lang: String,
}

/// Why there is no timeline, in the service's own `status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimelineRefusal {
    /// `101`: the number is missing or not one.
    Number,
    /// `105`: the service knows nothing of this number.
    Unknown,
    /// `201`: the credentials are missing or wrong.
    Login,
    /// `1000`: the service failed or is not available.
    Unavailable,
}

impl TimelineRefusal {
    /// Its id and text in the answer.
    fn said(self) -> (&'static str, &'static str) {
        match self {
            Self::Number => ("101", "Numéro de colis absent ou invalide"),
            Self::Unknown => ("105", "Numéro de colis inconnu"),
            Self::Login => ("201", "Identifiant ou mot de passe invalide"),
            Self::Unavailable => ("1000", "Service momentanément indisponible"),
        }
    }

    /// The status of HTTP that goes with it.
    pub fn http_status(self) -> u16 {
        match self {
            Self::Number => 400,
            Self::Unknown => 404,
            Self::Login => 401,
            Self::Unavailable => 503,
        }
    }
}

/// Asks for the timeline of one parcel.
pub fn encode_timeline(number: &ParcelNumber, login: &Login, lang: &str) -> Request {
    let mut body = Map::new();
    let mut put = |name: &str, text: &str| drop(body.insert(name.to_owned(), Value::String(text.to_owned())));
    put("parcelNumber", number.as_str());
    put("lang", lang);
    match login {
        Login::ApiKey(key) => put("apiKey", key),
        Login::Contract { number, password } => {
            put("login", number);
            put("password", password);
        }
    }
    let headers = vec![(header::CONTENT_TYPE, JSON.to_owned())];
    Request { method: Method::POST, path_and_query: TIMELINE.to_owned(), headers, body: to_bytes(&body) }
}

/// Reads a call.
///
/// # Errors
/// [`TimelineRefusal::Number`] for whatever is not an object with a parcel number.
pub fn read_timeline(headers: &HeaderMap, body: &[u8]) -> Result<TimelineQuery, TimelineRefusal> {
    let body: Value = serde_json::from_slice(body).map_err(|_| TimelineRefusal::Number)?;
    let number = text_of(&body, "parcelNumber").and_then(|n| n.parse().ok()).ok_or(TimelineRefusal::Number)?;
    let key = headers.get("apikey").and_then(|k| k.to_str().ok()).map(str::to_owned);
    let login = match (key.or_else(|| text_of(&body, "apiKey")), text_of(&body, "login"), text_of(&body, "password")) {
        (Some(key), _, _) => Some(Login::ApiKey(key)),
        (None, Some(number), Some(password)) => Some(Login::Contract { number, password }),
        _ => None,
    };
    let formed =
        |lang: &String| (2..=5).contains(&lang.len()) && lang.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_');
    let lang = text_of(&body, "lang").filter(formed).unwrap_or_else(|| USUAL_LANG.to_owned());
    Ok(TimelineQuery { login, number, lang })
}

/// Reads what came back about this number.
///
/// # Errors
/// The class of what came instead, when it is not about the number: no answer, a page, wrong credentials. Asking makes
/// nothing, so that [`Retry::Unknown`] is not among them.
pub fn decode_timeline(exchange: &Exchange, number: &ParcelNumber) -> Result<Tracked, CarrierError> {
    let response = exchange.result.as_ref();
    let response = response.map_err(|broken| CarrierError::of_break(exchange.reached, broken).of_a_question())?;
    if response.status == 429 {
        let retry = Retry::After(response.retry_after.unwrap_or(errors::TOO_MANY_RETRY));
        return Err(CarrierError::new(Kind::TooMany, Blame::Them, retry, "429", "tracking asks for fewer calls"));
    }
    let answer = answer(response).ok_or_else(|| not_the_protocol(response.status).of_a_question())?;
    let status = field(&answer, "status");
    let code = text_of(status, "code").ok_or_else(|| not_the_protocol(response.status).of_a_question())?;
    let message = readable(&text_of(status, "message").unwrap_or_default());
    let result = match code.as_str() {
        "0" => Ok(track(answer)),
        "103" | "104" | "105" => Err(SuiviError { code: 404, message }),
        "101" | "102" => Err(SuiviError { code: 400, message }),
        "201" | "202" => return Err(errors::failure("401", &message)),
        _ => return Err(errors::failure("40018", &message)),
    };
    Ok(Tracked { id: number.to_string(), result })
}

/// The object with `status`, from JSON or from the SOAP twin.
fn answer(response: &Response) -> Option<Value> {
    if let Some(json) = lenient::parse(&response.body) {
        return Some(json);
    }
    let envelope = envelope::read(&response.body).ok()?;
    let inner = field(&envelope.content, "return");
    Some(if inner.is_null() { envelope.content.clone() } else { inner.clone() })
}

fn track(answer: Value) -> Track {
    let parcel = field(&answer, "parcel");
    let mut events: Vec<TrackEvent> = many(field(parcel, "event")).iter().map(told).collect();
    // Dates of one service in one form sort as text; those without one are the oldest.
    events.sort_by(|a, b| b.at.cmp(&a.at));
    let known = events.iter().map(|e| status_of_event(&e.code)).find(|status| !matches!(status, Status::Unknown(_)));
    let newest = || Status::Unknown(events.first().map(|e| e.code.clone()).unwrap_or_default());
    let status = known.unwrap_or_else(newest);
    Track {
        order_number: text_of(parcel, "reference"),
        is_final: matches!(status, Status::Delivered | Status::DeliveredToSender),
        status,
        events,
        raw: answer,
    }
}

fn told(value: &Value) -> TrackEvent {
    let text = |name| readable(&text_of(value, name).unwrap_or_default());
    TrackEvent { code: text("code"), label: text("labelLong"), at: text_of(value, "date") }
}

/// Writes what a server knows of one parcel, status of HTTP and JSON.
pub fn write_timeline(number: &str, result: Result<&TrackRecord, TimelineRefusal>) -> (u16, Bytes) {
    let (status, body) = match result {
        Ok(record) => (200, json!({ "status": [{ "code": "0", "message": "OK" }], "parcel": parcel(number, record) })),
        Err(refusal) => {
            let (code, message) = refusal.said();
            (refusal.http_status(), json!({ "status": [{ "code": code, "message": message }], "parcel": null }))
        }
    };
    (status, body.to_string().into())
}

fn parcel(number: &str, record: &TrackRecord) -> Value {
    let events: Vec<Value> =
        record.events.iter().map(|e| json!({ "code": e.code, "date": e.at, "labelLong": e.label })).collect();
    json!({
        "parcelNumber": number,
        "reference": record.order_number,
        "event": events,
        "step": steps(record),
    })
}

/// One step for each family that the events tell of, oldest first.
fn steps(record: &TrackRecord) -> Vec<Value> {
    let mut steps: Vec<Value> = Vec::new();
    for told in record.events.iter().rev() {
        let Some(known) = event(&told.code) else { continue };
        if steps.iter().all(|step| step["stepId"] != known.family) {
            steps.push(json!({ "stepId": known.family, "labelShort": known.french, "date": told.at, "status": "STEP_STATUS_DONE" }));
        }
    }
    steps
}
