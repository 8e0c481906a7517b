//! How often strangers may ask: so many of one address within an hour, so many of all within a minute, in bounded memory.

use clock::Time;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// Addresses remembered, at most.
const ADDRESSES_COUNT_MAX: usize = 50_000;
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);

/// What came lately, by digests of addresses.
pub(crate) struct Flood {
    of_one_max: u32,
    of_all_max: u32,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    of_one: HashMap<[u8; 32], (Time, u32)>,
    of_all: (Time, u32),
}

/// Whether one more is too much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    /// It may be taken.
    Good,
    /// This address had its share for now.
    OneTooMany,
    /// All of them together had theirs.
    AllTooMany,
}

impl Flood {
    /// So many of one address within an hour, and of all within a minute, at most.
    pub(crate) fn new(of_one_max: u32, of_all_max: u32) -> Self {
        Self { of_one_max, of_all_max, seen: Mutex::default() }
    }

    /// Counts one more of this address.
    pub(crate) fn count(&self, address: [u8; 32], now: Time) -> Flow {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.of_one.len() >= ADDRESSES_COUNT_MAX {
            seen.of_one.clear();
        }
        let all = within(&mut seen.of_all, now, MINUTE);
        let one = within(seen.of_one.entry(address).or_default(), now, HOUR);
        match () {
            () if all > self.of_all_max => Flow::AllTooMany,
            () if one > self.of_one_max => Flow::OneTooMany,
            () => Flow::Good,
        }
    }
}

/// Counts one more within this span and gives how many there are.
fn within((since, count): &mut (Time, u32), now: Time, span: Duration) -> u32 {
    if now.since(*since) >= span {
        (*since, *count) = (now, 0);
    }
    *count = count.saturating_add(1);
    *count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(s: i64) -> Time {
        Time::from_unix_ms(s * 1_000 + 10_000_000)
    }

    #[test]
    fn an_address_asks_a_few_times_an_hour() {
        let flood = Flood::new(6, 300);
        for s in 0..6 {
            assert_eq!(flood.count([1; 32], at(s)), Flow::Good);
        }
        assert_eq!(flood.count([1; 32], at(7)), Flow::OneTooMany);
        assert_eq!(flood.count([2; 32], at(7)), Flow::Good);
        assert_eq!(flood.count([1; 32], at(3_700)), Flow::Good);
    }

    #[test]
    fn many_addresses_together_are_held_back_and_not_all_remembered() {
        let flood = Flood::new(6, 10);
        let of = |n: u32| {
            let mut digest = [0; 32];
            digest[..4].copy_from_slice(&n.to_be_bytes());
            digest
        };
        let taken = (0..60_000).filter(|n| flood.count(of(*n), at(0)) == Flow::Good).count();
        assert_eq!(taken, 10);
        assert!(flood.seen.lock().expect("lock").of_one.len() <= ADDRESSES_COUNT_MAX);
        assert_eq!(flood.count(of(0), at(60)), Flow::Good, "a minute later");
    }
}
