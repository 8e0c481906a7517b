//! What is counted of pickup points: who answered, what was hedged, how large and old the directory is.

use clock::Time;
use pickup::{Directory, Standing};
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

/// The metrics of pickup points. A clone counts into the same place.
#[derive(Clone, Default)]
pub(crate) struct PointMetrics {
    answers: Family<Answered, Counter>,
    hedges: Counter,
    crawled: Family<Crawled, Counter>,
    known: Family<Standings, Gauge>,
    oldest_s: Gauge,
    median_s: Gauge,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    source: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Crawled {
    result: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Standings {
    standing: &'static str,
}

impl PointMetrics {
    pub(crate) fn register(registry: &mut Registry) -> Self {
        let new = Self::default();
        registry.register("pickup_answers", "Searches of pickup points by who answered them", new.answers.clone());
        let help = "Searches of pickup points for which the carrier was not waited for any longer";
        registry.register("pickup_hedges", help, new.hedges.clone());
        let help = "Calls that keep the directory of pickup points fresh, by what came of them";
        registry.register("pickup_crawl_calls", help, new.crawled.clone());
        registry.register("pickup_points", "Pickup points in the directory, by how they stand", new.known.clone());
        let help = "For how long the listed pickup point that was not seen for longest was not seen, in seconds";
        registry.register("pickup_points_oldest_seconds", help, new.oldest_s.clone());
        let help = "For how long the listed pickup point in the middle of all was not seen, in seconds";
        registry.register("pickup_points_median_seconds", help, new.median_s.clone());
        new
    }

    pub(super) fn answered(&self, source: &'static str) {
        self.answers.get_or_create(&Answered { source }).inc();
    }

    pub(super) fn hedged(&self) {
        self.hedges.inc();
    }

    pub(super) fn crawled(&self, result: &'static str) {
        self.crawled.get_or_create(&Crawled { result }).inc();
    }

    /// Shows how large and old the directory is.
    pub(super) fn show(&self, directory: &Directory, now: Time) {
        let (mut unlisted, mut gone) = (0, 0);
        let mut ages: Vec<u64> = Vec::with_capacity(directory.len());
        for known in directory.iter() {
            match known.standing {
                Standing::Listed => ages.push(now.since(known.seen_at).as_secs()),
                Standing::Unlisted { .. } => unlisted += 1,
                Standing::Gone { .. } => gone += 1,
            }
        }
        let listed = i64::try_from(ages.len()).unwrap_or(i64::MAX);
        for (standing, count) in [("listed", listed), ("unlisted", unlisted), ("gone", gone)] {
            self.known.get_or_create(&Standings { standing }).set(count);
        }
        let seconds = |age: Option<u64>| i64::try_from(age.unwrap_or(0)).unwrap_or(i64::MAX);
        self.oldest_s.set(seconds(ages.iter().max().copied()));
        let middle = ages.len() / 2;
        let median = (!ages.is_empty()).then(|| *ages.select_nth_unstable(middle).1);
        self.median_s.set(seconds(median));
    }
}
