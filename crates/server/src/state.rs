//! What every handler shares: the doors to the rest of the house, and a few small caches.
//!
//! Nothing here asks the machine for time or chance: both come through [`AppState`], so that a simulation drives
//! the whole of it. What is kept in memory can be lost at any moment without harm.

use crate::{
    api::health::Reporters,
    auth::KeyCache,
    carrier::Carrier,
    desk::Desk,
    dropin::Enrolled,
    listen::KnownKeys,
    metrics::Metrics,
    rate::Rates,
    settings::ServerSettings,
    shop_hooks::Doors,
    status::StatusPages,
    subscribe::{Asked, Subscribing},
};
use carriers::colissimo::LineEnds;
use channels::webhook::Sender;
use clock::{Clock, Time};
use parcel::{BatchId, MerchantId, ShipmentId};
use prometheus_client::registry::Registry;
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU8, Ordering},
};
use store::{AccountId, ApiKey, Store};
use tokio::sync::Semaphore;

/// Batches that are read at once, at most: each holds a few megabytes.
const BATCHES_COUNT_MAX: usize = 8;

/// A source of chance: fills the slice.
pub type Random = Arc<dyn Fn(&mut [u8]) + Send + Sync>;

/// Metrics of the whole process; each room registers its own.
pub type SharedRegistry = Arc<Mutex<Registry>>;

/// The watch over the carriers, as the runner keeps it.
pub type SharedWatch = Arc<Mutex<watch::Watch>>;

/// What the listener needs from the rest of the house.
#[derive(Clone)]
pub struct AppState {
    /// Where shipments are kept.
    pub store: Store,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// The carrier, for calls that are passed on.
    pub carrier: Arc<dyn Carrier>,
    /// How the carriers are: read here, and told what users report.
    pub watch: SharedWatch,
    /// What sends webhooks, for checks of their URLs and for test messages; none where nobody is to be told.
    pub webhooks: Option<Sender>,
    /// The status page, rendered ahead.
    pub status: Arc<StatusPages>,
    /// The good keys that the door knows.
    pub known: Arc<KnownKeys>,
    /// What subscribing needs; none where nobody can subscribe.
    pub subscribing: Option<Arc<Subscribing>>,
    /// What the operator set.
    pub settings: ServerSettings,
    /// Chance, for ids and boundaries.
    pub random: Random,
    /// Where the listener registers its metrics, and what `/metrics` shows.
    pub registry: SharedRegistry,
}

/// Who asks: a merchant, and the account at the carrier that its shipments go to.
#[derive(Debug)]
pub(crate) struct Caller {
    pub(crate) merchant: MerchantId,
    pub(crate) account: AccountId,
    /// The API key it was known by; none at the carrier-compatible endpoints, where the carrier's login is the right.
    pub(crate) key: Option<ApiKey>,
}

/// [`AppState`] and what the handlers keep in memory.
pub(crate) struct App {
    pub(crate) store: Store,
    pub(crate) carrier: Arc<dyn Carrier>,
    pub(crate) watch: SharedWatch,
    /// Who has reported a trouble lately.
    pub(crate) reporters: Reporters,
    pub(crate) webhooks: Option<Sender>,
    pub(crate) status: Arc<StatusPages>,
    pub(crate) known: Arc<KnownKeys>,
    pub(crate) subscribing: Option<Arc<Subscribing>>,
    /// Who has asked to subscribe lately.
    pub(crate) asked: Asked,
    pub(crate) settings: ServerSettings,
    pub(crate) metrics: Metrics,
    pub(crate) registry: SharedRegistry,
    pub(crate) keys: KeyCache,
    pub(crate) rates: Rates,
    pub(crate) enrolled: Enrolled,
    /// Shops whose webhooks came a moment ago.
    pub(crate) doors: Doors,
    /// What the support desk keeps in memory.
    pub(crate) desk: Desk,
    /// Places for batches that are being read.
    pub(crate) batches: Semaphore,
    clock: Arc<dyn Clock>,
    random: Random,
    last_line_ends: AtomicU8,
}

/// The state as handlers hold it.
pub(crate) type Shared = Arc<App>;

impl App {
    /// Takes the outside in and registers the listener's metrics.
    pub(crate) fn new(outside: AppState) -> Shared {
        let AppState { store, clock, carrier, watch, webhooks, status, known, subscribing, settings, random, registry } =
            outside;
        let metrics = {
            let mut registry = registry.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let help = "Requests for a form of the status page, answered from memory";
            registry.register("tournee_status_requests", help, status.served());
            Metrics::register(&mut registry)
        };
        let keys = KeyCache::new(settings.key_cache_time);
        let rates = Rates::new(&settings);
        let enrolled = Enrolled::new(settings.dropin.accounts_count_max);
        let doors = Doors::new(settings.key_cache_time);
        let last_line_ends = AtomicU8::new(0);
        let batches = Semaphore::new(BATCHES_COUNT_MAX);
        Arc::new(Self {
            store,
            carrier,
            watch,
            reporters: Reporters::default(),
            webhooks,
            status,
            known,
            subscribing,
            asked: Asked::default(),
            settings,
            metrics,
            registry,
            keys,
            rates,
            enrolled,
            doors,
            desk: Desk::default(),
            batches,
            clock,
            random,
            last_line_ends,
        })
    }

    /// The time now.
    pub(crate) fn now(&self) -> Time {
        self.clock.now()
    }

    /// A fresh id for a shipment that comes in at this time.
    pub(crate) fn new_id(&self, at: Time) -> ShipmentId {
        ShipmentId::new(u64::try_from(at.unix_ms()).unwrap_or(0), self.chance())
    }

    /// A fresh id for a batch that comes in at this time.
    pub(crate) fn new_batch_id(&self, at: Time) -> BatchId {
        BatchId::new(u64::try_from(at.unix_ms()).unwrap_or(0), self.chance())
    }

    /// The name of a boundary between the parts of one answer.
    pub(crate) fn new_boundary(&self) -> String {
        uuid::Builder::from_random_bytes(self.chance()).into_uuid().to_string()
    }

    /// A fresh id for a webhook endpoint.
    pub(crate) fn new_hook_id(&self) -> String {
        format!("hook_{:016x}", u64::from_be_bytes(self.chance()))
    }

    /// A fresh id for a test message.
    pub(crate) fn new_ping_id(&self) -> String {
        format!("ping_{:016x}", u64::from_be_bytes(self.chance()))
    }

    /// So many bytes of chance.
    pub(crate) fn chance<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        (self.random)(&mut bytes);
        bytes
    }

    /// Remembers the line ends of an answer of the carrier, for those who mirror them.
    pub(crate) fn saw_line_ends(&self, ends: LineEnds) {
        let code = match ends {
            LineEnds::Crlf => 1,
            LineEnds::Lf => 2,
        };
        self.last_line_ends.store(code, Ordering::Relaxed);
    }

    /// The line ends of multipart answers, where the path does not say.
    pub(crate) fn line_ends(&self) -> LineEnds {
        let last = match self.last_line_ends.load(Ordering::Relaxed) {
            1 => Some(LineEnds::Crlf),
            2 => Some(LineEnds::Lf),
            _ => None,
        };
        self.settings.dropin.line_ends.resolve(last)
    }
}
