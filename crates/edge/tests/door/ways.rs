//! The ways to work and back: who leaves, who is refused, who is trusted, and the end of the day.

use crate::support::{GET, Gate, at_once, limits, open, settings, text, to_end, until, work};
use edge::{Cut, Hops, Limits, Open, Peer, Settings, bind};
use std::sync::Arc;
use tokio::{io::AsyncWriteExt, sync::Notify};

#[tokio::test(flavor = "multi_thread")]
async fn the_three_ways() {
    let gate = Gate::default();
    let passes = Arc::clone(&gate.passes);
    let door = open(gate, at_once(), settings(limits()));
    let close = |path| format!("GET {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    assert!(door.say(close("/")).await.ends_with("ok"));
    passes.ended.notified().await;
    let told = passes.told.lock().expect("lock").pop().expect("told");
    assert_eq!(told.status, http::StatusCode::OK);
    assert!(told.queued.is_some_and(|queued| queued <= told.took));
    assert!(door.say(close("/memory")).await.ends_with("mmm"));
    let refused = "POST /refused HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 100000\r\n\r\n";
    let said = door.say([refused.as_bytes(), &[b'x'; 100_000]].concat()).await;
    assert!(said.starts_with("HTTP/1.1 429 ") && said.ends_with("refused"), "{said:?}");
    assert!(passes.told.lock().expect("lock").is_empty(), "what was refused or in memory holds no pass");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_refused_in_the_middle_of_a_body_may_finish_it() {
    let door = open(Gate::default(), at_once(), settings(limits()));
    let mut stream = door.connect().await;
    stream.write_all(b"POST /refused HTTP/1.1\r\nHost: h\r\nContent-Length: 170000\r\n\r\n").await.expect("written");
    stream.write_all(&[b'x'; 70_000]).await.expect("written");
    assert!(until(&mut stream, "refused").await.starts_with("HTTP/1.1 429 "));
    for _ in 0..100 {
        stream.write_all(&[b'x'; 1_000]).await.expect("nothing was reset");
        stream.flush().await.expect("flushed");
        tokio::task::yield_now().await;
    }
    stream.shutdown().await.expect("shut down");
    while door.counts.connections() > 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn work_ends_when_the_client_leaves() {
    struct Tell(Arc<Notify>);
    impl Drop for Tell {
        fn drop(&mut self) {
            self.0.notify_one();
        }
    }
    let (began, ended) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (tell, end) = (Arc::clone(&began), Arc::clone(&ended));
    let behind = work(move |_| {
        let (tell, held) = (Arc::clone(&tell), Tell(Arc::clone(&end)));
        async move {
            let _held = held;
            tell.notify_one();
            std::future::pending::<()>().await;
            text("never")
        }
    });
    let gate = Gate::default();
    let passes = Arc::clone(&gate.passes);
    let door = open(gate, behind, settings(limits()));
    let mut stream = door.connect().await;
    stream.write_all(GET.as_bytes()).await.expect("written");
    began.notified().await;
    drop(stream);
    ended.notified().await;
    passes.ended.notified().await;
    assert!(passes.told.lock().expect("lock").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_under_way_are_finished_when_the_door_is_told_to_stop() {
    let (began, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (tell, wait) = (Arc::clone(&began), Arc::clone(&go));
    let behind = work(move |_| {
        let (tell, wait) = (Arc::clone(&tell), Arc::clone(&wait));
        async move {
            tell.notify_one();
            wait.notified().await;
            text("done")
        }
    });
    let door = open(Open, behind, settings(limits()));
    let mut stream = door.connect().await;
    stream.write_all(GET.as_bytes()).await.expect("written");
    began.notified().await;
    let mut silent = door.connect().await;
    door.stop.send(()).expect("told");
    assert_eq!(to_end(&mut silent).await, "");
    go.notify_one();
    let said = to_end(&mut stream).await;
    assert!(said.ends_with("done"), "{said}");
    door.ended.await.expect("ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_end_in_time_is_cut() {
    let began = Arc::new(Notify::new());
    let tell = Arc::clone(&began);
    let behind = work(move |_| {
        tell.notify_one();
        std::future::pending::<http::Response<http_body_util::Empty<bytes::Bytes>>>()
    });
    let door = open(Open, behind, settings(Limits { drain_ms_max: 50, ..limits() }));
    let mut stream = door.connect().await;
    stream.write_all(GET.as_bytes()).await.expect("written");
    began.notified().await;
    door.stop.send(()).expect("told");
    door.ended.await.expect("ended");
    assert_eq!(to_end(&mut stream).await, "");
    assert_eq!((door.counts.cut_for(Cut::Drained), door.counts.connections()), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_trusted_hop_speaks_for_others() {
    let who = || {
        work(|request: http::Request<edge::Inbound>| async move {
            let peer = request.extensions().get::<Peer>().expect("a peer");
            text(peer.client.ip().to_string())
        })
    };
    let get = |xff: &str| format!("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nX-Forwarded-For: {xff}\r\n\r\n");
    let hops = |trusted: &[&str], proxy_protocol| {
        let trusted = trusted.iter().map(|net| net.parse().expect("a network")).collect();
        Settings { hops: Hops { trusted, proxy_protocol, ..Hops::default() }, ..settings(limits()) }
    };
    let proxy = "PROXY TCP4 198.51.100.4 127.0.0.1 4660 80\r\n";
    let strange = open(Open, who(), hops(&[], true));
    assert!(strange.say(get("203.0.113.9")).await.ends_with("127.0.0.1"));
    assert!(strange.say(format!("{proxy}{}", get("203.0.113.9"))).await.starts_with("HTTP/1.1 400 "));
    let trusted = open(Open, who(), hops(&["127.0.0.0/8"], false));
    assert!(trusted.say(get("198.51.100.1, 203.0.113.9, 127.0.0.9")).await.ends_with("203.0.113.9"));
    let proxied = open(Open, who(), hops(&["127.0.0.0/8"], true));
    assert!(proxied.say(format!("{proxy}{}", get("203.0.113.9"))).await.ends_with("198.51.100.4"));
    let local = [&b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0"[..], get("203.0.113.9").as_bytes()].concat();
    assert!(proxied.say(local).await.ends_with("203.0.113.9"));
    assert_eq!(proxied.say(get("203.0.113.9")).await, "", "a trusted hop must say who it is");
    assert_eq!(proxied.counts.cut_for(Cut::Proxy), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trusted_hop_is_not_bound_as_one_client() {
    let hops = Hops { trusted: vec!["127.0.0.0/8".parse().expect("a network")], ..Hops::default() };
    let limits = Limits { connections_per_prefix_count_max: 1, ..limits() };
    let door = open(Open, at_once(), Settings { hops, ..settings(limits) });
    let mut kept = [door.connect().await, door.connect().await];
    for _ in 0..2 {
        for stream in &mut kept {
            stream.write_all(GET.as_bytes()).await.expect("written");
            until(stream, "ok").await;
        }
    }
    assert_eq!(door.counts.cut_for(Cut::MadeWay), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_port_is_one_door() {
    let door = open(Open, at_once(), settings(limits()));
    let said = bind(door.address, 2, &limits()).expect_err("taken").to_string();
    assert!(said.contains(&door.address.to_string()) && said.contains("another process listens there"), "{said}");
    let elsewhere = bind("192.0.2.1:0".parse().expect("an address"), 1, &limits()).expect_err("not ours").to_string();
    assert!(elsewhere.contains("check that the address"), "{elsewhere}");
}

#[tokio::test(flavor = "multi_thread")]
async fn both_versions_are_told_by_the_counts() {
    let door = open(Open, at_once(), settings(limits()));
    let mut stream = door.connect().await;
    stream.write_all(GET.as_bytes()).await.expect("written");
    until(&mut stream, "ok").await;
    let mut registry = prometheus_client::registry::Registry::default();
    registry.register_collector(Box::new(edge::Metrics(Arc::clone(&door.counts))));
    let mut text = String::new();
    prometheus_client::encoding::text::encode(&mut text, &registry).expect("encoded");
    for line in [
        "door_connections 1\n",
        "door_connections_accepted_total 1\n",
        "door_requests_total{http=\"1\"} 1\n",
        "door_requests_total{http=\"2\"} 0\n",
        "door_connections_cut_total{reason=\"slow_head\"} 0\n",
        "door_connections_refused_total{reason=\"full\"} 0\n",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
}
