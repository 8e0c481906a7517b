//! What we add to a label when the carrier takes 50 ms: the time of the whole request less that of the carrier's call.

use crate::{
    Outcome, gateway,
    intake::runtime,
    load,
    measure::{Row, quantile_ms},
};
use carriers::{Exchange, OnSent, Request, Transport, colissimo::LineEnds};
use std::{
    collections::HashMap,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{task::JoinSet, time::Instant};

const CONNECTIONS: u64 = 8;

/// Remembers how long each order's call took, as the caller of the transport sees it.
struct Timed {
    carrier: Arc<dyn Transport>,
    took: Mutex<HashMap<String, Duration>>,
}

impl Transport for Timed {
    fn exchange(
        &self,
        request: Request,
        deadline: Duration,
        sent: OnSent,
    ) -> Pin<Box<dyn Future<Output = Exchange> + Send + '_>> {
        Box::pin(async move {
            let order = order_number(&request.body);
            let began = Instant::now();
            let exchange = self.carrier.exchange(request, deadline, sent).await;
            self.took.lock().unwrap_or_else(PoisonError::into_inner).insert(order, began.elapsed());
            exchange
        })
    }
}

fn order_number(body: &[u8]) -> String {
    let body: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    body.pointer("/letter/service/orderNumber").and_then(|n| n.as_str()).unwrap_or_default().to_owned()
}

/// Eight connections, as many calls at the carrier.
pub(crate) fn measure(quick: u32) -> Outcome {
    let n = 2_000 / u64::from(quick);
    let dir = tempfile::tempdir()?;
    let (ours, carriers) = runtime()?.block_on(async {
        let carrier = gateway::carrier(Duration::from_millis(50), LineEnds::Crlf).await?;
        let mut config = gateway::config(dir.path());
        let inner = gateway::to_carrier(&mut config, &carrier)?;
        let timed = Arc::new(Timed { carrier: inner, took: Mutex::default() });
        let gateway = gateway::gateway(config, timed.clone()).await?;
        let whole = timed_orders(gateway.addr(), n).await.map_err(|e| e.to_string())?;
        gateway.shutdown().await?;
        carrier.shutdown().await;
        let calls = std::mem::take(&mut *timed.took.lock().unwrap_or_else(PoisonError::into_inner));
        Ok::<_, Box<dyn std::error::Error>>((whole, calls))
    })?;
    let mut added: Vec<Duration> =
        ours.iter().filter_map(|(order, whole)| Some(whole.saturating_sub(*carriers.get(order)?))).collect();
    added.sort_unstable();
    let mut calls: Vec<Duration> = carriers.into_values().collect();
    calls.sort_unstable();
    let mut whole: Vec<Duration> = ours.into_iter().map(|(_, took)| took).collect();
    whole.sort_unstable();
    let row = |share: f64, name: &str| {
        let label = Row::new("overhead", format!("a label through us, {name}"), quantile_ms(&whole, share), "ms", n);
        let alone = Row::new("overhead", format!("what we add, {name}"), quantile_ms(&added, share), "ms", n);
        [label.beside("the carrier's call alone", quantile_ms(&calls, share)), alone]
    };
    Ok([row(0.5, "p50"), row(0.99, "p99")].concat())
}

async fn timed_orders(
    addr: std::net::SocketAddr,
    n: u64,
) -> Result<Vec<(String, Duration)>, Box<dyn std::error::Error + Send + Sync>> {
    let mut all = JoinSet::new();
    for lane in 0..CONNECTIONS {
        all.spawn(async move {
            let mut connection = load::Connection::open(addr).await?;
            let mut took = Vec::new();
            for place in (lane..n).step_by(8) {
                let request = load::order(place, 30)?;
                let began = Instant::now();
                connection.send(request).await?;
                took.push((format!("B-{place:09}"), began.elapsed()));
            }
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(took)
        });
    }
    let mut took = Vec::new();
    while let Some(lane) = all.join_next().await {
        took.extend(lane??);
    }
    Ok(took)
}
