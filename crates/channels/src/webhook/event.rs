//! What a webhook says: thin, and without private data. The receiver asks the API for more when it needs more.

use serde::Serialize;
use utoipa::ToSchema;

/// What makes an event recognisable when it comes again: its place in the journal and its moment, in milliseconds
/// since 1970. The place alone is not enough: after a backup was restored the journal has other facts at it.
pub fn event_id(seq: u64, at_ms: i64) -> String {
    format!("evt_{seq}_{at_ms}")
}

/// The place in the journal of the event with this id; none when it is no such id.
pub fn place_of_event(id: &str) -> Option<u64> {
    let (seq, at_ms) = id.strip_prefix("evt_")?.split_once('_')?;
    at_ms.parse::<i64>().ok()?;
    seq.parse().ok()
}

/// What happened, to which shipment, and where that stands.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = WebhookEvent)]
pub struct Event {
    /// What happened: shipment.accepted, shipment.confirmed, shipment.rejected, shipment.unknown, shipment.human,
    /// shipment.void, shipment.turned_up, shipment.local_offered, shipment.announced, shipment.integrated,
    /// shipment.question, shipment.consented, shipment.mismatch, or webhook.ping for a test. More may follow: pass over those that you do not know.
    #[schema(example = "shipment.confirmed")]
    pub r#type: String,
    /// When it happened, RFC 3339.
    #[schema(format = DateTime)]
    pub timestamp: String,
    /// The shipment; absent from a test.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<ShipmentData>,
}

/// The shipment as it stood when the message was sent, which may be later than what happened.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
#[schema(as = WebhookShipment)]
pub struct ShipmentData {
    /// The shipment's id, a UUID.
    #[schema(format = "uuid")]
    pub id: String,
    /// waiting, in_flight, unknown, confirmed, rejected, human, question or void.
    pub state: String,
    /// Your order number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_number: Option<String>,
    /// Which parcel of its order it is, from 1.
    pub parcel_no: u32,
    /// The carrier's product.
    pub product: String,
    /// The carrier's parcel number, once the label is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parcel_number: Option<String>,
    /// The path of the label, once it is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label_url: Option<String>,
    /// With shipment.turned_up: the number of a label that is not to be used and that you may void at the carrier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub void_number: Option<String>,
    /// With shipment.rejected: the carrier's error id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reject_code: Option<String>,
    /// With shipment.rejected: the carrier's text, in French.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reject_message: Option<String>,
    /// With shipment.human: why a person has to decide.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub human_reason: Option<String>,
    /// With shipment.question: why somebody is asked where the parcel goes: point_unknown, point_gone, point_closed,
    /// too_heavy, differs_from_choice or refused_by_carrier. With shipment.mismatch: elsewhere or rechosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// With shipment.consented: who agreed: rule, merchant or buyer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consent_by: Option<String>,
}
