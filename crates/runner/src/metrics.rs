//! Counts of what the carrier was asked and what came of it, in Prometheus' form.

use crate::{lookout::LookoutMetrics, points::PointMetrics};
use carriers::{Broken, Exchange};
use clock::Time;
use dispatch::Fact;
use jiff::civil::Date;
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::{Registry, Unit},
};
use store::{Announcing, Numbers};

/// The runner's metrics. A clone counts into the same place.
#[derive(Clone)]
pub struct Metrics {
    calls: Family<CallLabels, Counter>,
    seconds: Family<OperationLabels, Histogram>,
    facts: Family<FactLabels, Counter>,
    numbers_left: Family<NumbersLabels, Gauge>,
    numbers_days: Family<NumbersLabels, Gauge>,
    announcing: Family<StepLabels, Gauge>,
    announcing_age: Family<StepLabels, Gauge>,
    points: PointMetrics,
    lookout: LookoutMetrics,
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

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct NumbersLabels {
    account: String,
    product: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StepLabels {
    step: &'static str,
}

impl Metrics {
    /// Metrics that are shown with the rest of this registry.
    pub fn register(registry: &mut Registry) -> Self {
        let seconds = || Histogram::new(exponential_buckets(0.005, 2.0, 15));
        let metrics = Self {
            calls: Family::default(),
            seconds: Family::new_with_constructor(seconds),
            facts: Family::default(),
            numbers_left: Family::default(),
            numbers_days: Family::default(),
            announcing: Family::default(),
            announcing_age: Family::default(),
            points: PointMetrics::register(registry),
            lookout: LookoutMetrics::register(registry),
        };
        registry.register("carrier_calls", "Calls to the carrier, by how they ended", metrics.calls.clone());
        let help = "Time from the start of a call to the carrier to its end";
        registry.register_with_unit("carrier_call", help, Unit::Seconds, metrics.seconds.clone());
        registry.register("facts", "Facts that background work appended to the journal", metrics.facts.clone());
        metrics.register_local(registry);
        metrics
    }

    fn register_local(&self, registry: &mut Registry) {
        let help = "Numbers for local labels that are left in the ranges";
        registry.register("local_numbers_left", help, self.numbers_left.clone());
        let help = "Days until the numbers for local labels are used up, by the use of the last four weeks";
        registry.register("local_numbers_days", help, self.numbers_days.clone());
        let help = "Local labels on their way to the carrier: not announced yet, or announced and not in tracking yet";
        registry.register("local_labels", help, self.announcing.clone());
        let help = "Age of the oldest local label in that step, in seconds";
        registry.register("local_labels_oldest_seconds", help, self.announcing_age.clone());
    }

    /// Those of pickup points.
    pub(crate) fn points(&self) -> PointMetrics {
        self.points.clone()
    }

    /// Those of the watch.
    pub(crate) fn lookout(&self) -> LookoutMetrics {
        self.lookout.clone()
    }

    pub(crate) fn numbers(&self, numbers: &Numbers, today: Date) {
        let labels = NumbersLabels { account: numbers.account.clone(), product: numbers.product.to_string() };
        self.numbers_left.get_or_create(&labels).set(i64::try_from(numbers.left).unwrap_or(i64::MAX));
        match numbers.forecast.ends_on.and_then(|end| today.until(end).ok()) {
            Some(span) => drop(self.numbers_days.get_or_create(&labels).set(span.get_days().into())),
            None => drop(self.numbers_days.remove(&labels)),
        }
    }

    pub(crate) fn announcing(&self, announcing: &Announcing, now: Time) {
        let steps = [
            ("to_announce", announcing.waiting, announcing.waiting_since),
            ("to_be_seen", announcing.unseen, announcing.unseen_since),
        ];
        for (step, count, since) in steps {
            let labels = StepLabels { step };
            self.announcing.get_or_create(&labels).set(i64::try_from(count).unwrap_or(i64::MAX));
            let age = since.map_or(0, |since| now.since(since).as_secs());
            self.announcing_age.get_or_create(&labels).set(i64::try_from(age).unwrap_or(i64::MAX));
        }
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
