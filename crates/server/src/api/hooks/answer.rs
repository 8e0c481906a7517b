//! What a shop is told about its webhook endpoints, and the description of what these are told.

use channels::webhook::{Event, Report, Secret, ShipmentData};
use clock::Time;
use serde::Serialize;
use store::{Hook, HookEvent, HookState};
use utoipa::{
    ToSchema,
    openapi::{
        ContentBuilder, HttpMethod, PathItem, Paths, Ref, RefOr, ResponseBuilder, Responses, Schema,
        path::OperationBuilder, request_body::RequestBodyBuilder,
    },
};

/// A webhook endpoint.
#[derive(Serialize, ToSchema)]
#[schema(as = Webhook)]
pub(crate) struct HookAnswer {
    /// Its id.
    #[schema(example = "hook_9f2c4a71d3e85b06")]
    id: String,
    /// Where messages are sent.
    url: String,
    /// Of which events it is told; absent for all, also for those to come.
    #[serde(skip_serializing_if = "Option::is_none")]
    events: Option<Vec<&'static str>>,
    /// enabled or paused. A paused one loses nothing: what happens waits until it is resumed.
    state: &'static str,
    /// Why it is paused.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// Messages that are under way or wait for another attempt; more may wait behind them.
    pending: u64,
    /// Whether a replay is under way.
    replaying: bool,
    /// When a message last got through, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    delivered_at: Option<String>,
    /// When it was added, RFC 3339.
    #[schema(format = DateTime)]
    created_at: String,
}

/// All webhook endpoints of a shop.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookList)]
pub(crate) struct HookList {
    /// The oldest first.
    pub(super) webhooks: Vec<HookAnswer>,
}

/// A webhook endpoint that was just added.
#[derive(Serialize, ToSchema)]
#[schema(as = AddedWebhook)]
pub(crate) struct NewHookAnswer {
    #[serde(flatten)]
    hook: HookAnswer,
    /// What its messages are signed with. Shown this once: keep it where your receiver reads it.
    #[schema(example = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")]
    secret: String,
}

/// A new secret.
#[derive(Serialize, ToSchema)]
#[schema(as = RotatedWebhook)]
pub(crate) struct RotatedAnswer {
    /// What messages are signed with from now on. Shown this once.
    secret: String,
    /// Until when they are signed with the one before as well, RFC 3339.
    #[schema(format = DateTime)]
    old_until: String,
}

/// What came of a test message.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookTest)]
pub(crate) struct PingAnswer {
    /// Whether the receiver answered 2xx.
    delivered: bool,
    /// The status of its answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    /// Why there was no answer, and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
    /// How long it took, in milliseconds.
    took_ms: u64,
}

impl From<&Hook> for HookAnswer {
    fn from(hook: &Hook) -> Self {
        Self {
            id: hook.id.clone(),
            url: hook.url.clone(),
            events: hook.events.map(|events| events.iter().map(HookEvent::name).collect()),
            state: match hook.state {
                HookState::Enabled => "enabled",
                HookState::Paused | HookState::Dropped => "paused",
            },
            reason: hook.reason.clone(),
            pending: hook.pending,
            replaying: hook.replaying,
            delivered_at: hook.delivered_at.map(|at| at.to_string()),
            created_at: hook.created_at.to_string(),
        }
    }
}

impl NewHookAnswer {
    pub(super) fn new(hook: &Hook, secret: &Secret) -> Self {
        Self { hook: hook.into(), secret: secret.as_str().to_owned() }
    }
}

impl RotatedAnswer {
    pub(super) fn new(secret: &Secret, old_until: Time) -> Self {
        Self { secret: secret.as_str().to_owned(), old_until: old_until.to_string() }
    }
}

impl From<&Report> for PingAnswer {
    fn from(report: &Report) -> Self {
        Self {
            delivered: report.is_delivered(),
            status: report.result.ok(),
            failure: report.result.err().map(|failure| failure.to_string()),
            took_ms: u64::try_from(report.took.as_millis()).unwrap_or(u64::MAX),
        }
    }
}

/// The messages that endpoints are sent, for the `webhooks` part of the API's description, and their schemas.
pub(crate) fn described_events() -> (Paths, [(String, RefOr<Schema>); 2]) {
    let mut paths = Paths::new();
    for name in HookEvent::names().chain(["webhook.ping"]) {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(Event::name()))).build();
        let body = RequestBodyBuilder::new().content("application/json", content).build();
        let taken =
            ResponseBuilder::new().description("The receiver has it; any other answer has it sent again").build();
        let mut responses = Responses::new();
        responses.responses.insert("2XX".into(), taken.into());
        let operation = OperationBuilder::new()
            .operation_id(Some(name.replace('.', "_")))
            .summary(Some(format!("{name}, signed as Standard Webhooks")))
            .tag("webhooks")
            .request_body(Some(body))
            .responses(responses);
        paths.paths.insert(name.to_owned(), PathItem::new(HttpMethod::Post, operation));
    }
    let schemas = [
        (Event::name().into_owned(), <Event as utoipa::PartialSchema>::schema()),
        (ShipmentData::name().into_owned(), <ShipmentData as utoipa::PartialSchema>::schema()),
    ];
    (paths, schemas)
}
