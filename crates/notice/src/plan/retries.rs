//! How much may be sent again: a token bucket, so that what failed together does not come back as a storm.

use clock::Time;

/// Retries that a first try pays for.
const PER_FIRST: f64 = 0.2;
/// Retries per second besides.
const PER_S: f64 = 5.0;
/// Retries that are saved up, at most.
const SAVED_MAX: f64 = 50.0;

/// The bucket of one channel.
#[derive(Clone, Copy, Debug)]
pub struct Retries {
    saved: f64,
    at: Time,
}

impl Retries {
    /// A full bucket.
    pub const fn new(now: Time) -> Self {
        Self { saved: SAVED_MAX, at: now }
    }

    /// How many may be sent again now.
    pub fn left(&mut self, now: Time) -> u32 {
        self.earn(PER_S * now.since(self.at).as_secs_f64());
        self.at = self.at.max(now);
        // At most fifty, so that nothing is cut off.
        (0..50).take_while(|n| f64::from(*n) + 1.0 <= self.saved).count().try_into().unwrap_or_default()
    }

    /// So many were sent for the first time, and so many again.
    pub fn sent(&mut self, first: u32, again: u32) {
        self.earn(PER_FIRST * f64::from(first));
        self.saved = (self.saved - f64::from(again)).max(0.0);
    }

    fn earn(&mut self, more: f64) {
        self.saved = (self.saved + more).min(SAVED_MAX);
    }
}
