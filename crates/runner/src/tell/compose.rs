//! The texts of notices: what stands in the messages, in the subscriber's language, as long as the channel wants it.

use super::Compose;
use channels::Message;
use clock::Time;
use notice::{Arg, Lang, Update, Words, plan::ChannelKind};
use serde_json::json;
use store::Outgoing;

/// Writes notices from the words that the status page has too.
#[derive(Clone, Debug)]
pub struct Composer {
    /// Where the status page is, without a slash at the end: links begin with it.
    pub url: String,
}

impl Compose for Composer {
    fn compose(&self, outgoing: &Outgoing, now: Time) -> Message {
        let words = Words::of(outgoing.subscription.lang);
        let page = format!("{}/status", self.url);
        let unsubscribe_url = format!("{}/status/unsubscribe/{}", self.url, outgoing.unsubscribe_token);
        let newest = outgoing.updates.first();
        let subject = newest.map(|update| words.headline(update, now)).unwrap_or_default();
        let text = match outgoing.channel {
            ChannelKind::Mail => self.letter(words, outgoing, &unsubscribe_url, now),
            ChannelKind::Sms | ChannelKind::WebPush => {
                newest.map(|update| words.short(update, now)).unwrap_or_default()
            }
            ChannelKind::Webhook => subject.clone(),
        };
        let json = newest.filter(|_| outgoing.channel == ChannelKind::Webhook);
        Message {
            id: outgoing.message.clone(),
            to: outgoing.to.to_string(),
            lang: outgoing.subscription.lang.code(),
            subject,
            text,
            json: json.map(|update| event(update, &page, now)),
            unsubscribe_url: Some(unsubscribe_url),
            in_reply_to: None,
            useful_for: outgoing.useful_until.since(now),
        }
    }
}

impl Composer {
    /// A mail: every message that it tells, the newest first, then where more is and how to end it.
    fn letter(&self, words: &Words, outgoing: &Outgoing, unsubscribe_url: &str, now: Time) -> String {
        let told = outgoing.updates.iter().map(|update| {
            let lines = words.update(update, now).lines.join("\n\n");
            let title = words.headline(update, now);
            if outgoing.updates.len() > 1 { format!("{}\n{title}\n\n{lines}", words.at(update.at, now)) } else { lines }
        });
        let mut parts: Vec<String> = told.collect();
        let page = format!("{}/status", self.url);
        let lang = outgoing.subscription.lang.code();
        parts.push(words.text("notice-more", &[("url", Arg::Text(&format!("{page}?lang={lang}")))]));
        parts.push(words.text("notice-end", &[("url", Arg::Text(unsubscribe_url))]));
        parts.join("\n\n")
    }
}

/// A message for a program: the claims with what they stand on, and both languages.
fn event(update: &Update, page: &str, now: Time) -> String {
    let both = |text: fn(&Words, &Update, Time) -> String| {
        let [fr, en] = Lang::ALL.map(|lang| text(Words::of(lang), update, now));
        json!({ "fr": fr, "en": en })
    };
    json!({
        "type": "incident.updated",
        "timestamp": update.at.to_string(),
        "data": {
            "update": update.id.0,
            "incident": update.incident.0,
            "carrier": update.carrier.name(),
            "stage": update.stage,
            "level": update.level().map(notice::Level::name),
            "headline": both(|words, update, now| words.headline(update, now)),
            "text": both(|words, update, now| words.update(update, now).lines.join("\n")),
            "next_message_by": update.next_by.map(|by| by.to_string()),
            "claims": update.claims,
            "url": page,
        },
    })
    .to_string()
}
