//! What tells people, wired: the speaker, the notices and the answers of the support desk.

use crate::{config::Config, fault::Fault};
use channels::{Channel, webhook::Sender, webpush::VapidKey};
use clock::Clock;
use notice::{Board, plan::ChannelKind};
use prometheus_client::registry::Registry;
use runner::{
    Composer, Lookout, Replies, ReplyMetrics, ReplyOptions, Speaker, SpeakerMetrics, SpeakerSettings, Tell, TellMetrics,
};
use server::{StatusPages, Subscribing};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use store::Store;

/// The metrics of what tells people.
pub(crate) struct TellingMetrics(SpeakerMetrics, TellMetrics, ReplyMetrics);

impl TellingMetrics {
    pub(crate) fn register(registry: &mut Registry) -> Self {
        Self(SpeakerMetrics::register(registry), TellMetrics::register(registry), ReplyMetrics::register(registry))
    }
}

/// The running tasks.
pub(crate) struct Telling {
    speaker: Speaker,
    tell: Tell,
    replies: Replies,
    subscribing: Arc<Subscribing>,
}

impl Telling {
    /// Takes up what was said, sent and asked, and starts the tasks.
    ///
    /// # Errors
    /// When a channel is set up wrongly or the store cannot be read.
    pub(crate) async fn start(
        config: &Config,
        store: &Store,
        clock: &Arc<dyn Clock>,
        (lookout, sender, mail): (&Lookout, &Sender, Option<Arc<dyn Channel>>),
        pages: &Arc<StatusPages>,
        TellingMetrics(of_speaker, of_tell, of_replies): TellingMetrics,
    ) -> Result<Self, Fault> {
        let time = Arc::clone(clock);
        let seconds: channels::Now = Arc::new(move || time.now().unix_ms() / 1_000);
        let push_key = push_key(store)?;
        let mut ways =
            config.notices.channels(sender.clone(), seconds, config.webhooks.allow_private, push_key.clone())?;
        ways.extend(mail.map(|mail| (ChannelKind::Mail, mail)));
        let subscribing = Arc::new(Subscribing {
            url: config.status.url.trim_end_matches('/').to_owned(),
            channels: ways.clone(),
            push_key: ways.contains_key(&ChannelKind::WebPush).then(|| push_key.public_text()),
            receipts_secret: config.notices.sms.receipts_secret()?,
        });
        let answers = config.desk.channels(ways.get(&ChannelKind::Mail).cloned(), sender)?;
        let promised = Arc::new(Mutex::new(BTreeMap::new()));
        let (pages, noted) = (Arc::clone(pages), Arc::clone(&promised));
        let show = move |board: &Board| {
            pages.publish(board);
            let next = board.stories.iter().filter_map(|story| Some((story.id, story.next_by()?)));
            *noted.lock().unwrap_or_else(PoisonError::into_inner) = next.collect();
        };
        let settings = SpeakerSettings {
            herald: config.notices.herald(config.watch.official_url.as_ref()),
            status: config.status.clone(),
            ..SpeakerSettings::default()
        };
        let (url, time) = (config.status.url.clone(), Arc::clone(clock));
        let speaker =
            Speaker::start(store.clone(), lookout.clone(), time, settings, Arc::new(show), of_speaker).await?;
        let composer = Arc::new(Composer { url: url.clone() });
        let time = Arc::clone(clock);
        let tell = Tell::start(store.clone(), ways, composer, time, config.notices.settings(), of_tell).await?;
        let options = ReplyOptions {
            channels: answers,
            public_url: Some(url),
            next_message: Arc::new(move |incident| {
                promised.lock().unwrap_or_else(PoisonError::into_inner).get(&incident).copied()
            }),
        };
        let replies = Replies::start(store.clone(), Arc::clone(clock), lookout.shared(), options, of_replies);
        Ok(Self { speaker, tell, replies, subscribing })
    }

    /// What the listener needs so that people can subscribe: the same channels.
    pub(crate) fn subscribing(&self) -> Arc<Subscribing> {
        Arc::clone(&self.subscribing)
    }

    /// Says what is to be said now, and waits so long for what is under way.
    pub(crate) async fn shutdown(self, grace: Duration) {
        self.speaker.shutdown().await;
        tokio::join!(self.tell.shutdown(grace), self.replies.shutdown(grace));
    }
}

/// The key by which push services know us.
fn push_key(store: &Store) -> Result<VapidKey, Fault> {
    let found = (0..=u8::MAX).find_map(|attempt| VapidKey::from_bytes(&store.push_key(attempt)).ok());
    found.ok_or_else(|| Fault::failed("no key for web push can be derived from the sealing key".to_owned()))
}
