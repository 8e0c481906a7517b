//! Buyers at the simulated checkouts, made up by the seed.

use super::{NewOrder, Pickup};
use crate::{
    dice::Dice,
    orders::{SimOrder, buyer},
    places::{communes, open_points},
};
use parcel::{Letter, PickupPointId};

/// Which stream of the seed's chance the buyers are drawn from.
const BUYERS_STREAM: u64 = 41;
/// Of a hundred orders: to a pickup point, and not paid for yet (assumed).
const PICKUP_PERCENT: u64 = 40;
const UNPAID_PERCENT: u64 = 3;

/// Buyers without end, the same for every run with one seed.
#[derive(Clone, Debug)]
pub struct Buyers(Dice);

impl Buyers {
    /// The buyers of this seed.
    pub fn new(seed: u64) -> Self {
        Self(Dice::stream(seed, BUYERS_STREAM))
    }
}

impl Iterator for Buyers {
    type Item = NewOrder;

    fn next(&mut self) -> Option<NewOrder> {
        let dice = &mut self.0;
        let commune = dice.pick(communes()).copied()?;
        let points: Vec<PickupPointId> = open_points(&commune).collect();
        let pickup = if dice.below(100) < PICKUP_PERCENT { dice.pick(&points).copied() } else { None };
        let throw = dice.below(130);
        Some(NewOrder {
            buyer: buyer(dice, &commune),
            pickup: pickup.map(|id| choice(id, commune.name)),
            weight_g: u32::try_from(150 + throw * throw / 10 * 10).ok()?,
            method: method(pickup.is_some()).into(),
            total_cents: 1_500 + dice.below(12_000),
            paid: dice.below(100) >= UNPAID_PERCENT,
        })
    }
}

impl NewOrder {
    /// An order of the simulated world as its shop gets it; none for a letter that has no parts.
    pub fn of(order: &SimOrder) -> Option<Self> {
        let Letter::Parts(parts) = &order.shipment.letter else { return None };
        let buyer = parts.addressee.fields().clone();
        let pickup = order.pickup().map(|id| choice(id, buyer.city.as_deref().unwrap_or_default()));
        Some(Self {
            method: method(pickup.is_some()).into(),
            buyer,
            pickup,
            weight_g: order.shipment.weight.grams(),
            total_cents: 4_990,
            paid: true,
        })
    }
}

fn choice(id: PickupPointId, commune: &str) -> Pickup {
    let kind = if id.as_str().ends_with('1') { "Bureau de poste" } else { "Relais" };
    Pickup { id, label: format!("{kind} {commune}"), product: "HD".into() }
}

fn method(pickup: bool) -> &'static str {
    if pickup { "Colissimo - Point de retrait" } else { "Colissimo - À domicile" }
}
