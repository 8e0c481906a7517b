//! A house with a guarded door, a service whose work a test can hold back, and clients from whatever address.

use crate::door::{Running, open_shared, work};
use admission::{Class, Kind, Prefix, ResourceSettings, Rule, ShieldSettings, WaitSettings};
use clock::{Clock, ManualClock, Time};
use edge::{
    Existence, Guard, GuardSettings, Hops, Inbound, KeySettings, Known, Makings, Settings, Upstream, Vouched, Who,
};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, header, request::Parts};
use http_body_util::{BodyExt, Full};
use sha2::{Digest, Sha256};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU16, AtomicU64, Ordering::SeqCst},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    runtime::Handle,
    sync::Semaphore,
};

pub(crate) const CHROME: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36";
pub(crate) const PARTNER: &str = "authorization: Bearer partner-key";
pub(crate) const SCANNER: &str = "x-device-key: scanner-key";
pub(crate) const OPERATOR: &str = "authorization: Bearer operator-key";

/// The secret of these houses.
pub(crate) fn keys() -> admission::Keys {
    admission::Keys::new(admission::Key::new(1, &[9; 32]))
}

/// What the service behind saw, and how it is to answer.
pub(crate) struct Service {
    /// Paths in the order in which they came.
    pub(crate) came: Mutex<Vec<String>>,
    pub(crate) count: AtomicU64,
    /// Answers with this status where it is set.
    pub(crate) status: AtomicU16,
    /// `/held` answers when it may.
    pub(crate) go: Arc<Semaphore>,
}

impl Default for Service {
    fn default() -> Self {
        let go = Arc::new(Semaphore::new(0));
        Self { came: Mutex::default(), count: AtomicU64::new(0), status: AtomicU16::new(0), go }
    }
}

impl Service {
    pub(crate) fn count(&self) -> u64 {
        self.count.load(SeqCst)
    }

    async fn answer(self: Arc<Self>, request: Request<Inbound>) -> Response<Full<bytes::Bytes>> {
        let (asked, body) = request.into_parts();
        let path = asked.uri.path().to_owned();
        self.came.lock().expect("lock").push(path.clone());
        let count = self.count.fetch_add(1, SeqCst) + 1;
        if path == "/held" {
            self.go.acquire().await.expect("open").forget();
        }
        let body = body.collect().await.expect("a body").to_bytes();
        let lang = asked.headers.get(header::ACCEPT_LANGUAGE).cloned().unwrap_or(HeaderValue::from_static("-"));
        let said = format!("{} {} #{count} {lang:?} {}", asked.method, asked.uri, String::from_utf8_lossy(&body));
        let mut answer = Response::new(Full::new(said.into()));
        if let Ok(status) = StatusCode::from_u16(self.status.load(SeqCst)) {
            *answer.status_mut() = status;
        }
        let headers = answer.headers_mut();
        headers.insert(header::VARY, HeaderValue::from_static("accept-language"));
        match path.as_str() {
            "/page/private" => _ = headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private")),
            "/page/cookie" => _ = headers.insert(header::SET_COOKIE, HeaderValue::from_static("a=b")),
            "/vouch" => _ = answer.extensions_mut().insert(Vouched),
            _ => {}
        }
        answer
    }
}

/// Knows parcels: those that begin with 6A exist, those with 0 do not.
struct Parcels;

impl Who for Parcels {
    fn known(&self, _: &Parts) -> Option<Known> {
        None
    }

    fn parcel(&self, number: &str) -> Existence {
        match number {
            _ if number.starts_with("6A") => Existence::Exists,
            _ if number.starts_with('0') => Existence::Not,
            _ => Existence::Unsure,
        }
    }
}

pub(crate) struct House {
    pub(crate) door: Running,
    pub(crate) guard: Arc<Guard>,
    pub(crate) service: Arc<Service>,
    pub(crate) clock: Arc<ManualClock>,
    crowd: Mutex<Vec<TcpStream>>,
}

fn key(name: &str, class: Class, header: &str) -> KeySettings {
    let digest = Sha256::digest(format!("{name}-key"));
    let sha256 = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    KeySettings { name: name.into(), sha256, class, header: header.into() }
}

/// So many places, and all the time in the world for whoever waits; an overload that began does not end.
pub(crate) fn settings(places: u32) -> GuardSettings {
    let minute = 60_000;
    GuardSettings {
        keys: vec![
            key("partner", Class::Partner, "authorization"),
            key("scanner", Class::Scanner, "x-device-key"),
            key("operator", Class::Operator, "authorization"),
        ],
        admission: ShieldSettings {
            places_min: places,
            places_start: places,
            places_max: places,
            reserve_percent: 0,
            waiting_max: 64,
            calm_s: 3_600,
            wait: WaitSettings {
                unknown_ms: minute,
                parcel_ms: minute,
                citizen_ms: minute,
                scanner_ms: minute,
                partner_ms: minute,
                operator_ms: minute,
            },
            resources: vec![
                ResourceSettings::new("track", Kind::Tracking, &["/track/{number}"]),
                ResourceSettings::new("page", Kind::Page, &["/page/{name}"]),
                ResourceSettings::new("assets", Kind::Static, &["/assets/{*file}"]),
            ],
            ..ShieldSettings::default()
        },
        ..GuardSettings::default()
    }
}

/// One place of ten is for those without key or token, who wait for none.
pub(crate) fn narrow() -> GuardSettings {
    let mut settings = settings(10);
    settings.admission.reserve_percent = 90;
    settings.admission.wait.unknown_ms = 0;
    settings.admission.wait.parcel_ms = 0;
    settings
}

pub(crate) const START: &str = "2025-12-22T10:00:00+01:00";

fn guard(settings: GuardSettings, clock: &Arc<ManualClock>) -> Arc<Guard> {
    let drawn = AtomicU64::new(0);
    let guard = Guard::new(Makings {
        settings,
        keys: keys(),
        who: Arc::new(Parcels),
        ahead: None,
        clock: Arc::clone(clock) as Arc<dyn Clock>,
        chance: Arc::new(move |bytes: &mut [u8]| {
            let digest = Sha256::digest(drawn.fetch_add(1, SeqCst).to_be_bytes());
            bytes.copy_from_slice(&digest[..bytes.len()]);
        }),
    });
    guard.map_err(|unfit| unfit.to_string()).expect("a guard").into()
}

/// Every client of this machine is believed whom it speaks for.
fn door_settings() -> Settings {
    let hops = Hops { trusted: vec!["127.0.0.0/8".parse().expect("a network")], ..Hops::default() };
    Settings { hops, ..Settings::default() }
}

impl House {
    /// A house with so many places.
    pub(crate) fn open(places: u32) -> Self {
        Self::with(settings(places))
    }

    pub(crate) fn with(settings: GuardSettings) -> Self {
        let clock = Arc::new(ManualClock::at(Time::from_paris(START).expect("a time")));
        let (guard, service) = (guard(settings, &clock), Arc::new(Service::default()));
        let answering = Arc::clone(&service);
        let behind = guard.remember(work(move |request| Arc::clone(&answering).answer(request)));
        Handle::current().spawn(guard.ticking());
        let door = open_shared(Arc::clone(&guard), behind, door_settings());
        Self { door, guard, service, clock, crowd: Mutex::default() }
    }

    /// A house whose work is done behind an upstream at this address.
    pub(crate) fn before(upstream: Upstream, settings: GuardSettings) -> Self {
        let clock = Arc::new(ManualClock::at(Time::from_paris(START).expect("a time")));
        let guard = guard(settings, &clock);
        Handle::current().spawn(guard.ticking());
        let door = open_shared(Arc::clone(&guard), guard.remember(upstream), door_settings());
        Self { door, guard, service: Arc::default(), clock, crowd: Mutex::default() }
    }

    pub(crate) fn later(&self, by: Duration) {
        self.clock.set(self.clock.now().plus(by));
    }

    /// Takes so many places, for requests with an operator's key.
    pub(crate) async fn hold(&self, places: u64) -> Vec<TcpStream> {
        let before = self.service.count();
        let mut held = Vec::new();
        for _ in 0..places {
            held.push(self.send(&get("/held").header(OPERATOR)).await);
        }
        until(|| self.service.count() == before + places).await;
        held
    }

    /// Lets an overload begin: all places are taken and somebody waits. It lasts, and the places are free again.
    pub(crate) async fn overload(&self) {
        let places = self.guard.counts().gate.places.into();
        let mut held = self.hold(places).await;
        held.push(self.send(&get("/held").header(PARTNER)).await);
        until(|| self.guard.counts().gate.overloaded).await;
        self.service.go.add_permits(held.len());
        for stream in &mut held {
            reply(stream).await;
        }
        until(|| self.guard.counts().gate.taken == 0).await;
    }

    /// The same, until browsers are asked as well.
    pub(crate) async fn flood(&self) {
        self.overload().await;
        self.pressure("overload").await;
    }

    /// Takes the place that those without key or token have in a [`narrow`] house, for good: who comes without finds none.
    pub(crate) async fn crowd(&self) {
        let before = self.service.count();
        let stream = self.send(&get("/held").from("198.51.100.251")).await;
        until(|| self.service.count() == before + 1).await;
        self.crowd.lock().expect("lock").push(stream);
    }

    /// Waits until the shield says this pressure.
    pub(crate) async fn pressure(&self, word: &str) {
        while self.state().await["pressure"] != word {
            tick().await;
        }
    }

    pub(crate) async fn state(&self) -> serde_json::Value {
        let said = self.ask(&get("/.tournee/shield").header(OPERATOR)).await;
        serde_json::from_str(&said.body).expect("JSON")
    }

    /// Sends a request and leaves the connection open.
    pub(crate) async fn send(&self, request: &Asking) -> TcpStream {
        let mut stream = self.door.connect().await;
        stream.write_all(request.written().as_bytes()).await.expect("written");
        stream
    }

    pub(crate) async fn ask(&self, request: &Asking) -> Reply {
        reply(&mut self.send(request).await).await
    }

    pub(crate) fn refused(&self, class: Class, rule: Rule) -> u64 {
        self.guard.counts().refused[class.index()][rule as usize - 1]
    }

    pub(crate) fn arrived(&self, class: Class) -> u64 {
        self.guard.counts().arrived[class.index()]
    }

    pub(crate) fn waiting(&self, class: Class) -> u32 {
        self.guard.counts().gate.waiting[class.index()]
    }
}

/// A moment for others to go on.
pub(crate) async fn tick() {
    let mut ticks = tokio::time::interval(Duration::from_millis(2));
    ticks.tick().await;
    ticks.tick().await;
}

/// Waits until this is so.
pub(crate) async fn until(is_so: impl Fn() -> bool) {
    while !is_so() {
        tick().await;
    }
}

/// A request.
#[derive(Clone)]
pub(crate) struct Asking {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) headers: Vec<String>,
    pub(crate) body: String,
}

pub(crate) fn get(path: impl Into<String>) -> Asking {
    Asking { method: "GET", path: path.into(), headers: Vec::new(), body: String::new() }
}

impl Asking {
    pub(crate) fn header(mut self, line: impl Into<String>) -> Self {
        self.headers.push(line.into());
        self
    }

    /// As a hop would pass it on from there.
    pub(crate) fn from(self, address: &str) -> Self {
        self.header(format!("x-forwarded-for: {address}"))
    }

    /// As a browser shows a page.
    pub(crate) fn for_a_page(self) -> Self {
        self.header(format!("user-agent: {CHROME}"))
            .header("accept: text/html,application/xhtml+xml,*/*;q=0.8")
            .header("sec-fetch-mode: navigate")
            .header("sec-fetch-dest: document")
    }

    pub(crate) fn post(mut self, body: &str) -> Self {
        (self.method, self.body) = ("POST", body.into());
        self
    }

    pub(crate) fn written(&self) -> String {
        let headers: String = self.headers.iter().map(|line| format!("{line}\r\n")).collect();
        let length = self.body.len();
        let (method, path, body) = (self.method, &self.path, &self.body);
        format!("{method} {path} HTTP/1.1\r\nhost: h\r\n{headers}content-length: {length}\r\n\r\n{body}")
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).expect("JSON")
    }
}

/// The next answer of a connection.
pub(crate) async fn reply(stream: &mut TcpStream) -> Reply {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        let read = stream.read_buf(&mut bytes).await.expect("more");
        assert_ne!(read, 0, "a head ends early: {:?}", String::from_utf8_lossy(&bytes));
    };
    let head = String::from_utf8(bytes[..end].to_vec()).expect("text");
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|word| word.parse().ok());
    let pair = |line: &str| {
        let (name, value) = line.split_once(": ")?;
        Some((HeaderName::try_from(name).ok()?, HeaderValue::try_from(value).ok()?))
    };
    let mut headers = HeaderMap::new();
    for (name, value) in lines.filter_map(pair) {
        headers.append(name, value);
    }
    let length = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .map_or(0, |text| text.parse::<usize>().expect("a length"));
    while bytes.len() < end + length {
        assert_ne!(stream.read_buf(&mut bytes).await.expect("more"), 0, "a body ends early: {head}");
    }
    let body = String::from_utf8(bytes[end..].to_vec()).expect("text");
    Reply { status: status.expect("a status"), headers, body }
}

/// The prefix of an address.
pub(crate) fn prefix(address: &str) -> Prefix {
    Prefix::of(address.parse().expect("an address"))
}
