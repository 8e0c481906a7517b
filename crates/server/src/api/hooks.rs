//! Webhook endpoints: where a shop wants to be told what happens to its shipments.

mod answer;
pub(super) mod deliveries;
mod request;

pub(crate) use answer::described_events;

use crate::{
    auth::Signed,
    body, failure,
    problem::{Kind, Problem},
    refusals::{Always, BadBody, NoSuchHook, NotHooked},
    state::{App, Caller, Shared},
};
use answer::{HookAnswer, HookList, NewHookAnswer, PingAnswer, RotatedAnswer};
use axum::{
    Json,
    extract::{FromRequestParts, RawPathParams, Request, State},
};
use channels::webhook::{Event, Message, Secret, Sender};
use http::{StatusCode, request::Parts};
use request::{HookPatch, HookRequest, ReplayRequest, RotateRequest};
use serde::de::DeserializeOwned;
use store::{Hook, NewHook, Scope};

/// The id in `/v1/webhooks/{id}…`.
pub(crate) struct HookPath(String);

impl FromRequestParts<Shared> for HookPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Problem> {
        let params = RawPathParams::from_request_parts(parts, app).await;
        let params = params.map_err(|_| Problem::new(Kind::NoSuchPath, "The path is not written in UTF-8."))?;
        let id = params.iter().find(|(name, _)| *name == "id").map(|(_, id)| id.to_owned());
        id.map(Self).ok_or_else(no_hook)
    }
}

fn no_hook() -> Problem {
    Problem::new(Kind::NoSuchHook, "No webhook endpoint of your shop has this id; GET /v1/webhooks has them all.")
}

async fn own(app: &App, caller: &Caller, id: &str) -> Result<Hook, Problem> {
    let found = app.store.hook(&caller.merchant, id).await.map_err(failure::of_store)?;
    found.ok_or_else(no_hook)
}

/// A body that may be left out whole.
async fn json_or_default<T: DeserializeOwned + Default>(app: &App, request: Request) -> Result<T, Problem> {
    let (head, body) = request.into_parts();
    body::require_json(&head.headers)?;
    let bytes = body::read(body, &app.settings).await?;
    if bytes.trim_ascii().is_empty() { Ok(T::default()) } else { body::json(&bytes) }
}

pub(super) async fn json<T: DeserializeOwned>(app: &App, request: Request) -> Result<T, Problem> {
    let (head, body) = request.into_parts();
    body::require_json(&head.headers)?;
    body::json(&body::read(body, &app.settings).await?)
}

fn sender(app: &App) -> Result<&Sender, Problem> {
    app.webhooks.as_ref().ok_or_else(|| failure::defect("webhooks are asked for where none are wired"))
}

/// Refuses a URL to which nothing would be sent.
async fn check(app: &App, url: &str) -> Result<(), Problem> {
    let checked = sender(app)?.check(url).await;
    checked.map_err(|refused| Problem::new(Kind::UrlRefused, format!("url: {refused}.")).field("url"))
}

/// List webhook endpoints
///
/// Your webhook endpoints, the oldest first.
#[utoipa::path(get, path = "/v1/webhooks", tag = "webhooks",
    operation_id = "list_webhooks",
    responses((status = 200, description = "All of them", body = HookList), Always),
    security(("api_key" = [])))]
pub(crate) async fn list(State(app): State<Shared>, Signed(caller): Signed) -> Result<Json<HookList>, Problem> {
    caller.require(Scope::Hooks)?;
    let hooks = app.store.hooks_of(&caller.merchant).await.map_err(failure::of_store)?;
    Ok(Json(HookList { webhooks: hooks.iter().map(HookAnswer::from).collect() }))
}

/// Add a webhook endpoint
///
/// Adds an endpoint, which is told of everything that happens from now on. The answer holds the secret that its messages
/// are signed with, this once: verify them with a library of Standard Webhooks (standardwebhooks.com).
///
/// A message comes at least once and roughly in order; `webhook-id` stays the same when it comes again. Answer 2xx within
/// 15 s. What is not answered so is sent again for three days, then the endpoint is paused and nothing is lost: resume it
/// with PATCH, or have a stretch sent once more with `…/replay`.
#[utoipa::path(post, path = "/v1/webhooks", tag = "webhooks",
    operation_id = "add_webhook", request_body = HookRequest,
    responses((status = 201, description = "Added; the secret is shown this once", body = NewHookAnswer),
        Always, BadBody, NotHooked),
    security(("api_key" = [])))]
pub(crate) async fn add(
    State(app): State<Shared>,
    Signed(caller): Signed,
    request: Request,
) -> Result<(StatusCode, Json<NewHookAnswer>), Problem> {
    caller.require(Scope::Hooks)?;
    let request: HookRequest = json(&app, request).await?;
    let events = request.events()?;
    check(&app, &request.url).await?;
    let secret = Secret::from_bytes(&app.chance());
    let new = NewHook {
        id: app.new_hook_id(),
        merchant: caller.merchant.clone(),
        url: request.url,
        events,
        secret: secret.as_str().to_owned(),
        at: app.now(),
    };
    let hook = app.store.add_hook(new).await.map_err(of_store)?;
    Ok((StatusCode::CREATED, Json(NewHookAnswer::new(&hook, &secret))))
}

fn of_store(e: store::StoreError) -> Problem {
    match e {
        store::StoreError::TooManyHooks(_) => Problem::new(Kind::TooManyHooks, format!("{e}.")),
        e => failure::of_store(e),
    }
}

/// Read a webhook endpoint
///
/// A webhook endpoint, as it stands.
#[utoipa::path(get, path = "/v1/webhooks/{id}", tag = "webhooks",
    operation_id = "read_webhook", params(("id" = String, Path, description = "The endpoint's id")),
    responses((status = 200, description = "The endpoint", body = HookAnswer), Always, NoSuchHook),
    security(("api_key" = [])))]
pub(crate) async fn read(
    State(app): State<Shared>,
    Signed(caller): Signed,
    HookPath(id): HookPath,
) -> Result<Json<HookAnswer>, Problem> {
    caller.require(Scope::Hooks)?;
    Ok(Json(HookAnswer::from(&own(&app, &caller, &id).await?)))
}

/// Change, pause or resume a webhook endpoint
///
/// Changes an endpoint; what is left out stays. Resumed (`"state": "enabled"`), everything that waits is sent at once.
#[utoipa::path(patch, path = "/v1/webhooks/{id}", tag = "webhooks",
    operation_id = "change_webhook", params(("id" = String, Path, description = "The endpoint's id")),
    request_body = HookPatch,
    responses((status = 200, description = "The endpoint as it is now", body = HookAnswer),
        Always, NoSuchHook, BadBody, NotHooked),
    security(("api_key" = [])))]
pub(crate) async fn change(
    State(app): State<Shared>,
    Signed(caller): Signed,
    HookPath(id): HookPath,
    request: Request,
) -> Result<Json<HookAnswer>, Problem> {
    caller.require(Scope::Hooks)?;
    let change = json::<HookPatch>(&app, request).await?.change()?;
    if let Some(url) = &change.url {
        check(&app, url).await?;
    }
    let changed = app.store.change_hook(&caller.merchant, &id, change, app.now()).await.map_err(failure::of_store)?;
    Ok(Json(HookAnswer::from(&changed.ok_or_else(no_hook)?)))
}

/// Drop a webhook endpoint
///
/// Drops an endpoint. What is on its way to it is not sent any more.
#[utoipa::path(delete, path = "/v1/webhooks/{id}", tag = "webhooks",
    operation_id = "drop_webhook", params(("id" = String, Path, description = "The endpoint's id")),
    responses((status = 204, description = "Dropped"), Always, NoSuchHook),
    security(("api_key" = [])))]
pub(crate) async fn drop_one(
    State(app): State<Shared>,
    Signed(caller): Signed,
    HookPath(id): HookPath,
) -> Result<StatusCode, Problem> {
    caller.require(Scope::Hooks)?;
    let dropped = app.store.drop_hook(&caller.merchant, &id).await.map_err(failure::of_store)?;
    if dropped { Ok(StatusCode::NO_CONTENT) } else { Err(no_hook()) }
}

/// Rotate a webhook secret
///
/// Gives an endpoint a new secret, shown this once. For a while messages are signed with the one before as well, so that
/// the receiver can change over without missing any.
#[utoipa::path(post, path = "/v1/webhooks/{id}/rotate", tag = "webhooks",
    operation_id = "rotate_webhook", params(("id" = String, Path, description = "The endpoint's id")),
    request_body = Option<RotateRequest>,
    responses((status = 200, description = "The new secret", body = RotatedAnswer), Always, NoSuchHook, BadBody),
    security(("api_key" = [])))]
pub(crate) async fn rotate(
    State(app): State<Shared>,
    Signed(caller): Signed,
    HookPath(id): HookPath,
    request: Request,
) -> Result<Json<RotatedAnswer>, Problem> {
    caller.require(Scope::Hooks)?;
    let grace = json_or_default::<RotateRequest>(&app, request).await?.grace()?;
    let (secret, at) = (Secret::from_bytes(&app.chance()), app.now());
    let text = secret.as_str().to_owned();
    let rotated = app.store.rotate_hook(&caller.merchant, &id, text, at, grace).await.map_err(failure::of_store)?;
    rotated.ok_or_else(no_hook)?;
    Ok(Json(RotatedAnswer::new(&secret, at.plus(grace))))
}

/// Send a test message
///
/// Sends a message of the type `webhook.ping` now, also to a paused endpoint, and says what came of it.
#[utoipa::path(post, path = "/v1/webhooks/{id}/test", tag = "webhooks",
    operation_id = "test_webhook", params(("id" = String, Path, description = "The endpoint's id")),
    responses((status = 200, description = "What came of it", body = PingAnswer), Always, NoSuchHook),
    security(("api_key" = [])))]
pub(crate) async fn test(
    State(app): State<Shared>,
    Signed(caller): Signed,
    HookPath(id): HookPath,
) -> Result<Json<PingAnswer>, Problem> {
    caller.require(Scope::Hooks)?;
    let (hook, now) = (own(&app, &caller, &id).await?, app.now());
    let secrets = app.store.hook_secrets(&caller.merchant, &id, now).await.map_err(failure::of_store)?;
    let secrets: Result<Vec<Secret>, _> = secrets.ok_or_else(no_hook)?.iter().map(|secret| secret.parse()).collect();
    let ping = Event { r#type: "webhook.ping".into(), timestamp: now.to_string(), data: None };
    let message = Message {
        url: hook.url,
        id: app.new_ping_id(),
        at_s: now.unix_ms() / 1_000,
        body: serde_json::to_vec(&ping).unwrap_or_default().into(),
        secrets: secrets.map_err(|_| failure::defect("a webhook secret cannot be read"))?,
    };
    Ok(Json(PingAnswer::from(&sender(&app)?.send(&message).await)))
}

/// Send a stretch of events once more
///
/// Has the endpoint told once more of a part of what happened, from the records themselves, also of what it was told
/// before and of what was before it. Sent beside what is new.
#[utoipa::path(post, path = "/v1/webhooks/{id}/replay", tag = "webhooks",
    operation_id = "replay_webhook", params(("id" = String, Path, description = "The endpoint's id")),
    request_body = ReplayRequest,
    responses((status = 202, description = "Begun; replaying says when it is done", body = HookAnswer),
        Always, NoSuchHook, BadBody, NotHooked),
    security(("api_key" = [])))]
pub(crate) async fn replay(
    State(app): State<Shared>,
    Signed(caller): Signed,
    HookPath(id): HookPath,
    request: Request,
) -> Result<(StatusCode, Json<HookAnswer>), Problem> {
    caller.require(Scope::Hooks)?;
    let (from, to) = json::<ReplayRequest>(&app, request).await?.stretch()?;
    let begun = app.store.replay_hook(&caller.merchant, &id, from, to).await.map_err(failure::of_store)?;
    Ok((StatusCode::ACCEPTED, Json(HookAnswer::from(&begun.ok_or_else(no_hook)?))))
}
