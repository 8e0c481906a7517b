//! The shipment, the batch, the order or the pickup point that a path names.

use super::{batch::read::no_batch, orders::no_order};
use crate::{
    failure,
    problem::{Kind, Problem},
    state::Shared,
};
use axum::extract::{FromRequestParts, RawPathParams};
use http::request::Parts;
use parcel::{BatchId, OrderNumber, PickupPointId, ShipmentId};
use std::str::FromStr;

/// The id in `/v1/shipments/{id}…`. Text that is no id is no shipment either.
pub(crate) struct ShipmentPath(pub(crate) ShipmentId);

/// The id in `/v1/batches/{id}…`. Text that is no id is no batch either.
pub(crate) struct BatchPath(pub(crate) BatchId);

/// The number in `/v1/orders/{order_number}`. Text that is no order number is no order either.
pub(crate) struct OrderPath(pub(crate) OrderNumber);

/// The id in `/v1/pickup-points/{id}`; none where the text is no id, which is said after it was asked who may ask at all.
pub(crate) struct PointPath(pub(crate) Option<PickupPointId>);

/// The part of the path with this name, if it is written as it should be.
async fn part<T: FromStr>(parts: &mut Parts, app: &Shared, name: &str) -> Result<Option<T>, Problem> {
    let params = RawPathParams::from_request_parts(parts, app).await;
    let params = params.map_err(|_| Problem::new(Kind::NoSuchPath, "The path is not written in UTF-8."))?;
    Ok(params.iter().find(|(part, _)| *part == name).and_then(|(_, text)| text.parse().ok()))
}

impl FromRequestParts<Shared> for ShipmentPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Problem> {
        part(parts, app, "id").await?.map(Self).ok_or_else(failure::no_shipment)
    }
}

impl FromRequestParts<Shared> for BatchPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Problem> {
        part(parts, app, "id").await?.map(Self).ok_or_else(no_batch)
    }
}

impl FromRequestParts<Shared> for OrderPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Problem> {
        part(parts, app, "order_number").await?.map(Self).ok_or_else(no_order)
    }
}

impl FromRequestParts<Shared> for PointPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Problem> {
        part(parts, app, "id").await.map(Self)
    }
}
