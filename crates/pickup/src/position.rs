//! A place on Earth, and how far it is to another.

use parcel::Invalid;
use serde::{Deserialize, Serialize};

/// Mean radius of Earth in metres (IUGG); distances are those on a sphere of this radius.
pub(crate) const EARTH_RADIUS_M: f64 = 6_371_008.8;

/// A place on Earth, in degrees.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(try_from = "Degrees", into = "Degrees")]
pub struct Position {
    latitude: f64,
    longitude: f64,
}

impl Position {
    /// The place at these degrees north (−90 to 90) and east (−180 to 180), rounded to 7 decimals (a centimetre), so
    /// that it is the same place after it was written down and read again.
    ///
    /// # Errors
    /// When one of them is no number or out of its range; the field is `latitude` or `longitude`.
    pub fn new(latitude: f64, longitude: f64) -> Result<Self, Invalid> {
        if !(-90.0..=90.0).contains(&latitude) {
            return Err(Invalid::new("latitude", "degrees north, from -90 to 90"));
        }
        if !(-180.0..=180.0).contains(&longitude) {
            return Err(Invalid::new("longitude", "degrees east, from -180 to 180"));
        }
        Ok(Self { latitude: rounded(latitude), longitude: rounded(longitude) })
    }

    /// Degrees north.
    pub fn latitude(self) -> f64 {
        self.latitude
    }

    /// Degrees east.
    pub fn longitude(self) -> f64 {
        self.longitude
    }

    /// Metres to another place along the great circle, on a sphere of Earth's mean radius (6,371,008.8 m).
    pub fn metres_to(self, other: Self) -> u32 {
        metres_of(squared(self.unit(), other.unit()))
    }

    /// The place as a vector of length 1 from the middle of Earth: on the sphere there is no edge at ±180° and no pole.
    pub(crate) fn unit(self) -> [f64; 3] {
        let (sin_lat, cos_lat) = self.latitude.to_radians().sin_cos();
        let (sin_lon, cos_lon) = self.longitude.to_radians().sin_cos();
        [cos_lat * cos_lon, cos_lat * sin_lon, sin_lat]
    }
}

fn rounded(degrees: f64) -> f64 {
    const DECIMALS: f64 = 1e7;
    (degrees * DECIMALS).round() / DECIMALS
}

/// The square of the straight line between two places through Earth, its radius being 1. It grows with the way over the
/// ground, so what is nearest by one is nearest by the other.
pub(crate) fn squared(a: [f64; 3], b: [f64; 3]) -> f64 {
    (a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2) + (a[2] - b[2]).powi(2)
}

/// Metres over the ground of a straight line through Earth whose square is this.
pub(crate) fn metres_of(squared: f64) -> u32 {
    let angle = 2.0 * (squared.sqrt() / 2.0).clamp(0.0, 1.0).asin();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "half of Earth's girth in metres fits")]
    let metres = (angle * EARTH_RADIUS_M).round() as u32;
    metres
}

/// The square of the straight line through Earth that goes with so many metres over the ground.
pub(crate) fn squared_of(metres: u32) -> f64 {
    let angle = (f64::from(metres) + 0.5) / EARTH_RADIUS_M;
    if angle >= std::f64::consts::PI { 4.0 } else { (2.0 * (angle / 2.0).sin()).powi(2) }
}

/// How a position is written.
#[derive(Serialize, Deserialize)]
struct Degrees {
    latitude: f64,
    longitude: f64,
}

impl TryFrom<Degrees> for Position {
    type Error = Invalid;

    fn try_from(d: Degrees) -> Result<Self, Invalid> {
        Self::new(d.latitude, d.longitude)
    }
}

impl From<Position> for Degrees {
    fn from(p: Position) -> Self {
        Self { latitude: p.latitude, longitude: p.longitude }
    }
}
