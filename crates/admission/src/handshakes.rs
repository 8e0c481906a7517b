//! How many TLS handshakes are wanted of late, by all together: in this second and the one before.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Counts by seconds. Two threads that begin a second at once may lose each other's first count.
pub(crate) struct Handshakes {
    calm_per_s: u32,
    now: AtomicU64,
    before: AtomicU64,
}

impl Handshakes {
    pub(crate) fn new(calm_per_s: u32) -> Self {
        Self { calm_per_s, now: AtomicU64::new(0), before: AtomicU64::new(0) }
    }

    /// One more in this second since the start.
    pub(crate) fn count(&self, second: u32) {
        let held = self.now.load(Relaxed);
        if second_of(held) == second {
            self.now.fetch_add(1, Relaxed);
        } else {
            self.before.store(held, Relaxed);
            self.now.store(u64::from(second) << 32 | 1, Relaxed);
        }
    }

    /// Whether more came in this second or the one before than is calm.
    pub(crate) fn are_many(&self, second: u32) -> bool {
        [&self.now, &self.before].into_iter().any(|held| {
            let held = held.load(Relaxed);
            second.saturating_sub(second_of(held)) <= 1 && held & u64::from(u32::MAX) > u64::from(self.calm_per_s)
        })
    }
}

fn second_of(held: u64) -> u32 {
    u32::try_from(held >> 32).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_are_many_for_two_seconds() {
        let handshakes = Handshakes::new(3);
        (0..3).for_each(|_| handshakes.count(10));
        assert!(!handshakes.are_many(10));
        handshakes.count(10);
        assert!(handshakes.are_many(10) && handshakes.are_many(11) && !handshakes.are_many(12));
        handshakes.count(11);
        assert!(handshakes.are_many(11) && !handshakes.are_many(12));
    }
}
