//! The carrier's three health pages: passed on while it answers, `[KO]` while it does not or is known to be slow.

use super::CARRIER;
use crate::state::{App, Shared};
use axum::{
    extract::State,
    response::{Html, IntoResponse, Response},
};
use carriers::colissimo::{HEALTH_PAGES, decode_health, encode_health, write_health};
use dispatch::Health;
use std::sync::PoisonError;
use watch::{Carrier, Function};

/// Health page of the pickup-point service
///
/// Whether label and pickup-point services believe themselves well.
#[utoipa::path(get, path = "/supervision-wspudo/supervision.jsp", tag = "carrier-compatible",
    responses((status = 200, description = "[OK] or [KO]", body = String, content_type = "text/html")))]
pub(crate) async fn pickup_service(State(app): State<Shared>) -> Response {
    page(&app, HEALTH_PAGES[0], Function::Pickup).await
}

/// Health page of the pickup-point site
///
/// Whether the pickup-point site believes itself well.
#[utoipa::path(get, path = "/supervision-pudo/supervision.jsp", tag = "carrier-compatible",
    responses((status = 200, description = "[OK] or [KO]", body = String, content_type = "text/html")))]
pub(crate) async fn pickup_site(State(app): State<Shared>) -> Response {
    page(&app, HEALTH_PAGES[1], Function::Pickup).await
}

/// Health page of the label service
///
/// Whether the label service believes itself well.
#[utoipa::path(get, path = "/supervisionWSShipping/supervision.jsp", tag = "carrier-compatible",
    responses((status = 200, description = "[OK] or [KO]", body = String, content_type = "text/html")))]
pub(crate) async fn shipping(State(app): State<Shared>) -> Response {
    page(&app, HEALTH_PAGES[2], Function::Label).await
}

/// What the carrier says of itself counts while nothing better is known of the function.
async fn page(app: &App, page: &str, function: Function) -> Response {
    let down = matches!(app.carrier.health(), Health::Dark { .. }) || is_down(app, function);
    let well = !down && decode_health(&app.carrier.relay(encode_health(page)).await) == Some(true);
    Html(write_health(well)).into_response()
}

fn is_down(app: &App, function: Function) -> bool {
    let watch = app.watch.lock().unwrap_or_else(PoisonError::into_inner);
    watch.condition(&Carrier::new(CARRIER), function).is_some_and(|(condition, _)| condition.is_down())
}
