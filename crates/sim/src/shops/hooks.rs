//! Webhooks on their way: what is to be carried, and what became of it.

use carriers::Request;
use clock::Time;
use http::{HeaderName, Method, header};
use std::{fmt, time::Duration};

/// One attempt to deliver one webhook.
#[derive(Clone, PartialEq)]
pub struct Delivery {
    /// Which message; the same for all its attempts.
    pub message: u64,
    /// Which subscription.
    pub subscription: u64,
    /// The platform's name of what happened; empty for a ping.
    pub topic: String,
    /// The order that it is about; none for a ping.
    pub order: Option<u64>,
    /// Which attempt, from 1.
    pub attempt: u32,
    /// The whole address it goes to.
    pub url: String,
    /// What is sent there.
    pub request: Request,
    /// How long the platform waits for a connection.
    pub connect_patience: Duration,
    /// How long it waits for the answer, all in all.
    pub patience: Duration,
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { message, topic, order, attempt, .. } = self;
        write!(f, "Delivery({message}, {topic:?}, order {order:?}, attempt {attempt})")
    }
}

/// What became of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The status that was answered; none when no answer came.
    pub status: Option<u16>,
    /// How long it took.
    pub took: Duration,
}

impl Outcome {
    /// Whether there was an answer while somebody waited for it.
    pub(super) fn in_time(self, patience: Duration) -> Option<u16> {
        self.status.filter(|_| self.took <= patience)
    }
}

/// Whether a subscription sends anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It does.
    Active,
    /// Its owner paused it.
    Paused,
    /// The platform switched it off after failures.
    Disabled {
        /// When.
        since: Time,
    },
    /// It is gone: the platform deleted it after failures, or its owner did.
    Deleted {
        /// When.
        since: Time,
        /// Whether the platform did.
        after_failures: bool,
    },
}

/// A subscription to webhooks, as the shop knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// Its id.
    pub id: u64,
    /// What it is for, by the platform's name.
    pub topic: String,
    /// Where its webhooks go.
    pub url: String,
    /// Whether it sends.
    pub standing: Standing,
    /// Failures since its last success.
    pub failures: u32,
    /// Webhooks that were delivered.
    pub delivered: u64,
    /// Webhooks that will not be delivered any more.
    pub given_up: u64,
}

/// The request of a webhook: POST to this address, of which scheme and host are left to whoever carries it.
pub(super) fn post(url: &str, content_type: &str, headers: &[(&'static str, String)], body: String) -> Request {
    let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path_and_query = after_scheme.find('/').and_then(|at| after_scheme.get(at..)).unwrap_or("/");
    let mut all = vec![(header::CONTENT_TYPE, content_type.to_owned())];
    all.extend(
        headers.iter().filter_map(|(name, value)| Some((HeaderName::from_bytes(name.as_bytes()).ok()?, value.clone()))),
    );
    Request { method: Method::POST, path_and_query: path_and_query.to_owned(), headers: all, body: body.into() }
}
