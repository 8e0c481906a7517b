//! A message as mail: its headers and its two forms of the text, from which nothing can break out.
//!
//! Every text from outside is brought to a shape that cannot end a header before the library that writes the mail sees it:
//! the library encodes as well, and either alone would do.

use super::BadMail;
use crate::Message;
use lettre::{
    Address,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
};

/// The longest address, in characters (RFC 5321, 4.5.3.1.3).
pub const ADDRESS_CHARS_MAX: usize = 254;
/// The longest subject, in characters; what is over it is left out.
const SUBJECT_CHARS_MAX: usize = 200;
/// The longest text, in bytes.
pub(super) const TEXT_BYTES_MAX: usize = 64 << 10;
/// The longest unsubscribe link, in bytes: a line of a mail has 998 at most.
const LINK_BYTES_MAX: usize = 900;

/// Text that is no mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not a mail address; write one such as name@shop.example")]
pub struct BadAddress;

/// Reads a mail address: `name@domain`, printable, in ASCII, without a display name.
///
/// # Errors
/// [`BadAddress`].
pub fn address(text: &str) -> Result<String, BadAddress> {
    parsed(text).map(|address| address.to_string())
}

pub(super) fn parsed(text: &str) -> Result<Address, BadAddress> {
    let text = text.trim_matches(' ');
    let plain = text.len() <= ADDRESS_CHARS_MAX && text.bytes().all(|byte| byte.is_ascii_graphic());
    // A quoted local part could hold nearly anything, and hardly anybody has one.
    let plain = plain && !text.contains(['"', '\\', '<', '>', '(', ')', ',', ';', ':']);
    let address: Address = text.parse().ok().filter(|_| plain).ok_or(BadAddress)?;
    let domain = address.domain();
    let dotted = domain.contains('.') && !domain.starts_with('.') && !domain.ends_with('.') && !domain.contains("..");
    if dotted { Ok(address) } else { Err(BadAddress) }
}

/// Whom mail is from.
pub(super) fn mailbox(text: &str) -> Result<Mailbox, BadMail> {
    let plain = !text.chars().any(char::is_control);
    text.parse().ok().filter(|_| plain).ok_or(BadMail::From)
}

/// The message, ready to be sent.
pub(super) fn compose(from: &Mailbox, to: Address, message: &Message) -> Option<Vec<u8>> {
    let id = format!("<{}@{}>", id_text(&message.id), from.email.domain());
    let answered = message.in_reply_to.as_deref().and_then(message_name);
    let mut builder = lettre::Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to))
        .subject(one_line(&message.subject, SUBJECT_CHARS_MAX))
        .message_id(Some(id))
        .raw_header(fixed("Auto-Submitted", if answered.is_some() { "auto-replied" } else { "auto-generated" }))
        .raw_header(fixed("X-Auto-Response-Suppress", "OOF, AutoReply"))
        .raw_header(fixed("Precedence", "bulk"))
        .raw_header(fixed("Content-Language", message.lang));
    if let Some(name) = answered {
        builder = builder.raw_header(fixed("In-Reply-To", &name)).raw_header(fixed("References", &name));
    }
    if let Some(link) = message.unsubscribe_url.as_deref().filter(|link| is_link(link)) {
        builder = builder
            .raw_header(fixed("List-Unsubscribe", &format!("<{link}>")))
            .raw_header(fixed("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"));
    }
    let text = lines(&message.text);
    let parts = MultiPart::alternative_plain_html(text.clone(), html(message.lang, &text));
    builder.multipart(parts).ok().map(|mail| mail.formatted())
}

/// The name of a mail between its angle brackets, where it is one: what comes from outside is not written into a header as
/// it is.
fn message_name(name: &str) -> Option<String> {
    let bare = name.trim().trim_start_matches('<').trim_end_matches('>');
    let good = |b: u8| b.is_ascii_graphic() && !matches!(b, b'<' | b'>');
    let is_name = !bare.is_empty() && bare.len() <= LINK_BYTES_MAX && bare.bytes().all(good);
    is_name.then(|| format!("<{bare}>"))
}

/// A header whose text is ASCII without a line end: one of ours, or a link that was looked at.
fn fixed(name: &'static str, value: &str) -> HeaderValue {
    let safe: String = value.chars().filter(char::is_ascii).filter(|c| !c.is_ascii_control()).collect();
    HeaderValue::dangerous_new_pre_encoded(HeaderName::new_from_ascii_str(name), safe.clone(), safe)
}

fn is_link(link: &str) -> bool {
    let web = link.starts_with("https://") || link.starts_with("http://");
    web && link.len() <= LINK_BYTES_MAX && link.bytes().all(|b| b.is_ascii_graphic() && b != b'<' && b != b'>')
}

/// The id as the left side of a `Message-ID`: what may not stand there as `=` and two digits.
pub(super) fn id_text(id: &str) -> String {
    let mut text = String::with_capacity(id.len());
    for byte in id.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => text.push(char::from(byte)),
            other => text.push_str(&format!("={other:02x}")),
        }
    }
    text
}

/// The other way round; nothing for what [`id_text`] never writes.
pub(super) fn id_of(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.bytes().next() {
        let (byte, width) = match first {
            b'=' => (u8::from_str_radix(rest.get(1..3)?, 16).ok()?, 3),
            other => (other, 1),
        };
        bytes.push(byte);
        rest = rest.get(width..)?;
    }
    String::from_utf8(bytes).ok()
}

/// One line without control characters, of at most so many characters.
fn one_line(text: &str, chars_max: usize) -> String {
    let spaced = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    spaced.take(chars_max).collect::<String>().trim().to_owned()
}

/// The text without control characters other than line ends and tabs.
fn lines(text: &str) -> String {
    text.replace("\r\n", "\n").chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

/// The text as a page: the same words, with its links to be followed.
fn html(lang: &str, text: &str) -> String {
    let mut page = format!("<!doctype html>\n<html lang=\"{lang}\"><head><meta charset=\"utf-8\"></head><body>\n<p>");
    for (nth, line) in text.split('\n').enumerate() {
        if nth > 0 {
            page.push_str("<br>\n");
        }
        for word in line.split_inclusive(' ') {
            let (bare, tail) = word.split_at(word.trim_end_matches([' ', '.', ',', ';', ')']).len());
            let shown = escape(bare);
            if is_link(bare) {
                page.push_str(&format!("<a href=\"{shown}\">{shown}</a>"));
            } else {
                page.push_str(&shown);
            }
            page.push_str(&escape(tail));
        }
    }
    page.push_str("</p>\n</body></html>\n");
    page
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn addresses_are_plain_or_refused() {
        assert_eq!(address(" jeanne.martin@shop.example ").as_deref(), Ok("jeanne.martin@shop.example"));
        let long = format!("{}@shop.example", "a".repeat(250));
        for bad in [
            "",
            "jeanne",
            "@shop.example",
            "a@b",
            "a@shop..example",
            "a b@shop.example",
            "a@shop.example\r\nBcc: b@shop.example",
            "\"a\r\nb\"@shop.example",
            "A <a@shop.example>",
            "a@shop.example,b@shop.example",
            "é@shop.example",
            "a\0@shop.example",
            &long,
        ] {
            assert_eq!(address(bad), Err(BadAddress), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn an_id_reads_back(id in ".{0,60}") {
            let text = id_text(&id);
            prop_assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'=')));
            prop_assert_eq!(id_of(&text), Some(id));
        }
    }
}
