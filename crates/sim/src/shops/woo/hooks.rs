//! The webhooks of a WooCommerce shop on their way.
//!
//! An event queues a message for every active webhook of its topic; a little later the shop's scheduler writes it from
//! the order as it is then and sends it once. Five failures one after the other switch the webhook off, for good until
//! somebody switches it on again; a success forgets them, switching on does not. What a failed message told is never
//! told again: this is how shops and receivers fall out of step.

use super::PATIENCE;
use crate::shops::{
    hooks::{Delivery, Outcome, Standing, Subscription, post},
    text::{base64, hmac_sha256, id_of},
};
use clock::Time;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

/// After so many failures one after the other a webhook is switched off (WooCommerce's documentation).
pub(super) const FAILURES_MAX: u32 = 5;
/// An order this young is *created*; an older one is *updated*.
const YOUNG: Duration = Duration::from_secs(10);

/// A webhook.
#[derive(Clone)]
pub(super) struct Hook {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) status: String,
    pub(super) topic: String,
    pub(super) url: String,
    pub(super) secret: String,
    pub(super) created: Time,
    pub(super) modified: Time,
    failures: u32,
    delivered: u64,
    given_up: u64,
    off_since: Time,
}

impl Hook {
    pub(super) fn new(name: String, topic: String, url: String, secret: String, status: String, now: Time) -> Self {
        Self {
            id: 0,
            name,
            status,
            topic,
            url,
            secret,
            created: now,
            modified: now,
            failures: 0,
            delivered: 0,
            given_up: 0,
            off_since: now,
        }
    }

    /// Another status, if one is given. Its failures are not forgotten.
    pub(super) fn set_status(&mut self, now: Time, status: Option<&str>) {
        if let Some(status) = status.filter(|status| *status != self.status) {
            status.clone_into(&mut self.status);
            self.off_since = now;
        }
    }

    fn failed(&mut self, now: Time) {
        self.given_up += 1;
        self.failures += 1;
        if self.failures >= FAILURES_MAX {
            self.set_status(now, Some("disabled"));
        }
    }

    fn view(&self) -> Subscription {
        let standing = match self.status.as_str() {
            "active" => Standing::Active,
            "paused" => Standing::Paused,
            _ => Standing::Disabled { since: self.off_since },
        };
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

impl std::fmt::Debug for Hook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Hook({}, {}, {})", self.id, self.topic, self.status)
    }
}

/// A message that waits for the scheduler.
#[derive(Clone, Debug)]
struct Queued {
    due: Time,
    message: u64,
    hook: u64,
    /// None for a ping.
    order: Option<u64>,
}

/// All webhooks and what is on its way.
#[derive(Debug)]
pub(super) struct Post {
    lag: Duration,
    source: String,
    seed: u64,
    hooks: BTreeMap<u64, Hook>,
    gone: Vec<Subscription>,
    queue: VecDeque<Queued>,
    last_hook: u64,
    last_message: u64,
}

impl Post {
    pub(super) fn new(lag: Duration, source: String, seed: u64) -> Self {
        let (hooks, gone, queue) = (BTreeMap::new(), Vec::new(), VecDeque::new());
        Self { lag, source, seed, hooks, gone, queue, last_hook: 0, last_message: 0 }
    }

    pub(super) fn get(&self, id: u64) -> Option<&Hook> {
        self.hooks.get(&id)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Hook> {
        self.hooks.values()
    }

    /// Adds a webhook; an active one says so to its receiver at once.
    pub(super) fn add(&mut self, now: Time, mut hook: Hook) -> u64 {
        self.last_hook += 1;
        hook.id = self.last_hook;
        let active = hook.status == "active";
        self.hooks.insert(self.last_hook, hook);
        if active {
            self.queue_at(now, self.last_hook, None);
        }
        self.last_hook
    }

    pub(super) fn edit(&mut self, now: Time, id: u64, change: impl FnOnce(&mut Hook)) {
        if let Some(hook) = self.hooks.get_mut(&id) {
            change(hook);
            hook.modified = now;
        }
    }

    pub(super) fn remove(&mut self, now: Time, id: u64) {
        if let Some(hook) = self.hooks.remove(&id) {
            self.gone.push(Subscription {
                standing: Standing::Deleted { since: now, after_failures: false },
                ..hook.view()
            });
        }
    }

    /// Something happened to an order that was made at `created`.
    pub(super) fn tell(&mut self, now: Time, topic: &str, order: u64, created: Time) {
        let young = now.since(created) <= YOUNG;
        if (topic == "order.created" && !young) || (topic == "order.updated" && young) {
            return;
        }
        let listens = |hook: &&Hook| hook.status == "active" && hook.topic == topic;
        let listening: Vec<u64> = self.hooks.values().filter(listens).map(|hook| hook.id).collect();
        for hook in listening {
            self.queue_at(now.plus(self.lag), hook, Some(order));
        }
    }

    fn queue_at(&mut self, due: Time, hook: u64, order: Option<u64>) {
        // A change that waits already is told once, as the order is then.
        if order.is_some() && self.queue.iter().any(|q| q.hook == hook && q.order == order) {
            return;
        }
        self.last_message += 1;
        let at = self.queue.partition_point(|queued| queued.due <= due);
        self.queue.insert(at, Queued { due, message: self.last_message, hook, order });
    }

    pub(super) fn next_due(&self) -> Option<Time> {
        self.queue.front().map(|queued| queued.due)
    }

    pub(super) fn due(&mut self, now: Time, order: impl Fn(u64) -> Option<Value>) -> Vec<Delivery> {
        let mut taken = Vec::new();
        while self.queue.front().is_some_and(|queued| queued.due <= now) {
            let Some(queued) = self.queue.pop_front() else { break };
            taken.extend(self.write(now, &queued, &order));
        }
        taken
    }

    fn write(&self, now: Time, queued: &Queued, order: impl Fn(u64) -> Option<Value>) -> Option<Delivery> {
        let hook = self.hooks.get(&queued.hook)?;
        let Some(id) = queued.order else { return Some(self.ping(queued, hook)) };
        let body = if hook.topic == "order.deleted" { json!({ "id": id }) } else { order(id)? }.to_string();
        let (resource, event) = hook.topic.split_once('.').unwrap_or((&hook.topic, ""));
        let second = now.unix_ms().div_euclid(1_000).to_string();
        // The id is made of the webhook's and the second alone, so two messages of one second share it.
        let delivery = id_of(&["delivery", &self.seed.to_string(), &hook.id.to_string(), &second]);
        let headers = [
            ("x-wc-webhook-source", format!("{}/", self.source)),
            ("x-wc-webhook-topic", hook.topic.clone()),
            ("x-wc-webhook-resource", resource.to_owned()),
            ("x-wc-webhook-event", event.to_owned()),
            ("x-wc-webhook-signature", base64(&hmac_sha256(hook.secret.as_bytes(), body.as_bytes()))),
            ("x-wc-webhook-id", hook.id.to_string()),
            ("x-wc-webhook-delivery-id", delivery),
        ];
        let request = post(&hook.url, "application/json", &headers, body);
        Some(Delivery { topic: hook.topic.clone(), request, ..self.ping(queued, hook) })
    }

    /// What a new webhook's receiver is sent, unsigned.
    fn ping(&self, queued: &Queued, hook: &Hook) -> Delivery {
        let body = format!("webhook_id={}", hook.id);
        Delivery {
            message: queued.message,
            subscription: hook.id,
            topic: String::new(),
            order: queued.order,
            attempt: 1,
            url: hook.url.clone(),
            request: post(&hook.url, "application/x-www-form-urlencoded", &[], body),
            connect_patience: PATIENCE,
            patience: PATIENCE,
        }
    }

    pub(super) fn delivered(&mut self, now: Time, delivery: &Delivery, outcome: Outcome) {
        let Some(hook) = self.hooks.get_mut(&delivery.subscription).filter(|_| delivery.order.is_some()) else {
            return;
        };
        // WooCommerce takes 301 and 302 for a success too.
        if outcome.in_time(delivery.patience).is_some_and(|status| (200..303).contains(&status)) {
            hook.failures = 0;
            hook.delivered += 1;
        } else {
            hook.failed(now);
        }
    }

    pub(super) fn subscriptions(&self) -> Vec<Subscription> {
        self.gone.iter().cloned().chain(self.hooks.values().map(Hook::view)).collect()
    }
}
