use super::*;
use crate::places::{Point, point};

fn day() -> Scenario {
    Scenario::builtin_day().expect("the built-in scenario")
}

#[test]
fn the_same_seed_makes_the_same_orders() {
    let as_text = |seed| format!("{:?}", orders(seed, 300, &day()).iter().map(SimOrder::api_json).collect::<Vec<_>>());
    assert_eq!(as_text(7), as_text(7));
    assert_ne!(as_text(7), as_text(8));
}

#[test]
fn every_order_keeps_the_rules() {
    let day = day();
    let all = orders(1, 3_000, &day);
    assert_eq!(all.len(), 3_000);
    assert!(all.windows(2).all(|w| w[0].at <= w[1].at));
    for order in &all {
        assert!(day.start <= order.at && order.at < day.end.plus(Duration::from_secs(5)), "{}", order.at);
        order.shipment.check().expect("the gateway's own rules");
        assert!(order.shipment.deposit_date >= order.at.paris_date());
        assert!(is_working_day(order.shipment.deposit_date));
        let missed = hour_in_paris(order.at) >= LAST_COLLECTION_HOUR;
        assert!(!missed || order.shipment.deposit_date > order.at.paris_date(), "the day's collection is gone");
        assert!(order.pickup().is_none_or(|p| point(p) == Point::Open));
        assert_eq!(order.shipment.product.is_out_of_home(), order.pickup().is_some());
        assert_eq!(order.shipment.parcel_number.is_some(), merchants()[order.merchant].chooses_numbers);
    }
}

#[test]
fn the_mix_is_as_assumed() {
    let all = orders(3, 5_000, &day());
    let share = |f: fn(&SimOrder) -> bool| all.iter().filter(|o| f(o)).count() * 100 / all.len();
    assert!((36..=44).contains(&share(|o| o.pickup().is_some())));
    assert!((26..=34).contains(&share(|o| o.via == Via::DropIn)));
    assert!((11..=19).contains(&share(|o| o.impatient)));
    assert!((3..=9).contains(&share(|o| o.parcel_no > 1)));
    let at_night = share(|o| hour_in_paris(o.at) < 6);
    assert!(at_night < 4, "{at_night} % of the orders by night");
}

#[test]
fn chosen_numbers_and_parcel_references_are_never_used_twice() {
    let all = orders(5, 4_000, &day());
    let mut chosen: Vec<ParcelNumber> = all.iter().filter_map(|o| o.shipment.parcel_number).collect();
    let mut refs: Vec<String> = all.iter().filter_map(|o| o.shipment.parcel_ref.clone()).collect();
    let (numbers, references) = (chosen.len(), refs.len());
    chosen.sort();
    chosen.dedup();
    refs.sort();
    refs.dedup();
    assert!(numbers > 100);
    assert_eq!((chosen.len(), refs.len()), (numbers, references));
}

#[test]
fn a_scenario_without_a_span_has_no_orders() {
    let mut nothing = day();
    nothing.end = nothing.start;
    assert!(orders(1, 10, &nothing).is_empty());
}

#[test]
fn a_body_for_the_api_leaves_out_what_is_absent() {
    let all = orders(2, 200, &day());
    let home = all.iter().find(|o| o.pickup().is_none()).expect("a parcel to the home").api_json();
    assert!(home.get("pickup_point").is_none() && home["addressee"].get("company").is_none());
    let away = all.iter().find(|o| o.pickup().is_some()).expect("a parcel to a point");
    assert_eq!(away.api_json()["pickup_point"], away.pickup().expect("a point").as_str());
    assert!(away.api_json()["weight_g"].is_u64());
}
