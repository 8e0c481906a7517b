//! What GraphQL costs: every request is paid in points from a bucket that fills again with time.

use super::graph::GraphError;
use clock::Time;
use serde_json::{Value, json};

/// The bucket of a shop on the standard plan, in points, and how many come back a second.
const POINTS_MAX: u64 = 2_000;
const POINTS_PER_SECOND: u64 = 100;
/// The most that one request may cost.
pub(super) const REQUEST_MAX: u64 = 1_000;

/// The bucket, in thousandths of a point.
#[derive(Debug)]
pub(super) struct Bucket {
    left: u64,
    at: Option<Time>,
}

impl Default for Bucket {
    fn default() -> Self {
        Self { left: POINTS_MAX * 1_000, at: None }
    }
}

impl Bucket {
    pub(super) fn fill(&mut self, now: Time) {
        let passed = self.at.map_or(0, |at| u64::try_from(now.since(at).as_millis()).unwrap_or(u64::MAX));
        let came = passed.saturating_mul(POINTS_PER_SECOND);
        self.left = self.left.saturating_add(came).min(POINTS_MAX * 1_000);
        self.at = Some(now);
    }

    /// # Errors
    /// When a request costs more than any may, or more than there is.
    pub(super) fn affords(&self, cost: u64) -> Result<(), GraphError> {
        if cost > REQUEST_MAX {
            let message =
                format!("Query cost is {cost}, which exceeds the single query max cost limit ({REQUEST_MAX}).");
            return Err(GraphError::new("MAX_COST_EXCEEDED", message));
        }
        if cost * 1_000 > self.left { Err(GraphError::new("THROTTLED", "Throttled")) } else { Ok(()) }
    }

    pub(super) fn spend(&mut self, cost: u64) {
        self.left = self.left.saturating_sub(cost * 1_000);
    }

    pub(super) fn report(&self, requested: u64, actual: Option<u64>) -> Value {
        json!({
            "requestedQueryCost": requested,
            "actualQueryCost": actual,
            "throttleStatus": {
                "maximumAvailable": POINTS_MAX,
                "currentlyAvailable": self.left / 1_000,
                "restoreRate": POINTS_PER_SECOND,
            },
        })
    }
}
