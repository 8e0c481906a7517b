//! HTTP/1 that can be read in one way only: what the parser would let by, and another on the way might read differently, is
//! refused.
//!
//! The parser behind this one (hyper's) refuses folded lines, blanks in names and broken chunk sizes. It accepts a line that
//! ends without a carriage return, a length repeated, a length beside chunks: legal to accept, and the way by which a
//! request is smuggled past a hop that reads them in another way (RFC 9112 §11.2). This follows the same bytes, line by
//! line, keeps no more than a line, and knows meanwhile whether a head is under way.

use memchr::memchr;

/// The longest line that is followed. Heads and trailers have smaller bounds in the parser.
const LINE_BYTES_MAX: usize = 64 << 10;
/// Digits of a length; 10^15 bytes are enough.
const LENGTH_DIGITS_MAX: usize = 15;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// Before or in a request line.
    Request,
    Field,
    Body(u64),
    ChunkSize,
    Chunk(u64),
    ChunkEnd,
    Trailer,
}

/// What a head has said of its own extent.
#[derive(Clone, Copy, Debug, Default)]
struct Said {
    one_point_one: bool,
    hosts: u32,
    length: Option<u64>,
    chunked: bool,
}

/// Follows one connection.
#[derive(Debug)]
pub(crate) struct Strict {
    at: At,
    said: Said,
    line: Vec<u8>,
    heads: u64,
}

/// It can be read in two ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ambiguous;

impl Strict {
    pub(crate) const fn new() -> Self {
        Self {
            at: At::Request,
            said: Said { one_point_one: false, hosts: 0, length: None, chunked: false },
            line: Vec::new(),
            heads: 0,
        }
    }

    /// Whole heads so far.
    pub(crate) const fn heads(&self) -> u64 {
        self.heads
    }

    /// Whether a part of a head came.
    pub(crate) fn in_head(&self) -> bool {
        self.at == At::Field || self.at == At::Request && !self.line.is_empty()
    }

    /// Whether more has to come of what began.
    pub(crate) fn is_mid_message(&self) -> bool {
        self.at != At::Request || !self.line.is_empty()
    }

    /// Follows these bytes.
    ///
    /// # Errors
    /// They can be read in two ways; where the line begins in them that says so (0 when it began earlier).
    pub(crate) fn follow(&mut self, bytes: &[u8]) -> Result<(), usize> {
        let mut from = 0;
        while let Some(rest) = bytes.get(from..).filter(|rest| !rest.is_empty()) {
            from += match &mut self.at {
                At::Body(left) | At::Chunk(left) => {
                    let taken = usize::try_from(*left).unwrap_or(usize::MAX).min(rest.len());
                    *left -= taken as u64;
                    if *left == 0 {
                        self.at = if matches!(self.at, At::Chunk(_)) { At::ChunkEnd } else { At::Request };
                    }
                    taken
                }
                _ => self.line(rest).map_err(|Ambiguous| from)?,
            };
        }
        Ok(())
    }

    /// Takes one line, or what is there of it.
    fn line(&mut self, rest: &[u8]) -> Result<usize, Ambiguous> {
        let Some(end) = memchr(b'\n', rest) else {
            if self.line.len() + rest.len() > LINE_BYTES_MAX {
                return Err(Ambiguous);
            }
            self.line.extend_from_slice(rest);
            return Ok(rest.len());
        };
        if self.line.is_empty() {
            self.whole(&rest[..end])?;
        } else {
            let mut line = std::mem::take(&mut self.line);
            line.extend_from_slice(&rest[..end]);
            let said = self.whole(&line);
            line.clear();
            self.line = line;
            said?;
        }
        Ok(end + 1)
    }

    fn whole(&mut self, line: &[u8]) -> Result<(), Ambiguous> {
        let line = line.strip_suffix(b"\r").ok_or(Ambiguous)?;
        if memchr(b'\r', line).is_some() {
            return Err(Ambiguous);
        }
        self.at = match self.at {
            At::Request if line.is_empty() => At::Request,
            At::Request => {
                let one_point_one = line.ends_with(b" HTTP/1.1");
                if !one_point_one && !line.ends_with(b" HTTP/1.0") {
                    return Err(Ambiguous);
                }
                self.said = Said { one_point_one, ..Said::default() };
                At::Field
            }
            At::Field if line.is_empty() => {
                self.heads += 1;
                self.said.body()?
            }
            At::Field => {
                self.said.field(line)?;
                At::Field
            }
            At::ChunkSize => match chunk_size(line)? {
                0 => At::Trailer,
                size => At::Chunk(size),
            },
            At::ChunkEnd if line.is_empty() => At::ChunkSize,
            At::Trailer if line.is_empty() => At::Request,
            At::Trailer if !line.starts_with(b" ") && !line.starts_with(b"\t") => At::Trailer,
            _ => return Err(Ambiguous),
        };
        Ok(())
    }
}

impl Said {
    fn field(&mut self, line: &[u8]) -> Result<(), Ambiguous> {
        let colon = memchr(b':', line).ok_or(Ambiguous)?;
        let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
        if name.is_empty() || name.iter().any(|byte| byte.is_ascii_whitespace()) {
            return Err(Ambiguous);
        }
        match name.len() {
            4 if name.eq_ignore_ascii_case(b"host") => self.hosts += 1,
            14 if name.eq_ignore_ascii_case(b"content-length") => {
                let length = number(value, 10)?;
                if self.length.replace(length).is_some() {
                    return Err(Ambiguous);
                }
            }
            17 if name.eq_ignore_ascii_case(b"transfer-encoding") => {
                if self.chunked || !value.eq_ignore_ascii_case(b"chunked") {
                    return Err(Ambiguous);
                }
                self.chunked = true;
            }
            _ => {}
        }
        Ok(())
    }

    /// What follows the head.
    fn body(self) -> Result<At, Ambiguous> {
        let host = self.hosts == 1 || self.hosts == 0 && !self.one_point_one;
        match (self.length, self.chunked) {
            _ if !host => Err(Ambiguous),
            (Some(_), true) => Err(Ambiguous),
            (None, true) if !self.one_point_one => Err(Ambiguous),
            (None, true) => Ok(At::ChunkSize),
            (None | Some(0), false) => Ok(At::Request),
            (Some(length), false) => Ok(At::Body(length)),
        }
    }
}

fn number(digits: &[u8], radix: u32) -> Result<u64, Ambiguous> {
    let plain = !digits.is_empty() && digits.len() <= LENGTH_DIGITS_MAX;
    if !plain || !digits.iter().all(|digit| char::from(*digit).is_digit(radix)) {
        return Err(Ambiguous);
    }
    Ok(digits
        .iter()
        .fold(0, |n, digit| n * u64::from(radix) + u64::from(char::from(*digit).to_digit(radix).unwrap_or(0))))
}

/// The size of a chunk. An extension is visible text after a semicolon, without a blank before it.
fn chunk_size(line: &[u8]) -> Result<u64, Ambiguous> {
    let (size, extension) = line.split_at(memchr(b';', line).unwrap_or(line.len()));
    if extension.iter().any(|byte| !byte.is_ascii_graphic() && *byte != b' ') {
        return Err(Ambiguous);
    }
    number(size, 16)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PLAIN: &str = "POST /a HTTP/1.1\r\nHost: h\r\n";

    fn follow(text: &str) -> Result<u64, usize> {
        let mut strict = Strict::new();
        strict.follow(text.as_bytes()).map(|()| strict.heads())
    }

    #[test]
    fn requests_are_followed_over_their_bodies() {
        let get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
        let length = format!("{PLAIN}Content-Length: 5\r\n\r\n\nGET\r");
        let chunked = format!("{PLAIN}Transfer-Encoding: Chunked\r\n\r\n3;a=\"b\"\r\n\n\n\n\r\n0\r\nX: y\r\n\r\n");
        assert_eq!(follow(&format!("{get}{length}{chunked}\r\n{get}GET /half")), Ok(4));
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_refused() {
        let fields = [
            "Content-Length: 1\r\nContent-Length: 1\r\n",
            "Content-Length: 1, 1\r\n",
            "Content-Length: +1\r\n",
            "Content-Length: 0x1\r\n",
            "Content-Length:\r\n",
            "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: gzip, chunked\r\n",
            "Transfer-Encoding: identity\r\n",
            "Transfer-Encoding: xchunked\r\n",
            "Transfer-Encoding: \u{b}chunked\r\n",
            "Transfer-Encoding : chunked\r\n",
            " Transfer-Encoding: chunked\r\n",
            "X: a\r\n Transfer-Encoding: chunked\r\n",
            "X: a\nTransfer-Encoding: chunked\r\n",
            "X: a\rTransfer-Encoding: chunked\r\n",
            "X: a\r\n\n",
            "Host: other\r\n",
            "no colon\r\n",
            ": nameless\r\n",
        ];
        for field in fields {
            assert!(follow(&format!("{PLAIN}{field}\r\n")).is_err(), "{field:?}");
        }
        for chunks in [
            "1\nx\r\n",
            "1 \r\nx",
            " 1\r\nx",
            "0x1\r\n",
            "+1\r\n",
            "\r\n",
            "1\r\nxy",
            "1;a\rb\r\n",
            "1\r\nx\n0\r\n",
            "-1\r\n",
            "1000000000000000\r\n",
        ] {
            assert!(
                follow(&format!("{PLAIN}Transfer-Encoding: chunked\r\n\r\n{chunks}\r\n\r\n")).is_err(),
                "{chunks:?}"
            );
        }
        for head in [
            "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
            "GET / HTTP/1.1\r\n\r\n",
            "GET / HTTP/2.0\r\nHost: h\r\n\r\n",
            "GET /\r\n\r\n",
            "GET / HTTP/1.1\nHost: h\n\n",
        ] {
            assert!(follow(head).is_err(), "{head:?}");
        }
    }

    #[test]
    fn the_place_of_the_faulty_line_is_told() {
        let before = "GET / HTTP/1.1\r\nHost: h\r\n";
        assert_eq!(follow(&format!("{before}Content-Length: x\r\n")), Err(before.len()));
        let mut strict = Strict::new();
        assert_eq!(strict.follow(format!("{before}Content-Le").as_bytes()), Ok(()));
        assert_eq!(strict.follow(b"ngth: x\r\n"), Err(0));
    }

    proptest! {
        /// However the bytes are cut into reads, the verdict and the heads are the same.
        #[test]
        fn cuts_change_nothing(
            parts in prop::collection::vec(prop::sample::select(vec![
                "GET / HTTP/1.1\r\n", "Host: h\r\n", "\r\n", "\n", "Content-Length: 3\r\n", "Transfer-Encoding: chunked\r\n",
                "3\r\n", "abc", "0\r\n", "POST / HTTP/1.0\r\n", " x: y\r\n",
            ]), 0..20),
            cuts in prop::collection::vec(1_usize..9, 1..20),
        ) {
            let text = parts.concat();
            let mut strict = Strict::new();
            let (mut at, mut pieces, mut fault) = (0, cuts.iter().cycle(), None);
            while at < text.len() && fault.is_none() {
                let to = (at + pieces.next().copied().unwrap_or(1)).min(text.len());
                fault = strict.follow(&text.as_bytes()[at..to]).err();
                at = to;
            }
            let mut whole = Strict::new();
            prop_assert_eq!(whole.follow(text.as_bytes()).is_err(), fault.is_some());
            prop_assert_eq!(whole.heads(), strict.heads());
        }
    }
}
