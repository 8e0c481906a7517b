//! What may be called and what not: URLs, ports, addresses, names that lead elsewhere than they say.

use channels::webhook::{BoxFuture, Failure, Message, Options, Reach, Refused, Resolve, Secret, Sender, Target, reach};
use proptest::prelude::*;
use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

/// A resolver that gives one list of addresses after the other, and the last from then on.
struct Scripted {
    lists: Vec<Vec<IpAddr>>,
    asked: AtomicUsize,
}

impl Resolve for Scripted {
    fn resolve<'a>(&'a self, _: &'a str, port: u16) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>> {
        let turn = self.asked.fetch_add(1, Ordering::SeqCst).min(self.lists.len() - 1);
        let found = self.lists[turn].iter().map(|ip| SocketAddr::new(*ip, port)).collect();
        Box::pin(async { Ok(found) })
    }
}

fn resolving(lists: &[&[&str]], allow_private: bool) -> Sender {
    let ips = |list: &&[&str]| list.iter().map(|ip| ip.parse().expect("an address")).collect();
    let scripted = Scripted { lists: lists.iter().map(ips).collect(), asked: AtomicUsize::new(0) };
    let options = Options { allow_private, ..Options::default() };
    Sender::with_resolver(options, Arc::new(scripted)).expect("a sender")
}

fn message(url: &str) -> Message {
    let secrets = vec![Secret::from_bytes(&[7; 32])];
    Message { url: url.into(), id: "evt_1".into(), at_s: 0, body: "{}".into(), secrets }
}

#[test]
fn urls_are_held_to_a_narrow_shape() {
    for good in ["https://shop.example", "https://shop.example/a?b=c", "https://shop.example:8443/", "https://1.1.1.1/"]
    {
        assert!(Target::parse(good, false).is_ok(), "{good}");
    }
    let long = format!("https://shop.example/{}", "a".repeat(2_000));
    for (bad, why) in [
        ("", Refused::NotAUrl),
        ("shop.example/hook", Refused::NotAUrl),
        ("/hook", Refused::NotAUrl),
        ("https://", Refused::NotAUrl),
        ("https://shop example/", Refused::NotAUrl),
        ("https://shop.example:99999/", Refused::NotAUrl),
        ("https://shop.example:/", Refused::NotAUrl),
        (&long, Refused::TooLong),
        ("http://shop.example/", Refused::NotHttps),
        ("ftp://shop.example/", Refused::NotHttps),
        ("file:///etc/passwd", Refused::NotAUrl),
        ("gopher://shop.example/", Refused::NotHttps),
        ("https://user:hush@shop.example/", Refused::TooMuch),
        ("https://public.example@127.0.0.1/", Refused::TooMuch),
        ("https://shop.example/#part", Refused::TooMuch),
        ("https://shop.example:22/", Refused::Port(22)),
        ("https://shop.example:25/", Refused::Port(25)),
        ("https://shop.example:80/", Refused::Port(80)),
        ("https://shop.example:6000/", Refused::Port(6000)),
        ("https://shop.example:0/", Refused::Port(0)),
    ] {
        assert_eq!(Target::parse(bad, false), Err(why), "{bad}");
        assert!(!why.to_string().contains("hush"));
    }
    assert!(Target::parse("http://127.0.0.1:9/", true).is_ok(), "for development");
}

#[test]
fn addresses_reach_as_far_as_the_registries_say() {
    let cases = [
        (
            Reach::Public,
            "1.1.1.1 8.8.8.8 93.184.216.34 100.63.255.255 100.128.0.0 172.15.255.255 172.32.0.0 2606:4700::1",
        ),
        (Reach::Public, "::ffff:8.8.8.8 64:ff9b::808:808 2a01:e0a::1"),
        (Reach::Private, "127.0.0.1 127.255.255.254 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 100.64.0.1"),
        (Reach::Private, "::1 fc00::1 fd12:3456::1 ::ffff:127.0.0.1 ::ffff:10.1.2.3 64:ff9b::a00:1 64:ff9b::7f00:1"),
        (Reach::Nowhere, "0.0.0.0 0.1.2.3 169.254.169.254 169.254.0.1 192.0.0.192 100.100.100.200 168.63.129.16"),
        (Reach::Nowhere, "192.0.2.1 198.18.0.1 198.51.100.1 203.0.113.1 192.88.99.1 224.0.0.1 239.1.1.1 240.0.0.1"),
        (Reach::Nowhere, "255.255.255.255 :: fe80::1 ff02::1 fd00:ec2::254 2001:db8::1 2002:7f00:1:: 2002:808:808::"),
        (Reach::Nowhere, "2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 3fff::1 4000::1 fec0::1 100::1 5f00::1"),
        (Reach::Nowhere, "::127.0.0.1 ::ffff:0:7f00:1 ::ffff:169.254.169.254 64:ff9b::a9fe:a9fe 64:ff9b:1::7f00:1"),
    ];
    for (expected, addresses) in cases {
        for address in addresses.split(' ') {
            assert_eq!(reach(address.parse().expect(address)), expected, "{address}");
        }
    }
}

proptest! {
    #[test]
    fn an_address_in_another_coat_reaches_as_far(bits in any::<u32>()) {
        let inner = Ipv4Addr::from_bits(bits);
        let [a, b, c, d] = inner.octets();
        let [high, low] = [u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])];
        let expected = reach(IpAddr::V4(inner));
        prop_assert_eq!(reach(IpAddr::V6(inner.to_ipv6_mapped())), expected);
        prop_assert_eq!(reach(IpAddr::V6(Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low))), expected);
        prop_assert_eq!(reach(IpAddr::V6(Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1))), Reach::Nowhere);
    }

    #[test]
    fn what_the_standard_library_calls_inner_is_never_public(bits in any::<u32>(), wide in any::<u128>()) {
        let address = Ipv4Addr::from_bits(bits);
        let inner = address.is_private() || address.is_loopback() || address.is_link_local() || address.is_multicast()
            || address.is_broadcast() || address.is_documentation() || address.is_unspecified();
        prop_assert!(!inner || reach(IpAddr::V4(address)) != Reach::Public, "{}", address);
        let address = Ipv6Addr::from_bits(wide);
        let inner = address.is_unique_local() || address.is_unicast_link_local() || address.is_multicast();
        prop_assert!(!inner || reach(IpAddr::V6(address)) != Reach::Public, "{}", address);
    }

    #[test]
    fn any_text_is_judged_without_harm(url in "\\PC{0,60}", tail in "[:/@#?\\[\\]a-z0-9.%]{0,40}") {
        for text in [url.clone(), format!("https://{tail}"), format!("https://h{tail}{url}")] {
            let _ = Target::parse(&text, false);
        }
    }
}

#[tokio::test]
async fn a_name_is_judged_by_every_address_it_has() {
    for (addresses, good) in [
        (&["93.184.216.34"][..], true),
        (&["93.184.216.34", "2606:4700::1"], true),
        (&["127.0.0.1"], false),
        (&["93.184.216.34", "10.0.0.1"], false),
        (&["169.254.169.254"], false),
        (&["::ffff:127.0.0.1"], false),
    ] {
        let checked = resolving(&[addresses], false).check("https://shop.example/").await;
        assert_eq!(checked, if good { Ok(()) } else { Err(Refused::NotPublic) }, "{addresses:?}");
    }
    assert_eq!(resolving(&[&[]], false).check("https://shop.example/").await, Err(Refused::NoAddress));
    let own = resolving(&[&["127.0.0.1"]], true);
    assert_eq!(own.check("http://shop.example/").await, Ok(()), "where the operator allows it");
    let metadata = resolving(&[&["169.254.169.254"]], true).check("http://shop.example/").await;
    assert_eq!(metadata, Err(Refused::NotPublic), "metadata is never allowed");
}

#[tokio::test]
async fn an_address_in_the_url_is_judged_too() {
    let sender = Sender::new(Options::default()).expect("a sender");
    for url in ["https://127.0.0.1/", "https://[::1]/", "https://169.254.169.254/latest", "https://[::ffff:10.0.0.1]/"]
    {
        assert_eq!(sender.check(url).await, Err(Refused::NotPublic), "{url}");
    }
    for url in
        ["https://127.1/", "https://2130706433/", "https://0x7f000001/", "https://0177.0.0.1/", "https://localhost/"]
    {
        assert!(sender.check(url).await.is_err(), "{url}: however the system reads it");
    }
}

#[tokio::test]
async fn a_name_that_leads_elsewhere_later_is_refused_then() {
    let sender = resolving(&[&["93.184.216.34"], &["127.0.0.1"]], false);
    assert_eq!(sender.check("https://shop.example/").await, Ok(()));
    let report = sender.send(&message("https://shop.example/")).await;
    assert_eq!(report.result, Err(Failure::Refused(Refused::NotPublic)), "it was looked up and judged anew");
}
