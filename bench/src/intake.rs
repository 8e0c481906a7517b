//! Durable intakes: acknowledged means on disk, in process with 64 callers and over HTTP.

use crate::{
    Outcome, gateway, load,
    measure::{Row, Started},
    raw_sqlite,
};
use clock::{Clock, SystemClock};
use dispatch::{Fact, Via};
use http::StatusCode;
use parcel::{
    Address, AddressFields, DeliveryMode, LabelFormat, Letter, Product, Shipment, ShipmentId, ShipmentParts, Weight,
};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use store::{Key, KeyScope, NewIntent, NewPickup, Options, Store};
use tokio::task::JoinSet;

const CALLERS: u64 = 64;

/// 64 callers in this process, each waiting for its acknowledgement before the next; beside raw SQLite.
pub(crate) fn in_process(quick: u32) -> Outcome {
    let n = 200_000 / u64::from(quick);
    let dir = tempfile::tempdir()?;
    let payload = serde_json::to_string(&Fact::Accepted {
        merchant: gateway::merchant(),
        shipment: Box::new(shipment(1)?),
        via: Via::Api,
    })?;
    let started = Started::now();
    raw_sqlite::insert(dir.path(), &payload, n / 10, 1)?;
    let single = started.spent().per_second(n / 10);
    let started = Started::now();
    raw_sqlite::insert(dir.path(), &payload, n, CALLERS)?;
    let grouped = started.spent().per_second(n);
    let spent = runtime()?.block_on(accept_many(dir.path(), n))?;
    let row = |peer: &str, value| {
        let ours = Row::new("intake", "durable intakes, in process, 64 callers", spent.per_second(n), "/s", n);
        ours.beside(peer, value).costing(&spent)
    };
    Ok(vec![row("raw SQLite, 64 rows a commit", grouped), row("raw SQLite, a row a commit", single)])
}

async fn accept_many(dir: &std::path::Path, n: u64) -> Result<crate::measure::Spent, Box<dyn std::error::Error>> {
    let store = Store::open(Options::dir(dir.join("ours"), gateway::sealing_key()))?;
    gateway::enrol(&store).await?;
    let started = Started::now();
    accept(&store, n).await?;
    let spent = started.spent();
    store.close().await?;
    Ok(spent)
}

/// Takes `n` orders in, from 64 tasks.
pub(crate) async fn accept(store: &Store, n: u64) -> Result<(), Box<dyn std::error::Error>> {
    let next = Arc::new(AtomicU64::new(0));
    let mut callers = JoinSet::new();
    for _ in 0..CALLERS {
        let (store, next) = (store.clone(), Arc::clone(&next));
        callers.spawn(async move {
            loop {
                let place = next.fetch_add(1, Ordering::Relaxed);
                if place >= n {
                    return Ok::<_, Box<dyn std::error::Error + Send + Sync>>(());
                }
                store.accept(intent(place)?).await?;
            }
        });
    }
    while let Some(caller) = callers.join_next().await {
        caller?.map_err(|e| e.to_string())?;
    }
    Ok(())
}

fn intent(place: u64) -> Result<NewIntent, parcel::Invalid> {
    let at = SystemClock.now();
    let mut digest = [0; 16];
    digest[..8].copy_from_slice(&place.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes());
    let mut random = [0; 10];
    random[..8].copy_from_slice(&digest[..8]);
    Ok(NewIntent {
        id: ShipmentId::new(u64::try_from(at.unix_ms()).unwrap_or(0), random),
        merchant: gateway::merchant(),
        account: gateway::ACCOUNT.into(),
        shipment: shipment(place)?,
        via: Via::Api,
        key: Some(Key { scope: KeyScope::Idempotency, digest, body: digest }),
        pickup: NewPickup::default(),
        at,
    })
}

fn shipment(place: u64) -> Result<Shipment, parcel::Invalid> {
    let address = Address::parse(AddressFields {
        last_name: Some("Destinataire".into()),
        street: Some("12 rue des Lilas".into()),
        postal_code: Some("63000".into()),
        city: Some("Clermont-Ferrand".into()),
        ..AddressFields::default()
    })?;
    let parts = ShipmentParts {
        sender: address.clone(),
        addressee: address,
        commercial_name: None,
        insurance: None,
        instructions: None,
        non_machinable: false,
        undeliverable: None,
        customs: None,
    };
    Ok(Shipment {
        order_number: Some(format!("B-{place:09}").parse()?),
        parcel_ref: None,
        parcel_number: None,
        product: Product::Dom,
        mode: DeliveryMode::Home,
        deposit_date: SystemClock.now().paris_date(),
        weight: Weight::from_grams(750)?,
        format: LabelFormat::PDF_10X15,
        letter: Letter::Parts(Box::new(parts)),
    })
}

/// 64 connections, generator and server on the same cores, the carrier out of reach.
pub(crate) fn over_http(quick: u32) -> Outcome {
    let n = 100_000 / u64::from(quick);
    let dir = tempfile::tempdir()?;
    let spent = runtime()?.block_on(async {
        let gateway = gateway::gateway(gateway::config(dir.path()), Arc::new(gateway::Dead)).await?;
        let started = Started::now();
        let took = load::orders(gateway.addr(), 64, n, 0, StatusCode::ACCEPTED).await.map_err(|e| e.to_string())?;
        let spent = started.spent();
        gateway.shutdown().await?;
        Ok::<_, Box<dyn std::error::Error>>((spent, took))
    })?;
    let (spent, took) = spent;
    let rate =
        Row::new("http", "durable intakes over HTTP, 64 connections", spent.per_second(n), "/s", n).costing(&spent);
    let p99 = Row::new("http", "their p99", crate::measure::quantile_ms(&took, 0.99), "ms", n);
    Ok(vec![rate, p99])
}

pub(crate) fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()
}
