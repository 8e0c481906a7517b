//! The canaries of the channels: each is asked now and then whether it works, and soon when anything is odd.

use super::{Context, sending::Sent};
use channels::Report;
use clock::Time;
use notice::plan::{ChannelHealth, ChannelKind, ChannelState};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use store::{Store, StoreError};
use tokio::{
    task::{JoinError, JoinSet},
    time::timeout,
};

/// How soon after a canary the next may go out, whatever fails.
const CANARY_REST: Duration = Duration::from_secs(1);

/// What is known of one channel.
struct One {
    health: ChannelHealth,
    asked_at: Time,
    /// When its canary goes out next; nothing while one is under way.
    next: Option<Time>,
}

/// The channels, and the canaries that are under way.
pub(super) struct Canaries {
    all: BTreeMap<ChannelKind, One>,
    under_way: JoinSet<(ChannelKind, bool)>,
}

impl Canaries {
    /// As the channels were when that was last written down.
    pub(super) async fn open(
        store: &Store,
        channels: impl Iterator<Item = ChannelKind>,
        now: Time,
    ) -> Result<Self, StoreError> {
        let known: BTreeMap<_, _> = store.channel_health().await?.into_iter().collect();
        let one = |channel| {
            let health = known.get(&channel).copied().unwrap_or_else(|| ChannelHealth::new(now));
            (channel, One { health, asked_at: now, next: Some(now) })
        };
        Ok(Self { all: channels.map(one).collect(), under_way: JoinSet::new() })
    }

    /// Sends the canaries whose time has come.
    pub(super) fn begin(&mut self, context: &Arc<Context>, now: Time) {
        for (channel, one) in &mut self.all {
            context.metrics.channel(*channel, one.health.state);
            if one.next.is_some_and(|next| next <= now) {
                one.next = None;
                one.asked_at = now;
                self.under_way.spawn(ask(Arc::clone(context), *channel));
            }
        }
    }

    /// The next canary that comes back; nothing while none is under way.
    pub(super) async fn next(&mut self) -> Option<Result<(ChannelKind, bool), JoinError>> {
        self.under_way.join_next().await
    }

    /// Takes up how a canary ended.
    pub(super) async fn ended(&mut self, context: &Context, ended: Result<(ChannelKind, bool), JoinError>) {
        let now = context.clock.now();
        match ended {
            Ok((channel, well)) => self.changed(context, channel, now, |health| health.canary(well, now)).await,
            Err(broken) => {
                tracing::error!(error = %broken, "a canary's task ended badly; its channel is asked again");
                // Which one it was is not known: all that are under way by our books are asked again.
                self.all.values_mut().for_each(|one| one.next = Some(one.next.unwrap_or(now)));
            }
        }
    }

    /// Takes up what a real message says of its channel.
    pub(super) async fn saw(&mut self, context: &Context, sent: Sent) {
        let Some(well) = sent.well else { return };
        let now = context.clock.now();
        // While its own canary is under way that one says more.
        if self.all.get(&sent.channel).is_some_and(|one| one.next.is_none()) {
            return;
        }
        self.changed(context, sent.channel, now, |health| health.message(well, now)).await;
        if let Some(one) =
            self.all.get_mut(&sent.channel).filter(|one| !well && one.health.state == ChannelState::Doubtful)
        {
            let at_once = one.asked_at.plus(CANARY_REST);
            one.next = one.next.map(|next| next.min(at_once));
        }
    }

    async fn changed(
        &mut self,
        context: &Context,
        channel: ChannelKind,
        now: Time,
        change: impl FnOnce(&mut ChannelHealth),
    ) {
        let Some(one) = self.all.get_mut(&channel) else { return };
        let before = one.health.state;
        change(&mut one.health);
        let (settings, state) = (&context.settings, one.health.state);
        let soon = now.plus(Duration::from_millis(settings.canary_soon_ms));
        let later = now.plus(Duration::from_millis(settings.canary_every_ms));
        one.next = Some(match (state, one.next) {
            (_, Some(next)) => next,
            (ChannelState::Up, None) => later,
            (_, None) => soon,
        });
        if state == before {
            return;
        }
        context.metrics.channel(channel, state);
        tracing::info!(channel = channel.name(), state = state.name(), "a channel changed");
        if let Err(error) = context.store.put_channel_health(channel, one.health).await {
            tracing::error!(%error, "how a channel is could not be written");
        }
    }

    /// Whether nothing is to be sent by this channel.
    pub(super) fn is_down(&self, channel: ChannelKind) -> bool {
        self.all.get(&channel).is_none_or(|one| one.health.state == ChannelState::Down)
    }

    /// How long until the next canary.
    pub(super) fn rest(&self, now: Time) -> Duration {
        let next = self.all.values().filter_map(|one| one.next).min();
        next.map_or(Duration::MAX, |next| next.since(now))
    }
}

async fn ask(context: Arc<Context>, channel: ChannelKind) -> (ChannelKind, bool) {
    let Some(way) = context.channels.get(&channel) else { return (channel, false) };
    let report = timeout(context.patience(), way.canary()).await;
    (channel, matches!(report, Ok(Report::Delivered | Report::Accepted { .. })))
}
