//! What the door counted. Plain numbers, each thread adds to them; they are read when somebody asks for metrics.

use prometheus_client::{
    encoding::{DescriptorEncoder, EncodeMetric},
    metrics::{counter::ConstCounter, gauge::ConstGauge},
};
use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

macro_rules! reasons {
    ($(#[$doc:meta])* $name:ident { $($(#[$why:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$why])* $variant,)* }

        impl $name {
            const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The reason in a word, as metrics and logs have it.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }
    };
}

reasons! {
    /// Why a connection was cut.
    Cut {
        /// The head, the handshake or the PROXY line was not whole in time.
        SlowHead = "slow_head",
        /// A body came slower than it must.
        SlowBody = "slow_body",
        /// The client doesn't read its answer.
        SlowReader = "slow_reader",
        /// Nothing was asked for long.
        Idle = "idle",
        /// It is as old as a connection may get, and did not end when asked.
        Old = "old",
        /// Its place was needed for another.
        MadeWay = "made_way",
        /// HTTP/2 frames without work.
        Frames = "frames",
        /// HTTP/1 that could be read in two ways.
        Ambiguous = "ambiguous",
        /// The PROXY header of a trusted hop could not be read.
        Proxy = "proxy",
        /// No TLS came of it.
        Handshake = "handshake",
        /// The door was stopped before the requests were done.
        Drained = "drained",
    }
}

reasons! {
    /// Why a connection was refused when it came, or before its handshake.
    Refused {
        /// No place, and nobody who could make way.
        Full = "full",
        /// The network has as many connections with work as one may have.
        PrefixFull = "prefix_full",
        /// The network has no credit for handshakes.
        HandshakeCredit = "handshake_credit",
    }
}

const VERSIONS: [&str; 2] = ["1", "2"];

/// The counts of a door.
#[derive(Debug)]
pub struct Counts {
    accepted: AtomicU64,
    closed: AtomicU64,
    handshakes: AtomicU64,
    requests: [AtomicU64; VERSIONS.len()],
    ahead: AtomicU64,
    turned_away: AtomicU64,
    read: AtomicU64,
    written: AtomicU64,
    cut: [AtomicU64; Cut::ALL.len()],
    refused: [AtomicU64; Refused::ALL.len()],
}

fn zeros<const N: usize>() -> [AtomicU64; N] {
    std::array::from_fn(|_| AtomicU64::new(0))
}

impl Default for Counts {
    fn default() -> Self {
        let zero = AtomicU64::default;
        Self {
            accepted: zero(),
            closed: zero(),
            handshakes: zero(),
            requests: zeros(),
            ahead: zero(),
            turned_away: zero(),
            read: zero(),
            written: zero(),
            cut: zeros(),
            refused: zeros(),
        }
    }
}

impl Counts {
    pub(crate) fn accepted(&self) {
        self.accepted.fetch_add(1, Relaxed);
    }

    pub(crate) fn closed(&self, read: u64, written: u64) {
        self.closed.fetch_add(1, Relaxed);
        self.read.fetch_add(read, Relaxed);
        self.written.fetch_add(written, Relaxed);
    }

    pub(crate) fn handshake(&self) {
        self.handshakes.fetch_add(1, Relaxed);
    }

    pub(crate) fn request(&self, h2: bool) {
        self.requests[usize::from(h2)].fetch_add(1, Relaxed);
    }

    pub(crate) fn ahead(&self) {
        self.ahead.fetch_add(1, Relaxed);
    }

    pub(crate) fn turned_away(&self) {
        self.turned_away.fetch_add(1, Relaxed);
    }

    pub(crate) fn cut(&self, why: Cut) {
        self.cut[why as usize].fetch_add(1, Relaxed);
    }

    pub(crate) fn refused(&self, why: Refused) {
        self.refused[why as usize].fetch_add(1, Relaxed);
    }

    /// Connections open now.
    pub fn connections(&self) -> u64 {
        let closed = self.closed.load(Relaxed);
        self.accepted.load(Relaxed).saturating_sub(closed)
    }

    /// Connections that were accepted.
    pub fn connections_accepted(&self) -> u64 {
        self.accepted.load(Relaxed)
    }

    /// Connections that were cut for this reason.
    pub fn cut_for(&self, why: Cut) -> u64 {
        self.cut[why as usize].load(Relaxed)
    }

    /// Connections that were refused for this reason.
    pub fn refused_for(&self, why: Refused) -> u64 {
        self.refused[why as usize].load(Relaxed)
    }

    /// Requests, by HTTP/1 and by HTTP/2.
    pub fn requests(&self) -> [u64; 2] {
        [self.requests[0].load(Relaxed), self.requests[1].load(Relaxed)]
    }

    /// Handshakes that were finished.
    pub fn handshakes(&self) -> u64 {
        self.handshakes.load(Relaxed)
    }
}

/// Encodes the counts as metrics; register it with `Registry::register_collector`.
#[derive(Clone, Debug)]
pub struct Metrics(pub Arc<Counts>);

impl prometheus_client::collector::Collector for Metrics {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let counts = &*self.0;
        gauge(&mut encoder, "door_connections", "Connections open now", counts.connections())?;
        for (name, help, count) in [
            ("door_connections_accepted", "Connections that were given a place", &counts.accepted),
            ("door_handshakes", "TLS handshakes that were finished", &counts.handshakes),
            ("door_answered_ahead", "Requests answered from memory before admission", &counts.ahead),
            ("door_turned_away", "Requests that admission refused", &counts.turned_away),
            ("door_read_bytes", "Bytes read from connections that ended, after TLS", &counts.read),
            ("door_written_bytes", "Bytes written to connections that ended, before TLS", &counts.written),
        ] {
            let encoder =
                encoder.encode_descriptor(name, help, None, prometheus_client::metrics::MetricType::Counter)?;
            ConstCounter::new(count.load(Relaxed)).encode(encoder)?;
        }
        let versions = VERSIONS.iter().zip(&counts.requests).map(|(version, count)| (*version, count));
        family(&mut encoder, "door_requests", "Requests by version of HTTP", "http", versions)?;
        let cut = Cut::ALL.iter().zip(&counts.cut).map(|(why, count)| (why.word(), count));
        family(&mut encoder, "door_connections_cut", "Connections that were cut, by reason", "reason", cut)?;
        let refused = Refused::ALL.iter().zip(&counts.refused).map(|(why, count)| (why.word(), count));
        family(&mut encoder, "door_connections_refused", "Connections that got no place, by reason", "reason", refused)
    }
}

fn gauge(encoder: &mut DescriptorEncoder<'_>, name: &str, help: &str, value: u64) -> fmt::Result {
    let encoder = encoder.encode_descriptor(name, help, None, prometheus_client::metrics::MetricType::Gauge)?;
    ConstGauge::new(value).encode(encoder)
}

fn family<'a>(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    label: &str,
    counts: impl Iterator<Item = (&'a str, &'a AtomicU64)>,
) -> fmt::Result {
    let mut family = encoder.encode_descriptor(name, help, None, prometheus_client::metrics::MetricType::Counter)?;
    for (value, count) in counts {
        let labels = [(label, value)];
        let metric = family.encode_family(&labels)?;
        ConstCounter::new(count.load(Relaxed)).encode(metric)?;
    }
    Ok(())
}
