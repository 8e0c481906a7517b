"""WooCommerce's Python client as published, at the shop whose address, key and secret are given; says what it saw."""

import json
import sys

from woocommerce import API

url, key, secret = sys.argv[1:4]
shop = API(url=url, consumer_key=key, consumer_secret=secret, version="wc/v3", timeout=30)


def good(answer):
    assert answer.ok, (answer.status_code, answer.text)
    return answer


first = good(shop.get("orders", params={"per_page": 2, "orderby": "id", "order": "asc"}))
since = good(shop.get("orders", params={"modified_after": "2025-12-22T11:01:30", "dates_are_gmt": "true", "per_page": 100}))
order = first.json()[0]
path = f"orders/{order['id']}"
pushed = good(
    shop.put(path, {"status": "completed", "meta_data": [{"key": "lpc_outward_parcel_number", "value": "6A15984040331"}]})
).json()
note = good(shop.post(f"{path}/notes", {"note": "Colis remis à La Poste", "customer_note": True})).json()
hook = good(
    shop.post("webhooks", {"topic": "order.updated", "delivery_url": "http://127.0.0.1:9/hooks", "secret": "s", "name": "Tournée"})
).json()
paused = good(shop.put(f"webhooks/{hook['id']}", {"status": "paused"})).json()
deleted = good(shop.delete(f"webhooks/{hook['id']}", params={"force": True})).json()
left = good(shop.get("webhooks")).json()
stranger = API(url=url, consumer_key=key, consumer_secret="cs_wrong", version="wc/v3", timeout=30).get("orders")
missing = shop.get("orders/9")

print(
    json.dumps(
        {
            "total": first.headers["X-WP-Total"],
            "pages": first.headers["X-WP-TotalPages"],
            "ids": [one["id"] for one in first.json()],
            "since": sorted(one["id"] for one in since.json()),
            "status": pushed["status"],
            "pickup": [one["value"] for one in order["meta_data"] if one["key"] == "_lpc_meta_pickUpLocationId"],
            "note": note["note"],
            "hook": [hook["status"], paused["status"], deleted["id"] == hook["id"], len(left)],
            "stranger": [stranger.status_code, stranger.json()["code"]],
            "missing": [missing.status_code, missing.json()["code"]],
        }
    )
)
