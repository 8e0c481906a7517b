//! A client of the common shape, straight at the carrier: ten seconds of patience, two blind retries, and when the
//! pickup points do not answer, the nearest one instead of the buyer's.
//!
//! What the shops' people do is assumed: whoever gets an error tries by hand an hour later and four hours after
//! that, then gives the order up; the impatient click twice, and both labels come out of the printer.

use super::{
    Plan,
    client::twice_if_slow,
    tally::{Label, Tally},
};
use crate::{
    dice::Dice,
    merchants::{Merchant, merchants},
    orders::SimOrder,
    places::{communes, open_points},
    scenario::{Function, Scenario},
    transport::{SimClock, SimTransport},
};
use carriers::{Retry, Transport, colissimo};
use clock::Clock;
use parcel::{DeliveryMode, Letter, ParcelNumber, PickupPointId, Product, Shipment};
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

const PATIENCE: Duration = Duration::from_secs(10);
const TRIES: u32 = 3;
const BY_HAND: [Duration; 2] = [Duration::from_secs(3_600), Duration::from_secs(4 * 3_600)];
/// Which stream of the seed's chance the shop's own luck is drawn from.
const NAIVE_STREAM: u64 = 11;

/// A shop without a gateway.
pub(super) struct Shop {
    transport: Arc<SimTransport<SimClock>>,
    clock: SimClock,
    scenario: Scenario,
    merchants: Vec<Merchant>,
    dice: Mutex<Dice>,
    unknown: AtomicU64,
}

impl Shop {
    pub(super) fn new(transport: Arc<SimTransport<SimClock>>, clock: SimClock, plan: &Plan) -> Self {
        let dice = Mutex::new(Dice::stream(plan.seed, NAIVE_STREAM));
        let scenario = plan.scenario.clone();
        Self { transport, clock, scenario, merchants: merchants(), dice, unknown: AtomicU64::new(0) }
    }

    /// Calls whose outcome the client could not know, and which it repeated all the same.
    pub(super) fn unknown(&self) -> u64 {
        self.unknown.load(Ordering::Relaxed)
    }

    /// Whether the pickup-point service answers within the client's patience and tries.
    fn pickup_points_answer(&self) -> bool {
        let weather = self.scenario.at(self.clock.now(), Function::Pickup);
        let mut dice = self.dice.lock().unwrap_or_else(PoisonError::into_inner);
        !weather.dark && (0..TRIES).any(|_| !dice.chance(weather.error_rate))
    }
}

/// Goes for one order's label as such a client does.
pub(super) async fn get_label(shop: Arc<Shop>, orders: Arc<[SimOrder]>, place: usize, tally: Arc<Tally>) {
    let order = &orders[place];
    let shipment = shipment(&shop, order, place, &tally);
    let click = || click(&shop, order, &shipment, place, &tally);
    let got = if order.impatient { twice_if_slow(click).await } else { click().await };
    if got {
        return;
    }
    for wait in BY_HAND {
        tokio::time::sleep(wait).await;
        if click().await {
            return;
        }
    }
    tally.change(place, |seen| seen.gave_up = true);
}

/// What the client asks for: the buyer's choice, or the nearest point when the points could not be looked up.
fn shipment(shop: &Shop, order: &SimOrder, place: usize, tally: &Tally) -> Shipment {
    let mut shipment = order.shipment.clone();
    if let Some(chosen) = order.pickup()
        && !shop.pickup_points_answer()
    {
        (shipment.product, shipment.mode) = match another_point(&shipment, chosen) {
            Some(point) => (Product::Hd, DeliveryMode::PickupPoint(point)),
            None => (Product::Dom, DeliveryMode::Home),
        };
        tally.change(place, |seen| seen.substituted = true);
    }
    shipment
}

fn another_point(shipment: &Shipment, chosen: PickupPointId) -> Option<PickupPointId> {
    let Letter::Parts(parts) = &shipment.letter else { return None };
    let code = parts.addressee.postal_code();
    let commune = communes().iter().find(|c| c.postal_code == code)?;
    open_points(commune).find(|point| *point != chosen)
}

/// One press of the button: a call and two blind retries. Whether a label came out or the order was refused.
async fn click(shop: &Shop, order: &SimOrder, shipment: &Shipment, place: usize, tally: &Tally) -> bool {
    for _ in 0..TRIES {
        match call(shop, order, shipment).await {
            Ok(number) => {
                tally.released(place, Label { id: None, number, at: shop.clock.now() });
                return true;
            }
            Err(Retry::Never) => {
                tally.change(place, |seen| seen.refused = Some("refused by the carrier".into()));
                return true;
            }
            Err(Retry::Unknown) => {
                shop.unknown.fetch_add(1, Ordering::Relaxed);
            }
            Err(Retry::After(_)) => {}
        }
    }
    false
}

async fn call(shop: &Shop, order: &SimOrder, shipment: &Shipment) -> Result<ParcelNumber, Retry> {
    let login = &shop.merchants[order.merchant].login;
    let deposit_date = shipment.deposit_date.max(shop.clock.now().paris_date());
    let request = colissimo::encode_generate(shipment, login, deposit_date, shipment.format);
    let exchange = shop.transport.exchange(request, PATIENCE, Box::new(|| {})).await;
    colissimo::decode_label(&exchange).map(|answer| answer.number).map_err(|error| error.retry)
}
