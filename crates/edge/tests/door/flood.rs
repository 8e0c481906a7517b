//! HTTP/2 by hand: frames that no client sends, and an innocent beside them.

use crate::support::{Gate, Running, at_once, limits, open, settings, to_end, work};
use edge::{Cut, Limits, Open};
use http_body_util::BodyExt;
use tokio::{io::AsyncWriteExt, net::TcpStream};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const PRIORITY: u8 = 2;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;
const CONTINUATION: u8 = 9;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
/// `:method: GET`, `:scheme: http`, `:path: /`, by the static table (RFC 7541, appendix A).
const GET: &[u8] = &[0x82, 0x86, 0x84];
const POST: &[u8] = &[0x83, 0x86, 0x84];

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let [.., a, b, c] = payload.len().to_be_bytes();
    [&[a, b, c, kind, flags][..], &stream.to_be_bytes(), payload].concat()
}

/// A field that is not kept, with a name of its own.
fn field(name: &str, value: &str) -> Vec<u8> {
    let short = |text: &str| u8::try_from(text.len()).expect("short");
    [&[0, short(name)][..], name.as_bytes(), &[short(value)], value.as_bytes()].concat()
}

fn head(method: &[u8], fields: &[(&str, &str)]) -> Vec<u8> {
    let fields = fields.iter().flat_map(|(name, value)| field(name, value));
    method.iter().copied().chain(field(":authority", "h")).chain(fields).collect()
}

fn begin() -> Vec<u8> {
    [PREFACE, &frame(SETTINGS, 0, 0, &[])].concat()
}

/// Sends a flood until the door has enough of it, and sees that an innocent is served.
async fn endures(door: &Running, flood: impl IntoIterator<Item = Vec<u8>>) {
    let (mut read, mut write) = door.connect().await.into_split();
    let written = async {
        _ = write.write_all(&begin()).await;
        for bytes in flood {
            if write.write_all(&bytes).await.is_err() {
                break;
            }
        }
    };
    let ended = async {
        _ = tokio::io::AsyncReadExt::read_to_end(&mut read, &mut Vec::new()).await;
    };
    tokio::join!(written, ended);
    assert!(door.serves().await);
}

fn streams() -> impl Iterator<Item = u32> {
    (1..2_000_000).step_by(2)
}

#[tokio::test(flavor = "multi_thread")]
async fn rapid_reset() {
    let door = open(Open, at_once(), settings(limits()));
    let request = head(GET, &[]);
    let flood = streams().map(|n| {
        let reset = frame(RST_STREAM, 0, n, &8_u32.to_be_bytes());
        [frame(HEADERS, END_HEADERS | END_STREAM, n, &request), reset].concat()
    });
    endures(&door, flood).await;
    assert!(door.counts.requests()[1] < 1_100, "{:?}", door.counts.requests());
}

#[tokio::test(flavor = "multi_thread")]
async fn continuation_without_end() {
    let door = open(Open, at_once(), settings(limits()));
    let first = frame(HEADERS, END_STREAM, 1, &head(GET, &[]));
    let rest = std::iter::repeat_with(|| frame(CONTINUATION, 0, 1, &field("x", "y")));
    endures(&door, std::iter::once(first).chain(rest)).await;
    // Whether the library or the count of frames had enough first depends on how the bytes were read.
    assert_eq!(door.counts.requests()[1], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_million_fields() {
    let door = open(Open, at_once(), settings(limits()));
    let fields = field("x", "y").repeat(3_000);
    let first = frame(HEADERS, END_STREAM, 1, &head(GET, &[]));
    let rest = (0..334).map(|_| frame(CONTINUATION, 0, 1, &fields));
    endures(&door, std::iter::once(first).chain(rest)).await;
    // The same by reference: one field is kept once, and named a million times in a byte each.
    let kept = [&[0x40, 1][..], b"x", &[100], &[b'y'; 100]].concat();
    let named = [&head(GET, &[])[..], &kept, &[0xbe; 16_000]].concat();
    endures(
        &door,
        streams()
            .map(|n| frame(HEADERS, END_STREAM | END_HEADERS, n, &named))
            .take(63)
            .chain(std::iter::once(frame(GOAWAY, 0, 0, &[0; 8]))),
    )
    .await;
    assert!(door.counts.requests()[1] == 0, "{:?}", door.counts.requests());
    assert!(door.say(format!("GET / HTTP/1.1\r\nHost: h\r\n{}", "X: y\r\n".repeat(1_000_000))).await.contains(" 431 "));
    assert!(door.serves().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_without_work() {
    let door = open(Open, at_once(), settings(limits()));
    let opened = frame(HEADERS, END_HEADERS, 1, &head(POST, &[]));
    for (n, idle) in [
        frame(PING, 0, 0, &[0; 8]),
        frame(SETTINGS, 0, 0, &[]),
        frame(WINDOW_UPDATE, 0, 0, &1_u32.to_be_bytes()),
        frame(PRIORITY, 0, 3, &[0, 0, 0, 0, 9]),
        frame(200, 0, 0, &[]),
    ]
    .into_iter()
    .enumerate()
    {
        endures(&door, std::iter::repeat_with(|| idle.clone())).await;
        assert_eq!(door.counts.cut_for(Cut::Frames), n as u64 + 1);
    }
    let waits = work(|request: http::Request<edge::Inbound>| async {
        _ = request.into_body().collect().await;
        crate::support::text("ok")
    });
    let door = open(Open, waits, settings(limits()));
    let small = std::iter::repeat_with(|| frame(DATA, 0, 1, b"x"));
    endures(&door, std::iter::once(opened).chain(small)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_that_never_opens() {
    let door = open(Gate::default(), at_once(), settings(Limits { stall_ms_max: 100, ..limits() }));
    let closed = frame(SETTINGS, 0, 0, &[0, 4, 0, 0, 0, 0]);
    for path in ["/memory", "/"] {
        let before = door.counts.cut_for(Cut::SlowReader);
        let mut stream = door.connect().await;
        let request = [&[0x82, 0x86][..], &field(":path", path), &field(":authority", "h")].concat();
        let bytes = [PREFACE, &closed, &frame(HEADERS, END_HEADERS | END_STREAM, 1, &request)].concat();
        stream.write_all(&bytes).await.expect("written");
        to_end(&mut stream).await;
        assert_eq!(door.counts.cut_for(Cut::SlowReader), before + 1, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_in_parts_has_the_deadline() {
    let door = open(Open, at_once(), settings(Limits { head_ms_max: 100, ..limits() }));
    let mut stream = door.connect().await;
    stream.write_all(&[begin(), frame(HEADERS, END_STREAM, 1, GET)].concat()).await.expect("written");
    to_end(&mut stream).await;
    assert_eq!(door.counts.cut_for(Cut::SlowHead), 1);
}

/// What comes of one request by HTTP/2 with these fields and this body.
async fn asked(door: &Running, method: &[u8], fields: &[(&str, &str)], body: &[u8]) -> String {
    let request = head(method, fields);
    let sent = [begin(), frame(HEADERS, END_HEADERS, 1, &request), frame(DATA, END_STREAM, 1, body)].concat();
    let mut stream: TcpStream = door.connect().await;
    stream.write_all(&[sent, frame(GOAWAY, 0, 0, &[0; 8])].concat()).await.expect("written");
    to_end(&mut stream).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_http2_may_not_carry_reaches_nobody() {
    let waits = work(|request: http::Request<edge::Inbound>| async {
        let whole = request.into_body().collect().await;
        crate::support::text(whole.map_or("cut", |_| "whole"))
    });
    let door = open(Open, waits, settings(limits()));
    assert!(asked(&door, POST, &[("x", "y")], b"abc").await.contains("whole"));
    let refused: &[&[(&str, &str)]] = &[
        &[("transfer-encoding", "chunked")],
        &[("connection", "close")],
        &[("keep-alive", "1")],
        &[("upgrade", "websocket")],
        &[("x", "a\r\nHost: evil")],
        &[("x", "a\nb")],
        &[("x\r\ny", "a")],
        &[("Upper", "a")],
        &[("host", "evil")],
        &[("host", "h"), ("host", "h")],
        &[("content-length", "2")],
        &[("content-length", "9")],
        &[(":path", "/other")],
        &[("x", "y"), (":method", "GET")],
    ];
    for fields in refused {
        let said = asked(&door, POST, fields, b"abc").await;
        assert!(!said.contains("whole"), "{fields:?}: {said:?}");
    }
    assert!(door.serves().await);
}
