//! A batch of rows in one request, beside the same rows one by one: acknowledged means on disk, either way.

use crate::{
    Outcome,
    gateway::{self, API_KEY},
    intake,
    load::{self, Connection},
    measure::{Row, Spent, Started},
};
use bytes::Bytes;
use http::{Request, StatusCode, header};
use http_body_util::Full;
use std::sync::Arc;

const ROWS: u64 = 10_000;
const CONNECTIONS: u32 = 64;
const COLUMNS: &str = "order_number,product,deposit_date,weight_g,sender.last_name,sender.street,sender.postal_code,\
    sender.city,sender.country,last_name,street,postal_code,city,country\n";

type Failure = Box<dyn std::error::Error>;

/// The time that a batch takes in each form, beside as many single requests in the same run.
pub(crate) fn measure(quick: u32) -> Outcome {
    let n = (ROWS / u64::from(quick)).max(1);
    let runtime = intake::runtime()?;
    let singles = runtime.block_on(one_by_one(n))?;
    let csv: String = std::iter::once(COLUMNS.to_owned()).chain((0..n).map(cells)).collect();
    let ndjson: String = (0..n).map(|place| format!("{}\n", load::body(place))).collect();
    let mut rows = Vec::new();
    for (form, kind, body) in [("CSV", "text/csv", csv), ("NDJSON", "application/x-ndjson", ndjson)] {
        let spent = runtime.block_on(at_once(n, kind, body))?;
        let row = Row::new("batch", format!("{n} rows durable, one batch of {form}"), spent.wall.as_secs_f64(), "s", n);
        let peer = format!("as many single POSTs, {CONNECTIONS} connections");
        rows.push(row.beside(peer, singles.wall.as_secs_f64()).costing(&spent));
    }
    Ok(rows)
}

async fn one_by_one(n: u64) -> Result<Spent, Failure> {
    let dir = tempfile::tempdir()?;
    let gateway = gateway::gateway(gateway::config(dir.path()), Arc::new(gateway::Dead)).await?;
    let started = Started::now();
    let sent = load::orders(gateway.addr(), CONNECTIONS, n, 0, StatusCode::ACCEPTED).await;
    sent.map_err(|e| e.to_string())?;
    let spent = started.spent();
    gateway.shutdown().await?;
    Ok(spent)
}

async fn at_once(n: u64, kind: &str, body: String) -> Result<Spent, Failure> {
    let dir = tempfile::tempdir()?;
    let gateway = gateway::gateway(gateway::config(dir.path()), Arc::new(gateway::Dead)).await?;
    let mut connection = Connection::open(gateway.addr()).await.map_err(|e| e.to_string())?;
    let request = Request::post("/v1/batches")
        .header(header::HOST, "localhost")
        .header(header::AUTHORIZATION, format!("Bearer {API_KEY}"))
        .header(header::CONTENT_TYPE, kind)
        .header("idempotency-key", "bench")
        .body(Full::from(body))?;
    let started = Started::now();
    let (status, answer) = connection.send(request).await.map_err(|e| e.to_string())?;
    let spent = started.spent();
    all_taken_in(n, status, &answer)?;
    drop(connection);
    gateway.shutdown().await?;
    Ok(spent)
}

fn all_taken_in(n: u64, status: StatusCode, answer: &Bytes) -> Result<(), Failure> {
    let batch: serde_json::Value = serde_json::from_slice(answer)?;
    if status == StatusCode::OK && batch["accepted"] == n {
        return Ok(());
    }
    Err(format!("{status} instead of {n} rows accepted: {}", String::from_utf8_lossy(answer)).into())
}

/// The row of this order as CSV: what [`load::body`] says in JSON.
fn cells(place: u64) -> String {
    let address = |name: &str| format!("{name},12 rue des Lilas,63000,Clermont-Ferrand,FR");
    format!("B-{place:09},DOM,2099-01-04,750,{},{}\n", address("Expéditeur"), address("Destinataire"))
}
