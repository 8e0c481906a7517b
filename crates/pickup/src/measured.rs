//! From where the carrier measured: its answer gives distances to its points, but not the place they are from.

use crate::Position;

/// Points that are looked at.
const POINTS_COUNT_MIN: usize = 4;
/// Steps of the search for the place.
const STEPS_COUNT_MAX: usize = 20;
/// How far a distance may be from the way over our sphere: so many metres and a hundredth of it. Earth is no sphere, and
/// places and distances are rounded.
const METRES_OFF: f64 = 40.0;
/// Metres from one degree of latitude to the next.
const DEGREE_METRES: f64 = crate::position::EARTH_RADIUS_M * std::f64::consts::PI / 180.0;

/// The place that has these distances (metres) to these points, found from one that is not far from it, by least
/// squares. `None` with fewer than four points, when they stand in a line, or when no place has these distances: the
/// carrier may measure by the road.
pub fn measured_from(points: &[(Position, u32)], near: Position) -> Option<Position> {
    if points.len() < POINTS_COUNT_MIN {
        return None;
    }
    let mut here = near;
    for _ in 0..STEPS_COUNT_MAX {
        let (north, east) = step(points, here)?;
        let east_metres = DEGREE_METRES * here.latitude().to_radians().cos().max(0.01);
        here = Position::new(here.latitude() + north / DEGREE_METRES, here.longitude() + east / east_metres).ok()?;
        if north.hypot(east) < 1.0 {
            return points.iter().all(|(point, metres)| is_right(here, *point, *metres)).then_some(here);
        }
    }
    None
}

fn is_right(here: Position, point: Position, metres: u32) -> bool {
    (f64::from(here.metres_to(point)) - f64::from(metres)).abs() <= METRES_OFF + f64::from(metres) / 100.0
}

/// How far to move, metres north and east: one step of Gauss and Newton on a plane.
fn step(points: &[(Position, u32)], here: Position) -> Option<(f64, f64)> {
    let (mut nn, mut ne, mut ee, mut nr, mut er) = (0.0, 0.0, 0.0, 0.0, 0.0);
    let east_metres = DEGREE_METRES * here.latitude().to_radians().cos();
    for (point, metres) in points {
        let north = (here.latitude() - point.latitude()) * DEGREE_METRES;
        let east = (here.longitude() - point.longitude()) * east_metres;
        let way = north.hypot(east).max(1.0);
        // By how much the distance grows with a step to the north and to the east, and how much is missing.
        let (n, e, missing) = (north / way, east / way, f64::from(*metres) - way);
        (nn, ne, ee) = (nn + n * n, ne + n * e, ee + e * e);
        (nr, er) = (nr + n * missing, er + e * missing);
    }
    let determinant = nn * ee - ne * ne;
    // In a line: where the place is on its two sides cannot be told.
    let flat = determinant < 0.02 * (nn + ee).powi(2);
    (!flat).then(|| ((nr * ee - er * ne) / determinant, (er * nn - nr * ne) / determinant))
}
