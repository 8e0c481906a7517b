//! A carrier with a list of pickup points, slow or dark as a test wants it, and a runner in front of it, in paused time.

use carriers::{
    Broken, Exchange, OnSent, Reached, Request, Response, Transport,
    colissimo::pickup::{
        PickupAnswer, PickupAsk, PickupById, PickupCall, PickupOperation, PickupPoint, PickupRefusal, PickupSearch,
        pickup_text, read_pickup_json, write_pickup_json,
    },
};
use clock::{Clock, Time};
use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::civil::date;
use parcel::{Country, Login, PointKind};
use pickup::{Position, Sourced, places};
use runner::{Metrics, PointSettings, Runner, Settings, Transports, WatchSettings};
use std::{
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use store::{Account, Merchant, Options, SealingKey, Store};
use tokio::time::Instant;

pub(crate) type Found = Sourced<Result<PickupAnswer, PickupRefusal>>;

pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) carrier: Arc<Carrier>,
    pub(crate) runner: Runner,
    clock: Arc<PausedClock>,
}

impl World {
    /// A carrier with these points, and settings under which nothing is asked by itself.
    pub(crate) async fn new(points: Vec<PickupPoint>) -> Self {
        Self::with(points, PointSettings { crawl_per_minute: 0, ..PointSettings::default() }, true).await
    }

    pub(crate) async fn with(points: Vec<PickupPoint>, settings: PointSettings, account: bool) -> Self {
        let store = Store::open(Options::memory(SealingKey::from_bytes([7; 32]))).expect("a store in memory");
        let carrier = Arc::new(Carrier { points: Mutex::new(points), ..Carrier::default() });
        let clock = Arc::new(PausedClock { epoch: Instant::now() });
        if account {
            let merchant = Merchant { id: "atelier".parse().expect("an id"), name: "Atelier".into() };
            let login = Login::ApiKey("hush".into());
            let id = "a".into();
            let account =
                Account { id, merchant: merchant.id.clone(), carrier: "colissimo".into(), login, okapi_key: None };
            store.add_merchant(merchant, [1; 32], account, clock.now()).await.expect("a merchant");
        }
        let runner = start(&store, &carrier, &clock, settings).await;
        Self { store, carrier, runner, clock }
    }

    /// Ends the runner in order and starts another over the same store.
    pub(crate) async fn restarted(self) -> Self {
        let Self { store, carrier, runner, clock } = self;
        runner.shutdown(Duration::from_secs(5)).await;
        let settings = PointSettings { crawl_per_minute: 0, ..PointSettings::default() };
        let runner = start(&store, &carrier, &clock, settings).await;
        Self { store, carrier, runner, clock }
    }

    /// A moment later: what is said at one moment stands.
    pub(crate) async fn later(&self) {
        pass(Duration::from_millis(1)).await;
    }

    pub(crate) fn now(&self) -> Time {
        self.clock.now()
    }

    pub(crate) async fn search(&self) -> Found {
        self.runner.relay().pickup(search(None)).await
    }

    pub(crate) async fn by_id(&self, id: &str) -> Found {
        self.runner.relay().pickup(by_id(id)).await
    }

    /// Makes the carrier look dark: enough searches fail.
    pub(crate) async fn darken(&self) {
        self.carrier.dark.store(true, Ordering::SeqCst);
        for _ in 0..3 {
            self.search().await;
        }
    }
}

async fn start(store: &Store, carrier: &Arc<Carrier>, clock: &Arc<PausedClock>, points: PointSettings) -> Runner {
    let carrier: Arc<dyn Transport> = carrier.clone();
    let transports = Transports { shipping: Arc::clone(&carrier), tracking: carrier, announcements: None };
    let metrics = Metrics::register(&mut prometheus_client::registry::Registry::default());
    let watch = WatchSettings { canaries: false, ..WatchSettings::default() };
    let settings = Settings { points, watch, ..Settings::default() };
    let policy = dispatch::Policy::default();
    Runner::start(store.clone(), transports, clock.clone(), settings, policy, metrics).await.expect("a runner")
}

/// Lets so much time pass.
pub(crate) async fn pass(span: Duration) {
    let _ = tokio::time::timeout(span, std::future::pending::<()>()).await;
}

/// The middle of Brest, from where the carrier measures.
pub(crate) fn brest() -> Position {
    places::find(Country::FR, "29200", "Brest").expect("Brest").position
}

/// A point so many metres north and east of it, about.
pub(crate) fn point(id: &str, north: f64, east: f64) -> PickupPoint {
    // Six decimals, as the carrier writes them.
    let round = |degrees: f64| (degrees * 1e6).round() / 1e6;
    let latitude = round(brest().latitude() + north / 111_195.0);
    let longitude = round(brest().longitude() + east / 73_800.0);
    let position = Position::new(latitude, longitude).expect("on Earth");
    PickupPoint {
        id: id.parse().expect("an id"),
        name: format!("RELAIS {id}"),
        address: ["1 RUE DU PORT".into(), String::new(), String::new()],
        postal_code: "29200".into(),
        city: "BREST".into(),
        country: "FR".into(),
        latitude: Some(latitude),
        longitude: Some(longitude),
        distance_m: Some(brest().metres_to(position)),
        kind: PointKind::Shop,
        network: "R03".into(),
        hours: std::array::from_fn(|_| "09:00-19:00".into()),
        closures: Vec::new(),
        closed: false,
        partly_closed: false,
        weight_max_g: Some(20_000),
        accessible: true,
        language: "FR".into(),
        sorting: std::array::from_fn(|_| String::new()),
    }
}

/// Six points around, the last one the farthest.
pub(crate) fn six() -> Vec<PickupPoint> {
    let places =
        [(200.0, 100.0), (-300.0, 400.0), (600.0, -500.0), (-900.0, -700.0), (1_500.0, 900.0), (-2_000.0, 2_500.0)];
    (1..).zip(places).map(|(n, (north, east))| point(&format!("29200{n}"), north, east)).collect()
}

pub(crate) fn search(weight_g: Option<u32>) -> PickupCall {
    let ask = PickupAsk::Search(PickupSearch {
        address: None,
        postal_code: "29200".into(),
        city: "Brest".into(),
        country: Country::FR,
        weight_g,
        shipping_date: date(2025, 12, 22),
        with_shops: true,
        international: false,
        request_id: Some("r-1".into()),
        lang: None,
    });
    PickupCall { login: Login::ApiKey("hush".into()), ask }
}

pub(crate) fn by_id(id: &str) -> PickupCall {
    let id = id.parse().expect("an id");
    let one = PickupById { id, date: date(2025, 12, 22), weight_g: None, network: None, with_shops: true, lang: None };
    PickupCall { login: Login::ApiKey("hush".into()), ask: PickupAsk::ById(one) }
}

/// The ids of an answer.
pub(crate) fn ids(found: &Found) -> Vec<String> {
    let answer = found.answer.as_ref().expect("an answer");
    answer.points.iter().map(|point| point.id.to_string()).collect()
}

/// A carrier.
#[derive(Default)]
pub(crate) struct Carrier {
    pub(crate) points: Mutex<Vec<PickupPoint>>,
    pub(crate) delay: Mutex<Duration>,
    pub(crate) dark: AtomicBool,
    /// What was asked, the ids of points, and `search`.
    pub(crate) calls: Mutex<Vec<String>>,
}

impl Carrier {
    pub(crate) fn takes(&self, delay: Duration) {
        *self.delay.lock().expect("lock") = delay;
    }

    pub(crate) fn calls(&self) -> Vec<String> {
        self.calls.lock().expect("lock").clone()
    }

    async fn answer(&self, request: Request, deadline: Duration) -> Exchange {
        let (operation, call) = read(&request);
        let asked = match &call.ask {
            PickupAsk::Search(search) => search.city.clone(),
            PickupAsk::ById(one) => one.id.to_string(),
        };
        self.calls.lock().expect("lock").push(asked);
        let delay = *self.delay.lock().expect("lock");
        let in_time = tokio::time::timeout(deadline, pass(delay)).await.is_ok();
        if self.dark.load(Ordering::SeqCst) || !in_time {
            return Exchange {
                reached: Reached::WholeRequest,
                kept: false,
                elapsed: delay,
                result: Err(Broken::TimedOut),
            };
        }
        let body = write_pickup_json(operation, Ok(&self.found(&call.ask)));
        let result = Ok(Response::new(200, "application/json", body));
        Exchange { reached: Reached::FirstByte, kept: false, elapsed: delay, result }
    }

    fn found(&self, ask: &PickupAsk) -> PickupAnswer {
        let points = self.points.lock().expect("lock").clone();
        let points: Vec<PickupPoint> = match ask {
            PickupAsk::Search(_) => points,
            PickupAsk::ById(one) => points.into_iter().filter(|point| point.id == one.id).collect(),
        };
        let code = if points.is_empty() { 301 } else { 0 };
        PickupAnswer { code, message: pickup_text(code).into(), quality: Some("2".into()), request_id: None, points }
    }
}

fn read(request: &Request) -> (PickupOperation, PickupCall) {
    let name = request.path_and_query.rsplit('/').next().unwrap_or_default();
    let operation = PickupOperation::of(name).expect("a search");
    let header = |(name, value): &(HeaderName, String)| (name.clone(), HeaderValue::from_str(value).expect("a value"));
    let headers: HeaderMap = request.headers.iter().map(header).collect();
    (operation, read_pickup_json(operation, &headers, &request.body).expect("a good call"))
}

impl Transport for Carrier {
    fn exchange(
        &self,
        request: Request,
        deadline: Duration,
        on_sent: OnSent,
    ) -> Pin<Box<dyn Future<Output = Exchange> + Send + '_>> {
        on_sent();
        Box::pin(self.answer(request, deadline))
    }
}

struct PausedClock {
    epoch: Instant,
}

impl Clock for PausedClock {
    fn now(&self) -> Time {
        Time::from_unix_ms(1_766_380_000_000).plus(self.epoch.elapsed())
    }
}
