//! The messages of subscribing: the question whether it was meant, and the word to who is subscribed already.

use super::{Subscribing, text, text_with};
use crate::state::App;
use channels::{Message, Report};
use notice::plan::{ChannelKind, Subscription};
use std::time::Duration;
use store::UNCONFIRMED_KEPT;
use tokio::time::timeout;

/// How long the channel is waited for: somebody sits before the page.
const SEND_TIME_MAX: Duration = Duration::from_secs(10);

/// The only way of a subscription that was made here.
pub(super) const WAY: u8 = 0;

/// What is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Saying {
    /// Was it meant?
    Question,
    /// It is so already; here it can be changed.
    Known,
    /// A program is to show that it takes messages.
    Ping,
}

/// Sends this by the subscription's channel, and what came of it. Nothing in the time allowed is *not sent*: who waits is
/// told to try again, and a link that comes after all leads nowhere.
pub(super) async fn send(
    app: &App,
    subscribing: &Subscribing,
    (subscription, to): (&Subscription, &str),
    (kind, saying): (ChannelKind, Saying),
) -> Report {
    let Some(channel) = subscribing.channels.get(&kind) else {
        return Report::NotNow { why: "the channel is not set up".to_owned() };
    };
    let message = message(app, subscribing, (subscription, to), (kind, saying));
    let late = || Report::NotNow { why: "no answer in the time allowed".to_owned() };
    timeout(SEND_TIME_MAX, channel.send(&message)).await.unwrap_or_else(|_| late())
}

fn message(
    app: &App,
    subscribing: &Subscribing,
    (subscription, to): (&Subscription, &str),
    (kind, saying): (ChannelKind, Saying),
) -> Message {
    let (lang, id) = (subscription.lang, subscription.id.as_str());
    let name = app.status.settings().name.clone();
    let manage = subscribing.manage_url(app, id);
    let (subject, text) = match (saying, kind) {
        (Saying::Ping, _) => (name, String::new()),
        (Saying::Question, ChannelKind::Sms) => {
            let code = app.store.confirm_code(id, WAY);
            (String::new(), text_with(lang, "subscribe-ask-sms", &[("name", &name), ("code", &code)]))
        }
        (Saying::Known, ChannelKind::Sms) => (String::new(), format!("{} {manage}", text(lang, "subscribe-known-sms"))),
        (Saying::Question, _) => {
            let token = app.store.confirm_token(id, WAY);
            let link = format!("{}/status/confirm/{token}?lang={}", subscribing.url, lang.code());
            let ask = text_with(lang, "subscribe-ask", &[("name", &name)]);
            let not_you = text(lang, "subscribe-ask-not-you");
            (text_with(lang, "subscribe-ask-subject", &[("name", &name)]), format!("{ask}\n\n{link}\n\n{not_you}"))
        }
        (Saying::Known, _) => {
            let known = text_with(lang, "subscribe-known", &[("name", &name)]);
            (text_with(lang, "subscribe-known-subject", &[("name", &name)]), format!("{known}\n\n{manage}"))
        }
    };
    let json = (saying == Saying::Ping).then(|| {
        serde_json::json!({ "type": "subscription.ping", "timestamp": app.now().to_string(), "unsubscribe_url": manage })
            .to_string()
    });
    Message {
        id: format!("{id}-{}", app.now().unix_ms()),
        to: to.to_owned(),
        lang: lang.code(),
        subject,
        text,
        json,
        unsubscribe_url: Some(manage),
        in_reply_to: None,
        useful_for: UNCONFIRMED_KEPT,
    }
}
