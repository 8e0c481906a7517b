//! The clients of the gateway in a simulated day: a shipping app on our API, a shop's module on the carrier's.
//!
//! The app sends an `Idempotency-Key`, waits a little, then comes back at growing intervals. The module knows
//! nothing of us: it asks again for the same order, as its timer does. The impatient send the same request twice
//! at once and no key, as a person does who clicks again.

use super::{
    gateway::{Door, api_key},
    tally::{Label, Tally},
};
use crate::orders::SimOrder;
use axum::body::Body;
use bytes::Bytes;
use carriers::{Exchange, Reached, Response, Retry, colissimo};
use dispatch::Via;
use http::{Request, StatusCode, header, response::Parts};
use parcel::{ParcelNumber, ShipmentId};
use std::{sync::Arc, time::Duration};

/// By these error ids a module is told that the pickup point cannot be had.
const ABOUT_THE_POINT: [&str; 4] = ["30400", "30401", "30402", "30403"];
/// What the app says it will wait, in seconds.
const APP_WAIT_S: u64 = 20;
/// After so long without an answer the impatient ask again.
const IMPATIENCE: Duration = Duration::from_secs(6);
/// The first interval at which a client comes back; each is four times the one before.
const BACK_FIRST: Duration = Duration::from_secs(60);
/// The longest interval.
const BACK_MAX: Duration = Duration::from_secs(8 * 3_600);

/// Goes for one order's label until it has it, or is told that it cannot be had.
pub(super) async fn get_label(door: Door, orders: Arc<[SimOrder]>, place: usize, tally: Arc<Tally>) {
    let client = Client { door, orders, place, tally };
    if client.order().impatient { twice_if_slow(|| client.ask()).await } else { client.ask().await }
}

/// Does it once, and once more beside it when it has not ended after a while: a person who clicks again.
pub(super) async fn twice_if_slow<T, F: Future<Output = T>>(ask: impl Fn() -> F) -> T {
    let mut first = Box::pin(ask());
    match tokio::time::timeout(IMPATIENCE, &mut first).await {
        Ok(answer) => answer,
        Err(_) => tokio::join!(first, ask()).0,
    }
}

struct Client {
    door: Door,
    orders: Arc<[SimOrder]>,
    place: usize,
    tally: Arc<Tally>,
}

impl Client {
    fn order(&self) -> &SimOrder {
        &self.orders[self.place]
    }

    async fn ask(&self) {
        match self.order().via {
            Via::Api => self.by_api().await,
            Via::DropIn => self.by_module().await,
        }
    }

    /// Asks once, then comes back to see.
    async fn by_api(&self) {
        let (status, body) = self.send(self.post()).await;
        if !matches!(status, StatusCode::CREATED | StatusCode::ACCEPTED) {
            return self.refused(status, &body);
        }
        let Some(id) = text(&body, "id").and_then(|id| id.parse().ok()) else { return self.refused(status, &body) };
        self.acknowledged(id);
        let mut state = text(&body, "state");
        for wait in intervals() {
            match state.as_deref() {
                Some("confirmed") => return self.print(id).await,
                Some("rejected" | "void" | "human") => return self.refused(status, &body),
                _ => tokio::time::sleep(wait).await,
            }
            state = text(&self.send(self.get(&format!("/v1/shipments/{id}"))).await.1, "state");
        }
    }

    async fn print(&self, id: ShipmentId) {
        let (status, body) = self.send(self.get(&format!("/v1/shipments/{id}"))).await;
        let number = text(&body, "parcel_number").and_then(|n| n.parse().ok());
        let (label_status, label) = self.send(self.get(&format!("/v1/shipments/{id}/label"))).await;
        match number {
            Some(number) if label_status == StatusCode::OK && !label.is_empty() => self.released(Some(id), number),
            _ => self.refused(status, &body),
        }
    }

    /// Asks for the same order until the answer is a label or a refusal of what it says.
    async fn by_module(&self) {
        for wait in intervals() {
            let (parts, body) = self.send_whole(self.module_post()).await;
            let id = header_text(&parts, "x-tournee-shipment").and_then(|id| id.parse().ok());
            let content_type = header_text(&parts, "content-type").unwrap_or_default().to_owned();
            let response = Response::new(parts.status.as_u16(), content_type, body);
            let exchange =
                Exchange { reached: Reached::FirstByte, kept: false, elapsed: Duration::ZERO, result: Ok(response) };
            match (colissimo::decode_label(&exchange), id) {
                (Ok(answer), id) => return self.released(id, answer.number),
                // The buyer is asked.
                (Err(error), Some(_)) if ABOUT_THE_POINT.contains(&error.code.as_str()) => {}
                (Err(error), _) if error.retry == Retry::Never => {
                    return self.tally.change(self.place, |seen| seen.refused = Some(error.to_string()));
                }
                (Err(_), Some(id)) => self.acknowledged(id),
                (Err(_), None) => {}
            }
            tokio::time::sleep(wait).await;
        }
    }

    fn post(&self) -> Request<Body> {
        let order = self.order();
        let mut request = Request::post("/v1/shipments")
            .header(header::AUTHORIZATION, self.bearer())
            .header(header::CONTENT_TYPE, "application/json")
            .header("prefer", format!("wait={APP_WAIT_S}"));
        if !order.impatient {
            request = request.header("idempotency-key", format!("label-{}", self.place));
        }
        request.body(Body::from(order.api_json().to_string())).unwrap_or_default()
    }

    fn module_post(&self) -> Request<Body> {
        let order = self.order();
        let asked = order.drop_in(&self.door.merchants[order.merchant]);
        let mut request = Request::builder().method(asked.method).uri(asked.path_and_query);
        for (name, value) in asked.headers {
            request = request.header(name, value);
        }
        request.body(Body::from(asked.body)).unwrap_or_default()
    }

    fn get(&self, path: &str) -> Request<Body> {
        let request = Request::get(path).header(header::AUTHORIZATION, self.bearer());
        request.body(Body::empty()).unwrap_or_default()
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", api_key(&self.door.merchants[self.order().merchant]))
    }

    async fn send(&self, request: Request<Body>) -> (StatusCode, Bytes) {
        let (parts, body) = self.send_whole(request).await;
        (parts.status, body)
    }

    async fn send_whole(&self, request: Request<Body>) -> (Parts, Bytes) {
        self.door.send(request).await
    }

    fn acknowledged(&self, id: ShipmentId) {
        self.tally.acknowledged(self.place, id, self.door.clock.now());
    }

    fn released(&self, id: Option<ShipmentId>, number: ParcelNumber) {
        let at = self.door.clock.now();
        if let Some(id) = id {
            self.acknowledged(id);
        }
        self.tally.held(at);
        self.tally.released(self.place, Label { id, number, at });
    }

    fn refused(&self, status: StatusCode, body: &[u8]) {
        let what = text(body, "detail").unwrap_or_default();
        self.tally.change(self.place, |seen| seen.refused = Some(format!("{status} {what}")));
    }
}

/// How long a client waits before it comes back, each time: 1, 4, 16, 64 minutes and so on up to eight hours.
fn intervals() -> impl Iterator<Item = Duration> {
    (0..20u32).map(|n| BACK_FIRST.saturating_mul(4u32.pow(n.min(8))).min(BACK_MAX))
}

fn text(body: &[u8], field: &str) -> Option<String> {
    let value: serde_json::Value = serde_json::from_slice(body).ok()?;
    value.get(field)?.as_str().map(str::to_owned)
}

fn header_text<'a>(parts: &'a Parts, name: &str) -> Option<&'a str> {
    parts.headers.get(name)?.to_str().ok()
}
