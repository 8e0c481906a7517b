//! Orders of several parcels: all of them are taken in by one commit, or none.

use crate::{
    Accepted, IntentView, StoreError,
    accept::{self, Request},
    writing::Writing,
};
use parcel::ShipmentId;

/// What became of an order of several parcels.
#[derive(Clone, Debug, PartialEq)]
pub enum OrderAccepted {
    /// Every parcel is new and durable, in the order in which they were given.
    New(Vec<IntentView>),
    /// The order came before: this is where its parcels stand.
    Known(Vec<IntentView>),
    /// One of its keys was used for something else. Nothing was written.
    Conflict {
        /// The shipment that has the key.
        existing: ShipmentId,
    },
}

/// Takes all parcels in, or says which shipments they are already. Whatever can be refused is looked at before the
/// first is written, so that no part of an order is left behind in a transaction that others share.
pub(crate) fn accept(writing: &mut Writing<'_>, parcels: Vec<Request>) -> Result<OrderAccepted, StoreError> {
    let mut there = Vec::new();
    for parcel in &parcels {
        match parcel.known(writing.conn)? {
            Some(Accepted::Conflict { existing }) => return Ok(OrderAccepted::Conflict { existing }),
            Some(Accepted::Known(view) | Accepted::New(view)) => there.push(view),
            None => parcel.check(writing.conn)?,
        }
    }
    if let Some(first) = there.first() {
        let whole = there.len() == parcels.len();
        let existing = first.intent.id;
        return Ok(if whole { OrderAccepted::Known(there) } else { OrderAccepted::Conflict { existing } });
    }
    let mut made = Vec::new();
    for parcel in parcels {
        match accept::accept(writing, parcel)? {
            Accepted::New(view) => made.push(view),
            _ => return Err(StoreError::Damaged { what: "order" }),
        }
    }
    Ok(OrderAccepted::New(made))
}
