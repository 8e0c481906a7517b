"""Shopify's Python client as published, at the shop whose address and token are given; says what it saw."""

import json
import sys
import urllib.error

import shopify

base, token = sys.argv[1:3]
# Its sessions know no other scheme and port than Shopify's own; the resources take any address.
shopify.ShopifyResource.set_site(f"{base}/admin/api/2024-10")
shopify.ShopifyResource.set_headers({**shopify.ShopifyResource.get_headers(), "X-Shopify-Access-Token": token})

shop = shopify.Shop.current()
orders = shopify.Order.find(status="any", limit=2, order="updated_at asc")
first = len(orders)
rest = orders.next_page() if orders.has_next_page() else []
order = shopify.Order.find(orders[0].id)
order.note = "Fragile"
saved = order.save()

ask = """query ($id: ID!, $since: String!) {
  order(id: $id) { name note fulfillmentOrders(first: 5) { nodes { id status } } }
  orders(first: 10, query: $since, sortKey: UPDATED_AT) { edges { node { ...Seen } } }
}
fragment Seen on Order { legacyResourceId }"""
gid = f"gid://shopify/Order/{order.id}"
graph = shopify.GraphQL()
seen = json.loads(graph.execute(ask, {"id": gid, "since": "updated_at:>='2025-12-22T11:01:30Z'"}))["data"]

fulfil = """mutation ($f: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $f) { fulfillment { status trackingInfo { number } } userErrors { message } }
}"""
wanted = {
    "lineItemsByFulfillmentOrder": [{"fulfillmentOrderId": seen["order"]["fulfillmentOrders"]["nodes"][0]["id"]}],
    "trackingInfo": {"number": "6A15984040331", "company": "Colissimo"},
}
made = json.loads(graph.execute(fulfil, {"f": wanted}))["data"]["fulfillmentCreate"]
again = json.loads(graph.execute(fulfil, {"f": wanted}))["data"]["fulfillmentCreate"]
fulfillments = shopify.Fulfillment.find(order_id=order.id)

hook = shopify.Webhook.create({"topic": "orders/create", "address": "http://127.0.0.1:9/hooks", "format": "json"})
hooks = len(shopify.Webhook.find())
hook.destroy()
left = len(shopify.Webhook.find())

shopify.ShopifyResource.headers["X-Shopify-Access-Token"] = "shpat_wrong"
try:
    shopify.Shop.current()
    stranger = None
except Exception as error:  # the client's own kinds of error differ by version
    stranger = getattr(getattr(error, "response", None), "code", None)

print(
    json.dumps(
        {
            "shop": shop.name,
            "pages": [first, len(rest)],
            "saved": saved,
            "note": seen["order"]["note"],
            "since": sorted(edge["node"]["legacyResourceId"] for edge in seen["orders"]["edges"]),
            "made": made,
            "refused": [error["message"].split("status")[-1] for error in again["userErrors"]],
            "numbers": [one.tracking_number for one in fulfillments],
            "hooks": [hook.topic, hooks, left],
            "stranger": stranger,
        }
    )
)
