//! The shield beside its peers: the same flood and the same innocent, at each in turn.
//!
//! The door has one core, the generators and the origin another. Each row is a rehearsal of its own with the same seed and
//! a fresh origin of 16 slots of 20 ms. A peer that is not installed is skipped with the word why.

mod more;
mod peer;
mod sources;
mod table;
mod usage;

use crate::measure;
use peer::{Failure, Peer};
use rehearsal::{
    Capacity, Connections, Crowd, Flood, Keys, Moment, Origin, Plan, Report, Requests, Seconds, Sources, rehearse,
};
use std::{path::Path, process::Command};
use table::Row;

const SEED: u64 = 1;
const CONNECTIONS: u64 = 2_000;
const SLOW: u64 = 500;
/// The flood's requests a second over what the origin can do.
const TIMES: u64 = 10;
/// Fewer addresses than this keep their connections; more are taken for a herd of small devices.
const STRONG_MAX: u64 = 10_000;
const MODELS: [u64; 2] = [1_000, 100_000];
const UNLOADED_S: u64 = 2;
const SETTLE_S: u64 = 2;
const COUNTED_S: u64 = 8;

/// Rehearses at each peer, for each number of sources; prints the table, and writes it as JSON.
pub(crate) fn compare(sources: Option<u64>, json: Option<&Path>, quick: u32) -> Result<(), Failure> {
    let core = apart();
    let models = sources.map_or(MODELS.to_vec(), |sources| vec![sources]);
    let mut rows = Vec::new();
    'all: for sources in models {
        for peer in Peer::ALL {
            match one(peer, sources, core, quick) {
                Ok(row) => {
                    let interrupted = row.report.interrupted;
                    rows.push(row);
                    if interrupted {
                        break 'all;
                    }
                }
                Err(why) => measure::say(&format!("shield: without {}: {why}", peer.as_str())),
            }
        }
    }
    table::print(&rows);
    let mut more = Vec::new();
    if !rows.iter().any(|row| row.report.interrupted) {
        more = more::measure(core, quick);
        more.push(sources::measure(quick)?);
    }
    measure::print(&more);
    json.map_or(Ok(()), |file| table::write(file, &rows, &more))
}

/// Keeps this process to the last core, and gives the one for the doors; nothing where there is one core only.
fn apart() -> Option<usize> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let last = (cores - 1).to_string();
    let process = std::process::id().to_string();
    let mut taskset = Command::new("taskset");
    taskset.args(["-acp", &last, &process]).stdout(std::process::Stdio::null());
    let apart = cores > 1 && taskset.status().is_ok_and(|status| status.success());
    if !apart {
        measure::say("shield: one core for all, or no taskset: the figures are of generator and door together");
    }
    apart.then_some(0)
}

fn one(peer: Peer, sources: u64, core: Option<usize>, quick: u32) -> Result<Row, Failure> {
    let origin = Origin::start(Capacity::default(), SEED, 0)?;
    let plan = plan(sources, quick);
    let running = peer.start(origin.address(), core, &plan.crowd.keys)?;
    let (mut at_start, mut at_count, mut at_end) = (None, None, None);
    let mut tell = |moment| {
        measure::say(&format!("shield: {}, {sources} sources: {}", peer.as_str(), progress(moment)));
        match moment {
            Moment::Unloaded => {}
            Moment::Flood => at_start = running.usage(),
            Moment::Counting => at_count = running.usage(),
            Moment::Over => at_end = running.usage(),
        }
    };
    let outcome = rehearse(&plan, &running.door, &origin, &mut tell).map_err(|e| e.to_string())?;
    let report = Report::new(plan, outcome);
    Ok(Row::new(peer.as_str(), sources, report, [at_start, at_count, at_end]))
}

fn progress(moment: Moment) -> &'static str {
    match moment {
        Moment::Unloaded => "the innocent alone",
        Moment::Flood => "the flood begins",
        Moment::Counting => "counting",
        Moment::Over => "over",
    }
}

fn plan(sources: u64, quick: u32) -> Plan {
    let capacity = Capacity::default();
    let per_ms = u64::try_from(capacity.service.as_millis()).unwrap_or(1).max(1);
    let flood = Flood {
        sources: Sources::at_most(sources),
        connections: Connections::at_most(CONNECTIONS),
        slow: Connections::at_most(SLOW),
        per_s: TIMES * capacity.slots as u64 * 1_000 / per_ms,
        per_connection: if sources <= STRONG_MAX { 50 } else { 1 },
        requests: Requests::at_most(u64::MAX),
        lasts: Seconds::at_most(60),
    };
    let crowd = Crowd { per_s: 160.0, shared_percent: 10, patience_ms: 2_000, keys: Keys::default() };
    let counted = Seconds::at_most((COUNTED_S / u64::from(quick)).max(2));
    Plan {
        seed: SEED,
        flood,
        crowd,
        unloaded: Seconds::at_most(UNLOADED_S),
        settle: Seconds::at_most(SETTLE_S),
        counted,
    }
}
