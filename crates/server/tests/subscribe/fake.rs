//! The outside: channels that write down what they are given and report what they are told to.

use super::support::{Answer, World};
use channels::{BoxFuture, Channel, Message, Report, webhook::Secret};
use http::Method;
use notice::plan::ChannelKind;
use server::Subscribing;
use std::sync::{Arc, Mutex};

pub const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
pub const JSON: (&str, &str) = ("content-type", "application/json");

/// One channel for everything.
pub struct Fake {
    sent: Mutex<Vec<Message>>,
    says: Mutex<Option<Report>>,
}

impl Fake {
    /// From now on this is what it reports; nothing for a channel that never comes back.
    pub fn will_report(&self, report: Option<Report>) {
        *self.says.lock().expect("lock") = report;
    }

    /// What was sent since this was last asked.
    pub fn sent(&self) -> Vec<Message> {
        std::mem::take(&mut *self.sent.lock().expect("lock"))
    }

    /// The one message that was sent.
    pub fn one(&self) -> Message {
        let mut sent = self.sent();
        assert_eq!(sent.len(), 1, "{sent:?}");
        sent.remove(0)
    }
}

impl Channel for Fake {
    fn send<'a>(&'a self, message: &'a Message) -> BoxFuture<'a, Report> {
        self.sent.lock().expect("lock").push(message.clone());
        match self.says.lock().expect("lock").clone() {
            Some(report) => Box::pin(std::future::ready(report)),
            None => Box::pin(std::future::pending()),
        }
    }

    fn canary(&self) -> BoxFuture<'_, Report> {
        Box::pin(std::future::ready(Report::Delivered))
    }
}

pub fn receipts_secret() -> Secret {
    Secret::from_bytes(&[9; 32])
}

/// A listener where people subscribe by all channels, and the channels.
pub async fn world() -> (World, Arc<Fake>) {
    let fake = Arc::new(Fake { sent: Mutex::default(), says: Mutex::new(Some(Report::Delivered)) });
    let all = ChannelKind::ALL.map(|kind| (kind, Arc::clone(&fake) as Arc<dyn Channel>));
    let subscribing = Subscribing {
        url: "https://status.example".into(),
        channels: all.into(),
        push_key: Some("BPublicKey".into()),
        receipts_secret: Some(receipts_secret()),
    };
    (World::subscribing(subscribing).await, fake)
}

pub async fn get(world: &World, path: &str) -> Answer {
    world.send(Method::GET, path, &[], String::new()).await
}

pub async fn post(world: &World, path: &str, body: &str) -> Answer {
    world.send(Method::POST, path, &[FORM], body.to_owned()).await
}

pub async fn ask(world: &World, body: &str) -> Answer {
    post(world, "/status/subscriptions?lang=en", body).await
}

/// The path of the link in a text that begins so.
pub fn link(text: &str, path: &str) -> String {
    let begin = text.find(&format!("https://status.example{path}")).unwrap_or_else(|| panic!("no {path} in {text}"));
    text[begin + "https://status.example".len()..].split([' ', '\n', '"', '<']).next().expect("a link").to_owned()
}

/// Subscribes by mail and confirms; the path of the subscription's own page.
pub async fn subscribed(world: &World, fake: &Fake, mail: &str) -> String {
    ask(world, &format!("channel=mail&mail={mail}")).await;
    let message = fake.one();
    post(world, &link(&message.text, "/status/confirm/"), "").await;
    link(message.unsubscribe_url.as_deref().expect("a link"), "/status/unsubscribe/")
}
