//! Our clients: shops that want labels, buyers that look for pickup points, pages that show where a parcel is.

use crate::net::US;
use bytes::Bytes;
use clock::{Clock, SystemClock};
use http::{Method, Request, Response, header};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use parcel::ParcelNumber;
use serde_json::Value;
use sim::{
    dice::Dice,
    orders::{SimOrder, orders},
    scenario::{Baseline, Scenario},
};
use std::{sync::Arc, time::Duration};
use tokio::{
    net::TcpStream,
    task::JoinSet,
    time::{MissedTickBehavior, interval, timeout},
};

/// More orders than a world has time for.
const ORDERS_COUNT: usize = 2_000;
/// Requests under way, at most.
const UNDER_WAY_MAX: usize = 64;
/// No client waits longer.
const PATIENCE: Duration = Duration::from_secs(30);
const TOWNS: [(&str, &str); 4] = [("75001", "Paris"), ("69001", "Lyon"), ("29200", "Brest"), ("33000", "Bordeaux")];

/// The clients of a world.
pub(crate) struct Clients {
    api_key: String,
    orders: Vec<SimOrder>,
    number: ParcelNumber,
    next: u64,
    dice: Dice,
    under_way: JoinSet<()>,
}

impl Clients {
    pub(crate) fn new(api_key: String, seed: u64) -> Self {
        // For tomorrow on, so that no midnight makes an order late.
        let tomorrow = SystemClock.now().plus(Duration::from_secs(86_400));
        let mut orders = orders(seed, ORDERS_COUNT, &Scenario::calm(tomorrow, Baseline::default()));
        orders.retain(|order| order.pickup().is_none() && order.shipment.parcel_number.is_none());
        let number = ParcelNumber::from_serial("6A", 7_000_000_001).expect("a number");
        Self { api_key, orders, number, next: 0, dice: Dice::stream(seed, 8), under_way: JoinSet::new() }
    }

    /// Sends the next request, of each kind as many as of the others, and does not wait for it.
    pub(crate) fn send(&mut self) {
        while self.under_way.try_join_next().is_some() {}
        if self.under_way.len() >= UNDER_WAY_MAX {
            return;
        }
        let request = match self.next % 3 {
            0 => self.label(),
            1 => self.pickup(),
            _ => self.tracking(),
        };
        self.next += 1;
        self.under_way.spawn(async move { drop(ask(request, PATIENCE).await) });
    }

    /// Waits until nothing is under way any more.
    pub(crate) async fn are_served(&mut self) {
        while self.under_way.join_next().await.is_some() {}
    }

    /// Sends so many a second, for ever.
    pub(crate) async fn go_on(&mut self, per_second: u64) {
        let mut beat = interval(Duration::from_millis(1_000 / per_second));
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            beat.tick().await;
            self.send();
        }
    }

    fn label(&mut self) -> Request<Full<Bytes>> {
        let at = usize::try_from(self.next).unwrap_or_default() % self.orders.len();
        let body = self.orders[at].api_json().to_string();
        self.request(Method::POST, "/v1/shipments").body(Full::from(body)).expect("a request")
    }

    fn pickup(&mut self) -> Request<Full<Bytes>> {
        let (postal_code, city) = *self.dice.pick(&TOWNS).expect("a town");
        let path = format!("/v1/pickup-points?postal_code={postal_code}&city={city}");
        self.request(Method::GET, &path).body(Full::default()).expect("a request")
    }

    fn tracking(&mut self) -> Request<Full<Bytes>> {
        let path = format!("/suivi/v2/idships/{}?lang=fr_FR", self.number);
        let request = self.request(Method::GET, &path).header("x-okapi-key", "any");
        request.body(Full::default()).expect("a request")
    }

    fn request(&self, method: Method, path: &str) -> http::request::Builder {
        let bearer = format!("Bearer {}", self.api_key);
        let request = Request::builder().method(method).uri(path).header(header::HOST, "tournee");
        request.header(header::AUTHORIZATION, bearer).header(header::CONTENT_TYPE, "application/json")
    }
}

/// Asks how the carriers are.
pub(crate) async fn health(api_key: &Arc<str>) -> Option<Value> {
    let request = Request::get("/v1/health/carriers").header(header::HOST, "tournee");
    let request = request.header(header::AUTHORIZATION, format!("Bearer {api_key}")).body(Full::default());
    let answer = ask(request.expect("a request"), Duration::from_secs(5)).await?;
    serde_json::from_slice(answer.body()).ok()
}

async fn ask(request: Request<Full<Bytes>>, patience: Duration) -> Option<Response<Bytes>> {
    let exchange = async move {
        let stream = TcpStream::connect(US).await.ok()?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.ok()?;
        // Owns the sender: with its end the connection ends too.
        let exchange = async move {
            let (head, body) = sender.send_request(request).await.ok()?.into_parts();
            Some(Response::from_parts(head, body.collect().await.ok()?.to_bytes()))
        };
        tokio::join!(exchange, connection).0
    };
    timeout(patience, exchange).await.ok()?
}
