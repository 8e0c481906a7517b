//! `generateLabel` and `checkGenerateLabel` as the carrier's clients know them.
//!
//! A label request is written down first. Then the client is kept waiting for as long as clients are patient, in the
//! hope that the carrier answers; after that it is told, in the carrier's own words for *unavailable*, to ask for the
//! same order again, which finds the shipment that is already in hand and never makes a second one.

use super::{
    answer::{Form, Writer, naming},
    ends::Ends,
    enrol,
};
use crate::{
    api::preferred_wait,
    body, failure, fingerprint, points,
    problem::Problem,
    refusals::{AsTheCarrier, BadBytes},
    state::{App, Caller, Shared},
    wait,
};
use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use carriers::{
    Blame,
    colissimo::{self, LabelAnswer, SlsRefusal, SlsRequest},
};
use dispatch::{State as Stands, Via};
use http::HeaderMap;
use jiff::civil::Date;
use parcel::{LabelFormat, Login, Shipment};
use std::time::Duration;
use store::{Accepted, IntentView, Label, Late, NewIntent};

/// The day that requests are held to when they are read: whether the day of deposit is past matters only for an order
/// that is new (see [`is_past`]).
pub(super) const ANY_DAY: Date = Date::MIN;

/// generateLabel of Colissimo SLS
///
/// Makes a parcel and its label: same body, same answer, same error ids as the carrier's `generateLabel`.
///
/// When the carrier does not answer in time: 40015 with a waiting reference. Asking for the same order again later gives
/// its label.
#[utoipa::path(post, path = "/sls-ws/SlsServiceWSRest/2.0/generateLabel", tag = "carrier-compatible",
    request_body(content = serde_json::Value, description = "As for the carrier", content_type = "application/json"),
    params(("apiKey" = Option<String>, Header,
            description = "The carrier's key; or contractNumber and password in the body"),
        ("Prefer" = Option<String>, Header, description = "`wait=N`: how long to wait for the carrier, in seconds")),
    responses((status = 200, description = "The label", body = String, content_type = "multipart/mixed"),
        AsTheCarrier, BadBytes))]
pub(crate) async fn generate(State(app): State<Shared>, Ends(fixed): Ends, request: Request) -> Response {
    let to = Writer { app: &app, form: Form::Rest(fixed) };
    let (head, body) = request.into_parts();
    match body::read(body, &app.settings).await {
        Ok(bytes) => generated(&to, &head.headers, colissimo::read_generate(&head.headers, &bytes, ANY_DAY)).await,
        Err(problem) => problem.into_response(),
    }
}

/// The same of a request that is read, in the time that the client's headers and the settings allow.
pub(super) async fn generated(to: &Writer<'_>, headers: &HeaderMap, read: Result<SlsRequest, SlsRefusal>) -> Response {
    let SlsRequest { login, shipment } = match read {
        Ok(asked) => asked,
        Err(refusal) => return to.refusal(&refusal),
    };
    let Some(login) = login else { return to.wrong_login() };
    let settings = &to.app.settings;
    let wait = preferred_wait(headers, settings.wait_max).ok().flatten().unwrap_or(settings.dropin.wait);
    generate_for(to, (login, shipment), wait).await.unwrap_or_else(|problem| to.problem(problem))
}

/// checkGenerateLabel of Colissimo SLS
///
/// Validates a request and makes nothing: same body, same answer as the carrier's `checkGenerateLabel`.
#[utoipa::path(post, path = "/sls-ws/SlsServiceWSRest/2.0/checkGenerateLabel", tag = "carrier-compatible",
    request_body(content = serde_json::Value, description = "As for the carrier", content_type = "application/json"),
    params(("apiKey" = Option<String>, Header,
            description = "The carrier's key; or contractNumber and password in the body")),
    responses((status = 200, description = "Good", body = String, content_type = "multipart/mixed"),
        AsTheCarrier, BadBytes))]
pub(crate) async fn check(State(app): State<Shared>, Ends(fixed): Ends, request: Request) -> Response {
    let to = Writer { app: &app, form: Form::Rest(fixed) };
    let (head, body) = request.into_parts();
    match body::read(body, &app.settings).await {
        Ok(bytes) => checked(&to, colissimo::read_generate(&head.headers, &bytes, ANY_DAY)).await,
        Err(problem) => problem.into_response(),
    }
}

/// The same of a request that is read.
pub(super) async fn checked(to: &Writer<'_>, read: Result<SlsRequest, SlsRefusal>) -> Response {
    let app = to.app;
    let SlsRequest { login, shipment } = match read {
        Ok(asked) => asked,
        Err(refusal) => return to.refusal(&refusal),
    };
    let Some(login) = login else { return to.wrong_login() };
    match may_ask(app, &login).await {
        Ok(true) if is_past(app, &shipment) => return to.deposit_past(),
        Ok(true) => {}
        Ok(false) => return to.wrong_login(),
        Err(problem) => return to.problem(problem),
    }
    let exchange =
        app.carrier.relay(colissimo::encode_check(&shipment, &login, shipment.deposit_date, shipment.format));
    match colissimo::decode_check(&exchange.await) {
        Ok(()) => to.well(),
        Err(e) => to.failed(&e),
    }
}

/// Whether calls of this login are passed on.
pub(super) async fn may_ask(app: &App, login: &Login) -> Result<bool, Problem> {
    Ok(app.settings.dropin.enrol || enrol::known(app, login).await?.is_some())
}

fn is_past(app: &App, shipment: &Shipment) -> bool {
    shipment.deposit_date < app.now().paris_date()
}

async fn generate_for(
    to: &Writer<'_>,
    (login, shipment): (Login, Shipment),
    wait: Duration,
) -> Result<Response, Problem> {
    let Some(caller) = enrol::enrol(to.app, &login).await? else { return Ok(to.wrong_login()) };
    let format = shipment.format;
    let view = if is_past(to.app, &shipment) {
        let Some(view) = made_before(to.app, &caller, &shipment).await? else { return Ok(to.deposit_past()) };
        view
    } else {
        accept(to.app, &caller, shipment).await?
    };
    let id = view.intent.id;
    let view = wait::until_settled(to.app, view, wait).await.map_err(failure::of_store)?;
    let response = match (view.intent.state, &view.reject) {
        (Stands::Confirmed, _) => vouched(hand_out(to, &login, &view, format).await?),
        (Stands::Rejected, Some(reject)) => to.reject(reject),
        (Stands::Question, _) => to.asked(&view),
        _ => to.in_hand(id),
    };
    Ok(naming(response, id))
}

/// The carrier has made a label for this login: whoever sent it is no stranger to the door.
fn vouched(mut response: Response) -> Response {
    response.extensions_mut().insert(edge::Vouched);
    response
}

/// Takes the request in, or finds the shipment that it asked for before.
async fn accept(app: &App, caller: &Caller, shipment: Shipment) -> Result<IntentView, Problem> {
    let key = fingerprint::of_letter(&shipment);
    let at = app.now();
    let new = NewIntent {
        id: app.new_id(at),
        merchant: caller.merchant.clone(),
        account: caller.account.clone(),
        pickup: points::known_of(app, &shipment, None, at),
        shipment,
        via: Via::DropIn,
        key: Some(key),
        at,
    };
    match app.store.accept(new).await.map_err(failure::of_store)? {
        Accepted::New(view) | Accepted::Known(view) => Ok(view),
        Accepted::Conflict { .. } => Err(failure::defect("an order's key cannot be in conflict")),
    }
}

/// The shipment that an order of a day that is past made before: asked again, it is no new one.
async fn made_before(app: &App, caller: &Caller, shipment: &Shipment) -> Result<Option<IntentView>, Problem> {
    let key = fingerprint::of_letter(shipment);
    match app.store.known(&caller.merchant, key, app.now()).await.map_err(failure::of_store)? {
        Some(Accepted::New(view) | Accepted::Known(view)) => Ok(Some(view)),
        Some(Accepted::Conflict { .. }) | None => Ok(None),
    }
}

/// Hands the label out in the format that is asked now: ours if we have it so, a reprint otherwise.
async fn hand_out(to: &Writer<'_>, login: &Login, view: &IntentView, format: LabelFormat) -> Result<Response, Problem> {
    let id = view.intent.id;
    let label = to.app.store.label(&view.merchant, id).await.map_err(failure::of_store)?;
    if let Some(label) = label.filter(|label| label.format == format) {
        return Ok(give(to, view, label));
    }
    let number = view.intent.number.ok_or_else(|| failure::defect("a confirmed shipment has no number"))?;
    let exchange = to.app.carrier.relay(colissimo::encode_get_label(&number, login, format)).await;
    Ok(match colissimo::decode_reprint(&exchange, &number) {
        Ok(answer) => {
            release(to.app, view);
            to.label(&answer)
        }
        Err(e) if e.blame == Blame::Them => to.in_hand(id),
        Err(e) => to.failed(&e),
    })
}

/// Gives a label that we hold, in the words in which the carrier gave it.
pub(super) fn give(to: &Writer<'_>, view: &IntentView, label: Label) -> Response {
    release(to.app, view);
    to.label(&LabelAnswer::from_kept(label.number, label.bytes, label.cn23, &label.answer_json))
}

fn release(app: &App, view: &IntentView) {
    if !view.intent.released {
        app.store.record_later(view.intent.id, Late::Released, app.now());
    }
}
