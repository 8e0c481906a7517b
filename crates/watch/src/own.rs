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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observation::{Class, Reached, Source};

    fn probe(control: Control, s: i64, ms: u64) -> Observation {
        Observation {
            at: Time::from_unix_ms(s * 1_000),
            source: Source::Control(control),
            reached: Reached::Whole,
            class: Class::Answered,
            latency: Some(Duration::from_millis(ms)),
        }
    }

    #[test]
    fn our_own_slowness_stretches_suspicion_for_half_a_minute_and_a_slow_way_out_does_not() {
        let mut own = Own::default();
        own.take(Control::Loopback, &probe(Control::Loopback, 0, 400));
        own.take(Control::OutsideAddress, &probe(Control::OutsideAddress, 0, 5_000));
        let at = |s: i64| Time::from_unix_ms(s * 1_000);
        assert_eq!((own.stretch(at(1)), own.stretch(at(40))), (2.0, 1.0));
        own.take(Control::Disk, &probe(Control::Disk, 2, 900));
        assert_eq!(own.stretch(at(3)).to_bits(), 3.0_f64.to_bits());
        own.take(Control::Disk, &probe(Control::Disk, 4, 9));
        assert_eq!(own.stretch(at(5)).to_bits(), 2.0_f64.to_bits());
        assert_eq!(own.since(at(1)).len(), 1);
    }
}
