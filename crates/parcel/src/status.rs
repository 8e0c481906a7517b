//! Where a parcel is, in one vocabulary whatever the carrier's codes.

use serde::{Deserialize, Serialize};

/// A parcel's normalised status. A code that we do not know is kept as it came.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The carrier was told of the parcel and has not seen it.
    Declared,
    /// The carrier has it.
    TakenOver,
    /// On its way between sites.
    InTransit,
    /// At the site that will deliver it.
    AtDeliverySite,
    /// On its round.
    OutForDelivery,
    /// Delivery was tried and did not succeed.
    NotDelivered,
    /// Waiting at a counter or pickup point.
    AvailableAtPickup,
    /// With its recipient.
    Delivered,
    /// Back with its sender.
    DeliveredToSender,
    /// On its way back to its sender.
    Returning,
    /// Sent on to another place than first meant.
    Redirected,
    /// Held up: damage, customs, loss, address.
    Incident,
    /// A carrier's code that we have no reading of.
    Unknown(String),
}

impl Status {
    /// The reading of a code of La Poste's Suivi v2 (`event.code`).
    ///
    /// ET1 is in transit, not out for delivery; AG1 waits at the counter; DI2 is back with the *sender*.
    pub fn from_suivi(code: &str) -> Self {
        match code {
            "DR1" | "DR2" => Self::Declared,
            "PC1" | "PC2" => Self::TakenOver,
            "ET1" | "ET2" | "ET3" | "ET4" | "EP1" => Self::InTransit,
            "DO1" | "DO2" => Self::InTransit,
            "DO3" | "PB1" => Self::Incident,
            "PB2" => Self::InTransit,
            "MD2" => Self::OutForDelivery,
            "ND1" => Self::NotDelivered,
            "AG1" => Self::AvailableAtPickup,
            "RE1" => Self::Returning,
            "DI0" | "DI1" | "DI3" => Self::Delivered,
            "DI2" => Self::DeliveredToSender,
            other => Self::Unknown(other.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_that_others_get_wrong() {
        assert_eq!(Status::from_suivi("ET1"), Status::InTransit);
        assert_eq!(Status::from_suivi("AG1"), Status::AvailableAtPickup);
        assert_eq!(Status::from_suivi("DI2"), Status::DeliveredToSender);
        assert_eq!(Status::from_suivi("XX9"), Status::Unknown("XX9".into()));
    }
}
