//! A simulated Shopify shop: the Admin API in GraphQL and, as far as older clients need it, in REST; and webhooks.
//!
//! An order has one fulfilment order, which is open until it is fulfilled or the order cancelled. GraphQL is paid for in
//! points from a bucket that fills again ([`bucket`]); a webhook is tried nine times over four hours ([`hooks`]).

mod bucket;
mod form;
mod graph;
mod hooks;
mod mutate;
mod rest;
mod search;

use super::{
    access::{Access, Options},
    call::{Call, json, with_headers},
    hooks::{Delivery, Outcome, Subscription},
    order::{BookedOrder, Change, NewOrder, Note, Pickup, Push, State},
    text::whole_second,
};
use bucket::Bucket;
use carriers::{Request, Response};
use clock::Time;
use graph::{GraphError, Shown, Step};
use http::Method;
use parcel::AddressFields;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The version of the API that answers, whichever is asked for.
const VERSION: &str = "2025-10";
/// Where the ids of each kind of thing begin.
const ORDER_FIRST: u64 = 5_600_000_000_000;
const FULFILLMENT_ORDER_FIRST: u64 = 6_700_000_000_000;
const FULFILLMENT_FIRST: u64 = 5_100_000_000_000;
const LINE_FIRST: u64 = 13_800_000_000_000;
/// Under which names a checkout notes the buyer's pickup point with the order.
const PICKUP_ID: &str = "pickup_point_id";
const PICKUP_LABEL: &str = "pickup_point_name";
const PICKUP_PRODUCT: &str = "pickup_point_product";

/// The shop.
#[derive(Debug)]
pub(super) struct Shopify {
    options: Options,
    access: Access,
    domain: String,
    bucket: Bucket,
    orders: BTreeMap<u64, Order>,
    posts: hooks::Post,
    last: u64,
    last_fulfillment: u64,
}

/// An order.
struct Order {
    id: u64,
    number: u64,
    created: Time,
    updated: Time,
    cancelled: Option<Time>,
    paid: bool,
    buyer: AddressFields,
    attributes: Vec<(String, String)>,
    method: String,
    pickup: bool,
    weight_g: u32,
    total_cents: u64,
    note: Option<String>,
    tags: Vec<String>,
    fulfillments: Vec<Fulfillment>,
    pushes: Vec<Push>,
}

impl std::fmt::Debug for Order {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Order({})", self.number)
    }
}

/// A parcel of an order, as the shop knows it.
#[derive(Clone, Debug)]
struct Fulfillment {
    id: u64,
    created: Time,
    updated: Time,
    company: Option<String>,
    number: Option<String>,
    url: Option<String>,
}

impl Order {
    /// The part of its id that all ids of its parts share.
    fn serial(&self) -> u64 {
        self.id - ORDER_FIRST
    }

    fn fulfillment_order(&self) -> u64 {
        FULFILLMENT_ORDER_FIRST + self.serial()
    }

    fn line(&self) -> u64 {
        LINE_FIRST + self.serial()
    }

    /// Whether its one fulfilment order can still be fulfilled.
    fn is_open(&self) -> bool {
        self.cancelled.is_none() && self.fulfillments.is_empty()
    }

    fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn state(&self) -> State {
        match (self.cancelled, self.fulfillments.is_empty(), self.paid) {
            (Some(_), _, _) => State::Cancelled,
            (None, false, _) => State::Shipped,
            (None, true, true) => State::ToShip,
            (None, true, false) => State::Pending,
        }
    }

    fn view(&self) -> BookedOrder {
        let text = |name| self.attribute(name).unwrap_or_default().to_owned();
        let id = self.attribute(PICKUP_ID).and_then(|id| id.parse().ok());
        let note = self.note.iter().map(|text| Note {
            id: 0,
            at: self.updated,
            text: text.clone(),
            to_customer: false,
            by_system: false,
        });
        BookedOrder {
            id: self.id,
            number: format!("#{}", self.number),
            state: self.state(),
            placed_at: self.created,
            updated_at: self.updated,
            buyer: self.buyer.clone(),
            pickup: id.map(|id| Pickup { id, label: text(PICKUP_LABEL), product: text(PICKUP_PRODUCT) }),
            parcel_number: self.fulfillments.iter().rev().find_map(|f| f.number.clone()),
            pushes: self.pushes.clone(),
            notes: note.collect(),
        }
    }
}

impl Shopify {
    pub(super) fn new(options: Options, access: Access, seed: u64) -> Self {
        let host = options.url.split_once("://").map_or(options.url.as_str(), |(_, rest)| rest);
        let domain = host.split('/').next().unwrap_or_default().to_owned();
        let posts = hooks::Post::new(options.hook_lag, domain.clone(), access.clone(), seed);
        let (bucket, orders) = (Bucket::default(), BTreeMap::new());
        Self { options, access, domain, bucket, orders, posts, last: 0, last_fulfillment: 0 }
    }

    pub(super) fn place(&mut self, now: Time, new: NewOrder) -> u64 {
        let now = whole_second(now);
        self.last += 1;
        let id = ORDER_FIRST + self.last;
        let attributes = new.pickup.as_ref().map(|pickup| {
            [
                (PICKUP_ID.to_owned(), pickup.id.to_string()),
                (PICKUP_LABEL.to_owned(), pickup.label.clone()),
                (PICKUP_PRODUCT.to_owned(), pickup.product.clone()),
            ]
        });
        let order = Order {
            id,
            number: self.options.first_number + self.last - 1,
            created: now,
            updated: now,
            cancelled: None,
            paid: new.paid,
            buyer: new.buyer,
            attributes: attributes.into_iter().flatten().collect(),
            method: new.method,
            pickup: new.pickup.is_some(),
            weight_g: new.weight_g,
            total_cents: new.total_cents,
            note: None,
            tags: Vec::new(),
            fulfillments: Vec::new(),
            pushes: Vec::new(),
        };
        self.orders.insert(id, order);
        let topics: &[&str] = if new.paid { &["orders/create", "orders/paid"] } else { &["orders/create"] };
        self.tell(now, id, topics);
        id
    }

    pub(super) fn change(&mut self, now: Time, id: u64, change: Change) -> bool {
        let now = whole_second(now);
        let Some(order) = self.orders.get_mut(&id) else { return false };
        let topics: &[&str] = match change {
            Change::Address(buyer) => {
                order.buyer = buyer;
                &["orders/updated"]
            }
            Change::Pay if !order.paid => {
                order.paid = true;
                &["orders/updated", "orders/paid"]
            }
            Change::Cancel if order.cancelled.is_none() => {
                order.cancelled = Some(now);
                &["orders/updated", "orders/cancelled"]
            }
            Change::Pay | Change::Cancel => return false,
            Change::Delete => {
                self.tell(now, id, &["orders/delete"]);
                return self.orders.remove(&id).is_some();
            }
        };
        order.updated = now;
        self.tell(now, id, topics);
        true
    }

    /// Something happened to an order: one event, with a webhook for each topic that is listened to.
    fn tell(&mut self, now: Time, id: u64, topics: &[&str]) {
        let Some(order) = self.orders.get(&id) else { return };
        let (whole, options) = (|| form::rest_order(order, &self.options), json!({ "id": id }));
        self.posts.tell(now, id, topics, |topic| if topic == "orders/delete" { options.clone() } else { whole() });
    }

    pub(super) fn handle(&mut self, now: Time, request: &Request) -> Response {
        let call = Call::of(request);
        let now = whole_second(now);
        if call.header("x-shopify-access-token") != Some(&self.access.key) {
            let why = "[API] Invalid API key or access token (unrecognized login or wrong password)";
            return json(401, &json!({ "errors": why }));
        }
        let answer = match api_path(call.path) {
            Some("graphql.json") if *call.method() == Method::POST => self.graphql(now, &call),
            Some(path) => self.rest(now, path, &call),
            None => json(404, &json!({ "errors": "Not Found" })),
        };
        with_headers(answer, [("x-shopify-api-version", VERSION.to_owned())])
    }

    fn graphql(&mut self, now: Time, call: &Call<'_>) -> Response {
        let Some(body) = call.json() else {
            return json(400, &json!({ "errors": { "query": "Required parameter missing or invalid" } }));
        };
        let operation = match graph::read(&body) {
            Ok(operation) => operation,
            Err(error) => return json(200, &json!({ "errors": [error.json()] })),
        };
        self.bucket.fill(now);
        if let Err(error) = self.bucket.affords(operation.cost) {
            let cost = self.bucket.report(operation.cost, None);
            return json(200, &json!({ "errors": [error.json()], "extensions": { "cost": cost } }));
        }
        let mut spent = 0;
        let mut data = Map::new();
        let mut errors = Vec::new();
        for step in &operation.steps {
            let shown = match operation.mutates {
                true => {
                    spent += 9;
                    self.mutate(now, step)
                }
                false => self.look(step),
            };
            let value = shown.and_then(|shown| graph::project(&shown, step, &mut spent));
            let value = value.unwrap_or_else(|error| {
                errors.push(error.json());
                Value::Null
            });
            data.insert(step.key.clone(), value);
        }
        let spent = spent.min(operation.cost);
        self.bucket.spend(spent);
        let mut answer =
            json!({ "data": data, "extensions": { "cost": self.bucket.report(operation.cost, Some(spent)) } });
        if !errors.is_empty() {
            answer["errors"] = errors.into();
        }
        json(200, &answer)
    }

    /// A field of the query root.
    fn look(&self, step: &Step) -> Result<Shown, GraphError> {
        let id = |kind: &str| gid(step.argument("id"), kind);
        let order = |order: &Order| form::order(order, &self.options);
        let whole = match step.name {
            "order" => self.orders.get(&id("Order")).map(order),
            "orders" => return self.search(step).map(Shown::Page),
            "ordersCount" => Some(json!({ "count": self.found(step)?.len(), "precision": "EXACT" })),
            "fulfillmentOrder" => {
                let id = id("FulfillmentOrder");
                self.orders.values().find(|order| order.fulfillment_order() == id).map(|known| {
                    let mut made = form::fulfillment_order(known);
                    made["order"] = order(known);
                    made
                })
            }
            "fulfillment" => {
                let id = id("Fulfillment");
                let holder = self.orders.values().find(|order| order.fulfillments.iter().any(|f| f.id == id));
                holder.and_then(|holder| {
                    let found = holder.fulfillments.iter().find(|f| f.id == id)?;
                    let mut made = form::fulfillment(found, holder);
                    made["order"] = order(holder);
                    Some(made)
                })
            }
            "shop" => Some(form::shop(&self.options, &self.domain)),
            "webhookSubscription" => self.posts.get(id("WebhookSubscription")).map(form::subscription),
            "webhookSubscriptions" => return self.hook_page(step).map(Shown::Page),
            "webhookSubscriptionsCount" => Some(json!({ "count": self.posts.all().count(), "precision": "EXACT" })),
            "__typename" => Some("QueryRoot".into()),
            _ => None,
        };
        Ok(Shown::Whole(whole.unwrap_or(Value::Null)))
    }

    fn hook_page(&self, step: &Step) -> Result<graph::Page, GraphError> {
        let topics: Vec<&str> =
            step.argument("topics").as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let wanted = |topic: &str| topics.is_empty() || topics.contains(&form::topic_name(topic).as_str());
        let taken = self.posts.all().filter(|hook| wanted(&hook.topic));
        let items = taken.map(|hook| (super::text::base64(hook.id.to_string().as_bytes()), form::subscription(hook)));
        graph::window(items.collect(), step)
    }

    pub(super) fn orders(&self) -> Vec<BookedOrder> {
        self.orders.values().map(Order::view).collect()
    }

    pub(super) fn subscriptions(&self) -> Vec<Subscription> {
        self.posts.subscriptions()
    }

    pub(super) fn next_due(&self) -> Option<Time> {
        self.posts.next_due()
    }

    pub(super) fn due(&mut self, now: Time) -> Vec<Delivery> {
        self.posts.due(now)
    }

    pub(super) fn delivered(&mut self, now: Time, delivery: &Delivery, outcome: Outcome) {
        self.posts.delivered(now, delivery, outcome);
    }
}

/// What is asked of the API, whatever version is named.
fn api_path(path: &str) -> Option<&str> {
    let rest = path.strip_prefix("/admin/")?;
    let Some(versioned) = rest.strip_prefix("api/") else { return Some(rest) };
    let (version, rest) = versioned.split_once('/').unwrap_or(("", versioned));
    let dated = |version: &str| {
        version.len() == 7
            && version.bytes().enumerate().all(|(i, b)| if i == 4 { b == b'-' } else { b.is_ascii_digit() })
    };
    (version.is_empty() || version == "unstable" || dated(version)).then_some(rest)
}

/// The number in a global id of this kind, such as `gid://shopify/Order/1`; 0 when it is none.
fn gid(value: &Value, kind: &str) -> u64 {
    let rest = value.as_str().and_then(|text| text.strip_prefix("gid://shopify/")?.strip_prefix(kind));
    let number = rest.and_then(|rest| rest.strip_prefix('/')).and_then(|rest| rest.split('?').next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}
