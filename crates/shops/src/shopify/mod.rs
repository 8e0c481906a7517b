//! Shopify, Admin GraphQL: orders by their change, fulfilments out, subscriptions looked after.

mod answer;
mod hooks;
mod order;
mod queries;

pub(crate) use hooks::read_webhook;

use crate::{
    Blame, Cursor, OrderPage, Pushed, Reading, Retry, Shipped, ShopError, ShopOrder, Subscription, Topic,
    client::{Unread, no_such_order, no_such_subscription, no_such_topic, unreadable},
    fields::Fields,
    wire::{self, Effect, Wire, not_the_protocol},
};
use serde_json::{Value, json};
use std::time::Duration;

/// Orders on a page. The platform counts what a query may cost before it runs it; so many keep well under its limit.
const PAGE_COUNT: usize = 25;
/// How long to wait with an order that the shop holds back.
const HELD_RETRY: Duration = Duration::from_secs(900);

/// One Shopify shop.
pub(crate) struct Shop {
    token: String,
}

/// What stands in the shop about an order's parcels.
struct Parcels {
    /// Fulfilments that stand, each with its numbers.
    made: Vec<(String, Vec<String>)>,
    /// Fulfilment orders that can be fulfilled.
    open: Vec<String>,
    /// Whether some are held back.
    held: bool,
}

impl Shop {
    pub(crate) fn new(token: String) -> Self {
        Self { token }
    }

    pub(crate) async fn orders_since(
        &self,
        wire: &Wire,
        reading: &Reading,
        cursor: &Cursor,
    ) -> Result<OrderPage, ShopError> {
        let variables = json!({
            "first": PAGE_COUNT,
            "after": cursor.token,
            "query": queries::changed_since(cursor.since),
        });
        let data = self.ask(wire, queries::ORDERS, &variables).await?;
        let (mut read, mut unread) = (Vec::new(), Vec::new());
        for node in Fields::new(&data).nodes("orders") {
            match order::of_graphql(node, reading) {
                Ok(order) => read.push(order),
                Err(why) => unread.push(Unread { id: order::id(node), why }),
            }
        }
        let page = Fields::new(&data).at("orders").at("pageInfo");
        let end = page.text("endCursor").filter(|_| page.flag("hasNextPage"));
        let moved = end.filter(|end| cursor.token.as_ref() != Some(end));
        let next = moved.map(|end| Cursor { token: Some(end), ..cursor.clone() });
        Ok(OrderPage { orders: read, unread, next })
    }

    pub(crate) async fn order(&self, wire: &Wire, reading: &Reading, id: &str) -> Result<Option<ShopOrder>, ShopError> {
        let data = self.ask(wire, queries::ORDER, &json!({"id": order_gid(id)?})).await?;
        let found = Fields::new(&data).at("order");
        if !found.is_object() {
            return Ok(None);
        }
        order::of_graphql(found, reading).map(Some).map_err(|why| unreadable(&why))
    }

    /// A fulfilment made twice is two parcels in the buyer's eyes, and the mutation does not tell. So we look before we
    /// write, and once more when we do not know what came of it.
    pub(crate) async fn push(&self, wire: &Wire, shipped: &Shipped) -> Result<Pushed, ShopError> {
        let number = shipped.parcel_number.as_str();
        let parcels = self.parcels(wire, &shipped.order_id).await?;
        if parcels.has(number) {
            return Ok(Pushed::AlreadyThere);
        }
        let (query, variables, name) = parcels.change(shipped)?;
        match self.tell(wire, query, &variables, name).await {
            Ok(_) => Ok(Pushed::Done),
            Err(error) if error.retry == Retry::Unknown => {
                let there = self.parcels(wire, &shipped.order_id).await.is_ok_and(|parcels| parcels.has(number));
                if there { Ok(Pushed::Done) } else { Err(error) }
            }
            Err(error) => Err(error),
        }
    }

    async fn parcels(&self, wire: &Wire, id: &str) -> Result<Parcels, ShopError> {
        let data = self.ask(wire, queries::PARCELS, &json!({"id": order_gid(id)?})).await?;
        let order = Fields::new(&data).at("order");
        if order.is_object() { Ok(Parcels::read(order)) } else { Err(no_such_order()) }
    }

    pub(crate) async fn subscriptions(&self, wire: &Wire) -> Result<Vec<Subscription>, ShopError> {
        let data = self.ask(wire, queries::SUBSCRIPTIONS, &json!({"first": queries::SUBSCRIPTIONS_COUNT})).await?;
        let found = Fields::new(&data).nodes("webhookSubscriptions");
        Ok(found.into_iter().filter_map(hooks::subscription).collect())
    }

    /// The app's own secret signs what is sent: there is none for each subscription.
    pub(crate) async fn subscribe(&self, wire: &Wire, topic: &Topic, url: &str) -> Result<Subscription, ShopError> {
        let name = hooks::topic_name(topic).ok_or_else(no_such_topic)?;
        let variables = json!({"topic": name, "webhookSubscription": {"uri": url, "format": "JSON"}});
        let made = self.tell(wire, queries::SUBSCRIBE, &variables, "webhookSubscriptionCreate").await?;
        let made = Fields::new(&made).at("webhookSubscription");
        hooks::subscription(made).ok_or_else(not_the_protocol)
    }

    /// The platform never disables a subscription, it deletes it: one that is there is active.
    pub(crate) async fn enable(&self, wire: &Wire, id: &str) -> Result<(), ShopError> {
        let there = self.subscriptions(wire).await?.iter().any(|subscription| subscription.id == id);
        if there { Ok(()) } else { Err(no_such_subscription()) }
    }

    async fn ask(&self, wire: &Wire, query: &str, variables: &Value) -> Result<Value, ShopError> {
        self.send(wire, query, variables, Effect::Reads).await
    }

    /// A mutation; what it answers under its name, once it says that nothing is wrong.
    async fn tell(&self, wire: &Wire, query: &str, variables: &Value, name: &str) -> Result<Value, ShopError> {
        let mut data = self.send(wire, query, variables, Effect::Writes).await?;
        let answer = data.get_mut(name).map(Value::take).unwrap_or_default();
        if !answer.is_object() {
            return Err(not_the_protocol());
        }
        answer::user_errors(Fields::new(&answer)).map_or(Ok(answer.clone()), Err)
    }

    async fn send(&self, wire: &Wire, query: &str, variables: &Value, effect: Effect) -> Result<Value, ShopError> {
        let request = queries::request(&self.token, query, variables);
        let mut answer = wire.json(request, effect, answer::words).await?.value;
        if let Some(error) = answer::error(Fields::new(&answer)) {
            return Err(error.of(effect));
        }
        let data = answer.get_mut("data").map(Value::take).unwrap_or_default();
        if data.is_object() { Ok(data) } else { Err(not_the_protocol().of(effect)) }
    }
}

impl Parcels {
    fn read(order: Fields<'_>) -> Self {
        let stands = |status: Option<String>| !matches!(status.as_deref(), Some("CANCELLED" | "ERROR" | "FAILURE"));
        let made = order.nodes("fulfillments").into_iter().filter(|made| stands(made.text("status")));
        let numbers = |made: Fields<'_>| made.list("trackingInfo").iter().filter_map(|t| t.text("number")).collect();
        let orders = order.nodes("fulfillmentOrders");
        let open = orders.iter().filter(|order| can_be_fulfilled(**order)).filter_map(|order| order.text("id"));
        Self {
            made: made.filter_map(|made| Some((made.text("id")?, numbers(made)))).collect(),
            open: open.collect(),
            held: orders.iter().any(|order| matches!(order.text("status").as_deref(), Some("ON_HOLD" | "SCHEDULED"))),
        }
    }

    fn has(&self, number: &str) -> bool {
        self.made.iter().any(|(_, numbers)| numbers.iter().any(|n| n == number))
    }

    /// The change that tells the shop of this parcel: another number on the fulfilment whose place it takes, or a new
    /// fulfilment of all that is open.
    fn change(&self, shipped: &Shipped) -> Result<(&'static str, Value, &'static str), ShopError> {
        let tracking = json!({
            "company": shipped.carrier,
            "number": shipped.parcel_number.as_str(),
            "url": shipped.tracking_url,
        });
        let notify = shipped.mark_shipped;
        let replaced = shipped.replaces.and_then(|old| {
            self.made.iter().find(|(_, numbers)| numbers.iter().any(|n| n == old.as_str())).map(|(id, _)| id)
        });
        if let Some(id) = replaced {
            let variables = json!({"fulfillmentId": id, "trackingInfoInput": tracking, "notifyCustomer": notify});
            return Ok((queries::RETRACK, variables, "fulfillmentTrackingInfoUpdate"));
        }
        if self.open.is_empty() {
            return Err(self.nothing_open());
        }
        let open: Vec<_> = self.open.iter().map(|id| json!({"fulfillmentOrderId": id})).collect();
        let fulfillment =
            json!({"lineItemsByFulfillmentOrder": open, "trackingInfo": tracking, "notifyCustomer": notify});
        Ok((queries::FULFILL, json!({"fulfillment": fulfillment}), "fulfillmentCreate"))
    }

    fn nothing_open(&self) -> ShopError {
        if self.held {
            let message = "the shop holds this order back; release it there";
            return ShopError::new(Blame::Us, Retry::After(HELD_RETRY), "on_hold", message);
        }
        match self.made.is_empty() {
            false => crate::client::other_number(),
            true => {
                let message = "nothing of this order is left to be sent: it was cancelled, or needs no delivery";
                ShopError::new(Blame::Caller, Retry::Never, "nothing_to_fulfil", message)
            }
        }
    }
}

/// Whether a fulfilment order is open, and, where the shop says what may be done with it, may be fulfilled.
fn can_be_fulfilled(order: Fields<'_>) -> bool {
    let open = matches!(order.text("status").as_deref(), Some("OPEN" | "IN_PROGRESS"));
    let actions = order.list("supportedActions");
    let may = actions.iter().any(|action| action.text("action").as_deref() == Some("CREATE_FULFILLMENT"));
    open && (may || actions.is_empty())
}

fn order_gid(id: &str) -> Result<String, ShopError> {
    Ok(format!("gid://shopify/Order/{}", wire::numeric(id)?))
}
