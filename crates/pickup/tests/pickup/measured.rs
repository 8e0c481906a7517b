//! The place from which the carrier measured is found from its distances, or not at all.

use crate::support::at;
use pickup::{Position, measured_from};
use proptest::prelude::*;

fn around(centre: Position, offsets: &[(f64, f64)]) -> Vec<Position> {
    offsets.iter().map(|(north, east)| at(centre.latitude() + north, centre.longitude() + east)).collect()
}

proptest! {
    #[test]
    fn it_is_found_from_some_kilometres_away(
        latitude in -50.0..60.0f64,
        longitude in -170.0..170.0f64,
        offsets in prop::collection::vec((-0.1..0.1f64, -0.1..0.1f64), 6..20),
        aside in (-0.03..0.03f64, -0.03..0.03f64),
    ) {
        let truth = at(latitude, longitude);
        let points: Vec<(Position, u32)> = around(truth, &offsets).into_iter().map(|p| (p, truth.metres_to(p))).collect();
        // Now and then they stand too much in a line, or the search leads nowhere: then nothing is said.
        if let Some(found) = measured_from(&points, at(latitude + aside.0, longitude + aside.1)) {
            prop_assert!(found.metres_to(truth) < 400, "{} m off", found.metres_to(truth));
        }
    }
}

#[test]
fn a_usual_answer_is_enough_and_wrong_distances_are_not_believed() {
    let truth = at(48.39, -4.49);
    let offsets = [(0.01, 0.01), (-0.02, 0.005), (0.005, -0.03), (0.04, 0.02), (-0.03, -0.04)];
    let points: Vec<(Position, u32)> = around(truth, &offsets).into_iter().map(|p| (p, truth.metres_to(p))).collect();
    let found = measured_from(&points, at(48.42, -4.45)).expect("a place");
    assert!(found.metres_to(truth) < 10, "{} m off", found.metres_to(truth));
    let by_road: Vec<(Position, u32)> =
        points.iter().zip([13, 11, 15, 12, 14]).map(|((p, metres), tenths)| (*p, metres * tenths / 10)).collect();
    assert_eq!(measured_from(&by_road, truth), None);
    assert_eq!(measured_from(&points[..3], truth), None);
    let line: Vec<(Position, u32)> =
        around(truth, &[(0.01, 0.0), (0.02, 0.0), (0.03, 0.0), (-0.02, 0.0)]).into_iter().map(|p| (p, 1_000)).collect();
    assert_eq!(measured_from(&line, truth), None);
}
