use admission::{HELLO_BYTES_MAX, Hello, Peeked, peek};
use proptest::prelude::*;

/// A hello, as its lists say.
#[derive(Clone, Default)]
struct Made {
    version: u16,
    ciphers: Vec<u16>,
    extensions: Vec<(u16, Vec<u8>)>,
}

impl Made {
    fn message(&self) -> Vec<u8> {
        let extensions: Vec<u8> =
            self.extensions.iter().flat_map(|(kind, data)| [&kind.to_be_bytes()[..], &list16(data)].concat()).collect();
        let ciphers: Vec<u8> = self.ciphers.iter().flat_map(|c| c.to_be_bytes()).collect();
        let body =
            [&self.version.to_be_bytes()[..], &[0xa5; 32], &[0], &list16(&ciphers), &[1, 0], &list16(&extensions)]
                .concat();
        let length = u32::try_from(body.len()).expect("short").to_be_bytes();
        [&[1], &length[1..], &body].concat()
    }

    /// On the wire, in records of so many bytes.
    fn wire(&self, record: usize) -> Vec<u8> {
        self.message().chunks(record).flat_map(|part| [&[22, 3, 1][..], &list16(part)].concat()).collect()
    }
}

fn list16(data: &[u8]) -> Vec<u8> {
    [&u16::try_from(data.len()).expect("short").to_be_bytes()[..], data].concat()
}

fn list8(data: &[u8]) -> Vec<u8> {
    [&[u8::try_from(data.len()).expect("short")][..], data].concat()
}

/// The worked example of the JA4 specification: a browser, with GREASE mixed in as it does.
fn example() -> Made {
    let sni = list16(&[&[0][..], &list16(b"colis.example")].concat());
    let alpn = list16(&[list8(b"h2"), list8(b"http/1.1")].concat());
    let known = [0x0403_u16, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601];
    let signatures = list16(&known.map(u16::to_be_bytes).concat());
    let versions = list8(&[0x7a7a_u16, 0x0304, 0x0303].map(u16::to_be_bytes).concat());
    let groups = list16(&[0x2a2a_u16, 0x001d, 0x0017, 0x0018].map(u16::to_be_bytes).concat());
    let key_share = list16(&[&[0x2a, 0x2a][..], &list16(&[0])].concat());
    Made {
        version: 0x0303,
        ciphers: vec![
            0x3a3a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014, 0x009c,
            0x009d, 0x002f, 0x0035,
        ],
        extensions: vec![
            (0xdada, vec![]),
            (0x001b, vec![2, 0, 2]),
            (0x0000, sni),
            (0x0033, key_share),
            (0x0010, alpn),
            (0x4469, vec![0, 3, 2, b'h', b'2']),
            (0x0017, vec![]),
            (0x002d, vec![1, 1]),
            (0x000d, signatures),
            (0x0005, vec![1, 0, 0, 0, 0]),
            (0x0023, vec![]),
            (0x0012, vec![]),
            (0x002b, versions),
            (0xff01, vec![0]),
            (0x000b, vec![1, 0]),
            (0x000a, groups),
            (0x0015, vec![0; 100]),
            (0x1a1a, vec![0]),
        ],
    }
}

fn hello(bytes: &[u8]) -> Hello {
    match peek(bytes) {
        Peeked::Hello(hello) => *hello,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_example_of_the_specification() {
    let wire = example().wire(16_384);
    let hello = hello(&wire);
    assert_eq!(hello.ja4, "t13d1516h2_8daaf6152771_e5627efa2ab1");
    assert_eq!(hello.sni.as_deref(), Some("colis.example"));
    assert_eq!(hello.alpn, [b"h2".to_vec(), b"http/1.1".to_vec()]);
    assert!(!hello.resumes, "an empty ticket asks for one");
    assert_eq!(hello.bytes, wire.len());
}

#[test]
fn a_ticket_or_a_key_resumes() {
    for extension in [(35, vec![9; 32]), (41, vec![0, 0, 0, 0])] {
        let mut made = example();
        made.extensions.retain(|(kind, _)| *kind != 35);
        made.extensions.push(extension);
        assert!(hello(&made.wire(16_384)).resumes);
    }
}

#[test]
fn little_said_is_a_fingerprint_too() {
    let bare = Made { version: 0x0303, ..Made::default() };
    assert_eq!(hello(&bare.wire(16_384)).ja4, "t12i000000_000000000000_000000000000");
    let alpn = |name: &[u8]| {
        let made = Made { version: 0x0301, ciphers: vec![0x002f], extensions: vec![(16, list16(&list8(name)))] };
        hello(&made.wire(16_384)).ja4[..10].to_owned()
    };
    assert_eq!(alpn(b"http/1.1"), "t10i0101h1");
    assert_eq!(alpn(b"h"), "t10i0101hh");
    assert_eq!(alpn(&[0xab, 0xcd]), "t10i0101ad", "no letters: of the hex");
}

#[test]
fn looks_like_grease_and_is_none() {
    let made = Made {
        version: 0x0303,
        ciphers: vec![0x0a0a, 0x1a2a, 0x002f],
        extensions: vec![(0x1a2a, vec![]), (0xfafa, vec![])],
    };
    assert_eq!(&hello(&made.wire(16_384)).ja4[..8], "t12i0201");
}

#[test]
fn what_is_no_tls_is_told_by_its_first_byte() {
    assert_eq!(peek(b""), Peeked::NeedMore);
    for bytes in [&b"GET / HTTP/1.1\r\n"[..], b"G", b"PRI * HTTP/2.0", &[22, 2], &[23, 3, 3], &[22, 3, 1, 0, 0]] {
        assert_eq!(peek(bytes), Peeked::NotTls, "{bytes:?}");
    }
    assert_eq!(peek(&[22, 3, 3, 0, 4, 2, 0, 0, 0]), Peeked::NotTls, "a server's hello");
    assert_eq!(peek(&[22, 3, 1, 2, 0, 1, 0, 0x40, 0]), Peeked::NotTls, "longer than is looked at");
}

#[test]
fn a_hello_that_never_ends_is_given_up() {
    // Each record brings one byte: the headers count too.
    let mut made = example();
    made.extensions.push((0x0015, vec![0; 4_000]));
    let wire = made.wire(1);
    assert!(wire.len() > HELLO_BYTES_MAX);
    assert_eq!(peek(&wire[..HELLO_BYTES_MAX - 1]), Peeked::NeedMore);
    assert_eq!(peek(&wire[..HELLO_BYTES_MAX]), Peeked::NotTls);
    assert_eq!(peek(&wire), Peeked::NotTls);
}

proptest! {
    /// However it is cut into records and reads, it is the same hello, and not before its last byte.
    #[test]
    fn cut_anywhere(record in 1_usize..700, read in 0_usize..3_000, after in prop::collection::vec(any::<u8>(), 0..50)) {
        let wire = example().wire(record);
        let whole = hello(&wire);
        prop_assert_eq!(&whole.ja4, "t13d1516h2_8daaf6152771_e5627efa2ab1");
        prop_assert_eq!(whole.bytes, wire.len());
        if read < wire.len() {
            prop_assert_eq!(peek(&wire[..read]), Peeked::NeedMore);
        }
        // What follows within the last record is not the hello's.
        prop_assert_eq!(hello(&[wire, after].concat()), whole);
    }

    /// The order of ciphers and extensions changes nothing.
    #[test]
    fn shuffled(ciphers in Just(example().ciphers).prop_shuffle(), extensions in Just(example().extensions).prop_shuffle()) {
        let made = Made { ciphers, extensions, ..example() };
        prop_assert_eq!(hello(&made.wire(16_384)).ja4, "t13d1516h2_8daaf6152771_e5627efa2ab1");
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        let _ = peek(&bytes);
        let _ = peek(&[&[22, 3, 1][..], &list16(&bytes)].concat());
        let length = u32::try_from(bytes.len()).expect("short").to_be_bytes();
        let _ = peek(&[&[22, 3, 1][..], &list16(&[&[1], &length[1..], &bytes].concat())].concat());
    }

    /// One byte of a good hello changed: anything may be said of it, without a panic.
    #[test]
    fn no_changed_byte_panics(place in any::<prop::sample::Index>(), byte in any::<u8>(), extra in any::<prop::sample::Index>()) {
        let mut wire = example().wire(16_384);
        let (a, b) = (place.index(wire.len()), extra.index(wire.len()));
        wire[a] = byte;
        wire[b] ^= 0xff;
        let _ = peek(&wire);
    }
}
