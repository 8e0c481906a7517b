//! `getLabel` as the carrier's clients know it: from what we hold, or else from the carrier.

use super::{
    answer::{Form, Writer, naming},
    ends::Ends,
    enrol,
    generate::{self, give},
};
use crate::{
    body, failure,
    problem::Problem,
    refusals::{AsTheCarrier, BadBytes},
    state::{App, Shared},
};
use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use carriers::colissimo::{self, ReprintRequest, SlsRefusal};
use dispatch::State as Stands;
use parcel::{Login, ParcelNumber};
use store::{IntentView, Label};

/// getLabel of Colissimo SLS
///
/// Gives the label of a parcel number once more: same body, same answer as the carrier's `getLabel`. Labels that this
/// server holds are given also while the carrier is down.
#[utoipa::path(post, path = "/sls-ws/SlsServiceWSRest/2.0/getLabel", tag = "carrier-compatible",
    request_body(content = serde_json::Value, description = "As for the carrier", content_type = "application/json"),
    params(("apiKey" = Option<String>, Header,
            description = "The carrier's key; or contractNumber and password in the body")),
    responses((status = 200, description = "The label", body = String, content_type = "multipart/mixed"),
        AsTheCarrier, BadBytes))]
pub(crate) async fn get_label(State(app): State<Shared>, Ends(fixed): Ends, request: Request) -> Response {
    let to = Writer { app: &app, form: Form::Rest(fixed) };
    let (head, body) = request.into_parts();
    let bytes = match body::read(body, &app.settings).await {
        Ok(bytes) => bytes,
        Err(problem) => return problem.into_response(),
    };
    reprinted(&to, colissimo::read_get_label(&head.headers, &bytes)).await
}

/// The same of a request that is read.
pub(super) async fn reprinted(to: &Writer<'_>, read: Result<ReprintRequest, SlsRefusal>) -> Response {
    match read {
        Ok(asked) => answer(to, asked).await.unwrap_or_else(|problem| to.problem(problem)),
        Err(refusal) => to.refusal(&refusal),
    }
}

async fn answer(to: &Writer<'_>, asked: ReprintRequest) -> Result<Response, Problem> {
    let Some(login) = asked.login.clone() else { return Ok(to.wrong_login()) };
    match ours(to.app, &login, &asked.number).await? {
        Some((view, _)) if view.intent.state == Stands::Void => Ok(to.given_up()),
        Some((view, label)) if label.format == asked.format => {
            let id = view.intent.id;
            Ok(naming(give(to, &view, label), id))
        }
        _ if generate::may_ask(to.app, &login).await? => Ok(relayed(to, &login, &asked).await),
        _ => Ok(to.wrong_login()),
    }
}

async fn relayed(to: &Writer<'_>, login: &Login, asked: &ReprintRequest) -> Response {
    let exchange = to.app.carrier.relay(colissimo::encode_get_label(&asked.number, login, asked.format)).await;
    match colissimo::decode_reprint(&exchange, &asked.number) {
        Ok(answer) => to.label(&answer),
        Err(e) => to.failed(&e),
    }
}

/// The shipment and label of this number, if it is one of this login's that came by us.
async fn ours(app: &App, login: &Login, number: &ParcelNumber) -> Result<Option<(IntentView, Label)>, Problem> {
    let Some(caller) = enrol::known(app, login).await? else { return Ok(None) };
    let found = app.store.label_by_number(&caller.merchant, number).await.map_err(failure::of_store)?;
    let Some((id, label)) = found else { return Ok(None) };
    let view = app.store.get(&caller.merchant, id).await.map_err(failure::of_store)?;
    Ok(view.map(|view| (view, label)))
}
