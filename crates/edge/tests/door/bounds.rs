//! Bounds of connections: time, pace, places.

use crate::support::{GET, Gate, MEMORY, at_once, limits, open, settings, text, to_end, until, work};
use bytes::Bytes;
use edge::{Cut, Limits, Open, Refused};
use http::{Response, StatusCode};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use std::{convert::Infallible, sync::Arc, time::Duration};
use tokio::{io::AsyncWriteExt, sync::Semaphore};

fn brief() -> Limits {
    Limits { head_ms_max: 100, idle_ms_max: 60_000, stall_ms_max: 100, ..limits() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_drips_is_cut_and_one_that_never_begins() {
    let door = open(Open, at_once(), settings(brief()));
    let mut silent = door.connect().await;
    let (mut read, mut write) = door.connect().await.into_split();
    let dripping = async {
        let mut drops = tokio::time::interval(Duration::from_millis(10));
        _ = write.write_all(b"GET / HTTP/1.1\r\nX: ").await;
        while write.write_all(b"a").await.is_ok() {
            drops.tick().await;
        }
    };
    let ended = async { tokio::io::AsyncReadExt::read_to_end(&mut read, &mut Vec::new()).await };
    let _ = tokio::join!(dripping, ended);
    assert_eq!(to_end(&mut silent).await, "");
    assert_eq!(door.counts.cut_for(Cut::SlowHead), 2);
    assert!(door.serves().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_head_of_a_connection_has_the_deadline_too() {
    let door = open(Open, at_once(), settings(brief()));
    assert!(door.say(format!("{GET}GET / HT")).await.contains("ok"));
    assert_eq!(door.counts.cut_for(Cut::SlowHead), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_at_rest_ends() {
    let door = open(Open, at_once(), settings(Limits { idle_ms_max: 50, ..limits() }));
    assert!(door.say(GET).await.contains("ok"));
    assert_eq!((door.counts.cut_for(Cut::Idle), door.counts.cut_for(Cut::SlowHead)), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_connection_ends_after_its_request() {
    let door = open(Open, at_once(), settings(Limits { age_ms_max: 50, ..limits() }));
    assert!(door.say(GET).await.contains("ok"));
    assert_eq!(door.counts.cut_for(Cut::Idle), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_drips_fails_for_its_reader() {
    let behind = work(|request: http::Request<edge::Inbound>| async {
        let slow = request.into_body().collect().await.expect_err("not whole").is::<edge::TooSlow>();
        let mut response = text(slow.to_string());
        *response.status_mut() = StatusCode::REQUEST_TIMEOUT;
        response
    });
    let door = open(Open, behind, settings(brief()));
    let (mut read, mut write) = door.connect().await.into_split();
    let dripping = async {
        let mut drops = tokio::time::interval(Duration::from_millis(10));
        // More than is waited for before the request is let in.
        _ = write.write_all(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n").await;
        _ = write.write_all(&[b'a'; 70_000]).await;
        while write.write_all(b"a").await.is_ok() {
            drops.tick().await;
        }
    };
    let mut said = Vec::new();
    let ended = tokio::io::AsyncReadExt::read_to_end(&mut read, &mut said);
    let _ = tokio::join!(dripping, ended);
    let said = String::from_utf8_lossy(&said);
    assert!(said.starts_with("HTTP/1.1 408") && said.ends_with("true"), "{said}");
    assert_eq!(door.counts.cut_for(Cut::SlowBody), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_short_body_that_drips_is_let_in_by_nobody() {
    let gate = Gate::default();
    let passes = Arc::clone(&gate.passes);
    let door = open(gate, at_once(), settings(brief()));
    let mut stream = door.connect().await;
    stream.write_all(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\nabc").await.expect("written");
    let said = to_end(&mut stream).await;
    assert!(said.starts_with("HTTP/1.1 408 ") && said.contains("too slowly"), "{said}");
    assert_eq!(door.counts.cut_for(Cut::SlowBody), 1);
    assert!(passes.told.lock().expect("lock").is_empty(), "it held no place");
    let chunks =
        "POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    assert!(door.say(chunks).await.ends_with("ok"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_is_read_whole_beyond_what_was_read_ahead() {
    let door = open(
        Open,
        work(|request: http::Request<edge::Inbound>| async {
            let hint = http_body::Body::size_hint(request.body()).exact();
            let whole = request.into_body().collect().await.expect("whole").to_bytes();
            let in_order = whole.iter().enumerate().all(|(n, byte)| usize::from(*byte) == n % 251);
            text(format!("{hint:?} {} {in_order}", whole.len()))
        }),
        settings(limits()),
    );
    for length in [0, 1, 65_535, 65_536, 65_537, 1_000_000] {
        let body: Vec<u8> = (0..=250).cycle().take(length).collect();
        let head = format!("POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n");
        let said = door.say([head.as_bytes(), &body].concat()).await;
        assert!(said.ends_with(&format!("Some({length}) {length} true")), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_comes_in_time_is_read_however_slowly_it_is_taken() {
    let behind = work(|request: http::Request<edge::Inbound>| async {
        let mut body = request.into_body();
        let mut bytes = 0;
        let mut pauses = tokio::time::interval(Duration::from_millis(60));
        while let Some(frame) = body.frame().await {
            bytes += frame.expect("in time").into_data().map_or(0, |data| data.len());
            pauses.tick().await;
        }
        text(bytes.to_string())
    });
    let door = open(Open, behind, settings(brief()));
    let head = "POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 300000\r\n\r\n";
    let said = door.say([head.as_bytes(), &[b'x'; 300_000]].concat()).await;
    assert!(said.ends_with("300000"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_does_not_read_is_cut_and_its_pass_ends() {
    let endless = || StreamBody::new(Endless);
    let gate = Gate::default();
    let passes = Arc::clone(&gate.passes);
    let door = open(gate, work(move |_| async move { Response::new(endless()) }), settings(brief()));
    let mut stream = door.connect().await;
    stream.write_all(GET.as_bytes()).await.expect("written");
    passes.ended.notified().await;
    assert_eq!(door.counts.cut_for(Cut::SlowReader), 1);
    // The same for what is in memory: requests upon requests, and no answer is read.
    let mut stream = door.connect().await;
    while stream.write_all(MEMORY.as_bytes()).await.is_ok() {}
    assert_eq!(door.counts.cut_for(Cut::SlowReader), 2);
    assert!(!to_end(&mut stream).await.is_empty());
}

struct Endless;

impl futures_core::Stream for Endless {
    type Item = Result<Frame<Bytes>, Infallible>;

    fn poll_next(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        std::task::Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[b'x'; 65_536])))))
    }
}

/// Behind it requests wait until they are let go.
fn waiting(limits: Limits) -> (crate::support::Running, Arc<Semaphore>) {
    let gone = Arc::new(Semaphore::new(0));
    let go = Arc::clone(&gone);
    let behind = work(move |_| {
        let go = Arc::clone(&go);
        async move {
            go.acquire().await.expect("open").forget();
            text("ok")
        }
    });
    (open(Gate::default(), behind, settings(limits)), gone)
}

/// A connection whose request is being worked on: told by a second one, pipelined, that is read already.
async fn worked_on(door: &crate::support::Running, before: u64) -> tokio::net::TcpStream {
    let mut stream = door.connect().await;
    stream.write_all(GET.as_bytes()).await.expect("written");
    while door.counts.requests()[0] == before {
        tokio::task::yield_now().await;
    }
    stream
}

#[tokio::test(flavor = "multi_thread")]
async fn work_under_way_never_makes_way_and_the_rest_is_refused() {
    for (limits, why) in [
        (Limits { connections_per_prefix_count_max: 2, ..limits() }, Refused::PrefixFull),
        (Limits { connections_count_max: 2, ..limits() }, Refused::Full),
    ] {
        let (door, go) = waiting(limits);
        let mut worked = [worked_on(&door, 0).await, worked_on(&door, 1).await];
        assert_eq!(door.say(GET).await, "", "no place");
        assert_eq!(door.counts.refused_for(why), 1);
        go.add_permits(2);
        for stream in &mut worked {
            until(stream, "ok").await;
        }
        go.add_permits(1);
        assert!(door.serves().await, "those at rest make way");
        assert_eq!(door.counts.cut_for(Cut::MadeWay), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_oldest_without_a_head_makes_way() {
    let door = open(Open, at_once(), settings(Limits { connections_per_prefix_count_max: 3, ..limits() }));
    let mut kept = door.connect().await;
    kept.write_all(GET.as_bytes()).await.expect("written");
    until(&mut kept, "ok").await;
    let mut first = door.connect().await;
    first.write_all(b"GET / HT").await.expect("written");
    while door.counts.connections() < 2 {
        tokio::task::yield_now().await;
    }
    let mut second = door.connect().await;
    second.write_all(b"GET / HT").await.expect("written");
    assert!(door.serves().await);
    assert_eq!(to_end(&mut first).await, "");
    second.write_all(b"TP/1.1\r\nHost: h\r\n\r\n").await.expect("written");
    until(&mut second, "ok").await;
    kept.write_all(GET.as_bytes()).await.expect("written");
    until(&mut kept, "ok").await;
    assert_eq!(door.counts.cut_for(Cut::MadeWay), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn four_thousand_slow_connections_leave_the_innocent_served() {
    let slow = [
        "GET / HTTP/1.1\r\nX: ",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99\r\n\r\na",
        "GET /memory HTTP/1.1\r\nHost: h\r\n\r\n",
        "",
    ];
    let behind = work(|request: http::Request<edge::Inbound>| async {
        _ = request.into_body().collect().await;
        text("ok")
    });
    let door = open(Gate::default(), behind, settings(limits()));
    let mut held = Vec::new();
    for n in 0..4_000 {
        let mut stream = door.connect().await;
        // One that was cut already is another's gain.
        _ = stream.write_all(slow[n % slow.len()].as_bytes()).await;
        held.push(stream);
        if n % 100 == 99 {
            assert!(door.serves().await, "after {n}");
        }
    }
    assert!(door.counts.connections() <= 1_024, "{}", door.counts.connections());
}

#[tokio::test(flavor = "multi_thread")]
async fn heads_have_a_size_and_a_count_of_fields() {
    let door = open(Open, at_once(), settings(limits()));
    let fields = "X: y\r\n".repeat(101);
    assert!(door.say(format!("GET / HTTP/1.1\r\nHost: h\r\n{fields}\r\n")).await.starts_with("HTTP/1.1 431"));
    let long = "x".repeat(40_000);
    assert!(door.say(format!("GET / HTTP/1.1\r\nHost: h\r\nX: {long}\r\n\r\n")).await.starts_with("HTTP/1.1 431"));
    assert!(door.serves().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_can_be_bound_to_so_many_requests() {
    let door = open(Gate::default(), at_once(), settings(Limits { requests_per_connection_count_max: 3, ..limits() }));
    let said = door.say(GET.repeat(5)).await;
    assert_eq!(said.matches("HTTP/1.1 200").count(), 3, "{said}");
}
