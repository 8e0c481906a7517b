//! Messages to a real socket: what arrives, who can verify it, what is made of every kind of answer.

use base64::Engine;
use channels::webhook::{BoxFuture, Failure, Message, Options, Resolve, Secret, Sender};
use http::{HeaderMap, HeaderName, HeaderValue};
use standardwebhooks::Webhook;
use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::{Duration, SystemTime},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
};

fn secret(byte: u8) -> Secret {
    Secret::from_bytes(&[byte; 32])
}

fn sender(options: Options) -> Sender {
    Sender::new(Options { allow_private: true, ..options }).expect("a sender")
}

#[expect(clippy::disallowed_methods, reason = "the verifier reads the machine's clock too")]
fn message(url: String, secrets: Vec<Secret>) -> Message {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970");
    let at_s = i64::try_from(since.as_secs()).expect("a time");
    Message { url, id: "evt_1".into(), at_s, body: r#"{"type":"webhook.ping"}"#.into(), secrets }
}

#[expect(clippy::disallowed_methods, reason = "the test is the receiver")]
async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/hook?shop=1", listener.local_addr().expect("an address"));
    (listener, url)
}

/// Reads one request, head and body, and answers it.
async fn receive<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, answer: &str) -> (String, HeaderMap, Vec<u8>) {
    let mut bytes = Vec::new();
    let (head, length) = loop {
        let read = stream.read_buf(&mut bytes).await.expect("read");
        assert!(read > 0, "the request broke off");
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8(bytes[..end].to_vec()).expect("text");
        let length = head.lines().find_map(|l| l.strip_prefix("content-length: ")).map_or(0, |l| l.parse().expect("n"));
        if bytes.len() >= end + 4 + length {
            break (head, length);
        }
    };
    stream.write_all(answer.as_bytes()).await.expect("answered");
    stream.shutdown().await.expect("closed");
    let mut lines = head.lines();
    let first = lines.next().expect("a line").to_owned();
    let pair = |line: &str| {
        let (name, value) = line.split_once(": ").expect("a header");
        (name.parse::<HeaderName>().expect("a name"), value.parse::<HeaderValue>().expect("a value"))
    };
    (first, lines.map(pair).collect(), bytes[bytes.len() - length..].to_vec())
}

async fn answered(answer: &str) -> channels::webhook::Report {
    let (listener, url) = listen().await;
    let sender = sender(Options { timeout: Duration::from_secs(5), ..Options::default() });
    let message = message(url, vec![secret(1)]);
    let receiver = async { receive(listener.accept().await.expect("a caller").0, answer).await };
    tokio::join!(sender.send(&message), receiver).0
}

#[tokio::test]
async fn a_message_arrives_signed_and_can_be_verified() {
    let (listener, url) = listen().await;
    let (sender, message) = (sender(Options::default()), message(url, vec![secret(1)]));
    let receiver =
        async { receive(listener.accept().await.expect("a caller").0, "HTTP/1.1 204 No Content\r\n\r\n").await };
    let (report, (first, headers, body)) = tokio::join!(sender.send(&message), receiver);
    assert!(report.is_delivered(), "{report:?}");
    assert_eq!(first, "POST /hook?shop=1 HTTP/1.1");
    assert_eq!(headers["webhook-id"], "evt_1");
    assert_eq!(headers["content-type"], "application/json");
    let good = Webhook::new(secret(1).as_str()).expect("a secret").verify(&body, &headers);
    assert!(good.is_ok(), "{good:?}");
    assert!(Webhook::new(secret(2).as_str()).expect("a secret").verify(&body, &headers).is_err(), "another secret");
    assert!(Webhook::new(secret(1).as_str()).expect("a secret").verify(b"{}", &headers).is_err(), "another body");
}

#[tokio::test]
async fn while_a_secret_is_replaced_both_verify() {
    let (listener, url) = listen().await;
    let (sender, message) = (sender(Options::default()), message(url, vec![secret(2), secret(1)]));
    let receiver = async { receive(listener.accept().await.expect("a caller").0, "HTTP/1.1 200 OK\r\n\r\n").await };
    let (_, (_, headers, body)) = tokio::join!(sender.send(&message), receiver);
    for byte in [1, 2] {
        let verified = Webhook::new(secret(byte).as_str()).expect("a secret").verify(&body, &headers);
        assert!(verified.is_ok(), "{byte}: {verified:?}");
    }
}

#[tokio::test]
async fn every_kind_of_answer_is_told_apart() {
    let redirect = answered("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\n\r\n").await;
    assert_eq!((redirect.result, redirect.is_delivered()), (Ok(302), false), "nobody follows");
    assert!(answered("HTTP/1.1 410 Gone\r\n\r\n").await.is_gone());
    let later = answered("HTTP/1.1 503 Busy\r\nretry-after: 120\r\n\r\n").await;
    assert_eq!((later.result, later.retry_after), (Ok(503), Some(Duration::from_secs(120))));
    assert_eq!(answered("SSH-2.0-OpenSSH_9.6\r\n").await.result, Err(Failure::NotHttp));
    assert_eq!(answered("").await.result, Err(Failure::Cut));
    let endless = format!("HTTP/1.1 200 OK\r\nx: {}", "a".repeat(64 << 10));
    assert!(answered(&endless).await.result.is_err(), "the head of an answer has a bound");
}

#[tokio::test]
async fn who_does_not_answer_or_listen_is_not_waited_for() {
    let (listener, url) = listen().await;
    let quick = sender(Options { timeout: Duration::from_millis(50), ..Options::default() });
    let report = quick.send(&message(url.clone(), vec![secret(1)])).await;
    assert_eq!(report.result, Err(Failure::NoAnswer));
    drop(listener);
    let report = sender(Options::default()).send(&message(url, vec![secret(1)])).await;
    assert_eq!(report.result, Err(Failure::NoConnection));
}

/// Every name is this machine.
struct Here;

impl Resolve for Here {
    fn resolve<'a>(&'a self, _: &'a str, port: u16) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>> {
        Box::pin(async move { Ok(vec![(Ipv4Addr::LOCALHOST, port).into()]) })
    }
}

#[tokio::test]
async fn over_tls_the_certificate_is_the_names_and_the_address_the_judged_one() {
    let made = rcgen::generate_simple_self_signed(vec!["shop.example".to_owned()]).expect("a certificate");
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("a key");
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("protocols")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .expect("a server");
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    for (roots_pem, host, trusted) in [
        (Some(made.cert.pem()), "shop.example", true),
        (Some(made.cert.pem()), "other.example", false),
        (None, "shop.example", false),
    ] {
        let (listener, _) = listen().await;
        let url = format!("https://{host}:{}/", listener.local_addr().expect("an address").port());
        let options = Options { roots_pem, allow_private: true, ..Options::default() };
        let sender = Sender::with_resolver(options, Arc::new(Here)).expect("a sender");
        let receiver = async {
            let (stream, _) = listener.accept().await.expect("a caller");
            if let Ok(stream) = acceptor.accept(stream).await {
                receive(stream, "HTTP/1.1 200 OK\r\n\r\n").await;
            }
        };
        let message = message(url, vec![secret(1)]);
        let (report, ()) = tokio::join!(sender.send(&message), receiver);
        assert_eq!(report.result, if trusted { Ok(200) } else { Err(Failure::Tls) }, "{host}");
    }
}

#[test]
fn certificates_and_secrets_are_what_they_claim_to_be() {
    let bytes = base64::engine::general_purpose::STANDARD.decode(&secret(1).as_str()[6..]).expect("base64");
    assert_eq!(bytes, [1; 32]);
    assert!(Sender::new(Options { roots_pem: Some("none".into()), ..Options::default() }).is_err());
}
