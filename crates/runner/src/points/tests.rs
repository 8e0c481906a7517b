//! A point keeps everything on its way from the carrier's form into the directory's and back.

use super::convert::{kept, written};
use carriers::colissimo::pickup::{Closure, PickupPoint};
use parcel::PointKind;
use proptest::prelude::*;

fn text() -> impl Strategy<Value = String> {
    "[ A-Za-zÀ-ÿ0-9'.,-]{0,30}"
}

/// What the carrier writes for a day, and what it should not.
fn day() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("00:00-00:00".to_owned()),
        Just("09:00-12:00 14:00-18:30".to_owned()),
        (0_u16..720, 1_u16..720).prop_map(|(from, long)| {
            let until = from + long;
            format!("{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, until / 60, until % 60)
        }),
        "[a-z ]{0,10}",
    ]
}

fn closure() -> impl Strategy<Value = Closure> {
    (1_700_000_000_000_i64..1_800_000_000_000, 1_i64..1_000_000_000)
        .prop_map(|(from_ms, long)| Closure { from_ms, until_ms: from_ms + long })
}

/// Six decimals, as the carrier writes them.
fn degrees(millionths: i32) -> f64 {
    f64::from(millionths) / 1e6
}

prop_compose! {
    fn point()(
        id in "[0-9A-Z]{6}",
        texts in prop::array::uniform8(text()),
        sorting in prop::array::uniform3(text()),
        place in prop::option::of((-90_000_000..=90_000_000, -180_000_000..=180_000_000)),
        distance_m in prop::option::of(0_u32..100_000),
        kind in prop_oneof![Just("BPR"), Just("A2P"), Just("PCS"), Just("")],
        hours in prop::array::uniform7(day()),
        closures in prop::collection::vec(closure(), 0..4),
        flags in prop::array::uniform3(any::<bool>()),
        weight_max_g in prop::option::of(1_u32..100_000),
    ) -> PickupPoint {
        let [name, one, two, three, postal_code, city, network, language] = texts;
        PickupPoint {
            id: id.parse().expect("an id"),
            name,
            address: [one, two, three],
            postal_code,
            city,
            country: "FR".into(),
            latitude: place.map(|(north, _)| degrees(north)),
            longitude: place.map(|(_, east)| degrees(east)),
            distance_m,
            kind: PointKind::of(kind),
            network,
            hours,
            closures,
            closed: flags[0],
            partly_closed: flags[1],
            weight_max_g,
            accessible: flags[2],
            language,
            sorting,
        }
    }
}

proptest! {
    #[test]
    fn nothing_of_a_point_is_lost(point in point()) {
        prop_assert_eq!(&written(&kept(&point), point.distance_m), &point);
    }

    #[test]
    fn coordinates_that_are_none_are_left_out(north in 90.5_f64..1_000.0, point in point()) {
        let beyond = PickupPoint { latitude: Some(north), longitude: Some(0.0), ..point };
        let back = written(&kept(&beyond), None);
        prop_assert_eq!((back.latitude, back.longitude), (None, None));
    }
}
