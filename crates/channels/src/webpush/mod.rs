//! Web push (RFC 8030): a message that a browser shows, encrypted for that browser alone (RFC 8291), by the push service
//! that the browser chose, to which we prove who we are (VAPID, RFC 8292).
//!
//! The endpoint is a URL that a stranger wrote, and is held to the rules of webhooks' targets.

mod subscription;
mod vapid;

pub use subscription::{BadSubscription, Subscription};
pub use vapid::{BadKey, VapidKey};

use crate::{
    BoxFuture, Channel, Message, Now, Report,
    webhook::{Sender, unanswered},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use sha2::{Digest, Sha256};
use std::{fmt, time::Duration};

/// The longest message before encryption, in bytes: push services take 4096 after it (RFC 8291, 4).
const PLAIN_BYTES_MAX: usize = 3_993;
/// The longest wait that is asked of a push service, in seconds: four weeks, beyond which some refuse.
const TTL_S_MAX: u64 = 28 * 86_400;
/// Characters of a topic (RFC 8030, 5.4).
const TOPIC_CHARS: usize = 32;

/// How urgent messages are (RFC 8030, 5.3): what a browser that saves its battery still lets through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Urgency {
    /// When it is plugged in and on a network that costs nothing.
    VeryLow,
    /// When one of both is so.
    Low,
    /// Neither, unless the battery is low.
    Normal,
    /// Always.
    #[default]
    High,
}

impl Urgency {
    const fn name(self) -> &'static str {
        match self {
            Self::VeryLow => "very-low",
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
        }
    }
}

/// How messages are pushed.
#[derive(Clone)]
pub struct Settings {
    /// Our key, the same for as long as subscriptions are to be good.
    pub key: VapidKey,
    /// Where a push service can reach whoever runs this: `mailto:` and an address, or `https://` and a page.
    pub contact: String,
    /// How urgent messages are.
    pub urgency: Urgency,
    /// A subscription of the operator's own that the canary pushes to; without one the canary has nobody to ask.
    pub canary_to: Option<String>,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("webpush::Settings").field("urgency", &self.urgency).finish_non_exhaustive()
    }
}

/// Pushes messages to browsers.
pub struct WebPush {
    settings: Settings,
    sender: Sender,
    now: Now,
}

impl WebPush {
    /// By these settings, through a sender whose rules say where messages may go.
    pub fn new(settings: Settings, sender: Sender, now: Now) -> Self {
        Self { settings, sender, now }
    }

    async fn deliver(&self, message: &Message) -> Report {
        self.push(&message.to, plain(message), &message.id, message.useful_for).await
    }

    async fn push(&self, to: &str, plain: Vec<u8>, id: &str, useful_for: Duration) -> Report {
        let Ok(subscription) = to.parse::<Subscription>() else {
            return Report::Refused { why: BadSubscription.to_string() };
        };
        if plain.len() > PLAIN_BYTES_MAX {
            return Report::NotNow { why: format!("the message is longer than {PLAIN_BYTES_MAX} bytes") };
        }
        let (Some(body), Some(headers)) = (subscription.encrypt(plain), self.headers(&subscription, id, useful_for))
        else {
            return Report::Refused { why: BadSubscription.to_string() };
        };
        match self.sender.post(&subscription.endpoint, headers, Bytes::from(body), 0).await {
            Ok(answer) => report(answer.status().as_u16()),
            Err(failure) => unanswered(failure),
        }
    }

    fn headers(&self, subscription: &Subscription, id: &str, useful_for: Duration) -> Option<HeaderMap> {
        let Settings { key, contact, urgency, .. } = &self.settings;
        let vapid = key.authorization(&subscription.origin()?, contact, (self.now)());
        let mut vapid = HeaderValue::from_str(&vapid).ok()?;
        vapid.set_sensitive(true);
        let topic = HeaderValue::from_str(&topic(id)).ok()?;
        Some(HeaderMap::from_iter([
            (header::AUTHORIZATION, vapid),
            (header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")),
            (header::CONTENT_ENCODING, HeaderValue::from_static("aes128gcm")),
            (HeaderName::from_static("ttl"), HeaderValue::from(useful_for.as_secs().min(TTL_S_MAX))),
            (HeaderName::from_static("urgency"), HeaderValue::from_static(urgency.name())),
            (HeaderName::from_static("topic"), topic),
        ]))
    }

    async fn ask(&self) -> Report {
        match &self.settings.canary_to {
            // Kept for nobody who is away, and shown by nobody: our worker passes over what has no title.
            Some(to) => self.push(to, b"{}".to_vec(), "canary", Duration::ZERO).await,
            None => Report::Accepted { receipt: None },
        }
    }
}

impl Channel for WebPush {
    fn send<'a>(&'a self, message: &'a Message) -> BoxFuture<'a, Report> {
        Box::pin(self.deliver(message))
    }

    /// Each browser has a push service of its own: what can be asked is that of the operator's own browser.
    fn canary(&self) -> BoxFuture<'_, Report> {
        Box::pin(self.ask())
    }
}

fn plain(message: &Message) -> Vec<u8> {
    serde_json::json!({
        "title": message.subject, "body": message.text, "lang": message.lang, "tag": message.id,
        "unsubscribe_url": message.unsubscribe_url,
    })
    .to_string()
    .into_bytes()
}

/// The same for the same message: a push service that still holds it puts the second in the first one's place.
fn topic(id: &str) -> String {
    let mut topic = URL_SAFE_NO_PAD.encode(Sha256::digest(id.as_bytes()));
    topic.truncate(TOPIC_CHARS);
    topic
}

fn report(status: u16) -> Report {
    let why = format!("the push service answered {status}");
    match status {
        200..=299 => Report::Accepted { receipt: None },
        // The browser is not there any more, or never was.
        404 | 410 => Report::Refused { why },
        _ => Report::NotNow { why },
    }
}
