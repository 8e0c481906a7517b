//! What an API key may, told to the one who has it.

use crate::{auth::Signed, failure, problem::Problem, refusals::Always, state::Shared};
use axum::{Json, extract::State};
use serde::Serialize;
use store::{ApiKey, Scope};
use utoipa::ToSchema;

/// An API key, without the secret itself.
#[derive(Serialize, ToSchema)]
#[schema(as = ApiKey)]
pub(crate) struct KeyAnswer {
    /// Its public id, by which whoever runs the server rotates or revokes it.
    #[schema(example = "key_4f1c0a93d2b7e865")]
    id: String,
    /// The shop's id.
    merchant: String,
    /// What it is called; may be empty.
    name: String,
    /// What it may do: read (shipments, timelines, labels), ship (create shipments), decide (void, resolve), hooks
    /// (webhooks), pick (pickup points and the buyer's choice), operate (an operator's word about an incident).
    #[schema(example = json!(["read", "ship"]))]
    scopes: Vec<&'static str>,
    /// When it was made, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    created_at: Option<String>,
    /// When it ends by itself, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    /// The requests that may be sent per second in the long run; absent when there is no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    rate_per_s: Option<u32>,
}

impl From<&ApiKey> for KeyAnswer {
    fn from(key: &ApiKey) -> Self {
        Self {
            id: key.id.clone(),
            merchant: key.merchant.to_string(),
            name: key.name.clone(),
            scopes: key.scopes.iter().map(Scope::name).collect(),
            created_at: key.created_at.map(|at| at.to_string()),
            expires_at: key.expires_at.map(|at| at.to_string()),
            rate_per_s: None,
        }
    }
}

/// Read what your key may do
///
/// What the key of this request may do, and until when. Needs no scope.
#[utoipa::path(get, path = "/v1/keys/self", operation_id = "own_key", tag = "keys",
    responses((status = 200, description = "The key of this request", body = KeyAnswer), Always),
    security(("api_key" = [])))]
pub(crate) async fn own(State(app): State<Shared>, Signed(caller): Signed) -> Result<Json<KeyAnswer>, Problem> {
    let key = caller.key.as_ref().ok_or_else(|| failure::defect("a signed request has no key"))?;
    let rate_per_s = Some(app.settings.rate_per_s).filter(|rate| *rate > 0);
    Ok(Json(KeyAnswer { rate_per_s, ..KeyAnswer::from(key) }))
}
