//! One line of log and two metrics per request: route template, status, time taken. Never a body, a query string,
//! a header or the path as it was asked: ids and credentials may be in them.

use crate::state::Shared;
use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};
use tokio::time::Instant;

/// Runs the request and tells of it.
pub(crate) async fn observe(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let method = request.method().clone();
    let response = next.run(request).await;
    let took = begun.elapsed();
    let route = route.as_ref().map_or("unmatched", MatchedPath::as_str);
    let status = response.status().as_u16();
    app.metrics.answered(route, &method, status, took);
    let duration_ms = took.as_secs_f64() * 1000.0;
    if status >= 500 {
        tracing::warn!(%method, route, status, duration_ms, "request");
    } else {
        tracing::info!(%method, route, status, duration_ms, "request");
    }
    response
}
