//! Where simulated parcels go: real communes, made-up pickup points.
//!
//! `data/communes.tsv` says where the communes come from. Every postal code of that list has three points: its digits
//! and `1` for the post office, `2` for a shop, `3` for a shop that has shut for good and takes no parcels any more.

use parcel::PickupPointId;
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
