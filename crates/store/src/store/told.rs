//! The store's face for updates, subscriptions and notices.

use super::Store;
use crate::{
    ChannelRoom, ClaimedNotices, MessageEnd, NewSubscription, NoticeView, NoticesWaiting, Outgoing, StoreError,
    Subscribed, SubscriptionChange,
    told::{
        addresses, claiming, ending, keeping, subscribing,
        updates::{self, Written},
    },
};
use clock::Time;
use notice::{
    Update, UpdateId,
    plan::{ChannelHealth, ChannelKind, Subscription},
};
use std::sync::Arc;
use watch::IncidentId;
use zeroize::Zeroizing;

/// As for the other methods: only errors are said that not every method has.
impl Store {
    /// Appends updates in this order. In the same transaction a notice is due for each of them to everybody who wants it or
    /// was told of its incident before, and what was not sent yet of the same incident is superseded. An update that is there
    /// just so is passed over. Says how many notices there are for them.
    ///
    /// # Errors
    /// [`StoreError::Misused`] for a number that is not greater than every one before.
    pub async fn append_updates(&self, updates: &[Update]) -> Result<u64, StoreError> {
        let written = updates.iter().map(Written::new).collect::<Result<Vec<_>, _>>()?;
        let appended = self.inner.engine.write(move |writing| updates::append(writing, &written)).await;
        self.inner.around.notices.notify_one();
        appended
    }

    /// The number after which the next update's is: that of the last one, or one above all that a store that was lost can
    /// have used.
    pub async fn last_update(&self) -> Result<UpdateId, StoreError> {
        self.inner.engine.read(updates::last).await
    }

    /// Up to `limit` updates after this one, the oldest first.
    pub async fn updates(&self, since: UpdateId, limit: u32) -> Result<Vec<Update>, StoreError> {
        self.inner.engine.read(move |conn| updates::since(conn, since, limit)).await
    }

    /// Every update of one incident, the oldest first.
    pub async fn updates_of(&self, incident: IncidentId) -> Result<Vec<Update>, StoreError> {
        self.inner.engine.read(move |conn| updates::of(conn, incident)).await
    }

    /// Takes a wish to subscribe in.
    ///
    /// # Errors
    /// [`StoreError::Misused`] without a way, or with too many.
    pub async fn subscribe(&self, new: NewSubscription) -> Result<Subscribed, StoreError> {
        self.inner.engine.write(move |writing| subscribing::subscribe(writing, &new)).await
    }

    /// The subscription with this id, also one that has ended.
    pub async fn subscription(&self, id: &str) -> Result<Option<Subscription>, StoreError> {
        let id = id.to_owned();
        self.inner.engine.read(move |conn| subscribing::find(conn, &id)).await
    }

    /// The subscriptions that have not ended and that this address is a way of: for *stop*, or a way that is gone for good.
    pub async fn subscriptions_of(&self, channel: ChannelKind, address: &str) -> Result<Vec<Subscription>, StoreError> {
        let (address, around) = (Zeroizing::new(address.to_owned()), Arc::clone(&self.inner.around));
        self.inner.engine.read(move |conn| subscribing::of_address(conn, &around.key, channel, &address)).await
    }

    /// The address of one way of a subscription, by its place: for the question whether it is agreed to. Nothing once it has
    /// ended.
    pub async fn way_address(&self, id: &str, way: u8) -> Result<Option<Zeroizing<String>>, StoreError> {
        let (id, around) = (id.to_owned(), Arc::clone(&self.inner.around));
        self.inner.engine.read(move |conn| subscribing::address(conn, &around.key, &id, way)).await
    }

    /// What the link holds by which one way of a subscription is agreed to.
    pub fn confirm_token(&self, id: &str, way: u8) -> String {
        addresses::confirming_token(&self.inner.around.key, id, way)
    }

    /// Six digits that say the same where no link can be followed.
    pub fn confirm_code(&self, id: &str, way: u8) -> String {
        addresses::confirming_code(&self.inner.around.key, id, way)
    }

    /// Bytes for the key by which push services know us: always the same under one sealing key, so that browsers stay
    /// subscribed. Where they are no key, the next attempt gives others.
    pub fn push_key(&self, attempt: u8) -> Zeroizing<[u8; 32]> {
        addresses::push_key(&self.inner.around.key, attempt)
    }

    /// What the links hold by which a subscription is changed and ended.
    pub fn unsubscribe_token(&self, id: &str) -> String {
        addresses::leaving_token(&self.inner.around.key, id)
    }

    /// The subscription that an unsubscribe token is for, whether or not it has ended; nothing for a token that is none.
    pub async fn subscription_of_token(&self, token: &str) -> Result<Option<Subscription>, StoreError> {
        match addresses::leaving(&self.inner.around.key, token) {
            Some(id) => self.subscription(&id).await,
            None => Ok(None),
        }
    }

    /// One way of a subscription is agreed to. Nothing for a token that is none, or too old, or of one that has ended.
    pub async fn confirm(&self, token: &str, at: Time) -> Result<Option<Subscription>, StoreError> {
        let Some((id, way)) = addresses::confirming(&self.inner.around.key, token) else { return Ok(None) };
        self.inner.engine.write(move |writing| subscribing::confirm(writing, &id, way, at)).await
    }

    /// The same by the digits. Nothing for a wrong code; after five wrong ones no code is right any more.
    pub async fn confirm_by_code(
        &self,
        id: &str,
        way: u8,
        code: &str,
        at: Time,
    ) -> Result<Option<Subscription>, StoreError> {
        let (id, code) = (id.to_owned(), code.to_owned());
        self.inner.engine.write(move |writing| subscribing::confirm_by_code(writing, &id, way, &code, at)).await
    }

    /// Changes what a subscriber wishes; what is due already follows the new wishes, save for what it is told of. Nothing
    /// where there is no such subscription, or it has ended.
    pub async fn change_subscription(
        &self,
        id: &str,
        change: SubscriptionChange,
    ) -> Result<Option<Subscription>, StoreError> {
        let id = id.to_owned();
        self.inner.engine.write(move |writing| subscribing::change(writing, &id, change)).await
    }

    /// Ends the subscription of this token: its addresses are erased and what was due to it is dropped. False for a token
    /// that is none, or one that has ended before.
    pub async fn unsubscribe(&self, token: &str, at: Time) -> Result<bool, StoreError> {
        match addresses::leaving(&self.inner.around.key, token) {
            Some(id) => self.end_subscription(&id, at).await,
            None => Ok(false),
        }
    }

    /// The same by its id, for who has proved otherwise that it is theirs to end.
    pub async fn end_subscription(&self, id: &str, at: Time) -> Result<bool, StoreError> {
        let id = id.to_owned();
        self.inner.engine.write(move |writing| subscribing::end(writing, &id, at)).await
    }

    /// How many subscriptions count.
    pub async fn subscribers_count(&self) -> Result<u64, StoreError> {
        self.inner.engine.read(keeping::subscribers).await
    }

    /// Judges the notices that are due and claims those there is room for: that is on disk when this returns, and no byte may
    /// leave before. `rooms` names the channels that there are.
    ///
    /// # Errors
    /// [`StoreError::WrongKey`] when an address does not open.
    pub async fn claim_notices(&self, rooms: Vec<ChannelRoom>, now: Time) -> Result<ClaimedNotices, StoreError> {
        self.inner.engine.write(move |writing| claiming::claim(writing, &rooms, now)).await
    }

    /// Writes down what came of a message.
    pub async fn notice_ended(&self, outgoing: &Outgoing, end: MessageEnd) -> Result<(), StoreError> {
        let (message, channel) = (outgoing.message.clone(), outgoing.channel);
        self.inner.engine.write(move |writing| ending::ended(writing, (&message, channel), &end)).await
    }

    /// Takes a receipt in, by the name that the other side gave or by the message's own id. One that comes before its
    /// message's end was written down is kept for a day. True when it was for something known.
    pub async fn receipt(
        &self,
        channel: ChannelKind,
        name: &str,
        delivered: bool,
        at: Time,
    ) -> Result<bool, StoreError> {
        let name = name.to_owned();
        let work = self.inner.engine.write(move |writing| ending::receipt(writing, (channel, &name), delivered, at));
        let known = work.await;
        self.inner.around.notices.notify_one();
        known
    }

    /// Takes up what a stopped process left in the middle: what was being sent may have been sent. To be called once, before
    /// any claim. Says how many notices that were.
    pub async fn recover_notices(&self, now: Time) -> Result<usize, StoreError> {
        self.inner.engine.write(move |writing| ending::recover(writing, now)).await
    }

    /// When the next notice is due; a moment of the past when one is. Nothing when none waits.
    pub async fn next_notice_due(&self) -> Result<Option<Time>, StoreError> {
        self.inner.engine.read(keeping::next_due).await
    }

    /// How much waits, by channel.
    pub async fn notices_waiting(&self, now: Time) -> Result<Vec<NoticesWaiting>, StoreError> {
        self.inner.engine.read(move |conn| keeping::waiting(conn, now)).await
    }

    /// Up to `limit` notices after a place, 0 for the beginning, with the place where the next look goes on.
    pub async fn notices(&self, after: i64, limit: u32) -> Result<(Vec<NoticeView>, i64), StoreError> {
        self.inner.engine.read(move |conn| keeping::notices(conn, after, limit)).await
    }

    /// How the channels were when that was last written down.
    pub async fn channel_health(&self) -> Result<Vec<(ChannelKind, ChannelHealth)>, StoreError> {
        self.inner.engine.read(keeping::health).await
    }

    /// Writes down how a channel is.
    pub async fn put_channel_health(&self, channel: ChannelKind, health: ChannelHealth) -> Result<(), StoreError> {
        self.inner.engine.write(move |writing| keeping::put_health(writing, channel, health)).await
    }

    /// Clears away some of what is past its time: notices 30 days after their end, subscriptions that nobody confirmed after
    /// two days, what is left of ended ones. To be called again while it gives more than nothing.
    pub async fn clear_notices(&self, now: Time) -> Result<usize, StoreError> {
        self.inner.engine.write(move |writing| keeping::clear(writing, now)).await
    }

    /// Returns when an update was appended or a receipt came since this last returned. For one caller at a time.
    pub async fn notices_changed(&self) {
        self.inner.around.notices.notified().await;
    }
}
