//! A carrier that follows a script, and the desk around it.

#![allow(dead_code, reason = "each suite uses its own part")]

use bytes::Bytes;
use carriers::{Broken, Exchange, OnSent, Reached, Request, Response, Transport, colissimo};
use clock::{Clock, Time};
use colissimo::{LabelAnswer, LineEnds, TrackEvent, TrackRecord};
use dispatch::{Fact, Health, InTheDark, Policy};
use parcel::{Address, AddressFields, DeliveryMode, LabelFormat, Letter, Login, MerchantId, Product, Shipment};
use parcel::{ShipmentId, ShipmentParts, Weight};
use runner::{Lookout, Metrics, PointSettings, Relay, Runner, Settings, Transports, WatchSettings};
use std::{
    collections::VecDeque,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use store::{
    Account, IntentView, Label, LocalWish, Merchant, NewIntent, NewPickup, NewRange, Options, SealingKey, Store,
};
use tokio::time::Instant;

pub(crate) const LABEL: &[u8] = b"%PDF-1.4 a label";

/// What the carrier does with the next call.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    Label(&'static str),
    LabelAfter(Duration, &'static str),
    LabelCut(&'static str),
    Checked,
    Tracked(&'static str, &'static str),
    Refuse(&'static str),
    /// The timeline of a parcel has this event.
    Timeline(&'static str, &'static str),
    Html,
    NoConnection,
    CutWhileSending,
    Cut,
    Hang,
}

pub(crate) struct World {
    pub(crate) store: Store,
    clock: Arc<PausedClock>,
    carrier: Arc<Script>,
    runner: Option<Runner>,
    made: AtomicU64,
}

/// A shipment that was asked for.
pub(crate) struct Asked {
    pub(crate) id: ShipmentId,
}

impl World {
    pub(crate) async fn new(script: Vec<Act>) -> Self {
        Self::without_runner().await.start(script).await
    }

    pub(crate) async fn without_runner() -> Self {
        let store = Store::open(Options::memory(SealingKey::from_bytes([7; 32]))).expect("a store in memory");
        let merchant = Merchant { id: merchant(), name: "Atelier".into() };
        let account = Account {
            id: "a".into(),
            merchant: merchant.id.clone(),
            carrier: "colissimo".into(),
            login: Login::Contract { number: "964744".into(), password: "hush".into() },
            okapi_key: Some("okapi".into()),
        };
        let clock = Arc::new(PausedClock { epoch: Instant::now() });
        store.add_merchant(merchant, [1; 32], account, clock.now()).await.expect("a merchant");
        Self { store, clock, carrier: Arc::default(), runner: None, made: AtomicU64::new(0) }
    }

    pub(crate) async fn start(mut self, script: Vec<Act>) -> Self {
        self.carrier.acts.lock().expect("the script").extend(script);
        let carrier: Arc<dyn Transport> = self.carrier.clone();
        let transports = Transports { shipping: Arc::clone(&carrier), tracking: carrier, announcements: None };
        let metrics = Metrics::register(&mut prometheus_client::registry::Registry::default());
        // A crawl and canaries would play the acts that are meant for others.
        let points = PointSettings { crawl_per_minute: 0, ..PointSettings::default() };
        let watch = WatchSettings { canaries: false, ..WatchSettings::default() };
        let (settings, policy) = (Settings { points, watch, ..Settings::default() }, Policy::default());
        let clock = self.clock.clone();
        let runner = Runner::start(self.store.clone(), transports, clock, settings, policy, metrics).await;
        self.runner = Some(runner.expect("a runner"));
        self
    }

    /// Gives the merchant a wish for the dark and a range of two numbers.
    pub(crate) async fn wants(&self, in_the_dark: InTheDark) {
        let (client, site) = ("900001".parse().ok(), Some("75".to_owned()));
        let wish = LocalWish { in_the_dark, client, site };
        self.store.set_local_wish(&merchant(), wish).await.expect("the wish");
        let number = |serial| label::Range::new(serial, serial);
        for text in ["9L00000100014", "9L00000150002"] {
            let range = number(text.parse().expect("a number")).expect("a range");
            let new = NewRange { account: "a".into(), product: Product::Dom, range, site: None };
            self.store.add_range(new, self.now()).await.expect("a range");
        }
    }

    pub(crate) fn now(&self) -> Time {
        self.clock.now()
    }

    /// The directory of pickup points.
    pub(crate) fn points(&self) -> runner::Points {
        self.runner.as_ref().expect("started").points()
    }

    /// The watch over the carrier.
    pub(crate) fn lookout(&self) -> Lookout {
        self.runner.as_ref().expect("started").lookout()
    }

    /// The same store with a runner that was just started, after the one before stopped in order.
    pub(crate) async fn restarted(mut self) -> Self {
        self.runner.take().expect("started").shutdown(Duration::from_secs(1)).await;
        self.start(Vec::new()).await
    }

    pub(crate) fn relay(&self) -> Relay {
        self.runner.as_ref().expect("started").relay()
    }

    /// Takes a shipment in. The store in memory is done at once.
    pub(crate) fn accept(&self, shipment: Shipment) -> Asked {
        let n = self.made.fetch_add(1, Ordering::SeqCst);
        let mut random = [0; 10];
        random[..8].copy_from_slice(&n.to_be_bytes());
        let id = ShipmentId::new(1_766_380_000_000 + n, random);
        let via = dispatch::Via::Api;
        let new = NewIntent {
            id,
            merchant: merchant(),
            account: "a".into(),
            shipment,
            via,
            key: None,
            pickup: NewPickup::default(),
            at: self.now(),
        };
        let mut accepted = Box::pin(self.store.accept(new));
        let waker = std::task::Waker::noop();
        let ready = accepted.as_mut().poll(&mut std::task::Context::from_waker(waker));
        assert!(matches!(ready, std::task::Poll::Ready(Ok(_))), "an inline store is done at once");
        Asked { id }
    }

    /// The operations that the carrier was asked for, in order.
    pub(crate) fn asked(&self) -> Vec<String> {
        let calls = self.carrier.calls.lock().expect("the calls");
        let name = |r: &Request| {
            let path = r.path_and_query.split('?').next().unwrap_or_default();
            let place = if path.contains("/idships/") { 2 } else { 1 };
            path.rsplit('/').nth(place - 1).unwrap_or_default().to_owned()
        };
        calls.iter().map(name).collect()
    }

    /// The body of this call.
    pub(crate) fn body_of_call(&self, place: usize) -> serde_json::Value {
        let calls = self.carrier.calls.lock().expect("the calls");
        serde_json::from_slice(&calls[place].body).expect("JSON")
    }

    /// The order number in the body of this call.
    pub(crate) fn order_of_call(&self, place: usize) -> Option<String> {
        let calls = self.carrier.calls.lock().expect("the calls");
        let text = String::from_utf8_lossy(&calls.get(place)?.body).into_owned();
        Some(text.split("\"orderNumber\":\"").nth(1)?.split('"').next()?.to_owned())
    }

    pub(crate) async fn until(&self, reached: impl Fn(Health) -> bool) {
        while !reached(self.runner.as_ref().expect("started").health()) {
            self.a_moment().await;
        }
    }

    pub(crate) async fn until_state(&self, id: ShipmentId, state: dispatch::State) {
        while self.store.get(&merchant(), id).await.expect("the store").expect("a shipment").intent.state != state {
            self.a_moment().await;
        }
    }

    /// Until it is known why a shipment has no local label.
    pub(crate) async fn until_lacking(&self, id: ShipmentId) {
        while self.store.why_no_local_label(id).await.expect("the store").is_none() {
            self.a_moment().await;
        }
    }

    /// Lets so much time pass.
    pub(crate) async fn pass(&self, span: Duration) {
        pass(span).await;
    }

    /// Until the journal has so many facts.
    pub(crate) async fn until_facts(&self, count: usize) {
        while self.store.facts_from(1, 1_000).await.expect("the journal").len() < count {
            self.a_moment().await;
        }
    }

    /// The facts of the n-th shipment.
    pub(crate) async fn facts(&self, n: u64) -> Vec<Fact> {
        let all = self.store.facts_from(1, 1_000).await.expect("the journal");
        let mut ids: Vec<ShipmentId> = all.iter().map(|(id, _)| *id).collect();
        ids.sort_unstable();
        ids.dedup();
        let id = ids[usize::try_from(n).expect("small")];
        all.into_iter().filter(|(i, _)| *i == id).map(|(_, stamped)| stamped.fact).collect()
    }

    pub(crate) async fn label(&self, n: u64) -> Label {
        let all = self.store.facts_from(1, 1_000).await.expect("the journal");
        let id = all[usize::try_from(n).expect("small")].0;
        self.store.label(&merchant(), id).await.expect("the store").expect("a label")
    }

    /// Lets a little time pass. What has not come in two days never comes: the rule that should bring it is broken.
    async fn a_moment(&self) {
        assert!(self.clock.epoch.elapsed() < Duration::from_secs(2 * 86_400), "waited for in vain");
        pass(Duration::from_millis(100)).await;
    }
}

impl Asked {
    /// Where the shipment stands when nothing more happens to it by itself.
    pub(crate) async fn settled(self, world: &World) -> IntentView {
        loop {
            let view = world.store.get(&merchant(), self.id).await.expect("the store").expect("a shipment");
            let asked = matches!(view.intent.state, dispatch::State::Human | dispatch::State::Question);
            if view.intent.state.is_final() || asked {
                return view;
            }
            world.a_moment().await;
        }
    }
}

#[derive(Default)]
struct Script {
    acts: Mutex<VecDeque<Act>>,
    calls: Mutex<Vec<Request>>,
}

impl Script {
    async fn act(&self, request: Request, deadline: Duration, on_sent: OnSent) -> Exchange {
        let act = self.acts.lock().expect("the script").pop_front().expect("the script is long enough");
        self.calls.lock().expect("the calls").push(request);
        let delay = match &act {
            Act::LabelAfter(delay, _) => *delay,
            Act::Hang => Duration::MAX,
            _ => Duration::from_millis(50),
        };
        let (reached, result) = outcome(&act);
        if reached >= Reached::WholeRequest {
            on_sent();
        }
        let in_time = tokio::time::timeout(deadline, pass(delay)).await.is_ok();
        let (reached, result) =
            if in_time { (reached, result) } else { (Reached::WholeRequest, Err(Broken::TimedOut)) };
        Exchange { reached, kept: false, elapsed: delay.min(deadline), result }
    }
}

async fn pass(span: Duration) {
    let _ = tokio::time::timeout(span, std::future::pending::<()>()).await;
}

fn outcome(act: &Act) -> (Reached, Result<Response, Broken>) {
    let whole = |response| (Reached::FirstByte, Ok(response));
    match act {
        Act::Label(number) | Act::LabelAfter(_, number) => whole(label(number)),
        Act::LabelCut(number) => {
            let mut cut = label(number);
            cut.body.truncate(cut.body.len() - LABEL.len());
            (Reached::FirstByte, Err(Broken::AnswerCut(Box::new(cut))))
        }
        Act::Checked => {
            let (content_type, body) =
                colissimo::write_refusal("0", "La requête a été traitée avec succès", LineEnds::Crlf, "b");
            let body = Bytes::from(String::from_utf8_lossy(&body).replace("\"ERROR\"", "\"INFOS\""));
            whole(Response::new(200, content_type, body))
        }
        Act::Refuse(id) => {
            let text = colissimo::error_text(id).unwrap_or("refusé");
            let (content_type, body) = colissimo::write_refusal(id, text, LineEnds::Crlf, "b");
            whole(Response::new(400, content_type, body))
        }
        Act::Tracked(number, order) => {
            let body = format!(
                r#"[{{"returnCode":200,"lang":"fr_FR","shipment":{{"idShip":"{number}","isFinal":false,"event":[],"contextData":{{"partner":{{"reference":"{order}"}}}}}}}}]"#
            );
            whole(Response::new(200, "application/json", body))
        }
        Act::Timeline(number, code) => {
            let event = TrackEvent { code: (*code).into(), label: "…".into(), at: None };
            let record = TrackRecord { events: vec![event], ..TrackRecord::default() };
            let (status, body) = colissimo::write_timeline(number, Ok(&record));
            whole(Response::new(status, "application/json", body))
        }
        Act::Html => {
            let body = Bytes::from_static(b"<html><body>Service indisponible</body></html>");
            whole(Response::new(200, "text/html", body))
        }
        Act::NoConnection => (Reached::Nothing, Err(Broken::NoConnection)),
        Act::CutWhileSending => (Reached::PartOfRequest, Err(Broken::Cut)),
        Act::Cut => (Reached::WholeRequest, Err(Broken::Cut)),
        Act::Hang => (Reached::WholeRequest, Err(Broken::TimedOut)),
    }
}

fn label(number: &str) -> Response {
    let answer = LabelAnswer {
        number: number.parse().expect("a number"),
        partner_number: None,
        pdf_url: None,
        label: Bytes::from_static(LABEL),
        cn23: None,
        messages: Vec::new(),
        line_ends: LineEnds::Crlf,
    };
    let (content_type, body) = colissimo::write_label(&answer, LineEnds::Crlf, "b");
    Response::new(200, content_type, body)
}

impl Transport for Script {
    fn exchange(
        &self,
        request: Request,
        deadline: Duration,
        on_sent: OnSent,
    ) -> Pin<Box<dyn Future<Output = Exchange> + Send + '_>> {
        Box::pin(self.act(request, deadline, on_sent))
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

fn merchant() -> MerchantId {
    "atelier".parse().expect("a good id")
}

pub(crate) fn any_request() -> Request {
    let login = Login::ApiKey("hush".into());
    colissimo::encode_get_label(&"6A15984040331".parse().expect("a number"), &login, LabelFormat::PDF_10X15)
}

pub(crate) fn shipment(order: &str) -> Shipment {
    let address = AddressFields {
        last_name: Some("Martin".into()),
        street: Some("12 rue des Lilas".into()),
        postal_code: Some("63000".into()),
        city: Some("Clermont-Ferrand".into()),
        ..AddressFields::default()
    };
    let address = Address::parse(address).expect("a good address");
    let parts = ShipmentParts {
        sender: address.clone(),
        addressee: address,
        commercial_name: None,
        insurance: None,
        instructions: None,
        non_machinable: false,
        undeliverable: None,
        customs: None,
    };
    Shipment {
        order_number: order.parse().ok(),
        parcel_ref: None,
        parcel_number: None,
        product: Product::Dom,
        mode: DeliveryMode::Home,
        deposit_date: jiff::civil::date(2025, 12, 23),
        weight: Weight::from_grams(500).expect("a weight"),
        format: LabelFormat::PDF_10X15,
        letter: Letter::Parts(Box::new(parts)),
    }
}
