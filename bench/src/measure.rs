//! What a bench gives: rows with stable keys, printed as a table and written as JSON.

use serde::Serialize;
use std::{path::Path, time::Duration};
use tokio::time::Instant;

/// One measured figure beside its peer's.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Row {
    /// Which bench.
    pub(crate) bench: &'static str,
    /// What was measured.
    pub(crate) what: String,
    /// Our figure.
    pub(crate) value: f64,
    /// Its unit.
    pub(crate) unit: &'static str,
    /// Who ran beside us; nothing where the figure stands alone.
    pub(crate) peer: Option<String>,
    /// The peer's figure, in the same unit.
    pub(crate) peer_value: Option<f64>,
    /// Ours over the peer's.
    pub(crate) ratio: Option<f64>,
    /// CPU time of this whole process per operation, generator and simulated carrier included, in microseconds.
    pub(crate) cpu_us_per_op: Option<f64>,
    /// How many operations.
    pub(crate) n: u64,
}

impl Row {
    pub(crate) fn new(bench: &'static str, what: impl Into<String>, value: f64, unit: &'static str, n: u64) -> Self {
        Self {
            bench,
            what: what.into(),
            value,
            unit,
            peer: None,
            peer_value: None,
            ratio: None,
            cpu_us_per_op: None,
            n,
        }
    }

    pub(crate) fn beside(mut self, peer: impl Into<String>, value: f64) -> Self {
        self.ratio = (value > 0.0).then(|| self.value / value);
        (self.peer, self.peer_value) = (Some(peer.into()), Some(value));
        self
    }

    pub(crate) fn costing(mut self, spent: &Spent) -> Self {
        self.cpu_us_per_op = Some(spent.cpu.as_secs_f64() * 1e6 / self.n.max(1) as f64);
        self
    }
}

/// Time and CPU time that something took.
pub(crate) struct Spent {
    pub(crate) wall: Duration,
    pub(crate) cpu: Duration,
}

impl Spent {
    pub(crate) fn per_second(&self, n: u64) -> f64 {
        n as f64 / self.wall.as_secs_f64()
    }
}

/// Where a measurement began.
pub(crate) struct Started {
    wall: Instant,
    cpu: Duration,
}

impl Started {
    pub(crate) fn now() -> Self {
        Self { wall: Instant::now(), cpu: cpu_time() }
    }

    pub(crate) fn spent(&self) -> Spent {
        Spent { wall: self.wall.elapsed(), cpu: cpu_time().saturating_sub(self.cpu) }
    }
}

/// User and system time of this process (`/proc/self/stat`, fields 14 and 15, in hundredths of a second).
fn cpu_time() -> Duration {
    let ticks = || {
        let stat = read("/proc/self/stat")?;
        let after_name: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
        let field = |n: usize| after_name.get(n)?.parse::<u64>().ok();
        Some(field(11)? + field(12)?)
    };
    Duration::from_millis(ticks().unwrap_or(0) * 10)
}

/// A line of `/proc/self/status` in KiB, for example `VmRSS`.
pub(crate) fn status_kib(key: &str) -> Option<u64> {
    let status = read("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with(key))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[expect(clippy::disallowed_methods, reason = "the kernel's figures about processes are no data file")]
pub(crate) fn read(path: &str) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

/// The duration below which this share of them lies, in milliseconds.
pub(crate) fn quantile_ms(sorted: &[Duration], share: f64) -> f64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index within the list")]
    let place = ((sorted.len().saturating_sub(1)) as f64 * share).round() as usize;
    sorted.get(place).map_or(0.0, |d| d.as_secs_f64() * 1e3)
}

#[expect(clippy::print_stdout, reason = "the table is what a bench is run for")]
pub(crate) fn print(rows: &[Row]) {
    for row in rows {
        let cost = row.cpu_us_per_op.map(|us| format!("  {us:.1} µs CPU each")).unwrap_or_default();
        println!("{:<9} {:<58} {:>12.2} {}{cost}", row.bench, row.what, row.value, row.unit);
        if let (Some(peer), Some(value)) = (&row.peer, row.peer_value) {
            let ratio = row.ratio.map(|r| format!("  ours / theirs {r:.2}")).unwrap_or_default();
            println!("{:<9}   beside {:<49} {value:>12.2} {}{ratio}", "", peer, row.unit);
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the report goes where the caller says")]
pub(crate) fn write(file: &Path, rows: &[Row]) -> Result<(), Box<dyn std::error::Error>> {
    Ok(std::fs::write(file, serde_json::to_string_pretty(rows)?)?)
}

#[expect(clippy::print_stderr, reason = "progress and skips go beside the table")]
pub(crate) fn say(text: &str) {
    eprintln!("{text}");
}
