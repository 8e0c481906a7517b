//! What Shopify is asked and told.

use crate::{times, wire};
use bytes::Bytes;
use clock::Time;
use exchange::Request;
use http::{HeaderName, Method};
use serde_json::{Value, json};

/// The version of the Admin API; the platform keeps each for a year at least, and then answers as the oldest kept.
const PATH: &str = "/admin/api/2025-10/graphql.json";
const TOKEN: HeaderName = HeaderName::from_static("x-shopify-access-token");
/// Subscriptions that are looked at: those of one app, a handful.
pub(super) const SUBSCRIPTIONS_COUNT: usize = 100;

/// The fields of an order, once for both queries.
macro_rules! order_fields {
    () => {
        "id legacyResourceId name createdAt updatedAt cancelledAt displayFinancialStatus displayFulfillmentStatus \
         email phone totalWeight currentTotalPriceSet { shopMoney { amount currencyCode } } \
         customAttributes { key value } \
         shippingAddress { firstName lastName company address1 address2 zip city countryCodeV2 phone } \
         shippingLine { title code } \
         fulfillments(first: 10) { id status trackingInfo(first: 10) { number } }"
    };
}

/// A page of orders; nothing is asked for one at a time.
pub(super) const ORDERS: &str = concat!(
    "query Orders($first: Int!, $after: String, $query: String!) { \
     orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) { \
     pageInfo { hasNextPage endCursor } nodes { ",
    order_fields!(),
    " } } }"
);

/// One order.
pub(super) const ORDER: &str = concat!("query Order($id: ID!) { order(id: $id) { ", order_fields!(), " } }");

/// What stands about an order's parcels.
pub(super) const PARCELS: &str = "query Parcels($id: ID!) { order(id: $id) { id \
    fulfillments(first: 50) { id status trackingInfo(first: 10) { number } } \
    fulfillmentOrders(first: 50) { nodes { id status supportedActions { action } } } } }";

pub(super) const FULFILL: &str = "mutation Fulfill($fulfillment: FulfillmentInput!) { \
    fulfillmentCreate(fulfillment: $fulfillment) { \
    fulfillment { id status trackingInfo(first: 10) { number } } userErrors { field message } } }";

pub(super) const RETRACK: &str = "mutation Retrack($fulfillmentId: ID!, \
    $trackingInfoInput: FulfillmentTrackingInput!, $notifyCustomer: Boolean) { \
    fulfillmentTrackingInfoUpdate(fulfillmentId: $fulfillmentId, trackingInfoInput: $trackingInfoInput, \
    notifyCustomer: $notifyCustomer) { \
    fulfillment { id status trackingInfo(first: 10) { number } } userErrors { field message } } }";

pub(super) const SUBSCRIPTIONS: &str = "query Subscriptions($first: Int!) { webhookSubscriptions(first: $first) { \
    nodes { id topic uri } } }";

pub(super) const SUBSCRIBE: &str = "mutation Subscribe($topic: WebhookSubscriptionTopic!, \
    $webhookSubscription: WebhookSubscriptionInput!) { \
    webhookSubscriptionCreate(topic: $topic, webhookSubscription: $webhookSubscription) { \
    webhookSubscription { id topic uri } userErrors { field message } } }";

/// The search for orders changed at this time or later.
pub(super) fn changed_since(since: Time) -> String {
    format!("updated_at:>='{}Z'", times::naive_utc(since))
}

/// A query with its variables. What came from outside is only ever in the variables.
pub(super) fn request(token: &str, query: &str, variables: &Value) -> Request {
    let body = json!({"query": query, "variables": variables}).to_string();
    let headers = vec![(TOKEN, token.to_owned())];
    wire::request(Method::POST, PATH.to_owned(), headers, Some(("application/json", Bytes::from(body))))
}
