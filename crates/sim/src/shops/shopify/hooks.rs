//! The webhooks of a Shopify shop on their way.
//!
//! A message is written when something happens and stays as it was written: its body, its address, its event's id. It is
//! tried at once and, as long as no answer of 2xx comes within five seconds, eight times more over four hours. When the
//! last one fails too, and nothing else got through meanwhile, the subscription is deleted, and all that waits for it.

use crate::shops::{
    access::Access,
    hooks::{Delivery, Outcome, Standing, Subscription, post},
    text::{base64, hmac_sha256, utc_z, uuid_of},
};
use clock::Time;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// After the first attempt a message is tried again so long after it, in seconds: eight times, the last after four hours
/// (Shopify: *eight times over four hours with an exponential back-off*; the steps between are assumed).
pub(super) const RETRIES_S: [u64; 8] = [10, 70, 370, 1_270, 3_070, 5_770, 9_370, 14_400];
/// How long Shopify waits for a connection, and for the answer all in all.
const CONNECT_PATIENCE: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_secs(5);
/// Where the ids of subscriptions begin.
const FIRST: u64 = 1_400_000_000_000;

/// A subscription.
#[derive(Debug)]
pub(super) struct Hook {
    pub(super) id: u64,
    pub(super) topic: String,
    pub(super) url: String,
    pub(super) created: Time,
    pub(super) updated: Time,
    failures: u32,
    delivered: u64,
    given_up: u64,
    last_success: Option<Time>,
}

impl Hook {
    fn view(&self, standing: Standing) -> Subscription {
        Subscription {
            id: self.id,
            topic: self.topic.clone(),
            url: self.url.clone(),
            standing,
            failures: self.failures,
            delivered: self.delivered,
            given_up: self.given_up,
        }
    }
}

/// A message on its way.
struct Message {
    hook: u64,
    order: u64,
    first_try: Time,
    attempt: u32,
    delivery: Delivery,
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Message(order {}, attempt {})", self.order, self.attempt)
    }
}

/// All subscriptions and what is on its way.
#[derive(Debug)]
pub(super) struct Post {
    lag: Duration,
    domain: String,
    access: Access,
    seed: u64,
    hooks: BTreeMap<u64, Hook>,
    gone: Vec<Subscription>,
    messages: BTreeMap<u64, Message>,
    waiting: BTreeSet<(Time, u64)>,
    last_hook: u64,
    last_message: u64,
    last_event: u64,
}

impl Post {
    pub(super) fn new(lag: Duration, domain: String, access: Access, seed: u64) -> Self {
        Self {
            lag,
            domain,
            access,
            seed,
            hooks: BTreeMap::new(),
            gone: Vec::new(),
            messages: BTreeMap::new(),
            waiting: BTreeSet::new(),
            last_hook: FIRST,
            last_message: 0,
            last_event: 0,
        }
    }

    pub(super) fn get(&self, id: u64) -> Option<&Hook> {
        self.hooks.get(&id)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Hook> {
        self.hooks.values()
    }

    pub(super) fn add(&mut self, now: Time, topic: &str, url: &str) -> u64 {
        self.last_hook += 1;
        let hook = Hook {
            id: self.last_hook,
            topic: topic.to_owned(),
            url: url.to_owned(),
            created: now,
            updated: now,
            failures: 0,
            delivered: 0,
            given_up: 0,
            last_success: None,
        };
        self.hooks.insert(self.last_hook, hook);
        self.last_hook
    }

    pub(super) fn readdress(&mut self, now: Time, id: u64, url: &str) {
        if let Some(hook) = self.hooks.get_mut(&id) {
            url.clone_into(&mut hook.url);
            hook.updated = now;
        }
    }

    /// The owner deletes a subscription; false when there is none.
    pub(super) fn remove(&mut self, now: Time, id: u64) -> bool {
        self.end(now, id, false)
    }

    fn end(&mut self, now: Time, id: u64, after_failures: bool) -> bool {
        let Some(mut hook) = self.hooks.remove(&id) else { return false };
        let waiting: Vec<u64> = self.messages.iter().filter(|(_, m)| m.hook == id).map(|(id, _)| *id).collect();
        for message in waiting {
            self.messages.remove(&message);
            hook.given_up += 1;
        }
        self.waiting.retain(|(_, message)| self.messages.contains_key(message));
        self.gone.push(hook.view(Standing::Deleted { since: now, after_failures }));
        true
    }

    /// One event of an order: a message for each subscription to one of its topics.
    pub(super) fn tell(&mut self, now: Time, order: u64, topics: &[&str], body: impl Fn(&str) -> Value) {
        self.last_event += 1;
        let event = uuid_of(&["event", &self.seed.to_string(), &self.last_event.to_string()]);
        let listening: Vec<u64> =
            self.hooks.values().filter(|hook| topics.contains(&hook.topic.as_str())).map(|hook| hook.id).collect();
        for id in listening {
            let Some(hook) = self.hooks.get(&id) else { continue };
            self.last_message += 1;
            let first_try = now.plus(self.lag);
            let delivery = self.write(hook, order, &event, now, body(&hook.topic).to_string());
            let message = Message { hook: id, order, first_try, attempt: 1, delivery };
            self.waiting.insert((first_try, self.last_message));
            self.messages.insert(self.last_message, message);
        }
    }

    fn write(&self, hook: &Hook, order: u64, event: &str, now: Time, body: String) -> Delivery {
        let message = self.last_message;
        let headers = [
            ("x-shopify-topic", hook.topic.clone()),
            ("x-shopify-shop-domain", self.domain.clone()),
            ("x-shopify-api-version", super::VERSION.to_owned()),
            ("x-shopify-hmac-sha256", base64(&hmac_sha256(self.access.secret.as_bytes(), body.as_bytes()))),
            ("x-shopify-webhook-id", uuid_of(&["webhook", &self.seed.to_string(), &message.to_string()])),
            ("x-shopify-event-id", event.to_owned()),
            ("x-shopify-triggered-at", utc_z(now)),
        ];
        Delivery {
            message,
            subscription: hook.id,
            topic: hook.topic.clone(),
            order: Some(order),
            attempt: 1,
            url: hook.url.clone(),
            request: post(&hook.url, "application/json", &headers, body),
            connect_patience: CONNECT_PATIENCE,
            patience: PATIENCE,
        }
    }

    pub(super) fn next_due(&self) -> Option<Time> {
        self.waiting.first().map(|(due, _)| *due)
    }

    pub(super) fn due(&mut self, now: Time) -> Vec<Delivery> {
        let mut taken = Vec::new();
        while let Some((due, id)) = self.waiting.first().copied().filter(|(due, _)| *due <= now) {
            self.waiting.remove(&(due, id));
            let Some(message) = self.messages.get(&id) else { continue };
            taken.push(Delivery { attempt: message.attempt, ..message.delivery.clone() });
        }
        taken
    }

    pub(super) fn delivered(&mut self, now: Time, delivery: &Delivery, outcome: Outcome) {
        let good = outcome.in_time(PATIENCE).is_some_and(|status| (200..300).contains(&status));
        let Some(hook) = self.hooks.get_mut(&delivery.subscription) else { return };
        let Some(message) = self.messages.get_mut(&delivery.message).filter(|m| m.attempt == delivery.attempt) else {
            return;
        };
        if good {
            (hook.failures, hook.delivered, hook.last_success) = (0, hook.delivered + 1, Some(now));
            self.messages.remove(&delivery.message);
            return;
        }
        hook.failures += 1;
        let first_try = message.first_try;
        let again = usize::try_from(message.attempt).ok().and_then(|made| RETRIES_S.get(made - 1));
        if let Some(after) = again {
            message.attempt += 1;
            self.waiting.insert((first_try.plus(Duration::from_secs(*after)).max(now), delivery.message));
            return;
        }
        if hook.last_success.is_some_and(|success| success >= first_try) {
            hook.given_up += 1;
            self.messages.remove(&delivery.message);
        } else {
            self.end(now, delivery.subscription, true);
        }
    }

    pub(super) fn subscriptions(&self) -> Vec<Subscription> {
        self.gone.iter().cloned().chain(self.hooks.values().map(|hook| hook.view(Standing::Active))).collect()
    }
}
