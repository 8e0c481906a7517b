//! What is known of one function within an incident, and the claim that follows from it.

use crate::{Claim, Counts, Method, Says, SeenBy, Window};
use clock::Time;
use std::time::Duration;
use watch::{Carrier, Condition, Function, FunctionHealth, Numbers};

/// The counts of a change are of so long.
pub(super) const COUNTED: Duration = Duration::from_secs(15 * 60);
const MINUTE: Duration = Duration::from_secs(60);
const MINUTE_MS: i64 = 60_000;
/// Minutes of the counts of a look.
const COUNTED_MINUTES: usize = 15;
/// For the lower bound of a share: nineteen times in twenty (Wilson's interval).
const Z: f64 = 1.96;

/// How a function stands.
#[derive(Clone, Debug)]
pub(super) enum Stand {
    /// It fell.
    Down(Condition),
    /// Some requests succeed.
    Signs,
    /// It has been well for some minutes.
    UnderWatch,
    /// A return that was seen did not hold.
    Relapsed { seen_at: Time, condition: Condition },
    /// It is proved, and leaves the incident.
    Returned,
    /// It left the incident, and that was said.
    Gone,
}

/// What was last said of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// Nothing so far.
    Nothing,
    /// That it is down.
    Down,
    /// That it is on its way back, or back.
    Return,
}

/// What is known of one function.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) function: Function,
    pub(super) stand: Stand,
    /// Since when it stands so.
    pub(super) since: Time,
    /// When the present fall began, not counting returns that nobody was told of.
    fell: Time,
    /// When the last return was seen that has not held yet.
    return_at: Option<Time>,
    pub(super) told: Told,
    /// A return that was seen before a relapse was said: the relapse comes first.
    returned_again: Option<(Stand, Time)>,
    /// Counts and times, and until when they go.
    counts: Counts,
    counted: Window,
    seen_ms: Option<u64>,
    usual_ms: Option<u64>,
    odds: Option<f64>,
}

impl Line {
    pub(super) fn fell(function: Function, condition: Condition, numbers: &Numbers, at: Time) -> Self {
        let mut line = Self {
            function,
            stand: Stand::Down(condition),
            since: at,
            fell: at,
            return_at: None,
            told: Told::Nothing,
            returned_again: None,
            counts: Counts::default(),
            counted: Window { from: at, to: at },
            seen_ms: None,
            usual_ms: None,
            odds: None,
        };
        line.count(numbers, at);
        line
    }

    /// It fell after it was said to be restored.
    pub(super) fn fell_again(
        function: Function,
        condition: Condition,
        numbers: &Numbers,
        (seen_at, at): (Time, Time),
    ) -> Self {
        let mut line = Self::fell(function, condition, numbers, at);
        line.stand = Stand::Relapsed { seen_at, condition };
        line
    }

    /// The same fall, otherwise than before.
    pub(super) fn changed(&mut self, condition: Condition, numbers: &Numbers, at: Time) {
        self.stand = Stand::Down(condition);
        self.count(numbers, at);
    }

    pub(super) fn signs(&mut self, numbers: &Numbers, at: Time) {
        if !matches!(self.stand, Stand::Relapsed { .. }) {
            self.return_at = None;
        }
        self.returns(Stand::Signs, numbers, at);
    }

    pub(super) fn under_watch(&mut self, numbers: &Numbers, at: Time) {
        self.returns(Stand::UnderWatch, numbers, at);
    }

    pub(super) fn returned(&mut self, numbers: &Numbers, at: Time) {
        self.returns(Stand::Returned, numbers, at);
    }

    /// A relapse that is to be said comes before the return after it.
    fn returns(&mut self, stand: Stand, numbers: &Numbers, at: Time) {
        self.count(numbers, at);
        if matches!(self.stand, Stand::Relapsed { .. }) {
            let began = self.returned_again.take().map_or(at, |(_, began)| began);
            self.returned_again = Some((stand, began));
        } else {
            self.since = *self.return_at.get_or_insert(at);
            self.stand = stand;
        }
    }

    /// A relapse is one where the return was told of. What nobody heard of is still the same fall.
    pub(super) fn relapsed(&mut self, condition: Condition, numbers: &Numbers, at: Time) {
        self.count(numbers, at);
        self.returned_again = None;
        match (&mut self.stand, self.return_at.take()) {
            (Stand::Relapsed { condition: before, .. }, _) => *before = condition,
            (_, Some(seen_at)) if self.told == Told::Return => {
                (self.since, self.fell) = (at, at);
                self.stand = Stand::Relapsed { seen_at, condition };
            }
            _ => (self.stand, self.since) = (Stand::Down(condition), self.fell),
        }
    }

    /// What was said once as news is from then on how it stands. Gives the time of a return that is to be said next.
    pub(super) fn settle(&mut self) -> Option<Time> {
        self.told = if self.is_returning() { Told::Return } else { Told::Down };
        match self.stand {
            Stand::Relapsed { condition, .. } => self.stand = Stand::Down(condition),
            Stand::Returned => self.stand = Stand::Gone,
            _ => {}
        }
        let (stand, began) = self.returned_again.take()?;
        (self.stand, self.since, self.return_at) = (stand, began, Some(began));
        Some(began)
    }

    /// Whether it is a return, so far unsaid, that may yet come to nothing.
    pub(super) fn is_unsaid_return(&self) -> bool {
        matches!(self.stand, Stand::Signs) && self.told != Told::Return
    }

    /// Whether a return of it was seen that a fall would end.
    pub(super) const fn was_up(&self) -> bool {
        self.is_returning() || self.is_relapsed()
    }

    pub(super) const fn is_relapsed(&self) -> bool {
        matches!(self.stand, Stand::Relapsed { .. })
    }

    pub(super) const fn is_returning(&self) -> bool {
        matches!(self.stand, Stand::Signs | Stand::UnderWatch | Stand::Returned | Stand::Gone)
    }

    fn count(&mut self, numbers: &Numbers, at: Time) {
        self.counts = Counts { n: numbers.calls, bad: numbers.failed };
        self.counted = Window { from: at.minus(COUNTED), to: at };
        self.seen_ms = numbers.seen_ms.map(whole);
        self.usual_ms = numbers.usual_ms.map(whole);
        self.odds = numbers.odds;
    }

    /// Takes fresh counts, where the watch still says what the facts said.
    pub(super) fn seen(&mut self, health: &FunctionHealth, at: Time) {
        let same = match &self.stand {
            Stand::Down(condition) | Stand::Relapsed { condition, .. } => health.condition == *condition,
            Stand::Signs => health.condition == Condition::Signs,
            Stand::UnderWatch => health.condition == Condition::UnderWatch,
            Stand::Returned | Stand::Gone => false,
        };
        if !same {
            return;
        }
        // Of the time since it is so, the minute in which it began with it.
        let begun = self.since.unix_ms().div_euclid(MINUTE_MS);
        let minutes = usize::try_from(at.unix_ms().div_euclid(MINUTE_MS) - begun).map_or(1, |past| past + 1);
        let minutes = minutes.min(COUNTED_MINUTES);
        let recent = health.hour.iter().rev().take(minutes);
        let (n, bad) = recent.clone().fold((0, 0), |(n, bad), one| (n + one.calls, bad + one.failed));
        self.counts = Counts { n, bad };
        let past = MINUTE * u32::try_from(minutes.saturating_sub(1)).unwrap_or(0);
        let minute_began = Time::from_unix_ms(at.unix_ms() - at.unix_ms().rem_euclid(MINUTE_MS));
        self.counted = Window { from: minute_began.minus(past), to: at };
        self.seen_ms = recent.clone().find_map(|one| one.typical_ms).map(whole);
        self.usual_ms = health.usual_ms.map(whole).or(self.usual_ms);
        self.odds = health.odds;
    }

    /// What may be said of it, until this time; nothing of what left the incident.
    pub(super) fn claim(&self, carrier: &Carrier, ourselves_well: bool, made: Time, expires: Time) -> Option<Claim> {
        let says = match &self.stand {
            Stand::Down(condition) => {
                Says::Failing { condition: *condition, seen_ms: self.seen_ms, usual_ms: self.usual_ms, ourselves_well }
            }
            Stand::Signs => Says::Signs,
            Stand::UnderWatch => Says::UnderWatch,
            Stand::Relapsed { seen_at, condition } => Says::Relapsed { seen_at: *seen_at, condition: *condition },
            Stand::Returned => Says::Restored { sent: None, need_answer: None },
            Stand::Gone => return None,
        };
        let by_odds = matches!(says, Says::UnderWatch | Says::Restored { .. });
        Some(Claim {
            carrier: carrier.clone(),
            function: Some(self.function),
            since: self.since,
            seen_by: SeenBy::Ourselves,
            window: self.counted,
            counts: (self.counts.n > 0).then_some(self.counts),
            method: if by_odds { Method::Odds } else { Method::Calls },
            confidence: self.confidence(&says),
            made,
            expires,
            says,
        })
    }

    /// For what fails, the lower bound of the share that fails; for signs, of the share that succeeds; for a return, one less
    /// the odds of a relapse within the hour.
    fn confidence(&self, says: &Says) -> Option<f64> {
        let Counts { n, bad } = self.counts;
        match says {
            Says::Failing { .. } | Says::Relapsed { .. } => lower_bound(bad, n),
            Says::Signs => lower_bound(n.saturating_sub(bad), n),
            _ => self.odds.map(|odds| 1.0 - odds),
        }
    }
}

/// The lower end of Wilson's interval for so many of so many; nothing for none.
fn lower_bound(part: u32, all: u32) -> Option<f64> {
    if all == 0 {
        return None;
    }
    let (n, p) = (f64::from(all), f64::from(part.min(all)) / f64::from(all));
    let middle = p + Z * Z / (2.0 * n);
    let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    Some(((middle - half) / (1.0 + Z * Z / n)).max(0.0))
}

fn whole(ms: f64) -> u64 {
    Duration::try_from_secs_f64(ms / 1_000.0).map_or(0, |span| u64::try_from(span.as_millis()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_of_a_share_is_below_it_and_grows_with_what_was_seen() {
        let (few, many) = (lower_bound(9, 10).expect("seen"), lower_bound(900, 1_000).expect("seen"));
        assert!((few - 0.596).abs() < 0.001 && (many - 0.880).abs() < 0.001, "{few} {many}");
        assert_eq!((lower_bound(0, 0), lower_bound(0, 5)), (None, Some(0.0)));
    }
}
