//! Reads while carrier calls hang: every one answers, as fast as before.

use crate::{
    Outcome, gateway,
    intake::runtime,
    load::{self, Connection},
    measure::{Row, quantile_ms},
};
use std::{sync::Arc, time::Duration};
use tokio::time::Instant;

/// What a client of such a service gives a read before it counts as timed out.
const READ_TIMEOUT: Duration = Duration::from_secs(1);
const HUNG_CALLS: u64 = 8;

/// Reads of a shipment with nothing under way, then while eight calls hang and eight clients wait for them.
pub(crate) fn measure(quick: u32) -> Outcome {
    let n = 20_000 / u64::from(quick);
    let dir = tempfile::tempdir()?;
    let (calm, hung, timed_out) = runtime()?.block_on(async {
        let gateway = gateway::gateway(gateway::config(dir.path()), Arc::new(gateway::Hung)).await?;
        let found = reads(gateway.addr(), n).await.map_err(|e| e.to_string())?;
        gateway.store().close().await?;
        Ok::<_, Box<dyn std::error::Error>>(found)
    })?;
    let row = |share: f64, name: &str| {
        let what = format!("a read while {HUNG_CALLS} carrier calls hang, {name}");
        Row::new("hang", what, quantile_ms(&hung, share), "ms", n)
            .beside("the same with none under way", quantile_ms(&calm, share))
    };
    let lost = Row::new("hang", "reads that took over a second meanwhile", timed_out as f64, "reads", n);
    Ok(vec![row(0.5, "p50"), row(0.99, "p99"), lost])
}

type Reads = (Vec<Duration>, Vec<Duration>, usize);

async fn reads(addr: std::net::SocketAddr, n: u64) -> Result<Reads, Box<dyn std::error::Error + Send + Sync>> {
    let mut connection = Connection::open(addr).await?;
    let unknown = "019b4000-0000-7000-8000-000000000000";
    let calm = read_many(&mut connection, unknown, n).await?;
    let mut waiting = Vec::new();
    let mut id = unknown.to_owned();
    for place in 0..HUNG_CALLS {
        let mut client = Connection::open(addr).await?;
        let (_, body) = client.send(load::order(place, 0)?).await?;
        let body: serde_json::Value = serde_json::from_slice(&body)?;
        id = body["id"].as_str().unwrap_or_default().to_owned();
        #[expect(clippy::disallowed_methods, reason = "a client that waits")]
        waiting.push(tokio::spawn(async move { client.send(load::order(place, 60)?).await }));
    }
    let hung = read_many(&mut connection, &id, n).await?;
    waiting.iter().for_each(tokio::task::JoinHandle::abort);
    let timed_out = hung.iter().filter(|took| **took > READ_TIMEOUT).count();
    Ok((calm, hung, timed_out))
}

async fn read_many(
    connection: &mut Connection,
    id: &str,
    n: u64,
) -> Result<Vec<Duration>, Box<dyn std::error::Error + Send + Sync>> {
    let mut took = Vec::new();
    for _ in 0..n {
        let began = Instant::now();
        connection.send(load::see(id)?).await?;
        took.push(began.elapsed());
    }
    took.sort_unstable();
    Ok(took)
}
