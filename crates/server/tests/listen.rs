//! The socket: bounds on what a slow client may take, and an orderly end.

mod support;

use edge::GuardSettings;
use std::net::SocketAddr;
use support::{World, door};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::oneshot,
};

/// Serves while the client runs, then stops and waits for the end.
async fn serving<T>(settings: GuardSettings, client: impl AsyncFnOnce(SocketAddr, oneshot::Sender<()>) -> T) -> T {
    let world = World::new().await;
    let listener = door::bind();
    let address = listener.local_addr();
    let (stop, stopped) = oneshot::channel();
    let serve = door::serve(&world, listener, &settings, async {
        stopped.await.ok();
    });
    tokio::join!(client(address, stop), serve).0
}

async fn answer(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).await.expect("an end");
    text
}

#[tokio::test]
async fn a_request_is_answered_and_the_server_ends() {
    let text = serving(GuardSettings::default(), async |address, stop| {
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.expect("sent");
        let text = answer(&mut stream).await;
        drop(stop);
        text
    });
    assert!(text.await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_head_that_never_ends_is_cut_and_one_place_serves_the_next() {
    let mut settings = GuardSettings::default();
    (settings.limits.head_ms_max, settings.limits.connections_count_max) = (50, 1);
    let text = serving(settings, async |address, stop| {
        let mut slow = TcpStream::connect(address).await.expect("a connection");
        slow.write_all(b"GET /healthz HTTP/1.1\r\nhost:").await.expect("sent");
        let mut next = TcpStream::connect(address).await.expect("a connection");
        next.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.expect("sent");
        let text = answer(&mut next).await;
        // However it is cut: by an end, or by a reset where its bytes were not read yet.
        let mut said = Vec::new();
        let _ = slow.read_to_end(&mut said).await;
        assert!(!String::from_utf8_lossy(&said).contains("200 OK"));
        drop(stop);
        text
    });
    assert!(text.await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_kept_connection_does_not_hold_up_the_end() {
    serving(GuardSettings::default(), async |address, stop| {
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("sent");
        let mut first = [0; 15];
        stream.read_exact(&mut first).await.expect("an answer");
        drop(stop);
        answer(&mut stream).await;
    })
    .await;
}
