//! Counts of messages and of endpoints, in Prometheus' form.

use channels::webhook::Report;
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};
use store::HookCounts;

/// The metrics of webhooks. A clone counts into the same place.
#[derive(Clone)]
pub struct HookMetrics {
    sent: Family<Sent, Counter>,
    endpoints: Family<Standing, Gauge>,
    pending: Gauge,
    behind: Gauge,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Sent {
    result: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Standing {
    state: &'static str,
}

impl HookMetrics {
    /// Metrics that are shown with the rest of this registry.
    pub fn register(registry: &mut Registry) -> Self {
        let metrics = Self {
            sent: Family::default(),
            endpoints: Family::default(),
            pending: Gauge::default(),
            behind: Gauge::default(),
        };
        let r = registry.sub_registry_with_prefix("tournee");
        r.register("webhooks_sent", "Webhooks sent, by what came of them", metrics.sent.clone());
        r.register("webhook_endpoints", "Webhook endpoints by state", metrics.endpoints.clone());
        let pending = "Webhooks under way or waiting for another attempt";
        r.register("webhooks_pending", pending, metrics.pending.clone());
        let behind = "Facts that the endpoint furthest behind was not told of yet";
        r.register("webhooks_behind", behind, metrics.behind.clone());
        metrics
    }

    pub(super) fn sent(&self, report: &Report) {
        let result = match report.result {
            Ok(_) if report.is_delivered() => "delivered",
            Ok(_) => "refused",
            Err(_) => "failed",
        };
        self.sent.get_or_create(&Sent { result }).inc();
    }

    pub(super) fn show(&self, counts: HookCounts) {
        let gauge = |count| i64::try_from(count).unwrap_or(i64::MAX);
        for (state, count) in [("enabled", counts.enabled), ("paused", counts.paused)] {
            self.endpoints.get_or_create(&Standing { state }).set(gauge(count));
        }
        self.pending.set(gauge(counts.pending));
        self.behind.set(gauge(counts.behind));
    }
}
