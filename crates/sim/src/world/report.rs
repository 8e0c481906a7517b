//! What came of a simulated day, counted from four sides: the clients, the journal, the carrier's own book, the clock.

use super::{
    Checkouts, LocalLabels, Plan, ShopsInStep, Told, Watched, local,
    naive::Shop,
    tally::{Seen, Tally},
};
use crate::{
    carrier::{Book, Call, Calls},
    invariants::{self, Acknowledged, Released, Violation},
    orders::SimOrder,
    scenario::{Function, Scenario},
};
use clock::Time;
use dispatch::{By, Fact, Found, Limits, Stamped};
use parcel::{DeliveryMode, ParcelNumber, Product, ShipmentId};
use serde::Serialize;
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt,
    time::Duration,
};
use store::StoredOrder;

/// An answer within this time counts as given at once.
const AT_ONCE: Duration = Duration::from_secs(20);
/// How much longer than the dark itself an unknown may stay open: its anchors are the carrier's own records.
const UNKNOWN_BOUND: Duration = Duration::from_secs(3_600);

/// The report of a replay. The keys are stable; later parts add theirs.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Name of the scenario.
    pub scenario: String,
    /// The seed.
    pub seed: u64,
    /// Our figures.
    #[serde(flatten)]
    pub day: Day,
    /// How the unknown attempts were settled, by way.
    pub unknown_resolved_by: BTreeMap<&'static str, u64>,
    /// What came of what was urgent in the dark.
    pub local: LocalLabels,
    /// Where a buyer's choice could not be honoured.
    pub questions: Questions,
    /// What the watch saw.
    pub watch: Watched,
    /// What people were told.
    pub told: Told,
    /// From the lasting return to the last label of a parcel asked for before it, in seconds.
    pub drained_after_return_s: u64,
    /// What did not hold, in words. Empty when all is well.
    pub violations: Vec<String>,
    /// The client of the common shape, in the same world.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub naive: Option<Day>,
}

/// What came of the parcels of one world.
#[derive(Clone, Debug, Serialize)]
pub struct Day {
    /// Parcels asked for.
    pub orders: u64,
    /// Parcels whose label reached a printer.
    pub orders_labelled: u64,
    /// Parcels that ended without a label.
    pub orders_lost: u64,
    /// Parcels of which two different labels reached a printer.
    pub orders_double_released: u64,
    /// Parcels that the carrier was told to bring elsewhere than the buyer chose, without a word.
    pub silent_substitutions: u64,
    /// Attempts that may have happened: the whole request left and no answer that can be trusted came.
    pub unknown_total: u64,
    /// Of these, settled without a person. A client of the common shape has no way to.
    pub unknown_resolved_alone: u64,
    /// Labels that the carrier made and nobody uses; they cost nothing, since they are never scanned.
    pub labels_orphaned: u64,
    /// The most calls for labels that the carrier got within one second.
    pub calls_per_second_max: u32,
    /// Parcels asked for between the first phase and the lasting return, by how they were served.
    pub served_in_the_dark: InTheDark,
    /// Buyers who looked for pickup points.
    pub checkouts: Checkouts,
    /// Orders of shops, and whether both sides know the same of them.
    pub shops: ShopsInStep,
}

/// What is known beside the parcels that are asked for directly.
pub(super) struct Beside {
    pub(super) checkouts: Checkouts,
    pub(super) shops: ShopsInStep,
    /// Orders of shops that became shipments, each with what its buyer chose.
    pub(super) shipped: Vec<(StoredOrder, DeliveryMode)>,
    /// Orders of shops that were not told their number, in words.
    pub(super) unnumbered: Vec<String>,
    /// What the watch saw.
    pub(super) watched: Watched,
    /// What people were told.
    pub(super) told: Told,
    /// When all this was looked at.
    pub(super) ended: Time,
}

/// What was asked and answered where a buyer's choice could not be honoured.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Questions {
    /// Shipments of which something was asked.
    pub asked: u64,
    /// Of these, those that somebody answered.
    pub answered: u64,
}

/// How the parcels were served that were asked for while the carrier was not well.
#[derive(Clone, Debug, Default, Serialize)]
pub struct InTheDark {
    /// Asked for.
    pub orders: u64,
    /// The label came within 20 s, from the carrier itself.
    pub at_once: u64,
    /// Acknowledged at once, the label came later, yet before the lasting return.
    pub queued_then_in_a_window: u64,
    /// Acknowledged at once, the label came after the lasting return.
    pub queued_then_after_the_return: u64,
    /// Never.
    pub never: u64,
    /// Requests answered with a label that was already held while the carrier did not answer at all.
    pub answered_from_what_is_held: u64,
}

pub(super) fn ours(
    plan: &Plan,
    orders: &[SimOrder],
    tally: &Tally,
    facts: &[(ShipmentId, Stamped)],
    book: &Book,
    beside: Beside,
) -> Report {
    let seen: Vec<Seen> = (0..orders.len()).map(|place| tally.of(place)).collect();
    let found = Verdict::of(plan, orders, &seen, facts, book, &beside);
    let in_shops = beside.shipped.iter().filter_map(|(order, _)| order.our_number).collect();
    let unknowns = Unknowns::of(facts);
    let (watch, told) = (beside.watched.clone(), beside.told.clone());
    let day = Day {
        orders_double_released: found.doubled.len() as u64,
        silent_substitutions: found.substituted.len() as u64,
        unknown_total: unknowns.total,
        unknown_resolved_alone: unknowns.by.values().sum(),
        served_in_the_dark: in_the_dark(&plan.scenario, orders, &served(&seen, facts), tally.held_in_the_dark()),
        labels_orphaned: orphaned(&seen, book, &in_shops),
        checkouts: beside.checkouts,
        shops: beside.shops,
        ..Day::seen(&seen, book)
    };
    Report {
        scenario: plan.scenario.name.clone(),
        seed: plan.seed,
        day,
        unknown_resolved_by: unknowns.by,
        local: local::count(&plan.scenario, plan.in_the_dark, orders, &served(&seen, facts), facts, book),
        questions: questions(facts),
        watch,
        told,
        drained_after_return_s: drained(&plan.scenario, facts),
        violations: found.in_words(),
        naive: None,
    }
}

pub(super) fn theirs(
    plan: &Plan,
    orders: &[SimOrder],
    tally: &Tally,
    shop: &Shop,
    book: &Book,
    in_shops: &HashSet<ParcelNumber>,
) -> Day {
    let seen: Vec<Seen> = (0..orders.len()).map(|place| tally.of(place)).collect();
    Day {
        labels_orphaned: orphaned(&seen, book, in_shops),
        unknown_total: shop.unknown(),
        served_in_the_dark: in_the_dark(&plan.scenario, orders, &printed(&seen), 0),
        ..Day::seen(&seen, book)
    }
}

impl Day {
    /// What the clients and the carrier's book show without a journal.
    fn seen(seen: &[Seen], book: &Book) -> Self {
        Self {
            orders: seen.len() as u64,
            orders_labelled: count(seen, |s| !s.released.is_empty()),
            orders_lost: count(seen, |s| s.released.is_empty()),
            orders_double_released: count(seen, |s| s.released.len() > 1),
            silent_substitutions: count(seen, |s| s.substituted && !s.released.is_empty()),
            unknown_total: 0,
            unknown_resolved_alone: 0,
            labels_orphaned: 0,
            calls_per_second_max: most_in_a_second(book.calls()),
            served_in_the_dark: InTheDark::default(),
            checkouts: Checkouts::default(),
            shops: ShopsInStep::default(),
        }
    }
}

/// Labels that the carrier made and that reached no printer.
fn orphaned(seen: &[Seen], book: &Book, in_shops: &HashSet<ParcelNumber>) -> u64 {
    let used: HashSet<_> = seen.iter().flat_map(|s| &s.released).map(|label| label.number).collect();
    let entries = book.entries().iter().filter(|entry| !used.contains(&entry.number));
    entries.filter(|entry| !in_shops.contains(&entry.number)).count() as u64
}

fn count(seen: &[Seen], test: impl Fn(&Seen) -> bool) -> u64 {
    seen.iter().filter(|s| test(s)).count() as u64
}

/// What the invariants found, each list apart.
struct Verdict {
    lost: Vec<Violation>,
    doubled: Vec<Violation>,
    substituted: Vec<Violation>,
    doubts: Vec<Violation>,
    budget: Vec<Violation>,
    local: Vec<Violation>,
    unserved: Vec<String>,
    beside: Vec<String>,
}

impl Verdict {
    fn of(
        plan: &Plan,
        orders: &[SimOrder],
        seen: &[Seen],
        facts: &[(ShipmentId, Stamped)],
        book: &Book,
        beside: &Beside,
    ) -> Self {
        let (mut acknowledged, released) = (acknowledged(orders, seen), released(seen));
        acknowledged.extend(beside.acknowledged(orders.len()));
        let (from, until) = dark(&plan.scenario);
        let bound = until.since(from) + UNKNOWN_BOUND;
        let end = facts.last().map_or(plan.scenario.end, |(_, stamped)| stamped.at);
        Self {
            lost: invariants::no_order_lost(&acknowledged, facts),
            doubled: invariants::one_label_released(&released, facts),
            substituted: invariants::no_silent_substitution(
                &acknowledged,
                facts,
                book.entries(),
                book.announcements().parcels(),
            ),
            doubts: invariants::unknown_is_reconciled(facts, end.max(plan.scenario.end), bound),
            budget: budget(plan, book.calls()),
            local: [local::announced(facts, book), invariants::announced_once(book.announcements())].concat(),
            unserved: unserved(orders, seen),
            beside: beside.in_words(),
        }
    }

    fn in_words(self) -> Vec<String> {
        let found = [self.lost, self.doubled, self.substituted, self.doubts, self.budget, self.local];
        found.into_iter().flatten().map(|v| v.to_string()).chain(self.unserved).chain(self.beside).collect()
    }
}

impl Beside {
    /// What buyers chose in their shops, as promises like the others.
    fn acknowledged(&self, first_wish: usize) -> Vec<Acknowledged> {
        let of = |(n, (order, mode)): (usize, &(StoredOrder, DeliveryMode))| {
            let product = if *mode == DeliveryMode::Home { Product::Dom } else { Product::Hd };
            let (id, at) = (order.shipment?, self.ended);
            Some(Acknowledged { wish: first_wish + n, id, at, product, mode: mode.clone() })
        };
        self.shipped.iter().enumerate().filter_map(of).collect()
    }

    /// Every buyer is shown points, and at the end both sides know the same of every order.
    fn in_words(&self) -> Vec<String> {
        let (checkouts, shops) = (&self.checkouts, &self.shops);
        let counts = [
            ("checkouts without pickup points", checkouts.asked - checkouts.got_points),
            ("checkouts that were not shown the point that was wanted", checkouts.point_missing),
            ("points that were offered after they had shut", checkouts.points_offered_that_had_shut),
            ("orders of shops out of step", shops.orders - shops.in_step.min(shops.orders)),
            ("orders of which a shop was told twice", shops.told_twice),
            ("shops without subscriptions", shops.shops_with_subscriptions - shops.shops_subscribed),
        ];
        let wrong = counts.into_iter().filter(|(_, count)| *count > 0);
        let told = self.unnumbered.iter().map(|order| format!("in_step: a shop was not told its number: {order}"));
        wrong
            .map(|(what, count)| format!("in_step: {count} {what}"))
            .chain(told)
            .chain(self.watched.in_words())
            .chain(self.told.in_words())
            .collect()
    }
}

fn questions(facts: &[(ShipmentId, Stamped)]) -> Questions {
    let of = |test: &dyn Fn(&Fact) -> bool| -> HashSet<ShipmentId> {
        facts.iter().filter(|(_, stamped)| test(&stamped.fact)).map(|(id, _)| *id).collect()
    };
    let asked = of(&|fact| matches!(fact, Fact::Asked { .. }));
    let answered = of(&|fact| matches!(fact, Fact::Consented { .. }));
    Questions { asked: asked.len() as u64, answered: asked.intersection(&answered).count() as u64 }
}

fn acknowledged(orders: &[SimOrder], seen: &[Seen]) -> Vec<Acknowledged> {
    let of = |(wish, s): (usize, &Seen)| {
        let (product, mode) = (orders[wish].shipment.product.clone(), orders[wish].shipment.mode.clone());
        let one = move |(id, at): &(ShipmentId, Time)| Acknowledged {
            wish,
            id: *id,
            at: *at,
            product: product.clone(),
            mode: mode.clone(),
        };
        s.acknowledged.iter().map(one).collect::<Vec<_>>()
    };
    seen.iter().enumerate().flat_map(of).collect()
}

fn released(seen: &[Seen]) -> Vec<Released> {
    let of = |(wish, s): (usize, &Seen)| {
        let one = move |l: &super::tally::Label| l.id.map(|id| Released { wish, id, number: l.number, at: l.at });
        s.released.iter().filter_map(one).collect::<Vec<_>>()
    };
    seen.iter().enumerate().flat_map(of).collect()
}

/// Every order here is good and has a client that comes back: each ends with a label.
fn unserved(orders: &[SimOrder], seen: &[Seen]) -> Vec<String> {
    let without = seen.iter().zip(orders).filter(|(s, _)| s.released.is_empty());
    without
        .map(|(s, order)| {
            let why = s.refused.as_deref().unwrap_or("no answer until the end");
            format!("orders_lost: parcel {} of {:?} has no label: {why}", order.parcel_no, order.shipment.order_number)
        })
        .collect()
}

/// What the whole gateway may ask of the carrier for labels: its own budget and the calls it passes on.
fn budget(plan: &Plan, calls: &Calls) -> Vec<Violation> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a budget is a small positive number")]
    let per_second = Limits::default().per_second_max as u32;
    let kinds = [Call::Generate, Call::Check, Call::Reprint];
    invariants::drain_within_budget(calls.per_second(&kinds), plan.scenario.start, per_second, per_second / 5)
}

fn most_in_a_second(calls: &Calls) -> u32 {
    calls.per_second(&[Call::Generate, Call::Check, Call::Reprint]).map(|(_, count)| count).max().unwrap_or(0)
}

/// The attempts that may have happened, and how it was found out or decided what became of them.
struct Unknowns {
    total: u64,
    by: BTreeMap<&'static str, u64>,
}

impl Unknowns {
    fn of(facts: &[(ShipmentId, Stamped)]) -> Self {
        let mut open: HashMap<ShipmentId, ()> = HashMap::new();
        let mut unknowns = Self { total: 0, by: BTreeMap::new() };
        for (id, stamped) in facts {
            if let Fact::Unknown { .. } = stamped.fact {
                unknowns.total += 1;
                open.insert(*id, ());
            } else if let Some(way) = way(&stamped.fact)
                && open.remove(id).is_some()
            {
                *unknowns.by.entry(way).or_default() += 1;
            }
        }
        unknowns
    }
}

/// By which way a fact settles an unknown, where it does.
fn way(fact: &Fact) -> Option<&'static str> {
    match fact {
        Fact::Confirmed { by: By::Answer, .. } => Some("late_answer_or_reprint"),
        Fact::Confirmed { by: By::Anchor, .. } => Some("carrier_anchor"),
        Fact::Confirmed { by: By::Tracking, .. } => Some("order_number_in_tracking"),
        Fact::Rejected { .. } => Some("refused_when_asked_again"),
        Fact::Probed { found: Found::NotMade, .. } => Some("proved_not_made"),
        Fact::Superseded { .. } => Some("superseded"),
        _ => None,
    }
}

/// From the first phase to the last one, in which labels are well again.
pub(super) fn dark(scenario: &Scenario) -> (Time, Time) {
    let labels = scenario.phases.iter().filter(|p| p.functions.contains(&Function::Label));
    let well = |p: &&crate::scenario::Phase| !p.dark && p.error_rate <= 0.0 && p.latency_factor <= 1.0;
    let first = labels.clone().find(|p| !well(p)).map_or(scenario.end, |p| p.at);
    let last = labels.clone().next_back().filter(|p| well(p)).map_or(scenario.end, |p| p.at);
    (first, last)
}

/// When each parcel's label was there for its merchant: confirmed, whenever its client then came for it.
fn served(seen: &[Seen], facts: &[(ShipmentId, Stamped)]) -> Vec<Option<Time>> {
    let confirmed = facts.iter().filter(|(_, s)| matches!(s.fact, Fact::Confirmed { .. }));
    let confirmed: HashMap<ShipmentId, Time> = confirmed.map(|(id, s)| (*id, s.at)).collect();
    let of = |s: &Seen| s.released.first()?.id.and_then(|id| confirmed.get(&id).copied());
    seen.iter().map(of).collect()
}

/// When each parcel's label came out of the printer.
fn printed(seen: &[Seen]) -> Vec<Option<Time>> {
    seen.iter().map(|s| s.released.first().map(|label| label.at)).collect()
}

fn in_the_dark(scenario: &Scenario, orders: &[SimOrder], served: &[Option<Time>], held: u64) -> InTheDark {
    let (from, until) = dark(scenario);
    let mut counts = InTheDark { answered_from_what_is_held: held, ..InTheDark::default() };
    for (order, at) in orders.iter().zip(served).filter(|(order, _)| (from..until).contains(&order.at)) {
        counts.orders += 1;
        let place = match at {
            None => &mut counts.never,
            Some(at) if at.since(order.at) <= AT_ONCE => &mut counts.at_once,
            Some(at) if *at < until => &mut counts.queued_then_in_a_window,
            Some(_) => &mut counts.queued_then_after_the_return,
        };
        *place += 1;
    }
    counts
}

fn drained(scenario: &Scenario, facts: &[(ShipmentId, Stamped)]) -> u64 {
    let (_, until) = dark(scenario);
    let accepted: HashMap<ShipmentId, Time> = facts
        .iter()
        .filter(|(_, s)| matches!(s.fact, Fact::Accepted { .. }) && s.at < until)
        .map(|(id, s)| (*id, s.at))
        .collect();
    let confirmed =
        facts.iter().filter(|(id, s)| matches!(s.fact, Fact::Confirmed { .. }) && accepted.contains_key(id));
    confirmed.map(|(_, s)| s.at.since(until).as_secs()).max().unwrap_or(0)
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} · seed {} · {} parcels", self.scenario, self.seed, self.day.orders)?;
        if self.naive.is_some() {
            writeln!(f, "  {:<44} {:>9} {:>9}", "", "tournee", "naive")?;
        }
        let mut row = |name: &str, of: &dyn Fn(&Day) -> u64| match &self.naive {
            Some(naive) => writeln!(f, "  {name:<44} {:>9} {:>9}", of(&self.day), of(naive)),
            None => writeln!(f, "  {name:<44} {:>9}", of(&self.day)),
        };
        row("labelled", &|d| d.orders_labelled)?;
        row("lost", &|d| d.orders_lost)?;
        row("two labels released", &|d| d.orders_double_released)?;
        row("sent elsewhere without a word", &|d| d.silent_substitutions)?;
        row("attempts that may have happened", &|d| d.unknown_total)?;
        row("  of these settled without a person", &|d| d.unknown_resolved_alone)?;
        row("labels made that nobody uses", &|d| d.labels_orphaned)?;
        row("most calls in one second", &|d| d.calls_per_second_max.into())?;
        row("asked for in the dark", &|d| d.served_in_the_dark.orders)?;
        row("  label at once", &|d| d.served_in_the_dark.at_once)?;
        row("  in hand at once, label in a window", &|d| d.served_in_the_dark.queued_then_in_a_window)?;
        row("  in hand at once, label after the return", &|d| d.served_in_the_dark.queued_then_after_the_return)?;
        row("  never", &|d| d.served_in_the_dark.never)?;
        row("answered from what is held while dark", &|d| d.served_in_the_dark.answered_from_what_is_held)?;
        row("checkouts that asked for pickup points", &|d| d.checkouts.asked)?;
        row("  were shown some", &|d| d.checkouts.got_points)?;
        row("  of those in the dark", &|d| d.checkouts.asked_in_the_dark)?;
        row("    were shown some", &|d| d.checkouts.got_points_in_the_dark)?;
        row("  waited at most, in milliseconds", &|d| d.checkouts.waited_ms_max)?;
        row("orders placed in shops", &|d| d.shops.orders)?;
        row("  the same on both sides at the end", &|d| d.shops.in_step)?;
        row("  never heard of", &|d| d.shops.never_heard_of)?;
        row("  the shop has the parcel's number", &|d| d.shops.numbers_in_the_shop)?;
        row("subscriptions that platforms ended", &|d| d.shops.subscriptions_lost)?;
        row("shops with all subscriptions at the end", &|d| d.shops.shops_subscribed)?;
        writeln!(f, "  {:<44} {:>9}", "asked of buyers", self.questions.asked)?;
        writeln!(f, "  {:<44} {:>9}", "  answered", self.questions.answered)?;
        writeln!(f, "  {:<44} {:>9}", "drained after the return, in seconds", self.drained_after_return_s)?;
        self.watch.fmt(f)?;
        self.told.fmt(f)?;
        self.local.fmt(f)?;
        for (way, count) in &self.unknown_resolved_by {
            writeln!(f, "  unknown settled by {way}: {count}")?;
        }
        for violation in self.violations.iter().take(20) {
            writeln!(f, "  VIOLATION {violation}")?;
        }
        match self.violations.len() {
            0 => writeln!(f, "  every invariant held"),
            n => writeln!(f, "  {n} violations"),
        }
    }
}
