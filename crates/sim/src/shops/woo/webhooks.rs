//! Webhooks as API clients make, read, change and delete them.

use super::{Woo, WooError, edit::read, form, hooks::Hook, list::Page};
use crate::shops::{
    NotSubscribed,
    call::{Call, json},
    text::whole_second,
};
use carriers::Response;
use clock::Time;
use serde_json::{Map, Value, json};

const RESOURCES: [&str; 4] = ["coupon", "customer", "order", "product"];
const EVENTS: [&str; 4] = ["created", "updated", "deleted", "restored"];
const STATUSES: [&str; 3] = ["active", "paused", "disabled"];

impl Woo {
    pub(super) fn webhooks(&mut self, now: Time, rest: &[&str], call: &Call<'_>) -> Result<Response, WooError> {
        match (call.method().as_str(), rest) {
            ("GET", []) => self.hook_list(call),
            ("POST", []) => self.hook_create(now, call),
            ("GET", [id]) => Ok(json(200, &self.shown_hook(self.hook(id)?))),
            ("PUT" | "POST" | "PATCH", [id]) => self.hook_edit(now, id, call),
            ("DELETE", [id]) => self.hook_delete(now, id, call),
            _ => Err(WooError::no_route()),
        }
    }

    pub(in crate::shops) fn subscribe(
        &mut self,
        now: Time,
        topic: &str,
        url: &str,
        secret: &str,
    ) -> Result<u64, NotSubscribed> {
        let now = whole_second(now);
        let refused = |error: WooError| NotSubscribed(error.message);
        let (topic, url) = (good_topic(topic).map_err(refused)?, good_url(url).map_err(refused)?);
        Ok(self.posts.add(now, Hook::new(topic.clone(), topic, url, secret.to_owned(), "active".into(), now)))
    }

    fn hook(&self, id: &str) -> Result<&Hook, WooError> {
        let found = id.parse().ok().and_then(|id| self.posts.get(id));
        found.ok_or_else(|| WooError::new(404, "woocommerce_rest_shop_webhook_invalid_id", "Invalid ID."))
    }

    fn hook_list(&self, call: &Call<'_>) -> Result<Response, WooError> {
        let page = Page::of(call)?;
        let wanted = call.get("status").unwrap_or("all");
        if wanted != "all" && !STATUSES.contains(&wanted) {
            return Err(WooError::parameter("status", "status is not one of all, active, paused, and disabled."));
        }
        let taken = self.posts.all().filter(|hook| wanted == "all" || hook.status == wanted);
        let mut found: Vec<Value> = taken.map(|hook| self.shown_hook(hook)).collect();
        if call.get("order") != Some("asc") {
            found.reverse();
        }
        Ok(page.answer(call, found.len(), page.cut(&found), &self.options.url))
    }

    fn hook_create(&mut self, now: Time, call: &Call<'_>) -> Result<Response, WooError> {
        let body = read(call)?;
        let (topic, url, status) = (topic(&body)?, delivery_url(&body)?, status(&body)?);
        let topic = topic.ok_or_else(bad_topic)?;
        let url = url.ok_or_else(bad_url)?;
        let name = body.get("name").and_then(Value::as_str).unwrap_or("Webhook").to_owned();
        let secret = body.get("secret").and_then(Value::as_str).unwrap_or_default().to_owned();
        let id =
            self.posts.add(now, Hook::new(name, topic, url, secret, status.unwrap_or_else(|| "active".into()), now));
        Ok(json(201, &self.shown_hook(self.hook(&id.to_string())?)))
    }

    fn hook_edit(&mut self, now: Time, id: &str, call: &Call<'_>) -> Result<Response, WooError> {
        let known = self.hook(id)?.id;
        let body = read(call)?;
        let (topic, url, status) = (topic(&body)?, delivery_url(&body)?, status(&body)?);
        self.posts.edit(now, known, |hook| {
            hook.topic = topic.unwrap_or_else(|| hook.topic.clone());
            hook.url = url.unwrap_or_else(|| hook.url.clone());
            hook.set_status(now, status.as_deref());
            for (name, field) in [("name", &mut hook.name), ("secret", &mut hook.secret)] {
                if let Some(text) = body.get(name).and_then(Value::as_str) {
                    text.clone_into(field);
                }
            }
        });
        Ok(json(200, &self.shown_hook(self.hook(id)?)))
    }

    fn hook_delete(&mut self, now: Time, id: &str, call: &Call<'_>) -> Result<Response, WooError> {
        let shown = self.shown_hook(self.hook(id)?);
        let known = self.hook(id)?.id;
        if !matches!(call.get("force"), Some("1" | "true")) {
            let message = "Webhooks do not support trashing.";
            return Err(WooError::new(501, "woocommerce_rest_trash_not_supported", message));
        }
        self.posts.remove(now, known);
        Ok(json(200, &shown))
    }

    /// A webhook; its secret is never shown.
    fn shown_hook(&self, hook: &Hook) -> Value {
        let (resource, event) = hook.topic.split_once('.').unwrap_or((&hook.topic, ""));
        let mut made = json!({
            "id": hook.id,
            "name": hook.name,
            "status": hook.status,
            "topic": hook.topic,
            "resource": resource,
            "event": event,
            "hooks": [format!("woocommerce_{}_{resource}", if event == "created" { "new" } else { "update" })],
            "delivery_url": hook.url,
            "_links": form::links(&self.options, &format!("webhooks/{}", hook.id), "webhooks"),
        });
        form::put_time(&mut made, "date_created", Some(hook.created));
        form::put_time(&mut made, "date_modified", Some(hook.modified));
        made
    }
}

fn topic(body: &Map<String, Value>) -> Result<Option<String>, WooError> {
    body.get("topic").map(|topic| good_topic(topic.as_str().unwrap_or_default())).transpose()
}

fn good_topic(topic: &str) -> Result<String, WooError> {
    let known = match topic.split_once('.') {
        Some(("action", name)) => !name.is_empty(),
        Some((resource, event)) => RESOURCES.contains(&resource) && EVENTS.contains(&event),
        None => false,
    };
    if known { Ok(topic.to_owned()) } else { Err(bad_topic()) }
}

fn delivery_url(body: &Map<String, Value>) -> Result<Option<String>, WooError> {
    body.get("delivery_url").map(|url| good_url(url.as_str().unwrap_or_default())).transpose()
}

fn good_url(url: &str) -> Result<String, WooError> {
    let known = ["http://", "https://"].iter().any(|scheme| url.starts_with(scheme));
    if known { Ok(url.to_owned()) } else { Err(bad_url()) }
}

fn status(body: &Map<String, Value>) -> Result<Option<String>, WooError> {
    let Some(status) = body.get("status") else { return Ok(None) };
    let good = status.as_str().filter(|status| STATUSES.contains(status));
    let why = "status is not one of active, paused, and disabled.";
    good.map(|status| Some(status.to_owned())).ok_or_else(|| WooError::parameter("status", why))
}

fn bad_topic() -> WooError {
    let message = "Webhook topic is required and must be valid.";
    WooError::new(400, "woocommerce_rest_shop_webhook_invalid_topic", message)
}

fn bad_url() -> WooError {
    let message = "Webhook delivery URL must be a valid URL starting with http:// or https://.";
    WooError::new(400, "woocommerce_rest_shop_webhook_invalid_delivery_url", message)
}
