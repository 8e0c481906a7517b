//! A simulated WooCommerce shop: REST API v3 and webhooks, by WooCommerce's own published rules.
//!
//! Times are Paris times, in whole seconds. An order is changed by its buyer, by its clerks and by API clients alike;
//! each change dates it anew and queues the webhooks that wait for such an event. A webhook that fails is not sent again.

mod auth;
mod edit;
mod form;
mod hooks;
mod list;
mod webhooks;

use super::{
    access::{Access, Options},
    call::{Call, json},
    hooks::{Delivery, Outcome, Subscription},
    order::{BookedOrder, Change, NewOrder, Note, Pickup, Push, State},
    text::{id_of, whole_second},
};
use carriers::{Request, Response};
use clock::Time;
use http::Method;
use list::Page;
use parcel::AddressFields;
use serde_json::{Value, json};
use std::{collections::BTreeMap, time::Duration};

/// Under which keys Colissimo's module keeps the buyer's choice and the parcel's number.
const PICKUP_ID: &str = "_lpc_meta_pickUpLocationId";
const PICKUP_LABEL: &str = "_lpc_meta_pickUpLocationLabel";
const PICKUP_PRODUCT: &str = "_lpc_meta_pickUpProductCode";
const PARCEL_NUMBER: &str = "lpc_outward_parcel_number";
/// The statuses an order can have.
const STATUSES: [&str; 8] =
    ["pending", "processing", "on-hold", "completed", "cancelled", "refunded", "failed", "trash"];
/// Where the API stands.
const API: &str = "/wp-json/wc/v3";

/// The shop.
#[derive(Debug)]
pub(super) struct Woo {
    options: Options,
    access: Access,
    seed: u64,
    nonces: auth::Nonces,
    orders: BTreeMap<u64, Order>,
    posts: hooks::Post,
    last_id: u64,
    last_meta: u64,
    last_note: u64,
}

/// An order.
struct Order {
    id: u64,
    status: String,
    created: Time,
    modified: Time,
    paid: Option<Time>,
    completed: Option<Time>,
    buyer: AddressFields,
    method: String,
    weight_g: u32,
    total_cents: u64,
    customer_note: String,
    transaction: String,
    key: String,
    meta: Vec<Meta>,
    notes: Vec<Note>,
    pushes: Vec<Push>,
}

impl std::fmt::Debug for Order {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Order({}, {})", self.id, self.status)
    }
}

/// One entry of an order's metadata.
#[derive(Clone, Debug, PartialEq)]
struct Meta {
    id: u64,
    key: String,
    value: Value,
}

impl Order {
    fn meta(&self, key: &str) -> Option<&Value> {
        self.meta.iter().find(|meta| meta.key == key).map(|meta| &meta.value)
    }

    fn meta_text(&self, key: &str) -> Option<&str> {
        self.meta(key)?.as_str().filter(|text| !text.is_empty())
    }

    fn pickup(&self) -> Option<Pickup> {
        let text = |key| self.meta_text(key).unwrap_or_default().to_owned();
        let id = self.meta_text(PICKUP_ID)?.parse().ok()?;
        Some(Pickup { id, label: text(PICKUP_LABEL), product: text(PICKUP_PRODUCT) })
    }

    fn state(&self) -> State {
        match self.status.as_str() {
            "pending" | "on-hold" | "failed" => State::Pending,
            "processing" => State::ToShip,
            "completed" => State::Shipped,
            "cancelled" => State::Cancelled,
            "trash" => State::Deleted,
            _ => State::Other,
        }
    }

    fn view(&self) -> BookedOrder {
        BookedOrder {
            id: self.id,
            number: self.id.to_string(),
            state: self.state(),
            placed_at: self.created,
            updated_at: self.modified,
            buyer: self.buyer.clone(),
            pickup: self.pickup(),
            parcel_number: self.meta_text(PARCEL_NUMBER).map(str::to_owned),
            pushes: self.pushes.clone(),
            notes: self.notes.clone(),
        }
    }
}

/// What goes wrong, in the platform's form.
#[derive(Clone, Debug, PartialEq)]
struct WooError {
    status: u16,
    code: String,
    message: String,
    more: Vec<(&'static str, Value)>,
}

impl WooError {
    fn new(status: u16, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { status, code: code.into(), message: message.into(), more: Vec::new() }
    }

    fn parameter(name: &str, why: &str) -> Self {
        let mut error = Self::new(400, "rest_invalid_param", format!("Invalid parameter(s): {name}"));
        error.more = vec![("params", json!({ name: why })), ("details", json!({}))];
        error
    }

    fn no_route() -> Self {
        Self::new(404, "rest_no_route", "No route was found matching the URL and request method.")
    }

    fn answer(&self) -> Response {
        let mut data = json!({ "status": self.status });
        for (name, value) in &self.more {
            data[*name] = value.clone();
        }
        json(self.status, &json!({ "code": self.code, "message": self.message, "data": data }))
    }
}

impl Woo {
    pub(super) fn new(options: Options, access: Access, seed: u64) -> Self {
        let last_id = options.first_number.saturating_sub(1);
        let posts = hooks::Post::new(options.hook_lag, options.url.clone(), seed);
        let nonces = auth::Nonces::default();
        Self { options, access, seed, nonces, orders: BTreeMap::new(), posts, last_id, last_meta: 0, last_note: 0 }
    }

    pub(super) fn place(&mut self, now: Time, new: NewOrder) -> u64 {
        let now = whole_second(now);
        self.last_id += 1;
        let id = self.last_id;
        let key = format!("wc_order_{}", id_of(&["key", &self.seed.to_string(), &id.to_string()]).split_at(13).0);
        let status = if new.paid { "processing" } else { "pending" };
        let mut order = Order {
            id,
            status: status.into(),
            created: now,
            modified: now,
            paid: new.paid.then_some(now),
            completed: None,
            buyer: new.buyer,
            method: new.method,
            weight_g: new.weight_g,
            total_cents: new.total_cents,
            customer_note: String::new(),
            transaction: String::new(),
            key,
            meta: Vec::new(),
            notes: Vec::new(),
            pushes: Vec::new(),
        };
        if let Some(pickup) = new.pickup {
            let entries =
                [(PICKUP_ID, pickup.id.to_string()), (PICKUP_LABEL, pickup.label), (PICKUP_PRODUCT, pickup.product)];
            for (key, value) in entries {
                self.last_meta += 1;
                order.meta.push(Meta { id: self.last_meta, key: key.into(), value: value.into() });
            }
        }
        self.orders.insert(id, order);
        self.posts.tell(now, "order.created", id, now);
        id
    }

    pub(super) fn change(&mut self, now: Time, id: u64, change: Change) -> bool {
        let now = whole_second(now);
        match change {
            Change::Address(buyer) => {
                let Some(order) = self.orders.get_mut(&id) else { return false };
                order.buyer = buyer;
                self.saved(now, id);
                true
            }
            Change::Pay => self.set_status(now, id, "processing"),
            Change::Cancel => self.set_status(now, id, "cancelled"),
            Change::Delete => self.bin(now, id),
        }
    }

    fn set_status(&mut self, now: Time, id: u64, status: &str) -> bool {
        let there = self.orders.contains_key(&id);
        if there {
            self.change_status(now, id, status);
            self.saved(now, id);
        }
        there
    }

    /// Puts an order into the bin.
    fn bin(&mut self, now: Time, id: u64) -> bool {
        let Some(order) = self.orders.get_mut(&id).filter(|order| order.status != "trash") else { return false };
        order.status = "trash".into();
        order.modified = now;
        let created = order.created;
        self.posts.tell(now, "order.deleted", id, created);
        true
    }

    /// Gives an order another status, with what goes with it.
    fn change_status(&mut self, now: Time, id: u64, status: &str) {
        let Some(order) = self.orders.get_mut(&id).filter(|order| order.status != status) else { return };
        let text = format!("Order status changed from {} to {}.", form::title(&order.status), form::title(status));
        if matches!(status, "processing" | "completed") && order.paid.is_none() {
            order.paid = Some(now);
        }
        order.completed = if status == "completed" { Some(now) } else { order.completed };
        order.status = status.into();
        self.add_note(now, id, text, false, true);
    }

    fn add_note(&mut self, now: Time, id: u64, text: String, to_customer: bool, by_system: bool) -> Option<Note> {
        let order = self.orders.get_mut(&id)?;
        self.last_note += 1;
        let note = Note { id: self.last_note, at: now, text, to_customer, by_system };
        order.notes.push(note.clone());
        Some(note)
    }

    /// An order was saved: it is dated anew and webhooks are told.
    fn saved(&mut self, now: Time, id: u64) {
        let Some(order) = self.orders.get_mut(&id) else { return };
        order.modified = now;
        let created = order.created;
        self.posts.tell(now, "order.updated", id, created);
    }

    pub(super) fn handle(&mut self, now: Time, request: &Request) -> Response {
        let call = Call::of(request);
        self.route(whole_second(now), &call).unwrap_or_else(|error| error.answer())
    }

    fn route(&mut self, now: Time, call: &Call<'_>) -> Result<Response, WooError> {
        let path = call.path.trim_end_matches('/');
        if matches!(path, "/wp-json" | API) && call.method() == Method::GET {
            return Ok(json(200, &form::index(&self.options, path)));
        }
        let rest = path.strip_prefix(API).and_then(|rest| rest.strip_prefix('/')).ok_or_else(WooError::no_route)?;
        let signed_in = self.sign_in(now, call)?;
        let segments: Vec<&str> = rest.split('/').collect();
        let writes = !matches!(*call.method(), Method::GET | Method::HEAD);
        if !signed_in {
            return Err(auth::cannot(writes, segments.len() > 1));
        }
        match (call.method().as_str(), segments.as_slice()) {
            ("GET", ["orders"]) => self.list(call),
            ("POST", ["orders"]) => self.create(now, call),
            ("GET", ["orders", id]) => Ok(json(200, &self.shown(self.order(id)?, call))),
            ("PUT" | "POST" | "PATCH", ["orders", id]) => self.edit(now, id, call),
            ("DELETE", ["orders", id]) => self.delete(now, id, call),
            ("GET", ["orders", id, "notes"]) => self.notes(id, call),
            ("POST", ["orders", id, "notes"]) => self.write_note(now, id, call),
            ("GET", ["orders", id, "notes", note]) => self.note(id, note),
            ("GET", ["products"]) => self.products(call),
            ("GET", ["products", id]) => self.product(id),
            (_, ["webhooks", rest @ ..]) => self.webhooks(now, rest, call),
            _ => Err(WooError::no_route()),
        }
    }

    fn order(&self, id: &str) -> Result<&Order, WooError> {
        let found = id.parse().ok().and_then(|id: u64| self.orders.get(&id));
        found.ok_or_else(|| WooError::new(404, "woocommerce_rest_shop_order_invalid_id", "Invalid ID."))
    }

    fn shown(&self, order: &Order, call: &Call<'_>) -> Value {
        form::fields(form::order(order, &self.options), &call.list("_fields"))
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
        let (orders, options) = (&self.orders, &self.options);
        self.posts.due(now, |id| orders.get(&id).map(|order| form::order(order, options)))
    }

    pub(super) fn delivered(&mut self, now: Time, delivery: &Delivery, outcome: Outcome) {
        self.posts.delivered(now, delivery, outcome);
    }
}

/// How long WooCommerce waits for the answer to a webhook, by its source.
const PATIENCE: Duration = Duration::from_secs(60);
