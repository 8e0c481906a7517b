//! What is counted: requests by route template and status, their latency, shipments by state, the carrier's health.
//!
//! Labels come from closed lists (route templates, methods, statuses, states), so that no client can make series.

use crate::{
    failure,
    problem::Problem,
    state::{App, Shared, SharedRegistry},
};
use axum::{
    Router,
    extract::State as Held,
    response::{IntoResponse, Response},
    routing::get,
};
use dispatch::{Health, State};
use http::header;
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Registry, Unit},
};
use std::{sync::PoisonError, time::Duration};

/// Upper bounds of the latency buckets, in seconds: from a write to the disk to the longest wait.
const LATENCY_S: [f64; 13] = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 60.0];

/// Every state, as it is named outside.
const STATES: [(State, &str); 8] = [
    (State::Waiting, "waiting"),
    (State::InFlight, "in_flight"),
    (State::Unknown, "unknown"),
    (State::Confirmed, "confirmed"),
    (State::Rejected, "rejected"),
    (State::Human, "human"),
    (State::Void, "void"),
    (State::Question, "question"),
];

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Answered {
    route: String,
    method: &'static str,
    status: u16,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Route {
    route: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct InState {
    state: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct HeardOf {
    platform: &'static str,
    outcome: &'static str,
}

/// The listener's metrics.
pub(crate) struct Metrics {
    requests: Family<Answered, Counter>,
    latency: Family<Route, Histogram, fn() -> Histogram>,
    shipments: Family<InState, Gauge>,
    due: Gauge,
    oldest_s: Gauge,
    late_dropped: Gauge,
    carrier: Family<InState, Gauge>,
    shop_webhooks: Family<HeardOf, Counter>,
}

fn histogram() -> Histogram {
    Histogram::new(LATENCY_S)
}

impl Metrics {
    /// Makes the metrics and registers them.
    pub(crate) fn register(registry: &mut Registry) -> Self {
        let new = Self {
            requests: Family::default(),
            latency: Family::new_with_constructor(histogram),
            shipments: Family::default(),
            due: Gauge::default(),
            oldest_s: Gauge::default(),
            late_dropped: Gauge::default(),
            carrier: Family::default(),
            shop_webhooks: Family::default(),
        };
        let r = registry.sub_registry_with_prefix("tournee");
        r.register("http_requests", "Requests answered", new.requests.clone());
        r.register_with_unit("http_request_duration", "Time to answer", Unit::Seconds, new.latency.clone());
        r.register("shipments", "Shipments by state", new.shipments.clone());
        r.register("outbox_due", "Jobs ready to be taken", new.due.clone());
        let age = "Age of the oldest shipment that is not done";
        r.register_with_unit("oldest_waiting", age, Unit::Seconds, new.oldest_s.clone());
        let dropped = "Facts of small worth dropped under overload since the start";
        r.register("late_facts_dropped", dropped, new.late_dropped.clone());
        r.register("carrier_state", "1 for the state in which the carrier looks to be", new.carrier.clone());
        let heard = "Webhooks of shops, by what became of them";
        r.register("shop_webhooks", heard, new.shop_webhooks.clone());
        new
    }

    /// Counts one answer.
    pub(crate) fn answered(&self, route: &str, method: &http::Method, status: u16, took: Duration) {
        let route = route.to_owned();
        self.latency.get_or_create(&Route { route: route.clone() }).observe(took.as_secs_f64());
        self.requests.get_or_create(&Answered { route, method: method_name(method), status }).inc();
    }

    /// Counts one webhook of a shop.
    pub(crate) fn heard(&self, platform: &'static str, outcome: &'static str) {
        self.shop_webhooks.get_or_create(&HeardOf { platform, outcome }).inc();
    }

    fn show_health(&self, health: Health) {
        for (name, here) in [
            ("well", matches!(health, Health::Well)),
            ("dark", matches!(health, Health::Dark { .. })),
            ("recovering", matches!(health, Health::Recovering { .. })),
        ] {
            self.carrier.get_or_create(&InState { state: name }).set(i64::from(here));
        }
    }

    fn show_counts(&self, counts: &store::Counts, now: clock::Time) {
        for (state, name) in STATES {
            let count = counts.by_state.iter().find(|(s, _)| *s == state).map_or(0, |(_, n)| *n);
            self.shipments.get_or_create(&InState { state: name }).set(gauge(count));
        }
        self.due.set(gauge(counts.outbox_due));
        self.late_dropped.set(gauge(counts.late_dropped));
        self.oldest_s.set(counts.oldest_waiting_at.map_or(0, |at| gauge(now.since(at).as_secs())));
    }
}

fn gauge(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Methods come from outside: what is not usual is counted together.
fn method_name(method: &http::Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}

/// Metrics for Prometheus
///
/// The process's metrics, for Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "operation",
    responses((status = 200, description = "All metrics", body = String, content_type = "application/openmetrics-text")))]
pub(crate) async fn metrics(Held(app): Held<Shared>) -> Result<Response, Problem> {
    refresh(&app).await;
    written(&app.registry)
}

fn written(registry: &SharedRegistry) -> Result<Response, Problem> {
    let registry = registry.lock().unwrap_or_else(PoisonError::into_inner);
    let mut text = String::new();
    encode(&mut text, &registry).map_err(|_| failure::defect("the metrics could not be written"))?;
    Ok(([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text).into_response())
}

/// Metrics alone, at `/metrics`, for an address of their own.
pub fn exposed(registry: SharedRegistry) -> Router {
    Router::new().route("/metrics", get(async move || written(&registry)))
}

/// Brings the gauges up to date; when the store does not answer they stay as they were.
async fn refresh(app: &App) {
    app.metrics.show_health(app.carrier.health());
    match app.store.counts().await {
        Ok(counts) => app.metrics.show_counts(&counts, app.now()),
        Err(e) => tracing::warn!(error = %e, "shipments could not be counted"),
    }
}
