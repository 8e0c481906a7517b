//! Services that a shop's module can write into a letter and that only the carrier's own label carries.

use super::lenient::{field, text_of};
use parcel::{Letter, Shipment};
use serde_json::Value;

/// The service of this shipment that a label printed without the carrier could not say; nothing for a plain parcel.
pub fn special_service(shipment: &Shipment) -> Option<&'static str> {
    let Letter::AsWritten(written) = &shipment.letter else { return None };
    let parcel = field(field(written, "letter"), "parcel");
    let on = |name| text_of(parcel, name).as_deref() == Some("true");
    if on("COD") || on("cod") {
        return Some("cash on delivery");
    }
    if on("ftd") || on("ddp") {
        return Some("duties that the sender pays");
    }
    recommended(parcel).then_some("a registered value (recommendationLevel)")
}

fn recommended(parcel: &Value) -> bool {
    text_of(parcel, "recommendationLevel").is_some()
}
