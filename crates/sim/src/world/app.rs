//! An app between shops and the carrier as it is often built: it asks the carrier for the label while the shop's webhook
//! waits, answers 500 when there is none, reads nothing back later and looks after no subscription (assumed).

use super::floor::Floor;
use crate::{
    merchants::Merchant,
    orders::SimOrder,
    shops::{Delivery, State},
    transport::{SimClock, SimTransport},
};
use ::shops::Shipped;
use carriers::{Transport, colissimo};
use clock::Clock;
use parcel::ParcelNumber;
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

const PATIENCE: Duration = Duration::from_secs(10);
const TRIES: u32 = 3;

/// The app, with the orders that it made a label of.
pub(super) struct App {
    transport: Arc<SimTransport<SimClock>>,
    clock: SimClock,
    merchants: Vec<Merchant>,
    heard: Mutex<HashMap<(usize, u64), String>>,
    tried: Mutex<HashSet<(usize, u64)>>,
}

impl App {
    pub(super) fn new(transport: Arc<SimTransport<SimClock>>, clock: SimClock, merchants: Vec<Merchant>) -> Self {
        Self { transport, clock, merchants, heard: Mutex::default(), tried: Mutex::default() }
    }

    pub(super) fn heard(&self) -> HashMap<(usize, u64), String> {
        lock(&self.heard).clone()
    }

    /// A webhook of the shop at this place; gives the status that it is answered with.
    pub(super) async fn hear(&self, floor: &Arc<Floor>, place: usize, delivery: &Delivery) -> u16 {
        let Some(order) = delivery.order else { return 200 };
        if lock(&self.heard).contains_key(&(place, order)) || self.serve(floor, place, order).await {
            return 200;
        }
        500
    }

    /// Looks at the shops that send no webhooks: each order is taken up once.
    pub(super) async fn look(self: Arc<Self>, floor: Arc<Floor>) {
        for place in floor.silent() {
            let orders = floor.with_shop(place, |shop, _| shop.orders());
            for order in orders.into_iter().filter(|order| order.state == State::ToShip) {
                if lock(&self.tried).insert((place, order.id)) {
                    self.serve(&floor, place, order.id).await;
                }
            }
        }
    }

    async fn serve(&self, floor: &Arc<Floor>, place: usize, id: u64) -> bool {
        let Some(order) = floor.order_of(place, id) else { return false };
        let Some(number) = self.label(order).await else { return false };
        lock(&self.heard).insert((place, id), number.to_string());
        let shipped = Shipped {
            order_id: id.to_string(),
            parcel_number: number,
            tracking_url: format!("https://www.laposte.fr/outils/suivre-vos-envois?code={number}"),
            carrier: "Colissimo".into(),
            mark_shipped: true,
            replaces: None,
        };
        if let Some(client) = floor.client(place, Arc::new(self.clock)) {
            // The shops of the simulation are always there; what they refuse is seen in their books.
            let _ = client.push_shipment(&shipped).await;
        }
        true
    }

    async fn label(&self, order: &SimOrder) -> Option<ParcelNumber> {
        let login = &self.merchants.get(order.merchant)?.login;
        for _ in 0..TRIES {
            let day = order.shipment.deposit_date.max(self.clock.now().paris_date());
            let request = colissimo::encode_generate(&order.shipment, login, day, order.shipment.format);
            let exchange = self.transport.exchange(request, PATIENCE, Box::new(|| {})).await;
            if let Ok(answer) = colissimo::decode_label(&exchange) {
                return Some(answer.number);
            }
        }
        None
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
