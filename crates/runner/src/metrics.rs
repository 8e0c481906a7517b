//! Counts of what the carrier was asked and what came of it, in Prometheus' form.

use carriers::{Broken, Exchange};
use dispatch::Fact;
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{
        counter::Counter,
        family::Family,
        histogram::{Histogram, exponential_buckets},
    },
    registry::{Registry, Unit},
};

/// The runner's metrics. A clone counts into the same place.
#[derive(Clone)]
pub struct Metrics {
    calls: Family<CallLabels, Counter>,
    seconds: Family<OperationLabels, Histogram>,
    facts: Family<FactLabels, Counter>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CallLabels {
    operation: &'static str,
    result: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OperationLabels {
    operation: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FactLabels {
    fact: &'static str,
}

impl Metrics {
    /// Metrics that are shown with the rest of this registry.
    pub fn register(registry: &mut Registry) -> Self {
        let seconds = || Histogram::new(exponential_buckets(0.005, 2.0, 15));
        let metrics =
            Self { calls: Family::default(), seconds: Family::new_with_constructor(seconds), facts: Family::default() };
        registry.register("carrier_calls", "Calls to the carrier, by how they ended", metrics.calls.clone());
        let help = "Time from the start of a call to the carrier to its end";
        registry.register_with_unit("carrier_call", help, Unit::Seconds, metrics.seconds.clone());
        registry.register("facts", "Facts that background work appended to the journal", metrics.facts.clone());
        metrics
    }

    pub(crate) fn call(&self, operation: &'static str, exchange: &Exchange) {
        let result = match &exchange.result {
            Ok(response) => response.status.to_string(),
            Err(broken) => name(broken).to_owned(),
        };
        self.calls.get_or_create(&CallLabels { operation, result }).inc();
        self.seconds.get_or_create(&OperationLabels { operation }).observe(exchange.elapsed.as_secs_f64());
    }

    pub(crate) fn fact(&self, fact: &Fact) {
        self.facts.get_or_create(&FactLabels { fact: fact.name() }).inc();
    }
}

fn name(broken: &Broken) -> &'static str {
    match broken {
        Broken::NoConnection => "no_connection",
        Broken::Cut => "cut",
        Broken::AnswerCut(_) => "answer_cut",
        Broken::TimedOut => "timed_out",
        Broken::TooLarge => "too_large",
    }
}
