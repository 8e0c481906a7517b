//! The watch beside the rules of monitors, breakers and alerts, on the same histories.

mod calibrate;
mod christmas;
mod drawn;
mod fit;
mod input;
mod plot;
mod replay;
mod rules;

use input::History;
use replay::{Tally, quantile};
use serde::Serialize;
use std::path::{Path, PathBuf};
use watch::FITTED;

/// Seeds of drawn histories that the fit has not seen.
const SEEDS: std::ops::Range<u64> = 100..108;

/// One rule on one directory.
#[derive(Debug, Serialize)]
struct Row {
    rule: &'static str,
    traces: String,
    series: usize,
    outages: u64,
    outages_missed: u64,
    recoveries_announced: u64,
    false_recoveries: u64,
    false_share: f64,
    /// Announced, of the times up after an outage that the rule had seen: each relapse before the word makes it smaller.
    announced_share: f64,
    added_wait_min_p50: Option<f64>,
    added_wait_min_p90: Option<f64>,
    detect_s_p50: Option<f64>,
    signs_s_max: Option<f64>,
    false_alarms: u64,
}

impl Row {
    fn new(rule: &'static str, traces: &str, series: usize, tally: &Tally) -> Self {
        let share = |part: u64, whole: u64| part as f64 / whole.max(1) as f64;
        Self {
            rule,
            traces: traces.into(),
            series,
            outages: tally.outages,
            outages_missed: tally.missed,
            recoveries_announced: tally.announced,
            false_recoveries: tally.false_announced,
            false_share: share(tally.false_announced, tally.announced),
            announced_share: share(tally.announced_after_outage, tally.returns),
            added_wait_min_p50: quantile(&tally.wait_min, 0.5),
            added_wait_min_p90: quantile(&tally.wait_min, 0.9),
            detect_s_p50: quantile(&tally.detect_s, 0.5),
            signs_s_max: quantile(&tally.signs_s, 1.0),
            false_alarms: tally.false_alarms,
        }
    }

    fn print(&self) {
        let number = |value: Option<f64>| value.map_or_else(|| "–".into(), |value| format!("{value:.0}"));
        put(&format!(
            "{:15} {:9} {:5.0}% {:5} {:5.1}% {:>6} {:>6} {:>7} {:>6} {:7} {:6}",
            self.rule,
            self.recoveries_announced,
            100.0 * self.announced_share,
            self.false_recoveries,
            100.0 * self.false_share,
            number(self.added_wait_min_p50),
            number(self.added_wait_min_p90),
            number(self.detect_s_p50),
            number(self.signs_s_max),
            self.false_alarms,
            self.outages_missed,
        ));
    }
}

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// The table on each directory, or on drawn histories where none is given; then the Christmas outage.
pub(crate) fn compare(dirs: &[PathBuf], json: Option<&Path>, quick: u32) -> Outcome {
    let mut rows = Vec::new();
    for (name, histories) in sets(dirs)? {
        let row = table(&name, &histories);
        row.iter().for_each(Row::print);
        each(&histories);
        rows.extend(row);
    }
    put(&format!("\n{}", fit::ordinary()));
    christmas();
    let (ns, bytes) = calibrate::cost(quick);
    put(&format!("\none observation: {ns:.0} ns; the state of one stream: {bytes} bytes"));
    if let Some(file) = json {
        write(file, &rows)?;
    }
    Ok(())
}

/// The thresholds on quarters without an outage.
pub(crate) fn calibrate(quick: u32) {
    calibrate::run(quick);
}

/// The relapse estimator on the histories of every directory.
pub(crate) fn fit(dirs: &[PathBuf], drawing: Option<&Path>) -> Outcome {
    if dirs.is_empty() {
        return Err("watch-fit needs histories: --traces DIR".into());
    }
    let mut all = Vec::new();
    for dir in dirs {
        all.extend(input::directory(dir)?);
    }
    Ok(fit::run(&all, drawing)?)
}

fn sets(dirs: &[PathBuf]) -> Result<Vec<(String, Vec<History>)>, String> {
    if dirs.is_empty() {
        let set = |kind: &drawn::Kind| (kind.name.to_owned(), SEEDS.map(|seed| drawn::history(kind, seed)).collect());
        return Ok(drawn::KINDS.iter().map(set).collect());
    }
    dirs.iter().map(|dir| Ok((dir.display().to_string(), input::directory(dir)?))).collect()
}

fn table(name: &str, histories: &[History]) -> Vec<Row> {
    let series: Vec<_> = histories.iter().flat_map(|history| &history.series).collect();
    put(&format!("\n{name}: {} files, {} series", histories.len(), series.len()));
    put("rule            announced of all false  share  p50min p90min  detect  signs  falarms missed");
    let mut ours = Tally::default();
    series.iter().for_each(|one| ours.add(replay::ours(&FITTED, one)));
    let mut rows = vec![Row::new("tournee", name, series.len(), &ours)];
    for peer in rules::PEERS {
        let mut tally = Tally::default();
        series.iter().for_each(|one| tally.add(replay::peer(peer, one)));
        rows.push(Row::new(peer.name, name, series.len(), &tally));
    }
    rows
}

/// Ours on each file by itself: a directory can hide a bad one.
fn each(histories: &[History]) {
    put(&format!("\nours by file             {}", fit::head()));
    for history in histories {
        let mut tally = Tally::default();
        history.series.iter().for_each(|one| tally.add(replay::ours(&FITTED, one)));
        put(&format!("{:24} {}", history.name, fit::line(&tally)));
    }
}

fn christmas() {
    put("\n22 to 24 December 2025, one draw, twenty calls a minute: seconds until seen");
    put("rule            06:24 slow  16:00 signs  16:50 relapse  restored before 24 Dec 10:15");
    let number = |value: Option<u64>| value.map_or_else(|| "never".into(), |value| value.to_string());
    for line in christmas::lines(1) {
        let (slow, signs, relapse) =
            (number(line.slow_seen_s), number(line.signs_at_16_s), number(line.relapse_seen_s));
        put(&format!("{:15} {slow:>10} {signs:>12} {relapse:>14} {:>8}", line.rule, line.restored_too_early));
    }
}

#[expect(clippy::disallowed_methods, reason = "a bench writes the file that it is asked for")]
fn write(file: &Path, rows: &[Row]) -> Outcome {
    let text = serde_json::to_string_pretty(rows)?;
    std::fs::write(file, text).map_err(|error| format!("cannot write {}: {error}", file.display()).into())
}

#[expect(clippy::print_stdout, reason = "the table is what a bench is run for")]
fn put(text: &str) {
    println!("{text}");
}
