//! How long the work behind takes when nobody is in anybody's way, for each resource.
//!
//! Of each resource the last delays are kept until there are enough, and their upper quartile says how long it takes: slow
//! exceptions don't move it, and a queue in front of the work, which delays all, does. In peace the floor follows by a small part
//! each second. In an overload it is frozen: it may fall, and never rises, or a long overload would become the measure of
//! itself.

use crate::{Moment, ResourceId};

/// Delays of which a quartile is taken to decide soon.
const SOON: usize = 16;
/// Delays of which one is taken for a floor, which should not follow chance.
const SURE: usize = 64;
/// How often a floor moves a little, in nanoseconds, and by which part of the difference: half the way in 22 s.
const MOVE_NS: u64 = 1_000_000_000;
const MOVE_PART: u32 = 32;

/// The last delays, until there are enough. Of like with like a quartile is compared with a quartile; the upper one, for where the
/// work is done in step a queue delays only those that came last.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Delays {
    us: [u32; SURE],
    count: usize,
    enough: usize,
}

impl Default for Delays {
    fn default() -> Self {
        Self { us: [0; SURE], count: 0, enough: SOON }
    }
}

impl Delays {
    /// Keeps one more. The upper quartile, when there are enough; it then begins anew.
    pub(crate) fn add(&mut self, us: u32) -> Option<u32> {
        self.us[self.count] = us;
        self.count += 1;
        if self.count < self.enough { None } else { self.quartile() }
    }

    /// The upper quartile of what there is, and begins anew.
    pub(crate) fn quartile(&mut self) -> Option<u32> {
        let kept = &mut self.us[..self.count];
        self.count = 0;
        kept.sort_unstable();
        kept.get((kept.len().max(1) - 1) * 3 / 4).copied()
    }

    fn least(&self) -> Option<u32> {
        self.us[..self.count].iter().min().copied()
    }

    /// How many there are.
    pub(crate) const fn len(&self) -> usize {
        self.count
    }

    /// Begins anew.
    pub(crate) const fn clear(&mut self) {
        self.count = 0;
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Floor {
    us: Option<u32>,
    last: Delays,
    /// When it may move again.
    next: Moment,
}

impl Floor {
    fn learn(&mut self, us: u32, frozen: bool, now: Moment) {
        let Some(seen) = self.last.add(us) else { return };
        self.last.enough = SURE;
        let Some(floor) = self.us else {
            self.us = Some(seen);
            return;
        };
        // A quarter less is not chance. Half the way there: the least of many quartiles would be one.
        if seen < floor - floor / 4 {
            self.us = Some(floor - (floor - seen) / 2);
        } else if !frozen && now >= self.next {
            let part = floor.abs_diff(seen).div_ceil(MOVE_PART);
            self.us = Some(if seen < floor { floor - part } else { floor + part });
            self.next = Moment::from_ns(now.ns().saturating_add(MOVE_NS));
        }
    }
}

/// The floors of all resources.
pub(crate) struct Floors(Box<[Floor]>);

impl Floors {
    /// Floors for so many resources.
    pub(crate) fn new(resources: usize) -> Self {
        Self(vec![Floor::default(); resources.max(1)].into())
    }

    /// The floors of resources of which each was this one here, or none.
    pub(crate) fn renewed(&self, before: &[Option<usize>]) -> Self {
        let floor = |before: &Option<usize>| before.and_then(|place| self.0.get(place)).copied().unwrap_or_default();
        Self(before.iter().map(floor).collect())
    }

    /// Learns of one delay, in microseconds. By how much it is over the floor, and the floor; before that is known, the
    /// least delay that was seen stands for it.
    pub(crate) fn learn(&mut self, resource: ResourceId, us: u32, frozen: bool, now: Moment) -> Option<(u32, u32)> {
        let floor = self.0.get_mut(resource.index())?;
        floor.learn(us, frozen, now);
        let floor_us = floor.us.or_else(|| floor.last.least())?;
        Some((us.saturating_sub(floor_us), floor_us))
    }

    /// The floor of each resource, in microseconds, once it is known.
    pub(crate) fn all(&self) -> impl Iterator<Item = Option<u32>> {
        self.0.iter().map(|floor| floor.us)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learn(floors: &mut Floors, us: u32, frozen: bool, from_s: u64, seconds: u64) -> Option<u32> {
        for at in from_s * 50..(from_s + seconds) * 50 {
            floors.learn(ResourceId::OTHER, us + u32::try_from(at % 7).unwrap_or(0), frozen, Moment::from_ms(at * 20));
        }
        floors.all().next().flatten()
    }

    #[test]
    fn it_is_frozen_in_an_overload_and_follows_in_peace() {
        let mut floors = Floors::new(1);
        assert_eq!(floors.all().next().flatten(), None);
        let peace = learn(&mut floors, 20_000, false, 0, 10).expect("learnt");
        assert!((20_000..20_010).contains(&peace));
        assert_eq!(learn(&mut floors, 500_000, true, 10, 3_600), Some(peace), "an hour of overload moves nothing");
        let lower = learn(&mut floors, 10_000, true, 4_000, 10).expect("learnt");
        assert!(lower < 13_400, "{lower}: it may fall");
        let slow = learn(&mut floors, 40_000, false, 5_000, 5).expect("learnt");
        assert!(slow < 18_000, "{slow}: a few seconds are not a new measure");
        let slower = learn(&mut floors, 40_000, false, 6_000, 300).expect("learnt");
        assert!(slower > 38_000, "{slower}: a service that became slower is that after minutes");
    }

    #[test]
    fn the_slow_few_do_not_count() {
        let mut delays = Delays::default();
        let last = (0..16).filter_map(|n| delays.add(if n > 11 { 1_000_000 } else { 20 + n })).last();
        assert_eq!(last, Some(31));
    }
}
