//! A million open intents: how long the start takes and how much memory it holds, in a process of its own.

use crate::{
    Outcome, gateway,
    intake::{self, runtime},
    measure::{self, Row, say},
};
use serde::{Deserialize, Serialize};
use std::{path::Path, process::Command, sync::Arc};
use store::{Options, Store};
use tokio::time::Instant;

#[derive(Serialize, Deserialize)]
struct Found {
    start_s: f64,
    rss_mib: f64,
    peak_mib: f64,
}

/// Fills a store, then starts a gateway on it in a fresh process and asks that process for its figures.
pub(crate) fn measure(quick: u32) -> Outcome {
    let n = 1_000_000 / u64::from(quick);
    let dir = tempfile::tempdir()?;
    say(&format!("memory: taking in {n} intents first"));
    runtime()?.block_on(async {
        let store = Store::open(Options::dir(dir.path(), gateway::sealing_key()))?;
        gateway::enrol(&store).await?;
        intake::accept(&store, n).await?;
        store.close().await?;
        Ok::<_, Box<dyn std::error::Error>>(())
    })?;
    let output = Command::new(std::env::current_exe()?).args(["memory", "--memory-dir"]).arg(dir.path()).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    let found: Found = serde_json::from_slice(&output.stdout)?;
    Ok(vec![
        Row::new("memory", format!("start with {n} open intents"), found.start_s, "s", n),
        Row::new("memory", "memory after a first turn at them", found.rss_mib, "MiB", n),
        Row::new("memory", "its peak", found.peak_mib, "MiB", n),
    ])
}

/// The fresh process: starts on the directory, answers one request, says what it holds.
#[expect(clippy::print_stdout, reason = "the figures go to the process that asked")]
pub(crate) fn child(dir: &Path) -> Result<(), Box<dyn std::error::Error>> {
    runtime()?.block_on(async {
        let began = Instant::now();
        let config = gateway::config(dir);
        let carrier = runner::Transports {
            shipping: Arc::new(gateway::Dead),
            tracking: Arc::new(gateway::Dead),
            announcements: None,
        };
        let clock: Arc<dyn clock::Clock> = Arc::new(clock::SystemClock);
        let parts =
            tournee::gateway::Parts { config, key: gateway::sealing_key(), clock, carrier, boundary: None, mail: None };
        let gateway = tournee::Gateway::of(parts).await?;
        let start_s = began.elapsed().as_secs_f64();
        crate::load::orders(gateway.addr(), 8, 1_000, 0, http::StatusCode::ACCEPTED)
            .await
            .map_err(|e| e.to_string())?;
        let mib = |key| measure::status_kib(key).unwrap_or(0) as f64 / 1024.0;
        let found = Found { start_s, rss_mib: mib("VmRSS"), peak_mib: mib("VmHWM") };
        gateway.shutdown().await?;
        println!("{}", serde_json::to_string(&found)?);
        Ok(())
    })
}
