//! The only addresses that anything here sends to: those of this machine's own loopback.

use std::{
    fmt,
    net::{AddrParseError, IpAddr, Ipv4Addr, SocketAddr},
    str::FromStr,
};

/// An address in 127.0.0.0/8, or ::1, with its port. There is no other way to make one, and no generator takes anything
/// else: a flood cannot leave the machine by a slip of the hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loopback(SocketAddr);

impl Loopback {
    /// The address, if it is this machine's own.
    ///
    /// # Errors
    /// Every other address, an IPv4 loopback address written in IPv6 too.
    pub fn new(address: SocketAddr) -> Result<Self, NotLoopback> {
        if address.ip().is_loopback() { Ok(Self(address)) } else { Err(NotLoopback::Elsewhere(address.ip())) }
    }

    /// 127.0.0.1 with this port.
    pub fn port(port: u16) -> Self {
        Self((Ipv4Addr::LOCALHOST, port).into())
    }

    /// The address for a socket.
    pub fn address(self) -> SocketAddr {
        self.0
    }
}

impl fmt::Display for Loopback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Loopback {
    type Err = NotLoopback;

    /// Reads `127.0.0.1:8080` or `[::1]:8080`. Names are not resolved: what a name means is decided elsewhere.
    fn from_str(text: &str) -> Result<Self, NotLoopback> {
        Self::new(text.parse().map_err(NotLoopback::Unreadable)?)
    }
}

/// Why an address is refused as a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotLoopback {
    /// It is not an address with a port.
    Unreadable(AddrParseError),
    /// It is another machine's, or could be.
    Elsewhere(IpAddr),
}

impl fmt::Display for NotLoopback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rule = "the rehearsal sends to 127.0.0.0/8 and ::1 only, as IP:PORT";
        match self {
            Self::Unreadable(e) => write!(f, "{e}: {rule}"),
            Self::Elsewhere(ip) => write!(f, "{ip} is not this machine's loopback: {rule}"),
        }
    }
}

impl std::error::Error for NotLoopback {}

/// Where the flood comes from: address `n` of its sources, spread so that a /24 holds few of them.
pub(crate) fn flood_source(n: u64) -> Ipv4Addr {
    spread(Ipv4Addr::new(127, 16, 0, 0), n)
}

/// Where the innocent come from: other networks than the flood's, except for those that share an exit with it.
pub(crate) fn innocent_source(n: u64) -> Ipv4Addr {
    spread(Ipv4Addr::new(127, 128, 0, 0), n)
}

/// How many different addresses [`flood_source`] has.
pub(crate) const SOURCES_MAX: u64 = 1 << 22;

/// An odd factor gives every `n` below [`SOURCES_MAX`] its own place.
fn spread(base: Ipv4Addr, n: u64) -> Ipv4Addr {
    let place = n.wrapping_mul(2_654_435_761) % SOURCES_MAX;
    Ipv4Addr::from(u32::from(base) + u32::try_from(place).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    #[test]
    fn names_and_other_machines_are_refused() {
        for text in ["127.0.0.1:80", "127.200.3.4:1", "[::1]:8080"] {
            assert_eq!(text.parse::<Loopback>().expect(text).to_string(), text);
        }
        let no = ["localhost:80", "127.0.0.1", "0.0.0.0:80", "[::]:80", "[::ffff:127.0.0.1]:80", "10.0.0.1:80", ""];
        for text in no.into_iter().chain(["192.168.1.1:443", "128.0.0.1:80", "[fe80::1]:80", "example.org:80"]) {
            let refusal = text.parse::<Loopback>().expect_err(text).to_string();
            assert!(refusal.contains("127.0.0.0/8 and ::1 only"), "{refusal}");
        }
    }

    #[test]
    fn no_two_sources_are_one() {
        let flood: HashSet<Ipv4Addr> = (0..100_000).map(flood_source).collect();
        assert_eq!(flood.len(), 100_000);
        assert!((0..10_000).map(innocent_source).all(|ip| ip.is_loopback() && !flood.contains(&ip)));
        let networks: HashSet<u32> = flood.iter().map(|ip| u32::from(*ip) >> 8).collect();
        assert!(networks.len() > 10_000, "{}", networks.len());
    }

    proptest! {
        #[test]
        fn nothing_but_loopback_is_a_target(bits: u32, port: u16) {
            let address = SocketAddr::from((Ipv4Addr::from(bits), port));
            prop_assert_eq!(Loopback::new(address).is_ok(), bits >> 24 == 127);
        }

        #[test]
        fn of_version_six_one_address_is_a_target(bits: u128, port: u16) {
            let address = SocketAddr::from((std::net::Ipv6Addr::from(bits), port));
            prop_assert_eq!(Loopback::new(address).is_ok(), bits == 1);
        }

        #[test]
        fn every_source_is_loopback(n: u64) {
            prop_assert!(flood_source(n).is_loopback() && innocent_source(n).is_loopback());
        }
    }
}
