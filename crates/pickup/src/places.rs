//! Communes of France with where they are, bundled.

use crate::Position;
use parcel::Country;

/// A commune, or a part of one with a postal code of its own.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Place {
    /// Its name with its accents, for example `Saint-Étienne`.
    pub name: &'static str,
    /// Its postal code.
    pub postal_code: &'static str,
    /// Its middle.
    pub position: Position,
    /// Whether the position is only that of its neighbours.
    pub approximate: bool,
}

/// The place of this postal code and city.
pub fn find(country: Country, postal_code: &str, city: &str) -> Option<Place> {
    let _ = (country, postal_code, city);
    None
}

/// The place that is nearest.
pub fn nearest(to: Position) -> Option<Place> {
    let _ = to;
    None
}

/// Places whose name or postal code begins so.
pub fn complete(prefix: &str, limit: usize) -> Vec<Place> {
    let _ = (prefix, limit);
    Vec::new()
}
