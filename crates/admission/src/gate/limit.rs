//! How many requests the work behind is given at once.
//!
//! It is not told how many the work can bear; it sees by how much the delay is over the floor. While all places are taken and the
//! delay is near the floor, the limit grows; when the delay is over it, the limit shrinks to the share at which the delay
//! would be right (queueing delay grows in proportion to what is in the way). A delay tells of the limit under which its
//! request was let in: after each change only requests that came in after it count. And it says something of the limit only
//! if nearly all places were taken then; who is slow with nobody in the way is slow by itself.

use crate::{Moment, ShieldSettings, gate::floor::Delays};

/// Few samples decide when more don't come for so long, in nanoseconds.
const LONG_NS: u64 = 100_000_000;
/// The fewest samples that decide.
const FEW: usize = 4;
/// Steps of growth, by one each, after the limit had to shrink; then it grows by quarters again.
const CAREFUL_STEPS: u32 = 16;

/// What the last delays say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    /// They are near the floor.
    Near,
    /// They are over it.
    Over,
}

/// The limit.
pub(crate) struct Limit {
    now: u32,
    min: u32,
    start: u32,
    max: u32,
    over_percent: u64,
    over_us_min: u64,
    /// Counts the changes.
    epoch: u32,
    over: Delays,
    /// The sum of the floors of these delays.
    floors_us: u64,
    since: Moment,
    careful: u32,
}

impl Limit {
    pub(crate) fn new(settings: &ShieldSettings) -> Self {
        Self {
            now: settings.places_start,
            min: settings.places_min,
            start: settings.places_start,
            max: settings.places_max,
            over_percent: settings.delay_over_percent.into(),
            over_us_min: settings.delay_over_us_min.into(),
            epoch: 0,
            over: Delays::default(),
            floors_us: 0,
            since: Moment::default(),
            careful: 0,
        }
    }

    pub(crate) const fn now(&self) -> u32 {
        self.now
    }

    pub(crate) const fn epoch(&self) -> u32 {
        self.epoch
    }

    /// By how much a delay may be over this floor, in microseconds.
    pub(crate) fn may_be_over_us(&self, floor_us: u64) -> u64 {
        (floor_us * self.over_percent / 100).max(self.over_us_min)
    }

    /// One delay of a request that was let in under this limit when nearly all places were taken.
    pub(crate) fn learn(&mut self, over_us: u32, floor_us: u32, now: Moment) -> Option<Sign> {
        if self.over.len() == 0 {
            (self.since, self.floors_us) = (now, 0);
        }
        self.floors_us += u64::from(floor_us);
        let samples = self.over.len() as u64 + 1;
        let over = match self.over.add(over_us) {
            Some(over) => over,
            None if self.over.len() >= FEW && now.ns() > self.since.ns() + LONG_NS => self.over.quartile()?,
            None => return None,
        };
        Some(self.decide(over.into(), self.floors_us / samples))
    }

    fn decide(&mut self, over_us: u64, floor_us: u64) -> Sign {
        let may = self.may_be_over_us(floor_us);
        if over_us > may {
            let fits = u64::from(self.now) * (floor_us + may) / (floor_us + over_us);
            let fits = u32::try_from(fits).unwrap_or(self.now).max(self.now / 2).min(self.now - 1);
            self.careful = CAREFUL_STEPS;
            self.set(fits);
            return Sign::Over;
        }
        // Where half of what may be is there already, the next step would be too much.
        if over_us * 2 <= may {
            let step = if self.careful > 0 { 1 } else { self.now.div_ceil(4) };
            self.careful = self.careful.saturating_sub(1);
            self.set(self.now.saturating_add(step));
        }
        Sign::Near
    }

    /// A second in which at most so many places were taken: a limit far above what is used says nothing, and would let a
    /// sudden flood in.
    pub(crate) fn unused(&mut self, taken_max: u32) {
        if self.now > self.start && taken_max < self.now / 2 {
            self.set((self.now - self.now.div_ceil(8)).max(self.start));
        }
    }

    fn set(&mut self, limit: u32) {
        let limit = limit.clamp(self.min, self.max);
        if limit != self.now {
            self.now = limit;
            self.epoch = self.epoch.wrapping_add(1);
            self.over.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit() -> Limit {
        Limit::new(&ShieldSettings::default())
    }

    fn tell(limit: &mut Limit, over_us: u32) -> Option<Sign> {
        (0..16).filter_map(|_| limit.learn(over_us, 20_000, Moment::default())).last()
    }

    #[test]
    fn it_shrinks_to_the_share_that_fits() {
        let mut limit = limit();
        limit.set(32);
        assert_eq!(tell(&mut limit, 20_000), Some(Sign::Over));
        assert_eq!((limit.now(), limit.epoch()), (20, 2), "32 places at 40 ms are 20 at 25 ms");
        for _ in 0..50 {
            tell(&mut limit, 2_000_000);
        }
        assert_eq!(limit.now(), 4, "never below the least");
    }

    #[test]
    fn it_grows_by_quarters_and_carefully_after_it_had_to_shrink() {
        let mut limit = limit();
        assert_eq!(tell(&mut limit, 0), Some(Sign::Near));
        assert_eq!(limit.now(), 20);
        tell(&mut limit, 10_000);
        assert_eq!(limit.now(), 16);
        for _ in 0..16 {
            tell(&mut limit, 0);
        }
        assert_eq!(limit.now(), 32);
        tell(&mut limit, 0);
        assert_eq!(limit.now(), 40);
        tell(&mut limit, 3_000);
        assert_eq!(limit.now(), 40, "near enough");
    }

    #[test]
    fn few_answers_decide_when_more_do_not_come() {
        let mut limit = limit();
        let at = |limit: &mut Limit, ms| limit.learn(900_000, 20_000, Moment::from_ms(ms));
        assert_eq!([0, 60, 90].map(|ms| at(&mut limit, ms)), [None; 3]);
        assert_eq!(at(&mut limit, 120), Some(Sign::Over));
    }

    #[test]
    fn a_limit_that_nobody_uses_goes_back() {
        let mut limit = limit();
        limit.set(1_000);
        limit.unused(500);
        assert_eq!(limit.now(), 1_000);
        for _ in 0..60 {
            limit.unused(7);
        }
        assert_eq!(limit.now(), 16);
    }
}
