//! Taking shipments in: written to the disk first, answered then, whatever the carrier does.

use super::{
    answer::ShipmentAnswer,
    choices,
    prefer::{self, PREFERENCE_APPLIED},
    request::{ShipmentRequest, deposit_past},
};
use crate::{
    auth::Signed,
    body, failure, fingerprint, points,
    problem::{Kind, Problem},
    refusals::{Always, BadBody, NotTaken},
    state::{App, Caller, Shared},
    wait,
};
use axum::{
    Json,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use dispatch::Via;
use http::{HeaderName, HeaderValue, StatusCode, header};
use parcel::Shipment;
use pickup::Choice;
use std::time::Duration;
use store::{Accepted, IntentView, Key, NewIntent, Scope};

/// Seconds after which it is worth looking at a shipment again.
const LOOK_AGAIN_S: HeaderValue = HeaderValue::from_static("2");
/// Says that the shipment was made by an earlier request.
pub(super) const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// Create a shipment
///
/// Accepts one parcel to be labelled. The answer comes from this server's own disk within milliseconds, also while the
/// carrier is down; from then on the shipment is followed until its label is there.
///
/// The same `Idempotency-Key` with the same shipment always gives the first shipment. Without a key, the same shipment
/// sent again is the first one only until the first was answered.
#[utoipa::path(post, path = "/v1/shipments", tag = "shipments",
    request_body = ShipmentRequest,
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "Your own key of this request, 1 to 255 printable \
            characters; with it the request can be sent again without harm for 13 months"),
        ("Prefer" = Option<String>, Header, description = "`wait=N`: wait up to N seconds (0 to 60) for the label"),
    ),
    responses(
        (status = 201, description = "Accepted and settled: the label is there, or the carrier refused",
            body = ShipmentAnswer, headers(
                ("Location" = String, description = "The shipment"),
                ("Idempotent-Replayed" = Option<String>, description = "true: an earlier request made it"))),
        (status = 202, description = "Accepted; the label will follow",
            body = ShipmentAnswer, headers(
                ("Location" = String, description = "The shipment"),
                ("Idempotent-Replayed" = Option<String>, description = "true: an earlier request made it"))),
        Always, BadBody, NotTaken,
    ), security(("api_key" = [])))]
pub(crate) async fn submit(
    State(app): State<Shared>,
    Signed(caller): Signed,
    request: Request,
) -> Result<Response, Problem> {
    caller.require(Scope::Ship)?;
    let (head, body) = request.into_parts();
    body::require_json(&head.headers)?;
    let wait = prefer::wait(&head.headers, app.settings.wait_max)?;
    let key = prefer::idempotency_key(&head.headers)?;
    let bytes = body::read(body, &app.settings).await?;
    let mut wanted = body::json::<ShipmentRequest>(&bytes)?;
    let choice = wanted.pickup_choice.take();
    let shipment = wanted.parse()?;
    let choice = choice.map(|signed| choices::brought(&app, &caller, &signed, &shipment)).transpose()?;
    let key = fingerprint::of_request(key, &shipment);
    let (view, replayed) = accept(&app, &caller, key, shipment, choice).await?;
    let view = wait::until_settled(&app, view, wait.unwrap_or_default()).await.map_err(failure::of_store)?;
    Ok(answer(&view, replayed, wait))
}

/// Takes a shipment in under this key, with what its buyer chose where a record of it came along, or finds the one that the key made; and whether it was found.
pub(super) async fn accept(
    app: &App,
    caller: &Caller,
    key: Key,
    shipment: Shipment,
    choice: Option<Choice>,
) -> Result<(IntentView, bool), Problem> {
    let at = app.now();
    let accepted = if shipment.deposit_date < at.paris_date() {
        // Yesterday's request sent again is no new one: it finds the shipment that it made.
        let known = app.store.known(&caller.merchant, key, at).await.map_err(failure::of_store)?;
        known.ok_or_else(|| deposit_past(at.paris_date()))?
    } else {
        let new = NewIntent {
            id: app.new_id(at),
            merchant: caller.merchant.clone(),
            account: caller.account.clone(),
            key: Some(key),
            pickup: points::known_of(app, &shipment, choice, at),
            shipment,
            via: Via::Api,
            at,
        };
        app.store.accept(new).await.map_err(failure::of_store)?
    };
    match accepted {
        Accepted::New(view) => Ok((view, false)),
        Accepted::Known(view) => Ok((view, true)),
        Accepted::Conflict { existing } => {
            let detail = format!("This Idempotency-Key made shipment {existing} from another body; use a new key.");
            Err(Problem::new(Kind::KeyReused, detail).field("Idempotency-Key").shipment(existing))
        }
    }
}

/// Where a shipment that was taken in stands.
pub(super) fn answer(view: &IntentView, replayed: bool, wait: Option<Duration>) -> Response {
    let settled = view.intent.state.is_final();
    let status = if settled { StatusCode::CREATED } else { StatusCode::ACCEPTED };
    let mut response = (status, Json(ShipmentAnswer::from(view))).into_response();
    let headers = response.headers_mut();
    let mut set = |name, value: String| HeaderValue::try_from(value).map(|v| headers.insert(name, v)).ok();
    set(header::LOCATION, format!("/v1/shipments/{}", view.intent.id));
    if let Some(wait) = wait {
        set(PREFERENCE_APPLIED, format!("wait={}", wait.as_secs()));
    }
    if replayed {
        set(REPLAYED, "true".into());
    }
    if !settled {
        headers.insert(header::RETRY_AFTER, LOOK_AGAIN_S);
    }
    response
}
