"""The client of Tournée 0.1.0: a typed method for each operation of its API.

Written by `cargo xtask clients` from docs/openapi.json: to change it, change that, or xtask/src/clients.
"""

from __future__ import annotations

import base64
import hmac
import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Dict, List, Literal, NotRequired, Optional, TypeAlias, TypedDict, Union, cast


Action: TypeAlias = "Literal['retry', 'confirm']"
"""retry: no label was made, ask the carrier again (only in the state human). confirm: the label was made, this is
its number (in the states human and unknown).
"""


class Address(TypedDict):
    """A postal address."""

    building: NotRequired[Optional[str]]
    """Building, entrance; up to 35 characters."""
    city: NotRequired[Optional[str]]
    """City, up to 35 characters; needed."""
    company: NotRequired[Optional[str]]
    """Company, up to 35 characters."""
    country: NotRequired[Optional[str]]
    """Country, two upper-case letters; FR when absent."""
    door_code1: NotRequired[Optional[str]]
    """Door code, up to 8 characters."""
    door_code2: NotRequired[Optional[str]]
    """Second door code, up to 8 characters."""
    email: NotRequired[Optional[str]]
    """E-mail."""
    first_name: NotRequired[Optional[str]]
    """First name, up to 29 characters."""
    floor: NotRequired[Optional[str]]
    """Floor, corridor, door; up to 35 characters."""
    intercom: NotRequired[Optional[str]]
    """Intercom, up to 30 characters."""
    last_name: NotRequired[Optional[str]]
    """Last name, up to 35 characters; needed where there is no company."""
    locality: NotRequired[Optional[str]]
    """Locality, up to 35 characters."""
    mobile: NotRequired[Optional[str]]
    """Mobile telephone, digits with an optional leading +."""
    phone: NotRequired[Optional[str]]
    """Fixed telephone."""
    postal_code: NotRequired[Optional[str]]
    """Postal code, needed; five digits in France."""
    street: NotRequired[Optional[str]]
    """Number and street, up to 35 characters; needed."""


class Cause(TypedDict):
    """Why an attempt ended without a label."""

    code: str
    """A word for programs."""
    text: str
    """A sentence for people."""


class Decision(TypedDict):
    """A decision on a shipment."""

    action: Action
    """What to do."""
    parcel_number: NotRequired[Optional[str]]
    """With `confirm`: the number on the label that the carrier made."""


class Delivery(TypedDict):
    """Where the parcel is to end: what the buyer chose."""

    mode: str
    """home or pickup_point."""
    pickup_point: NotRequired[Optional[str]]
    """The pickup point's id."""


class Fact(TypedDict):
    """One thing that happened."""

    at: str
    """When, RFC 3339."""
    attempt: NotRequired[Optional[int]]
    """Which request to the carrier it is about."""
    cause: NotRequired[Optional[Cause]]
    """Why."""
    fact: str
    """accepted, claimed, sent, not_done, confirmed, rejected, unknown, probed, superseded, turned_up,
    left_to_human, reopened, released or voided.
    """
    note: NotRequired[Optional[str]]
    """Anything else worth knowing, in a few words."""
    parcel_number: NotRequired[Optional[str]]
    """The parcel number."""
    partner_number: NotRequired[Optional[str]]
    """The partner's number."""
    reject: NotRequired[Optional[Reject]]
    """What the carrier refused."""
    seq: int
    """Its place in the journal."""


class Problem(TypedDict):
    """A problem as RFC 9457 lays it out."""

    carrier_code: NotRequired[Optional[str]]
    """The carrier's own error id, where the carrier refused."""
    carrier_message: NotRequired[Optional[str]]
    """The carrier's own text, in French."""
    column: NotRequired[Optional[int]]
    """Column of that line, from 1."""
    detail: str
    """What is wrong this time, and what to do."""
    field: NotRequired[Optional[str]]
    """The field, dotted, in this API's own words."""
    line: NotRequired[Optional[int]]
    """Line of the body at which reading stopped, from 1."""
    shipment: NotRequired[Optional[str]]
    """The shipment that it is about."""
    status: int
    """The HTTP status, once more."""
    title: str
    """The kind in a few words, the same each time."""
    type: str
    """Which kind of problem, as a place in the documentation: `/docs#problem-…`."""


class Reject(TypedDict):
    """What the carrier refused, in its own words."""

    code: str
    """The carrier's error id."""
    message: str
    """The carrier's text, in French."""


class Shipment(TypedDict):
    """A shipment as it stands."""

    accepted_at: str
    """When it was accepted, RFC 3339."""
    attempts: int
    """How many requests were begun at the carrier."""
    cause: NotRequired[Optional[Cause]]
    """Why the last attempt ended without a label."""
    changed_at: str
    """When it last changed, RFC 3339."""
    confirmed_by: NotRequired[Optional[str]]
    """How the label came to be known: answer, anchor, tracking or human."""
    delivery: Delivery
    """Where the parcel is to end."""
    deposit_date: str
    """The day on which you mean to hand the parcel over."""
    human_reason: NotRequired[Optional[str]]
    """Why a person has to decide."""
    id: str
    """Its id, a UUID."""
    label_url: NotRequired[Optional[str]]
    """Where the label can be fetched, once it is there."""
    next_step: str
    """What will happen next, or what you can do, in a sentence."""
    order_number: NotRequired[Optional[str]]
    """Your order number."""
    parcel_no: int
    """Which parcel of its order it is, from 1."""
    parcel_number: NotRequired[Optional[str]]
    """The carrier's parcel number, once the label is there."""
    partner_number: NotRequired[Optional[str]]
    """The number at the partner that delivers, where there is one. Only when one shipment is read."""
    product: str
    """The carrier's product."""
    reject: NotRequired[Optional[Reject]]
    """What the carrier refused."""
    released: bool
    """Whether the label was handed out."""
    state: str
    """waiting, in_flight, unknown, confirmed, rejected, human or void."""
    via: str
    """By which door it came: api or drop_in."""


class ShipmentList(TypedDict):
    """A page of shipments, the newest first."""

    next: NotRequired[Optional[str]]
    """The path of the next page; absent on the last."""
    shipments: List[Shipment]
    """The shipments."""


class ShipmentRequest(TypedDict):
    """One parcel to be labelled, in this API's words."""

    addressee: Address
    """Who receives. A pickup point needs `mobile` and `email`."""
    commercial_name: NotRequired[Optional[str]]
    """Your shop's name as the buyer knows it, up to 38 characters. Needed for a pickup point."""
    deposit_date: str
    """The day on which you hand the parcel over, today in Paris or later."""
    instructions: NotRequired[Optional[str]]
    """Instructions to the postman, up to 35 characters."""
    insurance_cents: NotRequired[Optional[int]]
    """Insured value in euro cents."""
    label_format: NotRequired[Optional[str]]
    """The label's format; `PDF_10x15_300dpi` when absent."""
    non_machinable: NotRequired[bool]
    """The parcel's shape is too odd for the sorting machines."""
    order_number: NotRequired[Optional[str]]
    """Your order number, 1 to 30 printable characters without accents. The carrier gives it back in tracking, so
    it helps to find out what became of a request whose answer was lost.
    """
    parcel_number: NotRequired[Optional[str]]
    """The parcel number, where your contract gives you a range of numbers to choose from."""
    parcel_ref: NotRequired[Optional[str]]
    """Your name for this parcel of the order, 1 to 17 characters without accents."""
    pickup_point: NotRequired[Optional[str]]
    """The pickup point that the buyer chose: six characters. Needed for HD, BPR and A2P, not allowed for the
    others.
    """
    product: str
    """The carrier's product: DOM (home), DOS (home, signed for), HD, BPR, A2P (pickup point), CORE, CORI
    (returns), COM, CDS (overseas).
    """
    sender: Address
    """Who sends."""
    weight_g: int
    """Weight in grams, 10 to 30,000."""


class Timeline(TypedDict):
    """What happened to a shipment, oldest first."""

    facts: List[Fact]
    """What happened."""
    id: str
    """The shipment."""


class Raw:
    """A body that is sent as it is, with its media type."""

    def __init__(self, media_type: str, content: str | bytes) -> None:
        self.media_type = media_type
        self.content = content.encode() if isinstance(content, str) else content


class ProblemError(Exception):
    """What the gateway refused, or could not do."""

    def __init__(self, problem: Problem, retry_after_seconds: int | None = None) -> None:
        super().__init__(f"{problem['title']}: {problem['detail']}")
        #: The problem as it was answered.
        self.problem = problem
        #: When to ask again, where the gateway says so.
        self.retry_after_seconds = retry_after_seconds

    @property
    def kind(self) -> str:
        """Which kind, a word for programs such as ``invalid-field``; ``foreign-answer`` when it is not the gateway's."""
        _, mark, kind = self.problem["type"].partition("#problem-")
        return kind if mark else "foreign-answer"

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.problem["status"]

    @property
    def detail(self) -> str:
        """What is wrong this time, and what to do."""
        return self.problem["detail"]

    @property
    def field(self) -> str | None:
        """The field that it is about, dotted."""
        return self.problem.get("field")


class WebhookError(Exception):
    """A webhook that is not to be believed."""


class VerifiedWebhook(TypedDict):
    """A webhook that was found to be from the gateway."""

    id: str
    """Its id, the same each time it is sent."""
    payload: Any
    """What it says, as it was sent."""


#: How far the clock of a webhook's sender may be from ours.
_WEBHOOK_SKEW_SECONDS_MAX = 300


def verify_webhook(payload: bytes, headers: Mapping[str, str], secret: str) -> VerifiedWebhook:
    """Believes a webhook only with its signature (Standard Webhooks, HMAC-SHA256).

    ``payload`` is the body exactly as it came, ``headers`` those of the request by any spelling, ``secret`` that of your
    endpoint, ``whsec_…``. Raises :class:`WebhookError` when it is not the gateway's, or is older or newer than five
    minutes.
    """
    named = {name.lower(): value for name, value in headers.items()}
    identity, sent_at = named.get("webhook-id", ""), named.get("webhook-timestamp", "")
    is_time = sent_at.isascii() and sent_at.isdigit()
    if not identity or not is_time or abs(time.time() - int(sent_at)) > _WEBHOOK_SKEW_SECONDS_MAX:
        raise WebhookError("The webhook has no id, or is not of this moment.")
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = hmac.digest(key, f"{identity}.{sent_at}.".encode() + payload, "sha256")
    expected = b"v1," + base64.b64encode(signed)
    signatures = named.get("webhook-signature", "").encode().split(b" ")
    if not any(hmac.compare_digest(expected, signature) for signature in signatures):
        raise WebhookError("The webhook is not signed with this secret.")
    return {"id": identity, "payload": json.loads(payload)}


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect is answered to the caller: the key goes to the gateway and to nobody else."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


class _Caller:
    """Makes the requests."""

    def __init__(self, base_url: str, api_key: str, patience_seconds: float, timeout_seconds: float) -> None:
        if not re.fullmatch(r"https?://[^/?#]+[^?#]*", base_url):
            raise ValueError("base_url is an address such as http://127.0.0.1:8080, without a query")
        self._base = base_url.rstrip("/")
        self._api_key = api_key
        self._patience_seconds = patience_seconds
        self._timeout_seconds = timeout_seconds
        self._opener = urllib.request.build_opener(_NoRedirect)

    def ask_json(self, method: str, path: str, **call: Any) -> Any:
        status, media, body = self._answered(method, path, **call)
        try:
            return json.loads(body)
        except ValueError:
            raise _foreign(status, media) from None

    def ask_text(self, method: str, path: str, **call: Any) -> str:
        return self.ask_bytes(method, path, **call).decode()

    def ask_bytes(self, method: str, path: str, **call: Any) -> bytes:
        return self._answered(method, path, **call)[2]

    def _answered(self, method: str, path: str, **call: Any) -> tuple[int, str, bytes]:
        """Asks, and asks again while the gateway says when to and asking twice does no harm."""
        harmless = method == "GET" or call.get("headers", {}).get("Idempotency-Key") is not None
        patience = self._patience_seconds if harmless else 0.0
        while True:
            try:
                return self._once(method, path, **call)
            except urllib.error.HTTPError as answer:
                with answer:
                    error = _refused(answer)
            wait = max(1, error.retry_after_seconds) if error.retry_after_seconds is not None else None
            if wait is None or wait > patience:
                raise error
            patience -= wait
            time.sleep(wait)

    def _once(
        self,
        method: str,
        path: str,
        *,
        accept: str = "application/json",
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str | None] | None = None,
        body: Any = None,
    ) -> tuple[int, str, bytes]:
        url = self._base + path
        pairs = [(name, _word(one)) for name, value in (query or {}).items() for one in _several(value)]
        if pairs:
            url = f"{url}?{urllib.parse.urlencode(pairs)}"
        request = urllib.request.Request(url, method=method)
        request.add_header("Accept", f"{accept}, application/problem+json")
        request.add_header("Authorization", f"Bearer {self._api_key}")
        if body is not None:
            raw = body if isinstance(body, Raw) else Raw("application/json", json.dumps(body))
            request.data = raw.content
            request.add_header("Content-Type", raw.media_type)
        for name, value in (headers or {}).items():
            if value is not None:
                request.add_header(name, value)
        with self._opener.open(request, timeout=self._timeout_seconds) as answer:
            return answer.status, answer.headers.get("Content-Type", ""), answer.read()


def _refused(answer: urllib.error.HTTPError) -> ProblemError:
    media = answer.headers.get("Content-Type", "")
    if media != "application/problem+json":
        return _foreign(answer.code, media)
    after = answer.headers.get("Retry-After", "")
    return ProblemError(json.loads(answer.read()), int(after) if after.isascii() and after.isdigit() else None)


def _foreign(status: int, media: str) -> ProblemError:
    said = media or "no media type"
    detail = f"Status {status} with {said}: something between you and the gateway answered."
    return ProblemError(
        {"type": "about:blank", "title": "Not an answer of the gateway", "status": status, "detail": detail}
    )


def _part(value: str | int) -> str:
    """A part of a path, which stays one part whatever it holds."""
    text = str(value)
    if text in ("", ".", ".."):
        raise ValueError("an id can't be empty, . or ..")
    return urllib.parse.quote(text, safe="")


def _several(value: Any) -> Sequence[Any]:
    if value is None:
        return ()
    return value if isinstance(value, (list, tuple)) else (value,)


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _waiting(seconds: int | None) -> str | None:
    return None if seconds is None else f"wait={seconds}"


class Tournee:
    """A gateway: one method for each operation. What it refuses is raised as a :class:`ProblemError`."""

    def __init__(
        self, base_url: str, api_key: str, *, patience_seconds: float = 30, timeout_seconds: float = 90
    ) -> None:
        """A gateway at ``base_url``, for example ``http://127.0.0.1:8080``, for the shop of this key (``tk_…``).

        ``patience_seconds`` is for how long a call may wait in all when the gateway says ``Retry-After``, 0 for never;
        ``timeout_seconds`` how long one request may take.
        """
        self._caller = _Caller(base_url, api_key, patience_seconds, timeout_seconds)

    def list(
        self,
        *,
        state: Optional[str] = None,
        order_number: Optional[str] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
    ) -> ShipmentList:
        """List shipments.

        ``GET /v1/shipments``

        ``state``: Only those in this state: waiting, in_flight, unknown, confirmed, rejected, human or void.

        ``order_number``: Only those of this order.

        ``limit``: How many on a page, 1 to 200; 50 when absent.

        ``cursor``: Where the page begins: taken from `next` of the page before, and otherwise a secret of this
        server's.
        """
        return cast("ShipmentList", self._caller.ask_json(
            "GET",
            "/v1/shipments",
            query={"state": state, "order_number": order_number, "limit": limit, "cursor": cursor},
        ))

    def list_all(
        self,
        *,
        state: Optional[str] = None,
        order_number: Optional[str] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
    ) -> Iterator[Shipment]:
        """What :meth:`list` gives, all pages of it, each fetched when it is reached."""
        page = self.list(state=state, order_number=order_number, limit=limit, cursor=cursor)
        while True:
            yield from page["shipments"]
            following = page.get("next")
            if following is None:
                return
            page = cast("ShipmentList", self._caller.ask_json("GET", following))

    def submit(
        self,
        body: ShipmentRequest,
        *,
        idempotency_key: Optional[str] = None,
        wait_seconds: Optional[int] = None,
    ) -> Shipment:
        """Create a shipment.

        The same `Idempotency-Key` with the same shipment always gives the first shipment. Without a key, the
        same shipment sent again is the first one only until the first was answered.

        ``POST /v1/shipments``

        ``idempotency_key``: Your own key of this request, 1 to 255 printable characters; with it the request
        can be sent again without harm for 13 months

        ``wait_seconds``: wait up to N seconds (0 to 60) for the label
        """
        return cast("Shipment", self._caller.ask_json(
            "POST",
            "/v1/shipments",
            headers={"Idempotency-Key": idempotency_key, "Prefer": _waiting(wait_seconds)},
            body=body,
        ))

    def shipment(self, id: str) -> Shipment:
        """Read a shipment.

        ``GET /v1/shipments/{id}``
        """
        return cast("Shipment", self._caller.ask_json(
            "GET",
            f"/v1/shipments/{_part(id)}",
        ))

    def facts(self, id: str) -> Timeline:
        """Read a shipment's timeline.

        ``GET /v1/shipments/{id}/facts``
        """
        return cast("Timeline", self._caller.ask_json(
            "GET",
            f"/v1/shipments/{_part(id)}/facts",
        ))

    def label(
        self,
        id: str,
        *,
        accept: Optional[Literal["application/pdf", "application/x-dpl", "application/x-zpl"]] = None,
    ) -> bytes:
        """Fetch the label.

        ``GET /v1/shipments/{id}/label``
        """
        return self._caller.ask_bytes(
            "GET",
            f"/v1/shipments/{_part(id)}/label",
            accept=accept or "application/pdf, application/x-dpl, application/x-zpl",
        )

    def resolve(self, id: str, body: Decision) -> Shipment:
        """Decide about a shipment.

        ``POST /v1/shipments/{id}/resolve``
        """
        return cast("Shipment", self._caller.ask_json(
            "POST",
            f"/v1/shipments/{_part(id)}/resolve",
            body=body,
        ))

    def void(self, id: str) -> Shipment:
        """Give a shipment up.

        ``POST /v1/shipments/{id}/void``
        """
        return cast("Shipment", self._caller.ask_json(
            "POST",
            f"/v1/shipments/{_part(id)}/void",
        ))
