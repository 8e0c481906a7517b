//! The carrier as the handlers see it: a call that is passed on, and how it looks. Implemented by the runner.

use carriers::{
    Exchange, Request,
    colissimo::pickup::{PickupAnswer, PickupCall, PickupRefusal},
};
use dispatch::Health;
use parcel::{MerchantId, ShipmentId};
use pickup::{Directory, Sourced};
use std::{
    pin::Pin,
    sync::{Arc, RwLock},
};
use store::{IntentView, Looked, StoreError};

/// A boxed future, so that [`Carrier`] can be used as `dyn`.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What came of printing a local label: the shipment that has it now, or what is in its way.
pub type LocalLabel = Result<Result<IntentView, Looked>, StoreError>;

/// What is said to a search of pickup points, and by whom.
pub type PickupFound = Sourced<Result<PickupAnswer, PickupRefusal>>;

/// The directory of pickup points, to look them up in.
pub type Points = Arc<RwLock<Directory>>;

/// One carrier, for calls that are passed on while the client waits.
///
/// Whoever implements it bounds how long a call takes and how many are under way, so that a carrier that hangs
/// holds up nobody but those who wait for it. While the carrier is dark a call comes back at once as one that
/// found no connection.
pub trait Carrier: Send + Sync + 'static {
    /// Passes one call on and says how far it got.
    fn relay(&self, request: Request) -> BoxFuture<'_, Exchange>;

    /// Searches pickup points: the carrier's answer when it comes in time, else the directory's; never an empty list where
    /// the carrier does not answer.
    fn pickup(&self, call: PickupCall) -> BoxFuture<'_, PickupFound>;

    /// The directory of pickup points. It is looked at here and changed by none but the carrier's answers.
    fn points(&self) -> Points;

    /// Prints a local label for a shipment because a person decided so. The inner error is what is in its way.
    ///
    /// # Errors
    /// [`StoreError::Illegal`] when an attempt is under way or all is settled; the store's own.
    fn print_locally<'a>(&'a self, merchant: &'a MerchantId, id: ShipmentId) -> BoxFuture<'a, LocalLabel>;

    /// How the carrier looks from its answers.
    fn health(&self) -> Health;
}
