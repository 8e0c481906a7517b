//! The gateway under simulation: the rooms wired as in the binary, with a store in memory and a seeded source of ids.

use super::{Plan, local};
use crate::{
    dice::Dice,
    merchants::{Merchant, merchants},
    transport::{SimClock, SimTransport},
};
use axum::Router;
use carriers::{Transport, announce::Announcer, colissimo::pickup::PickupCall};
use clock::{Clock, Time};
use dispatch::{InTheDark, Policy, Stamped};
use parcel::{MerchantId, ShipmentId};
use runner::{Metrics, Runner, Settings, Transports};
use sha2::{Digest, Sha256};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use store::{Account, LocalWish, NewRange, Options, SealingKey, Store, StoreError};

/// Which stream of the seed's chance the gateway's ids are drawn from.
const IDS_STREAM: u64 = 9;
/// How many facts are read from the journal at once.
const FACTS_PAGE: usize = 10_000;
/// How often it is looked whether all is announced, in simulated time.
const ANNOUNCE_LOOK: Duration = Duration::from_secs(300);

pub(super) struct Gateway {
    door: Door,
    store: Store,
    _runner: Runner,
}

/// What a client holds: the router, the merchants, the clock.
#[derive(Clone)]
pub(super) struct Door {
    pub(super) app: Router,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) merchants: Arc<[Merchant]>,
}

impl Gateway {
    pub(super) async fn open(
        plan: &Plan,
        transport: Arc<SimTransport<SimClock>>,
        clock: SimClock,
    ) -> Result<Self, StoreError> {
        let store = Store::open(Options::memory(SealingKey::from_bytes([7; 32])))?;
        let merchants: Arc<[Merchant]> = merchants().into();
        for (place, merchant) in merchants.iter().enumerate() {
            enrol(&store, merchant, clock.now()).await?;
            if plan.in_the_dark != InTheDark::Wait {
                prepare(&store, place, merchants.len(), merchant, plan).await?;
            }
        }
        let clock: Arc<dyn Clock> = Arc::new(clock);
        let announcements: Option<Arc<dyn Announcer>> = Some(transport.clone());
        let carrier: Arc<dyn Transport> = transport;
        let transports = Transports { shipping: Arc::clone(&carrier), tracking: carrier, announcements };
        let mut registry = prometheus_client::registry::Registry::default();
        let metrics = Metrics::register(&mut registry);
        let (settings, policy) = (Settings::default(), Policy::default());
        let runner = Runner::start(store.clone(), transports, Arc::clone(&clock), settings, policy, metrics).await?;
        let dice = Mutex::new(Dice::stream(plan.seed, IDS_STREAM));
        let state = server::AppState {
            store: store.clone(),
            clock: Arc::clone(&clock),
            carrier: Arc::new(Relay(runner.relay())),
            webhooks: None,
            settings: server::ServerSettings { rate_per_s: 0, ..Default::default() },
            random: Arc::new(move |bytes: &mut [u8]| dice.lock().unwrap_or_else(PoisonError::into_inner).fill(bytes)),
            registry: Arc::new(Mutex::new(registry)),
        };
        let door = Door { app: server::app(state), clock, merchants };
        Ok(Self { door, store, _runner: runner })
    }

    pub(super) fn door(&self) -> Door {
        self.door.clone()
    }

    /// Lets the world run on until every local label is announced and seen in tracking, but not beyond this time.
    pub(super) async fn announce_all(&self, end: Time) -> Result<(), StoreError> {
        while self.door.clock.now() < end {
            let left = self.store.announcing().await?;
            if left.waiting + left.unseen == 0 {
                break;
            }
            tokio::time::sleep(ANNOUNCE_LOOK).await;
        }
        Ok(())
    }

    /// The whole journal.
    pub(super) async fn facts(&self) -> Result<Vec<(ShipmentId, Stamped)>, StoreError> {
        let mut all: Vec<(ShipmentId, Stamped)> = Vec::new();
        loop {
            let after = all.last().map_or(0, |(_, stamped)| stamped.seq);
            let page = self.store.facts_from(after + 1, FACTS_PAGE).await?;
            if page.is_empty() {
                return Ok(all);
            }
            all.extend(page);
        }
    }
}

/// The API key of a simulated merchant.
pub(super) fn api_key(merchant: &Merchant) -> String {
    format!("tk_simulated-{}", merchant.id)
}

async fn enrol(store: &Store, merchant: &Merchant, at: Time) -> Result<(), StoreError> {
    let account = Account {
        id: merchant.id.to_string(),
        merchant: merchant.id.clone(),
        carrier: "colissimo".into(),
        login: merchant.login.clone(),
        okapi_key: Some(format!("okapi-{}", merchant.id)),
    };
    let digest: [u8; 32] = Sha256::digest(api_key(merchant)).into();
    let shop = store::Merchant { id: merchant.id.clone(), name: merchant.name.into() };
    store.add_merchant(shop, digest, account, at).await
}

/// Gives a merchant its wish and its ranges: to the one with an API key, and to the one that its module is.
async fn prepare(
    store: &Store,
    place: usize,
    others: usize,
    merchant: &Merchant,
    plan: &Plan,
) -> Result<(), StoreError> {
    let id = server::enrolled_id(&merchant.login);
    let Ok(module) = id.parse::<MerchantId>() else { return Ok(()) };
    let (login, carrier) = (merchant.login.clone(), "colissimo".into());
    store.upsert_account(Account { id, merchant: module.clone(), carrier, login, okapi_key: None }).await?;
    for (whose, place) in [(&merchant.id, place), (&module, place + others)] {
        let site = Some("75".to_owned());
        let wish = LocalWish { in_the_dark: plan.in_the_dark, client: local::client(merchant), site };
        store.set_local_wish(whose, wish).await?;
        for (product, range) in local::ranges(place) {
            let new = NewRange { account: whose.to_string(), product, range, site: None };
            store.add_range(new, plan.scenario.start).await?;
        }
    }
    Ok(())
}

/// The runner's door as the server wants it.
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
