//! From where the carrier measured: found again in its own answer.
//!
//! A search names an address, and the answer the points around it with their distances. Three of them that do not stand in
//! one line say where the address is, better than any list of communes could. Only when all distances agree with that
//! place is it believed: then the answer proves that a point which is missing in it, and stands nearer than the last one,
//! is not listed any more.

use carriers::colissimo::pickup::PickupPoint;
use pickup::Position;

/// The least number of points that a place is found from.
const POINTS_COUNT_MIN: usize = 3;
/// Rounds of the search; it converges in a few or not at all.
const ROUNDS_MAX: usize = 20;
/// By how much a distance may differ: metres, and the share of the distance (a map drawn flat is that wrong).
const DIFFERS_M: f64 = 50.0;
const DIFFERS_SHARE: f64 = 0.015;
/// Metres from one degree of latitude to the next on the sphere that positions are measured on.
const METRES_PER_DEGREE: f64 = 111_195.08;

/// A point seen from the middle of all: metres east and north, and its distance as the carrier says it.
struct Mark {
    east: f64,
    north: f64,
    metres: f64,
}

/// The place from which all of these distances were measured, if there is one.
pub(super) fn of(points: &[PickupPoint]) -> Option<Position> {
    let known: Vec<(Position, u32)> = points.iter().filter_map(placed).collect();
    if known.len() < POINTS_COUNT_MIN || known.len() < points.len() {
        return None;
    }
    let middle = middle(&known)?;
    let stretch = middle.latitude().to_radians().cos();
    let marks: Vec<Mark> = known
        .iter()
        .map(|(position, metres)| Mark {
            east: (position.longitude() - middle.longitude()) * METRES_PER_DEGREE * stretch,
            north: (position.latitude() - middle.latitude()) * METRES_PER_DEGREE,
            metres: f64::from(*metres),
        })
        .collect();
    let (east, north) = fitted(&marks)?;
    let latitude = middle.latitude() + north / METRES_PER_DEGREE;
    let longitude = middle.longitude() + east / (METRES_PER_DEGREE * stretch);
    let found = Position::new(latitude, longitude).ok()?;
    known.iter().all(|(position, metres)| agrees(found.metres_to(*position), *metres)).then_some(found)
}

fn placed(point: &PickupPoint) -> Option<(Position, u32)> {
    let position = Position::new(point.latitude?, point.longitude?).ok()?;
    Some((position, point.distance_m?))
}

fn agrees(measured: u32, told: u32) -> bool {
    let (measured, told) = (f64::from(measured), f64::from(told));
    (measured - told).abs() <= DIFFERS_M + told * DIFFERS_SHARE
}

/// The middle of the nearest points: the search for the place begins there.
fn middle(known: &[(Position, u32)]) -> Option<Position> {
    let nearest = &known[..POINTS_COUNT_MIN];
    let count = 3.0;
    let latitude = nearest.iter().map(|(position, _)| position.latitude()).sum::<f64>() / count;
    let longitude = nearest.iter().map(|(position, _)| position.longitude()).sum::<f64>() / count;
    Position::new(latitude, longitude).ok()
}

/// Least squares by Gauss and Newton: where the distances to all marks differ least from those that were told.
fn fitted(marks: &[Mark]) -> Option<(f64, f64)> {
    let (mut east, mut north) = (0.0, 0.0);
    for _ in 0..ROUNDS_MAX {
        let (mut ee, mut en, mut nn, mut e, mut n) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for mark in marks {
            let (x, y) = (east - mark.east, north - mark.north);
            let metres = x.hypot(y).max(1.0);
            let (dx, dy, off) = (x / metres, y / metres, metres - mark.metres);
            ee += dx * dx;
            en += dx * dy;
            nn += dy * dy;
            e += dx * off;
            n += dy * off;
        }
        let determinant = ee * nn - en * en;
        // All marks in one line as seen from here: there are two places, and no way to tell which.
        if determinant.abs() < 1e-6 {
            return None;
        }
        let (step_east, step_north) = ((nn * e - en * n) / determinant, (ee * n - en * e) / determinant);
        east -= step_east;
        north -= step_north;
        if step_east.hypot(step_north) < 0.5 {
            break;
        }
    }
    (east.is_finite() && north.is_finite()).then_some((east, north))
}
