//! What must always hold, as functions over plain data that tests, simulation and rehearsals share.
//!
//! Each takes views of what was promised, written, released and done, and returns every violation it finds. Nothing
//! here knows a clock, a store or a socket; an empty list means that the invariant held.

use crate::carrier::{Announced, Announcements, Entry, Offence};
use clock::Time;
use dispatch::{By, Fact, Found, Stamped};
use parcel::{DeliveryMode, ParcelNumber, Product, ShipmentId};
use std::{
    collections::{HashMap, HashSet},
    fmt,
    time::Duration,
};

/// What a client was promised: it was told that this wish is in hand.
#[derive(Clone, Debug, PartialEq)]
pub struct Acknowledged {
    /// Which parcel somebody wanted sent. Two requests for the same parcel have the same wish.
    pub wish: usize,
    /// The id that the client was given.
    pub id: ShipmentId,
    /// When.
    pub at: Time,
    /// What was sold.
    pub product: Product,
    /// What the buyer chose.
    pub mode: DeliveryMode,
}

/// A label that reached a client, who may print it.
#[derive(Clone, Debug, PartialEq)]
pub struct Released {
    /// For which wish.
    pub wish: usize,
    /// Of which intent.
    pub id: ShipmentId,
    /// The label's number.
    pub number: ParcelNumber,
    /// When.
    pub at: Time,
}

/// The journal as written: facts in the order of their places.
pub type Journal = [(ShipmentId, Stamped)];

/// Something that should never be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which invariant.
    pub invariant: &'static str,
    /// Of which intent, where it is one's.
    pub id: Option<ShipmentId>,
    /// What is wrong, with numbers and times and without private data.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.id {
            Some(id) => write!(f, "{}: {id}: {}", self.invariant, self.what),
            None => write!(f, "{}: {}", self.invariant, self.what),
        }
    }
}

fn violation(invariant: &'static str, id: ShipmentId, what: impl Into<String>) -> Violation {
    Violation { invariant, id: Some(id), what: what.into() }
}

/// `no_order_lost`: what was acknowledged stands in the journal, accepted no later than it was acknowledged.
pub fn no_order_lost(acknowledged: &[Acknowledged], journal: &Journal) -> Vec<Violation> {
    let accepted: HashMap<ShipmentId, Time> = journal
        .iter()
        .filter(|(_, s)| matches!(s.fact, Fact::Accepted { .. }))
        .map(|(id, stamped)| (*id, stamped.at))
        .collect();
    let check = |ack: &Acknowledged| match accepted.get(&ack.id) {
        None => Some(violation("no_order_lost", ack.id, format!("acknowledged at {} and not in the journal", ack.at))),
        Some(at) if *at > ack.at => {
            Some(violation("no_order_lost", ack.id, format!("acknowledged at {}, accepted only at {at}", ack.at)))
        }
        Some(_) => None,
    };
    acknowledged.iter().filter_map(check).collect()
}

/// `one_label_released`: for one wish at most one label is with a client, unless the earlier one was voided before; no
/// label serves two wishes; and only a label that its intent confirmed is ever released, never one that turned up
/// after its attempt was given up.
pub fn one_label_released(released: &[Released], journal: &Journal) -> Vec<Violation> {
    let labels = Labels::of(journal);
    let mut in_order: Vec<&Released> = released.iter().collect();
    in_order.sort_by_key(|r| r.at);
    let mut by_wish: HashMap<usize, &Released> = HashMap::new();
    let mut by_number: HashMap<ParcelNumber, usize> = HashMap::new();
    let mut found = Vec::new();
    for release in in_order {
        let earlier = by_wish.insert(release.wish, release);
        let other = by_number.insert(release.number, release.wish);
        found.extend(second_label(release, earlier, &labels));
        if other.is_some_and(|wish| wish != release.wish) {
            found.push(violation("one_label_released", release.id, format!("{} serves two wishes", release.number)));
        }
        if !labels.confirmed.contains(&(release.id, release.number)) {
            let what = format!("{} was released and not confirmed", release.number);
            found.push(violation("one_label_released", release.id, what));
        }
    }
    found.extend(labels.confirmed_twice);
    found
}

fn second_label(release: &Released, earlier: Option<&Released>, labels: &Labels) -> Option<Violation> {
    let earlier = earlier.filter(|e| e.number != release.number)?;
    let voided = labels.voided.get(&earlier.id).is_some_and(|at| *at <= release.at);
    let what = format!("{} was released at {} though {} was out", release.number, release.at, earlier.number);
    (!voided).then(|| violation("one_label_released", release.id, what))
}

/// What the journal says of labels.
#[derive(Default)]
struct Labels {
    confirmed: HashSet<(ShipmentId, ParcelNumber)>,
    voided: HashMap<ShipmentId, Time>,
    confirmed_twice: Vec<Violation>,
}

impl Labels {
    fn of(journal: &Journal) -> Self {
        let mut labels = Self::default();
        let mut first: HashMap<ShipmentId, ParcelNumber> = HashMap::new();
        for (id, stamped) in journal {
            match &stamped.fact {
                Fact::Voided => drop(labels.voided.insert(*id, stamped.at)),
                Fact::Confirmed { number, .. } => {
                    labels.confirmed.insert((*id, *number));
                    if let Some(before) = first.insert(*id, *number).filter(|before| before != number) {
                        let what = format!("confirmed as {before} and again as {number}");
                        labels.confirmed_twice.push(violation("one_label_released", *id, what));
                    }
                }
                _ => {}
            }
        }
        labels
    }
}

/// `unknown_is_reconciled`: no attempt begins while an earlier one may have happened; and each that may have happened
/// ends as done, proved undone, given up for good, or a person's, within `bound`.
pub fn unknown_is_reconciled(journal: &Journal, now: Time, bound: Duration) -> Vec<Violation> {
    let mut doubts: HashMap<ShipmentId, Time> = HashMap::new();
    let mut found = Vec::new();
    for (id, stamped) in journal {
        match &stamped.fact {
            Fact::Unknown { .. } => drop(doubts.insert(*id, stamped.at)),
            Fact::Claimed { attempt, .. } => {
                if let Some(since) = doubts.remove(id) {
                    let what = format!("attempt {attempt} began while one unknown since {since} was open");
                    found.push(violation("unknown_is_reconciled", *id, what));
                }
            }
            fact if settles(fact) => {
                found.extend(doubts.remove(id).and_then(|since| too_long(*id, since, stamped.at, bound)));
            }
            _ => {}
        }
    }
    let mut open: Vec<(ShipmentId, Time)> = doubts.into_iter().collect();
    open.sort();
    found.extend(open.into_iter().filter_map(|(id, since)| too_long(id, since, now, bound)));
    found
}

fn settles(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::Confirmed { .. }
            | Fact::Rejected { .. }
            | Fact::Superseded { .. }
            | Fact::Probed { found: Found::NotMade, .. }
            | Fact::LeftToHuman { .. }
            | Fact::Voided
    )
}

fn too_long(id: ShipmentId, since: Time, until: Time, bound: Duration) -> Option<Violation> {
    let open = until.since(since);
    let what = format!("unknown from {since} for {} s, more than {} s", open.as_secs(), bound.as_secs());
    (open > bound).then(|| violation("unknown_is_reconciled", id, what))
}

/// `no_silent_substitution`: every label that was confirmed is for the product and the place that were acknowledged, or
/// for those that a consent before it names: in the journal, in the carrier's own book, and in what it was announced as
/// where we printed it ourselves. And none was confirmed while somebody was being asked.
pub fn no_silent_substitution(
    acknowledged: &[Acknowledged],
    journal: &Journal,
    book: &[Entry],
    announced: &[Announced],
) -> Vec<Violation> {
    let mut agreed: HashMap<ShipmentId, Agreed> =
        acknowledged.iter().map(|ack| (ack.id, Agreed::to(&ack.product, &ack.mode))).collect();
    let carriers = book.iter().map(|entry| (entry.number, (&entry.product, &entry.mode, "the carrier's book")));
    let ours = announced.iter().map(|parcel| (parcel.number, (&parcel.product, &parcel.mode, "its announcement")));
    let made: HashMap<ParcelNumber, _> = carriers.chain(ours).collect();
    let mut found = Vec::new();
    for (id, stamped) in journal {
        let Some(agreed) = agreed.get_mut(id) else { continue };
        match &stamped.fact {
            Fact::Accepted { shipment, .. } => {
                found.extend(agreed.other(*id, &shipment.product, &shipment.mode, "the journal"));
            }
            Fact::Asked { .. } => agreed.asked = true,
            Fact::Consented { consent } => *agreed = Agreed::to(&consent.product, &consent.mode),
            Fact::Confirmed { number, by, .. } => {
                if agreed.asked {
                    let what = format!("{number} was confirmed while somebody was being asked");
                    found.push(violation("no_silent_substitution", *id, what));
                }
                match made.get(number) {
                    Some((product, mode, place)) => found.extend(agreed.other(*id, product, mode, place)),
                    // It is announced when the carrier is back.
                    None if *by == By::Local => {}
                    None => {
                        let what = format!("{number} was confirmed and the carrier never made it");
                        found.push(violation("no_silent_substitution", *id, what));
                    }
                }
            }
            _ => {}
        }
    }
    found
}

/// Where a parcel may go.
struct Agreed {
    product: Product,
    mode: DeliveryMode,
    /// Whether it is being asked.
    asked: bool,
}

impl Agreed {
    fn to(product: &Product, mode: &DeliveryMode) -> Self {
        Self { product: product.clone(), mode: mode.clone(), asked: false }
    }

    fn other(&self, id: ShipmentId, product: &Product, mode: &DeliveryMode, place: &str) -> Option<Violation> {
        let shown = |product: &Product, mode: &DeliveryMode| match mode {
            DeliveryMode::Home => format!("{product} to the home"),
            DeliveryMode::PickupPoint(id) => format!("{product} to {id}"),
        };
        let what = format!("agreed {}, in {place} {}", shown(&self.product, &self.mode), shown(product, mode));
        let same = *product == self.product && *mode == self.mode;
        (!same).then(|| violation("no_silent_substitution", id, what))
    }
}

/// `drain_within_budget`: from `from` on the carrier is never asked more than `per_second` times a second, beyond a
/// `burst` that fills up again at the same rate. `calls` are seconds with their counts, earliest first.
pub fn drain_within_budget(
    calls: impl IntoIterator<Item = (Time, u32)>,
    from: Time,
    per_second: u32,
    burst: u32,
) -> Vec<Violation> {
    let mut over = 0u64;
    let mut last = from;
    let mut found = Vec::new();
    for (second, count) in calls.into_iter().filter(|(second, _)| *second >= from) {
        let passed = second.since(last).as_secs().saturating_mul(u64::from(per_second));
        over = over.saturating_sub(passed) + u64::from(count);
        last = second;
        let allowed = u64::from(per_second) + u64::from(burst);
        if over > allowed {
            let what = format!("{count} calls in the second of {second}: {} beyond the budget", over - allowed);
            found.push(Violation { invariant: "drain_within_budget", id: None, what });
        }
    }
    found
}

/// `announced_once`: no number is announced twice, none that the web service made, none outside the ranges that were given
/// out; and every file that came could be read.
pub fn announced_once(announcements: &Announcements) -> Vec<Violation> {
    let told = |(offence, what): &(Offence, String)| Violation {
        invariant: "announced_once",
        id: None,
        what: match offence {
            Offence::Twice => format!("{what} was announced twice"),
            Offence::AlsoMade => format!("{what} was announced and made by the web service too"),
            Offence::OutsideRange => format!("{what} was announced from outside every range"),
            Offence::Unreadable => format!("a file could not be read: {what}"),
        },
    };
    announcements.offences().iter().map(told).collect()
}

#[cfg(test)]
mod tests;
