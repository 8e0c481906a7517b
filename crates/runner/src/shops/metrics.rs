//! Counts of what shops were asked and told, in Prometheus' form.

use super::WatchReport;
use ::shops::{Pushed, Retry, ShopError};
use exchange::{Broken, Exchange};
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};
use store::{Folded, OrderStep, ShopCounts};

/// The metrics of shops. A clone counts into the same place.
#[derive(Clone)]
pub struct ShopMetrics {
    calls: Family<Call, Counter>,
    looked: Family<ByResult, Counter>,
    polled: Family<ByResult, Counter>,
    pushed: Family<ByResult, Counter>,
    subscriptions: Family<Action, Counter>,
    orders: Family<OrdersAt, Gauge>,
    untold: Family<OfShop, Gauge>,
    unread: Family<OfShop, Gauge>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Call {
    platform: &'static str,
    result: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByResult {
    result: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Action {
    action: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OrdersAt {
    shop: String,
    step: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfShop {
    shop: String,
}

/// Every step, as it is named outside.
const STEPS: [(OrderStep, &str); 5] = [
    (OrderStep::Kept, "kept"),
    (OrderStep::New, "new"),
    (OrderStep::Asked, "asked"),
    (OrderStep::Told, "told"),
    (OrderStep::Person, "person"),
];

impl ShopMetrics {
    /// Metrics that are shown with the rest of this registry.
    pub fn register(registry: &mut Registry) -> Self {
        let new = Self {
            calls: Family::default(),
            looked: Family::default(),
            polled: Family::default(),
            pushed: Family::default(),
            subscriptions: Family::default(),
            orders: Family::default(),
            untold: Family::default(),
            unread: Family::default(),
        };
        let r = registry.sub_registry_with_prefix("tournee");
        r.register("shop_calls", "Calls to shops, by how they ended", new.calls.clone());
        r.register("shop_orders_looked_at", "New orders, by what was made of them", new.looked.clone());
        r.register("shop_orders_polled", "Orders that polls found, by what became of them", new.polled.clone());
        r.register("shop_pushes", "Parcel numbers told to shops, by how it ended", new.pushed.clone());
        let mended = "Subscriptions that were missing and made, or disabled and enabled";
        r.register("shop_subscriptions_mended", mended, new.subscriptions.clone());
        r.register("shop_orders", "Orders of shops, by how far they have come", new.orders.clone());
        let untold = "Orders whose shop does not have the number of its parcel yet";
        r.register("shop_orders_out_of_step", untold, new.untold.clone());
        r.register(
            "shop_webhooks_unread",
            "Webhooks kept for a person because they cannot be read",
            new.unread.clone(),
        );
        new
    }

    pub(super) fn call(&self, platform: &'static str, exchange: &Exchange) {
        let result = match &exchange.result {
            Ok(response) => response.status.to_string(),
            Err(Broken::NoConnection) => "no_connection".into(),
            Err(Broken::TimedOut) => "timed_out".into(),
            Err(_) => "cut".into(),
        };
        self.calls.get_or_create(&Call { platform, result }).inc();
    }

    pub(super) fn looked(&self, result: &'static str) {
        self.looked.get_or_create(&ByResult { result }).inc();
    }

    pub(super) fn polled(&self, folded: &[Folded]) {
        for one in folded {
            let result = match one {
                Folded::New => "new",
                Folded::Newer => "newer",
                Folded::Same => "same",
                Folded::Older => "older",
            };
            self.polled.get_or_create(&ByResult { result }).inc();
        }
    }

    pub(super) fn pushed(&self, told: &Result<Pushed, ShopError>) {
        let result = match told {
            Ok(Pushed::Done) => "done",
            Ok(Pushed::AlreadyThere) => "already_there",
            Err(error) if error.retry == Retry::Unknown => "unknown",
            Err(error) if error.retry == Retry::Never => "refused",
            Err(_) => "failed",
        };
        self.pushed.get_or_create(&ByResult { result }).inc();
    }

    pub(super) fn watched(&self, report: &WatchReport) {
        for (action, count) in [("made", report.made), ("enabled", report.enabled)] {
            self.subscriptions.get_or_create(&Action { action }).inc_by(count.into());
        }
    }

    pub(super) fn show(&self, counts: &[ShopCounts]) {
        let gauge = |count| i64::try_from(count).unwrap_or(i64::MAX);
        for of in counts {
            for (step, name) in STEPS {
                let count = of.steps.iter().find(|(at, _)| *at == step).map_or(0, |(_, count)| *count);
                self.orders.get_or_create(&OrdersAt { shop: of.shop.clone(), step: name }).set(gauge(count));
            }
            self.untold.get_or_create(&OfShop { shop: of.shop.clone() }).set(gauge(of.untold));
            self.unread.get_or_create(&OfShop { shop: of.shop.clone() }).set(gauge(of.unread));
        }
    }
}
