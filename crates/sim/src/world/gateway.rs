//! The gateway under simulation: the rooms wired as in the binary, with a store in memory and a seeded source of ids.

use super::{
    Plan,
    floor::{Floor, PUBLIC_URL},
    local,
    post::Post,
    report, told,
};
use crate::{
    carrier::every_point,
    dice::Dice,
    merchants::{Merchant, merchants},
    transport::{SimClock, SimTransport},
};
use axum::{Router, body::Body};
use bytes::Bytes;
use carriers::{Exchange, OnSent, Reached, Response, Transport, announce::Announcer, colissimo::pickup::PickupCall};
use clock::{Clock, Time};
use dispatch::{InTheDark, Policy, Stamped, State};
use http::{Request, header, response::Parts};
use http_body_util::BodyExt;
use notice::{Board, StatusSettings, plan::ChannelKind};
use parcel::{MerchantId, ShipmentId};
use pickup::{ChoiceKey, Known, Link, Standing};
use prometheus_client::registry::Registry;
use runner::{
    Channels, Composer, Metrics, Replies, ReplyChannels, ReplyMetrics, ReplyOptions, Runner, Settings, ShopMetrics,
    ShopSettings, Shops, Show, Speaker, SpeakerMetrics, SpeakerSettings, Tell, TellMetrics, TellSettings, Transports,
    WatchSettings,
};
use sha2::{Digest, Sha256};
use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use store::{Account, Filter, LocalWish, NewRange, Options, SealingKey, Store, StoreError};
use tower::ServiceExt;

/// Which stream of the seed's chance the gateway's ids are drawn from.
const IDS_STREAM: u64 = 9;
/// The same for what shops' orders become.
const SHOP_IDS_STREAM: u64 = 12;
/// How old the directory is when the day begins: the gateway was there the evening before.
const KNOWN_BEFORE: Duration = Duration::from_secs(8 * 3_600);
/// How often a board is made while nothing is said.
const SHOW_EVERY: Duration = Duration::from_secs(45);
/// Points kept at once.
const POINTS_PAGE: usize = 1_000;
/// How long a buyer's link lasts.
const LINK_LASTS: Duration = Duration::from_secs(86_400);
/// How many facts are read from the journal at once.
const FACTS_PAGE: usize = 10_000;
/// How often it is looked whether all is announced, in simulated time.
const ANNOUNCE_LOOK: Duration = Duration::from_secs(300);
/// After an incident's end the last message and the last answers go out within so long.
const LAST_WORD: Duration = Duration::from_secs(3 * 3_600);
/// How often it is looked whether an incident is over, in simulated time.
const WATCH_LOOK: Duration = Duration::from_secs(60);
/// A buyer who is asked answers within so long (assumed).
const BUYERS_ANSWER_WITHIN: Duration = Duration::from_secs(900);
/// Questions answered at once.
const QUESTIONS_PAGE: usize = 1_000;

/// The board that was shown last.
type Shown = Arc<Mutex<Option<Board>>>;

pub(super) struct Gateway {
    door: Door,
    store: Store,
    runner: Runner,
    post: Post,
    _shops: Shops,
    _speaker: Speaker,
    _tell: Tell,
    _replies: Replies,
}

/// What a client holds: the router, the merchants, the clock.
#[derive(Clone)]
pub(super) struct Door {
    pub(super) app: Router,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) merchants: Arc<[Merchant]>,
    /// By which buyers' links are signed: they reach the buyer in the shop's own mail.
    pub(super) choices: Arc<ChoiceKey>,
    pages: Arc<server::StatusPages>,
    board: Shown,
}

impl Door {
    /// Sends a request and takes the whole answer.
    pub(super) async fn send(&self, request: Request<Body>) -> (Parts, Bytes) {
        let response = match self.app.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        let (parts, body) = response.into_parts();
        (parts, body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default())
    }

    /// Puts the board on the page that the speaker showed last: thousands that nobody reads need not be rendered.
    pub(super) fn render(&self) {
        if let Some(board) = &*self.board.lock().unwrap_or_else(PoisonError::into_inner) {
            self.pages.publish(board);
        }
    }

    /// A buyer opens the link that the shop mailed about this shipment and takes the first point that the page offers.
    pub(super) async fn answer(&self, id: ShipmentId) {
        let until = self.clock.now().plus(LINK_LASTS);
        let path = format!("/choose/{}", Link { shipment: id, until }.sign(&self.choices));
        let (_, page) = self.send(Request::get(&path).body(Body::empty()).unwrap_or_default()).await;
        let page = String::from_utf8_lossy(&page);
        let point = page.split("value=\"point:").nth(1).and_then(|rest| rest.get(..6));
        let form = point.map_or_else(|| "answer=keep".to_owned(), |point| format!("answer=point%3A{point}"));
        let answer = Request::post(&path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(answer.body(Body::from(form)).unwrap_or_default()).await;
    }
}

impl Gateway {
    pub(super) async fn open(
        plan: &Plan,
        transport: Arc<SimTransport<SimClock>>,
        clock: SimClock,
        floor: &Arc<Floor>,
    ) -> Result<Self, StoreError> {
        let store = Store::open(Options::memory(SealingKey::from_bytes([7; 32])))?;
        let merchants: Arc<[Merchant]> = merchants().into();
        for (place, merchant) in merchants.iter().enumerate() {
            enrol(&store, merchant, clock.now()).await?;
            if plan.in_the_dark != InTheDark::Wait {
                prepare(&store, place, merchants.len(), merchant, plan).await?;
            }
        }
        floor.register(&store, &merchants, clock.now()).await?;
        know_the_points(&store, plan).await?;
        let clock: Arc<dyn Clock> = Arc::new(clock);
        let announcements: Option<Arc<dyn Announcer>> = Some(transport.clone());
        let carrier: Arc<dyn Transport> = transport;
        let transports = Transports { shipping: Arc::clone(&carrier), tracking: carrier, announcements };
        let mut registry = Registry::default();
        let metrics = Metrics::register(&mut registry);
        // Nothing is ever wrong with ourselves here.
        let watch = WatchSettings { probe_every_ms: 20_000, ..WatchSettings::default() };
        let (settings, policy) = (Settings { watch, ..Settings::default() }, Policy::default());
        let runner = Runner::start(store.clone(), transports, Arc::clone(&clock), settings, policy, metrics).await?;
        let shops = Shops::start(
            store.clone(),
            runner.points(),
            floor.dial(),
            Arc::clone(&clock),
            ShopSettings { public_url: Some(PUBLIC_URL.into()), ..ShopSettings::default() },
            chance(plan.seed, SHOP_IDS_STREAM),
            ShopMetrics::register(&mut registry),
        );
        told::subscribe(&store, plan, &merchants).await?;
        let pages = Arc::new(server::StatusPages::new(StatusSettings::default(), Arc::clone(&clock)));
        let board: Shown = Arc::default();
        let speaker = speak(&store, &runner, &clock, &board).await?;
        let post = Post::default();
        let tell = send(&store, &clock, &post, (plan, &mut registry)).await?;
        let options = ReplyOptions { channels: by_mail(&post, plan, &clock), ..ReplyOptions::default() };
        let watch = runner.lookout().shared();
        let replies =
            Replies::start(store.clone(), Arc::clone(&clock), watch, options, ReplyMetrics::register(&mut registry));
        let state = server::AppState {
            store: store.clone(),
            clock: Arc::clone(&clock),
            carrier: Arc::new(Relay(runner.relay())),
            watch: runner.lookout().shared(),
            webhooks: None,
            status: Arc::clone(&pages),
            known: Arc::default(),
            subscribing: None,
            settings: server::ServerSettings { rate_per_s: 0, ..Default::default() },
            random: chance(plan.seed, IDS_STREAM),
            registry: Arc::new(Mutex::new(registry)),
        };
        let choices = Arc::new(store.choice_key());
        let door = Door { app: server::app(state), clock, merchants, choices, pages, board };
        runner.lookout().probe_ourselves_by(Arc::new(door.clone()));
        Ok(Self { door, store, runner, post, _shops: shops, _speaker: speaker, _tell: tell, _replies: replies })
    }

    pub(super) fn store(&self) -> &Store {
        &self.store
    }

    pub(super) fn post(&self) -> Post {
        self.post.clone()
    }

    pub(super) fn door(&self) -> Door {
        self.door.clone()
    }

    /// Buyers who are asked open the link that their shop mailed and answer, without end.
    pub(super) fn buyers(&self) -> impl Future<Output = Result<(), StoreError>> + Send + use<> {
        let (door, store) = (self.door(), self.store.clone());
        async move {
            let ids = door.merchants.iter().flat_map(|merchant| [Some(merchant.id.clone()), module(merchant)]);
            let asking: Vec<MerchantId> = ids.flatten().collect();
            loop {
                for merchant in &asking {
                    let open = Filter { state: Some(State::Question), ..Filter::default() };
                    for asked in store.list(merchant, open, None, QUESTIONS_PAGE).await?.items {
                        door.answer(asked.intent.id).await;
                    }
                }
                tokio::time::sleep(BUYERS_ANSWER_WITHIN).await;
            }
        }
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

    /// Lets the world run on until no incident is open, but not beyond this time.
    pub(super) async fn until_restored(&self, end: Time) {
        let watch = self.runner.lookout().shared();
        let open = || watch.lock().unwrap_or_else(PoisonError::into_inner).incidents().any(watch::Incident::is_open);
        while open() && self.door.clock.now() < end {
            tokio::time::sleep(WATCH_LOOK).await;
        }
        // What was said last is on disk after the next second, and with everybody after some minutes: a way that is dead
        // comes back.
        tokio::time::sleep(LAST_WORD).await;
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

/// What the watch sees is said.
async fn speak(store: &Store, runner: &Runner, clock: &Arc<dyn Clock>, board: &Shown) -> Result<Speaker, StoreError> {
    let last = Arc::clone(board);
    let show: Show = Arc::new(move |board| {
        *last.lock().unwrap_or_else(PoisonError::into_inner) = Some(board.clone());
    });
    let settings = SpeakerSettings { show_every: SHOW_EVERY, ..SpeakerSettings::default() };
    let (store, clock) = (store.clone(), Arc::clone(clock));
    Speaker::start(store, runner.lookout(), clock, settings, show, SpeakerMetrics::default()).await
}

/// What is said is sent, by ways that die in turn.
async fn send(
    store: &Store,
    clock: &Arc<dyn Clock>,
    post: &Post,
    (plan, registry): (&Plan, &mut Registry),
) -> Result<Tell, StoreError> {
    let first = report::dark(&plan.scenario).0;
    let way = |channel| (channel, post.way(channel, first, plan.seed, Arc::clone(clock)));
    let channels: Channels = ChannelKind::ALL.map(way).into_iter().collect();
    let composer = Arc::new(Composer { url: PUBLIC_URL.into() });
    let (settings, metrics) = (TellSettings::default(), TellMetrics::register(registry));
    Tell::start(store.clone(), channels, composer, Arc::clone(clock), settings, metrics).await
}

/// Answers to those who asked by mail. Whether they arrive is not looked at here.
fn by_mail(plan_post: &Post, plan: &Plan, clock: &Arc<dyn Clock>) -> ReplyChannels {
    let never = Time::from_unix_ms(i64::MAX / 2);
    let mail = plan_post.way(ChannelKind::Mail, never, plan.seed, Arc::clone(clock));
    ReplyChannels { mail: Some(mail), ..ReplyChannels::default() }
}

/// Fills the directory as it was the evening before.
async fn know_the_points(store: &Store, plan: &Plan) -> Result<(), StoreError> {
    let ms = i64::try_from(KNOWN_BEFORE.as_millis()).unwrap_or(0);
    let seen_at = Time::from_unix_ms(plan.scenario.start.unix_ms() - ms);
    let points = every_point(&super::register(plan), seen_at);
    let known = |point| Known { point: runner::kept(point), seen_at, standing: Standing::Listed };
    for page in points.chunks(POINTS_PAGE) {
        store.keep_points(page.iter().map(known).collect()).await?;
    }
    Ok(())
}

/// Chance that follows from the seed.
fn chance(seed: u64, stream: u64) -> server::Random {
    let dice = Mutex::new(Dice::stream(seed, stream));
    Arc::new(move |bytes: &mut [u8]| dice.lock().unwrap_or_else(PoisonError::into_inner).fill(bytes))
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

/// Whose shipments those are that a merchant's module asks for.
fn module(merchant: &Merchant) -> Option<MerchantId> {
    server::enrolled_id(&merchant.login).parse().ok()
}

/// Gives a merchant its wish and its ranges: to the one with an API key, and to the one that its module is.
async fn prepare(
    store: &Store,
    place: usize,
    others: usize,
    merchant: &Merchant,
    plan: &Plan,
) -> Result<(), StoreError> {
    let Some(module) = module(merchant) else { return Ok(()) };
    let id = module.to_string();
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

/// The way to ourselves, without a socket.
impl Transport for Door {
    fn exchange(
        &self,
        request: carriers::Request,
        _deadline: Duration,
        on_sent: OnSent,
    ) -> Pin<Box<dyn Future<Output = Exchange> + Send + '_>> {
        Box::pin(async move {
            let mut asked = Request::builder().method(request.method).uri(request.path_and_query);
            for (name, value) in request.headers {
                asked = asked.header(name, value);
            }
            let (parts, body) = self.send(asked.body(Body::from(request.body)).unwrap_or_default()).await;
            on_sent();
            let response = Response::new(parts.status.as_u16(), "", body);
            Exchange { reached: Reached::FirstByte, kept: false, elapsed: Duration::ZERO, result: Ok(response) }
        })
    }
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
