//! Whom a trusted hop speaks for: the PROXY protocol before a connection, `Forwarded` or `X-Forwarded-For` in a request.
//!
//! Only the other end of the socket is known. Where it is a trusted hop, the list of addresses is read from the right, the
//! end that the nearest hop wrote, and the first that is no trusted hop is the client. What can't be read ends there: the
//! last hop that was trusted stands for all behind it.

use http::{HeaderMap, HeaderName, header::FORWARDED};
use ipnet::IpNet;
use ppp::{HeaderResult, PartialResult, v1, v2};
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// The header that proxies add the address to which they answer.
pub(crate) const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// Addresses that are read from the right, at most. A chain of hops is shorter.
const NODES_MAX: usize = 32;

/// Which header the trusted hops write. Only that one is read: a hop that writes one passes the other on as the client
/// sent it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HopHeader {
    /// `X-Forwarded-For`, as nearly all write.
    #[default]
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

/// The hops that are believed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Hops {
    /// Their networks. Empty: nobody is believed.
    pub trusted: Vec<IpNet>,
    /// The header that they write.
    pub header: HopHeader,
    /// Whether they begin each connection with the PROXY protocol (version 1 or 2).
    pub proxy_protocol: bool,
}

impl Hops {
    /// Whether this address is a trusted hop's.
    pub fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.trusted.iter().any(|network| network.contains(&address))
    }

    /// Whom a request comes from, that came over a connection from there.
    pub fn client(&self, from: SocketAddr, headers: &HeaderMap) -> SocketAddr {
        if !self.trusts(from.ip()) {
            return from;
        }
        let name = match self.header {
            HopHeader::XForwardedFor => X_FORWARDED_FOR,
            HopHeader::Forwarded => FORWARDED,
        };
        let mut nearest = from;
        let values = headers.get_all(name).iter().rev();
        let nodes = values.flat_map(|value| value.to_str().unwrap_or("?").rsplit(','));
        for node in nodes.take(NODES_MAX) {
            let named = match self.header {
                HopHeader::XForwardedFor => node_address(node.trim()),
                HopHeader::Forwarded => forwarded_for(node).and_then(node_address),
            };
            let Some(named) = named else { break };
            nearest = named;
            if !self.trusts(named.ip()) {
                break;
            }
        }
        nearest
    }
}

/// The address with IPv4 as IPv4, however the socket has it.
pub(crate) fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

/// The `for` of one element of `Forwarded`. Quoted commas and escapes have no place in an address, so they are not looked
/// for: an element with one can't be read.
fn forwarded_for(element: &str) -> Option<&str> {
    let mut pairs = element.split(';').filter_map(|pair| pair.trim().split_once('='));
    let value = pairs.find(|(name, _)| name.eq_ignore_ascii_case("for"))?.1;
    match value.strip_prefix('"') {
        Some(quoted) => quoted.strip_suffix('"'),
        None => Some(value),
    }
}

/// `192.0.2.7`, `192.0.2.7:80`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`. Names are nobody's address.
fn node_address(node: &str) -> Option<SocketAddr> {
    let bracketed = || node.strip_prefix('[')?.strip_suffix(']')?.parse::<Ipv6Addr>().ok().map(IpAddr::V6);
    let alone = || node.parse().ok().or_else(bracketed).map(|ip| SocketAddr::new(ip, 0));
    node.parse().ok().or_else(alone).map(canonical)
}

/// What the first bytes of a connection say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proxied {
    /// There is more to come.
    More,
    /// So many bytes long; the client, unless the hop speaks for itself.
    Said(usize, Option<SocketAddr>),
    /// No PROXY header.
    Malformed,
}

/// Reads a PROXY header, version 1 or 2.
pub(crate) fn proxied(bytes: &[u8]) -> Proxied {
    if bytes.is_empty() {
        return Proxied::More;
    }
    let header = HeaderResult::parse(bytes);
    if header.is_incomplete() {
        return Proxied::More;
    }
    match header {
        HeaderResult::V2(Ok(header)) => Proxied::Said(header.len(), source_v2(&header).map(canonical)),
        HeaderResult::V1(Ok(header)) => Proxied::Said(header.header.len(), source_v1(&header).map(canonical)),
        _ => Proxied::Malformed,
    }
}

fn source_v2(header: &v2::Header<'_>) -> Option<SocketAddr> {
    match (header.command, &header.addresses) {
        (v2::Command::Proxy, v2::Addresses::IPv4(ip)) => Some((ip.source_address, ip.source_port).into()),
        (v2::Command::Proxy, v2::Addresses::IPv6(ip)) => Some((ip.source_address, ip.source_port).into()),
        _ => None,
    }
}

fn source_v1(header: &v1::Header<'_>) -> Option<SocketAddr> {
    match header.addresses {
        v1::Addresses::Tcp4(ip) => Some((ip.source_address, ip.source_port).into()),
        v1::Addresses::Tcp6(ip) => Some((ip.source_address, ip.source_port).into()),
        v1::Addresses::Unknown => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;
    use proptest::prelude::*;

    fn hops(header: HopHeader) -> Hops {
        let trusted = ["10.0.0.0/8", "2001:db8:f::/48"].map(|net| net.parse().expect("a network")).to_vec();
        Hops { trusted, header, proxy_protocol: false }
    }

    fn client(header: HopHeader, from: &str, values: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in values {
            let value = HeaderValue::from_bytes(value.as_bytes()).expect("a value");
            headers.append(if header == HopHeader::Forwarded { FORWARDED } else { X_FORWARDED_FOR }, value);
        }
        hops(header).client(from.parse().expect("an address"), &headers).ip().to_string()
    }

    #[test]
    fn the_list_is_read_from_the_right_over_trusted_hops() {
        let of = |from, values: &[&str]| client(HopHeader::XForwardedFor, from, values);
        assert_eq!(of("192.0.2.1:1", &["203.0.113.9"]), "192.0.2.1", "nobody asked");
        assert_eq!(of("10.0.0.1:1", &["203.0.113.9"]), "203.0.113.9");
        assert_eq!(of("[::ffff:10.0.0.1]:1", &["203.0.113.9"]), "203.0.113.9");
        assert_eq!(
            of("10.0.0.1:1", &["198.51.100.1, 203.0.113.9, 10.9.9.9"]),
            "203.0.113.9",
            "what it claims is left of it"
        );
        assert_eq!(of("10.0.0.1:1", &["198.51.100.1", "203.0.113.9", "10.9.9.9"]), "203.0.113.9");
        assert_eq!(of("10.0.0.1:1", &["10.2.2.2, 10.9.9.9"]), "10.2.2.2");
        assert_eq!(of("10.0.0.1:1", &[]), "10.0.0.1");
        assert_eq!(of("10.0.0.1:1", &["::ffff:203.0.113.9"]), "203.0.113.9");
        assert_eq!(of("10.0.0.1:1", &["[2001:db8::7]:443"]), "2001:db8::7");
    }

    #[test]
    fn what_cannot_be_read_is_the_hops_own() {
        for odd in
            ["unknown", "", "203.0.113.9 x", "203.0.113.9:99999", "evil.example", "\u{e9}", "203.0.113.9, nonsense"]
        {
            assert_eq!(client(HopHeader::XForwardedFor, "10.0.0.1:1", &[odd]), "10.0.0.1", "{odd:?}");
        }
        assert_eq!(client(HopHeader::XForwardedFor, "10.0.0.1:1", &["203.0.113.9, nonsense, 10.3.3.3"]), "10.3.3.3");
        for odd in ["for=_hidden", "for=unknown", "by=203.0.113.9", "for=\"203.0.113.9", "for=\"a,for=203.0.113.9\""] {
            assert_eq!(client(HopHeader::Forwarded, "10.0.0.1:1", &[odd]), "10.0.0.1", "{odd:?}");
        }
    }

    #[test]
    fn forwarded_is_read_as_its_standard_writes_it() {
        let of = |values: &[&str]| client(HopHeader::Forwarded, "10.0.0.1:1", values);
        assert_eq!(of(&["for=192.0.2.43;proto=http, by=x; For=\"[2001:db8:cafe::17]:4711\""]), "2001:db8:cafe::17");
        assert_eq!(of(&["for=192.0.2.43, for=10.1.1.1"]), "192.0.2.43");
        let mut other = HeaderMap::new();
        other.insert(X_FORWARDED_FOR, HeaderValue::from_static("203.0.113.9"));
        let from = "10.0.0.1:1".parse().expect("an address");
        assert_eq!(hops(HopHeader::Forwarded).client(from, &other), from, "the header that the hop doesn't write");
    }

    fn v2(command: u8, family: u8, addresses: &[u8]) -> Vec<u8> {
        let length = u16::try_from(addresses.len()).expect("short").to_be_bytes();
        [b"\r\n\r\n\0\r\nQUIT\n", &[0x20 | command, family][..], &length, addresses].concat()
    }

    #[test]
    fn both_versions_of_the_proxy_protocol() {
        let four = v2(1, 0x11, &[192, 0, 2, 7, 10, 0, 0, 1, 0x12, 0x34, 0, 80]);
        assert_eq!(
            proxied(&[&four[..], b"GET"].concat()),
            Proxied::Said(28, Some("192.0.2.7:4660".parse().expect("it")))
        );
        let mut pair = [0; 36];
        pair[..16].copy_from_slice(&"2001:db8::7".parse::<Ipv6Addr>().expect("it").octets());
        pair[33] = 9;
        assert_eq!(proxied(&v2(1, 0x21, &pair)), Proxied::Said(52, Some("[2001:db8::7]:9".parse().expect("it"))));
        let mut mapped = pair;
        mapped[..16].copy_from_slice(&"::ffff:192.0.2.7".parse::<Ipv6Addr>().expect("it").octets());
        assert_eq!(proxied(&v2(1, 0x21, &mapped)), Proxied::Said(52, Some("192.0.2.7:9".parse().expect("it"))));
        assert_eq!(proxied(&v2(0, 0, &[])), Proxied::Said(16, None), "a check of its own");
        assert_eq!(proxied(&v2(0, 0x11, &[1; 12])), Proxied::Said(28, None));
        let one = b"PROXY TCP4 192.0.2.7 10.0.0.1 4660 80\r\n";
        assert_eq!(proxied(one), Proxied::Said(one.len(), Some("192.0.2.7:4660".parse().expect("it"))));
        assert_eq!(proxied(b"PROXY UNKNOWN\r\nGET"), Proxied::Said(15, None));
        for odd in [
            &b"GET / HTTP/1.1\r\n"[..],
            b"PROXY TCP9 1 2 3 4\r\n",
            &v2(1, 0x11, &[1; 4]),
            &v2(7, 0x11, &[1; 12]),
            b"\x16\x03\x01",
        ] {
            assert_eq!(proxied(odd), Proxied::Malformed, "{odd:?}");
        }
    }

    proptest! {
        /// Cut anywhere, a header waits for the rest and says nothing else.
        #[test]
        fn a_part_of_a_header_waits(cut in 0_usize..28) {
            let four = v2(1, 0x11, &[192, 0, 2, 7, 10, 0, 0, 1, 0x12, 0x34, 0, 80]);
            prop_assert_eq!(proxied(&four[..cut]), Proxied::More);
            let one = b"PROXY TCP4 192.0.2.7 10.0.0.1 4660 80\r\n";
            prop_assert_eq!(proxied(&one[..cut]), Proxied::More);
        }

        /// Nobody outside the trusted networks is believed, whatever they write.
        #[test]
        fn a_stranger_is_itself(value in "[0-9a-f.:,\\[\\] ]{0,60}", forwarded in any::<bool>()) {
            let header = if forwarded { HopHeader::Forwarded } else { HopHeader::XForwardedFor };
            prop_assert_eq!(client(header, "192.0.2.1:1", &[&value]), "192.0.2.1");
        }
    }
}
