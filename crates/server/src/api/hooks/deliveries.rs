//! What was sent to an endpoint and what came of it, page by page, the newest first.

use super::{HookPath, own};
use crate::{
    auth::Signed,
    failure,
    problem::{Kind, Problem},
    refusals::{Always, BadQuery, NoSuchHook},
    state::Shared,
};
use axum::{
    Json,
    extract::{Query, State},
};
use channels::webhook::event_id;
use http::Uri;
use serde::{Deserialize, Serialize};
use store::{Delivery, DeliveryState, Scope};
use utoipa::{IntoParams, ToSchema};

/// Messages on a page when nothing is asked.
const PAGE_COUNT: u32 = 50;
/// Messages on a page, at most.
const PAGE_COUNT_MAX: u32 = 200;

/// Which messages are wanted.
#[derive(Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeliveryQuery {
    /// Only those in this state: pending, delivered or failed.
    state: Option<String>,
    /// How many on a page, 1 to 200; 50 when absent.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200)]
    limit: Option<String>,
    /// Where the page begins: `next` of the page before.
    #[param(value_type = Option<u64>)]
    before: Option<String>,
}

/// One message to one endpoint.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookDelivery)]
pub(crate) struct DeliveryAnswer {
    /// The webhook-id; absent when the records of the event were let go.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "evt_4711_1766383440000")]
    id: Option<String>,
    /// What happened.
    #[schema(example = "shipment.confirmed")]
    r#type: &'static str,
    /// The shipment.
    #[schema(format = "uuid")]
    shipment: String,
    /// pending, delivered, or failed: it alone was refused to the end, while others got through. It can be replayed.
    state: &'static str,
    /// How often it was sent.
    attempts: u32,
    /// When it is sent again, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    due_at: Option<String>,
    /// When it was last sent, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    tried_at: Option<String>,
    /// The status of the last answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    /// Why there was no answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
}

/// A page of messages, the newest first.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookDeliveries)]
pub(crate) struct DeliveryList {
    /// The messages.
    deliveries: Vec<DeliveryAnswer>,
    /// The path of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// List messages to an endpoint
///
/// What was sent to an endpoint and what came of it, the newest first. What was delivered is kept for some weeks.
#[utoipa::path(get, path = "/v1/webhooks/{id}/deliveries", tag = "webhooks",
    operation_id = "list_webhook_deliveries",
    params(("id" = String, Path, description = "The endpoint's id"), DeliveryQuery),
    responses((status = 200, description = "A page", body = DeliveryList), Always, NoSuchHook, BadQuery),
    security(("api_key" = [])))]
pub(crate) async fn list(
    State(app): State<Shared>,
    Signed(caller): Signed,
    HookPath(id): HookPath,
    uri: Uri,
) -> Result<Json<DeliveryList>, Problem> {
    caller.require(Scope::Hooks)?;
    let query = Query::<DeliveryQuery>::try_from_uri(&uri).map_err(|_| unreadable())?.0;
    let (state, limit, before) = query.parse()?;
    own(&app, &caller, &id).await?;
    let mut found = app.store.deliveries(&id, state, before, limit + 1).await.map_err(failure::of_store)?;
    let more = found.len() as u64 > u64::from(limit);
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = found.last().filter(|_| more).map(|last| query.next_path(&id, last.seq));
    Ok(Json(DeliveryList { deliveries: found.iter().map(DeliveryAnswer::from).collect(), next }))
}

impl DeliveryQuery {
    fn parse(&self) -> Result<(Option<DeliveryState>, u32, Option<u64>), Problem> {
        let state = self.state.as_deref().map(state).transpose()?;
        let limit = self.limit.as_deref().map_or(Some(PAGE_COUNT), |text| text.parse().ok());
        let limit = limit.filter(|n| (1..=PAGE_COUNT_MAX).contains(n));
        let limit = limit.ok_or_else(|| wrong("limit", format!("limit is a number from 1 to {PAGE_COUNT_MAX}.")))?;
        let before = self.before.as_deref().map(str::parse).transpose();
        Ok((state, limit, before.map_err(|_| wrong("before", "before is taken from next of the page before.".into()))?))
    }

    fn next_path(&self, id: &str, before: u64) -> String {
        let mut path = format!("/v1/webhooks/{id}/deliveries?before={before}");
        for (name, value) in [("state", &self.state), ("limit", &self.limit)] {
            if let Some(value) = value {
                path.push_str(&format!("&{name}={value}"));
            }
        }
        path
    }
}

fn unreadable() -> Problem {
    Problem::new(Kind::BadQuery, "The query takes state, limit and before, each at most once.")
}

fn wrong(field: &str, detail: String) -> Problem {
    Problem::new(Kind::BadQuery, detail).field(field)
}

const STATES: [(DeliveryState, &str); 3] =
    [(DeliveryState::Pending, "pending"), (DeliveryState::Delivered, "delivered"), (DeliveryState::Failed, "failed")];

fn state(text: &str) -> Result<DeliveryState, Problem> {
    let known = STATES.iter().find(|(_, name)| *name == text).map(|(state, _)| *state);
    known.ok_or_else(|| wrong("state", "state is one of pending, delivered or failed.".into()))
}

impl From<&Delivery> for DeliveryAnswer {
    fn from(delivery: &Delivery) -> Self {
        Self {
            id: delivery.at.map(|at| event_id(delivery.seq, at.unix_ms())),
            r#type: delivery.event.name(),
            shipment: delivery.intent.to_string(),
            state: STATES.iter().find(|(state, _)| *state == delivery.state).map_or("", |(_, name)| name),
            attempts: delivery.attempts,
            due_at: delivery.due_at.map(|at| at.to_string()),
            tried_at: delivery.tried_at.map(|at| at.to_string()),
            status: delivery.status,
            failure: delivery.failure.clone(),
        }
    }
}
