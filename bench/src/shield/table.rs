//! The table: a row for what stood between the flood and the origin.

use super::{peer::Failure, usage::Usage};
use rehearsal::{Fared, Kind, Report};
use serde::Serialize;
use std::path::Path;

/// One rehearsal and what the door took for it.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    /// What stood there.
    door: &'static str,
    /// Addresses of the flood.
    sources: u64,
    /// CPU time of the door while the innocent were counted, over the requests of the flood that it refused in that time.
    /// All its CPU time: what it passed on is in it too.
    cpu_us_per_refused: Option<f64>,
    /// The door's share of its core in that time, of a hundred.
    cpu_percent: Option<f64>,
    /// Its memory before the flood.
    rss_start_kib: Option<u64>,
    /// How much more that was in the end.
    rss_growth_kib: Option<i64>,
    /// Everything else.
    pub(super) report: Report,
}

impl Row {
    /// Of the usage before the flood, when counting began and when it ended.
    pub(super) fn new(door: &'static str, sources: u64, report: Report, usage: [Option<Usage>; 3]) -> Self {
        let [start, from, to] = usage;
        let cpu = from.zip(to).map(|(from, to)| to.cpu.saturating_sub(from.cpu));
        let refused = report.flood.refused;
        let kib = |usage: Option<Usage>| i64::try_from(usage?.rss_kib).ok();
        let rss_growth_kib = kib(to).zip(kib(start)).map(|(to, start)| to - start);
        Self {
            door,
            sources,
            cpu_us_per_refused: cpu.filter(|_| refused > 0).map(|cpu| cpu.as_secs_f64() * 1e6 / refused as f64),
            cpu_percent: cpu.map(|cpu| cpu.as_secs_f64() * 100.0 / report.counted_s),
            rss_start_kib: start.map(|start| start.rss_kib),
            rss_growth_kib,
            report,
        }
    }

    fn cells(&self) -> Vec<String> {
        let served = |kind| self.of(kind).map_or_else(none, |fared| format!("{:.1}", fared.served_percent));
        let p99 = |kind| {
            self.of(kind).filter(|fared| fared.p99_ms > 0.0).map_or_else(none, |fared| format!("{:.0}", fared.p99_ms))
        };
        let a_second = |n: u64| format!("{:.0}", n as f64 / self.report.counted_s);
        let mut cells = vec![self.door.to_owned(), self.sources.to_string()];
        cells.extend(Kind::INNOCENT.map(served));
        cells.extend([Kind::App, Kind::Browser, Kind::Anonymous].map(p99));
        cells.push(
            self.report
                .unloaded
                .iter()
                .map(|fared| fared.p99_ms)
                .reduce(f64::max)
                .map_or_else(none, |ms| format!("{ms:.0}")),
        );
        cells.push(self.report.settled_ms.map_or_else(none, |ms| format!("{ms:.0}")));
        cells.extend([self.report.flood_at_origin, self.report.flood.refused].map(a_second));
        cells.push(self.cpu_us_per_refused.map_or_else(none, |us| format!("{us:.1}")));
        cells.push(self.cpu_percent.map_or_else(none, |percent| format!("{percent:.0}")));
        cells.push(self.rss_start_kib.map_or_else(none, |kib| format!("{:.1}", kib as f64 / 1024.0)));
        cells.push(self.rss_growth_kib.map_or_else(none, |kib| format!("{:+.1}", kib as f64 / 1024.0)));
        cells
    }

    fn of(&self, kind: Kind) -> Option<&Fared> {
        self.report.loaded.iter().find(|fared| fared.kind == kind)
    }
}

fn none() -> String {
    "–".to_owned()
}

const HEADS: [&str; 19] = [
    "door",
    "sources",
    "anonymous %",
    "browser %",
    "app %",
    "scanner %",
    "feed %",
    "probe %",
    "p99 app",
    "p99 browser",
    "p99 anon.",
    "p99 alone",
    "settled ms",
    "flood at origin/s",
    "refused/s",
    "CPU µs/refused",
    "CPU %",
    "RSS MiB",
    "growth",
];

/// Prints the table in Markdown: shares are of those who asked, p99 in milliseconds of those who were served.
#[expect(clippy::print_stdout, reason = "the table is what a bench is run for")]
pub(super) fn print(rows: &[Row]) {
    println!("| {} |", HEADS.join(" | "));
    println!("|---|{}", "--:|".repeat(HEADS.len() - 1));
    for row in rows {
        println!("| {} |", row.cells().join(" | "));
    }
}

#[expect(clippy::disallowed_methods, reason = "the report goes where the caller says")]
pub(super) fn write(file: &Path, rows: &[Row], more: &[crate::measure::Row]) -> Result<(), Failure> {
    let all = serde_json::json!({ "rehearsals": rows, "more": more });
    Ok(std::fs::write(file, serde_json::to_string_pretty(&all)?)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rehearsal::{Capacity, Door, Origin, Plan, Seconds, rehearse};
    use std::time::Duration;

    /// The arithmetic of a row on a rehearsal of no length.
    #[test]
    fn a_row_is_of_the_time_that_was_counted() {
        let nothing = Seconds::at_most(0);
        let plan = Plan { unloaded: nothing, settle: nothing, counted: nothing, ..super::super::plan(256, 1) };
        let origin = Origin::start(Capacity::default(), 1, 0).expect("an origin");
        let door = Door { http1: origin.address(), http2: None, tls: None };
        let outcome = rehearse(&plan, &door, &origin, &mut |_| {}).expect("a rehearsal");
        let mut report = Report::new(plan, outcome);
        (report.counted_s, report.flood.refused, report.flood_at_origin) = (2.0, 1_000, 50);
        let at = |ms, rss_kib| Some(Usage { cpu: Duration::from_millis(ms), rss_kib });
        let row = Row::new("door", 256, report.clone(), [at(100, 2_048), at(500, 4_096), at(600, 3_072)]);
        let cells = row.cells();
        assert_eq!(cells.len(), HEADS.len());
        assert_eq!(cells[cells.len() - 6..], ["25", "500", "100.0", "5", "2.0", "+1.0"]);
        let nobody = Row::new("nothing", 256, report, [None; 3]).cells();
        assert_eq!(nobody[nobody.len() - 4..], ["–", "–", "–", "–"]);
    }
}
