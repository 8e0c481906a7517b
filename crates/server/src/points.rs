//! What is known of a request's pickup point before the request is taken in.

use crate::state::App;
use clock::Time;
use parcel::{DeliveryMode, Shipment};
use pickup::{Choice, Directory};
use std::sync::PoisonError;
use store::NewPickup;

/// Looks into the directory of pickup points.
pub(crate) fn looked_up<T>(app: &App, look: impl FnOnce(&Directory) -> T) -> T {
    let points = app.carrier.points();
    let directory = points.read().unwrap_or_else(PoisonError::into_inner);
    look(&directory)
}

/// What is to be kept in mind when this shipment is taken in: what the buyer chose, where a record of it came along, and
/// what the directory has against its point.
pub(crate) fn known_of(app: &App, shipment: &Shipment, choice: Option<Choice>, at: Time) -> NewPickup {
    let question = match shipment.mode {
        DeliveryMode::Home => None,
        DeliveryMode::PickupPoint(_) => looked_up(app, |directory| directory.question(shipment, at)),
    };
    NewPickup { choice: choice.map(Box::new), question: question.map(Box::new) }
}
