//! Sets the stage: the carrier, the gateway in front of it, the shops with their keys and orders, the clocks.

use super::{Shared, board::Board, day::GatewayClock, shops::Shops};
use crate::{
    cli,
    config::Config,
    fault::Fault,
    gateway::{self, Gateway, Parts},
    key, merchant,
    sim_carrier::ScenarioClock,
};
use carriers::{
    Exchange, OnSent, Request, Transport,
    http::{HttpOptions, HttpTransport},
};
use clock::{Clock, SystemClock, Time};
use dispatch::Limits;
use parcel::Login;
use runner::Transports;
use sim::{
    carrier::{Carrier, Contracts, Options, SharedCarrier},
    merchants::{Merchant, merchants},
    orders::orders,
    scenario::Scenario,
    timeline::Timeline,
    wire::{Setup, WireServer},
};
use std::{
    net::{Ipv4Addr, SocketAddr},
    pin::Pin,
    sync::Arc,
    time::Duration,
};
use store::{Account, SealingKey};
use tokio::time::Instant;

/// The seed of the demonstration: the same day each time.
const SEED: u64 = 22;
/// Labels asked for in each second that is shown.
const ORDERS_PER_SECOND: u64 = 9;

/// Everything that plays.
pub(super) struct Stage {
    pub(super) gateway: Gateway,
    pub(super) carrier: WireServer,
    pub(super) shops: Arc<Shops>,
    pub(super) board: Arc<Shared>,
    pub(super) scenario: Arc<Scenario>,
    /// The clock of the gateway and its shops.
    pub(super) clock: Arc<GatewayClock>,
    /// The clock of the carrier.
    pub(super) carrier_clock: Arc<ScenarioClock>,
    timeline: Timeline,
    began: (Time, Instant),
    lasts: Duration,
    /// Removed when dropped.
    _data: Option<tempfile::TempDir>,
}

impl Stage {
    /// Sets everything up and starts the day.
    ///
    /// # Errors
    /// When the data directory is used, or an address cannot be listened on.
    pub(super) async fn set(args: &cli::Serve, config: Config) -> Result<Self, Fault> {
        let scenario = Arc::new(Scenario::builtin_day().map_err(|e| Fault::failed(e.to_string()))?);
        let (config, key, data) = settle(args, config)?;
        let lasts = Duration::from_secs(args.demo_seconds);
        let began = (SystemClock.now(), Instant::now());
        let timeline = scenario.compressed(lasts, began.0);
        let clock = Arc::new(GatewayClock::new(timeline.clone(), &scenario, began.0, lasts));
        let carrier_clock = Arc::new(ScenarioClock::new(timeline.clone()));
        let carrier = carrier(&scenario, carrier_clock.clone()).await?;
        let wanted = usize::try_from(args.demo_seconds * ORDERS_PER_SECOND).unwrap_or(usize::MAX);
        let orders = orders(SEED, wanted, &scenario);
        let board = Arc::new(Shared::new(Board::new(orders.len(), scenario.start)));
        let parts = Parts { config, key, clock: clock.clone(), carrier: ways(carrier.local_addr(), &board)? };
        let gateway = Gateway::of(parts).await?;
        let merchants = merchants();
        let api_keys = enrol(&gateway, &merchants).await?;
        let to_gateway = transport(gateway.addr())?;
        let shops =
            Shops { gateway: to_gateway, clock: clock.clone(), merchants, api_keys, orders, board: board.clone() };
        let shops = Arc::new(shops);
        Ok(Self { gateway, carrier, shops, board, scenario, clock, carrier_clock, timeline, began, lasts, _data: data })
    }

    /// When each order is asked for, latest first.
    pub(super) fn due_times(&self) -> Vec<(Instant, usize)> {
        let real = |at: Time| self.timeline.when(at).unwrap_or(self.began.0).since(self.began.0);
        let all = self.shops.orders.iter().enumerate();
        let mut due: Vec<_> = all.map(|(wish, order)| (self.began.1 + real(order.at), wish)).collect();
        due.sort_by(|one, other| other.cmp(one));
        due
    }

    /// When the day is over.
    pub(super) fn ends_at(&self) -> Instant {
        self.began.1 + self.lasts
    }
}

/// The configuration of a demonstration: short waits, so that what takes minutes is seen in seconds.
fn settle(args: &cli::Serve, mut config: Config) -> Result<(Config, SealingKey, Option<tempfile::TempDir>), Fault> {
    if args.listen.is_none() && !gateway::is_free(config.listen) {
        config.listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    }
    short_waits(&mut config);
    if args.place.data.is_none() {
        let dir = tempfile::tempdir()
            .map_err(|e| Fault::cant_create(format!("cannot make a temporary directory: {e}; set TMPDIR")))?;
        config.data = dir.path().to_owned();
        return Ok((config, SealingKey::generate()?, Some(dir)));
    }
    if config.data.join("tournee.db").exists() {
        return Err(Fault::usage(format!(
            "{} holds data already, and a demonstration begins anew: give it an empty directory, or leave --data out",
            config.data.display()
        )));
    }
    let key = key::find_or_make(&config)?.key;
    Ok((config, key, None))
}

fn short_waits(config: &mut Config) {
    let limits = Limits {
        in_flight_max: 32,
        per_second_max: 60.0,
        failures_to_dark: 3,
        silence_ms_max: 700,
        canary_every_ms: 500,
        ramp_per_second: 15.0,
        retry_share: 1.0,
        retry_per_second: 20.0,
        retry_burst: 40.0,
    };
    config.runner = runner::Settings {
        patience_ms: 1_200,
        late_ms: 1_300,
        relay_ms: 800,
        label: limits.clone(),
        tracking: limits,
        ..config.runner.clone()
    };
    config.policy.settle_ms = 1_600;
    config.policy.backoff_first_ms = 250;
    config.policy.backoff_max_ms = 1_000;
    config.dropin.enabled = true;
    config.dropin.enrol = true;
    config.dropin.wait_ms = 1_500;
    config.server.drain_ms_max = 3_000;
}

async fn carrier(scenario: &Arc<Scenario>, clock: Arc<dyn Clock>) -> Result<WireServer, Fault> {
    let options = Options { seed: SEED, contracts: Contracts::of(&merchants()), ..Options::default() };
    let carrier = SharedCarrier::new(Carrier::new(Arc::clone(scenario), options));
    let setup = Setup { carrier, clock, on_exchange: None };
    let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    WireServer::start(any_port, setup).await.map_err(|e| Fault::unavailable(e.to_string()))
}

/// The ways to the carrier, on which every call is timed for the board.
fn ways(addr: SocketAddr, board: &Arc<Shared>) -> Result<Transports, Fault> {
    let watched = || Ok::<_, Fault>(Arc::new(Watched { way: transport(addr)?, board: Arc::clone(board) }));
    Ok(Transports { shipping: watched()?, tracking: watched()? })
}

fn transport(addr: SocketAddr) -> Result<HttpTransport, Fault> {
    let base = format!("http://{addr}").parse().unwrap_or_default();
    HttpTransport::new(base, HttpOptions::default()).map_err(|e| Fault::failed(e.to_string()))
}

/// Gives every merchant an account at the carrier and an API key here.
async fn enrol(gateway: &Gateway, merchants: &[Merchant]) -> Result<Vec<String>, Fault> {
    let mut keys = Vec::with_capacity(merchants.len());
    for one in merchants {
        let api_key = merchant::fresh_api_key()?;
        let account = Account {
            id: one.id.to_string(),
            merchant: one.id.clone(),
            carrier: "colissimo".into(),
            login: Login::clone(&one.login),
            okapi_key: Some("demonstration".into()),
        };
        let shop = store::Merchant { id: one.id.clone(), name: one.name.into() };
        gateway.store().add_merchant(shop, merchant::digest(&api_key), account).await?;
        keys.push(api_key.to_string());
    }
    Ok(keys)
}

/// A way to the carrier that tells the board how long each call took.
struct Watched {
    way: HttpTransport,
    board: Arc<Shared>,
}

impl Transport for Watched {
    fn exchange(
        &self,
        request: Request,
        deadline: Duration,
        on_sent: OnSent,
    ) -> Pin<Box<dyn Future<Output = Exchange> + Send + '_>> {
        Box::pin(async move {
            let exchange = self.way.exchange(request, deadline, on_sent).await;
            self.board.board().called(exchange.elapsed);
            exchange
        })
    }
}
