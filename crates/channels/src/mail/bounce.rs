//! Reads a delivery report (RFC 3464) that came back by mail: which message it is about, and whether all is lost.

use super::compose::id_of;
use mail_parser::{Message, MessageParser, MimeHeaders, PartType};

/// The longest mail that is read, in bytes: a report may carry the whole message back.
const REPORT_BYTES_MAX: usize = 1 << 20;
/// The longest id, in characters.
const ID_CHARS_MAX: usize = 200;

/// What a delivery report says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounce {
    /// The id of the message that it is about, as it was given to [`super::Mail`].
    pub message_id: String,
    /// Whether it failed for good. Otherwise it is only late, and still being tried.
    pub permanent: bool,
}

/// Reads a delivery report. Nothing for any other mail, for a report of success, and for one that does not say which message
/// it is about.
pub fn bounce(bytes: &[u8]) -> Option<Bounce> {
    let mail = MessageParser::default().parse(bytes.get(..REPORT_BYTES_MAX.min(bytes.len()))?)?;
    let report = mail.content_type().is_some_and(|kind| {
        let named = kind.attribute("report-type").is_some_and(|kind| kind.eq_ignore_ascii_case("delivery-status"));
        kind.ctype().eq_ignore_ascii_case("multipart") && named
    });
    if !report {
        return None;
    }
    let permanent = action(&text_of(&mail, &["delivery-status", "global-delivery-status"])?)?;
    Some(Bounce { message_id: original(&mail)?, permanent })
}

/// The text of the first part of one of these kinds.
fn text_of(mail: &Message<'_>, kinds: &[&str]) -> Option<String> {
    let is_kind = |subtype: &str| kinds.iter().any(|kind| subtype.eq_ignore_ascii_case(kind));
    let part =
        mail.parts.iter().find(|part| part.content_type().and_then(|kind| kind.subtype()).is_some_and(is_kind))?;
    match &part.body {
        PartType::Text(text) | PartType::Html(text) => Some(text.to_string()),
        PartType::Binary(bytes) | PartType::InlineBinary(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        PartType::Message(inner) => Some(String::from_utf8_lossy(inner.raw_message()).into_owned()),
        PartType::Multipart(_) => None,
    }
}

/// Whether it failed for good; nothing where it did not fail.
fn action(status: &str) -> Option<bool> {
    let value = |line: &str| {
        let (name, value) = line.split_once(':')?;
        name.trim().eq_ignore_ascii_case("action").then(|| value.trim().to_ascii_lowercase())
    };
    let actions: Vec<String> = status.lines().filter_map(value).collect();
    match () {
        () if actions.iter().any(|action| action == "failed") => Some(true),
        () if actions.iter().any(|action| action == "delayed") => Some(false),
        () => None,
    }
}

/// The id of the message that came back, whole or only its headers.
fn original(mail: &Message<'_>) -> Option<String> {
    let text = text_of(mail, &["rfc822", "global", "rfc822-headers", "global-headers"])?;
    let inner = MessageParser::default().parse_headers(text.as_bytes())?;
    let (left, _) = inner.message_id()?.trim_matches(['<', '>']).rsplit_once('@')?;
    id_of(left).filter(|id| !id.is_empty() && id.chars().count() <= ID_CHARS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn report(kind: &str, action: &str, part: &str, headers: &str) -> String {
        format!(
            "From: MAILER-DAEMON@mx.shop.example\r\nTo: notices@status.example\r\nSubject: Undelivered\r\n\
             MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type={kind};\r\n boundary=\"b\"\r\n\r\n\
             --b\r\nContent-Type: text/plain\r\n\r\nIt was not delivered.\r\n\
             --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.shop.example\r\n\r\n\
             Final-Recipient: rfc822; a@shop.example\r\nAction: {action}\r\nStatus: 5.1.1\r\n\
             --b\r\nContent-Type: {part}\r\n\r\n{headers}\r\n--b--\r\n"
        )
    }

    #[test]
    fn a_report_names_its_message_and_whether_all_is_lost() {
        let headers = "Message-ID: <0a1b=2fc@status.example>\r\nSubject: Colissimo\r\n\r\n";
        for part in ["text/rfc822-headers", "message/rfc822"] {
            for (action, permanent) in [("failed", true), ("Delayed", false)] {
                let read = bounce(report("delivery-status", action, part, headers).as_bytes());
                assert_eq!(read, Some(Bounce { message_id: "0a1b/c".into(), permanent }), "{part} {action}");
            }
        }
    }

    #[test]
    fn nothing_else_is_a_report() {
        let headers = "Message-ID: <1@status.example>\r\n\r\n";
        let of = |kind, action, headers| bounce(report(kind, action, "text/rfc822-headers", headers).as_bytes());
        assert_eq!(of("delivery-status", "delivered", headers), None, "a success");
        assert_eq!(of("disposition-notification", "failed", headers), None, "a note that it was read");
        assert_eq!(of("delivery-status", "failed", "Subject: x\r\n\r\n"), None, "without an id");
        assert_eq!(of("delivery-status", "failed", "Message-ID: <=zz@x>\r\n\r\n"), None, "not an id of ours");
        for bytes in [&b""[..], b"\0\0", b"Subject: hello\r\n\r\nAction: failed\r\n"] {
            assert_eq!(bounce(bytes), None);
        }
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_bad(bytes in prop::collection::vec(any::<u8>(), 0..600), cut in 0_usize..700) {
            let good = report("delivery-status", "failed", "message/rfc822", "Message-ID: <1@x>\r\n\r\n");
            let mut mixed = good.as_bytes()[..cut.min(good.len())].to_vec();
            mixed.extend(bytes);
            _ = bounce(&mixed);
        }
    }
}
