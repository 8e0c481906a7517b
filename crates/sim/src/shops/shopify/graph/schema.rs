//! The types that apps for fulfilment read and write, a small part of Shopify's schema.

/// What a field is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Of {
    /// A value.
    Scalar,
    /// A thing of this type.
    One(&'static str),
    /// A list of things of this type.
    Many(&'static str),
    /// A list in pages.
    Paged(&'static str),
    /// That one of a list of things which has the given `namespace` and `key`.
    Found(&'static str),
}

use Of::{Found, Many, One, Paged, Scalar};

type Type = (&'static str, &'static [(&'static str, Of)]);

/// The field of a type.
pub(super) fn field(of: &str, name: &str) -> Option<(&'static str, Of)> {
    let (_, fields) = TYPES.iter().find(|(ty, _)| *ty == of)?;
    fields.iter().find(|(field, _)| *field == name).copied()
}

const ADDRESS: &[(&str, Of)] = &[
    ("id", Scalar),
    ("firstName", Scalar),
    ("lastName", Scalar),
    ("name", Scalar),
    ("company", Scalar),
    ("address1", Scalar),
    ("address2", Scalar),
    ("zip", Scalar),
    ("city", Scalar),
    ("province", Scalar),
    ("provinceCode", Scalar),
    ("country", Scalar),
    ("countryCode", Scalar),
    ("countryCodeV2", Scalar),
    ("phone", Scalar),
    ("email", Scalar),
    ("formatted", Scalar),
    ("latitude", Scalar),
    ("longitude", Scalar),
];

const WEBHOOK_PAYLOAD: &[(&str, Of)] =
    &[("webhookSubscription", One("WebhookSubscription")), ("userErrors", Many("UserError"))];
const FULFILLMENT_PAYLOAD: &[(&str, Of)] = &[("fulfillment", One("Fulfillment")), ("userErrors", Many("UserError"))];
const ORDER_PAYLOAD: &[(&str, Of)] = &[("order", One("Order")), ("userErrors", Many("UserError"))];

const TYPES: &[Type] = &[
    (
        "QueryRoot",
        &[
            ("order", One("Order")),
            ("orders", Paged("Order")),
            ("ordersCount", One("Count")),
            ("fulfillment", One("Fulfillment")),
            ("fulfillmentOrder", One("FulfillmentOrder")),
            ("shop", One("Shop")),
            ("webhookSubscription", One("WebhookSubscription")),
            ("webhookSubscriptions", Paged("WebhookSubscription")),
            ("webhookSubscriptionsCount", One("Count")),
        ],
    ),
    (
        "Mutation",
        &[
            ("fulfillmentCreate", One("FulfillmentPayload")),
            ("fulfillmentCreateV2", One("FulfillmentPayload")),
            ("fulfillmentTrackingInfoUpdate", One("FulfillmentPayload")),
            ("fulfillmentTrackingInfoUpdateV2", One("FulfillmentPayload")),
            ("orderUpdate", One("OrderPayload")),
            ("webhookSubscriptionCreate", One("WebhookPayload")),
            ("webhookSubscriptionUpdate", One("WebhookPayload")),
            ("webhookSubscriptionDelete", One("WebhookDeletePayload")),
        ],
    ),
    ("FulfillmentPayload", FULFILLMENT_PAYLOAD),
    ("OrderPayload", ORDER_PAYLOAD),
    ("WebhookPayload", WEBHOOK_PAYLOAD),
    ("WebhookDeletePayload", &[("deletedWebhookSubscriptionId", Scalar), ("userErrors", Many("UserError"))]),
    ("UserError", &[("field", Scalar), ("message", Scalar), ("code", Scalar)]),
    ("Count", &[("count", Scalar), ("precision", Scalar)]),
    (
        "Shop",
        &[
            ("id", Scalar),
            ("name", Scalar),
            ("email", Scalar),
            ("contactEmail", Scalar),
            ("myshopifyDomain", Scalar),
            ("url", Scalar),
            ("currencyCode", Scalar),
            ("weightUnit", Scalar),
            ("ianaTimezone", Scalar),
            ("timezoneOffset", Scalar),
            ("primaryDomain", One("Domain")),
            ("plan", One("ShopPlan")),
        ],
    ),
    ("Domain", &[("id", Scalar), ("host", Scalar), ("url", Scalar), ("sslEnabled", Scalar)]),
    ("ShopPlan", &[("displayName", Scalar), ("partnerDevelopment", Scalar), ("shopifyPlus", Scalar)]),
    (
        "Order",
        &[
            ("id", Scalar),
            ("legacyResourceId", Scalar),
            ("name", Scalar),
            ("number", Scalar),
            ("createdAt", Scalar),
            ("processedAt", Scalar),
            ("updatedAt", Scalar),
            ("cancelledAt", Scalar),
            ("cancelReason", Scalar),
            ("closedAt", Scalar),
            ("closed", Scalar),
            ("confirmed", Scalar),
            ("test", Scalar),
            ("email", Scalar),
            ("phone", Scalar),
            ("note", Scalar),
            ("tags", Scalar),
            ("currencyCode", Scalar),
            ("displayFinancialStatus", Scalar),
            ("displayFulfillmentStatus", Scalar),
            ("fulfillable", Scalar),
            ("requiresShipping", Scalar),
            ("totalWeight", Scalar),
            ("currentTotalWeight", Scalar),
            ("statusPageUrl", Scalar),
            ("totalPriceSet", One("MoneyBag")),
            ("currentTotalPriceSet", One("MoneyBag")),
            ("totalShippingPriceSet", One("MoneyBag")),
            ("shippingAddress", One("MailingAddress")),
            ("billingAddress", One("MailingAddress")),
            ("customer", One("Customer")),
            ("customAttributes", Many("Attribute")),
            ("shippingLine", One("ShippingLine")),
            ("shippingLines", Paged("ShippingLine")),
            ("lineItems", Paged("LineItem")),
            ("fulfillments", Many("Fulfillment")),
            ("fulfillmentOrders", Paged("FulfillmentOrder")),
            ("metafields", Paged("Metafield")),
            ("metafield", Found("Metafield")),
        ],
    ),
    ("Attribute", &[("key", Scalar), ("value", Scalar)]),
    ("Metafield", &[("id", Scalar), ("namespace", Scalar), ("key", Scalar), ("value", Scalar), ("type", Scalar)]),
    ("MoneyBag", &[("shopMoney", One("MoneyV2")), ("presentmentMoney", One("MoneyV2"))]),
    ("MoneyV2", &[("amount", Scalar), ("currencyCode", Scalar)]),
    ("MailingAddress", ADDRESS),
    ("FulfillmentOrderDestination", ADDRESS),
    (
        "Customer",
        &[
            ("id", Scalar),
            ("firstName", Scalar),
            ("lastName", Scalar),
            ("displayName", Scalar),
            ("email", Scalar),
            ("phone", Scalar),
        ],
    ),
    (
        "ShippingLine",
        &[
            ("id", Scalar),
            ("title", Scalar),
            ("code", Scalar),
            ("source", Scalar),
            ("carrierIdentifier", Scalar),
            ("originalPriceSet", One("MoneyBag")),
            ("discountedPriceSet", One("MoneyBag")),
        ],
    ),
    (
        "LineItem",
        &[
            ("id", Scalar),
            ("name", Scalar),
            ("title", Scalar),
            ("sku", Scalar),
            ("quantity", Scalar),
            ("currentQuantity", Scalar),
            ("unfulfilledQuantity", Scalar),
            ("requiresShipping", Scalar),
            ("customAttributes", Many("Attribute")),
            ("originalUnitPriceSet", One("MoneyBag")),
        ],
    ),
    (
        "Fulfillment",
        &[
            ("id", Scalar),
            ("legacyResourceId", Scalar),
            ("name", Scalar),
            ("status", Scalar),
            ("displayStatus", Scalar),
            ("createdAt", Scalar),
            ("updatedAt", Scalar),
            ("totalQuantity", Scalar),
            ("trackingInfo", Many("FulfillmentTrackingInfo")),
            ("order", One("Order")),
        ],
    ),
    ("FulfillmentTrackingInfo", &[("company", Scalar), ("number", Scalar), ("url", Scalar)]),
    (
        "FulfillmentOrder",
        &[
            ("id", Scalar),
            ("status", Scalar),
            ("requestStatus", Scalar),
            ("createdAt", Scalar),
            ("updatedAt", Scalar),
            ("fulfillAt", Scalar),
            ("orderId", Scalar),
            ("orderName", Scalar),
            ("assignedLocation", One("AssignedLocation")),
            ("deliveryMethod", One("DeliveryMethod")),
            ("destination", One("FulfillmentOrderDestination")),
            ("supportedActions", Many("SupportedAction")),
            ("lineItems", Paged("FulfillmentOrderLineItem")),
            ("order", One("Order")),
        ],
    ),
    ("AssignedLocation", &[("name", Scalar), ("countryCode", Scalar), ("location", One("Location"))]),
    ("Location", &[("id", Scalar), ("name", Scalar)]),
    ("DeliveryMethod", &[("id", Scalar), ("methodType", Scalar), ("presentedName", Scalar)]),
    ("SupportedAction", &[("action", Scalar), ("externalUrl", Scalar)]),
    (
        "FulfillmentOrderLineItem",
        &[
            ("id", Scalar),
            ("remainingQuantity", Scalar),
            ("totalQuantity", Scalar),
            ("requiresShipping", Scalar),
            ("sku", Scalar),
            ("productTitle", Scalar),
            ("weight", One("Weight")),
            ("lineItem", One("LineItem")),
        ],
    ),
    ("Weight", &[("unit", Scalar), ("value", Scalar)]),
    (
        "WebhookSubscription",
        &[
            ("id", Scalar),
            ("legacyResourceId", Scalar),
            ("topic", Scalar),
            ("format", Scalar),
            ("uri", Scalar),
            ("callbackUrl", Scalar),
            ("endpoint", One("WebhookHttpEndpoint")),
            ("includeFields", Scalar),
            ("metafieldNamespaces", Scalar),
            ("filter", Scalar),
            ("name", Scalar),
            ("createdAt", Scalar),
            ("updatedAt", Scalar),
            ("apiVersion", One("ApiVersion")),
        ],
    ),
    ("WebhookHttpEndpoint", &[("callbackUrl", Scalar)]),
    ("ApiVersion", &[("handle", Scalar), ("displayName", Scalar), ("supported", Scalar)]),
    (
        "PageInfo",
        &[("hasNextPage", Scalar), ("hasPreviousPage", Scalar), ("startCursor", Scalar), ("endCursor", Scalar)],
    ),
];
