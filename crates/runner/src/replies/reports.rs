//! Tickets as evidence: each account's first about a function within an hour is a user's report to the watch.

use clock::Time;
use notice::ticket::{Kind, Reading};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use store::OpenTicket;
use watch::{Carrier, Class, Observation, Outside, Reached, Source, Watch};

/// Reports by the same account within this time are one.
const REPORT_AGAIN: Duration = Duration::from_secs(3_600);
/// Accounts remembered that have reported.
const REPORTERS_COUNT_MAX: usize = 100_000;

/// Who has reported a trouble lately, by digest.
#[derive(Default)]
pub(super) struct Reports(HashMap<[u8; 32], Time>);

impl Reports {
    /// Tells the watch of a ticket about a function, unless its account has reported lately: nobody can shout a carrier
    /// down. One that names no account counts for nothing.
    pub(super) fn hear(&mut self, watch: &Mutex<Watch>, reading: &Reading, open: &OpenTicket, now: Time) {
        let about_us = reading.kinds.iter().all(|kind| *kind == Kind::Angry);
        let (Some(account), true, true) = (open.account, reading.function.is_some(), about_us) else { return };
        if !self.is_first(account, now) {
            return;
        }
        let source = Source::Outside(Carrier::new(crate::CARRIER), Outside::Report);
        let class = Class::Unavailable;
        let seen = Observation { at: now, source, reached: Reached::Whole, class, latency: None };
        // A word from outside changes no condition by itself, so that nothing follows from it at once.
        let _ = watch.lock().unwrap_or_else(PoisonError::into_inner).observe(&seen);
    }

    fn is_first(&mut self, account: [u8; 32], now: Time) -> bool {
        if self.0.len() >= REPORTERS_COUNT_MAX {
            self.0.retain(|_, last| now.since(*last) < REPORT_AGAIN);
        }
        let first = self.0.get(&account).is_none_or(|last| now.since(*last) >= REPORT_AGAIN);
        if first && self.0.len() < REPORTERS_COUNT_MAX {
            self.0.insert(account, now);
            return true;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_counts_once_an_hour() {
        let mut reports = Reports::default();
        let at = |s: u64| Time::from_unix_ms(0).plus(Duration::from_secs(s));
        assert!(reports.is_first([1; 32], at(0)) && !reports.is_first([1; 32], at(3_599)));
        assert!(reports.is_first([2; 32], at(10)) && reports.is_first([1; 32], at(3_600)));
    }
}
