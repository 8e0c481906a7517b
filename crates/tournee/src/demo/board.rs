//! What those who watch are shown: counts, rates, the last events. Plain data behind one lock; whatever happens is
//! told to it, and it is drawn as often as somebody looks.

use super::day::{Phase, on_the_wall};
use clock::Time;
use dispatch::{By, Fact, Health, Stamped};
use parcel::{DeliveryMode, ParcelNumber, Product, ShipmentId};
use sim::invariants::{Acknowledged, Released};
use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Events kept, and rates kept: as many as a large screen shows.
const EVENTS_COUNT_MAX: usize = 64;
const RATES_COUNT_MAX: usize = 256;
/// How long the journal may trail behind an acknowledgement before the order counts as lost.
const JOURNAL_TRAILS: Duration = Duration::from_secs(2);

/// The board that everybody writes on.
pub(super) struct Shared(Mutex<Board>);

impl Shared {
    pub(super) fn new(board: Board) -> Self {
        Self(Mutex::new(board))
    }

    /// The board, for the moment in which it is written on or drawn.
    pub(super) fn board(&self) -> MutexGuard<'_, Board> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Everything that is known of the demonstration.
pub(super) struct Board {
    /// The time on the carrier's clock.
    pub(super) at: Time,
    pub(super) phase: Phase,
    /// The carrier as the gateway sees it.
    pub(super) health: Health,
    pub(super) orders: usize,
    pub(super) asked: usize,
    /// Labels that reached a printer, latest last; each once.
    pub(super) released: Vec<Label>,
    /// What clients were told at once: that their order is in hand.
    pub(super) acknowledged: Vec<Acknowledged>,
    /// Answers that refuse an order.
    pub(super) refused: Vec<String>,
    pub(super) journal: Vec<(ShipmentId, Stamped)>,
    pub(super) unknown_total: usize,
    pub(super) unknown_open: HashSet<ShipmentId>,
    pub(super) events: VecDeque<String>,
    pub(super) labels_per_s: VecDeque<u64>,
    pub(super) latency_ms: VecDeque<u64>,
    accepted: HashSet<ShipmentId>,
    first_of: HashMap<usize, ParcelNumber>,
    doubled: usize,
    printed_before: usize,
    calls: Calls,
}

/// A label that came out of a printer.
#[derive(Clone, Debug)]
pub(super) struct Label {
    pub(super) wish: usize,
    /// The intent, where its client was told; a client of the carrier's protocol is not.
    pub(super) id: Option<ShipmentId>,
    pub(super) number: ParcelNumber,
    pub(super) at: Time,
    pub(super) product: Product,
    pub(super) mode: DeliveryMode,
    /// `CMD-1-000042 → Clermont-Ferrand 63000`.
    pub(super) whose: String,
}

#[derive(Default)]
struct Calls {
    count: u64,
    ms: u64,
}

impl Board {
    pub(super) fn new(orders: usize, at: Time) -> Self {
        Self {
            at,
            phase: Phase::Well,
            health: Health::Well,
            orders,
            asked: 0,
            released: Vec::new(),
            acknowledged: Vec::new(),
            refused: Vec::new(),
            journal: Vec::new(),
            unknown_total: 0,
            unknown_open: HashSet::new(),
            events: VecDeque::new(),
            labels_per_s: VecDeque::new(),
            latency_ms: VecDeque::new(),
            accepted: HashSet::new(),
            first_of: HashMap::new(),
            doubled: 0,
            printed_before: 0,
            calls: Calls::default(),
        }
    }

    /// The day went on. Gives whether the phase changed.
    pub(super) fn time(&mut self, at: Time, phase: Phase) -> bool {
        self.at = at;
        let changed = self.phase != phase;
        if changed {
            self.phase = phase;
            self.event(format!("the carrier: {}", phase.words()));
        }
        changed
    }

    /// The gateway sees the carrier so.
    pub(super) fn health(&mut self, health: Health) {
        if std::mem::discriminant(&self.health) != std::mem::discriminant(&health) {
            let waiting = self.waiting();
            self.event(match health {
                Health::Well => "seen from here the carrier is well".into(),
                Health::Dark { .. } => {
                    format!("seen from here the carrier is dark; {waiting} waiting, nothing is refused")
                }
                Health::Recovering { .. } => {
                    format!("a canary came back; {waiting} waiting are let through step by step")
                }
            });
        }
        self.health = health;
    }

    /// A client was told that its order is in hand.
    pub(super) fn acknowledged(&mut self, acknowledged: Acknowledged) {
        if self.acknowledged.iter().all(|known| known.id != acknowledged.id) {
            self.acknowledged.push(acknowledged);
        }
    }

    /// A label came out of a printer.
    pub(super) fn released(&mut self, label: Label) {
        let first = *self.first_of.entry(label.wish).or_insert(label.number);
        if first != label.number {
            self.doubled += 1;
        } else if self.released.iter().any(|known| known.number == label.number && known.wish == label.wish) {
            return;
        }
        self.event(format!("{}: label {}", label.whose, label.number));
        self.released.push(label);
    }

    /// An order was refused for good.
    pub(super) fn refused(&mut self, whose: &str, why: &str) {
        self.event(format!("{whose}: refused: {why}"));
        self.refused.push(format!("{whose}: {why}"));
    }

    /// A call to the carrier ended.
    pub(super) fn called(&mut self, took: Duration) {
        self.calls.count += 1;
        self.calls.ms += u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    }

    /// More of the journal was read.
    pub(super) fn journal(&mut self, more: Vec<(ShipmentId, Stamped)>) {
        for (id, stamped) in &more {
            self.fact(*id, &stamped.fact);
        }
        self.journal.extend(more);
    }

    fn fact(&mut self, id: ShipmentId, fact: &Fact) {
        match fact {
            Fact::Accepted { .. } => drop(self.accepted.insert(id)),
            Fact::Unknown { .. } => {
                self.unknown_total += 1;
                self.unknown_open.insert(id);
            }
            Fact::Confirmed { number, by, .. } if self.unknown_open.remove(&id) => {
                self.event(format!("unknown no more: {number} was made after all ({})", found_by(*by)));
            }
            Fact::Superseded { .. } | Fact::Rejected { .. } | Fact::LeftToHuman { .. } | Fact::Voided => {
                self.unknown_open.remove(&id);
            }
            _ => {}
        }
    }

    /// Where the journal was read up to.
    pub(super) fn read_up_to(&self) -> u64 {
        self.journal.last().map_or(0, |(_, stamped)| stamped.seq)
    }

    /// A second has passed: the rates move on.
    pub(super) fn second(&mut self) {
        let labels = self.released.len() - self.printed_before;
        self.printed_before = self.released.len();
        push(&mut self.labels_per_s, labels as u64, RATES_COUNT_MAX);
        let Calls { count, ms } = std::mem::take(&mut self.calls);
        let latency = ms.checked_div(count).unwrap_or_else(|| self.latency_ms.back().copied().unwrap_or(0));
        push(&mut self.latency_ms, latency, RATES_COUNT_MAX);
    }

    /// Orders that have no label yet.
    pub(super) fn waiting(&self) -> usize {
        self.asked.saturating_sub(self.printed()).saturating_sub(self.refused.len())
    }

    /// Orders that have a label.
    pub(super) fn printed(&self) -> usize {
        self.first_of.len()
    }

    /// Unknown attempts that were settled.
    pub(super) fn resolved(&self) -> usize {
        self.unknown_total - self.unknown_open.len().min(self.unknown_total)
    }

    /// Orders of which two different labels were printed.
    pub(super) fn doubled(&self) -> usize {
        self.doubled
    }

    /// Orders that were acknowledged and do not stand in the journal. `now` is on the gateway's clock.
    pub(super) fn lost(&self, now: Time) -> usize {
        let due = |ack: &&Acknowledged| ack.at.plus(JOURNAL_TRAILS) < now;
        self.acknowledged.iter().filter(due).filter(|ack| !self.accepted.contains(&ack.id)).count()
    }

    fn event(&mut self, text: String) {
        push(&mut self.events, format!("{}  {text}", on_the_wall(self.at)), EVENTS_COUNT_MAX);
    }
}

impl Label {
    /// The label as the invariants see it, once its intent is known.
    pub(super) fn of_intent(&self, id: ShipmentId) -> Released {
        Released { wish: self.wish, id, number: self.number, at: self.at }
    }
}

fn found_by(by: By) -> &'static str {
    match by {
        By::Answer => "the answer came late",
        By::Anchor => "the carrier knows the number that was chosen",
        By::Tracking => "its order number stands in tracking",
        By::Human => "a person said so",
        By::Local => "a local label stands in for it",
    }
}

fn push<T>(to: &mut VecDeque<T>, item: T, most: usize) {
    if to.len() == most {
        to.pop_front();
    }
    to.push_back(item);
}

#[cfg(test)]
mod tests {
    use super::*;
    use dispatch::Cause;

    fn board() -> Board {
        Board::new(10, Time::from_unix_ms(0))
    }

    fn label(wish: usize, serial: u64) -> Label {
        Label {
            wish,
            id: None,
            number: ParcelNumber::from_serial("6A", serial).expect("a number"),
            at: Time::from_unix_ms(0),
            product: Product::Dom,
            mode: DeliveryMode::Home,
            whose: "CMD-1 → Dijon 21000".into(),
        }
    }

    fn id(n: u8) -> ShipmentId {
        ShipmentId::from_bytes([n; 16])
    }

    fn stamped(seq: u64, fact: Fact) -> Stamped {
        Stamped { seq, at: Time::from_unix_ms(0), fact }
    }

    #[test]
    fn the_same_label_twice_is_one_and_another_is_a_double() {
        let mut board = board();
        board.asked = 3;
        for label in [label(1, 1), label(1, 1), label(2, 2)] {
            board.released(label);
        }
        assert_eq!((board.printed(), board.doubled(), board.waiting()), (2, 0, 1));
        board.released(label(1, 3));
        assert_eq!((board.printed(), board.doubled()), (2, 1));
    }

    #[test]
    fn unknowns_open_and_close_with_the_journal() {
        let mut board = board();
        let unknown = || Fact::Unknown { attempt: 1, cause: Cause::NoAnswer, number: None };
        board.journal(vec![(id(1), stamped(1, unknown())), (id(2), stamped(2, unknown()))]);
        assert_eq!((board.unknown_total, board.resolved()), (2, 0));
        board.journal(vec![(id(1), stamped(3, Fact::Superseded { attempt: 1 }))]);
        assert_eq!((board.unknown_total, board.resolved(), board.read_up_to()), (2, 1, 3));
    }

    #[test]
    fn what_was_acknowledged_and_is_not_in_the_journal_is_lost() {
        let mut board = board();
        let at = Time::from_unix_ms(0);
        let later = at.plus(JOURNAL_TRAILS * 2);
        board.acknowledged(Acknowledged { wish: 1, id: id(1), at, product: Product::Dom, mode: DeliveryMode::Home });
        assert_eq!((board.lost(at), board.lost(later)), (0, 1));
        board.accepted.insert(id(1));
        assert_eq!(board.lost(later), 0);
    }

    #[test]
    fn events_and_rates_are_bounded() {
        let mut board = board();
        for serial in 0..300 {
            board.released(label(usize::try_from(serial).expect("small"), serial));
            board.called(Duration::from_millis(50));
            board.second();
        }
        assert_eq!((board.events.len(), board.labels_per_s.len()), (EVENTS_COUNT_MAX, RATES_COUNT_MAX));
        assert_eq!((board.labels_per_s.back(), board.latency_ms.back()), (Some(&1), Some(&50)));
    }
}
