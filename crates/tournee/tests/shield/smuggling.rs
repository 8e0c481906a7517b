//! Requests that one server reads as one and another as two: what reaches the server behind is one, or nothing.

use crate::{
    door::Door,
    floods::{begin, field, frame},
};
use std::{
    io::{Read, Write},
    net::TcpStream,
};

const HIDDEN: &str = "GET /hidden HTTP/1.1\r\nHost: h\r\n\r\n";

/// What comes back until the connection ends.
fn said(door: &Door, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(&door.addr).expect("connected");
    // A door that has heard enough closes before all is written.
    let _ = stream.write_all(bytes);
    let mut said = Vec::new();
    let _ = stream.read_to_end(&mut said);
    String::from_utf8_lossy(&said).into_owned()
}

#[test]
fn from_http_1_nothing_hidden_comes_through() {
    let door = Door::open();
    let length = HIDDEN.len();
    for fields in [
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n".to_owned(),
        format!("Transfer-Encoding: chunked\r\nContent-Length: {length}\r\n"),
        format!("Content-Length: 0\r\nContent-Length: {length}\r\n"),
        format!("Content-Length: {length}\r\nContent-Length: 0\r\n"),
        "Content-Length: 0, 0\r\n".into(),
        "Transfer-Encoding: xchunked\r\n".into(),
        "Transfer-Encoding: identity\r\n".into(),
        "Transfer-Encoding:\u{b}chunked\r\n".into(),
        "X: a\r\n Transfer-Encoding: chunked\r\n".into(),
        "X: a\nTransfer-Encoding: chunked\r\n".into(),
        "Transfer-Encoding : chunked\r\n".into(),
        "Host: other\r\n".into(),
    ] {
        let request = format!("POST /outer HTTP/1.1\r\nHost: h\r\n{fields}\r\n0\r\n\r\n{HIDDEN}");
        let answer = said(&door, request.as_bytes());
        let heard = door.origin.heard();
        assert!(answer.starts_with("HTTP/1.1 400 "), "{fields:?}: {answer}");
        assert!(heard.is_empty(), "{fields:?}: {heard}");
    }
    // A body is a body, whatever stands in it.
    let inside =
        format!("POST /outer HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{HIDDEN}");
    assert!(said(&door, inside.as_bytes()).contains(&format!("POST /outer {length}")));
    let heard = door.origin.heard();
    assert!(heard.to_lowercase().contains(&format!("content-length: {length}")), "{heard}");
    assert!(door.serves());
}

/// What comes of one request by HTTP/2 with these fields after those of the protocol.
fn over_h2(door: &Door, fields: &[(&str, &str)], body: &str) -> String {
    let mut head = vec![0x83, 0x86, 0x84];
    head.extend(field(":authority", "h"));
    fields.iter().for_each(|(name, value)| head.extend(field(name, value)));
    let parts = [begin(), frame(1, 4, 1, &head), frame(0, 1, 1, body.as_bytes()), frame(7, 0, 0, &[0; 8])];
    said(door, &parts.concat())
}

#[test]
fn from_http_2_nothing_hidden_comes_through() {
    let door = Door::open();
    let split = format!("a\r\n\r\n{HIDDEN}");
    for fields in [
        &[("transfer-encoding", "chunked")][..],
        &[("content-length", "0")],
        &[("content-length", "0"), ("content-length", "5")],
        &[("x", &split)],
        &[("x", "a\r\nTransfer-Encoding: chunked")],
        &[("x\r\ntransfer-encoding", "chunked")],
        &[("x: a\r\ny", "z")],
        &[("host", "other")],
        &[(":path", "/hidden HTTP/1.1\r\nHost: h\r\n\r\n")],
        &[("connection", "upgrade")],
    ] {
        let _ = over_h2(&door, fields, &format!("0\r\n\r\n{HIDDEN}"));
        let heard = door.origin.heard();
        assert!(!heard.contains("GET /hidden"), "{fields:?}: {heard}");
        assert!(
            !heard.to_lowercase().contains("chunked\r\n") || !heard.contains("content-length"),
            "{fields:?}: {heard}"
        );
    }
    assert!(over_h2(&door, &[("x", "y")], "abc").contains("POST / 3"));
    assert!(door.serves());
}
