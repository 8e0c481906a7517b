//! Webhooks of a shop: signed as WooCommerce signs them, on disk before they are answered, at a rate that does not wait.
//!
//! The generator sends each at its own moment, whatever became of those before, and counts from that moment: what has to
//! wait for a connection has waited.

use crate::{
    Outcome, gateway,
    load::Connection,
    measure::{Row, Started, quantile_ms},
};
use bytes::Bytes;
use clock::{Clock, SystemClock};
use http::{Request, header};
use http_body_util::Full;
use sim::shops::{Buyers, Delivery, Options, Platform, Shop};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use store::{NewShop, OnOrder, ShopSecrets, Store};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep_until},
};

/// Webhooks per second that are offered.
const OFFERED_PER_S: u32 = 500;
/// For so long.
const SECONDS: u32 = 20;
/// Webhooks in the race for the most per second.
const RACED: u32 = 20_000;
const CONNECTIONS: usize = 32;
const SECRET: &str = "bench-webhook-secret";
const SHOP: &str = "bench-shop";

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Offers 500 a second for twenty seconds, then as many as go.
pub(crate) fn measure(quick: u32) -> Outcome {
    let (offered, raced) = ((OFFERED_PER_S * SECONDS / quick).max(500), (RACED / quick).max(500));
    let webhooks: Arc<[Delivery]> = webhooks((offered + raced) as usize)?.into();
    let dir = tempfile::tempdir()?;
    crate::intake::runtime()?.block_on(async {
        let gateway = gateway::gateway(gateway::config(dir.path()), Arc::new(gateway::Dead)).await?;
        register(gateway.store()).await?;
        let (first, last) = (0..offered as usize, offered as usize..webhooks.len());
        let every = Duration::from_secs(1) / OFFERED_PER_S;
        let took = send(gateway.addr(), &webhooks, first, Some(every)).await.map_err(|e| e.to_string())?;
        let started = Started::now();
        let n = last.len() as u64;
        send(gateway.addr(), &webhooks, last, None).await.map_err(|e| e.to_string())?;
        let spent = started.spent();
        gateway.shutdown().await?;
        let at_500 = |what: &str, share| {
            Row::new("webhooks", format!("{what}, 500/s offered"), quantile_ms(&took, share), "ms", took.len() as u64)
        };
        Ok(vec![
            at_500("signed webhooks, durable, p50", 0.5),
            at_500("… p99", 0.99),
            at_500("… the longest", 1.0),
            Row::new("webhooks", "… as many as go, 32 connections", spent.per_second(n), "/s", n).costing(&spent),
        ])
    })
}

/// What a simulated shop sends about so many orders.
fn webhooks(count: usize) -> Result<Vec<Delivery>, Box<dyn std::error::Error>> {
    let now = SystemClock.now();
    let mut shop = Shop::new(Platform::WooCommerce, Options::default(), 1);
    shop.subscribe(now, "order.created", &format!("https://bench.example/hooks/woocommerce/{SHOP}"), SECRET)?;
    for buyer in Buyers::new(1).take(count) {
        shop.place_order(now, buyer);
    }
    let due = shop.due(now.plus(Duration::from_secs(60)));
    Ok(due.into_iter().filter(|delivery| delivery.order.is_some()).take(count).collect())
}

async fn register(store: &Store) -> Result<(), store::StoreError> {
    let at = SystemClock.now();
    let new = NewShop {
        id: SHOP.into(),
        merchant: gateway::merchant(),
        account: gateway::ACCOUNT.into(),
        platform: "woocommerce".into(),
        url: String::new(),
        secrets: ShopSecrets { credentials: "{}".into(), webhook: Some(SECRET.into()) },
        on_order: OnOrder::Keep,
        settings: "{}".into(),
        read_from: at,
        at,
    };
    store.put_shop(new).await
}

/// Sends these over 32 connections, each at its moment when there is one; gives how long each took, shortest first.
async fn send(
    addr: SocketAddr,
    webhooks: &Arc<[Delivery]>,
    which: std::ops::Range<usize>,
    every: Option<Duration>,
) -> Result<Vec<Duration>, Failure> {
    let next = Arc::new(AtomicUsize::new(which.start));
    let began = Instant::now();
    let mut all = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let (next, webhooks, which) = (Arc::clone(&next), Arc::clone(webhooks), which.clone());
        all.spawn(async move {
            let mut connection = Connection::open(addr).await?;
            let mut took = Vec::new();
            loop {
                let place = next.fetch_add(1, Ordering::Relaxed);
                let Some(webhook) = webhooks.get(place).filter(|_| which.contains(&place)) else {
                    return Ok::<_, Failure>(took);
                };
                let nth = u32::try_from(place - which.start)?;
                let moment = every.map_or_else(Instant::now, |every| began + every * nth);
                sleep_until(moment).await;
                let (status, body) = connection.send(request(webhook)?).await?;
                if !status.is_success() {
                    return Err(format!("{status}: {}", String::from_utf8_lossy(&body)).into());
                }
                took.push(moment.elapsed());
            }
        });
    }
    let mut took = Vec::new();
    while let Some(connection) = all.join_next().await {
        took.extend(connection??);
    }
    took.sort_unstable();
    Ok(took)
}

fn request(webhook: &Delivery) -> Result<Request<Full<Bytes>>, http::Error> {
    let asked = webhook.request.clone();
    let mut request = Request::builder().method(asked.method).uri(asked.path_and_query);
    for (name, value) in asked.headers.into_iter().filter(|(name, _)| *name != header::HOST) {
        request = request.header(name, value);
    }
    request.header(header::HOST, "localhost").body(Full::from(asked.body))
}
