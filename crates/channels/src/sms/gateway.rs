//! A gateway for text messages over HTTP: one POST of JSON for each message, receipts by callback.
//!
//! What is sent: `{"id", "from", "to", "text", "encoding", "segments"}`, with `Authorization: Bearer …` and the message's
//! id as `Idempotency-Key`. What is answered: any 2xx, with `{"id": …}` where the gateway names the message itself. The
//! callback is that of [`super::read_receipts`].

use super::{BadNumber, number, plain, segments};
use crate::{
    BoxFuture, Channel, Message, Report,
    webhook::{BadSender, Options, Sender, unanswered},
};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use serde::{Deserialize, Serialize};
use std::{fmt, time::Duration};
use zeroize::Zeroizing;

/// The longest answer that is read, in bytes.
const ANSWER_BYTES_MAX: usize = 16 << 10;
/// The longest name that a gateway gives a message, in characters.
const NAME_CHARS_MAX: usize = 200;
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// How text messages are sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Settings {
    /// Where messages are posted.
    pub url: String,
    /// Who we are at the gateway; none where it knows us otherwise.
    pub token: Option<Zeroizing<String>>,
    /// Whom messages are from: a name of up to 11 letters, or a number.
    pub from: String,
    /// Segments of one message, at most: each is paid for. A longer text is not sent.
    pub segments_max: usize,
    /// Whether the gateway calls back when a message has arrived.
    pub receipts: bool,
    /// How long one message may take.
    pub timeout: Duration,
    /// Whether the gateway may be on this machine or in a private network, and without TLS.
    pub allow_private: bool,
    /// Certificates (PEM) to trust beside those of the public authorities.
    pub roots_pem: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            url: String::new(),
            token: None,
            from: "Tournee".to_owned(),
            segments_max: 4,
            receipts: true,
            timeout: Duration::from_secs(15),
            allow_private: false,
            roots_pem: None,
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("sms::Settings").field("from", &self.from).finish_non_exhaustive()
    }
}

#[derive(Serialize)]
struct Posted<'a> {
    id: &'a str,
    from: &'a str,
    to: &'a str,
    text: &'a str,
    encoding: &'static str,
    segments: usize,
}

#[derive(Deserialize)]
struct Taken {
    id: Option<String>,
}

/// Sends text messages by the gateway.
#[derive(Debug)]
pub struct Gateway {
    settings: Settings,
    sender: Sender,
}

impl Gateway {
    /// By these settings. Nothing is connected yet.
    ///
    /// # Errors
    /// [`BadSender`] when the certificates cannot be read.
    pub fn new(settings: Settings) -> Result<Self, BadSender> {
        let options = Options {
            timeout: settings.timeout,
            allow_private: settings.allow_private,
            roots_pem: settings.roots_pem.clone(),
        };
        Ok(Self { sender: Sender::new(options)?, settings })
    }

    async fn deliver(&self, message: &Message) -> Report {
        let Ok(to) = number(&message.to) else { return Report::Refused { why: BadNumber.to_string() } };
        let text = plain(&message.text);
        let size = segments(&text);
        if size.count == 0 || size.count > self.settings.segments_max {
            let (count, most) = (size.count, self.settings.segments_max);
            return Report::NotNow { why: format!("the text takes {count} segments; {most} at most are sent") };
        }
        let posted = Posted {
            id: &message.id,
            from: &self.settings.from,
            to: &to,
            text: &text,
            encoding: size.encoding.name(),
            segments: size.count,
        };
        let (Ok(body), Some(headers)) = (serde_json::to_vec(&posted), self.headers(Some(&message.id))) else {
            return Report::NotNow { why: "the message cannot be written as a request".to_owned() };
        };
        match self.sender.post(&self.settings.url, headers, Bytes::from(body), ANSWER_BYTES_MAX).await {
            Ok(answer) => self.report(&answer, message),
            Err(failure) => self.failed(failure),
        }
    }

    /// The gateway's own address is ours to mend: no recipient is refused for it.
    fn failed(&self, failure: crate::webhook::Failure) -> Report {
        match unanswered(failure) {
            Report::Refused { why } => Report::NotNow { why },
            other => other,
        }
    }

    fn headers(&self, id: Option<&str>) -> Option<HeaderMap> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(token) = &self.settings.token {
            let mut bearer = HeaderValue::from_str(&Zeroizing::new(format!("Bearer {}", token.as_str()))).ok()?;
            bearer.set_sensitive(true);
            headers.insert(header::AUTHORIZATION, bearer);
        }
        if let Some(id) = id {
            headers.insert(IDEMPOTENCY_KEY, HeaderValue::from_str(id).ok()?);
        }
        Some(headers)
    }

    fn report(&self, answer: &Response<Bytes>, message: &Message) -> Report {
        let status = answer.status();
        let why = format!("the gateway answered {}", status.as_u16());
        match status.as_u16() {
            200..=299 => {
                let named = serde_json::from_slice::<Taken>(answer.body()).ok().and_then(|taken| taken.id);
                let named = named.filter(|id| !id.is_empty() && id.chars().count() <= NAME_CHARS_MAX);
                let receipt = named.or_else(|| Some(message.id.clone())).filter(|_| self.settings.receipts);
                Report::Accepted { receipt }
            }
            // Something is wrong with the message; with this text and sender, that is the number.
            400 | 404 | 410 | 422 => Report::Refused { why },
            // It broke in the middle of it.
            500 | 502 | 504 => Report::Unknown { why },
            _ => Report::NotNow { why },
        }
    }

    /// An empty list of messages: whoever answers it with anything but an error of its own is there.
    async fn ask(&self) -> Report {
        let Some(headers) = self.headers(None) else {
            return Report::NotNow { why: "the token cannot be written as a header".to_owned() };
        };
        match self.sender.post(&self.settings.url, headers, Bytes::from_static(b"[]"), 0).await {
            Ok(answer) if may_be_used(answer.status()) => Report::Delivered,
            Ok(answer) => Report::NotNow { why: format!("the gateway answered {}", answer.status().as_u16()) },
            Err(failure) => Report::NotNow { why: failure.to_string() },
        }
    }
}

/// A request that holds no message is refused by most, which says that they are there and know us.
fn may_be_used(status: StatusCode) -> bool {
    status.is_success() || matches!(status.as_u16(), 400 | 422)
}

impl Channel for Gateway {
    fn send<'a>(&'a self, message: &'a Message) -> BoxFuture<'a, Report> {
        Box::pin(self.deliver(message))
    }

    fn canary(&self) -> BoxFuture<'_, Report> {
        Box::pin(self.ask())
    }
}
