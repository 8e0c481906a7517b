//! Where an address leads: out into the world, into somebody's own network, or nowhere a message should ever go.
//!
//! The ranges are those of the IANA special-purpose registries for IPv4 and IPv6, and of the clouds' metadata services. For
//! IPv6 it is a list of what is allowed, since most of it is not the world's yet.

use ipnet::{Ipv4Net, Ipv6Net};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How far an address reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The world.
    Public,
    /// This machine or somebody's own network: only where the operator allows it.
    Private,
    /// Nobody who may be sent to: no single host, a metadata service, a range without hosts, a way around these rules.
    Nowhere,
}

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(first: u16, second: u16, prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(first, second, 0, 0, 0, 0, 0, 0), prefix)
}

const PRIVATE_V4: [Ipv4Net; 5] = [
    v4(10, 0, 0, 0, 8),
    v4(100, 64, 0, 0, 10), // shared by a provider's customers (RFC 6598)
    v4(127, 0, 0, 0, 8),
    v4(172, 16, 0, 0, 12),
    v4(192, 168, 0, 0, 16),
];

const NOWHERE_V4: [Ipv4Net; 13] = [
    v4(0, 0, 0, 0, 8),
    v4(100, 100, 100, 200, 32), // metadata of Alibaba Cloud
    v4(168, 63, 129, 16, 32),   // Azure's own services
    v4(169, 254, 0, 0, 16),     // link-local, and the metadata of most clouds
    v4(192, 0, 0, 0, 24),       // protocol assignments, and the metadata of Oracle Cloud
    v4(192, 0, 2, 0, 24),
    v4(192, 88, 99, 0, 24), // relays of 6to4
    v4(198, 18, 0, 0, 15),
    v4(198, 51, 100, 0, 24),
    v4(203, 0, 113, 0, 24),
    v4(224, 0, 0, 0, 4),
    v4(240, 0, 0, 0, 4), // reserved, and broadcast
    v4(192, 52, 193, 0, 24),
];

/// The part of IPv6 that is given out to the world.
const WORLD_V6: Ipv6Net = v6(0x2000, 0, 3);

/// What within that part is no host of the world: protocol assignments (Teredo among them), documentation, 6to4.
const NOWHERE_V6: [Ipv6Net; 4] = [v6(0x2001, 0, 23), v6(0x2001, 0xdb8, 32), v6(0x2002, 0, 16), v6(0x3fff, 0, 20)];

/// Private IPv6 (RFC 4193).
const PRIVATE_V6: Ipv6Net = v6(0xfc00, 0, 7);

/// The metadata of Amazon's cloud.
const METADATA_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);

/// IPv4 seen through a NAT64 (RFC 6052).
const NAT64: Ipv6Net = v6(0x64, 0xff9b, 96);

/// How far this address reaches. One that stands for an IPv4 address reaches as far as that.
pub fn reach(address: IpAddr) -> Reach {
    match address {
        IpAddr::V4(address) => reach_v4(address),
        IpAddr::V6(address) => match embedded(address) {
            Some(inner) => reach_v4(inner),
            None => reach_v6(address),
        },
    }
}

fn reach_v4(address: Ipv4Addr) -> Reach {
    if NOWHERE_V4.iter().any(|range| range.contains(&address)) {
        Reach::Nowhere
    } else if PRIVATE_V4.iter().any(|range| range.contains(&address)) {
        Reach::Private
    } else {
        Reach::Public
    }
}

fn reach_v6(address: Ipv6Addr) -> Reach {
    if address == METADATA_V6 || NOWHERE_V6.iter().any(|range| range.contains(&address)) {
        Reach::Nowhere
    } else if WORLD_V6.contains(&address) {
        Reach::Public
    } else if address == Ipv6Addr::LOCALHOST || PRIVATE_V6.contains(&address) {
        Reach::Private
    } else {
        Reach::Nowhere
    }
}

/// The IPv4 address that an IPv6 one stands for: mapped (`::ffff:a.b.c.d`) or through a NAT64.
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let behind = || {
        let [.., a, b, c, d] = address.octets();
        Ipv4Addr::new(a, b, c, d)
    };
    address.to_ipv4_mapped().or_else(|| NAT64.contains(&address).then(behind))
}
