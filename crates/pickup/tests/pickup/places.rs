//! A postal code and a city become a place, however they are written.

use crate::support::at;
use parcel::Country;
use pickup::{Position, places};
use proptest::prelude::*;

fn find(postal_code: &str, city: &str) -> Option<places::Place> {
    places::find(Country::FR, postal_code, city)
}

#[track_caller]
fn check(postal_code: &str, city: &str, expected: (&str, &str), near: (f64, f64), is_approximate: bool) {
    let place = find(postal_code, city).unwrap_or_else(|| panic!("{postal_code} {city} is not found"));
    assert_eq!((place.postal_code, place.name), expected, "{postal_code} {city}");
    assert!(place.position.metres_to(at(near.0, near.1)) < 3_000, "{:?}", place.position);
    assert_eq!(place.approximate, is_approximate, "{postal_code} {city}");
}

#[test]
fn cities_are_found_however_they_are_written() {
    check("29200", "BREST", ("29200", "Brest"), (48.39, -4.486), false);
    check("42000", "st etienne", ("42000", "Saint-Étienne"), (45.434, 4.39), false);
    check("75002", "PARIS 02", ("75002", "Paris 2e Arrondissement"), (48.868, 2.343), false);
    check("69003", "Lyon", ("69003", "Lyon 3e Arrondissement"), (45.761, 4.852), false);
    check("13004", "MARSEILLE CEDEX 4", ("13004", "Marseille 4e Arrondissement"), (43.302, 5.401), false);
    check(" 974 00 ", "Saint Denis", ("97400", "Saint-Denis"), (-20.88, 55.45), false);
    check("20000", "AJACCIO", ("20000", "Ajaccio"), (41.92, 8.73), false);
}

#[test]
fn a_city_that_does_not_go_with_its_code_is_roughly_there() {
    check("29200", "Plouzané-le-Faux", ("29200", "Brest"), (48.39, -4.486), true);
    check("29200", "", ("29200", "Brest"), (48.39, -4.486), true);
    check("29238", "BREST CEDEX 3", ("29200", "Brest"), (48.39, -4.486), true);
    check("75000", "Paris", ("75001", "Paris 1er Arrondissement"), (48.86, 2.34), true);
    check("", "Brest", ("29200", "Brest"), (48.39, -4.486), true);
    assert_eq!(find("", "Saint-Denis"), None, "there are several");
    assert_eq!(find("29999", "Atlantis"), None);
    assert_eq!(find("99999", "Brest"), None);
    assert_eq!(find("2920", "Brest"), None);
    assert_eq!(find("", ""), None);
    assert_eq!(places::find("DE".parse().expect("a country"), "29200", "Brest"), None);
    assert!(places::find("RE".parse().expect("a country"), "97400", "Saint-Denis").is_some());
}

#[test]
fn every_row_is_found_by_what_it_says_and_stands_in_its_department() {
    let mut count = 0;
    let mut brests: Vec<Position> = Vec::new();
    for place in places::all() {
        let found = find(place.postal_code, place.name).expect("a place");
        assert_eq!(found.postal_code, place.postal_code);
        assert!(found.position.metres_to(place.position) < 60_000, "{place:?} and {found:?}");
        if place.postal_code.starts_with("29") {
            brests.push(place.position);
        }
        count += 1;
    }
    assert_eq!(count, 35_683);
    assert!(brests.iter().all(|p| p.metres_to(at(48.25, -4.0)) < 100_000));
}

#[test]
fn the_nearest_place_is_told() {
    let name = |latitude, longitude| places::nearest(at(latitude, longitude)).map(|p| p.name);
    assert_eq!(name(48.39, -4.49), Some("Brest"));
    assert_eq!(name(48.868, 2.343), Some("Paris 2e Arrondissement"));
    assert_eq!(name(-20.88, 55.45), Some("Saint-Denis"));
}

#[test]
fn beginnings_are_completed_whole_names_and_large_places_first() {
    let names = |prefix: &str| {
        places::complete(prefix, 5).iter().map(|p| format!("{} {}", p.postal_code, p.name)).collect::<Vec<_>>()
    };
    assert_eq!(names("brest")[0], "29200 Brest");
    assert!(names("st").iter().all(|n| n.contains("Saint") || n.contains("St")), "{:?}", names("st"));
    assert_eq!(names("saint-etienn")[0], "42000 Saint-Étienne");
    assert_eq!(names("29200 br"), ["29200 Brest"]);
    assert_eq!(names("75002"), ["75002 Paris 2e Arrondissement"]);
    assert!(names("7500").len() == 5 && names("paris").iter().all(|n| n.contains("Paris")));
    assert_eq!(names(""), Vec::<String>::new());
    assert_eq!(names("zzzz"), Vec::<String>::new());
    assert_eq!(places::complete("s", 1_000).len(), places::COMPLETIONS_COUNT_MAX);
}

proptest! {
    #[test]
    fn no_text_breaks_it(code in any::<String>(), city in any::<String>(), digits in "[0-9]{0,6}") {
        find(&code, &city);
        find(&digits, &city);
        places::complete(&city, 5);
        places::complete(&format!("{digits}{city}"), 5);
    }
}
