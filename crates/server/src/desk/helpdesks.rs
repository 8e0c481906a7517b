//! Tickets in from help desks: the webhooks of Chatwoot and Zammad, signed by them.

use super::{DeskSecret, add, answer::Taken, mail::bounded, new_id, text};
use crate::{
    body,
    problem::{Kind, Problem},
    refusals::NotHeard,
    state::{App, Shared},
};
use axum::{
    Json,
    extract::{Request, State},
};
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, StatusCode};
use mail_parser::decoders::html::html_to_text;
use serde::Deserialize;
use serde_json::Value;
use sha1::Sha1;
use sha2::Sha256;
use store::{NewTicket, ReplyTo, TicketSource};

/// The longest webhook that is read, in bytes.
const WEBHOOK_BYTES_MAX: usize = 2 << 20;
/// How old a signature of Chatwoot may be, in seconds.
const SIGNED_WITHIN_S: i64 = 300;

/// A webhook that tells of nothing to be answered.
type Heard = (StatusCode, Json<Taken>);

/// Take a webhook of Chatwoot
///
/// Takes in what a contact writes (`message_created`), signed with the webhook's secret (`X-Chatwoot-Signature`). The
/// answer goes into the conversation. What agents and bots write is left alone.
#[utoipa::path(post, path = "/v1/tickets/chatwoot", operation_id = "chatwoot_webhook", tag = "support",
    request_body(description = "As Chatwoot sends it", content((Value = "application/json"))),
    responses((status = 200, description = "Taken in, or nothing to take in", body = Taken), NotHeard))]
pub(crate) async fn chatwoot(State(app): State<Shared>, request: Request) -> Result<Heard, Problem> {
    let (head, body) = request.into_parts();
    let (bytes, _room) = bounded(&app, &head.headers, body, WEBHOOK_BYTES_MAX).await?;
    let secret = secret(app.settings.desk.chatwoot_secret.as_ref())?;
    let now_s = app.now().unix_ms() / 1_000;
    if !chatwoot_signed(secret, &head.headers, &bytes, now_s) {
        return Err(forged());
    }
    let event: ChatwootEvent = body::json(&bytes)?;
    let Some(new) = event.ticket(&app) else { return Ok((StatusCode::OK, Json(Taken::nothing()))) };
    Ok((StatusCode::OK, Json(Taken::of(&add(&app, new).await?))))
}

/// Take a webhook of Zammad
///
/// Takes in what a customer writes in a ticket, signed with the webhook's token (`X-Hub-Signature`, HMAC-SHA1). The answer
/// goes into the ticket. What agents write is left alone.
#[utoipa::path(post, path = "/v1/tickets/zammad", operation_id = "zammad_webhook", tag = "support",
    request_body(description = "As Zammad sends it", content((Value = "application/json"))),
    responses((status = 200, description = "Taken in, or nothing to take in", body = Taken), NotHeard))]
pub(crate) async fn zammad(State(app): State<Shared>, request: Request) -> Result<Heard, Problem> {
    let (head, body) = request.into_parts();
    let (bytes, _room) = bounded(&app, &head.headers, body, WEBHOOK_BYTES_MAX).await?;
    let secret = secret(app.settings.desk.zammad_secret.as_ref())?;
    let given = hex_after(&head.headers, "x-hub-signature", "sha1=").ok_or_else(forged)?;
    let mac = Hmac::<Sha1>::new_from_slice(secret).map(|mac| mac.chain_update(&bytes));
    if !mac.is_ok_and(|mac| mac.verify_slice(&given).is_ok()) {
        return Err(forged());
    }
    let event: ZammadEvent = body::json(&bytes)?;
    let Some(new) = event.ticket(&app) else { return Ok((StatusCode::OK, Json(Taken::nothing()))) };
    Ok((StatusCode::OK, Json(Taken::of(&add(&app, new).await?))))
}

fn secret(secret: Option<&DeskSecret>) -> Result<&[u8], Problem> {
    secret.map(DeskSecret::bytes).filter(|secret| !secret.is_empty()).ok_or_else(forged)
}

fn forged() -> Problem {
    Problem::new(Kind::WrongSignature, "The signature does not fit the secret that is set up here; nothing was kept.")
}

fn hex_after(headers: &HeaderMap, name: &str, before: &str) -> Option<Vec<u8>> {
    let hex = headers.get(name)?.to_str().ok()?.trim().strip_prefix(before)?;
    let pairs = hex.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
    pairs.collect()
}

/// Chatwoot signs `timestamp.body` and says the timestamp, in seconds, beside it.
fn chatwoot_signed(secret: &[u8], headers: &HeaderMap, bytes: &[u8], now_s: i64) -> bool {
    let Some(given) = hex_after(headers, "x-chatwoot-signature", "sha256=") else { return false };
    let Some(at) = headers.get("x-chatwoot-timestamp").and_then(|at| at.to_str().ok()) else { return false };
    let fresh = at.parse::<i64>().is_ok_and(|at_s| at_s.saturating_sub(now_s).saturating_abs() <= SIGNED_WITHIN_S);
    let mac = Hmac::<Sha256>::new_from_slice(secret);
    fresh
        && mac.is_ok_and(|mac| mac.chain_update(at).chain_update(b".").chain_update(bytes).verify_slice(&given).is_ok())
}

#[derive(Deserialize)]
struct ChatwootEvent {
    event: String,
    id: Option<u64>,
    content: Option<String>,
    message_type: Option<Value>,
    #[serde(default)]
    private: bool,
    conversation: Option<ChatwootConversation>,
    account: Option<WithId>,
    sender: Option<Person>,
}

#[derive(Deserialize)]
struct ChatwootConversation {
    id: u64,
    channel: Option<String>,
    meta: Option<ChatwootMeta>,
}

#[derive(Deserialize)]
struct ChatwootMeta {
    #[serde(default)]
    hmac_verified: bool,
}

#[derive(Deserialize)]
struct WithId {
    id: u64,
}

#[derive(Deserialize)]
struct Person {
    email: Option<String>,
}

impl ChatwootEvent {
    /// What a contact wrote; nothing for anything else.
    fn ticket(self, app: &App) -> Option<NewTicket> {
        let incoming = self.message_type.as_ref().is_some_and(|kind| *kind == "incoming" || *kind == 0);
        if self.event != "message_created" || !incoming || self.private {
            return None;
        }
        let (conversation, account) = (self.conversation?, self.account?);
        let place = format!("{}/{}", account.id, conversation.id);
        // In a chat anybody may type any address: only one that the help desk has proved is somebody's.
        let proved = conversation.channel.as_deref() == Some("Channel::Email")
            || conversation.meta.is_some_and(|meta| meta.hmac_verified);
        let address = self.sender.and_then(|sender| sender.email).filter(|_| proved);
        Some(NewTicket {
            id: new_id(app),
            source: TicketSource::Chatwoot,
            external: format!("{}/{}", account.id, self.id?),
            thread: Some(place.clone()),
            replies_to: None,
            merchant: None,
            reply_to: ReplyTo {
                address: address.as_deref().and_then(text::address),
                place: Some(place),
                ..ReplyTo::default()
            },
            text: text::text("", &self.content.unwrap_or_default()),
            is_automatic: false,
            is_unreadable: false,
            files: Vec::new(),
            at: app.now(),
        })
    }
}

#[derive(Deserialize)]
struct ZammadEvent {
    ticket: Option<ZammadTicket>,
    article: Option<ZammadArticle>,
}

#[derive(Deserialize)]
struct ZammadTicket {
    id: u64,
    title: Option<String>,
    customer: Option<Person>,
}

#[derive(Deserialize)]
struct ZammadArticle {
    id: u64,
    body: Option<String>,
    content_type: Option<String>,
    subject: Option<String>,
    sender: Option<Value>,
    r#type: Option<Value>,
    message_id: Option<String>,
    #[serde(default)]
    internal: bool,
    preferences: Option<Value>,
}

/// A name that is a text, or stands in an object under `name`.
fn name(value: Option<&Value>) -> &str {
    let text = value.map(|value| value.get("name").unwrap_or(value));
    text.and_then(Value::as_str).unwrap_or_default()
}

impl ZammadEvent {
    /// What a customer wrote; nothing for anything else.
    fn ticket(self, app: &App) -> Option<NewTicket> {
        let (ticket, article) = (self.ticket?, self.article?);
        if name(article.sender.as_ref()) != "Customer" || article.internal {
            return None;
        }
        let body = article.body.unwrap_or_default();
        let is_html = article.content_type.as_deref().is_some_and(|kind| kind.contains("html"));
        let body = if is_html { html_to_text(&body) } else { body };
        let subject = article.subject.filter(|subject| !subject.is_empty()).or(ticket.title).unwrap_or_default();
        let text = text::text(&subject, &body);
        let by_mail = name(article.r#type.as_ref()) == "email";
        let address = ticket.customer.and_then(|customer| customer.email).filter(|_| by_mail);
        let automatic = article.preferences.as_ref().and_then(|one| one.get("is-auto-response"));
        Some(NewTicket {
            id: new_id(app),
            source: TicketSource::Zammad,
            external: article.id.to_string(),
            thread: Some(ticket.id.to_string()),
            replies_to: None,
            merchant: None,
            reply_to: ReplyTo {
                address: address.as_deref().and_then(text::address),
                place: Some(ticket.id.to_string()),
                message_id: article.message_id.as_deref().and_then(text::token),
                subject: text.subject.clone(),
            },
            text,
            is_automatic: automatic.and_then(Value::as_bool).unwrap_or(false),
            is_unreadable: false,
            files: Vec::new(),
            at: app.now(),
        })
    }
}
