//! La Poste's Suivi v2, written, as its servers do.

use super::{SuiviError, TrackRecord};
use bytes::Bytes;
use parcel::Status;
use serde_json::{Value, json};

/// The five steps of a track's timeline: a short name, and how far a status is along them.
const STEPS: [&str; 5] =
    ["Annoncé", "Pris en charge", "En cours d’acheminement", "Arrivé sur le site de livraison", "Livré"];

/// Writes the tracks of the ids that were asked, status and JSON: one id makes an object, several a list.
pub fn write_track(tracks: &[(String, Result<TrackRecord, SuiviError>)], lang: &str) -> (u16, Bytes) {
    let (status, value) = match tracks {
        [(id, result)] => (result.as_ref().map_or_else(|e| e.code, |_| 200), item(id, result, lang)),
        several => (200, several.iter().map(|(id, result)| item(id, result, lang)).collect()),
    };
    (status, value.to_string().into())
}

/// Writes the answer of the gateway in front of Suivi for a call that it does not let through: 429, 503, 401 or other.
pub fn write_suivi_fault(status: u16) -> (u16, Bytes) {
    let (code, message) = match status {
        401 | 403 => ("UNAUTHORIZED", "Clé d’accès absente ou refusée"),
        429 => ("TOO_MANY_REQUESTS", "Trop de requêtes, réessayez plus tard"),
        503 => ("SERVICE_UNAVAILABLE", "Service indisponible, réessayez plus tard"),
        _ => ("INTERNAL_SERVER_ERROR", "Erreur du service"),
    };
    (status, json!({ "code": code, "message": message }).to_string().into())
}

fn item(id: &str, result: &Result<TrackRecord, SuiviError>, lang: &str) -> Value {
    match result {
        Ok(record) => json!({
            "lang": lang, "scope": "open", "returnCode": 200, "shipment": shipment(id, record),
        }),
        Err(error) => json!({
            "lang": lang, "scope": "open", "returnCode": error.code, "returnMessage": error.message, "idShip": id,
        }),
    }
}

fn shipment(id: &str, record: &TrackRecord) -> Value {
    let product = if record.product.is_empty() { "colissimo" } else { &record.product };
    let events: Vec<Value> = record
        .events
        .iter()
        .zip(1..)
        .map(|(e, order)| json!({ "order": order, "code": e.code, "label": e.label, "date": e.at }))
        .collect();
    json!({
        "idShip": id,
        "holder": 4,
        "product": product,
        "isFinal": record.is_final,
        "entryDate": record.entered_at,
        "deliveryDate": record.delivered_at,
        "estimDate": null,
        "timeline": timeline(record),
        "event": events,
        "contextData": {
            "originCountry": "FR",
            "arrivalCountry": "FR",
            "partner": { "name": null, "network": null, "reference": record.order_number },
        },
        "url": format!("https://www.laposte.fr/outils/suivre-vos-envois?code={id}"),
    })
}

fn timeline(record: &TrackRecord) -> Vec<Value> {
    let reached = record.events.iter().map(|e| step_of(&e.code)).max().unwrap_or(0);
    let step = |(label, id): (&&str, usize)| {
        let event = record.events.iter().find(|e| step_of(&e.code) == id);
        json!({
            "id": id,
            "shortLabel": label,
            "longLabel": label,
            "date": event.and_then(|e| e.at.as_deref()),
            "country": "FR",
            "status": id <= reached,
            "type": u8::from(id <= reached),
        })
    };
    STEPS.iter().zip(1..).map(step).collect()
}

/// Which of the five steps an event's code belongs to; 0 for none.
fn step_of(code: &str) -> usize {
    match Status::from_suivi(code) {
        Status::Declared => 1,
        Status::TakenOver => 2,
        Status::InTransit | Status::Returning | Status::Redirected | Status::Incident => 3,
        Status::AtDeliverySite | Status::OutForDelivery | Status::NotDelivered | Status::AvailableAtPickup => 4,
        Status::Delivered | Status::DeliveredToSender => 5,
        Status::Unknown(_) => 0,
    }
}
