//! Orders changed by API clients: status, metadata, notes.

use super::{Meta, Order, PARCEL_NUMBER, Page, STATUSES, Woo, WooError, form};
use crate::shops::{
    call::{Call, json},
    order::{NewOrder, Push},
};
use carriers::Response;
use clock::Time;
use parcel::AddressFields;
use serde_json::{Map, Value};

type Body = Map<String, Value>;

impl Woo {
    pub(super) fn create(&mut self, now: Time, call: &Call<'_>) -> Result<Response, WooError> {
        let body = read(call)?;
        check(&body)?;
        let paid = body.get("set_paid").and_then(Value::as_bool).unwrap_or(false);
        let mut buyer = AddressFields::default();
        address(&mut buyer, &body, "billing");
        address(&mut buyer, &body, "shipping");
        let new = NewOrder { buyer, pickup: None, weight_g: 500, method: "Colissimo".into(), total_cents: 2_000, paid };
        let id = self.place(now, new);
        self.apply(now, id, &body);
        Ok(json(201, &self.shown(self.order(&id.to_string())?, call)))
    }

    pub(super) fn edit(&mut self, now: Time, id: &str, call: &Call<'_>) -> Result<Response, WooError> {
        let known = self.order(id)?.id;
        let body = read(call)?;
        check(&body)?;
        self.apply(now, known, &body);
        self.saved(now, known);
        Ok(json(200, &self.shown(self.order(id)?, call)))
    }

    /// What is asked for is good; it is done in the order in which WooCommerce does it.
    fn apply(&mut self, now: Time, id: u64, body: &Body) {
        if let Some(order) = self.orders.get_mut(&id) {
            address(&mut order.buyer, body, "billing");
            address(&mut order.buyer, body, "shipping");
            text(body, "customer_note", &mut order.customer_note);
            text(body, "transaction_id", &mut order.transaction);
            let entries = body.get("meta_data").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            for entry in entries.iter().filter_map(Value::as_object) {
                pushed(order, entry, now);
                merge(&mut order.meta, entry, &mut self.last_meta);
            }
            order.meta.retain(|meta| !meta.value.is_null());
        }
        if let Some(status) = body.get("status").and_then(Value::as_str) {
            self.change_status(now, id, status);
        }
    }

    /// Into the bin, or with `force` out of the shop.
    pub(super) fn delete(&mut self, now: Time, id: &str, call: &Call<'_>) -> Result<Response, WooError> {
        let known = self.order(id)?.id;
        let force = call.flag("force");
        if !self.bin(now, known) && !force {
            let message = "The shop_order has already been deleted.";
            return Err(WooError::new(410, "woocommerce_rest_already_trashed", message));
        }
        let shown = self.shown(self.order(id)?, call);
        if force {
            self.orders.remove(&known);
        }
        Ok(json(200, &shown))
    }

    pub(super) fn write_note(&mut self, now: Time, id: &str, call: &Call<'_>) -> Result<Response, WooError> {
        let known = self.order(id).map_err(|_| no_order())?.id;
        let body = read(call)?;
        let Some(text) = body.get("note").and_then(Value::as_str) else {
            return Err(WooError::new(400, "rest_missing_callback_param", "Missing parameter(s): note"));
        };
        let to_customer = body.get("customer_note").and_then(Value::as_bool).unwrap_or(false);
        let note = self.add_note(now, known, text.to_owned(), to_customer, false).ok_or_else(no_order)?;
        Ok(json(201, &form::note(&note, known, &self.options)))
    }

    pub(super) fn product(&self, id: &str) -> Result<Response, WooError> {
        let found = id.parse().ok().and_then(|id| form::product(id, &self.options));
        let missing = || WooError::new(404, "woocommerce_rest_product_invalid_id", "Invalid ID.");
        found.map(|product| json(200, &product)).ok_or_else(missing)
    }

    /// The products of this list; all of them are too many.
    pub(super) fn products(&self, call: &Call<'_>) -> Result<Response, WooError> {
        let page = Page::of(call)?;
        let ids = call.list("include").into_iter().filter_map(|id| id.parse().ok());
        let found: Vec<Value> = ids.filter_map(|id| form::product(id, &self.options)).collect();
        Ok(page.answer(call, found.len(), page.cut(&found), &self.options.url))
    }
}

fn no_order() -> WooError {
    WooError::new(404, "woocommerce_rest_order_invalid_id", "Invalid order ID.")
}

/// The body as an object of JSON.
pub(super) fn read(call: &Call<'_>) -> Result<Body, WooError> {
    call.json().ok_or_else(|| {
        let mut error = WooError::new(400, "rest_invalid_json", "Invalid JSON body passed.");
        error.more = vec![("json_error_code", 4.into()), ("json_error_message", "Syntax error".into())];
        error
    })
}

fn check(body: &Body) -> Result<(), WooError> {
    if let Some(status) = body.get("status") {
        let known = status.as_str().is_some_and(|status| STATUSES[..7].contains(&status));
        if !known {
            let why = format!("status is not one of {}.", STATUSES[..7].join(", "));
            return Err(WooError::parameter("status", &why));
        }
    }
    match body.get("meta_data") {
        None => Ok(()),
        Some(Value::Array(entries)) if entries.iter().all(Value::is_object) => Ok(()),
        Some(Value::Array(_)) => Err(WooError::parameter("meta_data", "meta_data[0] is not of type object.")),
        Some(_) => Err(WooError::parameter("meta_data", "meta_data is not of type array.")),
    }
}

/// Notes the parcel number that a client writes, as often as it does.
fn pushed(order: &mut Order, entry: &Body, now: Time) {
    let named = |key: &str| entry.get("key").and_then(Value::as_str) == Some(key);
    let number = entry.get("value").and_then(Value::as_str).filter(|number| !number.is_empty());
    if let Some(number) = number.filter(|_| named(PARCEL_NUMBER)) {
        order.pushes.push(Push { at: now, number: number.to_owned() });
    }
}

/// An entry with an id changes that one; without, the first of its key and takes the others away; else it is added. An
/// entry without a value goes (`WC_Data::update_meta_data`).
fn merge(all: &mut Vec<Meta>, entry: &Body, last: &mut u64) {
    let key = entry.get("key").and_then(Value::as_str).unwrap_or_default();
    let value = entry.get("value").cloned().unwrap_or(Value::Null);
    let by_id = entry.get("id").and_then(Value::as_u64).filter(|id| *id > 0);
    let place = match by_id {
        Some(id) => all.iter().position(|meta| meta.id == id),
        None => {
            let first = all.iter().position(|meta| meta.key == key);
            all.iter_mut().filter(|meta| meta.key == key).for_each(|meta| meta.value = Value::Null);
            first
        }
    };
    match place.and_then(|at| all.get_mut(at)) {
        Some(meta) => {
            // An entry that names only its id keeps its key.
            if entry.contains_key("key") {
                key.clone_into(&mut meta.key);
            }
            meta.value = value;
        }
        None => {
            all.retain(|meta| meta.key != key);
            *last += 1;
            all.push(Meta { id: *last, key: key.to_owned(), value });
        }
    }
}

fn text(body: &Body, name: &str, field: &mut String) {
    if let Some(text) = body.get(name).and_then(Value::as_str) {
        text.clone_into(field);
    }
}

/// Takes what a client says of an address; a shop has one here, for the bill and the parcel.
fn address(buyer: &mut AddressFields, body: &Body, name: &str) {
    let Some(given) = body.get(name).and_then(Value::as_object) else { return };
    let fields = [
        ("first_name", &mut buyer.first_name),
        ("last_name", &mut buyer.last_name),
        ("company", &mut buyer.company),
        ("address_1", &mut buyer.street),
        ("address_2", &mut buyer.building),
        ("city", &mut buyer.city),
        ("postcode", &mut buyer.postal_code),
        ("country", &mut buyer.country),
        ("phone", &mut buyer.mobile),
        ("email", &mut buyer.email),
    ];
    for (key, field) in fields {
        if let Some(text) = given.get(key).and_then(Value::as_str) {
            *field = Some(text.to_owned()).filter(|text| !text.is_empty());
        }
    }
}
