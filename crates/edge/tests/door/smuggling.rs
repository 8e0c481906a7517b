//! Pairs of requests that one server reads as two and another as one: what reaches the upstream is one, or nothing.

use crate::support::{Gate, Running, limits, open, settings, until};
use edge::{Open, Upstream, UpstreamSettings};
use std::sync::{Arc, Mutex};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

/// An upstream that writes down every byte, and answers when a request is whole by its plainest reading.
async fn upstream() -> (String, Arc<Mutex<Vec<u8>>>) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let all = Arc::clone(&heard);
    #[expect(clippy::disallowed_methods, reason = "stands in for a server behind the door")]
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::runtime::Handle::current().spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let heard = Arc::clone(&all);
            tokio::runtime::Handle::current().spawn(async move {
                let mut bytes = Vec::new();
                while let Ok(1..) = stream.read_buf(&mut bytes).await {
                    let said = String::from_utf8_lossy(&bytes).into_owned();
                    let whole = if said.contains("chunked") { said.ends_with("0\r\n\r\n") } else { said.contains("\r\n\r\n") };
                    if whole {
                        heard.lock().expect("lock").append(&mut bytes);
                        _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive, X-Hop\r\nX-Hop: a\r\n\r\nup").await;
                    }
                }
                heard.lock().expect("lock").append(&mut bytes);
            });
        }
    });
    (url, heard)
}

async fn proxy() -> (Running, Arc<Mutex<Vec<u8>>>) {
    let (url, heard) = upstream().await;
    let behind = Upstream::new(UpstreamSettings::at(url)).expect("a URL");
    (open(Gate::default(), behind, settings(limits())), heard)
}

fn take(heard: &Mutex<Vec<u8>>) -> String {
    String::from_utf8_lossy(&std::mem::take(&mut *heard.lock().expect("lock"))).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_can_be_read_in_two_ways_reaches_nobody() {
    let (door, heard) = proxy().await;
    let smuggled = "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n";
    for odd in [
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "Content-Length: 5\r\nContent-Length: 5\r\n",
        "Content-Length: 5\r\nContent-Length: 0\r\n",
        "Content-Length: 5, 5\r\n",
        "Content-Length: +5\r\n",
        "Content-Length : 5\r\n",
        "Content-Length: 5\n",
        "X: a\nContent-Length: 5\r\n",
        "X: a\r\n Content-Length: 5\r\n",
        "X: a\rContent-Length: 5\r\n",
        "Transfer-Encoding: identity\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding : chunked\r\n",
        "Transfer-Encoding:\u{b}chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        "Host: evil\r\n",
    ] {
        let said = door.say(format!("POST / HTTP/1.1\r\nHost: h\r\n{odd}\r\n0\r\n\r\n{smuggled}")).await;
        assert!(said.starts_with("HTTP/1.1 400 "), "{odd:?}: {said:?}");
        assert_eq!(said.matches("HTTP/1.1").count(), 1, "{odd:?}: {said:?}");
        assert_eq!(take(&heard), "", "{odd:?}");
    }
    let said = door.say(format!("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{smuggled}")).await;
    assert!(said.starts_with("HTTP/1.1 400 ") && take(&heard).is_empty(), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_can_be_read_in_two_ways_is_no_request_for_the_next() {
    let (door, heard) = proxy().await;
    let smuggled = "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n";
    for odd in [
        "1\nx\r\n0\r\n\r\n",
        "1;\nx\r\n0\r\n\r\n",
        "1\r\nxx\r\n0\r\n\r\n",
        "1\r\nx\r\n0\n\n",
        "0x1\r\nx\r\n0\r\n\r\n",
        "1 \r\nx\r\n0\r\n\r\n",
    ] {
        let said =
            door.say(format!("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n{odd}{smuggled}")).await;
        assert!(said.is_empty() || said.starts_with("HTTP/1.1 400 "), "{odd:?}: {said:?}");
        let heard = take(&heard);
        assert!(!heard.contains("smuggled") && !heard.contains("\r\n0\r\n\r\n"), "{odd:?}: {heard:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_on_is_written_anew() {
    let (door, heard) = proxy().await;
    let request = "POST http://shop.example/a?b HTTP/1.1\r\nHost: other\r\nConnection: X-Mine, close\r\nX-Mine: 1\r\nX-Kept: 2\r\n\
        TE: trailers\r\nProxy-Authorization: x\r\nKeep-Alive: 1\r\nX-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\n\
        X-Forwarded-Host: evil\r\nForwarded: for=203.0.113.9\r\nX-Real-IP: 203.0.113.9\r\nTransfer-Encoding: chunked\r\n\r\n\
        3;a=b\r\nabc\r\n0\r\nTrailer: x\r\n\r\n";
    let said = door.say(request).await;
    assert!(said.starts_with("HTTP/1.1 200 ") && said.ends_with("up") && !said.contains("hop"), "{said}");
    let heard = take(&heard).to_ascii_lowercase();
    assert!(heard.starts_with("post /a?b http/1.1\r\n"), "{heard}");
    for there in [
        "x-kept: 2\r\n",
        "\r\nhost: shop.example\r\n",
        "x-forwarded-for: 127.0.0.1\r\n",
        "x-real-ip: 127.0.0.1\r\n",
        "x-forwarded-proto: http\r\n",
        "x-forwarded-host: shop.example\r\n",
        "forwarded: for=127.0.0.1;proto=http;host=\"shop.example\"\r\n",
        "transfer-encoding: chunked\r\n",
        "via: 1.1 tournee\r\n",
        "\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    ] {
        assert_eq!(heard.matches(there).count(), 1, "{there:?} in {heard}");
    }
    for gone in
        ["x-mine", "\r\nte:", "proxy-auth", "keep-alive", "203.0.113.9", "evil", "a=b", "\r\ntrailer", "content-length"]
    {
        assert!(!heard.contains(gone), "{gone:?} in {heard}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn troubles_of_the_upstream_are_problems() {
    let (door, _) = proxy().await;
    let websocket = "GET / HTTP/1.1\r\nHost: h\r\nConnection: upgrade, close\r\nUpgrade: websocket\r\n\r\n";
    assert!(door.say(websocket).await.starts_with("HTTP/1.1 501 "));
    assert!(door.say("CONNECT h:1 HTTP/1.1\r\nHost: h:1\r\n\r\n").await.starts_with("HTTP/1.1 405 "));
    #[expect(clippy::disallowed_methods, reason = "a port at which nobody answers, or nobody listens any more")]
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", silent.local_addr().expect("an address"));
    let at =
        |answer_ms_max| Upstream::new(UpstreamSettings { answer_ms_max, ..UpstreamSettings::at(&url) }).expect("a URL");
    let get = "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    let said = open(Open, at(50), settings(limits())).say(get).await;
    assert!(said.starts_with("HTTP/1.1 504 ") && said.contains("application/problem+json"), "{said}");
    drop(silent);
    let said = open(Open, at(50), settings(limits())).say(get).await;
    assert!(said.starts_with("HTTP/1.1 502 ") && said.contains("\"status\":502"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_to_the_upstream_are_kept() {
    let (door, heard) = proxy().await;
    let mut stream = door.connect().await;
    for n in 0..3 {
        stream.write_all(format!("GET /{n} HTTP/1.1\r\nHost: h\r\n\r\n").as_bytes()).await.expect("written");
        until(&mut stream, "up").await;
    }
    assert_eq!(take(&heard).matches("GET /").count(), 3);
    for odd in ["ftp://h", "http://", "http://h/path", "nonsense"] {
        assert!(Upstream::new(UpstreamSettings::at(odd)).is_err(), "{odd}");
    }
}
