//! Beside the table: pages from memory, and what a full TLS handshake costs the door.

use super::peer::{Failure, Peer, Running, installed};
use crate::measure::{Row, say};
use rehearsal::{Capacity, Connections, Handshakes, Keys, Loopback, Origin, Requests, Seconds, Sources};
use std::{
    process::{Command, Stdio},
    time::Duration,
};

const ROUND_S: u64 = 4;
const PAGE: &str = "/legal";

/// Each of them, where its peer is there.
pub(super) fn measure(core: Option<usize>, quick: u32) -> Vec<Row> {
    let round = (ROUND_S / u64::from(quick)).max(1);
    let mut rows = Vec::new();
    for peer in [Peer::NginxPages, Peer::Ours] {
        keep(&mut rows, peer, with(peer, core, |running| pages(peer, running, round)));
    }
    for (peer, sources) in [
        (Peer::HaproxyTls, 1_000),
        (Peer::HaproxyTlsRate, 1_000),
        (Peer::OursTls, 1_000),
        (Peer::HaproxyTlsRate, 16),
        (Peer::OursTls, 16),
    ] {
        keep(&mut rows, peer, with(peer, core, |running| handshakes(peer, running, sources, round)));
    }
    rows
}

fn keep(rows: &mut Vec<Row>, peer: Peer, row: Result<Row, Failure>) {
    match row {
        Ok(row) => rows.push(row),
        Err(why) => say(&format!("shield: without {}: {why}", peer.as_str())),
    }
}

fn with(peer: Peer, core: Option<usize>, measure: impl Fn(&Running) -> Result<Row, Failure>) -> Result<Row, Failure> {
    let origin = Origin::start(Capacity::default(), super::SEED, 0)?;
    measure(&peer.start(origin.address(), core, &Keys::default())?)
}

/// Requests a second for a page that is the same for everybody, over connections that are kept.
fn pages(peer: Peer, running: &Running, round_s: u64) -> Result<Row, Failure> {
    say(&format!("shield: {} at {}", PAGE, peer.as_str()));
    let before = cpu(running);
    let (n, per_s) = wrk(running.door.http1, round_s)?;
    let what = format!("{PAGE} from memory, {}", peer.as_str());
    Ok(costing(Row::new("shield", what, per_s, "requests/s", n), cpu(running).saturating_sub(before)))
}

fn wrk(door: Loopback, round_s: u64) -> Result<(u64, f64), Failure> {
    let mut command = Command::new(installed("wrk", "wrk")?);
    command.args(["-t1", "-c64", &format!("-d{round_s}s"), &format!("http://{door}{PAGE}")]).stdin(Stdio::null());
    let said = String::from_utf8_lossy(&command.output()?.stdout).into_owned();
    if said.contains("Non-2xx") || said.contains("Socket errors") {
        return Err(format!("not every request was answered: {said}").into());
    }
    let n = said.lines().find(|line| line.contains(" requests in ")).and_then(|line| line.split_whitespace().next());
    let per_s = said.lines().find_map(|line| line.trim().strip_prefix("Requests/sec:"));
    n.zip(per_s).and_then(|(n, per_s)| Some((n.parse().ok()?, per_s.trim().parse().ok()?))).ok_or_else(|| said.into())
}

/// Handshakes begun, for each second of CPU that the door spends on them: what one core withstands.
fn handshakes(peer: Peer, running: &Running, sources: u64, round_s: u64) -> Result<Row, Failure> {
    say(&format!("shield: handshakes at {} from {sources} sources", peer.as_str()));
    let plan = Handshakes {
        sources: Sources::at_most(sources),
        connections: Connections::at_most(64),
        count: Requests::at_most(u64::MAX),
        lasts: Seconds::at_most(round_s),
    };
    let before = cpu(running);
    let shaken = plan.shake(running.door.http1).map_err(|e| e.to_string())?;
    let spent = cpu(running).saturating_sub(before);
    let n = shaken.done + shaken.refused;
    let what = format!("full TLS handshakes, {sources} sources, {} of {n} done, {}", shaken.done, peer.as_str());
    let per_core = n as f64 / spent.as_secs_f64().max(0.01);
    Ok(costing(Row::new("shield", what, per_core, "per CPU second of the door", n), spent))
}

fn cpu(running: &Running) -> Duration {
    running.usage().map(|usage| usage.cpu).unwrap_or_default()
}

fn costing(mut row: Row, spent: Duration) -> Row {
    row.cpu_us_per_op = Some(spent.as_secs_f64() * 1e6 / row.n.max(1) as f64);
    row
}
