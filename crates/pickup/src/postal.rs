//! Where a postal code is, as far as the directory's own points say: for countries whose communes are not bundled.

use crate::{Directory, Position};
use parcel::Country;

impl Directory {
    /// The middle of the points with this postal code. Looks at every point.
    pub fn middle_of(&self, country: Country, postal_code: &str) -> Option<Position> {
        let here = self.iter().map(|known| &known.point);
        let here = here.filter(|point| point.postal_code == postal_code && point.country == country.as_str());
        let (count, north, east) = here.filter_map(|point| point.position).fold((0_u32, 0.0, 0.0), |sum, position| {
            (sum.0 + 1, sum.1 + position.latitude(), sum.2 + position.longitude())
        });
        (count > 0).then(|| Position::new(north / f64::from(count), east / f64::from(count)).ok()).flatten()
    }
}
