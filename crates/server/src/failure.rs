//! The one boundary at which failures of the store and the carrier become problems. What is wrong with the disk
//! is logged here, once, and never told outside.

use crate::problem::{Kind, Problem};
use store::StoreError;

/// Seconds after which it is worth asking a store again that could not answer.
const STORE_RETRY_S: u64 = 5;
/// Seconds after which it is worth asking for something that the carrier has to answer.
const CARRIER_RETRY_S: u64 = 30;

/// What a failure of the store is to the one who asked.
pub(crate) fn of_store(e: StoreError) -> Problem {
    match e {
        StoreError::Illegal(e) => Problem::new(Kind::WrongState, format!("{e}; read the shipment and decide anew.")),
        StoreError::NoShipment(id) => no_shipment().shipment(id),
        StoreError::NoShop(_) => no_shop(),
        StoreError::NoShopOrder(_) => no_shop_order(),
        StoreError::TooManyMatches(_) => Problem::new(Kind::BadQuery, format!("q: {e}.")).field("q"),
        e if e.is_refusal() => {
            tracing::error!(error = %e, "the store refused what the listener asked");
            Problem::new(Kind::Internal, "The server asked its records for something impossible. Nothing was changed.")
        }
        e => {
            tracing::error!(error = %e, "the store does not answer");
            Problem::new(Kind::StoreUnavailable, "Nothing was accepted. Try again in a few seconds.")
                .retry_after(STORE_RETRY_S)
        }
    }
}

/// No such shipment, or not this merchant's: the two are told apart to nobody.
pub(crate) fn no_shipment() -> Problem {
    Problem::new(Kind::NoSuchShipment, "No shipment of your shop has this id; check it, and check the API key.")
}

/// No such shop, or not this merchant's.
pub(crate) fn no_shop() -> Problem {
    Problem::new(Kind::NoSuchShop, "No shop with this id is known here, or not under this platform or merchant.")
}

/// No such order, or not this merchant's.
pub(crate) fn no_shop_order() -> Problem {
    Problem::new(Kind::NoSuchShopOrder, "No order of a shop of yours has this id; GET /v1/shop-orders has them all.")
}

/// The carrier could not be asked.
pub(crate) fn carrier_dark() -> Problem {
    Problem::new(Kind::CarrierUnavailable, "The carrier does not answer; nothing was changed. Try again later.")
        .retry_after(CARRIER_RETRY_S)
}

/// Something that cannot happen happened: the words go to the log, the client is told that it was us.
pub(crate) fn defect(what: &'static str) -> Problem {
    tracing::error!(what, "defect");
    Problem::new(Kind::Internal, "The server made a mistake. Nothing was changed by this request.")
}

/// The store takes longer to answer than is good.
pub(crate) fn store_slow() -> Problem {
    tracing::warn!("the store is slow to answer");
    Problem::new(Kind::StoreUnavailable, "The records answer too slowly just now. Try again in a few seconds.")
        .retry_after(STORE_RETRY_S)
}
