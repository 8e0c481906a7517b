//! How many requests the work behind is given at once.
//!
//! It is not told how many the work can bear; it sees by how much the delay is over the floor. While all places are taken and the
//! delay is near the floor, the limit grows; when the delay is over it, the limit shrinks to the share at which the delay
//! would be right (queueing delay grows in proportion to what is in the way). A delay tells of the limit under which its
//! request was let in: after each change only requests that came in after it count. And it says something of the limit only
//! if nearly all places were taken then; who is slow with nobody in the way is slow by itself.
//!
//! Work can also become slow for other reasons, and then fewer places only make things worse. So shrinking is put to the test: when
//! half the places did not bring a quarter of what they should have, they are given back, and what the delay is over is
//! allowed for as *slack*. The floor is not touched by that. The slack fades, so that it is tested again.

use crate::{Moment, ShieldSettings, gate::floor::Delays};

/// Few samples decide when more don't come for so long, in nanoseconds.
const LONG_NS: u64 = 100_000_000;
/// The fewest samples that decide.
const FEW: usize = 4;
/// Nanoseconds after which the slack has faded by one part of so many.
const FADE_NS: u64 = 1_000_000_000;
const FADE_PART: u64 = 64;
/// Steps of growth, by one each, after the limit had to shrink; then it grows by half again.
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
    /// The limit before it began to shrink, and the delay under it.
    before: Option<(u32, u64)>,
    /// What the delay may be over the floor because fewer places did not help.
    slack_us: u64,
    faded: Moment,
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
            before: None,
            slack_us: 0,
            faded: Moment::default(),
        }
    }

    /// A limit with new settings that goes on from where this one is, as far as they allow.
    pub(crate) fn renewed(&self, settings: &ShieldSettings) -> Self {
        let new = Self::new(settings);
        // What a quiet time would bring back was set: it is believed where nothing was learnt.
        let now = if self.now == self.start { new.start } else { self.now.clamp(new.min, new.max) };
        Self { now, ..new }
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
        self.fade(now);
        Some(self.decide(over.into(), self.floors_us / samples))
    }

    fn fade(&mut self, now: Moment) {
        if now.ns() >= self.faded.ns().saturating_add(FADE_NS) {
            self.slack_us -= self.slack_us.div_ceil(FADE_PART);
            self.faded = now;
        }
    }

    fn decide(&mut self, over_us: u64, floor_us: u64) -> Sign {
        let may_us = self.may_be_over_us(floor_us + self.slack_us);
        if over_us > self.slack_us + may_us {
            return self.shrink(over_us, floor_us, may_us);
        }
        self.before = None;
        let over_us = over_us.saturating_sub(self.slack_us);
        // Where half of what may be is there already, the next step would be too much.
        if over_us * 2 <= may_us {
            let step = if self.careful > 0 { 1 } else { self.now.div_ceil(2) };
            self.careful = self.careful.saturating_sub(1);
            self.set(self.now.saturating_add(step));
        }
        Sign::Near
    }

    fn shrink(&mut self, over_us: u64, floor_us: u64, may_us: u64) -> Sign {
        let delay_us = floor_us + over_us;
        let (limit, was_us) = *self.before.get_or_insert((self.now, delay_us));
        self.careful = CAREFUL_STEPS;
        if self.now * 2 <= limit || self.now == self.min {
            let wanted_us = was_us - was_us * u64::from(self.now) / u64::from(limit);
            if was_us.saturating_sub(delay_us) * 4 <= wanted_us {
                (self.slack_us, self.before) = (over_us, None);
                self.set(limit);
                return Sign::Near;
            }
            self.before = Some((self.now, delay_us));
        }
        let fits = u64::from(self.now) * (floor_us + self.slack_us + may_us) / delay_us;
        self.set(u32::try_from(fits).unwrap_or(self.now).max(self.now / 2).min(self.now - 1));
        Sign::Over
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

    /// What comes of an origin with so many slots of so many microseconds, when all places are taken.
    fn origin(limit: &mut Limit, slots: u32, work_us: u32, rounds: u32, at_s: u64) {
        for n in 0..rounds {
            let delay = work_us * limit.now().max(slots) / slots;
            let now = Moment::from_ms(at_s * 1_000 + u64::from(n * delay) / 500);
            for _ in 0..16 {
                limit.learn(delay.saturating_sub(20_000), 20_000, now);
            }
        }
    }

    #[test]
    fn it_shrinks_to_the_share_that_fits() {
        let mut limit = limit();
        limit.set(32);
        assert_eq!(tell(&mut limit, 20_000), Some(Sign::Over));
        assert_eq!((limit.now(), limit.epoch()), (20, 2), "32 places at 40 ms are 20 at 25 ms");
        for slots in [5, 16, 100, 700] {
            let mut limit = self::limit();
            origin(&mut limit, slots, 20_000, 300, 0);
            assert!((slots..=slots * 5 / 4 + 2).contains(&limit.now()), "{} places for {slots}", limit.now());
        }
    }

    #[test]
    fn work_that_is_slow_by_itself_is_not_choked() {
        let mut limit = limit();
        origin(&mut limit, 16, 20_000, 100, 0);
        origin(&mut limit, 16, 60_000, 100, 100);
        assert!((15..=22).contains(&limit.now()), "{} places", limit.now());
        origin(&mut limit, 16, 20_000, 10_000, 200);
        assert!((15..=22).contains(&limit.now()), "{} places once it is well again", limit.now());
    }

    #[test]
    fn it_grows_by_half_and_carefully_after_it_had_to_shrink() {
        let mut limit = limit();
        assert_eq!(tell(&mut limit, 0), Some(Sign::Near));
        assert_eq!(limit.now(), 24);
        tell(&mut limit, 10_000);
        assert_eq!(limit.now(), 20);
        for _ in 0..16 {
            tell(&mut limit, 0);
        }
        assert_eq!(limit.now(), 36);
        tell(&mut limit, 0);
        assert_eq!(limit.now(), 54);
        tell(&mut limit, 3_000);
        assert_eq!(limit.now(), 54, "near enough");
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
