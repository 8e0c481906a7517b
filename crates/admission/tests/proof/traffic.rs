//! Seeded requests of shoppers, apps and floods, as shapes.

use admission::{Feature, Prefix, Seen, Shape, Shaper, in_words};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The networks that shoppers come from.
const HOMES: u32 = 4_000;
const HOME: u32 = 0x5000_0000;
/// The networks that a flood comes from, shared or its own.
const EXIT: u32 = 0x2d00_0000;

struct Browser {
    headers: &'static str,
    agent: &'static str,
    ja4: &'static str,
}

const BROWSERS: [Browser; 4] = [
    Browser {
        headers: "host sec-ch-ua user-agent accept sec-fetch-mode sec-fetch-dest accept-encoding accept-language",
        agent: "Chrome 143",
        ja4: "t13d1516h2_8daaf6152771_e5627efa2ab1",
    },
    Browser {
        headers: "host user-agent accept accept-language accept-encoding upgrade-insecure-requests sec-fetch-mode",
        agent: "Firefox 140",
        ja4: "t13d1715h2_5b57614c22b0_5c2c66f702b0",
    },
    Browser {
        headers: "host sec-fetch-mode accept user-agent accept-language accept-encoding",
        agent: "Safari 18",
        ja4: "t13d2014h2_a09f3c656075_14788d8d241b",
    },
    Browser { headers: "host accept user-agent accept-encoding", agent: "Old telephone", ja4: "t12d1312h1_aaaa_bbbb" },
];

/// One way to flood.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Flood {
    /// A search for six to twelve letters and digits.
    RandomQuery,
    /// Tracking of eleven digits.
    Tracking,
    /// Registration with a random address.
    Registration,
    /// One-time codes of six digits.
    Code,
    /// Whatever shoppers send.
    AsShoppers,
}

/// Who makes the flood's requests.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bots {
    /// From so many networks.
    pub(crate) networks: u32,
    /// The first of them; 0 for those of shoppers.
    pub(crate) from: u32,
    /// Which program: the way in which it writes headers and speaks TLS.
    pub(crate) program: usize,
}

impl Bots {
    pub(crate) const STRONG: Self = Self { networks: 1_000, from: EXIT, program: 0 };
}

const PROGRAMS: [(&str, &str); 3] = [
    ("host accept user-agent accept-language accept-encoding connection", "t13d1812h1_85036bcba153_d41ae481755e"),
    ("user-agent host cache-control accept", "t13d3112h2_e8f1e7e78f70_6bebaf5329ac"),
    // The headers of one browser, and the way in which another one speaks TLS.
    (BROWSERS[0].headers, BROWSERS[1].ja4),
];

pub(crate) struct Traffic {
    chance: ChaCha8Rng,
    shaper: Shaper,
}

/// A request before it is a shape.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    method: &'static str,
    version: &'static str,
    path: u16,
    query: String,
    form: String,
    headers: &'static str,
    agent: &'static str,
    ja4: &'static str,
    network: u32,
}

impl Request {
    fn seen(&self) -> Seen<'_, impl Iterator<Item = &str>> {
        Seen {
            method: self.method,
            version: self.version,
            path: self.path,
            query: &self.query,
            form: &self.form,
            headers: self.headers.split(' '),
            agent: self.agent,
            ja4: self.ja4,
            // Each an IPv6 /48 of its own.
            prefix: Prefix::from_bits(u64::from(self.network) << 16),
        }
    }

    pub(crate) fn words(&self, feature: Feature) -> String {
        in_words(self.seen(), feature)
    }
}

impl Traffic {
    pub(crate) fn new(seed: u64) -> Self {
        Self { chance: ChaCha8Rng::seed_from_u64(seed), shaper: Shaper::new([7; 16]) }
    }

    pub(crate) fn shape(&self, request: &Request) -> Shape {
        self.shaper.shape(request.seen())
    }

    pub(crate) fn shopper(&mut self) -> Shape {
        let request = self.shopping();
        self.shape(&request)
    }

    pub(crate) fn app(&mut self) -> Shape {
        let request = Request {
            method: if self.below(3) == 0 { "GET" } else { "POST" },
            version: "HTTP/1.1",
            path: 20 + u16::try_from(self.below(3)).expect("small"),
            query: String::new(),
            form: String::new(),
            headers: "host authorization content-type content-length user-agent",
            agent: "shop-module/4.2",
            ja4: "t13d1714h1_5b57614c22b0_8f66f9ee9c6c",
            network: HOME + 0x10_0000 + self.below(50),
        };
        self.shape(&request)
    }

    pub(crate) fn flood(&mut self, flood: Flood, bots: Bots) -> Shape {
        let request = self.flooding(flood, bots);
        self.shape(&request)
    }

    pub(crate) fn flooding(&mut self, flood: Flood, bots: Bots) -> Request {
        let network = if bots.from == 0 { HOME + self.below(HOMES) } else { bots.from + self.below(bots.networks) };
        if flood == Flood::AsShoppers {
            return Request { network, ..self.shopping() };
        }
        let (headers, ja4) = PROGRAMS[bots.program];
        let agent = BROWSERS[self.below(4) as usize].agent;
        let blank = Request {
            method: "GET",
            version: if self.below(2) == 0 { "HTTP/1.1" } else { "HTTP/2.0" },
            path: 0,
            query: String::new(),
            form: String::new(),
            headers,
            agent,
            ja4,
            network,
        };
        match flood {
            Flood::RandomQuery => Request { path: 2, query: format!("q={}", self.mixed(6, 12)), ..blank },
            Flood::Tracking => Request { path: 1, query: format!("id={}", self.digits(11)), ..blank },
            Flood::Registration => Request {
                method: "POST",
                path: 6,
                form: format!("email={}%40gmail.com&name=a", self.mixed(8, 12)),
                ..blank
            },
            Flood::Code => Request { method: "POST", path: 7, form: format!("code={}", self.digits(6)), ..blank },
            Flood::AsShoppers => blank,
        }
    }

    fn shopping(&mut self) -> Request {
        let browser = &BROWSERS[[0, 0, 0, 0, 1, 1, 2, 2, 2, 3][self.below(10) as usize]];
        let network = HOME + self.below(HOMES);
        let blank = Request {
            method: "GET",
            version: if browser.ja4.contains("h1") { "HTTP/1.1" } else { "HTTP/2.0" },
            path: 0,
            query: String::new(),
            form: String::new(),
            headers: browser.headers,
            agent: browser.agent,
            ja4: browser.ja4,
            network,
        };
        match self.below(100) {
            0..20 => blank,
            20..60 => Request { path: 1, query: format!("id=6A{}", self.digits(11)), ..blank },
            // Some still have a number of eleven digits, and some shops search for codes.
            60..62 => Request { path: 1, query: format!("id={}", self.digits(11)), ..blank },
            62..75 => Request { path: 2, query: format!("q={}", self.letters(4, 10)), ..blank },
            75..77 => Request { path: 2, query: format!("q={}", self.mixed(6, 12)), ..blank },
            77..85 => Request { path: 3, query: format!("page={}", self.below(30)), ..blank },
            85..90 => Request { path: 4, ..blank },
            90..95 => Request { path: 5, query: format!("zip={}", self.digits(5)), ..blank },
            95..98 => Request {
                method: "POST",
                path: 6,
                form: format!("email={}%40gmail.com&name=a", self.mixed(8, 12)),
                ..blank
            },
            _ => Request { method: "POST", path: 7, form: format!("code={}", self.digits(6)), ..blank },
        }
    }

    pub(crate) fn below(&mut self, limit: u32) -> u32 {
        self.chance.random_range(0..limit)
    }

    fn drawn(&mut self, least: u32, most: u32, from: &[u8]) -> String {
        let length = self.chance.random_range(least..=most);
        (0..length).map(|_| char::from(from[self.chance.random_range(0..from.len())])).collect()
    }

    fn digits(&mut self, length: u32) -> String {
        self.drawn(length, length, b"0123456789")
    }

    fn letters(&mut self, least: u32, most: u32) -> String {
        self.drawn(least, most, b"abcdefghijklmnopqrstuvwxyz")
    }

    fn mixed(&mut self, least: u32, most: u32) -> String {
        self.drawn(least, most, b"abcdefghijklmnopqrstuvwxyz0123456789")
    }
}
