//! The pace of one function of the carrier, shared by the tasks that call it.

use clock::Time;
use dispatch::{Call, Health, Limits, Outlook, Pace, Permit, Signal};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// A [`Pace`] that several tasks ask, and that wakes the desk when a call ends.
pub struct Gate {
    pace: Mutex<Pace>,
    changed: Notify,
}

impl Gate {
    /// A gate within these limits.
    pub fn new(limits: Limits, now: Time) -> Self {
        Self { pace: Mutex::new(Pace::new(limits, now)), changed: Notify::new() }
    }

    /// How this function of the carrier looks.
    pub fn health(&self) -> Health {
        self.pace().health()
    }

    /// While it is dark: since when it has not been well, whatever short returns there were.
    pub fn dark_since(&self) -> Option<Time> {
        self.pace().dark_since()
    }

    /// What may be begun now.
    pub fn permit(&self, now: Time) -> Permit {
        self.pace().permit(now)
    }

    /// A call begins.
    pub fn began(&self, call: Call, now: Time) {
        self.pace().began(call, now);
    }

    /// A call has ended, or counts as unknown from now on; without a signal when in the end nothing was asked.
    pub fn ended(&self, call: Call, signal: Option<Signal>, now: Time) {
        self.change(|pace| pace.ended(call, signal, now));
    }

    /// A relayed call has ended.
    pub fn observed(&self, signal: Signal, now: Time) {
        self.change(|pace| pace.observed(signal, now));
    }

    /// Takes in what is known beyond its own last answers.
    pub fn heed(&self, outlook: Outlook) {
        self.change(|pace| pace.heed(outlook));
    }

    /// Waits until a call has ended since the last time this was waited for.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }

    fn change(&self, change: impl FnOnce(&mut Pace)) {
        let (before, after) = {
            let mut pace = self.pace();
            let before = pace.health();
            change(&mut pace);
            (before, pace.health())
        };
        if before != after {
            tracing::info!(?before, ?after, "the carrier's health as we see it has changed");
        }
        self.changed.notify_one();
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
