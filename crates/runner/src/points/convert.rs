//! A point as the carrier writes it and as the directory keeps it, there and back.
//!
//! Nothing is lost but the distance, which belongs to one question, and coordinates that are none.

use carriers::colissimo::pickup::{Closure as Shut, PickupPoint};
use clock::Time;
use pickup::{Closure, Hours, Point, Position};

/// The point as the directory keeps it.
pub fn kept(point: &PickupPoint) -> Point {
    Point {
        id: point.id,
        name: point.name.clone(),
        address: point.address.clone(),
        postal_code: point.postal_code.clone(),
        city: point.city.clone(),
        country: point.country.clone(),
        position: point.latitude.zip(point.longitude).and_then(|(north, east)| Position::new(north, east).ok()),
        kind: point.kind.clone(),
        network: point.network.clone(),
        hours: Hours::parse(point.hours.each_ref().map(String::as_str)),
        closures: point.closures.iter().map(closure).collect(),
        closed: point.closed,
        partly_closed: point.partly_closed,
        weight_max_g: point.weight_max_g,
        accessible: point.accessible,
        language: point.language.clone(),
        sorting: point.sorting.clone(),
    }
}

/// The point as the carrier writes it, so far from where it was asked for.
pub(super) fn written(point: &Point, distance_m: Option<u32>) -> PickupPoint {
    PickupPoint {
        id: point.id,
        name: point.name.clone(),
        address: point.address.clone(),
        postal_code: point.postal_code.clone(),
        city: point.city.clone(),
        country: point.country.clone(),
        latitude: point.position.map(|position| position.latitude()),
        longitude: point.position.map(|position| position.longitude()),
        distance_m,
        kind: point.kind.clone(),
        network: point.network.clone(),
        hours: point.hours.texts(),
        closures: point.closures.iter().map(shut).collect(),
        closed: point.closed,
        partly_closed: point.partly_closed,
        weight_max_g: point.weight_max_g,
        accessible: point.accessible,
        language: point.language.clone(),
        sorting: point.sorting.clone(),
    }
}

fn closure(shut: &Shut) -> Closure {
    Closure { from: Time::from_unix_ms(shut.from_ms), until: Time::from_unix_ms(shut.until_ms) }
}

fn shut(closure: &Closure) -> Shut {
    Shut { from_ms: closure.from.unix_ms(), until_ms: closure.until.unix_ms() }
}
