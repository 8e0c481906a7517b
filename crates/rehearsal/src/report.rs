//! The page about a rehearsal, and the same as JSON.

use crate::{
    mark::Kind,
    rehearse::{Outcome, Plan},
    tally::{Fared, Flooded},
};
use serde::Serialize;
use std::fmt::Write;

/// What was rehearsed and what came of it.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// What was rehearsed.
    pub plan: Plan,
    /// How the innocent fared without the flood.
    pub unloaded: Vec<Fared>,
    /// How they fared beside it.
    pub loaded: Vec<Fared>,
    /// What came of the flood.
    pub flood: Flooded,
    /// Requests of the flood that reached the origin.
    pub flood_at_origin: u64,
    /// Requests of the innocent that reached the origin.
    pub innocents_at_origin: u64,
    /// Milliseconds after the flood's first request at which the last request with a key came that was not served within twice its time
    /// alone; 0 when none fared so, none when none came.
    pub settled_ms: Option<f64>,
    /// Over how many seconds this was counted.
    pub counted_s: f64,
    /// Somebody ended it early.
    pub interrupted: bool,
}

impl Report {
    /// The report of this outcome.
    pub fn new(plan: Plan, outcome: Outcome) -> Self {
        let Outcome { unloaded, loaded, flood, reached, took, settled, interrupted } = outcome;
        let innocents_at_origin = Kind::INNOCENT.into_iter().map(|kind| reached.of(kind)).sum();
        let (flood_at_origin, counted_s) = (reached.of(Kind::Flood), took.as_secs_f64());
        let settled_ms = settled.map(|settled| settled.as_secs_f64() * 1e3);
        Self { plan, unloaded, loaded, flood, flood_at_origin, innocents_at_origin, settled_ms, counted_s, interrupted }
    }

    /// Of a hundred requests of these kinds beside the flood, how many were served.
    pub fn served_percent(&self, kinds: &[Kind]) -> f64 {
        let of = self.loaded.iter().filter(|fared| kinds.contains(&fared.kind));
        let (asked, served) =
            of.fold((0, 0), |(asked, served), fared| (asked + fared.asked, served + fared.right + fared.stale));
        if asked == 0 { 0.0 } else { served as f64 * 100.0 / asked as f64 }
    }

    /// One page in Markdown.
    pub fn page(&self) -> String {
        let mut page = String::from("# Rehearsal\n\n");
        if self.interrupted {
            page.push_str("Ended early: what follows is what there was until then.\n\n");
        }
        let _ = write!(page, "{}\n\n{}\n{}\n{}", self.what(), self.innocents(), self.flooded(), LIMITS);
        page
    }

    fn what(&self) -> String {
        let (flood, crowd) = (&self.plan.flood, &self.plan.crowd);
        format!(
            "A flood from {} addresses: {} connections that ask and wait, {} that are slow, at most {} requests a second, \
             {} on a connection. Beside it {:.0} requests of the innocent a second, who wait {} ms at most; {} of a hundred \
             people share an address with the flood. Alone for {} s; counted for {:.1} s, from {} s after the flood began. \
             Seed {}.",
            flood.sources,
            flood.connections,
            flood.slow,
            flood.per_s,
            flood.per_connection,
            crowd.per_s,
            crowd.patience_ms,
            crowd.shared_percent,
            self.plan.unloaded,
            self.counted_s,
            self.plan.settle,
            self.plan.seed,
        )
    }

    fn innocents(&self) -> String {
        let mut table = String::from(
            "## The innocent\n\n\
             | who | asked | served % | of them from memory | refused | other answer | no answer | challenged | p50 ms | p99 ms | p99 ms alone |\n\
             |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n",
        );
        for fared in &self.loaded {
            let alone = self.unloaded.iter().find(|alone| alone.kind == fared.kind);
            let _ = writeln!(
                table,
                "| {} | {} | {:.1} | {} | {} | {} | {} | {} | {:.0} | {:.0} | {} |",
                fared.kind.as_str(),
                fared.asked,
                fared.served_percent,
                fared.stale,
                fared.refused,
                fared.wrong,
                fared.nothing,
                fared.challenged,
                fared.p50_ms,
                fared.p99_ms,
                alone.map_or_else(|| "–".to_owned(), |alone| format!("{:.0}", alone.p99_ms)),
            );
        }
        if let Some(ms) = self.settled_ms {
            let _ = writeln!(
                table,
                "\nOf those with a key the last that was not served within twice its time alone came {ms:.0} ms after the flood's \
                 first request.",
            );
        }
        table
    }

    fn flooded(&self) -> String {
        let Flooded { sent, passed, kept, refused, cut, opened, slow_opened, slow_closed, slow_held } = self.flood;
        format!(
            "## The flood\n\n\
             {sent} requests on {opened} new connections: {passed} answered by the origin, {kept} from memory, {refused} \
             refused, {cut} cut or left without an answer. {slow_opened} slow connections opened, {slow_closed} closed by \
             the door, {slow_held} held in the end. The origin saw {} requests of the flood and {} of the innocent.\n",
            self.flood_at_origin, self.innocents_at_origin,
        )
    }
}

/// What this page can't say.
const LIMITS: &str = "\
## What this does not show

- Generator, origin and door share one machine: ratios between doors hold, times in milliseconds are this machine's.
- The flood is HTTP over TCP from loopback addresses. SYN floods and a full link are not in it, HTTP/3 neither.
- The shapes are those on record; the rates and user agents of the archived attacks are not.
- Times are of those who were served. Who was not served waited up to the patience above.
";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Connections, Crowd, Flood, Keys, Requests, Seconds, Sources};
    use std::time::Duration;

    fn fared(kind: Kind, asked: u64, right: u64, stale: u64) -> Fared {
        let served_percent = (right + stale) as f64 * 100.0 / asked as f64;
        Fared {
            kind,
            asked,
            right,
            stale,
            refused: 0,
            wrong: 0,
            nothing: 0,
            challenged: 0,
            served_percent,
            p50_ms: 21.0,
            p99_ms: 35.0,
        }
    }

    fn report() -> Report {
        let flood = Flood {
            sources: Sources::at_most(1_000),
            connections: Connections::at_most(2_000),
            slow: Connections::at_most(500),
            per_s: 8_000,
            per_connection: 50,
            requests: Requests::at_most(1_000_000),
            lasts: Seconds::at_most(60),
        };
        let crowd = Crowd { per_s: 160.0, shared_percent: 10, patience_ms: 2_000, keys: Keys::default() };
        let [unloaded, settle, counted] = [2, 2, 8].map(Seconds::at_most);
        let plan = Plan { seed: 1, flood, crowd, unloaded, settle, counted };
        let outcome = Outcome {
            unloaded: vec![fared(Kind::App, 10, 10, 0)],
            loaded: vec![fared(Kind::App, 200, 100, 50), fared(Kind::Feed, 100, 0, 0)],
            flood: Flooded { refused: 77, ..Flooded::default() },
            reached: crate::Reached::default(),
            took: Duration::from_millis(8_400),
            settled: Some(Duration::from_millis(40)),
            interrupted: false,
        };
        Report::new(plan, outcome)
    }

    #[test]
    fn the_share_served_is_of_all_who_asked() {
        let report = report();
        let near = |kinds: &[Kind], expected: f64| assert!((report.served_percent(kinds) - expected).abs() < 1e-9);
        near(&[Kind::App], 75.0);
        near(&[Kind::App, Kind::Feed], 50.0);
        near(&[Kind::Probe], 0.0);
    }

    #[test]
    fn the_page_says_how_everybody_fared() {
        let page = report().page();
        assert!(page.contains("| app | 200 | 75.0 | 50 | 0 | 0 | 0 | 0 | 21 | 35 | 35 |"), "{page}");
        assert!(page.contains("| feed | 100 | 0.0 | 0 | 0 | 0 | 0 | 0 | 21 | 35 | – |"), "{page}");
        assert!(page.contains("77 refused") && page.contains(" came 40 ms after"), "{page}");
        assert!(!page.contains("Ended early"));
        let early = Report { interrupted: true, ..report() };
        assert!(early.page().contains("Ended early"));
    }
}
