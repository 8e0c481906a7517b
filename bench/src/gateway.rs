//! Gateways and carriers to measure, each on a loopback socket and a directory of its own.

use carriers::{Broken, Exchange, OnSent, Reached, Request, Transport};
use clock::{Clock, SystemClock};
use parcel::{Login, MerchantId};
use sha2::{Digest, Sha256};
use sim::{
    carrier::{Carrier, Options, Points, SharedCarrier},
    scenario::{Baseline, Scenario},
    wire::{Setup, WireServer},
};
use std::{
    net::{Ipv4Addr, SocketAddr},
    pin::Pin,
    sync::Arc,
    time::Duration,
};
use store::{Account, Merchant, SealingKey, Store, StoreError};
use tournee::{
    Config, Gateway,
    gateway::{Parts, transports},
};

pub(crate) const API_KEY: &str = "tk_bench";
pub(crate) const ACCOUNT: &str = "bench";
const KEY: [u8; 32] = [9; 32];

pub(crate) fn merchant() -> MerchantId {
    ACCOUNT.parse().unwrap_or_else(|_| unreachable!("a good id"))
}

pub(crate) fn sealing_key() -> SealingKey {
    SealingKey::from_bytes(KEY)
}

/// Makes the merchant that everything is asked for.
pub(crate) async fn enrol(store: &Store) -> Result<(), StoreError> {
    let login = Login::Contract { number: "964744".into(), password: "simulated".into() };
    let account =
        Account { id: ACCOUNT.into(), merchant: merchant(), carrier: "colissimo".into(), login, okapi_key: None };
    let bench = Merchant { id: merchant(), name: "bench".into() };
    store.add_merchant(bench, Sha256::digest(API_KEY).into(), account, SystemClock.now()).await
}

/// A configuration that keeps nothing back for a carrier's sake: the bench measures us, not our manners.
pub(crate) fn config(dir: &std::path::Path) -> Config {
    let mut config = Config { listen: loopback(), data: dir.to_owned(), ..Config::default() };
    config.runner.label.per_second_max = 1e6;
    config.runner.label.in_flight_max = 256;
    config.server.rate_per_s = 0;
    config
}

/// A gateway in front of a carrier that follows this transport.
pub(crate) async fn gateway(
    config: Config,
    carrier: Arc<dyn Transport>,
) -> Result<Gateway, Box<dyn std::error::Error>> {
    gateway_by_mail(config, carrier, None).await
}

/// The same, with this way for mail.
pub(crate) async fn gateway_by_mail(
    config: Config,
    carrier: Arc<dyn Transport>,
    mail: Option<Arc<dyn channels::Channel>>,
) -> Result<Gateway, Box<dyn std::error::Error>> {
    let carrier = runner::Transports { shipping: Arc::clone(&carrier), tracking: carrier, announcements: None };
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let gateway = Gateway::of(Parts { config, key: sealing_key(), clock, carrier, boundary: None, mail }).await?;
    enrol(gateway.store()).await?;
    Ok(gateway)
}

/// The way to a simulated carrier on a socket.
pub(crate) fn to_carrier(
    config: &mut Config,
    carrier: &WireServer,
) -> Result<Arc<dyn Transport>, Box<dyn std::error::Error>> {
    let url = format!("http://{}", carrier.local_addr());
    config.carrier.colissimo.shipping_url = url.parse()?;
    config.carrier.colissimo.tracking_url = url.parse()?;
    Ok(transports(&config.carrier.colissimo)?.shipping)
}

/// A simulated carrier that is well and takes this long to answer.
pub(crate) async fn carrier(
    latency: Duration,
    line_ends: carriers::colissimo::LineEnds,
) -> Result<WireServer, sim::wire::WireError> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let calm = Scenario::calm(clock.now(), Baseline { latency, ..Baseline::default() });
    let options = Options { points: Points::Any, line_ends, ..Options::default() };
    let carrier = SharedCarrier::new(Carrier::new(Arc::new(calm), options));
    WireServer::start(loopback(), Setup { carrier, clock, on_exchange: None }).await
}

pub(crate) fn loopback() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, 0))
}

/// A carrier that cannot be reached: what is taken in stays in hand.
pub(crate) struct Dead;

impl Transport for Dead {
    fn exchange(&self, _: Request, _: Duration, _: OnSent) -> Pin<Box<dyn Future<Output = Exchange> + Send + '_>> {
        let result = Err(Broken::NoConnection);
        Box::pin(async { Exchange { reached: Reached::Nothing, kept: false, elapsed: Duration::ZERO, result } })
    }
}

/// A carrier that takes every request and never answers.
pub(crate) struct Hung;

impl Transport for Hung {
    fn exchange(
        &self,
        _: Request,
        deadline: Duration,
        sent: OnSent,
    ) -> Pin<Box<dyn Future<Output = Exchange> + Send + '_>> {
        sent();
        Box::pin(async move {
            let _ = tokio::time::timeout(deadline, std::future::pending::<()>()).await;
            Exchange { reached: Reached::WholeRequest, kept: false, elapsed: deadline, result: Err(Broken::TimedOut) }
        })
    }
}
