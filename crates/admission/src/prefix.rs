//! Where a request comes from, as coarsely as one customer of a provider: an IPv4 address, an IPv6 /64.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

/// The network of one source. IPv4 addresses written in IPv6 are taken as IPv4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Prefix(u64);

impl Prefix {
    /// The prefix of an address.
    pub fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            // ::/32 is not given to anybody, so an IPv4 address has its place there.
            IpAddr::V4(v4) => Self(u64::from(u32::from(v4))),
            IpAddr::V6(v6) => Self((u128::from(v6) >> 64) as u64),
        }
    }

    /// The network around it: an IPv4 /24, an IPv6 /48.
    #[must_use]
    pub const fn wide(self) -> Self {
        if self.is_v4() { Self(self.0 & !0xff) } else { Self(self.0 & !0xffff) }
    }

    /// The prefix as a number, to be hashed with a key before it chooses a cell.
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// The prefix of these bits.
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    const fn is_v4(self) -> bool {
        self.0 >> 32 == 0
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match u32::try_from(self.0) {
            Ok(v4) => write!(f, "{}", Ipv4Addr::from(v4)),
            Err(_) => write!(f, "{}/64", Ipv6Addr::from(u128::from(self.0) << 64)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_customer_is_one_prefix() {
        let of = |text: &str| Prefix::of(text.parse().expect("an address"));
        assert_eq!(of("2001:db8:1:2::9"), of("2001:db8:1:2:ffff::1"));
        assert_ne!(of("2001:db8:1:2::9"), of("2001:db8:1:3::9"));
        assert_eq!(of("::ffff:192.0.2.7"), of("192.0.2.7"));
        assert_eq!(of("192.0.2.7").wide(), of("192.0.2.250").wide());
        assert_eq!(of("2001:db8:1:2::9").wide(), of("2001:db8:1:ffff::").wide());
        assert_eq!(of("192.0.2.7").to_string(), "192.0.2.7");
        assert_eq!(of("2001:db8:1:2::9").to_string(), "2001:db8:1:2::/64");
        assert_eq!(of("2001:db8:1:2::9"), Prefix::from_bits(of("2001:db8:1:2::9").bits()));
    }
}
