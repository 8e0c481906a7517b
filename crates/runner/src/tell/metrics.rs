//! Counts of notices and the state of channels, in Prometheus' form.

use clock::Time;
use notice::plan::{ChannelKind, ChannelState, End, Reason};
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
use store::{NoticesWaiting, Outgoing};

/// The metrics of notices. A clone counts into the same place.
#[derive(Clone)]
pub struct TellMetrics {
    sent: Family<SentLabels, Counter>,
    dropped: Family<ReasonLabels, Counter>,
    twice: Family<ChannelLabels, Counter>,
    age: Family<ChannelLabels, Histogram>,
    waiting: Family<ChannelLabels, Gauge>,
    behind: Family<ChannelLabels, Gauge>,
    channels: Family<StateLabels, Gauge>,
    subscribers: Gauge,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct SentLabels {
    channel: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReasonLabels {
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ChannelLabels {
    channel: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StateLabels {
    channel: &'static str,
    state: &'static str,
}

impl ChannelLabels {
    fn of(channel: ChannelKind) -> Self {
        Self { channel: channel.name() }
    }
}

impl TellMetrics {
    /// Metrics that are shown with the rest of this registry.
    pub fn register(registry: &mut Registry) -> Self {
        let metrics = Self {
            sent: Family::default(),
            dropped: Family::default(),
            twice: Family::default(),
            // From half a second to about a quarter of an hour.
            age: Family::new_with_constructor(|| Histogram::new(exponential_buckets(0.5, 2.0, 12))),
            waiting: Family::default(),
            behind: Family::default(),
            channels: Family::default(),
            subscribers: Gauge::default(),
        };
        let r = registry.sub_registry_with_prefix("tournee");
        r.register("notice_messages", "Messages to subscribers, by what came of them", metrics.sent.clone());
        r.register("notices_dropped", "Notices that went nowhere, by why", metrics.dropped.clone());
        let help = "Notices that were begun although an earlier try may have arrived";
        r.register("notices_possible_duplicates", help, metrics.twice.clone());
        let help = "From the update to when the channel took it";
        r.register_with_unit("notice_age", help, Unit::Seconds, metrics.age.clone());
        r.register("notices_waiting", "Notices that wait for their moment or a receipt", metrics.waiting.clone());
        let help = "How long the oldest notice waits whose moment has come";
        r.register_with_unit("notices_behind", help, Unit::Seconds, metrics.behind.clone());
        let help = "How a channel is: 1 for its state, 0 for the others";
        r.register("channel_state", help, metrics.channels.clone());
        r.register("subscriptions", "Subscriptions that count", metrics.subscribers.clone());
        metrics
    }

    /// A message is being sent.
    pub(super) fn begun(&self, outgoing: &Outgoing) {
        let count = self.twice.get_or_create(&ChannelLabels::of(outgoing.channel));
        count.inc_by(u64::try_from(outgoing.twice_count).unwrap_or(u64::MAX));
    }

    /// A message has ended.
    pub(super) fn ended(&self, outgoing: &Outgoing, end: End, at: Time) {
        let outcome = match end {
            End::Delivered => "delivered",
            End::Accepted { .. } => "accepted",
            End::NotNow => "not_now",
            End::Refused => "refused",
            End::Unknown => "unknown",
        };
        self.sent.get_or_create(&SentLabels { channel: outgoing.channel.name(), outcome }).inc();
        if matches!(end, End::Delivered | End::Accepted { .. }) {
            let age = self.age.get_or_create(&ChannelLabels::of(outgoing.channel));
            outgoing.updates.iter().for_each(|update| age.observe(at.since(update.at).as_secs_f64()));
        }
    }

    pub(super) fn dropped(&self, dropped: &[(Reason, u64)]) {
        for (reason, count) in dropped {
            self.dropped.get_or_create(&ReasonLabels { reason: reason.name() }).inc_by(*count);
        }
    }

    pub(super) fn waiting(&self, waiting: &[NoticesWaiting], now: Time) {
        let gauge = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        for channel in ChannelKind::ALL {
            let here = waiting.iter().find(|here| here.channel == channel);
            let labels = ChannelLabels::of(channel);
            self.waiting.get_or_create(&labels).set(here.map_or(0, |here| gauge(here.count)));
            let behind = here.and_then(|here| here.oldest_due).map_or(0, |due| now.since(due).as_secs());
            self.behind.get_or_create(&labels).set(gauge(behind));
        }
    }

    pub(super) fn channel(&self, channel: ChannelKind, is: ChannelState) {
        for state in ChannelState::ALL {
            let labels = StateLabels { channel: channel.name(), state: state.name() };
            self.channels.get_or_create(&labels).set(i64::from(state == is));
        }
    }

    pub(super) fn subscribers(&self, count: u64) {
        self.subscribers.set(i64::try_from(count).unwrap_or(i64::MAX));
    }

    /// Notices that were begun although an earlier try may have arrived, by this channel.
    pub fn possible_duplicates(&self, channel: ChannelKind) -> u64 {
        self.twice.get_or_create(&ChannelLabels::of(channel)).get()
    }
}
