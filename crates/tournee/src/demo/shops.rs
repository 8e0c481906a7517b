//! The shops of a demonstration: programs that ask the gateway over real sockets, some through its API, some as a
//! module that believes to speak to the carrier. They know nothing of what is wrong; they wait, ask again, and print.

use super::{
    board::{Label, Shared},
    day::GatewayClock,
};
use bytes::Bytes;
use carriers::{Exchange, Request, Response, Retry, Transport, colissimo, http::HttpTransport};
use clock::Clock;
use dispatch::Via;
use http::{HeaderName, Method, header};
use parcel::{Letter, ParcelNumber, ShipmentId};
use sim::{invariants::Acknowledged, merchants::Merchant, orders::SimOrder};
use std::{sync::Arc, time::Duration};

/// How long the app asks the gateway to wait for the label, in seconds.
const WAIT_S: u64 = 2;
/// How long a client waits for any answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long the impatient wait before they hang up and ask anew.
const IMPATIENCE: Duration = Duration::from_millis(250);
/// How long a client rests before it asks again.
const REST: Duration = Duration::from_millis(400);

/// What every shop's program holds.
pub(super) struct Shops {
    pub(super) gateway: HttpTransport,
    pub(super) clock: Arc<GatewayClock>,
    pub(super) merchants: Vec<Merchant>,
    /// The API key of each merchant.
    pub(super) api_keys: Vec<String>,
    pub(super) orders: Vec<SimOrder>,
    pub(super) board: Arc<Shared>,
}

impl Shops {
    /// Goes for one order's label until it is printed or refused for good.
    pub(super) async fn get_label(self: Arc<Self>, wish: usize) {
        let Some(order) = self.orders.get(wish) else { return };
        self.board.board().asked += 1;
        match order.via {
            Via::Api => self.by_api(wish, order).await,
            Via::DropIn => self.by_module(wish, order).await,
        }
    }

    async fn by_api(&self, wish: usize, order: &SimOrder) {
        let Some(id) = self.submit(wish, order).await else { return };
        let Some(number) = self.number(order, &id).await else { return };
        loop {
            let label = self.call(self.get(order, &format!("/v1/shipments/{id}/label")), PATIENCE).await;
            if label.result.is_ok_and(|answer| answer.status == 200 && !answer.body.is_empty()) {
                return self.printed(wish, order, id.parse().ok(), number);
            }
            tokio::time::sleep(REST).await;
        }
    }

    /// Asks until the order is taken in; gives its id. The impatient hang up once and ask anew, without a word that
    /// it is the same request.
    async fn submit(&self, wish: usize, order: &SimOrder) -> Option<String> {
        let mut patience = if order.impatient { IMPATIENCE } else { PATIENCE };
        loop {
            let asked = self.call(self.post(wish, order), patience).await;
            patience = PATIENCE;
            match asked.result {
                Ok(answer) if matches!(answer.status, 201 | 202) => {
                    let id = field(&answer, "id")?;
                    self.acknowledged(wish, order, id.parse().ok());
                    return Some(id);
                }
                Ok(answer) if answer.status < 500 => {
                    let why = field(&answer, "detail").unwrap_or_else(|| format!("HTTP {}", answer.status));
                    self.refused(order, &why);
                    return None;
                }
                _ => tokio::time::sleep(REST).await,
            }
        }
    }

    /// Comes back until the label is there; gives its number.
    async fn number(&self, order: &SimOrder, id: &str) -> Option<ParcelNumber> {
        loop {
            if let Ok(answer) = self.call(self.get(order, &format!("/v1/shipments/{id}")), PATIENCE).await.result {
                match field(&answer, "state").as_deref() {
                    Some("confirmed") => return field(&answer, "parcel_number")?.parse().ok(),
                    Some(state @ ("rejected" | "void" | "human")) => {
                        self.refused(order, state);
                        return None;
                    }
                    _ => {}
                }
            }
            tokio::time::sleep(REST).await;
        }
    }

    async fn by_module(&self, wish: usize, order: &SimOrder) {
        let Some(merchant) = self.merchants.get(order.merchant) else { return };
        loop {
            // A module writes the day on which it asks, so that an order asked again tomorrow is not too late.
            let (shipment, today) = (&order.shipment, self.clock.now().paris_date());
            let day = shipment.deposit_date.max(today);
            let request = colissimo::encode_generate(shipment, &merchant.login, day, shipment.format);
            let exchange = self.call(request, PATIENCE).await;
            match colissimo::decode_label(&exchange) {
                Ok(answer) => return self.printed(wish, order, None, answer.number),
                Err(error) if error.retry == Retry::Never => return self.refused(order, &error.to_string()),
                Err(_) => tokio::time::sleep(REST).await,
            }
        }
    }

    async fn call(&self, request: Request, most: Duration) -> Exchange {
        self.gateway.exchange(request, most, Box::new(|| {})).await
    }

    fn post(&self, wish: usize, order: &SimOrder) -> Request {
        let mut request = self.get(order, "/v1/shipments");
        request.method = Method::POST;
        request.headers.push((header::CONTENT_TYPE, "application/json".into()));
        request.headers.push((HeaderName::from_static("prefer"), format!("wait={WAIT_S}")));
        if !order.impatient {
            request.headers.push((HeaderName::from_static("idempotency-key"), format!("label-{wish}")));
        }
        request.body = Bytes::from(order.api_json().to_string());
        request
    }

    fn get(&self, order: &SimOrder, path: &str) -> Request {
        let key = self.api_keys.get(order.merchant).map(String::as_str).unwrap_or_default();
        Request {
            method: Method::GET,
            path_and_query: path.into(),
            headers: vec![(header::AUTHORIZATION, format!("Bearer {key}"))],
            body: Bytes::new(),
        }
    }

    fn acknowledged(&self, wish: usize, order: &SimOrder, id: Option<ShipmentId>) {
        let Some(id) = id else { return };
        let (product, mode) = (order.shipment.product.clone(), order.shipment.mode.clone());
        self.board.board().acknowledged(Acknowledged { wish, id, at: self.clock.now(), product, mode });
    }

    fn printed(&self, wish: usize, order: &SimOrder, id: Option<ShipmentId>, number: ParcelNumber) {
        let (product, mode) = (order.shipment.product.clone(), order.shipment.mode.clone());
        let label = Label { wish, id, number, at: self.clock.now(), product, mode, whose: whose(order) };
        self.board.board().released(label);
    }

    fn refused(&self, order: &SimOrder, why: &str) {
        self.board.board().refused(&whose(order), why);
    }
}

/// `CMD-1-000042 → Clermont-Ferrand 63000`; a further parcel of an order has its place after a slash.
fn whose(order: &SimOrder) -> String {
    let mut whose = order.shipment.order_number.as_ref().map(ToString::to_string).unwrap_or_default();
    if order.parcel_no > 1 {
        whose += &format!("/{}", order.parcel_no);
    }
    if let Letter::Parts(parts) = &order.shipment.letter {
        whose += &format!(" → {} {}", parts.addressee.city(), parts.addressee.postal_code());
    }
    whose
}

fn field(answer: &Response, name: &str) -> Option<String> {
    let value: serde_json::Value = serde_json::from_slice(&answer.body).ok()?;
    value.get(name)?.as_str().map(str::to_owned)
}
