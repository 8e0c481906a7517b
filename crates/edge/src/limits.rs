//! The bounds of everything that a client can make the door hold or do.

use serde::{Deserialize, Serialize};
use std::{path::PathBuf, time::Duration};

/// The bounds, with their defaults. Times have their unit in the name; a connection that breaks one is cut.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Connections at once, in all. Halved file handles are the bound where the system allows fewer. 32,768 at about
    /// 20 kB each is 650 MB at worst.
    pub connections_count_max: u32,
    /// Connections at once of one network ([`admission::Prefix`]: an IPv4 address, an IPv6 /64). An address that thousands share
    /// (a provider's NAT) has room; beyond it the network's own oldest connections without work make way.
    pub connections_per_prefix_count_max: u32,
    /// TLS handshakes and first heads under way at once, in all. Beyond it the oldest make way at the next sweep, of which
    /// there are four a second or more.
    pub opening_count_max: u32,
    /// From the first byte of a connection's opening (PROXY line, handshake) or of a head to its end, in milliseconds.
    /// The whole of it: a drip ends with it. Five seconds is what kept slow connections harmless in measurements.
    pub head_ms_max: u64,
    /// A kept connection with nothing under way, in milliseconds. nginx keeps 75 s.
    pub idle_ms_max: u64,
    /// A connection in all, in milliseconds: then it ends after the requests under way.
    pub age_ms_max: u64,
    /// The head of a request, in bytes.
    pub head_bytes_max: u32,
    /// Fields in a head. The default of hyper is 100 too.
    pub head_fields_count_max: u32,
    /// The slowest body that is waited for, and the slowest reader of an answer, in bytes a second. 500 is what Apache's
    /// `mod_reqtimeout` asks.
    pub body_bytes_per_s_min: u32,
    /// How long a body or a reader may fall short of that before it counts, in milliseconds.
    pub stall_ms_max: u64,
    /// A request's body in all, in milliseconds.
    pub body_ms_max: u64,
    /// Requests on one connection; 0 for no bound.
    pub requests_per_connection_count_max: u64,
    /// HTTP/2: streams at once on a connection. RFC 9113 §6.5.2 advises at least 100.
    pub h2_streams_count_max: u32,
    /// HTTP/2: streams that were reset before the service saw them (CVE-2023-44487). The default of h2 is 20 too.
    pub h2_resets_count_max: u32,
    /// HTTP/2: window of a stream and of a connection for bodies, in bytes.
    pub h2_window_bytes: u32,
    /// HTTP/2: bytes waiting for the client's window in one stream.
    pub h2_unsent_bytes_max: u32,
    /// HTTP/2: frames that carry no work (PING, SETTINGS, WINDOW_UPDATE, PRIORITY, RST_STREAM, small DATA, CONTINUATION), at
    /// once; and as many a second.
    pub h2_idle_frames_count_max: u32,
    /// The queue of connections that the kernel has finished and the door hasn't accepted, per thread.
    pub backlog_count: u32,
    /// How long requests under way may go on after the door was told to stop, in milliseconds.
    pub drain_ms_max: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections_count_max: 32_768,
            connections_per_prefix_count_max: 1_024,
            opening_count_max: 16_384,
            head_ms_max: 5_000,
            idle_ms_max: 60_000,
            age_ms_max: 3_600_000,
            head_bytes_max: 32 << 10,
            head_fields_count_max: 100,
            body_bytes_per_s_min: 500,
            stall_ms_max: 10_000,
            body_ms_max: 120_000,
            requests_per_connection_count_max: 0,
            h2_streams_count_max: 100,
            h2_resets_count_max: 20,
            h2_window_bytes: 256 << 10,
            h2_unsent_bytes_max: 256 << 10,
            h2_idle_frames_count_max: 1_000,
            backlog_count: 65_535,
            drain_ms_max: 20_000,
        }
    }
}

impl Limits {
    /// How often overdue connections are looked for: often enough to be at most a quarter late.
    pub(crate) fn tick(&self) -> Duration {
        let shortest = self.head_ms_max.min(self.idle_ms_max).min(self.stall_ms_max).min(self.age_ms_max);
        Duration::from_millis((shortest / 4).clamp(5, 250))
    }

    /// The largest bound on connections that the system's file handles allow, after its soft limit was raised to the hard
    /// one: half of them, since a request behind a connection may need one too.
    pub(crate) fn connections_that_fit(&self) -> u32 {
        use rustix::process::{Resource, getrlimit, setrlimit};
        let mut limit = getrlimit(Resource::Nofile);
        if limit.current != limit.maximum {
            let raised = rustix::process::Rlimit { current: limit.maximum, maximum: limit.maximum };
            match setrlimit(Resource::Nofile, raised) {
                Ok(()) => limit.current = limit.maximum,
                Err(e) => tracing::warn!(error = %e, "the limit of open files could not be raised"),
            }
        }
        let half = limit.current.map_or(u64::MAX, |files| files / 2);
        let fit = u32::try_from(half).unwrap_or(u32::MAX).min(self.connections_count_max);
        if fit < self.connections_count_max {
            tracing::warn!(connections = fit, "fewer connections than set, because the limit of open files is low");
        }
        fit
    }
}

/// The files of one certificate: PEM, the chain and its private key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsFiles {
    /// The certificate, followed by those that vouch for it.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}
