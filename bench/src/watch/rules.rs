//! The rules of others, each by its documented defaults, fed with the same checks.
//!
//! Monitors check once a minute. Breakers see calls, here twenty a minute. What a rule takes for *recovered* is what it would
//! tell or do: a breaker closes, an ejected host serves again, an alert clears.

use std::collections::VecDeque;

/// What a rule says after a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    Down,
    Signs,
    Recovered,
}

/// A rule that is told one check after the other.
pub(crate) trait Rule {
    /// Takes a check at this moment, in milliseconds.
    fn check(&mut self, at: i64, up: bool) -> Option<Said>;
}

/// A rule's name, the milliseconds between its checks, and how to make one.
pub(crate) struct Peer {
    pub(crate) name: &'static str,
    pub(crate) every_ms: i64,
    pub(crate) make: fn() -> Box<dyn Rule>,
}

/// Every peer, with the defaults of its documentation.
pub(crate) const PEERS: &[Peer] = &[
    Peer { name: "Uptime Kuma", every_ms: 60_000, make: || Box::new(InARow::new(1, 1)) },
    Peer { name: "Gatus", every_ms: 60_000, make: || Box::new(InARow::new(3, 2)) },
    Peer { name: "updown.io", every_ms: 60_000, make: || Box::new(InARow::new(3, 3)) },
    Peer { name: "resilience4j", every_ms: 3_000, make: || Box::new(Resilience4j::default()) },
    Peer { name: "Polly", every_ms: 3_000, make: || Box::new(Polly::default()) },
    Peer { name: "Envoy outlier", every_ms: 3_000, make: || Box::new(Envoy::default()) },
    Peer { name: "SRE burn-rate", every_ms: 3_000, make: || Box::new(BurnRate::default()) },
    Peer {
        name: "fixed 60 min",
        every_ms: 60_000,
        make: || Box::new(Fixed { minutes: 60, down: false, up_since: None }),
    },
    Peer {
        name: "fixed 120 min",
        every_ms: 60_000,
        make: || Box::new(Fixed { minutes: 120, down: false, up_since: None }),
    },
];

/// So many failures in a row are down, so many successes in a row are up.
struct InARow {
    to_down: u32,
    to_up: u32,
    down: bool,
    against: u32,
}

impl InARow {
    fn new(to_down: u32, to_up: u32) -> Self {
        Self { to_down, to_up, down: false, against: 0 }
    }
}

impl Rule for InARow {
    fn check(&mut self, _: i64, up: bool) -> Option<Said> {
        self.against = if up == self.down { self.against + 1 } else { 0 };
        let needed = if self.down { self.to_up } else { self.to_down };
        if self.against < needed {
            return None;
        }
        (self.down, self.against) = (!self.down, 0);
        Some(if self.down { Said::Down } else { Said::Recovered })
    }
}

/// Half of the last hundred calls failed; after 60 s ten calls are let through, and it closes when fewer than half of them fail.
#[derive(Default)]
struct Resilience4j {
    window: VecDeque<bool>,
    failed: usize,
    open_until: Option<i64>,
    half_open: Vec<bool>,
}

impl Rule for Resilience4j {
    fn check(&mut self, at: i64, up: bool) -> Option<Said> {
        let Some(until) = self.open_until else {
            self.window.push_back(up);
            self.failed += usize::from(!up);
            if self.window.len() > 100 && self.window.pop_front() == Some(false) {
                self.failed -= 1;
            }
            if self.window.len() == 100 && self.failed >= 50 {
                self.open_until = Some(at + 60_000);
                return Some(Said::Down);
            }
            return None;
        };
        if at < until {
            return None;
        }
        self.half_open.push(up);
        if self.half_open.len() < 10 {
            return None;
        }
        let failed = std::mem::take(&mut self.half_open).iter().filter(|up| !**up).count();
        if failed >= 5 {
            self.open_until = Some(at + 60_000);
            return None;
        }
        (self.window, self.failed, self.open_until) = (VecDeque::new(), 0, None);
        Some(Said::Recovered)
    }
}

/// A tenth of at least a hundred calls in 30 s failed; 5 s later one call decides.
#[derive(Default)]
struct Polly {
    window: VecDeque<(i64, bool)>,
    open_until: Option<i64>,
}

impl Rule for Polly {
    fn check(&mut self, at: i64, up: bool) -> Option<Said> {
        if let Some(until) = self.open_until {
            if at < until {
                return None;
            }
            self.open_until = (!up).then_some(at + 5_000);
            self.window.clear();
            return up.then_some(Said::Recovered);
        }
        self.window.push_back((at, up));
        while self.window.front().is_some_and(|(then, _)| *then <= at - 30_000) {
            self.window.pop_front();
        }
        let failed = self.window.iter().filter(|(_, up)| !up).count();
        if self.window.len() >= 100 && failed * 10 >= self.window.len() {
            self.open_until = Some(at + 5_000);
            return Some(Said::Down);
        }
        None
    }
}

/// Five failures in a row eject for 30 s times the number of ejections so far, at most 300 s. It has recovered when it is back
/// and the first call succeeds; each ten seconds without an ejection while it is in take one off the number.
#[derive(Default)]
struct Envoy {
    in_row: u32,
    ejections: i64,
    ejected_until: Option<i64>,
    told_down: bool,
    calmed: i64,
}

impl Rule for Envoy {
    fn check(&mut self, at: i64, up: bool) -> Option<Said> {
        if self.ejected_until.is_some_and(|until| at < until) {
            return None;
        }
        self.ejected_until = None;
        if at >= self.calmed + 10_000 {
            self.calmed = at;
            self.ejections = if self.told_down { self.ejections } else { (self.ejections - 1).max(0) };
        }
        self.in_row = if up { 0 } else { self.in_row + 1 };
        if self.in_row >= 5 {
            (self.in_row, self.ejections) = (0, self.ejections + 1);
            self.ejected_until = Some(at + (30_000 * self.ejections).min(300_000));
            let first = !std::mem::replace(&mut self.told_down, true);
            return first.then_some(Said::Down);
        }
        (up && std::mem::take(&mut self.told_down)).then_some(Said::Recovered)
    }
}

/// An objective of 99.9 %: an alert at a burn of 14.4 over an hour and five minutes, or 6 over six hours and thirty minutes;
/// it clears when no short window burns.
#[derive(Default)]
struct BurnRate {
    minutes: VecDeque<(u32, u32)>,
    minute: i64,
    sums: [(u32, u32); 4],
    alerting: bool,
}

const WINDOWS: [usize; 4] = [5, 30, 60, 360];

impl BurnRate {
    fn next_minute(&mut self) {
        self.minutes.push_front((0, 0));
        for (sum, window) in self.sums.iter_mut().zip(WINDOWS) {
            if let Some((calls, failed)) = self.minutes.get(window) {
                *sum = (sum.0 - calls, sum.1 - failed);
            }
        }
        self.minutes.truncate(WINDOWS[3]);
    }

    fn burn(&self, window: usize) -> f64 {
        let (calls, failed) = self.sums[window];
        f64::from(failed) / f64::from(calls.max(1)) / 0.001
    }
}

impl Rule for BurnRate {
    fn check(&mut self, at: i64, up: bool) -> Option<Said> {
        let minute = at.div_euclid(60_000);
        if self.minutes.is_empty() || minute - self.minute > 360 {
            (self.minutes, self.sums) = (VecDeque::from([(0, 0)]), [(0, 0); 4]);
            self.minute = minute;
        }
        while self.minute < minute {
            self.minute += 1;
            self.next_minute();
        }
        let failed = u32::from(!up);
        if let Some(now) = self.minutes.front_mut() {
            *now = (now.0 + 1, now.1 + failed);
        }
        for sum in &mut self.sums {
            *sum = (sum.0 + 1, sum.1 + failed);
        }
        let alert = (self.burn(0) >= 14.4 && self.burn(2) >= 14.4) || (self.burn(1) >= 6.0 && self.burn(3) >= 6.0);
        if alert == self.alerting {
            return None;
        }
        self.alerting = alert;
        Some(if alert { Said::Down } else { Said::Recovered })
    }
}

/// The first failure is down; up is so many minutes without any.
struct Fixed {
    minutes: i64,
    down: bool,
    up_since: Option<i64>,
}

impl Rule for Fixed {
    fn check(&mut self, at: i64, up: bool) -> Option<Said> {
        if !up {
            self.up_since = None;
            return (!std::mem::replace(&mut self.down, true)).then_some(Said::Down);
        }
        let since = *self.up_since.get_or_insert(at);
        let over = self.down && at - since >= self.minutes * 60_000;
        self.down &= !over;
        over.then_some(Said::Recovered)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a rule says of `d` (down) and `u` (up), one letter a check.
    fn check(name: &str, checks: &str, expected: &[(usize, Said)]) {
        let peer = PEERS.iter().find(|peer| peer.name == name).expect("a peer");
        let mut rule = (peer.make)();
        let said = checks
            .chars()
            .zip(0_i64..)
            .filter_map(|(letter, i)| Some((i, rule.check(i * peer.every_ms, letter == 'u')?)));
        let said: Vec<_> = said.map(|(i, said)| (usize::try_from(i).expect("small"), said)).collect();
        assert_eq!(said, expected, "{name}");
    }

    #[test]
    fn each_rule_does_as_its_documentation_says() {
        use Said::{Down, Recovered};
        check("Uptime Kuma", "uudu", &[(2, Down), (3, Recovered)]);
        check("Gatus", "udddudduuu", &[(3, Down), (8, Recovered)]);
        check("updown.io", "udddudduuu", &[(3, Down), (9, Recovered)]);
        check("Envoy outlier", &format!("u{}u", "d".repeat(16)), &[(5, Down), (17, Recovered)]);
        check(
            "resilience4j",
            &format!("{}{}{}", "u".repeat(100), "d".repeat(60), "u".repeat(40)),
            &[(149, Down), (178, Recovered)],
        );
        check("Polly", &"d".repeat(500), &[]);
        check("fixed 60 min", &format!("d{}", "u".repeat(70)), &[(0, Down), (61, Recovered)]);
    }

    #[test]
    fn a_burn_alerts_within_minutes_and_clears_when_the_short_windows_do() {
        let peer = PEERS.iter().find(|peer| peer.name == "SRE burn-rate").expect("a peer");
        let mut rule = (peer.make)();
        let said: Vec<_> = (0_i64..20 * 300)
            .filter_map(|i| Some((i / 20, rule.check(i * 3_000, !(100..130).contains(&(i / 20)))?)))
            .collect();
        assert!(matches!(said.as_slice(), [(100..=102, Said::Down), (150..=165, Said::Recovered)]), "{said:?}");
    }
}
