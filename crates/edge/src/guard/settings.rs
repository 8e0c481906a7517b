//! What an operator may set about the shield at the door. Nothing needs to be.

use super::who::{KeyList, KeySettings};
use crate::{HopHeader, Hops, Limits, TlsFiles, UpstreamSettings};
use admission::{HuntLimits, ResourceSettings, Resources, ShieldSettings, Unfit};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use serde::{Deserialize, Serialize};
use std::{
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

/// The longest life that a token can say, in hours: 45 days.
const TOKEN_HOURS_MAX: u32 = 1_080;

/// Settings of the door and its guard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GuardSettings {
    /// Who may enter, and how fast.
    pub admission: ShieldSettings,
    /// The hunt for shapes that the flood has.
    pub hunt: HuntSettings,
    /// Keys that are let in before others.
    #[serde(rename = "key")]
    pub keys: Vec<KeySettings>,
    /// The numbers of parcels that exist.
    pub numbers: NumbersSettings,
    /// Whether people's browsers may be asked to show that they are browsers, while a flood lasts.
    pub challenge: bool,
    /// For how long a token is good, in hours.
    pub token_hours: u32,
    /// For how long an answer in memory stands in for a new one while it cannot be had, in seconds; its age is told.
    pub stale_s: u32,
    /// For how long the answer of a `static` resource is given from memory without asking anew, in seconds.
    pub static_s: u32,
    /// Where people can see how the service is; a link on the shield's pages. Empty: none.
    pub status_url: String,
    /// The bounds of connections.
    pub limits: Limits,
    /// The hops before this one that are believed.
    pub hops: Hops,
    /// Certificates with their keys; none: no TLS. Where there is an ECDSA and an RSA one, clients get the first that they know.
    pub tls: Vec<TlsFiles>,
    /// The server behind, where it is another.
    pub upstream: Option<UpstreamSettings>,
    /// Where metrics are shown to Prometheus, without a key, before another server.
    pub metrics_listen: Option<SocketAddr>,
}

/// Whoever forwards on this machine itself is believed.
fn this_machine() -> Hops {
    let v4 = Ipv4Net::new_assert(Ipv4Addr::new(127, 0, 0, 0), 8);
    let v6 = Ipv6Net::new_assert(Ipv6Addr::LOCALHOST, 128);
    Hops { trusted: vec![IpNet::V4(v4), IpNet::V6(v6)], header: HopHeader::default(), proxy_protocol: false }
}

impl Default for GuardSettings {
    fn default() -> Self {
        Self {
            admission: ShieldSettings::default(),
            hunt: HuntSettings::default(),
            keys: Vec::new(),
            numbers: NumbersSettings::default(),
            challenge: true,
            token_hours: 24,
            stale_s: 6 * 3_600,
            static_s: 10,
            status_url: String::new(),
            limits: Limits::default(),
            hops: this_machine(),
            tls: Vec::new(),
            upstream: None,
            metrics_listen: None,
        }
    }
}

/// Which numbers exist, where the service behind is another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NumbersSettings {
    /// The file that has all of them, one on a line.
    pub file: Option<PathBuf>,
}

/// What may be refused by its shape alone, without an operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HuntSettings {
    /// Whether shapes that are found are refused by themselves; else they are only shown.
    pub applies: bool,
    /// Of a hundred thousand innocent requests, how many may have the shape, at most, by the upper bound.
    pub innocents_per_100000_max: u32,
    /// How long a shape is refused before it must be found again, in seconds.
    pub lives_s: u32,
}

impl Default for HuntSettings {
    fn default() -> Self {
        Self { applies: true, innocents_per_100000_max: 100, lives_s: 600 }
    }
}

impl HuntSettings {
    pub(super) fn limits(&self) -> HuntLimits {
        HuntLimits {
            innocents_max: f64::from(self.innocents_per_100000_max) / 100_000.0,
            lives: Duration::from_secs(self.lives_s.into()),
            applies: self.applies,
        }
    }
}

impl GuardSettings {
    /// Whether everything is within its range and can be used.
    ///
    /// # Errors
    /// The first key that is not, below `shield`.
    pub fn check(&self) -> Result<(), Unfit> {
        self.admission.check().map_err(|unfit| unfit.below("admission"))?;
        Resources::new(&self.admission.resources).map_err(|unfit| unfit.below("admission"))?;
        KeyList::new(&self.keys).map_err(|what| Unfit::new("key", what))?;
        self.check_numbers()?;
        if !(1..=TOKEN_HOURS_MAX).contains(&self.token_hours) {
            let message = format!("{} is not between 1 and {TOKEN_HOURS_MAX}", self.token_hours);
            return Err(Unfit::new("token_hours", message));
        }
        self.upstream.iter().try_for_each(|upstream| upstream.server().map(drop))?;
        let limits = &self.limits;
        let at_least = [
            ("limits.connections_count_max", u64::from(limits.connections_count_max), 1),
            ("limits.connections_per_prefix_count_max", limits.connections_per_prefix_count_max.into(), 1),
            ("limits.opening_count_max", limits.opening_count_max.into(), 1),
            ("limits.head_ms_max", limits.head_ms_max, 1),
            ("limits.idle_ms_max", limits.idle_ms_max, 1),
            ("limits.age_ms_max", limits.age_ms_max, 1),
            ("limits.head_bytes_max", limits.head_bytes_max.into(), 8 << 10),
            ("limits.stall_ms_max", limits.stall_ms_max, 1),
            ("limits.body_ms_max", limits.body_ms_max, 1),
            ("limits.h2_streams_count_max", limits.h2_streams_count_max.into(), 1),
            ("limits.h2_window_bytes", limits.h2_window_bytes.into(), 65_535),
            ("limits.backlog_count", limits.backlog_count.into(), 1),
        ];
        match at_least.into_iter().find(|(_, value, least)| value < least) {
            Some((key, value, least)) => Err(Unfit::new(key, format!("{value} is too little; write at least {least}"))),
            None => Ok(()),
        }
    }

    /// A list of numbers that no path names would be of no use.
    fn check_numbers(&self) -> Result<(), Unfit> {
        let names_one = |resource: &ResourceSettings| {
            resource.has_numbers() && resource.paths.iter().any(|path| path.contains("{number}"))
        };
        if self.numbers.file.is_none() || self.admission.resources.iter().any(names_one) {
            return Ok(());
        }
        let todo = "no path has a number in it; add [[shield.admission.resource]] with kind = \"tracking\" and a path such as \
                    \"/track/{number}\", or leave the file out";
        Err(Unfit::new("numbers.file", todo))
    }
}
