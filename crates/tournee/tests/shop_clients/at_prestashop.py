"""prestapyt as published, at the shop whose address and key are given; says what it saw."""

import json
import sys

from prestapyt import PrestaShopAuthenticationError, PrestaShopWebServiceDict, PrestaShopWebServiceError

url, key = sys.argv[1:3]
shop = PrestaShopWebServiceDict(f"{url}/api", key)

every = shop.search("orders")
since = shop.search("orders", options={"filter[date_upd]": "[2025-12-22 12:01:30,2025-12-23 00:00:00]", "date": "1"})
newest = shop.search("orders", options={"sort": "[id_DESC]", "limit": "1"})
order = shop.get("orders", every[0])["order"]
address = shop.get("addresses", order["id_address_delivery"])["address"]
country = shop.get("countries", address["id_country"])["country"]
customer = shop.get("customers", order["id_customer"])["customer"]

# The number: the row is read whole and written back whole.
(carrier,) = shop.search("order_carriers", options={"filter[id_order]": f"[{every[0]}]"})
row = shop.get("order_carriers", carrier)
row["order_carrier"]["tracking_number"] = "6A15984040331"
written = shop.edit("order_carriers", row)["prestashop"]["order_carrier"]

# The state: a line in the history, filled into an empty form.
blank = shop.get("order_histories", options={"schema": "blank"})
blank["order_history"].update({"id_order": every[0], "id_order_state": 4})
added = shop.add("order_histories", blank)["prestashop"]["order_history"]
state = shop.get("order_states", shop.get("orders", every[0])["order"]["current_state"])["order_state"]

try:
    shop.get("orders", options={"filter[colour]": "[1]"})
    refused = None
except PrestaShopWebServiceError as error:
    refused = [error.error_code, error.ps_error_code]
try:
    PrestaShopWebServiceDict(f"{url}/api", "A" * 32).get("")
    stranger = None
except PrestaShopAuthenticationError as error:
    stranger = error.error_code

print(
    json.dumps(
        {
            "resources": sorted(name for name in shop.get("")["api"] if name != "attrs"),
            "every": every,
            "since": since,
            "newest": newest,
            "country": country["iso_code"],
            "has_email": "@" in customer["email"],
            "other": address["other"],
            "written": written["tracking_number"],
            "added": added["id_order_state"],
            "state": [state["id"], state["shipped"]],
            "refused": refused,
            "stranger": stranger,
        }
    )
)
