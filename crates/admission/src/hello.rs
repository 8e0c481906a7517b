//! The first bytes of a connection: what a TLS client says of itself before any work with a private key is done for it.
//!
//! Its fingerprint is JA4 (FoxIO, BSD-3-Clause), after that project's `technical_details/JA4.md`. The rest of JA4+ has
//! another licence and is not used.

use sha2::{Digest, Sha256};
use std::fmt::Write;
use tls_parser::{
    TlsExtension, TlsVersion, parse_tls_client_hello_extension, parse_tls_handshake_client_hello,
    parse_tls_record_header,
};

/// The longest hello that is looked at, with the headers of its records. Those of today's browsers have about 2 KiB.
pub const HELLO_BYTES_MAX: usize = 16 << 10;

const RECORD_HEADER: usize = 5;
const MESSAGE_HEADER: usize = 4;
const HANDSHAKE: u8 = 22;
const CLIENT_HELLO: u8 = 1;
const SNI: u16 = 0;
const SIGNATURE_ALGORITHMS: u16 = 13;
const ALPN: u16 = 16;
const SESSION_TICKET: u16 = 35;
const PRE_SHARED_KEY: u16 = 41;
const SUPPORTED_VERSIONS: u16 = 43;

/// What the first bytes are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Peeked {
    /// The beginning of a hello.
    NeedMore,
    /// No hello, or one longer than [`HELLO_BYTES_MAX`].
    NotTls,
    /// A whole one.
    Hello(Box<Hello>),
}

/// What a client says first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hello {
    /// Its fingerprint, of 36 characters.
    pub ja4: String,
    /// The server that it wants to speak with.
    pub sni: Option<String>,
    /// The protocols that it would speak, the dearest first.
    pub alpn: Vec<Vec<u8>>,
    /// It shows a ticket or a key from an earlier connection: resuming costs far less than a new handshake.
    pub resumes: bool,
    /// The bytes that it takes on the wire.
    pub bytes: usize,
}

/// Looks at all the bytes that have come so far. They may be fewer or more than the hello, cut into records anywhere.
pub fn peek(bytes: &[u8]) -> Peeked {
    match message(&bytes[..bytes.len().min(HELLO_BYTES_MAX)]) {
        Whole::No => Peeked::NotTls,
        Whole::NotYet if bytes.len() >= HELLO_BYTES_MAX => Peeked::NotTls,
        Whole::NotYet => Peeked::NeedMore,
        Whole::Yes { message, bytes } => hello(&message, bytes).map_or(Peeked::NotTls, |h| Peeked::Hello(Box::new(h))),
    }
}

/// Whether the first message is there.
enum Whole {
    No,
    NotYet,
    Yes { message: Vec<u8>, bytes: usize },
}

/// Puts the first message together from its records (RFC 8446 §5.1).
fn message(bytes: &[u8]) -> Whole {
    let mut message = Vec::new();
    let mut at = 0;
    loop {
        let rest = &bytes[at..];
        // What can be seen of a record's header has to be right, however little that is.
        let starts_well =
            rest.first().is_none_or(|kind| *kind == HANDSHAKE) && rest.get(1).is_none_or(|major| *major == 3);
        if !starts_well {
            return Whole::No;
        }
        let Ok((content, header)) = parse_tls_record_header(rest) else { return Whole::NotYet };
        let length = usize::from(header.len);
        if length == 0 || length > HELLO_BYTES_MAX {
            return Whole::No;
        }
        let had = message.len();
        message.extend_from_slice(&content[..content.len().min(length)]);
        let Some(wanted) = wanted(&message) else { return Whole::No };
        if message.len() >= wanted {
            message.truncate(wanted);
            return Whole::Yes { message, bytes: at + RECORD_HEADER + wanted - had };
        }
        if content.len() < length {
            return Whole::NotYet;
        }
        at += RECORD_HEADER + length;
    }
}

/// How long the message is with its header, as far as that can be known: nothing when it is no hello that we look at.
fn wanted(message: &[u8]) -> Option<usize> {
    if message.first().is_some_and(|kind| *kind != CLIENT_HELLO) {
        return None;
    }
    let [_, a, b, c, ..] = *message else { return Some(MESSAGE_HEADER) };
    let wanted = MESSAGE_HEADER + usize::from(a) * 0x1_0000 + usize::from(b) * 0x100 + usize::from(c);
    (wanted <= HELLO_BYTES_MAX).then_some(wanted)
}

fn hello(message: &[u8], bytes: usize) -> Option<Hello> {
    let (left, contents) = parse_tls_handshake_client_hello(message.get(MESSAGE_HEADER..)?).ok()?;
    if !left.is_empty() {
        return None;
    }
    let extensions = extensions(contents.ext.unwrap_or_default())?;
    let mut said = Said { version: contents.version, ..Said::default() };
    for (kind, whole) in &extensions {
        // One that its own rules forbid is counted, and says nothing.
        if let Ok((_, extension)) = parse_tls_client_hello_extension(whole) {
            said.take(*kind, &extension);
        }
    }
    let ciphers = contents.ciphers.iter().map(|cipher| cipher.0).filter(|c| !is_grease(*c)).collect();
    let kinds = extensions.iter().map(|(kind, _)| *kind).filter(|k| !is_grease(*k)).collect();
    Some(Hello { ja4: said.ja4(ciphers, kinds), sni: said.sni, alpn: said.alpn, resumes: said.resumes, bytes })
}

/// Each extension with its kind, whole.
fn extensions(mut rest: &[u8]) -> Option<Vec<(u16, &[u8])>> {
    let mut found = Vec::new();
    while !rest.is_empty() {
        let [a, b, c, d, ..] = *rest else { return None };
        let (whole, after) = rest.split_at_checked(4 + usize::from(u16::from_be_bytes([c, d])))?;
        found.push((u16::from_be_bytes([a, b]), whole));
        rest = after;
    }
    Some(found)
}

/// Values that clients mix in so that servers stay tolerant (RFC 8701): chance, not character.
const fn is_grease(value: u16) -> bool {
    value & 0x0f0f == 0x0a0a && value >> 8 == value & 0xff
}

/// What the extensions say.
#[derive(Default)]
struct Said {
    version: TlsVersion,
    sni: Option<String>,
    alpn: Vec<Vec<u8>>,
    signatures: Vec<u16>,
    resumes: bool,
}

impl Said {
    fn take(&mut self, kind: u16, extension: &TlsExtension<'_>) {
        match (kind, extension) {
            (SNI, TlsExtension::SNI(names)) => {
                self.sni = names.first().and_then(|(_, name)| String::from_utf8(name.to_vec()).ok());
            }
            (ALPN, TlsExtension::ALPN(protocols)) => self.alpn = protocols.iter().map(|p| p.to_vec()).collect(),
            (SIGNATURE_ALGORITHMS, TlsExtension::SignatureAlgorithms(known)) => self.signatures.clone_from(known),
            (SUPPORTED_VERSIONS, TlsExtension::SupportedVersions(versions)) => {
                let highest = versions.iter().filter(|v| !is_grease(v.0)).max_by_key(|v| v.0);
                self.version = highest.copied().unwrap_or(self.version);
            }
            (SESSION_TICKET, TlsExtension::SessionTicket(ticket)) => self.resumes |= !ticket.is_empty(),
            (PRE_SHARED_KEY, _) => self.resumes = true,
            _ => {}
        }
    }

    fn ja4(&self, mut ciphers: Vec<u16>, mut kinds: Vec<u16>) -> String {
        let has_sni = if kinds.contains(&SNI) { 'd' } else { 'i' };
        let (first, last) = self.alpn_ends();
        let version = version_word(self.version);
        let counts = (ciphers.len().min(99), kinds.len().min(99));
        kinds.retain(|kind| !matches!(*kind, SNI | ALPN));
        ciphers.sort_unstable();
        kinds.sort_unstable();
        let signatures: Vec<u16> = self.signatures.iter().copied().filter(|s| !is_grease(*s)).collect();
        let mut said = hex_list(&kinds);
        if !signatures.is_empty() {
            said.push('_');
            said.push_str(&hex_list(&signatures));
        }
        let (b, c) =
            (short_hash(&hex_list(&ciphers)), if kinds.is_empty() { NONE.to_owned() } else { short_hash(&said) });
        format!("t{version}{has_sni}{:02}{:02}{first}{last}_{b}_{c}", counts.0, counts.1)
    }

    /// The first and the last character of the first protocol; of its hex where they are no letters or digits.
    fn alpn_ends(&self) -> (char, char) {
        let Some(protocol) = self.alpn.first().filter(|p| !p.is_empty()) else { return ('0', '0') };
        let (first, last) = (protocol[0], protocol[protocol.len() - 1]);
        if first.is_ascii_alphanumeric() && last.is_ascii_alphanumeric() {
            return (first.into(), last.into());
        }
        let hex = |nibble: u8| char::from_digit(nibble.into(), 16).unwrap_or('0');
        (hex(first >> 4), hex(last & 15))
    }
}

const fn version_word(version: TlsVersion) -> &'static str {
    match version.0 {
        0x0304 => "13",
        0x0303 => "12",
        0x0302 => "11",
        0x0301 => "10",
        0x0300 => "s3",
        0x0002 => "s2",
        _ => "00",
    }
}

fn hex_list(values: &[u16]) -> String {
    let mut list = String::with_capacity(values.len() * 5);
    for value in values {
        let comma = if list.is_empty() { "" } else { "," };
        // Writing to a string can't fail.
        _ = write!(list, "{comma}{value:04x}");
    }
    list
}

/// The hash of an empty list.
const NONE: &str = "000000000000";

/// The first 12 hex digits of the SHA-256.
fn short_hash(text: &str) -> String {
    if text.is_empty() {
        return NONE.to_owned();
    }
    Sha256::digest(text).iter().take(6).fold(String::with_capacity(12), |mut hex, byte| {
        _ = write!(hex, "{byte:02x}");
        hex
    })
}
