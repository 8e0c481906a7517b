//! A listener without a socket, over a store in memory, with a carrier that says what a test tells it to.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its own part")]

pub mod door;

use axum::{Router, body::Body};
use bytes::Bytes;
use carriers::{
    Broken, Exchange, Reached, Request as Call, Response as Said,
    colissimo::pickup::{PickupAnswer, PickupCall, PickupRefusal, decode_pickup, encode_pickup, pickup_text},
};
use channels::webhook::{Options, Sender};
use clock::{Clock, ManualClock, Time};
use dispatch::{By, Cause, Fact, Health, Job, Reject};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;
use notice::StatusSettings;
use parcel::{LabelFormat, Login, MerchantId, ShipmentId};
use pickup::{Directory, Source, Sourced};
use serde_json::{Value, json};
use server::{
    AppState, BoxFuture, Carrier, LocalLabel, PickupFound, Points, ServerSettings, SharedWatch, StatusPages,
    Subscribing,
};
use sha2::{Digest, Sha256};
use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use store::{Account, LabelBytes, Looked, Merchant, SealingKey, Store};
use tower::ServiceExt;

pub const KEY: &str = "tk_shop_one";
pub const OTHER_KEY: &str = "tk_shop_two";
pub const NUMBER: &str = "6A15984040331";
pub const OTHER_NUMBER: &str = "6M17554710224";
pub const OKAPI: &str = "okapi-of-shop-one";

/// A carrier that gives prepared answers, one after the other, and is silent when it has none.
pub struct FakeCarrier {
    answers: Mutex<VecDeque<Exchange>>,
    calls: Mutex<Vec<Call>>,
    health: Mutex<Health>,
    hangs: Mutex<bool>,
    points: Points,
    remembered: Mutex<Option<(PickupAnswer, Time)>>,
}

impl FakeCarrier {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            answers: Mutex::default(),
            calls: Mutex::default(),
            health: Mutex::new(Health::Well),
            hangs: Mutex::default(),
            points: Points::default(),
            remembered: Mutex::default(),
        })
    }

    /// Prepares one answer.
    pub fn will_say(&self, status: u16, content_type: &str, body: impl Into<Bytes>) {
        let said = Said::new(status, content_type, body);
        let exchange = Exchange { reached: Reached::FirstByte, kept: false, elapsed: Duration::ZERO, result: Ok(said) };
        self.answers.lock().expect("lock").push_back(exchange);
    }

    /// From now on nobody answers, and it is known.
    pub fn goes_dark(&self) {
        *self.health.lock().expect("lock") = Health::Dark { since: Time::from_unix_ms(0) };
    }

    /// From now on calls never come back.
    pub fn hangs(&self) {
        *self.hangs.lock().expect("lock") = true;
    }

    /// From now on calls come back again; those of before do not.
    pub fn hangs_no_more(&self) {
        *self.hangs.lock().expect("lock") = false;
    }

    /// The directory of pickup points, to be filled.
    pub fn directory(&self) -> std::sync::RwLockWriteGuard<'_, Directory> {
        self.points.write().expect("lock")
    }

    /// What is said to a pickup search when nobody else answers, and of when it is.
    pub fn remembers(&self, answer: PickupAnswer, as_of: Time) {
        *self.remembered.lock().expect("lock") = Some((answer, as_of));
    }

    /// What it was asked.
    pub fn calls(&self) -> Vec<Call> {
        self.calls.lock().expect("lock").clone()
    }
}

impl Carrier for FakeCarrier {
    fn relay(&self, request: Call) -> BoxFuture<'_, Exchange> {
        self.calls.lock().expect("lock").push(request);
        if *self.hangs.lock().expect("lock") {
            return Box::pin(std::future::pending());
        }
        let silent = Exchange {
            reached: Reached::Nothing,
            kept: false,
            elapsed: Duration::ZERO,
            result: Err(Broken::NoConnection),
        };
        let answer = self.answers.lock().expect("lock").pop_front().unwrap_or(silent);
        Box::pin(async { answer })
    }

    /// The prepared answer, else what is remembered, else the service's failure.
    fn pickup(&self, call: PickupCall) -> BoxFuture<'_, PickupFound> {
        Box::pin(async move {
            let said = decode_pickup(&self.relay(encode_pickup(&call)).await);
            let refused = |e: &carriers::CarrierError| e.code.parse().ok().filter(|_| e.blame != carriers::Blame::Them);
            let answer = match said {
                Ok(answer) => Ok(answer),
                Err(e) if refused(&e).is_some() => {
                    Err(PickupRefusal { code: refused(&e).unwrap_or(1000), message: e.message })
                }
                Err(_) => match self.remembered.lock().expect("lock").clone() {
                    Some((answer, as_of)) => {
                        return Sourced { answer: Ok(answer), source: Source::Directory, as_of: Some(as_of) };
                    }
                    None => {
                        let refusal = PickupRefusal { code: 1000, message: pickup_text(1000).into() };
                        return Sourced { answer: Err(refusal), source: Source::Directory, as_of: None };
                    }
                },
            };
            Sourced { answer, source: Source::Carrier, as_of: None }
        })
    }

    fn points(&self) -> Points {
        Arc::clone(&self.points)
    }

    /// No range was ever registered here.
    fn print_locally<'a>(&'a self, _: &'a MerchantId, _: ShipmentId) -> BoxFuture<'a, LocalLabel> {
        Box::pin(async { Ok(Err(Looked::Lacks("no number is left in your ranges for DOM".into()))) })
    }

    fn health(&self) -> Health {
        *self.health.lock().expect("lock")
    }
}

pub struct World {
    pub app: Router,
    pub store: Store,
    pub clock: Arc<ManualClock>,
    pub carrier: Arc<FakeCarrier>,
    pub watch: SharedWatch,
    pub status: Arc<StatusPages>,
    pub known: Arc<server::KnownKeys>,
}

/// An answer, read whole.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().expect("text"))
    }

    pub fn id(&self) -> ShipmentId {
        self.json()["id"].as_str().expect("an id").parse().expect("an id")
    }

    /// The last part of a problem's type; empty when it is none.
    pub fn problem(&self) -> String {
        if self.header("content-type") != "application/problem+json" {
            return String::new();
        }
        let problem = self.json();
        assert_eq!(problem["status"], self.status.as_u16());
        assert!(problem["detail"].as_str().is_some_and(|d| d.len() > 10), "{problem}");
        problem["type"].as_str().expect("a type").trim_start_matches("/docs#problem-").to_owned()
    }
}

impl World {
    pub async fn new() -> Self {
        Self::with(ServerSettings::default()).await
    }

    pub async fn with(settings: ServerSettings) -> Self {
        Self::sending(settings, Options::default()).await
    }

    /// A listener whose webhooks are sent so.
    pub async fn sending(settings: ServerSettings, webhooks: Options) -> Self {
        let store = Store::open(store::Options::memory(SealingKey::from_bytes([7; 32]))).expect("a store in memory");
        for (merchant, key, okapi) in [("one", KEY, Some(OKAPI)), ("two", OTHER_KEY, None)] {
            add_merchant(&store, merchant, key, okapi).await;
        }
        Self::wired(store, settings, webhooks, StatusSettings::default(), None)
    }

    /// A listener whose status page is set so.
    pub async fn telling(status: StatusSettings) -> Self {
        let store = Store::open(store::Options::memory(SealingKey::from_bytes([7; 32]))).expect("a store in memory");
        Self::wired(store, ServerSettings::default(), Options::default(), status, None)
    }

    /// A listener that was just started over a store that is there already.
    pub fn over(store: Store, settings: ServerSettings) -> Self {
        Self::wired(store, settings, Options::default(), StatusSettings::default(), None)
    }

    /// A listener where people subscribe by these ways.
    pub async fn subscribing(subscribing: Subscribing) -> Self {
        let store = Store::open(store::Options::memory(SealingKey::from_bytes([7; 32]))).expect("a store in memory");
        add_merchant(&store, "one", KEY, None).await;
        let status = StatusSettings { name: "Les Lilas <b>".into(), ..StatusSettings::default() };
        Self::wired(store, ServerSettings::default(), Options::default(), status, Some(Arc::new(subscribing)))
    }

    fn wired(
        store: Store,
        settings: ServerSettings,
        webhooks: Options,
        status: StatusSettings,
        subscribing: Option<Arc<Subscribing>>,
    ) -> Self {
        let clock = Arc::new(ManualClock::at(Time::from_paris("2025-12-22T06:24:00").expect("a moment")));
        let carrier = FakeCarrier::new();
        let watch = SharedWatch::default();
        let status = Arc::new(StatusPages::new(status, clock.clone()));
        let known = Arc::<server::KnownKeys>::default();
        let app = server::app(AppState {
            store: store.clone(),
            clock: clock.clone(),
            carrier: carrier.clone(),
            watch: Arc::clone(&watch),
            webhooks: Some(Sender::new(webhooks).expect("a sender")),
            status: Arc::clone(&status),
            known: Arc::clone(&known),
            subscribing,
            settings,
            random: Arc::new(counting()),
            registry: Arc::default(),
        });
        Self { app, store, clock, carrier, watch, status, known }
    }

    pub async fn call(&self, request: Request<Body>) -> Answer {
        let response = self.app.clone().oneshot(request).await.expect("an answer");
        let (head, body) = response.into_parts();
        let body = body.collect().await.expect("a body").to_bytes();
        Answer { status: head.status, headers: head.headers, body }
    }

    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.call(request.body(body.into()).expect("a request")).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[("authorization", &format!("Bearer {KEY}"))], Body::empty()).await
    }

    pub async fn post(&self, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        let bearer = format!("Bearer {KEY}");
        let mut all = vec![("authorization", bearer.as_str()), ("content-type", "application/json")];
        all.extend_from_slice(headers);
        self.send(Method::POST, path, &all, body.to_string()).await
    }

    /// Creates a shipment and gives its id.
    pub async fn ship(&self, order: &str) -> ShipmentId {
        let mut body = shipment();
        body["order_number"] = json!(order);
        let answer = self.post("/v1/shipments", &[], &body).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
        answer.id()
    }

    /// Claims everything that waits, as the runner does.
    pub async fn claim(&self) {
        self.store.claim(&[Job::Submit], 100, 0, self.clock.now()).await.expect("claims");
    }

    pub async fn record(&self, id: ShipmentId, fact: Fact, label: Option<LabelBytes>) {
        self.store.record(id, vec![fact], self.clock.now(), label).await.expect("may follow");
    }

    /// The runner got the label of attempt 1.
    pub async fn confirm(&self, id: ShipmentId, number: &str) {
        let fact = Fact::Confirmed {
            attempt: 1,
            number: number.parse().expect("a number"),
            partner_number: Some("PARTNER".into()),
            format: LabelFormat::PDF_10X15,
            by: By::Answer,
        };
        let words = json!({"messages": [], "partnerNumber": "PARTNER", "lineEnds": "lf"}).to_string();
        let label = LabelBytes { label: "%PDF the label".into(), cn23: None, answer_json: words };
        self.record(id, fact, Some(label)).await;
    }

    pub async fn reject(&self, id: ShipmentId, code: &str) {
        let reject = Reject { code: code.into(), message: "Le carrier refuse".into() };
        self.record(id, Fact::Rejected { attempt: 1, reject }, None).await;
    }

    pub async fn unknown(&self, id: ShipmentId) {
        self.record(id, Fact::Unknown { attempt: 1, cause: Cause::NoAnswer, number: None }, None).await;
    }

    pub async fn human(&self, id: ShipmentId) {
        self.unknown(id).await;
        self.record(id, Fact::LeftToHuman { reason: "nobody can tell".into() }, None).await;
    }

    pub async fn state_of(&self, id: ShipmentId) -> Value {
        self.get(&format!("/v1/shipments/{id}")).await.json()["state"].clone()
    }
}

async fn add_merchant(store: &Store, id: &str, key: &str, okapi: Option<&str>) {
    let merchant = Merchant { id: id.parse().expect("an id"), name: id.into() };
    let login = Login::Contract { number: "964744".into(), password: "hush".into() };
    let account = Account {
        id: format!("{id}-account"),
        merchant: merchant.id.clone(),
        carrier: "colissimo".into(),
        login,
        okapi_key: okapi.map(str::to_owned),
    };
    store
        .add_merchant(merchant, Sha256::digest(key.as_bytes()).into(), account, Time::from_unix_ms(0))
        .await
        .expect("a merchant");
}

/// Chance that is the same each time and never twice.
fn counting() -> impl Fn(&mut [u8]) + Send + Sync {
    let count = AtomicU64::new(1);
    move |bytes| {
        let n = count.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        bytes.iter_mut().zip(n.iter().rev().cycle()).for_each(|(to, from)| *to = *from);
    }
}

/// A good shipment.
pub fn shipment() -> Value {
    json!({
        "order_number": "CMD-1", "product": "DOM", "deposit_date": "2025-12-22", "weight_g": 1250,
        "sender": {"company": "Les Lilas", "street": "1 rue du Port", "postal_code": "29200", "city": "Brest"},
        "addressee": {"last_name": "Martin", "street": "12 rue des Lilas", "postal_code": "75020", "city": "Paris"}
    })
}

/// A good request of `generateLabel`.
pub fn letter(order: &str) -> Value {
    json!({
        "contractNumber": "964744", "password": "hush",
        "outputFormat": {"x": 0, "y": 0, "outputPrintingType": "PDF_10x15_300dpi"},
        "letter": {
            "service": {"productCode": "DOM", "depositDate": "2025-12-22", "orderNumber": order, "commercialName": "Les Lilas"},
            "parcel": {"weight": 1.25},
            "sender": {"senderParcelRef": "", "address": {"companyName": "Les Lilas", "line2": "1 rue du Port",
                "countryCode": "FR", "city": "Brest", "zipCode": "29200"}},
            "addressee": {"address": {"lastName": "Martin", "firstName": "Lucie", "line2": "12 rue des Lilas",
                "countryCode": "FR", "city": "Paris", "zipCode": "75020"}}
        }
    })
}
