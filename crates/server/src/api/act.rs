//! What a person may decide about a shipment: give it up, or settle what the engine could not.

use super::{answer::ShipmentAnswer, own, path::ShipmentPath};
use crate::{
    auth::Signed,
    body, failure,
    problem::{Kind, Problem},
    refusals::{Always, BadBody, NotDecided, NotYours, UnderWay},
    state::{App, Caller, Shared},
};
use axum::{
    Json,
    extract::{Request, State},
};
use carriers::{Blame, CarrierError, colissimo};
use colissimo::LabelAnswer;
use dispatch::{By, Fact, State as Stands};
use parcel::{LabelFormat, ParcelNumber};
use serde::Deserialize;
use store::{IntentView, LabelBytes, Looked, Scope};
use utoipa::ToSchema;

/// Seconds after which an attempt that is under way has usually ended.
const ATTEMPT_S: u64 = 10;

/// A decision on a shipment.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Decision)]
pub(crate) struct ResolveRequest {
    /// What to do.
    action: Action,
    /// With `confirm`: the number on the label that the carrier made.
    #[schema(example = "6A15984040331")]
    parcel_number: Option<String>,
}

/// retry: no label was made, ask the carrier again (only in the state human). confirm: the label was made, this is
/// its number (in the states human and unknown). local: print a label without the carrier, with a number from your
/// range (in the states waiting, unknown and human).
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Action {
    Retry,
    Confirm,
    Local,
}

/// Give a shipment up
///
/// Gives a shipment up: its label, made or still to come, is not to be used. Giving it up twice is the same as once.
#[utoipa::path(post, path = "/v1/shipments/{id}/void", tag = "shipments",
    params(("id" = String, Path, description = "The shipment's id")),
    responses((status = 200, description = "Given up", body = ShipmentAnswer),
        Always, NotYours, UnderWay),
    security(("api_key" = [])))]
pub(crate) async fn void(
    State(app): State<Shared>,
    Signed(caller): Signed,
    ShipmentPath(id): ShipmentPath,
) -> Result<Json<ShipmentAnswer>, Problem> {
    caller.require(Scope::Decide)?;
    let view = own(&app, &caller, id).await?;
    let view = match view.intent.state {
        Stands::Void => view,
        Stands::InFlight => return Err(under_way(&view)),
        _ => record(&app, &view, Fact::Voided).await?,
    };
    Ok(Json(ShipmentAnswer::from(&view)))
}

/// Decide about a shipment
///
/// Settles a shipment that the engine left to a person, or whose label was found at the carrier by other means. A
/// number is believed only when the carrier itself gives the label of that number.
#[utoipa::path(post, path = "/v1/shipments/{id}/resolve", tag = "shipments",
    params(("id" = String, Path, description = "The shipment's id")),
    request_body = ResolveRequest,
    responses((status = 200, description = "Decided", body = ShipmentAnswer),
        Always, NotYours, BadBody, NotDecided),
    security(("api_key" = [])))]
pub(crate) async fn resolve(
    State(app): State<Shared>,
    Signed(caller): Signed,
    ShipmentPath(id): ShipmentPath,
    request: Request,
) -> Result<Json<ShipmentAnswer>, Problem> {
    caller.require(Scope::Decide)?;
    let (head, body) = request.into_parts();
    body::require_json(&head.headers)?;
    let bytes = body::read(body, &app.settings).await?;
    let decision: ResolveRequest = body::json(&bytes)?;
    let view = own(&app, &caller, id).await?;
    let view = match (decision.action, view.intent.state) {
        (Action::Retry, Stands::Human) => record(&app, &view, Fact::Reopened).await?,
        (Action::Confirm, Stands::Human | Stands::Unknown) => {
            confirm(&app, &caller, &view, number(decision.parcel_number.as_deref())?).await?
        }
        (Action::Local, Stands::Waiting | Stands::Unknown | Stands::Human) => {
            let printed = app.carrier.print_locally(&caller.merchant, id).await.map_err(failure::of_store)?;
            printed.map_err(|looked| no_local_label(&view, &looked))?
        }
        (action, _) => return Err(not_now(action, &view)),
    };
    Ok(Json(ShipmentAnswer::from(&view)))
}

async fn record(app: &App, view: &IntentView, fact: Fact) -> Result<IntentView, Problem> {
    app.store.record(view.intent.id, vec![fact], app.now(), None).await.map_err(failure::of_store)
}

fn under_way(view: &IntentView) -> Problem {
    Problem::new(Kind::WrongState, "The carrier is being asked right now, which can't be taken back. Try again soon.")
        .shipment(view.intent.id)
        .retry_after(ATTEMPT_S)
}

fn not_now(action: Action, view: &IntentView) -> Problem {
    let detail = match action {
        Action::Retry => "Only a shipment in the state human can be retried by hand; the others go on by themselves.",
        Action::Confirm => "Only a shipment in the state human or unknown can be given its number by hand.",
        Action::Local => "Only a shipment in the state waiting, unknown or human can be given a local label.",
    };
    Problem::new(Kind::WrongState, detail).shipment(view.intent.id)
}

fn no_local_label(view: &IntentView, looked: &Looked) -> Problem {
    let why = looked.why().unwrap_or("nothing was printed");
    Problem::new(Kind::NoLocalLabel, format!("No local label was printed: {why}.")).shipment(view.intent.id)
}

fn number(text: Option<&str>) -> Result<ParcelNumber, Problem> {
    let missing = || {
        Problem::new(Kind::MissingField, "confirm needs parcel_number, the 13 characters on the label; add it.")
            .field("parcel_number")
    };
    Ok(text.ok_or_else(missing)?.parse()?)
}

/// Believes a number only with its label in hand.
async fn confirm(app: &App, caller: &Caller, view: &IntentView, number: ParcelNumber) -> Result<IntentView, Problem> {
    let id = view.intent.id;
    if let Some(other) = app.store.shipment_of_number(&caller.merchant, number).await.map_err(failure::of_store)? {
        let detail = format!("{number} is the label of shipment {other} already.");
        return Err(Problem::new(Kind::NumberTaken, detail).field("parcel_number").shipment(other));
    }
    let shipment = app.store.shipment(&caller.merchant, id).await.map_err(failure::of_store)?;
    let format = shipment.ok_or_else(failure::no_shipment)?.format;
    let answer = reprint(app, view, &number, format).await?.map_err(|e| not_proved(&e))?;
    let fact = Fact::Confirmed {
        attempt: view.intent.attempt,
        number,
        partner_number: answer.partner_number.clone(),
        format,
        by: By::Human,
    };
    let label = LabelBytes { answer_json: answer.words(), label: answer.label, cn23: answer.cn23 };
    app.store.record(id, vec![fact], app.now(), Some(label)).await.map_err(failure::of_store)
}

/// Asks the carrier for a label once more. What the carrier says to that is the inner result.
pub(super) async fn reprint(
    app: &App,
    view: &IntentView,
    number: &ParcelNumber,
    format: LabelFormat,
) -> Result<Result<LabelAnswer, CarrierError>, Problem> {
    let account = app.store.account(&view.account).await.map_err(failure::of_store)?;
    let account = account.ok_or_else(|| failure::defect("a shipment's account is gone"))?;
    let exchange = app.carrier.relay(colissimo::encode_get_label(number, &account.login, format)).await;
    Ok(colissimo::decode_reprint(&exchange, number))
}

fn not_proved(e: &CarrierError) -> Problem {
    match e.blame {
        Blame::Them => failure::carrier_dark(),
        Blame::Us | Blame::Caller => {
            let detail = "The carrier gives no label for this number under your account; check the number.";
            Problem::new(Kind::NotProved, detail).field("parcel_number").carrier(&e.code, &e.message)
        }
    }
}
