//! What a merchant answers to a question about where its parcel goes.

use super::{answer::ShipmentAnswer, own, path::ShipmentPath};
use crate::{
    auth::Signed,
    body,
    choose::{Answer, AskedAbout},
    failure,
    problem::{Kind, Problem},
    refusals::{Always, BadBody, NotAgreed, NotYours},
    state::{App, Caller, Shared},
};
use axum::{
    Json,
    extract::{Request, State},
};
use dispatch::{ConsentBy, State as Stands};
use parcel::{DeliveryMode, Shipment};
use serde::Deserialize;
use store::{IntentView, Scope, StoreError};
use utoipa::ToSchema;

/// Where a parcel is to go: exactly one of the three.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ConsentRequest)]
pub(crate) struct ConsentRequest {
    /// To this pickup point.
    #[schema(example = "750021")]
    pickup_point: Option<String>,
    /// true: to the buyer's address.
    home: Option<bool>,
    /// true: where the buyer chose, whatever is said against it here. The carrier has the last word; where it has refused
    /// the point, or the point is shut, it is asked later.
    keep: Option<bool>,
}

impl ConsentRequest {
    fn parse(self) -> Result<Answer, Problem> {
        match (self.pickup_point, self.home, self.keep) {
            (Some(point), None, None) => Ok(Answer::Point(point.parse()?)),
            (None, Some(true), None) => Ok(Answer::Home),
            (None, None, Some(true)) => Ok(Answer::Keep),
            _ => {
                let detail = "Give exactly one of pickup_point, home: true and keep: true.";
                Err(Problem::new(Kind::InvalidField, detail).field("pickup_point"))
            }
        }
    }
}

/// Answer a shipment's question
///
/// Agrees to where a parcel goes whose buyer's choice cannot be honoured. It is written down with who agreed, and the
/// carrier is asked for it; the request itself stays as it was. The same answer twice is the same as once.
#[utoipa::path(post, path = "/v1/shipments/{id}/consent", tag = "shipments",
    params(("id" = String, Path, description = "The shipment's id")),
    request_body = ConsentRequest,
    responses((status = 200, description = "Agreed", body = ShipmentAnswer), Always, NotYours, BadBody, NotAgreed),
    security(("api_key" = [])))]
pub(crate) async fn consent(
    State(app): State<Shared>,
    Signed(caller): Signed,
    ShipmentPath(id): ShipmentPath,
    request: Request,
) -> Result<Json<ShipmentAnswer>, Problem> {
    caller.require(Scope::Decide)?;
    let (head, body) = request.into_parts();
    body::require_json(&head.headers)?;
    let asked: ConsentRequest = body::json(&body::read(body, &app.settings).await?)?;
    let answer = asked.parse()?;
    let view = own(&app, &caller, id).await?;
    let shipment = shipment(&app, &caller, &view).await?;
    let view = match AskedAbout::of(&view, &shipment) {
        Some(about) => agree(&app, &about, answer).await?,
        None if said_so(&view, answer) => view,
        None => return Err(not_asked(&view)),
    };
    Ok(Json(ShipmentAnswer::from(&view)))
}

async fn shipment(app: &App, caller: &Caller, view: &IntentView) -> Result<Shipment, Problem> {
    let found = app.store.shipment(&caller.merchant, view.intent.id).await.map_err(failure::of_store)?;
    found.ok_or_else(|| not_asked(view))
}

async fn agree(app: &App, about: &AskedAbout<'_>, answer: Answer) -> Result<IntentView, Problem> {
    let now = app.now();
    let id = about.view.intent.id;
    let (consent, _) = about.consent(app, answer, ConsentBy::Merchant, now).map_err(|problem| problem.shipment(id))?;
    match app.store.consent(id, consent, None, now).await {
        Ok(view) => Ok(view),
        // Somebody else was quicker, perhaps with the same answer.
        Err(StoreError::Illegal(_)) => {
            let now = app.store.get(&about.view.merchant, id).await.map_err(failure::of_store)?;
            now.filter(|view| said_so(view, answer)).ok_or_else(|| not_asked(about.view))
        }
        Err(e) => Err(failure::of_store(e)),
    }
}

/// Whether this is what was agreed to last.
fn said_so(view: &IntentView, answer: Answer) -> bool {
    let agreed = view.consent.as_ref().filter(|_| view.intent.state != Stands::Void);
    agreed.is_some_and(|agreed| match answer {
        Answer::Keep => agreed.consent.kept,
        Answer::Home => agreed.consent.mode == DeliveryMode::Home,
        Answer::Point(point) => agreed.consent.mode == DeliveryMode::PickupPoint(point),
    })
}

fn not_asked(view: &IntentView) -> Problem {
    Problem::new(Kind::WrongState, "Nothing is asked about this shipment, or not any more: read where it stands.")
        .shipment(view.intent.id)
}
