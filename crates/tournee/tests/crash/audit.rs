//! The state of things after a death: the invariants over the journal as the killed process left it, what the clients
//! saw, and the carrier's own book.
//!
//! The files are copied first and the copy is opened, so that the next life finds the directory just as it was left.

use crate::{child, tally::Seen};
use clock::{Clock, SystemClock};
use dispatch::{By, Cause, Fact, Found, Stamped};
use parcel::ShipmentId;
use sim::{
    carrier::Entry,
    invariants::{Violation, no_order_lost, no_silent_substitution, one_label_released, unknown_is_reconciled},
};
use std::{
    collections::{HashMap, HashSet},
    fs,
    ops::AddAssign,
    path::Path,
    time::Duration,
};
use store::{Mode, Options, Store};

/// How long an attempt may stay unknown while the gateway is killed over and over. In the end there is none.
const UNKNOWN_MAX: Duration = Duration::from_secs(300);
/// How many facts are read at once.
const FACTS_PAGE: usize = 10_000;

/// The whole journal, in order.
type Journal = [(ShipmentId, Stamped)];

/// Looks at the directory of a gateway that is dead.
///
/// # Panics
/// When an invariant is broken, or the store does not open.
pub(crate) async fn hold(dir: &Path, seen: &Seen, book: &[Entry], when: &str) {
    let journal = journal(dir).await;
    check(&journal, seen, book, when);
}

/// The same after the last life, when in addition nothing may be left open. Gives how the labels came.
///
/// # Panics
/// As [`hold`], or when a shipment has no label.
pub(crate) async fn close(dir: &Path, seen: &Seen, book: &[Entry], when: &str) -> Ways {
    let journal = journal(dir).await;
    check(&journal, seen, book, when);
    let ids = |kind: fn(&Fact) -> bool| -> HashSet<ShipmentId> {
        journal.iter().filter(|(_, stamped)| kind(&stamped.fact)).map(|(id, _)| *id).collect()
    };
    let (accepted, confirmed) =
        (ids(|fact| matches!(fact, Fact::Accepted { .. })), ids(|fact| matches!(fact, Fact::Confirmed { .. })));
    assert_eq!(accepted, confirmed, "{when}: shipments without a label, or labels without a shipment");
    let mut ways = Ways::default();
    journal.iter().for_each(|(_, stamped)| ways.add(&stamped.fact));
    ways
}

fn check(journal: &Journal, seen: &Seen, book: &[Entry], when: &str) {
    let mut found = no_order_lost(&seen.acknowledged, journal);
    found.extend(one_label_released(&seen.released, journal));
    found.extend(unknown_is_reconciled(journal, SystemClock.now(), UNKNOWN_MAX));
    found.extend(no_silent_substitution(&seen.acknowledged, journal, book, &[]));
    found.extend(undone_means_undone(journal, book));
    let told: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert!(told.is_empty(), "{when}:\n{}", told.join("\n"));
    assert!(seen.odd.is_empty(), "{when}: clients were told\n{}", seen.odd.join("\n"));
}

async fn journal(dir: &Path) -> Vec<(ShipmentId, Stamped)> {
    let copy = tempfile::tempdir().expect("a directory");
    for file in fs::read_dir(dir).expect("the data") {
        let file = file.expect("a file");
        fs::copy(file.path(), copy.path().join(file.file_name())).expect("copied");
    }
    let options = Options { mode: Mode::Inline, exclusive: false, ..Options::dir(copy.path(), child::key()) };
    let store = Store::open(options).expect("what was left opens");
    let mut journal: Vec<(ShipmentId, Stamped)> = Vec::new();
    loop {
        let after = journal.last().map_or(0, |(_, stamped)| stamped.seq);
        let page = store.facts_from(after + 1, FACTS_PAGE).await.expect("read");
        if page.is_empty() {
            return journal;
        }
        journal.extend(page);
    }
}

/// By how many ways labels came, and attempts ended in doubt: a suite in which one is never gone proves little.
#[derive(Debug, Default)]
pub(crate) struct Ways {
    pub(crate) answered: u64,
    pub(crate) found_by_number: u64,
    pub(crate) found_by_tracking: u64,
    pub(crate) we_stopped: u64,
    pub(crate) superseded: u64,
}

impl Ways {
    pub(crate) fn add(&mut self, fact: &Fact) {
        let way = match fact {
            Fact::Confirmed { by: By::Answer, .. } => &mut self.answered,
            Fact::Confirmed { by: By::Anchor, .. } => &mut self.found_by_number,
            Fact::Confirmed { by: By::Tracking, .. } => &mut self.found_by_tracking,
            Fact::Unknown { cause: Cause::WeStopped, .. } => &mut self.we_stopped,
            Fact::Superseded { .. } => &mut self.superseded,
            _ => return,
        };
        *way += 1;
    }

    pub(crate) fn all(&self) -> [u64; 5] {
        [self.answered, self.found_by_number, self.found_by_tracking, self.we_stopped, self.superseded]
    }
}

impl AddAssign for Ways {
    fn add_assign(&mut self, other: Self) {
        self.answered += other.answered;
        self.found_by_number += other.found_by_number;
        self.found_by_tracking += other.found_by_tracking;
        self.we_stopped += other.we_stopped;
        self.superseded += other.superseded;
    }
}

/// What the journal calls undone was not done: for no parcel has the carrier made more labels than there were attempts
/// that were not proved undone. An attempt that is repeated though it may have happened shows here.
fn undone_means_undone(journal: &Journal, book: &[Entry]) -> Vec<Violation> {
    let mut attempts: HashMap<ShipmentId, i64> = HashMap::new();
    let mut parcels: HashMap<(&str, &str), ShipmentId> = HashMap::new();
    for (id, stamped) in journal {
        match &stamped.fact {
            Fact::Accepted { shipment, .. } => {
                let reference = (shipment.order_number.as_ref(), shipment.parcel_ref.as_deref());
                let (Some(order), Some(parcel)) = reference else { continue };
                parcels.insert((order.as_str(), parcel), *id);
            }
            Fact::Claimed { .. } => *attempts.entry(*id).or_default() += 1,
            Fact::NotDone { .. } | Fact::Rejected { .. } | Fact::Probed { found: Found::NotMade, .. } => {
                *attempts.entry(*id).or_default() -= 1;
            }
            _ => {}
        }
    }
    let mut made: HashMap<Option<ShipmentId>, i64> = HashMap::new();
    for entry in book {
        let reference = entry.order_number.as_ref().zip(entry.parcel_ref.as_deref());
        let id = reference.and_then(|(order, parcel)| parcels.get(&(order.as_str(), parcel)).copied());
        *made.entry(id).or_default() += 1;
    }
    let check = |(id, made): (Option<ShipmentId>, i64)| {
        let attempts = id.and_then(|id| attempts.get(&id).copied()).unwrap_or(0);
        let what = format!("{made} labels were made in {attempts} attempts that may have happened");
        (made > attempts).then_some(Violation { invariant: "undone_means_undone", id, what })
    };
    made.into_iter().filter_map(check).collect()
}
