//! Reading: one shipment, a page of them, a timeline.

use super::{
    answer::{FactAnswer, ShipmentAnswer, ShipmentList, Timeline},
    own,
    path::ShipmentPath,
};
use crate::{
    auth::Signed,
    choose, failure,
    problem::Problem,
    refusals::{Always, NotYours},
    state::{App, Caller, Shared},
};
use axum::{Json, extract::State};
use dispatch::{Fact, State as Stands};
use store::{IntentView, Scope};

/// Read a shipment
///
/// Where a shipment stands.
#[utoipa::path(get, path = "/v1/shipments/{id}", tag = "shipments",
    params(("id" = String, Path, description = "The shipment's id")),
    responses((status = 200, description = "The shipment", body = ShipmentAnswer),
        Always, NotYours),
    security(("api_key" = [])))]
pub(crate) async fn shipment(
    State(app): State<Shared>,
    Signed(caller): Signed,
    ShipmentPath(id): ShipmentPath,
) -> Result<Json<ShipmentAnswer>, Problem> {
    caller.require(Scope::Read)?;
    let view = own(&app, &caller, id).await?;
    let partner = partner_number(&app, &view).await?;
    let why = why_no_local_label(&app, &view).await?;
    let confirmed = view.intent.state == Stands::Confirmed;
    let cn23 = confirmed && app.store.has_customs_form(id).await.map_err(failure::of_store)?;
    let link = link(&app, &caller, &view);
    Ok(Json(ShipmentAnswer::from(&view).with_partner(partner).with_cn23(cn23).without_local_label(why).with_link(link)))
}

/// The path of the buyer's page, for a key that may decide itself: whoever has it may answer in the buyer's place.
fn link(app: &App, caller: &Caller, view: &IntentView) -> Option<String> {
    let open = view.question.as_deref().filter(|_| caller.require(Scope::Decide).is_ok())?;
    Some(choose::path(app, view.intent.id, open))
}

async fn why_no_local_label(app: &App, view: &IntentView) -> Result<Option<String>, Problem> {
    if !matches!(view.intent.state, Stands::Waiting | Stands::Unknown) {
        return Ok(None);
    }
    app.store.why_no_local_label(view.intent.id).await.map_err(failure::of_store)
}

async fn partner_number(app: &App, view: &IntentView) -> Result<Option<String>, Problem> {
    if view.intent.state != Stands::Confirmed {
        return Ok(None);
    }
    let facts = app.store.facts(view.intent.id).await.map_err(failure::of_store)?;
    Ok(facts.into_iter().find_map(|stamped| match stamped.fact {
        Fact::Confirmed { partner_number, .. } => partner_number,
        _ => None,
    }))
}

/// Read a shipment's timeline
///
/// What happened to a shipment, from its acceptance on. Holds no private data.
#[utoipa::path(get, path = "/v1/shipments/{id}/facts", tag = "shipments",
    params(("id" = String, Path, description = "The shipment's id")),
    responses((status = 200, description = "What happened, oldest first", body = Timeline),
        Always, NotYours),
    security(("api_key" = [])))]
pub(crate) async fn facts(
    State(app): State<Shared>,
    Signed(caller): Signed,
    ShipmentPath(id): ShipmentPath,
) -> Result<Json<Timeline>, Problem> {
    caller.require(Scope::Read)?;
    own(&app, &caller, id).await?;
    let facts = app.store.facts(id).await.map_err(failure::of_store)?;
    Ok(Json(Timeline { id, facts: facts.iter().map(FactAnswer::from).collect() }))
}

/// Turns a page of the store's into an answer.
pub(super) fn page(items: &[IntentView], next: Option<String>) -> ShipmentList {
    ShipmentList { shipments: items.iter().map(ShipmentAnswer::from).collect(), next }
}
