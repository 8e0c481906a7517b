//! The shape of a request: what stays alike when one program makes many, whatever values it draws.
//!
//! A shape holds no value that somebody sent, only hashes of how requests are made, under a key that nobody outside knows,
//! so that nobody can make two shapes meet on purpose.

use crate::Prefix;
use siphasher::sip::SipHasher13;
use std::{
    fmt::Write,
    hash::{Hash, Hasher},
};

/// One side of a request's shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Feature {
    /// The method.
    Method,
    /// The version of HTTP.
    Version,
    /// The template of the path, by its number.
    Path,
    /// The names in the query.
    Names,
    /// The names in the query with the kind and length of each value.
    Query,
    /// The same of a form in the body.
    Form,
    /// The names of the headers, in their order.
    Headers,
    /// The user agent.
    Agent,
    /// How TLS was spoken (JA4).
    Tls,
    /// Which of the headers that browsers send are there.
    Browser,
    /// The wide prefix that it comes from.
    Network,
}

impl Feature {
    /// How many there are.
    pub const COUNT: usize = 11;
    /// All of them.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Method,
        Self::Version,
        Self::Path,
        Self::Names,
        Self::Query,
        Self::Form,
        Self::Headers,
        Self::Agent,
        Self::Tls,
        Self::Browser,
        Self::Network,
    ];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Method => "method",
            Self::Version => "version",
            Self::Path => "path",
            Self::Names => "query names",
            Self::Query => "query",
            Self::Form => "form",
            Self::Headers => "header order",
            Self::Agent => "user agent",
            Self::Tls => "ja4",
            Self::Browser => "browser headers",
            Self::Network => "network",
        }
    }
}

/// What is seen of a request.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a, H> {
    /// The method.
    pub method: &'a str,
    /// The version of HTTP, as `HTTP/2.0`.
    pub version: &'a str,
    /// The number of the path's template.
    pub path: u16,
    /// What stands after `?`, or nothing.
    pub query: &'a str,
    /// The beginning of a form in the body (`application/x-www-form-urlencoded`), or nothing.
    pub form: &'a str,
    /// The names of the headers, in their order.
    pub headers: H,
    /// The user agent, or nothing.
    pub agent: &'a str,
    /// The JA4 of its connection, or nothing.
    pub ja4: &'a str,
    /// Whence it comes.
    pub prefix: Prefix,
}

/// Headers in one request that are looked at.
const HEADERS_MAX: usize = 64;
/// Pairs in one query or form that are looked at.
const PAIRS_MAX: usize = 16;
/// Headers that browsers send and many tools don't. A cookie is not among them: a person's first request has none.
const OF_BROWSERS: [&str; 5] =
    ["accept-language", "accept-encoding", "referer", "sec-fetch-mode", "upgrade-insecure-requests"];

/// The shape of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shape([u64; Feature::COUNT]);

impl Shape {
    /// The hash of one feature.
    pub const fn get(&self, feature: Feature) -> u64 {
        self.0[feature as usize]
    }
}

/// Makes shapes, under one key.
#[derive(Clone, Copy)]
pub struct Shaper {
    key: [u8; 16],
}

impl std::fmt::Debug for Shaper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shaper").finish_non_exhaustive()
    }
}

impl Shaper {
    /// With a key that is drawn at random at each start.
    pub const fn new(key: [u8; 16]) -> Self {
        Self { key }
    }

    /// The shape of this request.
    pub fn shape<'a>(&self, seen: Seen<'a, impl Iterator<Item = &'a str>>) -> Shape {
        let (order, browser) = self.headers(seen.headers);
        Shape(Feature::ALL.map(|feature| match feature {
            Feature::Method => self.hash(feature, seen.method),
            Feature::Version => self.hash(feature, seen.version),
            Feature::Path => self.hash(feature, seen.path),
            Feature::Names => self.fold(feature, pairs(seen.query).map(|(name, _)| name)),
            Feature::Query => self.fold(feature, pairs(seen.query).map(|(name, value)| (name, Kind::of(value)))),
            Feature::Form => self.fold(feature, pairs(seen.form).map(|(name, value)| (name, Kind::of(value)))),
            Feature::Headers => order,
            Feature::Agent => self.hash(feature, seen.agent),
            Feature::Tls => self.hash(feature, seen.ja4),
            Feature::Browser => self.hash(feature, browser),
            Feature::Network => self.hash(feature, seen.prefix.wide().bits()),
        }))
    }

    fn headers<'a>(&self, names: impl Iterator<Item = &'a str>) -> (u64, u8) {
        let mut browser = 0;
        let mut order = self.hasher(Feature::Headers);
        for name in names.take(HEADERS_MAX) {
            if let Some(place) = OF_BROWSERS.iter().position(|known| known.eq_ignore_ascii_case(name)) {
                browser |= 1 << place;
            }
            // A cookie and a referrer come and go within one visit of one browser.
            if !["cookie", "referer"].iter().any(|passing| passing.eq_ignore_ascii_case(name)) {
                name.bytes().for_each(|byte| order.write_u8(byte.to_ascii_lowercase()));
                order.write_u8(b':');
            }
        }
        (order.finish(), browser)
    }

    pub(crate) fn hash(&self, feature: Feature, value: impl Hash) -> u64 {
        self.fold(feature, std::iter::once(value))
    }

    fn fold(&self, feature: Feature, values: impl Iterator<Item = impl Hash>) -> u64 {
        let mut hasher = self.hasher(feature);
        values.for_each(|value| value.hash(&mut hasher));
        hasher.finish()
    }

    fn hasher(&self, feature: Feature) -> SipHasher13 {
        let mut hasher = SipHasher13::new_with_key(&self.key);
        hasher.write_u8(feature as u8);
        hasher
    }
}

/// A feature in words that an operator reads. Holds no value of a query or form, only what kind it is.
pub fn in_words<'a>(seen: Seen<'a, impl Iterator<Item = &'a str>>, feature: Feature) -> String {
    match feature {
        Feature::Method => seen.method.to_owned(),
        Feature::Version => seen.version.to_owned(),
        Feature::Path => seen.path.to_string(),
        Feature::Names => joined(pairs(seen.query).map(|(name, _)| name.to_owned()), "&"),
        Feature::Query => joined(pairs(seen.query).map(|(name, value)| format!("{name}={}", Kind::of(value))), "&"),
        Feature::Form => joined(pairs(seen.form).map(|(name, value)| format!("{name}={}", Kind::of(value))), "&"),
        Feature::Headers => joined(seen.headers.take(HEADERS_MAX).map(str::to_owned), ","),
        Feature::Agent => seen.agent.to_owned(),
        Feature::Tls => seen.ja4.to_owned(),
        Feature::Browser => {
            let has: Vec<&str> = seen.headers.take(HEADERS_MAX).collect();
            let there = OF_BROWSERS.iter().filter(|known| has.iter().any(|name| name.eq_ignore_ascii_case(known)));
            joined(there.map(|name| (*name).to_owned()), ",")
        }
        Feature::Network => seen.prefix.wide().to_string(),
    }
}

fn joined(parts: impl Iterator<Item = String>, between: &str) -> String {
    parts
        .reduce(|mut all, part| {
            _ = write!(all, "{between}{part}");
            all
        })
        .unwrap_or_else(|| "none".to_owned())
}

fn pairs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty()).take(PAIRS_MAX);
    pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

/// What kind a value is: how a generator of random values is told from words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    Empty,
    /// So many digits.
    Digits(usize),
    /// Letters alone, in this range of lengths.
    Letters(Length),
    /// Letters and digits.
    Mixed(Length),
    /// Something at a host.
    Mail(Length),
    /// Anything else.
    Text(Length),
}

/// Lengths that are taken as one.
type Length = (usize, usize);

impl Kind {
    fn of(value: &str) -> Self {
        let all = |is: fn(&u8) -> bool| value.bytes().all(|byte| is(&byte));
        let length = || {
            let ends = [(1, 2), (3, 5), (6, 12), (13, 24), (25, 64)];
            ends.into_iter().find(|(_, most)| value.len() <= *most).unwrap_or((65, usize::MAX))
        };
        match value {
            "" => Self::Empty,
            _ if all(u8::is_ascii_digit) => Self::Digits(value.len().min(33)),
            _ if all(u8::is_ascii_alphabetic) => Self::Letters(length()),
            _ if all(u8::is_ascii_alphanumeric) => Self::Mixed(length()),
            _ if value.contains('@') || value.contains("%40") => Self::Mail(length()),
            _ => Self::Text(length()),
        }
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (word, (least, most)) = match self {
            Self::Empty => return f.write_str("nothing"),
            Self::Digits(count) => return write!(f, "digits-{count}"),
            Self::Letters(length) => ("letters", *length),
            Self::Mixed(length) => ("alnum", *length),
            Self::Mail(length) => ("mail", *length),
            Self::Text(length) => ("text", *length),
        };
        if most == usize::MAX { write!(f, "{word}-{least}+") } else { write!(f, "{word}-{least}..{most}") }
    }
}
