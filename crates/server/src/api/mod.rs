//! The API in our own words, under `/v1`.

mod act;
mod answer;
mod batch;
mod choices;
mod consent;
mod customs;
pub(crate) mod health;
mod hooks;
mod keys;
mod label;
mod labels;
mod list;
mod orders;
mod papers;
mod path;
mod points;
mod prefer;
mod question;
mod read;
mod request;
mod returns;
mod shop_orders;
mod submit;

pub(crate) use hooks::described_events;
pub(crate) use prefer::wait as preferred_wait;

use crate::{
    cors, failure,
    problem::Problem,
    state::{App, Caller, Shared},
};
use axum::routing::options;
use http::StatusCode;
use parcel::ShipmentId;
use store::IntentView;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes with their documentation.
pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(submit::submit, list::list))
        .routes(routes!(read::shipment))
        .routes(routes!(read::facts))
        .routes(routes!(label::label))
        .routes(routes!(labels::labels))
        .routes(routes!(papers::cn23))
        .routes(routes!(papers::make_slip))
        .routes(routes!(returns::make_return))
        .routes(routes!(act::void))
        .routes(routes!(act::resolve))
        .routes(routes!(consent::consent))
        .routes(routes!(keys::own))
        .routes(routes!(batch::submit_batch))
        .routes(routes!(batch::read::batch_columns))
        .routes(routes!(batch::read::batch))
        .routes(routes!(batch::read::batch_lines))
        .routes(routes!(orders::submit_order))
        .routes(routes!(orders::order))
        .routes(routes!(shop_orders::list))
        .routes(routes!(shop_orders::read))
        .routes(routes!(shop_orders::ship::ship))
        .routes(routes!(shop_orders::import::import))
        .routes(routes!(hooks::list, hooks::add))
        .routes(routes!(hooks::read, hooks::change, hooks::drop_one))
        .routes(routes!(hooks::rotate))
        .routes(routes!(hooks::test))
        .routes(routes!(hooks::replay))
        .routes(routes!(hooks::deliveries::list))
        .routes(routes!(health::carriers))
        .routes(routes!(health::report))
        .routes(routes!(health::list))
        .routes(routes!(health::facts))
        .routes(routes!(health::remark))
        .merge(from_pages())
}

/// The paths that a shop's page may call from the buyer's browser.
const FROM_PAGES: [&str; 3] = ["/v1/pickup-points", "/v1/pickup-points/{id}", "/v1/pickup-choices"];

/// Their routes. A browser asks first whether it may (`OPTIONS`): the layer answers that, and needs a route to stand on.
fn from_pages() -> OpenApiRouter<Shared> {
    let routes = OpenApiRouter::new()
        .routes(routes!(points::search))
        .routes(routes!(points::one))
        .routes(routes!(choices::choose, choices::list));
    let asked_first = || options(async || StatusCode::NO_CONTENT);
    FROM_PAGES.into_iter().fold(routes, |routes, path| routes.route(path, asked_first())).layer(cors::open())
}

/// The shipment, if it is this merchant's.
async fn own(app: &App, caller: &Caller, id: ShipmentId) -> Result<IntentView, Problem> {
    let found = app.store.get(&caller.merchant, id).await.map_err(failure::of_store)?;
    found.ok_or_else(failure::no_shipment)
}
