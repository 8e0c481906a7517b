//! Samples of shapes in fixed memory.

use crate::shape::{Feature, Shape};
use clock::Time;
use std::time::Duration;

/// Chance that is given in: a seed and what follows from it (SplitMix64).
#[derive(Clone, Debug)]
pub(super) struct Chance(u64);

impl Chance {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit.max(1)
    }
}

/// A fair sample of what came, the older the less.
#[derive(Debug)]
pub(super) struct Sample {
    kept: Vec<Shape>,
    capacity: usize,
    /// How many came, up to the memory's length.
    seen: u64,
    memory: u64,
}

impl Sample {
    /// Of so many shapes, from about the last `memory` times as many.
    pub(super) fn new(capacity: usize, memory: u64) -> Self {
        Self { kept: Vec::with_capacity(capacity), capacity, seen: 0, memory: memory.saturating_mul(capacity as u64) }
    }

    pub(super) fn put(&mut self, shape: Shape, chance: &mut Chance) {
        self.seen = (self.seen + 1).min(self.memory);
        if self.kept.len() < self.capacity {
            self.kept.push(shape);
            return;
        }
        let place = usize::try_from(chance.below(self.seen)).unwrap_or(usize::MAX);
        if let Some(old) = self.kept.get_mut(place) {
            *old = shape;
        }
    }

    pub(super) fn shapes(&self) -> &[Shape] {
        &self.kept
    }

    pub(super) fn clear(&mut self) {
        self.kept.clear();
        self.seen = 0;
    }
}

const NETWORKS: usize = 1 << 16;
const HOUR: Duration = Duration::from_secs(3_600);

/// How much of a sample comes from one network: a count for each of a fixed number of cells, begun anew every hour. Two
/// networks in one cell share its allowance.
#[derive(Debug)]
pub(super) struct Allowance {
    counts: Box<[u8]>,
    most: u8,
    until: Time,
}

impl Allowance {
    pub(super) fn of(most: u8) -> Self {
        Self { counts: vec![0; NETWORKS].into(), most, until: Time::default() }
    }

    /// Whether its network may put in one more.
    pub(super) fn take(&mut self, shape: &Shape, now: Time) -> bool {
        if now >= self.until {
            self.counts.fill(0);
            self.until = now.plus(HOUR);
        }
        let cell = usize::try_from(shape.get(Feature::Network) % NETWORKS as u64).unwrap_or(0);
        let is_free = self.counts[cell] < self.most;
        self.counts[cell] += u8::from(is_free);
        is_free
    }
}
