use super::*;
use crate::hash::Keyed;
use proptest::prelude::*;

const MS: u64 = 1_000_000;

fn ten() -> Limit {
    Limit::of(Rate::new(10, 3))
}

#[test]
fn a_burst_is_let_by_and_then_the_even_rate() {
    let cells = Cells::new(1 << 8);
    let at = |ms| cells.take(1 << 50, ten(), Moment::from_ms(ms)).is_ok();
    assert!(at(0) && at(0) && at(0) && !at(0));
    assert!(!at(99), "a refusal costs nothing");
    assert!(at(101) && !at(199) && at(201));
    assert!(at(10_000) && at(10_000) && at(10_000) && !at(10_000), "who was quiet has the whole burst again");
    assert!(cells.take(1 << 51, ten(), Moment::default()).is_ok(), "another source");
    let wait = cells.take(1 << 50, ten(), Moment::from_ms(10_000)).expect_err("refused");
    assert!(wait > Duration::from_millis(98) && wait < Duration::from_millis(101), "{wait:?}");
}

#[test]
fn no_limit_is_no_limit() {
    let cells = Cells::new(8);
    assert!((0..1_000).all(|_| cells.take(1, Limit::of(Rate::new(0, 1)), Moment::default()).is_ok()));
}

#[test]
fn a_clock_that_was_set_back_locks_nobody_out() {
    let cells = Cells::new(8);
    let served = |ms| (0..9).filter(|_| cells.take(7, ten(), Moment::from_ms(ms)).is_ok()).count();
    assert_eq!(
        [3_600_000, 0, 101, 50].map(served),
        [3, 3, 1, 0],
        "as one never seen, and a thread that is late is not it"
    );
}

/// A million sources of one request each beside 100,000 that are at their limit, in the field as it comes.
#[test]
fn a_million_sources_cost_hardly_one_innocent_its_request() {
    let (keyed, cells) = (Keyed::new([3; 16]), Cells::new(1 << 18));
    let limit = Limit::of(Rate::new(2, 20));
    for bot in 0..100_000_u64 {
        for _ in 0..25 {
            _ = cells.take(keyed.of(0, bot), limit, Moment::default());
        }
    }
    let refused = (0..1_000_000_u64)
        .filter(|i| cells.take(keyed.of(0, (1 << 40) + i), limit, Moment::from_ms(i / 1_000)).is_err())
        .count();
    assert!(refused <= 25, "{refused} of 1,000,000; the bound is 8 in 2^20, so about 8");
}

/// Where sources outnumber cells, the heaviest are those that are remembered.
#[test]
fn a_flood_of_new_sources_does_not_free_the_heavy() {
    let (keyed, cells) = (Keyed::new([3; 16]), Cells::new(1 << 10));
    let limit = Limit::of(Rate::new(2, 20));
    let heavy = keyed.of(0, u64::MAX);
    let mut served = 0;
    for new in 0..200_000_u64 {
        _ = cells.take(keyed.of(0, new), limit, Moment::default());
        served += u32::from(cells.take(heavy, limit, Moment::default()).is_ok());
    }
    assert_eq!(served, 20);
}

#[test]
fn threads_together_get_no_more_than_the_burst() {
    let cells = Cells::new(8);
    let limit = Limit::of(Rate::new(1, 1_000));
    cells.take(5, limit, Moment::default()).expect("the first");
    let take = || (0..2_000).filter(|_| cells.take(5, limit, Moment::default()).is_ok()).count();
    let served: usize = std::thread::scope(|s| {
        let all = [(); 4].map(|()| s.spawn(take));
        all.into_iter().map(|t| t.join().expect("a thread")).sum()
    });
    assert_eq!(served, 999);
}

#[test]
fn a_budget_spares_a_part_for_the_light() {
    let cell = Cell::default();
    let limit = Limit::of(Rate::new(10, 10));
    let take = |spared| cell.take(limit, spared, Moment::default()).is_ok();
    assert_eq!((0..20).filter(|_| take(5)).count(), 5);
    assert_eq!((0..20).filter(|_| take(0)).count(), 5);
    assert!(!take(0));
}

proptest! {
    /// Over any time no source gets more than the burst and the even rate together, and one that asks no faster
    /// than that is never refused.
    #[test]
    fn never_more_than_the_limit(gaps in prop::collection::vec(0_u64..400, 1..200), per_s in 1_u32..50, burst in 1_u32..20, hash in 1_u64..) {
        let (cells, limit) = (Cells::new(1 << 8), Limit::of(Rate::new(per_s, burst)));
        let (mut now, mut served) = (0, 0_u64);
        for gap in gaps {
            now += gap * MS;
            served += u64::from(cells.take(hash, limit, Moment::from_ns(now)).is_ok());
            prop_assert!(served <= u64::from(burst) + (now >> STEP_SHIFT) / limit.each + 1);
        }
    }

    #[test]
    fn the_even_rate_is_never_refused(per_s in 1_u32..1_000, burst in 1_u32..20, start in 0_u64..1 << 50, hash in 1_u64..) {
        let (cells, limit) = (Cells::new(1 << 8), Limit::of(Rate::new(per_s, burst)));
        let each = 1_000_000_000 / u64::from(per_s) + (1 << STEP_SHIFT);
        for n in 0..100 {
            prop_assert!(cells.take(hash, limit, Moment::from_ns(start + n * each)).is_ok());
        }
    }
}
