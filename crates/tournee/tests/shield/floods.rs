//! Floods of frames at the whole gateway, with somebody innocent beside them.

use crate::support::{Server, http};
use std::{
    io::{Read, Write},
    net::TcpStream,
    thread,
};

const GET: &[u8] = &[0x82, 0x86, 0x84];

/// A frame of HTTP/2.
pub(crate) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let [.., a, b, c] = payload.len().to_be_bytes();
    [&[a, b, c, kind, flags][..], &stream.to_be_bytes(), payload].concat()
}

/// A field that is not kept, with a name of its own.
pub(crate) fn field(name: &str, value: &str) -> Vec<u8> {
    let short = |text: &str| u8::try_from(text.len()).expect("short");
    [&[0, short(name)][..], name.as_bytes(), &[short(value)], value.as_bytes()].concat()
}

/// How a connection begins.
pub(crate) fn begin() -> Vec<u8> {
    [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", &frame(4, 0, 0, &[])[..]].concat()
}

/// Floods until the door has enough of it, on four connections; all who ask meanwhile, and after, are served.
fn endures(first: Vec<u8>, flood: impl Fn(u32) -> Vec<u8> + Sync) {
    let dir = tempfile::tempdir().expect("a directory");
    let data = crate::support::text(dir.path()).to_owned();
    let server = Server::start(&["--data", &data, "--listen", "127.0.0.1:0"]);
    thread::scope(|scope| {
        let floods: Vec<_> = (0..4).map(|_| scope.spawn(|| until_cut(&server.addr, &first, &flood))).collect();
        let mut asked = 0;
        while asked < 20 || floods.iter().any(|one| !one.is_finished()) {
            asked += 1;
            for path in ["/status", "/healthz"] {
                assert_eq!(http(&server.addr, "GET", path, &[], "").status, 200, "{path}");
            }
        }
    });
}

fn until_cut(addr: &str, first: &[u8], flood: impl Fn(u32) -> Vec<u8>) {
    let mut stream = TcpStream::connect(addr).expect("connected");
    let mut reader = stream.try_clone().expect("a second handle");
    let reading = thread::spawn(move || reader.read_to_end(&mut Vec::new()));
    let mut writes = |bytes: &[u8]| stream.write_all(bytes).is_ok();
    let cut = !writes(first) || (0..1_000_000).any(|n| !writes(&flood(n)));
    assert!(cut, "it was read to its end");
    drop(reading.join());
}

#[test]
fn rapid_reset_keeps_nobody_waiting() {
    let request = [GET, &field(":authority", "h")].concat();
    endures(begin(), |n| {
        let stream = 2 * n + 1;
        [frame(1, 5, stream, &request), frame(3, 0, stream, &8_u32.to_be_bytes())].concat()
    });
}

#[test]
fn a_million_fields_keep_nobody_waiting() {
    let fields = field("x", "y").repeat(3_000);
    let request = [GET, &field(":authority", "h")].concat();
    endures([begin(), frame(1, 1, 1, &request)].concat(), |_| frame(9, 0, 1, &fields));
    let lines = "X: y\r\n".repeat(1_000);
    endures(b"GET / HTTP/1.1\r\nHost: h\r\n".to_vec(), |_| lines.clone().into_bytes());
}
