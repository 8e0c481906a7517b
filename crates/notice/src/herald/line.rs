//! What is known of one function within an incident, and the claim that follows from it.

use crate::{Claim, Counts, Method, Says, SeenBy, Window};
use clock::Time;
use std::time::Duration;
use watch::{Carrier, Condition, Function, FunctionHealth, Numbers};

/// The counts of a change are of so long.
pub(super) const COUNTED: Duration = Duration::from_secs(15 * 60);
/// Minutes of that span.
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

/// What is known of one function.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) function: Function,
    pub(super) stand: Stand,
    /// Since when it stands so.
    pub(super) since: Time,
    /// When the last return was seen that has not held yet.
    return_at: Option<Time>,
    /// Whether a message told of that return.
    told: bool,
    /// Counts and times, and until when they go.
    counts: Counts,
    counted_to: Time,
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
            return_at: None,
            told: false,
            counts: Counts::default(),
            counted_to: at,
            seen_ms: None,
            usual_ms: None,
            odds: None,
        };
        line.count(numbers, at);
        line
    }

    /// The same fall, otherwise than before.
    pub(super) fn changed(&mut self, condition: Condition, numbers: &Numbers, at: Time) {
        match &mut self.stand {
            Stand::Relapsed { condition: before, .. } => *before = condition,
            _ => self.stand = Stand::Down(condition),
        }
        self.count(numbers, at);
    }

    pub(super) fn signs(&mut self, numbers: &Numbers, at: Time) {
        (self.stand, self.since, self.return_at, self.told) = (Stand::Signs, at, Some(at), false);
        self.count(numbers, at);
    }

    pub(super) fn under_watch(&mut self, numbers: &Numbers, at: Time) {
        let returned = *self.return_at.get_or_insert(at);
        (self.stand, self.since) = (Stand::UnderWatch, returned);
        self.count(numbers, at);
    }

    pub(super) fn relapsed(&mut self, condition: Condition, numbers: &Numbers, at: Time) {
        // Without a return that was told of there is nothing to take back.
        self.stand = match self.return_at.take().filter(|_| self.told) {
            Some(seen_at) => Stand::Relapsed { seen_at, condition },
            None => Stand::Down(condition),
        };
        self.told = false;
        self.since = at;
        self.count(numbers, at);
    }

    pub(super) fn returned(&mut self, numbers: &Numbers, at: Time) {
        self.since = *self.return_at.get_or_insert(at);
        self.stand = Stand::Returned;
        self.count(numbers, at);
    }

    /// What was said once as news is from then on how it stands.
    pub(super) fn was_said(&mut self) {
        self.told |= self.is_returning();
        match self.stand {
            Stand::Relapsed { condition, .. } => self.stand = Stand::Down(condition),
            Stand::Returned => self.stand = Stand::Gone,
            _ => {}
        }
    }

    pub(super) const fn is_relapsed(&self) -> bool {
        matches!(self.stand, Stand::Relapsed { .. })
    }

    pub(super) const fn is_returning(&self) -> bool {
        matches!(self.stand, Stand::Signs | Stand::UnderWatch | Stand::Returned | Stand::Gone)
    }

    fn count(&mut self, numbers: &Numbers, at: Time) {
        self.counts = Counts { n: numbers.calls, bad: numbers.failed };
        self.counted_to = at;
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
        let recent = health.hour.iter().rev().take(COUNTED_MINUTES);
        let (n, bad) = recent.clone().fold((0, 0), |(n, bad), one| (n + one.calls, bad + one.failed));
        (self.counts, self.counted_to) = (Counts { n, bad }, at);
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
            window: Window { from: self.counted_to.minus(COUNTED), to: self.counted_to },
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
