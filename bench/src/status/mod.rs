//! The status page and its JSON from memory with the database stopped, beside nginx with the same bytes as files; and how
//! long a board takes to become every form.
//!
//! Both are asked in turn by the same generator (wrk) over loopback, on the same processors as the generator, with as many
//! workers. nginx keeps its files open and sends what was gzipped before, as one would set it for speed.

mod peer;
mod sample;

use crate::{Outcome, gateway, intake::runtime, load::Connection, measure::Row};
use bytes::Bytes;
use clock::{Clock as _, SystemClock};
use http::{Request, header};
use http_body_util::Full;
use notice::StatusSettings;
use peer::{Loaded, Nginx};
use server::StatusPages;
use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};
use tokio::time::Instant;

/// What is asked for, and by which name nginx has it.
const FORMS: [(&str, &str); 2] = [("/status", "status"), ("/api/v2/summary.json", "summary.json")];
const ROUNDS: usize = 3;
const ROUND_S: u64 = 6;
/// Boards that are made and published.
const BOARDS: u32 = 20;

type Failure = Box<dyn std::error::Error>;

pub(crate) fn measure(quick: u32) -> Outcome {
    let (wrk, nginx) = (peer::found("wrk", "wrk"), peer::found("nginx", "nginx-light"));
    let mut rows = rendering(quick);
    let Some(wrk) = wrk else { return Ok(rows) };
    let dir = tempfile::tempdir()?;
    runtime()?.block_on(async {
        let gateway = gateway::gateway(gateway::config(dir.path()), Arc::new(gateway::Hung)).await?;
        gateway.store().clone().close().await?;
        publish(gateway.status());
        let files = tempfile::tempdir()?;
        for (path, name) in FORMS {
            let [plain, gzip] =
                [fetch(gateway.addr(), path, "identity").await?, fetch(gateway.addr(), path, "gzip").await?];
            rows.push(Row::new("status", format!("{path}, gzipped"), gzip.len() as f64 / 1e3, "kB", 1));
            write(&files.path().join(name), &plain)?;
            write(&files.path().join(format!("{name}.gz")), &gzip)?;
        }
        let nginx = match nginx {
            Some(program) => Some(Nginx::start(&program, files.path()).await?),
            None => None,
        };
        let round = Duration::from_secs((ROUND_S / u64::from(quick)).max(1));
        for (path, name) in FORMS {
            rows.extend(beside(gateway.status(), gateway.addr(), nginx.as_ref(), (path, name), &wrk, round).await?);
        }
        Ok::<_, Failure>(())
    })?;
    Ok(rows)
}

/// Ours and the peer's in turn; of each the middle round.
async fn beside(
    pages: &StatusPages,
    ours: SocketAddr,
    nginx: Option<&Nginx>,
    (path, name): (&str, &str),
    wrk: &Path,
    round: Duration,
) -> Result<Vec<Row>, Failure> {
    let (mut own, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        // As its publisher does all the time: a board is the present for a minute.
        publish(pages);
        own.push(peer::load(wrk, ours, path, round).await?);
        if let Some(nginx) = nginx {
            theirs.push(peer::load(wrk, nginx.addr(), &format!("/{name}"), round).await?);
        }
    }
    let (own, theirs) = (middle(own), middle(theirs));
    let Some(own) = own else { return Ok(Vec::new()) };
    let row = |what: &str, unit, value: fn(&Loaded) -> f64| {
        let row = Row::new("status", format!("{path} {what}"), value(&own), unit, own.n);
        match &theirs {
            Some(theirs) => row.beside("nginx", value(theirs)),
            None => row,
        }
    };
    Ok(vec![
        row("with the database stopped", "requests/s", |one| one.per_s),
        row("p50", "ms", |one| one.p50_ms),
        row("p99", "ms", |one| one.p99_ms),
    ])
}

fn middle(mut rounds: Vec<Loaded>) -> Option<Loaded> {
    rounds.sort_by(|a, b| a.per_s.total_cmp(&b.per_s));
    let place = rounds.len() / 2;
    rounds.into_iter().nth(place)
}

/// From messages and facts to every form in both languages, gzipped: while it is the present and afterwards. The first
/// board after a start, and one with a new message ten seconds after another.
fn rendering(quick: u32) -> Vec<Row> {
    let (mut first, mut next) = (Vec::new(), Vec::new());
    for _ in 0..(BOARDS / quick).max(3) {
        let pages = StatusPages::new(StatusSettings::default(), Arc::new(SystemClock));
        let mut seen = sample::Sample::new(SystemClock.now());
        first.push(timed(|| pages.publish(&seen.board())));
        seen.one_more_message();
        next.push(timed(|| pages.publish(&seen.board())));
    }
    let what = "a board of 90 days, 20 incidents and 200 messages to every form";
    [("the first", first), ("one more message", next)]
        .into_iter()
        .flat_map(|(which, mut took)| {
            took.sort_unstable();
            let (n, ms) = (took.len() as u64, |place: usize| took[place].as_secs_f64() * 1e3);
            [
                Row::new("status", format!("{what}, {which}, p50"), ms(took.len() / 2), "ms", n),
                Row::new("status", format!("{what}, {which}, longest"), ms(took.len() - 1), "ms", n),
            ]
        })
        .collect()
}

fn timed(work: impl FnOnce()) -> Duration {
    let began = Instant::now();
    work();
    began.elapsed()
}

fn publish(pages: &StatusPages) {
    pages.publish(&sample::Sample::new(SystemClock.now()).board());
}

async fn fetch(addr: SocketAddr, path: &str, encoding: &str) -> Result<Bytes, Failure> {
    let request = Request::get(path).header(header::HOST, "localhost").header(header::ACCEPT_ENCODING, encoding);
    let mut connection = Connection::open(addr).await.map_err(|e| e.to_string())?;
    let (status, body) = connection.send(request.body(Full::default())?).await.map_err(|e| e.to_string())?;
    if status.is_success() { Ok(body) } else { Err(format!("{path}: {status}").into()) }
}

#[expect(clippy::disallowed_methods, reason = "files for the peer to serve")]
fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    std::fs::write(path, bytes)
}
