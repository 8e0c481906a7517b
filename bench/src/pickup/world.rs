//! Seeded points over France, dense where people live, and buyers who look for them there.

use clock::Time;
use jiff::{
    ToSpan,
    civil::{Date, date},
};
use parcel::PointKind;
use pickup::{Closure, Hours, Known, Need, Point, Position, Query, Standing, places};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::time::Duration;

const SEED: u64 = 22_122_025;
/// The first shipping date, and how many follow it.
pub(super) const FIRST: Date = date(2025, 12, 22);
pub(super) const DATES: u8 = 10;
/// 2025-12-22T00:00:00Z.
const NOW: Time = Time::from_unix_ms(1_766_361_600_000);
const DAY: Duration = Duration::from_secs(86_400);

/// The day so many days after the first.
pub(super) fn day(number: u8) -> Date {
    FIRST.saturating_add(i64::from(number).days())
}

/// So many points: two in three shops, one in eight with holidays, one in fifty shut for good.
pub(super) fn points(count: u32) -> Vec<Known> {
    let mut chance = ChaCha8Rng::seed_from_u64(SEED);
    let towns = towns();
    (0..count).filter_map(|number| point(&mut chance, &towns, number)).collect()
}

/// Searches near where people live: every weight, a wish in every second.
pub(super) fn queries(count: u32) -> Vec<Query> {
    let mut chance = ChaCha8Rng::seed_from_u64(SEED + 1);
    let towns = towns();
    (0..count).filter_map(|_| query(&mut chance, &towns)).collect()
}

/// The places of mainland France, each as often as its size makes it likely.
fn towns() -> Vec<Position> {
    let mainland = places::all().filter(|place| place.postal_code < "97");
    mainland
        .flat_map(|place| {
            let size = places::complete(place.postal_code, 1)
                .first()
                .map_or(1, |first| if first.name == place.name && !place.approximate { 4 } else { 1 });
            std::iter::repeat_n(place.position, size)
        })
        .collect()
}

fn near(chance: &mut ChaCha8Rng, towns: &[Position], degrees: f64) -> Option<Position> {
    let town = towns.get(chance.random_range(0..towns.len()))?;
    let mut aside = || chance.random_range(-degrees..degrees);
    Position::new(town.latitude() + aside(), town.longitude() + aside()).ok()
}

fn point(chance: &mut ChaCha8Rng, towns: &[Position], number: u32) -> Option<Known> {
    let is_shop = chance.random_bool(2.0 / 3.0);
    let open = if is_shop { "08:30-12:30 14:00-19:30" } else { "09:00-12:00 14:00-18:00" };
    let closures = chance.random_bool(0.125).then(|| closure(chance)).into_iter().collect();
    let point = Point {
        id: format!("{number:06}").parse().ok()?,
        name: format!("POINT FICTIF {number}"),
        address: ["1 PLACE DE LA SIMULATION".into(), String::new(), String::new()],
        postal_code: "00000".into(),
        city: "VILLE FICTIVE".into(),
        country: "FR".into(),
        position: Some(near(chance, towns, 0.03)?),
        kind: if is_shop { PointKind::Shop } else { PointKind::PostOffice },
        network: if is_shop { "R03" } else { "R01" }.into(),
        hours: Hours::parse([open, open, open, open, open, open, "00:00-00:00"]),
        closures,
        closed: chance.random_bool(0.02),
        partly_closed: false,
        weight_max_g: Some(if is_shop { 20_000 } else { 30_000 }),
        accessible: chance.random_bool(0.5),
        language: "FR".into(),
        sorting: std::array::from_fn(|_| String::new()),
    };
    Some(Known { point, seen_at: NOW, standing: Standing::Listed })
}

fn closure(chance: &mut ChaCha8Rng) -> Closure {
    let from = NOW.plus(DAY * chance.random_range(0..15));
    Closure { from, until: from.plus(DAY * chance.random_range(1..15)) }
}

fn query(chance: &mut ChaCha8Rng, towns: &[Position]) -> Option<Query> {
    let near = near(chance, towns, 0.1)?;
    let wish = chance.random_range(0..6);
    let need = Need {
        weight_g: Some(if chance.random_bool(0.1) { 25_000 } else { chance.random_range(100..20_000) }),
        post_offices_only: wish == 0,
        kind: (wish == 1).then_some(PointKind::Shop),
        accessible: wish == 2,
        ..Need::on(day(chance.random_range(0..DATES)))
    };
    Some(Query::new(near, need))
}
