//! Numbers and ids: no panic, and what is taken is shown as it came.
#![no_main]

use libfuzzer_sys::fuzz_target;
use parcel::{ParcelNumber, GeopostRouting, MerchantId, OrderNumber, PickupPointId, S10Number, ShipmentId};

fn keeps<T: std::str::FromStr + std::fmt::Display>(text: &str) {
    if let Ok(id) = text.parse::<T>() {
        assert_eq!(id.to_string(), text);
    }
}

fuzz_target!(|text: &str| {
    keeps::<ParcelNumber>(text);
    keeps::<S10Number>(text);
    keeps::<GeopostRouting>(text);
    keeps::<PickupPointId>(text);
    keeps::<OrderNumber>(text);
    keeps::<MerchantId>(text);
    let _ = text.parse::<ShipmentId>();
});
