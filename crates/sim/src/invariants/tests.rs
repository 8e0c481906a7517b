use super::*;
use dispatch::{By, Cause, Consent, ConsentBy, Question, Via, Why};
use parcel::{LabelFormat, Letter, Shipment, Weight};
use proptest::prelude::*;

fn id(n: u8) -> ShipmentId {
    ShipmentId::from_bytes([n; 16])
}

fn at(second: i64) -> Time {
    Time::from_unix_ms(1_766_380_000_000 + second * 1_000)
}

fn number(serial: u64) -> ParcelNumber {
    ParcelNumber::from_serial("6M", serial).expect("a number")
}

fn point(text: &str) -> DeliveryMode {
    DeliveryMode::PickupPoint(text.parse().expect("a point"))
}

/// A journal of these facts, each a second after the one before.
fn journal(facts: Vec<(u8, Fact)>) -> Vec<(ShipmentId, Stamped)> {
    let stamped = |(n, (i, fact)): (usize, (u8, Fact))| (id(i), Stamped { seq: n as u64 + 1, at: at(n as i64), fact });
    facts.into_iter().enumerate().map(stamped).collect()
}

fn accepted(mode: DeliveryMode) -> Fact {
    let shipment = Shipment {
        order_number: None,
        parcel_ref: None,
        parcel_number: None,
        product: Product::Hd,
        mode,
        deposit_date: at(0).paris_date(),
        weight: Weight::from_grams(500).expect("a weight"),
        format: LabelFormat::PDF_10X15,
        letter: Letter::AsWritten(Box::default()),
    };
    Fact::Accepted { merchant: "shop".parse().expect("an id"), shipment: Box::new(shipment), via: Via::Api }
}

fn confirmed(serial: u64) -> Fact {
    let format = LabelFormat::PDF_10X15;
    Fact::Confirmed { attempt: 1, number: number(serial), partner_number: None, format, by: By::Answer }
}

fn claimed(attempt: u32) -> Fact {
    Fact::Claimed { attempt, deposit_date: at(0).paris_date(), number: None }
}

fn unknown(attempt: u32) -> Fact {
    Fact::Unknown { attempt, cause: Cause::NoAnswer, number: None }
}

fn acknowledged(i: u8, second: i64, mode: DeliveryMode) -> Acknowledged {
    Acknowledged { wish: usize::from(i), id: id(i), at: at(second), product: Product::Hd, mode }
}

fn released(wish: usize, i: u8, serial: u64, second: i64) -> Released {
    Released { wish, id: id(i), number: number(serial), at: at(second) }
}

fn entry(serial: u64, mode: DeliveryMode) -> Entry {
    Entry {
        number: number(serial),
        contract: "1".into(),
        order_number: None,
        parcel_ref: None,
        product: Product::Hd,
        mode,
        deposit_date: at(0).paris_date(),
        weight: Weight::from_grams(500).expect("a weight"),
        format: LabelFormat::PDF_10X15,
        partner: None,
        made_at: at(0),
        digest: [0; 16],
        chosen: false,
        declared: false,
        lost: false,
    }
}

#[test]
fn an_acknowledged_order_is_in_the_journal() {
    let written = journal(vec![(1, accepted(DeliveryMode::Home))]);
    assert_eq!(no_order_lost(&[acknowledged(1, 5, DeliveryMode::Home)], &written), []);
    let lost = no_order_lost(&[acknowledged(2, 5, DeliveryMode::Home)], &written);
    assert_eq!(lost.iter().map(|v| v.id).collect::<Vec<_>>(), [Some(id(2))]);
    let hasty = no_order_lost(&[acknowledged(1, -1, DeliveryMode::Home)], &written);
    assert!(hasty[0].to_string().contains("accepted only at"), "{}", hasty[0]);
}

#[test]
fn a_wish_has_one_label_unless_the_first_is_void() {
    let two = vec![(1, confirmed(10)), (2, confirmed(20))];
    let once_each = [released(1, 1, 10, 5), released(2, 2, 20, 5)];
    assert_eq!(one_label_released(&once_each, &journal(two.clone())), []);
    let fetched_again = [released(1, 1, 10, 5), released(1, 1, 10, 9)];
    assert_eq!(one_label_released(&fetched_again, &journal(two.clone())), []);
    let twice = [released(1, 2, 20, 9), released(1, 1, 10, 5)];
    assert_eq!(one_label_released(&twice, &journal(two.clone())).len(), 1);
    let mut voided = two;
    voided.push((1, Fact::Voided));
    assert_eq!(one_label_released(&twice, &journal(voided)), []);
}

#[test]
fn a_label_serves_one_wish_and_was_confirmed() {
    let written = journal(vec![(1, confirmed(10)), (2, confirmed(10))]);
    assert_eq!(one_label_released(&[released(1, 1, 10, 5), released(2, 2, 10, 6)], &written).len(), 1);
    let turned_up = journal(vec![(1, confirmed(10)), (1, Fact::TurnedUp { attempt: 1, number: number(11) })]);
    assert_eq!(one_label_released(&[released(1, 1, 11, 5)], &turned_up).len(), 1);
    let both = journal(vec![(1, confirmed(10)), (1, confirmed(11))]);
    assert_eq!(one_label_released(&[], &both).len(), 1);
}

#[test]
fn an_unknown_is_settled_before_the_next_attempt() {
    let hour = Duration::from_secs(3_600);
    let check = |facts: Vec<Fact>| {
        let written = journal(facts.into_iter().map(|f| (1, f)).collect());
        unknown_is_reconciled(&written, at(60), hour).len()
    };
    let probed = |found| Fact::Probed { attempt: 1, found };
    assert_eq!(check(vec![claimed(1), unknown(1), claimed(2)]), 1);
    assert_eq!(check(vec![claimed(1), unknown(1), probed(Found::NoAnswer), claimed(2)]), 1);
    assert_eq!(check(vec![claimed(1), unknown(1), Fact::Superseded { attempt: 1 }, claimed(2)]), 0);
    assert_eq!(check(vec![claimed(1), unknown(1), probed(Found::NotMade), claimed(2)]), 0);
    assert_eq!(
        check(vec![claimed(1), unknown(1), Fact::LeftToHuman { reason: "x".into() }, Fact::Reopened, claimed(2)]),
        0
    );
    assert_eq!(check(vec![claimed(1), unknown(1)]), 0);
}

#[test]
fn an_unknown_is_settled_within_its_bound() {
    let minute = Duration::from_secs(60);
    let open = journal(vec![(1, claimed(1)), (1, unknown(1))]);
    assert_eq!(unknown_is_reconciled(&open, at(61), minute), []);
    assert_eq!(unknown_is_reconciled(&open, at(62), minute).len(), 1);
    let mut late = open;
    late.push((id(1), Stamped { seq: 3, at: at(100), fact: confirmed(10) }));
    assert_eq!(unknown_is_reconciled(&late, at(100), minute).len(), 1);
}

/// What the invariant finds of one parcel that was acknowledged for 750021.
fn substitutions(facts: Vec<Fact>, book: &[Entry], announced: &[Announced]) -> Vec<String> {
    let written = journal([accepted(point("750021"))].into_iter().chain(facts).map(|fact| (1, fact)).collect());
    let chosen = [acknowledged(1, 5, point("750021"))];
    no_silent_substitution(&chosen, &written, book, announced).into_iter().map(|violation| violation.what).collect()
}

#[test]
fn what_the_buyer_chose_is_what_was_made() {
    let one = || vec![confirmed(10)];
    assert!(substitutions(one(), &[entry(10, point("750021"))], &[]).is_empty());
    for wrong in [point("750022"), DeliveryMode::Home] {
        let found = substitutions(one(), &[entry(10, wrong)], &[]);
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("750021") && found[0].contains("the carrier's book"), "{}", found[0]);
    }
    let other_product = Entry { product: Product::Dom, ..entry(10, point("750021")) };
    assert_eq!(substitutions(one(), &[other_product], &[]).len(), 1);
    assert_eq!(substitutions(one(), &[], &[]).len(), 1, "never made");
    let changed = journal(vec![(1, accepted(DeliveryMode::Home))]);
    assert_eq!(no_silent_substitution(&[acknowledged(1, 5, point("750021"))], &changed, &[], &[]).len(), 1);
}

#[test]
fn only_a_consent_lets_a_parcel_go_elsewhere() {
    let asked = || {
        let question = Question::new(Why::PointGone, point("750021"));
        Fact::Asked { attempt: None, question }
    };
    let consented = |mode: DeliveryMode| {
        let (by, product) = (ConsentBy::Buyer, Product::Hd);
        Fact::Consented { consent: Consent { by, product, mode, kept: false, not_before: None } }
    };
    let elsewhere = || [entry(10, point("750022"))];
    assert!(substitutions(vec![asked(), consented(point("750022")), confirmed(10)], &elsewhere(), &[]).is_empty());
    assert_eq!(substitutions(vec![asked(), consented(point("750023")), confirmed(10)], &elsewhere(), &[]).len(), 1);
    let not_as_agreed =
        substitutions(vec![asked(), consented(point("750022")), confirmed(10)], &[entry(10, point("750021"))], &[]);
    assert_eq!(not_as_agreed.len(), 1, "what was agreed to is not made either");
    let meanwhile = substitutions(vec![asked(), confirmed(10)], &[entry(10, point("750021"))], &[]);
    assert!(meanwhile.len() == 1 && meanwhile[0].contains("being asked"), "{meanwhile:?}");
    let after = substitutions(vec![confirmed(10), asked(), consented(point("750022"))], &elsewhere(), &[]);
    assert_eq!(after.len(), 1, "consent after the label is none");
}

#[test]
fn a_local_label_is_what_it_was_announced_as() {
    let local = || Fact::Confirmed {
        attempt: 0,
        number: number(10),
        partner_number: None,
        format: LabelFormat::PDF_10X15,
        by: By::Local,
    };
    let announced = |mode| Announced {
        number: number(10),
        client: "900001".parse().expect("a client"),
        bordereau: 1,
        order_number: None,
        product: Product::Hd,
        mode,
        weight: Weight::from_grams(500).expect("a weight"),
        at: at(9),
    };
    assert!(substitutions(vec![local()], &[], &[]).is_empty(), "not announced yet");
    assert!(substitutions(vec![local()], &[], &[announced(point("750021"))]).is_empty());
    let found = substitutions(vec![local()], &[], &[announced(point("750022"))]);
    assert!(found.len() == 1 && found[0].contains("announcement"), "{found:?}");
}

#[test]
fn a_drain_keeps_to_its_budget() {
    let check = |calls: &[(i64, u32)]| drain_within_budget(calls.iter().map(|(s, n)| (at(*s), *n)), at(0), 10, 5).len();
    assert_eq!(check(&[(0, 10), (1, 10), (2, 10)]), 0);
    assert_eq!(check(&[(0, 15), (1, 10), (2, 10)]), 0, "a burst is allowed");
    assert_eq!(check(&[(0, 15), (1, 15)]), 1, "but not again before it has filled up");
    assert_eq!(check(&[(0, 15), (2, 15)]), 0);
    assert_eq!(check(&[(-1, 99), (0, 10)]), 0, "what was before does not count");
    assert_eq!(check(&[(0, 16)]), 1);
}

proptest! {
    #[test]
    fn a_steady_drain_within_budget_is_never_blamed(counts in prop::collection::vec(0u32..=10, 0..50)) {
        let calls = counts.iter().zip(0..).map(|(n, s)| (at(s), *n));
        prop_assert_eq!(drain_within_budget(calls, at(0), 10, 0), []);
    }

    #[test]
    fn more_than_budget_and_burst_is_always_found(counts in prop::collection::vec(0u32..30, 1..50)) {
        let total: u64 = counts.iter().map(|n| u64::from(*n)).sum();
        let room = counts.len() as u64 * 10 + 5;
        let calls = counts.iter().zip(0..).map(|(n, s)| (at(s), *n));
        let blamed = !drain_within_budget(calls, at(0), 10, 5).is_empty();
        prop_assert!(blamed || total <= room);
    }
}
