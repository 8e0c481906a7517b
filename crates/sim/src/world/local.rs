//! Local labels in a simulated day: the ranges of the merchants, and what came of what was urgent in the dark.

use super::report::dark;
use crate::{carrier::Book, invariants::Violation, merchants::Merchant, orders::SimOrder, scenario::Scenario};
use clock::Time;
use dispatch::{By, Fact, InTheDark, Stamped};
use label::Range;
use parcel::{ClientNumber, ColissimoNumber, Login, ParcelNumber, Product, ShipmentId};
use serde::Serialize;
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt,
};

/// What every simulated merchant has numbers for: all that the orders ask for.
const PRODUCTS: [Product; 3] = [Product::Dom, Product::Dos, Product::Hd];
/// Numbers in each range.
const RANGE_LENGTH: u64 = 1_000_000;

/// What came of what was urgent in the dark.
#[derive(Clone, Debug, Default, Serialize)]
pub struct LocalLabels {
    /// What every merchant wanted.
    pub policy: InTheDark,
    /// Parcels that became urgent between the first phase and the lasting return.
    pub urgent_in_the_dark: u64,
    /// Of these, those whose label was there before the lasting return, from whomever.
    pub urgent_printed_in_the_dark: u64,
    /// Local labels printed.
    pub printed: u64,
    /// Offers of a local label.
    pub offered: u64,
    /// The longest time that an urgent parcel waited for its label, in minutes.
    pub urgent_waited_minutes_max: u64,
    /// The same for the one in the middle.
    pub urgent_waited_minutes_median: u64,
    /// Parcels with a local label of which the carrier had made one too, for an attempt whose answer was lost.
    pub unknowns_that_were_made: u64,
    /// Local labels that the carrier took in by an announcement.
    pub announced: u64,
    /// Local labels that were seen in the carrier's tracking.
    pub integrated: u64,
}

impl fmt::Display for LocalLabels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = [
            ("urgent in the dark", self.urgent_in_the_dark),
            ("  label there before the return", self.urgent_printed_in_the_dark),
            ("  waited at most, in minutes", self.urgent_waited_minutes_max),
            ("  waited in the middle, in minutes", self.urgent_waited_minutes_median),
            ("local labels printed", self.printed),
            ("  announced to the carrier", self.announced),
            ("  seen in its tracking", self.integrated),
            ("  the carrier had made one too", self.unknowns_that_were_made),
            ("local labels offered", self.offered),
        ];
        rows.iter().try_for_each(|(name, count)| writeln!(f, "  {name:<44} {count:>9}"))
    }
}

/// The client number of a simulated merchant: its contract's.
pub(super) fn client(merchant: &Merchant) -> Option<ClientNumber> {
    match &merchant.login {
        Login::Contract { number, .. } => number.parse().ok(),
        Login::ApiKey(_) => None,
    }
}

/// The ranges of the merchant at this place, one for each product; none shares a number with another.
pub(super) fn ranges(place: usize) -> Vec<(Product, Range)> {
    let first = |n: usize| (place * PRODUCTS.len() + n + 1) as u64 * RANGE_LENGTH;
    let number = |serial| ColissimoNumber::from_serial("9L", serial).ok();
    let range = |n: usize| Range::new(number(first(n))?, number(first(n) + RANGE_LENGTH - 1)?).ok();
    PRODUCTS.iter().cloned().enumerate().filter_map(|(n, product)| Some((product, range(n)?))).collect()
}

/// Every local label: its shipment and number.
fn printed(facts: &[(ShipmentId, Stamped)]) -> BTreeMap<ParcelNumber, ShipmentId> {
    let local = facts.iter().filter_map(|(id, stamped)| match stamped.fact {
        Fact::Confirmed { number, by: By::Local, .. } => Some((number, *id)),
        _ => None,
    });
    local.collect()
}

/// Counts what came of local labels. `served` says when each order's label was there.
pub(super) fn count(
    scenario: &Scenario,
    policy: InTheDark,
    orders: &[SimOrder],
    served: &[Option<Time>],
    facts: &[(ShipmentId, Stamped)],
    book: &Book,
) -> LocalLabels {
    let local = printed(facts);
    let (from, until) = dark(scenario);
    let mut counts = LocalLabels {
        policy,
        printed: local.len() as u64,
        offered: facts.iter().filter(|(_, s)| s.fact == Fact::LocalOffered).count() as u64,
        unknowns_that_were_made: made_besides(&local, facts, book),
        announced: local.keys().filter(|number| book.announcements().get(number).is_some()).count() as u64,
        integrated: facts.iter().filter(|(_, s)| s.fact == Fact::Integrated).count() as u64,
        ..LocalLabels::default()
    };
    let mut waited = Vec::new();
    for (order, at) in orders.iter().zip(served) {
        let urgent_from = urgent_from(order);
        if !(from..until).contains(&urgent_from) {
            continue;
        }
        counts.urgent_in_the_dark += 1;
        if at.is_some_and(|at| at < until) {
            counts.urgent_printed_in_the_dark += 1;
        }
        waited.push(at.map_or(u64::MAX, |at| at.since(urgent_from).as_secs() / 60));
    }
    waited.sort_unstable();
    counts.urgent_waited_minutes_max = waited.last().copied().unwrap_or(0);
    counts.urgent_waited_minutes_median = waited.get(waited.len() / 2).copied().unwrap_or(0);
    counts
}

/// When the order is asked for, or its day of deposit begins in Paris, whichever is later.
fn urgent_from(order: &SimOrder) -> Time {
    let midnight = Time::from_paris(&format!("{}T00:00:00", order.shipment.deposit_date));
    midnight.map_or(order.at, |midnight| midnight.max(order.at))
}

/// Parcels with a local label for which the carrier's book has an entry as well.
fn made_besides(local: &BTreeMap<ParcelNumber, ShipmentId>, facts: &[(ShipmentId, Stamped)], book: &Book) -> u64 {
    let with_local: HashSet<ShipmentId> = local.values().copied().collect();
    let made: HashSet<_> = book.entries().iter().map(|entry| (&entry.order_number, &entry.parcel_ref)).collect();
    let asked = facts.iter().filter(|(id, _)| with_local.contains(id)).filter_map(|(_, stamped)| match &stamped.fact {
        Fact::Accepted { shipment, .. } => Some((&shipment.order_number, &shipment.parcel_ref)),
        _ => None,
    });
    asked.filter(|wish| made.contains(wish)).count() as u64
}

/// `local_labels_announced`: a number is printed once, from the ranges of its merchant; the carrier took every local
/// label in by an announcement, for the product and the place that were asked for, and was seen to know it.
pub(super) fn announced(facts: &[(ShipmentId, Stamped)], book: &Book) -> Vec<Violation> {
    let local = printed(facts);
    let of = |fact: &dyn Fn(&Fact) -> bool| -> HashMap<ShipmentId, usize> {
        let mut counts = HashMap::new();
        for (id, _) in facts.iter().filter(|(_, stamped)| fact(&stamped.fact)) {
            *counts.entry(*id).or_default() += 1;
        }
        counts
    };
    let confirmed = of(&|fact| matches!(fact, Fact::Confirmed { by: By::Local, .. }));
    let told = of(&|fact| matches!(fact, Fact::Announced { .. }));
    let seen = of(&|fact| *fact == Fact::Integrated);
    let mut found = Vec::new();
    let mut say = |id: Option<ShipmentId>, what: String| {
        found.push(Violation { invariant: "local_labels_announced", id, what });
    };
    if local.len() != confirmed.len() {
        say(None, format!("{} local labels have {} numbers", confirmed.len(), local.len()));
    }
    for (number, id) in &local {
        let (told, seen) = (told.get(id).copied().unwrap_or(0), seen.get(id).copied().unwrap_or(0));
        if told != 1 || seen != 1 || book.announcements().get(number).is_none() {
            say(Some(*id), format!("{number} was announced {told} times and seen {seen} times in tracking"));
        }
    }
    found
}
