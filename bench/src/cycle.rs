//! Whole label cycles: asked over HTTP, written down, asked of the carrier over a socket, written down, answered.

use crate::{
    Outcome, gateway,
    intake::runtime,
    karrio, load,
    measure::{Row, Started, quantile_ms, say},
};
use carriers::colissimo::LineEnds;
use http::StatusCode;
use std::time::Duration;

/// Ours with 64 connections beside Karrio's SDK, which asks the same simulated carrier directly and keeps nothing.
pub(crate) fn measure(quick: u32) -> Outcome {
    let n = 20_000 / u64::from(quick);
    let runtime = runtime()?;
    let dir = tempfile::tempdir()?;
    let (spent, took) = runtime.block_on(async {
        let carrier = gateway::carrier(Duration::ZERO, LineEnds::Crlf).await?;
        let mut config = gateway::config(dir.path());
        let to_carrier = gateway::to_carrier(&mut config, &carrier)?;
        let gateway = gateway::gateway(config, to_carrier).await?;
        let started = Started::now();
        let took = load::orders(gateway.addr(), 64, n, 30, StatusCode::CREATED).await.map_err(|e| e.to_string())?;
        let spent = started.spent();
        gateway.shutdown().await?;
        carrier.shutdown().await;
        Ok::<_, Box<dyn std::error::Error>>((spent, took))
    })?;
    let mut ours =
        Row::new("cycle", "whole label cycles, 64 connections", spent.per_second(n), "/s", n).costing(&spent);
    match karrio_alone(&runtime, 1_000 / u64::from(quick)) {
        Ok(theirs) => ours = ours.beside("Karrio's Colissimo SDK, no durability", theirs),
        Err(why) => say(&format!("skipped: Karrio beside it, because {why}")),
    }
    Ok(vec![ours, Row::new("cycle", "their p99", quantile_ms(&took, 0.99), "ms", n)])
}

fn karrio_alone(runtime: &tokio::runtime::Runtime, n: u64) -> Result<f64, Box<dyn std::error::Error>> {
    let carrier = runtime.block_on(gateway::carrier(Duration::ZERO, LineEnds::Lf))?;
    let rate = karrio::labels_per_second(carrier.local_addr(), n);
    runtime.block_on(carrier.shutdown());
    rate
}
