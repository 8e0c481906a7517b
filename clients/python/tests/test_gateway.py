"""One flow against a gateway that runs: TOURNEE_TEST_URL and TOURNEE_TEST_KEY say where it is."""

from __future__ import annotations

import os
import unittest

from tournee_client import ProblemError, ShipmentRequest, Tournee

URL, KEY = os.environ.get("TOURNEE_TEST_URL"), os.environ.get("TOURNEE_TEST_KEY")


def request(order: str) -> ShipmentRequest:
    return {
        "order_number": order,
        "product": "DOM",
        "deposit_date": "2099-12-22",
        "weight_g": 500,
        "sender": {"company": "Atelier Été", "street": "1 rue du Commerce", "postal_code": "75001", "city": "Paris"},
        "addressee": {
            "last_name": "Martin", "street": "12 rue des Lilas", "postal_code": "63000", "city": "Clermont-Ferrand",
        },  # fmt: skip
    }


@unittest.skipUnless(URL and KEY, "no gateway is named")
class GatewayTest(unittest.TestCase):
    def test_a_shops_day(self) -> None:
        gateway = Tournee(URL or "", KEY or "")

        made = gateway.submit(request("PY-1"), idempotency_key="py-1", wait_seconds=30)
        self.assertEqual(made["state"], "confirmed")
        again = gateway.submit(request("PY-1"), idempotency_key="py-1")
        self.assertEqual(again["id"], made["id"], "asked twice, made once")
        self.assertEqual(gateway.shipment(made["id"]).get("parcel_number"), made.get("parcel_number"))
        self.assertEqual(gateway.facts(made["id"])["facts"][0]["fact"], "accepted")

        self.assertEqual(gateway.label(made["id"])[:5], b"%PDF-")

        for order in ("PY-2", "PY-3"):
            gateway.submit(request(order), wait_seconds=30)
        orders = [shipment.get("order_number") for shipment in gateway.list_all(limit=1)]
        self.assertEqual(orders[:3], ["PY-3", "PY-2", "PY-1"], "page by page, the newest first")

        self.assertEqual(gateway.void(made["id"])["state"], "void")
        self.refused("void", lambda: gateway.label(made["id"]))
        heavy = request("PY-4")
        heavy["weight_g"] = 1_000_000
        error = self.refused("invalid-field", lambda: gateway.submit(heavy))
        self.assertEqual((error.status, error.field), (422, "weight_g"))

    def refused(self, kind: str, call: object) -> ProblemError:
        assert callable(call)
        with self.assertRaises(ProblemError) as caught:
            call()
        self.assertEqual(caught.exception.kind, kind)
        return caught.exception
