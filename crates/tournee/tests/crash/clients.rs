//! The clients of a world: shipping apps on our API with an `Idempotency-Key`, and shop modules on the carrier's
//! endpoint with no key at all. Whenever the gateway dies on them, they wait for the next one and ask again.

use crate::{http::ask, tally::Tally};
use bytes::Bytes;
use carriers::{Exchange, Reached, Retry, colissimo};
use dispatch::Via;
use http::{Request, Response, StatusCode, header};
use http_body_util::Full;
use parcel::ShipmentId;
use serde_json::Value;
use sim::{
    merchants::{Merchant, merchants},
    orders::SimOrder,
};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::sync::watch;

/// Where the living gateway is, if one lives, and which life it is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Door {
    pub(crate) life: usize,
    pub(crate) addr: Option<SocketAddr>,
}

/// What all clients of a world share.
pub(crate) struct Crowd {
    pub(crate) orders: Vec<SimOrder>,
    pub(crate) merchants: Vec<Merchant>,
    pub(crate) tally: Tally,
    pub(crate) door: watch::Receiver<Door>,
    next: AtomicUsize,
    sated: AtomicBool,
}

/// The API key of a merchant.
pub(crate) fn api_key(merchant: &Merchant) -> String {
    format!("tk_crash-{}", merchant.id)
}

impl Crowd {
    pub(crate) fn new(orders: Vec<SimOrder>, door: watch::Receiver<Door>) -> Arc<Self> {
        let (next, sated) = (AtomicUsize::new(0), AtomicBool::new(false));
        Arc::new(Self { orders, merchants: merchants(), tally: Tally::default(), door, next, sated })
    }

    /// From now on nobody wants anything new.
    pub(crate) fn sate(&self) {
        self.sated.store(true, Ordering::SeqCst);
    }

    /// How many labels were wanted in all.
    pub(crate) fn wishes(&self) -> usize {
        self.next.load(Ordering::SeqCst)
    }

    /// One after the other, goes for the label of the next order, until nobody wants anything new.
    pub(crate) async fn want(self: Arc<Self>) {
        while !self.sated.load(Ordering::SeqCst) {
            let wish = self.next.fetch_add(1, Ordering::SeqCst);
            let client = Client { crowd: &self, wish, order: self.orders.get(wish).expect("orders enough") };
            // A person clicks twice, a module's timer asks anew though all is done: still one label.
            match wish % 3 {
                0 => drop(tokio::join!(client.get_label(), client.get_label())),
                1 => {
                    client.get_label().await;
                    client.get_label().await;
                }
                _ => client.get_label().await,
            }
        }
    }
}

struct Client<'a> {
    crowd: &'a Crowd,
    wish: usize,
    order: &'a SimOrder,
}

impl Client<'_> {
    async fn get_label(&self) {
        match self.order.via {
            Via::Api => self.by_api().await,
            Via::DropIn => self.by_module().await,
        }
    }

    /// Sends the same request with the same key until the shipment is settled, then fetches the label.
    async fn by_api(&self) {
        loop {
            let answer = self.ask(|| self.post()).await;
            let body: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
            let Some(id) = body["id"].as_str().and_then(|id| id.parse().ok()) else {
                return self.odd(&answer);
            };
            self.crowd.tally.acknowledged(self.wish, self.order, id);
            match (answer.status(), body["state"].as_str()) {
                (StatusCode::CREATED, Some("confirmed")) => return self.fetch(id, &body).await,
                (StatusCode::ACCEPTED, Some("waiting" | "in_flight" | "unknown")) => {}
                _ => return self.odd(&answer),
            }
        }
    }

    async fn fetch(&self, id: ShipmentId, body: &Value) {
        let answer = self.ask(|| self.get(&format!("/v1/shipments/{id}/label"))).await;
        let number = body["parcel_number"].as_str().and_then(|number| number.parse().ok());
        match number {
            Some(number) if answer.status() == StatusCode::OK && !answer.body().is_empty() => {
                self.crowd.tally.released(self.wish, id, number);
            }
            _ => self.odd(&answer),
        }
    }

    /// Asks for the same order until the answer is a label.
    async fn by_module(&self) {
        loop {
            let answer = self.ask(|| self.generate()).await;
            let id: Option<ShipmentId> = text(&answer, "x-tournee-shipment").and_then(|id| id.parse().ok());
            let decoded = colissimo::decode_label(&as_exchange(&answer));
            if let Some(id) = id {
                self.crowd.tally.acknowledged(self.wish, self.order, id);
            }
            match (decoded, id) {
                (Ok(label), Some(id)) => return self.crowd.tally.released(self.wish, id, label.number),
                (Err(error), Some(_)) if error.retry != Retry::Never => {}
                _ => return self.odd(&answer),
            }
        }
    }

    /// Asks the gateway that lives now, or else the next one, until one answers.
    async fn ask(&self, request: impl Fn() -> Request<Full<Bytes>>) -> Response<Bytes> {
        let (mut door, mut seen) = (self.crowd.door.clone(), 0);
        loop {
            let next = door.wait_for(|door| door.life > seen && door.addr.is_some()).await;
            let Door { life, addr: Some(addr) } = *next.expect("a world") else { continue };
            if let Some(answer) = ask(addr, request()).await {
                return answer;
            }
            seen = life;
        }
    }

    fn post(&self) -> Request<Full<Bytes>> {
        let request = Request::post("/v1/shipments")
            .header(header::HOST, "tournee")
            .header(header::AUTHORIZATION, self.bearer())
            .header(header::CONTENT_TYPE, "application/json")
            .header("idempotency-key", format!("wish-{}", self.wish))
            .header("prefer", "wait=5");
        request.body(Full::from(self.order.api_json().to_string())).expect("a request")
    }

    fn get(&self, path: &str) -> Request<Full<Bytes>> {
        let request = Request::get(path).header(header::HOST, "tournee").header(header::AUTHORIZATION, self.bearer());
        request.body(Full::default()).expect("a request")
    }

    fn generate(&self) -> Request<Full<Bytes>> {
        let asked = self.order.drop_in(&self.crowd.merchants[self.order.merchant]);
        let mut request =
            Request::builder().method(asked.method).uri(asked.path_and_query).header(header::HOST, "tournee");
        for (name, value) in asked.headers {
            request = request.header(name, value);
        }
        request.body(Full::from(asked.body)).expect("a request")
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", api_key(&self.crowd.merchants[self.order.merchant]))
    }

    fn odd(&self, answer: &Response<Bytes>) {
        let body = String::from_utf8_lossy(answer.body());
        self.crowd.tally.odd(self.wish, &format!("{} {}", answer.status(), body.chars().take(400).collect::<String>()));
    }
}

fn as_exchange(answer: &Response<Bytes>) -> Exchange {
    let kind = text(answer, "content-type").unwrap_or_default();
    let response = carriers::Response::new(answer.status().as_u16(), kind, answer.body().clone());
    Exchange { reached: Reached::FirstByte, kept: false, elapsed: Duration::ZERO, result: Ok(response) }
}

fn text<'a>(answer: &'a Response<Bytes>, name: &str) -> Option<&'a str> {
    answer.headers().get(name)?.to_str().ok()
}
