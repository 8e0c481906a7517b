//! A rehearsal from beginning to end: the innocent alone, then the flood beside them.

use crate::{
    bounded::Seconds,
    crowd::{Asking, Crowd},
    flood::{Flood, Flooding, OPENING},
    origin::{Origin, Reached},
    tally::{Fared, Flooded, Tally},
    wire::{Door, Failure},
};
use serde::Serialize;
use std::time::Duration;

/// What is rehearsed.
#[derive(Clone, Debug, Serialize)]
pub struct Plan {
    /// What everything is drawn from.
    pub seed: u64,
    /// The flood.
    pub flood: Flood,
    /// The innocent.
    pub crowd: Crowd,
    /// How long the innocent are alone.
    pub unloaded: Seconds,
    /// How long the flood has been on before the innocent are counted.
    pub settle: Seconds,
    /// How long they are counted.
    pub counted: Seconds,
}

/// Where a rehearsal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The innocent come, alone.
    Unloaded,
    /// The flood begins.
    Flood,
    /// From now on the innocent are counted.
    Counting,
    /// Everybody has their answer, or has given up.
    Over,
}

/// What came of a rehearsal.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// How the innocent fared alone.
    pub unloaded: Vec<Fared>,
    /// How they fared beside the flood.
    pub loaded: Vec<Fared>,
    /// What came of the flood's requests while the innocent were counted.
    pub flood: Flooded,
    /// What reached the origin in that time.
    pub reached: Reached,
    /// How long that was.
    pub took: Duration,
    /// How long after the flood's first request the last request with a key came that was not served within twice the time in which
    /// 99 of a hundred were alone; none when none came.
    pub settled: Option<Duration>,
    /// Somebody ended it early; what is here is what there was until then.
    pub interrupted: bool,
}

/// Rehearses at this door, behind which is this origin; `tell` hears where it is. Ctrl-C ends it early.
///
/// # Errors
/// When no thread or socket is to be had. A door that does not answer is an outcome and no error.
pub fn rehearse(plan: &Plan, door: &Door, origin: &Origin, tell: &mut dyn FnMut(Moment)) -> Result<Outcome, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut asking = Asking::new(plan.crowd.clone(), door.clone(), plan.flood.sources, plan.seed);
    runtime.block_on(async {
        tell(Moment::Unloaded);
        let (unloaded, mut interrupted) = asking.come(plan.unloaded.duration()).await;
        tell(Moment::Flood);
        let flooding = Flooding::start(plan.flood, door.clone(), plan.seed)?;
        if !interrupted {
            interrupted = asking.come(OPENING).await.1;
        }
        flooding.begin();
        let mut settling = Tally::default();
        if !interrupted {
            (settling, interrupted) = asking.come(plan.settle.duration()).await;
        }
        let settled = unloaded.keyed_p99().and_then(|alone| settling.settled(alone * 2));
        tell(Moment::Counting);
        let (before, reached, began) = (flooding.now(), origin.reached(), tokio::time::Instant::now());
        let mut loaded = Tally::default();
        if !interrupted {
            (loaded, interrupted) = asking.come(plan.counted.duration()).await;
        }
        let (flood, reached) = (flooding.now().since(&before), origin.reached().since(&reached));
        let took = began.elapsed();
        tell(Moment::Over);
        let (unloaded, loaded) = (unloaded.fared(), loaded.fared());
        Ok(Outcome { unloaded, loaded, flood, reached, took, settled, interrupted })
    })
}
