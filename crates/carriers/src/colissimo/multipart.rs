//! Multipart bodies as the label service writes them, read byte for byte.
//!
//! Lines may end in CR LF or in LF. The boundary is the one that the content type names, or, where it names none or
//! a wrong one, the first line that looks like one. A part is *whole* when a boundary follows it; what ends
//! without one was cut. Nothing is copied: parts are ranges of the body.

use super::LineEnds;
use memchr::{memchr, memmem, memrchr};
use std::ops::Range;

/// How far into a body the first boundary is looked for, when the content type does not name it.
const PREAMBLE_BYTES_MAX: usize = 4096;
/// Parts beyond these are not looked at: the label service sends three.
const PARTS_MAX: usize = 16;
/// The longest boundary that is taken (RFC 2046 allows 70 characters).
const BOUNDARY_BYTES_MAX: usize = 200;
/// The least that a line between two pairs of dashes says to be taken for a boundary.
const BOUNDARY_BYTES_MIN: usize = 3;

/// A multipart body, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Multipart<'a> {
    pub(super) parts: Vec<Part<'a>>,
    pub(super) line_ends: LineEnds,
}

/// One part of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Part<'a> {
    /// `Content-ID` without its angle brackets; empty when there is none.
    pub(super) id: &'a str,
    /// Where its content stands in the body.
    pub(super) content: Range<usize>,
    /// Whether a boundary follows the content.
    pub(super) whole: bool,
}

/// Takes a body apart; `None` when it is not multipart. `complete` says that the body itself came whole: then an
/// end that is not quite the right boundary still counts as one.
pub(super) fn read<'a>(body: &'a [u8], content_type: &str, complete: bool) -> Option<Multipart<'a>> {
    let named = parameter(content_type, "boundary").filter(|b| (1..=BOUNDARY_BYTES_MAX).contains(&b.len()));
    let by_name = named.and_then(|boundary| split(body, format!("--{boundary}").as_bytes(), complete));
    by_name.or_else(|| split(body, first_delimiter(body)?, complete))
}

/// A parameter of a header such as `multipart/mixed; boundary="…"`, quoted or not.
pub(super) fn parameter<'a>(header: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = header;
    while let Some((_, after)) = rest.split_once(';') {
        let (key, value) = after.split_once('=')?;
        let value = value.trim_start();
        let (value, next) = match value.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => value.split_at(value.find(';').unwrap_or(value.len())),
        };
        if key.trim().eq_ignore_ascii_case(name) {
            return Some(value.trim());
        }
        rest = next;
    }
    None
}

/// The first line that begins with two dashes and says more.
fn first_delimiter(body: &[u8]) -> Option<&[u8]> {
    let start = &body[..body.len().min(PREAMBLE_BYTES_MAX)];
    let lines = start.split(|b| *b == b'\n').map(<[u8]>::trim_ascii_end);
    lines.filter(|line| line.len() <= BOUNDARY_BYTES_MAX).find(|line| line.len() > 2 && line.starts_with(b"--"))
}

fn split<'a>(body: &'a [u8], delimiter: &[u8], complete: bool) -> Option<Multipart<'a>> {
    let mut delimiters = delimiters(body, delimiter);
    let mut here = delimiters.next()?;
    let line_ends = here.line_ends;
    let mut parts = Vec::new();
    while let (Some(start), true) = (here.content, parts.len() < PARTS_MAX) {
        let Some(next) = delimiters.next() else {
            let (end, whole) = cut_end(body, start, complete);
            parts.extend(part(body, start..end, whole));
            break;
        };
        parts.extend(part(body, start..next.at, true));
        here = next;
    }
    Some(Multipart { parts, line_ends })
}

/// A boundary line in a body.
struct Delimiter {
    at: usize,
    /// Where the part after it begins; `None` after the last one.
    content: Option<usize>,
    line_ends: LineEnds,
}

fn delimiters<'b>(body: &'b [u8], delimiter: &'b [u8]) -> impl Iterator<Item = Delimiter> + 'b {
    let at_line_start = |at: &usize| *at == 0 || body[at - 1] == b'\n';
    memmem::find_iter(body, delimiter)
        .filter(at_line_start)
        .filter_map(move |at| delimiter_line(body, at, at + delimiter.len()))
}

/// The boundary line at `at`, whose boundary ends at `after`; `None` when the line goes on with something else.
fn delimiter_line(body: &[u8], at: usize, after: usize) -> Option<Delimiter> {
    let rest = body.get(after..).unwrap_or_default();
    let line = &rest[..memchr(b'\n', rest).unwrap_or(rest.len())];
    let said = line.trim_ascii_end();
    let line_ends = if line.ends_with(b"\r") || rest.is_empty() { LineEnds::Crlf } else { LineEnds::Lf };
    let has_end = line.len() < rest.len();
    match said {
        b"" => Some(Delimiter { at, content: has_end.then_some(after + line.len() + 1), line_ends }),
        b"--" | b"-" => Some(Delimiter { at, content: None, line_ends }),
        _ => None,
    }
}

/// Where the content of the last part ends when no boundary follows, and whether it is whole nevertheless: it is
/// when the body came complete and ends in a line that is shaped like a boundary.
fn cut_end(body: &[u8], start: usize, complete: bool) -> (usize, bool) {
    let tail = body.get(start..).unwrap_or_default().trim_ascii_end();
    match memrchr(b'\n', tail) {
        Some(end) if complete && looks_like_delimiter(&tail[end + 1..]) => (start + end + 1, true),
        _ => (body.len(), false),
    }
}

fn looks_like_delimiter(line: &[u8]) -> bool {
    let visible = line.iter().all(u8::is_ascii_graphic);
    let closed = line.len() >= BOUNDARY_BYTES_MIN + 4 && line.ends_with(b"--");
    visible && line.len() <= BOUNDARY_BYTES_MAX && line.starts_with(b"--") && (closed || line.starts_with(b"--uuid:"))
}

/// The part in `range`, headers first; `None` when its headers do not end.
fn part(body: &[u8], range: Range<usize>, whole: bool) -> Option<Part<'_>> {
    let (mut id, mut at) = ("", range.start);
    loop {
        let line_end = at + memchr(b'\n', body.get(at..range.end)?)?;
        let line = &body[at..line_end];
        at = line_end + 1;
        if line.is_empty() || line == b"\r" {
            let end = content_end(body, at..range.end, line == b"\r", whole);
            return Some(Part { id, content: at..end, whole });
        }
        id = content_id(line).unwrap_or(id);
    }
}

/// Where the content ends: the line end before a boundary belongs to the boundary. A part whose own lines end in
/// LF keeps a CR that stands before it, for it may be the label's last byte.
fn content_end(body: &[u8], range: Range<usize>, crlf: bool, whole: bool) -> usize {
    let content = &body[range.clone()];
    if !whole {
        return range.end;
    }
    match content {
        [.., b'\r', b'\n'] if crlf => range.end - 2,
        [.., b'\n'] => range.end - 1,
        _ => range.end,
    }
}

fn content_id(line: &[u8]) -> Option<&str> {
    let (name, value) = std::str::from_utf8(line).ok()?.split_once(':')?;
    let value = value.trim();
    name.trim().eq_ignore_ascii_case("content-id").then(|| value.trim_start_matches('<').trim_end_matches('>'))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Id, content and wholeness of every part.
    fn parts(body: &str, content_type: &str, complete: bool) -> Vec<(String, String, bool)> {
        let read = read(body.as_bytes(), content_type, complete).map(|m| m.parts).unwrap_or_default();
        read.into_iter().map(|p| (p.id.to_owned(), body[p.content].to_owned(), p.whole)).collect()
    }

    fn check(body: &str, content_type: &str, complete: bool, expected: &[(&str, &str, bool)]) {
        let expected: Vec<_> = expected.iter().map(|(i, c, w)| (i.to_string(), c.to_string(), *w)).collect();
        assert_eq!(parts(body, content_type, complete), expected, "{body:?}");
    }

    const TYPE: &str = "multipart/mixed; start=\"<a>\"; boundary=\"uuid:1-2\"";

    #[test]
    fn both_line_ends_and_mixtures() {
        let lf = "--uuid:1-2\nContent-ID: <a>\n\nx\n--uuid:1-2\ncontent-id:<b>\n\n\ny\r\n--uuid:1-2--\n";
        check(lf, TYPE, true, &[("a", "x", true), ("b", "\ny\r", true)]);
        let crlf = lf.replace("y\r\n", "y\n").replace('\n', "\r\n");
        check(&crlf, TYPE, true, &[("a", "x", true), ("b", "\r\ny", true)]);
        let mixed = "--uuid:1-2\r\nContent-ID: <a>\n\nx\n--uuid:1-2\nContent-ID: <b>\r\n\r\ny\n--uuid:1-2--";
        check(mixed, TYPE, true, &[("a", "x", true), ("b", "y", true)]);
    }

    #[test]
    fn the_boundary_is_found_where_the_type_names_none_or_another() {
        let body = "a word before\n\n--uuid:7\nContent-ID: <a>\n\nx\n--uuid:7--\nand one after";
        for content_type in ["", "multipart/mixed", "multipart/mixed; boundary=other", "multipart/mixed; boundary=\"\""]
        {
            check(body, content_type, true, &[("a", "x", true)]);
        }
        check(body, "multipart/mixed; Boundary = uuid:7 ; x=y", true, &[("a", "x", true)]);
    }

    #[test]
    fn what_is_cut_is_not_whole() {
        let whole = "--uuid:1-2\nContent-ID: <a>\n\nx\n--uuid:1-2\nContent-ID: <b>\n\nlabel\n--uuid:1-2--\n";
        let label_starts = whole.find("label").expect("it is there");
        for cut in 0..whole.len() {
            let read = parts(&whole[..cut], TYPE, false);
            let label = read.iter().find(|p| p.0 == "b");
            let is_whole = label.is_some_and(|p| p.2);
            assert_eq!(is_whole, cut >= label_starts + "label\n--uuid:1-2".len(), "cut at {cut}");
            assert!(label.is_none_or(|p| !p.2 || p.1 == "label"), "cut at {cut}");
        }
    }

    #[test]
    fn a_wrong_last_boundary_counts_when_the_body_came_complete() {
        for end in ["--uuid:9-9--", "--uuid:1-", "--uuid:1-2-", "--uuid:1-2--\r\n\r\n", "--boundary--", "--uuid:zz"] {
            let body = format!("--uuid:1-2\nContent-ID: <b>\n\nlabel\n{end}");
            check(&body, TYPE, true, &[("b", "label", true)]);
        }
        let other = "--uuid:1-2\nContent-ID: <b>\n\nlabel\n--uuid:9-9--";
        check(other, TYPE, false, &[("b", "label\n--uuid:9-9--", false)]);
    }

    #[test]
    fn a_longer_boundary_inside_is_content() {
        let body = "--uuid:1-2\nContent-ID: <b>\n\nx\n--uuid:1-23\n --uuid:1-2\n--uuid:1-2--";
        check(body, TYPE, true, &[("b", "x\n--uuid:1-23\n --uuid:1-2", true)]);
    }

    #[test]
    fn what_is_not_multipart() {
        for body in ["", "{}", "<html></html>", "--", "--\n", "no\nboundary here"] {
            assert_eq!(parts(body, "text/html", true), []);
        }
    }
}
