//! Notices as webhooks: the address is a URL and the secret that its owner knows, kept together and sealed together.

use super::{Failure, Message, Refused, Secret, Sender};
use crate::{BoxFuture, Channel, Now, Report, message};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// The longest body, in bytes.
const BODY_BYTES_MAX: usize = 256 << 10;
/// The longest address, in bytes: a URL, a secret, and what is around them.
const ADDRESS_BYTES_MAX: usize = 8_192;

/// Where notices go and what they are signed with. Its text, JSON, is the `to` of a [`message::Message`].
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// The URL.
    pub url: String,
    /// What messages to it are signed with.
    pub secret: Secret,
}

/// Text that is no endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a webhook's address is JSON with a url and a secret")]
pub struct BadEndpoint;

#[derive(Serialize, Deserialize)]
struct Written {
    url: String,
    secret: String,
}

impl Endpoint {
    /// The address as it is kept.
    pub fn to_address(&self) -> String {
        let written = Written { url: self.url.clone(), secret: self.secret.as_str().to_owned() };
        // Two texts can always be written.
        serde_json::to_string(&written).unwrap_or_default()
    }
}

impl FromStr for Endpoint {
    type Err = BadEndpoint;

    fn from_str(text: &str) -> Result<Self, BadEndpoint> {
        let short = Some(text).filter(|text| text.len() <= ADDRESS_BYTES_MAX).ok_or(BadEndpoint)?;
        let written: Written = serde_json::from_str(short).map_err(|_| BadEndpoint)?;
        Ok(Self { url: written.url, secret: written.secret.parse().map_err(|_| BadEndpoint)? })
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Endpoint(…)")
    }
}

/// Sends notices to programs, signed as Standard Webhooks are: the message's id is the `webhook-id`.
#[derive(Clone)]
pub struct Notices {
    sender: Sender,
    now: Now,
}

impl Notices {
    /// By this sender, whose rules say where messages may go.
    pub fn new(sender: Sender, now: Now) -> Self {
        Self { sender, now }
    }

    async fn deliver(&self, message: &message::Message) -> Report {
        let Ok(endpoint) = message.to.parse::<Endpoint>() else {
            return Report::Refused { why: BadEndpoint.to_string() };
        };
        let body = body(message);
        if body.len() > BODY_BYTES_MAX {
            return Report::NotNow { why: format!("the message is longer than {BODY_BYTES_MAX} bytes") };
        }
        let signed = Message {
            url: endpoint.url,
            id: message.id.clone(),
            at_s: (self.now)(),
            body: Bytes::from(body),
            secrets: vec![endpoint.secret],
        };
        report(self.sender.send(&signed).await.result)
    }
}

impl Channel for Notices {
    fn send<'a>(&'a self, message: &'a message::Message) -> BoxFuture<'a, Report> {
        Box::pin(self.deliver(message))
    }

    /// Every endpoint is somebody else's: there is nothing of the channel's own that could be down.
    fn canary(&self) -> BoxFuture<'_, Report> {
        Box::pin(std::future::ready(Report::Accepted { receipt: None }))
    }
}

fn body(message: &message::Message) -> String {
    let plain = || {
        serde_json::json!({
            "type": "notice", "id": message.id, "lang": message.lang, "subject": message.subject,
            "text": message.text, "unsubscribe_url": message.unsubscribe_url,
        })
        .to_string()
    };
    message.json.clone().unwrap_or_else(plain)
}

/// Whoever answers with something other than success has not taken it; only 410 says *never again*.
fn report(result: Result<u16, Failure>) -> Report {
    match result {
        Ok(200..=299) => Report::Delivered,
        Ok(410) => Report::Refused { why: "the endpoint answered 410".to_owned() },
        Ok(status) => Report::NotNow { why: format!("the endpoint answered {status}") },
        Err(failure) => unanswered(failure),
    }
}

/// What no answer comes to. Where the request may have been read already, nobody knows.
pub(crate) fn unanswered(failure: Failure) -> Report {
    let why = failure.to_string();
    match failure {
        Failure::Refused(Refused::NoAddress) | Failure::NoConnection | Failure::Tls => Report::NotNow { why },
        Failure::Refused(_) => Report::Refused { why },
        Failure::Cut | Failure::NotHttp | Failure::NoAnswer => Report::Unknown { why },
    }
}
