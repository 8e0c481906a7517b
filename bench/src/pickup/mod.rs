//! Pickup points near a place: the directory in process, beside SQLite's R*Tree asked for the same with the same answers.

mod rtree;
mod world;

use crate::{
    Outcome, gateway,
    measure::{Row, Started, quantile_ms, say},
};
use parcel::PickupPointId;
use pickup::{Directory, Known, Query};
use std::{hint::black_box, time::Duration};
use store::{Options, Store};
use tokio::time::Instant;

/// Points of the whole of France.
const POINTS: u32 = 40_000;
/// Searches in process, and as many of them as SQLite is asked.
const SEARCHES: u32 = 400_000;
const COMPARED: u32 = 4_000;

/// Loads the points, searches on one core, and asks SQLite for a part of the same.
pub(crate) fn measure(quick: u32) -> Outcome {
    let (searches, compared) = (SEARCHES / quick, (COMPARED / quick).max(100));
    let first = Started::now();
    let places = pickup::places::all().count() as u64;
    let read = first.spent();
    let points = world::points(POINTS);
    let queries = world::queries(searches.max(compared));
    let sqlite = rtree::Points::load(&points)?;
    let from_disk = from_disk(&points)?;
    let started = Started::now();
    let directory = Directory::from_known(points);
    let loaded = started.spent();

    let ours = Timed::of(&queries, |query| Ok(black_box(directory.search(query)).len()))?;
    let mut answers = Vec::new();
    let theirs = Timed::of(queries.get(..compared as usize).unwrap_or_default(), |query| {
        answers.push(sqlite.search(query)?);
        Ok(answers.last().map_or(0, Vec::len))
    })?;
    compare(&directory, &queries, &answers)?;
    say(&format!("pickup: {} answers are the same ids in the same order", answers.len()));

    let row = |what: &str, value, unit, n: usize| Row::new("pickup", what, value, unit, n as u64);
    let peer = "SQLite R*Tree in memory, the box doubled until it has 20";
    let ms = |spent: Duration| spent.as_secs_f64() * 1e3;
    Ok(vec![
        row("searches for 20 of 40,000 points, one core", ours.per_second(), "/s", queries.len())
            .beside(peer, theirs.per_second()),
        row("… median", ours.quantile_us(0.5), "µs", queries.len()).beside(peer, theirs.quantile_us(0.5)),
        row("… 99 of 100 within", ours.quantile_us(0.99), "µs", queries.len()).beside(peer, theirs.quantile_us(0.99)),
        row("… the longest", ours.quantile_us(1.0), "µs", queries.len()).beside(peer, theirs.quantile_us(1.0)),
        row("directory from 40,000 points", ms(loaded.wall), "ms", POINTS as usize).beside(peer, ms(sqlite.loaded_in)),
        row("… read from the store on disk, all in all", ms(from_disk), "ms", POINTS as usize),
        Row::new("pickup", "the list of communes read at the first question", ms(read.wall), "ms", places),
    ])
}

/// How long it takes until the directory of a store on disk can be asked.
fn from_disk(points: &[Known]) -> Result<Duration, Box<dyn std::error::Error>> {
    let dir = tempfile::tempdir()?;
    let open = || Store::open(Options::dir(dir.path(), gateway::sealing_key()));
    crate::intake::runtime()?.block_on(async {
        let store = open()?;
        for page in points.chunks(1_000) {
            store.keep_points(page.to_vec()).await?;
        }
        store.close().await?;
        let store = open()?;
        let started = Started::now();
        let directory = Directory::from_known(store.points().await?);
        let spent = started.spent().wall;
        store.close().await?;
        if directory.len() < points.len() { Err("points are missing on disk".into()) } else { Ok(spent) }
    })
}

fn compare(directory: &Directory, queries: &[Query], answers: &[Vec<PickupPointId>]) -> Result<(), String> {
    for (query, theirs) in queries.iter().zip(answers) {
        let ours: Vec<PickupPointId> = directory.search(query).iter().map(|found| found.known.point.id).collect();
        if ours != *theirs {
            return Err(format!("the answers differ: ours {ours:?}, SQLite's {theirs:?}, to {query:?}"));
        }
    }
    Ok(())
}

/// How long each of many searches took.
struct Timed {
    /// The shortest first.
    each: Vec<Duration>,
    all: Duration,
}

impl Timed {
    fn of(
        queries: &[Query],
        mut search: impl FnMut(&Query) -> Result<usize, Box<dyn std::error::Error>>,
    ) -> Result<Self, Box<dyn std::error::Error>> {
        let mut each = Vec::with_capacity(queries.len());
        let (began, mut found) = (Instant::now(), 0);
        for query in queries {
            let asked = Instant::now();
            found += search(query)?;
            each.push(asked.elapsed());
        }
        let all = began.elapsed();
        each.sort_unstable();
        if found == 0 {
            return Err("nothing was found: what was measured is no search".into());
        }
        Ok(Self { each, all })
    }

    fn per_second(&self) -> f64 {
        self.each.len() as f64 / self.all.as_secs_f64()
    }

    fn quantile_us(&self, share: f64) -> f64 {
        quantile_ms(&self.each, share) * 1e3
    }
}
