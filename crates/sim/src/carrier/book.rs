//! What the carrier has done: every label it made, and how often it was asked.
//!
//! Append-only. Entries are never removed or changed, but for the mark that an answer was lost. This is the truth that
//! the invariants hold against what merchants were told. No name and no address is kept.

use super::Announcements;
use clock::Time;
use jiff::{ToSpan, civil::Date};
use label::Range;
use parcel::{DeliveryMode, GeopostRouting, LabelFormat, OrderNumber, ParcelNumber, Product, Weight};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

/// Months within which a parcel number may not be used again (error id 30702).
const REUSE_MONTHS: i64 = 13;

/// One label that the carrier made.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The parcel's number.
    pub number: ParcelNumber,
    /// Under which contract.
    pub contract: Arc<str>,
    /// The merchant's order number, which tracking gives back.
    pub order_number: Option<OrderNumber>,
    /// The merchant's reference of the parcel (`senderParcelRef`).
    pub parcel_ref: Option<String>,
    /// What was sold.
    pub product: Product,
    /// Where the parcel is to end, as the carrier was told.
    pub mode: DeliveryMode,
    /// The day of deposit that the carrier was told.
    pub deposit_date: Date,
    /// The weight that the carrier was told.
    pub weight: Weight,
    /// The format of the label that was first made.
    pub format: LabelFormat,
    /// The number at the partner that delivers.
    pub partner: Option<GeopostRouting>,
    /// When it was made, on the scenario's clock.
    pub made_at: Time,
    /// Fingerprint of the request's body: the same twice means that the same request was made twice.
    pub digest: [u8; 16],
    /// Whether the merchant chose the number.
    pub chosen: bool,
    /// Whether customs were told of it, so that it has a form (CN23).
    pub declared: bool,
    /// Whether the answer is known not to have reached its client whole.
    pub lost: bool,
}

/// Everything that the carrier has done.
#[derive(Clone, Debug, Default)]
pub struct Book {
    entries: Vec<Entry>,
    latest: HashMap<ParcelNumber, usize>,
    calls: Calls,
    announcements: Announcements,
}

impl Book {
    /// Every label, in the order in which they were made.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The label of this number.
    pub fn get(&self, number: &ParcelNumber) -> Option<&Entry> {
        self.latest.get(number).and_then(|place| self.entries.get(*place))
    }

    /// How often the carrier was asked.
    pub fn calls(&self) -> &Calls {
        &self.calls
    }

    /// The parcels that were announced with labels of their clients' own.
    pub fn announcements(&self) -> &Announcements {
        &self.announcements
    }

    /// Whether this number may not be used on this day, because it was within the last thirteen months.
    pub fn is_in_use(&self, number: &ParcelNumber, today: Date) -> bool {
        let since = today.saturating_sub(REUSE_MONTHS.months());
        let made = self.get(number).map(|entry| entry.made_at);
        let announced = self.announcements.get(number).map(|parcel| parcel.at);
        made.max(announced).is_some_and(|at| at.paris_date() > since)
    }

    /// Takes an announcement in, held against the ranges that were given out, if they are known.
    pub(super) fn announce(&mut self, now: Time, file_name: &str, bytes: &[u8], ranges: Option<&[Range]>) {
        let latest = &self.latest;
        self.announcements.take(now, file_name, bytes, ranges, |number| latest.contains_key(number));
    }

    pub(super) fn add(&mut self, entry: Entry) {
        self.latest.insert(entry.number, self.entries.len());
        self.entries.push(entry);
    }

    pub(super) fn mark_lost(&mut self, number: &ParcelNumber) {
        if let Some(entry) = self.latest.get(number).and_then(|place| self.entries.get_mut(*place)) {
            entry.lost = true;
        }
    }

    pub(super) fn count(&mut self, now: Time, call: Call) {
        self.calls.add(now, call);
    }
}

/// What was asked of the carrier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Call {
    /// `generateLabel`.
    Generate,
    /// `checkGenerateLabel`.
    Check,
    /// `getLabel`.
    Reprint,
    /// `generateBordereauByParcelsNumbers`.
    Slip,
    /// Suivi.
    Track,
    /// A health page.
    Health,
    /// The tracking timeline.
    Timeline,
    /// A pickup search, or the look-up of one point.
    Pickup,
    /// Anything else.
    Other,
}

impl Call {
    /// Every kind of call.
    pub const ALL: [Self; 9] = [
        Self::Generate,
        Self::Check,
        Self::Reprint,
        Self::Slip,
        Self::Track,
        Self::Health,
        Self::Timeline,
        Self::Pickup,
        Self::Other,
    ];
}

/// How often each thing was asked in each second of the scenario's clock. On a compressed clock a second of the
/// scenario is shorter than a real one: rates are only meaningful where the two run alike.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calls(BTreeMap<i64, [u32; Call::ALL.len()]>);

impl Calls {
    fn add(&mut self, now: Time, call: Call) {
        let counts = self.0.entry(now.unix_ms().div_euclid(1_000)).or_default();
        counts[call as usize] = counts[call as usize].saturating_add(1);
    }

    /// Each second in which anything was asked, with the calls of these kinds.
    pub fn per_second<'a>(&'a self, kinds: &'a [Call]) -> impl Iterator<Item = (Time, u32)> + 'a {
        self.0.iter().map(|(second, counts)| {
            (Time::from_unix_ms(second * 1_000), kinds.iter().map(|kind| counts[*kind as usize]).sum())
        })
    }

    /// How often this was asked in all.
    pub fn total(&self, kind: Call) -> u64 {
        self.0.values().map(|counts| u64::from(counts[kind as usize])).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(made_at: Time) -> Entry {
        Entry {
            number: "6A15984040331".parse().expect("a number"),
            contract: "964744".into(),
            order_number: None,
            parcel_ref: None,
            product: Product::Dom,
            mode: DeliveryMode::Home,
            deposit_date: made_at.paris_date(),
            weight: Weight::from_grams(500).expect("a weight"),
            format: LabelFormat::PDF_10X15,
            partner: None,
            made_at,
            digest: [0; 16],
            chosen: true,
            declared: false,
            lost: false,
        }
    }

    #[test]
    fn a_number_is_free_again_after_thirteen_months() {
        let mut book = Book::default();
        let made = entry(Time::from_paris("2024-11-22T09:00:00").expect("a moment"));
        book.add(made.clone());
        let day = |text: &str| text.parse().expect("a day");
        assert!(book.is_in_use(&made.number, day("2025-12-21")));
        assert!(!book.is_in_use(&made.number, day("2025-12-22")));
        assert!(!book.is_in_use(&"6M17554710224".parse().expect("a number"), day("2024-11-23")));
    }

    #[test]
    fn calls_are_counted_by_the_second() {
        let mut book = Book::default();
        for (ms, call) in
            [(1_000, Call::Generate), (1_999, Call::Generate), (1_500, Call::Health), (2_000, Call::Check)]
        {
            book.count(Time::from_unix_ms(ms), call);
        }
        let counted: Vec<(i64, u32)> =
            book.calls().per_second(&[Call::Generate, Call::Check]).map(|(t, n)| (t.unix_ms(), n)).collect();
        assert_eq!(counted, [(1_000, 2), (2_000, 1)]);
        assert_eq!((book.calls().total(Call::Health), book.calls().total(Call::Track)), (1, 0));
    }
}
