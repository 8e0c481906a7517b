//! Mutations: orders fulfilled, parcel numbers changed, subscriptions made and deleted. What cannot be done is said in
//! `userErrors`, beside an answer that is otherwise good.

use super::{
    FULFILLMENT_FIRST, Fulfillment, Shopify, form, gid,
    graph::{GraphError, Shown, Step},
};
use crate::shops::order::Push;
use clock::Time;
use serde_json::{Value, json};

/// The topics that can be subscribed to.
const TOPICS: [&str; 12] = [
    "orders/create",
    "orders/updated",
    "orders/cancelled",
    "orders/paid",
    "orders/fulfilled",
    "orders/partially_fulfilled",
    "orders/edited",
    "orders/delete",
    "fulfillments/create",
    "fulfillments/update",
    "app/uninstalled",
    "shop/update",
];

/// What a client says of a parcel.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Tracking {
    pub(super) company: Option<String>,
    pub(super) number: Option<String>,
    pub(super) url: Option<String>,
}

/// Why something cannot be done, and where in what was given.
pub(super) type Refusal = (Vec<&'static str>, String);

impl Shopify {
    pub(super) fn mutate(&mut self, now: Time, step: &Step) -> Result<Shown, GraphError> {
        let made = match step.name {
            "fulfillmentCreate" | "fulfillmentCreateV2" => self.fulfillment_create(now, step)?,
            "fulfillmentTrackingInfoUpdate" | "fulfillmentTrackingInfoUpdateV2" => self.tracking_update(now, step)?,
            "orderUpdate" => self.order_update(now, step)?,
            "webhookSubscriptionCreate" => self.hook_create(now, step)?,
            "webhookSubscriptionUpdate" => self.hook_update(now, step)?,
            "webhookSubscriptionDelete" => self.hook_delete(now, step)?,
            _ => "Mutation".into(),
        };
        Ok(Shown::Whole(made))
    }

    fn fulfillment_create(&mut self, now: Time, step: &Step) -> Result<Value, GraphError> {
        let input = needed(step, "fulfillment")?;
        let groups = input["lineItemsByFulfillmentOrder"].as_array().map_or(&[][..], Vec::as_slice);
        let ids: Vec<u64> = groups.iter().map(|group| gid(&group["fulfillmentOrderId"], "FulfillmentOrder")).collect();
        let tracking = tracking(&input["trackingInfo"]);
        Ok(match self.fulfil(now, &ids, tracking) {
            Ok((order, id)) => payload("fulfillment", self.shown_fulfillment(order, id), &[]),
            Err(refusal) => payload("fulfillment", Value::Null, &[refusal]),
        })
    }

    fn shown_fulfillment(&self, order: u64, id: u64) -> Value {
        let Some(order) = self.orders.get(&order) else { return Value::Null };
        let Some(found) = order.fulfillments.iter().find(|f| f.id == id) else { return Value::Null };
        let mut made = form::fulfillment(found, order);
        made["order"] = form::order(order, &self.options);
        made
    }

    /// Fulfils what these fulfilment orders still have; gives the order and the id of its parcel.
    pub(super) fn fulfil(&mut self, now: Time, ids: &[u64], tracking: Tracking) -> Result<(u64, u64), Refusal> {
        let refused = |message: &str| (vec!["fulfillment"], message.to_owned());
        let [id] = ids else {
            let why = if ids.is_empty() {
                "must contain at least one fulfillment order"
            } else {
                "All fulfillment orders must be of one order"
            };
            return Err(refused(why));
        };
        let order = self.orders.values_mut().find(|order| order.fulfillment_order() == *id);
        let order = order.ok_or_else(|| refused("Fulfillment order does not exist."))?;
        if !order.is_open() {
            let status = if order.fulfillments.is_empty() { "cancelled" } else { "closed" };
            return Err(refused(&format!("Fulfillment order {id} has an unfulfillable status= {status}.")));
        }
        self.last_fulfillment += 1;
        let made = FULFILLMENT_FIRST + self.last_fulfillment;
        let Tracking { company, number, url } = tracking;
        order.pushes.extend(number.iter().map(|number| Push { at: now, number: number.clone() }));
        order.fulfillments.push(Fulfillment { id: made, created: now, updated: now, company, number, url });
        order.updated = now;
        let order = order.id;
        self.tell(now, order, &["fulfillments/create", "orders/fulfilled", "orders/updated"]);
        Ok((order, made))
    }

    fn tracking_update(&mut self, now: Time, step: &Step) -> Result<Value, GraphError> {
        let id = gid(needed(step, "fulfillmentId")?, "Fulfillment");
        let tracking = tracking(needed(step, "trackingInfoInput")?);
        Ok(match self.retrack(now, id, tracking) {
            Some(order) => payload("fulfillment", self.shown_fulfillment(order, id), &[]),
            None => {
                let refusal = (vec!["fulfillmentId"], "Fulfillment does not exist.".to_owned());
                payload("fulfillment", Value::Null, &[refusal])
            }
        })
    }

    /// Another number for a parcel; gives its order.
    pub(super) fn retrack(&mut self, now: Time, id: u64, tracking: Tracking) -> Option<u64> {
        let order = self.orders.values_mut().find(|order| order.fulfillments.iter().any(|f| f.id == id))?;
        let made = order.fulfillments.iter_mut().find(|f| f.id == id)?;
        let Tracking { company, number, url } = tracking;
        order.pushes.extend(number.iter().map(|number| Push { at: now, number: number.clone() }));
        (made.company, made.number, made.url, made.updated) = (company, number, url, now);
        order.updated = now;
        let order = order.id;
        self.tell(now, order, &["fulfillments/update", "orders/updated"]);
        Some(order)
    }

    fn order_update(&mut self, now: Time, step: &Step) -> Result<Value, GraphError> {
        let input = needed(step, "input")?.clone();
        let id = gid(&input["id"], "Order");
        let Some(order) = self.orders.get_mut(&id) else {
            return Ok(payload("order", Value::Null, &[(vec!["id"], "Order does not exist".to_owned())]));
        };
        if let Some(note) = input.get("note") {
            order.note = note.as_str().map(str::to_owned);
        }
        if let Some(tags) = input["tags"].as_array() {
            order.tags = tags.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        }
        if let Some(attributes) = input["customAttributes"].as_array() {
            let pair = |entry: &Value| Some((entry["key"].as_str()?.to_owned(), entry["value"].as_str()?.to_owned()));
            order.attributes = attributes.iter().filter_map(pair).collect();
        }
        order.updated = now;
        let shown = form::order(order, &self.options);
        self.tell(now, id, &["orders/updated"]);
        Ok(payload("order", shown, &[]))
    }

    fn hook_create(&mut self, now: Time, step: &Step) -> Result<Value, GraphError> {
        let topic = needed(step, "topic")?.as_str().unwrap_or_default();
        let input = needed(step, "webhookSubscription")?;
        let Some(topic) = TOPICS.into_iter().find(|known| form::topic_name(known) == topic) else {
            let message = "Variable $topic of type WebhookSubscriptionTopic! was provided invalid value";
            return Err(GraphError::new("INVALID_VARIABLE", message));
        };
        let url = address(input).unwrap_or_default();
        Ok(match self.subscribe(now, topic, url) {
            Ok(id) => self.hook_payload(id),
            Err(why) => {
                payload("webhookSubscription", Value::Null, &[(vec!["webhookSubscription", "callbackUrl"], why)])
            }
        })
    }

    fn hook_payload(&self, id: u64) -> Value {
        payload("webhookSubscription", self.posts.get(id).map_or(Value::Null, form::subscription), &[])
    }

    /// Subscribes to a topic; gives the subscription's id.
    ///
    /// # Errors
    /// When there is no such topic, or the address cannot be one or has the topic already.
    pub(in crate::shops) fn subscribe(&mut self, now: Time, topic: &str, url: &str) -> Result<u64, String> {
        if !TOPICS.contains(&topic) {
            return Err("Invalid topic specified.".to_owned());
        }
        self.good_address(topic, url, None)?;
        Ok(self.posts.add(now, topic, url))
    }

    /// Shopify wants `https`; a receiver on this machine's loopback interface is let through here.
    fn good_address(&self, topic: &str, url: &str, but: Option<u64>) -> Result<(), String> {
        let loopback = ["http://127.", "http://[::1]", "http://localhost"].iter().any(|start| url.starts_with(start));
        if url.is_empty() {
            return Err("Address can't be blank".to_owned());
        }
        if !url.starts_with("https://") && !loopback {
            return Err("Address protocol http:// is not supported".to_owned());
        }
        let taken = self.posts.all().any(|hook| hook.topic == topic && hook.url == url && Some(hook.id) != but);
        if taken { Err("Address for this topic has already been taken".to_owned()) } else { Ok(()) }
    }

    fn hook_update(&mut self, now: Time, step: &Step) -> Result<Value, GraphError> {
        let id = gid(needed(step, "id")?, "WebhookSubscription");
        let input = needed(step, "webhookSubscription")?;
        Ok(match self.readdress(now, id, address(input)) {
            Ok(()) => self.hook_payload(id),
            Err(refusal) => payload("webhookSubscription", Value::Null, &[refusal]),
        })
    }

    /// Another address for a subscription.
    pub(super) fn readdress(&mut self, now: Time, id: u64, url: Option<&str>) -> Result<(), Refusal> {
        let missing = || (vec!["id"], "Webhook subscription does not exist".to_owned());
        let topic = self.posts.get(id).ok_or_else(missing)?.topic.clone();
        if let Some(url) = url {
            self.good_address(&topic, url, Some(id))
                .map_err(|why| (vec!["webhookSubscription", "callbackUrl"], why))?;
            self.posts.readdress(now, id, url);
        }
        Ok(())
    }

    fn hook_delete(&mut self, now: Time, step: &Step) -> Result<Value, GraphError> {
        let given = needed(step, "id")?;
        let gone = self.posts.remove(now, gid(given, "WebhookSubscription"));
        let refusal = (vec!["id"], "Webhook subscription does not exist".to_owned());
        let errors = if gone { Vec::new() } else { vec![refusal] };
        Ok(payload("deletedWebhookSubscriptionId", if gone { given.clone() } else { Value::Null }, &errors))
    }
}

/// A topic of REST, if there is such a one.
pub(super) fn known_topic(topic: &str) -> bool {
    TOPICS.contains(&topic)
}

fn needed<'a>(step: &'a Step, name: &str) -> Result<&'a Value, GraphError> {
    let given = step.argument(name);
    if given.is_null() {
        let message = format!("Field '{}' is missing required arguments: {name}", step.name);
        return Err(GraphError::new("missingRequiredArguments", message));
    }
    Ok(given)
}

fn payload(name: &str, value: Value, errors: &[Refusal]) -> Value {
    let errors: Vec<Value> =
        errors.iter().map(|(field, message)| json!({ "field": field, "message": message, "code": null })).collect();
    json!({ name: value, "userErrors": errors })
}

/// Where a subscription's webhooks are to go, by its name of today or an older one.
fn address(input: &Value) -> Option<&str> {
    input["uri"].as_str().or_else(|| input["callbackUrl"].as_str())
}

fn tracking(input: &Value) -> Tracking {
    let text = |one: &str, many: &str| {
        let given = input[one].as_str().or_else(|| input[many].get(0)?.as_str());
        given.filter(|text| !text.is_empty()).map(str::to_owned)
    };
    Tracking { company: text("company", "company"), number: text("number", "numbers"), url: text("url", "urls") }
}
