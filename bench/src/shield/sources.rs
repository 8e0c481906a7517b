//! A thousand million sources, one after the other: what they leave in the judge's memory.

use super::peer::Failure;
use crate::measure::{Row, Started, say, status_kib};
use admission::{Asked, Calls, Class, Moment, Prefix, ResourceId, Shield, ShieldSettings, Verdict};
use std::time::Duration;

const SOURCES: u64 = 1_000_000_000;
/// The flood's requests a second, which makes the clock: what the sketch forgets is forgotten as in a flood of an hour and more.
const PER_S: u64 = 200_000;
/// How long the places are held, so that there is an overload from the first second on.
const HELD: Duration = Duration::from_secs(2);
/// An odd factor gives each number another prefix.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// Judges them, and compares the resident memory before with that after.
pub(super) fn measure(quick: u32) -> Result<Row, Failure> {
    let sources = SOURCES / u64::from(quick);
    let shield = Shield::new(&ShieldSettings::default(), [7; 16]).map_err(|unfit| unfit.to_string())?;
    let (mut calls, mut places, mut refused) = (Calls::new(), Vec::new(), 0_u64);
    let before = status_kib("VmRSS").ok_or("the kernel does not tell the memory of this process")?;
    let began = Started::now();
    let mut ticked = 0;
    for n in 0..sources {
        let at = Duration::from_nanos(n * (1_000_000_000 / PER_S));
        let now = Moment::after(at);
        match shield.judge(&from(Prefix::from_bits(n.wrapping_mul(SPREAD))), now, &mut calls) {
            Verdict::Go(place) => places.push(place),
            Verdict::Wait(_) => {}
            Verdict::Refuse(_) => refused += 1,
        }
        // Every 10 ms; who was called in between has left, and gives the place back.
        if at.as_millis() / 10 > ticked {
            ticked = at.as_millis() / 10;
            shield.tick(now, &mut calls);
            for call in std::mem::take(&mut calls) {
                places.extend(call.decided.ok());
            }
            if at > HELD {
                places.drain(..).for_each(|place| shield.leave(place, Some(HELD), now, &mut calls));
            }
        }
        if n % (sources / 10).max(1) == 0 {
            say(&format!("shield: {n} sources of {sources} judged"));
        }
    }
    let spent = began.spent();
    let after = status_kib("VmRSS").unwrap_or(before);
    let what = format!("memory after {sources} sources of one request each, {refused} refused");
    Ok(Row::new("shield", what, after as f64 - before as f64, "KiB more", sources).costing(&spent))
}

const fn from(prefix: Prefix) -> Asked {
    Asked { prefix, class: Class::Unknown, id: None, resource: ResourceId::OTHER, suspect_rule: None, program: true }
}
