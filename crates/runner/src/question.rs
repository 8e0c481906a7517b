//! Questions that come up on the way to a label: the directory of pickup points says that the point is not to be had, or
//! the carrier refuses it. Nothing is ever sent to another point instead.

use crate::Context;
use carriers::{CarrierError, Retry};
use dispatch::{Question, Why};
use parcel::Shipment;
use pickup::need_of;
use store::{Claimed, IntentView};

/// The carrier's error ids about the pickup point: missing, wrong, without an address, without both.
const ABOUT_THE_POINT: [&str; 4] = ["30400", "30401", "30402", "30403"];

/// Whether a refusal is about the pickup point.
pub(crate) fn is_about_the_point(error: &CarrierError) -> bool {
    error.retry == Retry::Never && ABOUT_THE_POINT.contains(&error.code.as_str())
}

/// What the directory has against the point of a shipment before it is asked for or printed. What somebody keeps all the
/// same is the carrier's to decide.
pub(crate) fn before(context: &Context, view: &IntentView, shipment: &Shipment) -> Option<Question> {
    if shipment.product.is_return() || view.consent.as_ref().is_some_and(|agreed| agreed.consent.kept) {
        return None;
    }
    against(context, shipment)
}

/// What the directory has against the point of a shipment, whoever keeps it.
pub(crate) fn against(context: &Context, shipment: &Shipment) -> Option<Question> {
    context.points.read().question(shipment, context.now())
}

/// What is to be asked when the carrier has refused the point of a shipment; nothing when it refused something else. The
/// directory learns of it first, so that the point is not among those that are offered instead.
pub(crate) fn refused(context: &Context, claimed: &Claimed, error: &CarrierError) -> Option<Question> {
    let shipment = &claimed.shipment;
    let point = shipment.mode.pickup_point().filter(|_| is_about_the_point(error) && !shipment.product.is_return())?;
    let now = context.now();
    context.points.gone(point, now);
    let why = Why::RefusedByCarrier { code: error.code.clone() };
    Some(context.points.read().ask(why, point, &need_of(shipment, now)))
}
