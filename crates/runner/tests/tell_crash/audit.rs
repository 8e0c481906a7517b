//! The independent check: what the channels really took, held against what the store says and what the updates were.

use crate::world::World;
use notice::{
    Level, UpdateId,
    plan::{Reason, State},
};
use std::collections::BTreeMap;
use store::{NoticeTry, NoticeView, Outcome, Store};

/// How much happened.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) deaths: u64,
    pub(crate) delivered: u64,
    pub(crate) superseded: u64,
    pub(crate) other: u64,
    /// Tries that the system says may have come twice.
    pub(crate) twice: u64,
    /// Messages that really came again.
    pub(crate) came_twice: u64,
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, more: Self) {
        self.deaths += more.deaths;
        self.delivered += more.delivered;
        self.superseded += more.superseded;
        self.other += more.other;
        self.twice += more.twice;
        self.came_twice += more.came_twice;
    }
}

/// When each update was taken for each subscriber, with the message that it came in.
type TakenBy = BTreeMap<(String, u64), Vec<String>>;

pub(crate) async fn audit(store: &Store, world: &World, seed: u64) -> Tally {
    let (notices, _) = store.notices(0, u32::MAX).await.expect("read");
    let taken = taken_by(world);
    never_back(store, world, seed).await;
    everybody_has_a_notice(store, &notices, seed).await;
    let mut tally = Tally { deaths: world.inner().deaths.values().sum(), ..Tally::default() };
    for notice in &notices {
        let came = taken.get(&(notice.subscription.clone(), notice.update)).cloned().unwrap_or_default();
        ended_lawfully(store, notice, &notices, &came, seed).await;
        let (twice, came_twice) = only_the_unknowable_comes_twice(notice, &came, seed);
        tally.twice += twice;
        tally.came_twice += came_twice;
        match (notice.state, notice.reason) {
            (State::Delivered, _) => tally.delivered += 1,
            (_, Some(Reason::Superseded)) => tally.superseded += 1,
            _ => tally.other += 1,
        }
    }
    nothing_out_of_nowhere(&notices, &taken, seed);
    what_was_said_is_what_was_written(world, &notices, seed);
    tally
}

fn taken_by(world: &World) -> TakenBy {
    let mut by = TakenBy::new();
    for taken in &world.inner().taken {
        for update in &taken.updates {
            by.entry((taken.to.clone(), *update)).or_default().push(taken.message.clone());
        }
    }
    by
}

/// Of one incident nothing older was taken after something newer, by whatever way.
async fn never_back(store: &Store, world: &World, seed: u64) {
    let updates = store.updates(UpdateId(0), u32::MAX).await.expect("read");
    let incident_of: BTreeMap<u64, u64> = updates.iter().map(|update| (update.id.0, update.incident.0)).collect();
    let mut newest = BTreeMap::<(String, u64), u64>::new();
    let taken = world.inner().taken.clone();
    for one in &taken {
        for update in &one.updates {
            let newest = newest.entry((one.to.clone(), incident_of[update])).or_default();
            assert!(update >= newest, "seed {seed}: {} was told #{update} after #{newest}, at {}", one.to, one.at);
            *newest = *update;
        }
    }
}

/// Whoever wants an update, or had one of its incident before, has a notice of it; told anew from the updates alone.
async fn everybody_has_a_notice(store: &Store, notices: &[NoticeView], seed: u64) {
    let updates = store.updates(UpdateId(0), u32::MAX).await.expect("read");
    for n in 0..crate::SUBSCRIBERS {
        let subscription = store.subscription(&format!("s{n}")).await.expect("read").expect("there");
        let mut told = std::collections::BTreeSet::new();
        for update in &updates {
            if subscription.ended_at.is_some_and(|ended| ended < update.at) {
                continue;
            }
            let level = update.claims[0].level();
            if level >= subscription.wants.least || told.contains(&update.incident.0) {
                told.insert(update.incident.0);
                let there = notices.iter().any(|n| n.subscription == subscription.id && n.update == update.id.0);
                // Ended in the same millisecond: either is right.
                let unsure = subscription.ended_at == Some(update.at);
                assert!(
                    there || unsure,
                    "seed {seed}: {subscription:?} has no notice of {:?} at {}",
                    update.id,
                    update.at
                );
            }
        }
    }
}

/// Every notice came to an end, and for a reason that is one.
async fn ended_lawfully(store: &Store, notice: &NoticeView, all: &[NoticeView], came: &[String], seed: u64) {
    let here = || format!("seed {seed}: {notice:?}");
    assert!(notice.state.is_final(), "{}", here());
    assert_eq!(notice.state == State::Dropped, notice.reason.is_some(), "{}", here());
    let Some(reason) = notice.reason else {
        return assert!(!came.is_empty(), "lost: {}", here());
    };
    let update = store.updates(UpdateId(notice.update - 1), 1).await.expect("read").pop().expect("there");
    let subscription = store.subscription(&notice.subscription).await.expect("read").expect("there");
    let tried = |outcome| notice.tries.iter().any(|one| one.outcome == Some(outcome));
    let lawful = match reason {
        Reason::Superseded => all.iter().any(|newer| {
            newer.subscription == notice.subscription
                && newer.incident == notice.incident
                && newer.update > notice.update
        }),
        // Nothing restored is ever given up for being late while a way works again at the end, as here.
        Reason::Late => update.claims[0].level() != Level::Restored || !notice.tries.is_empty(),
        Reason::OverBudget => subscription.budget_per_day < 100,
        Reason::Unsubscribed => subscription.ended_at.is_some(),
        Reason::NoWay => !notice.tries.is_empty(),
        Reason::NoReceipt => tried(Outcome::Accepted),
        Reason::Restored => false,
    };
    assert!(lawful, "{}", here());
}

/// Whether, by the end of a try, nobody can know that it did not come.
fn is_ambiguous(one: &NoticeTry) -> bool {
    matches!(one.outcome, Some(Outcome::Unknown | Outcome::Accepted)) && one.received != Some(false)
}

/// A try is marked as one that may come twice exactly where an earlier one may have come; and what really came again is
/// among those. Gives how many are marked, and how many came again.
fn only_the_unknowable_comes_twice(notice: &NoticeView, came: &[String], seed: u64) -> (u64, u64) {
    let here = || format!("seed {seed}: came {came:?} of {notice:?}");
    let mut unsure = false;
    for one in &notice.tries {
        assert_eq!(one.twice, unsure, "{}", here());
        unsure |= is_ambiguous(one);
    }
    let marked = notice.tries.iter().filter(|one| one.twice).count();
    let again = came.len().saturating_sub(1);
    assert!(again <= marked, "{}", here());
    // Each message that was taken is a try that was written down before: as many tries of it as it was taken, at least.
    for message in came {
        let tries = notice.tries.iter().filter(|one| one.message == *message).count();
        let times = came.iter().filter(|other| *other == message).count();
        assert!(tries >= times, "{}", here());
    }
    (marked as u64, again as u64)
}

/// Nothing was taken of which no notice knows.
fn nothing_out_of_nowhere(notices: &[NoticeView], taken: &TakenBy, seed: u64) {
    for (to, update) in taken.keys() {
        let known = notices.iter().any(|notice| notice.subscription == *to && notice.update == *update);
        assert!(known, "seed {seed}: {to} was told #{update} and nobody knows of it");
    }
}

/// What a channel said is what is written down, or the process died over it and it is unknown.
fn what_was_said_is_what_was_written(world: &World, notices: &[NoticeView], seed: u64) {
    let inner = world.inner();
    for (message, word) in &inner.said {
        let expected = match *word {
            "delivered" => Outcome::Delivered,
            "accepted" => Outcome::Accepted,
            "not now" => Outcome::NotNow,
            "refused" => Outcome::Refused,
            _ => Outcome::Unknown,
        };
        let tries = notices.iter().flat_map(|notice| &notice.tries).filter(|one| one.message == *message);
        let written: Vec<_> = tries.filter_map(|one| one.outcome).collect();
        let is_there = written.contains(&expected) || written.contains(&Outcome::Unknown);
        assert!(is_there, "seed {seed}: {message} was {word} and is {written:?}");
    }
}
