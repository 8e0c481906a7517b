//! What a merchant's rule agrees to in the buyer's place, and what it never does.

use dispatch::{Alternative, Consent, ConsentBy, IfPointIsGone, Question, Why};
use parcel::{DeliveryMode, PickupPointId, PointKind, Product};
use proptest::prelude::*;

fn point(id: &str) -> PickupPointId {
    id.parse().expect("a point")
}

fn alternative(id: &str, kind: PointKind, metres: u32) -> Alternative {
    Alternative { point: point(id), name: "…".into(), place: "75002 PARIS".into(), kind, metres: Some(metres) }
}

fn question(why: Why) -> Question {
    let alternatives = vec![
        alternative("750022", PointKind::PostOffice, 100),
        alternative("750023", PointKind::Shop, 400),
        alternative("750024", PointKind::Shop, 600),
    ];
    let wanted = DeliveryMode::PickupPoint(point("750021"));
    Question { kind: Some(PointKind::Shop), alternatives, ..Question::new(why, wanted) }
}

fn within(within_m: u32) -> IfPointIsGone {
    IfPointIsGone::Nearest { within_m }
}

#[test]
fn the_nearest_of_the_same_kind_within_the_bound() {
    let gone = question(Why::PointGone);
    let consent = gone.by_rule(within(500), &Product::Hd).expect("there is one");
    let mode = DeliveryMode::PickupPoint(point("750023"));
    let wanted = Consent { by: ConsentBy::Rule, product: Product::Hd, mode, kept: false, not_before: None };
    assert_eq!(consent, wanted);
    assert_eq!(gone.by_rule(within(399), &Product::Hd), None, "too far");
    assert_eq!(gone.by_rule(IfPointIsGone::Ask, &Product::Hd), None);
    assert_eq!(Question { kind: None, ..gone }.by_rule(within(500), &Product::Hd), None, "of which kind is not known");
}

#[test]
fn never_where_the_request_and_the_choice_differ() {
    let differs = question(Why::DiffersFromChoice);
    assert_eq!(differs.by_rule(within(500), &Product::Hd), None);
    let gone_and_differs = Question { chosen: Some(point("750099")), ..question(Why::PointGone) };
    assert_eq!(gone_and_differs.by_rule(within(500), &Product::Hd), None);
    assert_eq!(question(Why::PointUnknown).by_rule(within(500), &Product::Hd), None);
}

proptest! {
    /// Whatever stands around: a rule takes a point that was offered, of the same kind, within the bound.
    #[test]
    fn a_rule_keeps_its_bound(metres in prop::collection::vec((0..2_000u32, any::<bool>()), 0..6), within_m in 0..2_000u32) {
        let kind = |same| if same { PointKind::Shop } else { PointKind::PostOffice };
        let alternatives: Vec<_> = (0u32..)
            .zip(&metres)
            .map(|(n, (metres, same))| alternative(&format!("7500{n:02}"), kind(*same), *metres))
            .collect();
        let question = Question { alternatives: alternatives.clone(), ..question(Why::PointClosed { until: None }) };
        let nearest = alternatives.iter().filter(|a| a.kind == PointKind::Shop).filter_map(|a| a.metres).min();
        match question.by_rule(within(within_m), &Product::Hd) {
            None => prop_assert!(nearest.is_none_or(|nearest| nearest > within_m)),
            Some(consent) => {
                let taken = alternatives.iter().find(|a| consent.mode.pickup_point() == Some(a.point)).expect("offered");
                prop_assert!(taken.kind == PointKind::Shop && taken.metres <= Some(within_m) && taken.metres == nearest);
            }
        }
    }
}
