//! What the watch knows, in Prometheus' form.

use super::Lookout;
use clock::Time;
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};
use std::sync::atomic::AtomicU64;
use watch::{Condition, Function, What};

/// The watch's metrics. A clone counts into the same place.
#[derive(Clone)]
pub(crate) struct LookoutMetrics {
    conditions: Family<ConditionLabels, Gauge>,
    odds: Family<FunctionLabels, Gauge<f64, AtomicU64>>,
    transitions: Family<WhatLabels, Counter>,
    incidents: Gauge,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ConditionLabels {
    function: &'static str,
    condition: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FunctionLabels {
    function: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct WhatLabels {
    what: &'static str,
}

impl LookoutMetrics {
    pub(crate) fn register(registry: &mut Registry) -> Self {
        let metrics = Self {
            conditions: Family::default(),
            odds: Family::default(),
            transitions: Family::default(),
            incidents: Gauge::default(),
        };
        let help = "How a function of the carrier is: 1 for its condition, 0 for the others";
        registry.register("carrier_condition", help, metrics.conditions.clone());
        let help =
            "Odds that a function that is up again falls within the next hour; missing while it is not returning";
        registry.register("carrier_relapse_odds", help, metrics.odds.clone());
        registry.register("incident_facts", "What happened to incidents", metrics.transitions.clone());
        registry.register("incidents_open", "Incidents of the carrier that go on", metrics.incidents.clone());
        metrics
    }

    pub(crate) fn transition(&self, what: &What) {
        self.transitions.get_or_create(&WhatLabels { what: what.name() }).inc();
    }

    /// Shows how everything is now.
    pub(crate) fn show(&self, lookout: &Lookout, now: Time) {
        let watch = lookout.watch();
        self.incidents.set(watch.incidents().filter(|one| one.is_open()).map(|_| 1).sum());
        for function in Function::ALL {
            let Some((is, _)) = watch.condition(&lookout.0.carrier, function) else { continue };
            for condition in Condition::ALL {
                let labels = ConditionLabels { function: function.name(), condition: condition.name() };
                self.conditions.get_or_create(&labels).set(i64::from(condition == is));
            }
            let labels = FunctionLabels { function: function.name() };
            match watch.odds(&lookout.0.carrier, function, now) {
                Some(odds) => drop(self.odds.get_or_create(&labels).set(odds)),
                None => drop(self.odds.remove(&labels)),
            }
        }
    }
}
