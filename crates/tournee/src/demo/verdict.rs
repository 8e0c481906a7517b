//! What came of the day, held against the carrier's own book by the same invariants as every simulation.

use super::board::{Board, Label};
use clock::Time;
use dispatch::Fact;
use parcel::{ParcelNumber, ShipmentId};
use sim::{
    carrier::Book,
    invariants::{self, Acknowledged, Released, Violation},
};
use std::{
    collections::{HashMap, HashSet},
    fmt,
    time::Duration,
};

/// How long an attempt may be unknown: the length of the day on the gateway's clock, which jumps at midnights.
const UNKNOWN_BOUND: Duration = Duration::from_secs(3 * 86_400);

/// The end of a demonstration.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Verdict {
    asked: usize,
    printed: usize,
    refused: usize,
    lost: usize,
    doubled: usize,
    substituted: usize,
    unknown: usize,
    resolved: usize,
    unused: usize,
    /// Whether the whole day was shown.
    whole: bool,
    /// What did not hold.
    pub(super) violations: Vec<String>,
}

impl Verdict {
    /// Judges what is on the board. When the whole day was shown, every order must have its label.
    pub(super) fn of(board: &Board, book: &Book, now: Time, whole: bool) -> Self {
        let by_number = confirmed(board);
        let (released, orphans) = released(board, &by_number);
        let acknowledged = acknowledged(board, &by_number);
        let lost = invariants::no_order_lost(&acknowledged, &board.journal);
        let doubled = invariants::one_label_released(&released, &board.journal);
        let substituted = invariants::no_silent_substitution(
            &acknowledged,
            &board.journal,
            book.entries(),
            book.announcements().parcels(),
        );
        let unknown = invariants::unknown_is_reconciled(&board.journal, now, UNKNOWN_BOUND);
        let unserved = if whole { board.waiting() } else { 0 };
        let used: HashSet<ParcelNumber> = board.released.iter().map(|label| label.number).collect();
        let mut verdict = Self {
            asked: board.asked,
            printed: board.printed(),
            refused: board.refused.len(),
            lost: lost.len() + unserved,
            doubled: doubled.len(),
            substituted: substituted.len(),
            unknown: board.unknown_total,
            resolved: board.resolved(),
            unused: book.entries().iter().filter(|entry| !used.contains(&entry.number)).count(),
            whole,
            violations: orphans,
        };
        let found = [lost, doubled, substituted, unknown].concat();
        verdict.violations.extend(found.iter().map(Violation::to_string));
        verdict.violations.extend(board.refused.iter().map(|why| format!("an order was refused: {why}")));
        verdict.violations.extend((unserved > 0).then(|| format!("{unserved} orders have no label at the end")));
        verdict
    }
}

/// Which intent each number was confirmed for.
fn confirmed(board: &Board) -> HashMap<ParcelNumber, ShipmentId> {
    let number = |fact: &Fact| match fact {
        Fact::Confirmed { number, .. } => Some(*number),
        _ => None,
    };
    board.journal.iter().filter_map(|(id, stamped)| Some((number(&stamped.fact)?, *id))).collect()
}

/// The labels as the invariants see them, and those that no intent confirmed.
fn released(board: &Board, by_number: &HashMap<ParcelNumber, ShipmentId>) -> (Vec<Released>, Vec<String>) {
    let mut orphans = Vec::new();
    let mut one = |label: &Label| match label.id.or_else(|| by_number.get(&label.number).copied()) {
        Some(id) => Some(label.of_intent(id)),
        None => {
            orphans.push(format!("{} was printed and does not stand in the journal", label.number));
            None
        }
    };
    (board.released.iter().filter_map(&mut one).collect(), orphans)
}

/// What was promised: by the API with its acknowledgement, by the carrier's protocol with the label itself.
fn acknowledged(board: &Board, by_number: &HashMap<ParcelNumber, ShipmentId>) -> Vec<Acknowledged> {
    let by_label = |label: &Label| {
        let id = label.id.is_none().then(|| by_number.get(&label.number).copied()).flatten()?;
        let (product, mode) = (label.product.clone(), label.mode.clone());
        Some(Acknowledged { wish: label.wish, id, at: label.at, product, mode })
    };
    board.acknowledged.iter().cloned().chain(board.released.iter().filter_map(by_label)).collect()
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.whole { "The day is over" } else { "Stopped before the end" };
        writeln!(f, "{what}: {} labels were asked for, {} came out of a printer.", self.asked, self.printed)?;
        write!(f, "  lost {} · doubled {} · sent elsewhere than chosen {}", self.lost, self.doubled, self.substituted)?;
        writeln!(f, " · refused {}", self.refused)?;
        writeln!(
            f,
            "  attempts of which nobody knew whether they happened: {}, of which resolved: {}",
            self.unknown, self.resolved
        )?;
        writeln!(
            f,
            "  labels that the carrier made and nobody uses: {} (never scanned, so they cost nothing)",
            self.unused
        )?;
        if self.violations.is_empty() {
            return write!(f, "  held against the carrier's own book: every invariant holds");
        }
        write!(f, "  {} times something did not hold:", self.violations.len())?;
        self.violations.iter().take(10).try_for_each(|violation| write!(f, "\n    {violation}"))
    }
}
