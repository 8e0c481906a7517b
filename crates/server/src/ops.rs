//! For those who run the server: is the process there, can it work.

use crate::{failure, problem::Problem, refusals::NotReady, state::Shared};
use axum::{Json, extract::State};
use dispatch::Health;
use serde::Serialize;
use std::time::Duration;
use utoipa::ToSchema;

/// How long the store may take to answer before the server counts as not ready.
const READY_TIME_MAX: Duration = Duration::from_secs(2);

/// Whether the server can take work.
#[derive(Serialize, ToSchema)]
pub(crate) struct Ready {
    /// Always true: when not, the answer is a problem.
    ready: bool,
    /// well, dark or recovering. A dark carrier does not make the server unready: it accepts and keeps shipments.
    carrier: &'static str,
    /// Jobs that could be done now.
    jobs_due: u64,
    /// Facts of small worth that were dropped under overload since the start.
    late_facts_dropped: u64,
}

/// Is the process there
///
/// The process runs and answers.
#[utoipa::path(get, path = "/healthz", tag = "operation",
    responses((status = 200, description = "It is", body = String, content_type = "text/plain")))]
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// Can the server take work
///
/// The store answers, so that shipments can be accepted.
#[utoipa::path(get, path = "/readyz", tag = "operation",
    responses((status = 200, description = "It can", body = Ready),
        NotReady))]
pub(crate) async fn readyz(State(app): State<Shared>) -> Result<Json<Ready>, Problem> {
    let counts = tokio::time::timeout(READY_TIME_MAX, app.store.counts()).await;
    let counts = counts.map_err(|_| failure::store_slow())?.map_err(failure::of_store)?;
    let carrier = match app.carrier.health() {
        Health::Well => "well",
        Health::Dark { .. } => "dark",
        Health::Recovering { .. } => "recovering",
    };
    let (jobs_due, late_facts_dropped) = (counts.outbox_due, counts.late_dropped);
    Ok(Json(Ready { ready: true, carrier, jobs_due, late_facts_dropped }))
}
