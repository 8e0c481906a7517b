//! Reading: one shipment, a page of them, a timeline, a label.

use super::{
    answer::{FactAnswer, LabelFile, ShipmentAnswer, ShipmentList, Timeline},
    own,
    path::ShipmentPath,
};
use crate::{
    auth::Signed,
    failure,
    problem::{Kind, Problem},
    refusals::{Always, NoLabel, NotYours},
    state::{App, Shared},
};
use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use dispatch::{Fact, Health, State as Stands};
use http::{Method, header};
use parcel::ShipmentId;
use store::{IntentView, Label, Late, Scope};

/// Seconds after which to ask for a label again, while the carrier answers.
const SOON_S: u64 = 5;
/// The same, while it does not, or while a person has to decide.
const LATER_S: u64 = 60;

/// Where a shipment stands.
#[utoipa::path(get, path = "/v1/shipments/{id}", tag = "shipments", summary = "Read a shipment",
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
    Ok(Json(ShipmentAnswer::from(&view).with_partner(partner).without_local_label(why)))
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

/// What happened to a shipment, from its acceptance on. Holds no private data.
#[utoipa::path(get, path = "/v1/shipments/{id}/facts", tag = "shipments", summary = "Read a shipment's timeline",
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

/// The label's bytes, as the carrier made them. Fetching it counts as handing it out.
#[utoipa::path(get, path = "/v1/shipments/{id}/label", tag = "shipments", summary = "Fetch the label",
    params(("id" = String, Path, description = "The shipment's id")),
    responses((status = 200, description = "The label", content(
            (LabelFile = "application/pdf"), (LabelFile = "application/x-zpl"), (LabelFile = "application/x-dpl"))),
        Always, NotYours, NoLabel),
    security(("api_key" = [])))]
pub(crate) async fn label(
    State(app): State<Shared>,
    Signed(caller): Signed,
    ShipmentPath(id): ShipmentPath,
    method: Method,
) -> Result<Response, Problem> {
    caller.require(Scope::Read)?;
    let view = own(&app, &caller, id).await?;
    if view.intent.state != Stands::Confirmed {
        return Err(no_label(&app, &view));
    }
    let label = app.store.label(&caller.merchant, id).await.map_err(failure::of_store)?;
    let label = label.ok_or_else(|| no_longer_kept(&view))?;
    if method != Method::HEAD && !view.intent.released {
        app.store.record_later(id, Late::Released, app.now());
    }
    Ok(bytes_of(label))
}

fn bytes_of(label: Label) -> Response {
    let kind = label.format.media_type();
    let ending = kind.rsplit(['/', '-']).next().unwrap_or("bin");
    let name = format!("inline; filename=\"{}.{ending}\"", label.number);
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, name),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    (headers, label.bytes).into_response()
}

/// Only a label that is past its time is missing.
fn no_longer_kept(view: &IntentView) -> Problem {
    let number = view.intent.number.map(String::from).unwrap_or_default();
    let detail = format!("The label of {number} is past the time for which labels are kept here.");
    Problem::new(Kind::PastKeeping, detail).shipment(view.intent.id)
}

fn no_label(app: &App, view: &IntentView) -> Problem {
    let id: ShipmentId = view.intent.id;
    let problem = match view.intent.state {
        Stands::Void => Problem::new(Kind::Void, "The shipment was given up; its label must not be used."),
        Stands::Rejected => {
            let problem = Problem::new(Kind::Rejected, "The carrier refused the shipment; correct it, create it anew.");
            match &view.reject {
                Some(reject) => problem.carrier(&reject.code, &reject.message),
                None => problem,
            }
        }
        Stands::Human => Problem::new(Kind::NotReady, "A person has to decide first: POST to the shipment's /resolve.")
            .retry_after(LATER_S),
        _ if matches!(app.carrier.health(), Health::Dark { .. }) => {
            let detail = "The carrier does not answer just now. The shipment is safe and its label will be fetched.";
            Problem::new(Kind::NotReady, detail).retry_after(LATER_S)
        }
        _ => Problem::new(Kind::NotReady, "The carrier is being asked for the label.").retry_after(SOON_S),
    };
    problem.shipment(id)
}

/// Turns a page of the store's into an answer.
pub(super) fn page(items: &[IntentView], next: Option<String>) -> ShipmentList {
    ShipmentList { shipments: items.iter().map(ShipmentAnswer::from).collect(), next }
}
