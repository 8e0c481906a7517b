//! A shipment as a client of the gateway's own API writes it (`POST /v1/shipments`).

use parcel::{AddressFields, Letter, Shipment, ShipmentParts};
use serde_json::{Map, Value, json};

/// The request's body.
pub(super) fn body(shipment: &Shipment) -> Value {
    let mut body = json!({
        "order_number": shipment.order_number,
        "parcel_ref": shipment.parcel_ref,
        "parcel_number": shipment.parcel_number,
        "product": shipment.product,
        "pickup_point": shipment.mode.pickup_point(),
        "deposit_date": shipment.deposit_date,
        "weight_g": shipment.weight,
        "label_format": shipment.format,
    });
    if let (Value::Object(fields), Letter::Parts(parts)) = (&mut body, &shipment.letter) {
        add(fields, parts);
        fields.retain(|_, value| !value.is_null());
    }
    body
}

fn add(fields: &mut Map<String, Value>, parts: &ShipmentParts) {
    fields.insert("commercial_name".into(), json!(parts.commercial_name));
    fields.insert("insurance_cents".into(), json!(parts.insurance));
    fields.insert("instructions".into(), json!(parts.instructions));
    fields.insert("non_machinable".into(), json!(parts.non_machinable));
    fields.insert("sender".into(), address(parts.sender.fields()));
    fields.insert("addressee".into(), address(parts.addressee.fields()));
}

fn address(fields: &AddressFields) -> Value {
    let mut value = json!(fields);
    if let Value::Object(parts) = &mut value {
        parts.retain(|_, part| !part.is_null());
    }
    value
}
