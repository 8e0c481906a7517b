//! A gateway in this process: store, runner and listener, wired in the order in which they need each other, and taken
//! down in the opposite one.
//!
//! Holds the tasks of the runner and the listener. Whoever has the [`Gateway`] decides when it ends; a gateway that is
//! dropped without [`Gateway::shutdown`] loses nothing that was acknowledged, but leaves calls in the middle, which
//! the next start takes for unknown.

use crate::{
    config::{Colissimo, Config, Shops as ShopsSection, Webhooks},
    fault::Fault,
    telling::{Telling, TellingMetrics},
};
use carriers::{
    colissimo::pickup::PickupCall,
    http::{HttpOptions, HttpTransport},
};
use channels::webhook::Sender;
use clock::{Clock, SystemClock};
use edge::{Counts, Guard};
use prometheus_client::registry::Registry;
use runner::{Dial, HookMetrics, Hooks, Keeper, Runner, ShopMetrics, Shops, Transports};
use server::{AppState, KnownKeys, KnownNumbers, StatusPages};
use std::{
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};
use store::{BoundaryHook, SealingKey, Store};
use tokio::{sync::oneshot, task::JoinHandle, time::Instant};

/// How long the numbers at the door are good before they are gathered anew.
const NUMBERS_KEPT_FOR: Duration = Duration::from_secs(24 * 3_600);
/// How often it is looked whether they are to be gathered anew.
const NUMBERS_LOOK: Duration = Duration::from_secs(60);

/// However long the listener took to drain, calls under way at the carrier get this long to end.
const CALLS_GRACE_MIN: Duration = Duration::from_secs(1);

/// The running gateway.
pub struct Gateway {
    addr: SocketAddr,
    store: Store,
    runner: Runner,
    status: Arc<StatusPages>,
    guard: Guard,
    keeper: Keeper,
    hooks: Hooks,
    shops: Shops,
    telling: Telling,
    stop: oneshot::Sender<()>,
    listener: JoinHandle<()>,
    drain: Duration,
}

/// What a gateway is made of; [`Parts::new`] has the machine's clock and the configured carrier.
pub struct Parts {
    /// The configuration.
    pub config: Config,
    /// The key under which the carrier accounts are sealed.
    pub key: SealingKey,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// The ways to the carrier.
    pub carrier: Transports,
    /// Called around each commit of the store; for crash tests.
    pub boundary: Option<BoundaryHook>,
    /// The way for mail in the place of the configured one; for measurements.
    pub mail: Option<Arc<dyn channels::Channel>>,
}

impl Parts {
    /// The parts that this configuration asks for.
    ///
    /// # Errors
    /// When the extra certificates of the configuration cannot be read.
    pub fn new(config: Config, key: SealingKey) -> Result<Self, Fault> {
        let announcements = config.local.announcer()?;
        let carrier = Transports { announcements, ..transports(&config.carrier.colissimo)? };
        Ok(Self { config, key, clock: Arc::new(SystemClock), carrier, boundary: None, mail: None })
    }
}

impl Gateway {
    /// Opens the store, takes up what the last process left, and listens.
    ///
    /// # Errors
    /// When the data directory is in use, unreadable or of another key, or the address cannot be listened on.
    pub async fn start(config: Config, key: SealingKey) -> Result<Self, Fault> {
        Self::of(Parts::new(config, key)?).await
    }

    /// As [`Gateway::start`], from parts.
    ///
    /// # Errors
    /// Those of [`Gateway::start`].
    pub async fn of(parts: Parts) -> Result<Self, Fault> {
        let Parts { config, key, clock, carrier, boundary, mail } = parts;
        let mut settings = config.server.settings(&config.dropin);
        settings.desk = config.desk.settings();
        let store = open(&config, key.clone(), boundary)?;
        let listener = edge::bind(config.listen, 0, &config.shield.limits).map_err(cannot_listen)?;
        let addr = listener.local_addr();
        let known = known_keys(&store).await?;
        let numbers = Arc::new(KnownNumbers::new(Arc::new(chance)));
        let status = Arc::new(StatusPages::new(status_settings(&config), Arc::clone(&clock)));
        let guard = crate::shield::guard(&config, &key, (Arc::clone(&known), Arc::clone(&numbers)), &status, &clock)?;
        let mut registry = Registry::default();
        guard.register(&mut registry);
        let counts = door_counts(&mut registry);
        let metrics = runner::Metrics::register(&mut registry);
        let (sender, told) = (webhook_sender(&config.webhooks)?, HookMetrics::register(&mut registry));
        let sending = config.webhooks.settings();
        let (local, points) = (config.local.settings(), config.pickup.settings());
        let watch = config.watch.settings();
        let pace = runner::Settings { local, points, watch, ..config.runner.clone() };
        let policy = config.policy.policy();
        let runner = Runner::start(store.clone(), carrier, Arc::clone(&clock), pace, policy, metrics).await?;
        let keeper = Keeper::start(store.clone(), Arc::clone(&clock), config.keep.keep());
        let (clock_of_hooks, random) = (Arc::clone(&clock), Arc::new(chance));
        let hooks = Hooks::start(store.clone(), sender.clone(), clock_of_hooks, sending, random, told);
        let (dial, at_shops) = (dial(&config.shops)?, ShopMetrics::register(&mut registry));
        let (clock_of_shops, random) = (Arc::clone(&clock), Arc::new(chance));
        let shops = Shops::start(
            store.clone(),
            runner.points(),
            dial,
            clock_of_shops,
            config.shops.settings(),
            random,
            at_shops,
        );
        let (lookout, of_telling) = (runner.lookout(), TellingMetrics::register(&mut registry));
        let telling = Telling::start(&config, &store, &clock, (&lookout, &sender, mail), &status, of_telling).await?;
        let app = server::app(AppState {
            store: store.clone(),
            clock,
            webhooks: Some(sender),
            carrier: Arc::new(Relay(runner.relay())),
            watch: runner.lookout().shared(),
            status: Arc::clone(&status),
            known,
            subscribing: Some(telling.subscribing()),
            settings: settings.clone(),
            random: Arc::new(chance),
            registry: Arc::new(Mutex::new(registry)),
        });
        let drain = Duration::from_millis(config.shield.limits.drain_ms_max);
        let gathering = gather_numbers(numbers, store.clone());
        let (stop, listener) = listen(listener, app, guard.clone(), counts, gathering);
        runner.lookout().probe_ourselves_by(Arc::new(to_ourselves(addr)?));
        Ok(Self { addr, store, runner, status, guard, keeper, hooks, shops, telling, stop, listener, drain })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Its store.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Its status page, to be published to.
    pub fn status(&self) -> &Arc<StatusPages> {
        &self.status
    }

    /// The guard of its door.
    pub fn guard(&self) -> &Guard {
        &self.guard
    }

    /// How the carrier's label service looks to it.
    pub fn health(&self) -> dispatch::Health {
        self.runner.health()
    }

    /// Stops accepting, lets what is under way end within the grace period, and closes the store.
    ///
    /// # Errors
    /// When the store cannot be closed in order; what was acknowledged is on disk all the same.
    pub async fn shutdown(self) -> Result<(), Fault> {
        let end = Instant::now() + self.drain;
        drop(self.stop);
        // The listener bounds its own drain; it ends badly only by a panic, which was said when it happened.
        let _ = self.listener.await;
        let rest = end.saturating_duration_since(Instant::now()).max(CALLS_GRACE_MIN);
        self.keeper.stop().await;
        tokio::join!(
            self.runner.shutdown(rest),
            self.hooks.shutdown(rest),
            self.shops.shutdown(rest),
            self.telling.shutdown(rest)
        );
        Ok(self.store.close().await?)
    }
}

/// How the status page is: who has a trouble is led to the form of the desk, where nothing else is set and there is one.
fn status_settings(config: &Config) -> notice::StatusSettings {
    let mut status = config.status.clone();
    if status.report_url.is_empty() && config.desk.settings().form {
        status.report_url = format!("{}/status/help", status.url.trim_end_matches('/'));
    }
    status
}

/// The keys that are good now, so that their owners come first from the first request on.
async fn known_keys(store: &Store) -> Result<Arc<KnownKeys>, Fault> {
    let known = KnownKeys::default();
    for (digest, key) in store.live_api_keys().await? {
        known.learn(digest, &key);
    }
    Ok(Arc::new(known))
}

pub(crate) fn door_counts(registry: &mut Registry) -> Arc<Counts> {
    let counts = Arc::<Counts>::default();
    registry.register_collector(Box::new(edge::Metrics(Arc::clone(&counts))));
    counts
}

/// The way to where we listen ourselves.
fn to_ourselves(addr: SocketAddr) -> Result<HttpTransport, Fault> {
    let ip = match addr.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    let base = format!("http://{}", SocketAddr::new(ip, addr.port())).parse().unwrap_or_default();
    let options = HttpOptions { idle_max: 1, ..HttpOptions::default() };
    HttpTransport::new(base, options).map_err(|e| Fault::failed(e.to_string()))
}

fn open(config: &Config, key: SealingKey, boundary: Option<BoundaryHook>) -> Result<Store, Fault> {
    let mut options = store::Options { boundary, ..store::Options::dir(&config.data, key) };
    options.policy = config.policy.policy();
    Store::open(options).map_err(|e| in_place(e, &config.data))
}

/// The fault of a store that does not open, with its place.
pub(crate) fn in_place(e: store::StoreError, data: &Path) -> Fault {
    let mut fault = Fault::from(e);
    let place = data.display().to_string();
    if !fault.message.contains(&place) {
        fault.message = format!("{place}: {}", fault.message);
    }
    fault
}

/// The ways to Colissimo.
///
/// # Errors
/// When the extra certificates cannot be read.
pub fn transports(colissimo: &Colissimo) -> Result<Transports, Fault> {
    let roots_pem = colissimo.extra_roots_pem.as_deref();
    let roots_pem = roots_pem.map(|path| read_pem("carrier.colissimo.extra_roots_pem", path)).transpose()?;
    let options =
        HttpOptions { connect: Duration::from_millis(colissimo.connect_ms), roots_pem, ..HttpOptions::default() };
    let to = |url: &crate::config::BaseUrl| {
        HttpTransport::new(url.uri(), options.clone()).map_err(|e| Fault::usage(format!("carrier.colissimo: {e}")))
    };
    Ok(Transports {
        shipping: Arc::new(to(&colissimo.shipping_url)?),
        tracking: Arc::new(to(&colissimo.tracking_url)?),
        announcements: None,
    })
}

#[expect(clippy::disallowed_methods, reason = "certificates are configuration, not data")]
fn read_pem(key: &str, path: &Path) -> Result<String, Fault> {
    std::fs::read_to_string(path)
        .map_err(|e| Fault::usage(format!("cannot read {key} {}: {e}; give the right path", path.display())))
}

fn webhook_sender(webhooks: &Webhooks) -> Result<Sender, Fault> {
    let roots_pem = webhooks.extra_roots_pem.as_deref();
    let roots_pem = roots_pem.map(|path| read_pem("webhooks.extra_roots_pem", path)).transpose()?;
    Sender::new(webhooks.options(roots_pem)).map_err(|e| Fault::usage(format!("webhooks.extra_roots_pem: {e}")))
}

/// The ways to shops: over HTTP, each with connections of its own.
///
/// # Errors
/// When the extra certificates cannot be read.
pub(crate) fn dial(shops: &ShopsSection) -> Result<Dial, Fault> {
    let roots_pem = shops.extra_roots_pem.as_deref();
    let roots_pem = roots_pem.map(|path| read_pem("shops.extra_roots_pem", path)).transpose()?;
    let options = HttpOptions { idle_max: 4, roots_pem, ..HttpOptions::default() };
    Ok(Arc::new(move |base: &http::Uri| {
        let made = HttpTransport::new(base.clone(), options.clone()).map_err(|e| e.to_string())?;
        Ok(Arc::new(made) as Arc<dyn carriers::Transport>)
    }))
}

/// Whether this address can be listened on now.
#[expect(clippy::disallowed_methods, reason = "a probe that lets the address go at once")]
pub(crate) fn is_free(addr: SocketAddr) -> bool {
    std::net::TcpListener::bind(addr).is_ok()
}

pub(crate) fn cannot_listen(e: std::io::Error) -> Fault {
    Fault::unavailable(format!("{e} (--listen, or `listen` in the configuration)"))
}

/// Serves in a task of its own until the sender is dropped.
#[expect(clippy::disallowed_methods, reason = "the wiring starts the listener")]
fn listen(
    listener: edge::Listener,
    app: axum::Router,
    guard: Guard,
    counts: Arc<Counts>,
    gathering: impl Future<Output = Infallible> + Send + 'static,
) -> (oneshot::Sender<()>, JoinHandle<()>) {
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = async move {
        let told = async { drop(stopped.await) };
        let served = tokio::select! {
            served = guard.serve(listener, server::behind(app), counts, told) => served,
            never = gathering => match never {},
        };
        if let Err(error) = served {
            tracing::error!(%error, "the door could not be opened");
        }
    };
    (stop, tokio::spawn(serving))
}

/// Gathers the numbers at the door: at the start, again each day, since what was taken out of the store is held until then,
/// and whenever there are more than there is room for. It lasts as long as the door, and only reads.
async fn gather_numbers(numbers: Arc<KnownNumbers>, store: Store) -> Infallible {
    let mut gathered: Option<Instant> = None;
    loop {
        if gathered.is_none_or(|at| at.elapsed() >= NUMBERS_KEPT_FOR) || !numbers.are_sure() {
            match numbers.gather(&store).await {
                Ok(count) => {
                    gathered = Some(Instant::now());
                    tracing::info!(count, "the door knows which numbers exist");
                }
                Err(error) => tracing::warn!(%error, "the door does not know which numbers exist; it is tried again"),
            }
        }
        tokio::time::sleep(NUMBERS_LOOK).await;
    }
}

/// The system's chance. Where it fails after it has worked, ids collide and the store refuses them: nothing is lost.
pub(crate) fn chance(bytes: &mut [u8]) {
    if let Err(error) = getrandom::fill(bytes) {
        tracing::error!(%error, "the system gives no random bytes");
    }
}

/// The runner's door as the listener wants it.
struct Relay(runner::Relay);

impl server::Carrier for Relay {
    fn relay(&self, request: carriers::Request) -> server::BoxFuture<'_, carriers::Exchange> {
        Box::pin(self.0.relay(request))
    }

    fn pickup(&self, call: PickupCall) -> server::BoxFuture<'_, server::PickupFound> {
        Box::pin(self.0.pickup(call))
    }

    fn points(&self) -> server::Points {
        self.0.points().directory()
    }

    fn print_locally<'a>(
        &'a self,
        merchant: &'a parcel::MerchantId,
        id: parcel::ShipmentId,
    ) -> server::BoxFuture<'a, server::LocalLabel> {
        Box::pin(self.0.print_locally(merchant, id))
    }

    fn health(&self) -> dispatch::Health {
        self.0.health()
    }
}
