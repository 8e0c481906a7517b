//! Orders, fulfilments and subscriptions as Shopify writes them, in GraphQL and in REST.

use super::{Fulfillment, Order, VERSION, hooks::Hook};
use crate::shops::{
    access::Options,
    order::{country, part, second_line, telephone},
    text::{euros, utc_z},
};
use parcel::AddressFields;
use serde_json::{Value, json};

/// What delivery costs in every order, cents (assumed).
const DELIVERY_CENTS: u64 = 495;

/// A global id.
pub(super) fn gid(kind: &str, id: u64) -> String {
    format!("gid://shopify/{kind}/{id}")
}

fn money(cents: u64) -> Value {
    let one = json!({ "amount": euros(cents), "currencyCode": "EUR" });
    json!({ "shopMoney": one, "presentmentMoney": one })
}

fn some(text: &str) -> Value {
    if text.is_empty() { Value::Null } else { text.into() }
}

fn name(buyer: &AddressFields) -> String {
    format!("{} {}", part(buyer.first_name.as_ref()), part(buyer.last_name.as_ref())).trim().to_owned()
}

fn country_name(code: &str) -> &str {
    match code {
        "FR" => "France",
        "BE" => "Belgium",
        "DE" => "Germany",
        "ES" => "Spain",
        "IT" => "Italy",
        other => other,
    }
}

fn address(buyer: &AddressFields) -> Value {
    let code = country(buyer);
    json!({
        "id": "gid://shopify/MailingAddress/1?model_name=Address",
        "firstName": some(part(buyer.first_name.as_ref())),
        "lastName": some(part(buyer.last_name.as_ref())),
        "name": name(buyer),
        "company": some(part(buyer.company.as_ref())),
        "address1": some(part(buyer.street.as_ref())),
        "address2": some(&second_line(buyer)),
        "zip": some(part(buyer.postal_code.as_ref())),
        "city": some(part(buyer.city.as_ref())),
        "province": null,
        "provinceCode": null,
        "country": country_name(code),
        "countryCode": code,
        "countryCodeV2": code,
        "phone": some(telephone(buyer)),
        "email": some(part(buyer.email.as_ref())),
        "formatted": [name(buyer), part(buyer.street.as_ref()), part(buyer.city.as_ref()), country_name(code)],
        "latitude": null,
        "longitude": null,
    })
}

/// An order in GraphQL, with everything that belongs to it.
pub(super) fn order(order: &Order, options: &Options) -> Value {
    let buyer = &order.buyer;
    let shipping = DELIVERY_CENTS.min(order.total_cents);
    let line = shipping_line(order, shipping);
    json!({
        "id": gid("Order", order.id),
        "legacyResourceId": order.id.to_string(),
        "name": format!("#{}", order.number),
        "number": order.number,
        "createdAt": utc_z(order.created),
        "processedAt": utc_z(order.created),
        "updatedAt": utc_z(order.updated),
        "cancelledAt": order.cancelled.map(utc_z),
        "cancelReason": order.cancelled.map(|_| "CUSTOMER"),
        "closedAt": null,
        "closed": false,
        "confirmed": true,
        "test": false,
        "email": some(part(buyer.email.as_ref())),
        "phone": some(telephone(buyer)),
        "note": order.note,
        "tags": order.tags,
        "currencyCode": "EUR",
        "displayFinancialStatus": if order.paid { "PAID" } else { "PENDING" },
        "displayFulfillmentStatus": if order.fulfillments.is_empty() { "UNFULFILLED" } else { "FULFILLED" },
        "fulfillable": order.is_open(),
        "requiresShipping": true,
        "totalWeight": order.weight_g.to_string(),
        "currentTotalWeight": order.weight_g.to_string(),
        "statusPageUrl": format!("{}/orders/{}", options.url, order.id),
        "totalPriceSet": money(order.total_cents),
        "currentTotalPriceSet": money(order.total_cents),
        "totalShippingPriceSet": money(shipping),
        "shippingAddress": address(buyer),
        "billingAddress": address(buyer),
        "customer": {
            "id": gid("Customer", order.serial()),
            "firstName": some(part(buyer.first_name.as_ref())),
            "lastName": some(part(buyer.last_name.as_ref())),
            "displayName": name(buyer),
            "email": some(part(buyer.email.as_ref())),
            "phone": some(telephone(buyer)),
        },
        "customAttributes": attributes(order),
        "shippingLine": line,
        "shippingLines": [line],
        "lineItems": [line_item(order)],
        "fulfillments": order.fulfillments.iter().map(|f| fulfillment(f, order)).collect::<Vec<_>>(),
        "fulfillmentOrders": [fulfillment_order(order)],
        "metafields": [],
    })
}

fn attributes(order: &Order) -> Value {
    order.attributes.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect()
}

fn shipping_line(order: &Order, cents: u64) -> Value {
    json!({
        "id": gid("ShippingLine", order.serial()),
        "title": order.method,
        "code": shipping_code(order),
        "source": "shopify",
        "carrierIdentifier": null,
        "originalPriceSet": money(cents),
        "discountedPriceSet": money(cents),
    })
}

fn shipping_code(order: &Order) -> &'static str {
    if order.pickup { "COLISSIMO_PICKUP" } else { "COLISSIMO_HOME" }
}

fn line_item(order: &Order) -> Value {
    json!({
        "id": gid("LineItem", order.line()),
        "name": "Article",
        "title": "Article",
        "sku": "ART-12",
        "quantity": 1,
        "currentQuantity": 1,
        "unfulfilledQuantity": u8::from(order.fulfillments.is_empty()),
        "requiresShipping": true,
        "customAttributes": [],
        "originalUnitPriceSet": money(order.total_cents.saturating_sub(DELIVERY_CENTS)),
    })
}

/// A parcel of an order.
pub(super) fn fulfillment(made: &Fulfillment, order: &Order) -> Value {
    let tracking = json!({ "company": made.company, "number": made.number, "url": made.url });
    let tracking = if made.number.is_some() { vec![tracking] } else { Vec::new() };
    let place = order.fulfillments.iter().position(|f| f.id == made.id).unwrap_or(0) + 1;
    json!({
        "id": gid("Fulfillment", made.id),
        "legacyResourceId": made.id.to_string(),
        "name": format!("#{}-F{place}", order.number),
        "status": "SUCCESS",
        "displayStatus": "FULFILLED",
        "createdAt": utc_z(made.created),
        "updatedAt": utc_z(made.updated),
        "totalQuantity": 1,
        "trackingInfo": tracking,
        "order": { "id": gid("Order", order.id), "name": format!("#{}", order.number) },
    })
}

/// What is to be fulfilled of an order.
pub(super) fn fulfillment_order(order: &Order) -> Value {
    let (status, actions) = match (order.cancelled.is_some(), order.is_open()) {
        (_, true) => ("OPEN", vec!["CREATE_FULFILLMENT", "MOVE", "HOLD"]),
        (true, false) if order.fulfillments.is_empty() => ("CANCELLED", Vec::new()),
        _ => ("CLOSED", Vec::new()),
    };
    let actions: Vec<Value> = actions.into_iter().map(|a| json!({ "action": a, "externalUrl": null })).collect();
    json!({
        "id": gid("FulfillmentOrder", order.fulfillment_order()),
        "status": status,
        "requestStatus": "UNSUBMITTED",
        "createdAt": utc_z(order.created),
        "updatedAt": utc_z(order.updated),
        "fulfillAt": utc_z(order.created),
        "orderId": gid("Order", order.id),
        "orderName": format!("#{}", order.number),
        "assignedLocation": {
            "name": "Atelier",
            "countryCode": "FR",
            "location": { "id": gid("Location", 1), "name": "Atelier" },
        },
        "deliveryMethod": {
            "id": gid("DeliveryMethod", order.serial()),
            "methodType": if order.pickup { "PICKUP_POINT" } else { "SHIPPING" },
            "presentedName": order.method,
        },
        "destination": address(&order.buyer),
        "supportedActions": actions,
        "lineItems": [{
            "id": gid("FulfillmentOrderLineItem", order.line()),
            "remainingQuantity": u8::from(order.is_open()),
            "totalQuantity": 1,
            "requiresShipping": true,
            "sku": "ART-12",
            "productTitle": "Article",
            "weight": { "unit": "GRAMS", "value": order.weight_g },
            "lineItem": line_item(order),
        }],
        "order": { "id": gid("Order", order.id), "name": format!("#{}", order.number) },
    })
}

/// The shop itself.
pub(super) fn shop(options: &Options, domain: &str) -> Value {
    json!({
        "id": gid("Shop", 1),
        "name": options.name,
        "email": "contact@example.org",
        "contactEmail": "contact@example.org",
        "myshopifyDomain": domain,
        "url": options.url,
        "currencyCode": "EUR",
        "weightUnit": "GRAMS",
        "ianaTimezone": "Europe/Paris",
        "timezoneOffset": "+0100",
        "primaryDomain": { "id": gid("Domain", 1), "host": domain, "url": options.url, "sslEnabled": true },
        "plan": { "displayName": "Basic", "partnerDevelopment": false, "shopifyPlus": false },
    })
}

/// A topic as GraphQL names it: `orders/create` is `ORDERS_CREATE`.
pub(super) fn topic_name(topic: &str) -> String {
    topic.replace('/', "_").to_uppercase()
}

/// A subscription in GraphQL.
pub(super) fn subscription(hook: &Hook) -> Value {
    json!({
        "id": gid("WebhookSubscription", hook.id),
        "legacyResourceId": hook.id.to_string(),
        "topic": topic_name(&hook.topic),
        "format": "JSON",
        "uri": hook.url,
        "callbackUrl": hook.url,
        "endpoint": { "callbackUrl": hook.url },
        "includeFields": [],
        "metafieldNamespaces": [],
        "filter": "",
        "name": null,
        "createdAt": utc_z(hook.created),
        "updatedAt": utc_z(hook.updated),
        "apiVersion": { "handle": VERSION, "displayName": VERSION, "supported": true },
    })
}

/// A subscription in REST.
pub(super) fn rest_subscription(hook: &Hook) -> Value {
    json!({
        "id": hook.id,
        "address": hook.url,
        "topic": hook.topic,
        "created_at": utc_z(hook.created),
        "updated_at": utc_z(hook.updated),
        "format": "json",
        "fields": [],
        "metafield_namespaces": [],
        "api_version": VERSION,
        "private_metafield_namespaces": [],
    })
}

fn rest_address(buyer: &AddressFields) -> Value {
    let code = country(buyer);
    json!({
        "first_name": some(part(buyer.first_name.as_ref())),
        "last_name": some(part(buyer.last_name.as_ref())),
        "name": name(buyer),
        "company": some(part(buyer.company.as_ref())),
        "address1": some(part(buyer.street.as_ref())),
        "address2": some(&second_line(buyer)),
        "zip": some(part(buyer.postal_code.as_ref())),
        "city": some(part(buyer.city.as_ref())),
        "province": null,
        "province_code": null,
        "country": country_name(code),
        "country_code": code,
        "phone": some(telephone(buyer)),
        "latitude": null,
        "longitude": null,
    })
}

/// An order in REST, which is also what webhooks carry.
pub(super) fn rest_order(order: &Order, options: &Options) -> Value {
    let buyer = &order.buyer;
    let mut made = json!({
        "id": order.id,
        "admin_graphql_api_id": gid("Order", order.id),
        "name": format!("#{}", order.number),
        "number": order.number - options.first_number.min(order.number) + 1,
        "order_number": order.number,
        "created_at": utc_z(order.created),
        "processed_at": utc_z(order.created),
        "updated_at": utc_z(order.updated),
        "cancelled_at": order.cancelled.map(utc_z),
        "cancel_reason": order.cancelled.map(|_| "customer"),
        "closed_at": null,
        "confirmed": true,
        "test": false,
        "currency": "EUR",
        "email": some(part(buyer.email.as_ref())),
        "contact_email": some(part(buyer.email.as_ref())),
        "phone": some(telephone(buyer)),
        "financial_status": if order.paid { "paid" } else { "pending" },
        "fulfillment_status": rest_status(order),
        "note": order.note,
        "tags": order.tags.join(", "),
        "total_price": euros(order.total_cents),
        "current_total_price": euros(order.total_cents),
        "total_weight": order.weight_g,
        "order_status_url": format!("{}/orders/{}", options.url, order.id),
    });
    let attributes = order.attributes.iter().map(|(name, value)| json!({ "name": name, "value": value }));
    made["note_attributes"] = attributes.collect();
    made["billing_address"] = rest_address(buyer);
    made["shipping_address"] = rest_address(buyer);
    made["customer"] = json!({
        "id": order.serial(),
        "email": some(part(buyer.email.as_ref())),
        "first_name": some(part(buyer.first_name.as_ref())),
        "last_name": some(part(buyer.last_name.as_ref())),
    });
    made["shipping_lines"] = json!([{
        "id": order.serial(),
        "title": order.method,
        "code": shipping_code(order),
        "source": "shopify",
        "price": euros(DELIVERY_CENTS.min(order.total_cents)),
        "carrier_identifier": null,
    }]);
    made["line_items"] = json!([rest_line(order)]);
    made["fulfillments"] = order.fulfillments.iter().map(|f| rest_fulfillment(f, order)).collect();
    made
}

fn rest_status(order: &Order) -> Value {
    if order.fulfillments.is_empty() { Value::Null } else { "fulfilled".into() }
}

fn rest_line(order: &Order) -> Value {
    json!({
        "id": order.line(),
        "name": "Article",
        "title": "Article",
        "sku": "ART-12",
        "quantity": 1,
        "grams": order.weight_g,
        "requires_shipping": true,
        "fulfillable_quantity": u8::from(order.is_open()),
        "fulfillment_status": rest_status(order),
        "properties": [],
        "price": euros(order.total_cents.saturating_sub(DELIVERY_CENTS)),
    })
}

/// A parcel of an order in REST.
pub(super) fn rest_fulfillment(made: &Fulfillment, order: &Order) -> Value {
    json!({
        "id": made.id,
        "admin_graphql_api_id": gid("Fulfillment", made.id),
        "order_id": order.id,
        "status": "success",
        "created_at": utc_z(made.created),
        "updated_at": utc_z(made.updated),
        "service": "manual",
        "shipment_status": null,
        "location_id": 1,
        "tracking_company": made.company,
        "tracking_number": made.number,
        "tracking_numbers": made.number.iter().collect::<Vec<_>>(),
        "tracking_url": made.url,
        "tracking_urls": made.url.iter().collect::<Vec<_>>(),
    })
}

/// What is to be fulfilled of an order, in REST.
pub(super) fn rest_fulfillment_order(order: &Order) -> Value {
    let whole = fulfillment_order(order);
    json!({
        "id": order.fulfillment_order(),
        "order_id": order.id,
        "status": whole["status"].as_str().unwrap_or_default().to_lowercase(),
        "request_status": "unsubmitted",
        "assigned_location_id": 1,
        "line_items": [{
            "id": order.line(),
            "line_item_id": order.line(),
            "fulfillment_order_id": order.fulfillment_order(),
            "quantity": 1,
            "fulfillable_quantity": u8::from(order.is_open()),
        }],
    })
}
