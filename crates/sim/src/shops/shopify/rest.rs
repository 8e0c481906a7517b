//! The Admin API in REST, as far as clients of orders and fulfilment still use it.

use super::{Order, Shopify, State, form, mutate::Tracking, mutate::known_topic};
use crate::shops::{
    call::{Call, json, with_headers},
    text::{base64, read_zoned, unbase64},
};
use carriers::Response;
use clock::Time;
use serde_json::{Map, Value, json};

/// Orders on a page, when the client does not say, and at most.
const LIMIT: usize = 50;
const LIMIT_MAX: usize = 250;

impl Shopify {
    pub(super) fn rest(&mut self, now: Time, path: &str, call: &Call<'_>) -> Response {
        let path = path.strip_suffix(".json").unwrap_or(path);
        let segments: Vec<&str> = path.split('/').collect();
        let answer = match (call.method().as_str(), segments.as_slice()) {
            ("GET", ["shop"]) => Ok(self.rest_shop()),
            ("GET", ["orders"]) => return self.rest_orders(call),
            ("GET", ["orders", "count"]) => Ok(json!({ "count": self.rest_found(call).len() })),
            ("GET", ["orders", id]) => self.rest_order(id).map(|order| json!({ "order": self.rest_form(order) })),
            ("PUT", ["orders", id]) => self.rest_edit(now, id, call),
            ("GET", ["orders", id, "fulfillments"]) => self.rest_order(id).map(|order| {
                json!({ "fulfillments": order.fulfillments.iter().map(|f| form::rest_fulfillment(f, order)).collect::<Vec<_>>() })
            }),
            ("GET", ["orders", id, "fulfillment_orders"]) => {
                self.rest_order(id).map(|order| json!({ "fulfillment_orders": [form::rest_fulfillment_order(order)] }))
            }
            ("POST", ["orders", id, "cancel"]) => self.rest_cancel(now, id),
            ("POST", ["fulfillments"]) => self.rest_fulfil(now, call),
            ("POST", ["fulfillments", id, "update_tracking"]) => self.rest_retrack(now, id, call),
            (_, ["webhooks", rest @ ..]) => self.rest_hooks(now, rest, call),
            _ => Err(Wrong::missing()),
        };
        let answer = match answer {
            Ok(value) => json(if *call.method() == http::Method::POST { 201 } else { 200 }, &value),
            Err(wrong) => json(wrong.status, &json!({ "errors": wrong.errors })),
        };
        with_headers(answer, [("x-shopify-shop-api-call-limit", "1/40".to_owned())])
    }

    fn rest_shop(&self) -> Value {
        json!({ "shop": {
            "id": 1,
            "name": self.options.name,
            "email": "contact@example.org",
            "domain": self.domain,
            "myshopify_domain": self.domain,
            "currency": "EUR",
            "country_code": "FR",
            "iana_timezone": "Europe/Paris",
            "weight_unit": "g",
            "plan_name": "basic",
        } })
    }

    fn rest_form(&self, order: &Order) -> Value {
        form::rest_order(order, &self.options)
    }

    fn rest_order(&self, id: &str) -> Result<&Order, Wrong> {
        id.parse().ok().and_then(|id: u64| self.orders.get(&id)).ok_or_else(Wrong::missing)
    }

    /// A page of orders; the addresses of the next one and the one before are in a header.
    fn rest_orders(&self, call: &Call<'_>) -> Response {
        let limit = call.get("limit").and_then(|limit| limit.parse().ok()).unwrap_or(LIMIT).clamp(1, LIMIT_MAX);
        let found = self.rest_found(call);
        let info = call.get("page_info").and_then(|info| String::from_utf8(unbase64(info)?).ok());
        let start = info.and_then(|at| at.parse().ok()).unwrap_or(0_usize).min(found.len());
        let end = start.saturating_add(limit).min(found.len());
        let shown: Vec<Value> =
            found.get(start..end).unwrap_or_default().iter().map(|order| self.shown(order, call)).collect();
        let answer = json(200, &json!({ "orders": shown }));
        let link = |at: usize, rel: &str| {
            let info = base64(at.to_string().as_bytes());
            let info: String = form_urlencoded::byte_serialize(info.as_bytes()).collect();
            format!("<{}{}?limit={limit}&page_info={info}>; rel=\"{rel}\"", self.options.url, call.path)
        };
        let mut links = Vec::new();
        if start > 0 {
            links.push(link(start.saturating_sub(limit), "previous"));
        }
        if end < found.len() {
            links.push(link(end, "next"));
        }
        let answer = with_headers(answer, [("x-shopify-shop-api-call-limit", "1/40".to_owned())]);
        if links.is_empty() { answer } else { with_headers(answer, [("link", links.join(", "))]) }
    }

    fn shown(&self, order: &Order, call: &Call<'_>) -> Value {
        let wanted = call.list("fields");
        match self.rest_form(order) {
            Value::Object(map) if !wanted.is_empty() => {
                Value::Object(map.into_iter().filter(|(name, _)| wanted.contains(&name.as_str())).collect())
            }
            whole => whole,
        }
    }

    fn rest_found(&self, call: &Call<'_>) -> Vec<&Order> {
        let ids: Vec<u64> = call.list("ids").into_iter().filter_map(|id| id.parse().ok()).collect();
        let since: u64 = call.get("since_id").and_then(|id| id.parse().ok()).unwrap_or(0);
        // A page by its `page_info` has the filters of the first one, which is to be of any status here.
        let status = if call.get("page_info").is_some() { "any" } else { call.get("status").unwrap_or("open") };
        let within = |name: &str, at: Time| {
            let bound = |end: &str| call.get(&format!("{name}_{end}")).and_then(read_zoned);
            bound("min").is_none_or(|min| at >= min) && bound("max").is_none_or(|max| at <= max)
        };
        let takes = |order: &&Order| {
            let stands = match status {
                "any" => true,
                "cancelled" => order.cancelled.is_some(),
                "closed" => false,
                _ => order.cancelled.is_none(),
            };
            let fulfilled = match call.get("fulfillment_status") {
                Some("shipped") => order.state() == State::Shipped,
                Some("unshipped" | "unfulfilled") => order.fulfillments.is_empty(),
                _ => true,
            };
            stands
                && fulfilled
                && (ids.is_empty() || ids.contains(&order.id))
                && order.id > since
                && within("created_at", order.created)
                && within("updated_at", order.updated)
        };
        let mut found: Vec<&Order> = self.orders.values().filter(takes).collect();
        match call.get("order") {
            Some("updated_at asc") => found.sort_by_key(|order| (order.updated, order.id)),
            Some("updated_at desc") => found.sort_by_key(|order| std::cmp::Reverse((order.updated, order.id))),
            _ if since > 0 => {}
            _ => found.reverse(),
        }
        found
    }

    fn rest_edit(&mut self, now: Time, id: &str, call: &Call<'_>) -> Result<Value, Wrong> {
        let known = self.rest_order(id)?.id;
        let body = inner(call, "order")?;
        let order = self.orders.get_mut(&known).ok_or_else(Wrong::missing)?;
        if let Some(note) = body.get("note") {
            order.note = note.as_str().map(str::to_owned);
        }
        if let Some(tags) = body.get("tags").and_then(Value::as_str) {
            order.tags = tags.split(',').map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty()).collect();
        }
        if let Some(attributes) = body.get("note_attributes").and_then(Value::as_array) {
            let pair = |entry: &Value| Some((entry["name"].as_str()?.to_owned(), entry["value"].as_str()?.to_owned()));
            order.attributes = attributes.iter().filter_map(pair).collect();
        }
        order.updated = now;
        self.tell(now, known, &["orders/updated"]);
        Ok(json!({ "order": self.rest_form(self.rest_order(id)?) }))
    }

    fn rest_cancel(&mut self, now: Time, id: &str) -> Result<Value, Wrong> {
        let known = self.rest_order(id)?.id;
        if !self.change(now, known, super::Change::Cancel) {
            return Err(Wrong::of(&json!("Cannot cancel an order that is cancelled")));
        }
        Ok(json!({ "order": self.rest_form(self.rest_order(id)?) }))
    }

    fn rest_fulfil(&mut self, now: Time, call: &Call<'_>) -> Result<Value, Wrong> {
        let body = inner(call, "fulfillment")?;
        let groups = body.get("line_items_by_fulfillment_order").and_then(Value::as_array);
        let ids: Vec<u64> =
            groups.into_iter().flatten().filter_map(|group| group["fulfillment_order_id"].as_u64()).collect();
        let tracking = tracking(body.get("tracking_info"));
        let (order, id) = self.fulfil(now, &ids, tracking).map_err(|(_, why)| Wrong::of(&json!([why])))?;
        Ok(self.rest_made(order, id))
    }

    fn rest_retrack(&mut self, now: Time, id: &str, call: &Call<'_>) -> Result<Value, Wrong> {
        let body = inner(call, "fulfillment")?;
        let id = id.parse().map_err(|_| Wrong::missing())?;
        let order = self.retrack(now, id, tracking(body.get("tracking_info"))).ok_or_else(Wrong::missing)?;
        Ok(self.rest_made(order, id))
    }

    fn rest_made(&self, order: u64, id: u64) -> Value {
        let found = self
            .orders
            .get(&order)
            .and_then(|order| order.fulfillments.iter().find(|f| f.id == id).map(|f| form::rest_fulfillment(f, order)));
        json!({ "fulfillment": found })
    }

    fn rest_hooks(&mut self, now: Time, rest: &[&str], call: &Call<'_>) -> Result<Value, Wrong> {
        let id = |text: &str| text.parse::<u64>().map_err(|_| Wrong::missing());
        let show = |shop: &Self, id: u64| {
            let found = shop.posts.get(id).map(form::rest_subscription);
            found.map(|hook| json!({ "webhook": hook })).ok_or_else(Wrong::missing)
        };
        match (call.method().as_str(), rest) {
            ("GET", []) => {
                let topic = call.get("topic");
                let taken = self.posts.all().filter(|hook| topic.is_none_or(|topic| topic == hook.topic));
                Ok(json!({ "webhooks": taken.map(form::rest_subscription).collect::<Vec<_>>() }))
            }
            ("GET", ["count"]) => Ok(json!({ "count": self.posts.all().count() })),
            ("POST", []) => {
                let body = inner(call, "webhook")?;
                let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
                if !known_topic(text("topic")) {
                    return Err(Wrong::of(&json!({ "topic": ["Invalid topic specified."] })));
                }
                let made = self.subscribe(now, text("topic"), text("address"));
                show(self, made.map_err(|why| Wrong::of(&json!({ "address": [why] })))?)
            }
            ("GET", [one]) => show(self, id(one)?),
            ("PUT", [one]) => {
                let body = inner(call, "webhook")?;
                let url = body.get("address").and_then(Value::as_str);
                self.readdress(now, id(one)?, url).map_err(|(field, why)| match field.as_slice() {
                    ["id"] => Wrong::missing(),
                    _ => Wrong::of(&json!({ "address": [why] })),
                })?;
                show(self, id(one)?)
            }
            ("DELETE", [one]) if self.posts.remove(now, id(one)?) => Ok(json!({})),
            _ => Err(Wrong::missing()),
        }
    }
}

/// What goes wrong, as REST says it.
struct Wrong {
    status: u16,
    errors: Value,
}

impl Wrong {
    fn missing() -> Self {
        Self { status: 404, errors: "Not Found".into() }
    }

    fn of(errors: &Value) -> Self {
        Self { status: 422, errors: errors.clone() }
    }
}

/// What stands under this name in the body.
fn inner(call: &Call<'_>, name: &str) -> Result<Map<String, Value>, Wrong> {
    let found = call.json().and_then(|mut body| match body.remove(name) {
        Some(Value::Object(inner)) => Some(inner),
        _ => None,
    });
    let wrong = || Wrong { status: 400, errors: json!({ name: "Required parameter missing or invalid" }) };
    found.ok_or_else(wrong)
}

fn tracking(info: Option<&Value>) -> Tracking {
    let text = |name: &str| info?.get(name)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    Tracking { company: text("company"), number: text("number"), url: text("url") }
}
