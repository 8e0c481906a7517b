//! The search: which features do many of the arriving requests have together, and hardly any of the innocent?
//!
//! Rules are looked for in one half of the samples and measured in the other one: the best of some thousands of candidates
//! looks better than it is where it was found.

use super::{PARTS, Part, Pattern};
use crate::{
    shape::{Feature, Shape},
    share::Share,
};
use std::collections::{HashMap, HashSet};

/// Values of one feature that are looked at: each has a twentieth of the arriving at the least.
const VALUES_EACH: usize = 4;
/// Candidates that are looked at closely.
const CLOSELY: usize = 32;

/// What arrives, and what the innocent send: one half of each.
pub(super) struct Half<'a> {
    pub(super) arriving: Vec<&'a Shape>,
    pub(super) innocent: Vec<&'a Shape>,
    /// Known to be innocent by a key: no network speaks against them.
    pub(super) signed: Vec<&'a Shape>,
}

/// What a pattern does.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Measured {
    /// The share of what arrives that it matches.
    pub(super) arriving: Share,
    /// The share of the innocent without a key.
    pub(super) innocent: Share,
    /// The share of those with a key.
    pub(super) signed: Share,
    /// The share of the innocent that was left out, as their network poses.
    pub(super) posing: Share,
}

impl Measured {
    /// Whether no more than this share of the innocent are hit, as far as `bound` goes, and nothing speaks for more of those
    /// with a key. The two are never thrown together: many of the one would hide the others' harm.
    pub(super) fn is_harmless(&self, most: f64, bound: fn(Share) -> f64) -> bool {
        bound(self.innocent) <= most && self.signed.at_least() <= most
    }
}

impl Half<'_> {
    /// Measures a pattern.
    ///
    /// A network that takes part in the flood with this very shape, and never sent anything else in peace, poses: who knows
    /// that shapes are learnt in peace can send the flood's shape then. What it sent then is left out, and counted apart.
    pub(super) fn measure(&self, pattern: &Pattern) -> Measured {
        let arriving = share(&self.arriving, pattern);
        let signed = share(&self.signed, pattern);
        let mut innocent = share(&self.innocent, pattern);
        let mut posing = Share { part: 0, of: innocent.of };
        let posers = if innocent.part == 0 { HashSet::new() } else { self.posers(pattern) };
        if !posers.is_empty() {
            posing.part = count(&self.innocent, |shape| posers.contains(&shape.get(Feature::Network)));
            innocent = Share { part: innocent.part - posing.part, of: innocent.of - posing.part };
        }
        Measured { arriving, innocent, signed, posing }
    }

    fn posers(&self, pattern: &Pattern) -> HashSet<u64> {
        let mut taking_part: HashMap<u64, u32> = HashMap::new();
        for shape in self.arriving.iter().filter(|shape| pattern.matches(shape)) {
            *taking_part.entry(shape.get(Feature::Network)).or_default() += 1;
        }
        let honest: HashSet<u64> =
            self.innocent.iter().filter(|s| !pattern.matches(s)).map(|s| s.get(Feature::Network)).collect();
        taking_part.into_iter().filter(|(network, n)| *n >= 2 && !honest.contains(network)).map(|(n, _)| n).collect()
    }

    /// Patterns that match at least `least` of what arrives and at most `harm` of the innocent, the best one first: those that
    /// match nearly as much are ordered by the harm.
    pub(super) fn search(&self, least: f64, harm: f64) -> Vec<(Pattern, Measured)> {
        let rows: Vec<Row> = self.parts(least).into_iter().map(|part| self.row(part)).collect();
        let mut found = Vec::new();
        let most_harm = harm * self.innocent.len() as f64;
        let least = least * self.arriving.len() as f64;
        let all = Row::all(self.arriving.len(), self.innocent.len());
        combine(&rows, &all, &mut Vec::new(), &mut |parts, hits, harmed| {
            let is_wanted = f64::from(hits) >= least;
            if is_wanted && f64::from(harmed) <= most_harm && !is_network_alone(parts) {
                found.extend(Pattern::of(parts).map(|pattern| (pattern, hits, harmed, parts.len())));
            }
            is_wanted
        });
        let best = found.iter().map(|(_, hits, ..)| *hits).max().unwrap_or(0);
        // In steps of a fiftieth of the best one.
        let step = |hits: u32| (best - hits) / (best / 50).max(1);
        found.sort_by_key(|(_, hits, harmed, parts)| (step(*hits), *harmed, *parts));
        found.into_iter().take(CLOSELY).map(|(pattern, ..)| (pattern, self.measure(&pattern))).collect()
    }

    /// The values that many of the arriving requests have.
    fn parts(&self, least: f64) -> Vec<Part> {
        let least = least * self.arriving.len() as f64;
        let of_one = |feature: Feature| {
            let mut counts: HashMap<u64, u32> = HashMap::new();
            for shape in &self.arriving {
                *counts.entry(shape.get(feature)).or_default() += 1;
            }
            let mut often: Vec<(u32, u64)> = counts.into_iter().map(|(hash, n)| (n, hash)).collect();
            often.retain(|(n, _)| f64::from(*n) >= least);
            often.sort_unstable_by(|a, b| b.cmp(a));
            often.into_iter().take(VALUES_EACH).map(move |(_, hash)| (feature, hash))
        };
        Feature::ALL.into_iter().flat_map(of_one).collect()
    }

    fn row(&self, part: Part) -> Row {
        let has = |shape: &&Shape| shape.get(part.0) == part.1;
        let bits_of = |shapes: &[&Shape]| bits(shapes.iter().map(has));
        Row { part: Some(part), arriving: bits_of(&self.arriving), innocent: bits_of(&self.innocent) }
    }
}

/// A network by itself, or with one more feature, is all the people behind it: only with two more is it a shape.
fn is_network_alone(parts: &[Part]) -> bool {
    parts.len() < PARTS && parts.iter().any(|(feature, _)| *feature == Feature::Network)
}

fn share(shapes: &[&Shape], pattern: &Pattern) -> Share {
    Share { part: count(shapes, |shape| pattern.matches(shape)), of: shapes.len() as u64 }
}

fn count(shapes: &[&Shape], is: impl Fn(&Shape) -> bool) -> u64 {
    shapes.iter().filter(|shape| is(shape)).count() as u64
}

/// Which of the requests have a part: one bit for each.
#[derive(Clone)]
struct Row {
    part: Option<Part>,
    arriving: Vec<u64>,
    innocent: Vec<u64>,
}

impl Row {
    fn all(arriving: usize, innocent: usize) -> Self {
        let all = |count: usize| bits(std::iter::repeat_n(true, count));
        Self { part: None, arriving: all(arriving), innocent: all(innocent) }
    }

    fn and(&self, other: &Self) -> Self {
        let both = |a: &[u64], b: &[u64]| a.iter().zip(b).map(|(a, b)| a & b).collect();
        Self {
            part: self.part,
            arriving: both(&self.arriving, &other.arriving),
            innocent: both(&self.innocent, &other.innocent),
        }
    }
}

fn bits(has: impl Iterator<Item = bool>) -> Vec<u64> {
    let mut words = Vec::new();
    for (n, has) in has.enumerate() {
        if n % 64 == 0 {
            words.push(0);
        }
        if let Some(word) = words.last_mut() {
            *word |= u64::from(has) << (n % 64);
        }
    }
    words
}

fn ones(words: &[u64]) -> u32 {
    words.iter().map(|word| word.count_ones()).sum()
}

/// Every combination of one to three parts of different features. `take` is told the parts, how many arriving and innocent
/// requests have them all, and says whether more parts are worth a look.
fn combine(rows: &[Row], so_far: &Row, parts: &mut Vec<Part>, take: &mut impl FnMut(&[Part], u32, u32) -> bool) {
    for (n, row) in rows.iter().enumerate() {
        let Some(part) = row.part.filter(|part| parts.last().is_none_or(|last| last.0 != part.0)) else { continue };
        let both = so_far.and(row);
        parts.push(part);
        if take(parts, ones(&both.arriving), ones(&both.innocent)) && parts.len() < PARTS {
            combine(&rows[n + 1..], &both, parts, take);
        }
        parts.pop();
    }
}
