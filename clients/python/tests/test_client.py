"""What the client does by itself: patience, refusals, redirects, webhooks. The gateway is a script of answers."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
import unittest
from http.server import BaseHTTPRequestHandler, HTTPServer
from unittest import mock

from tournee_client import ProblemError, ShipmentRequest, Tournee, WebhookError, verify_webhook

Answer = tuple[int, dict[str, str], bytes]

REQUEST: ShipmentRequest = {
    "product": "DOM", "deposit_date": "2099-12-22", "weight_g": 500, "sender": {}, "addressee": {},
}  # fmt: skip


def problem(status: int, kind: str, **headers: str) -> Answer:
    body = {"type": f"/docs#problem-{kind}", "title": "No", "status": status, "detail": "Not so.", "field": "weight_g"}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return status, {"Content-Type": "application/problem+json", **named}, json.dumps(body).encode()


SHIPMENT: Answer = (200, {"Content-Type": "application/json"}, b'{"id": "1", "state": "waiting"}')


class Scripted:
    """A gateway that says these things, one after the other, and what it was asked."""

    def __init__(self, *answers: Answer) -> None:
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        left, asked = list(answers), self.asked

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                asked.append((self.command, self.path, {k.lower(): v for k, v in self.headers.items()}))
                self.rfile.read(int(self.headers.get("Content-Length", "0")))
                status, headers, body = left.pop(0)
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = answer

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))

    def __enter__(self) -> Scripted:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def client(self, patience_seconds: float = 30) -> Tournee:
        base = f"http://127.0.0.1:{self.server.server_port}/t/"
        return Tournee(base, "tk_x", patience_seconds=patience_seconds)


class ClientTest(unittest.TestCase):
    def test_a_problem_is_an_error_with_its_kind_its_field_and_when_to_ask_again(self) -> None:
        with Scripted(problem(422, "invalid-field", Retry_After="7")) as gateway:
            with self.assertRaises(ProblemError) as caught:
                gateway.client().submit(REQUEST)
        e = caught.exception
        told = (e.kind, e.status, e.detail, e.field, e.retry_after_seconds)
        self.assertEqual(told, ("invalid-field", 422, "Not so.", "weight_g", 7))
        self.assertEqual(len(gateway.asked), 1, "a request without a key is never repeated")

    def test_what_is_not_the_gateways_answer_is_told_apart(self) -> None:
        with Scripted((502, {"Content-Type": "text/html"}, b"<html>"), (200, {}, b"no JSON")) as gateway:
            for status in (502, 200):
                with self.assertRaises(ProblemError) as caught:
                    gateway.client().shipment("1")
                self.assertEqual((caught.exception.kind, caught.exception.status), ("foreign-answer", status))

    def test_retry_after_is_heeded_where_asking_twice_does_no_harm(self) -> None:
        busy = problem(503, "store-unavailable", Retry_After="5")
        with Scripted(busy, SHIPMENT, busy, SHIPMENT) as gateway, mock.patch("time.sleep") as sleep:
            gateway.client().shipment("1")
            gateway.client().submit(REQUEST, idempotency_key="k", wait_seconds=9)
        self.assertEqual(sleep.call_args_list, [mock.call(5), mock.call(5)])
        self.assertEqual([method for method, _, _ in gateway.asked], ["GET", "GET", "POST", "POST"])
        headers = gateway.asked[3][2]
        self.assertEqual((headers["idempotency-key"], headers["prefer"]), ("k", "wait=9"))

    def test_patience_ends(self) -> None:
        for patience, after in ((10, "11"), (0, "0")):
            with Scripted(problem(409, "not-ready", Retry_After=after)) as gateway:
                with self.assertRaises(ProblemError):
                    gateway.client(patience).label("1")

    def test_the_key_goes_to_the_gateway_only_and_an_id_stays_one_part_of_the_path(self) -> None:
        with Scripted((307, {"Location": "http://127.0.0.1:1/"}, b"")) as gateway:
            with self.assertRaises(ProblemError) as caught:
                gateway.client().shipment("a/b?c")
        self.assertEqual((caught.exception.kind, caught.exception.status), ("foreign-answer", 307))
        _, path, headers = gateway.asked[0]
        self.assertEqual((path, headers["authorization"]), ("/t/v1/shipments/a%2Fb%3Fc", "Bearer tk_x"))
        with self.assertRaises(ValueError):
            gateway.client().shipment("..")
        for base in ("gateway", "ftp://gateway", "http://gateway?x"):
            with self.assertRaises(ValueError):
                Tournee(base, "tk_x")

    def test_a_webhook_is_believed_with_its_signature_only(self) -> None:
        key, payload, now = b"twenty-four bytes or so.", b'{"type":"shipment.confirmed"}', int(time.time())
        secret = "whsec_" + base64.b64encode(key).decode()

        def headers(at: int) -> dict[str, str]:
            mac = hmac.new(key, f"msg_1.{at}.".encode() + payload, hashlib.sha256).digest()
            signature = f"v1,AAAA v1,{base64.b64encode(mac).decode()}"
            return {"Webhook-Id": "msg_1", "webhook-timestamp": str(at), "webhook-signature": signature}

        good = verify_webhook(payload, headers(now), secret)
        self.assertEqual(good, {"id": "msg_1", "payload": {"type": "shipment.confirmed"}})
        bad = [
            (payload + b" ", headers(now), secret),
            (payload, headers(now), "whsec_AAAA"),
            (payload, headers(now - 400), secret),
            (payload, {}, secret),
        ]
        for body, given, shared in bad:
            with self.assertRaises(WebhookError):
                verify_webhook(body, given, shared)
