//! Which tracking numbers exist, as far as can be said without asking the store: a Bloom filter in fixed memory.
//!
//! It never denies a number that was put in. It says nothing until it has been told all of them, and nothing any more when
//! it holds more than it was made for. A number that it denies is answered from here, so that a flood of random numbers
//! never gets to the store. It can't forget a number: it is made anew now and then, beside the old one.
//!
//! Many threads may ask and put in at once.

use siphasher::sip128::{Hasher128, SipHasher13};
use std::{
    hash::Hasher,
    sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
};

/// What is known of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exists {
    /// It does not exist.
    No,
    /// It most likely does.
    Likely,
    /// The filter can't say: not all numbers are in yet, or too many are.
    NotSure,
}

/// The numbers that exist.
pub struct Numbers {
    words: Box<[AtomicU64]>,
    hashes: u32,
    key: [u8; 16],
    capacity: usize,
    held: AtomicUsize,
    all_in: AtomicBool,
}

impl std::fmt::Debug for Numbers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Numbers").field("capacity", &self.capacity).field("held", &self.held()).finish_non_exhaustive()
    }
}

/// Bits for each number: with 7 hashes one unknown number in 122 is taken for a known one (B. H. Bloom, 1970).
const BITS_EACH: usize = 10;
const HASHES: u32 = 7;

impl Numbers {
    /// A filter for so many numbers: 1.25 bytes for each, all of it now. The key is drawn at random, so that nobody can look for
    /// numbers that the filter takes for known.
    pub fn with_capacity(capacity: usize, key: [u8; 16]) -> Self {
        let words = (capacity.max(1) * BITS_EACH).div_ceil(64);
        Self {
            words: (0..words).map(|_| AtomicU64::new(0)).collect(),
            hashes: HASHES,
            key,
            capacity,
            held: AtomicUsize::new(0),
            all_in: AtomicBool::new(false),
        }
    }

    /// Puts one in.
    pub fn insert(&self, number: &str) {
        let mut is_new = false;
        for (word, bit) in self.places(number) {
            is_new |= self.words[word].fetch_or(bit, Ordering::Release) & bit == 0;
        }
        // One that was taken for known already is not counted: the filter is fuller than this by what it errs, at most.
        self.held.fetch_add(is_new.into(), Ordering::Relaxed);
    }

    /// All numbers that exist are in. Until this is said nothing is denied.
    pub fn all_in(&self) {
        self.all_in.store(true, Ordering::Release);
    }

    /// How many are in: fewer than were put in by what it errs, at most.
    pub fn held(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }

    /// Whether more are in than it was made for.
    pub fn is_over(&self) -> bool {
        self.held() > self.capacity
    }

    /// Whether it says anything: all numbers are in, and no more than it was made for.
    pub fn is_sure(&self) -> bool {
        self.all_in.load(Ordering::Acquire) && !self.is_over()
    }

    /// Whether a number exists.
    pub fn exists(&self, number: &str) -> Exists {
        if !self.is_sure() {
            return Exists::NotSure;
        }
        let is_in = self.places(number).all(|(word, bit)| self.words[word].load(Ordering::Acquire) & bit != 0);
        if is_in { Exists::Likely } else { Exists::No }
    }

    /// The share of unknown numbers that are taken for known, by how full the filter is now.
    pub fn errs(&self) -> f64 {
        let set: u64 = self.words.iter().map(|word| u64::from(word.load(Ordering::Relaxed).count_ones())).sum();
        (set as f64 / self.bits() as f64).powi(self.hashes.cast_signed())
    }

    const fn bits(&self) -> usize {
        self.words.len() * 64
    }

    /// Two hashes make all of them (Kirsch and Mitzenmacher, 2006).
    fn places(&self, number: &str) -> impl Iterator<Item = (usize, u64)> {
        let mut hasher = SipHasher13::new_with_key(&self.key);
        hasher.write(number.as_bytes());
        let hash = hasher.finish128();
        let bits = self.bits() as u64;
        (0..u64::from(self.hashes)).map(move |n| {
            let place = hash.h1.wrapping_add(n.wrapping_mul(hash.h2 | 1)) % bits;
            (usize::try_from(place / 64).unwrap_or(0), 1 << (place % 64))
        })
    }
}
