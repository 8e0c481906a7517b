//! Orders of the simulated shops to real communes: who wants what sent where, and when.
//!
//! A pure function of the seed, the count and the scenario's span. People, streets and telephones are made up
//! (`data/README.md`); shares and the daily curve are assumptions, said where they stand.

use crate::{
    dice::Dice,
    merchants::{Merchant, merchants},
    places::{Commune, communes, open_points},
    scenario::Scenario,
};
use carriers::{Request, colissimo};
use clock::Time;
use dispatch::Via;
use jiff::{ToSpan, civil::Date, civil::Weekday};
use parcel::{
    Address, AddressFields, Cents, DeliveryMode, LabelFormat, Letter, OrderNumber, ParcelNumber, PickupPointId,
    Product, Shipment, ShipmentParts, Weight,
};
use std::time::Duration;

mod api;
mod people;

pub(crate) use people::buyer;

/// Of a hundred parcels: to a pickup point, and to the home with a signature (assumed).
const PICKUP_PERCENT: u64 = 40;
const SIGNATURE_PERCENT: u64 = 18;
/// Of a hundred orders, those of two or three parcels (assumed).
const MULTI_PERCENT: u64 = 5;
/// Of a hundred parcels, those asked for through the carrier-compatible endpoint (assumed).
const DROP_IN_PERCENT: u64 = 30;
/// Of a hundred callers, those who do not wait for an answer and ask again (assumed).
const IMPATIENT_PERCENT: u64 = 15;
/// Of a hundred parcels, those whose label is wanted for a thermal printer (assumed).
const ZPL_PERCENT: u64 = 25;
/// From this hour on a parcel goes with the next day's collection (assumed).
const LAST_COLLECTION_HOUR: usize = 15;
/// The longest scenario that orders are made for, in hours: sixty days.
const HOURS_MAX: u64 = 1_440;
/// How many labels are asked for in each hour of the day in Paris, against the other hours: shops work by day, with
/// a peak in the morning and one after lunch (assumed).
const HOURLY: [u64; 24] = [2, 1, 1, 1, 1, 3, 6, 14, 30, 44, 48, 42, 24, 30, 44, 46, 40, 30, 20, 14, 10, 8, 6, 4];
/// Which stream of the seed's chance the orders are drawn from.
const ORDERS_STREAM: u64 = 2;
/// The first serial of the numbers that a merchant chooses by itself; the carrier's own ranges lie below.
const CHOSEN_SERIAL_FIRST: u64 = 7_000_000_000;

/// One parcel that somebody wants sent.
#[derive(Clone, Debug, PartialEq)]
pub struct SimOrder {
    /// When the shop asks for the label.
    pub at: Time,
    /// Whose: the place in [`merchants`].
    pub merchant: usize,
    /// What is to be sent.
    pub shipment: Shipment,
    /// Which parcel of its order, from 1.
    pub parcel_no: u32,
    /// By which door it comes.
    pub via: Via,
    /// The caller does not wait for an answer: it gives up and asks again.
    pub impatient: bool,
}

impl SimOrder {
    /// The pickup point that the buyer chose.
    pub fn pickup(&self) -> Option<PickupPointId> {
        self.shipment.mode.pickup_point()
    }

    /// The body of the request at the gateway's own API.
    pub fn api_json(&self) -> serde_json::Value {
        api::body(&self.shipment)
    }

    /// The request as a shop's module would send it to the carrier, with the merchant's own credentials.
    pub fn drop_in(&self, merchant: &Merchant) -> Request {
        colissimo::encode_generate(&self.shipment, &merchant.login, self.shipment.deposit_date, self.shipment.format)
    }
}

/// `n` parcels over the span of the scenario, earliest first. The parcels of one order stand close together in time.
pub fn orders(seed: u64, n: usize, scenario: &Scenario) -> Vec<SimOrder> {
    let mut book =
        OrderBook { dice: Dice::stream(seed, ORDERS_STREAM), merchants: merchants(), numbered: 0, chosen: 0 };
    let hours = Hours::of(scenario);
    let mut made = Vec::with_capacity(n + 2);
    while made.len() < n {
        let Some(at) = hours.moment(&mut book.dice) else { break };
        book.add(at, &mut made);
    }
    made.truncate(n);
    made.sort_by_key(|o: &SimOrder| o.at);
    made
}

/// What grows while orders are made.
struct OrderBook {
    dice: Dice,
    merchants: Vec<Merchant>,
    numbered: u64,
    chosen: u64,
}

/// What the parcels of one order have in common.
struct Order {
    merchant: usize,
    number: OrderNumber,
    numbered: u64,
    buyer: AddressFields,
    product: Product,
    mode: DeliveryMode,
    via: Via,
}

impl OrderBook {
    /// Adds the parcels of one order, a few seconds apart.
    fn add(&mut self, at: Time, made: &mut Vec<SimOrder>) {
        let Some(order) = self.order() else { return };
        let parcels = if self.percent(MULTI_PERCENT) { 2 + u32::from(self.percent(20)) } else { 1 };
        for parcel_no in 1..=parcels {
            let at = at.plus(Duration::from_secs(u64::from(parcel_no - 1) * 2));
            made.extend(self.parcel(&order, at, parcel_no));
        }
    }

    fn order(&mut self) -> Option<Order> {
        self.numbered += 1;
        let merchant = self.merchant();
        let commune = self.dice.pick(communes()).copied()?;
        let (product, mode) = self.delivery(&commune);
        Some(Order {
            merchant,
            number: format!("CMD-{}-{:06}", merchant + 1, self.numbered).parse().ok()?,
            numbered: self.numbered,
            buyer: people::buyer(&mut self.dice, &commune),
            product,
            mode,
            via: if self.percent(DROP_IN_PERCENT) { Via::DropIn } else { Via::Api },
        })
    }

    fn parcel(&mut self, order: &Order, at: Time, parcel_no: u32) -> Option<SimOrder> {
        let shipment = Shipment {
            order_number: Some(order.number.clone()),
            parcel_ref: Some(format!("{}-{parcel_no}", order.numbered)),
            parcel_number: self.chosen_number(order),
            product: order.product.clone(),
            mode: order.mode.clone(),
            deposit_date: self.deposit_date(at),
            weight: self.weight()?,
            format: self.format()?,
            letter: self.letter(order)?,
        };
        let impatient = self.percent(IMPATIENT_PERCENT);
        Some(SimOrder { at, merchant: order.merchant, shipment, parcel_no, via: order.via, impatient })
    }

    fn percent(&mut self, percent: u64) -> bool {
        self.dice.below(100) < percent
    }

    fn merchant(&mut self) -> usize {
        let weights: Vec<u64> = self.merchants.iter().map(|m| m.weight).collect();
        weighted(&weights, &mut self.dice)
    }

    fn delivery(&mut self, commune: &Commune) -> (Product, DeliveryMode) {
        let points: Vec<PickupPointId> = open_points(commune).collect();
        match (self.dice.below(100), self.dice.pick(&points)) {
            (throw, Some(point)) if throw < PICKUP_PERCENT => (Product::Hd, DeliveryMode::PickupPoint(*point)),
            (throw, _) if throw < PICKUP_PERCENT + SIGNATURE_PERCENT => (Product::Dos, DeliveryMode::Home),
            _ => (Product::Dom, DeliveryMode::Home),
        }
    }

    fn letter(&mut self, order: &Order) -> Option<Letter> {
        let shop = self.merchants.get(order.merchant)?;
        let parts = ShipmentParts {
            sender: shop.sender.clone(),
            addressee: Address::parse(order.buyer.clone()).ok()?,
            commercial_name: Some(shop.name.into()),
            insurance: (self.dice.below(10) == 0).then_some(Cents(5_000)),
            instructions: (self.dice.below(8) == 0).then(|| "Sonner deux fois".into()),
            non_machinable: self.dice.below(50) == 0,
            undeliverable: None,
            customs: None,
        };
        Some(Letter::Parts(Box::new(parts)))
    }

    fn chosen_number(&mut self, order: &Order) -> Option<ParcelNumber> {
        if !self.merchants.get(order.merchant)?.chooses_numbers {
            return None;
        }
        self.chosen += 1;
        ParcelNumber::from_serial(order.product.number_prefix()?, CHOSEN_SERIAL_FIRST + self.chosen).ok()
    }

    /// Most parcels are light and a few heavy, up to 17 kg: the square of a throw (assumed). In steps of ten grams, as
    /// the carrier counts.
    fn weight(&mut self) -> Option<Weight> {
        let throw = self.dice.below(130);
        Weight::from_grams(u32::try_from(150 + throw * throw / 10 * 10).ok()?).ok()
    }

    fn format(&mut self) -> Option<LabelFormat> {
        let thermal = self.percent(ZPL_PERCENT);
        if thermal { "ZPL_10x15_203dpi".parse().ok() } else { Some(LabelFormat::PDF_10X15) }
    }

    /// Today while the collection is still to come, else the next working day; one parcel in five is packed ahead.
    fn deposit_date(&mut self, at: Time) -> Date {
        let today = at.paris_date();
        let late = hour_in_paris(at) >= LAST_COLLECTION_HOUR || self.dice.below(5) == 0;
        let first = if late { today.saturating_add(1.day()) } else { today };
        first.series(1.day()).take(7).find(|day| is_working_day(*day)).unwrap_or(first)
    }
}

/// A day on which the carrier collects in the season of the scenarios: neither Sunday nor Christmas nor New Year.
fn is_working_day(day: Date) -> bool {
    day.weekday() != Weekday::Sunday && !matches!((day.month(), day.day()), (12, 25) | (1, 1))
}

fn hour_in_paris(at: Time) -> usize {
    at.to_paris().get(11..13).and_then(|hour| hour.parse().ok()).unwrap_or(0)
}

/// The hours of a scenario, each with its weight.
struct Hours {
    starts: Vec<Time>,
    weights: Vec<u64>,
    end: Time,
}

impl Hours {
    fn of(scenario: &Scenario) -> Self {
        let hour = |n: u64| scenario.start.plus(Duration::from_secs(n * 3_600));
        let starts: Vec<Time> = (0..HOURS_MAX).map(hour).take_while(|at| *at < scenario.end).collect();
        let weights = starts.iter().map(|at| HOURLY.get(hour_in_paris(*at)).copied().unwrap_or(1)).collect();
        Self { starts, weights, end: scenario.end }
    }

    fn moment(&self, dice: &mut Dice) -> Option<Time> {
        let start = *self.starts.get(weighted(&self.weights, dice))?;
        let length = self.end.since(start).min(Duration::from_secs(3_600));
        Some(start.plus(Duration::from_millis(dice.below(u64::try_from(length.as_millis()).ok()?))))
    }
}

/// A place in the list, each as likely as its weight says.
fn weighted(weights: &[u64], dice: &mut Dice) -> usize {
    let mut left = dice.below(weights.iter().sum());
    for (place, weight) in weights.iter().enumerate() {
        if left < *weight {
            return place;
        }
        left -= weight;
    }
    0
}

#[cfg(test)]
mod tests;
