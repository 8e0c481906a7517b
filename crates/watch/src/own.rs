//! How we are ourselves: probes of our loop-back, disk and timers, and of our way out.

use crate::{
    evidence::Count,
    observation::{Control, Observation},
    recent::Recent,
};
use clock::Time;
use std::{collections::BTreeMap, time::Duration};

/// A probe of ourselves that takes longer is bad: a quarter of a second is far beyond any quiet machine's own answer.
const SELF_SLOW: Duration = Duration::from_millis(250);
/// A probe of the way out that takes longer is bad.
const OUT_SLOW: Duration = Duration::from_secs(2);
/// For how long a bad probe of ourselves stretches our suspicion of others.
const STRETCH_FOR: Duration = Duration::from_secs(30);

/// The last results of each probe.
#[derive(Clone, Debug, Default)]
pub(crate) struct Own {
    probes: BTreeMap<Control, Recent>,
    bad_at: BTreeMap<Control, Time>,
}

impl Own {
    pub(crate) fn take(&mut self, control: Control, seen: &Observation) {
        let slow = if is_self(control) { SELF_SLOW } else { OUT_SLOW };
        let bad = !seen.class.is_well() || seen.latency.is_some_and(|spent| spent > slow);
        self.probes.entry(control).or_default().take(seen.at, bad);
        if bad {
            self.bad_at.insert(control, seen.at);
        } else {
            self.bad_at.remove(&control);
        }
    }

    /// By how much more evidence is asked for, the more of ourselves is slow: 1 to 4 (Lifeguard's local health, Dadgar
    /// et al. 2017, stretches timeouts in the same way).
    pub(crate) fn stretch(&self, now: Time) -> f64 {
        let bad = self.bad_at.iter().filter(|(control, at)| is_self(**control) && now.since(**at) <= STRETCH_FOR);
        1.0 + f64::from(u32::try_from(bad.count()).unwrap_or(0))
    }

    pub(crate) fn since(&self, since: Time) -> Vec<(Control, Count)> {
        let counts = self.probes.iter().map(|(control, recent)| (*control, recent.since(since)));
        counts.filter(|(_, count)| count.seen > 0).collect()
    }
}

fn is_self(control: Control) -> bool {
    matches!(control, Control::Loopback | Control::Disk | Control::Lag)
}
