//! Web push to a push service that is a socket: what arrives can be read by the browser it is for and by nobody else, and we
//! are who we say; notices as webhooks beside it, since both hold their keys in the address.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use channels::{
    Channel, Message, Now, Report,
    webhook::{Endpoint, Notices, Options, Secret, Sender},
    webpush::{Settings, Subscription, Urgency, VapidKey, WebPush},
};
use http::HeaderMap;
use p256::{
    SecretKey,
    ecdsa::{Signature, VerifyingKey, signature::Verifier},
    elliptic_curve::sec1::ToEncodedPoint,
};
use serde_json::Value;
use std::{sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use web_push_native::{Auth, decrypt};

const NOW_S: i64 = 1_766_560_000;
const AUTH: [u8; 16] = [9; 16];

fn now() -> Now {
    Arc::new(|| NOW_S)
}

fn sender() -> Sender {
    Sender::new(Options { allow_private: true, timeout: Duration::from_secs(10), ..Options::default() })
        .expect("sender")
}

fn browser() -> SecretKey {
    SecretKey::from_slice(&[3; 32]).expect("a key")
}

fn subscription(endpoint: &str) -> String {
    let key = URL_SAFE_NO_PAD.encode(browser().public_key().to_encoded_point(false));
    let keys = serde_json::json!({ "p256dh": key, "auth": URL_SAFE_NO_PAD.encode(AUTH) });
    serde_json::json!({ "endpoint": endpoint, "expirationTime": null, "keys": keys }).to_string()
}

fn push(canary_to: Option<String>) -> WebPush {
    let key = VapidKey::from_bytes(&[5; 32]).expect("a key");
    let settings = Settings { key, contact: "mailto:ops@status.example".into(), urgency: Urgency::High, canary_to };
    WebPush::new(settings, sender(), now())
}

fn message(to: String) -> Message {
    Message {
        id: "0123456789abcdef0123456789abcdef".into(),
        to,
        lang: "fr",
        subject: "Colissimo 📦".into(),
        text: "Depuis 6 h 24…".into(),
        json: Some(r#"{"type":"incident.update"}"#.into()),
        unsubscribe_url: Some("https://status.example/u".into()),
        in_reply_to: None,
        useful_for: Duration::from_secs(600),
    }
}

#[expect(clippy::disallowed_methods, reason = "the test is the receiver")]
async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/push/abc", listener.local_addr().expect("an address"));
    (listener, url)
}

/// Takes one request and gives one answer.
async fn serve(listener: &TcpListener, answer: &str) -> (String, HeaderMap, Vec<u8>) {
    let (mut stream, _) = listener.accept().await.expect("a caller");
    let mut bytes = Vec::new();
    let (head, body) = loop {
        assert!(stream.read_buf(&mut bytes).await.expect("read") > 0, "the request broke off");
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8(bytes[..end].to_vec()).expect("text");
        let length = head.lines().find_map(|l| l.strip_prefix("content-length: ")).map_or(0, |l| l.parse().expect("n"));
        if bytes.len() >= end + 4 + length {
            break (head, bytes[end + 4..].to_vec());
        }
    };
    stream.write_all(answer.as_bytes()).await.expect("answered");
    stream.shutdown().await.expect("closed");
    let mut lines = head.lines();
    let first = lines.next().expect("a line").to_owned();
    let pair = |line: &str| {
        let (name, value) = line.split_once(": ").expect("a header");
        (name.parse::<http::HeaderName>().expect("a name"), value.parse::<http::HeaderValue>().expect("a value"))
    };
    (first, lines.map(pair).collect(), body)
}

async fn answered(channel: &dyn Channel, make: impl Fn(&str) -> String, answer: &str) -> Report {
    let (listener, url) = listen().await;
    let message = message(make(&url));
    tokio::join!(channel.send(&message), serve(&listener, answer)).0
}

#[tokio::test]
async fn the_browser_reads_it_and_we_are_who_we_say() {
    let (listener, url) = listen().await;
    let (push, message) = (push(None), message(subscription(&url)));
    let (report, (first, headers, body)) =
        tokio::join!(push.send(&message), serve(&listener, "HTTP/1.1 201 Created\r\n\r\n"));
    assert_eq!(report, Report::Accepted { receipt: None });
    assert_eq!(first, "POST /push/abc HTTP/1.1");
    for (name, value) in [("ttl", "600"), ("urgency", "high"), ("content-encoding", "aes128gcm")] {
        assert_eq!(headers[name], value);
    }
    let topic = headers["topic"].to_str().expect("text");
    assert!(topic.len() == 32 && topic.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'), "{topic}");
    assert!(!body.windows(9).any(|nine| nine == b"Colissimo"), "nobody on the way reads it");
    let plain = decrypt(body.clone(), &browser(), &Auth::from(AUTH)).expect("the browser reads it");
    let shown: Value = serde_json::from_slice(&plain).expect("JSON");
    assert_eq!((&shown["title"], &shown["lang"]), (&"Colissimo 📦".into(), &"fr".into()));
    let other = SecretKey::from_slice(&[4; 32]).expect("a key");
    assert!(decrypt(body, &other, &Auth::from(AUTH)).is_err(), "no other does");

    let vapid = headers["authorization"].to_str().expect("text").strip_prefix("vapid ").expect("vapid").to_owned();
    let (token, key) = vapid.split_once(", k=").expect("two parts");
    assert_eq!(key, VapidKey::from_bytes(&[5; 32]).expect("a key").public_text());
    let (signed, signature) = token.strip_prefix("t=").expect("t").rsplit_once('.').expect("a signature");
    let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).expect("base64");
    let key = VerifyingKey::from_sec1_bytes(&bytes(key)).expect("a key");
    key.verify(signed.as_bytes(), &Signature::from_slice(&bytes(signature)).expect("a signature")).expect("ours");
    let claims: Value = serde_json::from_slice(&bytes(signed.split_once('.').expect("claims").1)).expect("JSON");
    assert_eq!(claims["aud"], url.strip_suffix("/push/abc").expect("an origin"));
    assert_eq!((claims["exp"].as_i64(), &claims["sub"]), (Some(NOW_S + 43_200), &"mailto:ops@status.example".into()));
}

#[tokio::test]
async fn a_push_service_that_says_no_is_understood() {
    for (answer, kind) in [
        ("HTTP/1.1 202 Accepted\r\n\r\n", "Accepted"),
        ("HTTP/1.1 404 Not Found\r\n\r\n", "Refused"),
        ("HTTP/1.1 410 Gone\r\n\r\n", "Refused"),
        ("HTTP/1.1 429 Slow\r\n\r\n", "NotNow"),
        ("HTTP/1.1 403 Forbidden\r\n\r\n", "NotNow"),
        ("HTTP/1.1 503 Busy\r\n\r\n", "NotNow"),
        ("", "Unknown"),
    ] {
        let report = format!("{:?}", answered(&push(None), subscription, answer).await);
        assert!(report.starts_with(kind), "{answer:?}: {report}");
    }
    let (listener, url) = listen().await;
    drop(listener);
    assert!(matches!(push(None).send(&message(subscription(&url))).await, Report::NotNow { .. }), "nobody there");
    assert_eq!(push(None).canary().await, Report::Accepted { receipt: None }, "nobody to ask");
    let (listener, url) = listen().await;
    let asked = push(Some(subscription(&url)));
    let (report, (_, headers, _)) = tokio::join!(asked.canary(), serve(&listener, "HTTP/1.1 201 Created\r\n\r\n"));
    assert_eq!((report, &headers["ttl"]), (Report::Accepted { receipt: None }, &"0".parse().expect("a header")));
}

#[tokio::test]
async fn nothing_goes_to_an_inner_address_or_to_what_is_no_subscription() {
    let strict = Sender::new(Options::default()).expect("a sender");
    let key = VapidKey::from_bytes(&[5; 32]).expect("a key");
    let settings = Settings { key, contact: "mailto:a@b.example".into(), urgency: Urgency::High, canary_to: None };
    let push = WebPush::new(settings, strict.clone(), now());
    let hooks = Notices::new(strict, now());
    for url in [
        "http://push.example/",
        "https://127.0.0.1/",
        "https://10.0.0.1/x",
        "https://169.254.169.254/",
        "https://[::1]/",
    ] {
        assert!(matches!(push.send(&message(subscription(url))).await, Report::Refused { .. }), "{url}");
        let endpoint = Endpoint { url: url.into(), secret: Secret::from_bytes(&[1; 32]) };
        assert!(matches!(hooks.send(&message(endpoint.to_address())).await, Report::Refused { .. }), "{url}");
    }
    let good = subscription("https://push.example/x");
    let long = subscription(&format!("https://push.example/{}", "x".repeat(3_000)));
    for bad in ["", "{}", "null", &good.replace("\"p256dh\":\"B", "\"p256dh\":\"C"), &good.replace("CQ\"", "\""), &long]
    {
        assert!(matches!(push.send(&message(bad.to_owned())).await, Report::Refused { .. }), "{bad:.40}");
    }
    let read: Subscription = good.parse().expect("a subscription");
    assert_eq!(read.to_address().parse(), Ok(read.clone()));
    assert_eq!(format!("{read:?}"), "Subscription(…)");
    let huge = Message { text: "é".repeat(5_000), ..message(good) };
    assert!(matches!(push.send(&huge).await, Report::NotNow { .. }));
}

#[tokio::test]
async fn a_program_is_told_signed() {
    let (listener, url) = listen().await;
    let hooks = Notices::new(sender(), now());
    let endpoint = Endpoint { url, secret: Secret::from_bytes(&[1; 32]) };
    let message = message(endpoint.to_address());
    let (report, (_, headers, body)) =
        tokio::join!(hooks.send(&message), serve(&listener, "HTTP/1.1 204 No Content\r\n\r\n"));
    assert_eq!(report, Report::Delivered);
    assert_eq!(
        (&headers["webhook-id"], &body[..]),
        (&message.id.parse().expect("a header"), &br#"{"type":"incident.update"}"#[..])
    );
    let hook = standardwebhooks::Webhook::new(endpoint.secret.as_str()).expect("a secret");
    let good = hook.sign(&message.id, NOW_S, &body).expect("signed");
    assert_eq!(headers["webhook-signature"], good);
    let to = |url: &str| Endpoint { url: url.into(), secret: Secret::from_bytes(&[1; 32]) }.to_address();
    for (answer, kind) in [
        ("HTTP/1.1 410 Gone\r\n\r\n", "Refused"),
        ("HTTP/1.1 404 Not Found\r\n\r\n", "NotNow"),
        ("HTTP/1.1 500 Broken\r\n\r\n", "NotNow"),
        ("", "Unknown"),
    ] {
        let report = format!("{:?}", answered(&hooks, to, answer).await);
        assert!(report.starts_with(kind) && !report.contains("127.0.0.1"), "{answer:?}: {report}");
    }
    assert!(matches!(hooks.send(&self::message("https://shop.example".into())).await, Report::Refused { .. }));
}

#[test]
fn our_key_reads_back_and_is_never_shown() {
    let key = VapidKey::from_bytes(&[5; 32]).expect("a key");
    let again: VapidKey = key.to_text().parse().expect("a key");
    assert_eq!(again.public_text(), key.public_text());
    assert_eq!(URL_SAFE_NO_PAD.decode(key.public_text()).map(|bytes| (bytes.len(), bytes[0])), Ok((65, 4)));
    assert_eq!(format!("{key:?}"), "VapidKey(…)");
    assert!(VapidKey::from_bytes(&[0; 32]).is_err() && "x".parse::<VapidKey>().is_err());
}
