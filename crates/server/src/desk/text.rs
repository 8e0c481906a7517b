//! Texts of strangers made harmless: lines that are one line, bodies within their bounds.

use store::{TicketFile, TicketText};

/// The longest subject that is kept, in characters.
pub(super) const SUBJECT_CHARS_MAX: usize = 300;
/// The longest text that is kept, in characters.
pub(super) const BODY_CHARS_MAX: usize = 100_000;
/// The longest address, in bytes (RFC 5321).
const ADDRESS_BYTES_MAX: usize = 254;
/// Files of one message that are kept, at most, and the most bytes of all of them.
pub(super) const FILES_COUNT_MAX: usize = 20;
pub(super) const FILES_BYTES_MAX: usize = 10 << 20;
/// The longest name of a file that is kept, in characters.
const NAME_CHARS_MAX: usize = 120;

/// One line: without what would end it or what nobody sees, and no longer than this.
pub(super) fn line(text: &str, chars_max: usize) -> String {
    let visible = text.chars().map(|c| if c.is_control() || is_hidden(c) { ' ' } else { c });
    let text: String = visible.take(chars_max.saturating_mul(2)).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(chars_max).collect()
}

/// What turns the direction of writing about or has no width: names are written with it to look like others.
fn is_hidden(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// A subject and a body, to be kept.
pub(super) fn text(subject: &str, body: &str) -> TicketText {
    let body = body.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).take(BODY_CHARS_MAX).collect();
    TicketText { subject: line(subject, SUBJECT_CHARS_MAX), body }
}

/// A mail address that can be written to: one `@`, a domain, nothing that could end a header. Else nothing.
pub(super) fn address(text: &str) -> Option<String> {
    let text = text.trim();
    let (local, domain) = text.rsplit_once('@')?;
    let is_plain = |c: char| c.is_ascii_graphic() && !"<>()[],;:\\\"@".contains(c);
    let good = text.len() <= ADDRESS_BYTES_MAX
        && !local.is_empty()
        && local.chars().all(is_plain)
        && domain.contains('.')
        && !domain.starts_with(['.', '-'])
        && !domain.ends_with(['.', '-'])
        && domain.chars().all(|c| c.is_ascii_alphanumeric() || ".-".contains(c));
    good.then(|| text.to_owned())
}

/// The name of a mail or of an event of others, where it can stand in a header.
pub(super) fn token(text: &str) -> Option<String> {
    let text = text.trim().trim_matches(['<', '>']);
    let good =
        !text.is_empty() && text.len() <= 250 && text.chars().all(|c| c.is_ascii_graphic() && !"<>\"".contains(c));
    good.then(|| text.to_owned())
}

/// A file, to be kept under a name without a path.
pub(super) fn file(name: &str, media_type: &str, bytes: &[u8]) -> TicketFile {
    let bare = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = line(bare, NAME_CHARS_MAX);
    let name = if name.is_empty() || name.starts_with('.') { format!("file{name}") } else { name };
    TicketFile { name, media_type: line(media_type, NAME_CHARS_MAX), bytes: bytes.to_vec() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stays_one_line() {
        assert_eq!(line("a\r\nBcc: x@y.example\u{202e}\0 b", 100), "a Bcc: x@y.example b");
        assert_eq!(line(&"é".repeat(500), 300).chars().count(), 300);
    }

    #[test]
    fn addresses_are_plain_ones() {
        assert_eq!(address(" anne@mail.example ").as_deref(), Some("anne@mail.example"));
        for bad in [
            "",
            "a",
            "a@b",
            "a b@c.example",
            "a@c.example\r\nBcc: d@e.example",
            "<a@c.example>",
            "a@-c.example",
            "\"a\"@c.example",
        ] {
            assert_eq!(address(bad), None, "{bad}");
        }
        assert_eq!(token("<1@a.example>").as_deref(), Some("1@a.example"));
        assert_eq!(token("<1@a>\r\nX: y"), None);
    }

    #[test]
    fn files_have_names_without_paths() {
        assert_eq!(file("../../etc/passwd", "text/plain", b"").name, "passwd");
        assert_eq!(file("C:\\a\\b.pdf", "", b"").name, "b.pdf");
        assert_eq!(file("..", "", b"").name, "file..");
    }
}
