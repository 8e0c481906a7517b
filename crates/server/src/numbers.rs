//! Which parcels' numbers exist, for the door: from memory, asked for each request that names one.
//!
//! State: a filter that says nothing until all numbers are in it. Another is filled beside it, hears each new number
//! meanwhile as it does, and takes its place; what it holds can be gathered again at any time.

use admission::{Exists, Numbers};
use edge::{Chance, Existence, Known, Who};
use http::request::Parts;
use parcel::ParcelNumber;
use percent_encoding::percent_decode_str;
use std::sync::{Arc, PoisonError, RwLock};
use store::{NumberListener, Store, StoreError};

/// Numbers that are read at once: about a millisecond of a reader's time.
const PAGE_COUNT: u32 = 1_000;
/// The least that there is room for, in numbers: 82 kB.
const ROOM_COUNT_MIN: usize = 1 << 16;
/// The most numbers in one path that are looked at: as many as the carrier's tracking answers at once.
const IN_PATH_COUNT_MAX: usize = 10;
/// The characters of a number, and one more.
const NUMBER_CHARS_MAX: usize = 14;

/// The numbers that exist.
pub struct KnownNumbers {
    now: RwLock<Arc<Numbers>>,
    chance: Chance,
}

impl KnownNumbers {
    /// Says nothing yet.
    pub fn new(chance: Chance) -> Self {
        Self { now: RwLock::new(Arc::new(Numbers::with_capacity(0, [0; 16]))), chance }
    }

    /// A filter with room for so many numbers, for [`KnownNumbers::replace`].
    pub fn with_room(&self, count: usize) -> Numbers {
        let mut key = [0; 16];
        (self.chance)(&mut key);
        Numbers::with_capacity(count, key)
    }

    /// From now on these are the numbers.
    pub fn replace(&self, numbers: Arc<Numbers>) {
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = numbers;
    }

    /// Whether it says anything. What has become too full is to be gathered again.
    pub fn are_sure(&self) -> bool {
        self.now().is_sure()
    }

    /// Gathers all numbers that the store gave out, and hears each one that it gives out from now on, before anybody is told
    /// it: no number is missed in between. Gives how many there are. Reads a page at a time, and goes on answering meanwhile.
    ///
    /// # Errors
    /// When the store cannot be read or written; what is known goes on as before.
    pub async fn gather(&self, store: &Store) -> Result<usize, StoreError> {
        // As many again may come before it is made anew.
        let shipments: u64 = store.counts().await?.by_state.iter().map(|(_, count)| count).sum();
        let mut room = usize::try_from(shipments.saturating_mul(2)).unwrap_or(usize::MAX).max(ROOM_COUNT_MIN);
        loop {
            let fresh = Arc::new(self.with_room(room));
            store.tell_numbers(into(vec![self.now(), Arc::clone(&fresh)])).await?;
            if read(store, &fresh).await? {
                fresh.all_in();
                self.replace(Arc::clone(&fresh));
                store.tell_numbers(into(vec![Arc::clone(&fresh)])).await?;
                return Ok(fresh.held());
            }
            room *= 2;
        }
    }

    fn now(&self) -> Arc<Numbers> {
        Arc::clone(&self.now.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Reads all numbers in; false where there are too many.
async fn read(store: &Store, into: &Numbers) -> Result<bool, StoreError> {
    let mut last = None;
    loop {
        let page = store.numbers_after(last, PAGE_COUNT).await?;
        page.iter().for_each(|number| into.insert(number.as_str()));
        last = page.last().copied();
        if into.is_over() || last.is_none() {
            return Ok(!into.is_over());
        }
    }
}

fn into(all: Vec<Arc<Numbers>>) -> NumberListener {
    Arc::new(move |number| all.iter().for_each(|one| one.insert(number.as_str())))
}

impl Who for KnownNumbers {
    fn known(&self, _: &Parts) -> Option<Known> {
        None
    }

    /// One number or several with commas between, as people write them: with spaces, points and small letters. Of several, all
    /// must exist, or none.
    fn parcel(&self, number: &str) -> Existence {
        let now = self.now();
        if !now.is_sure() {
            return Existence::Unsure;
        }
        let text = percent_decode_str(number).decode_utf8_lossy();
        let mut each = text.split(',').map(|one| existence(&now, one));
        let Some(first) = each.next() else { return Existence::Unsure };
        let mut others = each.by_ref().take(IN_PATH_COUNT_MAX - 1);
        if others.all(|other| other == first) && each.next().is_none() { first } else { Existence::Unsure }
    }
}

fn existence(numbers: &Numbers, written: &str) -> Existence {
    let plain = written.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase());
    // What is no number, or has a wrong check digit, was never put in.
    let Ok(number) = plain.take(NUMBER_CHARS_MAX).collect::<String>().parse::<ParcelNumber>() else {
        return Existence::Not;
    };
    match numbers.exists(number.as_str()) {
        Exists::Likely => Existence::Exists,
        Exists::No => Existence::Not,
        Exists::NotSure => Existence::Unsure,
    }
}
