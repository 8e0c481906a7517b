//! Tickets in as mail: the raw message as a mail server pipes it, read within its bounds.

use super::{Desk, add, answer::Taken, id_in, new_id, require_desk, text};
use crate::{
    auth::Signed,
    body,
    problem::{Kind, Problem},
    refusals::{Always, BadBytes},
    state::{App, Shared},
};
use axum::{
    Json,
    extract::{Request, State},
};
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use mail_parser::{HeaderValue, Message, MessageParser, MimeHeaders, PartType};
use notice::plan::ChannelKind;
use sha2::{Digest, Sha256};
use std::fmt::Write;
use store::{NewTicket, ReplyTo, TicketCame, TicketFile, TicketSource};

/// The longest mail that is read, in bytes.
const MAIL_BYTES_MAX: usize = 10 << 20;
/// Lines before the first empty one, at most.
const HEADER_LINES_MAX: usize = 1_000;
/// Parts of a mail, at most, however they are nested: what has more is kept unread.
const PARTS_COUNT_MAX: usize = 200;
/// Mails within mails that are looked into, at most.
const NESTED_DEPTH_MAX: usize = 3;
/// What is kept of a mail that is not read any further, in bytes.
const KEPT_BYTES_MAX: usize = 1 << 20;

/// Hand a mail in
///
/// The raw bytes of a mail (RFC 5322) to the support address, as a mail server pipes it: `curl --data-binary @- -H
/// 'Content-Type: message/rfc822'`. The answer goes by mail to its From; Reply-To is not followed. One that cannot be
/// read whole goes to a person with what could be read; the same mail again is the same ticket. A delivery
/// report of a message of ours becomes no ticket: where the message is lost for good, that is noted. Needs the scope `support`.
#[utoipa::path(post, path = "/v1/tickets/mail", operation_id = "hand_in_mail", tag = "support",
    request_body(description = "A mail of at most 10 MiB", content((String = "message/rfc822"))),
    responses((status = 201, description = "Taken in", body = Taken),
        (status = 200, description = "Taken in before, or a further message of a ticket", body = Taken), Always, BadBytes),
    security(("api_key" = [])))]
pub(crate) async fn take(
    State(app): State<Shared>,
    Signed(caller): Signed,
    request: Request,
) -> Result<(StatusCode, Json<Taken>), Problem> {
    require_desk(&caller)?;
    let (head, body) = request.into_parts();
    let (bytes, _room) = bounded(&app, &head.headers, body, MAIL_BYTES_MAX).await?;
    if let Some(bounce) = is_bounded(&bytes).then(|| channels::mail::bounce(&bytes)).flatten() {
        if bounce.permanent {
            let taken = app.store.receipt(ChannelKind::Mail, &bounce.message_id, false, app.now()).await;
            taken.map_err(crate::failure::of_store)?;
        }
        return Ok((StatusCode::OK, Json(Taken::nothing())));
    }
    let new = ticket(&app, &bytes);
    let came = add(&app, new).await?;
    let status = if matches!(came, TicketCame::New(_)) { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(Taken::of(&came))))
}

/// Reads a body that may be large: what says that it is too large is refused before a byte of it is read, and only a few
/// are held at once.
pub(super) async fn bounded<'a>(
    app: &'a App,
    headers: &HeaderMap,
    body: axum::body::Body,
    most: usize,
) -> Result<(Bytes, tokio::sync::SemaphorePermit<'a>), Problem> {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > most) {
        let detail = format!("A message has at most {most} bytes here; nothing of it was read.");
        return Err(Problem::new(Kind::BodyTooLarge, detail).header(header::CONNECTION, "close".into()));
    }
    let desk: &Desk = &app.desk;
    let room = desk.reading.acquire().await.map_err(|_| crate::failure::store_slow())?;
    Ok((body::read_up_to(most, body, &app.settings).await?, room))
}

fn ticket(app: &App, bytes: &Bytes) -> NewTicket {
    let id = new_id(app);
    let digest: String = Sha256::digest(bytes).iter().take(16).fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    });
    let bare = NewTicket {
        id,
        source: TicketSource::Mail,
        external: digest,
        thread: None,
        replies_to: None,
        merchant: None,
        reply_to: ReplyTo::default(),
        text: text::text("", ""),
        is_automatic: false,
        is_unreadable: true,
        files: Vec::new(),
        at: app.now(),
    };
    let parsed = if is_bounded(bytes) { MessageParser::default().parse(&bytes[..]) } else { None };
    match parsed.filter(|mail| mail.parts.len() <= PARTS_COUNT_MAX) {
        Some(mail) => read(bare, &mail),
        None => unread(bare, bytes),
    }
}

/// Whether the mail is of a shape that is worth being read: few header lines, few parts. The parts are counted before
/// they are read, by the lines that begin them.
fn is_bounded(bytes: &[u8]) -> bool {
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let head = lines.by_ref().take(HEADER_LINES_MAX + 1).take_while(|line| !line.trim_ascii().is_empty()).count();
    let name = b"content-type:";
    let parts = bytes
        .split(|byte| *byte == b'\n')
        .filter(|line| line.get(..name.len()).is_some_and(|begins| begins.eq_ignore_ascii_case(name)));
    head > 0 && head <= HEADER_LINES_MAX && parts.take(PARTS_COUNT_MAX + 1).count() <= PARTS_COUNT_MAX
}

/// What could not be read, for a person: its first bytes as a file, and as text.
fn unread(bare: NewTicket, bytes: &[u8]) -> NewTicket {
    let kept = &bytes[..bytes.len().min(KEPT_BYTES_MAX)];
    let shown = String::from_utf8_lossy(&kept[..kept.len().min(4_000)]).into_owned();
    NewTicket { text: text::text("", &shown), files: vec![text::file("mail.eml", "message/rfc822", kept)], ..bare }
}

fn read(bare: NewTicket, mail: &Message<'_>) -> NewTicket {
    let from = mail.from().and_then(|from| from.first()).and_then(|from| from.address.as_deref());
    let address = from.and_then(text::address);
    let message_id = mail.message_id().and_then(text::token);
    let (body, is_whole) = body_of(mail);
    let text = text::text(mail.subject().unwrap_or_default(), &body);
    let named = [mail.in_reply_to(), mail.references()];
    let mut names = named.into_iter().flat_map(names);
    let external = match (&message_id, &address) {
        (Some(name), Some(from)) => format!("{name} {from}"),
        _ => bare.external.clone(),
    };
    NewTicket {
        external,
        replies_to: names.find_map(|name| id_in(&name)).or_else(|| id_in(&text.subject)),
        reply_to: ReplyTo { address, place: None, message_id, subject: text.subject.clone() },
        is_automatic: is_automatic(mail),
        is_unreadable: !is_whole || from.is_none(),
        files: files(mail),
        text,
        ..bare
    }
}

fn names(value: &HeaderValue<'_>) -> Vec<String> {
    match value {
        HeaderValue::Text(name) => vec![name.to_string()],
        HeaderValue::TextList(names) => names.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    }
}

/// The text: plain where there is plain, else what the HTML says; and of mails within it, theirs. And whether it is whole.
fn body_of(mail: &Message<'_>) -> (String, bool) {
    let mut body = String::new();
    let mut is_whole = !mail.parts.iter().any(|part| part.is_encoding_problem);
    gather(mail, 0, &mut body, &mut is_whole);
    (body, is_whole && !mail.text_body.is_empty())
}

fn gather(mail: &Message<'_>, depth: usize, body: &mut String, is_whole: &mut bool) {
    for place in 0..mail.text_body.len() {
        if let Some(text) = mail.body_text(place) {
            body.push_str(&text);
            body.push('\n');
        }
    }
    for part in &mail.parts {
        let PartType::Message(inner) = &part.body else { continue };
        if depth >= NESTED_DEPTH_MAX {
            *is_whole = false;
            return;
        }
        body.push_str("---------- Forwarded message ----------\n");
        body.push_str(inner.subject().unwrap_or_default());
        body.push('\n');
        gather(inner, depth + 1, body, is_whole);
    }
}

/// Whether a program wrote it, or sent it to many (RFC 3834, RFC 2919): such a mail is never answered.
fn is_automatic(mail: &Message<'_>) -> bool {
    let value = |name: &str| mail.header_raw(name).map(|value| value.trim().to_ascii_lowercase());
    let submitted = value("Auto-Submitted").is_some_and(|value| value != "no");
    let bulk =
        value("Precedence").is_some_and(|value| matches!(value.as_str(), "bulk" | "list" | "junk" | "auto_reply"));
    let list = ["List-Id", "List-Unsubscribe", "X-Auto-Response-Suppress", "X-Autoreply", "X-Autorespond"];
    let empty_path = value("Return-Path").is_some_and(|value| value == "<>");
    let report = mail.content_type().is_some_and(|kind| kind.c_type == "multipart" && kind.subtype() == Some("report"));
    submitted || bulk || empty_path || report || list.iter().any(|name| value(name).is_some()) || from_a_daemon(mail)
}

fn from_a_daemon(mail: &Message<'_>) -> bool {
    let from = mail.from().and_then(|from| from.first()).and_then(|from| from.address.as_deref()).unwrap_or_default();
    let local = from.split('@').next().unwrap_or_default().to_ascii_lowercase();
    matches!(local.as_str(), "mailer-daemon" | "postmaster" | "noreply" | "no-reply" | "donotreply" | "do-not-reply")
}

fn files(mail: &Message<'_>) -> Vec<TicketFile> {
    let mut room = text::FILES_BYTES_MAX;
    let mut kept = Vec::new();
    for part in mail.attachments() {
        let bytes = part.contents();
        if kept.len() >= text::FILES_COUNT_MAX || bytes.len() > room {
            continue;
        }
        room -= bytes.len();
        let kind = part.content_type();
        let media_type = kind.map(|kind| format!("{}/{}", kind.c_type, kind.subtype().unwrap_or("*")));
        kept.push(text::file(part.attachment_name().unwrap_or("file"), &media_type.unwrap_or_default(), bytes));
    }
    kept
}
