//! The shipment that a path names.

use crate::{
    failure,
    problem::{Kind, Problem},
    state::Shared,
};
use axum::extract::{FromRequestParts, RawPathParams};
use http::request::Parts;
use parcel::ShipmentId;

/// The id in `/v1/shipments/{id}…`. Text that is no id is no shipment either.
pub(crate) struct ShipmentPath(pub(crate) ShipmentId);

impl FromRequestParts<Shared> for ShipmentPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Problem> {
        let params = RawPathParams::from_request_parts(parts, app).await;
        let params = params.map_err(|_| Problem::new(Kind::NoSuchPath, "The path is not written in UTF-8."))?;
        let id = params.iter().find(|(name, _)| *name == "id").and_then(|(_, id)| id.parse().ok());
        id.map(Self).ok_or_else(failure::no_shipment)
    }
}
