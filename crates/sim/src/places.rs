//! Where simulated parcels go: real communes, made-up pickup points.
//!
//! `data/communes.tsv` says where the communes come from. Every postal code of that list has three points: its digits
//! and `1` for the post office, `2` for a shop, `3` for a shop that has shut for good and takes no parcels any more.
//!
//! Where a commune is says the list of the `pickup` crate; the points stand around its middle, and nothing is surveyed.

use parcel::{Country, PickupPointId};
use std::sync::LazyLock;

/// A postal code and its commune.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Commune {
    /// Five digits.
    pub postal_code: &'static str,
    /// The commune's name, with its accents.
    pub name: &'static str,
}

/// What the carrier knows of a pickup point's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    /// It takes parcels.
    Open,
    /// It existed and takes no parcels any more.
    Shut,
    /// No such point.
    Unknown,
}

static COMMUNES: LazyLock<Vec<Commune>> = LazyLock::new(|| {
    let lines = include_str!("../data/communes.tsv").lines().skip(1);
    lines.filter_map(|l| l.split_once('\t')).map(|(postal_code, name)| Commune { postal_code, name }).collect()
});

/// The communes, by postal code, each code once.
pub fn communes() -> &'static [Commune] {
    &COMMUNES
}

/// The open points of a commune: the post office and a shop.
pub fn open_points(commune: &Commune) -> impl Iterator<Item = PickupPointId> {
    [1, 2].into_iter().filter_map(|digit| format!("{}{digit}", commune.postal_code).parse().ok())
}

/// What the carrier knows of this id.
pub fn point(id: PickupPointId) -> Point {
    let (code, kind) = id.as_str().split_at(5);
    match (communes().binary_search_by_key(&code, |c| c.postal_code), kind) {
        (Ok(_), "1" | "2") => Point::Open,
        (Ok(_), "3") => Point::Shut,
        _ => Point::Unknown,
    }
}

/// Degrees north and east.
pub type Position = (f64, f64);

/// Metres from one degree of latitude to the next.
const METRES_PER_DEGREE: f64 = 111_200.0;

/// One open pickup point and where it stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spot {
    /// Its id.
    pub id: PickupPointId,
    /// Its commune.
    pub commune: Commune,
    /// Whether it is a shop, else a post office.
    pub is_shop: bool,
    /// Where it stands.
    pub position: Position,
}

static SPOTS: LazyLock<Vec<Spot>> = LazyLock::new(|| {
    let spots = |commune: &Commune| open_points(commune).filter_map(spot).collect::<Vec<_>>();
    communes().iter().flat_map(spots).collect()
});

/// Where a postal code is: the middle of its commune; `None` where there is none.
pub fn position(postal_code: &str) -> Option<Position> {
    let known = communes().binary_search_by_key(&postal_code, |c| c.postal_code).ok();
    let name = known.and_then(|at| communes().get(at)).map_or("", |commune| commune.name);
    let place = pickup::places::find(Country::FR, postal_code, name)?;
    Some((place.position.latitude(), place.position.longitude()))
}

/// Every open point.
pub fn spots() -> impl Iterator<Item = Spot> {
    SPOTS.iter().copied()
}

/// The point of this id, if it stands in one of the communes.
pub fn spot(id: PickupPointId) -> Option<Spot> {
    let (code, kind) = id.as_str().split_at(5);
    let at = communes().binary_search_by_key(&code, |c| c.postal_code).ok()?;
    let commune = *communes().get(at)?;
    let (north, east) = position(commune.postal_code)?;
    let aside = kind.parse::<f64>().ok()? * 0.003;
    Some(Spot { id, commune, is_shop: kind != "1", position: (north + aside, east - aside) })
}

/// Metres between two places, on a plane: good enough within a few hundred kilometres.
pub fn metres(a: Position, b: Position) -> u32 {
    let north = (a.0 - b.0) * METRES_PER_DEGREE;
    let east = (a.1 - b.1) * METRES_PER_DEGREE * a.0.to_radians().cos();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a length on Earth in metres fits")]
    let metres = north.hypot(east).round() as u32;
    metres
}

/// As [`metres`], where it is at most so many.
pub(crate) fn metres_within(a: Position, b: Position, metres_max: u32) -> Option<u32> {
    // Most are too far to the north or south, which is seen without a root or an angle.
    let north = (a.0 - b.0).abs() * METRES_PER_DEGREE;
    let metres = (north <= f64::from(metres_max) + 1.0).then(|| metres(a, b))?;
    (metres <= metres_max).then_some(metres)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_communes_are_in_order_and_fit_an_address() {
        assert!(communes().len() > 3_000);
        assert!(communes().windows(2).all(|w| w[0].postal_code < w[1].postal_code));
        for c in communes() {
            assert!(c.postal_code.len() == 5 && c.postal_code.bytes().all(|b| b.is_ascii_digit()));
            assert!(!c.name.is_empty() && c.name.chars().count() <= 35, "{}", c.name);
        }
    }

    #[test]
    fn every_commune_has_a_place_and_paris_is_far_from_brest() {
        assert!(communes().iter().all(|c| position(c.postal_code).is_some()), "a department is missing");
        assert_eq!(spots().count(), communes().len() * 2);
        let (paris, brest) = (position("75002").expect("Paris"), position("29200").expect("Brest"));
        assert!((400_000..600_000).contains(&metres(paris, brest)) && metres(paris, paris) == 0);
        assert_eq!((position("99000"), position("7"), position("75é00")), (None, None, None));
    }

    #[test]
    fn points_are_open_shut_or_unknown() {
        let state = |id: &str| point(id.parse().expect("an id"));
        assert_eq!((state("750021"), state("750022"), state("750023")), (Point::Open, Point::Open, Point::Shut));
        assert_eq!(
            (state("750029"), state("999991"), state("A12345")),
            (Point::Unknown, Point::Unknown, Point::Unknown)
        );
        assert!(
            communes().iter().all(|c| open_points(c).count() == 2 && open_points(c).all(|p| point(p) == Point::Open))
        );
    }
}
