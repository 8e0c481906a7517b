//! Shops in a simulated day: buyers place orders, webhooks leave by the platforms' real rules, and whoever is behind them
//! has to keep up. At the end the shops' books and ours are laid side by side.
//!
//! For six hours of the first day the shops' webhooks do not get through to either kind of server: long enough for
//! WooCommerce to switch them off and for Shopify to delete them (assumed).

use super::{Plan, app::App, checkout, gateway::Door};
use crate::{
    merchants::Merchant,
    orders::{SimOrder, orders},
    shops::{self, Access, BookedOrder, Delivery, NewOrder, Options, Outcome, Platform, Shop, Standing, State},
    transport::SimClock,
};
use ::shops::{Client, Credentials, ShopSettings};
use axum::body::Body;
use carriers::{Exchange, OnSent, Reached, Request, Transport};
use clock::{Clock, Time};
use http::Uri;
use parcel::DeliveryMode;
use runner::Dial;
use serde::Serialize;
use std::{
    collections::{HashMap, HashSet},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use store::{NewShop, OnOrder, ShopSecrets, Store, StoreError, StoredOrder};
use tokio::{task::JoinSet, time::sleep};
use tower::ServiceExt;

/// Of so many parcels that are asked for directly, one more comes as an order of a shop (assumed).
const ONE_IN: usize = 5;
/// What the orders of shops are drawn from, beside the seed.
const SHOPS_SEED: u64 = 0x5b0b_5eed;
/// Where the shops' webhooks go.
pub(super) const PUBLIC_URL: &str = "https://tournee.example";
/// The secret of webhooks that were set up by hand, at WooCommerce.
const SECRET: &str = "simulated-webhook-secret";
/// From the scenario's start on webhooks get lost on their way between these two moments (assumed).
const LOST_FROM: Duration = Duration::from_secs(7 * 3_600);
const LOST_UNTIL: Duration = Duration::from_secs(13 * 3_600);
/// How long a call to a shop takes (assumed).
const CALL: Duration = Duration::from_millis(40);
/// The longest rest of the courier.
const REST_MAX: Duration = Duration::from_secs(60);
/// How often it is looked whether all are in step, in simulated time.
const LOOK: Duration = Duration::from_secs(300);
/// Orders read from the store at once.
const PAGE: u32 = 1_000;
/// How often a shop without webhooks is looked at by one without a gateway (assumed).
const CRON: Duration = Duration::from_secs(15 * 60);

/// What came of the shops of a day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ShopsInStep {
    /// Orders that buyers placed in shops.
    pub orders: u64,
    /// Those that were known at the end, as they stand in their shop.
    pub in_step: u64,
    /// Those that were never heard of.
    pub never_heard_of: u64,
    /// Those whose parcel number stands in the shop.
    pub numbers_in_the_shop: u64,
    /// Orders that were told a number more than once.
    pub told_twice: u64,
    /// Webhooks that were tried, and those that got through.
    pub webhooks_tried: u64,
    /// See `webhooks_tried`.
    pub webhooks_through: u64,
    /// Subscriptions that a platform switched off or deleted.
    pub subscriptions_lost: u64,
    /// Shops whose subscriptions were all there at the end, of those that have some.
    pub shops_subscribed: u64,
    /// Shops that have subscriptions.
    pub shops_with_subscriptions: u64,
}

/// All shops, with the world's side of them.
pub(super) struct Floor {
    shops: Vec<OnFloor>,
    clock: SimClock,
    lost: (Time, Time),
    counts: Mutex<ShopsInStep>,
    /// The orders to come: which shop, and what.
    orders: Vec<SimOrder>,
    /// Which order of the world each order of a shop is.
    placed: Mutex<HashMap<(usize, u64), usize>>,
}

struct OnFloor {
    id: String,
    url: String,
    platform: Platform,
    access: Access,
    shop: Mutex<Shop>,
}

impl Floor {
    /// A shop for every merchant, of the three platforms in turn, and the orders that will be placed in them.
    pub(super) fn new(plan: &Plan, clock: SimClock, merchants: &[Merchant]) -> Self {
        let shops = merchants.iter().enumerate().map(|(place, merchant)| OnFloor::new(plan, place, merchant)).collect();
        let wanted = (plan.orders as usize).div_ceil(ONE_IN);
        let start = plan.scenario.start;
        let mut wished = orders(plan.seed ^ SHOPS_SEED, wanted * 2, &plan.scenario);
        checkout::choose_what_is_there(&mut wished, &super::register(plan), start);
        let single = wished.into_iter().filter(|order| order.parcel_no == 1);
        Self {
            shops,
            clock,
            lost: (start.plus(LOST_FROM), start.plus(LOST_UNTIL)),
            counts: Mutex::default(),
            orders: single.take(wanted).collect(),
            placed: Mutex::default(),
        }
    }

    /// The orders as the world knows them, for whoever has to make sense of an order without a gateway.
    pub(super) fn order_of(&self, shop: usize, order: u64) -> Option<&SimOrder> {
        let place = lock(&self.placed).get(&(shop, order)).copied()?;
        self.orders.get(place)
    }

    /// Registers every shop with the gateway.
    pub(super) async fn register(&self, store: &Store, merchants: &[Merchant], at: Time) -> Result<(), StoreError> {
        for (one, merchant) in self.shops.iter().zip(merchants) {
            store.put_shop(one.registered(merchant, at)).await?;
        }
        Ok(())
    }

    /// Sets the webhooks up by hand, for whoever does not do it alone.
    pub(super) fn subscribe(&self) {
        let now = self.clock.now();
        for one in &self.shops {
            let topic = match one.platform {
                Platform::WooCommerce => "order.created",
                Platform::Shopify => "orders/create",
                Platform::PrestaShop => continue,
            };
            // The simulated platforms take these addresses.
            let _ = lock(&one.shop).subscribe(now, topic, &one.hook(), SECRET);
        }
    }

    /// The way to the shops by their addresses.
    pub(super) fn dial(self: &Arc<Self>) -> Dial {
        let floor = Arc::clone(self);
        Arc::new(move |base: &Uri| {
            let host = base.host().unwrap_or_default();
            let place = floor.shops.iter().position(|one| one.url.ends_with(host)).ok_or("no such shop")?;
            Ok(Arc::new(Way { floor: Arc::clone(&floor), place }) as Arc<dyn Transport>)
        })
    }

    /// Lets buyers order and carries the webhooks, until nothing more is to be placed or carried.
    pub(super) async fn live(self: Arc<Self>, behind: Behind, end: Time) {
        let mut carried = JoinSet::new();
        let mut next = 0;
        let mut cron = self.clock.now();
        loop {
            let now = self.clock.now();
            while self.orders.get(next).is_some_and(|order| order.at <= now) {
                self.place(next, now);
                next += 1;
            }
            if let Behind::Nobody(app) = &behind
                && now >= cron
            {
                cron = now.plus(CRON);
                carried.spawn(Arc::clone(app).look(Arc::clone(&self)));
            }
            for (place, one) in self.shops.iter().enumerate() {
                for delivery in lock(&one.shop).due(now) {
                    carried.spawn(Arc::clone(&self).carry(place, delivery, behind.clone()));
                }
            }
            while carried.try_join_next().is_some() {}
            let due = self.shops.iter().filter_map(|one| lock(&one.shop).next_due()).min();
            let order = self.orders.get(next).map(|order| order.at);
            let Some(wake) = [due, order].into_iter().flatten().min().filter(|wake| *wake < end) else { break };
            let rest = wake.since(now).clamp(Duration::from_millis(1), REST_MAX);
            tokio::select! {
                () = sleep(rest) => {}
                Some(_) = carried.join_next(), if !carried.is_empty() => {}
            }
        }
        while carried.join_next().await.is_some() {}
    }

    fn place(&self, next: usize, now: Time) {
        let order = &self.orders[next];
        let Some((one, new)) = self.shops.get(order.merchant).zip(NewOrder::of(order)) else { return };
        let id = lock(&one.shop).place_order(now, new);
        lock(&self.placed).insert((order.merchant, id), next);
        lock(&self.counts).orders += 1;
    }

    async fn carry(self: Arc<Self>, place: usize, delivery: Delivery, behind: Behind) {
        let began = self.clock.now();
        let lost = (self.lost.0..self.lost.1).contains(&began);
        let status = if lost {
            sleep(delivery.connect_patience).await;
            None
        } else {
            tokio::time::timeout(delivery.patience, behind.hear(&self, place, &delivery)).await.ok().flatten()
        };
        let now = self.clock.now();
        let mut shop = lock(&self.shops[place].shop);
        let before = active(&shop);
        shop.delivered(now, &delivery, Outcome { status, took: now.since(began) });
        let gone = before.saturating_sub(active(&shop));
        drop(shop);
        let mut counts = lock(&self.counts);
        counts.webhooks_tried += 1;
        counts.webhooks_through += u64::from(status.is_some_and(|status| (200..300).contains(&status)));
        counts.subscriptions_lost += gone;
    }

    /// Lets the world run on until the shops and the gateway are in step, but not beyond this time.
    pub(super) async fn settle(&self, store: &Store, end: Time) -> Result<(), StoreError> {
        while self.clock.now() < end && !self.is_settled(store).await? {
            sleep(LOOK).await;
        }
        Ok(())
    }

    async fn is_settled(&self, store: &Store) -> Result<bool, StoreError> {
        let counts = self.compared(store).await?;
        let subscribed = counts.shops_subscribed == counts.shops_with_subscriptions;
        Ok(subscribed && counts.in_step == counts.orders && counts.numbers_in_the_shop == counts.orders)
    }

    /// Both books side by side.
    pub(super) async fn compared(&self, store: &Store) -> Result<ShopsInStep, StoreError> {
        let mut counts = lock(&self.counts).clone();
        for one in &self.shops {
            let ours = all_of(store, &one.id).await?;
            let shop = lock(&one.shop);
            for theirs in shop.orders() {
                count(&mut counts, &theirs, ours.get(&theirs.id.to_string()));
            }
            count_subscriptions(&mut counts, one, &shop);
        }
        Ok(counts)
    }

    /// The same for one who keeps a list of the orders that came.
    pub(super) fn compared_with(&self, heard: &HashMap<(usize, u64), String>) -> ShopsInStep {
        let mut counts = lock(&self.counts).clone();
        for (place, one) in self.shops.iter().enumerate() {
            let shop = lock(&one.shop);
            for theirs in shop.orders() {
                match heard.get(&(place, theirs.id)) {
                    None => counts.never_heard_of += 1,
                    Some(number) => {
                        counts.in_step += u64::from(theirs.parcel_number.as_deref() == Some(number));
                        counts.numbers_in_the_shop += u64::from(theirs.parcel_number.is_some());
                    }
                }
            }
            count_subscriptions(&mut counts, one, &shop);
        }
        counts
    }

    /// Orders whose shop has no number at the end, each with how far it came here and what a person is asked.
    pub(super) async fn unnumbered(&self, store: &Store) -> Result<Vec<String>, StoreError> {
        let mut all = Vec::new();
        for one in &self.shops {
            let orders = all_of(store, &one.id).await?.into_values();
            let without = orders.filter(|order| order.told_at.is_none());
            all.extend(
                without.map(|o| format!("{} of {}: {:?}, {:?}, {:?}", o.number, o.shop, o.status, o.step, o.why)),
            );
        }
        all.sort();
        Ok(all)
    }

    /// Of every order that became a shipment: which shipment, and what the buyer chose in the shop.
    pub(super) async fn shipped(&self, store: &Store) -> Result<Vec<(StoredOrder, DeliveryMode)>, StoreError> {
        let mut all = Vec::new();
        for (place, one) in self.shops.iter().enumerate() {
            for order in all_of(store, &one.id).await?.into_values() {
                let wished = order.order_id.parse().ok().and_then(|id| self.order_of(place, id));
                let mode = wished.map(|wished| wished.shipment.mode.clone());
                all.extend(mode.filter(|_| order.shipment.is_some()).map(|mode| (order, mode)));
            }
        }
        Ok(all)
    }

    /// Who speaks to a shop by its platform's own API.
    pub(super) fn client(self: &Arc<Self>, place: usize, clock: Arc<dyn Clock>) -> Option<Client> {
        let one = self.shops.get(place)?;
        let (credentials, _) = one.credentials();
        let way = Arc::new(Way { floor: Arc::clone(self), place });
        Client::new(credentials.platform(), &one.url.parse().ok()?, credentials, way, clock).ok()
    }

    pub(super) fn with_shop<T>(&self, place: usize, act: impl FnOnce(&mut Shop, Time) -> T) -> T {
        act(&mut lock(&self.shops[place].shop), self.clock.now())
    }

    /// The shops that have no webhooks.
    pub(super) fn silent(&self) -> impl Iterator<Item = usize> {
        self.shops.iter().enumerate().filter(|(_, one)| one.platform == Platform::PrestaShop).map(|(place, _)| place)
    }
}

impl OnFloor {
    fn new(plan: &Plan, place: usize, merchant: &Merchant) -> Self {
        let platform = [Platform::WooCommerce, Platform::Shopify, Platform::PrestaShop][place % 3];
        let url = format!("https://{}.example", merchant.id);
        let options = Options { url: url.clone(), name: merchant.name.into(), ..Options::default() };
        let shop = Shop::new(platform, options, plan.seed.wrapping_add(place as u64));
        Self { id: merchant.id.to_string(), url, platform, access: shop.access().clone(), shop: Mutex::new(shop) }
    }

    /// Where its webhooks go.
    fn hook(&self) -> String {
        format!("{PUBLIC_URL}/hooks/{}/{}", self.platform, self.id)
    }

    /// How it is signed in there, and the secret of its webhooks.
    fn credentials(&self) -> (Credentials, Option<String>) {
        let Access { key, secret } = self.access.clone();
        match self.platform {
            Platform::WooCommerce => (Credentials::WooCommerce { key, secret }, Some(SECRET.to_owned())),
            Platform::Shopify => (Credentials::Shopify { token: key }, Some(secret)),
            Platform::PrestaShop => (Credentials::PrestaShop { key }, None),
        }
    }

    fn registered(&self, merchant: &Merchant, at: Time) -> NewShop {
        let (credentials, webhook) = self.credentials();
        let settings = ShopSettings {
            weight_g: Some(800),
            commercial_name: Some(merchant.name.into()),
            sender: Some(merchant.sender.fields().clone()),
            ..ShopSettings::default()
        };
        // Plain texts and numbers always serialise.
        let json = |value: Result<String, serde_json::Error>| value.unwrap_or_default();
        NewShop {
            id: self.id.clone(),
            merchant: merchant.id.clone(),
            account: merchant.id.to_string(),
            platform: self.platform.code().into(),
            url: self.url.clone(),
            secrets: ShopSecrets { credentials: json(serde_json::to_string(&credentials)), webhook },
            on_order: OnOrder::Label,
            settings: json(serde_json::to_string(&settings)),
            read_from: at,
            at,
        }
    }
}

/// Who hears the webhooks.
#[derive(Clone)]
pub(super) enum Behind {
    /// The gateway.
    Gateway(Door),
    /// An app that asks the carrier for the label while the shop waits, and nobody else.
    Nobody(Arc<App>),
}

impl Behind {
    async fn hear(&self, floor: &Arc<Floor>, place: usize, delivery: &Delivery) -> Option<u16> {
        match self {
            Self::Gateway(door) => {
                let asked = delivery.request.clone();
                let mut request = http::Request::builder().method(asked.method).uri(asked.path_and_query);
                for (name, value) in asked.headers {
                    request = request.header(name, value);
                }
                let response = door.app.clone().oneshot(request.body(Body::from(asked.body)).ok()?).await;
                response.ok().map(|response| response.status().as_u16())
            }
            Self::Nobody(app) => Some(app.hear(floor, place, delivery).await),
        }
    }
}

/// The way to one shop.
struct Way {
    floor: Arc<Floor>,
    place: usize,
}

impl Transport for Way {
    fn exchange(
        &self,
        request: Request,
        _deadline: Duration,
        on_sent: OnSent,
    ) -> Pin<Box<dyn Future<Output = Exchange> + Send + '_>> {
        Box::pin(async move {
            sleep(CALL).await;
            on_sent();
            let response = self.floor.with_shop(self.place, |shop, now| shop.handle(now, &request));
            Exchange { reached: Reached::FirstByte, kept: false, elapsed: CALL, result: Ok(response) }
        })
    }
}

async fn all_of(store: &Store, shop: &str) -> Result<HashMap<String, StoredOrder>, StoreError> {
    let (mut all, mut after) = (HashMap::new(), String::new());
    loop {
        let page = store.orders_of_shop(shop, &after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(all) };
        after.clone_from(&last.order_id);
        all.extend(page.into_iter().map(|order| (order.order_id.clone(), order)));
    }
}

fn count(counts: &mut ShopsInStep, theirs: &BookedOrder, ours: Option<&StoredOrder>) {
    let numbers: HashSet<&str> = theirs.pushes.iter().map(|push| push.number.as_str()).collect();
    counts.told_twice += u64::from(numbers.len() > 1 || theirs.pushes.len() > 1);
    let Some(ours) = ours else {
        counts.never_heard_of += 1;
        return;
    };
    let number = ours.our_number.map(|number| number.to_string());
    counts.in_step += u64::from(number == theirs.parcel_number && stands(ours.status) == theirs.state);
    counts.numbers_in_the_shop += u64::from(number.is_some() && number == theirs.parcel_number);
}

fn stands(status: store::Standing) -> State {
    match status {
        store::Standing::Pending => State::Pending,
        store::Standing::ToShip => State::ToShip,
        store::Standing::Shipped => State::Shipped,
        store::Standing::Cancelled => State::Cancelled,
        store::Standing::Gone => State::Deleted,
        store::Standing::Other => State::Other,
    }
}

fn count_subscriptions(counts: &mut ShopsInStep, one: &OnFloor, shop: &Shop) {
    if one.platform == Platform::PrestaShop {
        return;
    }
    counts.shops_with_subscriptions += 1;
    let about_orders = |subscription: &shops::Subscription| subscription.topic.starts_with("order");
    let there = shop.subscriptions().iter().any(|s| about_orders(s) && s.standing == Standing::Active);
    let broken = shop.subscriptions().iter().any(|s| matches!(s.standing, Standing::Disabled { .. }));
    counts.shops_subscribed += u64::from(there && !broken);
}

fn active(shop: &Shop) -> u64 {
    shop.subscriptions().iter().filter(|s| s.standing == Standing::Active).count() as u64
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
