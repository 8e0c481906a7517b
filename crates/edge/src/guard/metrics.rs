//! The shield's counts as metrics, read when somebody asks for them.

use super::{Core, Guard, challenge::Climbed, stale::Given};
use admission::{Class, INNOCENTS_WINDOW_S_MAX, Known, Refused, Rule, Step};
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric},
    metrics::{counter::ConstCounter, gauge::ConstGauge},
    registry::Registry,
};
use std::{
    fmt,
    sync::{PoisonError, atomic::Ordering::Relaxed},
};

/// The collector of a guard's counts.
pub(super) struct ShieldMetrics(Guard);

pub(super) fn register(guard: &Guard, registry: &mut Registry) {
    registry.register_collector(Box::new(ShieldMetrics(guard.clone())));
}

impl fmt::Debug for ShieldMetrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ShieldMetrics")
    }
}

impl Collector for ShieldMetrics {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let core = self.0.core();
        let counts = core.shield.counts();
        for (name, help, of) in [
            ("tournee_shield_arrived", "Requests that were judged", &counts.arrived),
            ("tournee_shield_served", "Requests that were let in", &counts.served),
            ("tournee_shield_waited", "Requests that had to wait", &counts.waited),
        ] {
            by(&mut encoder, (name, help), "class", Class::ALL.map(|class| (class.as_str(), of[class.index()])))?;
        }
        for (name, help, of) in [
            ("tournee_shield_refused", "Requests that were refused", &counts.refused),
            (
                "tournee_shield_would_refuse",
                "Requests that would have been refused, in a dry run",
                &counts.would_refuse,
            ),
        ] {
            let mut family = encoder.encode_descriptor(name, help, None, ConstCounter::new(0_u64).metric_type())?;
            for class in Class::ALL {
                for (rule, n) in Rule::ALL.iter().zip(of[class.index()]).filter(|(_, n)| *n > 0) {
                    let labels = [("class", class.as_str()), ("rule", rule.as_str())];
                    ConstCounter::new(n).encode(family.encode_family(&labels)?)?;
                }
            }
        }
        Self::gate(&mut encoder, &counts.gate)?;
        Self::steps(&mut encoder, &core.ladder.climbed)?;
        Self::memory(&mut encoder, core.stale.given())?;
        Self::innocents(&mut encoder, &core)
    }
}

/// Counters of one name, by one label.
fn by<const N: usize>(
    encoder: &mut DescriptorEncoder<'_>,
    (name, help): (&str, &str),
    label: &str,
    counts: [(&str, u64); N],
) -> Result<(), fmt::Error> {
    let mut family = encoder.encode_descriptor(name, help, None, ConstCounter::new(0_u64).metric_type())?;
    for (value, count) in counts {
        ConstCounter::new(count).encode(family.encode_family(&[(label, value)])?)?;
    }
    Ok(())
}

impl ShieldMetrics {
    fn gate(encoder: &mut DescriptorEncoder<'_>, gate: &admission::GateState) -> Result<(), fmt::Error> {
        for (name, help, value) in [
            ("tournee_shield_overloaded", "Whether there is an overload", i64::from(gate.overloaded)),
            ("tournee_shield_places", "Requests that the work behind is given at once", gate.places.into()),
            ("tournee_shield_taken", "Requests that are worked on", gate.taken.into()),
            (
                "tournee_shield_delay_over_us",
                "Delay of the work over that of quiet times, in microseconds",
                gate.over_us.into(),
            ),
            ("tournee_shield_waiting", "Requests that wait", gate.waiting.iter().map(|n| i64::from(*n)).sum()),
        ] {
            let metric = ConstGauge::new(value);
            metric.encode(encoder.encode_descriptor(name, help, None, metric.metric_type())?)?;
        }
        Ok(())
    }

    fn steps(encoder: &mut DescriptorEncoder<'_>, climbed: &Climbed) -> Result<(), fmt::Error> {
        for (name, help, of) in [
            ("tournee_shield_challenges_asked", "Questions that were put to browsers, by step", &climbed.asked),
            (
                "tournee_shield_challenges_passed",
                "Questions that were answered, by step, each of which was given a token",
                &climbed.passed,
            ),
        ] {
            let count = |step: Step| (step.as_str(), of[step as usize - 1].load(Relaxed));
            by(encoder, (name, help), "step", Step::ALL.map(count))?;
        }
        Ok(())
    }

    fn memory(encoder: &mut DescriptorEncoder<'_>, given: &Given) -> Result<(), fmt::Error> {
        for (name, help, count) in [
            ("tournee_shield_older_answers", "Answers from memory where the work could not be had", &given.older),
            ("tournee_shield_fresh_answers", "Answers of static resources from memory, before admission", &given.fresh),
        ] {
            let metric = ConstCounter::new(count.load(Relaxed));
            metric.encode(encoder.encode_descriptor(name, help, None, metric.metric_type())?)?;
        }
        Ok(())
    }

    fn innocents(encoder: &mut DescriptorEncoder<'_>, core: &Core) -> Result<(), fmt::Error> {
        let innocents = core.innocents.lock().unwrap_or_else(PoisonError::into_inner);
        let now = core.clock.now();
        let help =
            "Of the known good, the share that was refused in the last quarter of an hour, and its upper bound (95 %)";
        let mut family = encoder.encode_descriptor(
            "tournee_shield_innocents_refused",
            help,
            None,
            ConstGauge::new(0.0).metric_type(),
        )?;
        for known in Known::ALL {
            let Refused::Known(share) = innocents.refused(known, INNOCENTS_WINDOW_S_MAX, now) else { continue };
            for (which, value) in [("seen", share.seen()), ("at_most", share.at_most())] {
                let labels = [("known", known.as_str()), ("value", which)];
                ConstGauge::new(value).encode(family.encode_family(&labels)?)?;
            }
        }
        Ok(())
    }
}
