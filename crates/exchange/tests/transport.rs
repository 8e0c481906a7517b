//! The transport over real sockets: how far each call got, in every way in which a call can go wrong.
//!
//! Each test is a script of two sides that run together on one thread; nothing sleeps, and only deadlines that are
//! meant to pass take time.

use bytes::Bytes;
use exchange::{
    BadTransport, Broken, Exchange, HttpOptions, HttpTransport, OnSent, Reached, Request, Transport, probe,
};
use http::{Method, Uri, header};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Notify,
};

/// Longer than any call that is to end by itself.
const PLENTY: Duration = Duration::from_secs(20);
/// The deadline of a call that is to run out of time.
const SHORT: Duration = Duration::from_millis(60);
/// More than the sockets of both sides hold, so that a peer that does not read stops the writer.
const BODY_OVERFLOWS: usize = 32 * 1024 * 1024;

const GOOD: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nretry-after: 7\r\ncontent-length: 4\r\n\r\ndone";

#[expect(clippy::disallowed_methods, reason = "the other side of these tests")]
async fn listen() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.expect("a free port")
}

fn transport(listener: &TcpListener, options: HttpOptions) -> HttpTransport {
    let base = format!("http://{}/prefix/", listener.local_addr().expect("an address"));
    HttpTransport::new(base.parse().expect("a URI"), options).expect("a transport")
}

fn request(body: impl Into<Bytes>) -> Request {
    let headers = vec![(header::CONTENT_TYPE, "text/plain".to_owned())];
    Request { method: Method::POST, path_and_query: "/path?a=b".to_owned(), headers, body: body.into() }
}

/// Counts how often the last byte was said to be sent.
fn sent() -> (Arc<AtomicU32>, OnSent) {
    let count = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&count);
    (count, Box::new(move || _ = counter.fetch_add(1, Ordering::SeqCst)))
}

/// One call of the client against this script of the other side, and how often `on_sent` was called.
async fn play<T, F: Future<Output = T>>(
    body: impl Into<Bytes>,
    deadline: Duration,
    options: HttpOptions,
    peer: impl FnOnce(TcpListener) -> F,
) -> (Exchange, u32) {
    let listener = listen().await;
    let transport = transport(&listener, options);
    let (count, on_sent) = sent();
    // What the script returns (a stream, say) lives until the call has ended.
    let (exchange, _held) = tokio::join!(transport.exchange(request(body), deadline, on_sent), peer(listener));
    (exchange, count.load(Ordering::SeqCst))
}

async fn accept(listener: &TcpListener) -> TcpStream {
    listener.accept().await.expect("a caller").0
}

/// Reads one request: its head, and as much body as it says.
async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut read = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|l| l.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |l| l.parse().expect("a length")) {
                return text;
            }
        }
        assert_ne!(stream.read_buf(&mut read).await.expect("more"), 0, "the request ended early");
    }
}

async fn answer(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), bytes: &[u8]) -> String {
    let read = read_request(stream).await;
    stream.write_all(bytes).await.expect("the caller listens");
    stream.flush().await.expect("the caller listens");
    read
}

/// Holds the connection open until the other side closes it.
async fn until_closed(mut stream: TcpStream) {
    let mut rest = [0; 4096];
    while stream.read(&mut rest).await.is_ok_and(|n| n > 0) {}
}

#[tokio::test]
async fn a_whole_exchange() {
    let (exchange, sent) = play("hello", PLENTY, HttpOptions::default(), |listener| async move {
        let read = answer(&mut accept(&listener).await, GOOD).await;
        let (head, body) = read.split_once("\r\n\r\n").expect("head and body");
        assert!(head.starts_with("POST /prefix/path?a=b HTTP/1.1\r\n"), "{head}");
        assert!(head.contains(&format!("host: {}", listener.local_addr().expect("an address"))), "{head}");
        assert!(head.contains("content-type: text/plain") && body == "hello", "{head}");
    })
    .await;
    let response = exchange.result.expect("an answer");
    assert_eq!(
        (response.status, response.content_type.as_str(), &response.body[..]),
        (200, "text/plain", &b"done"[..])
    );
    assert_eq!((response.retry_after, exchange.reached, sent), (Some(Duration::from_secs(7)), Reached::FirstByte, 1));
}

#[tokio::test]
async fn on_sent_comes_before_the_answer() {
    let listener = listen().await;
    let transport = transport(&listener, HttpOptions::default());
    let (count, on_sent) = sent();
    let peer = async {
        let mut stream = accept(&listener).await;
        read_request(&mut stream).await;
        assert_eq!(count.load(Ordering::SeqCst), 1);
        stream.write_all(GOOD).await.expect("the caller listens");
    };
    let (exchange, ()) = tokio::join!(transport.exchange(request("x"), PLENTY, on_sent), peer);
    assert!(exchange.result.is_ok());
}

#[tokio::test]
async fn a_connection_is_used_again_and_counted_anew() {
    let listener = listen().await;
    let transport = transport(&listener, HttpOptions::default());
    let peer = async {
        let mut stream = accept(&listener).await;
        for _ in 0..3 {
            answer(&mut stream, GOOD).await;
        }
        read_request(&mut stream).await;
    };
    let client = async {
        for nth in 0..3 {
            let (count, on_sent) = sent();
            let exchange = transport.exchange(request("x"), PLENTY, on_sent).await;
            assert!(exchange.result.is_ok() && count.load(Ordering::SeqCst) == 1);
            assert_eq!(exchange.kept, nth > 0);
        }
        let (count, on_sent) = sent();
        let exchange = transport.exchange(request("x"), PLENTY, on_sent).await;
        assert_eq!((exchange.reached, exchange.result), (Reached::WholeRequest, Err(Broken::Cut)));
        assert!(exchange.kept && count.load(Ordering::SeqCst) == 1);
    };
    tokio::join!(client, async {
        peer.await;
    });
}

/// How many connections two calls in a row take.
async fn connections_of_two_calls(options: HttpOptions, first_answer: &'static [u8], close_first: bool) -> u32 {
    let listener = listen().await;
    let transport = transport(&listener, options);
    let (accepted, kept_by_client) = (AtomicU32::new(0), Notify::new());
    let peer = async {
        let mut first = accept(&listener).await;
        accepted.fetch_add(1, Ordering::SeqCst);
        answer(&mut first, first_answer).await;
        kept_by_client.notified().await;
        let kept = Some(first).filter(|_| !close_first);
        let mut stream = tokio::select! {
            stream = accept(&listener) => { accepted.fetch_add(1, Ordering::SeqCst); stream }
            stream = async { let s = kept.expect("open"); s.readable().await.expect("readable"); s }, if !close_first => stream,
        };
        answer(&mut stream, GOOD).await;
    };
    let client = async {
        assert!(transport.exchange(request("1"), PLENTY, Box::new(|| ())).await.result.is_ok());
        kept_by_client.notify_one();
        round_trip().await;
        let second = transport.exchange(request("2"), PLENTY, Box::new(|| ())).await;
        assert!(second.result.is_ok(), "{second:?}");
    };
    tokio::join!(peer, client);
    accepted.load(Ordering::SeqCst)
}

/// A byte through sockets of its own: what the other side did before has been noticed when it is back.
async fn round_trip() {
    let listener = listen().await;
    let address = listener.local_addr().expect("an address");
    for _ in 0..3 {
        let (mut near, mut far) =
            tokio::join!(async { TcpStream::connect(address).await.expect("open") }, accept(&listener));
        near.write_all(b"x").await.expect("open");
        far.read_u8().await.expect("a byte");
    }
}

#[tokio::test]
async fn a_connection_that_was_closed_or_is_too_old_is_not_used() {
    const LAST: &[u8] = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
    let options = HttpOptions::default;
    assert_eq!(connections_of_two_calls(options(), GOOD, false).await, 1);
    assert_eq!(connections_of_two_calls(options(), GOOD, true).await, 2);
    assert_eq!(connections_of_two_calls(options(), LAST, true).await, 2);
    let never_kept = HttpOptions { idle_max: 0, ..options() };
    assert_eq!(connections_of_two_calls(never_kept, GOOD, true).await, 2);
    let too_old = HttpOptions { idle_for: Duration::ZERO, ..options() };
    assert_eq!(connections_of_two_calls(too_old, GOOD, true).await, 2);
}

#[tokio::test]
async fn nobody_listens() {
    let gone = listen().await.local_addr().expect("an address");
    let to: Uri = format!("http://{gone}").parse().expect("a URI");
    let transport = HttpTransport::new(to.clone(), HttpOptions::default());
    let exchange = transport.expect("a transport").exchange(request("x"), PLENTY, Box::new(|| ())).await;
    assert_eq!((exchange.reached, exchange.result), (Reached::Named, Err(Broken::NoConnection)));
    assert_eq!(probe(to, PLENTY).await.reached, Reached::Named);
}

#[tokio::test]
async fn a_name_that_nobody_has() {
    // RFC 6761 keeps this name from ever being anybody's.
    let to = Uri::from_static("http://nobody.invalid");
    let transport = HttpTransport::new(to.clone(), HttpOptions::default()).expect("a transport");
    let exchange = transport.exchange(request("x"), PLENTY, Box::new(|| ())).await;
    assert_eq!((exchange.reached, exchange.result), (Reached::Nothing, Err(Broken::NoConnection)));
    assert_eq!(probe(to, PLENTY).await.reached, Reached::Nothing);
}

#[tokio::test]
async fn a_probe_connects_and_says_nothing() {
    let listener = listen().await;
    let to = format!("http://localhost:{}", listener.local_addr().expect("an address").port());
    let heard = async {
        let mut all = Vec::new();
        let _ = accept(&listener).await.read_to_end(&mut all).await;
        all
    };
    let (probed, heard) = tokio::join!(probe(to.parse().expect("a URI"), PLENTY), heard);
    assert_eq!((probed.reached, heard), (Reached::Taken, Vec::new()));
}

#[tokio::test]
async fn a_request_that_http_cannot_say_is_not_sent() {
    let listener = listen().await;
    let transport = transport(&listener, HttpOptions::default());
    let mut bad = request("x");
    bad.headers.push((header::ACCEPT, "a\nb".to_owned()));
    let exchange = transport.exchange(bad, PLENTY, Box::new(|| ())).await;
    assert_eq!((exchange.reached, exchange.result), (Reached::Nothing, Err(Broken::NoConnection)));
}

#[tokio::test]
async fn a_carrier_that_reads_and_says_nothing() {
    let (exchange, sent) = play("x", SHORT, HttpOptions::default(), |listener| async move {
        let mut stream = accept(&listener).await;
        read_request(&mut stream).await;
        until_closed(stream).await;
    })
    .await;
    assert_eq!((exchange.reached, exchange.result, sent), (Reached::WholeRequest, Err(Broken::TimedOut), 1));
    assert!(exchange.elapsed >= SHORT);
}

#[tokio::test]
async fn a_carrier_that_reads_and_hangs_up() {
    let (exchange, sent) = play("x", PLENTY, HttpOptions::default(), |listener| async move {
        read_request(&mut accept(&listener).await).await;
    })
    .await;
    assert_eq!((exchange.reached, exchange.result, sent), (Reached::WholeRequest, Err(Broken::Cut), 1));
}

#[tokio::test]
async fn a_carrier_that_does_not_read() {
    let (exchange, sent) = play(vec![0; BODY_OVERFLOWS], SHORT, HttpOptions::default(), |listener| async move {
        let stream = accept(&listener).await;
        stream.readable().await.expect("the caller writes");
        stream
    })
    .await;
    assert_eq!((exchange.reached, exchange.result, sent), (Reached::PartOfRequest, Err(Broken::TimedOut), 0));
}

#[tokio::test]
async fn a_reset_while_sending() {
    let (exchange, sent) = play(vec![0; BODY_OVERFLOWS], PLENTY, HttpOptions::default(), |listener| async move {
        let mut stream = accept(&listener).await;
        stream.read_u8().await.expect("the caller writes");
        // What was not read makes closing a reset.
    })
    .await;
    assert_eq!((exchange.reached, exchange.result, sent), (Reached::PartOfRequest, Err(Broken::Cut), 0));
}

#[tokio::test]
async fn an_answer_that_is_cut_or_hangs_is_kept_as_far_as_it_came() {
    const HALF: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: a/b\r\ncontent-length: 100\r\n\r\nhalf of it";
    const CHUNK: &[u8] =
        b"HTTP/1.1 200 OK\r\ncontent-type: a/b\r\ntransfer-encoding: chunked\r\n\r\na\r\nhalf of it\r\n";
    for bytes in [HALF, CHUNK] {
        for (deadline, hangs) in [(PLENTY, false), (SHORT, true)] {
            let (exchange, sent) = play("x", deadline, HttpOptions::default(), |listener| async move {
                let mut stream = accept(&listener).await;
                answer(&mut stream, bytes).await;
                if hangs {
                    until_closed(stream).await;
                }
            })
            .await;
            let Err(Broken::AnswerCut(partial)) = exchange.result else { panic!("cut: {exchange:?}") };
            assert_eq!(
                (partial.status, partial.content_type.as_str(), &partial.body[..]),
                (200, "a/b", &b"half of it"[..])
            );
            assert_eq!((exchange.reached, sent), (Reached::FirstByte, 1));
        }
    }
}

#[tokio::test]
async fn a_head_that_is_cut_or_no_head() {
    for bytes in [&b"HTTP/1.1 200 OK\r\ncontent-le"[..], b"\x15\x03\x01 what", b"SSH-2.0-x\r\n"] {
        let (exchange, _) = play("x", PLENTY, HttpOptions::default(), |listener| async move {
            answer(&mut accept(&listener).await, bytes).await;
        })
        .await;
        assert_eq!((exchange.reached, exchange.result), (Reached::FirstByte, Err(Broken::Cut)));
    }
}

#[tokio::test]
async fn an_answer_that_is_too_large() {
    const LENGTH: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n";
    const CHUNKS: &[u8] = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n8\r\n12345678\r\n8\r\n12345678\r\n";
    for bytes in [LENGTH, CHUNKS] {
        let options = HttpOptions { body_bytes_max: 10, ..HttpOptions::default() };
        let (exchange, _) = play("x", PLENTY, options, |listener| async move {
            let mut stream = accept(&listener).await;
            answer(&mut stream, bytes).await;
            until_closed(stream).await;
        })
        .await;
        assert_eq!((exchange.reached, exchange.result), (Reached::FirstByte, Err(Broken::TooLarge)));
    }
}

#[tokio::test]
async fn over_tls_a_private_authority_is_trusted_when_it_is_given() {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
    let key =
        tokio_rustls::rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("protocols")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .expect("a server");
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    for (roots_pem, trusted) in [(Some(made.cert.pem()), true), (None, false)] {
        let listener = listen().await;
        let base = format!("https://localhost:{}", listener.local_addr().expect("an address").port());
        let options = HttpOptions { roots_pem, ..HttpOptions::default() };
        let transport = HttpTransport::new(base.parse().expect("a URI"), options).expect("a transport");
        let peer = async {
            if let Ok(mut stream) = acceptor.accept(accept(&listener).await).await {
                answer(&mut stream, GOOD).await;
            }
        };
        let (count, on_sent) = sent();
        let (exchange, ()) = tokio::join!(transport.exchange(request("x"), PLENTY, on_sent), peer);
        let expected = if trusted { (Reached::FirstByte, 1) } else { (Reached::Taken, 0) };
        assert_eq!((exchange.reached, count.load(Ordering::SeqCst)), expected);
        assert_eq!(exchange.result.is_ok(), trusted);
    }
}

#[test]
fn a_bad_configuration_is_refused_in_words() {
    let make = |base: &str, roots_pem: Option<&str>| {
        let options = HttpOptions { roots_pem: roots_pem.map(str::to_owned), ..HttpOptions::default() };
        HttpTransport::new(base.parse().expect("a URI"), options).map(|_| ())
    };
    for base in ["/path", "ftp://a.example", "http://user:hush@a.example"] {
        assert_eq!(make(base, None), Err(BadTransport::Base), "{base}");
    }
    assert!(matches!(make("https://a.example", Some("nothing")), Err(BadTransport::Roots(_))));
    assert_eq!(make("https://a.example:8443/with/prefix", None), Ok(()));
}
