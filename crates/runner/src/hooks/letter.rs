//! What a message says, made of a fact and of where its shipment stands. No private data is in any of it.

use bytes::Bytes;
use channels::webhook::{Event, ShipmentData};
use dispatch::{Fact, Stamped, State};
use serde::Serialize;
use store::{HookEvent, IntentView};

/// The body of the message.
pub(super) fn letter(event: HookEvent, fact: &Stamped, view: &IntentView) -> Bytes {
    let told = Event {
        r#type: event.name().to_owned(),
        timestamp: fact.at.to_string(),
        data: Some(shipment(event, &fact.fact, view)),
    };
    serde_json::to_vec(&told).unwrap_or_default().into()
}

fn shipment(event: HookEvent, fact: &Fact, view: &IntentView) -> ShipmentData {
    let intent = &view.intent;
    let confirmed = intent.state == State::Confirmed;
    let reject = view.reject.as_ref().filter(|_| event == HookEvent::Rejected);
    ShipmentData {
        id: intent.id.to_string(),
        state: word(intent.state),
        order_number: view.order_number.as_ref().map(|number| number.as_str().to_owned()),
        parcel_no: view.parcel_no,
        product: view.product.code().to_owned(),
        parcel_number: intent.number.filter(|_| confirmed).map(|number| number.to_string()),
        label_url: confirmed.then(|| format!("/v1/shipments/{}/label", intent.id)),
        void_number: match fact {
            Fact::TurnedUp { number, .. } => Some(number.to_string()),
            _ => None,
        },
        reject_code: reject.map(|reject| reject.code.clone()),
        reject_message: reject.map(|reject| reject.message.clone()),
        human_reason: view.human_reason.clone().filter(|_| event == HookEvent::Human),
        why: why(fact).map(str::to_owned),
        consent_by: match fact {
            Fact::Consented { consent } => Some(word(consent.by)),
            _ => None,
        },
    }
}

/// Why somebody is asked, or in which way the parcel is not where its buyer chose.
fn why(fact: &Fact) -> Option<&'static str> {
    match fact {
        Fact::Asked { question, .. } => Some(question.why.code()),
        Fact::Elsewhere { .. } => Some("elsewhere"),
        Fact::Rechosen { .. } => Some("rechosen"),
        _ => None,
    }
}

/// A state, or who agreed, as the API names it.
fn word(word: impl Serialize) -> String {
    let named = serde_json::to_value(word).unwrap_or_default();
    named.as_str().unwrap_or_default().to_owned()
}
