//! The flood's requests: the `n`th of a seed, always the same one.

use crate::{
    dice::Dice,
    mark::{self, Kind, Marks},
    wire::HOST,
};
use bytes::Bytes;
use http::{Method, Request, header};
use http_body_util::Full;

const TABLE: &str = include_str!("../data/flood.tsv");
const AGENTS: &str = include_str!("../data/agents.txt");
const ALPHANUMERIC: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// The table of shapes, read.
pub(crate) struct Shapes {
    seed: u64,
    marks: Marks,
    shapes: Vec<Shape>,
    agents: Vec<&'static str>,
}

struct Shape {
    weight: u64,
    method: Method,
    target: &'static str,
    body: &'static str,
}

/// One request of the flood before it is one of a protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) target: String,
    pub(crate) body: String,
    pub(crate) agent: &'static str,
    pub(crate) mark: String,
}

impl Shapes {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, marks: Marks::new(seed), shapes: rows().collect(), agents: agents() }
    }

    /// The `n`th request.
    pub(crate) fn asked(&self, n: u64) -> Asked {
        let mut dice = Dice::new(self.seed, n);
        let shape = &self.shapes[dice.weighted(self.shapes.iter().map(|shape| shape.weight))];
        Asked {
            method: shape.method.clone(),
            target: filled(shape.target, &mut dice),
            body: filled(shape.body, &mut dice),
            agent: dice.pick::<&str>(&self.agents),
            mark: self.marks.make(Kind::Flood, &mut dice),
        }
    }
}

impl Asked {
    /// As a request; `base` is what stands before the path, nothing in HTTP/1.1.
    pub(crate) fn request(self, base: &str) -> Result<Request<Full<Bytes>>, http::Error> {
        let mut request = Request::builder().method(&self.method).uri(format!("{base}{}", self.target));
        if base.is_empty() {
            request = request.header(header::HOST, HOST);
        }
        request = request.header(header::USER_AGENT, self.agent).header(header::ACCEPT, "*/*");
        if self.method == Method::POST {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        request.header(mark::HEADER, self.mark).body(Full::from(self.body))
    }
}

/// User agents of browsers and programs, none of them an attacker's own: those are not on record.
pub(crate) fn agents() -> Vec<&'static str> {
    AGENTS.lines().collect()
}

fn rows() -> impl Iterator<Item = Shape> {
    TABLE.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut cells = line.split('\t');
        Some(Shape {
            weight: cells.next()?.parse().ok()?,
            method: cells.next()?.parse().ok()?,
            target: cells.next()?,
            body: cells.next()?,
        })
    })
}

/// The text with every `{…}` drawn.
fn filled(text: &str, dice: &mut Dice) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (what, after) = after.split_once('}').unwrap_or((after, ""));
        out.push_str(before);
        draw(what, dice, &mut out);
        rest = after;
    }
    out + rest
}

/// Draws `d11` or `a6-12`.
fn draw(what: &str, dice: &mut Dice, out: &mut String) {
    let (letters, length) = what.split_at(1);
    let (low, high) = length.split_once('-').unwrap_or((length, length));
    let (low, high) = (low.parse().unwrap_or(1), high.parse().unwrap_or(1));
    let of = if letters == "d" { &b"0123456789"[..] } else { ALPHANUMERIC };
    for _ in 0..dice.between(low, high) {
        out.push(char::from(*dice.pick(of)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, HashSet};

    fn of(seed: u64, n: u64) -> Vec<Asked> {
        let shapes = Shapes::new(seed);
        (0..n).map(|n| shapes.asked(n)).collect()
    }

    #[test]
    fn a_seed_gives_the_same_flood_in_any_order() {
        let (shapes, flood) = (Shapes::new(7), of(7, 500));
        for n in (0..500).rev() {
            assert_eq!(shapes.asked(n), flood[usize::try_from(n).expect("small")]);
        }
        assert_ne!(flood, of(8, 500));
    }

    #[test]
    fn every_row_of_the_table_is_read() {
        let lines = TABLE.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        assert_eq!(rows().count(), lines.count());
        for shape in rows() {
            let (target, body) = (filled(shape.target, &mut Dice::new(1, 1)), filled(shape.body, &mut Dice::new(1, 1)));
            assert!(!target.contains(['{', '}']) && !body.contains(['{', '}']), "{target} {body}");
            assert_eq!(shape.body.is_empty(), shape.method == Method::GET);
        }
    }

    /// What the records say of the distinct shapes of 2025, within what 20,000 draws can be off.
    #[test]
    fn the_shares_are_those_on_record() {
        let families: BTreeMap<&str, u64> = TABLE
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| (line.rsplit('\t').next().expect("a word"), line.split('\t').next().expect("a weight")))
            .fold(BTreeMap::new(), |mut sums, (family, weight)| {
                *sums.entry(family).or_default() += weight.parse::<u64>().expect("a number");
                sums
            });
        let expected = [("fixed path", 36), ("fixed query", 14), ("random path", 8), ("random query", 40), ("root", 1)];
        assert_eq!(families, BTreeMap::from(expected));
        let flood = of(3, 20_000);
        let share = |of: &dyn Fn(&Asked) -> bool| flood.iter().filter(|asked| of(asked)).count() as f64 / 20_000.0;
        let near = |share: f64, expected: f64| assert!((share - expected).abs() < 0.02, "{share} {expected}");
        near(share(&|asked| asked.method == Method::POST), 33.0 / 99.0);
        near(share(&|asked| asked.target.starts_with("/track")), 11.0 / 99.0);
        near(share(&|asked| asked.target == "/account/code"), 9.0 / 99.0);
        assert!(flood.iter().map(|asked| asked.agent).collect::<HashSet<_>>().len() > 20);
    }

    #[test]
    fn random_values_are_as_long_as_on_record() {
        let mut dice = Dice::new(1, 2);
        for _ in 0..1_000 {
            let number = filled("/track/{d11}", &mut dice);
            assert!(number.len() == 18 && number[7..].bytes().all(|b| b.is_ascii_digit()), "{number}");
            let word = filled("{a6-12}", &mut dice);
            assert!((6..=12).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_alphanumeric()), "{word}");
        }
    }
}
