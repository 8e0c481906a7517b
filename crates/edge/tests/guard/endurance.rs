//! Nothing is lost and nothing grows, whoever leaves and however many come.

use crate::house::{House, PARTNER, get, reply, settings, until};
use admission::{Class, Rate};
use tokio::io::AsyncWriteExt;

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_while_it_waits_gives_its_turn_back() {
    let house = House::open(1);
    let held = house.hold(1).await;
    let mut waiting = Vec::new();
    for n in 0..5 {
        waiting.push(house.send(&get(format!("/waits/{n}"))).await);
        until(|| house.waiting(Class::Unknown) == n + 1).await;
    }
    drop(waiting.drain(..4));
    until(|| house.waiting(Class::Unknown) == 1).await;
    house.service.go.add_permits(held.len());
    assert!(reply(&mut waiting[0]).await.body.contains("/waits/4"));
    let came = house.service.came.lock().expect("lock").clone();
    assert_eq!(came, ["/held", "/waits/4"], "nothing behind hears of who left");
}

/// A generator of numbers from a seed (SplitMix64).
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ *state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed ^ mixed >> 27
}

#[tokio::test(flavor = "multi_thread")]
async fn after_ten_thousand_requests_no_place_is_lost() {
    let house = House::open(3);
    let mut seed = 7;
    let mut open = Vec::new();
    for n in 0..10_000_u32 {
        // Those that are held are let go again, so that clients leave before, during and after their work.
        if n % 7 == 0 {
            house.service.go.add_permits(1);
        }
        let path = if n % 9 == 0 { "/held" } else { "/x" };
        open.push(house.send(&get(path).from(&format!("198.18.{}.{}", n >> 8 & 255, n & 255))).await);
        if open.len() >= 24 {
            let at = usize::try_from(next(&mut seed) % open.len() as u64).expect("an index");
            drop(open.swap_remove(at));
        }
    }
    drop(open);
    house.service.go.add_permits(10_000);
    until(|| house.guard.counts().gate.taken == 0).await;
    until(|| house.guard.counts().gate.waiting == [0; Class::COUNT]).await;
    assert_eq!(house.ask(&get("/x").header(PARTNER)).await.status, 200);
}

/// What this process holds in memory, in kB.
#[expect(clippy::disallowed_methods, reason = "the kernel tells it in a file")]
fn resident_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a line");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

/// So many requests of as many addresses over one connection, a hundred at a time.
async fn from_everywhere(house: &House, first: u32, count: u32) {
    let mut stream = house.door.connect().await;
    for n in (first..first + count).step_by(100) {
        let many: String = (n..n + 100)
            .map(|n| {
                let address = format!("{}.{}.{}.{}", 60 + (n >> 22), n >> 14 & 255, n >> 6 & 255, n & 63);
                get("/page/x").from(&address).header(format!("accept-language: {n}")).written()
            })
            .collect();
        stream.write_all(many.as_bytes()).await.expect("written");
        for _ in 0..100 {
            reply_of_many(&mut stream).await;
        }
    }
}

/// One of the answers that come one after the other.
async fn reply_of_many(stream: &mut tokio::net::TcpStream) {
    use tokio::io::AsyncReadExt;
    let mut head = Vec::with_capacity(512);
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.expect("more"));
    }
    let head = String::from_utf8(head).expect("text").to_ascii_lowercase();
    let length = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()).expect("a length");
    let mut body = vec![0; length.parse().expect("a length")];
    stream.read_exact(&mut body).await.expect("a body");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_thousand_addresses_leave_memory_as_it_was() {
    let mut settings = settings(2);
    settings.admission.rate.wide = Rate::new(1, 1);
    let house = House::with(settings);
    house.flood().await;
    from_everywhere(&house, 0, 40_000).await;
    house.service.came.lock().expect("lock").clear();
    let before = resident_kb();
    from_everywhere(&house, 40_000, 160_000).await;
    house.service.came.lock().expect("lock").clear();
    let grown = resident_kb().saturating_sub(before);
    // An entry of 100 bytes for each address would be 16 MB.
    assert!(grown < 8_192, "{grown} kB more");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_was_good_in_a_body_vouches_for_its_network() {
    let house = House::open(2);
    let shop = |path: &str| get(path).from("2001:db8:5:5::1");
    house.ask(&shop("/x")).await;
    assert_eq!(house.arrived(Class::Partner), 0);
    house.ask(&shop("/vouch").post("key=good")).await;
    house.ask(&shop("/x").from("2001:db8:5:5::2")).await;
    assert_eq!(house.arrived(Class::Partner), 1, "the whole network");
    house.ask(&get("/x").from("2001:db8:5:6::1")).await;
    assert_eq!(house.arrived(Class::Partner), 1, "and no other");
}
