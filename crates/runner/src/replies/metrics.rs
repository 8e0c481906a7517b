//! Counts of tickets and of answers, in Prometheus' form.

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family},
    registry::Registry,
};
use store::{TicketDecided, TicketEnd, TicketSent};

/// The metrics of the support desk. A clone counts into the same place.
#[derive(Clone)]
pub struct ReplyMetrics {
    tickets: Family<Decided, Counter>,
    answers: Family<Sent, Counter>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Decided {
    end: &'static str,
    reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Sent {
    result: &'static str,
}

impl ReplyMetrics {
    /// Metrics that are shown with the rest of this registry.
    pub fn register(registry: &mut Registry) -> Self {
        let metrics = Self { tickets: Family::default(), answers: Family::default() };
        let r = registry.sub_registry_with_prefix("tournee");
        r.register("tickets_decided", "Support tickets decided, by what became of them", metrics.tickets.clone());
        r.register("ticket_answers", "Tries to send answers to tickets, by how they ended", metrics.answers.clone());
        metrics
    }

    pub(super) fn decided(&self, decided: &TicketDecided) {
        let (end, reason) = match &decided.end {
            TicketEnd::Answered(_) => ("answered", String::new()),
            TicketEnd::WithPerson(reason) => ("with_person", reason.clone()),
            TicketEnd::Closed(reason) => ("closed", reason.clone()),
        };
        self.tickets.get_or_create(&Decided { end, reason }).inc();
    }

    pub(super) fn sent(&self, sent: &TicketSent) {
        let result = match sent {
            TicketSent::Sent(_) => "sent",
            TicketSent::Again(..) => "again",
            TicketSent::Unknown(_) => "unknown",
            TicketSent::Refused(_) => "refused",
        };
        self.answers.get_or_create(&Sent { result }).inc();
    }
}
