//! The budget of one shop: so many calls a minute, a few of them at once, and each counted.

use super::{ShopMetrics, lock};
use exchange::{Exchange, OnSent, Request, Transport};
use std::{
    pin::Pin,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::time::{Instant, sleep_until};

/// Calls that a shop that was left alone may get at once.
const BURST_COUNT: u32 = 10;

/// When the next call may be made.
pub(crate) struct Pace {
    each: Duration,
    /// When the budget will be even again.
    even_at: Mutex<Option<Instant>>,
}

impl Pace {
    /// So many calls a minute.
    pub(crate) fn new(per_minute: u32) -> Self {
        Self { each: Duration::from_secs(60) / per_minute.max(1), even_at: Mutex::new(None) }
    }

    /// Takes one call out of the budget; gives when it may be made.
    fn take(&self) -> Instant {
        let now = Instant::now();
        let mut even_at = lock(&self.even_at);
        let even = even_at.unwrap_or(now).max(now);
        *even_at = Some(even + self.each);
        let ahead = self.each * (BURST_COUNT - 1);
        even.checked_sub(ahead).unwrap_or(now).max(now)
    }
}

/// A way to a shop that keeps to its budget.
pub(crate) struct Paced {
    pub(crate) inner: Arc<dyn Transport>,
    pub(crate) pace: Arc<Pace>,
    pub(crate) platform: &'static str,
    pub(crate) metrics: Option<ShopMetrics>,
}

impl Transport for Paced {
    fn exchange(
        &self,
        request: Request,
        deadline: Duration,
        on_sent: OnSent,
    ) -> Pin<Box<dyn Future<Output = Exchange> + Send + '_>> {
        Box::pin(async move {
            sleep_until(self.pace.take()).await;
            let exchange = self.inner.exchange(request, deadline, on_sent).await;
            if let Some(metrics) = &self.metrics {
                metrics.call(self.platform, &exchange);
            }
            exchange
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_few_go_at_once_and_then_the_even_rate() {
        let (pace, start) = (Pace::new(60), Instant::now());
        let at: Vec<u64> = (0..13).map(|_| (pace.take() - start).as_secs()).collect();
        assert_eq!(at, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3]);
        tokio::time::advance(Duration::from_secs(3_600)).await;
        assert_eq!(pace.take(), Instant::now(), "who was left alone has the burst again");
    }
}
