//! Sets the stage: the carrier, the gateway in front of it, the shops with their keys and orders, the clocks.

use super::{Shared, board::Board, day::GatewayClock, shops::Shops};
use crate::{
    cli,
    config::Config,
    fault::Fault,
    gateway::{self, Gateway, Parts},
    key, merchant, say,
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
    orders::{SimOrder, orders},
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
use store::{Account, Scopes, SealingKey};
use tokio::time::Instant;

/// The seed of the demonstration: the same day each time.
const SEED: u64 = 22;
/// Labels asked for in each second that is shown.
const ORDERS_PER_SECOND: u64 = 9;
/// The carrier's answers in peace: short against the gateway's shortened patience, as real ones are against the real.
const LATENCY: Duration = Duration::from_millis(10);
/// How long one turn of slow and dark lasts at least, where a phase goes back and forth, so that it can be seen.
const TURN_MIN: Duration = Duration::from_secs(3);
/// What is asked for within so long of midnight goes with the next day's collection.
const BEFORE_MIDNIGHT: Duration = Duration::from_secs(9 * 3_600);

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
        let scenario = Scenario::builtin_day().map_err(|e| Fault::failed(e.to_string()))?;
        let (config, key, data) = settle(args, config)?;
        let lasts = Duration::from_secs(args.demo_seconds);
        let began = (SystemClock.now(), Instant::now());
        let timeline = scenario.compressed(lasts, began.0);
        let scenario = Arc::new(visible(scenario, &timeline));
        let clock = Arc::new(GatewayClock::new(timeline.clone(), &scenario, began.0, lasts));
        let carrier_clock = Arc::new(ScenarioClock::new(timeline.clone()));
        let carrier = carrier(&scenario, carrier_clock.clone()).await?;
        let orders = evenly(&scenario, &timeline, began.0, lasts);
        let board = Arc::new(Shared::new(Board::new(orders.len(), scenario.start)));
        let ways = ways(carrier.local_addr(), &board)?;
        let parts = Parts { config, key, clock: clock.clone(), carrier: ways, boundary: None, mail: None };
        let gateway = Gateway::of(parts).await?;
        let merchants = merchants();
        let api_keys = enrol(&gateway, &merchants).await?;
        let to_gateway = transport(gateway.addr())?;
        let shops =
            Shops { gateway: to_gateway, clock: clock.clone(), merchants, api_keys, orders, board: board.clone() };
        let shops = Arc::new(shops);
        Ok(Self { gateway, carrier, shops, board, scenario, clock, carrier_clock, timeline, began, lasts, _data: data })
    }

    /// Says where everything is, and a key for whoever wants to ask beside the shops.
    pub(super) fn tell(&self) {
        say::line(format_args!("Tournée at http://{}", self.gateway.addr()));
        say::line(format_args!("a simulated carrier at http://{}", self.carrier.local_addr()));
        if let (Some(shop), Some(key)) = (self.shops.merchants.first(), self.shops.api_keys.first()) {
            say::line(format_args!("an API key, that of {}: {key}", shop.name));
        }
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

/// The scenario as it can be seen at this speed: answers and the turns of slow and dark take visible times.
fn visible(mut scenario: Scenario, timeline: &Timeline) -> Scenario {
    scenario.baseline.latency = LATENCY;
    for phase in &mut scenario.phases {
        let Some((slow, dark)) = phase.alternate else { continue };
        let began = timeline.when(phase.at).unwrap_or(phase.at).plus(Duration::from_millis(1));
        let wanted = TURN_MIN.as_secs_f64() * timeline.pace(began);
        let stretch = (wanted / (slow + dark).as_secs_f64()).max(1.0);
        phase.alternate = Some((slow.mul_f64(stretch), dark.mul_f64(stretch)));
    }
    scenario
}

/// The day's orders, asked for at an even pace of the watch on the wall, so that something happens in every phase.
fn evenly(scenario: &Scenario, timeline: &Timeline, began: Time, lasts: Duration) -> Vec<SimOrder> {
    let count = u32::try_from(lasts.as_secs() * ORDERS_PER_SECOND).unwrap_or(u32::MAX).max(1);
    let mut orders = orders(SEED, count as usize, scenario);
    for (place, order) in (0u32..).zip(&mut orders) {
        order.at = timeline.at(began.plus(lasts.mul_f64(f64::from(place) / f64::from(count))));
        order.shipment.deposit_date = order.at.plus(BEFORE_MIDNIGHT).paris_date();
    }
    orders
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
        silence_ms_max: 500,
        canary_first_ms: 100,
        canary_every_ms: 250,
        ramp_per_second: 15.0,
        retry_share: 1.0,
        retry_per_second: 20.0,
        retry_burst: 40.0,
    };
    config.runner = runner::Settings {
        patience_ms: 900,
        late_ms: 900,
        relay_ms: 800,
        label: limits.clone(),
        tracking: limits,
        ..config.runner.clone()
    };
    // Days go by in a minute here, and the watch's own time does not.
    config.watch.hold_back = false;
    config.policy.settle_ms = 1_200;
    config.policy.backoff_first_ms = 250;
    config.policy.backoff_max_ms = 1_000;
    config.dropin.enabled = true;
    config.dropin.enrol = true;
    config.dropin.wait_ms = 1_500;
    config.shield.limits.drain_ms_max = 3_000;
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
    Ok(Transports { shipping: watched()?, tracking: watched()?, announcements: None })
}

fn transport(addr: SocketAddr) -> Result<HttpTransport, Fault> {
    let base = format!("http://{addr}").parse().unwrap_or_default();
    HttpTransport::new(base, HttpOptions::default()).map_err(|e| Fault::failed(e.to_string()))
}

/// Gives every merchant an account at the carrier and an API key here.
async fn enrol(gateway: &Gateway, merchants: &[Merchant]) -> Result<Vec<String>, Fault> {
    let mut keys = Vec::with_capacity(merchants.len());
    for one in merchants {
        let api_key = merchant::fresh_api_key(Scopes::all())?;
        let account = Account {
            id: one.id.to_string(),
            merchant: one.id.clone(),
            carrier: "colissimo".into(),
            login: Login::clone(&one.login),
            okapi_key: Some("demonstration".into()),
        };
        let shop = store::Merchant { id: one.id.clone(), name: one.name.into() };
        gateway.store().add_merchant(shop, merchant::digest(&api_key), account, SystemClock.now()).await?;
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
